"""What a search chooses among: plans, each a level of every lever, and what they cost a month."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from simkit.errors import ParameterError, RunError, nearest
from simkit.experiments.axes import Axis, Levels, axis_of
from simkit.parameters import Declaration, Value
from simkit.parameters.values import declaration, value_at
from simkit.scenarios import Scenario

Plan = tuple[int, ...]
"""For each lever the place of its level."""

_MONTHLY = " each month"


@dataclass(frozen=True)
class Plans:
    """All plans over some levers of a scenario.

    Attributes:
        base: the scenario as it is today.
        paths: the levers.
        levels: of each lever, rising where they are numbers.
        costs: of each level, in money a month above today's; None for a lever of which nobody has said it.
        charges: the part of these costs that is not in the model, since the user gave it.
        budget: the most that a plan may cost a month above today's; None for no limit.
    """

    base: Scenario
    paths: tuple[str, ...]
    levels: tuple[tuple[Value, ...], ...]
    costs: tuple[tuple[float, ...] | None, ...]
    charges: tuple[tuple[float, ...], ...]
    budget: float | None = None

    def __len__(self) -> int:
        return math.prod(len(levels) for levels in self.levels)

    @property
    def charged(self) -> bool:
        """Whether a plan may cost money of which the model does not know."""
        return any(any(charges) for charges in self.charges)

    def values(self, plan: Plan) -> dict[str, Value]:
        """A plan's values by their paths."""
        return {path: self.levels[i][place] for i, (path, place) in enumerate(zip(self.paths, plan, strict=True))}

    def scenario(self, plan: Plan) -> Scenario:
        """The scenario of a plan."""
        return self.base.with_changes(self.values(plan))

    def cost(self, plan: Plan) -> float:
        """What a plan costs a month above today's; nan where a lever has no cost in money."""
        if any(costs is None for costs in self.costs):
            return math.nan
        return math.fsum(costs[place] for costs, place in zip(self.costs, plan, strict=True) if costs is not None)

    def charge(self, plan: Plan) -> float:
        """What of it is not in the costs of the model."""
        return math.fsum(charges[place] for charges, place in zip(self.charges, plan, strict=True))

    def over(self, plan: Plan) -> float:
        """By how much a plan costs more than the budget; 0 or less within it."""
        return -math.inf if self.budget is None else self.cost(plan) - self.budget

    def brought_within(self, plan: Plan, random: np.random.Generator) -> Plan:
        """A plan within the budget: levers in random order go to the dearest level that it leaves room for."""
        places = list(plan)
        for i in random.permutation(len(plan)).tolist():
            excess = self.over(tuple(places))
            if excess <= 0.0:
                break
            costs = self.costs[i]
            assert costs is not None
            room = costs[places[i]] - excess
            fitting = [place for place, cost in enumerate(costs) if cost <= room] or [int(np.argmin(costs))]
            places[i] = max(fitting, key=lambda place: (costs[place], -abs(place - plan[i])))
        return tuple(places)

    def random(self, random: np.random.Generator) -> Plan:
        """A plan within the budget."""
        plan = tuple(int(random.integers(len(levels))) for levels in self.levels)
        return self.brought_within(plan, random)

    def affordable(self) -> Iterator[Plan]:
        """All plans within the budget, in order."""
        return (
            plan for plan in itertools.product(*(range(len(levels)) for levels in self.levels)) if self.over(plan) <= 0
        )

    @cached_property
    def cheapest(self) -> float:
        """What the cheapest plan costs; nan where that is not known."""
        return (
            math.nan if any(c is None for c in self.costs) else math.fsum(min(c) for c in self.costs if c is not None)
        )


