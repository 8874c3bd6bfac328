"""What visitors would miss after a reload, kept in memory for the latest few hundred."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import Generic, TypeVar

_MOST = 500

Kept = TypeVar("Kept")


class Saved(Generic[Kept]):
    """What visitors have, by who and where they are."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: OrderedDict[tuple[str, str], Kept] = OrderedDict()

    def get(self, visitor: str, place: str) -> Kept | None:
        """What somebody had there, or None."""
        with self._lock:
            return self._kept.get((visitor, place))

    def put(self, visitor: str, place: str, kept: Kept) -> None:
        """Keep what somebody has, in the place of what was there."""
        with self._lock:
            self._kept[visitor, place] = kept
            self._kept.move_to_end((visitor, place))
            while len(self._kept) > _MOST:
                self._kept.popitem(last=False)
