"""What a life leaves behind: a row of figures a month."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

MONTHLY = (
    "leads",
    "leads_qualified",
    "customers",
    "margin",
    "cost",
    "activity",
    "useful_output",
    "capability",
    "fit",
    "utilisation",
    "waiting_days",
    "feedback_days",
    "headcount",
    "confidence",
    "pressure",
    "expected",
    "late_share",
    "duplicates",
    "time_producing",
    "time_improving",
    "time_interrupted",
    "time_planning",
)
CHANNELS = ("search", "content", "social", "paid", "email")
ORIGINS = (*CHANNELS, "brand", "word_of_mouth")
ORIGIN_OUTPUTS = ("leads", "customers", "margin")
ROLES = ("strategist", *CHANNELS, "analyst")
ROLE_OUTPUTS = ("utilisation", "waiting_days", "queue")
ITEM_TYPE = np.dtype(
    [
        ("channel", "U8"),
        ("kind", "U12"),
        ("ordinal", "i4"),
        ("published_month", "i4"),
        ("worth", "f8"),
        ("results", "f8"),
    ]
)


@dataclass(frozen=True, slots=True)
class Life:
    """What one replication of a scenario recorded.

    Attributes:
        replication: its number.
        monthly: array (months, outputs), columns as in ``MONTHLY``; a mean over nothing (no hand-off waited, no insight
            was acted on, nothing was published) is missing (nan).
        channels: array (months, origins, 3), as in ``ORIGINS`` and ``ORIGIN_OUTPUTS``.
        roles: array (months, roles, 3), as in ``ROLES`` and ``ROLE_OUTPUTS``.
        starting_level: expected results a month before the programme, in the metric's unit.
        starting_margin: expected margin a month before the programme.
        first_expected: array (months,), the expected line without dated changes and resets.
        stopped_month: month in which the programme was stopped, nan when it was not.
        draw: values drawn for uncertain parameters, by path.
        items: one record an item (``ITEM_TYPE``), or None when not asked for.
    """

    replication: int
    monthly: NDArray[np.float64]
    channels: NDArray[np.float64]
    roles: NDArray[np.float64]
    starting_level: float
    starting_margin: float
    first_expected: NDArray[np.float64]
    stopped_month: float
    draw: dict[str, float]
    items: NDArray[Any] | None = None


class Mean:
    """A mean that knows when there is nothing to average."""

    __slots__ = ("count", "total")

    def __init__(self) -> None:
        self.count = 0
        self.total = 0.0

    def add(self, value: float) -> None:
        self.count += 1
        self.total += value

    def take(self) -> float:
        """The mean since the last call; nan over nothing."""
        mean = self.total / self.count if self.count else float("nan")
        self.count = 0
        self.total = 0.0
        return mean
