"""The page Compare, its script run without a browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

import simkit
import simkit_app.board
from simkit_app import answers, pins
from simkit_app.board import Board, Pin, new
from simkit_app.questions import Lived
from simkit_app.queue import Lane

LIVES = 4


@pytest.fixture
def few_lives(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Real lives, four of each scenario, computed by the real queue."""

    def work(self: Lived, answer: answers.Answer, lane: Lane) -> None:
        ensemble = simkit.simulate(self.scenario, LIVES, self.seed, executor=lane)
        answer.lives = LIVES
        answer.show(ensemble)

    monkeypatch.setattr(Lived, "work", work)
    yield
    simkit_app.board.answers().close()
    simkit_app.board.answers.clear()


def _page() -> None:
    from simkit_app.pages import compare

    compare.page()


def _compare(*names: str) -> AppTest:
    """The page with stories pinned under their own short names."""
    board = Board(new("baseline"))
    board.keep(pins=tuple(Pin(name, simkit.load_scenario(name)) for name in names))
    at = AppTest.from_function(_page, default_timeout=60)
    at.session_state["board"] = board
    return at.run()


def _names(at: AppTest) -> list[str]:
    return [pin.name for pin in at.session_state["board"].kept.pins]


def _said(at: AppTest) -> str:
    return " ".join(element.proto.body for element in at.get("html"))


@pytest.mark.usefixtures("few_lives")
def test_pinned_scenarios_are_compared_in_charts_and_a_table() -> None:
    """Fails if a chart is missing, the seed or the lives are not said, or the command is another one."""
    at = _compare("baseline", "siloed")
    assert not at.exception
    assert len(at.get("vega_lite_chart")) == 4
    said = _said(at)
    assert f"{LIVES} lives of each scenario with the same luck, seed 1. Compared with &#x27;baseline&#x27;" in said
    assert "simkit run siloed.toml --replications 4 --seed 1" in said
    assert '<th scope="row">siloed</th>' in said


@pytest.mark.usefixtures("few_lives")
def test_a_name_is_kept_shown_as_text_and_never_taken_twice() -> None:
    """Fails if a name gets lost in a rerun, is run as HTML, or two scenarios have the same one."""
    at = _compare("baseline", "siloed")
    at.text_input(key="pin name 1").set_value("<img src=x onerror=alert(1)>").run()
    assert _names(at) == ["baseline", "<img src=x onerror=alert(1)>"]
    assert "<img" not in _said(at)
    at.text_input(key="pin name 1").set_value("baseline").run()
    assert _names(at) == ["baseline", "baseline 2"]
    assert at.text_input(key="pin name 1").value == "baseline 2"
    at.text_input(key="pin name 0").set_value("  ").run()
    assert _names(at) == ["baseline", "baseline 2"]


@pytest.mark.usefixtures("few_lives")
def test_pins_are_arranged_and_removed() -> None:
    """Fails if a button acts on another scenario than its own."""
    at = _compare("baseline", "siloed", "integrated")
    at.button(key="pin lead 2").click().run()
    assert _names(at) == ["integrated", "baseline", "siloed"]
    differing = [element.proto.body for element in at.get("html") if "Against the reference" in element.proto.body]
    assert len(differing) == 2
    assert at.text_input(key="pin name 0").value == "integrated"
    at.button(key="pin remove 1").click().run()
    assert _names(at) == ["integrated", "siloed"]


@pytest.mark.usefixtures("few_lives")
def test_what_cannot_be_compared_is_said() -> None:
    """Fails if another metric is compared without a word."""
    at = _compare("baseline", "paid_led")
    assert any("neither the crossing nor the valley" in warning.value for warning in at.warning)
    assert not at.exception


@pytest.mark.usefixtures("few_lives")
def test_an_empty_page_says_what_it_is_for_and_how_to_begin() -> None:
    """Fails if nothing leads from an empty page to a comparison."""
    at = _compare()
    assert "same luck" in " ".join(text.value for text in at.markdown)
    at.button(key="example").click().run()
    assert len(_names(at)) == 2
    assert len(at.get("vega_lite_chart")) == 4


@pytest.mark.usefixtures("few_lives")
def test_a_story_is_pinned_with_its_title() -> None:
    """Fails if the library pins another story than the one that is read."""
    at = _compare("baseline")
    at.selectbox(key="library").set_value("siloed").run()
    at.button(key="add story").click().run()
    assert at.session_state["board"].kept.pins[1] == Pin(
        simkit.load_scenario("siloed").title, simkit.load_scenario("siloed")
    )


@pytest.mark.usefixtures("few_lives")
def test_a_file_is_pinned_and_a_bad_one_changes_nothing_but_is_told() -> None:
    """Fails if a file is not read, or a mistake in it is swallowed or costs what was pinned."""
    at = _compare("baseline")
    at.file_uploader[0].set_value(("bad.toml", b"[process\n", "application/toml")).run()
    assert _names(at) == ["baseline"]
    assert "line 1, column 9" in at.error[0].value
    at.file_uploader[0].set_value(("mine.toml", b"extends = 'siloed'\ntitle = 'Mine'\n", "application/toml")).run()
    assert _names(at) == ["baseline", "Mine"]
    assert not at.error


def test_no_more_than_eight_are_pinned() -> None:
    """Fails if a ninth gets in, or is dropped without a word."""
    one = simkit.load_scenario("baseline")
    pinned: tuple[Pin, ...] = ()
    for _ in range(pins.MOST):
        pinned = pins.added(pinned, "same name", one)
    assert [pin.name for pin in pinned[:3]] == ["same name", "same name 2", "same name 3"]
    with pytest.raises(simkit.errors.ScenarioError, match="8 scenarios are pinned already"):
        pins.added(pinned, "ninth", one)


def test_a_long_name_or_that_of_the_expected_line_is_made_fit() -> None:
    """Fails if a name of many lines, or one that a chart uses itself, is taken as it is."""
    one = simkit.load_scenario("baseline")
    pinned = pins.added((), "expected", one)
    pinned = pins.added(pinned, "many\nlines " + "x" * 100, one)
    assert pinned[0].name == "expected 2"
    assert pinned[1].name.startswith("many lines x")
    assert len(pinned[1].name) == pins.LONGEST_NAME
