"""The page that gives links and files: what it offers is what the board shows, and it says what a link cannot hold."""

from __future__ import annotations

import io
import tomllib
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Condition
from urllib.parse import parse_qsl, urlsplit

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

import simkit
from simkit import Ensemble, Scenario
from simkit.present.account import Account
from simkit.scenarios import Joint, load_scenario
from simkit_app import board as boards
from simkit_app.answers import Answer
from simkit_app.board import Board, Kept, opened
from simkit_app.history import History, Position
from simkit_app.pages.take_away import address, reasons_told
from simkit_app.takeaways import Takeaway, takeaways

URL = "https://board.example/sim/take-away"
SHORT = {"horizon_months": 6, "expectation.shape": "level", "expectation.target_per_month": 1e9}
"""Six months in which nobody crosses: 64 short lives are enough to know it."""


@pytest.fixture(scope="module", autouse=True)
def workers() -> Iterator[None]:
    """The workers of the server end with the tests."""
    yield
    boards.answers().close()
    boards.answers.clear()


def board_of(scenario: Scenario, reference: Scenario, seed: int = 1) -> Board:
    return Board(Kept("baseline", History(Position(reference, scenario)), seed))


def fitted(scenario: Scenario) -> Scenario:
    """A company whose values are drawn together."""
    return scenario.with_joint(Joint(("company.win_rate", "process.silos"), np.array([[0.1, 0.2], [0.2, 0.4]])))


def offered(own: Ensemble, reference: Ensemble | None = None) -> dict[str, Takeaway]:
    """Files by what their buttons say."""
    groups = takeaways(lambda: Account(own, reference))
    return {file.label: file for files in groups.values() for file in files}


def test_a_link_holds_the_scenario_its_reference_and_the_seed() -> None:
    """Opened, it is the same position. Fails if one of the two were lost, or the place of this session were given."""
    reference = load_scenario("baseline").with_changes({"company.win_rate": 0.3})
    scenario = reference.with_changes({"process.silos": 0.1}).with_decision("push", month=4)
    made = address(board_of(scenario, reference, seed=0), URL)
    assert made is not None
    parts = urlsplit(made)
    assert (parts.scheme, parts.netloc, parts.path) == ("https", "board.example", "/sim/")
    asked = dict(parse_qsl(parts.query))
    assert "place" not in asked
    kept, said = opened(asked)
    assert (kept.history.now, kept.seed, said) == (Position(reference, scenario), 0, "")
    assert asked["version"] == simkit.__version__


def test_what_does_not_fit_into_a_link_has_none() -> None:
    """A fitted company travels as a file. Fails if its link led to another company."""
    baseline = load_scenario("baseline")
    assert address(board_of(fitted(baseline), baseline), URL) is None
    assert address(board_of(fitted(baseline), fitted(baseline)), URL) is None


def test_a_scenario_file_gives_the_same_figures(tmp_path: Path) -> None:
    """Its command names it, with as many lives of the same seed. Fails if a value or a life differed."""
    own = simkit.simulate(Scenario("own", title="Mine & <b>").with_changes(SHORT), 3, seed=7, workers=1)
    file = offered(own)["Scenario (TOML)"]
    content = file.make()
    path = tmp_path / file.name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    assert file.command.split()[:3] == ["simkit", "run", file.name]
    assert set(file.command.split()[3:]) == {"--replications", "3", "--seed", "7"}
    again = simkit.simulate(load_scenario(path), 3, seed=7, workers=1)
    np.testing.assert_array_equal(again.lives.monthly, own.lives.monthly)


def test_a_fitted_company_travels_with_its_draws(tmp_path: Path) -> None:
    """Fails if the archive lacked the draws, or the scenario named another table."""
    own = simkit.simulate(fitted(Scenario("own").with_changes(SHORT)), 3, seed=7, workers=1)
    file = offered(own)["Scenario (ZIP)"]
    content = file.make()
    assert isinstance(content, bytes)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        archive.extractall(tmp_path)
    assert load_scenario(tmp_path / file.command.split()[2]).hash == own.scenario.hash


