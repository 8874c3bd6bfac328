"""Designs: what points they have, and what they refuse."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import simkit
from simkit.errors import SimkitError
from simkit.experiments.design import design_of, load_design
from simkit.experiments.part import part_of, parts, size

BASE = simkit.Scenario("base")
SILOS, LATENCY, HEADS = "process.silos", "feedback.latency_weeks", "team.content"


def test_a_grid_takes_every_combination_once() -> None:
    """Fails if a combination is missing, comes twice, or the first path does not vary slowest."""
    made = design_of(BASE, {SILOS: [0, 0.5], HEADS: [1, 2, 3]})
    assert made.points == ((0.0, 1), (0.0, 2), (0.0, 3), (0.5, 1), (0.5, 2), (0.5, 3))
    assert made.lives == 300


def test_a_grid_cuts_ranges_into_equal_steps() -> None:
    """21 steps beside 3 levels make 63 of at most 64 points. Fails if the ends are left out, or there are more."""
    made = design_of(BASE, {SILOS: [0, 0.3, 0.6], LATENCY: (1, 16)}, points=64)
    steps = sorted({point[1] for point in made.points})
    assert len(made.points) == 63
    assert np.diff(steps) == pytest.approx(0.75)
    assert (steps[0], steps[-1]) == (1.0, 16.0)


@pytest.mark.parametrize("kind", ["lhs", "sobol"])
def test_points_fill_ranges_evenly(kind: str) -> None:
    """Each of 16 equal slices of a range has one point in 16, each level as many as the others. Fails if points were
    drawn independently (some slice would be empty, but for a chance of 1e-6)."""
    made = design_of(BASE, {LATENCY: (1, 17), SILOS: [0, 0.25, 0.5, 0.75]}, kind, points=16)
    assert sorted(int(point[0]) for point in made.points) == list(range(1, 17))
    assert set(Counter(point[1] for point in made.points).values()) == {4}


def test_whole_numbers_stay_whole_and_every_one_has_its_share() -> None:
    """Fails if ends of an integer range are rarer than what lies between, as rounding would have it."""
    made = design_of(BASE, {HEADS: (1, 4)}, "sobol", points=64)
    assert Counter(point[0] for point in made.points) == dict.fromkeys(range(1, 5), 16)


def test_a_seed_gives_the_same_points() -> None:
    """Fails if points depend on anything but the seed, or not on it."""
    first, again, other = (design_of(BASE, {SILOS: (0, 1)}, "lhs", 8, seed=seed) for seed in (1, 1, 2))
    assert first.points == again.points != other.points
    assert first.hash == again.hash != other.hash


def test_a_table_says_all_points() -> None:
    """Fails if rows are lost or reordered, or NumPy's numbers are kept."""
    made = design_of(BASE, pd.DataFrame({HEADS: [2, 1], SILOS: [0.1, 1.0]}))
    assert (made.paths, made.points, made.kind) == ((HEADS, SILOS), ((2, 0.1), (1, 1.0)), "table")
    assert type(made.points[0][0]) is int
    assert made.scenario(1)[SILOS] == 1.0


@pytest.mark.parametrize(
    ("levers", "kind", "said"),
    [
        ({"process.silo": [0]}, "grid", r"process.silo: there is no such parameter. Did you mean 'process.silos'\?"),
        ({SILOS: [0, 2.0]}, "grid", r"process.silos: expected a number from 0 to 1 .*given: 2.0"),
        ({SILOS: []}, "grid", "process.silos: has no level"),
        ({}, "grid", "levers: the design is empty"),
        ({SILOS: 0.3}, "grid", r"expected a list of levels or a range \(low, high\) \(given: 0.3\)"),
        ({SILOS: (0.5, 0.1)}, "lhs", "a range needs low < high"),
        ({SILOS: (0.1, 0.2, 0.3)}, "lhs", r"a range is a pair \(low, high\).*Levels are a list"),
        ({SILOS: [0.1, 0.1]}, "grid", "has a level twice"),
        ({"expectation.metric": ("leads", "margin")}, "grid", "has no range"),
        ({SILOS: (0, 1)}, "sobbol", "design: expected one of grid, lhs, sobol .*Did you mean 'sobol'"),
        ({SILOS: [0.1, 0.2]}, "lhs", "design: 'lhs' spreads points over ranges, and there is none"),
        ({"horizon_months": [12, 24]}, "grid", "horizon_months: is the same at every point"),
        ({SILOS: [0, 0.5], LATENCY: (1, 16), "process.halo": (0, 1)}, "grid", "points: .*Ask for at least 8"),
        (pd.DataFrame({SILOS: [0.1, None]}), "table", "process.silos: has no value in some rows"),
        (pd.DataFrame({SILOS: []}), "table", "levers: the design has no point"),
        ({"expectation.metric": ["leads"]}, "grid", "expectation.metric at point 0: a new metric needs a target"),
    ],
)
def test_designs_that_cannot_be_are_refused(levers: object, kind: str, said: str) -> None:
    """Fails if a mistake is run, or the message does not name the path and what was expected."""
    with pytest.raises(SimkitError, match=said):
        design_of(BASE, levers, kind, points=7)  # type: ignore[arg-type]


