"""Charts for reports and pages. What they show is computed in `trajectory`; here it is only drawn."""

from __future__ import annotations

import altair as alt
import numpy as np
import pandas as pd

from simkit.observed import Observed
from simkit.present.figures import between, month, per_cent
from simkit.present.trajectory import Trajectory, trajectory
from simkit.run import Ensemble

# Okabe & Ito's colours, which the colour-blind tell apart (Wong 2011, doi:10.1038/nmeth.1618).
DARK = "#00664B"
BAND = "5 to 95 % of lives"
COLOURS = {
    "expected": "#D55E00",
    "expected at first": "#CC79A7",
    "median": "#0072B2",
    BAND: "#56B4E9",
    "valley": "#E69F00",
    "observed": "#000000",
}


def trajectory_chart(ensemble: Ensemble, observed: Observed | None = None) -> alt.LayerChart:
    """The expected line, the median and the band of lives, the valley between them, and the crossing."""
    return draw_trajectory(trajectory(ensemble, observed))


def draw_trajectory(shown: Trajectory, width: int = 680, height: int = 340) -> alt.LayerChart:
    """Draw a trajectory; the sizes are those of the plot, in pixels."""
    table = _table(shown)
    names = [name for name in COLOURS if name in set(table["what"])]
    scale = alt.Scale(domain=names, range=[COLOURS[name] for name in names])
    legend = alt.Legend(orient="bottom", symbolType="square", symbolOpacity=1, symbolStrokeWidth=0)
    last = float(shown.month[-1])
    base = alt.Chart(table).encode(
        x=alt.X(
            "month:Q", title="month", scale=alt.Scale(domain=[1, last], nice=False), axis=alt.Axis(values=_months(last))
        ),
        y=alt.Y("value:Q", title=shown.results, axis=alt.Axis(format="~s")),
        color=alt.Color("what:N", title=None, scale=scale, legend=legend),
    )
    layers = [
        base.mark_area(opacity=0.3).encode(y2="top:Q").transform_filter(_is(BAND)),
        base.mark_area(opacity=0.4).encode(y2="top:Q").transform_filter(_is("valley")),
        base.mark_line(strokeWidth=2, strokeDash=[2, 3]).transform_filter(_is("expected at first")),
        base.mark_line(strokeWidth=2.5, strokeDash=[7, 4]).transform_filter(_is("expected")),
        base.mark_line(strokeWidth=3).transform_filter(_is("median")),
        base.mark_point(filled=True, size=60, opacity=1).transform_filter(_is("observed")),
    ]
    if shown.crossing is not None and shown.crossing >= 1:
        layers += _crossing(shown)
    said = (
        f"{per_cent(shown.crossed_share)} of {shown.lives} simulated lives cross the expected line; seed {shown.seed}"
    )
    title = alt.TitleParams(shown.title, subtitle=said, anchor="start")
    drawn: alt.LayerChart = alt.LayerChart(layer=layers).properties(title=title, width=width, height=height)
    return drawn


def _is(name: str) -> alt.FieldEqualPredicate:
    return alt.FieldEqualPredicate(field="what", equal=name)


def _table(shown: Trajectory) -> pd.DataFrame:
    """One row a month and series: what, month, value, and for areas the upper edge."""
    valley = np.where(shown.valley, shown.expected, shown.median)
    series = {
        BAND: (shown.month, shown.low, shown.high),
        "valley": (shown.month, shown.median, valley),
        "expected": (shown.month, shown.expected, shown.expected),
        "median": (shown.month, shown.median, shown.median),
        "observed": (shown.observed_month, shown.observed, shown.observed),
    }
    if shown.expectation_moved:
        series["expected at first"] = (shown.month, shown.first_expected, shown.first_expected)
    if not shown.valley.any():
        del series["valley"]
    return pd.concat(
        [
            pd.DataFrame({"what": name, "month": m, "value": v, "top": t})
            for name, (m, v, t) in series.items()
            if m.size
        ],
        ignore_index=True,
    )


def _crossing(shown: Trajectory) -> list[alt.Chart]:
    """A line at the month by which half of the lives have crossed, and what it means."""
    interval = between(shown.crossing_low, shown.crossing_high, month)
    said = f"half have crossed by month {month(shown.crossing)} ({interval})"
    table = pd.DataFrame({"month": [shown.crossing], "said": [said]})
    late = (shown.crossing or 0.0) > shown.month[-1] / 2
    base = alt.Chart(table).encode(x="month:Q")
    label = base.mark_text(align="right" if late else "left", dx=-6 if late else 6, dy=-6, color=DARK, fontSize=12)
    rule = base.mark_rule(color=DARK, strokeWidth=1.5, strokeDash=[2, 2])
    return [rule, label.encode(y=alt.value("height"), text="said:N")]


def _months(last: float) -> list[float]:
    step = 3 if last <= 48 else 12
    return [1.0, *np.arange(step, last + 1, step).tolist()]
