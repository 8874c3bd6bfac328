"""What to talk about: expected and actual crossing, who stopped, what decisions did, and what could be known."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from simkit.present.room_account import RoomAccount
from simkit.present.room_section import Section
from simkit.present.room_words import groups_told
from simkit.training.learning import learned
from simkit_app.answers import Answer
from simkit_app.board import Board
from simkit_app.room.played import played
from simkit_app.room.questions import Effective, Known
from simkit_app.room.service import service
from simkit_app.room.standing import Standing
from simkit_app.text import plain

_DEBRIEF, _EVERY = "debrief", 1.0
_LATE = {"decisions": (0,), "known": (1,), "questions": (0, 1)}
"""The parts that wait, for which of the answers."""


def talk(board: Board, standing: Standing) -> RoomAccount:
    """All parts, one below the other; those that are computed come as they are known."""
    account, answers = accounted(board, standing)
    st.markdown(f"#### {plain(account.headline)}")
    for section in account.sections:
        st.subheader(section.title, anchor=False)
        late = [answers[place] for place in _LATE.get(section.key, ())]
        if any(one.error for one in late):
            st.error(plain(next(one.error for one in late if one.error)), icon=":material/error:")
        elif all(one.complete for one in late):
            show(section)
        else:
            _far(section.key, late)
    _scores(account)
    return account


def _far(key: str, late: list[Answer]) -> None:
    """How far a part is, again and again; it does not hold up the steps of the room."""

    @st.fragment(run_every=_EVERY)
    def told() -> None:
        if all(one.complete or one.error for one in late):
            st.rerun()
        done, total = sum(one.done for one in late), sum(one.total for one in late)
        far = f"{done} of {total} steps" if total else "It waits for other pages."
        st.progress(min(1.0, done / total) if total else 0.0, f"The company lives again, with other luck … {far}")

    told()


def accounted(board: Board, standing: Standing, named: bool = True) -> tuple[RoomAccount, list[Answer]]:
    """What there is to tell so far, and the answers that are still to come: effects, and what could be known."""
    lives = service().lives
    now = played(standing, lives)
    before = played(service().rooms.past(standing.code, standing.round - 1), lives) if standing.round > 1 else None
    account = RoomAccount(now, learned=learned(before, now) if before else None, named=named)
    company = standing.company
    asked = Effective(company, tuple(groups_told(now.groups))), Known(company, now.main.decided)
    answers = board.ask(_DEBRIEF, *asked)
    return with_answers(account, answers), answers


def with_answers(account: RoomAccount, answers: list[Answer]) -> RoomAccount:
    """With what is known by now."""
    done, known = (answer.value if answer.complete else None for answer in answers)
    return replace(account, effects=done, known=known)


def show(section: Section) -> None:
    """What there is below its title."""
    bullet = "- " if len(section.said) > 1 else ""
    st.markdown("\n".join(f"{bullet}{plain(one)}" for one in section.said))
    if section.rows is not None and len(section.rows):
        st.vega_lite_chart(section.rows, section.spec, alt=section.title, key=f"debrief {section.key}")
    if section.table:
        rows = [dict(zip(section.heads, map(plain, row), strict=True)) for row in section.table]
        st.table(rows, border="horizontal", hide_index=True)
    if section.note:
        st.caption(plain(section.note))


def _scores(account: RoomAccount) -> None:
    heads, rows = account.scores
    if rows:
        with st.expander("How close each came", icon=":material/straighten:"):
            st.markdown(
                "To learn by, no ranking: who says what they believe does best by this measure, and one company is one "
                "draw of luck."
            )
            table = [dict(zip(heads, map(plain, row), strict=True)) for row in rows]
            st.table(table, border="horizontal", hide_index=True)
