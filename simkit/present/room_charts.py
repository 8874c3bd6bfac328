"""The charts of a training room: what was expected, what happened, and what decisions did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import altair as alt
import pandas as pd

from simkit.present.board_charts import amounts, heading, month_axis, specification
from simkit.statistics import Estimate
from simkit.training.debrief import Knowable
from simkit.training.learning import Learned, relative

PROMISED, RESULT, AVERAGE, HELD, ROOM, MIDDLE, DRAWN = (
    "what was promised",
    "result of a month",
    "average of three months",
    "had nothing been decided",
    "8 in 10 of the room",
    "the room's middle",
    "what was drawn",
)
_COLOURS = {
    PROMISED: "#D55E00",
    AVERAGE: "#0072B2",
    HELD: "#6B6B6B",
    MIDDLE: "#009E73",
    DRAWN: "#009E73",
    RESULT: "#0072B2",
    ROOM: "#009E73",
}
_DASHES = {PROMISED: [7, 4], AVERAGE: [1, 0], HELD: [3, 3], MIDDLE: [10, 3, 2, 3], DRAWN: [10, 3, 2, 3]}
ACTIVITY, LEADS, RESULTS = "items published", "leads", "results"
_MEASURES = {ACTIVITY: ("#E69F00", [7, 4]), LEADS: ("#009E73", [10, 3, 2, 3]), RESULTS: ("#0072B2", [1, 0])}
START = "today"
HERE, USUALLY = "with this luck", "on average"
QUARTER = 3
Fan = Mapping[str, Sequence[float]]


def room_rows(
    line: Sequence[float],
    rows: Sequence[Mapping[str, Any]],
    fan: Fan | None,
    held: Sequence[float] | None = None,
    alone: bool = False,
) -> pd.DataFrame:
    """Rows of `room_spec`: what, month, value, top.

    Args:
        line: what was promised, one value a month.
        rows: the months that were revealed, with month, result and average.
        fan: low, mid and high of what the room drew; None where that is not to be seen.
        held: the average of three months had nothing been decided; None where that is what happened.
        alone: whether one person drew, who is no room.
    """
    months = range(1, len(line) + 1)
    found = [{"what": PROMISED, "month": month, "value": line[month - 1]} for month in months]
    found += [{"what": RESULT, "month": row["month"], "value": row["result"]} for row in rows]
    found += [{"what": AVERAGE, "month": row["month"], "value": row["average"]} for row in rows]
    found += [{"what": HELD, "month": month, "value": value} for month, value in enumerate(held or (), 1)]
    if fan is not None and alone:
        found += [{"what": DRAWN, "month": month, "value": mid} for month, mid in zip(months, fan["mid"], strict=True)]
    elif fan is not None:
        ends = zip(months, fan["low"], fan["high"], strict=True)
        found += [{"what": ROOM, "month": month, "value": low, "top": high} for month, low, high in ends]
        found += [{"what": MIDDLE, "month": month, "value": mid} for month, mid in zip(months, fan["mid"], strict=True)]
    return pd.DataFrame(found, columns=["what", "month", "value", "top"])


@lru_cache(maxsize=32)
def room_spec(title: str, months: int, height: int = 420, held: bool = False, alone: bool = False) -> dict[str, Any]:
    """The chart of `room_rows`.

    Args:
        title: what the values are.
        months: of the company.
        height: of the plot, in pixels.
        held: whether there are rows of what would have come.
        alone: whether one person drew.
    """
    base = alt.Chart().encode(
        x=month_axis(months),
        y=alt.Y("value:Q", title=None, axis=amounts(5)),
        tooltip=["what:N", "month:Q", alt.Tooltip("value:Q", format=",.3~s")],
    )
    names = [PROMISED, AVERAGE, *([HELD] if held else []), DRAWN if alone else MIDDLE]
    legend = alt.Legend(
        orient="bottom", columns=2, symbolStrokeWidth=3, symbolSize=250, labelFontSize=13, labelLimit=320
    )
    colours = alt.Scale(domain=names, range=[_COLOURS[one] for one in names])
    dashes = alt.Scale(domain=names, range=[_DASHES[one] for one in names])
    look = {
        "stroke": alt.Stroke("what:N", title=None, scale=colours, legend=legend),
        "strokeDash": alt.StrokeDash("what:N", title=None, scale=dashes, legend=legend),
    }
    band = alt.Fill(
        "what:N",
        title=None,
        scale=alt.Scale(domain=[ROOM], range=[_COLOURS[ROOM]]),
        legend=alt.Legend(orient="bottom", symbolType="square", symbolOpacity=0.4, labelFontSize=13, labelLimit=320),
    )
    widths = {PROMISED: 2.5, AVERAGE: 3.5, HELD: 2, MIDDLE: 2, DRAWN: 2}
    layers = [
        *([] if alone else [_only(base, ROOM).mark_area(opacity=0.22).encode(y2="top:Q", fill=band)]),
        *(_only(base, one).mark_line(strokeWidth=widths[one]).encode(**look) for one in names),
        _only(base, RESULT).mark_point(filled=True, size=45, color=_COLOURS[RESULT], opacity=1),
    ]
    chart = alt.LayerChart(layer=layers).properties(height=height, width="container", title=heading(title))
    return specification(chart.resolve_scale(fill="independent"))


def quarters(months: int) -> list[str]:
    """When a crossing may be expected, by quarter; the last one is never."""
    first = range(1, months + 1, QUARTER)
    return [*(f"{one} to {min(one + QUARTER - 1, months)}" for one in first), "never"]


def crossing_rows(crossings: Iterable[int | None], came: int | None, months: int) -> pd.DataFrame:
    """Rows of `crossing_spec`: when (of `quarters`), people, came (whether the crossing came then)."""
    names = quarters(months)
    place = Counter(len(names) - 1 if one is None else (max(one, 1) - 1) // QUARTER for one in crossings)
    actual = len(names) - 1 if came is None else (max(came, 1) - 1) // QUARTER
    return pd.DataFrame({"when": name, "people": place[i], "came": i == actual} for i, name in enumerate(names))


@lru_cache(maxsize=16)
def crossing_spec(months: int, height: int = 300) -> dict[str, Any]:
    """How many expected the crossing when, and when it came."""
    axis = alt.Axis(labelAngle=0, labelOverlap=False)
    base = alt.Chart().encode(x=alt.X("when:N", sort=quarters(months), title="months", axis=axis))
    bars = base.mark_bar(fill=_COLOURS[ROOM]).encode(
        y=alt.Y("people:Q", title="people who expected it then", axis=alt.Axis(tickMinStep=1, format="d", grid=False)),
        tooltip=["when:N", "people:Q"],
    )
    came = base.transform_filter("datum.came")
    ground = came.mark_bar(fill=_COLOURS[PROMISED], opacity=0.25).encode(y=alt.value(0), y2=alt.value("height"))
    word = came.mark_text(fontSize=14, fontWeight=600, color=_COLOURS[PROMISED], dy=-8).encode(
        y=alt.value(0), text=alt.condition("datum.when == 'never'", alt.value("it never came"), alt.value("it came"))
    )
    made = alt.LayerChart(layer=[ground, bars, word]).properties(height=height, width="container")
    return specification(made.properties(title=heading(" ")))


def activity_rows(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Rows of `activity_spec`: what, month, value: the mean of three months in per cent of that of the first three."""
    found = []
    for what, name in ((ACTIVITY, "activity"), (LEADS, "leads"), (RESULTS, "result")):
        months = pd.Series([float(row[name]) for row in rows]).rolling(QUARTER).mean()
        first = months.iloc[QUARTER - 1]
        found += [
            {"what": what, "month": i + 1, "value": 100.0 * value / first}
            for i, value in enumerate(months)
            if i >= QUARTER - 1 and first > 0.0
        ]
    return pd.DataFrame(found, columns=["what", "month", "value"])


