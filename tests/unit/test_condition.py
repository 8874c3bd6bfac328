"""Weighting lives by likeness to observed months: against an exact posterior, and honest when nothing is alike."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from simkit.errors import RunError
from simkit.experiments.condition import LEAST_LIVES, weights
from simkit.statistics import effective_sample_size

Floats = NDArray[np.float64]


def firms(random: np.random.Generator, number: int, months: int = 12) -> tuple[Floats, Floats]:
    """Firms whose monthly counts are Poisson with a rate that is Gamma(4, mean 20): rates, and (firms, months, 1)."""
    rates = random.gamma(4.0, 5.0, number)
    return rates, random.poisson(rates[:, np.newaxis], (number, months))[:, :, np.newaxis].astype(float)


@pytest.mark.parametrize("rate", [10.0, 20.0, 35.0])
def test_weighted_lives_follow_the_exact_posterior(rate: float) -> None:
    """Gamma and Poisson have an exact posterior, Gamma(4 + sum, 1/5 + 6) after six months. The weighted mean rate of
    3,000 lives is within 0.6 of its standard deviations, where the unweighted mean is 1.7 to 7.5 of them away. The
    kernel blurs: the weighted spread is up to twice the exact one. Fixed seed. Fails if weights fell the wrong way or
    did not follow the months."""
    random = np.random.default_rng(8)
    rates, lives = firms(random, 3000)
    seen = random.poisson(rate, 6)[:, np.newaxis].astype(float)
    shape, inverse_scale = 4.0 + float(seen.sum()), 0.2 + 6.0
    exact, deviation = shape / inverse_scale, math.sqrt(shape) / inverse_scale
    found = weights(lives, seen)
    centre = float(found.weights @ rates)
    blurred = math.sqrt(float(found.weights @ (rates - centre) ** 2))
    assert abs(centre - exact) < 0.6 * deviation
    assert abs(rates.mean() - exact) > 1.5 * deviation
    assert deviation * 0.9 < blurred < 2.0 * deviation
    assert found.warning == ""


@pytest.mark.parametrize(("replications", "needed"), [(100, 20.0), (1000, 50.0)])
def test_the_bandwidth_is_the_smallest_that_leaves_enough_lives(replications: int, needed: float) -> None:
    """max(20, 5 %) effective lives, no more. Fails if the bandwidth were fixed, or the sample size not reached."""
    random = np.random.default_rng(9)
    found = weights(firms(random, replications)[1], firms(random, 1)[1][0])
    assert found.effective_sample_size == pytest.approx(needed, rel=1e-6)
    assert effective_sample_size(found.weights) == pytest.approx(needed, rel=1e-6)
    assert found.weights.sum() == pytest.approx(1.0)


def test_the_nearest_life_weighs_most() -> None:
    """Lives of 1, 2, ..., 60 a month and 30 observed: weights fall from life 30 on both sides. Fails if they did not
    fall with the distance."""
    lives = np.repeat(np.arange(1.0, 61.0)[:, np.newaxis, np.newaxis], 3, axis=1)
    found = weights(lives, np.full((3, 1), 30.0)).weights
    assert found.argmax() == 29
    assert (np.diff(found[:30]) > 0.0).all()
    assert (np.diff(found[29:]) < 0.0).all()


def test_gaps_and_months_to_come_do_not_count() -> None:
    """A gap, and simulated months after the last observed one, change no weight. Fails if a gap were read as 0, or the
    future were compared."""
    lives = firms(np.random.default_rng(10), 200)[1]
    seen = np.array([[18.0], [np.nan], [22.0]])
    found = weights(lives, seen)
    changed = lives.copy()
    changed[:, 1] = 0.0
    changed[:, 3:] = 1e6
    np.testing.assert_array_equal(found.weights, weights(changed, seen).weights)
    assert found.values == 2


def test_money_and_counts_weigh_alike() -> None:
    """Margin in another currency unit changes nothing, since each month is measured by the lives' own spread. Fails if
    the metric with the larger numbers decided."""
    random = np.random.default_rng(11)
    lives = np.concatenate([firms(random, 300)[1], firms(random, 300)[1]], axis=2)
    seen = np.full((4, 2), 20.0)
    rescaled = weights(lives * [1.0, 2400.0], seen * [1.0, 2400.0])
    np.testing.assert_allclose(weights(lives, seen).weights, rescaled.weights, rtol=1e-6, atol=1e-12)


def test_months_unlike_any_life_are_called_so() -> None:
    """Ten times the largest life; and months that jump up and down as no life does, each value ordinary by itself.
    Fails if only the level, or each month alone, were looked at, or the weights came without a word."""
    lives = firms(np.random.default_rng(12), 500)[1]
    jumping = np.array([[3.0], [60.0]] * 3)
    for seen in (np.full((6, 1), 10.0 * lives.max()), jumping):
        found = weights(lives, seen)
        assert found.likeness < 0.05
        assert "no simulated life looks like" in found.warning


def test_months_of_the_same_kind_are_seldom_called_unlike() -> None:
    """100 times, lives and months from the same firms: by design 5 % of warnings, so at most 14 (more have probability
    1.4e-4, and the seed is fixed). Fails if the warning cried wolf."""
    random = np.random.default_rng(13)
    cries = sum(bool(weights(firms(random, 150)[1], firms(random, 1, 6)[1][0]).warning) for _ in range(100))
    assert cries <= 14


def test_months_in_which_all_lives_agree() -> None:
    """Nobody wins a customer in month 1. An observed 0 there changes nothing; an observed 40 is called unlike. Fails if
    a spread of 0 gave nan, or if such a month were left out."""
    lives = firms(np.random.default_rng(14), 300)[1]
    lives[:, 0] = 0.0
    fine, odd = (weights(lives, np.array([[first], [20.0], [20.0]])) for first in (0.0, 40.0))
    assert np.isfinite(fine.weights).all()
    assert fine.warning == ""
    assert odd.warning != ""


def test_too_few_lives_are_not_weighted() -> None:
    """Twenty lives cannot leave twenty effective ones unless all count alike. Fails if they were weighted silently."""
    found = weights(firms(np.random.default_rng(15), LEAST_LIVES)[1], np.full((3, 1), 20.0))
    assert np.unique(found.weights).tolist() == [1.0 / LEAST_LIVES]
    assert math.isinf(found.bandwidth)
    assert "too few" in found.warning


def test_the_same_input_gives_the_same_weights() -> None:
    """Fails if anything were drawn."""
    lives = firms(np.random.default_rng(16), 400)[1]
    first, second = (weights(lives, np.full((3, 1), 20.0)) for _ in range(2))
    np.testing.assert_array_equal(first.weights, second.weights)
    assert first.likeness == second.likeness


@pytest.mark.parametrize("value", [-1.0, np.nan, np.inf])
def test_lives_that_cannot_be_compared_are_refused(value: float) -> None:
    """Fails if a life with a negative or missing result got a weight."""
    lives = firms(np.random.default_rng(18), 50)[1]
    lives[7, 1, 0] = value
    with pytest.raises(RunError, match="0 or more"):
        weights(lives, np.full((3, 1), 20.0))


@pytest.mark.parametrize(
    ("seen", "message"),
    [
        (np.full((13, 1), 5.0), "horizon_months"),
        (np.full((3, 1), np.nan), "no value"),
        (np.full((3, 2), 5.0), "do not fit"),
        (np.full((3, 1), -5.0), "0 or more"),
    ],
    ids=["too long", "all gaps", "another number of metrics", "negative"],
)
def test_months_that_cannot_be_compared_are_refused(seen: Floats, message: str) -> None:
    """Fails if they were cut, filled or weighted anyway."""
    with pytest.raises(RunError, match=message):
        weights(firms(np.random.default_rng(17), 50)[1], seen)
