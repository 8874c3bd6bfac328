"""Which plan is best: levers, what they cost and what is wanted of them, and what a click on a plan opens."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from simkit.errors import SimkitError
from simkit.experiments.next_steps import default_levers
from simkit.experiments.plans import unit_price
from simkit.experiments.search_design import SearchDesign, search_design
from simkit.experiments.searched import Search
from simkit.parameters.values import declaration, value_at
from simkit.present.board_details import name_of
from simkit.present.board_plans import finalists_table, plans_in_words, plans_shown, plans_spec
from simkit.present.board_studies import SELECTION
from simkit.present.experiment_charts import label
from simkit.present.figures import per_cent
from simkit_app import levers
from simkit_app.board import Board
from simkit_app.questions import Planned
from simkit_app.running import outcome_of
from simkit_app.sketches import Aim
from simkit_app.text import plain

_PURPOSE = "plans"
_MOST = 5
_OUTCOMES = ("restricted_crossing_month", "net_margin", "valley_depth", "total_cost", "crossed")
_CONFIRMING, _FINALISTS = 40, 3
"""Fresh lives that choose, and as many that report; plans that are confirmed, twice as many of a front. With the plans
and lives that are offered first a search takes about a minute on two processors."""


def view(board: Board) -> None:
    """Choose levers, their prices and what is wanted, run, and click on a plan."""
    aim = board.kept.aim
    levers.derive("aim paths", list(aim.paths))
    st.multiselect(
        "Levers",
        default_levers(),
        format_func=name_of,
        max_selections=_MOST,
        key="aim paths",
        on_change=_choose,
        args=("paths",),
    )
    over = {path: _ends(board, path) for path in aim.paths}
    _wanted(aim)
    _effort(aim)
    if not over:
        st.info("Choose a lever or more.")
        return
    unpriced = [path for path in aim.paths if not declaration(path).priced and path not in dict(aim.prices)]
    if unpriced:
        counted = "the budget, the cost and the margin" if aim.budget is not None else "the cost and the margin"
        st.info(f"Left out of {counted}, as nobody has said what it costs: {', '.join(map(name_of, unpriced))}.")
    try:
        design = _design(board, aim, over)
    except SimkitError as mistake:
        st.error(plain(str(mistake)), icon=":material/error:")
        return
    asked = Planned(design)
    tried = min(design.points, len(design.plans))
    found = outcome_of(
        board, _PURPOSE, asked, f"Try {tried} plans of {design.replications} lives", "Living the plans …"
    )
    if found is not None:
        _shown(found[1])
    elif _PURPOSE not in board.running:
        st.markdown(
            f"Of {len(design.plans):,} plans {tried} are tried, each next one where the last did well. The best of "
            f"many look better than they are: up to {design.most_finalists} are lived again in "
            f"{2 * design.confirming} fresh lives, half of which choose among them, and figures come from the rest."
        )


def _ends(board: Board, path: str) -> tuple[float, float]:
    """Between what a lever is tried, as the visitor chooses it, and its price where the model has none."""
    aim, entry, now = board.kept.aim, declaration(path), value_at(board.position.scenario.parameters, path)
    low, high, step = levers.slider_range(entry, now, now)
    first, last = dict(aim.ends).get(path, (low, high))
    key, price = f"aim ends {path}", f"aim price {path}"
    levers.derive(key, (min(max(first, low), high), min(max(last, low), high)))
    slot: Any = st.container(horizontal=True, vertical_alignment="bottom")
    with slot:
        st.slider(
            name_of(path),
            low,
            high,
            step=step,
            key=key,
            format=levers.slider_format(entry),
            on_change=_by_path,
            args=("ends", path, key),
        )
        if not entry.priced:
            levers.derive(price, dict(aim.prices).get(path))
            st.number_input(
                f"A step of {entry.step:g} costs a month",
                min_value=0.0,
                step=100.0,
                placeholder="not known",
                key=price,
                on_change=_by_path,
                args=("prices", path, price),
                help=f"It takes {entry.step_cost}, which the model has no price of. Each step away from today's value "
                "costs this much.",
                width=220,
            )
    chosen: tuple[float, float] = st.session_state[key]
    return chosen


def _wanted(aim: Aim) -> None:
    with st.container(horizontal=True):
        for name, text, choices in (
            ("first", "Make better", list(_OUTCOMES)),
            ("second", "and", ["", *(one for one in _OUTCOMES if one != aim.first)]),
        ):
            now = getattr(aim, name)
            levers.derive(f"aim {name}", now if now in choices else "")
            st.selectbox(
                text,
                choices,
                format_func=lambda one: label(one) if one else "nothing else",
                key=f"aim {name}",
                on_change=_choose,
                args=(name,),
                width=340,
            )
        levers.derive("aim budget", aim.budget)
        st.number_input(
            "Budget a month above today's",
            min_value=0.0,
            step=1_000.0,
            placeholder="no limit",
            key="aim budget",
            on_change=_choose,
            args=("budget",),
            width=260,
        )


def _effort(aim: Aim) -> None:
    with st.container(horizontal=True):
        for name, text, choices in (
            ("share", "Lives that must cross", [0.0, 0.25, 0.5, 0.75, 0.9]),
            ("points", "Plans", [16, 32, 64, 128]),
            ("lives", "Lives of each", [5, 10, 20, 50]),
        ):
            levers.derive(f"aim {name}", getattr(aim, name))
            st.select_slider(
                text,
                choices,
                format_func=_at_least if name == "share" else str,
                key=f"aim {name}",
                on_change=_choose,
                args=(name,),
                width=220,
            )


def _at_least(share: float) -> str:
    return per_cent(share) if share else "any"


def _choose(name: str) -> None:
    board: Board = st.session_state.board
    value: Any = st.session_state[f"aim {name}"]
    changed: dict[str, Any] = {name: tuple(value) if name == "paths" else value}
    board.keep(aim=replace(board.kept.aim, **changed))


def _by_path(name: str, path: str, key: str) -> None:
    """What is said of one lever; a price that was taken back is not known any more."""
    board: Board = st.session_state.board
    said = {**dict(getattr(board.kept.aim, name)), path: st.session_state[key]}
    changed: dict[str, Any] = {name: tuple((at, value) for at, value in said.items() if value is not None)}
    board.keep(aim=replace(board.kept.aim, **changed))


def _design(board: Board, aim: Aim, over: dict[str, tuple[float, float]]) -> SearchDesign:
    """What is asked; levers that are paid with working time, and those without a price, cost no money."""
    prices = dict(aim.prices)
    free = [path for path in aim.paths if unit_price(declaration(path)) is None]
    wanted = [aim.first] if aim.second in ("", aim.first) else [aim.first, aim.second]
    return search_design(
        board.position.scenario,
        over,
        wanted,
        aim.budget,
        [f"crossed >= {aim.share}"] if aim.share else [],
        aim.points,
        aim.lives,
        board.kept.seed,
        costs={path: prices.get(path, 0.0) for path in free},
        confirming=_CONFIRMING,
        finalists=_FINALISTS,
    )


def _shown(search: Search) -> None:
    for sentence in plans_in_words(search):
        st.markdown(plain(sentence))
    shown = plans_shown(search)
    st.session_state["planned"] = search
    st.vega_lite_chart(
        shown.table,
        plans_spec(shown.x, shown.y, tuple(dict.fromkeys(shown.table["kind"])), shown.shares),
        key="plans chart",
        on_select=_open,
        selection_mode=SELECTION,
        alt=f"Plans as points, across by: {shown.x}; upwards by: {shown.y}. Today's is a cross at the origin",
        height=560,
    )
    design = search.design
    st.caption(
        f"{plain(shown.said)}; {design.replications} lives of each plan that was tried, with the same luck. Click on a "
        "point to open that scenario on the board."
    )
    if search.fresh is not None:
        st.subheader("The finalists against today", anchor=False)
        st.dataframe(finalists_table(search), hide_index=True)
        st.caption(
            f"Promised in the search, kept in {design.confirming} fresh lives that chose nothing, paired; lost is what "
            f"luck had lent. Seed {design.seed}."
        )


def _open() -> None:
    """Open the plan that was clicked on the board, or today's."""
    board: Board = st.session_state.board
    chosen = st.session_state["plans chart"].selection.get(SELECTION, [])
    if chosen:
        search: Search = st.session_state["planned"]
        plans, number = search.design.plans, int(chosen[0]["point"])
        board.history = board.history.change(plans.base if number < 0 else plans.scenario(search.tried[number].plan))
        st.session_state["go"] = True
