"""Feedback: observe, wait for data, queue at the analyst's, decide at the next planning point, act or not.

An insight says where the market was when it was observed. The longer the way, the further the market has moved.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simkit.model.clock import MONTH
from simkit.model.desk import Task, Urgency
from simkit.model.recorder import CHANNELS, Mean
from simkit.model.work import ACTED, NOISE, WIN, Item
from simkit.randomness import normal_quantile

if TYPE_CHECKING:
    from simkit.model.simulation import World


@dataclass(frozen=True, slots=True)
class Insight:
    """What one test has shown: where the market was on the day it was observed, and whether an improvement was found."""

    observed: float
    position: float
    improvement: bool
    acted_on: bool


class Feedback:
    """Tests under way and insights that wait for a decision."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.age = Mean()
        self.observed = self.analysed = self.acted = 0
        self._waiting: dict[str, list[Insight]] = {channel: [] for channel in CHANNELS}

    def observe(self, item: Item) -> None:
        """A test runs: it sees the market as it is now, and its data come in a latency later."""
        p = self.world.p
        self.observed += 1
        noise = p.feedback.observation_noise * normal_quantile(item.luck[NOISE] or 1e-12)
        insight = Insight(
            observed=self.world.env.now,
            position=self.world.market.position[item.channel] + noise,
            improvement=item.luck[WIN] < p.capability.test_win_rate,
            acted_on=item.luck[ACTED] < p.feedback.acted_on,
        )
        self.world.later(p.feedback.latency_weeks * MONTH * 12.0 / 52.0, lambda: self._analyse(item.channel, insight))

    def _analyse(self, channel: str, insight: Insight) -> None:
        def done(_: object) -> None:
            self.analysed += 1
            self._waiting[channel].append(insight)

        days = self.world.p.feedback.analysis_days
        task = Task("analyst", days, "improving", done, self.world.env.now, handed_over=True)
        self.world.team.desk("analyst").put(task, Urgency.OWN)

    def decide(self, channel: str) -> None:
        """A planning point: act on what the analyst has found, as far as anybody does."""
        insights, self._waiting[channel] = self._waiting[channel], []
        tactic = self.world.automation.tactic
        for insight in insights:
            if not insight.acted_on:
                continue
            self.acted += 1
            self.age.add(self.world.env.now - insight.observed)
            tactic[channel] += (insight.position - tactic[channel]) * self.world.p.feedback.correction
            if insight.improvement:
                self.world.capability.learn(channel)
