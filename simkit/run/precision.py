"""How many lives are enough: grow until an outcome is known as precisely as asked, and say what was reached."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simkit.errors import RunError
from simkit.run.lives import Floats
from simkit.run.measures import check_measure
from simkit.statistics import unseen

if TYPE_CHECKING:
    from simkit.run.ensemble import Ensemble

LOOK_AHEAD = 5
"""kLimit of Hoad, Robinson & Davies: how many further lives must leave the width within its bound, per 100 lives."""

_MOST_GROWTH = 2.0  # the width after few lives says little about how many are needed


@dataclass(frozen=True, slots=True)
class Reached:
    """How precisely an outcome is known; printed, it says so in words.

    Attributes:
        met: whether the half-width is within what was asked, and stayed so over the look-ahead.
        half_width: of the interval, in the unit of the outcome, or as a share of its mean; infinite where lives that
            are all alike give no bound.
        lives: how many there are.
        wanted: how many there should be next; `lives` when there is nothing more to do.
        alike: whether no life differs from another, so that the half-width is a bound and not a t interval's.
        precision: what was asked.
    """

    met: bool
    half_width: float
    lives: int
    wanted: int
    alike: bool
    precision: Precision

    def __str__(self) -> str:
        width = f"{self.half_width:.2g}" if self.half_width < 1000 else f"{self.half_width:,.0f}"
        width = f"{width} {self.precision.unit}".rstrip()
        if self.precision.relative:
            width = f"{100 * self.half_width:.2g} % of the mean"
        if self.alike:
            width = "no bound, since" if math.isinf(self.half_width) else f"at most {width}, though"
            width += " no life differs from another"
        if self.met:
            return f"half-width {width}, with {self.lives:,} lives"
        if self.wanted == self.lives:
            return f"budget of {self.precision.budget:,} lives used: half-width {width}"
        return f"half-width {width}, with {self.lives:,} lives so far"


@dataclass(frozen=True, slots=True)
class Precision:
    """How precisely the mean of an outcome is to be known.

    The t interval's half-width must be within the bound, and stay so over a look-ahead of 5 more lives (5 per 100,
    where there are more), since a width may be small for a moment by luck (Hoad, Robinson & Davies 2010,
    doi:10.1057/jors.2009.121). The lives of the look-ahead are kept and counted.
    Where all lives are alike the t interval has no width. Then the distance to the farthest value that the outcome can
    take, times the largest share of lives (`unseen`) that may take it, stands in; an outcome without bounds has none.

    Attributes:
        outcome: a measure that every life has, such as restricted_crossing_month or total_margin.
        half_width: the bound, in the outcome's unit.
        relative: the bound is a share of the mean instead (0.05 for 5 %).
        level: the confidence of the interval.
        budget: the most lives.
        least: the lives to begin with.

    Raises:
        RunError: numbers that cannot be.
    """

    outcome: str
    half_width: float
    relative: bool = False
    level: float = 0.95
    budget: int = 1000
    least: int = 20

    def __post_init__(self) -> None:
        if not 0.0 < self.half_width < math.inf:
            raise RunError("must be above 0", field="precision.half_width", value=self.half_width)
        if not 0.0 < self.level < 1.0:
            raise RunError("must lie between 0 and 1", field="precision.level", value=self.level)
        if self.least < 3:
            raise RunError("expected at least 3 lives", field="precision.least", value=self.least)
        if self.budget < self.least:
            message = f"expected at least the {self.least} lives to begin with"
            raise RunError(message, field="precision.budget", value=self.budget)

    @property
    def unit(self) -> str:
        """Of the outcome, where its name says it."""
        return "months" if self.outcome.startswith("restricted_") else ""

    def reached(self, ensemble: Ensemble) -> Reached:
        """What an ensemble has reached.

        Raises:
            RunError: there is no such outcome, it may be missing, or the lives have weights.
        """
        if ensemble.weights is not None:
            raise RunError("is judged of lives that count alike", field="precision", hint="Leave the weights out.")
        return self.reached_by(ensemble.measure(self.outcome), bounds(self.outcome, ensemble.months))

    def reached_by(
        self, values: ArrayLike, ends: tuple[float, float] | None, scale: ArrayLike | None = None
    ) -> Reached:
        """What the values of an outcome have reached.

        Args:
            values: one a life, in the order of the replications; shape (lives,).
            ends: the least and the largest value that a life can have, or None.
            scale: what a relative bound is a share of, the mean of these values; the values themselves by default.
        """
        x = np.asarray(values, dtype=float)
        widths, alike = half_widths(x, ends, self.level)
        if self.relative:
            count = np.arange(1, x.size + 1)
            means = np.abs(np.cumsum(x if scale is None else np.asarray(scale, dtype=float)) / count)
            widths = np.divide(widths, means, out=np.full(x.size, np.inf), where=means > 0.0)
        outside = np.flatnonzero(widths > self.half_width)
        since = max(int(outside[-1]) + 2 if outside.size else 1, min(self.least, x.size))
        last = since + look_ahead(since)
        met = last <= x.size and since <= x.size
        wanted = x.size if met else min(self._next(x.size, float(widths[-1]), last), max(self.budget, x.size))
        return Reached(met, float(widths[-1]), x.size, wanted, bool(alike[-1]), self)

    def _next(self, lives: int, width: float, last: int) -> int:
        """Lives to grow to: what remains of the look-ahead, or what a width that falls with their root needs."""
        if width <= self.half_width:
            return last
        growth = min((width / self.half_width) ** 2, _MOST_GROWTH)
        return max(math.ceil(lives * growth), lives + look_ahead(lives))


def look_ahead(lives: int) -> int:
    """Over how many further lives a width must stay within its bound."""
    return int(LOOK_AHEAD * max(lives, 100) / 100)


def half_widths(
    values: Floats, ends: tuple[float, float] | None, level: float = 0.95
) -> tuple[Floats, NDArray[np.bool_]]:
    """Half-widths of the mean's t interval after the first, second, ... last life.

    Args:
        values: shape (lives,).
        ends: the least and the largest value that a life can have; None if there are none.
        level: the confidence.

    Returns:
        The half-widths, infinite after one life; and whether all lives up to there are alike. Where they are, the
        half-width is the bound described in `Precision`. Both have shape (lives,).
    """
    from scipy.special import stdtrit  # a third of a second to import

    count = np.arange(1.0, values.size + 1.0)
    around = values - values.mean()  # sums of squares about zero would lose digits
    total = np.cumsum(around)
    squares = np.maximum(np.cumsum(around**2) - total**2 / count, 0.0)
    alike = np.logical_and.accumulate(values == values[0])
    widths = np.full(values.size, np.inf)
    widths[1:] = stdtrit(count[1:] - 1.0, 0.5 + level / 2.0) * np.sqrt(squares[1:] / (count[1:] - 1.0) / count[1:])
    farthest = np.inf if ends is None else max(values[0] - ends[0], ends[1] - values[0])
    return np.where(alike, unseen(count, level) * farthest, widths), alike


def bounds(outcome: str, months: int) -> tuple[float, float] | None:
    """The least and the largest value that an outcome can have in a life; None for an amount.

    Raises:
        RunError: as `check_measure`.
    """
    check_measure(outcome, months)
    if outcome.startswith("restricted_"):
        return 0.0, float(months)
    return (0.0, 1.0) if is_share(outcome) else None


def is_share(outcome: str) -> bool:
    """Whether each life has 0 or 1 of it, so that its mean is a share."""
    return outcome.startswith("crossed") or outcome == "abandoned"
