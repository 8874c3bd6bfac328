"""People: seats that are filled and left, one task at a time for each person.

Where nobody holds a role, its work falls to the desk with the fewest channels and the least work for each person,
whose people are less skilled at it.
"""

from __future__ import annotations

import math
from collections.abc import Generator
from typing import TYPE_CHECKING, Any, NamedTuple

from simpy import Event, Interrupt

from simkit.model.clock import MONTH
from simkit.model.desk import ACTIVITIES, Desk, Task, Urgency
from simkit.model.recorder import CHANNELS, ROLES, Mean
from simkit.randomness import normal_quantile

if TYPE_CHECKING:
    from simkit.model.simulation import World

class Person:
    """Somebody with a role, a skill and an experience that grows with work."""

    def __init__(self, desk: Desk, skill: float, experience: float) -> None:
        self.desk = desk
        self.skill = skill
        self.experience = experience
        self.task: Task | None = None
        self._since = desk.world.env.now
        self._idle: Event | None = None
        desk.world.team.join(self)
        self.process = desk.world.env.process(self._work())

    def proficiency(self, role: str) -> float:
        """Working days' worth of work a day, in a role."""
        own = self.skill * self.experience
        return own if role == self.desk.role else own * self.desk.world.p.team.cover_skill

    def wake(self) -> None:
        """Tell an idle person that there is work."""
        assert self._idle is not None
        self._idle.succeed()

    def account(self) -> None:
        """Book the time worked on the present task up to now."""
        now = self.desk.world.env.now
        if self.task is not None:
            self.desk.world.team.book(self.desk.role, self.task.activity, now - self._since)
        self._since = now

    def _work(self) -> Generator[Event, Any, None]:
        world, desk = self.desk.world, self.desk
        env, team = world.env, world.team
        done = 0.0
        try:
            while True:
                task = desk.take()
                if task is None:
                    self._idle = env.event()
                    desk.idle.append(self)
                    yield self._idle
                    continue
                self.task, self._since, begun = task, env.now, env.now
                pace = self.proficiency(task.role) * team.pace(desk)
                days = task.effort / pace
                yield env.timeout(days)
                self.account()
                self.task = None
                done = env.now - begun
                self._learn(done * task.learning)
                task.done(self)
        except Interrupt:
            self._leave(begun if self.task else env.now)

    def _leave(self, begun: float) -> None:
        desk = self.desk
        self.account()
        if self.task is not None:
            worked = (desk.world.env.now - begun) * self.proficiency(self.task.role) * desk.world.team.pace(desk)
            desk.give_back(self.task._replace(effort=max(0.0, self.task.effort - worked)))
            self.task = None
        desk.world.team.leave(self)

    def _learn(self, days: float) -> None:
        # Exponential learning curve: a constant share of the gap to full experience closes with each day of work.
        time_constant = self.desk.world.p.team.ramp_up_months * MONTH / 3.0
        self.experience = 1.0 - (1.0 - self.experience) * math.exp(-days / time_constant)


SKILL, STAYS, VACANT = range(3)
"""What each number of a seat's luck decides, for each of its holders in turn."""


class Seat:
    """A position: somebody holds it, leaves one day, and after a while somebody new comes."""

    def __init__(self, world: World, role: str, number: int, filled: bool) -> None:
        self.world = world
        self.role = role
        self.person: Person | None = None
        self._luck = world.luck.uniforms(f"seat/{role}/{number}", 3)
        self._holders = 0
        if filled:
            self._fill()
        self.process = world.env.process(self._hold())

    def _hold(self) -> Generator[Event, Any, None]:
        world = self.world
        try:
            while True:
                if self.person is None:
                    vacant = -math.log1p(-self._luck[self._holders][VACANT])
                    yield world.env.timeout(vacant * world.p.team.months_to_hire * MONTH)
                    while world.executives.hiring_frozen:
                        yield world.env.timeout(MONTH)
                    world.team.hired += 1
                    self._fill()
                yield from self._stay(-math.log1p(-self._luck[self._holders - 1][STAYS]))
                self._vacate()
        except Interrupt:
            self._vacate()

    def _fill(self) -> None:
        team = self.world.p.team
        luck = normal_quantile(self._luck[self._holders][SKILL] or 1e-12)
        skill = math.exp(team.skill_spread * luck - team.skill_spread**2 / 2.0)
        self._holders += 1
        self.person = Person(self.world.team.desks[self.role], skill, team.starting_experience)

    def _stay(self, stays: float) -> Generator[Event, Any, None]:
        # Hazard accumulates at the year's rate, so that a dated change of turnover takes effect from its month on.
        hazard = 0.0
        while True:
            rate = self.world.p.team.turnover_per_year / 12.0 / MONTH
            if rate * MONTH >= stays - hazard:
                yield self.world.env.timeout((stays - hazard) / rate)
                return
            hazard += rate * MONTH
            yield self.world.env.timeout(MONTH)

    def _vacate(self) -> None:
        if self.person is None:
            return
        self.world.capability.lose_knowledge(1.0 / self.world.team.headcount)
        self.person.process.interrupt()
        self.person = None


