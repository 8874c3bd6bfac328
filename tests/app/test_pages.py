"""The pages Start, What if and Explore, their scripts run without a browser, in the frame that visitors get."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import BrokenExecutor
from pathlib import Path
from threading import Condition
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from streamlit.testing.v1 import AppTest

import simkit
from simkit import Scenario
from simkit.experiments.design import design_of
from simkit.parameters.values import declaration
from simkit.present.board import starting_level
from simkit.present.figures import number
from simkit.scenarios import Change, Range, load_scenario
from simkit.scenarios.links import difference, spread
from simkit_app import answers as known
from simkit_app import board as boards
from simkit_app.answers import Answer
from simkit_app.board import Board, Kept
from simkit_app.history import History, Position
from simkit_app.pages import assumptions
from simkit_app.questions import Lived
from simkit_app.queue import Lane
from simkit_app.reasons import WAITS, WHEN, WHY
from simkit_app.sketches import Sketch
from tests.worlds import QUIET

BASE = load_scenario("baseline")
SHORT = BASE.with_changes({**QUIET, "horizon_months": 6, "team.content": 1, "process.silos": 0.4})
"""Half a year of one person: a few milliseconds a life."""
LIVES = 3


@pytest.fixture(scope="module", autouse=True)
def workers() -> Iterator[None]:
    """The workers of the server end with the tests."""
    yield
    boards.answers().close()
    boards.answers.clear()


@pytest.fixture(autouse=True)
def few_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    """Real lives, three of each scenario, computed by the real queue."""

    def work(self: Lived, answer: known.Answer, lane: Lane) -> None:
        answer.lives = LIVES
        answer.show(simkit.simulate(self.scenario, LIVES, self.seed, executor=lane))

    monkeypatch.setattr(Lived, "work", work)


def _script() -> None:
    """The frame with all pages; a test turns to one of them as a visitor would by its name above."""
    import streamlit as st

    from simkit_app import pages
    from simkit_app.board import current
    from simkit_app.levers import set_values

    all_pages = pages.made()
    page = st.navigation(all_pages, position="top")
    board = current()
    if "try" in st.session_state:
        set_values(st.session_state.pop("try"))
    turned_to = st.session_state.pop("turn to", None)
    if turned_to is not None:
        st.switch_page(next(one for one in all_pages if one.title == turned_to))
    pages.frame(board, page)


def visit(**link: str) -> AppTest:
    """What a visitor gets who opens an address."""
    at = AppTest.from_function(_script, default_timeout=60)
    for key, value in link.items():
        at.query_params[key] = value
    return checked(at.run())


def asking(scenario: Scenario, of: str = "") -> dict[str, str]:
    """The parts of an address that make a scenario, or the reference, of the baseline."""
    parts = spread(difference(BASE, scenario))
    return {"from": "baseline", **{f"{of}{key}": value for key, value in parts.items()}, "version": boards.VERSION}


def checked(at: AppTest) -> AppTest:
    assert not at.exception
    return at


def board_of(at: AppTest) -> Board:
    board = at.session_state["board"]
    assert isinstance(board, Board)
    return board


def press(at: AppTest, label: str) -> AppTest:
    """Press the one button that says so."""
    (button,) = [button for button in at.button if button.label == label]
    return checked(button.click().run())


def labels(at: AppTest) -> list[str]:
    return [button.label for button in at.button]


# What cannot be drawn


def _break(name: str) -> str:
    raise KeyError(name)


def test_a_page_that_cannot_be_drawn_says_so_and_shows_the_way_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fails if a fault shows a traceback or Streamlit's own words, loses what was changed, or leaves no way out."""
    at = visit(**asking(SHORT))
    at.session_state["turn to"] = "Assumptions"
    with monkeypatch.context() as broken:
        broken.setattr(assumptions, "page_text", _break)
        checked(at.run())
        (error,) = at.error
        assert "a fault in simkit" in error.value
        assert "KeyError" in error.value
        assert board_of(at).position.scenario == SHORT
        assert labels(at)[-3:] == ["Try again", "Undo the last change", "Back to the reference"]
    press(at, "Try again")
    assert not at.error
    assert [title.value for title in at.title] == ["Assumptions"]


