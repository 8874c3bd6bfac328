"""The questions that pages ask; `answers` computes each of them once."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import ClassVar

import simkit
from simkit.experiments.calibrate import CHECKED, Fit
from simkit.experiments.comparison import Comparison
from simkit.experiments.design import Design
from simkit.experiments.next_steps import next_steps
from simkit.experiments.search_design import SearchDesign
from simkit.observed import Observed
from simkit.plateau import crossing_times
from simkit.run import Ensemble, Precision
from simkit.run.lives import Floats
from simkit.scenarios import Scenario
from simkit_app.answers import Answer
from simkit_app.folders import alone, kept_in
from simkit_app.queue import Lane, Priority

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
        begun: Ensemble | None = answer.value
        ensemble = begun
        if begun is None or len(begun) < SETTLED:
            lane.urgent = EARLY
            for ensemble in simkit.stream(self.scenario, range(SETTLED), self.seed, chunk=1, executor=lane):
                if begun is None or len(ensemble) > len(begun):  # a picture never holds less than before
                    self._show(answer, ensemble)
        else:
            self._show(answer, begun)
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
        folder = kept_in(self.scenario, (self.seed, self.lives))
        with alone(folder, lane):
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
            kept_in(self.scenario, replace(self, scenario=Scenario())),
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
            out=kept_in(self.scenario, replace(self, scenario=Scenario())),
            resume=True,
            executor=lane,
            progress=answer.progress,
        )
        answer.lives = found.sweep.design.lives
        answer.show(found)


@dataclass(frozen=True)
class Planned:
    """The best plan, or the front; the value is growing: a search as it stands, then with its finalists confirmed."""

    design: SearchDesign

    priority: ClassVar = Priority.EXPLORATION

    def work(self, answer: Answer, lane: Lane) -> None:
        """Try the plans, then confirm the best of them in fresh lives; where none will do, they are the answer."""
        plans = replace(self.design.plans, base=Scenario())
        folder = kept_in(self.design.plans.base, replace(self.design, plans=plans))
        with alone(folder, lane):
            try:
                found = simkit.search(
                    self.design, out=folder, resume=True, executor=lane, progress=answer.progress, standing=answer.show
                )
            except simkit.Infeasible as none:
                found = none.search
        answer.lives = self.design.lives
        answer.show(found)


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
