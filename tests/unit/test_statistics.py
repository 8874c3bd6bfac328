"""Intervals and spreads, against hand-worked numbers and, for the intervals, against their promised coverage."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import ArrayLike
from scipy.special import bdtr

from simkit.errors import RunError
from simkit.statistics import (
    Estimate,
    effective_sample_size,
    mean,
    median,
    paired_difference,
    percentiles,
    share,
    spread,
    time_to_event,
    wilson,
)

NEVER = np.inf
# Coverages found by simulation may be four standard errors off: each such test fails wrongly with probability 6e-5,
# and never at random, since the seed is fixed.
FOUR = 4.0


def ends(estimate: Estimate) -> tuple[float, float]:
    assert estimate.low is not None
    assert estimate.high is not None
    return estimate.low, estimate.high


def coverage(interval: Callable[[np.random.Generator], Estimate], truth: float, repeats: int = 2000) -> float:
    random = np.random.default_rng(20)
    pairs = (ends(interval(random)) for _ in range(repeats))
    return sum(low <= truth <= high for low, high in pairs) / repeats


def four_errors(probability: float, repeats: int = 2000) -> float:
    return FOUR * math.sqrt(probability * (1.0 - probability) / repeats)


def test_wilson_by_hand() -> None:
    """8 of 10 at 95 %: z = 1.96, centre (0.8 + 0.19207)/1.38415 = 0.71674, half-width 0.22658. Fails for Wald's
    0.552 to 1.048, or Clopper-Pearson's."""
    estimate = share([True] * 8 + [False] * 2)
    assert estimate.value == 0.8
    np.testing.assert_allclose(ends(estimate), [0.49016, 0.94332], atol=1e-5)
    assert (estimate.n, estimate.level, estimate.kind) == (10, 0.95, "interval of a share")


def test_no_lives_of_thirty_is_not_certainly_none() -> None:
    """0 of 30: low exactly 0, high z^2/(n + z^2) = 3.8415/33.8415. Fails if a share of 0 or 1 had no width."""
    np.testing.assert_allclose(ends(share([False] * 30)), [0.0, 3.841459 / 33.841459], atol=1e-6)
    np.testing.assert_allclose(ends(share([True] * 30)), [30.0 / 33.841459, 1.0], atol=1e-6)
    sizes = np.arange(1.0, 500.0)
    assert (wilson(np.zeros(499), sizes)[0] == 0.0).all()
    assert (wilson(np.ones(499), sizes)[1] == 1.0).all()


def test_wilson_covers_over_all_shares() -> None:
    """Exact, by the binomial: with n = 40 and shares 0.02 to 0.98 the mean coverage is 0.95 within 0.01, the worst
    above 0.88. Fails for Wald's interval, whose mean is about 0.90 and worst below 0.6."""
    n = 40
    count = np.arange(n + 1)
    low, high = wilson(count / n, n)
    truths = np.linspace(0.02, 0.98, 97)
    mass = [np.diff(bdtr(count, n, truth), prepend=0.0) for truth in truths]
    covered = np.array([m[(low <= truth) & (truth <= high)].sum() for m, truth in zip(mass, truths, strict=True)])
    assert abs(covered.mean() - 0.95) < 0.01
    assert covered.min() > 0.88


def test_mean_by_hand() -> None:
    """1 to 5: mean 3, s = 1.58114, s/sqrt(5) = 0.70711, t(4) = 2.77645: 3 -+ 1.96324. Fails for the normal's 1.96."""
    estimate = mean([1.0, 2.0, 3.0, 4.0, 5.0])
    assert estimate.value == 3.0
    np.testing.assert_allclose(ends(estimate), [1.03676, 4.96324], atol=1e-5)
    assert estimate.kind == "interval of the mean"


def test_weighted_mean_by_hand() -> None:
    """0, 3, 6 with weights 1, 1, 2: mean 3.75; effective lives 16/6; squared error (14.0625 + 0.5625 + 4 * 5.0625)/16
    * (8/3)/(5/3) = 3.4875; t with 5/3 degrees of freedom. Fails if weights were taken for repeated lives."""
    estimate = mean([0.0, 3.0, 6.0], [1.0, 1.0, 2.0])
    assert estimate.value == 3.75
    low, high = ends(estimate)
    # t(0.975) with 5/3 degrees of freedom lies between those of 1 (12.706) and 2 (4.303).
    assert 4.303 < (high - low) / 2.0 / math.sqrt(3.4875) < 12.706
    np.testing.assert_allclose((high + low) / 2.0, 3.75)


def test_mean_covers_small_samples() -> None:
    """Eight normal lives: 95 % within four standard errors. Fails for a normal interval, which covers 91 %."""
    found = coverage(lambda random: mean(random.normal(7.0, 2.0, 8)), 7.0)
    assert abs(found - 0.95) < four_errors(0.95)


