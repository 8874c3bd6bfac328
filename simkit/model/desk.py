"""Desks: where work waits.

A desk is a role's queue, served by all who hold the role. An urgent request comes first, then what others have handed
over, then the desk's own work by due date; silos put others' requests last.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from heapq import heappop, heappush
from typing import TYPE_CHECKING, NamedTuple

from simkit.model.recorder import Mean

if TYPE_CHECKING:
    from simkit.model.simulation import World
    from simkit.model.team import Person

ACTIVITIES = ("producing", "improving", "interrupted", "planning")


class Urgency(IntEnum):
    """Order in which a desk takes up its work."""

    INTERRUPTION = 0
    PLANNING = 1
    HANDED_OVER = 2
    OWN = 3
    OTHERS_LAST = 4
    POSTPONED = 5


class Task(NamedTuple):
    """A piece of work for one person.

    Attributes:
        role: whose work it is.
        effort: working days that a fully skilled and experienced person needs.
        activity: what the time counts as, one of ``ACTIVITIES``.
        done: called with the person once the work is done.
        due: day by which it should be done.
        learning: share of the work from which a person gains experience.
        handed_over: whether it waits in a hand-off queue.
        begin: called before work starts; False drops the task.
    """

    role: str
    effort: float
    activity: str
    done: Callable[[Person], None]
    due: float = 0.0
    learning: float = 1.0
    handed_over: bool = False
    begin: Callable[[], bool] | None = None


class Desk:
    """A role's queue and the people who serve it."""

    def __init__(self, world: World, role: str) -> None:
        self.world = world
        self.role = role
        self.people: list[Person] = []
        self.idle: list[Person] = []
        self.channels = 0
        self.waits = Mean()
        self._queue: list[tuple[int, float, int, float, Task]] = []
        self._count = 0
        self._area = 0.0
        self._area_since = 0.0
        self._effort = 0.0

    def put(self, task: Task, urgency: Urgency) -> None:
        """Add a task to the queue, and wake somebody who has nothing to do."""
        self._measure()
        self._count += 1
        self._effort += task.effort
        heappush(self._queue, (urgency, task.due, self._count, self.world.env.now, task))
        if self.idle:
            self.idle.pop().wake()

    def take(self) -> Task | None:
        """The next task, None when nothing waits; stale work is dropped on the way."""
        while self._queue:
            self._measure()
            _, _, _, since, task = heappop(self._queue)
            self._effort -= task.effort
            if task.begin is None or task.begin():
                if task.handed_over:
                    waited = self.world.env.now - since
                    self.waits.add(waited)
                    self.world.team.waits.add(waited)
                return task
        return None

    def give_back(self, task: Task) -> None:
        """Return a task that a leaver has begun; it goes on before anything else that is not urgent."""
        self.put(task._replace(begin=None, handed_over=False), Urgency.PLANNING)

    def waiting(self) -> list[tuple[Urgency, Task]]:
        """Empty the queue, for somebody else to do, in its order."""
        self._measure()
        tasks = [(Urgency(entry[0]), entry[4]) for entry in sorted(self._queue, key=lambda entry: entry[:3])]
        self._queue.clear()
        self._effort = 0.0
        return tasks

    @property
    def load(self) -> float:
        """Working days that wait, for each person."""
        return self._effort / len(self.people) if self.people else float("inf")

    @property
    def backlog(self) -> float:
        """Working days that wait."""
        return self._effort

    def mean_queue(self, days: float) -> float:
        """Mean number of tasks waiting since the last call, ``days`` ago."""
        self._measure()
        mean = self._area / days
        self._area = 0.0
        return mean

    def _measure(self) -> None:
        now = self.world.env.now
        self._area += len(self._queue) * (now - self._area_since)
        self._area_since = now
