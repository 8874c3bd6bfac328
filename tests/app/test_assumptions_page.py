"""The page Assumptions, its script run without a browser."""

from __future__ import annotations

from typing import Any

from streamlit.testing.v1 import AppTest

import simkit
from simkit.scenarios import Range
from simkit_app.board import Board, new


def _page() -> None:
    from simkit_app.pages import assumptions

    assumptions.page()


def _open(path: str) -> AppTest:
    at = AppTest.from_function(_page, default_timeout=60)
    at.session_state["board"] = Board(new("baseline"))
    at.run()
    return at.selectbox(key="assumptions parameter").set_value(path).run()


def _value(at: AppTest, path: str) -> Any:
    return at.session_state["board"].position.scenario[path]


def _set(at: AppTest) -> AppTest:
    return next(button for button in at.button if button.label == "Set").click().run()


def test_every_parameter_is_listed_and_a_search_narrows_the_list() -> None:
    """Fails if a parameter is missing, or the search finds something else."""
    at = _open("process.silos")
    assert not at.exception
    assert len(at.dataframe[0].value) == len(simkit.parameters.declarations())
    at.text_input(key="assumptions text").set_value("silos isolated").run()
    assert "process.silos" in at.dataframe[0].value.index
    assert len(at.dataframe[0].value) < 20
    at.text_input(key="assumptions text").set_value("no such words").run()
    assert not at.dataframe
    assert "Search for fewer words" in at.info[0].value


def test_a_value_is_set_as_one_step_of_the_history_and_taken_back() -> None:
    """Fails if the form changes nothing, something else, or cannot be undone."""
    at = _open("process.silos")
    before = _value(at, "process.silos")
    at.number_input(key="assume value process.silos").set_value(0.9)
    _set(at)
    assert _value(at, "process.silos") == 0.9
    assert at.session_state["board"].history.undo().now.scenario["process.silos"] == before
    at.button(key="assume back reference process.silos").click().run()
    assert _value(at, "process.silos") == before


def test_a_value_becomes_a_range_and_a_value_again() -> None:
    """Fails if the ends do not arrive, or the way back leaves the range."""
    at = _open("team.content")
    at.button_group(key="assume how team.content").set_value("A range").run()
    for end, value in (("low", 1), ("mode", 2), ("high", 5)):
        at.number_input(key=f"assume {end} team.content").set_value(value)
    _set(at)
    assert not at.exception
    assert _value(at, "team.content") == Range(1.0, 2.0, 5.0)
    at.button(key="assume back reference team.content").click().run()
    assert not isinstance(_value(at, "team.content"), Range)


def test_ends_in_the_wrong_order_are_refused_with_a_word() -> None:
    """Fails if a range that cannot be is taken, or refused in silence."""
    at = _open("process.silos")
    before = _value(at, "process.silos")
    at.button_group(key="assume how process.silos").set_value("A range").run()
    at.number_input(key="assume low process.silos").set_value(0.9)
    at.number_input(key="assume mode process.silos").set_value(0.2)
    _set(at)
    assert _value(at, "process.silos") == before
    assert "low <= mode <= high" in at.session_state["board"].notice


def test_a_new_metric_takes_its_target_along() -> None:
    """Fails if the metric cannot be changed on the page, or keeps a target in another unit."""
    at = _open("expectation.metric")
    at.selectbox(key="assume value expectation.metric").set_value("leads")
    at.number_input(key="assume target expectation.metric").set_value(2_000.0)
    _set(at)
    assert _value(at, "expectation.metric") == "leads"
    assert _value(at, "expectation.target_per_month") == 2_000.0
    at.button(key="assume back reference expectation.metric").click().run()
    assert at.session_state["board"].position.scenario == simkit.load_scenario("baseline")


def test_points_are_typed_a_line_each_and_mistakes_named() -> None:
    """Fails if points do not arrive as pairs, or a bad line ends in another error."""
    at = _open("expectation.points")
    at.text_area(key="assume value expectation.points").set_value("6 90000\n12 160000")
    _set(at)
    assert _value(at, "expectation.points") == ((6, 90000), (12, 160000))
    at.text_area(key="assume value expectation.points").set_value("6 many")
    _set(at)
    assert "a month and a value in each line" in at.session_state["board"].notice
    assert _value(at, "expectation.points") == ((6, 90000), (12, 160000))


def test_what_the_model_leaves_out_and_the_terms_are_told() -> None:
    """Fails if a text is not shipped, or a term of the mission is not explained."""
    at = _open("process.silos")
    told = " ".join(text.value for text in at.markdown)
    for term in ("Plateau of latent potential", "Valley", "Never below", "Abandoned", "Restricted mean", "Cash needed"):
        assert f"**{term}**" in told
    assert "Competitors who answer" in told
    assert all(f"| C{number} |" in told for number in range(1, 27))
