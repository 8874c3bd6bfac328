"""The command line: what it prints, what it refuses and how, and what an interrupt leaves."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from simkit.cli import main, parsed_settings
from simkit.errors import ParameterError
from simkit.scenarios import Scenario, load_scenario, shipped_scenarios

COMMAND = [sys.executable, "-m", "simkit.cli"]
QUICK = ["--set", "horizon_months=8", "--replications", "3", "--workers", "1"]


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")


def called(*arguments: str) -> int:
    """The exit code of a command."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert isinstance(ended.value.code, int)
    return ended.value.code


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3", 3),
        ("0.25", 0.25),
        ("true", True),
        ("leads", "leads"),
        ('"leads"', "leads"),
        ("{ low = 1, mode = 2, high = 4 }", {"low": 1, "mode": 2, "high": 4}),
        ("[[6, 90000], [12, 160000]]", [[6, 90000], [12, 160000]]),
        ("a\nb = 1", "a\nb = 1"),
    ],
)
def test_a_setting_is_read_as_toml_and_a_bare_word_as_text(text: str, value: Any) -> None:
    """Fails when a kind of value is misread, or text can smuggle in a second key."""
    assert parsed_settings([f"some.path = {text}"]) == {"some.path": value}


def test_the_last_setting_of_a_path_counts() -> None:
    """Fails when an earlier setting wins, or one without a value is let through."""
    assert parsed_settings(["a=1", "b=2", "a=3"]) == {"a": 3, "b": 2}
    with pytest.raises(ParameterError, match="path=value"):
        parsed_settings(["a="])


def test_run_says_who_crosses_and_shows_chart_and_tables(capsys: pytest.CaptureFixture[str]) -> None:
    """Fails when headline, chart, tables or seed are missing, a line is over 80 columns, or colour gets into a pipe."""
    assert called("run", "baseline", *QUICK, "--seed", "5") == 0
    said = capsys.readouterr()
    for part in ("3 simulated lives", "95 % interval", "seed 5", "expected", "median", "Total margin", "90 % of lives"):
        assert part in said.out
    assert max(map(len, said.out.splitlines())) <= 80
    assert "\x1b" not in said.out
    assert said.err == ""


def test_json_is_the_only_thing_printed_and_the_same_for_the_same_seed(capsys: pytest.CaptureFixture[str]) -> None:
    """Fails when anything else gets into the object, settings are ignored, or luck does not follow the seed."""
    reports = []
    for seed in ("5", "5", "6"):
        assert called("run", "baseline", *QUICK, "--seed", seed, "--set", "process.silos=0.9", "--json") == 0
        said = capsys.readouterr()
        assert said.err == ""
        reports.append(json.loads(said.out))
    assert reports[0] == reports[1]
    assert reports[0]["total_margin"] != reports[2]["total_margin"]
    assert reports[0]["replications"] == 3
    assert len(reports[0]["monthly"]["leads"]["mean"]) == 8
    settings = {"horizon_months": 8, "process.silos": 0.9}
    assert reports[0]["scenario_hash"] == load_scenario("baseline").with_changes(settings).hash


def test_out_writes_a_folder_that_runs_again_to_the_same_result(capsys: pytest.CaptureFixture[str]) -> None:
    """Fails when the scenario or summary in the folder is another than what was run and printed."""
    setting = "feedback.latency_weeks={low=2, mode=4, high=8}"
    assert called("run", "baseline", *QUICK, "--set", setting, "--out", "results", "--json") == 0
    first = json.loads(capsys.readouterr().out)
    assert json.loads(Path("results/summary.json").read_text(encoding="utf-8")) == first
    assert called("run", "results/scenario.toml", "--replications", "3", "--workers", "1", "--json") == 0
    again = json.loads(capsys.readouterr().out)
    assert again["total_margin"] == first["total_margin"]
    assert again["scenario_hash"] == first["scenario_hash"]


def test_observed_months_are_compared(capsys: pytest.CaptureFixture[str]) -> None:
    """Fails when observed months are not in the chart, or the share inside the band is not reported."""
    Path("seen.csv").write_text("month,margin,leads\n2024-01,0,1\n2024-02,0,1\n2024-03,0,\n")
    assert called("run", "baseline", *QUICK, "--observed", "seen.csv") == 0
    text = capsys.readouterr().out
    assert "x observed" in text
    assert re.search(r"margin +3 +0 \(0 %\) +3 +0", text)
    assert re.search(r"leads +2 +0 \(0 %\) +2 +0", text)


