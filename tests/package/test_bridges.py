"""Other tools see the same model: their points are lived as points of a sweep, and the examples of the page run."""

from __future__ import annotations

import pickle
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import simkit
from simkit import ParameterError, Range, RunError, Scenario
from tests.worlds import QUIET

PAGE = Path(__file__).parents[2] / "docs" / "bridges.md"
BLOCKS = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
FIRM = Scenario("firm").with_changes({**QUIET, "horizon_months": 6, "team.content": 2})
WIN, VALUE, PEOPLE, DRIFT = "company.win_rate", "company.customer_value", "team.content", "market.drift"


@pytest.mark.parametrize("block", BLOCKS, ids=["salib", "ema"])
def test_examples_run_as_they_stand(block: str, tmp_path: Path) -> None:
    """Fails if a name or an argument of an example does not exist, or it prints nothing."""
    done = subprocess.run([sys.executable, "-c", block], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


def test_a_response_is_the_mean_of_lives() -> None:
    """Fails if a column goes to another value, luck differs between points, or whole numbers are not whole."""
    problem = simkit.salib_problem(FIRM, {WIN: (0.05, 0.15), PEOPLE: (1, 3)})
    assert problem["bounds"] == [[0.05, 0.15], [0.5, 3.5]]
    response = simkit.salib_response(FIRM, problem, "total_margin", replications=3, seed=2, workers=1)
    points = [[0.06, 0.6], [0.14, 3.5], [0.1, 1.7]]
    values = [{WIN: 0.06, PEOPLE: 1}, {WIN: 0.14, PEOPLE: 4}, {WIN: 0.1, PEOPLE: 2}]
    means = [simkit.simulate(FIRM.with_changes(v), 3, 2, workers=1).measure("total_margin").mean() for v in values]
    assert response(points).tolist() == pytest.approx(means)
    with pytest.raises(RunError, match="points: expected 2 columns"):
        response([[0.1]])
    firm = FIRM.with_changes({"expectation.target_per_month": 50_000.0})
    crossed = simkit.salib_response(firm, problem, "crossed_by_4", replications=3, seed=2, workers=1)(points).tolist()
    assert crossed == [
        simkit.simulate(firm.with_changes(v), 3, 2, workers=1).measure("crossed_by_4").mean() for v in values
    ]
    assert len(set(crossed)) > 1


def test_salib_finds_with_it_what_simkit_finds() -> None:
    """Fails if SALib's own analysis of its own sample has other indices than `sensitivity` of the same points."""
    from SALib.analyze import sobol
    from SALib.sample import sobol as sampling

    over = {WIN: (0.05, 0.15), VALUE: (1_000.0, 4_000.0)}
    problem = simkit.salib_problem(FIRM, over)
    points = sampling.sample(problem, 16, calc_second_order=False, seed=4)
    outputs = simkit.salib_response(FIRM, problem, "total_margin", replications=2, seed=3, workers=1)(points)
    theirs = sobol.analyze(problem, outputs, calc_second_order=False, seed=4)
    ours = simkit.sensitivity(FIRM, over, "total_margin", "sobol", 16, 2, seed=3, workers=1)
    found = ours.table.set_index("path")["total"]
    assert np.asarray(theirs["ST"]) == pytest.approx([found[path] for path in (WIN, VALUE)])


def test_ranges_of_the_scenario_keep_their_shape() -> None:
    """Fails if a triangular range becomes an even one, in either tool, or a peak at an end is refused."""
    unsure = FIRM.with_changes({WIN: Range(0.05, 0.06, 0.2), VALUE: Range(1_000.0, 3_000.0, 3_000.0)})
    from SALib.sample import latin

    problem = simkit.salib_problem(unsure)
    assert problem["dists"] == ["triang", "triang"]
    sample = latin.sample(problem, 400, seed=1)
    model = simkit.ema_model(unsure)
    for i, (path, given) in enumerate(unsure.ranges):
        middle = given.quantile(0.5)
        assert np.median(sample[:, i]) == pytest.approx(middle, rel=0.02)
        assert model.uncertainties[path.replace(".", "__")].dist.ppf(0.5) == pytest.approx(middle)


def test_an_experiment_is_a_mean_of_lives() -> None:
    """Fails if levers and uncertainties are mixed up, a value goes elsewhere, or other processes cannot have it."""
    model = simkit.ema_model(FIRM, {PEOPLE: (1, 3), DRIFT: [0.0, 0.2], WIN: None}, ("total_margin",), 2, 5)
    assert [lever.name for lever in model.levers] == ["team__content"]
    assert {one.name for one in model.uncertainties} == {"market__drift", "company__win_rate"}
    lives = pickle.loads(pickle.dumps(model.function))
    values: dict[str, Any] = {PEOPLE: np.int64(3), DRIFT: 0.2, WIN: np.float64(0.11)}
    alone = simkit.simulate(FIRM.with_changes({PEOPLE: 3, DRIFT: 0.2, WIN: 0.11}), 2, 5, workers=1)
    assert lives(**values) == {"total_margin": pytest.approx(alone.measure("total_margin").mean())}


def test_what_has_no_bridge_is_said() -> None:
    """Fails if levels get bounds, or an outcome that may be missing reaches another tool."""
    with pytest.raises(RunError, match="has levels, and SALib wants a range"):
        simkit.salib_problem(FIRM, {DRIFT: [0.0, 0.2]})
    with pytest.raises(RunError, match="Use restricted_crossing_month"):
        simkit.ema_model(FIRM, [WIN], ("crossing_month",))
    with pytest.raises(ParameterError, match=r"Did you mean 'process\.silos'"):
        simkit.salib_problem(FIRM, ["process.silo"])
    free = FIRM.with_changes({PEOPLE: 0})
    response = simkit.salib_response(free, simkit.salib_problem(free, [WIN]), "roi", 2, workers=1)
    with pytest.raises(RunError, match="outcome: is missing in every life at point 0"):
        response([[0.1], [0.2]])
