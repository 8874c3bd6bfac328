"""Channels: published work becomes a fast activation and a slow asset, and these become leads.

Response = saturation x fit x capability x halo, less fatigue. Activation decays geometrically (adstock, Broadbent
1979); an asset is worth ``exp(-age/decay) - exp(-age (1/decay + 1/maturing))`` of its final worth, so it ripens and
then fades.
Saturation is the Hill curve with shape 1 (Robyn 3.11).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from simkit.model.clock import TICK_MONTHS
from simkit.parameters import Channel as Settings

if TYPE_CHECKING:
    from simkit.model.simulation import World


class Channel:
    """One channel's stock of work, its audience's patience and what it brings.

    Attributes:
        active: whether the team works it.
        activation, asset, unripe: in items of worth 1; what an asset is worth now is ``asset - unripe``.
        fatigue: logarithm of the response lost to a tired audience.
        published: items since the last tick.
        measured_return: leads that one more month of an owner's work would bring within a year, as feedback shows it.
        response_per_stock: leads a month for each unit of stock, tick by tick.
    """

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
        self.read_settings()

    def read_settings(self) -> None:
        """Take over the parameters in force; what a tick needs of them is worked out once."""
        p = self.world.p
        self.settings: Settings = getattr(p.channels, self.name)
        self.active: bool = self.settings.active
        self._saturation: float = self.settings.saturation
        self._appetite: float = self.settings.appetite
        self._lead_rate: float = self.settings.lead_rate
        self._activation_kept = 0.5 ** (TICK_MONTHS / self.settings.activation_half_life)
        self._asset_kept = 0.5 ** (TICK_MONTHS / self.settings.asset_half_life)
        self._unripe_kept = math.exp(-TICK_MONTHS / self.settings.maturing_months)
        self._stock_per_head_month = self.settings.items_per_head_month * stock_in_a_year(self.settings)
        self._tiring = -math.expm1(-TICK_MONTHS / p.work.fatigue_months)
        self._fatigue = p.work.fatigue
        self._unsubscribes = p.work.unsubscribes
        self._measuring = -math.expm1(-TICK_MONTHS / (p.feedback.latency_weeks * 12.0 / 52.0))

    @property
    def stock(self) -> float:
        """Activation and ripe asset, in items of worth 1."""
        return self.activation + self.asset - self.unripe

    @property
    def saturated(self) -> float:
        """Share of the response that is used up, 0 to 1."""
        stock = self.stock
        return stock / (stock + self._saturation)

    def publish(self, worth: float) -> None:
        """An item appears; the audience notices it whatever it is worth."""
        share = self.settings.activation_share
        self.published += 1
        self.activation += worth * share
        self.asset += worth * (1.0 - share)
        self.unripe += worth * (1.0 - share)

    def tick(self) -> None:
        """Let stock decay and ripen, and the audience tire or recover, over one tick."""
        over = max(0.0, self.published / TICK_MONTHS / self._appetite - 1.0)
        self.published = 0
        self.fatigue += (self._fatigue * over - self.fatigue) * self._tiring
        kept = self._asset_kept
        if over:
            kept *= 1.0 - min(1.0, self._unsubscribes * over * TICK_MONTHS)
        self.activation *= self._activation_kept
        self.asset *= kept
        self.unripe *= kept * self._unripe_kept

    def leads(self, bought: float, halo: float) -> float:
        """Expected leads a month, ``bought`` among them by media.

        Args:
            bought: leads a month that media buy before fit and capability.
            halo: lift by the other channels, 1 for none.
        """
        world, stock, saturation = self.world, self.stock, self._saturation
        lift = world.automation.fit[self.name] * world.capability.of(self.name) * halo * math.exp(-self.fatigue)
        per_stock = self._lead_rate * saturation / (saturation + stock) * lift
        self.response_per_stock.append(per_stock)
        # The slope of the Hill curve; what is measured lags by the latency of feedback.
        marginal = per_stock * saturation / (saturation + stock) * self._stock_per_head_month
        self.measured_return += (marginal - self.measured_return) * self._measuring
        return per_stock * stock + bought * lift


def stock_in_a_year(settings: Settings) -> float:
    """Stock that an item of worth 1 amounts to in its first year: activation and ripe asset, integrated over months."""
    activation = _integral(settings.activation_half_life / math.log(2.0))
    fading = settings.asset_half_life / math.log(2.0)
    asset = _integral(fading) - _integral(1.0 / (1.0 / fading + 1.0 / settings.maturing_months))
    return settings.activation_share * activation + (1.0 - settings.activation_share) * asset


def _integral(time_constant: float, months: float = 12.0) -> float:
    return time_constant * -math.expm1(-months / time_constant)


def halos(world: World, channels: dict[str, Channel]) -> list[float]:
    """Lift that each channel gets from the others: the mean of their saturation, as far as the plan is one."""
    strength = world.p.process.halo * (1.0 - world.team.silos) / max(1, len(channels) - 1)
    shares = [channel.saturated if channel.active else 0.0 for channel in channels.values()]
    total = sum(shares)
    return [1.0 + strength * (total - share) for share in shares]