@lru_cache(maxsize=8)
def activity_spec(months: int, height: int = 320) -> dict[str, Any]:
    """What people did beside what came of it."""
    names = list(_MEASURES)
    legend = alt.Legend(orient="bottom", symbolStrokeWidth=3, symbolSize=250, labelFontSize=13, labelLimit=320)
    chart = (
        alt.Chart()
        .mark_line(strokeWidth=3)
        .encode(
            x=month_axis(months),
            y=alt.Y("value:Q", title=None, scale=alt.Scale(zero=False), axis=alt.Axis(tickCount=5)),
            stroke=alt.Stroke(
                "what:N",
                title=None,
                legend=legend,
                scale=alt.Scale(domain=names, range=[_MEASURES[one][0] for one in names]),
            ),
            strokeDash=alt.StrokeDash(
                "what:N",
                title=None,
                legend=legend,
                scale=alt.Scale(domain=names, range=[_MEASURES[one][1] for one in names]),
            ),
            tooltip=["what:N", "month:Q", alt.Tooltip("value:Q", format=".0f")],
        )
    )
    title = heading("Average of three months; that of months 1 to 3 is 100")
    return specification(chart.properties(height=height, width="container", title=title))


def effect_rows(effects: Iterable[tuple[str, float, Estimate]]) -> pd.DataFrame:
    """Rows of `effect_spec`, in their order: name, here, value, low, high.

    Args:
        effects: their names, what they did with this luck, and on average.
    """
    found = [(name, here, usual.value, usual.low, usual.high) for name, here, usual in effects]
    return pd.DataFrame(found, columns=["name", "here", "value", "low", "high"])


