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
from simkit.experiments.comparison import Progress, shifted
from simkit.experiments.elimination import Elimination
from simkit.experiments.handful import Handful, handful
from simkit.experiments.objectives import charged, sign
from simkit.experiments.paired import effect
from simkit.experiments.searched import Search
from simkit.run import Ensemble, Interrupted, simulate
from simkit.run.drawing import presented
from simkit.run.lives import Floats
from simkit.run.precision import bounds, is_share
from simkit.run.replications import whole
from simkit.scenarios import Scenario

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
        outcomes: the outcome in each life, charged with the prices of a search, for each scenario until it was left
            out.
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
    scenarios: Mapping[str, Scenario | str] | Search,
    outcome: str | None = None,
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
        scenarios: two or more by name, or names of shipped ones and files; up to some twenty. Or a search, of which
            today's scenario and the finalists are taken, with the prices that were given in it.
        outcome: a measure that every life has, ranked in its good direction; the restricted mean crossing by default,
            or the search's first objective.
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
        RunError: arguments that cannot be; a life without a number; as `simulate`.
        RankingInterrupted: by the user; it carries what was done.
    """
    given = handful(scenarios, outcome, "scenarios")
    matters = _indifference(given.outcome, indifference)
    least, most = whole(first, "first", 3), whole(budget, "budget", 3)
    names, count = list(given.plans), len(given.plans)
    if not 1.0 / count < probability < 1.0:
        hint = f"As a share: {probability / 100.0:g}." if 1.0 < probability < 100.0 else ""
        message = f"must lie between {1 / count:.2g}, a guess, and 1"
        raise RunError(message, field="probability", value=probability, hint=hint)
    if most < least:
        raise RunError(f"expected at least the {least} lives to begin with", field="budget", value=budget)
    ends = bounds(given.outcome, given.plans[names[0]].parameters.horizon_months)
    procedure = Elimination(count, probability, matters, least, ends[1] - ends[0] if ends else 0.0)
    lives: dict[str, Ensemble] = {}

    def ranking() -> Ranking | None:
        if len(lives) < count:
            return None
        out = {names[i]: n for i, n in procedure.out.items()}
        values = {name: _values(given, name, lives[name])[: out.get(name)] for name in names}
        return Ranking(given.plans, given.outcome, probability, matters, values, out, seed)

    try:
        _eliminate(given, lives, procedure, seed, least, most, workers, executor, progress)
    except (Interrupted, KeyboardInterrupt):
        raise RankingInterrupted(ranking(), most * count) from None
    made = ranking()
    assert made is not None
    return made


def _eliminate(
    given: Handful,
    lives: dict[str, Ensemble],
    procedure: Elimination,
    seed: int,
    first: int,
    most: int,
    workers: int | None,
    executor: Executor | None,
    progress: Progress | None,
) -> None:
    """Live what is left, some lives at a time, and look at them one by one, as the procedure does."""
    names, reach, seen = list(given.plans), first, 0
    while len(procedure.left) > 1 and seen < most:
        for name in (names[i] for i in procedure.left):
            told = shifted(progress, sum(len(one) for one in lives.values()), most * len(names))
            if name in lives:
                lives[name] = lives[name].extend(reach, workers, executor=executor, progress=told)
            else:
                lives[name] = simulate(given.plans[name], reach, seed, workers, executor=executor, progress=told)
        values = {i: sign(given.outcome) * _values(given, names[i], lives[names[i]]) for i in procedure.left}
        while seen < reach and len(procedure.left) > 1:
            seen += 1
            rows = np.full((len(names), seen), np.nan)
            for i in procedure.left:
                rows[i] = values[i][:seen]
            procedure.look(rows)
        reach = min(reach + _AT_ONCE, most)


def _values(given: Handful, name: str, lives: Ensemble) -> Floats:
    """The outcome of a scenario in each of its lives, with what it pays that the model does not know of."""
    values, charge = lives.measure(given.outcome), given.charges[name]
    if charge:
        cost, stopped = lives.measure("total_cost"), lives.lives.stopped_month
        values = charged(given.outcome, values, charge, cost, stopped, lives.months)
    given.check_whole(name, values)
    return values


def _indifference(outcome: str, asked: float | None) -> float:
    if asked is None:
        if not (is_share(outcome) or outcome.startswith("restricted_")):
            hint = "For example indifference=20_000."
            raise RunError("say which difference matters", field="indifference", value=outcome, hint=hint)
        return _SHARE if is_share(outcome) else _MONTHS
    if isinstance(asked, str | bool) or not 0.0 < asked < math.inf:
        raise RunError("must be above 0", field="indifference", value=asked)
    return float(asked)
