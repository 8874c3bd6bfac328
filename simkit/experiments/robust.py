"""Which plan is regretted least over what we do not know: not only the best where all is as assumed.

A future is a draw of everything unknown. The regret of a plan there is by how much the best plan for that future is
better (Savage 1951, doi:10.1080/01621459.1951.10500768); a robust plan has little of it in most futures (Lempert,
Groves, Popper & Bankes 2006, doi:10.1287/mnsc.1050.0472). All plans meet the same futures with the same luck.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from simkit.errors import ParameterError, RunError
from simkit.experiments.axes import Axis, Over, axes_over
from simkit.experiments.comparison import Progress
from simkit.experiments.design import Design, even_points
from simkit.experiments.doubts import unsure
from simkit.experiments.handful import Handful, handful
from simkit.experiments.objectives import measured, sign, why_missing
from simkit.experiments.searched import Search
from simkit.experiments.stages import Stages
from simkit.experiments.store import lock
from simkit.experiments.sweep import temporary_folder
from simkit.parameters import Value
from simkit.parameters.values import flattened, value_at
from simkit.run.drawing import presented
from simkit.run.lives import Floats
from simkit.run.replications import whole
from simkit.scenarios import Scenario
from simkit.statistics import Estimate, mean, share

if TYPE_CHECKING:
    import pandas as pd

MOST = 0.9
"""The share of futures in which a plan's regret is to be small."""
_RESAMPLES, _BOOTSTRAP = 2000, 0x4E64  # the latter keeps its stream apart from those of luck and of draws


