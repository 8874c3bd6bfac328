"""The world: wires the mechanisms together, keeps the calendar, and lives one life."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

import numpy as np
from simpy import Environment, Event

from simkit.model.automation import Automation
from simkit.model.capability import Capability
from simkit.model.channels import Channel, halos
from simkit.model.clock import MONTH, TICK, TICKS
from simkit.model.customers import Customers
from simkit.model.executives import Executives, line
from simkit.model.feedback import Feedback
from simkit.model.interruptions import Interruptions
from simkit.model.ledger import Ledger
from simkit.model.market import Market
from simkit.model.media import Media
from simkit.model.planning import Planning
from simkit.model.recorder import CHANNELS, Life
from simkit.model.team import Team
from simkit.model.work import Work
from simkit.parameters import Parameters
from simkit.parameters.values import with_values
from simkit.randomness import Luck
from simkit.scenarios import Resolved, Scenario


class World:
    """One company and its market, from the first month to the horizon.

    Attributes:
        p: the parameters in force now.
        luck: the life's random streams.
        month: the month that is running, from 1.
    """

    def __init__(self, resolved: Resolved, luck: Luck, record_items: bool = False) -> None:
        self.env = Environment()
        self.luck = luck
        self.p = resolved.epochs[0][1]
        self.month = 1
        self._resolved = resolved
        self._silos_kept = 1.0
        self.customers = Customers(self)
        self.executives = Executives(self)
        self.market = Market(self)
        self.capability = Capability(self)
        self.automation = Automation(self)
        self.channels = {name: Channel(self, name) for name in CHANNELS}
        self.media = Media(self)
        self.feedback = Feedback(self)
        self.work = Work(self, record_items)
        self.team = Team(self)
        self.planning = Planning(self)
        self.interruptions = Interruptions(self)
        self.ledger = Ledger(self)
        self._calendar = self.env.process(self._months())
        self.executives.begin()
        self._begin_month(1)

    def live(self) -> None:
        """Run to the horizon."""
        self.env.run(until=self._calendar)

    def later(self, days: float, step: Callable[[], None]) -> None:
        """Do something after some days; at once when there is nothing to wait for."""
        if days <= 0.0:
            step()
            return
        event = self.env.timeout(days)
        assert event.callbacks is not None
        event.callbacks.append(lambda _: step())

    def active(self, channel: str) -> bool:
        """Whether the team works a channel."""
        return self.channels[channel].active

    def tools(self, craft: float) -> float:
        """Gain in worth from tools: skill and clarity decide how much of it is used."""
        spent = self.p.budget.tools_per_month * (1.0 - self.executives.cut)
        share = spent / (spent + self.p.tools.half_saturation)
        return 1.0 + self.p.tools.gain * share * self.team.clarity * min(1.0, craft)

    def backlog_months(self) -> float:
        """Work that waits, in months of everybody's time; what waits when a month begins is late."""
        waiting = sum(desk.backlog for desk in self.team.desks.values())
        return waiting / (MONTH * self.team.headcount) if self.team.headcount else 0.0

    def end_programme(self) -> None:
        """People, media and tools end when the month begins; pipeline, assets and advocates run on."""
        self.planning.end()

    def break_silos(self, strength: float) -> None:
        """A reorganisation is over: a share of the silos is gone for good."""
        self._silos_kept *= 1.0 - strength
        self._put_in_force(with_values(self.p, {"process.silos": self.p.process.silos * (1.0 - strength)}))

    def _months(self) -> Generator[Event, Any, None]:
        for number in range(self.p.horizon_months * TICKS):
            yield self.env.timeout(TICK)
            self._tick(number)
            if (number + 1) % TICKS == 0:
                self._close_month()

    def _tick(self, number: int) -> None:
        self.market.tick()
        self.automation.tick()
        for channel in self.channels.values():
            channel.tick()
        demand = self.market.season(self.month) * self.customers.reach()
        squeeze = 1.0 + self.p.process.squeezed_leads * self.executives.push
        given = zip(self.channels.values(), self.media.leads, halos(self, self.channels), strict=True)
        own = [channel.leads(bought, halo) * squeeze for channel, bought, halo in given]
        baseline = self.customers.unprompted + self.media.brand
        expected = [demand * rate for rate in (*own, baseline, self.customers.recommended())]
        self.media.tick()
        self.ledger.flow(self.customers.tick(number, expected))

    def _close_month(self) -> None:
        result = self.ledger.close_month(self.month)
        self.executives.review(self.month, result)
        self.month += 1
        if self.month <= self.p.horizon_months:
            self._begin_month(self.month)

    def _begin_month(self, month: int) -> None:
        """Changes and decisions take effect, before anybody works."""
        self.executives.begin_month(month)
        for first, parameters in self._resolved.epochs[1:]:
            if first == month:
                self._change(parameters)
        for change in self._resolved.decisions:
            if change.month == month and change.decision is not None:
                self.executives.decide(change.decision, month, change.months)
        self.executives.feel()
        self.customers.begin_month()
        self.media.begin_month(month)
        self.team.begin_month(at_once=month == 1)
        self.interruptions.begin_month()
        if (month - 1) % max(1, round(self.p.work.campaign_months)) == 0:
            self.work.launch()
        self.planning.hand_out()

    def _change(self, parameters: Parameters) -> None:
        if self._silos_kept < 1.0:
            parameters = with_values(parameters, {"process.silos": parameters.process.silos * self._silos_kept})
        self._put_in_force(parameters)
        self.executives.expect()

    def _put_in_force(self, parameters: Parameters) -> None:
        self.p = parameters
        self.market.read_settings()
        self.automation.read_settings()
        self.media.read_settings()
        for channel in self.channels.values():
            channel.read_settings()


def simulate_life(
    scenario: Scenario, seed: int, replication: int, draw: int | None = None, record_items: bool = False
) -> Life:
    """Live one life of a scenario.

    Args:
        scenario: what to simulate.
        seed, replication: address of the luck.
        draw: number of the draw of uncertain parameters; None takes the replication's own.
        record_items: keep one record an item.

    Raises:
        ParameterError: the parameters contradict each other.
    """
    resolved = scenario.resolve(seed, replication if draw is None else draw)
    world = World(resolved, Luck(seed, replication), record_items)
    world.live()
    start = world.customers.start
    expectation = resolved.epochs[0][1].expectation
    return Life(
        replication=replication,
        monthly=np.array(world.ledger.monthly),
        channels=np.array(world.ledger.channels),
        roles=np.array(world.ledger.roles),
        starting_level=start.level(expectation.metric),
        starting_margin=start.margin,
        first_expected=line(expectation, start.level(expectation.metric), world.p.horizon_months),
        stopped_month=world.executives.stopped_month,
        draw=dict(resolved.draw),
        items=world.ledger.items() if record_items else None,
    )
