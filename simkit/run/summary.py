"""The headline figures of an ensemble, ready for a table or for JSON (`dataclasses.asdict`).

Every figure says what its ``low`` and ``high`` are: they are always the interval of an estimate. The spread of lives is
given apart, as ``p5`` and ``p95``. What did not happen in every life has no mean; nothing is averaged over the lives in
which it did. None stands for a number that is not there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from simkit import statistics
from simkit.model.recorder import MONTHLY
from simkit.plateau import Crossing, crossing_times
from simkit.run.lives import Floats
from simkit.run.provenance import version_of

if TYPE_CHECKING:
    from simkit.run.ensemble import Ensemble


@dataclass(frozen=True, slots=True)
class Share:
    """A share of lives, with the interval of the share."""

    mean: float | None
    low: float | None
    high: float | None
    level: float
    n: int
    kind: str


@dataclass(frozen=True, slots=True)
class Amount:
    """A number that every life has: its mean with interval, and its spread.

    Attributes:
        mean, low, high: None if `share` is below 1.
        level, kind: what low and high are.
        n: how many lives.
        median, p5, p95: of lives; one without the number counts as beyond every number, and None says 'beyond'.
        share: of the lives that have the number (a payback needs a customer, a return needs a cost).
    """

    mean: float | None
    low: float | None
    high: float | None
    level: float
    n: int
    kind: str
    median: float | None
    p5: float | None
    p95: float | None
    share: float


@dataclass(frozen=True, slots=True)
class Month:
    """The month of something that may not happen.

    Attributes:
        median: the month by which it happened in half of the lives, None where not reached.
        low, high, level, kind: the interval of the median; None where an end is not reached.
        n: how many lives.
        mean: over lives, only if it happened in every one of them.
        restricted_mean, restricted_mean_low, restricted_mean_high: with the horizon where it did not happen.
        share, share_low, share_high: of the lives in which it happened.
    """

    median: float | None
    low: float | None
    high: float | None
    level: float
    n: int
    kind: str
    mean: float | None
    restricted_mean: float | None
    restricted_mean_low: float | None
    restricted_mean_high: float | None
    share: float | None
    share_low: float | None
    share_high: float | None


@dataclass(frozen=True, slots=True)
class CrossedBy:
    """P(crossed by a month), with the interval of the share."""

    month: int
    mean: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Course:
    """A monthly output over time, over the `n` lives that have it in that month: mean, and percentiles of lives."""

    mean: tuple[float | None, ...]
    p5: tuple[float | None, ...]
    p50: tuple[float | None, ...]
    p95: tuple[float | None, ...]
    n: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class FirstExpectation:
    """The crossing held against the expectation as it was at first."""

    crossed_share: Share
    crossing_month: Month


@dataclass(frozen=True, slots=True)
class Summary:
    """What an ensemble says, in the names of its outcomes.

    Attributes:
        scenario, scenario_hash, version, seed: where it comes from.
        replications: how many lives.
        effective_sample_size: how many equally weighted lives they are worth.
        caution: what stands against believing their weights, in words; '' if nothing does.
        months, metric, currency: the horizon, what is expected, and the unit of money.
        crossed_share: of lives that crossed or were never below.
        never_below_share, abandoned_share, not_crossed_share: of the other outcomes.
        relapsed_share: of lives that crossed and fell below again.
        crossing_month: never below counts as month 0.
        crossed_by: P(crossed by m) for the months from 1.
        first_expectation: the same against the first expectation.
        monthly: by output.
    """

    scenario: str
    scenario_hash: str
    version: str
    seed: int
    replications: int
    effective_sample_size: float
    caution: str
    months: int
    metric: str
    currency: str
    crossed_share: Share
    never_below_share: Share
    abandoned_share: Share
    not_crossed_share: Share
    relapsed_share: Share
    crossing_month: Month
    crossed_by: tuple[CrossedBy, ...]
    break_even_month: Month
    repaid_month: Month
    stopped_month: Month
    valley_depth: Amount
    valley_area: Amount
    total_margin: Amount
    total_cost: Amount
    roi: Amount
    payback_months: Amount
    cash_needed: Amount
    first_expectation: FirstExpectation
    monthly: dict[str, Course]


def summarise(ensemble: Ensemble) -> Summary:
    """The headline figures of an ensemble; its weights count in all of them."""
    scenario, lives, money = ensemble.scenario, ensemble.plateau, ensemble.returns
    weights, horizon = ensemble.weights, ensemble.months
    incidence = ensemble.crossing.incidence
    first = ensemble.plateau_first_expectation

    def share(occurred: NDArray[np.bool_]) -> Share:
        return _share(occurred, weights)

    def month(times: Floats) -> Month:
        return _month(times, horizon, weights)

    def amount(values: Floats, name: str) -> Amount:
        return _amount(values, weights, name)

    return Summary(
        scenario=scenario.name,
        scenario_hash=scenario.hash,
        version=version_of("simkit"),
        seed=ensemble.seed,
        replications=len(ensemble),
        effective_sample_size=ensemble.effective_sample_size,
        caution=ensemble.caution,
        months=horizon,
        metric=scenario.parameters.expectation.metric,
        currency=scenario.parameters.company.currency,
        crossed_share=share(lives.crossed),
        never_below_share=share(lives.outcome == "never_below"),
        abandoned_share=share(lives.outcome == "abandoned"),
        not_crossed_share=share(lives.outcome == "not_crossed"),
        relapsed_share=share(lives.relapsed),
        crossing_month=month(crossing_times(lives)),
        crossed_by=tuple(
            CrossedBy(m, float(incidence.share[m]), float(incidence.low[m]), float(incidence.high[m]))
            for m in range(1, horizon + 1)
        ),
        break_even_month=month(_times(money.break_even_month)),
        repaid_month=month(_times(lives.repaid_month)),
        stopped_month=month(_times(lives.stopped_month)),
        valley_depth=amount(lives.valley_depth, "valley_depth"),
        valley_area=amount(lives.valley_area, "valley_area"),
        total_margin=amount(money.total_margin, "total_margin"),
        total_cost=amount(money.total_cost, "total_cost"),
        roi=amount(money.roi, "roi"),
        payback_months=amount(money.payback_months, "payback_months"),
        cash_needed=amount(money.cash_needed, "cash_needed"),
        first_expectation=_first_expectation(first, horizon, weights),
        monthly={output: _course(ensemble.values(output), weights) for output in MONTHLY},
    )


def _share(occurred: NDArray[np.bool_], weights: Floats | None) -> Share:
    found = statistics.share(occurred, weights)
    return Share(found.value, found.low, found.high, found.level, found.n, found.kind)


def _times(months: Floats) -> Floats:
    return np.where(np.isnan(months), np.inf, months)


def _month(times: Floats, horizon: int, weights: Floats | None) -> Month:
    when = statistics.time_to_event(times, horizon, weights)
    by_end, median, mean = when.incidence.at(horizon), when.median, when.restricted_mean
    return Month(
        median=median.value,
        low=median.low,
        high=median.high,
        level=median.level,
        n=median.n,
        kind=median.kind,
        mean=mean.value if np.isfinite(times).all() else None,
        restricted_mean=mean.value,
        restricted_mean_low=mean.low,
        restricted_mean_high=mean.high,
        share=by_end.value,
        share_low=by_end.low,
        share_high=by_end.high,
    )


def _amount(values: Floats, weights: Floats | None, name: str) -> Amount:
    missing = np.isnan(values)
    p5, median, p95 = statistics.percentiles(np.where(missing, np.inf, values), weights=weights).tolist()
    had = statistics.share(~missing, weights)
    found = statistics.Estimate(None, None, None, had.level, had.n, "interval of the mean")
    if not missing.any():
        found = statistics.mean(values, weights, name=name)
    return Amount(
        mean=found.value,
        low=found.low,
        high=found.high,
        level=found.level,
        n=found.n,
        kind=found.kind,
        median=_finite(median),
        p5=_finite(p5),
        p95=_finite(p95),
        share=float(had.value or 0.0),
    )


def _first_expectation(lives: Crossing, horizon: int, weights: Floats | None) -> FirstExpectation:
    return FirstExpectation(_share(lives.crossed, weights), _month(crossing_times(lives), horizon, weights))


def _course(values: Floats, weights: Floats | None) -> Course:
    """Months in which some lives lack the output are taken one by one, over those that have it."""
    counted = np.ones(len(values)) if weights is None else weights
    has = ~np.isnan(values)
    rows: list[tuple[float | None, ...]] = []
    for month in range(values.shape[1]):
        here = has[:, month] & (counted > 0.0)
        if not here.any():
            rows.append((None, None, None, None))
            continue
        x, w = values[here, month], counted[here]
        rows.append((float(w @ x / w.sum()), *statistics.percentiles(x, weights=w).tolist()))
    mean, p5, p50, p95 = (tuple(column) for column in zip(*rows, strict=True))
    return Course(mean, p5, p50, p95, n=tuple(has.sum(axis=0).tolist()))


def _finite(value: float) -> float | None:
    return value if np.isfinite(value) else None
