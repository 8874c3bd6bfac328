"""Choosing a company for a room, or for oneself."""

from __future__ import annotations

import secrets

import streamlit as st

import simkit
from simkit.errors import SimkitError
from simkit.scenarios import Scenario
from simkit.training.company import LUCKS, Luck
from simkit_app.board import Board, shipped
from simkit_app.files import read
from simkit_app.room.questions import Prepared
from simkit_app.room.refused import Refused
from simkit_app.room.service import service
from simkit_app.room.standing import MODES, Mode
from simkit_app.text import plain
from simkit_app.watching import Waiting, watch

_PREPARE = "company"
_OWN, _FILE = "the company on the board", "a scenario file …"
_LUCKS: dict[Luck, str] = {
    "typical": "typical: crosses in the middle of its lives",
    "lucky": "good: crosses among the first tenth",
    "never": "bad: never crosses",
}
_MODES: dict[Mode, str] = {
    "one": "One company: the majority decides",
    "own": "Each their own company, under the same luck",
}
_ALONE = "alone"


def choose(board: Board, code: str = "", key: str = "") -> None:
    """Choose a company; with a code, as the next one of a room."""
    if not code:
        st.markdown(
            "People join on their own phones, **draw what they expect**, live through the months as you reveal them, "
            "decide at each review, and compare in the end. Twenty minutes a company, and as many for talking about "
            "it. New here? Play it on your own first: ten minutes."
        )
    scenario = _story(board)
    if scenario is None:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        luck = st.selectbox("With which luck?", LUCKS, format_func=_LUCKS.__getitem__, key="training luck", width=330)
        mode = st.selectbox("Who decides?", MODES, format_func=_MODES.__getitem__, key="training mode", width=370)
        months = st.number_input("Months", 6, 60, 24, key="training months", width=140)
    with st.container(horizontal=True):
        label = "Go on with this company" if code else "Open the room"
        wanted: str | None = mode if _asked(label, "meeting_room", True) else None
        if not code and _asked("Play on my own", "person", False):
            wanted = _ALONE
    if wanted is not None:
        # Nobody can know the luck beforehand; the debrief says the seed.
        question = Prepared(scenario, int(months), luck, secrets.randbelow(10**6))
        st.session_state["training opening"] = question, wanted
    if "training opening" in st.session_state:
        _open(board, code, key)


def _asked(label: str, icon: str, first: bool) -> bool:
    busy = "training opening" in st.session_state
    kind = "primary" if first else "secondary"
    return st.button(label, type=kind, icon=f":material/{icon}:", disabled=busy)  # type: ignore[arg-type]  # one of two


def _open(board: Board, code: str, key: str) -> None:
    """Open the room as soon as the company has the wanted luck."""
    question, wanted = st.session_state["training opening"]
    (answer,) = board.ask(_PREPARE, question)
    watch([Waiting(answer, "Looking for such a life …")])
    del st.session_state["training opening"]
    if answer.error:
        st.error(plain(answer.error), icon=":material/error:")
        return
    rooms = service().rooms
    try:
        if code:
            rooms.next_round(code, key, answer.value, "own" if rooms.standing(code).alone else wanted)
        elif wanted == _ALONE:
            board.keep(room=rooms.alone(answer.value))
        else:
            board.keep(room=rooms.open(answer.value, wanted))
    except Refused as refusal:
        st.error(plain(refusal.message), icon=":material/error:")
        return
    st.rerun()


def _story(board: Board) -> Scenario | None:
    """What is chosen; None as long as there is none."""
    stories = [*simkit.shipped_scenarios(), _OWN, _FILE]
    story = st.selectbox("Which company?", stories, format_func=_title, key="training story")
    if story == _FILE:
        file = st.file_uploader("A scenario file", ["toml", "zip"], key="training file")
        if file is None:
            return None
        try:
            scenario = read(file.name, file.getvalue())
        except SimkitError as mistake:
            st.error(plain(f"{file.name[:80]} cannot be used. {mistake}"), icon=":material/error:")
            return None
    else:
        scenario = board.position.scenario if story == _OWN else shipped(story)
    st.markdown(plain(scenario.story))
    return scenario


def _title(story: str) -> str:
    return story if story in (_OWN, _FILE) else shipped(story).title
