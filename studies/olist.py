"""Real months: the first seven fitted, the next two forecast, beside what needs no model. An illustration."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import simkit
from simkit.experiments.prior import SIMULATIONS
from simkit.statistics import percentiles
from studies.companies import SEED, Floats

TABLE = next((Path(__file__).parents[1] / "scenarios" / "data").glob("*.csv"))
FITTED, AHEAD = 7, 2


def olist(
    folder: Path, simulations: int = SIMULATIONS, progress: Callable[[int, int], object] | None = None
) -> dict[str, Any]:
    """Errors of the next two months of leads and customers: ours, the last month's, a line's, and smoothing's."""
    observed = simkit.load_observed(TABLE)
    scenario = simkit.load_scenario("olist")
    prior = simkit.prior_lives(scenario, simulations, SEED, folder / "olist", resume=True, progress=progress)
    fit = simkit.calibrate(prior, observed.until(FITTED))
    rows = []
    for metric in ("leads", "customers"):
        seen = observed.monthly(metric)[1]
        known, came = seen[:FITTED][~np.isnan(seen[:FITTED])], seen[FITTED : FITTED + AHEAD]
        ahead = fit.lives.values(metric)[:, FITTED : FITTED + AHEAD]
        low, middle, high = percentiles(ahead, (5.0, 50.0, 95.0), fit.lives.weights)
        said = {"simkit": middle, **_others(known)}
        rows.append(
            {
                "metric": metric,
                "came": came.tolist(),
                "low": low.tolist(),
                "high": high.tolist(),
                "said": {name: [round(float(value), 1) for value in values] for name, values in said.items()},
                "mean_error": {name: float(np.abs(values - came).mean()) for name, values in said.items()},
            }
        )
    return {
        "lives": len(prior.replications),
        "fitted_months": FITTED,
        "likeness": fit.likeness,
        "warning": fit.warning,
        "informed": list(fit.informed),
        "of": len(fit.parameters),
        "rows": rows,
    }


def _others(known: Floats) -> dict[str, Floats]:
    from statsmodels.tsa.holtwinters import Holt

    month = np.arange(len(known))
    line = np.polynomial.Polynomial.fit(month, known, 1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # so few months leave the smoothing's optimiser unsure, and it says so
        smoothed = Holt(known, initialization_method="estimated").fit().forecast(AHEAD)
    return {
        "last month": np.full(AHEAD, known[-1]),
        "straight line": np.maximum(line(len(known) + np.arange(AHEAD)), 0.0),
        "exponential smoothing": np.maximum(smoothed, 0.0),
    }
