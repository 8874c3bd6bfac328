"""Sensitivity indices against functions whose indices are known, and what luck adds to them."""

from __future__ import annotations

import numpy as np
import pytest

from simkit.errors import RunError
from simkit.experiments.indices import morris_indices, morris_points, sobol_indices, sobol_points
from simkit.run.lives import Floats

SLOPES = np.array([4.0, 2.0, -1.0, 0.0])
SHARES = SLOPES**2 / (SLOPES**2).sum()
FIRST, TOTAL = np.array([0.3139, 0.4424, 0.0]), np.array([0.5576, 0.4424, 0.2437])
"""Of Ishigami's function with a = 7, b = 0.1 (Ishigami & Homma 1990, doi:10.1109/ISUMA.1990.151285)."""


def ishigami(unit: Floats) -> Floats:
    x = np.pi * (2.0 * unit - 1.0)
    y: Floats = np.sin(x[:, 0]) + 7.0 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])
    return y


def test_sobol_indices_of_ishigami() -> None:
    """Fails if an index is that of another input or order, or points and analysis do not belong together."""
    found = sobol_indices(3, ishigami(sobol_points(3, 4096, 1))).table
    assert found["first"].to_numpy() == pytest.approx(FIRST, abs=0.02)
    assert found["total"].to_numpy() == pytest.approx(TOTAL, abs=0.02)
    assert found["luck"].isna().all()


def test_intervals_of_sobol_indices_hold_the_truth() -> None:
    """Fails if intervals are too narrow: of 120 nominal 95 % intervals at least 90 % have to hold the true index. Were
    they independent, fewer would have a chance of 0.7 % where they hold it in 95 %, and of 93 % where in 85 %."""
    held = []
    for seed in range(20):
        table = sobol_indices(3, ishigami(sobol_points(3, 128, seed)), seed=seed).table
        for name, truth in (("first", FIRST), ("total", TOTAL)):
            held += list((table[f"{name}_low"] <= truth) & (truth <= table[f"{name}_high"]))
    assert len(held) == 120
    assert np.mean(held) >= 0.9


def test_morris_of_ishigami() -> None:
    """Fails if effects are not those on four levels: there the mean sizes are 7.70, 7.875 and 6.25, by hand."""
    points = morris_points(3, 400, 2)
    found = morris_indices(points, ishigami(points)).table
    assert found["mu_star"].to_numpy() == pytest.approx([7.70, 7.875, 6.25], rel=0.05)
    assert found["mu"].to_numpy()[1:] == pytest.approx([0.0, 0.0], abs=1.0)
    assert (found["sigma"] > 5.0).all()  # curved, or together with others


def test_a_linear_function_has_its_slopes() -> None:
    """Fails if an effect is not per whole range, a sign is lost, or something is spread or shared out that is not."""
    points = morris_points(4, 10, 3)
    morris = morris_indices(points, points @ SLOPES).table
    assert morris["mu_star"].to_numpy() == pytest.approx(np.abs(SLOPES))
    assert morris["mu"].to_numpy() == pytest.approx(SLOPES)
    assert morris["sigma"].to_numpy() == pytest.approx(0.0, abs=1e-9)
    sobol = sobol_indices(4, sobol_points(4, 1024, 3) @ SLOPES).table
    for name in ("first", "total"):
        assert sobol[name].to_numpy() == pytest.approx(SHARES, abs=0.01)


def test_luck_that_all_points_share_changes_nothing() -> None:
    """Fails if the luck of lives that is the same at every point is taken for a difference between points."""
    lives = np.random.default_rng(1).normal(0.0, 50.0, 8)
    points = sobol_points(4, 256, 1)
    found = sobol_indices(4, (points @ SLOPES)[:, None] + lives)
    assert found.luck == pytest.approx(0.0, abs=1e-9)
    assert found.table["luck"].to_numpy() == pytest.approx(0.0, abs=1e-9)
    assert found.table["total"].to_numpy() == pytest.approx(SHARES, abs=0.02)


def test_what_luck_adds_to_total_indices_is_said() -> None:
    """Fails if luck of its own at each point is not measured: 12.0 in a life, 2.0 in the mean of six, beside a variance
    of 21/12 by the values, so that 53 % of the variance of means is luck; and if an index less its luck is not its
    share of the rest."""
    points = sobol_points(4, 8192, 4)
    lives = np.random.default_rng(4).normal(0.0, np.sqrt(12.0), (len(points), 6))
    found = sobol_indices(4, (points @ SLOPES)[:, None] + lives)
    assert found.luck == pytest.approx(2.0 / (2.0 + 21.0 / 12.0), abs=0.02)
    assert (found.table["luck"].to_numpy() > 0.5).all()
    rest = (found.table["total"] - found.table["luck"]).to_numpy() / (1.0 - found.luck)
    assert rest == pytest.approx(SHARES, abs=0.08)


def test_what_luck_would_bring_in_morris_effects_is_said() -> None:
    """Fails if the size of effects that luck makes of nothing is not what is measured for it."""
    points = morris_points(3, 200, 5)
    lives = np.random.default_rng(5).normal(0.0, 1.0, (len(points), 6))
    found = morris_indices(points, lives + 100.0 * points[:, :1]).table
    assert found["mu_star"].to_numpy()[1:] == pytest.approx(found["luck"].to_numpy()[1:], rel=0.15)
    assert found["mu_star"][0] > 20.0 * found["luck"][0]


def test_every_seed_is_a_seed() -> None:
    """Fails if 0 stands for no seed, so that a second analysis says something else."""
    points = sobol_points(3, 64, 0)
    assert (points == sobol_points(3, 64, 0)).all()
    assert (points != sobol_points(3, 64, 1)).any()
    one, two = (sobol_indices(3, ishigami(points), seed=0).table for _ in range(2))
    assert one.equals(two)


def test_what_has_no_indices_is_refused() -> None:
    """Fails if indices of nothing are given, or a sample is cut short in silence."""
    points = morris_points(3, 4, 1)
    with pytest.raises(RunError, match="is the same at every point, so nothing moves it"):
        morris_indices(points, np.ones(len(points)))
    with pytest.raises(RunError, match="is missing at some points"):
        morris_indices(points, np.where(points[:, 0] > 0.5, np.nan, 1.0))
    with pytest.raises(RunError, match="there are 15 for 16 points"):
        morris_indices(points, np.arange(15.0))
    with pytest.raises(RunError, match=r"samples: must be a power of two \(given: 100\)\. The nearest is 128"):
        sobol_points(3, 100, 1)
    with pytest.raises(RunError, match="samples: expected 2 or more"):
        morris_points(3, 1, 1)
    with pytest.raises(RunError, match="over: expected two values or more"):
        sobol_points(1, 8, 1)
