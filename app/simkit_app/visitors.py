"""Who is there: what somebody asked who has gone must not keep workers busy."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Lock, Thread
from time import monotonic

LOOK, GONE = 5.0, 30.0
"""Seconds between two looks, and of absence after which nobody comes back: longer than sessions are kept (`server`)."""


class Visitors:
    """Looks after those who have asked something.

    Collecting garbage would find them in the end, but an idle server makes none, so it does not look.

    Args:
        forget: told who has gone.
        present: whether a session is connected now.
        look: seconds between two looks.
        gone: seconds of absence.
    """

    def __init__(
        self, forget: Callable[[str], None], present: Callable[[str], bool], look: float = LOOK, gone: float = GONE
    ) -> None:
        self._forget, self._present = forget, present
        self._look, self._gone = look, gone
        self._lock = Lock()
        self._sessions: dict[str, tuple[str, float]] = {}
        self._closed = Event()
        Thread(target=self._watch, daemon=True).start()

    def arrived(self, owner: str, session: str) -> None:
        """Somebody is here, in a session."""
        with self._lock:
            self._sessions[owner] = (session, monotonic())

    def close(self) -> None:
        """Look no more."""
        self._closed.set()

    def _watch(self) -> None:
        while not self._closed.wait(self._look):
            now = monotonic()
            with self._lock:
                for owner, (session, _) in self._sessions.items():
                    if self._present(session):
                        self._sessions[owner] = (session, now)
                left = [owner for owner, (_, seen) in self._sessions.items() if now - seen > self._gone]
                for owner in left:
                    del self._sessions[owner]
            for owner in left:
                self._forget(owner)