@dataclass(frozen=True, eq=False, repr=False)
class Robustness:
    """Plans in many futures.

    Attributes:
        plans: scenarios by name, as they are where all is as assumed.
        outcome: what is regretted, in its good direction.
        futures: the values of what is unknown; one dict a future.
        lives: the outcome of each plan; shape (plans, futures, replications).
        assumed: the same where all is as assumed; shape (plans, lives).
        seed: of all luck and draws.
        level: the confidence of each interval.
    """

    plans: Mapping[str, Scenario]
    outcome: str
    futures: tuple[Mapping[str, Value], ...]
    lives: Floats
    assumed: Floats
    seed: int
    level: float = 0.95

    @cached_property
    def regrets(self) -> Floats:
        """By how much each plan is worse than the best for each future; shape (plans, futures).

        The best of several means looks better than it is. So one half of the lives says which plan is best for a future
        and the other half by how much, and the other way round. A regret below 0 says that choosing anew for the future
        with so many lives is worse than to stick to the plan.
        """
        return regrets_of(sign(self.outcome) * self.lives)

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row a plan, the one that is regretted least in most futures first.

        Columns: plan, assumed (its mean where all is as assumed), mean (over futures), regret, low, high (the mean of
        its regrets, t interval), most, most_low, most_high (the regret that 90 % of futures keep below; bootstrap over
        futures, Efron 1979, doi:10.1214/aos/1176344552), worst (of these futures), best_in, best_low, best_high (the
        share of futures for which it is the best plan, Wilson's interval), level, futures, n (lives in each).
        """
        import pandas as pd

        random = np.random.default_rng(np.random.SeedSequence(self.seed, spawn_key=(_BOOTSTRAP,)))
        count = len(self.futures)
        chosen = random.integers(0, count, (_RESAMPLES, count))
        edges = (0.5 - self.level / 2.0, 0.5 + self.level / 2.0)
        best = (sign(self.outcome) * self.lives.mean(axis=2)).argmin(axis=0)
        rows = []
        for i, name in enumerate(self.plans):
            regrets = self.regrets[i]
            average, first = mean(regrets, level=self.level), share(best == i, level=self.level)
            low, high = np.quantile(np.quantile(regrets[chosen], MOST, axis=1), edges).tolist()
            means = (float(self.assumed[i].mean()), float(self.lives[i].mean()))
            most = (float(np.quantile(regrets, MOST)), low, high, float(regrets.max()))
            rows.append((name, *means, *_ends(average), *most, *_ends(first)))
        names = ["plan", "assumed", "mean", "regret", "low", "high", "most", "most_low", "most_high", "worst"]
        table = pd.DataFrame(rows, columns=[*names, "best_in", "best_low", "best_high"])
        table = table.assign(level=self.level, futures=count, n=self.lives.shape[2])
        return table.sort_values(["most", "regret"], kind="stable", ignore_index=True)

    @property
    def best(self) -> str:
        """The name of the plan whose regret is least in 90 % of futures."""
        return str(self.table["plan"].iloc[0])

    @property
    def best_as_assumed(self) -> str:
        """The name of the plan that is best where all is as assumed."""
        losses = sign(self.outcome) * self.assumed.mean(axis=1)
        return list(self.plans)[int(losses.argmin())]

    @property
    def said(self) -> str:
        """What came of it, in words."""
        if self.best == self.best_as_assumed:
            return f"'{self.best}' is best where all is as assumed, and is regretted least over what is not known"
        return (
            f"'{self.best_as_assumed}' is best where all is as assumed, "
            f"but '{self.best}' is regretted least over what is not known"
        )

    def chart(self) -> Any:
        """The regrets of each plan over all futures, as an Altair chart.

        Raises:
            RunError: Altair is not installed.
        """
        return presented("search_charts", "robustness_chart", self)

    def __repr__(self) -> str:
        plans, futures, replications = self.lives.shape
        return (
            f"<Robustness in {self.outcome}: {plans} plans in {futures} futures, {replications} lives each, "
            f"seed {self.seed}>"
        )

    def __str__(self) -> str:
        return f"{self!r}\n{self.table.to_string(index=False)}"

    def _repr_html_(self) -> str:
        table = self.table.drop(columns=["level", "futures", "n"]).to_html(index=False, float_format="{:,.4g}".format)
        return f"<p>{escape(repr(self)[1:-1])}: {escape(self.said)}</p>{table}"


def _ends(found: Estimate) -> tuple[float | None, float | None, float | None]:
    return found.value, found.low, found.high


def regrets_of(losses: Floats) -> Floats:
    """Regrets from losses, each half of the lives judging by the choice of the other; shape (plans, futures).

    Args:
        losses: less is better; shape (plans, futures, replications), an even number of the last.
    """
    halves = losses[:, :, 0::2].mean(axis=2), losses[:, :, 1::2].mean(axis=2)
    found = np.zeros(halves[0].shape)
    for chooses, judges in (halves, halves[::-1]):
        best = chooses.argmin(axis=0)
        found += judges - judges[best, np.arange(judges.shape[1])]
    return found / 2.0


def robust(
    plans: Mapping[str, Scenario | str] | Search,
    over: Over | None = None,
    outcome: str | None = None,
    futures: int = 64,
    replications: int = 8,
    seed: int = 1,
    out: str | Path | None = None,
    *,
    resume: bool = False,
    workers: int | None = None,
    executor: Executor | None = None,
    cluster: str | None = None,
    progress: Progress | None = None,
) -> Robustness:
    """Live plans in many futures, and see which of them would be regretted.

    Args:
        plans: two or more scenarios by name; or a search, of which today's scenario and the finalists are taken.
        over: what is not known, as in `simkit.sensitivity`: a range or levels for each path, or names. By default what
            is uncertain in the first scenario, or else the usual unknowns (`unsure`), but for what the plans choose.
        outcome: a measure that every life has; the restricted mean crossing by default, or the search's objective.
        futures: draws of what is not known, from a scrambled Sobol' sequence; powers of two are most even.
        replications: lives of each plan in each future, an even number; a future has luck of its own.
        seed: of all luck and draws.
        out: folder of the results; None for one that lasts as long as this process.
        resume, workers, executor, cluster: as in `sweep`.
        progress: told how many lives are done, and how many there will be.

    Raises:
        ParameterError, RunError: arguments that cannot be; nothing is unknown; what is unknown is chosen by the plans.
        StoreError, SweepInterrupted: as `sweep`.
    """
    given = handful(plans, outcome, "plans")
    number, each = whole(futures, "futures", 2), whole(replications, "replications", 2)
    if each % 2:
        raise RunError("expected an even number", field="replications", value=replications)
    axes = _unknown(given.plans, over)
    paths = tuple(axis.path for axis in axes)
    shares = even_points("sobol", len(axes), number, seed)
    points = tuple(tuple(axis.at(u) for axis, u in zip(axes, row, strict=True)) for row in shares.tolist())
    folder = Path(out) if out is not None else temporary_folder()
    few = max(2, number * each // 4)
    total = len(given.plans) * (number * each + few)
    stages = Stages(folder, total, resume, workers, executor, cluster, progress)
    lives, assumed = [], []
    with lock(folder):
        for i, (name, scenario) in enumerate(given.plans.items()):
            known = tuple(value_at(scenario.parameters, path) for path in paths)
            one = Design(scenario, paths, (known,), few, seed, "futures")
            assumed.append(_values(given, name, one, stages.live(one, f"assumed-{i:02d}"))[0])
            many = Design(scenario, paths, points, each, seed, "futures", apart=True)
            lives.append(_values(given, name, many, stages.live(many, f"futures-{i:02d}")))
    values = tuple(dict(zip(paths, point, strict=True)) for point in points)
    return Robustness(given.plans, given.outcome, values, np.stack(lives), np.stack(assumed), seed)


def _values(given: Handful, name: str, design: Design, lives: pd.DataFrame) -> Floats:
    """The outcome of a plan in its lives; shape (points, replications)."""
    values = measured(lives, given.outcome, design.base.parameters.horizon_months, given.charges[name])
    given.check_whole(name, values, why_missing(lives))
    return values.reshape(len(design.points), design.replications)


def _unknown(plans: Mapping[str, Scenario], over: Over | None) -> tuple[Axis, ...]:
    """What is not known, but for what the plans choose."""
    first, *others = plans.values()
    values = flattened(first.parameters)
    chosen = {p for one in others for p, value in flattened(one.parameters).items() if value != values[p]}
    if over is None:
        doubted = unsure(first)
        over = [path for path, _ in doubted.ranges if path not in chosen]
        if not over:
            hint = 'For example over={"company.win_rate": (0.05, 0.15)}.'
            raise RunError("nothing is unknown", field="over", hint=hint)
        first = doubted
    axes = axes_over(first, over)
    for axis in axes:
        if axis.path in chosen:
            hint = "What plans choose is not unknown."
            raise ParameterError("is different between the plans", field=f"over.{axis.path}", hint=hint)
    return axes
