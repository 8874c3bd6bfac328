"""The map of a sweep over two levers: when half of the lives cross at each point, and where they do not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from simkit.errors import RunError
from simkit.experiments.design import Design
from simkit.experiments.sweep import Sweep
from simkit.present.board_charts import heading, specification
from simkit.present.board_details import name_of, written
from simkit.present.figures import between, month, per_cent
from simkit.run.lives import Floats
from simkit.statistics import time_to_event

SELECTION = "point"


@dataclass(frozen=True, slots=True, eq=False)
class CrossingMap:
    """What a map shows.

    Attributes:
        x, y: the levers' paths.
        rows: point, x, y (as labels say them), crossing (the month by which half have crossed; missing where that is
            not reached), label, said; one row a point that has lives.
        lives: at each point, at most.
        seed: of all lives.
    """

    x: str
    y: str
    rows: pd.DataFrame
    lives: int
    seed: int


def crossing_map(design: Design, times: Mapping[int, Floats]) -> CrossingMap:
    """The map of crossing months.

    Args:
        design: over two levers.
        times: of the points that have been lived: the month of crossing of each life, 0 for never below, infinity
            where it does not cross.

    Raises:
        RunError: the design has another number of levers.
    """
    if len(design.paths) != 2:
        hint = "Open one over two levers, or use simkit.load_sweep(...).chart()."
        raise RunError("a map needs two levers", field="design", value=len(design.paths), hint=hint)
    x, y = design.paths
    horizon = design.base.parameters.horizon_months
    rows = []
    for point, lives in sorted(times.items()):
        values = design.scenario(point)
        when = time_to_event(lives, horizon)
        half, crossed = when.median, when.incidence.at(horizon)
        never = half.value is None
        chance = f"{per_cent(crossed.value)} cross (95 % interval {between(crossed.low, crossed.high, per_cent)})"
        rows.append(
            {
                "point": point,
                "x": written(x, values[x]),  # type: ignore[arg-type]  # a point has values, no ranges
                "y": written(y, values[y]),  # type: ignore[arg-type]
                "crossing": np.nan if half.value is None else half.value,
                "label": "×" if never else month(half.value),
                "said": f"{'half do not cross' if never else f'half by month {month(half.value)}'}; {chance}",
            }
        )
    columns = ["point", "x", "y", "crossing", "label", "said"]
    return CrossingMap(x, y, pd.DataFrame(rows, columns=columns), max(map(len, times.values()), default=0), design.seed)


def times_of(sweep: Sweep) -> dict[int, Floats]:
    """The crossing times of a stored sweep by point; lives that failed are left out."""
    table = sweep.outcomes
    table = table[table["error"].isna()]
    month_of = table["crossing_month"].to_numpy(dtype=float)
    times = np.where(table["outcome"] == "never_below", 0.0, np.where(np.isnan(month_of), np.inf, month_of))
    return {int(point): times[(table["point"] == point).to_numpy()] for point in table["point"].unique()}


def map_height(rows: int) -> int:
    """Of the plot, in pixels: rows that a finger can hit."""
    return max(180, 46 * rows)


@lru_cache(maxsize=16)
def map_spec(x: str, y: str, columns: tuple[str, ...], rows: tuple[str, ...], months: int) -> dict[str, Any]:
    """The chart of the rows of a map.

    Args:
        x, y: the levers' paths.
        columns, rows: the labels of their levels, in order.
        months: the horizon, which ends the scale of colours.
    """
    base = alt.Chart().encode(
        x=alt.X(
            "x:N",
            title=name_of(x),
            sort=list(columns),
            scale=alt.Scale(domain=list(columns)),
            axis=alt.Axis(labelAngle=0),
        ),
        y=alt.Y("y:N", title=None, sort=list(rows), scale=alt.Scale(domain=list(reversed(rows)))),
        tooltip=[alt.Tooltip("said:N", title="lives")],
    )
    chosen = alt.selection_point(name=SELECTION, fields=["point"])
    half = alt.Color(
        "crossing:Q",
        title="half cross by month",
        scale=alt.Scale(scheme="cividis", domain=[1, months], reverse=True),
        legend=alt.Legend(orient="bottom"),
    )
    # 'Not crossed' is no point of the scale: it is paper with a cross on it.
    crossed = base.transform_filter("isValid(datum.crossing)").mark_rect(stroke="white").encode(color=half)
    never = base.transform_filter("!isValid(datum.crossing)").mark_rect(
        fill="#F0F0F0", stroke="#8A8A8A", strokeDash=[3, 2]
    )
    light = f"isValid(datum.crossing) && datum.crossing > {0.45 * months}"
    label = base.mark_text(fontSize=13, fontWeight="bold").encode(
        text="label:N", color=alt.condition(light, alt.value("#FFFFFF"), alt.value("#1B2733"))
    )
    chart = alt.LayerChart(layer=[crossed.add_params(chosen), never, label])
    title = heading(f"Upwards: {name_of(y)}")
    chart = chart.properties(width="container", height=map_height(len(rows)), title=title)
    return specification(chart)
