"""The first minute: pick a story, answer seven questions, see your board."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

import simkit
from simkit.errors import SimkitError
from simkit.parameters.values import declaration, value_at
from simkit.present.board import starting_level
from simkit.present.board_details import role_name
from simkit.present.figures import number
from simkit.scenarios import Scenario
from simkit_app import pages
from simkit_app.board import Board, shipped
from simkit_app.history import Position
from simkit_app.levers import derive, step_of
from simkit_app.text import plain

ROLES = ("strategist", "search", "content", "social", "paid", "email", "analyst")


def page() -> None:
    """Stories to pick from, and seven questions about the company."""
    board: Board = st.session_state.board
    draft = board.kept.draft
    st.title("When will your marketing pay?", anchor=False)
    st.markdown(
        "A company expects results in a straight line. A sound team's results first stay below that line and rise "
        "later, or never. simkit plays your team's months many times over and shows **when results cross what you "
        "expect, if they do, and what would bring that nearer.**"
    )
    stories = simkit.shipped_scenarios()
    derive("story", draft.story)
    st.selectbox(
        "Which story is closest to yours?",
        stories,
        format_func=lambda name: shipped(name).title,
        key="story",
        on_change=_pick,
    )
    story = shipped(draft.story)
    st.markdown(plain(story.story))
    if st.button("Skip the questions and look at this company", icon=":material/skip_next:"):
        _show(board, story)
    with st.container(border=True):
        st.subheader("Seven questions about your company", anchor=False)
        _questions(board, story)
        derive("company name", draft.name)
        st.text_input(
            "What is it called? (only for the heading)", key="company name", max_chars=80, on_change=_name, width=420
        )
        if st.button("Show my board", type="primary", icon=":material/arrow_forward:"):
            try:
                own = story.with_changes(dict(draft.answers))
            except SimkitError as mistake:
                st.error(plain(str(mistake)), icon=":material/error:")
            else:
                _show(board, replace(own, title=draft.name.strip() or own.title))


def _show(board: Board, company: Scenario) -> None:
    """The company as it is today, beside nothing but itself; what was shown before can be had again by undoing."""
    board.keep(story=board.kept.draft.story, history=board.history.move(Position(company, company)))
    pages.to_the_board()


def _questions(board: Board, story: Scenario) -> None:
    """Seven questions, with the story's own figures as a start."""
    currency, metric = story["company.currency"], str(story["expectation.metric"])
    unit = f"{currency} of margin" if metric == "margin" else metric
    left, right = st.columns(2)
    with left:
        _number(board, story, "company.customer_value", f"1. Margin of a customer over all the years, {currency}")
        _number(board, story, "company.starting_leads_per_month", "2. Leads a month now")
        _number(board, story, "expectation.target_per_month", f"3. Target, {unit} a month")
        st.caption(_now(board, story, unit))
        _number(board, story, "expectation.months_to_target", "4. In how many months?")
    with right:
        st.markdown("5\\. How many people do what?")
        for roles in (ROLES[:4], ROLES[4:]):  # row by row, so that a phone has them in order
            for column, role in zip(st.columns(4), roles, strict=False):
                with column:
                    _number(board, story, f"team.{role}", role_name(role))
        _number(board, story, "budget.media_per_month", f"6. Media budget, {currency} a month")
        _number(board, story, "company.sales_cycle_months", "7. Months from a qualified lead to a customer")


def _now(board: Board, story: Scenario, unit: str) -> str:
    """Where the company stands, so that a target can be set against it."""
    try:
        level = starting_level(story.with_changes(dict(board.kept.draft.answers)))
    except SimkitError:
        return "What you have now cannot be worked out from these answers."
    return f"With these answers you have about {number(level)} {unit} a month now."


def _number(board: Board, story: Scenario, path: str, text: str) -> None:
    entry, said = declaration(path), dict(board.kept.draft.answers)
    key = f"ask {path}"
    value: Any = said.get(path, value_at(story.parameters, path))
    derive(key, round(value) if entry.integer else float(value))
    # Without bounds: what cannot be is told when the board is asked for; a browser would silently keep what was there.
    if entry.integer:
        st.number_input(text, step=1, key=key, on_change=_answer, args=(path,))
    else:
        step = float(entry.step or step_of(entry))
        st.number_input(text, step=step, format="%g", key=key, on_change=_answer, args=(path,))


def _keep(**changes: object) -> None:
    board: Board = st.session_state.board
    board.keep(draft=replace(board.kept.draft, **changes))  # type: ignore[arg-type]


def _pick() -> None:
    _keep(story=st.session_state["story"], answers=())


def _name() -> None:
    _keep(name=st.session_state["company name"])


def _answer(path: str) -> None:
    board: Board = st.session_state.board
    draft = board.kept.draft
    value = st.session_state[f"ask {path}"]
    answers = {**dict(draft.answers), path: value}
    if value == value_at(shipped(draft.story).parameters, path):
        del answers[path]
    _keep(answers=tuple(answers.items()))
