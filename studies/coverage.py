"""Do forecasts hold what they promise? Companies observed for a year, their next year, and their crossing."""

from __future__ import annotations

from typing import Any

import numpy as np

from simkit.experiments.calibrate import calibrate
from simkit.plateau import crossing_times
from simkit.statistics import mean
from studies.companies import SEED, Companies, Floats, band, placed, seen_by, uniform

OBSERVED = 12
AHEAD = (1, 3, 6, 12)
BINS = 5


def coverage(given: Companies, observed: int = OBSERVED, ahead: tuple[int, ...] = AHEAD) -> dict[str, Any]:
    """Shares of companies inside their 50 % and 90 % intervals, ranks of what is uncertain, and chances to cross.

    Args:
        given: the companies.
        observed: months that each has seen.
        ahead: months after that for which single months are looked at; the longest is also the span of the sums.
    """
    lives, prior = given.lives, given.prior
    horizon, number = prior.months, len(lives)
    crossed = np.minimum(crossing_times(lives.plateau), horizon + 1)
    truth = lives.lives.drawn
    luck = np.random.default_rng(SEED).random((number, 64))
    places: dict[str, list[float]] = {}
    ranks: list[list[float]] = []
    months = list(range(observed + 6, horizon + 1, 6))
    chances = np.empty((number, len(months)))
    span = slice(observed, observed + ahead[-1])
    for i in range(number):
        fit = calibrate(prior, seen_by(lives, i, observed))
        to_come, counted = fit.lives, fit.lives.weights
        assert counted is not None
        asked: dict[str, tuple[float, Floats]] = {}
        for metric in ("leads", "margin"):
            own, theirs = lives.values(metric)[i], to_come.values(metric)
            for months_ahead in ahead:
                at = observed + months_ahead - 1
                asked[f"{metric}, {months_ahead} months ahead"] = (own[at], theirs[:, at])
            asked[f"{metric}, next {ahead[-1]} months"] = (own[span].sum(), theirs[:, span].sum(axis=1))
        crossing = np.minimum(crossing_times(to_come.plateau), horizon + 1)
        asked["crossing month, never last"] = (crossed[i], crossing)
        for k, (name, (value, among)) in enumerate(asked.items()):
            places.setdefault(name, []).append(placed(value, among, counted, luck[i, k]))
        assert fit.scenario.joint is not None
        draws = fit.scenario.joint.values
        equal = np.full(len(draws), 1.0 / len(draws))
        ranks.append([placed(truth[i, k], draws[:, k], equal, luck[i, 32 + k]) for k in range(truth.shape[1])])
        chances[i] = [counted @ (crossing <= month) for month in months]
    # Of whom somebody speaks who has seen nothing.
    believed = crossing_times(prior.lives(np.arange(len(prior.replications))).plateau)
    return {
        "companies": number,
        "lives": len(prior.replications),
        "observed_months": observed,
        "crossed": float((crossed <= horizon).mean()),
        "intervals": [_interval_row(name, np.array(column)) for name, column in places.items()],
        "ranks": [{"path": path, "p_uniform": uniform(np.array(ranks)[:, k])} for k, path in enumerate(prior.paths)],
        "chances": [
            _chance_row(month, chances[:, k], (crossed <= month).astype(float), float((believed <= month).mean()))
            for k, month in enumerate(months)
        ],
    }


def _interval_row(name: str, places: Floats) -> dict[str, Any]:
    row: dict[str, Any] = {"what": name, "p_uniform": uniform(places)}
    for share in (0.5, 0.9):
        inside = float((np.abs(places - 0.5) < share / 2).mean())
        low, high = band(share, len(places))
        row[f"inside_{share:.0%}"] = inside
        row[f"band_{share:.0%}"] = [low, high]
        row[f"held_{share:.0%}"] = bool(low <= inside <= high)
    return row


def _chance_row(month: int, chance: Floats, came: Floats, base: float) -> dict[str, Any]:
    """Brier scores, and in five bins of equal count what was said against what came."""
    gain = mean(np.square(base - came) - np.square(chance - came))
    bins = []
    for bin_of in np.array_split(np.argsort(chance, kind="stable"), BINS):
        share = mean(came[bin_of])
        bins.append({"said": float(chance[bin_of].mean()), "came": share.value, "low": share.low, "high": share.high})
    return {
        "month": month,
        "brier": float(np.square(chance - came).mean()),
        "brier_of_base_rate": float(np.square(base - came).mean()),
        "gain": gain.value,
        "gain_low": gain.low,
        "gain_high": gain.high,
        "bins": bins,
    }
