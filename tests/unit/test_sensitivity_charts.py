"""Charts of what matters and of where it fails: their rows are the figures of the results."""

from __future__ import annotations

import math
from dataclasses import replace

import altair as alt
import numpy as np
import pytest

import simkit
from simkit.errors import RunError
from simkit.experiments.design import given_values
from simkit.experiments.regions import scores_of
from simkit.present import sensitivity_charts as charts
from simkit.present.board_details import name_of
from simkit.present.region_charts import shown_region
from simkit.present.region_words import limit_in_words, region_in_words
from tests.worlds import QUIET

FIRM = simkit.Scenario("firm").with_changes({**QUIET, "horizon_months": 6, "team.content": 2})
WIN, VALUE, IDLE = "company.win_rate", "company.customer_value", "channels.email.lead_rate"
OVER = {WIN: (0.05, 0.15), VALUE: (1_000.0, 4_000.0), IDLE: None}


@pytest.fixture(scope="module")
def tornado() -> simkit.Tornado:
    return simkit.tornado(FIRM, [WIN, VALUE, IDLE], "total_margin", 4, workers=1)


@pytest.fixture(scope="module")
def found() -> simkit.Discovery:
    return simkit.discover(FIRM, OVER, "total_margin", points=64, replications=1, below=600_000.0, workers=1)


def test_bars_of_a_tornado_are_its_effects(tornado: simkit.Tornado) -> None:
    """Fails if a bar has another value, stands for the other end, or leads to another point than the one that was
    lived for it."""
    shown = charts.shown_tornado(tornado, most=2, named=name_of)
    assert shown.order == (name_of(VALUE), name_of(WIN))
    table = tornado.table[tornado.table["path"] != IDLE]
    assert shown.table["value"].tolist() == table["effect"].tolist()
    for row in shown.table.to_dict("records"):
        [(path, to)] = given_values(tornado.sweep.design.row(row["point"])).items()
        assert row["name"] == name_of(path)
        assert (row["what"] == charts.HIGHER) == (to > FIRM[path])  # type: ignore[operator]


def test_charts_of_indices_have_their_figures() -> None:
    """Fails if a point or bar has another figure than the table, or what has no source looks like what has one."""
    morris = simkit.sensitivity(FIRM, OVER, "total_margin", "morris", 4, 2, workers=1)
    shown = charts.shown_morris(morris)
    assert shown.table["x"].tolist() == morris.table["mu_star"].tolist()
    assert dict(zip(shown.table["name"], shown.table["what"], strict=True)) == {
        WIN: charts.SOURCED,
        VALUE: charts.ASSUMED,
        IDLE: charts.ASSUMED,
    }
    sobol = simkit.sensitivity(FIRM, OVER, "total_margin", "sobol", 32, 2, workers=1)
    bars = charts.shown_sobol(sobol)
    totals = bars.table.loc[bars.table["what"] == charts.TOGETHER, "value"]
    assert totals.tolist() == pytest.approx(sobol.table["total"].clip(0.0, 1.0).tolist())
    assert bars.table["high"].max() <= 1.0


def test_the_picture_of_a_region_is_its_points_and_its_box(found: simkit.Discovery) -> None:
    """Fails if a point is drawn elsewhere or as something else than it is, or the box has other limits."""
    shown = shown_region(found)
    rows, box = shown.table[:-1], shown.table.iloc[-1]
    points = found.points
    assert {shown.x, shown.y} == {WIN, VALUE}
    assert rows["x"].tolist() == points[shown.x].tolist()
    assert (rows["what"] == charts.FAILS).tolist() == points["fails"].tolist()
    limits = found.table.set_index("path")
    assert box["right"] == limits["high"][shown.x]
    assert (box["bottom"], box["left"]) == (points[shown.y].min(), points[shown.x].min())
    other = shown_region(found, IDLE)
    assert (other.x, other.table.iloc[-1]["right"]) == (IDLE, points[IDLE].max())
    with pytest.raises(RunError, match="chart: is not varied in this sweep"):
        shown_region(found, "process.silos")


def test_a_region_in_words(found: simkit.Discovery) -> None:
    """Fails if a limit, a share or its interval is missing, or has another figure than the table."""
    where, coverage = region_in_words(found)
    for path, high in zip(found.table["path"], found.table["high"], strict=True):
        assert f"{path} ≤ " in where
        assert limit_in_words(path, math.nan, high) in where
    assert "of the points have a mean total margin below 600,000." in where
    assert f"{100 * (found.density.value or 0):.0f} %" in where
    assert f"{100 * (found.coverage.value or 0):.0f} %" in coverage


def test_a_region_that_is_not_found_again_is_said_to_be_chance(found: simkit.Discovery) -> None:
    """No point that was left out lies in a region that was found without it. Fails if 'none of the points' were said to
    fail there, which nobody knows."""
    nowhere = scores_of(np.zeros(len(found.points), dtype=bool), found.points["fails"].to_numpy())
    where, again = region_in_words(replace(found, region=replace(found.region, held_out=nowhere)))
    share = found.region.scores.density.value or 0.0
    assert f"{100 * share:.0f} % of the points have a mean total margin below 600,000." in where
    assert "not found again" in again


def test_results_bring_their_charts(tornado: simkit.Tornado, found: simkit.Discovery) -> None:
    """Fails if a result has no chart or no table of its own in a notebook."""
    for result in (tornado, found):
        assert isinstance(result.chart(), alt.TopLevelMixin)
        assert "<table" in result._repr_html_()
        assert "seed 1" in result._repr_html_()
