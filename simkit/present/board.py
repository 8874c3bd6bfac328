"""What a board shows of a scenario beside its reference: rows for its charts, a headline, and figures with differences.

An interval says how well a figure is known; what differs between lives is luck. The two are never mixed.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from simkit.experiments.comparison import Comparison, comparable
from simkit.model.customers import steady_state
from simkit.observed import Observed
from simkit.plateau import crossing_times
from simkit.present.figures import (
    NOT_REACHED,
    Shown,
    between,
    between_signed,
    money,
    month,
    months,
    per_cent,
    points,
    signed,
)
from simkit.present.trajectory import Trajectory, trajectory
from simkit.run import Ensemble
from simkit.run.lives import Floats
from simkit.scenarios import Scenario
from simkit.statistics import percentiles

SCENARIO, REFERENCE = "your scenario", "reference"
BANDS = {SCENARIO: "9 in 10 lives", REFERENCE: "9 in 10, reference"}
EXPECTED, FIRST_EXPECTED, VALLEY, OBSERVED, CROSSING = (
    "expected",
    "expected at first",
    "valley",
    "observed",
    "half crossed",
)


_OUTCOMES = ("restricted_crossing_month", "crossed", "valley_depth", "cash_needed", "net_margin")
_LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a scenario, and how it differs from the reference.

    Attributes:
        name: what it is, in a few words.
        value: as people read it.
        known: how well it is known, or how lives differ, in words.
        difference: from the reference with the interval of the paired difference; '' where there is nothing to compare.
        better: whether the difference is for the better beyond doubt among all figures (Holm, 5 %), for the worse
            (False), or neither (None).
        meaning: what the name stands for.
    """

    name: str
    value: str
    known: str
    difference: str
    better: bool | None
    meaning: str


@dataclass(frozen=True, slots=True, eq=False)
class Results:
    """What the chart of results shows.

    Attributes:
        title: what the values are.
        names: what may be in the rows, in the order in which it is drawn; it does not depend on the numbers.
        rows: what, month, value, top (the upper edge of an area, else the value).
    """

    title: str
    names: tuple[str, ...]
    rows: pd.DataFrame


def starting_level(scenario: Scenario) -> float:
    """Results a month before the programme, in the expected metric's unit; what is uncertain as in its first draw.

    Raises:
        ParameterError: the parameters contradict each other.
    """
    p = scenario.resolve(0, 0).epochs[0][1]
    return steady_state(p.company).level(p.expectation.metric)


def results(
    scenario: Ensemble,
    reference: Ensemble | None = None,
    observed: Observed | None = None,
    metric: str | None = None,
    cumulative: bool = False,
) -> Results:
    """The expected line, median and band of a scenario and of its reference, the valley and the crossing."""
    own = trajectory(scenario, observed, metric, cumulative)
    parts: dict[str, tuple[Floats, Floats, Floats]] = {}
    if reference is not None:
        other = trajectory(reference, None, metric, cumulative)
        parts[BANDS[REFERENCE]] = (other.month, other.low, other.high)
        parts[REFERENCE] = (other.month, other.median, other.median)
    parts[BANDS[SCENARIO]] = (own.month, own.low, own.high)
    if not np.isnan(own.expected).any():
        parts |= _line(own, cumulative)
    parts[SCENARIO] = (own.month, own.median, own.median)
    if own.observed.size:
        parts[OBSERVED] = (own.observed_month, own.observed, own.observed)
    month, value, top = (np.concatenate(columns) for columns in zip(*parts.values(), strict=True))
    what = np.repeat(list(parts), [len(columns[0]) for columns in parts.values()])
    return Results(own.results, tuple(parts), pd.DataFrame({"what": what, "month": month, "value": value, "top": top}))


