"""The questions that pages ask; `answers` computes each of them once."""

from __future__ import annotations

import atexit
import hashlib
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import ClassVar

import simkit
from simkit.experiments.calibrate import CHECKED, Fit
from simkit.experiments.comparison import Comparison
from simkit.experiments.design import Design
from simkit.experiments.next_steps import next_steps
from simkit.observed import Observed
from simkit.plateau import crossing_times
from simkit.run import Ensemble, Precision
from simkit.run.lives import Floats
from simkit.scenarios import Scenario
from simkit_app.answers import Answer
from simkit_app.queue import Lane, Priority

_LOOK = 0.2
"""Seconds after which one who waits looks whether anybody still wants it."""
_locks: defaultdict[Path, Lock] = defaultdict(Lock)

EARLY, SETTLED, STEP = 2, 30, 30
"""Lives of a first impression, of a picture that can be read, and of each refinement."""

KNOWN = Precision("crossed", half_width=0.05, budget=1_000, least=SETTLED)
"""How well the chance to cross is known when refinement ends."""


@dataclass(frozen=True)
class Lived:
    """Lives of a scenario, as many as its chance to cross needs to be known within 5 points."""

    scenario: Scenario
    seed: int

    priority: ClassVar = Priority.SOON

    def work(self, answer: Answer, lane: Lane) -> None:
        """Show the lives as they come."""
        ensemble: Ensemble | None = answer.value
        if ensemble is None or len(ensemble) < SETTLED:
            lane.urgent = EARLY
            for ensemble in simkit.stream(self.scenario, range(SETTLED), self.seed, chunk=1, executor=lane):
                self._show(answer, ensemble)
        else:
            self._show(answer, ensemble)
        assert ensemble is not None
        lane.priority = Priority.REFINEMENT
        while (wanted := KNOWN.reached(ensemble).wanted) > len(ensemble):
            ensemble = ensemble.extend(min(wanted, len(ensemble) + STEP), executor=lane)
            self._show(answer, ensemble)

    def _show(self, answer: Answer, ensemble: Ensemble) -> None:
        answer.lives = len(ensemble)
        answer.show(ensemble)


@dataclass(frozen=True)
class Reasons:
    """What each changed lever contributes to the difference in the crossing month."""

    reference: Scenario
    scenario: Scenario
    seed: int
    outcome: str = "restricted_crossing_month"
    lives: int = 60

    priority: ClassVar = Priority.REASONS

    def work(self, answer: Answer, lane: Lane) -> None:
        """Live all mixtures of the levers."""
        sides = {"reference": self.reference, "scenario": self.scenario}
        ensembles = {name: simkit.simulate(one, self.lives, self.seed, executor=lane) for name, one in sides.items()}
        comparison = Comparison(ensembles, (self.outcome,))
        answer.show(comparison.why("scenario", self.outcome, executor=lane, progress=answer.progress))


@dataclass(frozen=True)
class Steps:
    """Which lever, moved by its step, brings the crossing nearest."""

    scenario: Scenario
    seed: int

    priority: ClassVar = Priority.REASONS

    def work(self, answer: Answer, lane: Lane) -> None:
        """Try each lever up and down."""
        answer.show(next_steps(self.scenario, seed=self.seed, executor=lane, progress=answer.progress))


@dataclass(frozen=True, eq=False)
class Found:
    """The answer to `Fitted`.

    Attributes:
        fit: what the months say.
        predictive: new lives of the fitted company, which the months are checked against.
    """

    fit: Fit
    predictive: Ensemble


