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
        metric: what is shown: margin, leads or customers.
        results: the same in words, with its unit.
        lives, seed: where the lines come from.
        crossed_share: of the lives that crossed or were never below.
        month: from 1.
        expected: E as it was in force, the median over lives where it differs between them; nan where another metric is
            expected than is shown.
        first_expected: E without dated changes and resets.
        low, median, high: 5, 50 and 95 % of the lives in each month. A spread of lives, not the interval of a mean.
        crossing: the month by which half of the lives have crossed, or None.
        crossing_low, crossing_high: its 95 % interval; None where an end is not reached.
        observed_month, observed: what a company saw, whole months only; shape (observed months,).
    """

    title: str
    metric: str
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
        return not np.allclose(self.expected, self.first_expected, equal_nan=True)


def trajectory(
    ensemble: Ensemble, observed: Observed | None = None, metric: str | None = None, cumulative: bool = False
) -> Trajectory:
    """The results of an ensemble over the months, beside what was observed of the same metric.

    Args:
        ensemble: the lives.
        observed: what a company saw.
        metric: margin, leads or customers; by default what is expected.
        cumulative: add the months up, of each life, and of the line.
    """
    expectation = ensemble.scenario.parameters.expectation.metric
    shown = metric or expectation
    currency = ensemble.scenario.parameters.company.currency
    values, expected, first = (
        np.cumsum(lives, axis=1) if cumulative else lives
        for lives in (ensemble.values(shown), ensemble.values("expected"), ensemble.lives.first_expected)
    )
    low, median, high = percentiles(values, weights=ensemble.weights)
    line, first_line = (percentiles(lives, (50.0,), ensemble.weights)[0] for lives in (expected, first))
    if shown != expectation:
        line, first_line = np.full_like(line, np.nan), np.full_like(line, np.nan)
    crossing, seen_month, seen = ensemble.crossing, *_seen(observed, shown, ensemble.months, cumulative)
    over = "in all" if cumulative else "a month"
    return Trajectory(
        title=ensemble.scenario.title or ensemble.scenario.name,
        metric=shown,
        results=f"{RESULTS[shown]}, {f'{currency} {over}' if shown == 'margin' else over}",
        lives=len(ensemble),
        seed=ensemble.seed,
        crossed_share=crossing.by(ensemble.months).value,
        month=np.arange(1.0, ensemble.months + 1.0),
        expected=line,
        first_expected=first_line,
        low=low,
        median=median,
        high=high,
        crossing=crossing.median.value,
        crossing_low=crossing.median.low,
        crossing_high=crossing.median.high,
        observed_month=seen_month,
        observed=seen,
    )


def _seen(observed: Observed | None, metric: str, horizon: int, cumulative: bool) -> tuple[Floats, Floats]:
    """Months and values to show; added up, only as far as no month is missing."""
    if observed is None or metric not in observed.metrics:
        return np.empty(0), np.empty(0)
    month, value = observed.monthly(metric)
    if cumulative:
        value = np.cumsum(value) if month.size and month[0] == 1 else np.full(value.shape, np.nan)
    shown = ~np.isnan(value) & (month <= horizon)
    return month[shown].astype(float), value[shown]
