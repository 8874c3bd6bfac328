"""Drawing what becomes known while it becomes known: what all pages that wait have in common."""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic
from typing import Any, Protocol

import streamlit as st

from simkit_app.answers import Answer
from simkit_app.board import answers
from simkit_app.questions import EARLY, SETTLED
from simkit_app.text import plain

_LOOK, _PAUSE, _READ = 0.02, 0.25, 1.0
"""Seconds between two looks at whether the script has been overtaken, between two drawings of a part, and in which a
picture of some lives is read: drawing the next one earlier would only keep the lives waiting for a processor."""

FLUSHED = 0.03
"""Seconds in which a message has left for the browser, so that the next one does not take its place."""


class Part(Protocol):
    """A part of a page."""

    @property
    def answers(self) -> Sequence[Answer]:
        """What it waits for."""

    def draw(self) -> bool:
        """Draw what is known now, if there is enough more than was drawn; whether there was."""


def watch(parts: Sequence[Part]) -> None:
    """Draw parts again as more becomes known, until all of it is; a newer move ends this."""
    due = [0.0] * len(parts)
    seen: dict[Answer, int] = {}
    while waited := [one for part in parts for one in part.answers if not (one.complete or one.error)]:
        answers().wait(waited, [seen.get(one, -1) for one in waited], _LOOK)
        seen = {one: one.version for one in waited}
        for i, part in enumerate(parts):
            if monotonic() >= due[i] and part.draw():
                due[i] = monotonic() + _PAUSE
        _check()
    for part in parts:
        part.draw()


def _check() -> None:
    """Let Streamlit end a script that has been overtaken: it does so when the script looks at its state."""
    st.session_state.get("board")


class Pace:
    """When lives that come in one by one are worth another drawing."""

    def __init__(self) -> None:
        self._lives = 0
        self._complete = False
        self._read = 0.0

    def enough(self, lives: int, complete: bool) -> bool:
        """Whether there are the first lives, twice those that have been read, so many that they settle, or all."""
        more = lives >= max(2 * self._lives, EARLY) and monotonic() >= self._read
        more = more or lives >= SETTLED > self._lives or (complete and not self._complete)
        if lives == 0 or not more:
            return False
        self._lives, self._complete, self._read = lives, complete, monotonic() + _READ
        return True


class Waiting:
    """A bar, until there is an answer or an error.

    Args:
        answer: that is waited for.
        doing: what is being done, in words.
        unit: of the work, as the answer counts it.
    """

    def __init__(self, answer: Answer, doing: str, unit: str = "lives") -> None:
        self.answers = [answer]
        self._answer, self._doing, self._unit = answer, doing, unit
        self._slot: Any = st.empty()

    def draw(self) -> bool:
        """Say how far it is."""
        answer = self._answer
        if answer.error:
            self._slot.error(plain(answer.error), icon=":material/error:")
        elif answer.complete:
            self._slot.empty()
        else:
            share = min(1.0, answer.done / answer.total) if answer.total else 0.0
            far = (
                f"{answer.done:,} of {answer.total:,} {self._unit}"
                if answer.total
                else "It begins as soon as a processor is free."
            )
            self._slot.progress(share, f"{self._doing} {far}")
        return True
