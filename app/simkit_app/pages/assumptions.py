"""Everything that the model takes for granted: to read, to doubt and to change."""

from __future__ import annotations

from functools import partial
from html import escape
from typing import Any

import streamlit as st

from simkit.parameters import declarations
from simkit.parameters.values import declaration
from simkit.present.board_assumptions import KINDS, assumption_rows, groups, said
from simkit.present.board_details import name_of
from simkit.present.reference import bounds
from simkit_app import levers
from simkit_app.assumption import form
from simkit_app.board import Board
from simkit_app.text import page_text

_ALL = "all"
_TABLE = "assumption table"


def page() -> None:
    """The table of parameters with a form to change one, what the model leaves out, and the terms."""
    board: Board = st.session_state.board
    st.title("Assumptions", anchor=False)
    entries = declarations().values()
    kinds = {kind: sum(entry.kind == kind for entry in entries) for kind in KINDS}
    st.markdown(
        f"A simulation shows what its assumptions imply. These are all {len(entries)} of them, with the values of the "
        f"scenario on your board: {kinds['lever']} levers that a company chooses, {kinds['uncertainty']} uncertainties "
        f"that it may not know, and {kinds['constant']} constants of the model. For "
        f"**{sum(entry.assumed for entry in entries)}** nobody has measured a value that would hold for all; they are "
        "marked, and yours to replace."
    )
    parameters, left_out, terms, claims = st.tabs(
        ["Parameters", "What the model leaves out", "Terms", "What the model is to show"]
    )
    with parameters:
        _parameters(board)
    for tab, name in ((left_out, "left_out"), (terms, "terms"), (claims, "claims")):
        tab.markdown(page_text(name))


def _parameters(board: Board) -> None:
    scenario = board.position.scenario
    with st.container(horizontal=True, vertical_alignment="bottom"):
        text = _kept("text", "", st.text_input, "Search", placeholder="words in a name, source or path")
        group = _kept("group", _ALL, st.selectbox, "Group", (_ALL, *groups()), format_func=str.capitalize)
        kind = _kept("kind", _ALL, st.selectbox, "Kind", (_ALL, *KINDS), format_func=str.capitalize)
    with st.container(horizontal=True):
        unmeasured = _kept("unmeasured", False, st.toggle, "Only what nobody has measured")
        changed = _kept("changed", False, st.toggle, "Only what differs from the default")
    rows = assumption_rows(
        scenario, text, "" if group == _ALL else group, "" if kind == _ALL else kind, unmeasured, changed
    )
    if rows.empty:
        st.info("No parameter is like that. Search for fewer words, or in all groups.", icon=":material/search_off:")
    else:
        st.caption(f"{len(rows)} of {len(declarations())} parameters. Choose a row to change it below.")
        st.dataframe(
            rows,
            key=_TABLE,
            hide_index=True,
            height=min(360, 38 + 35 * len(rows)),
            on_select=partial(_choose, tuple(rows.index)),
            selection_mode="single-row",
            column_config={"Source": st.column_config.TextColumn(width="large")},
            alt="Parameters of the model with value, default, range, kind and source",
        )
    _change(board, tuple(rows.index))


def _kept(name: str, default: Any, widget: Any, label: str, *arguments: Any, **settings: Any) -> Any:
    """A widget whose value outlives a look at another page."""
    key = f"assumptions {name}"
    levers.derive(key, st.session_state.setdefault(f"kept {key}", default))
    return widget(label, *arguments, key=key, on_change=_keep, args=(key,), **settings)


def _keep(key: str) -> None:
    st.session_state[f"kept {key}"] = st.session_state[key]


def _choose(paths: tuple[str, ...]) -> None:
    """Take the parameter of the row that was chosen."""
    rows = st.session_state[_TABLE].selection.rows
    if rows and rows[0] < len(paths):
        st.session_state["kept assumptions parameter"] = paths[rows[0]]


def _change(board: Board, found: tuple[str, ...]) -> None:
    """One parameter with all that is known of it, and a form to change it."""
    st.subheader("Look at one, and change it", anchor=False)
    first = found[0] if found else next(iter(declarations()))
    path = _kept(
        "parameter",
        first,
        st.selectbox,
        "Parameter",
        list(declarations()),
        format_func=lambda p: f"{name_of(p)} · {p}",
    )
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.html(_facts(board, path))
    with right:
        form(board, path)


def _facts(board: Board, path: str) -> str:
    entry = declaration(path)
    now, reference = board.position.scenario[path], board.position.reference[path]
    facts = {"Value now": said(now)}
    if now != reference:
        facts["In the reference"] = said(reference)
    facts |= {"Default": said(entry.default), "Unit": entry.unit or "none", "Allowed": bounds(entry)}
    facts["Kind"] = f"{entry.kind.capitalize()}. {KINDS[entry.kind]}."
    if entry.step is not None:
        facts["A step"] = f"{entry.step:g}; it costs {entry.step_cost or 'nothing by itself'}"
    facts["Source"] = entry.source
    facts["Claims"] = ", ".join(entry.claims) or "none"
    rows = "".join(f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in facts.items())
    mark = '<span class="simkit-early">nobody has measured it</span>' if entry.assumed else ""
    style = "grid-template-columns:max-content 1fr;display:grid;gap:.3rem 1rem;margin:0"
    return f'<p>{mark}{escape(entry.label)}.</p><dl style="{style}">{rows}</dl>'
