"""`simkit compare` and `simkit sweep`: what they print, what they refuse, and what an interrupt leaves."""

from __future__ import annotations

import contextlib
import json
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import simkit
from simkit.cli import main

COMMAND = [sys.executable, "-m", "simkit.cli"]
SHORT = 'extends = "{}"\nhorizon_months = 8\n'
DESIGN = 'scenario = "a.toml"\nreplications = {}\nseed = 2\n[levers]\n"process.silos" = [0.0, 1.0]\n'


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    for name, base in (("a", "siloed"), ("b", "integrated")):
        Path(f"{name}.toml").write_text(SHORT.format(base), encoding="utf-8")
    Path("design.toml").write_text(DESIGN.format(3), encoding="utf-8")


def called(*arguments: str) -> int:
    """The exit code of a command."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert isinstance(ended.value.code, int)
    return ended.value.code


def test_compare_prints_differences_and_why(capsys: pytest.CaptureFixture[str]) -> None:
    """Fails if the reference, the paired differences, their attribution, lives or seed are not shown."""
    arguments = ["today=a.toml", "better=b.toml", "--replications", "4", "--workers", "1", "--why", "total_margin"]
    assert called("compare", *arguments) == 0
    said = capsys.readouterr().out
    for shown in ("today", "better", "95 % interval", "crossed", "total margin, EUR", "silos 1 → 0.1", "together"):
        assert shown in said
    assert "4 lives of each scenario with the same luck, seed 1" in said


def test_compare_as_json_has_the_table_of_python(capsys: pytest.CaptureFixture[str]) -> None:
    """Fails if the numbers are not those of `simkit.compare`, or a number is no JSON."""
    assert called("compare", "a.toml", "b.toml", "--replications", "4", "--workers", "1", "--seed", "3", "--json") == 0
    said = json.loads(capsys.readouterr().out)
    made = simkit.compare({"a": "a.toml", "b": "b.toml"}, 4, 3, workers=1)
    assert [row["difference"] for row in said["differences"]] == pytest.approx(made.differences["difference"].tolist())
    assert (said["seed"], said["replications"], said["reference"]) == (3, 4, "a")


def test_compare_leaves_what_it_found_in_a_folder() -> None:
    """Fails if the files say anything else than `simkit.compare`, or a scenario there gives other numbers."""
    asked = ["a.toml", "b.toml", "--replications", "4", "--workers", "1", "--why", "total_margin", "--out", "found"]
    assert called("compare", *asked) == 0
    made = simkit.compare({"a": "a.toml", "b": "b.toml"}, 4, 1, workers=1)
    written = pd.read_parquet("found/differences.parquet")
    pd.testing.assert_frame_equal(written, made.differences)
    lives = pd.read_parquet("found/outcomes.parquet").pivot_table(
        index="replication", columns="scenario", values="net_margin"
    )
    again = (lives["b"] - lives["a"]).mean()
    assert again == pytest.approx(written.set_index("outcome").loc["net_margin", "difference"])
    assert len(pd.read_parquet("found/crossed_by.parquet")) == 2 * 8
    assert pd.read_parquet("found/why.parquet")["outcome"].unique().tolist() == ["total_margin"]
    assert json.loads(Path("found/comparison.json").read_text())["why"][0]["outcome"] == "total_margin"
    for name in ("a", "b"):
        (file,) = Path("found").glob(f"*-{name}.toml")
        assert simkit.load_scenario(file).hash == simkit.load_scenario(f"{name}.toml").hash
    assert called("compare", *asked) == 2  # what is there stays


def test_compare_may_change_values_in_all_scenarios_or_in_one(capsys: pytest.CaptureFixture[str]) -> None:
    """Fails if a value does not reach all scenarios, or one that is meant for one reaches the others."""
    settings = ["--set", "horizon_months=6", "--set", "new:process.silos=0.2"]
    arguments = ["old=a.toml", "new=a.toml", *settings, "--replications", "3", "--workers", "1", "--json"]
    assert called("compare", *arguments) == 0
    said = json.loads(capsys.readouterr().out)
    short = simkit.load_scenario("a.toml").with_changes({"horizon_months": 6})
    assert said["scenario_hash"] == {"old": short.hash, "new": short.with_changes({"process.silos": 0.2}).hash}


def test_compare_until_it_is_known(capsys: pytest.CaptureFixture[str]) -> None:
    """Fails if 'auto' does not say what precision was reached with how many lives."""
    arguments = ["a.toml", "b.toml", "--replications", "auto", "--within", "net_margin=50%", "--workers", "1"]
    assert called("compare", *arguments) == 0
    assert re.search(r"b, net_margin: half-width .* of the mean, with \d+ lives", capsys.readouterr().out)
    assert called("compare", *arguments[:2], *arguments[4:], "--budget", "20") == 0  # --within alone says the same
    assert "b, net_margin: " in capsys.readouterr().out


def test_compare_says_in_words_what_was_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    """One outcome, a new metric whose target comes with another --set, and a chart. Fails if outcomes are shown that
    nobody asked for, settings are taken one by one, or there is no conclusion or chart."""
    metric = ["--set", "expectation.metric=leads", "--set", "expectation.target_per_month=2000"]
    asked = ["a.toml", "b.toml", *metric, "--outcome", "net_margin", "--chart", "c.svg"]
    assert called("compare", *asked, "--replications", "4", "--workers", "1") == 0
    said = capsys.readouterr().out
    assert said.startswith("After cost it brings EUR")
    assert "process.silos (a reorganisation)" in " ".join(said.split())
    assert "total margin" not in said
    assert "crossed" not in said
    assert Path("c.svg").read_text(encoding="utf-8").startswith("<svg")


def test_sweep_shows_the_outcomes_that_are_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    """Fails if an outcome is not shown or drawn, an unknown one is found out after the run, or the price of breaking up
    silos seems to be in the cost."""
    text = DESIGN.format(3).replace("[levers]", "[set]\nhorizon_months = 14\n[levers]")
    Path("design.toml").write_text(text, encoding="utf-8")
    asked = ["sweep", "design.toml", "--out", "runs", "--workers", "1"]
    assert called(*asked, "--outcome", "crossed_by_24") == 2
    assert "Did you mean 'crossed_by_12'?" in capsys.readouterr().err
    assert not Path("runs").exists()
    assert called(*asked, "--outcome", "crossed_by_12", "--outcome", "roi", "--chart", "c.html") == 0
    said = capsys.readouterr().out
    assert all(heading in said for heading in ("crossed by 12", "roi"))
    assert "leaves out what it takes" not in said  # no money is shown
    assert Path("c.html").exists()
    assert called(*asked, "--resume") == 0
    assert "leaves out what it takes to change process.silos (a reorganisation)" in capsys.readouterr().out


def test_the_table_of_a_sweep_fits_a_terminal(capsys: pytest.CaptureFixture[str], monkeypatch: Any) -> None:
    """Two levers and money, 80 columns wide. Fails if a figure and its interval are torn apart."""
    monkeypatch.setenv("COLUMNS", "80")
    Path("design.toml").write_text(DESIGN.format(3) + '"feedback.latency_weeks" = [1, 4]\n', encoding="utf-8")
    assert called("sweep", "design.toml", "--out", "runs", "--workers", "1") == 0
    table = capsys.readouterr().out
    lines = [re.split(r" {2,}", line.strip()) for line in table.splitlines()]
    points = [i for i, cells in enumerate(lines) if cells[0] in {"0", "1", "2", "3"}]
    assert len(points) == 4
    assert [len(lines[i]) for i in points] == [6] * 4
    assert [len(lines[i + 1]) for i in points] == [3] * 4


def test_sweep_writes_a_store_and_resumes_it(capsys: pytest.CaptureFixture[str]) -> None:
    """Fails if the table lacks a point, the folder is not the one of `simkit.sweep`, or resuming computes again."""
    assert called("sweep", "design.toml", "--out", "runs", "--workers", "1", "--monthly") == 0
    said = capsys.readouterr().out
    assert "2 points, 6 lives, seed 2; all results are in runs." in said
    assert all(heading in said for heading in ("silos", "crossed", "crossing month", "margin net of cost"))
    made = simkit.load_sweep("runs")
    assert len(made.monthly) == 6 * 8
    when = made.store.path("outcomes", 0).stat().st_mtime_ns
    assert called("sweep", "design.toml", "--out", "runs", "--workers", "1", "--monthly", "--resume", "--json") == 0
    reported = json.loads(capsys.readouterr().out)
    assert (reported["points"], reported["seed"], reported["design_hash"]) == (2, 2, made.design.hash)
    assert [row["n"] for row in reported["summary"]] == made.summary["n"].tolist()
    assert made.store.path("outcomes", 0).stat().st_mtime_ns == when


def test_separate_tells_two_kinds_of_uncertainty_apart(capsys: pytest.CaptureFixture[str]) -> None:
    """Fails if the parts, their share or the numbers of draws and lives are not shown, or a certain scenario passes."""
    text = SHORT.format("siloed") + "[company]\nwin_rate = { low = 0.05, mode = 0.1, high = 0.2 }\n"
    Path("c.toml").write_text(text, encoding="utf-8")
    assert called("separate", "c.toml", "--draws", "4", "--replications", "2", "--workers", "1") == 0
    said = capsys.readouterr().out
    assert "Uncertain parameters: 1; 4 draws, 2 lives each, seed 1." in said
    assert all(heading in said for heading in ("sd by luck", "sd by not knowing", "share of not knowing"))
    assert called("separate", "c.toml", "--draws", "4", "--replications", "2", "--workers", "1", "--json") == 0
    reported = json.loads(capsys.readouterr().out)
    assert (reported["uncertain"], reported["draws"], reported["replications"]) == (["company.win_rate"], 4, 2)
    assert {"sd_luck", "sd_not_knowing", "share"} <= set(reported["outcomes"][0])
    assert called("separate", "a.toml") == 2
    assert "--set" in capsys.readouterr().err
    unsure = ["--set", "market.drift={low=0.05, mode=0.1, high=0.3}", "--outcome", "roi"]
    assert called("separate", "a.toml", *unsure, "--draws", "4", "--replications", "2", "--workers", "1") == 0
    said = capsys.readouterr().out
    assert "roi" in said
    assert "net margin" not in said
    assert "Which of them" not in said
    assert called("separate", "c.toml", *unsure, "--draws", "4", "--replications", "2", "--workers", "1") == 0
    told = re.search(r"Which of them matters most: simkit (.*)", capsys.readouterr().out)
    assert told
    few = ["--samples", "2", "--replications", "2", "--workers", "1"]
    assert called(*shlex.split(told[1]), *few) == 0  # the command that is named can be run as it stands
    said = capsys.readouterr().out
    assert all(name in said for name in ("win_rate", "drift"))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["compare", "a.toml"], "scenarios: expected two or more"),
        (["compare", "a.toml", "a.toml"], "a: two scenarios have this name. Write NAME=SCENARIO"),
        (["compare", "a.toml", "b.toml", "--replications", "0"], "replications: expected a whole number from 1 on"),
        (["compare", "a.toml", "b.toml", "--set", "c:process.silos=0"], "--set: there is no such scenario"),
        (["compare", "a.toml", "integratd"], "Did you mean 'integrated'"),
        (
            ["compare", "a.toml", "b.toml", "--replications", "some"],
            "--replications: expected a whole number or 'auto'",
        ),
        (["compare", "a.toml", "b.toml", "--replications", "auto"], "'auto' needs to know how precise"),
        (["compare", "a.toml", "b.toml", "--within", "net_margin=close"], "--within: expected OUTCOME=WIDTH"),
        (["compare", "a.toml", "b.toml", "--replications", "3", "--why", "crossing_month"], "Use restricted_crossing"),
        (["compare", "a.toml", "b.toml", "--outcome", "margin"], "outcome: is no outcome .* Did you mean"),
        (["compare", "a.toml", "b.toml", "--budget", "9"], "--budget: goes with --within only"),
        (
            ["compare", "a.toml", "b.toml", "--within", "roi=1", "--replications", "9"],
            "cannot be combined with --within",
        ),
        (["compare", "a.toml", "b.toml", "--chart", "c.jpg"], "--chart: expected a name that ends in .png"),
        (["run", "a.toml", "--chart", "none/c.png"], "--chart: cannot be written there"),
        (["run", "a.toml", "--within", "crossing_month=1"], "may be missing in some lives.*Use restricted_crossing"),
        (["sweep", "none.toml", "--out", "runs"], "design: there is no such file"),
        (["sweep", "design.toml"], "Missing option '--out'"),
        (["sweep", "design.toml", "--out", "a.toml"], "out: (is a file|cannot be written)"),
        (["sweep", "design.toml", "--out", "runs", "--cluster", "nowhere:1", "--workers", "2"], "cannot be combined"),
    ],
)
def test_mistakes_are_one_line_and_exit_code_2(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Fails if a mistake gives a traceback, another code, or does not say what to do."""

    assert called(*arguments) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert re.search(said, error)


