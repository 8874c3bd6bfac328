"""The region in which a scenario fails: from a sweep or from a scenario, and what has no region."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import simkit
from simkit import RunError, Scenario
from tests.worlds import QUIET

FIRM = Scenario("firm").with_changes({**QUIET, "horizon_months": 6, "team.content": 2})
WIN, VALUE, IDLE = "company.win_rate", "company.customer_value", "channels.email.lead_rate"
OVER = {VALUE: (1_000.0, 4_000.0), IDLE: (100.0, 300.0)}


@pytest.fixture(scope="module")
def found() -> simkit.Discovery:
    return simkit.discover(FIRM, OVER, "total_margin", points=64, replications=2, seed=3, below=BOUND, workers=1)


BOUND = float(simkit.simulate(FIRM.with_changes({VALUE: 2_000.0}), 2, 3, workers=1).measure("total_margin").mean())
"""What a customer's value of 2,000 brings: the margin goes with the value, so points fail below 2,000."""


def test_the_limit_of_what_fails_is_found(found: simkit.Discovery) -> None:
    """Fails if the limit is off by more than the points are apart, or a channel that is off is limited."""
    table = found.table
    assert table["path"].tolist() == [VALUE]
    assert table["high"][0] == pytest.approx(2_000.0, abs=2 * 3_000.0 / 64)
    assert pd.isna(table["low"][0])
    assert (found.region.scores.coverage.value, found.region.scores.density.value) == (1.0, 1.0)
    assert found.coverage.value is not None
    assert found.coverage.value > 0.85
    assert table["kept"][0] == 5


def test_points_are_means_of_lives(found: simkit.Discovery) -> None:
    """Fails if a point fails by another figure than the mean of its lives, or lies on the wrong side of the box."""
    points = found.points
    assert len(points) == 64
    for point in (0, 20, 40):
        lives = simkit.simulate(found.sweep.design.scenario(point), 2, 3, workers=1).measure("total_margin")
        row = points.set_index("point").loc[point]
        assert row["mean"] == pytest.approx(lives.mean())
        assert row["fails"] == (lives.mean() < BOUND)
        assert row["inside"] == (row[VALUE] <= found.table["high"][0])


def test_points_fail_by_a_month_to_cross_by() -> None:
    """Fails if the share that has crossed by a month, of which a sweep holds no column, ends in an error, or is
    counted otherwise than by `simulate`."""
    firm = FIRM.with_changes({"expectation.target_per_month": 50_000.0})
    made = simkit.discover(firm, OVER, "crossed_by_4", points=64, replications=2, seed=3, workers=1)
    for row in made.points.iloc[::16].to_dict("records"):
        lives = simkit.simulate(made.sweep.design.scenario(row["point"]), 2, 3, workers=1).measure("crossed_by_4")
        assert (row["mean"], row["fails"]) == (lives.mean(), lives.mean() < 0.5)


def test_a_sweep_is_asked_without_new_lives(tmp_path: Path, found: simkit.Discovery) -> None:
    """Fails if a stored sweep has another region than the lives that it holds."""
    again = simkit.discover(simkit.load_sweep(found.sweep.folder), None, "total_margin", below=BOUND)
    assert again.table["high"][0] == found.table["high"][0]
    above = simkit.discover(found.sweep, None, "total_margin", above=BOUND)
    assert above.table["low"][0] == pytest.approx(found.table["high"][0], rel=0.05)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "total_margin: needs a bound that says what fails. For example below=0"),
        ({"below": 0.0, "above": 1.0}, "below: is given with above"),
        ({"below": -1.0}, "cases: no point is a case"),
        ({"above": -1.0}, "every point is a case"),
        ({"outcome": "crossing_month"}, "Use restricted_crossing_month or crossed_by_24"),
        ({"below": BOUND, "over": OVER}, "over: a sweep has its points"),
        ({"below": BOUND, "method": "prism"}, "Did you mean 'prim'"),
    ],
)
def test_what_has_no_region_is_said(given: dict[str, Any], said: str, found: simkit.Discovery) -> None:
    """Fails if a mistake ends in a traceback, or in a region."""
    with pytest.raises(RunError, match=said):
        simkit.discover(found.sweep, **{"outcome": "total_margin", **given})


def test_designs_without_regions_are_refused() -> None:
    """Fails if values that are moved one by one, or few points, seem to have a region."""
    tornado = simkit.tornado(FIRM, [WIN, VALUE], "total_margin", 2, workers=1)
    with pytest.raises(RunError, match="moves one value at a time"):
        simkit.discover(tornado.sweep, outcome="total_margin", below=0.0)
    with pytest.raises(RunError, match="points: a region needs at least 50 points"):
        simkit.discover(FIRM, OVER, "total_margin", points=8, replications=1, below=BOUND, workers=1)
    with pytest.raises(RunError, match="source: expected a scenario or a sweep"):
        simkit.discover("siloed")  # type: ignore[arg-type]
