"""Where a scenario fails: the region of levers and uncertainties in which lives do not cross, as a box with limits."""

from __future__ import annotations

import math
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from simkit.errors import RunError
from simkit.experiments.axes import Over, axes_over
from simkit.experiments.design import even_points
from simkit.experiments.objectives import why_missing, with_measure
from simkit.experiments.regions import Bools, Region, check_asked, find_region
from simkit.experiments.sensitivity import points_along
from simkit.experiments.sweep import Sweep, sweep
from simkit.parameters.values import declaration
from simkit.run.drawing import presented
from simkit.run.measures import check_measure
from simkit.run.precision import is_share
from simkit.run.replications import whole
from simkit.scenarios import Scenario
from simkit.statistics import Estimate

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False, repr=False)
class Discovery:
    """The region in which points of a sweep fail.

    Attributes:
        sweep: the lives.
        outcome: a measure that every life has.
        below, above: a point fails where the mean of its lives is below the one, or above the other; one is None.
        method: 'cart' or 'prim'.
        region: the box, and what is known of it.
    """

    sweep: Sweep
    outcome: str
    below: float | None
    above: float | None
    method: str
    region: Region

    @property
    def density(self) -> Estimate:
        """The share of points inside that fail, in points that had no part in finding the box."""
        return self.region.held_out.density

    @property
    def coverage(self) -> Estimate:
        """The share of failing points that lie inside, in points that had no part in finding the box."""
        return self.region.held_out.coverage

    @property
    def table(self) -> pd.DataFrame:
        """One row a value that the box limits.

        Columns: path, low, high (of the box; missing where it is open), from, to (of the points), p (the chance of as
        many failing points inside if its limits told nothing; the larger of both), kept (in how many of the five boxes
        found in four fifths of the points it is limited on the same side; the smaller of both).
        """
        import pandas as pd

        rows: dict[str, dict[str, Any]] = {}
        points = self.points
        for (column, above), p, kept in zip(self.region.box.limits, self.region.p, self.region.kept, strict=True):
            path = self.region.columns[column]
            ends = {"from": points[path].min(), "to": points[path].max()}
            row = rows.setdefault(path, {"path": path, "low": math.nan, "high": math.nan, **ends, "p": p, "kept": kept})
            side = "high" if above else "low"
            limit = float(getattr(self.region.box, side)[column])
            if declaration(path).integer:
                limit = math.floor(limit) if above else math.ceil(limit)
            row |= {side: limit}
            row |= {"p": max(row["p"], p), "kept": min(row["kept"], kept)}
        return pd.DataFrame(list(rows.values()))

    @cached_property
    def points(self) -> pd.DataFrame:
        """One row a point: point, its values, mean (of the outcome over its lives), fails, inside (the box)."""
        table = points_of(self.sweep, self.outcome)
        inside = self.region.box.holds(table[list(self.region.columns)].to_numpy(dtype=float))
        return table.assign(fails=failing(table["mean"].to_numpy(), self.below, self.above), inside=inside)

    def chart(self, x: str | None = None, y: str | None = None) -> Any:
        """The points over two values with the box around those that fail, as an Altair chart.

        Args:
            x, y: the values on the axes; by default those whose limits tell most.

        Raises:
            RunError: there is no such value, or Altair is not installed.
        """
        return presented("region_charts", "discovery_chart", self, x, y)

    def _repr_html_(self) -> str:
        table = self.table.to_html(index=False, float_format="{:,.4g}".format, na_rep="")
        return f"<p>{escape(repr(self)[1:-1])}</p>{table}"

    def __str__(self) -> str:
        return f"{self!r}\n{self.table.to_string(index=False)}"

    def __repr__(self) -> str:
        scores, design = self.region.held_out, self.sweep.design
        found = ", ".join(
            f"{name} {'none' if one.value is None else f'{one.value:.2f} ({one.low:.2f} to {one.high:.2f})'}"
            for name, one in (("density", scores.density), ("coverage", scores.coverage))
        )
        end = f"below {self.below:g}" if self.below is not None else f"above {self.above:g}"
        return (
            f"<Discovery of {self.outcome} {end} in '{design.base.name}': {found} in points held out; "
            f"{scores.cases} of {scores.points} points fail, {design.replications} lives each, {self.method}, "
            f"seed {design.seed}>"
        )


