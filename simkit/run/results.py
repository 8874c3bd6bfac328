"""What lives came to, against what was expected of them and what they cost."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from simkit import plateau
from simkit.model.recorder import MONTHLY
from simkit.parameters.values import value_at
from simkit.run.lives import Floats, Lives
from simkit.scenarios import Scenario


def output(lives: Lives, name: str) -> Floats:
    """One monthly output; shape (lives, months)."""
    return lives.monthly[:, :, MONTHLY.index(name)]


def crossing(scenario: Scenario, lives: Lives, first_expectation: bool = False) -> plateau.Crossing:
    """Valley, crossing and outcome of each life.

    Args:
        scenario: the scenario that was lived.
        lives: the lives.
        first_expectation: against the expectation as it was at first, without dated changes and resets.
    """
    return plateau.crossing(
        results=output(lives, scenario.parameters.expectation.metric),
        expected=lives.first_expected if first_expectation else output(lives, "expected"),
        starting_level=lives.starting_level,
        target=_target(scenario, lives, dated=not first_expectation),
        stopped_month=lives.stopped_month,
    )


def returns(scenario: Scenario, lives: Lives) -> plateau.Returns:
    """What each life earned and cost. A customer is worth, and stays, what the scenario says of month 1."""
    value, lifetime = "company.customer_value", "company.customer_lifetime_months"
    over_time = _over_time(scenario, lives, (value, lifetime), dated=True)
    at_first = [values for month, values in over_time if month == 1][-1]
    return plateau.returns(
        margin=output(lives, "margin"),
        cost=output(lives, "cost"),
        customers=output(lives, "customers"),
        starting_margin=lives.starting_margin,
        customer_value=at_first[value],
        customer_lifetime_months=at_first[lifetime],
    )


def _target(scenario: Scenario, lives: Lives, dated: bool) -> Floats:
    """T as it was in force, shape (lives, months); of a line drawn by points it is the level after the last."""
    target, shape, points = "expectation.target_per_month", "expectation.shape", "expectation.points"
    table = np.empty((len(lives), scenario.parameters.horizon_months))
    for month, values in _over_time(scenario, lives, (target, shape, points), dated):
        level = values[points][-1][1] if values[shape] == "points" else values[target]
        table[:, month - 1 :] = np.asarray(level, dtype=float)[..., np.newaxis]
    return table


def _over_time(
    scenario: Scenario, lives: Lives, paths: tuple[str, ...], dated: bool
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Values in force from a month on: one a path, or one a life where the value was drawn."""
    current: dict[str, Any] = {path: value_at(scenario.parameters, path) for path in paths}
    current |= {path: lives.drawn[:, i] for i, path in enumerate(lives.drawn_paths) if path in current}
    yield 1, current
    for change in scenario.changes if dated else ():
        current = current | {path: value for path, value in change.values if path in current}
        yield change.month, current