@dataclass(frozen=True)
class Fitted:
    """What a company's months say about it, and what is to come."""

    scenario: Scenario
    observed: Observed
    seed: int
    lives: int

    priority: ClassVar = Priority.EXPLORATION

    def work(self, answer: Answer, lane: Lane) -> None:
        """Live what is believed, keep what looks like the company, and live new lives of it to check that."""
        total = self.lives + CHECKED
        folder = _folder() / f"{self.scenario.hash}-{self.seed}-{self.lives}"
        with _alone(folder, lane):
            fit = simkit.calibrate(
                self.scenario,
                self.observed,
                simulations=self.lives,
                seed=self.seed,
                out=folder,
                resume=True,
                executor=lane,
                progress=lambda done, asked: answer.progress(done, total),
            )
        checked = fit.predictive(executor=lane, progress=lambda done, asked: answer.progress(self.lives + done, total))
        answer.lives = self.lives
        answer.show(Found(fit, checked))


@dataclass(frozen=True)
class Weighed:
    """What holding, stopping and other decisions are worth after these months."""

    fitted: Fitted
    lives: int
    fit: Fit = field(compare=False)

    priority: ClassVar = Priority.EXPLORATION

    def work(self, answer: Answer, lane: Lane) -> None:
        """Live each decision."""
        answer.show(simkit.decide(self.fit, lives=self.lives, executor=lane, progress=answer.progress))


@cache
def _folder() -> Path:
    """Where lives of what is believed are kept while the server runs: a fit that was cancelled goes on from there."""
    made = TemporaryDirectory(prefix="simkit-")
    atexit.register(made.cleanup)
    return Path(made.name)


@contextmanager
def _alone(folder: Path, lane: Lane) -> Iterator[None]:
    """Nobody else lives what is believed there: who was cancelled may still be ending, and others may believe the same.

    Raises:
        CancelledError: the lane was closed while it waited.
    """
    lock = _locks[folder]
    while not lock.acquire(timeout=_LOOK):
        if lane.closed:
            raise CancelledError
    try:
        yield
    finally:
        lock.release()


@dataclass(frozen=True)
class Moved:
    """How far each value, moved by itself, moves an outcome."""

    scenario: Scenario
    paths: tuple[str, ...]
    outcome: str
    lives: int
    seed: int

    priority: ClassVar = Priority.EXPLORATION

    def work(self, answer: Answer, lane: Lane) -> None:
        """Live both ends of each value."""
        found = simkit.tornado(
            self.scenario,
            self.paths,
            self.outcome,
            self.lives,
            self.seed,
            _kept_in(self),
            resume=True,
            executor=lane,
            progress=answer.progress,
        )
        answer.lives = found.sweep.design.lives
        answer.show(found)


@dataclass(frozen=True)
class Bounded:
    """The region in which a scenario does not cross."""

    scenario: Scenario
    over: tuple[tuple[str, tuple[float, float]], ...]
    points: int
    lives: int
    seed: int

    priority: ClassVar = Priority.EXPLORATION

    def work(self, answer: Answer, lane: Lane) -> None:
        """Live the points, then look for the limits."""
        found = simkit.discover(
            self.scenario,
            dict(self.over),
            points=self.points,
            replications=self.lives,
            seed=self.seed,
            out=_kept_in(self),
            resume=True,
            executor=lane,
            progress=answer.progress,
        )
        answer.lives = found.sweep.design.lives
        answer.show(found)


def _kept_in(question: Moved | Bounded) -> Path:
    """Where the lives of a question are kept, so that one that was cancelled goes on."""
    said = repr((question.scenario.hash, replace(question, scenario=Scenario())))
    return _folder() / hashlib.sha256(said.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Explored:
    """When lives cross at each point of a design; the value is growing: (point, crossing time of each life)."""

    design: Design

    priority: ClassVar = Priority.EXPLORATION

    def work(self, answer: Answer, lane: Lane) -> None:
        """Live one point after the other."""
        done: list[tuple[int, Floats]] = list(answer.value or ())
        answer.progress(len(done) * self.design.replications, self.design.lives)
        for point in range(len(done), len(self.design.points)):
            scenario = self.design.scenario(point)
            ensemble = simkit.simulate(scenario, self.design.replications, self.design.seed, executor=lane)
            done.append((point, crossing_times(ensemble.plateau)))
            answer.progress(len(done) * self.design.replications, self.design.lives)
            answer.show(tuple(done))