def test_ctrl_c_keeps_the_parts_that_are_done(tmp_path: Path) -> None:
    """Fails if an interrupted sweep does not end, loses its parts, or does not say how to go on."""
    Path("design.toml").write_text(DESIGN.format(2000), encoding="utf-8")
    command = [*COMMAND, "sweep", "design.toml", "--out", "runs", "--workers", "1"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    while not list(tmp_path.glob("runs/outcomes/part-*")):
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=60)[1]
    assert process.returncode == 130
    assert "lives were done and are kept in runs. Resume to do the rest." in said
    assert simkit.load_sweep("runs").done >= 32


def test_ctrl_c_keeps_the_pairs_that_are_done_where_there_is_a_place(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Interrupted first while scenarios are lived, then while reasons are looked for. Fails if the lives in the folder
    are others than those that are said, or a comparison is lost because its reasons are not known."""

    def interrupt(done: int, asked: int) -> None:
        if (asked == 40 and done > 30) or asked == 32:  # 20 of each; three mixtures of 2^3 besides the two there are
            raise KeyboardInterrupt

    monkeypatch.setattr("simkit.cli.comparing.progress", lambda lives: contextlib.nullcontext(interrupt))
    asked = ["a.toml", "b.toml", "--set", "horizon_months=6", "--workers", "1"]
    assert called("compare", *asked, "--replications", "20", "--out", "first") == 130
    assert "11 lives of each scenario are compared; they are kept in first." in capsys.readouterr().err
    assert len(pd.read_parquet("first/outcomes.parquet")) == 2 * 11
    assert called("compare", *asked, "--replications", "4", "--why", "net_margin", "--out", "then") == 130
    assert "4 lives of each scenario are compared; they are kept in then." in capsys.readouterr().err
    assert sorted(path.name for path in Path("then").glob("*.parquet")) == [
        "crossed_by.parquet",
        "differences.parquet",
        "outcomes.parquet",
    ]


def test_ctrl_c_before_anything_is_done_is_said(capsys: pytest.CaptureFixture[str], monkeypatch: Any) -> None:
    """Fails if the command ends in silence, or in a traceback."""

    def interrupt(name: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("simkit.cli.comparing.load_scenario", interrupt)
    assert called("compare", "a.toml", "b.toml") == 130
    assert capsys.readouterr().err == "Interrupted; nothing was kept.\n"


def test_ctrl_c_prints_the_pairs_that_are_done(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Interrupted when each scenario has had its first fifty lives and one has more. Fails if the table of those pairs
    is not printed, or the message says that anything is kept."""

    def interrupt(done: int, asked: int) -> None:
        if done > 120:
            raise KeyboardInterrupt

    monkeypatch.setattr("simkit.cli.comparing.progress", lambda lives: contextlib.nullcontext(interrupt))
    settings = ["--set", "horizon_months=6", "--replications", "100", "--workers", "1"]
    assert called("compare", "a.toml", "b.toml", *settings) == 130
    shown, said = capsys.readouterr()
    assert "total margin, EUR" in shown
    assert (
        said
        == "Interrupted; 50 lives of each scenario are compared; nothing was kept (--out DIR keeps what is done).\n"
    )


def test_a_full_disk_is_said_of_the_folder_that_was_named() -> None:
    """The operating system refuses files of more than a few thousand bytes, which the tables are not and the scenario
    is. Fails if the message names a file that nobody asked for, or something half-written is left."""
    limited = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (4200, 4200)); from simkit.cli import main; "
    asked = [
        "compare",
        "a.toml",
        "b.toml",
        "--replications",
        "3",
        "--workers",
        "1",
        "--outcome",
        "roi",
        "--out",
        "found",
    ]
    before = sorted(Path().rglob("*"))
    command = [sys.executable, "-c", f"{limited}main({asked!r})"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert re.fullmatch(r"--out: cannot .*File too large.* \(given: 'found'\)\.\n", done.stderr)
    assert sorted(Path().rglob("*")) == before


def test_lives_that_failed_are_said_with_their_error(capsys: pytest.CaptureFixture[str]) -> None:
    """A market too small for its customers, at one point and then at all. Fails if whoever does not look into the
    folder takes the rest for the whole, or a sweep without a result ends in a traceback."""
    for number, (sizes, failing) in enumerate({"[10, 100000]": 3, "[10]": 3}.items()):
        levers = f'scenario = "a.toml"\nreplications = 3\n[levers]\n"company.market_size" = {sizes}\n'
        Path("design.toml").write_text(levers, encoding="utf-8")
        assert called("sweep", "design.toml", "--out", f"runs{number}", "--workers", "1") == 0
        out, err = capsys.readouterr()
        assert "0 (3 failed)" in out
        assert f"{failing} lives failed and are kept with their errors, the first one at point 0:" in err
        assert "the market must hold more" in err
