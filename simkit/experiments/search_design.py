"""What a search is asked for: plans, objectives and constraints, checked before anything is run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from simkit.errors import RunError, ScenarioError, nearest
from simkit.experiments.axes import Levels
from simkit.experiments.comparison import check_comparable
from simkit.experiments.design import flat
from simkit.experiments.objectives import Constraint, check_charged, constraints_of, objectives_of, sign
from simkit.experiments.plans import Plans, plans_of
from simkit.run.lives import Floats
from simkit.run.replications import whole
from simkit.scenarios import Scenario, load_scenario
from simkit.scenarios.toml_files import read_toml

Values = Mapping[str, Floats]
"""Outcomes of the same lives by name, each of shape (lives,)."""


@dataclass(frozen=True)
class SearchDesign:
    """What a search is asked for.

    Attributes:
        plans: what there is to choose from.
        objectives: outcomes to make better, each in its good direction.
        constraints: what plans must keep to.
        points: how many plans are tried.
        replications: lives of each, with the same luck.
        confirming: fresh lives that choose among finalists, and as many again from which their figures come.
        finalists: how many plans are confirmed at most; twice as many of a front.
        batch: plans tried at once, on whatever number of workers.
        seed: of luck, draws and proposals.
    """

    plans: Plans
    objectives: tuple[str, ...]
    constraints: tuple[Constraint, ...]
    points: int
    replications: int
    confirming: int
    finalists: int
    batch: int
    seed: int

    @property
    def outcomes(self) -> tuple[str, ...]:
        """Objectives, and what constraints are about."""
        return tuple(dict.fromkeys((*self.objectives, *(one.outcome for one in self.constraints))))

    @property
    def fresh_seed(self) -> int:
        """The seed of the lives that confirm: luck that the search has not seen."""
        return int(np.random.SeedSequence(self.seed, spawn_key=(0xF4E5,)).generate_state(1)[0])

    @property
    def most_finalists(self) -> int:
        """How many plans are confirmed at most."""
        return self.finalists if len(self.objectives) == 1 else 2 * self.finalists

    @property
    def lives(self) -> int:
        """How many lives there are at most."""
        return (self.points + 1) * self.replications + (self.most_finalists + 1) * 2 * self.confirming

    def losses(self, values: Values) -> tuple[float, ...]:
        """Means of the objectives, turned so that less is better; nan where lives have no number."""
        return tuple(sign(name) * float(values[name].mean()) for name in self.objectives)

    def violations(self, values: Values) -> tuple[float, ...]:
        """By how much each constraint is broken."""
        return tuple(one.violation(float(values[one.outcome].mean())) for one in self.constraints)


def search_design(
    scenario: Scenario,
    levers: Mapping[str, Levels],
    objective: str | Iterable[str] = "restricted_crossing_month",
    budget: float | None = None,
    constraints: str | Iterable[str] = (),
    points: int = 64,
    replications: int = 20,
    seed: int = 1,
    *,
    costs: Mapping[str, float] | None = None,
    confirming: int = 100,
    finalists: int = 5,
    batch: int = 8,
) -> SearchDesign:
    """What a search is asked for, checked before anything is run; arguments and errors as in `search`."""
    if not isinstance(scenario, Scenario):
        hint = "Load it with load_scenario(...)."  # type: ignore[unreachable]  # no checker in a notebook
        raise RunError("expected a scenario or a design", field="scenario", value=scenario, hint=hint)
    months = scenario.parameters.horizon_months
    made = SearchDesign(
        plans_of(scenario, levers, budget, costs),
        objectives_of(objective, months),
        constraints_of(constraints, months),
        whole(points, "points", 1),
        whole(replications, "replications", 2),
        whole(confirming, "confirming", 2),
        whole(finalists, "finalists", 1),
        whole(batch, "batch", 1),
        whole(seed, "seed"),
    )
    if made.plans.charged:
        check_charged(made.outcomes)
    for i, path in enumerate(made.plans.paths):
        for value in made.plans.levels[i]:
            changed = scenario.with_changes({path: value})
            check_comparable({"today": scenario, f"{path} {value}": changed}, made.outcomes)
    return made


_KEYS = (
    *("scenario", "set", "levers", "costs", "objective", "budget", "constraints", "points", "replications", "seed"),
    *("confirming", "finalists", "batch"),
)


def load_search_design(path: str | Path) -> SearchDesign:
    """Read a design file (TOML) of a search: scenario, [levers], objective, and whatever else `search` takes.

    The scenario is the name of a shipped one, or a file beside the design; [set] changes values of it first.

    Raises:
        ScenarioError: the file cannot be read, or has an unknown key.
        ParameterError, RunError: as `search`.
    """
    file = Path(path)
    content = read_toml(file, "design")
    for key in content:
        if key not in _KEYS:
            raise ScenarioError("unknown key", field=f"{file.name}: {key}", hint=nearest(key, _KEYS))
    for key, example in (("scenario", 'scenario = "baseline"'), ("levers", "[levers] and a line for each")):
        if key not in content:
            raise ScenarioError(f"names no {key}", field=file.name, hint=f"For example: {example}.")
    base = load_scenario(content.pop("scenario"), folder=file.parent)
    base = base.with_changes(dict(flat(content.pop("set", {}))))
    options = {**content, "levers": dict(flat(content["levers"])), "costs": dict(flat(content.get("costs", {})))}
    return search_design(base, **options)
