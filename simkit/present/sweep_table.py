"""What a sweep found, as a table for the terminal: where it crosses soonest, and what that brings."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd
from rich.table import Table

from simkit.experiments.comparison import MONEY
from simkit.experiments.sweep import Sweep
from simkit.parameters.values import declaration
from simkit.present.conclusions import not_priced
from simkit.present.figures import Shown, between, number, per_cent, scale
from simkit.run.precision import is_share

MOST = 20
"""Rows that people read; all of them are in the store."""
SHOWN = ("crossed", "restricted_crossing_month", "net_margin")
"""Shown unless others are asked for."""
_WORDS = {"restricted_crossing_month": "crossing month", "net_margin": "margin net of cost"}


def sweep_table(sweep: Sweep, outcomes: Sequence[str] = SHOWN) -> Table:
    """The points in the order of their mean crossing month, each figure with its 95 % interval below it.

    Args:
        sweep: the results.
        outcomes: of the summary.
    """
    horizon = sweep.design.base.parameters.horizon_months
    figures = _figures(sweep.summary)
    failed = sweep.summary.groupby("point")["failed"].first().to_dict()
    order = _order(sweep.summary)
    lives = f"{sweep.design.replications} lives"
    title = f"Mean of {lives} and its 95 % interval; one that does not cross counts {horizon} months"
    if len(order) > MOST:
        title = f"The {MOST} of {len(order)} points that cross soonest. {title}"
    table = Table(title=title, title_justify="left", box=None, header_style="bold")
    table.add_column("point", justify="right")
    for path in sweep.design.paths:
        table.add_column(path.rpartition(".")[2].replace("_", " "), justify="right")
    columns = {outcome: _column(sweep, outcome) for outcome in outcomes}
    for heading, _ in columns.values():
        table.add_column(heading, justify="right")
    for point in order[:MOST]:
        rows = figures.get(point, {})
        values = [f"{v:.4g}" if isinstance(v, float) else str(v) for v in sweep.design.points[point]]
        cells = []
        for name, (_, shown) in columns.items():
            mean, low, high = rows.get(name, (None, None, None))
            cells.append(f"{shown(mean)}\n{between(low, high, shown)}")
        table.add_row(f"{point} ({failed[point]} failed)" if failed[point] else str(point), *values, *cells)
    return table


def not_counted(sweep: Sweep, outcomes: Sequence[str] = SHOWN) -> tuple[str, ...]:
    """Where money is shown: what it takes to change the levers that the model has no price for."""
    takes = {path: declaration(path).step_cost for path in sweep.design.paths if not declaration(path).priced}
    if not takes or not MONEY & {*outcomes}:
        return ()
    return (f"The cost leaves out what it takes to change {not_priced(takes)}: the model has no price for that.",)


def _column(sweep: Sweep, outcome: str) -> tuple[str, Shown]:
    """The heading of an outcome, and how its figures are written: large amounts in a unit that the heading names."""
    heading = _WORDS.get(outcome, outcome.replace("_", " "))
    if is_share(outcome) or outcome in ("valley_depth", "roi"):
        return heading, per_cent
    if outcome not in MONEY:
        return heading, number
    rows = sweep.summary
    unit, word = scale(float(rows.loc[rows["outcome"] == outcome, "mean"].abs().max()))
    currency = sweep.design.base.parameters.company.currency
    return f"{heading}, {currency} {word}".rstrip(), lambda value: number(None if value is None else value / unit)


def _figures(summary: pd.DataFrame) -> dict[int, dict[str, tuple[float | None, ...]]]:
    """Mean, low and high by point and outcome; None where there is none."""
    found: dict[int, dict[str, tuple[float | None, ...]]] = {}
    columns = [summary[name].tolist() for name in ("point", "outcome", "mean", "low", "high")]
    for point, outcome, *figures in zip(*columns, strict=True):
        found.setdefault(point, {})[outcome] = tuple(None if math.isnan(figure) else figure for figure in figures)
    return found


def _order(summary: pd.DataFrame) -> list[int]:
    """The points by when they cross, those alike by what they earn."""
    means = summary.pivot_table(index="point", columns="outcome", values="mean", dropna=False)
    by = [name for name in ("restricted_crossing_month", "net_margin") if name in means]
    return means.sort_values(by, ascending=[True, False][: len(by)]).index.tolist()
