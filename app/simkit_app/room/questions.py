"""What a facilitator asks of the simulator: a company to begin with, and what its decisions did."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from simkit.scenarios import Scenario
from simkit.training.company import Company, Decided, Luck, company
from simkit.training.debrief import effects, knowable
from simkit_app.answers import Answer
from simkit_app.queue import Lane, Priority


@dataclass(frozen=True)
class Prepared:
    """A company with the wanted luck."""

    scenario: Scenario
    months: int
    luck: Luck
    seed: int

    priority: ClassVar = Priority.SOON

    def work(self, answer: Answer, lane: Lane) -> None:
        """Look for a life with that luck."""
        answer.show(company(self.scenario, self.months, self.luck, self.seed, executor=lane))


@dataclass(frozen=True)
class Effective:
    """What decisions did, with this luck and on average."""

    company: Company
    sequences: tuple[Decided, ...]

    priority: ClassVar = Priority.REASONS

    def work(self, answer: Answer, lane: Lane) -> None:
        """Live the company again with other luck."""
        answer.show(effects(self.company, self.sequences, executor=lane, progress=answer.progress))


@dataclass(frozen=True)
class Known:
    """What could have been known at each review."""

    company: Company
    decided: Decided

    priority: ClassVar = Priority.REASONS

    def work(self, answer: Answer, lane: Lane) -> None:
        """Live the company again, and look for lives alike."""
        answer.show(knowable(self.company, self.decided, executor=lane, progress=answer.progress))
