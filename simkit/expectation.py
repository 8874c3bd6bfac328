"""The expected line E(m), and the smoothed results that are held against it.

Months are numbered from 1. S is the starting level (results a month before the programme), T the target
a month and M the months to reach it. The executives inside a simulated life and the analysis after it use
these same functions, so both see the same line.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simkit.errors import ParameterError, nearest

SHAPES = ("linear", "level", "s_curve", "points")

Points = Sequence[tuple[float, float]]


def expected_line(
    shape: str, starting_level: float, target: float, months_to_target: float, points: Points, months: int
) -> NDArray[np.float64]:
    """The results expected in each of the months 1 to `months`.

    - ``linear``: E(m) = S + (T - S) min(1, m/M).
    - ``level``: T from month 1.
    - ``s_curve``: E(m) = S + (T - S) x^2 (3 - 2x), x = min(1, m/M): slow, fastest half-way, slow, at T in
      month M. This is the cubic Hermite curve with flat ends (Fritsch & Carlson 1980, doi:10.1137/0717021),
      which is also the distribution function of Beta(2, 2). Unlike a logistic it meets both ends exactly and
      needs no steepness.
    - ``points``: linear between (month, value) points, S at month 0, flat after the last. T and M are unused.

    Args:
        shape: one of `SHAPES`.
        starting_level: S, in the metric's unit a month.
        target: T, in the metric's unit a month.
        months_to_target: M, in months, at least 1.
        points: (month, value) pairs in rising order of month, each month above 0; used by ``points`` only.
        months: how many months.

    Returns:
        E, shape (months,).

    Raises:
        ParameterError: an unknown shape, M below 1, or points that are absent or out of order.
    """
    return _line(np.arange(1.0, months + 1.0), shape, starting_level, target, months_to_target, points)


def expected_in_month(
    shape: str, starting_level: float, target: float, months_to_target: float, points: Points, month: float
) -> float:
    """The results expected in one month: the same line as `expected_line`, read at `month`."""
    return float(_line(np.array([month], dtype=float), shape, starting_level, target, months_to_target, points)[0])


def trailing_mean(results: ArrayLike, starting_level: ArrayLike) -> NDArray[np.float64]:
    """R-bar: the mean of a month and the two before it, with months 0 and -1 set to S.

    Args:
        results: R, shape (..., months).
        starting_level: S, a number or shape (...).

    Returns:
        R-bar, in the shape of `results`. It looks backwards only, so a longer horizon leaves it unchanged.
    """
    values = np.asarray(results, dtype=float)
    start = np.broadcast_to(np.asarray(starting_level, dtype=float), values.shape[:-1])[..., np.newaxis]
    known = np.concatenate([start, start, values], axis=-1)
    mean: NDArray[np.float64] = (known[..., 2:] + known[..., 1:-1] + known[..., :-2]) / 3.0
    return mean


def _line(
    month: NDArray[np.float64], shape: str, start: float, target: float, months_to_target: float, points: Points
) -> NDArray[np.float64]:
    if shape == "level":
        return np.full(month.shape, float(target))
    if shape == "points":
        knots, values = _knots(points)
        return np.interp(month, [0.0, *knots], [start, *values])
    if shape not in SHAPES:
        hint = nearest(shape, SHAPES) or f"Use one of {', '.join(SHAPES)}."
        raise ParameterError("no such shape", field="expectation.shape", value=shape, hint=hint)
    if not months_to_target >= 1:
        raise ParameterError("must be at least 1 month", field="expectation.months_to_target", value=months_to_target)
    progress = np.minimum(1.0, month / months_to_target)
    if shape == "s_curve":
        progress = progress**2 * (3.0 - 2.0 * progress)
    return start + (target - start) * progress


def _knots(points: Points) -> tuple[list[float], list[float]]:
    knots = [float(month) for month, _ in points]
    if not knots or knots[0] <= 0 or any(later <= earlier for earlier, later in itertools.pairwise(knots)):
        raise ParameterError(
            "needs at least one [month, value] pair, with months above 0 in rising order",
            field="expectation.points",
            value=list(points),
        )
    return knots, [float(value) for _, value in points]