def write(folder: Path, text: str) -> Path:
    (folder / "own.toml").write_text('extends = "baseline"\n[process]\nsilos = 0.7\n', encoding="utf-8")
    (folder / "points.csv").write_text("process.silos,team.content\n0.1,2\n0.2,1\n", encoding="utf-8")
    path = folder / "design.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_says_the_same_as_python(tmp_path: Path) -> None:
    """Fails if paths cannot be written whole and as tables, a range as low and high, a value fixed for all points, or
    the scenario is looked for elsewhere than beside the design."""
    file = write(
        tmp_path,
        """
        scenario = "own.toml"
        design = "lhs"
        points = 4
        replications = 3
        seed = 5
        set.horizon_months = 12
        [levers]
        "feedback.latency_weeks" = { low = 1, high = 16 }
        [levers.team]
        content = [1, 2]
        """,
    )
    read = load_design(file)
    base = simkit.load_scenario(tmp_path / "own.toml").with_changes({"horizon_months": 12})
    assert read == design_of(base, {LATENCY: (1, 16), HEADS: [1, 2]}, "lhs", 4, 3, 5)
    assert read.base["process.silos"] == 0.7


def test_a_file_may_name_a_table(tmp_path: Path) -> None:
    """Fails if the table is looked for elsewhere than beside the design, or its points differ."""
    read = load_design(write(tmp_path, 'scenario = "baseline"\ntable = "points.csv"\n'))
    assert read.points == ((0.1, 2), (0.2, 1))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('scenario = "baseline"\nlever = 1', "design.toml: lever: unknown key. Did you mean 'levers'"),
        ("[levers]\n", "names no scenario"),
        ('scenario = "baseline"', r"needs either \[levers\] or table"),
        ('scenario = "baseline"\ntable = "none.csv"', "table: there is no such file"),
        ('scenario = "baseline"\ndesign = grid', r"not valid TOML: .*line 2, column 10"),
        ('scenario = "baselin"\n[levers]', "Did you mean 'baseline'"),
        (
            'scenario = "baseline"\nreplications = 0\n[levers]\n"process.silos" = [1]',
            "replications: expected a whole number",
        ),
    ],
)
def test_files_that_cannot_be_are_refused(text: str, said: str, tmp_path: Path) -> None:
    """Fails if a broken design file is run, or the message does not say where the mistake is."""
    with pytest.raises(SimkitError, match=said):
        load_design(write(tmp_path, text))


@pytest.mark.parametrize(
    ("lives", "number", "largest"),
    [(1, 1, 1), (33, 5, 8), (640, 64, 10), (2_048, 64, 32), (131_072, 4096, 32), (1_000_000, 4082, 245)],
)
def test_parts_hold_every_life_once_and_do_not_become_too_many(lives: int, number: int, largest: int) -> None:
    """Fails if a life is in no part or in two, if a small design has so few parts that workers wait for the last one,
    or if a large one has more than one writer can serve."""
    design = design_of(BASE, {SILOS: [0.0]}, replications=lives)
    assert parts(design) == number <= 4096
    assert size(design, 0) == largest
    assert sum(size(design, part) for part in range(number)) == lives
    last = part_of(design, number - 1, monthly=False)
    assert last.runs[-1][2][-1] == lives - 1
