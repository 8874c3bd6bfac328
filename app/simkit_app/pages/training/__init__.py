"""A session on expectation management: open a room, steer it, and talk about what happened."""

from __future__ import annotations

from contextlib import suppress

import streamlit as st

from simkit_app.board import Board
from simkit_app.pages.training import debrief, entrance, opening, steering, take_home
from simkit_app.room.refused import Refused
from simkit_app.room.service import service


def page() -> None:
    """A room to open, or the one that is open."""
    board: Board = st.session_state.board
    room = board.kept.room
    if room is not None and not _there(*room):
        st.warning("This room is gone: its time was over, or it was deleted.", icon=":material/info:")
        board.keep(room=None)
        room = None
    if room is None:
        st.title("Training: expect, live, compare", anchor=False)
        opening.choose(board)
        return
    code, key = room
    standing = service().rooms.standing(code)
    st.title("On your own" if standing.alone else f"Room {code}", anchor=False)
    if standing.alone:
        entrance.one_s_own(code, key)
    else:
        entrance.way_in(standing, key)
    steering.steps(code, key)
    if standing.phase == "debrief":
        account = debrief.talk(board, standing)
        take_home.files(standing, account)
        with st.expander("Another company: what was learned?", icon=":material/replay:"):
            opening.choose(board, code, key)
    with st.expander("End this room", icon=":material/delete:"):
        st.markdown("Everything about it is deleted: names, drawings, votes. By itself it goes after 14 days.")
        st.button("Delete the room", icon=":material/delete:", on_click=_remove, args=(code, key))
        st.button("Leave it and open another", icon=":material/logout:", on_click=_leave)


def followed(board: Board) -> bool:
    """Whether a facilitator's link was followed; the secret is taken over and leaves the address."""
    if "room" not in st.query_params or "key" not in st.query_params:
        return False
    board.keep(room=(st.query_params["room"], st.query_params["key"]))
    return True


def _there(code: str, key: str) -> bool:
    try:
        return service().rooms.steers(code, key)
    except Refused:
        return False


def _remove(code: str, key: str) -> None:
    with suppress(Refused):  # another tab was faster
        service().rooms.remove(code, key)
    _leave()


def _leave() -> None:
    board: Board = st.session_state.board
    board.keep(room=None)
