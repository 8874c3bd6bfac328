"""A map over two levers: where do results cross, how soon, and where never?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import streamlit as st

import simkit
from simkit.errors import SimkitError
from simkit.experiments.design import Design, design_of
from simkit.parameters.values import declaration, value_at
from simkit.present.board_details import name_of, written
from simkit.present.crossing_map import SELECTION, CrossingMap, crossing_map, map_height, map_spec, times_of
from simkit_app import levers
from simkit_app.answers import Answer
from simkit_app.board import Board, answers
from simkit_app.pages import explore_limits, explore_moves, explore_plans
from simkit_app.questions import Explored
from simkit_app.sketches import Sketch
from simkit_app.text import plain
from simkit_app.watching import watch

NEW, MOVES, LIMITS = "A new map", "What moves it", "Where it fails"
PLANS, STORED = "Which plan is best", "A stored sweep"


def page() -> None:
    """Choose two levers, run, and click on a point."""
    board: Board = st.session_state.board
    st.title("Where does it cross, and where never?", anchor=False)
    kept = board.kept.sketch
    choices = [NEW, MOVES, LIMITS, PLANS, STORED]
    chosen = st.segmented_control("Look at", choices, key="explore source", default=NEW, required=True)
    others = {MOVES: explore_moves.view, LIMITS: explore_limits.view, PLANS: explore_plans.view, STORED: _stored}
    if chosen in others:
        others[chosen](board)
        return
    sketch = _sketch(board, kept)
    try:
        design = _design(board, sketch)
    except SimkitError as mistake:
        st.error(plain(str(mistake)), icon=":material/error:")
        return
    question = Explored(design)
    if board.exploring is not None:
        (answer,) = board.ask("explore", board.exploring)
        board.explored = (board.exploring.design, answer)
        if answer.complete or answer.error:
            board.exploring = None
    under_way = board.exploring is not None
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            f"Run {len(design.points)} points of {sketch.lives} lives",
            type="primary",
            icon=":material/play_arrow:",
            on_click=_run,
            args=(question,),
        )
        st.button("Cancel", icon=":material/stop:", on_click=_cancel, disabled=not under_way)
    if board.explored is None:
        st.markdown("Each point of the map is your scenario with two values changed, lived with the same luck.")
    elif not under_way:
        _whole(*board.explored)
    else:
        watch([Growing(*board.explored)])
        st.rerun()  # a map that grows no more is drawn with points that can be opened


def _sketch(board: Board, kept: Sketch) -> Sketch:
    """The two levers and how finely, as the visitor chooses them."""
    paths = [
        path for group in levers.GROUPS.values() for path in levers.in_group(group) if declaration(path).low is not None
    ]
    columns = st.columns(2)
    for i, (column, path, ends) in enumerate(zip(columns, (kept.x, kept.y), (kept.x_ends, kept.y_ends), strict=True)):
        with column:
            name = "xy"[i]
            levers.derive(f"explore {name}", path)
            st.selectbox(
                "Across" if i == 0 else "Upwards",
                paths,
                format_func=name_of,
                key=f"explore {name}",
                on_change=_choose,
                args=(name,),
            )
            low, high, step = levers.slider_range(declaration(path), _now(board, path), _now(board, path))
            shown = ends or (low, high)
            key = f"explore ends {name} {path}"
            levers.derive(key, (min(max(shown[0], low), high), min(max(shown[1], low), high)))
            st.slider(
                "from – to",
                low,
                high,
                step=step,
                key=key,
                format=levers.slider_format(declaration(path)),
                on_change=_range,
                args=(name, key),
            )
    with st.container(horizontal=True):
        levers.derive("explore steps", kept.steps)
        st.slider("Levels of each", 2, 8, key="explore steps", on_change=_count, args=("steps",), width=260)
        levers.derive("explore lives", kept.lives)
        st.select_slider(
            "Lives at each point",
            [10, 20, 30, 50, 100],
            key="explore lives",
            on_change=_count,
            args=("lives",),
            width=260,
        )
    return board.kept.sketch


def _now(board: Board, path: str) -> Any:
    return value_at(board.position.scenario.parameters, path)


def _choose(name: str) -> None:
    board: Board = st.session_state.board
    board.keep(sketch=replace(board.kept.sketch, **{name: st.session_state[f"explore {name}"], f"{name}_ends": None}))


def _range(name: str, key: str) -> None:
    board: Board = st.session_state.board
    board.keep(sketch=replace(board.kept.sketch, **{f"{name}_ends": st.session_state[key]}))


def _count(name: str) -> None:
    board: Board = st.session_state.board
    board.keep(sketch=replace(board.kept.sketch, **{name: st.session_state[f"explore {name}"]}))


def _design(board: Board, sketch: Sketch) -> Design:
    if sketch.x == sketch.y:
        raise simkit.RunError("the two levers are the same", field="Upwards", hint="Choose another one.")
    axes = {}
    for path, ends in ((sketch.x, sketch.x_ends), (sketch.y, sketch.y_ends)):
        entry = declaration(path)
        low, high, _ = levers.slider_range(entry, _now(board, path), _now(board, path))
        first, last = ends or (low, high)
        levels = [first + (last - first) * i / (sketch.steps - 1) for i in range(sketch.steps)]
        axes[path] = list(dict.fromkeys(round(level) if entry.integer else float(f"{level:.2g}") for level in levels))
    return design_of(board.position.scenario, axes, replications=sketch.lives, seed=board.kept.seed)


def _run(question: Explored) -> None:
    board: Board = st.session_state.board
    answers().cancel(board.id, "explore")  # so that what failed is tried again
    board.exploring = question


def _cancel() -> None:
    """What is done stays; running it again goes on from there."""
    board: Board = st.session_state.board
    answers().cancel(board.id, "explore")
    board.exploring = None


class Growing:
    """The map, drawn again as points are done.

    Args:
        design: its points.
        answer: what is known of them.
    """

    def __init__(self, design: Design, answer: Answer) -> None:
        self.answers = [answer]
        self._answer, self._design = answer, design
        self._bar = st.progress(0.0, _done(answer))
        self._slot: Any = st.container()
        self._points = 0

    def draw(self) -> bool:
        """Draw what is known now."""
        answer = self._answer
        self._bar.progress(min(1.0, answer.done / answer.total) if answer.total else 0.0, _done(answer))
        if answer.value is not None and len(answer.value) > self._points:
            self._points = len(answer.value)
            self._slot = _draw(self._slot, crossing_map(self._design, dict(answer.value)), self._design)
        return True


def _whole(design: Design, answer: Answer) -> None:
    """A map that grows no more, or as much of it as there is; its points can be opened."""
    if answer.error:
        st.error(plain(answer.error), icon=":material/error:")
    st.markdown(_done(answer))
    if answer.value:
        _draw(st.container(), crossing_map(design, dict(answer.value)), design, chosen=_open)


def _done(answer: Answer) -> str:
    if not answer.done:
        return "Waiting for what the other pages compute …"
    return f"{answer.done} of {answer.total} lives{', done' if answer.complete else ''}"


def _draw(slot: Any, shown: CrossingMap, design: Design, chosen: Callable[[], None] | None = None) -> Any:
    """Draw the map; of one that grows no more a point can be chosen."""
    columns, rows = (_levels(design, path) for path in (shown.x, shown.y))
    spec = map_spec(shown.x, shown.y, columns, rows, design.base.parameters.horizon_months)
    levers_named = f"{name_of(shown.x)} by {name_of(shown.y)}"
    said = f"Map of the month by which half of the lives cross, {levers_named}; a cross stands for not crossed"
    height = map_height(len(rows)) + 160
    if chosen is None:
        return slot.vega_lite_chart(shown.rows, spec, alt=said, height=height)
    st.session_state["explored"] = design
    slot.vega_lite_chart(
        shown.rows, spec, key="explore map", on_select=chosen, selection_mode=SELECTION, alt=said, height=height
    )
    st.caption(
        f"{shown.lives} lives at each point with the same luck, seed {shown.seed}. × is not crossed by half of the "
        "lives. Click on a point to open that scenario on the board."
    )
    return slot


def _levels(design: Design, path: str) -> tuple[str, ...]:
    place = design.paths.index(path)
    levels = sorted({point[place] for point in design.points})
    return tuple(dict.fromkeys(written(path, level) for level in levels))


def _open() -> None:
    """Open the point that was clicked on the board."""
    board: Board = st.session_state.board
    chosen = st.session_state["explore map"].selection.get(SELECTION, [])
    if chosen:
        design: Design = st.session_state["explored"]
        board.history = board.history.change(design.scenario(int(chosen[0]["point"])))
        st.session_state["go"] = True


def _stored(board: Board) -> None:
    folder = st.text_input("Folder of the sweep, on this machine", key="explore folder", placeholder="runs/silos")
    if not folder:
        st.markdown("A folder that `simkit sweep DESIGN.toml --out FOLDER` has written, over two levers.")
        return
    try:
        stored = simkit.load_sweep(Path(folder).expanduser())
        shown = crossing_map(stored.design, times_of(stored))
    except SimkitError as mistake:
        st.error(plain(str(mistake)), icon=":material/error:")
        return
    st.caption(f"{stored.done} of {stored.design.lives} lives are done; seed {shown.seed}.")
    _draw(st.container(), shown, stored.design, chosen=_open)
