"""Machines create faster, and go on doing what people last told them while the market moves on.

People hold a tactic for each channel; a machine works with the tactic as of its last revision. Revision becomes rarer
the more is left to machines, unless people spend time on review. Fit is the Gaussian response of the market's distance.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from simkit.model.clock import TICK_MONTHS
from simkit.model.recorder import CHANNELS

if TYPE_CHECKING:
    from simkit.model.simulation import World


class Automation:
    """The tactics of people and machines in each channel.

    Attributes:
        tactic: what people aim at, on the market's scale.
        revised: what machines aim at.
        fit: how well a channel's work fitted the market at the last tick, 0 to 1.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.tactic = dict.fromkeys(CHANNELS, 0.0)
        self.revised = dict.fromkeys(CHANNELS, 0.0)
        self.fit = dict.fromkeys(CHANNELS, 1.0)
        self.read_settings()

    def read_settings(self) -> None:
        """Take over the parameters in force; what a tick needs of them is worked out once."""
        p = self.world.p.automation
        rate = p.revisions_without_review * (1.0 - p.reliance) ** 2 + p.revisions_with_review * p.human_review
        self._revised_share = -math.expm1(-rate * TICK_MONTHS)
        self._reliance = p.reliance
        self._scale = -0.5 / self.world.p.market.width**2

    def effort(self) -> float:
        """Effort of creating an item against doing it by hand: time saved by machines, and spent on their review.

        Clear strategy multiplies what machines save: part of it needs somebody who says what for.
        """
        p = self.world.p.automation
        saved = p.time_saved * (p.saved_without_clarity + (1.0 - p.saved_without_clarity) * self.world.team.clarity)
        return 1.0 - p.reliance * (saved - p.review_effort * p.human_review)

    def quality(self) -> float:
        """Factor on the worth of work: what machines add where the strategy says what for."""
        p = self.world.p.automation
        return 1.0 + p.quality_gain * p.reliance * self.world.team.clarity

    def tick(self) -> None:
        """Machines' tactics follow people's at the rate of revision; the market answers to both."""
        reliance, scale = self._reliance, self._scale
        for channel, market in self.world.market.position.items():
            tactic, revised = self.tactic[channel], self.revised[channel]
            self.revised[channel] = revised = revised + (tactic - revised) * self._revised_share
            people = math.exp(scale * (market - tactic) ** 2)
            machines = math.exp(scale * (market - revised) ** 2)
            self.fit[channel] = (1.0 - reliance) * people + reliance * machines