def test_weighted_mean_covers_what_the_weights_aim_at() -> None:
    """Lives are normal about 0, the weights exp(x/2) aim at a normal about 0.5. 200 lives; the interval is asymptotic:
    at least 93 % less four standard errors. Fails if the weights were ignored, or the error were s/sqrt(n)."""

    def weighted(random: np.random.Generator) -> Estimate:
        lives = random.normal(size=200)
        return mean(lives, np.exp(lives / 2.0))

    assert coverage(weighted, 0.5) > 0.93 - four_errors(0.93)


def test_one_life_gives_no_interval() -> None:
    """Fails if one life gave an interval of width 0, or an error."""
    estimate = mean([4.0])
    assert (estimate.value, estimate.low, estimate.high, estimate.n) == (4.0, None, None, 1)


def test_median_by_order_statistics() -> None:
    """Ten lives: P(B <= 1) = 11/1024 <= 0.025 < P(B <= 2), so x(2) to x(9); six: x(1) to x(6); five are too few.
    Fails if k were off by one."""
    ten = median(np.arange(10.0, 0.0, -1.0))
    assert (ten.value, *ends(ten)) == (5.0, 2.0, 9.0)
    assert ends(median(np.arange(1.0, 7.0))) == (1.0, 6.0)
    five = median(np.arange(1.0, 6.0))
    assert (five.value, five.low, five.high) == (3.0, None, None)


def test_median_covers_skewed_lives() -> None:
    """25 exponential lives: k = 8 gives exactly 1 - 2 P(B <= 7) = 0.9567, whatever the distribution. Fails if the
    ends were one order statistic narrower (0.892)."""
    found = coverage(lambda random: median(random.exponential(size=25)), math.log(2.0))
    assert abs(found - 0.9567) < four_errors(0.9567)


def test_paired_difference_uses_the_pairs() -> None:
    """Differences 1, 2, 3: mean 2, s/sqrt(3) = 0.57735, t(2) = 4.30265: 2 -+ 2.48414, although the lives themselves
    differ by hundreds. Fails if the two samples were treated as independent."""
    estimate = paired_difference([101.0, 502.0, 903.0], [100.0, 500.0, 900.0])
    assert estimate.value == 2.0
    np.testing.assert_allclose(ends(estimate), [-0.48414, 4.48414], atol=1e-5)
    assert "paired" in estimate.kind
    with pytest.raises(RunError, match="same lives"):
        paired_difference([1.0, 2.0], [1.0])


def test_spread_is_of_lives_and_does_not_narrow() -> None:
    """1 to 100: 5, 50, 95; with every life a hundred times over still so. Fails if it were an interval of the mean."""
    lives = np.arange(1.0, 101.0)
    once, often = spread(lives), spread(np.repeat(lives, 100))
    assert (once.value, *ends(once)) == (50.0, 5.0, 95.0)
    assert (often.value, *ends(often)) == (50.0, 5.0, 95.0)
    assert once.kind == "spread of lives 5-95 %"


def test_percentiles_per_column_and_weighted() -> None:
    """1, 2, 3 and 30, 20, 10: medians 2, 20; with weights 1, 1, 3 the third life holds the median. Fails if columns
    were sorted together or the weights did not follow the sorting."""
    lives = np.array([[1.0, 30.0], [2.0, 20.0], [3.0, 10.0]])
    np.testing.assert_array_equal(percentiles(lives, (50.0,)), [[2.0, 20.0]])
    np.testing.assert_array_equal(percentiles(lives, (50.0,), [1.0, 1.0, 3.0]), [[3.0, 10.0]])
    np.testing.assert_array_equal(percentiles(lives, (0.0, 100.0)), [[1.0, 10.0], [3.0, 30.0]])


def test_effective_sample_size() -> None:
    """Kish: 1, 1, 2 gives 16/6; one life with all the weight gives 1. Fails if it were the number of weights."""
    np.testing.assert_allclose(effective_sample_size([1.0, 1.0, 2.0]), 16.0 / 6.0)
    assert effective_sample_size([0.0, 5.0, 0.0]) == 1.0


def test_weights_narrow_nothing_that_they_do_not_know() -> None:
    """100 lives of which 10 carry the weight know as much as 10. Fails if a weighted share used n = 100."""
    weights = np.repeat([1.0, 0.0], [10, 90])
    occurred = np.tile([True, False], 50)
    np.testing.assert_allclose(ends(share(occurred, weights)), ends(share(occurred[:10])))


