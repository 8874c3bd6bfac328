"""Planning points: how much each channel sets out to do, what is handed out when, and what shifts to where it pays.

A plan is sized to the owners' nominal time and to the most that they have ever been able to do: targets follow
capability up, never down. What was planned on good days becomes too much on bad ones.
"""

from __future__ import annotations

from collections.abc import Generator
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Any

from simpy import Event

from simkit.model.clock import MONTH
from simkit.model.recorder import CHANNELS
from simkit.model.work import Item

if TYPE_CHECKING:
    from simkit.model.simulation import World


class Planning:
    """The plans of all channels.

    Attributes:
        ambition: the most that each channel's people have been able to do, in days' worth of work a day.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.ambition = dict.fromkeys(CHANNELS, 0.0)
        self._remainder: dict[tuple[str, str], float] = {}
        self._luck = {channel: world.luck.uniforms(f"planning/{channel}", 1) for channel in CHANNELS}
        self._later: list[tuple[float, int, Item]] = []
        world.env.process(self._points())

    def hand_out(self) -> None:
        """Give people the items that are planned to begin this month."""
        end = self.world.env.now + MONTH - 1e-9
        while self._later and self._later[0][0] < end:
            self._start(heappop(self._later)[2])

    def end(self) -> None:
        """The programme has ended: what was planned for later is dropped."""
        self.world.work.dropped += len(self._later)
        self._later.clear()

    def _points(self) -> Generator[Event, Any, None]:
        world = self.world
        while not world.executives.stopped:
            # What else happens at this instant, a month's close or a change, comes first.
            yield world.env.timeout(0)
            period = world.p.process.replanning_months
            self._plan(period)
            yield world.env.timeout(period * MONTH)

    def _plan(self, period: float) -> None:
        world, p = self.world, self.world.p.process
        active = [channel for channel in CHANNELS if world.active(channel) and world.team.owners(channel) > 0.0]
        # One integrated plan shares its overhead; isolated plans each carry all of it.
        days = p.planning_days * (1.0 - p.planning_shared * (1.0 - world.team.silos))
        lent = self._lent(active)
        # Every channel has luck for every plan, whether it is planned for or not.
        luck = {channel: 2.0 * next(rows)[0] - 1.0 for channel, rows in self._luck.items()}
        for channel in active:
            world.feedback.decide(channel)
            world.work.plan(world.work.item(channel, "planning", world.env.now, days), channel)
            self._plan_channel(channel, period, lent, luck[channel])
        if active and world.team.desks["strategist"].people:
            days *= len(active) * p.planning_strategist
            world.work.plan(world.work.item("strategy", "planning", world.env.now, days), "strategist")

    def _plan_channel(self, channel: str, period: float, lent: dict[str, dict[str, float]], luck: float) -> None:
        world, p = self.world, self.world.p
        heads = world.team.owners(channel)
        self.ambition[channel] = max(self.ambition[channel], world.team.ability(channel))
        # Nobody plans for urgent requests: the more there are, the more of a plan comes late.
        load = (
            heads
            * period
            * (1.0 - p.process.improvement_time)
            * p.work.planned_load
            * (1.0 + world.executives.push)
            * self.ambition[channel]
        )
        # Unclear goals make plans too big here and too small there; machines make room for more.
        load *= 1.0 + p.process.uneven_plans * (1.0 - world.team.clarity) * luck
        load /= world.automation.effort()
        hype = world.market.pull(world.team.clarity, world.executives.chase)
        away = lent.get(channel, {})
        for target, share in {channel: 1.0 - sum(away.values()), **away}.items():
            rate = getattr(p.channels, target).items_per_head_month
            volume = load * share * rate * (p.team.cover_skill if target != channel else 1.0)
            self._schedule(target, "always_on", volume, period, MONTH / rate, channel, hype)
        improving = p.process.improvement_time * (1.0 - world.executives.pressure) * heads * MONTH * period
        days = p.capability.improvement_days
        self._schedule(channel, "improvement", improving / days, period, days, channel)

    def _schedule(
        self, channel: str, kind: str, amount: float, period: float, effort: float, maker: str, hype: float = 0.0
    ) -> None:
        """Spread a number of items evenly over the period; fractions are carried to the next plan."""
        count = self._whole((channel, kind), amount)
        if count == 0:
            return
        work, now, improvement = self.world.work, self.world.env.now, kind == "improvement"
        apart, end = period * MONTH / count, now + MONTH - 1e-9
        for i in range(count):
            begin = now + i / count * period * MONTH
            due = begin + MONTH / 2.0 + apart
            item = work.item(channel, kind if improvement else self._kind(channel, hype), due, effort)
            item.maker = maker
            item.test = improvement and self._test_due(channel, period / count)
            if begin < end:
                self._start(item)
            else:
                heappush(self._later, (begin, work.started, item))

    def _whole(self, purpose: tuple[str, str], amount: float) -> int:
        """A whole number; what is over is carried to the next time."""
        amount += self._remainder.get(purpose, 0.5)
        self._remainder[purpose] = amount % 1.0
        return int(amount)

    def _kind(self, channel: str, hype: float) -> str:
        """Kind of the next item, so that kinds have their shares in the long run."""
        if hype and self._whole((channel, "hype"), hype):
            return "hype"
        campaign = self._whole((channel, "campaign"), 1.0 - self.world.p.process.always_on)
        return "campaign" if campaign else "always_on"

    def _start(self, item: Item) -> None:
        if item.kind == "improvement":
            self.world.work.improve(item)
        else:
            self.world.work.create(item)

    def _test_due(self, channel: str, months: float) -> bool:
        """Whether the next improvement is a test: as many as are wanted, spread over what there is time for."""
        due = self._remainder.get((channel, "test"), 0.5) + self.world.p.feedback.tests_per_channel_month * months
        self._remainder[channel, "test"] = min(1.0, due - (due >= 1.0 - 1e-9))
        return due >= 1.0 - 1e-9

    def _lent(self, active: list[str]) -> dict[str, dict[str, float]]:
        """Shares of each channel's time that go to channels where the measured return of more work is higher.

        Dorfman & Steiner 1954 (doi:10.2307/1807704): effort is best spread when its marginal returns are equal. People
        are less skilled at another channel's work, so time moves only where that costs less than it brings, and the
        more the higher the return.
        """
        world = self.world
        returns = {channel: world.channels[channel].measured_return for channel in active}
        lent: dict[str, dict[str, float]] = {}
        for channel, own in returns.items():
            gains = {other: value * world.p.team.cover_skill - own for other, value in returns.items()}
            better = {other: gain for other, gain in gains.items() if gain > 0.0 and other != channel}
            if better:
                most, total = max(better.values()), sum(better.values())
                moved = world.p.process.reallocation * most / (most + own)
                lent[channel] = {other: moved * gain / total for other, gain in better.items()}
        return lent
