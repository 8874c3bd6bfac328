"""Differences between scenarios whose lives share their luck, and the correction for looking at many of them."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from simkit.run.lives import Floats
from simkit.run.precision import bounds, is_share
from simkit.statistics import Estimate, agreed_ends, paired_difference, wilson

_KIND = "interval of the paired difference of shares"

# Sums of money carry rounding: differences this close to each other, as a share of the amounts, are alike.
_ROUNDING = 1e-9


def differences(changed: Floats, reference: Floats) -> Floats:
    """changed - reference of each life, freed from rounding where all lives differ alike; shape (lives,)."""
    found = changed - reference
    size = float(np.abs([changed, reference]).max())
    if np.ptp(found) <= _ROUNDING * size:
        middle = float(np.median(found))
        return np.full(found.size, middle if abs(middle) > _ROUNDING * size else 0.0)
    return found


def widest(changed: Floats, reference: Floats, ends: tuple[float, float] | None) -> float:
    """The widest difference that a pair can have: of outcomes with bounds their range, of others what was seen."""
    if ends is not None:
        return ends[1] - ends[0]
    seen = np.concatenate([changed, reference])
    return max(float(np.ptp(seen)), float(np.abs(changed - reference).max()))


def effect(
    outcome: str, changed: Floats, reference: Floats, months: int, level: float = 0.95
) -> tuple[Estimate, float]:
    """The difference in an outcome with its interval, and the p value of 'there is none': `share` or `amount`.

    Args:
        outcome: a measure that every life has.
        changed, reference: of the same lives; shape (lives,).
        months: the horizon.
        level: the confidence.
    """
    if is_share(outcome):
        return share(changed, reference, level)
    most = widest(changed, reference, bounds(outcome, months))
    return amount(differences(changed, reference), most, level)


def amount(difference: Floats, most: float, level: float = 0.95) -> tuple[Estimate, float]:
    """The mean of paired differences with its t interval, and the p value of 'there is none' (paired t).

    Where all pairs differ alike the t interval has no width. Then `agreed_ends` stand in, for pairs that may differ by
    `most` either way; and the p value is that of the sign test, 2^(1 - n), or 1 where they do not differ.

    Args:
        difference: changed - reference; shape (lives,).
        most: the widest difference that a pair can have.
        level: the confidence.

    Returns:
        The estimate; its ends are None, and p is nan, for one pair.
    """
    from scipy.special import stdtr  # a third of a second to import

    n = difference.size
    found = paired_difference(difference, np.zeros(n), level=level)
    if n < 2:
        return found, math.nan
    centre = float(difference.mean())
    if np.ptp(difference) <= _ROUNDING * most:
        low, high = agreed_ends(centre, (-most, most), n, level)
        return replace(found, low=low, high=high), 1.0 if centre == 0.0 else 2.0 ** (1 - n)
    error = float(difference.std(ddof=1)) / math.sqrt(n)
    return found, float(2.0 * stdtr(n - 1.0, -abs(centre) / error))


def share(changed: ArrayLike, reference: ArrayLike, level: float = 0.95) -> tuple[Estimate, float]:
    """The difference of two shares seen in the same lives, with its interval, and the p value of 'there is none'.

    The interval is method 10 of Newcombe 1998 (doi:10.1002/(SICI)1097-0258(19981130)17:22<2635::AID-SIM954>3.0.CO;2-C):
    two score intervals, squared and added with the correlation of the pairs. It has a width also where no pair differs.
    The p value is that of McNemar's exact test: among pairs that differ either way is as likely (McNemar 1947,
    doi:10.1007/BF02295996).

    Args:
        changed, reference: 0 or 1, or bool; shape (lives,).
        level: the confidence.
    """
    from scipy.special import bdtr

    first, second = np.asarray(changed, dtype=bool), np.asarray(reference, dtype=bool)
    both, neither = int((first & second).sum()), int((~first & ~second).sum())
    gained, lost = int((first & ~second).sum()), int((~first & second).sum())
    low, high = newcombe(both, gained, lost, neither, level)
    p = min(1.0, 2.0 * float(bdtr(min(gained, lost), gained + lost, 0.5))) if gained + lost else 1.0
    return Estimate((gained - lost) / first.size, low, high, level, first.size, _KIND), p


def newcombe(both: int, first_only: int, second_only: int, neither: int, level: float = 0.95) -> tuple[float, float]:
    """The interval of the first share less the second (method 10 of Newcombe 1998), from a paired two-by-two table."""
    n = both + first_only + second_only + neither
    one, two = both + first_only, both + second_only
    shares = np.array([one, two]) / n
    low, high = wilson(shares, n, level)
    down, up = shares - low, high - shares
    margins = one * (n - one) * two * (n - two)
    product = both * neither - first_only * second_only
    corrected = max(product - n / 2.0, 0.0) if product > 0 else float(product)
    phi = corrected / math.sqrt(margins) if margins else 0.0
    difference = (first_only - second_only) / n
    below = math.sqrt(max(down[0] ** 2 - 2.0 * phi * down[0] * up[1] + up[1] ** 2, 0.0))
    above = math.sqrt(max(up[0] ** 2 - 2.0 * phi * up[0] * down[1] + down[1] ** 2, 0.0))
    return difference - below, difference + above


def holm(p: ArrayLike) -> Floats:
    """P values adjusted for their number, so that any false alarm among all of them has the stated probability.

    Holm 1979 (https://www.jstor.org/stable/4615733). Valid however the outcomes depend on each other. Missing p values
    stay missing and do not count. Shape as given.
    """
    given = np.asarray(p, dtype=float)
    adjusted = np.full(given.size, np.nan)
    order = [i for i in np.argsort(given, kind="stable") if not np.isnan(given[i])]
    for rank, i in enumerate(order):
        adjusted[i] = min(1.0, given[i] * (len(order) - rank))
    for before, i in pairwise(order):
        adjusted[i] = max(adjusted[i], adjusted[before])
    return adjusted
