"""Wait or stop: what each decision would earn from now on, in the lives that look most like the company.

Lives are lived again with each decision, so differences are paired.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, get_args

import numpy as np

from simkit.errors import RunError
from simkit.experiments.ahead import Ahead
from simkit.experiments.calibrate import LEAST_MONTHS, Fit, calibrate, full_months
from simkit.experiments.prior import QUARTER
from simkit.experiments.weighing import mean_at, net, seen_between, weigh
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
AT_REVIEWS = 4
"""Of as many lives one is lived again with each decision at each other review: there are many of these."""


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
        decisions: one row a review and decision: month, known, lives, and the columns of `options` from that month on.
        lives: how many were lived again with each decision of now.
    """

    fit: Fit
    month: int
    options: pd.DataFrame
    wait: int
    waiting: Estimate
    stops_then: float
    reviews: pd.DataFrame
    decisions: pd.DataFrame
    lives: int

    @property
    def best(self) -> str:
        """What is worth most now; 'hold' where waiting for what will be seen is worth more than any other decision."""
        ranked = self.options.set_index("option")["gain"]
        waiting = max(0.0, float(ranked[STOP])) + float(self.waiting.value or 0.0)
        first = str(ranked.idxmax())
        return HOLD if first == STOP and waiting > float(ranked[STOP]) else first


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
    few, fewer = (fit.ahead.nearest(number) for number in (lives, _at_reviews(lives)))
    steady = _steady(fit.prior.whole, now, horizon)
    variants = _variants(steady, now + 1, options or {})
    past = [month for month in range(every, now, every) if full_months(fit.observed.until(month)) >= LEAST_MONTHS]
    coming = list(range((now // every + 1) * every, horizon, every))
    runs = len(variants) * (len(past) + len(coming)) + len(past) + 1
    told = _Told(progress, len(few.places) * (len(variants) + 2) + len(fewer.places) * runs)
    lived = partial(fit.lived, workers=workers, executor=executor, progress=told)

    hold = lived(steady, few)
    made = {name: lived(variant, few) for name, variant in variants.items()}
    later = min(now + wait, horizon - 1)
    kept, stop_gain = net(hold, now), net(made[STOP], now) - net(hold, now)
    then_gain = net(lived(_stopped(steady, later), few), now) - kept
    seen = seen_between(*(hold.values(output)[:, now:later] for output in ("leads", "customers", "margin")))
    weighed = weigh(few, stop_gain, then_gain, seen) if later > now else weigh(few, stop_gain)
    rows = _rows(fit, few, hold, made, now)
    reviews = []
    for month in past:
        then, before = calibrate(fit.prior, fit.observed.until(month)), _steady(fit.prior.whole, month, horizon)
        reviews.append(_reviewed(then, then.ahead.nearest(len(fewer.places)), before, month, options or {}, lived))
    reviews.append((fit, [{"month": now, "known": now, "lives": len(few.places), **row} for row in rows]))
    held = lived(steady, fewer)
    reviews += [_reviewed(fit, fewer, steady, month, options or {}, lived, held) for month in coming]
    return Advice(
        fit,
        now + 1,
        pd.DataFrame(rows),
        later - now,
        weighed.waiting,
        weighed.stops_then,
        pd.DataFrame([_review(known, rows) for known, rows in reviews]),
        pd.DataFrame([row for _, rows in reviews for row in rows]),
        len(few.places),
    )


def _at_reviews(lives: int) -> int:
    return max(lives // AT_REVIEWS, LEAST_LIVES)


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

    def __init__(self, progress: Callable[[int, int], object] | None, lives: int) -> None:
        self._progress = progress or (lambda done, asked: None)
        self._asked, self._before = lives, 0

    def __call__(self, done: int, asked: int) -> None:
        self._progress(self._before + done, self._asked)
        if done == asked:
            self._before += asked


def _rows(fit: Fit, ahead: Ahead, hold: Ensemble, made: Mapping[str, Ensemble], after: int) -> list[dict[str, Any]]:
    """What holding and each decision after a month are worth."""
    return [_option(name, fit, ahead, hold, one, after) for name, one in {HOLD: hold, **made}.items()]


def _reviewed(
    fit: Fit,
    ahead: Ahead,
    steady: Scenario,
    month: int,
    options: Mapping[str, Mapping[str, Value]],
    lived: Callable[[Scenario, Ahead], Ensemble],
    held: Ensemble | None = None,
) -> tuple[Fit, list[dict[str, Any]]]:
    """What was known at a review, or is now, and a row for each decision there."""
    hold = lived(steady, ahead) if held is None else held
    made = {name: lived(variant, ahead) for name, variant in _variants(steady, month + 1, options).items()}
    known = {"month": month, "known": fit.observed.months, "lives": len(ahead.places)}
    return fit, [{**known, **row} for row in _rows(fit, ahead, hold, made, month)]


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


def _review(fit: Fit, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """The chance to cross, and holding against stopping."""
    crossed = fit.lives.crossing.by(fit.prior.months)
    stop = next(row for row in rows if row["option"] == STOP)
    return {
        "month": stop["month"],
        "known": stop["known"],
        "crossed": crossed.value,
        "low": crossed.low,
        "high": crossed.high,
        "gain": -stop["gain"],
        "gain_low": -stop["gain_high"],
        "gain_high": -stop["gain_low"],
    }
