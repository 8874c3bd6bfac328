"""The steps of a session, and when they are possible."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, get_args

from simkit.training.company import Company
from simkit_app.room.refused import Refused
from simkit_app.room.tables import Round

Step = Literal["lock", "reveal", "review", "finish", "close", "back", "forward", "debrief"]
Scene = Literal["expected", "crossing", "stopped", "decisions", "known", "activity", "learned", "questions"]
SCENES: tuple[Scene, ...] = get_args(Scene)
"""What the projector shows of a debrief, one after the other."""


def _lock(now: Round, company: Company) -> None:
    if now.locked:
        raise Refused(409, "The drawings are locked already.")
    now.locked, now.phase = True, "live"


def _reveal(now: Round, company: Company) -> None:
    if now.phase != "live":
        raise Refused(409, "Lock the drawings first." if now.phase == "draw" else "All months have been lived.")
    if now.month == company.months:
        raise Refused(409, "This was the last month. Go on with the debrief.")
    now.month += 1
    now.shown = now.month
    now.reviewing = now.month if now.month in company.reviews else None


def _review(now: Round, company: Company) -> None:
    _reveal(now, company)
    while now.reviewing is None and now.month < company.months:
        _reveal(now, company)


def _finish(now: Round, company: Company) -> None:
    _reveal(now, company)
    while now.month < company.months:
        _reveal(now, company)


def _close(now: Round, company: Company) -> None:
    if now.reviewing is None:
        raise Refused(409, "No review is open.")
    now.reviewing = None


def _back(now: Round, company: Company) -> None:
    if now.phase == "debrief":
        now.scene = max(now.scene - 1, 0)
        return
    now.seconds = None  # whoever looks back is not to be carried on
    now.shown = max(now.shown - 1, 0)


def _forward(now: Round, company: Company) -> None:
    if now.phase == "debrief":
        now.scene = min(now.scene + 1, len(SCENES) - 1)
        return
    now.shown = min(now.shown + 1, now.month)


def _debrief(now: Round, company: Company) -> None:
    if now.phase != "live" or now.month < company.months:
        raise Refused(409, "Live all months first.")
    now.phase, now.reviewing = "debrief", None


STEPS: dict[str, Callable[[Round, Company], None]] = {
    "lock": _lock,
    "reveal": _reveal,
    "review": _review,
    "finish": _finish,
    "close": _close,
    "back": _back,
    "forward": _forward,
    "debrief": _debrief,
}
