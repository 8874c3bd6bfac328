"""The chart of a sweep: how an outcome answers to one lever or two. What it shows is computed apart from drawing it."""

from __future__ import annotations

from dataclasses import dataclass

import altair as alt
import pandas as pd

from simkit.errors import RunError
from simkit.experiments.summary import check_summarised
from simkit.experiments.sweep import Sweep
from simkit.present.figures import between, number, per_cent
from simkit.run.precision import is_share

MOST_LINES = 6
LINES = ("#0072B2", "#D55E00", "#00664B", "#E69F00", "#CC79A7", "#56B4E9")
"""Okabe & Ito's colours (Wong 2011, doi:10.1038/nmeth.1618)."""


@dataclass(frozen=True, slots=True, eq=False)
class Response:
    """How an outcome answers to levers.

    Attributes:
        title, said: the headline, and where the figures come from.
        outcome: in words.
        x, line: the paths on the axis and of the lines; `line` is None for one lever.
        table: point, x, line, mean, low, high, text; one row a point.
        lines: whether points of the same level of `line` are joined; else colours show the outcome.
        share: whether the outcome is a share.
    """

    title: str
    said: str
    outcome: str
    x: str
    line: str | None
    table: pd.DataFrame
    lines: bool
    share: bool


def shown_sweep(sweep: Sweep, outcome: str = "crossed", x: str | None = None, line: str | None = None) -> Response:
    """What a chart of a sweep shows.

    Args:
        sweep: the results.
        outcome: one of the summary's.
        x: the path on the axis; the first one by default.
        line: the path of the lines, or of the other axis where there are many levels; the second one by default.

    Raises:
        RunError: there is no such outcome or path.
    """
    paths = sweep.design.paths
    summary = sweep.summary
    check_summarised(sweep.design, [outcome])
    for path in (x, line):
        if path is not None and path not in paths:
            raise RunError(
                "is no lever of this sweep", field="chart", value=path, hint=f"There are {', '.join(paths)}."
            )
    x = x or next(path for path in paths if path != line)
    line = line or next((path for path in paths if path != x), None)
    rows = summary[summary["outcome"] == outcome]
    shown = per_cent if is_share(outcome) else number
    table = pd.DataFrame(
        {
            "point": rows["point"],
            "x": rows[x],
            "line": rows[line] if line else "",
            **{name: rows[name] for name in ("mean", "low", "high")},
            "text": [
                f"{shown(mean)} ({between(low, high, shown)})"
                for mean, low, high in zip(rows["mean"], rows["low"], rows["high"], strict=True)
            ],
        }
    )
    lines = line is None or (len(paths) == 2 and table["line"].nunique() <= MOST_LINES)
    words = outcome.replace("_", " ")
    by = f" by {x}" + (f" and {line}" if line else "")
    said = f"{sweep.design.replications} lives a point, mean and 95 % interval, seed {sweep.design.seed}"
    return Response(f"{words}{by}", said, words, x, line, table, lines, is_share(outcome))


def draw_sweep(shown: Response, width: int = 480, height: int = 300) -> alt.LayerChart:
    """Draw the answer: a line with its intervals a level of the second lever, or points whose colour is the outcome."""
    numeric = pd.api.types.is_numeric_dtype(shown.table["x"])
    tooltip = [alt.Tooltip("x", title=shown.x), alt.Tooltip("text", title=shown.outcome)]
    if shown.line:
        tooltip.insert(1, alt.Tooltip("line", title=shown.line))
    base = alt.Chart().encode(
        x=alt.X("x", type="quantitative" if numeric else "nominal", title=shown.x, scale=alt.Scale(zero=False)),
        tooltip=tooltip,
    )
    layers = _lines(shown, base) if shown.lines else [_points(shown, base)]
    title = alt.TitleParams(shown.title, subtitle=shown.said, anchor="start")
    chart = alt.LayerChart(data=shown.table, layer=layers)
    drawn: alt.LayerChart = chart.properties(title=title, width=width, height=height)
    return drawn


def _lines(shown: Response, base: alt.Chart) -> list[alt.Chart]:
    axis = alt.Axis(format=_format(shown))
    levels = sorted(shown.table["line"].unique())
    scale = alt.Scale(domain=levels, range=list(LINES[: len(levels)]))
    legend = alt.Legend(orient="bottom") if shown.line else None
    base = base.encode(color=alt.Color("line:N", title=shown.line, scale=scale, legend=legend))
    mean = alt.Y("mean:Q", title=shown.outcome, axis=axis)
    return [
        base.mark_rule(strokeWidth=2, opacity=0.5).encode(y=alt.Y("low:Q", axis=axis), y2="high:Q"),
        base.mark_line(strokeWidth=2).encode(y=mean),
        base.mark_point(filled=True, size=70, opacity=1).encode(y=mean),
    ]


def _points(shown: Response, base: alt.Chart) -> alt.Chart:
    legend = alt.Legend(format=_format(shown))
    colour = alt.Color("mean:Q", title=shown.outcome, scale=alt.Scale(scheme="cividis"), legend=legend)
    numeric = pd.api.types.is_numeric_dtype(shown.table["line"])
    y = alt.Y("line", type="quantitative" if numeric else "nominal", title=shown.line, scale=alt.Scale(zero=False))
    points: alt.Chart = base.mark_circle(size=160, opacity=1).encode(y=y, color=colour)
    return points


def _format(shown: Response) -> str:
    return "%" if shown.share else "~s"
