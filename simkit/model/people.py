"""People and their seats: one task at a time, experience that grows with work, coming and going."""

from __future__ import annotations

import math
from collections.abc import Generator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from simpy import Event, Interrupt

from simkit.model.clock import MONTH
from simkit.model.desk import Desk, Task, Urgency
from simkit.randomness import normal_quantile

if TYPE_CHECKING:
    from simkit.model.simulation import World


class Person:
    """Somebody with a role, a skill and an experience that grows with work."""

    __slots__ = ("_begun", "_booked", "_idle", "_pace", "_task", "desk", "experience", "process", "skill", "world")

    def __init__(self, world: World, desk: Desk, skill: float) -> None:
        self.world = world
        self.desk = desk
        self.skill = skill
        self.experience = world.p.team.starting_experience
        self._task: Task | None = None
        self._pace = 1.0
        self._begun = self._booked = world.env.now
        self._idle: Event | None = None
        world.team.join(self)
        self.process = world.env.process(self._work())

    def proficiency(self, role: str) -> float:
        """Working days' worth of work a day, in a role: skill times experience, less where it is not one's own."""
        own = self.skill * self.experience
        return own if role == self.desk.role else own * self.world.p.team.cover_skill

    def wake(self) -> None:
        """Tell an idle person that there is work."""
        assert self._idle is not None
        self._idle.succeed()

    def book(self) -> None:
        """Book the time worked on the present task up to now."""
        now = self.world.env.now
        if self._task is not None:
            self.desk.worked[self._task.activity] += now - self._booked
        self._booked = now

    def _work(self) -> Generator[Event, Any, None]:
        env, desk = self.world.env, self.desk
        take, worked, role, now = desk.take, desk.worked, desk.role, env.now
        try:
            while True:
                task = take(now)
                if task is None:
                    self._idle = env.event()
                    desk.idle.append(self)
                    yield self._idle
                    now = env.now
                    continue
                self._task = task
                self._begun = self._booked = now
                ability = self.skill * self.experience if task.role == role else self.proficiency(task.role)
                self._pace = pace = ability * desk.pace if task.activity == "producing" else 1.0
                days = task.effort / pace
                yield env.timeout(days)
                now = env.now
                worked[task.activity] += now - self._booked
                self._task = None
                # Exponential learning curve: experience closes a constant share of its gap with each day of work.
                self.experience = 1.0 - (1.0 - self.experience) * math.exp(-days * task.learning * desk.learning)
                task.done(task.item, self)
        except Interrupt:
            self._leave()

    def _leave(self) -> None:
        self.book()
        task, self._task = self._task, None
        if task is not None:
            # Somebody else goes on where the leaver stopped, before anything that is not urgent.
            done = (self.world.env.now - self._begun) * self._pace
            rest = replace(task, effort=max(0.0, task.effort - done), expires=math.inf, handed_over=False)
            self.desk.put(rest, Urgency.PLANNING)
        self.world.team.leave(self)


SKILL, STAYS, VACANT = range(3)
"""What each number of a seat's luck decides, for each of its holders in turn."""


class Seat:
    """A position: somebody holds it, leaves one day, and after a while somebody new comes.

    Attributes:
        person: who holds it, None while it is vacant.
    """

    def __init__(self, world: World, role: str, number: int, filled: bool) -> None:
        self.world = world
        self.role = role
        self.person: Person | None = None
        self._luck = world.luck.uniforms(f"seat/{role}/{number}", 3)
        self._stays = 0.0
        self._closed = False
        if filled:
            self._fill(next(self._luck))
        else:
            world.env.process(self._search())

    def begin_month(self) -> None:
        """See whether the holder's time comes this month."""
        if self.person is not None:
            self._stay(self.person, MONTH)

    def _stay(self, person: Person, days: float) -> None:
        """Run some days of a unit-rate hazard at the rate of turnover; leave when it has used up the holder's luck."""
        hazard = self.world.p.team.turnover_per_year / 12.0 * days / MONTH
        if self._stays < hazard:
            self.world.later(self._stays / hazard * days, lambda: self._resign(person))
        self._stays -= hazard

    def close(self) -> None:
        """Give the seat up; whoever holds it leaves at once."""
        self._closed = True
        self._vacate()

    def _resign(self, person: Person) -> None:
        if self.person is person:
            self._vacate()
            self.world.env.process(self._search())

    def _search(self) -> Generator[Event, Any, None]:
        world = self.world
        luck = next(self._luck)
        vacant = -math.log1p(-luck[VACANT])
        yield world.env.timeout(vacant * world.p.team.months_to_hire * MONTH)
        while world.executives.hiring_frozen:
            yield world.env.timeout(MONTH)
        if not self._closed:
            world.team.hired += 1
            self._stay(self._fill(luck), MONTH - world.env.now % MONTH)

    def _fill(self, luck: list[float]) -> Person:
        spread = self.world.p.team.skill_spread
        self._stays = -math.log1p(-luck[STAYS])
        # The mean skill is 1.
        skill = math.exp(spread * normal_quantile(luck[SKILL] or 1e-12) - spread * spread / 2.0)
        self.person = Person(self.world, self.world.team.desks[self.role], skill)
        return self.person

    def _vacate(self) -> None:
        if self.person is not None:
            self.world.capability.lose_knowledge(1.0 / self.world.team.headcount)
            self.person.process.interrupt()
            self.person = None
