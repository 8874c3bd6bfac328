"""The pages, and the frame that all of them share."""

from __future__ import annotations

import streamlit as st

from simkit_app import board, levers
from simkit_app.board import LINK, Board
from simkit_app.pages import assumptions, compare, explore, start, take_away, what_if
from simkit_app.text import plain

START = st.Page(start.page, title="Start", icon=":material/flag:", url_path="start", default=True)
WHAT_IF = st.Page(what_if.page, title="What if", icon=":material/tune:", url_path="what-if")
TAKE_AWAY = st.Page(take_away.page, title="Take away", icon=":material/ios_share:", url_path="take-away")
EXPLORE = st.Page(explore.page, title="Explore", icon=":material/map:", url_path="explore")
COMPARE = st.Page(compare.page, title="Compare", icon=":material/compare_arrows:", url_path="compare")
ASSUMPTIONS = st.Page(assumptions.page, title="Assumptions", icon=":material/fact_check:", url_path="assumptions")
ALL = [START, WHAT_IF, COMPARE, EXPLORE, ASSUMPTIONS, TAKE_AWAY]


def frame(session: Board, page: st.Page) -> None:
    """Show a page, and before it what there is to tell."""
    if page == START and any(key in st.query_params for key in LINK) and not st.session_state.get("arrived"):
        st.session_state.arrived = True  # a link that somebody shortened to the address of the server
        st.switch_page(WHAT_IF)
    st.session_state.arrived = True
    levers.take_moves(session)
    if st.session_state.pop("go", False):  # a point of a map was chosen
        st.switch_page(WHAT_IF)
    board.settle(session)
    if session.notice:
        st.warning(plain(session.notice), icon=":material/info:")
        session.notice = ""
    page.run()
