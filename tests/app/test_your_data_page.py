"""The page Your data: what was read, the fit, what is to come, the advice, and the way to be rid of it all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

import simkit
from simkit import Range
from simkit.errors import ObservedError
from simkit.experiments.prior import LEAST
from simkit.observed import TOTAL, Observation, Observed, table_columns
from simkit.scenarios import load_scenario
from simkit_app import board as boards
from simkit_app.board import Board
from simkit_app.history import History, Position
from simkit_app.own_months import accepted
from simkit_app.pages import your_data
from simkit_app.questions import Fitted
from tests.worlds import QUIET

FIRM = load_scenario("baseline").with_changes(
    {
        **QUIET,
        "horizon_months": 6,
        "team.content": 1,
        "company.starting_leads_per_month": Range(300.0, 600.0, 1_500.0),
    }
)
SEEN = Observed(tuple(Observation(month, "leads", TOTAL, 700.0) for month in range(1, 5)), source="<b>ours.csv")


@pytest.fixture(scope="module", autouse=True)
def workers() -> Iterator[None]:
    """The workers of the server end with the tests."""
    yield
    boards.answers().close()
    boards.answers.clear()


def _script() -> None:
    import streamlit as st

    from simkit_app import pages
    from simkit_app.board import current

    all_pages = pages.made()
    page = st.navigation(all_pages, position="top")
    board = current()
    if "turn to" in st.session_state:
        turned_to = st.session_state.pop("turn to")
        st.switch_page(next(one for one in all_pages if one.title == turned_to))
    pages.frame(board, page)


def visit() -> AppTest:
    at = AppTest.from_function(_script, default_timeout=120).run()
    at.session_state["turn to"] = "Your data"
    return checked(at.run())


def checked(at: AppTest) -> AppTest:
    assert not at.exception
    return at


def board_of(at: AppTest) -> Board:
    board = at.session_state["board"]
    assert isinstance(board, Board)
    return board


def press(at: AppTest, label: str) -> AppTest:
    (button,) = [button for button in at.button if button.label == label]
    return checked(button.click().run())


def said(at: AppTest) -> str:
    return "\n".join(markdown.value for markdown in at.markdown)


def test_from_months_to_advice_and_to_the_board(monkeypatch: pytest.MonkeyPatch) -> None:
    """Real lives, few. Fails if a step is missing, gives another fit than Python, or leaves months behind."""
    monkeypatch.setattr(your_data, "SIMULATIONS", LEAST)
    monkeypatch.setattr(your_data, "LIVES", 24)
    at = visit()
    assert "A table of the months" in said(at)
    board = board_of(at)
    board.keep(history=History(Position(FIRM, FIRM)), observed=SEEN)
    checked(at.run())
    assert "4 months of leads" in said(at)
    assert "\\<b\\>ours" in said(at)  # shown, never run
    press(at, "Fit")
    assert [one.value for one in at.subheader] == ["What your months tell", "What is to come", "Wait or stop"]
    assert board.fitting is not None
    python = simkit.calibrate(FIRM, SEEN, simulations=LEAST, seed=board.kept.seed, workers=1)
    (answer,) = board.ask("fit", board.fitting)
    assert answer.value.scenario == python.scenario
    assert answer.value.likeness == python.likeness
    press(at, "Weigh the decisions")
    assert "from month 5 on" in said(at)
    assert "At each review" in said(at)
    press(at, "Open on the board")
    assert board.position.scenario == python.scenario
    at.session_state["turn to"] = "Your data"
    checked(at.run())
    press(at, "Remove them")
    assert (board_of(at).kept.observed, board_of(at).fitting) == (None, None)
    assert "A table of the months" in said(at)


def test_a_fit_that_is_cancelled_leaves_what_was_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fails if months, or the choice of how thoroughly, are lost with it."""
    at = visit()
    board = board_of(at)
    board.keep(history=History(Position(FIRM, FIRM)), observed=SEEN)
    board.fitting = Fitted(FIRM, SEEN, 5, LEAST)
    monkeypatch.setattr(your_data, "watch", lambda parts: None)  # look once, and do not wait
    monkeypatch.setattr(st, "rerun", lambda: None)
    checked(at.run())
    press(at, "Cancel")
    assert board_of(at).fitting is None
    assert board.kept.observed == SEEN
    assert "4 months of leads" in said(at)


def test_columns_whose_names_do_not_tell_are_asked_for(tmp_path: Path) -> None:
    """Fails if a column were guessed, or one that was said is not taken."""
    content = b"Monat,Anfragen,Customers\n1,10,1\n2,12,2\n"
    assert table_columns(content, "m.csv") == {"Monat": None, "Anfragen": None, "Customers": "customers"}
    seen = accepted("m.csv", content, FIRM, {"Monat": "month", "Anfragen": "leads"})
    assert seen.metrics == ("leads", "customers")
    with pytest.raises(ObservedError, match="is in USD, the scenario in EUR"):
        accepted("m.csv", b"month,margin,currency\n1,5,USD\n", FIRM)
