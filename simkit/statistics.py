"""What can be said from a number of simulated lives: estimates with their interval, and the spread of lives.

An *interval* says how well a mean, share or median is known; it narrows with more lives. A *spread* says how
different lives are; it does not. Every `Estimate` says which of the two its ends are.

Weights (for lives conditioned on observed months) are optional everywhere: they need not sum to one, and
equal weights give what no weights give. Sample sizes then are Kish's effective ones.

An event that did not happen has no month. Functions that need numbers therefore refuse missing values; times
to an event (`time_to_event`) write 'never' as infinity.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simkit.errors import RunError

Floats = NDArray[np.float64]

_INTERVAL_SHARE = "interval of a share"

# Sums of weights carry rounding: a share this close to one half has reached it.
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its two ends.

    Attributes:
        value: the figure; None when it is 'not reached'.
        low, high: the ends; None where an end is not reached, or where the lives are too few to give one.
        level: the confidence of an interval, or the share of lives inside a spread.
        n: the number of lives.
        kind: what the ends are, in words: 'interval of ...' or 'spread of lives ...'.
    """

    value: float | None
    low: float | None
    high: float | None
    level: float
    n: int
    kind: str


@dataclass(frozen=True, slots=True)
class Incidence:
    """The share of lives in which an event has happened by each month, with its pointwise interval.

    Attributes:
        month: 0 to the horizon, so that an index is a month; shape (horizon + 1,).
        share, low, high: the share and its Wilson interval; shape (horizon + 1,).
        level: the confidence of the interval at each month.
        n: the number of lives.
    """

    month: NDArray[np.int64]
    share: Floats
    low: Floats
    high: Floats
    level: float
    n: int

    def at(self, month: int) -> Estimate:
        """The share by one month.

        Raises:
            RunError: the month is outside 0 to the horizon.
        """
        if not 0 <= month < self.month.size:
            raise RunError(f"must lie in 0 to {self.month.size - 1}", field="month", value=month)
        ends = float(self.low[month]), float(self.high[month])
        return Estimate(float(self.share[month]), *ends, self.level, self.n, _INTERVAL_SHARE)


@dataclass(frozen=True, slots=True)
class TimeToEvent:
    """When an event comes.

    Attributes:
        incidence: P(event by m).
        median: the month by which half of the lives had it; None ('not reached') if fewer had it by the horizon.
        restricted_mean: the mean month, a life without the event counted as the horizon: always a number.
    """

    incidence: Incidence
    median: Estimate
    restricted_mean: Estimate


def effective_sample_size(weights: ArrayLike) -> float:
    """The number of equally weighted lives that know as much: (sum w)^2 / sum w^2 (Kish 1965, Survey Sampling)."""
    checked = _weights(weights, None)
    return float(checked.sum() ** 2 / np.square(checked).sum())


def wilson(share: ArrayLike, n: ArrayLike, level: float = 0.95) -> tuple[Floats, Floats]:
    """The score interval of a share seen among `n` (Wilson 1927, doi:10.1080/01621459.1927.10502953).

    It keeps inside 0 to 1 and has a width at 0 and 1 too. `n` need not be whole (an effective sample size).
    """
    p, size = np.asarray(share, dtype=float), np.asarray(n, dtype=float)
    z = NormalDist().inv_cdf(0.5 + _level(level) / 2.0)
    shrink = 1.0 + z**2 / size
    centre = (p + z**2 / (2.0 * size)) / shrink
    half = z / shrink * np.sqrt(p * (1.0 - p) / size + z**2 / (4.0 * size**2))
    # At 0 and 1 the ends are exact; rounding must not move them.
    return np.where(p <= 0.0, 0.0, centre - half), np.where(p >= 1.0, 1.0, centre + half)


def unseen(n: ArrayLike, level: float = 0.95) -> Floats:
    """The largest share of lives of a kind of which none was seen among `n`: 1 - (1 - level)^(1/n).

    One-sided and exact (Clopper & Pearson 1934, doi:10.1093/biomet/26.4.404); about 3/n at 95 %. `n` need not be whole.
    """
    share: Floats = -np.expm1(np.log1p(-_level(level)) / np.asarray(n, dtype=float))
    return share


def agreed_ends(value: float, ends: tuple[float, float], n: float, level: float = 0.95) -> tuple[float, float]:
    """The interval of a mean of which all `n` lives agree, where a t interval has no width.

    A share `unseen` of lives may lie as far off as the least and the largest value that a life can have.
    """
    differing = float(unseen(n, level))
    return value - differing * (value - ends[0]), value + differing * (ends[1] - value)


