"""What a chart of results over time shows: the expected line, the median life, the band of lives, the crossing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simkit.observed import Observed
from simkit.run import Ensemble
from simkit.statistics import percentiles

Floats = NDArray[np.float64]

RESULTS = {"margin": "Gross margin of the customers won", "leads": "Leads", "customers": "Customers won"}


@dataclass(frozen=True, slots=True, eq=False)
class Trajectory:
    """Results over the months; the lines have shape (months,).

    Attributes:
        title: of the scenario.
        results: what is compared, in words and with its unit.
        lives, seed: where the lines come from.
        crossed_share: of the lives that crossed or were never below.
        month: from 1.
        expected: E as it was in force, the median over lives where it differs between them.
        first_expected: E without dated changes and resets.
        low, median, high: 5, 50 and 95 % of the lives in each month. A spread of lives, not the interval of a mean.
        crossing: the month by which half of the lives have crossed, or None.
        crossing_low, crossing_high: its 95 % interval; None where an end is not reached.
        observed_month, observed: what a company saw, whole months only; shape (observed months,).
    """

    title: str
    results: str
    lives: int
    seed: int
    crossed_share: float | None
    month: Floats
    expected: Floats
    first_expected: Floats
    low: Floats
    median: Floats
    high: Floats
    crossing: float | None
    crossing_low: float | None
    crossing_high: float | None
    observed_month: Floats
    observed: Floats

    @property
    def valley(self) -> NDArray[np.bool_]:
        """The months before the crossing in which the median life is below the expected line."""
        until = np.inf if self.crossing is None else self.crossing
        return (self.median < self.expected) & (self.month <= until)

    @property
    def expectation_moved(self) -> bool:
        """Whether the expectation in force differs from the first one."""
        return not np.allclose(self.expected, self.first_expected)


def trajectory(ensemble: Ensemble, observed: Observed | None = None) -> Trajectory:
    """The results of an ensemble over the months, beside what was observed of the same metric."""
    said = ensemble.summary
    course, expected = said.monthly[said.metric], said.monthly["expected"]
    first = percentiles(ensemble.lives.first_expected, (50.0,), ensemble.weights)[0]
    unit = f"{said.currency} a month" if said.metric == "margin" else "a month"
    seen_month, seen = _seen(observed, said.metric, said.months)
    return Trajectory(
        title=ensemble.scenario.title or said.scenario,
        results=f"{RESULTS[said.metric]}, {unit}",
        lives=said.replications,
        seed=said.seed,
        crossed_share=said.crossed_share.mean,
        month=np.arange(1.0, said.months + 1.0),
        expected=np.array(expected.p50, dtype=float),
        first_expected=first,
        low=np.array(course.p5, dtype=float),
        median=np.array(course.p50, dtype=float),
        high=np.array(course.p95, dtype=float),
        crossing=said.crossing_month.median,
        crossing_low=said.crossing_month.low,
        crossing_high=said.crossing_month.high,
        observed_month=seen_month,
        observed=seen,
    )


def _seen(observed: Observed | None, metric: str, horizon: int) -> tuple[Floats, Floats]:
    if observed is None or metric not in observed.metrics:
        return np.empty(0), np.empty(0)
    month, value = observed.monthly(metric)
    shown = ~np.isnan(value) & (month <= horizon)
    return month[shown].astype(float), value[shown]
