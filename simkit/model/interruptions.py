"""Urgent requests from above: a Poisson stream for each role that takes its share of working time."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from simkit.model.clock import MONTH
from simkit.model.recorder import CHANNELS, ROLES

if TYPE_CHECKING:
    from simkit.model.simulation import World


class Interruptions:
    """Requests arrive whenever they like and are taken up before anything else."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._streams = {role: Requests(world.luck.uniforms(f"interruptions/{role}", 2)) for role in ROLES}

    def begin_month(self) -> None:
        """Schedule this month's requests."""
        p, now, work = self.world.p, self.world.env.now, self.world.work
        mean_days = p.process.interruption_days
        for role, stream in self._streams.items():
            share = p.process.interruptions + (getattr(p.channels, role).interruptions if role in CHANNELS else 0.0)
            expected = min(0.95, share) * len(self.world.team.desks[role].people) * MONTH / mean_days
            for passed, size in stream.run(expected):
                begin = now + passed * MONTH
                work.interrupt(work.item(role, "interruption", begin, size * mean_days), begin)


class Requests:
    """A Poisson process of rate 1; each request has a size drawn from the exponential distribution with mean 1."""

    def __init__(self, luck: Iterator[list[float]]) -> None:
        self._luck = luck
        self._passed = 0.0
        self._next = 0.0
        self._draw()

    def run(self, expected: float) -> Iterator[tuple[float, float]]:
        """The next requests, ``expected`` in the mean: how much of the time has passed, as a share, and their sizes."""
        while self._next < self._passed + expected:
            yield (self._next - self._passed) / expected, self._size
            self._draw()
        self._passed += expected

    def _draw(self) -> None:
        gap, size = next(self._luck)
        self._next -= math.log1p(-gap)
        self._size = -math.log1p(-size)
