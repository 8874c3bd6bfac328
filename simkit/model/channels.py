"""Channels: published work becomes a fast activation and a slow asset, and these become leads.

Response = saturation x fit x capability x halo, less fatigue. Activation decays geometrically (adstock, Broadbent 1979); an
asset is worth ``exp(-age/decay) - exp(-age (1/decay + 1/maturing))`` of its final worth, so it ripens and then fades.
Saturation is the Hill curve with shape 1 (Robyn 3.11).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from simkit.model.clock import MONTH, TICK_MONTHS
from simkit.parameters import Channel as Settings

if TYPE_CHECKING:
    from simkit.model.simulation import World


class Channel:
    """One channel's stock of work, its audience's patience and what it brings."""

    def __init__(self, world: World, name: str) -> None:
        self.world = world
        self.name = name
        self.activation = 0.0
        self.asset = 0.0
        self.unripe = 0.0
        self.fatigue = 0.0
        self.published = 0
        self.measured_return = 0.0
        self.response_per_stock: list[float] = []

    @property
    def settings(self) -> Settings:
        """This channel's parameters now."""
        return getattr(self.world.p.channels, self.name)  # type: ignore[no-any-return]

    @property
    def stock(self) -> float:
        """Activation and ripe asset, in items of worth 1."""
        return self.activation + self.asset - self.unripe

    @property
    def saturated(self) -> float:
        """Share of the response that is used up, 0 to 1."""
        return self.stock / (self.stock + self.settings.saturation)

    def publish(self, worth: float) -> None:
        """An item appears; the audience notices it whatever it is worth."""
        share = self.settings.activation_share
        self.published += 1
        self.activation += worth * share
        self.asset += worth * (1.0 - share)
        self.unripe += worth * (1.0 - share)

    def tick(self) -> None:
        """Let stock decay and ripen, and the audience tire or recover, over one tick."""
        s, work = self.settings, self.world.p.work
        over = max(0.0, self.published / TICK_MONTHS / s.appetite - 1.0)
        self.published = 0
        self.fatigue += (work.fatigue * over - self.fatigue) * -math.expm1(-TICK_MONTHS / work.fatigue_months)
        lost = min(1.0, work.unsubscribes * over * TICK_MONTHS)
        self.activation *= 0.5 ** (TICK_MONTHS / s.activation_half_life)
        kept = 0.5 ** (TICK_MONTHS / s.asset_half_life) * (1.0 - lost)
        self.asset *= kept
        self.unripe *= kept * math.exp(-TICK_MONTHS / s.maturing_months)

    def leads(self, bought: float, halo: float) -> float:
        """Expected leads a month, ``bought`` among them by media.

        Args:
            bought: leads a month that media buy before fit and capability.
            halo: lift by the other channels, 1 for none.
        """
        s = self.settings
        lift = self.world.automation.fit(self.name) * self.world.capability.of(self.name) * halo * math.exp(-self.fatigue)
        per_stock = s.lead_rate * (1.0 - self.saturated) * lift
        self.response_per_stock.append(per_stock)
        self._measure(per_stock * self.stock)
        return per_stock * self.stock + bought * lift

    def _measure(self, leads: float) -> None:
        # What is measured is what was there a latency ago: an exponential mean, each head's worth.
        heads = self.world.team.owners(self.name)
        now = leads / heads if heads else 0.0
        months = self.world.p.feedback.latency_weeks * 5.0 / MONTH
        self.measured_return += (now - self.measured_return) * -math.expm1(-TICK_MONTHS / months)


def halos(world: World, channels: dict[str, Channel]) -> dict[str, float]:
    """Lift that each channel gets from the others: the mean of their saturation, as far as the plan is one."""
    strength = world.p.process.halo * (1.0 - world.p.process.silos)
    shares = {name: channel.saturated if world.active(name) else 0.0 for name, channel in channels.items()}
    total = sum(shares.values())
    others = max(1, len(channels) - 1)
    return {name: 1.0 + strength * (total - share) / others for name, share in shares.items()}
