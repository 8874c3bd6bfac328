"""Wait or stop: what each decision would earn from now on, in the lives that look most like the company.

Lives are lived again with each decision, so differences are paired. What waiting is worth is the value of what would
be seen until then: the continuation value is regressed on it (Longstaff & Schwartz 2001, doi:10.1093/rfs/14.1.113), and
each life is decided by a regression that has not seen it, so that hindsight earns nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, get_args

import numpy as np
from numpy.typing import NDArray

from simkit import statistics
from simkit.errors import RunError
from simkit.experiments.calibrate import LEAST_MONTHS, Ahead, Fit, calibrate, full_months
from simkit.experiments.prior import QUARTER
from simkit.parameters import Decision, Value
from simkit.run import Ensemble
from simkit.scenarios import Scenario
from simkit.statistics import Estimate

if TYPE_CHECKING:
    import pandas as pd

HOLD, STOP = "hold", "stop"
CANDIDATES = (STOP, "push", "cut", "reorganise", "chase")
"""What is weighed against holding where nothing else is said."""
LIVES = 256
"""Lives that are lived again with each decision: the nearest half of those that a forecast rests on."""
LEAST_LIVES = 20
_FOLDS = 5
_PENALTIES = np.logspace(-2, 4, 7)

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Advice:
    """What can be done now, and what it is worth.

    Attributes:
        fit: what the company's months say.
        month: the first month in which a decision takes effect.
        options: one row a decision: option, net (margin less cost from that month on, run-off included) with low, high,
            gain (net less that of holding) with gain_low and gain_high, saved and forgone (cost and margin less than
            with holding), crossed (P(crossing within the horizon)).
        wait: months after which one would decide again.
        waiting: what waiting so long and then holding or stopping, by what is seen until then, is worth above the
            better of holding to the end and stopping now.
        stops_then: the share of lives in which one would stop then.
        reviews: one row a review: month, known (months seen by then, or now), crossed, low and high, and what holding
            is worth above stopping there: gain, gain_low, gain_high.
        lives: how many were lived again with each decision.
    """

    fit: Fit
    month: int
    options: pd.DataFrame
    wait: int
    waiting: Estimate
    stops_then: float
    reviews: pd.DataFrame
    lives: int

    @property
    def best(self) -> str:
        """What is worth most now; 'hold' where waiting for what will be seen is worth more than any other decision."""
        ranked = self.options.set_index("option")["gain"]
        waiting = max(0.0, float(ranked[STOP])) + float(self.waiting.value or 0.0)
        first = str(ranked.idxmax())
        return HOLD if first == STOP and waiting > float(ranked[STOP]) else first


@dataclass(frozen=True, slots=True)
class Weighed:
    """Stopping now, stopping later or holding, in the lives nearest to a company.

    Attributes:
        stop: what stopping now is worth above holding to the end.
        waiting: what deciding later is worth above the better of the two.
        stops_then: the share of lives in which one would stop later.
    """

    stop: Estimate
    waiting: Estimate
    stops_then: float

    @property
    def stops(self) -> bool:
        """Whether to stop now."""
        return (self.stop.value or 0.0) > 0.0 and (self.waiting.value or 0.0) <= 0.0


def decide(
    fit: Fit,
    options: Mapping[str, Mapping[str, Value]] | None = None,
    *,
    wait: int = QUARTER,
    every: int = QUARTER,
    lives: int = LIVES,
    workers: int | None = None,
    executor: Executor | None = None,
    progress: Callable[[int, int], object] | None = None,
) -> Advice:
    """Weigh holding, stopping and other decisions after the last observed month.

    Args:
        fit: what the company's months say.
        options: candidate changes besides `CANDIDATES`: values by path, by the name of the option.
        wait: months after which one would decide again.
        every: months between the reviews that are looked at.
        lives: how many are lived again with each decision, of those that a forecast rests on.
        workers, executor: as in `simkit.simulate`.
        progress: told how many lives are done, and how many there will be.

    Raises:
        RunError: there are no months to come, or an option has the name of a decision.
        ParameterError: a change that cannot be.
    """
    import pandas as pd

    now, horizon = fit.observed.months, fit.prior.months
    if wait < 1 or every < 1:
        raise RunError("must be at least 1 month", field="wait" if wait < 1 else "every", value=min(wait, every))
    if lives < LEAST_LIVES:
        raise RunError(f"at least {LEAST_LIVES} are needed", field="lives", value=lives)
    few = fit.ahead.nearest(lives)
    steady = _steady(fit.prior.whole, now, horizon)
    variants = _variants(steady, now + 1, options or {})
    past = [month for month in range(every, now, every) if full_months(fit.observed.until(month)) >= LEAST_MONTHS]
    coming = list(range((now // every + 1) * every, horizon, every))
    told = _Told(progress, len(few.places), len(variants) + 2 + 2 * len(past) + len(coming))
    lived = partial(fit.lived, workers=workers, executor=executor, progress=told)

    hold = lived(steady, few)
    made = {name: lived(variant, few) for name, variant in variants.items()}
    later = min(now + wait, horizon - 1)
    kept, stop_gain = net(hold, now), net(made[STOP], now) - net(hold, now)
    then_gain = net(lived(_stopped(steady, later), few), now) - kept
    seen = seen_between(*(hold.values(output)[:, now:later] for output in ("leads", "customers", "margin")))
    weighed = weigh(few, stop_gain, then_gain, seen) if later > now else weigh(few, stop_gain)
    reviews = []
    for month in past:
        then = calibrate(fit.prior, fit.observed.until(month))
        near, before = then.ahead.nearest(lives), _steady(fit.prior.whole, month, horizon)
        reviews.append(_review(then, near, lived(before, near), lived(_stopped(before, month), near), month))
    reviews.append(_review(fit, few, hold, made[STOP], now))
    reviews += [_review(fit, few, hold, lived(_stopped(steady, month), few), month) for month in coming]
    rows = [_option(HOLD, fit, few, hold, hold, now)]
    rows += [_option(name, fit, few, hold, ensemble, now) for name, ensemble in made.items()]
    return Advice(
        fit,
        now + 1,
        pd.DataFrame(rows),
        later - now,
        weighed.waiting,
        weighed.stops_then,
        pd.DataFrame(reviews),
        len(few.places),
    )


def weigh(ahead: Ahead, stop_gain: Floats, then_gain: Floats | None = None, seen: Floats | None = None) -> Weighed:
    """Stop now, stop later, or not at all.

    Args:
        ahead: the lives nearest to the company.
        stop_gain: what stopping now is worth in each of them above holding to the end; shape (lives,).
        then_gain: what stopping later is worth above that; None where there is nothing to wait for.
        seen: what would be seen until then; shape (lives, features).
    """
    stop = mean_at(ahead, stop_gain)
    if then_gain is None or seen is None:
        return Weighed(stop, mean_at(ahead, np.zeros(len(stop_gain))), 0.0)
    stops = _expected(np.column_stack([ahead.apart, seen]), then_gain, ahead.counted) > 0.0
    best_now = stop_gain if (stop.value or 0.0) > 0.0 else np.zeros(len(stop_gain))
    waited = mean_at(ahead, np.where(stops, then_gain, 0.0) - best_now)
    return Weighed(stop, waited, float(ahead.counted @ stops))


def seen_between(leads: Floats, customers: Floats, margin: Floats) -> Floats:
    """What would be seen of lives in some months, each of shape (lives, months), as features; shape (lives, 3)."""
    return np.column_stack([np.sqrt(values.sum(axis=1)) for values in (leads, customers, margin)])


def net(ensemble: Ensemble, after: int) -> Floats:
    """Margin less cost of each life in the months after one, run-off included; shape (lives,)."""
    found: Floats = (ensemble.values("margin") - ensemble.values("cost"))[:, after:].sum(axis=1)
    return found


def mean_at(ahead: Ahead, values: Floats) -> Estimate:
    """The mean of values of the nearest lives, moved to the company, with its 95 % interval."""
    return statistics.mean(ahead.moved(values), ahead.counted)


def _variants(steady: Scenario, month: int, options: Mapping[str, Mapping[str, Value]]) -> dict[str, Scenario]:
    """What may be done from a month on, by its name."""
    variants = {name: steady.with_decision(name, month=month) for name in CANDIDATES}
    for name, changes in options.items():
        if name in get_args(Decision):
            raise RunError("is the name of a decision", field="option", value=name, hint="Give it another name.")
        variants[name] = steady.with_changes(changes, month=month)
    return variants


def _steady(scenario: Scenario, after: int, horizon: int) -> Scenario:
    """A scenario whose executives hold in the months after one, to the horizon."""
    if scenario.parameters.expectation.reaction == HOLD:
        return scenario
    return scenario.with_decision(HOLD, month=after + 1, months=horizon - after)


def _stopped(scenario: Scenario, after: int) -> Scenario:
    return scenario.with_decision(STOP, month=after + 1)


class _Told:
    """Adds up the lives of several runs for whoever watches."""

    def __init__(self, progress: Callable[[int, int], object] | None, lives: int, runs: int) -> None:
        self._progress = progress or (lambda done, asked: None)
        self._asked, self._before = lives * runs, 0

    def __call__(self, done: int, asked: int) -> None:
        self._progress(self._before + done, self._asked)
        if done == asked:
            self._before += asked


def _expected(features: Floats, values: Floats, counted: Floats) -> Floats:
    """The expected value of each life by a regression that has not seen it."""
    from sklearn.linear_model import RidgeCV
    from sklearn.model_selection import KFold
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    expected = np.empty(len(values))
    for known, unseen in KFold(_FOLDS, shuffle=True, random_state=0).split(features):
        model = make_pipeline(StandardScaler(), RidgeCV(_PENALTIES))
        model.fit(features[known], values[known], ridgecv__sample_weight=counted[known])
        expected[unseen] = model.predict(features[unseen])
    return expected


def _option(name: str, fit: Fit, ahead: Ahead, hold: Ensemble, made: Ensemble, now: int) -> dict[str, Any]:
    level = mean_at(ahead, net(made, now))
    gain = mean_at(ahead, net(made, now) - net(hold, now))
    less = {
        word: mean_at(ahead, (hold.values(output) - made.values(output))[:, now:].sum(axis=1)).value
        for word, output in (("saved", "cost"), ("forgone", "margin"))
    }
    more = (made.plateau.crossed.astype(float) - hold.plateau.crossed.astype(float)) @ ahead.counted
    crossed = fit.lives.crossing.by(fit.prior.months).value or 0.0
    return {
        "option": name,
        "net": level.value,
        "low": level.low,
        "high": level.high,
        "gain": gain.value,
        "gain_low": gain.low,
        "gain_high": gain.high,
        **less,
        "crossed": float(np.clip(crossed + more, 0.0, 1.0)),
    }


def _review(fit: Fit, ahead: Ahead, hold: Ensemble, stopped: Ensemble, month: int) -> dict[str, Any]:
    gain = mean_at(ahead, net(hold, month) - net(stopped, month))
    crossed = fit.lives.crossing.by(fit.prior.months)
    return {
        "month": month,
        "known": fit.observed.months,
        "crossed": crossed.value,
        "low": crossed.low,
        "high": crossed.high,
        "gain": gain.value,
        "gain_low": gain.low,
        "gain_high": gain.high,
    }
