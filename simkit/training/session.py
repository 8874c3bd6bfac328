"""What a room expected, did and saw of one company, as plain values: what a debrief is about."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np

from simkit.training.company import Company, Decided, Lived, taken
from simkit.training.drawing import Drawing, Score, fan, score

Mode = Literal["one", "own"]
Lives = Callable[[Company, Decided], Lived]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in a room.

    Attributes:
        number: in the order of joining; the same from one company to the next.
        name: as the room may see it.
        drawing: what they expected, or None.
        decided: in their own company, or by the majority in that of all.
    """

    number: int
    name: str
    drawing: Drawing | None
    decided: Decided


@dataclass(frozen=True, slots=True)
class Group:
    """People who decided alike, and so lived the same months.

    Attributes:
        decided: without decisions to hold.
        people: who they are; nobody for the majority of a room that only raised hands.
        lived: the months of their company.
    """

    decided: Decided
    people: tuple[Person, ...]
    lived: Lived

    @property
    def running(self) -> tuple[dict[str, Any], ...]:
        """The months in which there was a team at work."""
        return self.lived.rows[: self.stopped or len(self.lived.rows)]

    @property
    def stopped(self) -> int | None:
        """The month whose review ended the programme."""
        return next((month for month, choice in self.decided if choice == "stop"), None)


@dataclass(frozen=True, slots=True)
class Stop:
    """A programme that was ended, and what would have come.

    Attributes:
        month: that was reviewed.
        people: who stopped; their number, as in the room of all everybody does.
        crossing: the month in which results would have crossed if they had gone on; None for not by the last month.
    """

    month: int
    people: tuple[Person, ...]
    crossing: int | None

    @property
    def before(self) -> int | None:
        """How many months before the crossing; None where none would have come, negative after it."""
        return None if self.crossing is None else self.crossing - self.month


@dataclass(frozen=True)
class Session:
    """A company that a room has lived through.

    Attributes:
        company: of all, or of each.
        mode: 'one' company for all, or each one's 'own', under the same luck.
        people: who took part.
        crossings: the month in which each expects the crossing, raised hands included; None for never.
        held: the company without any decision.
        groups: those who decided alike, the largest first.
        going_on: the lives of those who stopped, had they gone on, by what they decided.
        votes: how many were for what at each review, of a company of all.
    """

    company: Company
    mode: Mode
    people: tuple[Person, ...]
    crossings: tuple[int | None, ...]
    held: Lived
    groups: tuple[Group, ...]
    going_on: dict[Decided, Lived]
    votes: dict[int, dict[str, int]]

    @property
    def main(self) -> Group:
        """What most people lived."""
        return self.groups[0]

    @property
    def target(self) -> float:
        """Of the line that was promised."""
        return self.company.scenario.parameters.expectation.target_per_month

    @property
    def line(self) -> list[float]:
        """What was promised, one value a month."""
        return self.held.column("expected")

    @property
    def drawings(self) -> list[Drawing]:
        """What people drew."""
        return [person.drawing for person in self.people if person.drawing is not None]

    @cached_property
    def fan(self) -> dict[str, list[float]] | None:
        """The 10, 50 and 90 % points of what was drawn, by month: low, mid, high; None where nobody drew."""
        return dict(zip(("low", "mid", "high"), fan(self.drawings).tolist(), strict=True)) if self.drawings else None

    @property
    def guess(self) -> int | None:
        """The month by which at least half of the room expects the crossing; None for never, or where nobody says."""
        said = sorted(self.company.months + 1 if one is None else one for one in self.crossings)
        middle = said[(len(said) - 1) // 2] if said else self.company.months + 1
        return None if middle > self.company.months else middle

    def scored(self) -> Iterator[tuple[Person, Score]]:
        """How close each drawing came to the months that person lived."""
        for group in self.groups:
            for person in group.people:
                if person.drawing is not None:
                    yield person, self.score_of(person.drawing, group.lived)

    def score_of(self, drawn: Drawing, lived: Lived) -> Score:
        """How close a drawing came to months that were lived."""
        return score(drawn, lived.column("result"), lived.column("expected"), lived.crossing, self.target)

    @property
    def middle(self) -> Score | None:
        """The score of the room's middle: of its median curve and its median month."""
        if self.fan is None:
            return None
        named = self.guess
        return self.score_of(Drawing(tuple(self.fan["mid"]), named, None), self.main.lived)

    @property
    def stops(self) -> tuple[Stop, ...]:
        """The programmes that were ended, by month."""
        found = [
            Stop(group.stopped, group.people, self.going_on[group.decided].crossing)
            for group in self.groups
            if group.stopped is not None
        ]
        return tuple(sorted(found, key=lambda one: one.month))

    @property
    def by_patience(self) -> tuple[tuple[Person, int], ...]:
        """Who would have stopped by what they said beforehand, holding until then, and in which month."""
        bad = np.array(self.held.column("average")) < np.array(self.line)
        running = np.zeros(len(bad), dtype=int)
        for i, one in enumerate(bad):
            running[i] = (running[i - 1] if i else 0) + 1 if one else 0
        found = []
        for person in self.people:
            if person.drawing is not None and person.drawing.patience is not None:
                reached = np.flatnonzero(running >= person.drawing.patience)
                if reached.size:
                    found.append((person, int(reached[0]) + 1))
        return tuple(found)


def session(
    company: Company,
    mode: Mode,
    people: Sequence[Person],
    decided: Decided,
    crossings: Sequence[int | None],
    votes: dict[int, dict[str, int]],
    live: Lives,
) -> Session:
    """A company that a room has lived through, with its months.

    Args:
        company, mode, people, crossings, votes: as in `Session`.
        decided: by the majority; with companies of their own it counts where nobody takes part.
        live: gives the months of a company under decisions.
    """
    alike: dict[Decided, list[Person]] = {}
    for person in people:
        alike.setdefault(taken(person.decided if mode == "own" else decided), []).append(person)
    if not alike:
        alike[taken(decided)] = []
    ordered = sorted(alike.items(), key=lambda one: (-len(one[1]), one[0]))
    groups = tuple(Group(one, tuple(who), live(company, one)) for one, who in ordered)
    going_on = {one.decided: live(company, one.decided[:-1]) for one in groups if one.stopped is not None}
    held = live(company, ())
    return Session(company, mode, tuple(people), tuple(crossings), held, groups, going_on, votes)
