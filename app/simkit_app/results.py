"""Which results a chart shows, and whether it adds them up: one choice for all pages."""

from __future__ import annotations

import streamlit as st

from simkit_app.board import Board
from simkit_app.levers import derive

_METRICS = {"margin": "Margin", "leads": "Leads", "customers": "Customers"}
_EACH, _IN_ALL = "Each month", "In all"


def choices(board: Board, expected: str) -> None:
    """The two controls.

    Args:
        board: the visitor's.
        expected: the metric that is shown where nothing was chosen.
    """
    derive("metric", board.kept.metric or expected)
    derive("adding", _IN_ALL if board.kept.cumulative else _EACH)
    st.segmented_control(
        "Results",
        list(_METRICS),
        format_func=_METRICS.__getitem__,
        key="metric",
        required=True,
        on_change=_choose,
        label_visibility="collapsed",
    )
    st.segmented_control(
        "Months", [_EACH, _IN_ALL], key="adding", required=True, on_change=_choose, label_visibility="collapsed"
    )


def _choose() -> None:
    board: Board = st.session_state.board
    board.keep(metric=st.session_state["metric"], cumulative=st.session_state["adding"] == _IN_ALL)
