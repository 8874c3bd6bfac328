"""Which of a handful of scenarios is best, with a stated probability that the pick is right.

The procedure of Kim & Nelson (2001, doi:10.1145/502109.502111): all scenarios are lived a few times, then one life more
each, again and again; one that is clearly behind another is left out, until a single one remains. If the best is better
than any other by at least the indifference, it is picked with at least the stated probability, whatever the variances,
for outcomes that are normal; the variance is that of differences, so lives with the same luck need fewer.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from simkit.errors import RunError
from simkit.experiments.comparison import Progress, check_comparable, shifted
from simkit.experiments.elimination import Elimination
from simkit.experiments.objectives import sign
from simkit.experiments.paired import effect
from simkit.run import Ensemble, Interrupted, check_measure, simulate
from simkit.run.drawing import presented
from simkit.run.lives import Floats
from simkit.run.precision import bounds, is_share
from simkit.run.replications import whole
from simkit.scenarios import Scenario, load_scenario

if TYPE_CHECKING:
    import pandas as pd

FIRST = 20
"""Lives from which the variances are estimated."""
BUDGET = 1000
_AT_ONCE = 10
"""Further lives that are lived together, whether or not all of them will be looked at."""
_MONTHS, _SHARE = 1.0, 0.05


@dataclass(frozen=True, eq=False, repr=False)
class Ranking:
    """A handful of scenarios, lived until one is best with a stated probability.

    Attributes:
        scenarios: by name.
        outcome: what they are ranked by, in its good direction.
        probability: that the pick is right, if the best is better than all others by the indifference.
        indifference: the smallest difference that matters, in the outcome's unit.
        outcomes: the outcome in each life, for each scenario until it was left out.
        left_out: after how many lives a scenario was clearly behind; those still in have none.
        seed: of all luck.
        level: the confidence of intervals.
    """

    scenarios: Mapping[str, Scenario]
    outcome: str
    probability: float
    indifference: float
    outcomes: Mapping[str, Floats]
    left_out: Mapping[str, int]
    seed: int
    level: float = 0.95

    @property
    def decided(self) -> bool:
        """Whether a single one is left."""
        return len(self.left_out) == len(self.scenarios) - 1

    @property
    def best(self) -> str:
        """The name of the pick, or of the best mean among those that are left where the budget did not do."""
        left = [name for name in self.scenarios if name not in self.left_out]
        return min(left, key=lambda name: sign(self.outcome) * float(self.outcomes[name].mean()))

    @cached_property
    def table(self) -> pd.DataFrame:
        """scenario, mean, behind, low, high, lives, left_out; the best first.

        `behind` is by how much a scenario is worse than the pick, paired, in the lives that it was lived in, with its
        interval. These lives also decided, so it says why, not how much: compare the two in other lives for that.
        """
        import pandas as pd

        months = next(iter(self.scenarios.values())).parameters.horizon_months
        rows: list[dict[str, Any]] = []
        pick = self.outcomes[self.best]
        for name in self.order:
            values = self.outcomes[name]
            row: dict[str, Any] = {"scenario": name, "mean": float(values.mean()), "behind": math.nan}
            row |= {"low": math.nan, "high": math.nan, "lives": len(values), "left_out": self.left_out.get(name)}
            if name != self.best:
                pairs = (values, pick[: len(values)])
                found, _ = effect(self.outcome, *(pairs if sign(self.outcome) > 0 else pairs[::-1]), months, self.level)
                row |= {"behind": found.value, "low": found.low, "high": found.high}
            rows.append(row)
        return pd.DataFrame(rows).astype({"left_out": "Int64"})

    @property
    def order(self) -> list[str]:
        """Names, the pick first: those that are left by their mean, the others as late as they were left out."""
        return sorted(
            self.scenarios,
            key=lambda name: (
                -self.left_out.get(name, math.inf),
                sign(self.outcome) * float(self.outcomes[name].mean()),
            ),
        )

    def chart(self) -> Any:
        """How far each scenario is behind the pick, as an Altair chart.

        Raises:
            RunError: Altair is not installed.
        """
        return presented("search_charts", "ranking_chart", self)

    def __repr__(self) -> str:
        lives = sum(len(values) for values in self.outcomes.values())
        return f"<Ranking by {self.outcome}: {self.said}; {lives} lives, seed {self.seed}>"

    @property
    def said(self) -> str:
        """What came of it, in words."""
        if self.decided:
            return (
                f"'{self.best}' is best with a probability of at least {self.probability:.0%}, "
                f"differences below {self.indifference:g} aside"
            )
        left = ", ".join(f"'{name}'" for name in self.order if name not in self.left_out)
        return f"not decided between {left} within {len(self.outcomes[self.best])} lives of each"

    def __str__(self) -> str:
        return f"{self!r}\n{self.table.to_string(index=False)}"

    def _repr_html_(self) -> str:
        return f"<p>{escape(repr(self)[1:-1])}</p>{self.table.to_html(index=False, float_format='{:,.4g}'.format)}"


class RankingInterrupted(Interrupted):
    """A ranking that was interrupted.

    Attributes:
        ranking: as far as it came; None where not every scenario had its first lives.
        ensemble: None.
        asked: how many lives there were to be at most.
    """

    def __init__(self, ranking: Ranking | None, asked: int) -> None:
        done = 0 if ranking is None else sum(len(values) for values in ranking.outcomes.values())
        RunError.__init__(self, f"interrupted; {done} of at most {asked} lives were done and are kept")
        self.ranking = ranking
        self.ensemble = None
        self.asked = asked

    def __reduce__(self) -> tuple[Any, ...]:
        return RankingInterrupted, (self.ranking, self.asked)


def rank(
    scenarios: Mapping[str, Scenario | str],
    outcome: str = "restricted_crossing_month",
    probability: float = 0.95,
    indifference: float | None = None,
    seed: int = 1,
    workers: int | None = None,
    *,
    first: int = FIRST,
    budget: int = BUDGET,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Ranking:
    """Live a handful of scenarios with the same luck until one is best with a stated probability.

    Args:
        scenarios: two or more by name, or names of shipped ones and files; up to some twenty.
        outcome: a measure that every life has; it is ranked in its good direction.
        probability: that the pick is right, if the best is better than all others by the indifference. If others are
            closer to it than that, the pick is one of those.
        indifference: the smallest difference that matters, in the outcome's unit; by default a month, or five points of
            a share. An amount of money has none.
        seed: of all luck.
        workers, executor: as in `simulate`.
        first: lives of each from which variances are estimated.
        budget: the most lives of each; where they do not do, it is not decided.
        progress: told how many lives are done, and how many there will be at most.

    Raises:
        RunError: arguments that cannot be; as `simulate`.
        RankingInterrupted: by the user; it carries what was done.
    """
    given = _given(scenarios, outcome)
    matters = _indifference(outcome, indifference)
    least, most = whole(first, "first", 3), whole(budget, "budget", 3)
    if not 1.0 / len(given) < probability < 1.0:
        raise RunError(f"must lie between {1 / len(given):.2g}, a guess, and 1", field="probability", value=probability)
    if most < least:
        raise RunError(f"expected at least the {least} lives to begin with", field="budget", value=budget)
    ends = bounds(outcome, next(iter(given.values())).parameters.horizon_months)
    procedure = Elimination(len(given), probability, matters, least, ends[1] - ends[0] if ends else 0.0)
    names, lives = list(given), dict[str, Ensemble]()

    def ranking() -> Ranking | None:
        if len(lives) < len(given):
            return None
        out = {names[i]: n for i, n in procedure.out.items()}
        values = {name: lives[name].measure(outcome)[: out.get(name)] for name in names}
        return Ranking(given, outcome, probability, matters, values, out, seed)

    try:
        _eliminate(given, lives, procedure, outcome, seed, least, most, workers, executor, progress)
    except (Interrupted, KeyboardInterrupt):
        raise RankingInterrupted(ranking(), most * len(given)) from None
    made = ranking()
    assert made is not None
    return made


def _eliminate(
    given: Mapping[str, Scenario],
    lives: dict[str, Ensemble],
    procedure: Elimination,
    outcome: str,
    seed: int,
    first: int,
    most: int,
    workers: int | None,
    executor: Executor | None,
    progress: Progress | None,
) -> None:
    """Live what is left, some lives at a time, and look at them one by one, as the procedure does."""
    names, reach, seen = list(given), first, 0
    while len(procedure.left) > 1 and seen < most:
        for i in procedure.left:
            told = shifted(progress, sum(len(one) for one in lives.values()), most * len(given))
            if names[i] in lives:
                lives[names[i]] = lives[names[i]].extend(reach, workers, executor=executor, progress=told)
            else:
                lives[names[i]] = simulate(given[names[i]], reach, seed, workers, executor=executor, progress=told)
        values = {i: sign(outcome) * lives[names[i]].measure(outcome) for i in procedure.left}
        while seen < reach and len(procedure.left) > 1:
            seen += 1
            rows = np.full((len(given), seen), np.nan)
            for i in procedure.left:
                rows[i] = values[i][:seen]
            procedure.look(rows)
        reach = min(reach + _AT_ONCE, most)


def _given(scenarios: Mapping[str, Scenario | str], outcome: str) -> dict[str, Scenario]:
    if not isinstance(scenarios, Mapping) or len(scenarios) < 2:  # type: ignore[redundant-expr]  # no checker in a notebook
        hint = 'For example {"today": a, "integrated": b}.'
        raise RunError("expected two or more scenarios by name", field="scenarios", hint=hint)
    given = {str(name): load_scenario(one) if isinstance(one, str) else one for name, one in scenarios.items()}
    for name, one in given.items():
        if not isinstance(one, Scenario):
            raise RunError("expected a scenario or the name of one", field=f"scenarios.{name}", value=one)
    check_measure(outcome, next(iter(given.values())).parameters.horizon_months)
    check_comparable(given, [outcome])
    return given


def _indifference(outcome: str, asked: float | None) -> float:
    if asked is None:
        if not (is_share(outcome) or outcome.startswith("restricted_")):
            hint = "For example indifference=20_000."
            raise RunError("say which difference matters", field="indifference", value=outcome, hint=hint)
        return _SHARE if is_share(outcome) else _MONTHS
    if isinstance(asked, str | bool) or not 0.0 < asked < math.inf:
        raise RunError("must be above 0", field="indifference", value=asked)
    return float(asked)
