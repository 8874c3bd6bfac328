"""Desks: where work waits.

A desk is a role's queue, served by all who hold the role. An urgent request comes first, then what others have handed
over, then the desk's own work by due date; silos put others' requests last.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Any

from simpy import Environment, Event

from simkit.model.recorder import Mean

if TYPE_CHECKING:
    from simkit.model.people import Person

ACTIVITIES = ("producing", "improving", "interrupted", "planning")


class Urgency(IntEnum):
    """Order in which a desk takes up its work."""

    INTERRUPTION = 0
    PLANNING = 1
    HANDED_OVER = 2
    OWN = 3
    OTHERS_LAST = 4
    POSTPONED = 5


@dataclass(slots=True, eq=False)
class Task:
    """A piece of work for one person.

    Attributes:
        role: whose work it is.
        effort: working days; those of producing are a fully skilled and experienced person's, others are what they are.
        activity: what the time counts as, one of ``ACTIVITIES``.
        item: what it is part of.
        done: called with the item and the person once the work is done.
        due: day by which it should be done.
        expires: day from which nobody begins it any more.
        learning: share of the work from which a person gains experience.
        handed_over: whether it waits in a hand-off queue.
    """

    role: str
    effort: float
    activity: str
    item: Any
    done: Callable[[Any, Person], None]
    due: float = 0.0
    expires: float = math.inf
    learning: float = 1.0
    handed_over: bool = False


class Desk:
    """A role's queue and the people who serve it.

    Attributes:
        people: those who hold the role now.
        idle: those of them who have nothing to do.
        channels: how many channels the desk covers.
        pace: speed of work here, before skill and experience.
        learning: share of the gap to full experience that a day of work closes, in logarithms.
        worked: days worked this month, by activity.
        present: days that people were present this month.
        backlog: working days that wait.
        waits: how long hand-offs waited here this month.

    Args:
        drop: called for each task that nobody begins any more.
    """

    __slots__ = (
        "_alarm",
        "_arriving",
        "_count",
        "_drop",
        "_env",
        "_queue",
        "_since",
        "_waited",
        "backlog",
        "channels",
        "idle",
        "learning",
        "pace",
        "people",
        "present",
        "role",
        "waits",
        "worked",
    )

    def __init__(self, env: Environment, role: str, drop: Callable[[], None]) -> None:
        self.role = role
        self.people: list[Person] = []
        self.idle: list[Person] = []
        self.channels = 0
        self.pace = 1.0
        self.learning = 0.0
        self.worked = dict.fromkeys(ACTIVITIES, 0.0)
        self.present = 0.0
        self.backlog = 0.0
        self.waits = Mean()
        self._env = env
        self._drop = drop
        self._queue: list[tuple[int, float, int, float, Task]] = []
        self._arriving: list[tuple[float, int, int, Task]] = []
        self._alarm = math.inf
        self._count = 0
        # Time integral of the queue's length since the month began: each task adds its wait when it leaves.
        self._waited = 0.0
        self._since = 0.0

    def put(self, task: Task, urgency: Urgency, ready: float = 0.0) -> None:
        """Add a task to the queue, and wake somebody who has nothing to do.

        Args:
            ready: day on which it arrives, when that is still to come.
        """
        self._count += 1
        now = self._env.now
        if ready > now:
            heappush(self._arriving, (ready, self._count, urgency, task))
            if self.idle:
                self._wake_at(ready)
            return
        self.backlog += task.effort
        heappush(self._queue, (urgency, task.due, self._count, now, task))
        if self.idle:
            self.idle.pop().wake()

    def take(self, now: float) -> Task | None:
        """The next task, None when nothing waits; stale work is dropped on the way."""
        queue = self._queue
        if self._arriving and self._arriving[0][0] <= now:
            self._arrive(now)
        while queue:
            _, _, _, since, task = heappop(queue)
            self.backlog -= task.effort
            self._waited += now - (since if since > self._since else self._since)
            if now > task.expires:
                self._drop()
                continue
            if task.handed_over:
                self.waits.add(now - since)
            if self.idle:
                self._look_out()
            return task
        self._look_out()
        return None

    def quit(self, person: Person) -> None:
        """Somebody serves the desk no longer; if they were woken in this very instant, somebody else looks."""
        self.people.remove(person)
        if person in self.idle:
            self.idle.remove(person)
        elif self.idle:
            self._look_out()

    def empty(self) -> list[tuple[Task, Urgency, float]]:
        """Take everything out, in its order, for somebody else to do; each with the day on which it is ready."""
        self._arrive(math.inf)
        entries = sorted(self._queue, key=lambda entry: entry[:3])
        self._waited += sum(max(0.0, self._env.now - max(entry[3], self._since)) for entry in entries)
        self._queue.clear()
        self.backlog = 0.0
        return [(entry[4], Urgency(entry[0]), entry[3]) for entry in entries]

    def _arrive(self, now: float) -> None:
        while self._arriving and self._arriving[0][0] <= now:
            ready, count, urgency, task = heappop(self._arriving)
            self.backlog += task.effort
            heappush(self._queue, (urgency, task.due, count, ready, task))

    def _look_out(self) -> None:
        # Somebody is or will be idle: they are woken by what waits already, or by what arrives next.
        if self._queue:
            self.idle.pop().wake()
        elif self._arriving:
            self._wake_at(self._arriving[0][0])

    def _wake_at(self, day: float) -> None:
        # An event is needed only while somebody is idle: whoever is busy looks at what has arrived when done.
        if day < self._alarm:
            self._alarm = day
            timeout = self._env.timeout(max(0.0, day - self._env.now))
            assert timeout.callbacks is not None
            timeout.callbacks.append(self._ring)

    def _ring(self, _: Event) -> None:
        self._alarm = math.inf
        if self.idle:
            self.idle.pop().wake()

    def mean_queue(self) -> float:
        """Mean number of tasks waiting since the last call."""
        now = self._env.now
        self._arrive(now)
        begun = self._since
        waited = self._waited + sum([now - (since if since > begun else begun) for _, _, _, since, _ in self._queue])
        mean = waited / (now - self._since)
        self._waited, self._since = 0.0, now
        return mean
