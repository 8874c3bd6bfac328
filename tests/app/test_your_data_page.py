"""The page Your data: what was read, the fit, what is to come, the advice, and the way to be rid of it all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
import streamlit as st
from openpyxl import Workbook
from streamlit.testing.v1 import AppTest

import simkit
from simkit import Range
from simkit.errors import ObservedError
from simkit.experiments.prior import LEAST
from simkit.observed import TOTAL, Observation, Observed, table_columns, table_sheets
from simkit.present.fit_files import fit_files
from simkit.scenarios import load_scenario
from simkit_app import board as boards
from simkit_app.board import Board
from simkit_app.files import to_save
from simkit_app.history import History, Position
from simkit_app.own_months import accepted, comparable, inside, read
from simkit_app.pages import your_data
from simkit_app.questions import Fitted, Found, Weighed
from tests.worlds import QUIET

FIRM = load_scenario("baseline").with_changes(
    {
        **QUIET,
        "horizon_months": 6,
        "team.content": 1,
        "company.starting_leads_per_month": Range(300.0, 600.0, 1_500.0),
    }
)
FEW = 24
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
    monkeypatch.setattr(your_data, "LIVES", FEW)
    at = visit()
    assert "A table of the months" in said(at)
    board = board_of(at)
    board.keep(history=History(Position(FIRM, FIRM)), observed=SEEN)
    checked(at.run())
    assert "4 months of leads" in said(at)
    assert "\\<b\\>ours" in said(at)  # shown, never run
    press(at, "Fit")
    assert [one.value for one in at.subheader] == [
        "What your months tell",
        "Every month against the fitted company",
        "What is to come",
        "Wait or stop",
    ]
    assert board.fitting is not None
    python = simkit.calibrate(FIRM, SEEN, simulations=LEAST, seed=board.kept.seed, workers=1)
    (answer,) = board.ask("fit", board.fitting)
    assert answer.value.fit.scenario == python.scenario
    assert answer.value.fit.likeness == python.likeness
    press(at, "Weigh the decisions")
    assert "from month 5 on" in said(at)
    assert "At each review" in said(at)
    check_download(at, board)
    press(at, "Open on the board")
    assert board.position.scenario == python.scenario
    at.session_state["turn to"] = "Your data"
    checked(at.run())
    assert ["count them twice" in one.value for one in at.warning] == [True]
    assert not at.info
    fitted = board.fitting
    assert fitted in boards.answers()._known
    press(at, "Remove them")
    left = boards.answers()._known
    assert not [one for one in left if isinstance(one, Fitted | Weighed)]  # with the months goes what was made of them
    assert (board_of(at).kept.observed, board_of(at).fitting) == (None, None)
    assert "A table of the months" in said(at)


def check_download(at: AppTest, board: Board) -> None:
    """All that was found is in one file, and what is in it is what Python and the command line write."""
    assert board.fitting is not None
    (answer,) = board.ask("fit", board.fitting)
    found: Found = answer.value
    (weighed,) = board.ask("advice", Weighed(board.fitting, FEW, found.fit))
    (file,) = to_save({"ours": found.fit.scenario}).values()
    with ZipFile(BytesIO(your_data.everything(file, found, weighed.value))) as archive:
        assert {"ours.toml", "ours.draws.parquet", "decisions.csv", "months.csv"} <= set(archive.namelist())
        for name, text in fit_files(found.fit, found.predictive, weighed.value).items():
            assert archive.read(name).decode() == text


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


def test_weighing_can_be_cancelled_and_the_fit_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fails if the only way to end the weighing, or to try again what failed, is to throw the fit away; or if what is
    done can still be cancelled."""
    monkeypatch.setattr(your_data, "SIMULATIONS", LEAST)
    at = visit()
    board = board_of(at)
    board.keep(history=History(Position(FIRM, FIRM)), observed=SEEN)
    checked(at.run())
    press(at, "Fit")
    assert [button.disabled for button in at.button if button.label in ("Fit", "Cancel")] == [True, True, True]
    monkeypatch.setattr(your_data, "watch", lambda parts: None)  # look once, and do not wait
    monkeypatch.setattr(st, "rerun", lambda: None)
    press(at, "Weigh the decisions")
    checked(at.button(key="cancel weighing").click().run())
    assert board.fitting is not None
    assert not [one for one in boards.answers()._known if isinstance(one, Weighed)]
    press(at, "Weigh the decisions")
    (weighed,) = [one for one in boards.answers()._known if isinstance(one, Weighed)]
    (answer,) = board.ask("advice", weighed)
    boards.answers()._under_way.pop(weighed).close()
    answer.end("There was no room.")
    checked(at.run())
    press(at, "Weigh the decisions")
    assert board.weighing
    assert boards.answers()._known[weighed] is not answer
    press(at, "Remove them")


def test_a_fit_can_be_asked_again_at_once_and_by_others() -> None:
    """Who cancels and begins again, and two companies of which as much is believed, rest on the same lives. Fails if
    the second is told that somebody else is writing there, or gets another fit than alone."""
    known = boards.answers()
    other = replace(SEEN, observations=tuple(replace(one, value=800.0) for one in SEEN.observations))
    mine, theirs = Fitted(FIRM, SEEN, 7, LEAST), Fitted(FIRM, other, 7, LEAST)
    known.ask("one", "fit", [mine])
    known.drop("one", "fit")
    answers = [*known.ask("one", "fit", [mine]), *known.ask("two", "fit", [theirs])]
    while waited := [one for one in answers if not (one.complete or one.error)]:
        known.wait(waited, [one.version for one in waited], 1.0)
    assert [one.error for one in answers] == [None, None]
    for one, seen in zip(answers, (SEEN, other), strict=True):
        alone = simkit.calibrate(FIRM, seen, simulations=LEAST, seed=7, workers=1)
        assert one.value.fit.scenario == alone.scenario
    for owner in ("one", "two"):
        known.drop(owner, "fit")


