"""The chart of a region: points that fail and points that do not, and the box around those that do."""

from __future__ import annotations

import math
from textwrap import wrap
from typing import Any

import altair as alt
import pandas as pd

from simkit.errors import RunError
from simkit.experiments.discover import Discovery
from simkit.present.figures import number, per_cent
from simkit.present.region_words import Named, failing_in_words, region_in_words
from simkit.present.sensitivity_charts import FAILS, HOLDS, Shown, coloured, headed
from simkit.run.precision import is_share

_GREEN = "#00664B"  # of the colours that the colour-blind tell apart (Wong 2011, doi:10.1038/nmeth.1618)


def discovery_chart(discovery: Discovery, x: str | None = None, y: str | None = None) -> alt.LayerChart:
    """The points over two values with the box around those that fail."""
    return draw_region(shown_region(discovery, x, y))


def shown_region(discovery: Discovery, x: str | None = None, y: str | None = None, named: Named = str) -> Shown:
    """Rows of a region: points (point, x, y, what, text), and the box as one row (left, right, bottom, top).

    Args:
        discovery: what was found.
        x, y: as in `Discovery.chart`.
        named: how a path is called.

    Raises:
        RunError: the sweep varies no such value, or one alone.
    """
    x, y = region_axes(discovery, x, y)
    points = discovery.points
    limits = discovery.table.set_index("path").to_dict("index")
    edges: dict[str, float] = {}
    for path, sides in ((x, ("left", "right")), (y, ("bottom", "top"))):
        for side, end, outmost in zip(sides, ("low", "high"), (points[path].min(), points[path].max()), strict=True):
            limit = float(limits[path][end]) if path in limits else math.nan
            edges[side] = float(outmost) if math.isnan(limit) else limit
    shown = per_cent if is_share(discovery.outcome) else number
    rows: list[dict[str, Any]] = [
        {
            "point": point,
            "x": float(at_x),
            "y": float(at_y),
            "what": FAILS if fails else HOLDS,
            "text": f"{discovery.outcome.replace('_', ' ')} {shown(mean)}",
        }
        for point, at_x, at_y, fails, mean in zip(
            *(points[column] for column in ("point", x, y, "fails", "mean")), strict=True
        )
    ]
    table = pd.DataFrame([*rows, edges])
    more = len(set(discovery.table["path"]) - {x, y})
    other = [f"The box has limits of {more} more; points with other values of these are drawn too."] if more else []
    design = discovery.sweep.design
    said = f"{design.replications} lives a point, seed {design.seed}; shares with 95 % intervals, in points held out"
    words = wrap(" ".join([*region_in_words(discovery, named), *other]), 90)
    title = f"Where points {failing_in_words(discovery)}"
    return Shown(title, (*words, said), table, named(x), named(y))


def region_axes(discovery: Discovery, x: str | None = None, y: str | None = None) -> tuple[str, str]:
    """The values on the axes of a region: those that are given, then those whose limits tell most.

    Raises:
        RunError: as `shown_region`.
    """
    paths = discovery.region.columns
    for path in (x, y):
        if path is not None and path not in paths:
            hint = f"There are {', '.join(paths)}."
            raise RunError("is not varied in this sweep", field="chart", value=path, hint=hint)
    limited = list(discovery.table.sort_values("p", kind="stable")["path"])
    free = [path for path in (*limited, *paths) if path not in (x, y)]
    x = x or free.pop(0)
    y = y or next((path for path in free if path != x), None)
    if y is None:
        raise RunError("a picture of a region needs two values that are varied", field="chart")
    return x, y


def draw_region(shown: Shown, width: int = 480, height: int = 360, chosen: Any = None) -> alt.LayerChart:
    """Points that fail, points that do not, and the box; `chosen` is a selection of points, if they can be chosen."""
    scale = alt.Scale(zero=False)
    base = alt.Chart()
    box = base.mark_rect(fill=_GREEN, fillOpacity=0.1, stroke=_GREEN, strokeWidth=2).encode(
        x=alt.X("left:Q", title=shown.x, scale=scale),
        x2="right:Q",
        y=alt.Y("bottom:Q", title=shown.y, scale=scale),
        y2="top:Q",
    )
    kinds = (FAILS, HOLDS)
    marks = base.mark_point(filled=True, size=70, opacity=0.9).encode(
        x=alt.X("x:Q", title=shown.x, scale=scale),
        y=alt.Y("y:Q", title=shown.y, scale=scale),
        color=coloured(kinds),
        shape=alt.Shape("what:N", title=None, scale=alt.Scale(domain=list(kinds), range=["cross", "circle"])),
        tooltip=[
            alt.Tooltip("what:N"),
            alt.Tooltip("text:N", title="mean"),
            alt.Tooltip("x:Q", title=shown.x, format=",.3~r"),
            alt.Tooltip("y:Q", title=shown.y, format=",.3~r"),
        ],
    )
    marks = marks.transform_filter("isValid(datum.point)")
    chart = alt.LayerChart(
        data=shown.table,
        layer=[box.transform_filter("isValid(datum.left)"), marks if chosen is None else marks.add_params(chosen)],
    )
    drawn: alt.LayerChart = chart.properties(width=width, height=height, title=headed(shown))
    return drawn
