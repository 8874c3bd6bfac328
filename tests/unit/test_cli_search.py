"""`simkit search`, `rank` and `robust`: what they print, write and refuse, and what an interrupt leaves."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import simkit
from simkit.cli import main

COMMAND = [sys.executable, "-m", "simkit.cli"]
FIRM = 'extends = "siloed"\nhorizon_months = 8\nteam.search = 0\nteam.social = 0\nteam.paid = 0\nteam.analyst = 0\n'
DESIGN = """
scenario = "firm.toml"
objective = "net_margin"
budget = 7000
constraints = ["valley_depth <= 2"]
points = {points}
replications = 3
confirming = 4
finalists = 2

[levers]
"process.silos" = [0.2, 0.6, 1.0]
"team.content" = [2, 3]

[costs]
"process.silos" = 100
"""


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    Path("firm.toml").write_text(FIRM, encoding="utf-8")
    Path("plan.toml").write_text(DESIGN.format(points=8), encoding="utf-8")


def called(*arguments: str) -> int:
    """The exit code of a command."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert isinstance(ended.value.code, int)
    return ended.value.code


def test_search_says_what_to_do_and_what_is_left_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    """Fails if the plan, its cost, what was promised and kept, the constraint or the files are not shown; or a
    resumed search prints something else."""
    assert called("search", "plan.toml", "--out", "runs", "--workers", "1", "--chart", "chart.svg") == 0
    said = capsys.readouterr().out
    for shown in ("6 of 6 plans were tried in 3 lives", "The best is plan", "a month", "promised", "kept", "lost"):
        assert shown in said
    assert "valley_depth <= 2 is met in fresh lives." in said
    assert "net margin by" in said
    assert Path("chart.svg").read_text(encoding="utf-8").startswith("<svg")
    best = simkit.load_scenario("runs/best.toml")
    assert f"process.silos {best['process.silos']:g}" in said
    assert called("search", "plan.toml", "--out", "runs", "--resume", "--workers", "1") == 0
    assert capsys.readouterr().out == said


def test_search_as_json_has_the_tables_of_python(capsys: pytest.CaptureFixture[str]) -> None:
    """Fails if a number is no JSON, or not that of `simkit.search`."""
    assert called("search", "plan.toml", "--out", "runs", "--workers", "1", "--json") == 0
    said = json.loads(capsys.readouterr().out)
    made = simkit.search(simkit.load_search_design("plan.toml"), workers=1)
    assert [row["effect"] for row in said["confirmed"]] == pytest.approx(made.confirmed["effect"].tolist())
    assert said["chosen"] == [made.chosen[0].number]
    assert said["constraints"] == {"valley_depth <= 2": "met"}
    assert len(said["trials"]) == said["tried"] == 6


def test_rank_says_how_sure_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    """Fails if the pick, its probability or how far others are behind is missing."""
    arguments = ["today=firm.toml", "more=firm.toml", "--set", "more:team.content=6", "--workers", "1"]
    arguments += ["--outcome", "total_cost", "--indifference", "5000", "--chart", "chart.svg"]
    assert called("rank", *arguments) == 0
    said = capsys.readouterr().out
    assert "'today' is best with a probability of at least 95%, differences below 5000 aside." in said
    assert "behind by" in said
    assert Path("chart.svg").exists()
    assert called("rank", *arguments, "--json") == 0
    assert json.loads(capsys.readouterr().out)["best"] == "today"


def test_robust_says_what_is_regretted(capsys: pytest.CaptureFixture[str]) -> None:
    """Fails if the plan, its regrets or what they were computed over is missing."""
    arguments = ["today=firm.toml", "more=firm.toml", "--set", "more:team.content=6", "--workers", "1"]
    arguments += ["--outcome", "total_cost", "--futures", "4", "--replications", "2", "--chart", "chart.svg"]
    assert called("robust", *arguments, "--over", "company.win_rate=0.05..0.2") == 0
    said = capsys.readouterr().out
    assert "'today' is best where all is as assumed, and is regretted least over what is not known." in said
    assert "over 4 futures of 1 unknowns" in said
    assert called("robust", *arguments, "--over", "company.win_rate=0.05..0.2", "--json") == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["best"], shown["unknown"]) == ("today", ["company.win_rate"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("search", "none.toml", "--out", "runs"), "there is no such file"),
        (
            ("search", "plan.toml", "--out", "runs", "--chart", "chart.doc"),
            "--chart: expected a name that ends in .png",
        ),
        (("search", "plan.toml", "--out", "runs", "--chart", "no/chart.png"), "--chart: cannot be written there"),
        (("rank", "a=firm.toml", "b=firm.toml", "--outcome", "roi"), "indifference: say which difference matters"),
        (("rank", "firm.toml"), "expected two or more scenarios by name"),
        (("robust", "a=firm.toml", "b=siloed", "--over", "company.win_rate=0.1.."), "--over: expected NAME=LOW..HIGH"),
        (("robust", "a=firm.toml", "b=firm.toml", "--over", "x=1..2"), "there is no such parameter"),
    ],
)
def test_mistakes_are_one_line_and_leave_nothing(
    arguments: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Fails on a traceback, more than a line, another exit code than 2, or a folder that is left behind."""
    assert called(*arguments) == 2
    shown = capsys.readouterr()
    assert said in shown.err
    assert (shown.out, shown.err.count("\n")) == ("", 1)
    assert not Path("runs").exists()


def test_an_interrupted_search_shows_what_it_has_and_is_resumed() -> None:
    """As by Ctrl-C. Fails if plans that were tried are not shown, the exit code is not 130, or the rest cannot be
    done."""
    text = DESIGN.format(points=24).replace("[0.2, 0.6, 1.0]", "{ low = 0.0, high = 1.0 }")
    text = text.replace("[2, 3]", "{ low = 2, high = 8 }").replace("budget = 7000", "budget = 40000")
    Path("plan.toml").write_text(text, encoding="utf-8")
    arguments = [*COMMAND, "search", "plan.toml", "--out", "runs", "--workers", "1"]
    running = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    end = time.monotonic() + 120
    while not Path("runs/plans-000008").exists() and time.monotonic() < end:
        time.sleep(0.05)
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=60)
    assert running.returncode == 130
    assert "of 24 plans were tried and are kept in runs" in err
    assert err.count("\n") == 1
    assert "means of 3 lives that also chose" in out
    assert subprocess.run([*arguments, "--resume"], check=False, capture_output=True).returncode == 0