def test_every_shipped_scenario_is_listed_with_story_and_hash(capsys: pytest.CaptureFixture[str]) -> None:
    """Fails when a scenario of the library, its title, story, lesson or hash is missing."""
    assert called("scenarios") == 0
    text = " ".join(capsys.readouterr().out.split())
    for name in shipped_scenarios():
        scenario = load_scenario(name)
        for part in (name, scenario.title, scenario.story, scenario.lesson, scenario.hash):
            assert " ".join(part.split()) in text


def test_explain_prints_parameters(capsys: pytest.CaptureFixture[str]) -> None:
    """Fails when the command does not reach the reference."""
    assert called("explain", "process.silos") == 0
    assert "How far channels work for themselves" in capsys.readouterr().out
    assert called("explain") == 0
    assert "latency_weeks" in capsys.readouterr().out


def test_a_new_file_is_commented_valid_and_never_overwritten(capsys: pytest.CaptureFixture[str]) -> None:
    """Fails when the starter file lacks comments, is invalid, differs from the defaults, or replaces a file."""
    assert called("new", "mine.toml") == 0
    text = Path("mine.toml").read_text(encoding="utf-8")
    assert "# How far channels work for themselves" in text
    assert load_scenario("mine.toml") == Scenario()
    assert called("check", "mine.toml") == 0
    assert "valid" in capsys.readouterr().out
    assert called("new", "mine.toml") == 2
    assert "not overwritten" in capsys.readouterr().err
    assert Path("mine.toml").read_text(encoding="utf-8") == text


MISTAKES: list[tuple[list[str], list[str]]] = [
    (["run", "baselin"], ["'baselin'", "Did you mean 'baseline'?"]),
    (["run", "absent.toml"], ["no such scenario file", "simkit scenarios"]),
    (["run", "broken.toml"], ["broken.toml", "line 2, column"]),
    (["run", "late.toml"], ["changes.month", "the horizon, 36", "40"]),
    (["run", "typo.toml"], ["process.silo", "unknown key", "process.silos"]),
    (["run", "baseline", "--set", "process.silo=0.2"], ["process.silo", "process.silos"]),
    (["run", "baseline", "--set", "process.silos=2"], ["process.silos", "from 0 to 1", "given: 2"]),
    (["run", "baseline", "--set", "process.silos=high"], ["process.silos", "a number", "'high'"]),
    (["run", "baseline", "--set", "process.silos"], ["--set", "path=value", "process.silos"]),
    (["run", "baseline", "--set", "process={silos=1}"], ["process", "group"]),
    (
        ["run", "baseline", "--set", "process.silos={low=0.5,mode=0.2,high=0.9}"],
        ["process.silos", "low <= mode <= high"],
    ),
    (["run", "baseline", "--set", "expectation.metric=leads"], ["expectation.metric", "target_per_month"]),
    (["run", "baseline", "--replications", "0"], ["replications", "from 1 on", "0"]),
    (["run", "baseline", "--replications", "many"], ["--replications", "many"]),
    (["run", "baseline", "--seed", "-1"], ["seed", "from 0 on", "-1"]),
    (["run", "baseline", "--workers", "0"], ["workers", "from 1 on", "0"]),
    (["run", "baseline", "--observed", "absent.csv"], ["absent.csv"]),
    (["run", "baseline", "--observed", "odd.csv"], ["odd.csv"]),
    (["run", "baseline", "--out", "used"], ["--out", "not empty", "new folder"]),
    (["run", "baseline", "--out", "odd.csv/results"], ["--out", "odd.csv"]),
    (["run", "baseline", "--replication", "3"], ["--replication", "--replications"]),
    (["run"], ["Missing argument"]),
    (["rum"], ["rum"]),
    (["explain", "process.silo"], ["process.silo", "Did you mean 'process.silos'?"]),
    (["check", "broken.toml"], ["broken.toml", "line 2, column"]),
    (["new", "absent/mine.toml"], ["absent/mine.toml", "No such file or directory"]),
]


