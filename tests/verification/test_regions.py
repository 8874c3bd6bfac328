"""Boxes against cases that were planted in one: limits, coverage and density come back, and luck has no region."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from simkit.errors import RunError
from simkit.experiments.design import even_points
from simkit.experiments.regions import METHODS, Region, find_region

NAMES = ["a", "b", "c", "d", "e"]


def points(number: int, seed: int) -> pd.DataFrame:
    return pd.DataFrame(even_points("sobol", len(NAMES), number, seed), columns=NAMES)


def limits(found: Region) -> dict[tuple[str, str], float]:
    return {
        (found.columns[column], "high" if above else "low"): float((found.box.high if above else found.box.low)[column])
        for column, above in found.box.limits
    }


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("seed", [1, 2])
def test_a_planted_box_is_found(method: str, seed: int) -> None:
    """Fails if a limit is not within 5 % of where it was put, another column is limited, or coverage and density are
    below 90 % in points held out; the box holds a fifth of the points, and none is anywhere else."""
    x = points(256, seed)
    cases = (x["a"] > 0.6) & (x["c"] < 0.5)
    found = find_region(x, cases, method)
    assert limits(found) == {("a", "low"): pytest.approx(0.6, abs=0.05), ("c", "high"): pytest.approx(0.5, abs=0.05)}
    for scores in (found.scores, found.held_out):
        assert scores.coverage.value is not None
        assert scores.density.value is not None
        assert scores.coverage.value >= 0.9
        assert scores.density.value >= 0.9
    assert found.kept == (5, 5)
    assert max(found.p) < 1e-6


@pytest.mark.parametrize("method", METHODS)
def test_a_box_with_both_ends_and_a_tenth_of_wrong_labels(method: str) -> None:
    """Fails if limits on both sides, or points that break the rule, keep the box from being found."""
    x = points(512, 4)
    wrong = np.random.default_rng(4).random(len(x)) < 0.1
    cases = ((x["b"] > 0.3) & (x["b"] < 0.7)).to_numpy() ^ wrong
    found = find_region(x, cases, method)
    assert limits(found) == {("b", "low"): pytest.approx(0.3, abs=0.05), ("b", "high"): pytest.approx(0.7, abs=0.05)}
    assert found.held_out.density.value == pytest.approx(0.9, abs=0.05)
    true = 0.4 * 0.9 / (0.4 * 0.9 + 0.6 * 0.1)
    assert found.held_out.coverage.value == pytest.approx(true, abs=0.05)


@pytest.mark.parametrize("method", METHODS)
def test_a_region_of_nothing_does_not_hold_in_other_points(method: str) -> None:
    """Fails if the density of a box that was found in noise is told by the points that it was found in: three points in
    ten are cases, wherever they are, and held out they stay so within the interval."""
    x = points(128, 5)
    cases = np.random.default_rng(6).random(len(x)) < 0.3
    found = find_region(x, cases, method, density=0.45)
    seen, other = found.scores.density, found.held_out.density
    assert seen.value is not None
    assert seen.value >= 0.45
    assert other.low is None or other.low < 0.3 < (other.high or 0.0)
    assert (other.value or 0.0) < seen.value


def test_scores_are_counted() -> None:
    """Fails if coverage and density are mixed up, or counted in other points than those of the box."""
    x = points(256, 7)
    cases = x["a"] > 0.5
    cases[x["b"] > 0.9] = False
    found = find_region(x, cases, "cart", density=0.7)
    inside = found.box.holds(x.to_numpy())
    assert found.scores.coverage.value == pytest.approx((inside & cases).sum() / cases.sum())
    assert found.scores.density.value == pytest.approx((inside & cases).sum() / inside.sum())
    assert found.scores.coverage.n == found.scores.cases == cases.sum()
    assert found.scores.density.n == inside.sum()
    assert (found.others["inside"].iloc[0], found.others["limits"].iloc[0]) == (256, 0)


@pytest.mark.parametrize(
    ("cases", "given", "said"),
    [
        (lambda x: x["a"] > 2, {}, "cases: no point is a case, so there is no region to find"),
        (lambda x: x["a"] > 0.985, {}, "only 2 of 128 points are cases"),
        (lambda x: x["a"] < 2, {}, "every point is a case, so the region is everything"),
        (lambda x: (x["a"] * 1e4 % 10) < 9, {"density": 0.6}, r"0\.87 of all points .* Ask for a higher density"),
        (
            lambda x: (x["a"] * 1e4 % 10) < 3,
            {"density": 1.0},
            "there is no region as dense as that.* Ask for density=0",
        ),
        (lambda x: x["a"] > 0.5, {"method": "prism"}, "Did you mean 'prim'"),
        (lambda x: x["a"] > 0.5, {"density": 0.0}, "expected a share above 0"),
    ],
)
def test_what_has_no_region_is_said(cases: Any, given: dict[str, Any], said: str) -> None:
    """Fails if a box of nothing or of everything is given, or a mistake ends in a traceback."""
    x = points(128, 8)
    with pytest.raises(RunError, match=said):
        find_region(x, cases(x), **given)


def test_points_that_cannot_be_limited_are_refused() -> None:
    """Fails if words get limits, or few points a region."""
    x = points(128, 9)
    with pytest.raises(RunError, match="points: a region needs at least 50 points"):
        find_region(x[:40], x["a"][:40] > 0.5)
    with pytest.raises(RunError, match="word: is no number"):
        find_region(x.assign(word="hold"), x["a"] > 0.5)