def test_a_scenario_whose_lives_failed_can_be_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fails if the only way to another try is another scenario."""

    def work(self: Lived, answer: known.Answer, lane: Lane) -> None:
        raise BrokenExecutor("out of memory")

    unseen = SHORT.with_changes({"team.content": 3})
    with monkeypatch.context() as broken:
        broken.setattr(Lived, "work", work)
        at = visit(**asking(unseen, "reference."))
        assert "out of memory" in at.error[0].value
    press(at, "Try again")
    assert not at.error
    assert f'data-lives="{LIVES}" data-scenario="{unseen.hash}"' in said(at)


# Start


def test_answers_are_kept_over_a_page_change_and_lead_to_a_board_with_these_values() -> None:
    """Fails if an answer is lost on the way to another page, changes something else, or does not reach the board."""
    at = visit()
    at.number_input(key="ask team.content").set_value(4).run()
    at.number_input(key="ask budget.media_per_month").set_value(7_000.0).run()
    now = f"about {number(starting_level(BASE))} EUR of margin a month now"
    assert any(now in caption.value for caption in at.caption)
    at.text_input(key="company name").set_value("<b>Acme").run()
    at.session_state["turn to"] = "Assumptions"
    checked(at.run())
    assert [title.value for title in at.title] != ["When will your marketing pay?"]
    at.session_state["turn to"] = "Start"
    checked(at.run())
    assert at.number_input(key="ask team.content").value == 4
    assert at.text_input(key="company name").value == "<b>Acme"
    press(at, "Show my board")
    position = board_of(at).position
    own = BASE.with_changes({"team.content": 4, "budget.media_per_month": 7_000.0})
    assert (position.scenario, position.reference) == (own, own)
    assert position.scenario.title == "<b>Acme"
    assert "lever process.silos" in [slider.key for slider in at.slider]
    assert f'data-lives="{LIVES}" data-scenario="{own.hash}"' in said(at)
    assert "<b>" not in "".join(text.value for text in at.markdown)


def said(at: AppTest) -> str:
    return " ".join(element.proto.body for element in at.get("html"))


def test_another_story_brings_its_own_figures() -> None:
    """Fails if the answers about one company are taken over into another, or an answer that was taken back stays."""
    at = visit()
    at.number_input(key="ask team.content").set_value(9).run()
    at.number_input(key="ask team.content").set_value(int(_likely("team.content"))).run()
    assert board_of(at).kept.draft.answers == ()
    at.number_input(key="ask team.content").set_value(9).run()
    at.selectbox(key="story").set_value("one_person_band").run()
    story = load_scenario("one_person_band")
    assert board_of(at).kept.draft.answers == ()
    assert at.number_input(key="ask team.content").value == story["team.content"]
    press(at, "Skip the questions and look at this company")
    assert board_of(at).position == Position(story, story)


def _likely(path: str) -> float:
    value = BASE[path]
    return value.mode if isinstance(value, Range) else float(value)  # type: ignore[arg-type]  # it has bounds


# What if


def what_if(scenario: Scenario = SHORT, section: str = WAITS) -> AppTest:
    """The page with a company that came by link, and a closer look that needs no more lives."""
    at = visit(**asking(scenario, "reference."))
    board_of(at).keep(section=section)
    return checked(at.run())


def test_a_lever_changes_the_history_gets_a_mark_and_goes_back() -> None:
    """Fails if a move does not reach the history or the lives, is not marked, or cannot be taken back by itself."""
    at = what_if()
    key, name = "lever process.silos", declaration("process.silos").label.split(":")[0].split(" (")[0]
    assert at.slider(key=key).label == name
    assert not any(label.startswith("back to") for label in labels(at))
    checked(at.slider(key=key).set_value(0.1).run())
    checked(at.slider(key="lever team.content").set_value(3).run())
    moved = SHORT.with_changes({"process.silos": 0.1, "team.content": 3})
    assert board_of(at).position == Position(SHORT, moved)
    assert f'data-scenario="{moved.hash}"' in said(at)
    assert "the reference" in said(at)
    assert "looked at together (Holm's correction, 5 %)" in said(at)
    assert at.slider(key=key).label == f"● {name}"
    assert [label for label in labels(at) if label.startswith("back to")] == ["back to 1 head", "back to 40 %"]
    press(at, "back to 40 %")
    assert board_of(at).position.scenario == SHORT.with_changes({"team.content": 3})
    assert at.slider(key=key).value == 0.4
    assert at.slider(key=key).label == name
    press(at, "Undo")
    assert board_of(at).position.scenario == moved
    assert at.slider(key=key).value == 0.1
    press(at, "Reset")
    assert board_of(at).position == Position(SHORT, SHORT)
    assert f'data-scenario="{SHORT.hash}"' in said(at)
    assert len(board_of(at).history.past) == 4  # the baseline, the company of the link, and two moves


def test_an_uncertain_lever_says_so_and_goes_back_to_its_range() -> None:
    """Fails if touching an uncertain lever loses its range for good."""
    uncertain = SHORT.with_changes({"process.silos": {"low": 0.1, "mode": 0.3, "high": 0.6}})
    at = what_if(uncertain)
    assert "uncertain, 10 % to 60 %" in [caption.value for caption in at.caption]
    assert at.slider(key="lever process.silos").value == 0.3
    checked(at.slider(key="lever process.silos").set_value(0.5).run())
    press(at, "back to 10 % to 60 %")
    assert board_of(at).position.scenario == uncertain


def test_what_cannot_be_compared_is_not_explained() -> None:
    """Fails if a change of what is asked is explained by levers, or refused in words for programmers."""
    at = what_if(section=WHY)
    assert any("Move a lever" in markdown.value for markdown in at.markdown)
    board = board_of(at)
    board.keep(
        history=board.history.change(SHORT.with_changes({"horizon_months": SHORT.parameters.horizon_months + 1}))
    )
    checked(at.run())
    assert any("asked another question than the reference" in markdown.value for markdown in at.markdown)
    assert not at.error


def test_a_value_that_cannot_be_is_told_and_changes_nothing() -> None:
    """Fails if a value beyond its bounds ends in a traceback, is taken, or stays in the widget."""
    at = what_if()
    before = board_of(at).history
    at.session_state["try"] = {"team.content": 2, "process.silos": 1.5}
    checked(at.run())
    assert any("expected a number from 0 to 1" in warning.value.replace("\\", "") for warning in at.warning)
    assert board_of(at).history == before
    assert at.slider(key="lever process.silos").value == 0.4
    assert not checked(at.run()).warning


def test_changes_over_time_are_added_and_taken_back() -> None:
    """Fails if a dated value or a decision arrives in another month, is not listed, or another one is removed."""
    at = what_if(section=WHEN)
    assert at.selectbox(key="when lever").value == "team.analyst"
    at.number_input(key="when month").set_value(3).run()
    at.selectbox(key="when lever").set_value("team.analyst").run()
    at.number_input(key="when value team.analyst").set_value(2).run()
    checked(at.button(key="when add").click().run())
    analyst = Change(3, (("team.analyst", 2),))
    assert board_of(at).position.scenario.changes == (analyst,)
    at.button_group(key="when what").set_value("A decision").run()
    at.selectbox(key="when decision").set_value("push").run()
    at.number_input(key="when month").set_value(2).run()
    at.number_input(key="when months").set_value(4).run()
    checked(at.button(key="when add").click().run())
    push = Change(2, (), "push", 4)
    assert board_of(at).position.scenario.changes == (push, analyst)
    listed = [text.value for text in at.markdown if text.value.startswith("**Month")]
    assert listed == ["**Month 2:** the board demands a push for 4 months", "**Month 3:** Analysts 2 heads"]
    first = next(button for button in at.button if button.label == "Remove")
    checked(first.click().run())
    assert board_of(at).position.scenario.changes == (analyst,)
    press(at, "Remove")
    assert board_of(at).position == Position(SHORT, SHORT)


def test_what_an_address_cannot_bring_back_is_said_once() -> None:
    """Fails if somebody whose board was started anew looks for their steps and pins without a word."""
    link = asking(SHORT)
    at = visit(**link, place="0123456789ab")
    assert any("went when the board was started anew" in warning.value for warning in at.warning)
    assert board_of(at).position.scenario == SHORT
    assert not checked(at.run()).warning
    assert not visit(**link).warning


def test_a_page_that_was_there_before_is_not_arrived_at_again() -> None:
    """Fails if a move clears the picture of the position before, or a page that is turned to shows the last one's."""
    board = Board(Kept("baseline", History(Position(SHORT, SHORT))))
    seen = []
    for page in ("What if", "What if", "Compare", "What if"):
        board.turn_to(page)
        seen.append(board.arriving)
    assert seen == [True, False, True, True]


