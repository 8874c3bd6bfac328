"""Planning points: how much each channel sets out to do, what is released when, and what shifts to where it pays.

A plan is sized to the owners' nominal time and to what the team has once been able to do: targets follow
capability up, never down (Repenning & Sterman 2001; the ratchet is Cyert & March's aspiration).
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Any

from simpy import Event

from simkit.model.clock import MONTH
from simkit.model.recorder import CHANNELS

if TYPE_CHECKING:
    from simkit.model.simulation import World


class Planning:
    """The plans of all channels."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.ambition = dict.fromkeys(CHANNELS, 0.0)
        self._remainder: dict[tuple[str, str], float] = {}
        self._planned: list[tuple[float, int, Callable[[], None]]] = []
        self._count = 0
        world.env.process(self._points())

    def _points(self) -> Generator[Event, Any, None]:
        world = self.world
        while not world.executives.stopped:
            # What else happens at this instant (a month's close, a change) comes first.
            yield world.env.timeout(0)
            period = world.p.process.replanning_months
            self._plan(period)
            self.release()
            yield world.env.timeout(period * MONTH)

    def release(self) -> None:
        """Hand out what is planned to begin by the end of this month."""
        horizon = self.world.env.now + MONTH - 1e-9
        while self._planned and self._planned[0][0] < horizon:
            heappop(self._planned)[2]()

    def clear(self) -> None:
        """Forget what has not been handed out: the programme has ended."""
        self.world.work.dropped += len(self._planned)
        self._planned.clear()

    def _plan(self, period: float) -> None:
        world, p = self.world, self.world.p.process
        active = [channel for channel in CHANNELS if world.active(channel) and world.team.owners(channel) > 0.0]
        # One integrated plan shares its overhead; isolated plans each carry all of it.
        days = world.p.process.planning_days * (1.0 - p.planning_shared * (1.0 - p.silos))
        shift = self._shift(active)
        for channel in active:
            world.feedback.decide(channel)
            world.work.plan(world.work.item(channel, "planning", world.env.now, days), channel)
            self._plan_channel(channel, period, shift[channel])
        if active and world.team.desks["strategist"].people:
            world.work.plan(world.work.item("strategy", "planning", world.env.now, days * len(active) / 2), "strategist")

    def _plan_channel(self, channel: str, period: float, shift: float) -> None:
        world, p = self.world, self.world.p
        settings = getattr(p.channels, channel)
        heads = world.team.owners(channel)
        free = max(0.0, 1.0 - p.process.interruptions - settings.interruptions - p.process.improvement_time)
        able = world.capability.speed() * min(1.0, world.team.proficiency(channel))
        self.ambition[channel] = max(self.ambition[channel], able)
        volume = settings.items_per_head_month * heads * period * free * p.work.planned_load
        volume *= self.ambition[channel] * (1.0 + world.executives.push) * shift
        hype = world.market.pull(world.clarity, world.executives.chase)
        effort = MONTH / settings.items_per_head_month
        for kind, share in (
            ("always_on", (1.0 - hype) * p.process.always_on),
            ("campaign", (1.0 - hype) * (1.0 - p.process.always_on)),
            ("hype", hype),
        ):
            self._schedule(channel, kind, volume * share, period, effort)
        improving = p.process.improvement_time * (1.0 - world.executives.pressure) * heads * MONTH * period
        self._schedule(channel, "improvement", improving / p.capability.improvement_days, period, p.capability.improvement_days)

    def _schedule(self, channel: str, kind: str, amount: float, period: float, effort: float) -> None:
        """Spread a number of items evenly over the period; fractions are carried to the next plan."""
        world = self.world
        amount += self._remainder.get((channel, kind), 0.0)
        count = int(amount)
        self._remainder[channel, kind] = amount - count
        tests = int(world.p.feedback.tests_per_channel_month * period + 1e-9) if kind == "improvement" else 0
        for i in range(count):
            begin = world.env.now + i / count * period * MONTH
            item = world.work.item(channel, kind, begin + MONTH / 2.0 + period * MONTH / count, effort)
            if kind == "improvement":
                then = world.feedback.observe if i < tests else _nothing
                start = _call(world.work.improve, item, then)
            else:
                start = _call(world.work.create, item)
            self._count += 1
            heappush(self._planned, (begin, self._count, start))

    def _shift(self, active: list[str]) -> dict[str, float]:
        """Effort for each channel against its nominal one: it follows measured return as far as reallocation lets it."""
        returns = {channel: self.world.channels[channel].measured_return for channel in active}
        mean = sum(returns.values()) / len(returns) if returns else 0.0
        if mean <= 0.0:
            return dict.fromkeys(active, 1.0)
        step = self.world.p.process.reallocation
        return {c: 1.0 + step * max(-0.5, min(0.5, value / mean - 1.0)) for c, value in returns.items()}


def _call(function: Callable[..., None], *arguments: Any) -> Callable[[], None]:
    return lambda: function(*arguments)


def _nothing(item: Any) -> None:
    """An improvement that is no test ends with itself."""
