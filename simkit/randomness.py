"""Luck: streams addressed by (seed, replication, purpose), and counts drawn so that scenarios stay comparable.

Nothing is drawn in the order of events. The luck of an item, a seat or a market tick is found by its own number, so
the tenth item of a channel is equally lucky in every scenario (common random numbers). What we do not know about
parameters is drawn elsewhere, by (seed, draw, path), so that luck and not-knowing can be told apart.
"""

from __future__ import annotations

import itertools
import math
import zlib
from collections.abc import Callable, Iterator
from statistics import NormalDist
from typing import Any

import numpy as np

_BLOCK = 8
"""Rows drawn at a time. A call of NumPy costs as much as hundreds of numbers, but of most streams a life needs few."""
normal_quantile = NormalDist().inv_cdf
"""Standard normal quantile of a number in (0, 1)."""


class Luck:
    """All streams of one life."""

    def __init__(self, seed: int, replication: int) -> None:
        self._seed = seed
        self._replication = replication

    def generator(self, purpose: str) -> np.random.Generator:
        """A generator of its own for a purpose."""
        key = (self._replication, zlib.crc32(purpose.encode()))
        return np.random.Generator(np.random.PCG64(np.random.SeedSequence(self._seed, spawn_key=key)))

    def uniforms(self, purpose: str, width: int) -> Iterator[list[float]]:
        """Rows of independent numbers in [0, 1), without end."""
        return _rows(self.generator(purpose).random, width)

    def normals(self, purpose: str, width: int) -> Iterator[list[float]]:
        """Rows of independent standard normal numbers, without end."""
        return _rows(self.generator(purpose).standard_normal, width)


def _rows(draw: Callable[[tuple[int, int]], Any], width: int) -> Iterator[list[float]]:
    return itertools.chain.from_iterable(draw((_BLOCK, width)).tolist() for _ in itertools.repeat(None))


def poisson(mean: float, u: float) -> int:
    """Poisson count at quantile ``u``: the same luck gives more when more is expected.

    Exact by summation up to a mean of 30, above it by the Cornish-Fisher expansion to second order (Cornish & Fisher
    1938, doi:10.2307/1400905), whose error there is below half a count.
    """
    if mean <= 0.0:
        return 0
    if mean > 30.0:
        z = normal_quantile(min(max(u, 1e-12), 1 - 1e-12))
        return max(0, round(mean + math.sqrt(mean) * z + (z * z - 1) / 6))
    term = total = math.exp(-mean)
    count = 0
    while u > total and term > 0.0:
        count += 1
        term *= mean / count
        total += term
    return count


def binomial(trials: int, share: float, u: float) -> int:
    """Binomial count at quantile ``u``; exact by summation up to a mean of 30, Cornish-Fisher above."""
    if trials <= 0 or share <= 0.0:
        return 0
    if share > 0.5:
        return trials - binomial(trials, 1.0 - share, 1.0 - u)
    mean = trials * share
    if mean > 30.0:
        z = normal_quantile(min(max(u, 1e-12), 1 - 1e-12))
        spread = math.sqrt(mean * (1 - share))
        return min(trials, max(0, round(mean + spread * z + (1 - 2 * share) * (z * z - 1) / 6)))
    odds = share / (1 - share)
    term = total = math.exp(trials * math.log1p(-share))
    for count in range(trials):
        if u <= total:
            return count
        term *= odds * (trials - count) / (count + 1)
        total += term
    return trials
