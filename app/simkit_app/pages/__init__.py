"""The pages, and the frame that all of them share."""

from __future__ import annotations

import streamlit as st

from simkit_app import board
from simkit_app.board import LINK, Board
from simkit_app.pages import start, what_if

START = st.Page(start.page, title="Start", icon=":material/flag:", url_path="start", default=True)
WHAT_IF = st.Page(what_if.page, title="What if", icon=":material/tune:", url_path="what-if")
ALL = [START, WHAT_IF]


def frame(session: Board, page: st.Page) -> None:
    """Show a page, and before it what there is to tell."""
    if page == START and any(key in st.query_params for key in LINK) and not st.session_state.get("arrived"):
        st.session_state.arrived = True  # a link that somebody shortened to the address of the server
        st.switch_page(WHAT_IF)
    st.session_state.arrived = True
    board.settle(session)
    if session.notice:
        st.warning(session.notice, icon=":material/info:")
        session.notice = ""
    page.run()
