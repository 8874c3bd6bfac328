"""Urgent requests from above: a Poisson stream for each role that takes its share of working time."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from simkit.model.clock import MONTH
from simkit.model.recorder import CHANNELS, ROLES

if TYPE_CHECKING:
    from simkit.model.simulation import World


class Interruptions:
    """Requests arrive whenever they like and are taken up before anything else."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._luck = {role: world.luck.uniforms(f"interruptions/{role}", 2) for role in ROLES}
        self._passed = dict.fromkeys(ROLES, 0.0)
        self._next = {role: -math.log1p(-self._luck[role][0][0]) for role in ROLES}
        self._count = dict.fromkeys(ROLES, 0)

    def begin_month(self) -> None:
        """Schedule this month's requests: a unit-rate Poisson process run at the month's rate."""
        p = self.world.p
        for role in ROLES:
            share = p.process.interruptions + (getattr(p.channels, role).interruptions if role in CHANNELS else 0.0)
            requests = min(0.95, share) * len(self.world.team.desks[role].people) * MONTH / p.process.interruption_days
            while self._next[role] < self._passed[role] + requests:
                day = (self._next[role] - self._passed[role]) / requests * MONTH
                self._request(role, day)
            self._passed[role] += requests

    def _request(self, role: str, day: float) -> None:
        number = self._count[role]
        self._count[role] = number + 1
        self._next[role] -= math.log1p(-self._luck[role][number + 1][0])
        effort = -math.log1p(-self._luck[role][number][1]) * self.world.p.process.interruption_days
        begin = self.world.env.now + day
        self.world.work.interrupt(self.world.work.item(role, "interruption", begin, effort), begin)
