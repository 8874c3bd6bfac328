"""Widgets of levers, derived from the parameter declarations; what they show is always what the history says."""

from __future__ import annotations

import math
from collections.abc import Mapping
from time import sleep
from typing import Any

import streamlit as st

from simkit.errors import SimkitError
from simkit.experiments.levers import group_of
from simkit.parameters import Declaration, Value, declarations
from simkit.parameters.values import declaration, value_at
from simkit.present.board_details import name_of, written
from simkit.present.reference import bounds
from simkit.scenarios import Range
from simkit_app.board import Board
from simkit_app.watching import FLUSHED

FRONT = (
    "team.content",
    "team.analyst",
    "process.silos",
    "process.interruptions",
    "automation.reliance",
    "feedback.latency_weeks",
    "budget.media_per_month",
    "expectation.months_to_target",
)
"""The levers up front: one or two of each group, those that the shipped stories are about."""

GROUPS = {
    "Team": "team",
    "Silos and process": "silos and process",
    "Automation": "automation",
    "Feedback": "feedback",
    "Market": "market",
    "Budget": "budget",
    "Expectations": "expectations",
    "Channels": "channels",
    "Company": "company",
}
_FREE = {"market", "company"}
"""Groups in which nothing can be chosen; their uncertain values can be tried."""

_APART = frozenset({"expectation.metric", "expectation.points", "expectation.shape", "company.currency"})
"""What means nothing by itself: it is set where the whole expectation or company is."""

_MOST_STEPS = 30
_LEVER = "lever "


def panel(board: Board) -> None:
    """All levers: a few up front, one group of the others at a time."""
    st.subheader("What would you change?", anchor=False)
    for path in FRONT:
        lever(board, path)
    group = st.pills("More levers", list(GROUPS), key="lever group")
    with _place_of(group):
        for path in in_group(GROUPS[group]) if group else ():
            if path not in FRONT:
                lever(board, path)


def _place_of(group: str | None) -> Any:
    """Where the levers of a group are: those of another one would stay below them until the script ends."""
    drawn = st.session_state.setdefault("lever group drawn", group)
    if drawn == group:
        return st.container()  # an empty place would take the lever from a hand that moves it
    slot = st.empty()
    sleep(FLUSHED)
    st.session_state["lever group drawn"] = group
    return slot.container()


def in_group(group: str) -> tuple[str, ...]:
    """The paths of a group that a visitor can try."""
    kind = "uncertainty" if group in _FREE else "lever"
    return tuple(
        path
        for path, entry in declarations().items()
        if group_of(path) == group and path not in _APART and (entry.kind == kind or entry.kind == "lever")
    )


def lever(board: Board, path: str) -> None:
    """One lever: a widget, and where it differs from the reference a mark and the way back."""
    entry, key = declaration(path), f"{_LEVER}{path}"
    value, reference = board.position.scenario[path], board.position.reference[path]
    differs = value != reference
    shown: Any = value_at(board.position.scenario.parameters, path)
    name = f"● {name_of(path)}" if differs else name_of(path)  # no colour: it would be read aloud as Markdown
    common: dict[str, Any] = {"key": key, "help": _explained(entry, str(board.position.scenario["company.currency"]))}
    if entry.choices:
        _show(board, key, shown)
        st.selectbox(name, entry.choices, **common)
    elif isinstance(entry.default, bool):
        _show(board, key, shown)
        st.toggle(name, **common)
    else:
        low, high, step = slider_range(entry, shown, value_at(board.position.reference.parameters, path))
        whole = entry.integer
        _show(board, key, round(shown) if whole else float(shown))
        st.slider(name, low, high, step=step, format=slider_format(entry), **common)
    if differs or isinstance(value, Range):
        said = f"uncertain, {_in_words(path, value)}" if isinstance(value, Range) else ""
        if differs:
            st.button(
                f"{said + ' · ' if said else ''}back to {_in_words(path, reference)}",
                key=f"reset {path}",
                icon=":material/undo:",
                type="tertiary",
                on_click=set_values,
                args=({path: reference},),
            )
        else:
            st.caption(said)


def _explained(entry: Declaration, currency: str) -> str:
    """What a lever means, what it may be, in the units that its slider shows, and who says so."""
    if entry.low is None or entry.high is None:
        allowed = bounds(entry)
    elif slider_format(entry) == "percent":
        allowed = f"{100 * entry.low:g} to {100 * entry.high:g} % ({entry.low:g} to {entry.high:g})"
    else:
        allowed = f"{entry.low:,.12g} to {entry.high:,.12g} {entry.unit.replace('money', currency)}".rstrip()
    return f"{entry.label}. Allowed: {allowed}. Source: {entry.source}."


def take_moves(board: Board) -> None:
    """Take over what was moved by hand: the levers that show something else than they were told to.

    A callback would do, but for quick hands: Streamlit may end a run, callbacks included, for the sake of the next
    one, and a move that is lost would be taken back by what the history says.
    """
    moved = {}
    for key, told in board.told.items():
        value = st.session_state.get(key, told)
        if value != told:
            path = key.removeprefix(_LEVER)
            moved[path] = round(value) if declaration(path).integer else value
    if moved:
        set_values(moved)


def _show(board: Board, key: str, value: Any) -> None:
    derive(key, value)
    board.told[key] = value


def derive(key: str, value: Any) -> None:
    """Have a widget show a value. One that shows it already is left alone: it may be moving on under a hand."""
    if key not in st.session_state or st.session_state[key] != value:
        st.session_state[key] = value


def slider_range(entry: Declaration, value: Any, reference: Any) -> tuple[Any, Any, Any]:
    """Ends and step of a slider: the declared ones, or where these are far apart what a firm may think of."""
    assert entry.low is not None
    assert entry.high is not None
    step = entry.step or step_of(entry)
    low, high = entry.low, entry.high
    if (high - low) / step > _MOST_STEPS:
        top = max(4 * float(reference), float(value), 8 * step)
        high = min(high, math.ceil(top / step) * step)
        low = min(step, float(value)) if low > 0 else low
    return (round(low), round(high), round(step)) if entry.integer else (float(low), float(high), float(step))


def step_of(entry: Declaration) -> float:
    """A step for what has none declared: a hundredth of the range, or a tenth of the default's size."""
    assert entry.low is not None
    assert entry.high is not None
    if entry.integer:
        return 1.0
    size = abs(float(entry.default)) or (entry.high - entry.low)  # type: ignore[arg-type]
    return float(10.0 ** math.floor(math.log10(size / 5)))


def slider_format(entry: Declaration) -> str | None:
    """How a slider writes values."""
    if entry.unit in ("share", "0-1"):
        return "percent"
    if entry.unit.startswith("money") or entry.unit.startswith("metric"):
        return "localized"
    digits = "%.6g"  # fitted values have many more
    return f"{digits} {entry.unit}" if entry.unit in ("weeks", "months", "days") else digits


def _in_words(path: str, value: Value | Range) -> str:
    if isinstance(value, Range):
        return f"{written(path, value.low)} to {written(path, value.high)}"
    return written(path, value)


def set_values(values: Mapping[str, Any]) -> None:
    """Change the scenario; what cannot be is told and changes nothing."""
    board: Board = st.session_state.board
    try:
        board.history = board.history.change(board.position.scenario.with_changes(values))
    except SimkitError as mistake:
        board.notice = str(mistake)
