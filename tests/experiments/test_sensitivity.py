"""Sensitivity of the simulation: what is varied, over what, in which lives; and what cannot be is said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import simkit
from simkit import ParameterError, Range, RunError, Scenario, StoreError
from simkit.experiments.axes import SPAN, axes_over, named_paths
from simkit.experiments.indices import sobol_indices, sobol_points
from simkit.parameters import declarations
from tests.worlds import QUIET

FIRM = Scenario("firm").with_changes({**QUIET, "horizon_months": 6, "team.content": 2})
WIN, VALUE, PEOPLE, IDLE = "company.win_rate", "company.customer_value", "team.content", "channels.email.lead_rate"
OVER = {WIN: (0.05, 0.15), VALUE: (1_000.0, 4_000.0), IDLE: None}


@pytest.fixture(scope="module")
def screened() -> simkit.Sensitivity:
    return simkit.sensitivity(FIRM, OVER, "total_margin", "morris", 6, 3, seed=2, workers=1)


@pytest.fixture(scope="module")
def shared_out() -> simkit.Sensitivity:
    return simkit.sensitivity(FIRM, OVER, "total_margin", "sobol", 16, 3, seed=2, workers=1)


def test_points_are_lives_of_the_scenario_with_the_same_luck(screened: simkit.Sensitivity) -> None:
    """Fails if a point has other values than its place in the design says, or other luck than the next one."""
    design = screened.sweep.design
    assert (design.kind, len(design.points), design.replications) == ("morris", 6 * 4, 3)
    for point in (0, 7, 23):
        row = design.row(point)
        for axis, share in zip(screened.axes, screened.unit[point], strict=True):
            low, high = axis.ends
            assert row[axis.path] == pytest.approx(low + share * (high - low))  # type: ignore[operator]
        lives = simkit.simulate(FIRM.with_changes(row), 3, 2, workers=1).measure("total_margin")
        outcomes = screened.sweep.outcomes
        assert outcomes.loc[outcomes["point"] == point, "total_margin"].tolist() == lives.tolist()


def test_morris_tells_what_matters_from_what_does_not(screened: simkit.Sensitivity) -> None:
    """Fails if a channel that is off seems to matter, the order is wrong, or an effect is not per whole range: the
    margin goes with the product of rate and value, so its mean change over the rate's range is that between the ends
    at the mean value, within what six trajectories know."""
    table = screened.table.set_index("path")
    assert screened.table["path"].tolist() == [VALUE, WIN, IDLE]
    assert (table.loc[IDLE, ["mu_star", "mu", "sigma", "luck"]] == 0.0).all()
    assert (table.loc[IDLE, "low_end"], table.loc[IDLE, "high_end"]) == tuple(
        FIRM.parameters.channels.email.lead_rate * (1 + sign * SPAN) for sign in (-1, 1)
    )
    ends = [
        simkit.simulate(FIRM.with_changes({WIN: rate, VALUE: 2_500.0}), 3, 2, workers=1).measure("total_margin").mean()
        for rate in OVER[WIN] or ()
    ]
    low, high, size, luck = (table[name].to_dict()[WIN] for name in ("low", "high", "mu_star", "luck"))
    assert low < ends[1] - ends[0] < high
    assert size > 10 * luck
    assert screened.luck < 0.05


def test_sobol_indices_are_those_of_the_means(shared_out: simkit.Sensitivity) -> None:
    """Fails if indices belong to other values, or are of something else than the mean of the lives of a point."""
    outcomes = shared_out.sweep.outcomes
    means = outcomes.groupby("point")["total_margin"].mean().to_numpy()
    assert (shared_out.unit == sobol_points(3, 16, 2)).all()
    alone = sobol_indices(3, means, seed=2).table["total"].tolist()
    found = shared_out.table.set_index("path")["total"]
    assert [found[axis.path] for axis in shared_out.axes] == pytest.approx(alone)
    assert found[IDLE] == 0.0


def test_the_same_lives_answer_for_other_outcomes(shared_out: simkit.Sensitivity) -> None:
    """Fails if another outcome needs other lives, or gets the figures of the first."""
    other = shared_out.of("net_margin")
    assert other.sweep is shared_out.sweep
    assert other.outcome == "net_margin"
    asked = simkit.sensitivity(FIRM, OVER, "net_margin", "sobol", 16, 3, seed=2, workers=1)
    assert other.table.equals(asked.table)
    with pytest.raises(RunError, match="restricted_crossing_month"):
        shared_out.of("crossing_month")


def test_a_month_to_cross_by_is_an_outcome_like_others() -> None:
    """Fails if the share that has crossed by a month, of which a sweep holds no column, ends in an error, or is
    counted otherwise than by `simulate`."""
    firm = FIRM.with_changes({"expectation.target_per_month": 50_000.0})
    over = {WIN: (0.05, 0.15), VALUE: (1_000.0, 4_000.0)}
    found = simkit.sensitivity(firm, over, "crossed_by_4", "sobol", 4, 3, seed=2, workers=1)
    means = [
        simkit.simulate(found.sweep.design.scenario(point), 3, 2, workers=1).measure("crossed_by_4").mean()
        for point in range(len(found.sweep.design.points))
    ]
    assert 0.0 < np.mean(means) < 1.0
    alone = sobol_indices(2, np.array(means), seed=2).table["total"].tolist()
    totals = found.table.set_index("path")["total"]
    assert [totals[axis.path] for axis in found.axes] == pytest.approx(alone)


def test_what_to_measure_is_what_matters_without_a_source(screened: simkit.Sensitivity) -> None:
    """Fails if the list holds what has a source or does not matter, or leaves out what matters and has none."""
    assert declarations()[VALUE].assumed
    assert not declarations()[WIN].assumed
    listed = screened.to_measure
    assert listed["path"].tolist() == [VALUE]
    assert listed["source"][0].startswith("Assumption")
    tornado = simkit.tornado(FIRM, [WIN, VALUE, IDLE], "total_margin", 4, workers=1)
    assert tornado.to_measure["path"].tolist() == [VALUE]
    assert abs(tornado.to_measure["effect"][0]) == tornado.table["effect"].abs().max()


def test_a_run_is_resumed(tmp_path: Path, screened: simkit.Sensitivity) -> None:
    """Fails if a resumed run has other numbers, or another design goes on in the same folder."""
    out = tmp_path / "m"
    options: dict[str, Any] = {"samples": 6, "replications": 3, "seed": 2, "out": out, "workers": 1}
    simkit.sensitivity(FIRM, OVER, "total_margin", **options)
    next((out / "outcomes").glob("part-000001.parquet")).unlink()
    again = simkit.sensitivity(FIRM, OVER, "total_margin", **options, resume=True)
    assert again.table.equals(screened.table)
    with pytest.raises(StoreError, match="another"):
        simkit.sensitivity(FIRM, OVER, "total_margin", "sobol", 16, replications=3, seed=2, out=out, resume=True)


def test_ranges_of_the_scenario_are_varied_as_it_draws_them() -> None:
    """Fails if a triangular range is taken for an even one, or a value that is varied stays drawn as well."""
    unsure = FIRM.with_changes({WIN: Range(0.05, 0.06, 0.2), VALUE: Range(1_000.0, 2_000.0, 3_000.0)})
    axes = axes_over(unsure)
    assert [axis.path for axis in axes] == [VALUE, WIN]
    assert axes[1].at(0.5) == pytest.approx(Range(0.05, 0.06, 0.2).quantile(0.5))
    found = simkit.sensitivity(unsure, None, "total_margin", "morris", 2, 2, workers=1)
    assert not [name for name in map(str, found.sweep.outcomes) if name.startswith("draw.")]
    part = simkit.sensitivity(unsure, [VALUE, PEOPLE], "total_margin", "morris", 2, 2, workers=1)
    assert [name for name in map(str, part.sweep.outcomes) if name.startswith("draw.")] == [f"draw.{WIN}"]


def test_names_stand_for_what_they_name() -> None:
    """Fails if a group or kind holds what cannot be moved, or lacks what can."""
    assert set(named_paths(["process"])) >= {"process.silos", "process.replanning_months"}
    assert named_paths(["levers", "process.silos"]).count("process.silos") == 1
    for name, kind in (("levers", "lever"), ("uncertainties", "uncertainty")):
        assert {declarations()[path].kind for path in named_paths([name])} == {kind}
    assert all(declarations()[path].assumed for path in named_paths(["assumptions"]))
    assert "process.interruptions" in named_paths(["process"], FIRM)  # 0 here, and has a step
    movable = set(named_paths(["everything"], FIRM))
    assert movable < set(named_paths(["everything"]))
    assert len(axes_over(FIRM, ["everything"])) == len(movable)


def test_levels_and_whole_numbers_are_what_they_are() -> None:
    """Fails if a whole number is cut in pieces, or levels are not equally likely."""
    people, silos = axes_over(FIRM, {PEOPLE: (1, 4), "process.silos": [0.0, 0.5, 1.0]})
    shares = np.linspace(0.0, 0.999, 1_200)
    heads = [people.at(u) for u in shares]
    assert {head: heads.count(head) for head in heads} == {1: 301, 2: 300, 3: 300, 4: 299}
    assert [silos.at(u) for u in (0.0, 0.3, 0.4, 0.7, 1.0)] == [0.0, 0.0, 0.5, 1.0, 1.0]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"over": ["process.silo"]}, "Did you mean 'process.silos'"),
        ({"over": ["expectation.metric"]}, "expectation.metric: is no number that can be moved. Its levels may be"),
        ({"over": {"process.silos": (0.0, 2.0)}}, "process.silos: expected a number from 0 to 1"),
        ({"over": {"expectation.reaction": (0, 1)}}, "has no range .*Give a list of levels"),
        ({"over": {"process.silos": [0.5], WIN: None}}, "has one level, so it is not varied"),
        ({"over": {"horizon_months": (6, 12), WIN: None}}, "horizon_months: is the same at every point"),
        ({"over": None}, "by default ranges of the scenario are varied; there are none"),
        ({"over": []}, "over: nothing is varied"),
        ({"over": "process"}, r"expected a list of names .*\['process'\]"),
        ({"over": [WIN]}, "over: expected two values or more"),
        ({"over": {WIN: {"low": 0.1, "mode": 0.3, "high": 0.2}, VALUE: None}}, "needs low <= mode <= high"),
        ({"method": "moris"}, "Did you mean 'morris'"),
        ({"method": "sobol", "samples": 24}, "must be a power of two"),
        ({"samples": 1}, "samples"),
        ({"outcome": "crossing_month"}, "Use restricted_crossing_month or crossed_by_24"),
        ({"outcome": "payback_months"}, "Use roi"),
        ({"level": 1.5}, "level: must lie between 0 and 1"),
        (
            {"over": [IDLE, "channels.social.lead_rate"]},
            "total_margin.*is the same at every point|outcome: is the same",
        ),
    ],
)
def test_what_cannot_be_is_said(given: dict[str, Any], said: str) -> None:
    """Fails if a mistake ends in a traceback, or in figures."""
    arguments: dict[str, Any] = {"over": [WIN, VALUE], "outcome": "total_margin", "samples": 2, "replications": 2}
    with pytest.raises((ParameterError, RunError), match=said):
        simkit.sensitivity(FIRM, **{**arguments, **given}, workers=1)


def test_an_outcome_that_is_missing_is_refused() -> None:
    """Fails if the return of a firm without cost is taken for a number."""
    free = FIRM.with_changes({"team.content": 0})
    with pytest.raises(RunError, match="outcome: is missing in every life at some point"):
        simkit.sensitivity(free, [WIN, VALUE], "roi", samples=2, replications=2, workers=1)
