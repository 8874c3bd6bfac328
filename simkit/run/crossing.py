"""When results cross what was expected, in a form that can be read."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

import numpy as np

from simkit.plateau import Crossing, crossing_times
from simkit.run.lives import Floats
from simkit.statistics import Estimate, Incidence, effective_sample_size, time_to_event


@dataclass(frozen=True, slots=True)
class CrossingTime:
    """When lives cross the expected line; printed, it is a few plain lines.

    Attributes:
        incidence: P(crossed by m) with its interval, for m from 0 to the horizon. Lives that were abandoned stay in the
            denominator; those never below the line count from month 0.
        median: the month by which half of the lives have crossed; its value, or an end, is None where not reached.
        restricted_mean: the mean month, with 0 for never below and the horizon for every life that does not cross.
        lives: how many there are.
        effective_lives: how many equally weighted ones they are worth.
        seed: the seed that they were simulated with.
        caution: what stands against believing their weights, in words; '' if nothing does.
    """

    incidence: Incidence
    median: Estimate
    restricted_mean: Estimate
    lives: int
    effective_lives: float
    seed: int
    caution: str

    def by(self, month: int) -> Estimate:
        """P(crossed by a month).

        Raises:
            RunError: the month is outside 0 to the horizon.
        """
        return self.incidence.at(month)

    @property
    def horizon(self) -> int:
        """The last month."""
        return int(self.incidence.month[-1])

    def __str__(self) -> str:
        at_end, level = self.by(self.horizon), f"{self.incidence.level:.0%}".replace("%", " %")
        worth = "" if np.isclose(self.lives, self.effective_lives) else f", worth {self.effective_lives:.3g} equal ones"
        return "\n".join(
            [
                f"crossed by month {self.horizon}: {_percent(at_end.value)} % of lives "
                f"({level} interval {_percent(at_end.low)} to {_percent(at_end.high)} %)",
                f"median crossing month: {_month(self.median.value)}{self._interval_of_median(level)}",
                f"restricted mean: {_number(self.restricted_mean.value)} months "
                f"({level} interval {_number(self.restricted_mean.low)} to {_number(self.restricted_mean.high)}), "
                f"with {self.horizon} for a life that does not cross",
                f"{self.lives} lives{worth}, seed {self.seed}",
                *([f"caution: {self.caution}"] if self.caution else []),
            ]
        )

    def _repr_html_(self) -> str:
        return f"<pre>{escape(str(self))}</pre>"

    def _interval_of_median(self, level: str) -> str:
        if self.median.low is None:
            return ""
        high = "on" if self.median.high is None else f"to {_month(self.median.high)}"
        return f" ({level} interval from {_month(self.median.low)} {high})"


def crossing_time(
    lives: Crossing, horizon: int, seed: int, weights: Floats | None = None, caution: str = ""
) -> CrossingTime:
    """When these lives cross, each counted with its weight."""
    when = time_to_event(crossing_times(lives), horizon, weights)
    number = len(lives.outcome)
    effective = float(number) if weights is None else effective_sample_size(weights)
    return CrossingTime(when.incidence, when.median, when.restricted_mean, number, effective, seed, caution)


def _percent(share: float | None) -> str:
    return "?" if share is None else f"{100 * share:.0f}"


def _month(month: float | None) -> str:
    return "not reached" if month is None else "at once" if month == 0 else f"{month:.0f}"


def _number(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.1f}"
