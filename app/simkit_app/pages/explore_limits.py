"""Where it fails: the limits within which lives do not cross, and what a click on a point opens."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from simkit.experiments.discover import Discovery
from simkit.parameters.values import declaration, value_at
from simkit.present.board_details import name_of
from simkit.present.board_studies import SELECTION, region_spec
from simkit.present.region_charts import region_axes, shown_region
from simkit.present.region_words import region_in_words
from simkit_app import levers
from simkit_app.board import Board
from simkit_app.questions import Bounded
from simkit_app.running import outcome_of
from simkit_app.text import plain

_PURPOSE = "region"
_MOST = 5


def view(board: Board) -> None:
    """Choose what is varied, run, and click on a point."""
    hunt = board.kept.hunt
    paths = [
        path for group in levers.GROUPS.values() for path in levers.in_group(group) if declaration(path).low is not None
    ]
    levers.derive("hunt paths", list(hunt.paths))
    st.multiselect(
        "What is varied together",
        paths,
        format_func=name_of,
        max_selections=_MOST,
        key="hunt paths",
        on_change=_choose,
        args=("paths",),
    )
    over = tuple((path, _ends(board, path)) for path in hunt.paths)
    with st.container(horizontal=True):
        for name, text, choices in (
            ("points", "Points", [64, 128, 256, 512]),
            ("lives", "Lives at each point", [5, 10, 20, 50]),
        ):
            levers.derive(f"hunt {name}", getattr(hunt, name))
            st.select_slider(text, choices, key=f"hunt {name}", on_change=_choose, args=(name,), width=260)
    if len(over) < 2:
        st.info("Choose two values or more.")
        return
    asked = Bounded(board.position.scenario, over, hunt.points, hunt.lives, board.kept.seed)
    label = f"Look for the limits in {hunt.points} points of {hunt.lives} lives"
    found = outcome_of(board, _PURPOSE, asked, label, "Living the points …")
    if found is None:
        if _PURPOSE not in board.running:
            st.markdown(
                "Points are spread evenly over these ranges. What is looked for is the box in which at least four of "
                "five points fail: fewer than half of their lives cross."
            )
        return
    _shown(found[1])


def _ends(board: Board, path: str) -> tuple[float, float]:
    """Between what a value is varied, as the visitor chooses it."""
    entry, now = declaration(path), value_at(board.position.scenario.parameters, path)
    low, high, step = levers.slider_range(entry, now, now)
    first, last = dict(board.kept.hunt.ends).get(path, (low, high))
    key = f"hunt ends {path}"
    levers.derive(key, (min(max(first, low), high), min(max(last, low), high)))
    format_ = levers.slider_format(entry)
    st.slider(name_of(path), low, high, step=step, key=key, format=format_, on_change=_range, args=(path, key))
    chosen: tuple[float, float] = st.session_state[key]
    return chosen


def _choose(name: str) -> None:
    board: Board = st.session_state.board
    value: Any = st.session_state[f"hunt {name}"]
    changed: dict[str, Any] = {name: tuple(value) if name == "paths" else value}
    board.keep(hunt=replace(board.kept.hunt, **changed))


def _range(path: str, key: str) -> None:
    board: Board = st.session_state.board
    ends = {**dict(board.kept.hunt.ends), path: st.session_state[key]}
    board.keep(hunt=replace(board.kept.hunt, ends=tuple(ends.items())))


def _shown(discovery: Discovery) -> None:
    where, coverage = region_in_words(discovery, lambda path: f"“{name_of(path)}”")
    st.markdown(f"**{plain(where)}** {plain(coverage)}")
    x, y = region_axes(discovery)
    st.session_state["bounded"] = discovery.sweep.design
    st.vega_lite_chart(
        shown_region(discovery, x, y, name_of).table,
        region_spec(x, y),
        key="hunt chart",
        on_select=_open,
        selection_mode=SELECTION,
        alt=f"Points over {name_of(x)} and {name_of(y)}, those that fail as crosses, and the box around them",
        height=540,
    )
    scores, design = discovery.region.scores, discovery.sweep.design
    st.caption(
        f"{scores.cases} of {scores.points} points fail; {design.replications} lives each with the same luck, seed "
        f"{design.seed}. Shares, with 95 % intervals, are of points that had no part in finding the box. Click on a "
        "point to open that scenario on the board."
    )


def _open() -> None:
    """Open the point that was clicked on the board."""
    board: Board = st.session_state.board
    chosen = st.session_state["hunt chart"].selection.get(SELECTION, [])
    if chosen:
        board.history = board.history.change(st.session_state["bounded"].scenario(int(chosen[0]["point"])))
        st.session_state["go"] = True
