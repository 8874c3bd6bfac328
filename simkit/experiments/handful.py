"""A handful of plans to choose from: scenarios by name, or today's and the finalists of a search with their prices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from simkit.errors import RunError
from simkit.experiments.comparison import check_comparable
from simkit.experiments.objectives import check_charged
from simkit.experiments.searched import Search
from simkit.run import check_measure
from simkit.run.lives import Floats
from simkit.scenarios import Scenario, load_scenario


@dataclass(frozen=True)
class Handful:
    """Plans that are held against each other.

    Attributes:
        plans: scenarios by name.
        charges: what each pays a month above today's that the model does not know of, since the user gave it.
        outcome: what they are held against each other by.
    """

    plans: Mapping[str, Scenario]
    charges: Mapping[str, float]
    outcome: str

    def check_whole(self, name: str, values: Floats, hint: str = "They spend nothing, so have no return.") -> None:
        """Refuse lives of a plan that have no number.

        Args:
            name: of the plan.
            values: the outcome in each life; one that is missing is nan.
            hint: why that may be.

        Raises:
            RunError: there are some.
        """
        missing = int(np.isnan(values).sum())
        if missing:
            message = f"{missing} of {len(values)} lives of '{name}' have no number"
            raise RunError(message, field=self.outcome, hint=hint)


def handful(plans: Mapping[str, Scenario | str] | Search, outcome: str | None, field: str) -> Handful:
    """Plans to choose from, checked before anything is run.

    Args:
        plans: two or more scenarios by name; or a search, of which today's scenario and the finalists are taken.
        outcome: a measure; by default the search's first objective, or the restricted mean crossing.
        field: what messages call the plans.

    Raises:
        RunError: fewer than two plans, what is no scenario, or a search without finalists; an outcome that may be
            missing, cannot be compared between them, or cannot be charged with the prices of the search.
    """
    if isinstance(plans, Search):
        if not plans.finalists:
            raise RunError("nothing is confirmed yet", field=field, hint="Resume the search.")
        design = plans.design.plans
        finalists = {f"plan {one.number}": one.plan for one in plans.finalists}
        given = {"today": design.base} | {name: design.scenario(plan) for name, plan in finalists.items()}
        charges = {"today": 0.0} | {name: design.charge(plan) for name, plan in finalists.items()}
        outcome = outcome or plans.design.objectives[0]
    else:
        given, outcome = _named(plans, field), outcome or "restricted_crossing_month"
        charges = dict.fromkeys(given, 0.0)
    check_measure(outcome, next(iter(given.values())).parameters.horizon_months)
    check_comparable(given, [outcome])
    if any(charges.values()):
        check_charged([outcome])
    return Handful(given, charges, outcome)


def _named(plans: Mapping[str, Scenario | str], field: str) -> dict[str, Scenario]:
    if not isinstance(plans, Mapping) or len(plans) < 2:  # type: ignore[redundant-expr]  # no checker in a notebook
        hint = 'For example {"today": a, "integrated": b}, or what `search` found.'
        raise RunError("expected two or more scenarios by name", field=field, hint=hint)
    given = {str(name): load_scenario(one) if isinstance(one, str) else one for name, one in plans.items()}
    for name, one in given.items():
        if not isinstance(one, Scenario):
            raise RunError("expected a scenario or the name of one", field=f"{field}.{name}", value=one)
    return given