def plans_of(
    base: Scenario,
    levers: Mapping[str, Levels],
    budget: float | None = None,
    costs: Mapping[str, float] | None = None,
) -> Plans:
    """All plans over some levers, checked before anything is run.

    Args:
        base: the scenario as it is today.
        levers: for each path a list of levels, or a range, which is cut into the lever's declared steps.
        budget: the most that a plan may cost above today's, in money a month.
        costs: what a declared step away from today's value costs a month, by path, where the declaration has no price
            in money; for a lever that is a word, any other word.

    Raises:
        ParameterError: an unknown path, one that is no lever, a value out of bounds, or no cost under a budget.
        RunError: no lever, or a budget within which there is no plan.
    """
    if not levers or not isinstance(levers, Mapping):
        hint = 'For example {"process.silos": [0, 0.5]}.'
        raise RunError("expected levels or a range by path", field="levers", value=levers or None, hint=hint)
    prices = _prices(levers, costs or {})
    found = [_lever(base, path, given, prices.get(path)) for path, given in levers.items()]
    unpriced = [entry for entry, _, cost, _ in found if cost is None]
    if budget is not None:
        if not _is_amount(budget):
            raise RunError("expected an amount of money a month", field="budget", value=budget)
        if unpriced:
            named = ", ".join(f"{entry.path} ({entry.step_cost})" for entry in unpriced)
            step = f"a step of {unpriced[0].step:g}" if unpriced[0].step else "a change"
            raise ParameterError(
                f"a budget needs a cost in money of every lever, and there is none of {named}",
                field="budget",
                hint=f'Say what {step} costs a month, 0 if nothing: costs = {{"{unpriced[0].path}": 1000}}.',
            )
    made = Plans(
        base,
        tuple(levers),
        tuple(levels for _, levels, _, _ in found),
        tuple(cost for _, _, cost, _ in found),
        tuple(charge for _, _, _, charge in found),
        None if budget is None else float(budget),
    )
    if made.budget is not None and made.cheapest > made.budget:
        raise RunError(
            f"there is no plan within it: the cheapest costs {made.cheapest:,.0f} a month above today's",
            field="budget",
            value=budget,
            hint="Raise it, or give levers cheaper levels.",
        )
    return made


def _is_amount(given: object) -> bool:
    return isinstance(given, int | float) and not isinstance(given, bool) and math.isfinite(given)


def _prices(levers: Mapping[str, Levels], costs: Mapping[str, float]) -> dict[str, float]:
    for path, cost in costs.items():
        entry = declaration(path)
        if path not in levers:
            hint = nearest(path, levers) or f"There are {', '.join(levers)}."
            raise ParameterError("has a cost, but is no lever of this search", field=f"costs.{path}", hint=hint)
        if unit_price(entry) is not None:
            hint = f"Its cost is declared: {entry.step_cost}."
            raise ParameterError("is paid in the model already", field=f"costs.{path}", value=cost, hint=hint)
        if not (_is_amount(cost) and cost >= 0.0):
            raise ParameterError("expected money a month for a step, 0 or more", field=f"costs.{path}", value=cost)
    return {path: float(cost) for path, cost in costs.items()}


def _lever(
    base: Scenario, path: str, given: Levels, price: float | None
) -> tuple[Declaration, tuple[Value, ...], tuple[float, ...] | None, tuple[float, ...]]:
    """A lever's declaration, levels, costs, and what of them is not in the model."""
    entry = declaration(path)
    if entry.kind != "lever":
        hint = "Nobody chooses it; `robust` says what not knowing it does to plans."
        raise ParameterError("is no lever", field=path, hint=hint)
    levels = _steps(axis_of(path, given), entry)
    now = value_at(base.parameters, path)
    unit = unit_price(entry)
    if unit is not None:
        each = 1.0 if unit == "" else float(value_at(base.parameters, unit))  # type: ignore[arg-type]
        return entry, levels, tuple(each * (level - now) for level in levels), (0.0,) * len(levels)  # type: ignore[operator]
    if price is None and entry.step_cost:
        return entry, levels, None, (0.0,) * len(levels)
    charges = tuple((price or 0.0) * _moved(now, level, entry.step) for level in levels)
    return entry, levels, charges, charges


def unit_price(entry: Declaration) -> str | None:
    """The path of what a unit of a lever costs a month; '' where it is itself such an amount; None without a price."""
    if not entry.step_cost.endswith(_MONTHLY):
        return None
    named = entry.step_cost.removesuffix(_MONTHLY)
    return "" if named == "itself" else f"{entry.path.rpartition('.')[0]}.{named}"


def _moved(now: Value, level: Value, step: float | None) -> float:
    """How many declared steps a level is away from today's value; 1 for another word."""
    if step is None or not isinstance(now, int | float) or not isinstance(level, int | float):
        return float(level != now)
    return abs(level - now) / step


def _steps(axis: Axis, entry: Declaration) -> tuple[Value, ...]:
    """The levels of a lever, rising where they are numbers; a range in declared steps, its ends included."""
    if axis.range is None:
        numbers = all(isinstance(level, int | float) for level in axis.levels)
        return tuple(sorted(axis.levels)) if numbers else axis.levels
    low, high = axis.range
    assert entry.step is not None  # every lever with bounds has one
    count = math.floor((high - low) / entry.step + 1e-9)
    steps = [round(low + i * entry.step, 9) for i in range(count + 1)]
    if steps[-1] < high - 1e-9:
        steps.append(high)
    return tuple(round(step) for step in steps) if entry.integer else tuple(steps)
