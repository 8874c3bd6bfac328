"""The market: what customers respond to drifts, sometimes jumps, and hype tempts. It is the same in every scenario."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from simkit.model.clock import MONTH, TICK_MONTHS
from simkit.model.recorder import CHANNELS
from simkit.randomness import normal_quantile

if TYPE_CHECKING:
    from simkit.model.simulation import World


class Market:
    """Where each channel's customers are, on a scale of market widths; people aim at it with their tactics."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.position = dict.fromkeys(CHANNELS, 0.0)
        self.hype_until = 0.0
        self.hypes = 0
        self._steps = world.luck.normals("market/drift", len(CHANNELS))
        self._jumps = world.luck.uniforms("market/jumps", 2 * len(CHANNELS))
        self._hypes = world.luck.uniforms("market/hype", 1)
        self.read_settings()

    def read_settings(self) -> None:
        """Take over the parameters in force; what a tick needs of them is worked out once."""
        p = self.world.p.market
        self._step = p.drift * math.sqrt(TICK_MONTHS)
        self._jump_chance = -math.expm1(-p.jumps_per_year / 12.0 * TICK_MONTHS)
        self._jump_size = p.jump_size
        self._hype_chance = -math.expm1(-p.hype_per_year / 12.0 * TICK_MONTHS)
        self._hype_days = p.hype_months * MONTH

    def tick(self) -> None:
        """Move the market by one tick."""
        position, luck = self.position, next(self._jumps)
        for channel, drifted, jumps, size in zip(CHANNELS, next(self._steps), luck[::2], luck[1::2], strict=True):
            position[channel] += self._step * drifted
            if jumps < self._jump_chance:
                position[channel] += self._jump_size * normal_quantile(size or 1e-12)
        if next(self._hypes)[0] < self._hype_chance:
            self.hypes += 1
            self.hype_until = self.world.env.now + self._hype_days

    def pull(self, clarity: float, chase: float) -> float:
        """Share of a plan that goes to what is hyped: as executives chase it, or as unclear strategy lets it slip."""
        tempted = self.world.p.market.hype_pull * (1.0 - clarity) if self.world.env.now < self.hype_until else 0.0
        return max(chase, tempted)

    def season(self, month: int) -> float:
        """Factor on demand in a month of the calendar; its mean over a year is 1."""
        p = self.world.p
        calendar = p.start_month + month - 1
        return 1.0 + p.market.seasonality * math.cos(2.0 * math.pi * (calendar - p.market.seasonal_peak_month) / 12.0)
