"""Outcomes of which every life has a number, so that means and differences exist.

A crossing may never come, so its month has no mean. What can be compared is whether it came by a month (0 or 1; the
mean is a probability), and the restricted month, which counts the horizon where it did not come (Royston & Parmar
2013, doi:10.1186/1471-2288-13-152).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from simkit.errors import RunError, nearest
from simkit.plateau import crossing_times
from simkit.run.lives import Floats

if TYPE_CHECKING:
    from simkit.run.ensemble import Ensemble

_MEASURES: dict[str, Callable[[Ensemble], NDArray[np.float64] | NDArray[np.bool_]]] = {
    "crossed": lambda ensemble: ensemble.plateau.crossed,
    "restricted_crossing_month": lambda ensemble: _restricted(crossing_times(ensemble.plateau), ensemble),
    "restricted_break_even_month": lambda ensemble: _restricted(ensemble.returns.break_even_month, ensemble),
    "restricted_repaid_month": lambda ensemble: _restricted(ensemble.plateau.repaid_month, ensemble),
    "abandoned": lambda ensemble: ensemble.plateau.outcome == "abandoned",
    "valley_depth": lambda ensemble: ensemble.plateau.valley_depth,
    "valley_area": lambda ensemble: ensemble.plateau.valley_area,
    "total_margin": lambda ensemble: ensemble.returns.total_margin,
    "total_cost": lambda ensemble: ensemble.returns.total_cost,
    "net_margin": lambda ensemble: ensemble.returns.total_margin - ensemble.returns.total_cost,
    "roi": lambda ensemble: ensemble.returns.roi,
    "cash_needed": lambda ensemble: ensemble.returns.cash_needed,
}
MEASURES = tuple(_MEASURES)
"""Names of all measures but ``crossed_by_<month>``, of which there is one a month."""

_BY = re.compile(r"crossed_by_(\d+)")
_INSTEAD = {
    "crossing_month": "restricted_crossing_month or crossed_by_24",
    "break_even_month": "restricted_break_even_month",
    "repaid_month": "restricted_repaid_month",
    "stopped_month": "abandoned",
    "payback_months": "roi",
    "outcome": "crossed or abandoned",
}


def measure(ensemble: Ensemble, name: str) -> Floats:
    """One measure of each life; shape (lives,).

    Args:
        ensemble: the lives.
        name: one of `MEASURES`, or ``crossed_by_<month>``.

    Raises:
        RunError: there is no such measure, or it would be missing in some lives; the message says what to use instead.
    """
    check_measure(name, ensemble.months)
    by = _BY.fullmatch(name)
    if by is not None:
        return (crossing_times(ensemble.plateau) <= int(by[1])).astype(float)
    return np.asarray(_MEASURES[name](ensemble), dtype=float)


def check_measure(name: str, months: int) -> None:
    """Refuse the name of what is no number in every life.

    Raises:
        RunError: as `measure`.
    """
    by = _BY.fullmatch(name)
    if by is not None:
        if int(by[1]) > months:
            raise RunError(f"the horizon is month {months}", field="outcome", value=name)
    elif name in _INSTEAD:
        hint = f"Use {_INSTEAD[name]}."
        raise RunError("may be missing in some lives, so it has no mean", field="outcome", value=name, hint=hint)
    elif name not in _MEASURES:
        hint = nearest(name, MEASURES) or f"There are {', '.join(MEASURES)} and crossed_by_<month>."
        raise RunError("is no outcome", field="outcome", value=name, hint=hint)


def _restricted(months: Floats, ensemble: Ensemble) -> Floats:
    return np.minimum(np.where(np.isnan(months), np.inf, months), ensemble.months)
