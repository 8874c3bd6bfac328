"""What happens when: dated changes and decisions of a scenario, to add and to take back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from simkit.errors import SimkitError
from simkit.parameters import declarations
from simkit.parameters.values import declaration, value_at
from simkit.present.board_details import name_of, written
from simkit.scenarios import DECISIONS, Change
from simkit.scenarios.scenario import UNDATED
from simkit_app.board import Board

_SAID = {
    "hold": "the board promises to wait",
    "push": "the board demands a push",
    "cut": "the board cuts the budget",
    "reorganise": "the team is reorganised",
    "chase": "everybody chases the latest hype",
    "reset": "the expectation is reset",
    "stop": "the programme is stopped",
}


def panel(board: Board) -> None:
    """The list of what happens, and a form to add to it."""
    changes = board.position.scenario.changes
    if not changes:
        st.markdown("Nothing changes over time yet. For example: from month 6 one more analyst, or in month 9 a push.")
    for i, change in enumerate(changes):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**Month {change.month}:** {said(change)}", width="stretch")
            st.button(
                "Remove",
                key=f"remove {i} {change}",
                icon=":material/close:",
                type="tertiary",
                on_click=_remove,
                args=(i,),
            )
    what = st.segmented_control("Add", ["A lever", "A decision"], key="when what", default="A lever", required=True)
    horizon = board.position.scenario.parameters.horizon_months
    with st.container(horizontal=True, vertical_alignment="bottom"):
        month = st.number_input("From month", value=min(6, horizon), step=1, key="when month", width=130)
        if what == "A decision":
            decision = st.selectbox("The decision", DECISIONS, format_func=_SAID.__getitem__, key="when decision")
            months = st.number_input(
                "For so many months", 1, 120, None, key="when months", placeholder="its usual time", width=190
            )
            st.button("Add", key="when add", icon=":material/add:", on_click=_decide, args=(decision, month, months))
        else:
            paths = _dated()
            first = paths.index("team.analyst")
            path = st.selectbox("Lever", paths, first, format_func=name_of, key="when lever")
            value = _value(board, path)
            st.button("Add", key="when add", icon=":material/add:", on_click=_set, args=(path, value, month))


def said(change: Change) -> str:
    """A change in plain words."""
    parts = [f"{name_of(path)} {written(path, value)}" for path, value in change.values]
    if change.decision:
        parts.append(_SAID[change.decision] + (f" for {change.months} months" if change.months else ""))
    return "; ".join(parts)


def _dated() -> list[str]:
    return [
        path
        for path, entry in declarations().items()
        if path not in UNDATED
        and not path.startswith("company.starting")
        and entry.low is not None
        and entry.kind == "lever"
    ]


def _value(board: Board, path: str) -> Any:
    """A step from what it is now, for adding that would change nothing."""
    entry = declaration(path)
    now: Any = value_at(board.position.scenario.parameters, path)
    at = now + (entry.step or 1)
    if entry.high is not None and at > entry.high:
        at = now - (entry.step or 1)
    key = f"when value {path}"
    unit = f", {entry.unit.replace('0-1', 'from 0 to 1')}" if entry.unit else ""
    # Without bounds: what cannot be is told when it is added, where the browser would silently keep what was there.
    if entry.integer:
        return st.number_input(f"Then{unit}", value=round(at), step=1, key=key)
    return st.number_input(f"Then{unit}", value=float(at), step=float(entry.step or 1.0), format="%g", key=key)


def _change(board: Board, make: Any) -> None:
    try:
        board.history = board.history.change(make(board.position.scenario))
    except SimkitError as mistake:
        board.notice = str(mistake)


def _set(path: str, value: Any, month: int) -> None:
    _change(st.session_state.board, lambda scenario: scenario.with_changes({path: value}, month=month))


def _decide(decision: str, month: int, months: int | None) -> None:
    _change(st.session_state.board, lambda scenario: scenario.with_decision(decision, month, months))


def _remove(place: int) -> None:
    def without(scenario: Any) -> Any:
        return replace(scenario, changes=tuple(c for i, c in enumerate(scenario.changes) if i != place))

    _change(st.session_state.board, without)