def test_every_button_makes_its_file() -> None:
    """Fails if a file were empty, of another kind than its name says, or had a name that somebody wrote."""
    titled = replace(Scenario("own").with_changes(SHORT), title="../<b>'\"; rm -rf $HOME\x00")
    own = simkit.simulate(titled, 3, seed=7, workers=1)
    reference = simkit.simulate(Scenario("other").with_changes({**SHORT, "team.content": 3}), 2, seed=7, workers=1)
    files = offered(own, reference)
    begins = {"html": b"<!DOCTYPE html>", "pptx": b"PK", "png": b"\x89PNG", "svg": b"<svg", "csv": b"side,"}
    assert len(files) == 10
    assert len({file.name for file in files.values()}) == 10
    for file in files.values():
        stem, _, kind = file.name.rpartition(".")
        assert stem.replace("-", "").isalnum()
        content = file.make()
        content = content if isinstance(content, bytes) else content.encode()
        if kind == "toml":
            assert tomllib.loads(content.decode())["horizon_months"] == 6
        else:
            assert content.startswith(begins[kind])


def run_page() -> None:
    """What AppTest runs: the page of a board that is there."""
    from simkit_app.pages import take_away

    take_away.page()


@pytest.mark.parametrize("joint", [False, True])
def test_the_page_offers_what_the_board_shows(joint: bool) -> None:
    """A button for each file once the lives are complete, with the lives that the board has, and a link, or a word on
    why there is none. Fails if the page raised, or stated other lives than the board's."""
    reference = load_scenario("baseline").with_changes(SHORT)
    scenario = replace(fitted(reference) if joint else reference.with_changes({"team.content": 3}), title="**Mine**")
    session = board_of(scenario, reference, seed=5)
    page = AppTest.from_function(run_page, default_timeout=120)
    page.session_state.board = session
    page.run()
    assert not page.exception
    assert [title.value for title in page.title] == ["Take away"]
    assert len(page.download_button) == 10
    stated = " ".join(text.value for text in page.markdown)
    assert "Seed 5, 64 replications (reference 64)" in stated
    commands = [code.value for code in page.code]
    assert sum("--replications 64" in command for command in commands) == 2
    assert len(page.warning) == joint
    assert any("team.content=3" in command for command in commands) is not joint
    assert any(
        "being worked out" in caption.value or "Report and deck hold" in caption.value for caption in page.caption
    )


def test_what_a_report_holds_now_is_told_part_by_part() -> None:
    """Fails if a part that is there is said to be missing, or one that is missing or failed goes unsaid."""
    why, steps = Answer(Condition()), Answer(Condition())
    steps.progress(1, 4)
    assert reasons_told([why, steps]) == (
        "Still being worked out (25 %): why and what next. What is made before that leaves it out."
    )
    why.end()
    assert reasons_told([why, steps]).startswith("Report and deck hold why. Still being worked out (25 %): what next.")
    steps.end("out of memory")
    assert reasons_told([why, steps]) == "Report and deck hold why. What next could not be worked out. out of memory"
    assert reasons_told([why]) == "Report and deck hold what next."


def test_what_cannot_be_simulated_is_said_and_gives_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fails if a failed scenario ended in a traceback or in files of nothing."""

    def fails(*_: object, **__: object) -> None:
        raise simkit.RunError("was told to fail")

    monkeypatch.setattr(simkit, "stream", fails)
    scenario = load_scenario("baseline").with_changes({**SHORT, "team.content": 4})
    page = AppTest.from_function(run_page, default_timeout=120)
    page.session_state.board = board_of(scenario, scenario, seed=9)
    page.run()
    assert not page.exception
    assert "was told to fail" in page.error[0].value
    assert not page.download_button