def test_what_somebody_else_asks_too_is_kept() -> None:
    """Fails if removing one's months takes an answer from another visitor who asked the same."""
    known, question = boards.answers(), Fitted(FIRM, SEEN, 6, LEAST)
    for owner in ("one", "other"):
        known.ask(owner, "fit", [question])
    known.drop("one", "fit")
    assert question in known._known
    known.drop("other", "fit")
    assert question not in known._known


def test_a_sheet_is_asked_for_and_macros_are_no_trouble() -> None:
    """Fails if a workbook of several sheets ends in an error, or its table is not read once the sheet is said."""
    book = Workbook()
    book.create_sheet("About").append(["nothing"])
    for row in (["month", "leads"], [1, 5], [2, 6], [3, 7]):
        book.worksheets[0].append(row)
    packed = BytesIO()
    book.save(packed)
    assert table_sheets(packed.getvalue(), "m.xlsm") == ("Sheet", "About")
    seen = accepted("m.xlsm", packed.getvalue(), FIRM, sheet="Sheet")
    assert (seen.source, seen.months) == ("m.xlsm", 3)


def test_columns_whose_names_do_not_tell_are_asked_for(tmp_path: Path) -> None:
    """Fails if a column were guessed, or one that was said is not taken."""
    content = b"Monat,Anfragen,Customers\n1,10,1\n2,12,2\n"
    assert table_columns(content, "m.csv") == {"Monat": None, "Anfragen": None, "Customers": "customers"}
    seen = accepted("m.csv", content, FIRM, {"Monat": "month", "Anfragen": "leads"})
    assert seen.metrics == ("leads", "customers")
    with pytest.raises(ObservedError, match="is in USD, the scenario in EUR"):
        accepted("m.csv", b"month,margin,currency\n1,5,USD\n", FIRM)


DOLLARS = b"month,leads,margin,currency\n1,700,5000,USD\n2,710,6000,USD\n3,720,,USD\n4,730,8000,USD\n"


@pytest.mark.parametrize(
    ("way", "metrics", "margin", "currency", "board_in"),
    [
        ("convert", ("leads", "margin"), 2500.0, "EUR", "EUR"),
        ("rename", ("leads", "margin"), 5000.0, "USD", "USD"),
        ("leave out", ("leads",), None, "USD", "EUR"),
    ],
)
def test_months_in_another_currency_are_no_dead_end(
    way: str, metrics: tuple[str, ...], margin: float | None, currency: str, board_in: str
) -> None:
    """Fails if amounts in two currencies are compared, a way on is missing, or one changes more than it says."""
    at = visit()
    board = board_of(at)
    board.keep(observed=read("m.csv", DOLLARS))
    checked(at.run())
    assert "Your amounts are in USD, those on the board in EUR" in at.info[0].value
    assert not [button for button in at.button if button.label == "Fit"]
    press(at, "Go on")  # nobody has said the rate
    assert "Say how many EUR 1 USD is" in at.error[0].value
    at.radio(key="currency way").set_value(way).run()
    if way == "convert":
        at.number_input(key="currency rate").set_value(0.5).run()
    before = board.position
    press(at, "Go on")
    seen = board.kept.observed
    assert seen is not None
    assert (seen.metrics, seen.currency) == (metrics, currency)
    if margin is not None:
        assert seen.monthly("margin")[1][0] == margin
    assert [button for button in at.button if button.label == "Fit"]
    for old, new in ((before.reference, board.position.reference), (before.scenario, board.position.scenario)):
        assert new == old.with_changes({"company.currency": board_in})


def test_a_board_in_another_currency_leaves_amounts_out_and_says_so() -> None:
    """Fails if the page What if ends in a fault, or draws dollars beside euros, once the scenario is another."""
    at = visit()
    board = board_of(at)
    board.keep(history=History(Position(FIRM, FIRM)), observed=read("m.csv", DOLLARS))
    there = comparable(board)
    assert there is not None
    assert there.metrics == ("leads",)
    said = inside(board, simkit.simulate(FIRM, 4, 1, workers=1))
    assert "4 observed months of leads" in said
    assert "Observed amounts are in USD, this scenario in EUR" in said
    board.keep(observed=read("m.csv", b"month,margin,currency\n1,5,USD\n"))
    assert comparable(board) is None
    at.session_state["turn to"] = "What if"
    checked(at.run())
    assert not at.error


@pytest.mark.parametrize(
    ("months", "said"),
    [
        (2, "at least 3 months that were seen in full. Seen in full so far: 2"),
        (7, "go to month 7, the scenario on the"),
    ],
)
def test_what_cannot_be_fitted_is_said_before_anybody_tries(months: int, said: str) -> None:
    """Fails if Fit can be pressed where it can only fail."""
    at = visit()
    seen = Observed(tuple(Observation(month, "leads", TOTAL, 700.0) for month in range(1, months + 1)))
    board_of(at).keep(history=History(Position(FIRM, FIRM)), observed=seen)
    checked(at.run())
    assert said in at.info[0].value
    assert [button.disabled for button in at.button if button.label == "Fit"] == [True]
