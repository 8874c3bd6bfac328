"""Months that another model made: does a fit say so, or do its intervals hold all the same?

The other model is that of marketing-mix work: a base with a trend, media with carry-over and saturation, a season and
noise; leads qualify, and a share of them is won a quarter later (adstock and Hill saturation: Jin et al. 2017,
https://research.google/pubs/pub46001). Nothing in it has people, work or learning. Its ranges are assumptions.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from simkit.experiments.calibrate import calibrate
from simkit.experiments.condition import RESULTS
from simkit.observed import TOTAL, Observation, Observed
from simkit.statistics import percentiles
from studies.companies import Companies, Floats, band

SERIES, OBSERVED, AHEAD = 60, 12, 12
LEAST = 0.8


def other_months(number: int, months: int, seed: int = 1) -> dict[str, Floats]:
    """Months of another model by metric; shape (series, months)."""
    random = np.random.default_rng(seed)

    def drawn(low: float, high: float) -> Floats:
        return random.uniform(low, high, (number, 1))

    month = np.arange(1, months + 1)
    spend = drawn(10_000.0, 40_000.0) * random.lognormal(0.0, 0.3, (number, months))
    carried = np.zeros((number, months))
    keep = drawn(0.2, 0.8)
    for at in range(months):
        carried[:, at] = spend[:, at] + (keep[:, 0] * carried[:, at - 1] if at else 0.0)
    half, most = drawn(20_000.0, 120_000.0), drawn(200.0, 900.0)
    base = drawn(700.0, 1_500.0) * (1.0 + drawn(-0.01, 0.04)) ** month
    season = 1.0 + drawn(0.0, 0.15) * np.cos(2.0 * np.pi * (month - drawn(0.0, 12.0)) / 12.0)
    noise = random.lognormal(0.0, drawn(0.03, 0.12), (number, months))
    leads = random.poisson((base + most * carried / (half + carried)) * season * noise).astype(float)
    qualified = random.binomial(leads.astype(int), drawn(0.18, 0.32)).astype(float)
    before = np.concatenate([np.repeat(qualified[:, :1], 3, axis=1), qualified[:, :-3]], axis=1)
    customers = random.binomial(before.astype(int), drawn(0.08, 0.16)).astype(float)
    return {"leads": leads, "leads_qualified": qualified, "customers": customers, "margin": customers * 2_400.0}


def wrong_model(given: Companies, number: int = SERIES) -> dict[str, Any]:
    """How many series are flagged, and how often the 90 % intervals of the next year hold what came.

    Args:
        given: whose table the fits rest on.
        number: of series.
    """
    made = other_months(number, OBSERVED + AHEAD)
    flagged = np.zeros(number, dtype=bool)
    held = {metric: np.zeros(number, dtype=bool) for metric in ("leads", "margin")}
    ahead = slice(OBSERVED, OBSERVED + AHEAD)
    for i in range(number):
        rows = (
            Observation(month, metric, TOTAL, float(made[metric][i, month - 1]))
            for metric in RESULTS
            for month in range(1, OBSERVED + 1)
        )
        fit = calibrate(given.prior, Observed(tuple(rows)))
        flagged[i] = bool(fit.warning)
        for metric, held_here in held.items():
            low, high = percentiles(fit.lives.values(metric)[:, ahead].sum(axis=1), (5.0, 95.0), fit.lives.weights)
            held_here[i] = low <= made[metric][i, ahead].sum() <= high
    quiet = ~flagged
    rows_of = [
        {
            "what": f"{metric}, next {AHEAD} months",
            "held_where_not_flagged": float(inside[quiet].mean()) if quiet.any() else None,
            "held_or_flagged": float((inside | flagged).mean()),
            "held": float(inside.mean()),
        }
        for metric, inside in held.items()
    ]
    return {
        "series": number,
        "flagged": float(flagged.mean()),
        "not_flagged": int(quiet.sum()),
        "least": LEAST,
        "band_of_least": list(band(LEAST, max(int(quiet.sum()), 1))),
        "rows": rows_of,
    }
