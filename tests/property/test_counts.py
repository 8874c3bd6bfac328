"""Poisson and binomial counts at a quantile: the right distribution, and more luck or more expected never gives
less."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from simkit.randomness import Luck, binomial, poisson

SETTINGS = settings(derandomize=True, deadline=None, max_examples=300)
LUCK = st.floats(0.0, 1.0 - 2**-53)
INNER = st.floats(1e-9, 1.0 - 1e-9)
MEANS = st.floats(0.0, 1e6)
SHARES = st.floats(0.0, 1.0)
TRIALS = st.integers(0, 10**6)
GRID = (np.arange(20_000) + 0.5) / 20_000
"""Midpoints: an integral over them is exact to the last digit of a mean."""


@SETTINGS
@given(mean=MEANS, luck=st.tuples(LUCK, LUCK))
def test_more_luck_never_gives_a_smaller_poisson_count(mean: float, luck: tuple[float, float]) -> None:
    """Fails if a count falls as its quantile rises, or is negative."""
    low, high = sorted(luck)
    assert 0 <= poisson(mean, low) <= poisson(mean, high)


@SETTINGS
@given(trials=TRIALS, share=SHARES, luck=st.tuples(LUCK, LUCK))
def test_more_luck_never_gives_a_smaller_binomial_count(trials: int, share: float, luck: tuple[float, float]) -> None:
    """Fails if a count falls as its quantile rises, is negative, or exceeds the trials."""
    low, high = sorted(luck)
    assert 0 <= binomial(trials, share, low) <= binomial(trials, share, high) <= trials


@SETTINGS
@given(mean=st.floats(0.0, 30.0), u=INNER)
def test_small_poisson_counts_are_exact(mean: float, u: float) -> None:
    """The smallest count whose probability to be reached is u, by scipy's distribution function; to rounding in u.
    Fails if the summation is off by one, or its term is wrong."""
    count, far = poisson(mean, u), 1e-12
    assert stats.poisson.cdf(count, mean) >= u - far
    assert stats.poisson.cdf(count - 1, mean) < u + far


@SETTINGS
@given(trials=st.integers(0, 10**5), mean=st.floats(0.0, 30.0), u=INNER)
def test_small_binomial_counts_are_exact(trials: int, mean: float, u: float) -> None:
    """As above, for shares with a mean up to 30. Fails if the summation is off by one, or its term is wrong."""
    share = min(1.0, mean / max(trials, 1))
    count, far = binomial(trials, share, u), 1e-10
    assert stats.binom.cdf(count, trials, share) >= u - far
    assert stats.binom.cdf(count - 1, trials, share) < u + far


@SETTINGS
@given(mean=st.floats(30.0, 1e6, exclude_min=True), u=st.floats(1e-6, 1.0 - 1e-6))
def test_large_poisson_counts_are_within_one(mean: float, u: float) -> None:
    """Cornish and Fisher's expansion against scipy's quantile, for all but two lives in a million draws. Fails if a
    term of the expansion is missing (two counts or more at these quantiles)."""
    assert abs(poisson(mean, u) - stats.poisson.ppf(u, mean)) <= 1


@SETTINGS
@given(trials=st.integers(31, 10**6), share=st.floats(0.001, 0.9), u=st.floats(1e-6, 1.0 - 1e-6))
def test_large_binomial_counts_are_within_one(trials: int, share: float, u: float) -> None:
    """As above. Fails if a term of the expansion is missing, or its sign is wrong where successes are the rule."""
    assert abs(binomial(trials, share, u) - stats.binom.ppf(u, trials, share)) <= 1


@SETTINGS
@given(means=st.tuples(st.floats(0.0, 60.0), st.floats(0.0, 60.0)), u=LUCK)
def test_more_expected_never_gives_less(means: tuple[float, float], u: float) -> None:
    """The same luck with a higher mean, across the change from summation to expansion too. Fails if a scenario that is
    better in every month can have the worse month."""
    low, high = sorted(means)
    assert poisson(low, u) <= poisson(high, u)


@pytest.mark.parametrize("mean", [0.0, 0.01, 1.0, 7.3, 29.9, 30.1, 100.0, 1e4])
def test_mean_and_variance_of_poisson_counts(mean: float) -> None:
    """Integrals over all luck, to a thousandth of the spread: no statistics. Fails if rounding or the expansion moves
    the mean, or widens the spread."""
    counts = np.array([poisson(mean, u) for u in GRID])
    assert counts.mean() == pytest.approx(mean, abs=2e-3 * mean**0.5 + 1e-9)
    assert counts.var() == pytest.approx(mean, rel=0.01, abs=0.001)


@pytest.mark.parametrize(("trials", "share"), [(1, 0.3), (50, 0.02), (60, 0.5), (400, 0.1), (40, 0.95), (10_000, 0.7)])
def test_mean_and_variance_of_binomial_counts(trials: int, share: float) -> None:
    """As above. Fails if rounding or the expansion moves the mean, or widens the spread."""
    counts = np.array([binomial(trials, share, u) for u in GRID])
    variance = trials * share * (1 - share)
    assert counts.mean() == pytest.approx(trials * share, abs=5e-3 * variance**0.5)
    assert counts.var() == pytest.approx(variance, rel=0.02)


def test_nothing_comes_of_nothing_and_all_of_certainty() -> None:
    """Fails if a chance of 0 or 1 leaves something to luck, at the ends of luck too."""
    for u in (0.0, 1e-300, 0.5, 1.0 - 2**-53):
        assert poisson(0.0, u) == binomial(0, 0.5, u) == binomial(9, 0.0, u) == 0
        assert binomial(9, 1.0, u) == 9


@SETTINGS
@given(rows=st.integers(1, 100), seed=st.integers(0, 2**32), width=st.integers(1, 9))
def test_a_purpose_has_the_same_luck_whatever_else_is_read(rows: int, seed: int, width: int) -> None:
    """Fails if luck depends on what was asked for before, or one purpose's luck on another's."""
    luck = Luck(seed, 3)
    alone = list(islice(luck.uniforms("a purpose", width), rows))
    again, other = luck.uniforms("a purpose", width), luck.uniforms("another purpose", width)
    beside = [(next(again), next(other)) for _ in range(rows)]
    assert [row for row, _ in beside] == alone
    assert [row for _, row in beside] != alone
    assert all(len(row) == width and all(0.0 <= u < 1.0 for u in row) for row in alone)
