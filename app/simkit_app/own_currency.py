"""Months in one currency and a board in another: the visitor says how to go on, and nothing is compared before."""

from __future__ import annotations

import streamlit as st

from simkit.observed import Observed
from simkit_app.board import Board
from simkit_app.history import Position
from simkit_app.own_months import keep

_CONVERT, _RENAME, _LEAVE_OUT = "convert", "rename", "leave out"
_WAY, _RATE, _MISTAKE = "currency way", "currency rate", "currency mistake"


def differs(board: Board, seen: Observed) -> bool:
    """Whether the amounts are in another currency than the board's; if so, ask how to go on."""
    ours, theirs = board.position.scenario.parameters.company.currency, seen.currency
    if seen.in_currency(ours):
        return False
    st.info(
        f"Your amounts are in {theirs}, those on the board in {ours}. Say how to go on: until then nothing is fitted.",
        icon=":material/currency_exchange:",
    )
    ways = {
        _CONVERT: f"Convert your amounts from {theirs} to {ours}",
        _RENAME: f"The figures on the board are meant in {theirs}: change the name of its currency, and no figure",
    }
    if seen.counts() is not None:
        ways[_LEAVE_OUT] = "Leave your amounts out, and go on with what was counted"
    chosen = st.radio("How to go on", list(ways), key=_WAY, format_func=lambda way: ways[way])
    if chosen == _CONVERT:
        st.number_input(
            f"How many {ours} is 1 {theirs}?",
            min_value=0.0,
            value=None,
            step=0.01,
            format="%.6g",
            key=_RATE,
            width=240,
            help="One rate for all months, such as the average of the time that they cover.",
        )
    st.button("Go on", type="primary", icon=":material/arrow_forward:", on_click=_go_on, args=(seen, ours))
    if st.session_state.pop(_MISTAKE, False):
        st.error(f"Say how many {ours} 1 {theirs} is: a number above 0, such as 0.92.", icon=":material/error:")
    return True


def _go_on(seen: Observed, ours: str) -> None:
    board: Board = st.session_state.board
    way = st.session_state[_WAY]
    if way == _RENAME:
        here, named = board.position, {"company.currency": str(seen.currency)}
        there = Position(here.reference.with_changes(named), here.scenario.with_changes(named))
        board.history = board.history.move(there)
        return
    if way == _LEAVE_OUT:
        left = seen.counts()
        assert left is not None
        keep(left)
    elif rate := st.session_state.get(_RATE):
        keep(seen.converted(rate, ours))
    else:
        st.session_state[_MISTAKE] = True
