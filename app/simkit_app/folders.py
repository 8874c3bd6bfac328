"""Where the lives of long questions are kept while the server runs: one that was cancelled goes on from there."""

from __future__ import annotations

import atexit
import hashlib
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock

from simkit.scenarios import Scenario
from simkit_app.queue import Lane

_LOOK = 0.2
"""Seconds after which one who waits looks whether anybody still wants it."""
_locks: defaultdict[Path, Lock] = defaultdict(Lock)


def kept_in(scenario: Scenario, asked: object) -> Path:
    """The folder of a question.

    Args:
        scenario: that it is about.
        asked: all else that it says; its repr tells it from others.
    """
    return _folder() / hashlib.sha256(repr((scenario.hash, asked)).encode()).hexdigest()[:16]


@contextmanager
def alone(folder: Path, lane: Lane) -> Iterator[None]:
    """Nobody else works in a folder: who was cancelled may still be ending, and others may ask much the same.

    Raises:
        CancelledError: the lane was closed while it waited.
    """
    lock = _locks[folder]
    while not lock.acquire(timeout=_LOOK):
        if lane.closed:
            raise CancelledError
    try:
        yield
    finally:
        lock.release()


@cache
def _folder() -> Path:
    made = TemporaryDirectory(prefix="simkit-")
    atexit.register(made.cleanup)
    return Path(made.name)
