"""What moves it: each value of the scenario down and up by itself, and what a click on a bar opens."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from simkit.experiments.axes import SPAN, named_paths
from simkit.experiments.doubts import DOUBTS
from simkit.experiments.next_steps import default_levers
from simkit.experiments.tornado import Tornado
from simkit.present.board_details import name_of
from simkit.present.board_studies import SELECTION, tornado_height, tornado_spec
from simkit.present.experiment_charts import label
from simkit.present.figures import per_cent
from simkit.present.sensitivity_charts import shown_tornado
from simkit.run.precision import is_share
from simkit.scenarios import Scenario
from simkit_app import levers
from simkit_app.board import Board
from simkit_app.questions import Moved
from simkit_app.running import outcome_of

_PURPOSE = "tornado"
_RANGES = "What is uncertain in this scenario"
_CHOSEN, _DOUBTED, _ASSUMED = "What the company chooses", "What it may not know", "All that has no source"
_OUTCOMES = ("restricted_crossing_month", "crossed", "net_margin")
_MOST = 12


def view(board: Board) -> None:
    """Choose what is moved, run, and click on a bar."""
    scenario = board.position.scenario
    sets = _sets(scenario)
    kept = board.kept.moves
    which = kept.which if kept.which in sets else next(iter(sets))
    with st.container(horizontal=True):
        levers.derive("moves which", which)
        st.selectbox("Values", list(sets), key="moves which", on_change=_choose, args=("which",), width=340)
        levers.derive("moves outcome", kept.outcome)
        st.selectbox(
            "What they move",
            _OUTCOMES,
            format_func=label,
            key="moves outcome",
            on_change=_choose,
            args=("outcome",),
            width=340,
        )
        levers.derive("moves lives", kept.lives)
        st.select_slider(
            "Lives at each end",
            [10, 20, 30, 50, 100],
            key="moves lives",
            on_change=_choose,
            args=("lives",),
            width=260,
        )
    asked = Moved(scenario, sets[which], kept.outcome, kept.lives, board.kept.seed)
    found = outcome_of(
        board, _PURPOSE, asked, f"Move {len(asked.paths)} values by themselves", "Living both ends of each value …"
    )
    if found is None:
        if _PURPOSE not in board.running:
            st.markdown(
                f"Each value goes down and up by {per_cent(SPAN)} of itself, or to the ends of its range where it is "
                "uncertain; the others stay. So you see what is worth deciding, and what is worth measuring."
            )
        return
    _shown(found[1])


def _sets(scenario: Scenario) -> dict[str, tuple[str, ...]]:
    """What may be moved, by the name of the choice."""
    sets = {
        _CHOSEN: named_paths(default_levers()),
        _DOUBTED: named_paths(DOUBTS),
        _ASSUMED: named_paths(["assumptions"], scenario),
    }
    if scenario.ranges:
        sets = {_RANGES: tuple(path for path, _ in scenario.ranges), **sets}
    return sets


def _choose(name: str) -> None:
    board: Board = st.session_state.board
    board.keep(moves=replace(board.kept.moves, **{name: st.session_state[f"moves {name}"]}))


def _shown(tornado: Tornado) -> None:
    shown = shown_tornado(tornado, _MOST, name_of)
    design = tornado.sweep.design
    st.session_state["moved"] = design
    currency = str(design.base["company.currency"])
    title = f"Effect on: {label(tornado.outcome, currency)}"
    values = len(shown.order)
    st.vega_lite_chart(
        shown.table,
        tornado_spec(title, values, is_share(tornado.outcome)),
        key="moves chart",
        on_select=_open,
        selection_mode=SELECTION,
        alt="Bars of how far each value, moved by itself, moves the outcome; the one that moves it most on top",
        height=tornado_height(values) + 120,
    )
    more = f" The {values} of {len(design.paths)} that move it most." if values < len(design.paths) else ""
    st.caption(
        f"{design.replications} lives at each end, paired; lines are 95 % intervals, seed {design.seed}.{more} Click "
        "on a bar to open that scenario on the board."
    )
    _measure(tornado)


def _measure(tornado: Tornado) -> None:
    rows = tornado.to_measure
    if rows.empty:
        st.markdown("No value without a source moves it clearly: more lives may tell, or there is nothing to measure.")
        return
    st.subheader("What to go and measure", anchor=False)
    st.markdown("Nobody has measured these, and they move the outcome clearly; the one that matters most on top.")
    table: Any = rows.assign(value=[name_of(path) for path in rows["path"]])[["value", "source"]]
    st.dataframe(table, hide_index=True)


def _open() -> None:
    """Open the end that was clicked on the board."""
    board: Board = st.session_state.board
    chosen = st.session_state["moves chart"].selection.get(SELECTION, [])
    if chosen:
        board.history = board.history.change(st.session_state["moved"].scenario(int(chosen[0]["point"])))
        st.session_state["go"] = True
