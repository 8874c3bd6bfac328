"""B12: some of the shipped scenarios hardly ever cross, others nearly always."""

from __future__ import annotations

import simkit
from benchmarks.behaviours.band import CONFIDENCE, Measured
from benchmarks.behaviours.lives import lives
from simkit import statistics
from simkit.plateau import crossing_times

LAST, HORIZON = 36, 38
"""Months: a crossing is seen two months later."""
WORST, BEST = "one_person_band", "integrated"


def worst(seed: int) -> Measured:
    """Lives of the worst of the library that cross by month 36."""
    return _crossed(WORST, seed, "< 10 %", high=0.10)


def best(seed: int) -> Measured:
    """Lives of the best of the library that cross by month 36."""
    return _crossed(BEST, seed, "> 90 %", low=0.90)


def _crossed(name: str, seed: int, band: str, low: float = 0.0, high: float = 1.0) -> Measured:
    made = lives(simkit.load_scenario(name).with_changes({"horizon_months": HORIZON}), seed)
    share = statistics.share(crossing_times(made.plateau) <= LAST, level=CONFIDENCE)
    return Measured("B12", f"`{name}`: crossed by month {LAST}", band, share, low, high, "%")
