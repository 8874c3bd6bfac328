"""The capability trap: improving builds what producing lives on, and pressure eats the time for it.

Structure after Repenning & Sterman 2001, "Nobody ever gets credit for fixing problems that never happened"
(doi:10.2307/41166101): practice follows the share of time that really was spent improving, with a delay; each
improvement that a test found and somebody acted on adds about one per cent on top.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from simkit.model.recorder import CHANNELS

if TYPE_CHECKING:
    from simkit.model.simulation import World


class Capability:
    """What the team is able to do: 1 when the programme begins."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.practice = 1.0
        self._gains = dict.fromkeys(CHANNELS, 0.0)

    def of(self, channel: str) -> float:
        """Capability in a channel: practice and what was learned there."""
        return self.practice * (1.0 + self._gains[channel])

    def mean(self) -> float:
        """Mean over the active channels."""
        active = [channel for channel in CHANNELS if self.world.active(channel)] or list(CHANNELS)
        return sum(self.of(channel) for channel in active) / len(active)

    def speed(self) -> float:
        """Factor on the speed of work."""
        return float(self.practice**self.world.p.capability.speed_exponent)

    def learn(self, channel: str) -> None:
        """Add one improvement; the other channels learn it too as far as silos let them."""
        p = self.world.p
        spill = p.capability.spill_over * (1.0 - self.world.team.silos)
        for other in CHANNELS:
            gain = p.capability.test_gain * (1.0 if other == channel else spill)
            self._gains[other] = (1.0 + self._gains[other]) * (1.0 + gain) - 1.0

    def lose_knowledge(self, share: float) -> None:
        """Somebody who is a share of the team leaves, and takes along what was not written down."""
        for channel in CHANNELS:
            self._gains[channel] *= 1.0 - self.world.p.capability.unwritten * share

    def close_month(self, improving: float) -> None:
        """Practice follows the share of their time that owners spent improving; what was learned is forgotten."""
        p = self.world.p.capability
        target = p.floor + (1.0 - p.floor) * (improving / p.enough_improvement) ** p.exponent
        self.practice += (target - self.practice) * -math.expm1(-1.0 / p.time_constant_months)
        for channel in CHANNELS:
            self._gains[channel] *= 0.5 ** (1.0 / p.forgetting_half_life)
