"""The pages, and the frame that all of them share."""

from __future__ import annotations

import logging

import streamlit as st

from simkit_app import PAGES, board, levers
from simkit_app.board import Board
from simkit_app.pages import assumptions, compare, explore, start, take_away, training, what_if, your_data
from simkit_app.pages.training import projector
from simkit_app.text import plain

_START, _WHAT_IF, _TRAINING, _PROJECTOR = "Start", "What if", "Training", "Projector"
_log = logging.getLogger(__name__)


def made() -> list[st.Page]:
    """The pages, for this run: Streamlit makes them only in one."""
    drawn = (start, what_if, your_data, compare, explore, assumptions, take_away, training, projector)
    pages = [
        st.Page(
            module.page,
            title=title,
            url_path=path,
            default=title == _START,
            visibility="hidden" if title == _PROJECTOR else "visible",
        )
        for module, (title, path) in zip(drawn, PAGES.items(), strict=True)
    ]
    st.session_state["pages"] = {page.title: page for page in pages}
    return pages


def to_the_board() -> None:
    """Go to the page What if."""
    st.switch_page(st.session_state["pages"][_WHAT_IF])


def frame(session: Board, page: st.Page) -> None:
    """Show a page, and before it what there is to tell."""
    if page.title == _START and board.followed() and not st.session_state.get("arrived"):
        st.session_state.arrived = True  # a link that somebody shortened to the address of the server
        to_the_board()
    st.session_state.arrived = True
    if projector.followed():  # its address stays as it is
        if page.title != _PROJECTOR:
            st.switch_page(st.session_state["pages"][_PROJECTOR], query_params=st.query_params.to_dict())
        page.run()
        return
    levers.take_moves(session)
    if st.session_state.pop("go", False):  # a point of a map was chosen
        to_the_board()
    to_the_room = training.followed(session)
    board.settle(session)
    if to_the_room:
        st.switch_page(st.session_state["pages"][_TRAINING])
    if session.notice:
        st.warning(plain(session.notice), icon=":material/info:")
        session.notice = ""
    session.turn_to(page.title)
    try:
        page.run()
    except Exception as fault:
        _log.exception("the page %s could not be drawn", page.title)
        _apologise(session, fault)


def _apologise(session: Board, fault: Exception) -> None:
    """Say that a page could not be drawn, whose fault that is, and what may help; nothing is lost."""
    what = plain(f"{type(fault).__name__}: {fault}"[:300])
    st.error(
        f"This page could not be drawn. That is a fault in simkit, not yours ({what}). Nothing of yours is lost.",
        icon=":material/error:",
    )
    with st.container(horizontal=True):
        for label, step, possible in (
            ("Try again", None, True),
            ("Undo the last change", "undo", bool(session.history.past)),
            ("Back to the reference", "reset", session.position.changed),
        ):
            st.button(label, key=f"after a fault: {label}", on_click=_walk, args=(step,), disabled=not possible)


def _walk(step: str | None) -> None:
    board: Board = st.session_state.board
    if step is not None:
        board.history = getattr(board.history, step)()
