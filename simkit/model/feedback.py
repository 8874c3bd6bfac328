"""Feedback: observe, wait for data, queue at the analyst's, decide at the next planning point, act or not.

An insight says where the market was when it was observed. The longer the way, the further the market has moved.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from simkit.model.clock import WEEK
from simkit.model.desk import Task, Urgency
from simkit.model.recorder import CHANNELS, Mean
from simkit.model.work import ACTED, NOISE, WIN, Item
from simkit.randomness import normal_quantile

if TYPE_CHECKING:
    from simkit.model.people import Person
    from simkit.model.simulation import World


class Insight(NamedTuple):
    """What one test has shown: where the market was on the day of observing, and whether it found an improvement."""

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
        p, now = self.world.p.feedback, self.world.env.now
        self.observed += 1
        noise = p.observation_noise * normal_quantile(item.luck[NOISE] or 1e-12)
        insight = Insight(
            observed=now,
            position=self.world.market.position[item.channel] + noise,
            improvement=item.luck[WIN] < self.world.p.capability.test_win_rate,
            acted_on=item.luck[ACTED] < p.acted_on,
        )
        ready = now + p.latency_weeks * WEEK
        result = (item.channel, insight)
        task = Task("analyst", p.analysis_days, "producing", result, self._found, ready, handed_over=True)
        self.world.team.cover["analyst"].put(task, Urgency.OWN, ready)

    def _found(self, result: tuple[str, Insight], person: Person) -> None:
        channel, insight = result
        self.analysed += 1
        self._waiting[channel].append(insight)

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
