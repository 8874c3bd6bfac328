"""Simulated lives as stacked arrays, one row a life, in the order of their replication numbers."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simkit.model.recorder import Life

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Lives:
    """What `simkit.model.recorder.Life` holds, for many lives; the arrays cannot be written to.

    Attributes:
        replication: numbers, rising; shape (lives,).
        monthly: shape (lives, months, outputs), the outputs as in ``MONTHLY``.
        channels: shape (lives, months, origins, 3), as in ``ORIGINS`` and ``ORIGIN_OUTPUTS``.
        roles: shape (lives, months, roles, 3), as in ``ROLES`` and ``ROLE_OUTPUTS``.
        starting_level: S, in the metric's unit a month; shape (lives,).
        starting_margin: the starting state's margin a month; shape (lives,).
        first_expected: E without dated changes and resets; shape (lives, months).
        stopped_month: nan where not stopped; shape (lives,).
        drawn: values of the uncertain parameters; shape (lives, paths).
        drawn_paths: their paths.
        items: one structured array a life, or None when items were not recorded.
    """

    replication: NDArray[np.int64]
    monthly: Floats
    channels: Floats
    roles: Floats
    starting_level: Floats
    starting_margin: Floats
    first_expected: Floats
    stopped_month: Floats
    drawn: Floats
    drawn_paths: tuple[str, ...]
    items: tuple[NDArray[Any], ...] | None

    def __post_init__(self) -> None:
        for name in _ARRAYS:
            getattr(self, name).flags.writeable = False
        for record in self.items or ():
            record.flags.writeable = False

    def __len__(self) -> int:
        return len(self.replication)

    def __reduce__(self) -> tuple[Any, ...]:
        # Arrays come out of a pickle writable; made anew, they are not.
        return Lives, tuple(getattr(self, field.name) for field in fields(self))

    def joined(self, other: Lives) -> Lives:
        """These lives and others of the same scenario, with other numbers."""
        order = np.argsort(np.concatenate([self.replication, other.replication]), kind="stable")
        stacked = {name: np.concatenate([getattr(self, name), getattr(other, name)])[order] for name in _ARRAYS}
        items = None
        if self.items is not None and other.items is not None:
            both = (*self.items, *other.items)
            items = tuple(both[i] for i in order)
        return Lives(**stacked, drawn_paths=self.drawn_paths, items=items)

    def first(self, count: int) -> Lives:
        """The first of these lives."""
        cut = {name: getattr(self, name)[:count] for name in _ARRAYS}
        return Lives(**cut, drawn_paths=self.drawn_paths, items=None if self.items is None else self.items[:count])


_ARRAYS = tuple(field.name for field in fields(Lives) if field.name not in ("drawn_paths", "items"))


class Room:
    """Room for a known number of lives, which can be looked at while it fills.

    What was looked at never changes: later lives go behind it. So an ensemble that grows in a hundred steps is held
    in memory once.
    """

    def __init__(self, lives: int) -> None:
        self._size = lives
        self._filled = 0
        self._arrays: dict[str, NDArray[Any]] = {}
        self._paths: tuple[str, ...] = ()
        self._items: list[NDArray[Any]] = []

    def add(self, life: Life) -> None:
        """Put one more life behind the others."""
        if not self._arrays:
            self._paths = tuple(life.draw)
        rows: dict[str, Any] = {name: getattr(life, name) for name in _ARRAYS if name != "drawn"}
        rows["drawn"] = [life.draw[path] for path in self._paths]
        for name, row in rows.items():
            if name not in self._arrays:
                kind = np.int64 if name == "replication" else np.float64
                self._arrays[name] = np.empty((self._size, *np.shape(row)), dtype=kind)
            self._arrays[name][self._filled] = row
        if life.items is not None:
            self._items.append(life.items)
        self._filled += 1

    def lives(self) -> Lives:
        """The lives that are here so far, at least one."""
        views = {name: array[: self._filled] for name, array in self._arrays.items()}
        items = tuple(self._items) if len(self._items) == self._filled else None
        return Lives(**views, drawn_paths=self._paths, items=items)
