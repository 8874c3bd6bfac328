"""Which lever, moved by its declared step, brings the crossing nearest: what to try next."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from simkit.errors import ParameterError, RunError
from simkit.experiments.comparison import check_comparable, shifted
from simkit.experiments.levers import group_of
from simkit.experiments.paired import amount, differences, widest
from simkit.parameters import Value, declarations
from simkit.parameters.values import declaration, value_at
from simkit.run import Ensemble, check_measure, simulate
from simkit.run.lives import Floats
from simkit.run.precision import bounds
from simkit.run.replications import whole
from simkit.scenarios import Scenario
from simkit.statistics import Estimate

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Step:
    """One lever, moved by its declared step.

    Attributes:
        path: the lever.
        before, after: its value.
        effect: on the outcome: with the step less without it, paired, in lives that had no part in choosing it.
        cost: on the total cost, likewise, in money.
        lives: how many that were.
    """

    path: str
    before: Value
    after: Value
    effect: Estimate
    cost: Estimate
    lives: int

    @property
    def sure(self) -> bool:
        """Whether the interval of the effect is clear of zero on the good side."""
        return self.effect.high is not None and self.effect.high < 0.0

    @property
    def per_money(self) -> float | None:
        """Months nearer for each unit of money; None where the step costs nothing or brings nothing."""
        effect, cost = self.effect.value or 0.0, self.cost.value or 0.0
        return -effect / cost if cost > 0.0 and self.sure else None


@dataclass(frozen=True, eq=False, repr=False)
class NextSteps:
    """Steps from a scenario, ranked by what they bring.

    All candidates are tried in the same few lives. Those that look best are confirmed in further lives, and
    their figures come from these alone: the best of many in the lives that chose it looks better than it is.

    Attributes:
        scenario: where the steps begin.
        outcome: what they are ranked by, less being better.
        steps: those that were confirmed, the best first.
        tried: how many there were to choose from.
        seed: of all lives.
    """

    scenario: Scenario
    outcome: str
    steps: tuple[Step, ...]
    tried: int
    seed: int

    def __repr__(self) -> str:
        return f"<NextSteps from '{self.scenario.name}': {len(self.steps)} of {self.tried}, seed {self.seed}>"

    def __str__(self) -> str:
        return f"{self!r}\n{self.table.to_string(index=False)}"

    @cached_property
    def table(self) -> pd.DataFrame:
        """lever, from, to, effect, low, high, cost, cost_low, cost_high, per_money, sure, lives; the best first."""
        import pandas as pd

        return pd.DataFrame(
            [
                {
                    "lever": step.path,
                    "from": step.before,
                    "to": step.after,
                    "effect": step.effect.value,
                    "low": step.effect.low,
                    "high": step.effect.high,
                    "cost": step.cost.value,
                    "cost_low": step.cost.low,
                    "cost_high": step.cost.high,
                    "per_money": step.per_money,
                    "sure": step.sure,
                    "lives": step.lives,
                }
                for step in self.steps
            ]
        )


def next_steps(
    scenario: Scenario,
    levers: Iterable[str] | None = None,
    seed: int = 1,
    workers: int | None = None,
    *,
    outcome: str = "restricted_crossing_month",
    screening: int = 12,
    confirming: int = 60,
    keep: int = 6,
    executor: Executor | None = None,
    progress: Callable[[int, int], object] | None = None,
) -> NextSteps:
    """Move each lever by its declared step, up and down, and see which step lowers the outcome most.

    Args:
        scenario: where the steps begin.
        levers: paths; by default all numeric levers but those of the expectation, of reactions and of single channels.
        seed: of all luck; all candidates share it.
        workers, executor: as in `simulate`.
        outcome: a measure that every life has, less of it being better; the restricted mean crossing by default.
        screening: lives in which every candidate is tried.
        confirming: further lives of the candidates that look best; their figures come from these.
        keep: how many candidates are confirmed.
        progress: told how many lives are done, and how many there will be.

    Raises:
        RunError: arguments that cannot be; as `simulate`.
        ParameterError: no such lever, or one without a step.
        Interrupted: by the user.
    """
    check_measure(outcome, scenario.parameters.horizon_months)
    first, more, kept = whole(screening, "screening", 2), whole(confirming, "confirming", 2), whole(keep, "keep", 1)
    paths = default_levers() if levers is None else tuple(levers)
    candidates = [found for path in paths for found in _candidates(scenario, path)]
    if not candidates:
        raise RunError("no lever can be moved", field="levers", hint="Name others.")
    for _, _, changed in candidates:
        check_comparable({"now": scenario, "then": changed}, [outcome])
    total = first * (len(candidates) + 1) + more * (min(kept, len(candidates)) + 1)
    done = 0

    def live(one: Scenario, numbers: range) -> Ensemble:
        nonlocal done
        lives = simulate(one, numbers, seed, workers, executor=executor, progress=shifted(progress, done, total))
        done += len(numbers)
        return lives

    chosen = range(first)
    base = live(scenario, chosen).measure(outcome)
    effects = [float((live(changed, chosen).measure(outcome) - base).mean()) for _, _, changed in candidates]
    best = sorted(range(len(candidates)), key=lambda i: effects[i])[:kept]
    fresh = range(first, first + more)
    now = live(scenario, fresh)
    steps = [_step(*candidates[i][:2], scenario, live(candidates[i][2], fresh), now, outcome) for i in best]
    ranked = tuple(sorted(steps, key=lambda step: step.effect.value or 0.0))
    return NextSteps(scenario, outcome, ranked, len(candidates), seed)


def default_levers() -> tuple[str, ...]:
    """Numeric levers that a company can move: neither what is expected, nor how executives react, nor one channel's."""
    others = {"expectations", "channels"}
    return tuple(
        path for path, entry in declarations().items() if entry.step is not None and group_of(path) not in others
    )


def _candidates(scenario: Scenario, path: str) -> list[tuple[str, Value, Scenario]]:
    """The scenario with a lever moved by its step, up and down as far as its bounds let it."""
    entry = declaration(path)
    if entry.step is None or entry.low is None or entry.high is None:
        raise ParameterError("has no step to move it by", field=path, hint="Name a numeric lever.")
    at = float(value_at(scenario.parameters, path))  # type: ignore[arg-type]  # it has bounds
    found = []
    for to in (at + entry.step, at - entry.step):
        moved = min(max(round(to, 9), entry.low), entry.high)
        after: Value = round(moved) if entry.integer else moved
        if after != at:
            found.append((path, after, scenario.with_changes({path: after})))
    return found


def _step(path: str, after: Value, scenario: Scenario, then: Ensemble, now: Ensemble, outcome: str) -> Step:
    months = scenario.parameters.horizon_months
    return Step(
        path=path,
        before=value_at(scenario.parameters, path),
        after=after,
        effect=_difference(then.measure(outcome), now.measure(outcome), bounds(outcome, months)),
        cost=_difference(then.measure("total_cost"), now.measure("total_cost"), None),
        lives=len(now),
    )


def _difference(then: Floats, now: Floats, ends: tuple[float, float] | None) -> Estimate:
    return amount(differences(then, now), widest(then, now, ends))[0]