def test_a_link_that_cannot_be_followed_is_said() -> None:
    """Fails if a cut or made-up link ends in a traceback, or opens another company without a word."""
    at = AppTest.from_function(_script, default_timeout=60)
    at.query_params["process.silo"] = "0.1"
    at.query_params["version"] = boards.VERSION
    checked(at.run())
    assert any("Did you mean 'process.silos'?" in warning.value.replace("\\", "") for warning in at.warning)
    assert any("What is shown is" in warning.value for warning in at.warning)
    assert board_of(at).position.scenario == BASE


# Explore


def _explore() -> None:
    from simkit_app.pages import explore

    explore.page()


def explore(sketch: Sketch) -> AppTest:
    """The page of a board that is there."""
    board = Board(Kept("baseline", History(Position(SHORT, SHORT)), seed=8, sketch=sketch))
    at = AppTest.from_function(_explore, default_timeout=60)
    at.session_state["board"] = board
    return checked(at.run())


def rows(at: AppTest) -> pd.DataFrame:
    """What the map shows."""
    charts = at.get("vega_lite_chart")
    proto: Any = charts[-1].proto
    data = proto.data.data or proto.datasets[0].data.data
    table: pd.DataFrame = pa.ipc.open_stream(data).read_all().to_pandas()
    return table


