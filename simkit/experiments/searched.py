"""What a search found: plans that were tried, the best of them, and what they are worth in lives that chose nothing."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from simkit.errors import RunError
from simkit.experiments.objectives import sign
from simkit.experiments.paired import effect
from simkit.experiments.plans import Plan
from simkit.experiments.search_design import SearchDesign, Values
from simkit.run.drawing import presented
from simkit.run.lives import Floats
from simkit.scenarios import Scenario

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Tried:
    """A plan that was tried.

    Attributes:
        number: in the order in which plans were proposed.
        plan: places of levels.
        outcomes: what came of it in the lives of the search.
    """

    number: int
    plan: Plan
    outcomes: Values

    @property
    def whole(self) -> bool:
        """Whether every life has all outcomes."""
        return not any(np.isnan(lives).any() for lives in self.outcomes.values())


@dataclass(frozen=True, eq=False, repr=False)
class Search:
    """Plans that were tried under constraints, and those that were confirmed in fresh lives.

    Attributes:
        design: what was asked for.
        today: outcomes of the scenario as it is, in the lives of the search.
        tried: the plans, in order.
        finalists: those that were confirmed, the best of the search first.
        fresh: outcomes in fresh lives, of today and then of each finalist; the first half of the lives chooses among
            the finalists, figures come from the second. None as long as nothing is confirmed.
        folder: where the lives are.
        level: the confidence of each interval.
    """

    design: SearchDesign
    today: Values
    tried: tuple[Tried, ...]
    finalists: tuple[Tried, ...]
    fresh: tuple[Values, ...] | None
    folder: Path
    level: float = 0.95

    @property
    def feasible(self) -> tuple[Tried, ...]:
        """Plans that keep to all constraints in the lives of the search."""
        return tuple(one for one in self.tried if one.whole and not any(self.design.violations(one.outcomes)))

    @cached_property
    def chosen(self) -> tuple[Tried, ...]:
        """The best plan, or the front, by the first half of the fresh lives; all constraints are met there.

        Raises:
            RunError: nothing is confirmed yet, or no finalist keeps to the constraints in fresh lives.
        """
        if self.fresh is None:
            raise RunError("nothing is confirmed yet", field="search", hint="Resume it.")
        halves = [_half(values, 0) for values in self.fresh[1:]]
        keep = [i for i, half in enumerate(halves) if not any(self.design.violations(half))]
        if not keep:
            message = f"none of {len(halves)} finalists meets all constraints in fresh lives"
            raise RunError(f"{message}; {self.said_of(*self.nearest)}", field="constraints")
        losses = np.array([self.design.losses(halves[i]) for i in keep])
        order = not_dominated(losses)
        return tuple(self.finalists[keep[i]] for i in order[: 1 if len(self.design.objectives) == 1 else None])

    @property
    def nearest(self) -> tuple[Tried, Values]:
        """The plan that comes nearest to the constraints, with its outcomes.

        It is a finalist, in the fresh lives that choose; where nothing is confirmed, any plan that was tried.

        Raises:
            RunError: no plan has a number in every life.
        """
        if self.fresh is None:
            pairs = [(one, one.outcomes) for one in self.tried if one.whole]
        else:
            pairs = [(one, _half(values, 0)) for one, values in zip(self.finalists, self.fresh[1:], strict=True)]
        if not pairs:
            message = f"all {len(self.tried)} plans have lives without a number"
            raise RunError(message, field=", ".join(self.design.outcomes))
        sums = np.array([self.design.violations(values) for _, values in pairs]).sum(axis=1)
        return pairs[int(sums.argmin())]

    @property
    def best(self) -> Scenario:
        """The scenario of the best plan, named 'best'.

        Raises:
            RunError: there are several objectives, or as `chosen`.
        """
        if len(self.design.objectives) > 1:
            raise RunError("several objectives have no single best", field="best", hint="See `front` and `scenario`.")
        return replace(self.scenario(self.chosen[0].number), name="best", title="The best plan found")

    def scenario(self, number: int) -> Scenario:
        """The scenario of a plan, by its number.

        Raises:
            RunError: there is no such plan.
        """
        if number not in range(len(self.tried)):
            raise RunError(f"there are plans 0 to {len(self.tried) - 1}", field="plan", value=number)
        made = self.design.plans.scenario(self.tried[number].plan)
        return replace(made, name=f"plan-{number}", title=f"Plan {number}")

    @property
    def trials(self) -> pd.DataFrame:
        """One row a plan that was tried: plan, its values by path, cost, means of the outcomes, met, failed.

        The means are of the lives of the search, which also chose: those of the best plans flatter. `cost` is money a
        month above today's, missing where a lever has none; `failed` counts lives without a number.
        """
        return self._table(self.tried)

    @property
    def front(self) -> pd.DataFrame:
        """The rows of `confirmed` of the plans that no other beats in all objectives; the best plan for one objective.

        Raises:
            RunError: as `chosen`.
        """
        numbers = [one.number for one in self.chosen]
        table = self.confirmed
        return table[table["plan"].isin(numbers)].reset_index(drop=True)

    @cached_property
    def confirmed(self) -> pd.DataFrame:
        """One row a finalist and outcome, from fresh lives that chose nothing.

        Columns: plan, values by path, cost, outcome, mean, today, searched, effect, low, high, shrinkage, level, n,
        chosen. `effect` is the paired difference from today in `n` fresh lives, `searched` that in the lives of the
        search, and `shrinkage` the part of its merit that was luck: by how much better it looked there.
        """
        import pandas as pd

        months = self.design.plans.base.parameters.horizon_months
        rows = []
        for one, values, base in self._reported():
            for outcome in self.design.outcomes:
                found, _ = effect(outcome, values[outcome], base[outcome], months, self.level)
                searched = float((one.outcomes[outcome] - self.today[outcome]).mean())
                rows.append(
                    {
                        "outcome": outcome,
                        "mean": float(values[outcome].mean()),
                        "today": float(base[outcome].mean()),
                        "searched": searched,
                        "effect": found.value,
                        "low": found.low,
                        "high": found.high,
                        "shrinkage": sign(outcome) * (float(found.value or 0.0) - searched),
                        "level": self.level,
                        "n": found.n,
                    }
                )
        every = [one for one in self.finalists for _ in self.design.outcomes]
        names = ["plan", *self.design.plans.paths, "cost"]
        table = pd.concat([self._table(every)[names], pd.DataFrame(rows)], axis=1)
        numbers = {one.number for one in self._chosen_or_none()}
        return table.assign(chosen=[one.number in numbers for one in every])

    def kept_to(self) -> dict[str, str]:
        """For each constraint, whether the fresh lives of the chosen plans meet it: 'met', 'broken' or 'open'.

        'open' means that the interval of the mean holds the bound. Of a front it is the worst of its plans.
        """
        from simkit.statistics import mean, share

        worst: dict[str, str] = {}
        numbers = {one.number for one in self._chosen_or_none()}
        for one, values, _ in self._reported():
            for constraint in self.design.constraints if one.number in numbers else ():
                lives = values[constraint.outcome]
                found = share(lives, level=self.level) if set(lives) <= {0.0, 1.0} else mean(lives, level=self.level)
                said = constraint.verdict(
                    -math.inf if found.low is None else found.low, math.inf if found.high is None else found.high
                )
                ranks = ("met", "open", "broken")
                worst[str(constraint)] = max(said, worst.get(str(constraint), "met"), key=ranks.index)
        return worst

    def chart(self) -> Any:
        """The front of two objectives, or what the finalists kept of what they promised, as an Altair chart.

        Raises:
            RunError: there is one objective and nothing is confirmed yet, or Altair is not installed.
        """
        return presented("search_charts", "search_chart", self)

    def said_of(self, one: Tried, values: Values) -> str:
        """What keeps a plan from meeting the constraints, in words."""
        broken = [
            f"'{constraint}' with {float(values[constraint.outcome].mean()):.4g}"
            for constraint, by in zip(self.design.constraints, self.design.violations(values), strict=True)
            if by
        ]
        chosen = ", ".join(f"{path} {value}" for path, value in self.design.plans.values(one.plan).items())
        return f"the nearest one breaks {' and '.join(broken)} ({chosen})"

    def _chosen_or_none(self) -> tuple[Tried, ...]:
        try:
            return self.chosen
        except RunError:
            return ()

    def _reported(self) -> Iterator[tuple[Tried, Values, Values]]:
        """Finalists with their outcomes and today's in the lives that report."""
        if self.fresh is None:
            raise RunError("nothing is confirmed yet", field="search", hint="Resume it.")
        base = _half(self.fresh[0], 1)
        for one, values in zip(self.finalists, self.fresh[1:], strict=True):
            yield one, _half(values, 1), base

    def _table(self, plans: Sequence[Tried]) -> pd.DataFrame:
        import pandas as pd

        rows: list[dict[str, Any]] = []
        for one in plans:
            missing = np.any([np.isnan(one.outcomes[name]) for name in self.design.outcomes], axis=0)
            rows.append(
                {
                    "plan": one.number,
                    **self.design.plans.values(one.plan),
                    "cost": self.design.plans.cost(one.plan),
                    **{outcome: float(one.outcomes[outcome].mean()) for outcome in self.design.outcomes},
                    "met": not missing.any() and not any(self.design.violations(one.outcomes)),
                    "failed": int(missing.sum()),
                }
            )
        return pd.DataFrame(rows)

    def __repr__(self) -> str:
        design = self.design
        return (
            f"<Search from '{design.plans.base.name}' for {', '.join(design.objectives)}: {len(self.tried)} of "
            f"{len(design.plans):,} plans tried, {len(self.finalists)} confirmed, seed {design.seed}>"
        )

    def __str__(self) -> str:
        shown = self.trials if self.fresh is None else self.confirmed
        return f"{self!r}\n{shown.to_string(index=False)}"

    def _repr_html_(self) -> str:
        shown = self.trials if self.fresh is None else self.confirmed.drop(columns="level")
        return f"<p>{escape(repr(self)[1:-1])}</p>{shown.to_html(index=False, float_format='{:,.4g}'.format)}"


class Infeasible(RunError):
    """No plan that was tried meets all constraints.

    Attributes:
        search: what was tried.
    """

    def __init__(self, search: Search) -> None:
        message = f"no plan of {len(search.tried)} tried meets all of them; {search.said_of(*search.nearest)}"
        hint = (
            "Loosen what binds, give levers a wider range, or try more plans. "
            f"Those that were tried are in {search.folder / 'trials.csv'}."
        )
        super().__init__(message, field="constraints", hint=hint)
        self.search = search

    def __reduce__(self) -> tuple[Any, ...]:
        return Infeasible, (self.search,)


def not_dominated(losses: Floats) -> list[int]:
    """Rows that no other row beats: none is at least as good in all columns and better in one. By the first column.

    Args:
        losses: less is better; shape (plans, objectives).
    """
    kept = []
    for i in np.lexsort(losses.T[::-1]).tolist():
        beaten = (losses <= losses[i]).all(axis=1) & (losses < losses[i]).any(axis=1)
        if not beaten.any():
            kept.append(i)
    return kept


def _half(values: Values, second: int) -> Values:
    """The lives that choose, or those that report."""
    return {name: lives[second * (len(lives) // 2) :][: len(lives) // 2] for name, lives in values.items()}
