"""What a room expected, and what happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import altair as alt
import pandas as pd

from simkit.present.board_charts import amounts, heading, month_axis, specification

PROMISED, RESULT, AVERAGE, ROOM, MIDDLE = (
    "what was promised",
    "result",
    "average of three months",
    "8 in 10 of the room",
    "the room's middle",
)
_COLOURS = {PROMISED: "#D55E00", RESULT: "#0072B2", AVERAGE: "#0072B2", ROOM: "#56B4E9", MIDDLE: "#56B4E9"}


def room_rows(
    line: Sequence[float], rows: Sequence[Mapping[str, Any]], fan: Mapping[str, Sequence[float]] | None
) -> pd.DataFrame:
    """Rows of `room_spec`: what, month, value, top.

    Args:
        line: what was promised, one value a month.
        rows: the months that were revealed, with month, result and average.
        fan: low, mid and high of what the room drew; None where that is not to be seen.
    """
    months = range(1, len(line) + 1)
    found = [{"what": PROMISED, "month": month, "value": line[month - 1]} for month in months]
    found += [{"what": RESULT, "month": row["month"], "value": row["result"]} for row in rows]
    found += [{"what": AVERAGE, "month": row["month"], "value": row["average"]} for row in rows]
    if fan is not None:
        ends = zip(months, fan["low"], fan["high"], strict=True)
        found += [{"what": ROOM, "month": month, "value": low, "top": high} for month, low, high in ends]
        found += [{"what": MIDDLE, "month": month, "value": mid} for month, mid in zip(months, fan["mid"], strict=True)]
    return pd.DataFrame(found, columns=["what", "month", "value", "top"])


@lru_cache(maxsize=16)
def room_spec(title: str, months: int, height: int = 420) -> dict[str, Any]:
    """The chart of `room_rows`."""
    base = alt.Chart().encode(
        x=month_axis(months),
        y=alt.Y("value:Q", title=None, axis=amounts(5)),
        tooltip=["what:N", "month:Q", alt.Tooltip("value:Q", format=",.3~s")],
    )

    def only(name: str) -> alt.Chart:
        return base.transform_filter(alt.FieldEqualPredicate(field="what", equal=name))

    names = [PROMISED, AVERAGE, MIDDLE]
    legend = alt.Legend(orient="bottom", symbolStrokeWidth=3, labelFontSize=13, labelLimit=260)
    scale = alt.Scale(domain=names, range=[_COLOURS[one] for one in names])
    stroke = alt.Stroke("what:N", title=None, scale=scale, legend=legend)
    layers = [
        only(ROOM).mark_area(opacity=0.25, fill=_COLOURS[ROOM]).encode(y2="top:Q"),
        only(MIDDLE).mark_line(strokeWidth=2).encode(stroke=stroke),
        only(PROMISED).mark_line(strokeWidth=2.5, strokeDash=[7, 4]).encode(stroke=stroke),
        only(AVERAGE).mark_line(strokeWidth=3).encode(stroke=stroke),
        only(RESULT).mark_point(filled=True, size=45, color=_COLOURS[RESULT], opacity=1),
    ]
    chart = alt.LayerChart(layer=layers).properties(height=height, width="container", title=heading(title))
    return specification(chart)
