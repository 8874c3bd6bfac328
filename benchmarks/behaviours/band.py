"""A figure measured over many lives, and the band in which it has to lie."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simkit import statistics
from simkit.statistics import Estimate

CONFIDENCE = 0.99
"""Of each interval. A figure whose true value lay outside its band would still pass with a chance of 0.5 % at most."""
POSITIVE = math.nextafter(0.0, 1.0)
"""Lower end of a band that is a sign: twins that are alike do not lie in it."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One figure of the table of behaviours.

    Attributes:
        behaviour: its number, B1 to B12.
        what: what was measured.
        band: the band, in words.
        estimate: the figure and its interval.
        low, high: ends of the band, inclusive.
        unit: '%' shows a share in per cent.
    """

    behaviour: str
    what: str
    band: str
    estimate: Estimate
    low: float = -math.inf
    high: float = math.inf
    unit: str = ""

    @property
    def reached(self) -> bool:
        """Whether the whole interval lies inside the band."""
        low, high = self.estimate.low, self.estimate.high
        return low is not None and high is not None and bool(self.low <= low and high <= self.high)

    @property
    def value(self) -> str:
        """The value, for people."""
        return self._shown(self.estimate.value)

    @property
    def interval(self) -> str:
        """The interval's two ends, for people."""
        return f"{self._shown(self.estimate.low)} to {self._shown(self.estimate.high)}"

    def __str__(self) -> str:
        kind = f"{self.estimate.level:.1%} {self.estimate.kind}, {self.estimate.n} replications"
        return f"{self.behaviour}, {self.what}: {self.value} ({self.interval}), band {self.band} [{kind}]"

    def _shown(self, value: float | None) -> str:
        if value is None:
            return "not reached"
        if self.unit == "%":
            return f"{100.0 * value:.3g} %"
        return f"{value:,.0f} {self.unit}".rstrip() if abs(value) >= 1_000.0 else f"{value:.3g} {self.unit}".rstrip()


def mean(values: ArrayLike) -> Estimate:
    """The mean over lives with its t interval; shape (lives,)."""
    return statistics.mean(values, level=CONFIDENCE)


def gains(changed: ArrayLike, twin: ArrayLike) -> NDArray[np.float64]:
    """Each life's part in the gain of a mean over its twin's, as a share of the latter; shapes (lives,).

    Their mean is the ratio of the two means less one, and their t interval is that of a ratio estimator (Cochran 1977,
    Sampling techniques, 6.4); the mean of each life's own ratio would be too high.
    """
    a, b = np.asarray(changed, dtype=float), np.asarray(twin, dtype=float)
    ratio = a.mean() / b.mean()
    return np.asarray((a - ratio * b) / b.mean() + ratio - 1.0)
