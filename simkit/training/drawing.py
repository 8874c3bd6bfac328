"""What somebody expected, and how close that came: scores that reward saying what one believes.

A drawn month and a named crossing are points, so they are scored by the absolute error: whoever wants the least of it
has to name the middle of what they believe (it is consistent for the median: Gneiting 2011,
doi:10.1198/jasa.2011.r10138). 'Never' counts as the month after the last one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simkit.errors import RunError

MOST = 1e12
"""Above which a drawn value is taken for a mistake."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Drawing:
    """What somebody expects of a company.

    Attributes:
        values: the result of each month, in the metric of the expected line.
        crossing: the month in which results cross what is expected; None for never.
        patience: after how many bad months running one would stop; None for never.
    """

    values: tuple[float, ...]
    crossing: int | None
    patience: int | None


def drawing(values: Any, crossing: Any, patience: Any, months: int) -> Drawing:
    """A drawing that somebody sent, whatever that is, checked.

    Raises:
        RunError: what cannot be drawn; the message names it.
    """
    if not isinstance(values, list | tuple) or len(values) != months:
        raise RunError(f"expected {months} values, one a month", field="values")
    for month, value in enumerate(values, 1):
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise RunError("expected a number", field=f"values, month {month}", value=value)
        if not 0 <= value <= MOST:  # nor is NaN in between
            raise RunError(f"expected 0 to {MOST:g}", field=f"values, month {month}", value=value)
    for name, said in (("crossing", crossing), ("patience", patience)):
        if said is not None and (isinstance(said, bool) or not isinstance(said, int) or not 1 <= said <= months):
            raise RunError(f"expected a month from 1 to {months}, or never", field=name, value=said)
    return Drawing(tuple(map(float, values)), crossing, patience)


@dataclass(frozen=True, slots=True)
class Score:
    """How close a drawing came; less is better.

    Attributes:
        timing: months between the crossing that was named and the one that came.
        early: whether it was named too early; None where it was right.
        shape: mean distance of drawn and actual months, as a share of the target.
        line: the same of the expected line.
    """

    timing: int
    early: bool | None
    shape: float
    line: float


def score(drawn: Drawing, actual: ArrayLike, expected: ArrayLike, crossing: int | None, target: float) -> Score:
    """Hold a drawing against what happened.

    Args:
        drawn: what was expected.
        actual: results, shape (months,).
        expected: the line, shape (months,).
        crossing: the month of the crossing that came, or None.
        target: of the line.
    """
    came, line = np.asarray(actual, dtype=float), np.asarray(expected, dtype=float)
    said = _month(drawn.crossing, len(came))
    happened = _month(crossing, len(came))
    return Score(
        timing=abs(said - happened),
        early=None if said == happened else said < happened,
        shape=float(np.abs(np.array(drawn.values) - came).mean() / target),
        line=float(np.abs(line - came).mean() / target),
    )


def fan(drawings: Sequence[Drawing]) -> Floats:
    """What a room expected: the 10, 50 and 90 % points of each month; shape (3, months)."""
    points: Floats = np.percentile([drawn.values for drawn in drawings], (10, 50, 90), axis=0)
    return points


def _month(crossing: int | None, months: int) -> int:
    return months + 1 if crossing is None else crossing
