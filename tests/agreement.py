"""Statistical assertions that state their error rate, and that fail where they could not have seen a difference."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

ERROR_RATE = 1e-5
"""Chance that one statistical assertion fails although the model is right: a hundred of them over ten seeds, 1 %."""


def assert_mean(samples: ArrayLike, expected: float, resolution: float) -> None:
    """The mean of independent samples is the expected one, by Student's t interval at the error rate.

    Args:
        samples: independent, or means of batches much longer than what correlates them.
        resolution: largest half-width of the interval, as a share of what is expected; a wider one proves nothing.
    """
    values = np.asarray(samples, dtype=float).ravel()
    half_width = stats.t.isf(ERROR_RATE / 2, len(values) - 1) * values.std(ddof=1) / math.sqrt(len(values))
    measured = f"{values.mean():.5g} ± {half_width:.2g} from {len(values)} samples, expected {expected:.5g}"
    assert half_width <= resolution * abs(expected), f"too few samples to tell: {measured}"
    assert abs(values.mean() - expected) <= half_width, measured


def assert_count(count: int, trials: int, share: float, resolution: float) -> None:
    """A count of successes is binomial with the expected share, exactly at the error rate."""
    low, high = (float(stats.binom.ppf(u, trials, share)) for u in (ERROR_RATE / 2, 1 - ERROR_RATE / 2))
    assert high - low <= 2 * resolution * trials * share, f"too few trials to tell: {low} to {high} of {trials}"
    assert low <= count <= high, f"{count} of {trials}, expected {low} to {high}"


def assert_poisson(counts: ArrayLike) -> None:
    """Independent counts of one mean vary as Poisson counts do: index of dispersion, both sides at the error rate."""
    values = np.asarray(counts, dtype=float)
    freedom = len(values) - 1
    dispersion = values.var(ddof=1) / values.mean()
    low, high = (float(stats.chi2.ppf(u, freedom)) / freedom for u in (ERROR_RATE / 2, 1 - ERROR_RATE / 2))
    assert low <= dispersion <= high, f"dispersion {dispersion:.3f}, expected {low:.3f} to {high:.3f}"


def assert_exponential(times: ArrayLike, mean: float) -> None:
    """Independent times are exponential with the mean, by Kolmogorov and Smirnov's test at the error rate."""
    values = np.asarray(times, dtype=float)
    test = stats.kstest(values, stats.expon(scale=mean).cdf)
    assert test.pvalue >= ERROR_RATE, f"distance {test.statistic:.3f}, p = {test.pvalue:.2g}, mean {values.mean():.4g}"
