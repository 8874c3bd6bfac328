"""Which values matter when all of them are off together: Morris' screening of many, Sobol' indices of a few."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from simkit.errors import RunError, nearest
from simkit.experiments.axes import Axis, Over, axes_over
from simkit.experiments.design import Design, design_of
from simkit.experiments.indices import Indices, morris_indices, morris_points, sobol_indices, sobol_points
from simkit.experiments.objectives import with_measure
from simkit.experiments.sweep import Sweep, sweep
from simkit.experiments.tornado import described
from simkit.parameters.values import declaration
from simkit.run.drawing import presented
from simkit.run.lives import Floats
from simkit.run.measures import check_measure
from simkit.run.replications import whole
from simkit.scenarios import Scenario

if TYPE_CHECKING:
    import pandas as pd

SAMPLES = {"morris": 16, "sobol": 64}
"""Trajectories, and points of each of two samples, where nobody says how many."""


@dataclass(frozen=True, eq=False, repr=False)
class Sensitivity:
    """How much each value matters to an outcome when all are varied together.

    The indices are those of the mean over the lives of a point. These share their luck at all points, so for the luck
    that was drawn the mean is a function of the values. With other luck it is another one: `luck` says what share of
    its variance luck brings, and the table's `luck` what each index would be by luck alone.

    Attributes:
        sweep: the lives.
        axes: what is varied, and along what.
        unit: the points in shares of the axes; shape (points, axes).
        method: 'morris' or 'sobol'.
        outcome: a measure that every life has.
        level: the confidence of each interval.
    """

    sweep: Sweep
    axes: tuple[Axis, ...]
    unit: Floats
    method: str
    outcome: str
    level: float = 0.95

    @cached_property
    def _lived(self) -> tuple[Floats, int]:
        """The outcome, shape (points, lives), and the number of lives that are left out since some point lacks them."""
        months = self.sweep.design.base.parameters.horizon_months
        every = with_measure(self.sweep.outcomes, self.outcome, months)
        table = every.pivot_table(self.outcome, "point", "replication", dropna=False)
        whole_lives = table.dropna(axis="columns")
        if len(table) < len(self.unit) or whole_lives.shape[1] == 0:
            raise RunError("is missing in every life at some point", field="outcome", value=self.outcome)
        return whole_lives.to_numpy(), table.shape[1] - whole_lives.shape[1]

    @cached_property
    def _indices(self) -> Indices:
        values, seed = self._lived[0], self.sweep.design.seed
        try:
            if self.method == "morris":
                return morris_indices(self.unit, values, self.level, seed)
            return sobol_indices(len(self.axes), values, self.level, seed)
        except RunError as error:
            value = self.outcome if error.field == "outcome" else error.value
            raise RunError(error.message, field=error.field, value=value, hint=error.hint) from None

    @property
    def table(self) -> pd.DataFrame:
        """One row a value, the one that matters most first.

        Columns: path, low_end, high_end (of what it was varied over), then those of `morris_indices` or of
        `sobol_indices`, level, n (lives at each point), assumed (it has no source).
        """
        found = self._indices.table.copy()
        found.insert(0, "path", [axis.path for axis in self.axes])
        for place, end in enumerate(("low_end", "high_end")):
            found.insert(1 + place, end, [axis.ends[place] for axis in self.axes])
        found = found.assign(level=self.level, n=self.lives)
        found["assumed"] = [declaration(axis.path).assumed for axis in self.axes]
        return found.sort_values(self.by, ascending=False, kind="stable", ignore_index=True)

    @property
    def by(self) -> str:
        """The column that says how much a value matters."""
        return "mu_star" if self.method == "morris" else "total"

    @property
    def lives(self) -> int:
        """How many lives of each point the indices rest on: those that went well at every point."""
        return int(self._lived[0].shape[1])

    @property
    def left_out(self) -> int:
        """How many lives of each point are left out, since they failed or lack the outcome at some point."""
        return self._lived[1]

    @property
    def luck(self) -> float:
        """The share of luck in the variance between points; more lives a point lower it. It is nan with one life."""
        return self._indices.luck

    @property
    def to_measure(self) -> pd.DataFrame:
        """What to go and measure: values without a source that matter by more than luck, the most important first.

        Columns: path, meaning, low_end, high_end, the index with its interval, luck, source (why it was assumed).
        A value is on the list where the lower end of its index is above what luck alone would bring.
        """
        low, high = ("low", "high") if self.method == "morris" else ("total_low", "total_high")
        table = self.table
        rows = table[table["assumed"] & (table[low] > table["luck"].fillna(0.0))]
        return described(rows[["path", "low_end", "high_end", self.by, low, high, "luck"]])

    def of(self, outcome: str) -> Sensitivity:
        """The same lives, asked about another outcome.

        Raises:
            RunError: it is no measure that every life has.
        """
        check_measure(outcome, self.sweep.design.base.parameters.horizon_months)
        return replace(self, outcome=outcome)

    def chart(self, most: int = 15) -> Any:
        """Morris' plane of size and spread, or bars of Sobol' indices, as an Altair chart.

        Args:
            most: how many values are named.

        Raises:
            RunError: Altair is not installed.
        """
        return presented("sensitivity_charts", "sensitivity_chart", self, most)

    def _repr_html_(self) -> str:
        table = self.table.drop(columns=["level", "n"]).to_html(index=False, float_format="{:,.4g}".format)
        return f"<p>{escape(repr(self)[1:-1])}</p>{table}"

    def __str__(self) -> str:
        return f"{self!r}\n{self.table.to_string(index=False)}"

    def __repr__(self) -> str:
        design = self.sweep.design
        return (
            f"<Sensitivity of {self.outcome} of '{design.base.name}': {self.method}, {len(self.axes)} values, "
            f"{len(design.points)} points of {design.replications} lives, seed {design.seed}>"
        )


def sensitivity(
    scenario: Scenario,
    over: Over | None = None,
    outcome: str = "restricted_crossing_month",
    method: str = "morris",
    samples: int | None = None,
    replications: int = 10,
    seed: int = 1,
    out: str | Path | None = None,
    *,
    level: float = 0.95,
    resume: bool = False,
    workers: int | None = None,
    executor: Executor | None = None,
    cluster: str | None = None,
    progress: Callable[[int, int], object] | None = None,
) -> Sensitivity:
    """Vary many values of a scenario together, and see how much each of them matters to an outcome.

    Morris' method screens: with few points it tells what matters from what does not. Sobol' indices share the variance
    out, and need many. Values are independent of each other: triangular over the ranges of the scenario, as it draws
    them, uniform over other ranges. What else is uncertain in the scenario is drawn in each life, as luck is.

    Args:
        scenario: what is varied.
        over: a range (low, high) or levels for each path; or only names: of paths (varied over the scenario's range, a
            quarter of the value either way where it has none), of groups such as 'process', or 'levers',
            'uncertainties', 'assumptions'. By default all that the scenario has a range for.
        outcome: a measure that every life has; `of` asks the same lives about another.
        method: 'morris' (points: samples x (values + 1)) or 'sobol' (points: samples x (values + 2)).
        samples: Morris' trajectories, 16 by default; for Sobol' a power of two, 64 by default.
        replications: lives of each point; all points share their luck.
        seed: of all luck, and of the points.
        out, resume, workers, executor, cluster, progress: as in `sweep`.
        level: the confidence of each interval.

    Raises:
        ParameterError: there is no such path, or it cannot be varied.
        RunError: arguments that cannot be; the outcome is the same at every point.
        StoreError, SweepInterrupted: as `sweep`.
    """
    check_measure(outcome, scenario.parameters.horizon_months)
    if method not in SAMPLES:
        hint = nearest(method, SAMPLES)
        raise RunError(f"expected one of {', '.join(SAMPLES)}", field="method", value=method, hint=hint)
    if not 0.0 < level < 1.0:
        raise RunError("must lie between 0 and 1", field="level", value=level)
    axes = axes_over(scenario, over)
    asked = whole(SAMPLES[method] if samples is None else samples, "samples", 2)
    unit = (morris_points if method == "morris" else sobol_points)(len(axes), asked, whole(seed, "seed", 0))
    design = points_along(scenario, axes, unit, method, replications, seed)
    lives = sweep(
        design, out=out, resume=resume, workers=workers, executor=executor, cluster=cluster, progress=progress
    )
    found = Sensitivity(lives, axes, unit, method, outcome, level)
    _ = found.table  # what cannot be said is said now
    return found


def points_along(
    scenario: Scenario, axes: tuple[Axis, ...], unit: Floats, kind: str, replications: int, seed: int
) -> Design:
    """The design of points of the unit cube.

    Args:
        scenario: what points change.
        axes: along what; a column of the points each.
        unit: the points; shape (points, axes).
        kind: how they were chosen.
        replications, seed: as in `Design`.

    Raises:
        ParameterError, RunError: as `design_of`.
    """
    import pandas as pd

    columns = {
        axis.path: pd.Series([axis.at(u) for u in column.tolist()], dtype=object)
        for axis, column in zip(axes, np.asarray(unit).T, strict=True)
    }
    return replace(design_of(scenario, pd.DataFrame(columns), replications=replications, seed=seed), kind=kind)
