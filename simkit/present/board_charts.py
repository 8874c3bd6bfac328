"""The board's charts: each is a specification without data, made once, and drawn again by sending rows.

So a page can redraw a chart in place: nothing in a specification depends on the numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import altair as alt

from simkit.model.recorder import ROLES
from simkit.present.advice import BETTER, WORSE
from simkit.present.board import (
    BANDS,
    CROSSING,
    EXPECTED,
    FIRST_EXPECTED,
    OBSERVED,
    REFERENCE,
    SCENARIO,
    VALLEY,
)
from simkit.present.board_details import LATER, NEARER, role_name

# Okabe & Ito's colours (Wong 2011, doi:10.1038/nmeth.1618), of which no two have the same lightness where lines meet;
# dashes and widths tell them apart once more, in greyscale.
COLOURS = {
    SCENARIO: "#0072B2",
    BANDS[SCENARIO]: "#56B4E9",
    REFERENCE: "#7F7F7F",
    BANDS[REFERENCE]: "#B8B8B8",
    EXPECTED: "#D55E00",
    FIRST_EXPECTED: "#CC79A7",
    VALLEY: "#E69F00",
    OBSERVED: "#009E73",
    CROSSING: "#00664B",
}
_MARKS: dict[str, dict[str, Any]] = {
    BANDS[REFERENCE]: {"type": "area", "opacity": 0.25},
    BANDS[SCENARIO]: {"type": "area", "opacity": 0.3},
    VALLEY: {"type": "area", "opacity": 0.35},
    REFERENCE: {"type": "line", "strokeWidth": 2, "strokeDash": [1, 3]},
    FIRST_EXPECTED: {"type": "line", "strokeWidth": 2, "strokeDash": [2, 3]},
    EXPECTED: {"type": "line", "strokeWidth": 2.5, "strokeDash": [7, 4]},
    SCENARIO: {"type": "line", "strokeWidth": 3},
    OBSERVED: {"type": "point", "filled": True, "size": 50, "opacity": 1},
    CROSSING: {
        "type": "point",
        "shape": "diamond",
        "filled": True,
        "size": 240,
        "opacity": 1,
        "stroke": "white",
        "strokeWidth": 1,
    },
}


@lru_cache(maxsize=64)
def results_spec(names: tuple[str, ...], title: str, months: int, height: int = 360) -> dict[str, Any]:
    """The chart of `results`.

    Args:
        names: what may be in the rows.
        title: what the values are.
        months: the horizon.
        height: of the plot, in pixels.
    """
    base = alt.Chart().encode(
        x=month_axis(months),
        y=alt.Y("value:Q", title=None, axis=amounts(5)),
        tooltip=[
            alt.Tooltip("what:N", title="line"),
            alt.Tooltip("month:Q", title="month"),
            alt.Tooltip("value:Q", title="value", format=",.3~s"),
        ],
    )
    return _layers(base, names, height, title)


@lru_cache(maxsize=16)
def crossed_spec(names: tuple[str, ...], months: int, height: int = 360) -> dict[str, Any]:
    """The chart of `crossed_rows`: the share of lives that have crossed by a month, with its interval."""
    base = alt.Chart().encode(
        x=month_axis(months),
        tooltip=[
            alt.Tooltip("what:N", title="line"),
            alt.Tooltip("month:Q", title="month"),
            alt.Tooltip("value:Q", title="crossed by then", format=".0%"),
            alt.Tooltip("low:Q", title="95 % interval from", format=".0%"),
            alt.Tooltip("high:Q", title="to", format=".0%"),
        ],
    )
    share = alt.Scale(domain=[0, 1])
    layers = []
    for name in names:
        only = base.transform_filter(alt.FieldEqualPredicate(field="what", equal=name))
        low = alt.Y("low:Q", title=None, scale=share, axis=alt.Axis(format=".0%"))
        interval = only.mark_area(opacity=0.2, interpolate="step-after", fill=COLOURS[name])
        layers.append(interval.encode(y=low, y2="high:Q"))
        line = _looking(only, name, names).encode(y=alt.Y("value:Q", scale=share))
        line.mark = alt.MarkDef(**_mark(name), interpolate="step-after")
        layers.append(line)
    made = alt.LayerChart(layer=layers).properties(height=height, width="container")
    return specification(made.properties(title=heading("Lives that have crossed by then")))


@lru_cache(maxsize=32)
def panel_spec(names: tuple[str, ...], title: str, months: int, height: int = 170) -> dict[str, Any]:
    """A small chart of one panel of `activity_rows`, with a scale of its own; whoever draws several says which line is
    which.
    """
    value = alt.Y("value:Q", title=None, axis=amounts(3), scale=alt.Scale(zero=True))
    tooltip = [alt.Tooltip("what:N", title="line"), alt.Tooltip("month:Q"), alt.Tooltip("value:Q", format=",.3~s")]
    base = alt.Chart().encode(x=month_axis(months), y=value, tooltip=tooltip)
    return without_legends(_layers(base, names, height, title))


@lru_cache(maxsize=16)
def work_spec(names: tuple[str, ...], title: str, share: bool) -> dict[str, Any]:
    """Bars of one panel of `work_rows`: a group a role."""
    roles = [role_name(role) for role in ROLES]
    chart = (
        alt.Chart()
        .mark_bar()
        .encode(
            # All roles in all panels, also those with nothing to show: rows without a value are dropped.
            y=alt.Y("role:N", title=None, scale=alt.Scale(domain=roles), axis=alt.Axis(ticks=False, domain=False)),
            yOffset=alt.YOffset("what:N", sort=list(names)),
            x=alt.X("value:Q", title=None, axis=alt.Axis(format=".0%" if share else "~s", tickCount=4)),
            color=_scaled(alt.Color, "what", names, [COLOURS[name] for name in names], _legend("square")),
            tooltip=["role:N", alt.Tooltip("what:N", title="bar"), alt.Tooltip("value:Q", format=",.3~r")],
        )
    )
    return specification(chart.properties(title=heading(title), width="container", height=220))


BAR = 60
"""Pixels of a bar of `bars_spec`, whose name and change have four lines at most."""

_LINES = "split(datum.label, '\\n')"


@lru_cache(maxsize=8)
def bars_spec(title: str, bars: int) -> dict[str, Any]:
    """Bars with intervals of `reason_rows` or `step_rows`, in their order."""
    colours = alt.Scale(domain=[NEARER, LATER], range=["#0072B2", "#D55E00"])
    base = alt.Chart()
    axis = alt.Axis(labelExpr=_LINES, labelLimit=240, labelOverlap=False, ticks=False, domain=False)
    row = alt.Y("bar:N", sort=None, title=None, axis=axis)
    bar = base.mark_bar(height=16).encode(
        y=row,
        x=alt.X("value:Q", title=None, axis=alt.Axis(labelOverlap=True)),
        color=alt.Color("side:N", title=None, scale=colours, legend=_legend("square", columns=1)),
        tooltip=[
            alt.Tooltip("name:N", title="lever"),
            alt.Tooltip("change:N"),
            alt.Tooltip("value:Q", title="months", format="+.1f"),
            alt.Tooltip("low:Q", title="95 % interval from", format="+.1f"),
            alt.Tooltip("high:Q", title="to", format="+.1f"),
        ],
    )
    interval = base.mark_rule(strokeWidth=2).encode(y=row, x="low:Q", x2="high:Q")
    made = alt.LayerChart(layer=[bar, interval]).properties(width="container", height=BAR * bars)
    return specification(made.properties(title=heading(title)))


def _looking(chart: alt.Chart, name: str, names: Sequence[str]) -> alt.Chart:
    """A layer with its colour, dash or shape, and a legend that shows areas, lines and points as they are drawn.

    Each kind has a field of its own, for legends of one field are made one.
    """
    kind = _MARKS[name]["type"]
    return chart.transform_calculate(**{kind: "datum.what"}).encode(**_look(kind, names))


def _look(kind: str, names: Sequence[str]) -> dict[str, Any]:
    alike = [other for other in names if _MARKS[other]["type"] == kind]
    colours = [COLOURS[other] for other in alike]
    if kind == "area":
        return {"fill": _scaled(alt.Fill, kind, alike, colours, _legend("square"))}
    if kind == "line":
        dashes = [_MARKS[other].get("strokeDash", [1, 0]) for other in alike]
        legend = _legend("stroke", symbolSize=250, symbolStrokeWidth=3)
        return {
            "stroke": _scaled(alt.Stroke, kind, alike, colours, legend),
            "strokeDash": _scaled(alt.StrokeDash, kind, alike, dashes, legend),
        }
    shapes = [_MARKS[other].get("shape", "circle") for other in alike]
    return {
        "color": _scaled(alt.Color, kind, alike, colours, _legend(alt.Undefined, symbolSize=180, symbolStrokeWidth=1)),
        "shape": _scaled(alt.Shape, kind, alike, shapes, _legend(alt.Undefined, symbolSize=180, symbolStrokeWidth=1)),
    }


def amounts(ticks: int) -> alt.Axis:
    """An axis of large numbers, with prefixes but for 0."""
    return alt.Axis(format="~s", tickCount=ticks, labelExpr="datum.value === 0 ? '0' : datum.label")


def _mark(name: str) -> dict[str, Any]:
    """What is the same for all rows of a name."""
    return {key: value for key, value in _MARKS[name].items() if key not in ("strokeDash", "shape")}


def _scaled(channel: Any, field: str, names: Sequence[str], looks: Sequence[Any], legend: alt.Legend) -> Any:
    scale = alt.Scale(domain=list(names), range=list(looks))
    return channel(f"{field}:N", title=None, scale=scale, legend=legend)


def _legend(symbol: Any, **more: Any) -> alt.Legend:
    looks = {"symbolType": symbol, "symbolOpacity": 1, "labelFontSize": 12, "labelLimit": 260}
    return alt.Legend(orient="bottom", columnPadding=8, padding=0, **looks, **more)


def without_legends(spec: dict[str, Any]) -> dict[str, Any]:
    """A chart of layers as it is beside others that share a legend."""
    for layer in spec["layer"]:
        for channel in _LEGENDS & set(layer["encoding"]):
            layer["encoding"][channel]["legend"] = None
    return spec


_LEGENDS = {"color", "fill", "shape", "stroke", "strokeDash"}


def _layers(base: alt.Chart, names: Sequence[str], height: int, title: str) -> dict[str, Any]:
    layers = []
    for name in names:
        chart = _looking(base.transform_filter(alt.FieldEqualPredicate(field="what", equal=name)), name, names)
        chart.mark = alt.MarkDef(**_mark(name))
        layers.append(chart.encode(y2="top:Q") if _MARKS[name]["type"] == "area" else chart)
    made = alt.LayerChart(layer=layers).properties(height=height, width="container", title=heading(title))
    return specification(made)


def heading(text: str) -> alt.TitleParams:
    """The title of a chart: what its values are, and below that in which unit, for on a phone both do not fit beside
    each other.
    """
    return alt.TitleParams(text.split(", "), anchor="start", fontSize=13, fontWeight="normal", offset=10)


def specification(chart: alt.LayerChart | alt.Chart, columns: int = 3) -> dict[str, Any]:
    """A chart as Vega-Lite, without data; its legends in so many columns."""
    made: dict[str, Any] = chart.to_dict(validate=False)
    del made["$schema"]
    # Legends one above the other: side by side they would not fit on a phone.
    below = {"anchor": "start", "direction": "vertical"}
    made["config"] = {"legend": {"columns": columns, "layout": {"bottom": below}}}
    return _without_data(made)  # type: ignore[no-any-return]


def _without_data(part: Any) -> Any:
    """Altair names the rows that are not there; whoever draws the chart adds them, for all parts."""
    if isinstance(part, dict):
        return {key: _without_data(value) for key, value in part.items() if key not in ("data", "datasets")}
    return [_without_data(one) for one in part] if isinstance(part, list) else part


def month_axis(months: int) -> alt.X:
    """The horizontal axis of everything that goes by months."""
    step = 3 if months <= 48 else 12
    return alt.X(
        "month:Q",
        title="month",
        scale=alt.Scale(domain=[1, months], nice=False),
        axis=alt.Axis(values=[1, *range(step, months + 1, step)], grid=False, labelOverlap=True),
    )


def gain_spec(currency: str, bars: int) -> dict[str, Any]:
    """Bars with intervals of `advice_rows`, in their order."""
    colours = alt.Scale(domain=[BETTER, WORSE], range=["#0072B2", "#D55E00"])
    row = alt.Y("name:N", sort=None, title=None, axis=alt.Axis(labelLimit=420, ticks=False, domain=False))
    base = alt.Chart()
    bar = base.mark_bar(height=16).encode(
        y=row,
        x=alt.X("value:Q", title=f"{currency} above holding", axis=alt.Axis(format="~s")),
        color=alt.Color(
            "side:N", title=None, scale=colours, legend=alt.Legend(orient="bottom", columns=1, labelLimit=260)
        ),
        tooltip=[
            alt.Tooltip("name:N", title="decision"),
            alt.Tooltip("value:Q", title=currency, format=",.0f"),
            alt.Tooltip("low:Q", title="95 % interval from", format=",.0f"),
            alt.Tooltip("high:Q", title="to", format=",.0f"),
        ],
    )
    # A dark line in a light one is seen on any page and on any bar.
    lines = (("#FFFFFF", 5), ("#1B2733", 2))
    ends = [base.mark_rule(color=one, strokeWidth=width).encode(y=row, x="low:Q", x2="high:Q") for one, width in lines]
    return specification(alt.LayerChart(layer=[bar, *ends]).properties(height=34 * bars, width="container"))