def share(occurred: ArrayLike, weights: ArrayLike | None = None, level: float = 0.95) -> Estimate:
    """The share of lives in which something occurred (bool, shape (lives,)), with its Wilson interval."""
    values, w = _sample(occurred, weights, "share")
    value = float(w @ (values != 0.0) / w.sum())
    low, high = wilson(value, effective_sample_size(w), level)
    return Estimate(value, float(low), float(high), level, values.size, _INTERVAL_SHARE)


def mean(values: ArrayLike, weights: ArrayLike | None = None, level: float = 0.95, name: str = "values") -> Estimate:
    """The mean over lives with its t interval.

    The standard error is that of a self-normalised weighted mean, sqrt(sum w^2 (x - mean)^2 * k/(k - 1)) with
    weights that sum to one and k their effective number (Owen 2013, Monte Carlo theory, methods and examples,
    ch. 9); with equal weights it is s/sqrt(n). k - 1 degrees of freedom. One life gives no interval.

    Args:
        values: shape (lives,); missing values are refused.
        weights: shape (lives,).
        level: the confidence.
        name: what the values are, for the message of an error.

    Raises:
        RunError: a missing value; the message names the forms to use instead.
    """
    return _mean(values, weights, level, name, "interval of the mean")


def paired_difference(
    changed: ArrayLike,
    baseline: ArrayLike,
    weights: ArrayLike | None = None,
    level: float = 0.95,
    name: str = "values",
) -> Estimate:
    """The mean of changed - baseline over lives that share their luck, with its t interval (paired t).

    Both have shape (lives,), the same life at the same place. Missing values are refused.
    """
    first, second = np.asarray(changed, dtype=float), np.asarray(baseline, dtype=float)
    if first.shape != second.shape:
        raise RunError(f"pairs need the same lives, not {first.size} and {second.size}", field=name)
    return _mean(first - second, weights, level, name, "interval of the mean paired difference")


def median(values: ArrayLike, weights: ArrayLike | None = None, level: float = 0.95, name: str = "values") -> Estimate:
    """The (lower) median over lives with a distribution-free interval, of confidence at least `level`.

    The ends are the order statistics x(k) and x(n - k + 1) for the largest k with P(Binomial(n, 1/2) < k) <=
    (1 - level)/2 (David & Nagaraja 2003, Order Statistics, 7.1); None below six lives at 95 %. With weights n is
    the effective sample size, and the ends are read at the shares k/n and (n - k + 1)/n of the weighted lives
    (Woodruff 1952, doi:10.1080/01621459.1952.10483443). Missing values are refused.
    """
    from scipy.special import betainc  # a third of a second to import

    x, w = _sample(values, weights, name)
    n = effective_sample_size(w)
    ranks = np.arange(1, int(n / 2) + 1)
    # P(Binomial(n, 1/2) < k) by the incomplete beta function, which does not need a whole n.
    k = int((betainc(n - ranks + 1, ranks, 0.5) <= (1.0 - _level(level)) / 2.0).sum())
    low, centre, high = (float(end) for end in percentiles(x, (100.0 * k / n, 50.0, 100.0 * (n - k + 1) / n), w))
    return Estimate(centre, low if k else None, high if k else None, level, x.size, "interval of the median")


def spread(values: ArrayLike, weights: ArrayLike | None = None, level: float = 0.9, name: str = "values") -> Estimate:
    """The median life, and the two values between which the middle `level` of lives lie. Not an interval.

    Missing values are refused.
    """
    x, w = _sample(values, weights, name)
    edge = 50.0 * (1.0 - _level(level))
    low, centre, high = (float(value) for value in percentiles(x, (edge, 50.0, 100.0 - edge), w))
    return Estimate(centre, low, high, level, x.size, f"spread of lives {edge:.3g}-{100.0 - edge:.3g} %")


def percentiles(
    values: ArrayLike, percents: Sequence[float] = (5.0, 50.0, 95.0), weights: ArrayLike | None = None
) -> Floats:
    """Percentiles over lives: the smallest value that at least so many per cent of the weight do not exceed.

    Args:
        values: shape (lives, ...), without missing values.
        percents: each in 0 to 100.
        weights: shape (lives,).

    Returns:
        Shape (len(percents), ...). Each is the value of a life; nothing is interpolated, so counts stay counts.
    """
    x = np.asarray(values, dtype=float)
    if np.isnan(x).any():
        raise _missing("values", np.isnan(x.reshape(len(x), -1)).any(axis=1))
    w = _weights(weights, x.shape[0])
    order = np.argsort(x, axis=0, kind="stable")
    reached = np.cumsum(w[order], axis=0) / w.sum()
    ranked = np.take_along_axis(x, order, axis=0)
    wanted = np.asarray(percents, dtype=float) / 100.0 - _ROUNDING
    places = [np.minimum((reached < share_of_lives).sum(axis=0), x.shape[0] - 1) for share_of_lives in wanted]
    return np.stack([np.take_along_axis(ranked, place[np.newaxis], axis=0)[0] for place in places])