@lru_cache(maxsize=32)
def effect_spec(currency: str, bars: int) -> dict[str, Any]:
    """What decisions did: a bar and its interval on average, a diamond with this luck."""
    row = alt.Y("name:N", sort=None, title=None, axis=alt.Axis(labelLimit=420, ticks=False, domain=False))
    colours = alt.Scale(domain=[USUALLY, HERE], range=["#0072B2", "#D55E00"])
    look = alt.Color(
        "kind:N", title=None, scale=colours, legend=alt.Legend(orient="bottom", labelFontSize=13, labelLimit=320)
    )
    axis = alt.Axis(format="~s", tickCount=5)
    tooltip = [
        alt.Tooltip("name:N", title="decision"),
        alt.Tooltip("here:Q", title=HERE, format="+,.0f"),
        alt.Tooltip("value:Q", title=USUALLY, format="+,.0f"),
        alt.Tooltip("low:Q", title="95 % interval from", format="+,.0f"),
        alt.Tooltip("high:Q", title="to", format="+,.0f"),
    ]
    base = alt.Chart().encode(y=row, tooltip=tooltip)
    usual, luck = (base.transform_calculate(kind=f"'{kind}'") for kind in (USUALLY, HERE))
    layers = [
        usual.mark_bar(height=14).encode(
            x=alt.X("value:Q", title=f"{currency} against holding", axis=axis), color=look
        ),
        base.mark_rule(strokeWidth=2).encode(x="low:Q", x2="high:Q"),
        luck.mark_point(shape="diamond", filled=True, size=140, opacity=1).encode(x="here:Q", color=look),
    ]
    return specification(alt.LayerChart(layer=layers).properties(height=46 * bars + 70, width="container"))


def known_rows(known: Iterable[Knowable]) -> pd.DataFrame:
    """Rows of `known_spec`: month, chance, low, high."""
    columns = ["month", "chance", "low", "high"]
    found = [(one.month, one.chance.value, one.chance.low, one.chance.high) for one in known]
    return pd.DataFrame(found, columns=columns)


@lru_cache(maxsize=8)
def known_spec(months: int, height: int = 260) -> dict[str, Any]:
    """The chance of crossing as it could have been known at each review."""
    share = alt.Y("chance:Q", title=None, scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(format=".0%", tickCount=5))
    base = alt.Chart().encode(x=month_axis(months), y=share, tooltip=["month:Q", alt.Tooltip("chance:Q", format=".0%")])
    layers = [
        base.mark_area(opacity=0.2, fill="#0072B2").encode(y=alt.Y("low:Q", title=None), y2="high:Q"),
        base.mark_line(strokeWidth=3, color="#0072B2"),
        base.mark_point(filled=True, size=80, color="#0072B2", opacity=1),
    ]
    title = heading("Chance to cross for those who have seen the same and go on")
    return specification(alt.LayerChart(layer=layers).properties(height=height, width="container", title=title))


def learned_rows(found: Learned) -> pd.DataFrame:
    """Rows of `learned_spec`: person, company, error (of the shape, as a share of the promised line's)."""
    return pd.DataFrame(
        {"person": i, "company": company, "error": relative(score)}
        for i, (_, *scores) in enumerate(found.people)
        for company, score in zip(("before", "after"), scores, strict=True)
    )


