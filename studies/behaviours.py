"""The behaviours of the model, measured, and the bands in which they have to lie."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benchmarks.behaviours.__main__ import MEASURES, record

SEED = 1


def behaviours(progress: Callable[[int, int], object]) -> dict[str, Any]:
    """What ``python -m benchmarks.behaviours`` measures."""
    rows = []
    for number, measure in enumerate(MEASURES):
        progress(number, len(MEASURES))
        rows.append(measure(SEED))
    return record(rows, SEED)
