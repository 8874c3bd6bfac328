"""What was learned from one company to the next: drawings before against drawings after."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simkit.statistics import Estimate, paired_difference
from simkit.training.drawing import Drawing, Score
from simkit.training.session import Person, Session


@dataclass(frozen=True, slots=True)
class Learned:
    """How close people came in two companies; only those count who drew for both.

    Companies differ in how hard they are to foresee. So an error of shape is given as a share of that of the promised
    line in the same company: below 1 is closer than what was promised.

    Attributes:
        people: with their scores in the first and in the second.
        shape: mean change of the error of shape, with the interval of the paired difference; less than 0 is closer.
        timing: the same of the months between the crossing that was named and the one that came.
        valley: how many drew results below the line at first (`draws_valley`), in the first and in the second.
    """

    people: tuple[tuple[Person, Score, Score], ...]
    shape: Estimate
    timing: Estimate
    valley: tuple[int, int]

    @property
    def closer(self) -> int:
        """How many came closer in shape."""
        return sum(relative(after) < relative(before) for _, before, after in self.people)


def learned(first: Session, second: Session) -> Learned | None:
    """What changed from one company to the next; None where nobody drew for both."""
    before = {person.number: (person, score) for person, score in first.scored()}
    after = {person.number: (person, score) for person, score in second.scored()}
    both = sorted(before.keys() & after.keys())
    if not both:
        return None
    people = tuple((after[one][0], before[one][1], after[one][1]) for one in both)
    shapes = np.array([[relative(then), relative(now)] for _, then, now in people])
    timings = np.array([[then.timing, now.timing] for _, then, now in people], dtype=float)
    drew = [
        sum(draws_valley(person.drawing, played) for person, _ in (seats[one] for one in both) if person.drawing)
        for seats, played in ((before, first), (after, second))
    ]
    return Learned(
        people,
        paired_difference(shapes[:, 1], shapes[:, 0]),
        paired_difference(timings[:, 1], timings[:, 0]),
        (drew[0], drew[1]),
    )


def relative(score: Score) -> float:
    """The error of a drawing's shape as a share of that of the promised line."""
    return score.shape / score.line if score.line > 0.0 else 1.0


def draws_valley(drawn: Drawing, played: Session) -> bool:
    """Whether somebody expects less than was promised, on average over the months until the target is due."""
    expectation = played.company.scenario.parameters.expectation
    due = min(round(expectation.months_to_target), played.company.months)
    return float(np.mean(drawn.values[:due])) < float(np.mean(played.line[:due]))
