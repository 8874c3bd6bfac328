"""Bought media: leads at once, with diminishing returns at rising prices, and slowly a brand.

The brand carries baseline demand long after the money is spent.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from simkit.model.clock import TICK_MONTHS

if TYPE_CHECKING:
    from simkit.model.simulation import World


class Media:
    """The media budget at work.

    Leads bought a month are ``rate * B / (1 + B / h)`` for real spending B: the concave Hill curve with shape 1. The
    brand is fed through a first-order delay and decays geometrically, so a month of media brings ``brand_gain`` times
    the leads it buys at once, spread over the following years.

    Attributes:
        brand: leads a month that come of their own accord.
        leads: leads a month that are bought in each channel this month, before fit and capability.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.brand = 0.0
        self.leads: list[float] = []
        self._sinking = 0.0
        self.read_settings()

    def read_settings(self) -> None:
        """Take over the parameters in force; what a tick needs of them is worked out once."""
        p = self.world.p.media
        lifetime = p.brand_half_life / math.log(2.0)
        self._settling = -math.expm1(-TICK_MONTHS / p.brand_delay_months)
        self._kept = math.exp(-TICK_MONTHS / lifetime)
        self._gain = p.brand_gain
        self._fading = -math.expm1(-TICK_MONTHS / lifetime)

    def begin_month(self, month: int) -> None:
        """Buy for a month."""
        self.leads = self.bought(month)

    def spending(self) -> float:
        """Money spent a month."""
        executives = self.world.executives
        return 0.0 if executives.stopped else self.world.p.budget.media_per_month * (1.0 - executives.cut)

    def bought(self, month: int) -> list[float]:
        """Leads a month that media buy in each channel before fit and capability."""
        p = self.world.p
        prices = (1.0 + p.market.cost_inflation_per_year) ** ((month - 1) / 12.0)
        real = self.spending() / prices
        total = p.media.leads_per_thousand * real / 1000.0 / (1.0 + real / p.media.half_saturation)
        channels = self.world.channels.values()
        weights = [channel.settings.media_share if channel.active else 0.0 for channel in channels]
        whole = sum(weights)
        return [total * weight / whole if whole else 0.0 for weight in weights]

    def tick(self) -> None:
        """Feed the brand with what is bought, and let it fade."""
        self._sinking += sum(self.leads) * TICK_MONTHS
        settled = self._sinking * self._settling
        self._sinking -= settled
        self.brand *= self._kept
        # What settles in a tick brings its leads from the next tick on; summed over all ticks, the whole gain.
        self.brand += settled * self._gain * self._fading / TICK_MONTHS