@lru_cache(maxsize=8)
def learned_spec(height: int = 300) -> dict[str, Any]:
    """Each person's error before and after, and the mean."""
    place = alt.X("company:N", sort=None, title=None, axis=alt.Axis(labelAngle=0, labelFontSize=14))
    axis = alt.Axis(format=".0%", tickCount=5)
    base = alt.Chart().encode(x=place, y=alt.Y("error:Q", title=None, axis=axis, scale=alt.Scale(zero=True)))
    mean = alt.Chart().encode(x=place, y=alt.Y("mean(error):Q", title=None))
    layers = [
        base.mark_line(strokeWidth=1.5, opacity=0.5, color=_COLOURS[MIDDLE]).encode(detail="person:N"),
        mean.mark_line(strokeWidth=4, color="#0072B2", point=alt.OverlayMarkDef(size=90, color="#0072B2")),
    ]
    title = heading("Distance of drawing and results, in per cent of the promised line's; thick: the mean")
    return specification(alt.LayerChart(layer=layers).properties(height=height, width="container", title=title))


def sheet_rows(line: Sequence[float], start: float) -> pd.DataFrame:
    """Rows of `sheet_spec`: what, month, value."""
    found = [(PROMISED, month, value) for month, value in enumerate(line, 1)]
    return pd.DataFrame([(START, 0, start), *found], columns=["what", "month", "value"])


def sheet_spec(months: int, top: float) -> dict[str, Any]:
    """What was promised on squared paper, to draw on.

    Args:
        months: of the company.
        top: the largest value that there is room for.
    """
    axis = alt.Axis(values=list(range(months + 1)), grid=True, labelOverlap=True)
    base = alt.Chart().encode(
        x=alt.X("month:Q", title="month", scale=alt.Scale(domain=[0, months], nice=False), axis=axis),
        y=alt.Y("value:Q", title=None, scale=alt.Scale(domain=[0, top]), axis=amounts(12)),
    )
    layers = [
        _only(base, PROMISED).mark_line(strokeWidth=2.5, strokeDash=[7, 4], color=_COLOURS[PROMISED]),
        _only(base, START).mark_point(filled=True, size=90, color=_COLOURS[AVERAGE], opacity=1),
    ]
    return specification(alt.LayerChart(layer=layers).properties(height=420, width="container"))


_LENGTHS = {"fontSize", "labelFontSize", "titleFontSize", "labelLimit", "strokeWidth", "symbolStrokeWidth"}
_AREAS = {"size", "symbolSize"}
_WALL, _NAMES = 1200, 500


def on_the_wall(spec: Mapping[str, Any], times: float = 2.0) -> dict[str, Any]:
    """A chart that can be read from the back of a room: letters and lines of it are so many times larger.

    It has a width of its own, so that the whole of it can be shown smaller or larger.
    """

    def enlarged(part: Any) -> Any:
        if isinstance(part, dict):
            sizes = {key: enlarged(one) for key, one in part.items()}
            for keys, factor in ((_LENGTHS, times), (_AREAS, times**2)):
                sizes |= {k: sizes[k] * factor for k in keys & sizes.keys() if isinstance(sizes[k], int | float)}
            if isinstance(limit := sizes.get("labelLimit"), int | float):
                sizes["labelLimit"] = min(limit, _NAMES)  # names leave room for what is said of them
            if isinstance(dashes := sizes.get("range"), list) and all(isinstance(one, list) for one in dashes):
                sizes["range"] = [[length * times for length in one] for one in dashes]
            return sizes
        return [enlarged(one) for one in part] if isinstance(part, list) else part

    made: dict[str, Any] = enlarged(spec)
    letters = {"labelFontSize": 12 * times, "titleFontSize": 12 * times}
    given = made.get("config", {})
    side_by_side = {"bottom": {"direction": "horizontal", "anchor": "start", "margin": 12 * times}}
    legend = {**given.get("legend", {}), **letters, "columns": 3, "symbolSize": 100 * times**2}
    legend |= {"offset": 6 * times, "rowPadding": times, "layout": side_by_side}
    axis = {**letters, "labelLimit": _NAMES, "titlePadding": 2 * times}
    made["config"] = {**given, "axis": axis, "legend": legend}
    made["width"] = _WALL
    return made


def _only(base: alt.Chart, name: str) -> alt.Chart:
    return base.transform_filter(alt.FieldEqualPredicate(field="what", equal=name))
