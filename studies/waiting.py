"""Does the advice earn more than simple rules? Companies that look at themselves at every review and may stop."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from simkit.expectation import trailing_mean
from simkit.experiments.ahead import ahead_of
from simkit.experiments.decide import LIVES
from simkit.experiments.weighing import seen_between, weigh
from simkit.statistics import mean
from studies.companies import Companies, Floats, seen_by

REVIEWS = (6, 12, 18, 24)


def waiting(given: Companies, reviews: tuple[int, ...] = REVIEWS) -> dict[str, Any]:
    """What each company earns to the horizon by the advice, and by three rules; paired differences.

    Args:
        given: the companies.
        reviews: months after which one may stop.
    """
    lives, number = given.lives, len(given.lives)
    tables = {month: given.stopped(month) for month in reviews}
    earned = {0: given.net, **{month: net for month, (_, net) in tables.items()}}
    stops = {
        "by the advice": _advised(given, tables, reviews),
        "always hold": np.zeros(number, dtype=int),
        "stop after a bad first year": _at(reviews, _bad_year(lives)),
        "stop after six months below the line": _at(reviews, _six_below(lives)),
    }
    best = np.argmax(np.stack(list(earned.values())), axis=0)
    by_rule = {name: _earned(earned, stop) for name, stop in stops.items()}
    rows = []
    for name, values in by_rule.items():
        level, gain = mean(values), mean(by_rule["by the advice"] - values)
        rows.append(
            {
                "rule": name,
                "stopped": float((stops[name] > 0).mean()),
                "earned": level.value,
                "low": level.low,
                "high": level.high,
                "advice_more": gain.value,
                "advice_more_low": gain.low,
                "advice_more_high": gain.high,
            }
        )
    knowing = np.stack(list(earned.values())).max(axis=0)
    return {
        "companies": number,
        "lives": len(given.prior.replications),
        "reviews": list(reviews),
        "crossed": float(lives.plateau.crossed.mean()),
        "best_to_stop": float((best > 0).mean()),
        "earned_by_hindsight": float(knowing.mean()),
        "rules": rows,
    }


def _advised(given: Companies, tables: dict[int, Any], reviews: tuple[int, ...]) -> NDArray[np.int_]:
    """After which month each company is advised to stop, 0 for never."""
    prior, held = given.prior, given.prior.net()
    gains = {month: table.net() - held for month, (table, _) in tables.items()}
    results = prior.results(("leads", "customers", "margin"))
    stops = np.zeros(len(given.lives), dtype=int)
    for i in range(len(given.lives)):
        for now, later in zip(reviews, (*reviews[1:], None), strict=True):
            ahead = ahead_of(prior, seen_by(given.lives, i, now)).nearest(LIVES)
            near, then = ahead.places, None if later is None else gains[later][ahead.places]
            seen = None if later is None else seen_between(*np.moveaxis(results[near, now:later], -1, 0))
            if weigh(ahead, gains[now][near], then, seen).stops:
                stops[i] = now
                break
    return stops


def _earned(earned: dict[int, Floats], stops: NDArray[np.int_]) -> Floats:
    return np.array([earned[int(stop)][i] for i, stop in enumerate(stops)])


def _bad_year(lives: Any) -> Floats:
    """Month 12, where the results of the first year lay below what was expected of them; never otherwise."""
    metric = lives.scenario.parameters.expectation.metric
    short = lives.values(metric)[:, :12].sum(axis=1) < lives.values("expected")[:, :12].sum(axis=1)
    return np.where(short, 12.0, np.inf)


def _six_below(lives: Any) -> Floats:
    """The month after which the three-month mean has been below the line six months running."""
    metric = lives.scenario.parameters.expectation.metric
    below = trailing_mean(lives.values(metric), lives.lives.starting_level) < lives.values("expected")
    running = np.asarray(np.lib.stride_tricks.sliding_window_view(below, 6, axis=1).all(axis=2))
    return np.where(running.any(axis=1), running.argmax(axis=1) + 6.0, np.inf)


def _at(reviews: tuple[int, ...], month: Floats) -> NDArray[np.int_]:
    """The first review at or after a month, 0 for none."""
    due = np.searchsorted(np.array(reviews), month)
    return np.where(due < len(reviews), np.array([*reviews, 0])[due], 0)