def _line(own: Trajectory, cumulative: bool) -> dict[str, tuple[Floats, Floats, Floats]]:
    """The expected line; unless months are added up also the valley and the crossing, either of which may be empty."""
    parts = {EXPECTED: (own.month, own.expected, own.expected)}
    if own.expectation_moved:
        parts[FIRST_EXPECTED] = (own.month, own.first_expected, own.first_expected)
    if cumulative:
        return parts
    crossed = np.array([own.crossing] if own.crossing else [], dtype=float)
    level = own.expected[crossed.astype(int) - 1]
    valley = (own.month, own.median, np.where(own.valley, own.expected, own.median))
    return {VALLEY: valley, **parts, CROSSING: (crossed, level, level)}


def crossed_rows(scenario: Ensemble, reference: Ensemble | None = None) -> pd.DataFrame:
    """Rows of the chart of P(crossed by month): what, month, value, low, high (the interval of the share)."""
    tables = []
    for name, ensemble in ((REFERENCE, reference), (SCENARIO, scenario)):
        if ensemble is not None:
            found = ensemble.crossing.incidence  # from month 0 on, which is before the first column of the chart
            ends = {"value": found.share, "low": found.low, "high": found.high}
            columns = {"what": name, "month": found.month[1:], **{end: share[1:] for end, share in ends.items()}}
            tables.append(pd.DataFrame(columns))
    return pd.concat(tables, ignore_index=True)


def board_headline(scenario: Ensemble, reference: Ensemble | None = None) -> str:
    """When lives cross, in one sentence; and the reference's, where there is one."""
    own = f"{_when(scenario, 'of your lives')}{_stopped(scenario)}"
    if reference is None:
        return f"{own}."
    return f"{own}; {_by_end(reference)}."


def board_source(scenario: Ensemble) -> str:
    """How well the headline is known, and what it rests on."""
    crossed = scenario.crossing.by(scenario.months)
    ends = between(crossed.low, crossed.high, per_cent)
    return (
        f"{per_cent(crossed.value)} of {len(scenario)} simulated lives (the same months, each time with other luck) "
        f"cross by month {scenario.months}: results come up to the expected line and stay there for three months "
        f"(95 % interval of the chance: {ends}). Seed {scenario.seed}."
    )


def _when(ensemble: Ensemble, whose: str) -> str:
    """The months between which the middle lives cross, as far as so many do."""
    first, last = _middle(ensemble)
    if last == 0:
        return f"9 in 10 {whose} are never below the expected line"
    if math.isfinite(last):
        return f"8 in 10 {whose} cross {_between(first, last)}"
    crossed = ensemble.crossing.by(ensemble.months).value or 0.0
    if crossed == 0:
        return f"None {whose} cross within {ensemble.months} months"
    return f"{_in_ten(crossed)} {whose} cross by month {ensemble.months}, {_in_ten(1 - crossed).lower()} do not"


def _by_end(reference: Ensemble) -> str:
    """When the reference crosses: between which months, where nearly all of its lives do, else how many."""
    first, last = _middle(reference)
    if math.isfinite(last) and last > 0:
        return f"the reference's cross {_between(first, last)}"
    crossed, end = reference.crossing.by(reference.months).value or 0.0, f"by month {reference.months}"
    if crossed == 0.0:
        return f"the reference crosses in none {end}"
    return f"the reference crosses {end} in {_in_ten(crossed).lower().replace(' in 10', ' of 10')}"


def _middle(ensemble: Ensemble) -> tuple[float, float]:
    """The months by which 10 and 90 % of the lives have crossed; infinite where not so many do."""
    first, last = percentiles(crossing_times(ensemble.plateau), (10.0, 90.0), ensemble.weights)
    return float(first), float(last)


def _between(first: float, last: float) -> str:
    if first == last:
        return f"in month {last:.0f}"
    return f"from the start or by month {last:.0f}" if first == 0 else f"between months {first:.0f} and {last:.0f}"


def _stopped(ensemble: Ensemble) -> str:
    share = float((ensemble.plateau.outcome == "abandoned").mean())
    return f", and {_in_ten(share).lower()} are stopped before they cross" if share else ""