def test_a_small_map_runs_and_shows_the_points_of_its_design() -> None:
    """Fails if a point is missing, has other values or other lives, or lives and seed go unsaid."""
    sketch = Sketch(
        "expectation.target_per_month", "process.silos", (10_000.0, 80_000.0), (0.2, 0.6), steps=2, lives=10
    )
    at = explore(sketch)
    assert not at.get("vega_lite_chart")
    press(at, "Run 4 points of 10 lives")
    shown = rows(at)
    explored = board_of(at).explored
    assert explored is not None
    design = explored[0]
    assert [design.scenario(i)["process.silos"] for i in range(4)] == [0.2, 0.6, 0.2, 0.6]
    assert shown["point"].tolist() == [0, 1, 2, 3]
    assert shown["y"].tolist() == ["20 %", "60 %", "20 %", "60 %"]
    months = [simkit.simulate(design.scenario(i), 10, 8, workers=1).crossing.median.value for i in range(4)]
    assert [None if pd.isna(month) else month for month in shown["crossing"]] == months
    assert shown["label"].tolist() == ["×" if month is None else f"{month:g}" for month in months]
    assert {None} < set(months)
    assert any("10 lives at each point with the same luck, seed 8" in caption.value for caption in at.caption)
    checked(at.slider(key="explore steps").set_value(3).run())
    assert "Run 9 points of 10 lives" in labels(at)


def test_a_cancelled_map_keeps_what_is_done() -> None:
    """Fails if cancelling throws points away, if they cannot be opened, or if the rest cannot be run afterwards."""
    sketch = Sketch("process.silos", "feedback.latency_weeks", (0.2, 0.6), (2.0, 8.0), steps=2, lives=10)
    at = explore(sketch)
    press(at, "Run 4 points of 10 lives")
    design, answer = board_of(at).explored or pytest.fail("nothing was explored")
    partial = Answer(Condition(), answer.value[:3])
    partial.progress(30, 40)
    board_of(at).explored = (design, partial)
    checked(at.run())
    assert rows(at)["point"].tolist() == [0, 1, 2]
    assert "30 of 40 lives" in [text.value for text in at.markdown]
    assert any("Click on a point" in caption.value for caption in at.caption)
    assert next(button for button in at.button if button.label == "Cancel").disabled
    press(at, "Run 4 points of 10 lives")
    assert rows(at)["point"].tolist() == [0, 1, 2, 3]


def test_the_same_lever_twice_is_refused_in_words() -> None:
    """Fails if a map of one lever against itself could be asked for."""
    at = explore(Sketch("process.silos", "process.silos"))
    assert "the two levers are the same" in at.error[0].value
    assert not any(label.startswith("Run") for label in labels(at))


def test_a_stored_sweep_opens_and_a_folder_that_is_none_says_so(tmp_path: Path) -> None:
    """Fails if a sweep from the command line cannot be looked at, or another folder ends in a traceback."""
    levels = {"expectation.target_per_month": [10.0, 1e9], "process.silos": [0.2, 0.6]}
    simkit.sweep(design_of(SHORT, levels, replications=2, seed=6), out=tmp_path / "runs", workers=1)
    simkit.sweep(design_of(SHORT, {"process.silos": [0.2]}, replications=2), out=tmp_path / "one", workers=1)
    at = explore(Sketch())
    checked(at.button_group(key="explore source").set_value("A stored sweep").run())
    checked(at.text_input(key="explore folder").set_value(str(tmp_path / "runs")).run())
    assert "8 of 8 lives are done; seed 6." in [caption.value for caption in at.caption]
    shown = rows(at)
    assert shown["label"].tolist() == ["0", "0", "×", "×"]
    assert shown["y"].tolist() == ["20 %", "60 %", "20 %", "60 %"]
    for name, mistake in (("no such", "no results here"), ("", "no results here"), ("one", "two levers")):
        checked(at.text_input(key="explore folder").set_value(str(tmp_path / name)).run())
        assert mistake in at.error[0].value
        assert not at.get("vega_lite_chart")
