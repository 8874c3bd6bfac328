"""`simkit tornado`, `sensitivity` and `discover`: what they print, draw and refuse, and what an interrupt leaves."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import simkit
from simkit.cli import main
from simkit.experiments.store import Store
from tests.worlds import QUIET

VALUE, WIN = "company.customer_value", "company.win_rate"
OVER = ["--over", f"{VALUE}=1000..4000", "--over", f"{WIN}=0.05..0.15"]
FEW = ["--outcome", "total_margin", "--replications", "2", "--workers", "1"]


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    firm = simkit.Scenario("firm").with_changes({**QUIET, "horizon_months": 6, "team.content": 2})
    simkit.save_scenario(firm, tmp_path / "firm.toml")


def called(*arguments: str) -> int:
    """The exit code of a command."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert isinstance(ended.value.code, int)
    return ended.value.code


def test_tornado_says_what_moves_and_what_to_measure(capsys: pytest.CaptureFixture[str]) -> None:
    """Fails if an effect, its p, the list to measure, lives or seed are not shown, or the JSON has other figures."""
    asked = ["tornado", "firm.toml", "--over", VALUE, "--over", WIN, *FEW[:2], "--replications", "4", "--workers", "1"]
    assert called(*asked) == 0
    said = capsys.readouterr().out
    for shown in (f"{VALUE} *", WIN, "To measure: without a source", "4 lives at each end, paired, seed 1", "interval"):
        assert shown in said
    assert called(*asked, "--json") == 0
    reported = json.loads(capsys.readouterr().out)
    made = simkit.tornado(simkit.load_scenario("firm.toml"), [VALUE, WIN], "total_margin", 4, workers=1)
    assert [row["effect"] for row in reported["values"]] == pytest.approx(made.table["effect"].tolist())
    assert [row["path"] for row in reported["to_measure"]] == [VALUE]
    assert (reported["seed"], reported["replications"]) == (1, 4)


@pytest.mark.parametrize(("method", "samples"), [("morris", "4"), ("sobol", "8")])
def test_sensitivity_is_that_of_python(method: str, samples: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Fails if a range, the method or the seed does not reach the run, or luck and lives are not said."""
    asked = ["sensitivity", "firm.toml", *OVER, *FEW, "--method", method, "--samples", samples, "--seed", "3"]
    assert called(*asked, "--out", "lives") == 0
    said = capsys.readouterr().out
    for shown in (
        VALUE,
        "1,000 to 4,000",
        "by luck",
        "2 lives with the same luck",
        "is luck",
        "All lives are in lives.",
    ):
        assert shown in said
    assert called(*asked, "--out", "lives", "--resume", "--json", "--chart", "chart.svg") == 0
    reported = json.loads(capsys.readouterr().out)
    ranges = {VALUE: (1000.0, 4000.0), WIN: (0.05, 0.15)}
    firm = simkit.load_scenario("firm.toml")
    made = simkit.sensitivity(firm, ranges, "total_margin", method, int(samples), 2, 3, workers=1)
    assert [row["path"] for row in reported["values"]] == made.table["path"].tolist()
    assert [row["luck"] for row in reported["values"]] == pytest.approx(made.table["luck"].tolist())
    assert reported["luck"] == pytest.approx(made.luck)
    assert "<svg" in Path("chart.svg").read_text(encoding="utf-8")


def test_discover_says_where_it_fails(capsys: pytest.CaptureFixture[str]) -> None:
    """Fails if the region, its shares, or how it was found is not said, or a folder has another region than the run."""
    bound = ["--outcome", "total_margin", "--below", "600000"]
    asked = ["discover", "firm.toml", *OVER, *FEW, *bound, "--points", "64", "--out", "runs"]
    assert called(*asked) == 0
    said = capsys.readouterr().out
    for shown in ("Where ", VALUE, "of the points have a mean total margin below 600,000", "points held out", "of 5"):
        assert shown in said
    assert called("discover", "runs", *bound, "--json", "--chart", "region.html") == 0
    reported = json.loads(capsys.readouterr().out)
    made = simkit.discover(simkit.load_sweep("runs"), outcome="total_margin", below=600_000.0)
    assert [row["path"] for row in reported["region"]] == made.table["path"].tolist()
    assert reported["held_out"]["density"]["value"] == pytest.approx(made.density.value)
    assert "cdn" not in Path("region.html").read_text(encoding="utf-8")[:2_000]  # opens without a network


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["tornado", "firm.toml", "--over", "compny.win_rate"], "Did you mean 'company.win_rate'"),
        (["sensitivity", "firm.toml"], "over: by default ranges of the scenario are varied; there are none. Name what"),
        (["sensitivity", "firm.toml", "--over", f"{WIN}=0.1.."], "--over: expected NAME=LOW..HIGH"),
        (["sensitivity", "firm.toml", *OVER, "--method", "sobl"], "Did you mean 'sobol'"),
        (["sensitivity", "firm.toml", *OVER, "--outcome", "crossing_month"], "Use restricted_crossing_month"),
        (["sensitivity", "firm.toml", *OVER, "--chart", "a.gif"], "--chart: expected a name that ends in .png, .svg"),
        (["sensitivity", "firm.toml", *OVER, "--chart", "none/a.svg"], "--chart: cannot be written there"),
        (["sensitivity", "firm.toml", "--over", "process.silos=high..low"], "process.silos: expected a number"),
        (["discover", "nowhere"], "nowhere"),
        (["discover", ".", *OVER], "a folder of results has its points"),
        (["discover", "."], "there are no results here"),
        (["discover", "firm.toml", *OVER, "--outcome", "roi"], "roi: needs a bound that says what fails"),
    ],
)
def test_a_mistake_is_one_line(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Fails if a mistake is found after the lives, or ends in more than a line on stderr and exit code 2."""
    assert called(*arguments) == 2
    shown = capsys.readouterr()
    assert said in shown.err
    assert len(shown.err.splitlines()) == 1
    assert not shown.out


@pytest.mark.parametrize(("kept", "said"), [(["--out", "lives"], "are kept in lives"), ([], "nothing was kept")])
def test_an_interrupt_says_what_is_kept(
    kept: list[str], said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fails if an interrupt ends in a traceback, another exit code, or a promise of lives that are gone."""

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Store, "add", interrupted)
        assert called("sensitivity", "firm.toml", *OVER, *FEW, *kept) == 130
    assert said in capsys.readouterr().err
