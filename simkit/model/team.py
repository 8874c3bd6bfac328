"""The team: who is there, who covers what, and where the time goes.

Where nobody holds a role, its work falls to the desk with the fewest channels and the least work for each person, whose
people are less skilled at it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from simkit.model.clock import MONTH
from simkit.model.desk import ACTIVITIES, Desk
from simkit.model.people import Person, Seat
from simkit.model.recorder import CHANNELS, ROLES

if TYPE_CHECKING:
    from simkit.model.simulation import World


class Month(NamedTuple):
    """Where the team's time went in a month.

    Attributes:
        present_days: days that people were present.
        utilisation: share of them worked.
        time: share of them by activity.
        practice: share of the time of those who have a channel that was spent improving.
        waiting_days: mean wait in hand-off queues, nan when nothing was handed over.
        roles: utilisation, mean wait and mean queue, by role.
    """

    present_days: float
    utilisation: float
    time: dict[str, float]
    practice: float
    waiting_days: float
    roles: dict[str, tuple[float, float, float]]


class Team:
    """All seats and desks.

    Attributes:
        headcount: people present.
        joined, left, hired: how many so far.
        cover: the desk that does each role's work now; the role's own when nobody is there at all.
        clarity: strategic clarity that reaches people: part of it needs a strategist's time.
        silos: silos between the channels; people who cover several are no silo to themselves.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.joined = self.left = self.hired = 0
        self.headcount = 0
        self.clarity = self.silos = 0.0
        self.desks = {role: Desk(world.env, role, world.work.drop) for role in ROLES}
        self.cover = dict(self.desks)
        self._seats: dict[str, list[Seat]] = {role: [] for role in ROLES}
        self._seats_ever = dict.fromkeys(ROLES, 0)
        self._counted = 0.0

    def begin_month(self, at_once: bool = False) -> None:
        """Bring the seats to the heads planned, fewer at once, more by hiring or ``at_once``; see who leaves."""
        for role, seats in self._seats.items():
            planned = 0 if self.world.executives.stopped else getattr(self.world.p.team, role)
            while len(seats) > planned:
                # An empty seat goes first, else the youngest.
                seat = next((s for s in reversed(seats) if s.person is None), seats[-1])
                seats.remove(seat)
                seat.close()
            while len(seats) < planned:
                seats.append(Seat(self.world, role, self._seats_ever[role], filled=at_once))
                self._seats_ever[role] += 1
            for seat in seats:
                seat.begin_month()
        self.align()

    def join(self, person: Person) -> None:
        """Somebody begins to work."""
        self._count_presence()
        person.desk.people.append(person)
        self.headcount += 1
        self.joined += 1
        self.align()

    def leave(self, person: Person) -> None:
        """Somebody goes; what waits at an abandoned desk goes to whoever covers for it."""
        self._count_presence()
        person.desk.quit(person)
        self.headcount -= 1
        self.left += 1
        self.align()

    def align(self) -> None:
        """Decide who covers each role and how fast each desk works, and hand on what waits where nobody is left."""
        staffed = [desk for desk in self.desks.values() if desk.people]
        self.cover = {}
        for role, desk in self.desks.items():
            desk.channels = int(role in CHANNELS and bool(desk.people) and self.world.active(role))
        for role, desk in self.desks.items():
            cover = self.cover[role] = desk if desk.people else min(staffed, key=_crowding, default=desk)
            if cover is not desk:
                cover.channels += role in CHANNELS and self.world.active(role)
                for task, urgency, ready in desk.empty():
                    cover.put(task, urgency, ready)
        self._align_strategy()
        tempo = self._tempo()
        loss = self.world.p.team.switching_loss
        # 95 % of the gap to full experience closes in the ramp-up time: exp(-3).
        learning = 3.0 / (self.world.p.team.ramp_up_months * MONTH)
        for desk in staffed:
            desk.learning = learning
            # Weinberg: each further channel that a person covers costs a share of the time, three quarters at most.
            further = max(0.0, desk.channels / len(desk.people) - 1.0)
            desk.pace = tempo * max(0.25, 1.0 - loss * further)

    def _align_strategy(self) -> None:
        p = self.world.p.process
        strategists = len(self.desks["strategist"].people)
        others = self.headcount - strategists
        carried = min(1.0, strategists * p.strategist_span / others) if others else 1.0
        alone = p.clarity_without_strategist
        self.clarity = p.strategic_clarity * (alone + (1.0 - alone) * carried)
        owners = [self.cover[channel] for channel in CHANNELS if self.world.active(channel)]
        self.silos = p.silos * (len(set(owners)) - 1) / (len(owners) - 1) if len(owners) > 1 else 0.0

    def _tempo(self) -> float:
        """Speed of all work: capability and pressure add to it, reorganisation and community work take from it."""
        p, executives = self.world.p, self.world.executives
        tempo = self.world.capability.speed() * (1.0 + p.process.overtime * executives.pressure)
        dip = p.process.reorganisation_dip if executives.reorganising else 0.0
        return tempo * (1.0 - p.team.community_time) * (1.0 - dip)

    def owners(self, channel: str) -> float:
        """Heads that a channel has: those of its role, or its share of the people who cover it."""
        desk = self.cover[channel]
        return len(desk.people) / max(1, desk.channels)

    def ability(self, channel: str) -> float:
        """Days' worth of work that one of a channel's people does in a day, on average, without overtime."""
        desk = self.cover[channel]
        if not desk.people:
            return 0.0
        proficiency = sum(person.proficiency(channel) for person in desk.people) / len(desk.people)
        return proficiency * desk.pace / (1.0 + self.world.p.process.overtime * self.world.executives.pressure)

    def close_month(self) -> Month:
        """Account for the month that ends now, and begin a new one."""
        self._count_presence()
        worked = dict.fromkeys(ACTIVITIES, 0.0)
        roles = {}
        present = waits = waited = improving = owners = 0.0
        for role, desk in self.desks.items():
            for person in desk.people:
                person.book()
            for activity, days in desk.worked.items():
                worked[activity] += days
            present += desk.present
            if desk.channels:
                improving += desk.worked["improving"]
                owners += desk.present
            waits += desk.waits.count
            waited += desk.waits.total
            busy = _share(sum(desk.worked.values()), desk.present)
            roles[role] = (busy, desk.waits.take(), desk.mean_queue())
            desk.worked.update(_NOTHING)
            desk.present = 0.0
        return Month(
            present_days=present,
            utilisation=_share(sum(worked.values()), present),
            time={activity: _share(days, present) for activity, days in worked.items()},
            practice=_share(improving, owners),
            waiting_days=waited / waits if waits else float("nan"),
            roles=roles,
        )

    def _count_presence(self) -> None:
        now = self.world.env.now
        for desk in self.desks.values():
            desk.present += len(desk.people) * (now - self._counted)
        self._counted = now


_NOTHING = dict.fromkeys(ACTIVITIES, 0.0)


def _share(part: float, whole: float) -> float:
    return part / whole if whole > 0.0 else 0.0


def _crowding(desk: Desk) -> tuple[float, float]:
    return (desk.channels / len(desk.people), desk.backlog / len(desk.people))