@pytest.mark.parametrize(("arguments", "said"), MISTAKES, ids=[" ".join(arguments) for arguments, _ in MISTAKES])
def test_a_mistake_is_one_line_that_says_what_to_do(
    arguments: list[str], said: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Fails when a mistake ends in a traceback, another exit code, several lines, output, or something half-written."""
    Path("broken.toml").write_text('title = "x"\nhorizon_months = = 3\n')
    Path("late.toml").write_text('extends = "baseline"\n[[changes]]\nmonth = 40\nset = { "process.silos" = 0.2 }\n')
    Path("typo.toml").write_text("[process]\nsilo = 0.2\n")
    Path("odd.csv").write_text("when,what\n1,2\n")
    Path("used").mkdir()
    Path("used/note").write_text("mine")
    before = sorted(Path().rglob("*"))
    assert called(*arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert [part for part in said if part not in err] == []
    assert sorted(Path().rglob("*")) == before


def test_without_a_command_the_help_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """Fails when the commands are not listed."""
    assert called("--help") == 0
    text = capsys.readouterr().out
    assert [name for name in ("run", "scenarios", "explain", "check", "new") if f" {name} " not in text] == []


def test_a_reader_that_leaves_early_is_no_error() -> None:
    """Fails when `simkit explain | head` ends in a traceback."""
    with subprocess.Popen([*COMMAND, "explain"], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""


def test_run_until_it_is_known(capsys: pytest.CaptureFixture[str]) -> None:
    """Fails if 'auto' is not in reach of the command line, or what it reached is not said."""
    asked = ["run", "baseline", "--set", "horizon_months=8", "--workers", "1", "--chart", "c.svg"]
    assert called(*asked, "--within", "total_margin=20%") == 0
    assert re.search(r"total_margin: half-width .* of the mean, with \d+ lives\.", capsys.readouterr().out)
    assert Path("c.svg").read_text(encoding="utf-8").startswith("<svg")
    assert called(*asked, "--within", "total_margin=20%", "--json") == 0
    assert re.match(r"half-width .* of the mean", json.loads(capsys.readouterr().out)["reached"]["total_margin"])


def test_the_same_bits_from_any_number_of_workers() -> None:
    """Fails when the number of processes changes a figure."""
    outputs = {
        subprocess.run(
            [*COMMAND, "run", "baseline", "--set", "horizon_months=8", "--replications", "6", "--workers", n, "--json"],
            check=True,
            capture_output=True,
        ).stdout
        for n in ("1", "2")
    }
    assert len(outputs) == 1


def interrupted(*more: str) -> tuple[int, str]:
    """Exit code and stderr of a long run on a terminal, interrupted as Ctrl-C does once some lives are done."""
    terminal, stderr = pty.openpty()
    # A process group of its own, as a shell gives it: the signal reaches the workers too.
    process = subprocess.Popen(
        [*COMMAND, "run", "baseline", "--replications", "3000", "--workers", "2", *more],
        stdout=subprocess.PIPE,
        stderr=stderr,
        start_new_session=True,
    )
    os.close(stderr)
    seen = ""
    try:
        while not re.search(r"[1-9]\d* of 3000 lives", seen):
            seen += os.read(terminal, 4096).decode(errors="replace")
        os.killpg(process.pid, signal.SIGINT)
        asked = time.monotonic()
        with contextlib.suppress(OSError):  # the terminal is gone when the process is
            while piece := os.read(terminal, 4096):
                seen += piece.decode(errors="replace")
        code = process.wait(timeout=30)
        assert time.monotonic() - asked < 15
        for _ in range(100):  # the workers are in the same group; nobody is left in it
            try:
                os.killpg(process.pid, 0)
            except ProcessLookupError:
                return code, seen
            time.sleep(0.05)
        pytest.fail("processes are left behind")
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        assert process.stdout is not None
        process.stdout.close()
        process.wait()
        os.close(terminal)


def test_ctrl_c_ends_the_workers_and_keeps_what_was_done(tmp_path: Path) -> None:
    """Fails when an interrupt leaves processes, a traceback, half a folder, or lives other than those it reports."""
    code, seen = interrupted("--out", "results")
    assert code == 130
    found = re.search(r"Interrupted after (\d+) of 3000 lives; they are kept in results", seen)
    assert found
    assert "Traceback" not in seen
    assert len(pd.read_parquet("results/outcomes.parquet")) == int(found[1]) > 0
    assert [path.name for path in tmp_path.iterdir()] == ["results"]


def test_ctrl_c_says_when_nothing_was_kept(tmp_path: Path) -> None:
    """Fails when an interrupted run without a folder is silent about what became of its lives, or writes something."""
    code, seen = interrupted()
    assert code == 130
    assert "nothing was kept (--out DIR keeps what is done)" in seen
    assert "Traceback" not in seen
    assert list(tmp_path.iterdir()) == []


def test_output_that_cannot_be_written_is_one_line() -> None:
    """A full device. Fails if the user sees a traceback."""
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run([*COMMAND, "explain"], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == "cannot write the output: No space left on device\n"


def test_it_says_its_version(capsys: pytest.CaptureFixture[str]) -> None:
    """Fails if a bug report cannot name what it is about."""
    assert called("--version") == 0
    assert capsys.readouterr().out == f"simkit {version('simkit')}\n"
