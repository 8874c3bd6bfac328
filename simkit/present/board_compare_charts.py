"""The charts of scenarios side by side, as specifications without data; `styles` is the legend of them all."""

from __future__ import annotations

from copy import deepcopy
from functools import lru_cache
from typing import Any

import altair as alt

from simkit.present.board import EXPECTED
from simkit.present.board_charts import (
    COLOURS,
    amounts,
    heading,
    month_axis,
    results_spec,
    specification,
    without_legends,
)
from simkit.present.board_compare import MAIN, OWN_LINE

STYLES: tuple[tuple[str, list[int]], ...] = (
    ("#7F7F7F", [1, 3]),
    ("#0072B2", [1, 0]),
    ("#E69F00", [8, 2]),
    ("#009E73", [4, 2]),
    ("#CC79A7", [8, 2, 2, 2]),
    ("#56B4E9", [1, 0]),
    ("#0072B2", [5, 3, 1, 3, 1, 3]),
    ("#CC79A7", [2, 2]),
)
"""Colour and dash of each scenario by its place, the reference as on the board. Yellow and black are left out, of which
one is lost on white paper and one on a dark screen; vermilion is the expected line's."""

_EXPECTED = (COLOURS[EXPECTED], [7, 4])
_MOST_BANDS = 3
"""More intervals than these would hide the lines."""


@lru_cache(maxsize=32)
def overlay_spec(names: tuple[str, ...], title: str, months: int, height: int = 360) -> dict[str, Any]:
    """The chart of `overlay`.

    Args:
        names: as the overlay has them.
        title: what the values are.
        months: the horizon of the longest.
        height: of the plot, in pixels.
    """
    base = alt.Chart().encode(
        x=month_axis(months),
        y=alt.Y("value:Q", title=None, axis=amounts(5)),
        color=_colour(names),
        tooltip=[
            alt.Tooltip("what:N", title="scenario"),
            alt.Tooltip("layer:N", title="line"),
            alt.Tooltip("month:Q", title="month"),
            alt.Tooltip("value:Q", title="value", format=",.3~s"),
        ],
    )
    main = _of(base, MAIN).mark_line(strokeWidth=2.5).encode(strokeDash=_dash(names))
    own = _of(base, OWN_LINE).mark_line(strokeWidth=1.25, strokeDash=_EXPECTED[1]).encode(detail="what:N")
    return _finished(alt.LayerChart(layer=[own, main]), title, height)


@lru_cache(maxsize=32)
def crossed_overlay_spec(names: tuple[str, ...], title: str, months: int, height: int = 360) -> dict[str, Any]:
    """The chart of `crossed_overlay`; with few scenarios the intervals are drawn, else they are in the tooltips."""
    share, axis = alt.Scale(domain=[0, 1]), alt.Axis(format=".0%")
    base = alt.Chart().encode(
        x=month_axis(months),
        color=_colour(names),
        tooltip=[
            alt.Tooltip("what:N", title="scenario"),
            alt.Tooltip("month:Q", title="month"),
            alt.Tooltip("value:Q", title="crossed by then", format=".0%"),
            alt.Tooltip("low:Q", title="95 % interval from", format=".0%"),
            alt.Tooltip("high:Q", title="to", format=".0%"),
        ],
    )
    line = base.mark_line(strokeWidth=2.5, interpolate="step-after").encode(
        y=alt.Y("value:Q", title=None, scale=share, axis=axis), strokeDash=_dash(names)
    )
    low = alt.Y("low:Q", title=None, scale=share, axis=axis)
    band = base.mark_area(opacity=0.18, interpolate="step-after").encode(y=low, y2="high:Q")
    return _finished(alt.LayerChart(layer=[band, line] if len(names) <= _MOST_BANDS + 1 else [line]), title, height)


@lru_cache(maxsize=64)
def multiple_spec(names: tuple[str, ...], months: int, top: float, height: int = 170) -> dict[str, Any]:
    """The chart of a `Multiple`: the board's own without title and legend, on the scale of its neighbours."""
    spec = deepcopy(results_spec(names, "", months, height))
    del spec["title"]
    for layer in spec["layer"]:
        layer["encoding"]["y"]["scale"] = {"domain": [0, top], "nice": False}
    return without_legends(spec)


def _of(base: alt.Chart, layer: str) -> alt.Chart:
    return base.transform_filter(alt.FieldEqualPredicate(field="layer", equal=layer))


def styles(names: tuple[str, ...]) -> dict[str, tuple[str, list[int]]]:
    """Colour and dash of each scenario and of the expected line: what a legend shows."""
    scenarios = [name for name in names if name != EXPECTED]
    return dict(zip(scenarios, STYLES, strict=False)) | {EXPECTED: _EXPECTED}


def _colour(names: tuple[str, ...]) -> alt.Color:
    scale = alt.Scale(domain=list(names), range=[styles(names)[name][0] for name in names])
    return alt.Color("what:N", scale=scale, legend=None)


def _dash(names: tuple[str, ...]) -> alt.StrokeDash:
    scale = alt.Scale(domain=list(names), range=[styles(names)[name][1] for name in names])
    return alt.StrokeDash("what:N", scale=scale, legend=None)


def _finished(chart: alt.LayerChart, title: str, height: int) -> dict[str, Any]:
    return specification(chart.properties(height=height, width="container", title=heading(title)))
