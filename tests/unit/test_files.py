"""Scenario files of visitors: what is saved runs alike, and nothing bad gets in."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path
from time import perf_counter
from zipfile import ZipFile

import numpy as np
import pytest
from typer.testing import CliRunner

import simkit
from simkit.cli import app
from simkit.errors import ParameterError, ScenarioError
from simkit.scenarios import Joint, Scenario, load_scenario
from simkit_app.files import LARGEST, MOST_CHANGES, read, to_save

BASELINE = load_scenario("baseline")


def _changed() -> Scenario:
    changed = BASELINE.with_changes({"process.silos": 0.7, "company.win_rate": {"low": 0.1, "mode": 0.12, "high": 0.2}})
    return changed.with_decision("push", month=6)


def test_a_saved_scenario_comes_back_as_it_was() -> None:
    """Fails if a range, a dated decision or the name is lost on the way."""
    file = to_save({"Our plan, 2027": _changed()})["Our plan, 2027"]
    back = read(file.name, file.content())
    assert file.name == "our-plan-2027.toml"
    assert back == _changed()
    assert back.title == "Our plan, 2027"
    assert back.story == BASELINE.story


def test_the_command_line_runs_a_saved_scenario_with_the_same_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fails if the command that is shown does not give the figures that were seen."""
    monkeypatch.chdir(tmp_path)
    file = to_save({"A $(plan)": _changed()})["A $(plan)"]
    Path(file.name).write_bytes(file.content())
    program, *words = file.command(lives=2, seed=3).split()
    ran = CliRunner().invoke(app, [*words, "--json", "--workers", "1"])
    assert program == "simkit"
    assert ran.exit_code == 0, ran.output
    report, seen = json.loads(ran.output), simkit.simulate(_changed(), 2, 3, workers=1).summary
    assert report["cash_needed"]["mean"] == seen.cash_needed.mean
    assert report["crossing_month"]["restricted_mean"] == seen.crossing_month.restricted_mean
    assert report["scenario_hash"] == _changed().hash


def test_draws_travel_with_their_scenario_in_a_zip_file(tmp_path: Path) -> None:
    """Fails if the table is left behind, or the unpacked files do not find each other."""
    draws = Joint(("company.win_rate", "market.drift"), np.array([[0.1, 0.1], [0.12, 0.2], [0.2, 0.15]]))
    fitted = BASELINE.with_joint(draws)
    file = to_save({"fitted": fitted})["fitted"]
    assert file.name == "fitted.zip"
    assert read(file.name, file.content()) == fitted
    with ZipFile(BytesIO(file.content())) as archive:
        archive.extractall(tmp_path)
    assert load_scenario(tmp_path / "fitted.toml") == fitted


def test_no_two_files_have_the_same_name() -> None:
    """Fails if names that differ in signs alone overwrite each other on a visitor's disk."""
    files = to_save({"Plan A!": BASELINE, "Plan A?": BASELINE, "???": BASELINE, "../etc": BASELINE})
    assert [file.name for file in files.values()] == ["plan-a.toml", "plan-a-2.toml", "scenario.toml", "etc.toml"]


def test_a_file_may_extend_a_shipped_scenario() -> None:
    """Fails if a short file, as people write them, is refused."""
    short = read("mine.toml", b'extends = "siloed"\ntitle = "Mine"\n[process]\nsilos = 0.25\n')
    assert short == load_scenario("siloed").with_changes({"process.silos": 0.25})


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"title = 'x'\n[process\nsilos = 1\n", r"mine\.toml: is not valid TOML: .*line 2, column 9"),
        (b"[process]\nsilo = 1\n", r"process\.silo: unknown key.*process\.silos"),
        (b"[process]\nsilos = 3\n", r"process\.silos: expected a number from 0 to 1"),
        (b'extends = "/etc/passwd"\n', "can extend a shipped scenario only"),
        (b'extends = "./baseline.toml"\n', "can extend a shipped scenario only"),
        (b'joint = "/etc/passwd"\n', "the table of draws is not in this file"),
        (b"joint = [1]\n", "the table of draws is not in this file"),
        (b"\xff\xfe\x00", "it is not UTF-8 text"),
        (b"x = " + b"[" * 5_000, "nested too deeply"),
        (b"x = " + b"9" * 5_000, "a number that is too long"),
        (b"#" * (LARGEST + 1), "is larger than 100,000 bytes"),
        (b"title = '" + b"x" * 121 + b"'", "title: expected at most 120 characters"),
        (b"[[changes]]\nmonth = 2\ndecision = 'hold'\n" * (MOST_CHANGES + 1), f"at most {MOST_CHANGES} changes"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(content: bytes, said: str) -> None:
    """Fails if a bad file gets in, ends in another error, or the message does not say what to do."""
    with pytest.raises((ScenarioError, ParameterError), match=said):
        read("mine.toml", content)


@pytest.mark.parametrize(
    "text",
    ["a" + ".a" * 40_000 + " = 1", "x = { a" + ' . "a"' * 15_000 + " = 1 }", "'#' = 1\n[" + "a." * 40_000 + "a]"],
)
def test_a_key_that_takes_minutes_to_read_is_refused_at_once(text: str) -> None:
    """Fails if long dotted keys reach the parser, whose time grows with the square of their parts."""
    begun = perf_counter()
    with pytest.raises(ScenarioError, match="more parts than any parameter"):
        read("mine.toml", text.encode())
    assert perf_counter() - begun < 2.0


def test_a_story_full_of_dots_is_no_deep_key() -> None:
    """Fails if what stands in texts and comments is taken for a key."""
    text = '# a.b.c.d.e.f.g.h.i.j\nstory = "one . two . a.b.c.d.e.f.g.h.i.j = 3"\n[process]\nsilos = 0.5\n'
    assert read("mine.toml", text.encode())["process.silos"] == 0.5


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ({"../mine.toml": b"", "a.parquet": b""}, "no file that simkit saves"),
        ({"mine.toml": b"", "other.toml": b""}, "no file that simkit saves"),
        ({"a.parquet": b"PAR1"}, "a file that ends in .toml"),
        ({"mine.toml": b'joint = "a.parquet"', "a.parquet": b"PAR1"}, "it is no table of draws"),
        ({"mine.toml": b" " * 5_000_000}, "is larger than 100,000 bytes"),
    ],
)
def test_a_zip_file_holds_a_scenario_and_its_draws_only(entries: dict[str, bytes], said: str) -> None:
    """Fails if a packed file escapes its folder, unfolds beyond its limit, or its error is not told."""
    packed = BytesIO()
    with ZipFile(packed, "w", 8) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    with pytest.raises(ScenarioError, match=said):
        read("mine.zip", packed.getvalue())


def test_what_is_no_zip_file_is_said() -> None:
    """Fails if a damaged file ends in an error of another kind."""
    with pytest.raises(ScenarioError, match="it is no ZIP file"):
        read("mine.zip", b"PK\x03\x04 and no more")
