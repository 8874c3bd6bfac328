"""The chart of a sweep, and results that bring their own chart."""

from __future__ import annotations

import altair as alt
import pytest

import simkit
from simkit.errors import RunError
from simkit.model.recorder import ROLES
from simkit.present.sweep_chart import draw_sweep, shown_sweep

SILOS, LATENCY = "process.silos", "feedback.latency_weeks"
SMALL = simkit.Scenario("small").with_changes(
    {**{f"team.{role}": int(role == "content") for role in ROLES}, "horizon_months": 6}
)


@pytest.fixture(scope="module")
def grid() -> simkit.Sweep:
    return simkit.sweep(SMALL, {SILOS: [0.0, 0.5, 1.0], LATENCY: [2, 12]}, replications=4, workers=1)


@pytest.fixture(scope="module")
def spread() -> simkit.Sweep:
    return simkit.sweep(SMALL, {SILOS: (0, 1), LATENCY: (1, 16)}, "lhs", points=8, replications=2, workers=1)


def test_each_level_of_the_second_lever_is_a_line_of_the_summary(grid: simkit.Sweep) -> None:
    """Fails if a figure goes to another point, or what is drawn is not the mean with its interval."""
    shown = shown_sweep(grid, "total_margin", x=LATENCY)
    assert (shown.x, shown.line, shown.lines) == (LATENCY, SILOS, True)
    for row in shown.table.itertuples():
        summary = grid.summary[(grid.summary["point"] == row.point) & (grid.summary["outcome"] == "total_margin")]
        assert (row.x, row.line) == (summary[LATENCY].item(), summary[SILOS].item())
        assert (row.mean, row.low, row.high) == tuple(summary[name].item() for name in ("mean", "low", "high"))
    assert "4 lives a point, mean and 95 % interval, seed 1" in shown.said


def test_points_that_are_no_grid_are_coloured_and_not_joined(spread: simkit.Sweep) -> None:
    """Fails if a line is drawn through points that differ in more than what is on the axis."""
    shown = shown_sweep(spread)
    assert not shown.lines
    drawn = draw_sweep(shown).to_dict()
    assert [layer["mark"]["type"] for layer in drawn["layer"]] == ["circle"]
    assert drawn["layer"][0]["encoding"]["color"]["scale"]["scheme"] == "cividis"


def test_a_line_has_its_intervals(grid: simkit.Sweep) -> None:
    """Fails if intervals, lines or points are missing, or shares are not percentages."""
    drawn = draw_sweep(shown_sweep(grid)).to_dict()
    assert [layer["mark"]["type"] for layer in drawn["layer"]] == ["rule", "line", "point"]
    assert drawn["layer"][1]["encoding"]["y"]["axis"]["format"] == "%"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"outcome": "crossd"}, "outcome: is not in the summary .*Did you mean 'crossed'"),
        ({"x": "process.halo"}, f"chart: is no lever of this sweep .*There are {SILOS}, {LATENCY}"),
    ],
)
def test_what_is_not_there_is_refused(arguments: dict[str, str], said: str, grid: simkit.Sweep) -> None:
    """Fails if an empty chart is drawn instead."""
    with pytest.raises(RunError, match=said):
        shown_sweep(grid, **arguments)


def test_results_show_themselves_in_a_notebook(grid: simkit.Sweep) -> None:
    """Fails if a result has no chart or no table of its own, or a table that does not say where it comes from."""
    comparison = simkit.compare({"a": SMALL, "b": SMALL.with_changes({SILOS: 0.0})}, 4, workers=1)
    for result in (grid, comparison, comparison.why("b", workers=1)):
        assert isinstance(result.chart(), alt.TopLevelMixin)
        assert "<table" in result._repr_html_()
        assert "seed 1" in result._repr_html_()
