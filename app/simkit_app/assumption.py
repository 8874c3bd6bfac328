"""The form that changes one parameter: to another value, to a range, or back."""

from __future__ import annotations

from typing import Any

import streamlit as st

from simkit.errors import ParameterError, SimkitError
from simkit.parameters import Declaration
from simkit.parameters.values import declaration, value_at
from simkit.present.board_assumptions import said
from simkit.scenarios import Range
from simkit_app import levers
from simkit_app.board import Board

ONE, RANGE = "One value", "A range"
_METRIC, _TARGET = "expectation.metric", "expectation.target_per_month"
_POINTS = "expectation.points"
_ENDS = {"low": "Lowest", "mode": "Most likely", "high": "Highest"}
_CLOCK = frozenset({"horizon_months", "start_month"})
"""Numbers of which a range makes no sense."""


def form(board: Board, path: str) -> None:
    """What a parameter can be set to, and the ways back to the default and to the reference."""
    entry, value = declaration(path), board.position.scenario[path]
    how = ONE
    if entry.low is not None and path not in _CLOCK:
        key = f"assume how {path}"
        st.session_state.setdefault(key, RANGE if isinstance(value, Range) else ONE)
        how = st.segmented_control("Set it to", [ONE, RANGE], key=key, required=True) or ONE
    with st.form(f"assume {path} {how}", border=True):
        if how == RANGE:
            _range(entry, value)
        else:
            _one(board, entry, value)
        st.form_submit_button("Set", type="primary", on_click=_set, args=(path, how))
    _back(board, entry, value)


def _back(board: Board, entry: Declaration, value: Any) -> None:
    """Ways back, where there is something to take back."""
    reference = board.position.reference[entry.path]
    ways = {"reference": reference, "default": entry.default}
    for name, target in ways.items():
        if value != target and not (name == "default" and target == reference):
            st.button(
                f"Back to the {name}: {said(target)}",
                key=f"assume back {name} {entry.path}",
                icon=":material/undo:",
                on_click=_reset,
                args=(entry.path, target),
            )


def _one(board: Board, entry: Declaration, value: Any) -> None:
    """A field for a single value, of the parameter's own kind."""
    key = _key(entry.path, "value")
    parameters = board.position.scenario.parameters
    shown: Any = value_at(parameters, entry.path)
    if entry.choices:
        levers.derive(key, shown)
        st.selectbox("Value", entry.choices, key=key)
        if entry.path == _METRIC:
            levers.derive(_key(_METRIC, "target"), parameters.expectation.target_per_month)
            bounds = declaration(_TARGET)
            st.number_input("Target a month, in its unit", bounds.low, bounds.high, key=_key(_METRIC, "target"))
    elif isinstance(entry.default, bool):
        levers.derive(key, shown)
        st.toggle(entry.label, key=key)
    elif entry.path == _POINTS:
        levers.derive(key, "\n".join(f"{month:g} {amount:g}" for month, amount in shown))
        st.text_area("Month and value, a line each", key=key, placeholder="6 90000\n12 160000")
    elif entry.low is None:
        levers.derive(key, shown)
        st.text_input("Value", key=key)
    else:
        _number(entry, "Value", key, shown)


def _range(entry: Declaration, value: Any) -> None:
    """Fields for the ends and the most likely value; of a single value, half of it to either side."""
    assert entry.low is not None
    assert entry.high is not None
    if isinstance(value, Range):
        ends = {"low": value.low, "mode": value.mode, "high": value.high}
    else:
        half = abs(value) / 2
        ends = {"low": max(entry.low, value - half), "mode": value, "high": min(entry.high, value + half)}
    for end, label in _ENDS.items():
        _number(entry, label, _key(entry.path, end), ends[end])


def _number(entry: Declaration, label: str, key: str, value: float) -> None:
    assert entry.low is not None
    assert entry.high is not None
    unit = f", {entry.unit}" if entry.unit else ""
    if entry.integer:
        levers.derive(key, round(value))
        st.number_input(f"{label}{unit}", int(entry.low), int(entry.high), step=1, key=key)
    else:
        levers.derive(key, float(value))
        step = entry.step or levers.step_of(entry)
        st.number_input(f"{label}{unit}", float(entry.low), float(entry.high), step=step, format="%.8g", key=key)


def _set(path: str, how: str) -> None:
    """Take what the form says; what cannot be is told and changes nothing."""
    board: Board = st.session_state.board
    entry = declaration(path)
    try:
        if how == RANGE:
            ends = {end: st.session_state[_key(path, end)] for end in _ENDS}
            values: dict[str, Any] = {path: ends}
        else:
            given = st.session_state[_key(path, "value")]
            values = {path: _points(given) if path == _POINTS else given}
            if path == _METRIC and given != board.position.scenario[_METRIC]:
                values[_TARGET] = st.session_state[_key(_METRIC, "target")]
        levers.set_values({p: round(v) if entry.integer and p == path and how == ONE else v for p, v in values.items()})
    except SimkitError as mistake:
        board.notice = str(mistake)


def _points(text: str) -> list[list[float]]:
    """Pairs of month and value, as typed: a line each.

    Raises:
        ParameterError: a line that holds something else.
    """
    pairs = []
    for line in text.splitlines():
        if not line.strip():
            continue
        try:
            month, value = (float(part) for part in line.replace(";", " ").split())
        except ValueError:
            raise ParameterError("expected a month and a value in each line", field=_POINTS, value=line) from None
        pairs.append([month, value])
    return pairs


def _reset(path: str, target: Any) -> None:
    board: Board = st.session_state.board
    values = {path: target}
    if path == _METRIC:
        source = board.position.reference[_TARGET]
        values[_TARGET] = source if target == board.position.reference[_METRIC] else declaration(_TARGET).default
    st.session_state[f"assume how {path}"] = RANGE if isinstance(target, Range) else ONE
    levers.set_values(values)


def _key(path: str, field: str) -> str:
    return f"assume {field} {path}"
