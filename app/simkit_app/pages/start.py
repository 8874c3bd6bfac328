"""The first minute: pick a story, answer seven questions, see your board."""

from __future__ import annotations

import streamlit as st

import simkit
from simkit.errors import SimkitError
from simkit.parameters.values import declaration
from simkit.present.board_details import name_of
from simkit_app import pages
from simkit_app.board import Board, new

ROLES = ("strategist", "search", "content", "social", "paid", "email", "analyst")


def page() -> None:
    """Stories to pick from, and seven questions about the company."""
    board: Board = st.session_state.board
    st.title("When will your marketing pay?", anchor=False)
    st.markdown(
        "A company expects results in a straight line. A sound team's results first stay below that line and rise "
        "later, or never. simkit plays your team's months many times over and shows **when results cross what you "
        "expect, if they do, and what would bring that nearer.**"
    )
    stories = {name: simkit.load_scenario(name) for name in simkit.shipped_scenarios()}
    story = st.selectbox(
        "Which story is closest to yours?",
        list(stories),
        format_func=lambda name: stories[name].title,
        key="story",
    )
    chosen = stories[story]
    st.caption(chosen.story)
    if st.button("Skip the questions and look at this company", type="tertiary", icon=":material/skip_next:"):
        board.kept = new(story)
        st.switch_page(pages.WHAT_IF)
    with st.form("company", border=True):
        st.subheader("Seven questions about your company", anchor=False)
        answers = _questions(chosen)
        if st.form_submit_button("Show my board", type="primary", icon=":material/arrow_forward:"):
            try:
                own = chosen.with_changes(answers)
            except SimkitError as mistake:
                st.error(str(mistake))
            else:
                kept = new(story)
                board.kept = kept
                board.history = kept.history.move(type(kept.history.now)(own, own))
                st.switch_page(pages.WHAT_IF)


def _questions(scenario: simkit.Scenario) -> dict[str, object]:
    """Seven questions, with the story's own figures as a start; only answers that differ are kept."""
    currency, metric = scenario["company.currency"], scenario["expectation.metric"]
    unit = f"{currency} of margin" if metric == "margin" else metric
    asked = {
        "company.customer_value": f"1. Margin of a customer over all the years, {currency}",
        "company.starting_leads_per_month": "2. Leads a month now",
        "expectation.target_per_month": f"3. Target: {unit} a month",
        "expectation.months_to_target": "4. In how many months do you expect it?",
        "budget.media_per_month": f"6. Media budget, {currency} a month",
        "company.sales_cycle_months": "7. Months from a qualified lead to a customer",
    }
    given: dict[str, object] = {}
    left, right = st.columns(2)
    for i, (path, text) in enumerate(asked.items()):
        with left if i < 4 else right:
            given[path] = _number(scenario, path, text)
    with right:
        st.markdown("5\\. How many people do what?")
        columns = st.columns(4)
        for i, role in enumerate(ROLES):
            path = f"team.{role}"
            with columns[i % 4]:
                given[path] = _number(scenario, path, name_of(path).removeprefix("People for ").capitalize())
    return {path: value for path, value in given.items() if value != _most_likely(scenario, path)}


def _most_likely(scenario: simkit.Scenario, path: str) -> float:
    value = scenario[path]
    return value.mode if isinstance(value, simkit.Range) else float(value)  # type: ignore[arg-type]


def _number(scenario: simkit.Scenario, path: str, text: str) -> float | int:
    entry, value = declaration(path), _most_likely(scenario, path)
    assert entry.low is not None
    assert entry.high is not None
    if entry.integer:
        return int(
            st.number_input(text, int(entry.low), int(entry.high), round(value), key=f"ask {path} {scenario.name}")
        )
    step = entry.step or (0.5 if value < 20 else 10.0)
    return float(
        st.number_input(
            text, float(entry.low), float(entry.high), value, step=float(step), key=f"ask {path} {scenario.name}"
        )
    )