def time_to_event(times: ArrayLike, horizon: int, weights: ArrayLike | None = None, level: float = 0.95) -> TimeToEvent:
    """When an event comes (crossing, repayment, break-even, a stop), if it does.

    - Incidence: every life is seen to the horizon, so a life that ended otherwise stays in the denominator and
      P(event by m) is a plain share (Putter, Fiocco & Geskus 2007, doi:10.1002/sim.2712), with Wilson's interval.
    - Median: its interval holds the months at which the interval of the incidence contains one half (Brookmeyer &
      Crowley 1982, doi:10.2307/2530286), so its ends, too, can be 'not reached'.
    - Restricted mean: of min(time, horizon) (Royston & Parmar 2013, doi:10.1186/1471-2288-13-152), t interval, as far
      as it lies between 0 and the horizon, where the mean is bound to be. Where all lives agree (none has the event,
      say) that would have no width, and `agreed_ends` stand in: on one side of the mean if all lie at 0 or at the
      horizon.

    Args:
        times: the month of the event, infinity where it never came; shape (lives,).
        horizon: the last month.
        weights: shape (lives,).
        level: the confidence of each interval.

    Raises:
        RunError: a missing time.
    """
    t, w = _sample(times, weights, "times", never=True)
    month = np.arange(horizon + 1)
    reached = w @ (t[:, np.newaxis] <= month) / w.sum()
    low, high = wilson(reached, effective_sample_size(w), level)
    value, early, late = (_first_half(curve) for curve in (reached, high, low))
    return TimeToEvent(
        incidence=Incidence(month, reached, low, high, level, t.size),
        median=Estimate(value, early, late, level, t.size, "interval of the median"),
        restricted_mean=_restricted_mean(np.minimum(t, horizon), float(horizon), w, level),
    )


def _mean(values: ArrayLike, weights: ArrayLike | None, level: float, name: str, kind: str) -> Estimate:
    from scipy.special import stdtrit  # a third of a second to import

    x, w = _sample(values, weights, name)
    centre = float(w @ x / w.sum())
    size = effective_sample_size(w)
    if size <= 1.0 + 1e-9:
        return Estimate(centre, None, None, level, x.size, kind)
    error = math.sqrt(float(np.square(w / w.sum() * (x - centre)).sum()) * size / (size - 1.0))
    half = float(stdtrit(size - 1.0, 0.5 + _level(level) / 2.0)) * error
    return Estimate(centre, centre - half, centre + half, level, x.size, kind)


def _restricted_mean(months: Floats, horizon: float, weights: Floats, level: float) -> Estimate:
    found = _mean(months, weights, level, "times", "interval of the restricted mean")
    agreed = np.unique(months[weights > 0.0])
    if found.low is None or found.high is None:
        return found
    if agreed.size > 1:  # a mean of months between 0 and the horizon lies there too
        return replace(found, low=max(found.low, 0.0), high=min(found.high, horizon))
    low, high = agreed_ends(float(agreed[0]), (0.0, horizon), effective_sample_size(weights), level)
    return replace(found, low=low, high=high)


def _first_half(curve: Floats) -> float | None:
    reached = np.flatnonzero(curve >= 0.5 - _ROUNDING)
    return float(reached[0]) if reached.size else None


def _sample(values: ArrayLike, weights: ArrayLike | None, name: str, never: bool = False) -> tuple[Floats, Floats]:
    """The values and the weights as floats; `never` lets infinity stand for 'did not happen'."""
    x = np.asarray(values, dtype=float)
    if x.ndim != 1 or not x.size:
        raise RunError(f"one value per life is needed, not an array of shape {x.shape}", field=name)
    missing = np.isnan(x) if never else ~np.isfinite(x)
    if missing.any():
        raise _missing(name, missing)
    return x, _weights(weights, x.size)


def _missing(name: str, missing: NDArray[np.bool_]) -> RunError:
    return RunError(
        f"did not happen, or is no number, in {missing.sum()} of {missing.size} lives: it has no mean or median",
        field=name,
        hint="Use the share of lives in which it happened, P(crossed by m), or the restricted mean.",
    )


def _weights(weights: ArrayLike | None, lives: int | None) -> Floats:
    if weights is None:
        return np.ones(lives or 0)
    w = np.asarray(weights, dtype=float)
    if w.ndim != 1 or lives not in (None, w.size):
        raise RunError(f"one weight per life is needed, not an array of shape {w.shape}", field="weights")
    if not np.isfinite(w).all() or (w < 0.0).any() or not w.sum() > 0.0:
        raise RunError("must be finite, not negative, and not all zero", field="weights")
    return w


def _level(level: float) -> float:
    if not 0.0 < level < 1.0:
        raise RunError("must lie between 0 and 1", field="level", value=level)
    return level
