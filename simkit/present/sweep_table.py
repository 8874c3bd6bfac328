"""What a sweep found, as a table for the terminal: where it crosses soonest, and what that brings."""

from __future__ import annotations

import math

import pandas as pd
from rich.table import Table

from simkit.experiments.sweep import Sweep
from simkit.present.figures import between, number, per_cent

MOST = 20
"""Rows that people read; all of them are in the store."""
_SHOWN = {
    "crossed": ("crossed", per_cent),
    "restricted_crossing_month": ("crossing month", number),
    "net_margin": ("margin net of cost", number),
}


def sweep_table(sweep: Sweep) -> Table:
    """The points in the order of their mean crossing month, each figure with its 95 % interval."""
    horizon = sweep.design.base.parameters.horizon_months
    figures = _figures(sweep.summary)
    failed = sweep.summary.groupby("point")["failed"].first().to_dict()
    order = _order(sweep.summary)
    title = (
        f"Mean of {sweep.design.replications} lives (95 % interval); one that does not cross counts {horizon} months"
    )
    if len(order) > MOST:
        title = f"The {MOST} of {len(order)} points that cross soonest. {title}"
    table = Table(title=title, title_justify="left", box=None, header_style="bold")
    table.add_column("point", justify="right")
    for path in (*sweep.design.paths, *(heading for heading, _ in _SHOWN.values())):
        table.add_column(path.rpartition(".")[2], justify="right", overflow="fold")
    for point in order[:MOST]:
        rows = figures.get(point, {})
        values = [f"{v:.4g}" if isinstance(v, float) else str(v) for v in sweep.design.points[point]]
        cells = []
        for name, (_, shown) in _SHOWN.items():
            mean, low, high = rows.get(name, (None, None, None))
            cells.append(f"{shown(mean)} ({between(low, high, shown)})")
        table.add_row(f"{point} ({failed[point]} failed)" if failed[point] else str(point), *values, *cells)
    return table


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
