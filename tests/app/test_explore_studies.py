"""Explore: what moves a scenario and where it fails, without and with a browser; clicks open scenarios on the board."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import pandas as pd
import pyarrow as pa
import pytest
from playwright.sync_api import Page, expect
from streamlit.testing.v1 import AppTest

import simkit
from simkit.experiments.search_design import search_design
from simkit.scenarios import Scenario, load_scenario
from simkit.scenarios.links import difference, spread
from simkit_app import board as boards
from simkit_app import running
from simkit_app.board import Board, Kept
from simkit_app.history import History, Position
from simkit_app.questions import Bounded, Moved, Planned
from simkit_app.sketches import Aim, Hunt, Moves
from tests.worlds import QUIET

BASE = load_scenario("baseline")
SHORT = BASE.with_changes({**QUIET, "horizon_months": 6, "team.content": 1, "expectation.target_per_month": 40_000.0})
"""Half a year of one person: a few milliseconds a life."""
VALUE, SILOS, MEDIA = "company.customer_value", "process.silos", "budget.media_per_month"
HUNT = Hunt((VALUE, SILOS), ((VALUE, (200.0, 4_000.0)), (SILOS, (0.0, 1.0))), points=64, lives=5)


@pytest.fixture(scope="module", autouse=True)
def workers() -> Iterator[None]:
    """The workers of the server end with the tests."""
    yield
    boards.answers().close()
    boards.answers.clear()


def _page() -> None:
    from simkit_app.pages import explore

    explore.page()


def looked_at(view: str, scenario: Scenario = SHORT, **kept: Any) -> AppTest:
    """A view of the page of a board that is there."""
    board = Board(Kept("baseline", History(Position(scenario, scenario)), seed=3, **kept))
    at = AppTest.from_function(_page, default_timeout=90)
    at.session_state["board"] = board
    at.run()
    at.button_group(key="explore source").set_value(view).run()
    assert not at.exception
    return at


def press(at: AppTest, begins: str) -> None:
    (button,) = [button for button in at.button if button.label.startswith(begins)]
    button.click().run()
    assert not at.exception


def rows(at: AppTest) -> pd.DataFrame:
    """What the chart shows."""
    proto: Any = at.get("vega_lite_chart")[-1].proto
    data = proto.data.data or proto.datasets[0].data.data
    table: pd.DataFrame = pa.ipc.open_stream(data).read_all().to_pandas()
    return table


def test_a_tornado_runs_and_shows_what_python_finds() -> None:
    """Fails if other values are moved, with other lives or another outcome, or what to measure goes unsaid."""
    at = looked_at("What moves it", moves=Moves("What it may not know", "net_margin", 10))
    assert not at.get("vega_lite_chart")
    press(at, "Move 8 values by themselves")
    asked = at.session_state["board"].running["tornado"]
    assert isinstance(asked, Moved)
    made = simkit.tornado(SHORT, asked.paths, "net_margin", 10, 3, workers=1)
    shown = rows(at)
    assert shown["value"].tolist() == pytest.approx(made.table["effect"].tolist()[: len(shown)])
    assert any("10 lives at each end, paired" in caption.value and "seed 3" in caption.value for caption in at.caption)
    assert len(made.to_measure) > 0
    assert at.dataframe[0].value["source"].tolist() == made.to_measure["source"].tolist()
    at.select_slider(key="moves lives").set_value(20).run()
    assert "belongs to other settings" in at.info[0].value  # and stays to be looked at
    assert len(rows(at)) == len(shown)


def test_a_region_runs_and_says_its_limits() -> None:
    """Fails if other values are varied, over other ranges, or the sentence and the points are not those of Python."""
    at = looked_at("Where it fails", hunt=HUNT)
    press(at, "Look for the limits in 64 points of 5 lives")
    asked = at.session_state["board"].running["region"]
    assert isinstance(asked, Bounded)
    made = simkit.discover(SHORT, dict(HUNT.ends), points=64, replications=5, seed=3, workers=1)
    assert made.table["path"].tolist() == [VALUE]
    assert any("≤" in text.value and "of all such points lie there" in text.value for text in at.markdown)
    shown = rows(at)
    assert shown["what"].tolist()[:64] == ["fails" if fails else "does not fail" for fails in made.points["fails"]]
    at.multiselect(key="hunt paths").set_value([VALUE]).run()
    assert "Choose two values or more" in at.info[0].value


def test_what_has_no_region_is_said_and_can_be_asked_again() -> None:
    """Fails if a scenario that never fails there ends in a traceback, or keeps the visitor from another try."""
    at = looked_at("Where it fails", hunt=Hunt(HUNT.paths, ((VALUE, (3_000.0, 4_000.0)), (SILOS, (0.0, 1.0))), 64, 5))
    press(at, "Look for the limits")
    assert "so there is no region to find" in at.error[0].value
    at.slider(key=f"hunt ends {VALUE}").set_value((200.0, 4_000.0)).run()
    press(at, "Look for the limits")
    assert not at.error
    assert at.get("vega_lite_chart")


AIM = Aim((SILOS, MEDIA), ((SILOS, (0.0, 1.0)), (MEDIA, (0.0, 10_000.0))), points=8, lives=5)


def test_a_search_runs_and_shows_what_python_finds() -> None:
    """Fails if other plans are tried, with other prices or lives, a price that nobody gave goes unsaid, or the table
    and the points are not those of Python."""
    at = looked_at("Which plan is best", aim=AIM)
    assert "Left out of the cost and the margin" in at.info[0].value
    at.number_input(key=f"aim price {SILOS}").set_value(100.0).run()
    at.number_input(key="aim budget").set_value(5_000.0).run()
    assert not at.info
    press(at, "Try 8 plans of 5 lives")
    made = simkit.search(
        SHORT,
        dict(AIM.ends),
        ["restricted_crossing_month", "net_margin"],
        5_000.0,
        costs={SILOS: 100.0},
        points=8,
        replications=5,
        seed=3,
        confirming=40,
        finalists=3,
        workers=1,
    )
    shown = rows(at)
    assert shown["point"].tolist() == [*range(8), -1, *(one.number for one in made.finalists)]
    margins = made.confirmed.loc[made.confirmed["outcome"] == "net_margin", "effect"].tolist()
    assert shown["y"].tolist()[9:] == pytest.approx(margins)
    assert at.dataframe[0].value["outcome"].tolist() == ["Crossing month (the horizon if none)", "Margin less cost"] * (
        len(made.finalists)
    )
    assert any("40 fresh lives, seed 3; 5 lives of each" in caption.value for caption in at.caption)
    at.selectbox(key="aim second").set_value("").run()
    assert "belongs to other settings" in at.info[0].value


def test_what_cannot_be_reached_or_asked_is_said() -> None:
    """Fails if a search in which no plan does what is wanted ends in an error or in the library's names, its plans
    cannot be looked at, or what cannot be asked is."""
    at = looked_at("Which plan is best", SHORT.with_changes({VALUE: 200.0}), aim=replace(AIM, share=0.9))
    press(at, "Try 8 plans")
    assert not at.error
    said = " ".join(text.value for text in at.markdown).replace("\\", "")
    assert "None of the 8 plans that were tried has what is wanted (Share of lives that cross at least 90 %)." in said
    assert "The nearest is plan" in said
    assert not any(name in said for name in (SILOS, MEDIA, "crossed >=", "constraints")), said
    assert set(rows(at)["point"]) == {-1, *range(8)}
    assert not at.dataframe
    at.multiselect(key="aim paths").set_value([]).run()
    assert "Choose a lever or more" in at.info[0].value
    at = looked_at("Which plan is best", aim=replace(AIM, ends=((MEDIA, (5_000.0, 10_000.0)),), budget=1_000.0))
    assert "the cheapest costs 5,000 a month above today" in at.error[0].value
    assert not any(button.label.startswith("Try") for button in at.button)


def test_a_search_that_was_cancelled_shows_what_was_tried_and_goes_on() -> None:
    """Fails if plans that were tried are lost with the button, are shown as if fresh lives had confirmed them, or the
    rest cannot be run."""
    at = looked_at("Which plan is best", aim=replace(AIM, points=32, lives=50))
    board: Board = at.session_state["board"]
    wanted = ["restricted_crossing_month", "net_margin"]
    free = {SILOS: 0.0}
    design = search_design(SHORT, dict(AIM.ends), wanted, None, (), 32, 50, 3, costs=free, confirming=40, finalists=3)
    board.running["plans"] = question = Planned(design)
    (answer,) = board.ask("plans", question)
    while answer.value is None:
        boards.answers().wait([answer], [answer.version], 60)
    running.cancel(board, "plans")
    at.run()
    shown = rows(at)["point"].tolist()
    assert 8 <= len(shown) - 1 < 32
    assert shown == [*range(len(shown) - 1), -1]
    assert any(f"{len(shown) - 1} of 32 plans were tried" in text.value for text in at.markdown)
    assert not at.dataframe
    assert not at.info[1:]  # nothing but the lever without a price: it is what this page asks
    press(at, "Try 32 plans")
    assert set(rows(at)["point"]) == {-1, *range(32)}
    assert len(at.dataframe[0].value)


def test_cancelling_leaves_a_page_to_go_on_with() -> None:
    """Fails if what was cancelled still shows as under way, or cannot be run again."""
    at = looked_at("What moves it", moves=Moves("What it may not know", "net_margin", 10))
    press(at, "Move 8 values")
    board: Board = at.session_state["board"]
    boards.answers().cancel(board.id, "tornado")
    board.running.clear()
    at.run()
    assert not at.get("vega_lite_chart")
    press(at, "Move 8 values")
    assert at.get("vega_lite_chart")


def test_a_click_opens_the_scenario_on_the_board(page: Page, server: str) -> None:
    """Fails if a bar or a point cannot be clicked, or the board then shows the scenario as it was."""
    asked = {"from": "baseline", **spread(difference(BASE, SHORT)), "seed": "3", "version": simkit.__version__}
    page.goto(f"{server}/?{urlencode(asked)}")
    for view, run in (
        ("What moves it", "Move 24 values"),
        ("Where it fails", "Look for the limits"),
        ("Which plan is best", "Try 32 plans"),
    ):
        page.get_by_role("link", name="Explore").click()
        page.get_by_text(view, exact=True).click()
        page.get_by_role("button", name=run).click()
        marks = page.locator(".vega-embed .mark-rect.role-mark path, .vega-embed .mark-symbol.role-mark path")
        expect(page.get_by_text("to open that scenario on the board")).to_be_visible()
        places = {"What moves it": 1, "Where it fails": 5, "Which plan is best": -1}  # the last one lies above others
        marks.nth(places[view]).click()
        expect(page).to_have_url(re.compile("/what-if"))
        expect(page.locator(".simkit-headline")).to_contain_text("the reference")
        page.get_by_role("button", name="Undo").click()