def discover(
    source: Sweep | Scenario,
    over: Over | None = None,
    outcome: str = "crossed",
    method: str = "cart",
    points: int = 256,
    replications: int = 10,
    seed: int = 1,
    out: str | Path | None = None,
    *,
    below: float | None = None,
    above: float | None = None,
    density: float = 0.8,
    resume: bool = False,
    workers: int | None = None,
    executor: Executor | None = None,
    cluster: str | None = None,
    progress: Callable[[int, int], object] | None = None,
) -> Discovery:
    """Find where a scenario fails: limits of levers and uncertainties within which most points do.

    A point fails where the mean of its lives is below or above a bound; without one, where fewer than half of its lives
    cross. The box is found as in `simkit.experiments.regions.find_region`. It says where the model fails, not why; a
    value that it leaves free may matter elsewhere.

    Args:
        source: a sweep of any design; or a scenario, of which points are lived first.
        over: of a scenario: what is varied, as in `sensitivity`.
        outcome: a measure that every life has.
        method: 'cart' (scikit-learn) or 'prim' (EMA Workbench, in simkit[bridges]).
        points: of a scenario: how many, from a Sobol' sequence; powers of two are most even.
        replications: of a scenario: lives of each point; all points share their luck.
        seed: of luck and points of a scenario, and of what the method leaves to chance.
        out, resume, workers, executor, cluster, progress: as in `sweep`.
        below, above: the bound; one of them, for an outcome that is no share.
        density: the least share of the points inside that fail.

    Raises:
        ParameterError: there is no such path, or it cannot be varied.
        RunError: arguments that cannot be; no point fails, or all do; no region is that dense.
        StoreError, SweepInterrupted: as `sweep`.
    """
    if not isinstance(source, Sweep | Scenario):
        raise RunError("expected a scenario or a sweep", field="source", value=source)
    base = source.design.base if isinstance(source, Sweep) else source
    check_measure(outcome, base.parameters.horizon_months)
    below, above = _bound(outcome, below, above)
    check_asked(method, density, whole(points, "points", 1) if isinstance(source, Scenario) else None)
    if isinstance(source, Sweep):
        if over is not None:
            raise RunError("a sweep has its points", field="over", hint="Leave it out.")
        lives = source
    else:
        axes = axes_over(source, over)
        unit = even_points("sobol", len(axes), whole(points, "points", 1), whole(seed, "seed", 0))
        design = points_along(source, axes, unit, "sobol", replications, seed)
        lives = sweep(
            design, out=out, resume=resume, workers=workers, executor=executor, cluster=cluster, progress=progress
        )
    table = points_of(lives, outcome)
    varied = [path for path in lives.design.paths if len(table[path].unique()) > 1]
    if not varied:
        raise RunError("nothing is varied in this sweep", field="source")
    region = find_region(table[varied], failing(table["mean"].to_numpy(), below, above), method, density, seed)
    return Discovery(lives, outcome, below, above, method, region)


def points_of(sweep: Sweep, outcome: str) -> pd.DataFrame:
    """One row a point of which a life went well: point, its values, and the mean of the outcome over its lives."""
    import pandas as pd

    design = sweep.design
    if any(value is None for row in design.points for value in row):
        raise RunError("moves one value at a time, so it has no regions", field="source", value=design.kind)
    every = with_measure(sweep.outcomes, outcome, design.base.parameters.horizon_months)
    known = every.dropna(subset=[outcome])
    if known.empty:
        raise RunError("is missing in every life", field="outcome", value=outcome, hint=why_missing(every))
    means = known[outcome].groupby(known["point"]).mean()
    values = pd.DataFrame([design.row(int(point)) for point in means.index])
    return pd.concat([means.rename("mean").reset_index(), values], axis=1)[["point", *design.paths, "mean"]]


def failing(means: Any, below: float | None, above: float | None) -> Bools:
    """Which points fail."""
    known = np.asarray(means, dtype=float)
    found: Bools = known < below if below is not None else known > above
    return found


def _bound(outcome: str, below: float | None, above: float | None) -> tuple[float | None, float | None]:
    if below is not None and above is not None:
        raise RunError("is given with above; one of them says what fails", field="below", value=below)
    if below is None and above is None:
        if not is_share(outcome):
            hint = "For example below=0 for net_margin, or above=24 for restricted_crossing_month."
            raise RunError("needs a bound that says what fails", field=outcome, hint=hint)
        return (None, 0.5) if outcome == "abandoned" else (0.5, None)
    return below, above
