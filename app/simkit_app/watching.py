"""Drawing what becomes known while it becomes known: what all pages that wait have in common."""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic, sleep
from typing import Protocol

import streamlit as st

from simkit_app.answers import Answer
from simkit_app.board import answers
from simkit_app.questions import EARLY, SETTLED

_LOOK = 0.05
_PAUSE = 0.25
"""Seconds between two looks at whether the script has been overtaken, and between two drawings."""


class Part(Protocol):
    """A part of a page."""

    @property
    def answers(self) -> Sequence[Answer]:
        """What it waits for."""

    def draw(self) -> None:
        """Draw what is known now, if there is enough more than was drawn."""


def watch(parts: Sequence[Part]) -> None:
    """Draw parts again as more becomes known, until all of it is; a newer move ends this."""
    while waited := [one for part in parts for one in part.answers if not (one.complete or one.error)]:
        first = any(one.value is None for one in waited)
        answers().wait(waited, [one.version for one in waited], _LOOK)
        for part in parts:
            part.draw()
        until = monotonic() + (0.0 if first else _PAUSE)
        _check()
        while monotonic() < until:
            sleep(_LOOK)
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

    def enough(self, lives: int, complete: bool) -> bool:
        """Whether there are twice the lives that were drawn, so many that they can be read, or all of them."""
        more = lives >= max(2 * self._lives, EARLY) or lives >= SETTLED > self._lives
        if lives == 0 or not (more or (complete and not self._complete)):
            return False
        self._lives, self._complete = lives, complete
        return True