class Team:
    """All seats and desks, who covers what, and where the time went."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.waits = Mean()
        self.joined = self.left = self.hired = 0
        self.headcount = 0
        self.tempo = 1.0
        self.desks = {role: Desk(world, role) for role in ROLES}
        self._cover: dict[str, Desk | None] = dict.fromkeys(ROLES)
        self._seats: dict[str, list[Seat]] = {role: [] for role in ROLES}
        self._seats_ever = dict.fromkeys(ROLES, 0)
        self._worked = {role: dict.fromkeys(ACTIVITIES, 0.0) for role in ROLES}
        self._present = dict.fromkeys(ROLES, 0.0)
        self._present_since = 0.0

    def staff(self, at_once: bool = False) -> None:
        """Bring the seats to the heads planned: fewer at once, more by hiring, or ``at_once`` when the programme begins."""
        for role, seats in self._seats.items():
            planned = 0 if self.world.executives.stopped else getattr(self.world.p.team, role)
            while len(seats) > planned:
                # An empty seat goes first, else the youngest.
                seat = next((s for s in reversed(seats) if s.person is None), seats[-1])
                seats.remove(seat)
                seat.process.interrupt()
            while len(seats) < planned:
                seats.append(Seat(self.world, role, self._seats_ever[role], filled=at_once))
                self._seats_ever[role] += 1

    def begin_month(self) -> None:
        """Set the tempo: capability and pressure speed work up, reorganisation and community work take from it."""
        p, executives = self.world.p, self.world.executives
        self.tempo = self.world.capability.speed() * (1.0 + p.process.overtime * executives.pressure)
        self.tempo *= 1.0 - p.team.community_time
        if executives.reorganising:
            self.tempo *= 1.0 - p.process.reorganisation_dip

    def join(self, person: Person) -> None:
        """Somebody begins to work."""
        self._count_presence()
        person.desk.people.append(person)
        self.headcount += 1
        self.joined += 1
        self.cover()

    def leave(self, person: Person) -> None:
        """Somebody goes; what waits at an abandoned desk goes to whoever covers for it."""
        self._count_presence()
        person.desk.people.remove(person)
        if person in person.desk.idle:
            person.desk.idle.remove(person)
        self.headcount -= 1
        self.left += 1
        self.cover()

    def cover(self) -> None:
        """Decide who covers each role, and hand on what waits at a desk without people."""
        staffed = [desk for desk in self.desks.values() if desk.people]
        for desk in self.desks.values():
            desk.channels = 1 if desk.role in CHANNELS and desk.people and self.world.active(desk.role) else 0
        for role, desk in self.desks.items():
            cover = desk if desk.people else min(staffed, key=_crowding, default=None)
            self._cover[role] = cover
            if cover is not None and cover is not desk:
                if role in CHANNELS and self.world.active(role):
                    cover.channels += 1
                for urgency, task in desk.waiting():
                    cover.put(task, urgency)

    def desk(self, role: str) -> Desk:
        """The desk that does a role's work now; the role's own when nobody is there at all."""
        return self._cover[role] or self.desks[role]

    def owners(self, channel: str) -> float:
        """Heads that a channel has: those of its role, or its share of the people who cover it."""
        desk = self._cover[channel]
        if desk is None:
            return 0.0
        return len(desk.people) / max(1, desk.channels)

    def pace(self, desk: Desk) -> float:
        """Speed of work at a desk, before skill and experience: Weinberg's loss for each further channel a person covers."""
        further = max(0.0, desk.channels / max(1, len(desk.people)) - 1.0)
        return self.tempo * max(0.25, 1.0 - self.world.p.team.switching_loss * further)

    def book(self, role: str, activity: str, days: float) -> None:
        """Add working time to the month's account."""
        self._worked[role][activity] += days

    def proficiency(self, role: str) -> float:
        """Mean skill times experience at the desk that does a role's work; 0 when nobody is there."""
        desk = self.desk(role)
        return sum(p.proficiency(role) for p in desk.people) / len(desk.people) if desk.people else 0.0

    def close_month(self) -> Month:
        """Account for the month that ends now, and begin a new one."""
        for desk in self.desks.values():
            for person in desk.people:
                person.account()
        self._count_presence()
        present = sum(self._present.values())
        worked = {a: sum(self._worked[role][a] for role in ROLES) for a in ACTIVITIES}
        per_role = {
            role: (
                _share(sum(self._worked[role].values()), self._present[role]),
                desk.waits.take(),
                desk.mean_queue(MONTH),
            )
            for role, desk in self.desks.items()
        }
        month = Month(
            present_days=present,
            utilisation=_share(sum(worked.values()), present),
            time={a: _share(days, present) for a, days in worked.items()},
            waiting_days=self.waits.take(),
            roles=per_role,
        )
        self._worked = {role: dict.fromkeys(ACTIVITIES, 0.0) for role in ROLES}
        self._present = dict.fromkeys(ROLES, 0.0)
        return month

    def _count_presence(self) -> None:
        now = self.world.env.now
        for role, desk in self.desks.items():
            self._present[role] += len(desk.people) * (now - self._present_since)
        self._present_since = now


class Month(NamedTuple):
    """Where the team's time went in a month: shares of the time present, by activity, and figures by role."""

    present_days: float
    utilisation: float
    time: dict[str, float]
    waiting_days: float
    roles: dict[str, tuple[float, float, float]]


def _share(part: float, whole: float) -> float:
    return part / whole if whole > 0.0 else 0.0


def _crowding(desk: Desk) -> tuple[float, float]:
    return (desk.channels / len(desk.people), desk.load)