@pytest.mark.parametrize("statistic", [mean, median, spread, share])
def test_equal_weights_are_no_weights(statistic: Callable[..., Estimate]) -> None:
    """Fails if weighting changed a result by itself."""
    lives = np.random.default_rng(3).integers(0, 2, 41) + 0.25 * np.arange(41)
    plain, weighted = statistic(lives), statistic(lives, np.full(41, 0.3))
    assert weighted.value == pytest.approx(plain.value)
    assert ends(weighted) == pytest.approx(ends(plain))


def test_time_to_an_event_by_hand() -> None:
    """Ten lives: 0, 2, 2, 4, 4, 4 and four never, horizon 6. P by 0, 2, 4: 0.1, 0.3, 0.6; median 4; restricted mean
    (0 + 4 + 12 + 24)/10 = 4. Wilson at 0.3 of ten is 0.108 to 0.603, at 0.6 it is 0.313 to 0.832: half is possible from
    month 2 on, and never sure. Fails if lives without the event left the denominator (median 2) or counted as 0."""
    event = time_to_event([0.0, 2.0, 2.0, 4.0, 4.0, 4.0, NEVER, NEVER, NEVER, NEVER], 6)
    np.testing.assert_allclose(event.incidence.share, [0.1, 0.1, 0.3, 0.3, 0.6, 0.6, 0.6])
    assert (event.median.value, event.median.low, event.median.high) == (4.0, 2.0, None)
    assert event.restricted_mean.value == 4.0
    np.testing.assert_allclose(ends(event.incidence.at(2)), [0.10779, 0.60322], atol=1e-5)
    with pytest.raises(RunError, match="0 to 6"):
        event.incidence.at(7)


def test_a_median_below_half_is_not_reached() -> None:
    """49 of 100 by month 5: not reached, though half is inside the interval; 50 of 100 reach it. Fails if the median of
    the lives that had the event were given."""
    times = np.where(np.arange(100) < 49, 5.0, NEVER)
    missed = time_to_event(times, 36).median
    assert (missed.value, missed.low, missed.high) == (None, 5.0, None)
    times[49] = 5.0
    assert time_to_event(times, 36).median.value == 5.0


def test_median_time_covers() -> None:
    """Each month has the event with probability 0.05: by month 13 0.487, by 14 0.512, so the median is 14. 60 lives;
    in whole months the coverage is at least nominal: above 95 % less four standard errors. Fails if the ends of the
    interval were exchanged, or one end read from the wrong curve."""

    def ends_to_horizon(random: np.random.Generator) -> Estimate:
        found = time_to_event(random.geometric(0.05, 60), 400).median
        return Estimate(found.value, *ends(found), found.level, found.n, found.kind)

    assert coverage(ends_to_horizon, 14.0, repeats=1000) > 0.95 - four_errors(0.95, 1000)


def test_restricted_mean_covers() -> None:
    """The same times cut at month 36: E min(X, 36) = (1 - 0.95^36)/0.05 = 16.844; 95 % within four standard errors and
    0.01 for the skew. Fails if times past the horizon stayed whole (mean 20) or were dropped."""
    found = coverage(lambda random: time_to_event(random.geometric(0.05, 60), 36).restricted_mean, 16.844)
    assert abs(found - 0.95) < four_errors(0.95) + 0.01


@pytest.mark.parametrize("statistic", [mean, median, spread])
def test_missing_values_are_refused_with_what_to_use_instead(statistic: Callable[..., Estimate]) -> None:
    """Fails if months that never came were averaged away, or the message left the reader alone."""
    with pytest.raises(RunError, match=r"break_even_month.*1 of 3 lives.*restricted mean"):
        statistic([3.0, np.nan, 5.0], name="break_even_month")
    with pytest.raises(RunError, match="1 of 3 lives"):
        time_to_event([3.0, np.nan, 5.0], 6)
    with pytest.raises(RunError, match="1 of 3 lives"):
        percentiles([[3.0, 1.0], [np.nan, 2.0], [5.0, 3.0]])


@pytest.mark.parametrize("weights", [[1.0, 1.0], [1.0, -1.0, 1.0], [0.0, 0.0, 0.0], [1.0, np.nan, 1.0]])
def test_weights_that_cannot_be_are_refused(weights: ArrayLike) -> None:
    """Too few, negative, all zero, not a number. Fails if they gave a figure."""
    with pytest.raises(RunError, match="weight"):
        mean([1.0, 2.0, 3.0], weights)


def test_no_lives_and_impossible_levels_are_refused() -> None:
    """Fails if an empty ensemble had a mean, or 95 were taken for 0.95."""
    with pytest.raises(RunError, match="one value per life"):
        mean([])
    with pytest.raises(RunError, match="level"):
        mean([1.0, 2.0], level=95)