def _in_ten(share: float) -> str:
    """A share as people say it; what is rare, or nearly all, is not rounded to never or always."""
    if share == 0 or share == 1:
        return "None" if share == 0 else "All"
    tenths = round(10 * share)
    return "Fewer than 1 in 10" if tenths == 0 else "More than 9 in 10" if tenths == 10 else f"{tenths} in 10"


def board_figures(scenario: Ensemble, reference: Ensemble | None = None) -> tuple[Figure, ...]:
    """The figures that matter, with paired differences from the reference in the lives that both have had."""
    said, currency = _differences(scenario, reference), scenario.scenario.parameters.company.currency
    amount = partial(money, currency=currency)
    when, crossed = scenario.crossing.median, scenario.crossing.by(scenario.months)
    depth, returns = scenario.plateau.valley_depth, scenario.returns
    net = returns.total_margin - returns.total_cost
    return (
        Figure(
            "Half of the lives cross by",
            f"month {month(when.value)}" if when.value is not None else NOT_REACHED,
            f"95 % interval {between(when.low, when.high, month)}",
            *said("restricted_crossing_month", months, less_is_better=True, of="mean month "),
            "The month by which half of the simulated lives have crossed the expected line. The difference is that of "
            "the mean month, where a life that does not cross counts as the horizon.",
        ),
        Figure(
            f"Chance to cross by month {scenario.months}",
            per_cent(crossed.value),
            f"95 % interval {between(crossed.low, crossed.high, per_cent)}",
            *said("crossed", points, less_is_better=False),
            "The share of lives that cross the expected line and stay above it for three months.",
        ),
        Figure(
            "Depth of the valley",
            per_cent(float(depth.mean())),
            f"9 in 10 lives: {_spread(depth, per_cent)}",
            *said("valley_depth", points, less_is_better=True),
            "How far results fall short of the line at the worst, as a share of the target; the mean over lives.",
        ),
        Figure(
            "Cash needed",
            amount(float(returns.cash_needed.mean())),
            f"9 in 10 lives: {_spread(returns.cash_needed, amount)}",
            *said("cash_needed", amount, less_is_better=True),
            "The deepest cumulative loss: what has to be paid in advance before it comes back; the mean over lives.",
        ),
        Figure(
            "Margin less cost",
            amount(float(net.mean())),
            f"9 in 10 lives: {_spread(net, amount)}",
            *said("net_margin", amount, less_is_better=False),
            f"Gross margin of all customers won in {scenario.months} months less what the programme costs; the mean "
            "over lives.",
        ),
    )


def _spread(values: Floats, shown: Shown) -> str:
    low, high = (float(x) for x in percentiles(values, (5.0, 95.0)))
    return between(low, high, shown)


def _differences(scenario: Ensemble, reference: Ensemble | None) -> Callable[..., tuple[str, bool | None]]:
    """What to say of the difference in an outcome, and whether it is for the better."""
    lives = 0 if reference is None else min(len(scenario), len(reference))
    alike = reference is not None and reference.scenario == scenario.scenario
    if reference is None or alike or lives < 2:
        return lambda *_, **__: ("", None)
    scenarios = {"reference": reference.scenario, "scenario": scenario.scenario}
    outcomes = comparable(scenarios, _OUTCOMES)
    if not outcomes:
        return lambda *_, **__: ("", None)
    sides = {"reference": reference.first(lives), "scenario": scenario.first(lives)}
    rows = Comparison(sides, outcomes).differences.set_index("outcome").to_dict("index")

    def said(outcome: str, shown: Shown, less_is_better: bool, of: str = "") -> tuple[str, bool | None]:
        if outcome not in rows:
            return "", None
        found = {name: float(rows[outcome][name]) for name in ("difference", "low", "high", "adjusted_p")}
        better = (found["difference"] < 0) == less_is_better if found["adjusted_p"] < 1.0 - _LEVEL else None
        ends = between_signed(found["low"], found["high"], shown)
        return f"{of}{signed(found['difference'], shown)} ({ends})", better

    return said
