"""Charts of what matters and of where it fails: tornado, Morris' plane, Sobol' bars, and the region's box.

What they show is computed apart from how it is drawn: `shown_...` gives rows, `draw_...` a chart of rows.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import altair as alt
import pandas as pd

from simkit.experiments.sensitivity import Sensitivity
from simkit.experiments.tornado import Tornado
from simkit.parameters.values import value_at
from simkit.present.board_details import written
from simkit.present.experiment_charts import label
from simkit.present.figures import MISSING, between, between_signed, number, per_cent, points, signed
from simkit.present.region_words import Named, rounded
from simkit.run.precision import is_share

# Okabe & Ito's colours (Wong 2011, doi:10.1038/nmeth.1618).
_BLUE, _SKY, _ORANGE, _GREY = "#0072B2", "#56B4E9", "#D55E00", "#595959"
LOWER, HIGHER = "when it is lower", "when it is higher"
SOURCED, ASSUMED = "has a source", "assumed, to be measured"
ALONE, TOGETHER = "by itself", "with all in which it has a part"
FAILS, HOLDS = "fails", "does not fail"
COLOURS = {
    LOWER: _ORANGE,
    HIGHER: _BLUE,
    SOURCED: _BLUE,
    ASSUMED: _ORANGE,
    ALONE: _BLUE,
    TOGETHER: _SKY,
    FAILS: _ORANGE,
    HOLDS: _BLUE,
}


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """What a chart shows.

    Attributes:
        title, said: the headline, and where the figures come from.
        table: its rows.
        x, y: titles of the axes.
        order: names in their order, from top to bottom, where rows have names.
        share: whether figures are shares.
    """

    title: str
    said: tuple[str, ...]
    table: pd.DataFrame
    x: str
    y: str = ""
    order: tuple[str, ...] = ()
    share: bool = False


def tornado_chart(tornado: Tornado, most: int = 15) -> alt.LayerChart:
    """A bar for each end of the values that move the outcome most."""
    return draw_bars(shown_tornado(tornado, most), (LOWER, HIGHER))


def shown_tornado(tornado: Tornado, most: int = 15, named: Named = str) -> Shown:
    """Rows of a tornado: point, name, what (which end), value, low, high, text; the value that moves most first.

    Args:
        tornado: what was found.
        most: how many values.
        named: how a path is called.
    """
    base = tornado.sweep.design
    paths = list(tornado.table["path"].drop_duplicates()[:most])
    share = is_share(tornado.outcome)
    shown = points if share else number
    places = {tuple(row): point for point, row in enumerate(base.points)}
    rows = []
    for row in tornado.table[tornado.table["path"].isin(paths)].to_dict("records"):
        path, to = str(row["path"]), row["to"]
        now = value_at(base.base.parameters, path)  # the most likely one, where it is uncertain
        moved = tuple(to if other == path else None for other in base.paths)
        interval = "" if pd.isna(row["low"]) else f" ({between_signed(row['low'], row['high'], shown)})"
        rows.append(
            {
                "point": places[moved],
                "name": named(path),
                "what": LOWER if to < now else HIGHER,
                "value": row["effect"],
                "low": row["low"],
                "high": row["high"],
                "text": f"{written(path, rounded(to))}: {signed(row['effect'], shown)}{interval}",
            }
        )
    currency = str(base.base["company.currency"])
    said = f"Each value moved by itself, {base.replications} lives at each end, paired; seed {base.seed}"
    title = f"What moves it: {label(tornado.outcome, currency)}"
    order = tuple(named(path) for path in paths)
    return Shown(title, (said,), pd.DataFrame(rows), "change", order=order, share=share)


def sensitivity_chart(sensitivity: Sensitivity, most: int = 15) -> alt.LayerChart:
    """Morris' plane of size and spread, or bars of Sobol' indices."""
    if sensitivity.method == "morris":
        return draw_plane(shown_morris(sensitivity, most))
    return draw_bars(shown_sobol(sensitivity, most), (ALONE, TOGETHER))


def shown_morris(sensitivity: Sensitivity, most: int = 15) -> Shown:
    """Rows of Morris' plane: name (of the first `most`), what, x, low, high, y, text."""
    found = sensitivity.table
    names = list(found["path"])
    table = pd.DataFrame(
        {
            "name": names,
            "label": [name if place < most else "" for place, name in enumerate(names)],
            "what": [ASSUMED if assumed else SOURCED for assumed in found["assumed"]],
            "x": found["mu_star"],
            "low": found["low"],
            "high": found["high"],
            "y": found["sigma"],
            "luck": found["luck"],
            "text": [
                f"{number(size)} ({between(low, high, number)}); by luck alone {number(luck)}"
                for size, low, high, luck in zip(
                    found["mu_star"], found["low"], found["high"], found["luck"], strict=True
                )
            ],
        }
    )
    return Shown(
        _title(sensitivity),
        _said(sensitivity),
        table,
        "mean size of the effect over the whole range (μ*)",
        "how much the effect differs from place to place (σ)",
    )


def shown_sobol(sensitivity: Sensitivity, most: int = 15) -> Shown:
    """Rows of Sobol' bars: name, what (first or total), value, low, high, text; the largest total first."""
    found = sensitivity.table.head(most)
    rows = []
    for row in found.to_dict("records"):
        for what, index in ((ALONE, "first"), (TOGETHER, "total")):
            low, high = (min(max(row[f"{index}_{end}"], 0.0), 1.0) for end in ("low", "high"))
            value = min(max(row[index], 0.0), 1.0)
            text = f"{per_cent(value)} ({between(low, high, per_cent)})"
            name = row["path"]
            rows.append({"name": name, "what": what, "value": value, "low": low, "high": high, "text": text})
    order = tuple(found["path"])
    return Shown(
        _title(sensitivity), _said(sensitivity), pd.DataFrame(rows), "share of the variance", order=order, share=True
    )


def draw_bars(shown: Shown, kinds: tuple[str, str], width: int = 480, chosen: Any = None) -> alt.LayerChart:
    """Two bars a name, one a kind, each with its interval; `chosen` is a selection of bars, if they can be chosen."""
    base = alt.Chart().encode(
        y=alt.Y(
            "name:N",
            title=None,
            sort=list(shown.order) or None,
            axis=alt.Axis(labelLimit=320, ticks=False, domain=False),
        ),
        yOffset=alt.YOffset("what:N", sort=list(kinds)),
        tooltip=[alt.Tooltip("name:N", title="value"), alt.Tooltip("what:N"), alt.Tooltip("text:N", title=shown.x)],
    )
    axis = alt.Axis(format="%" if shown.share else "~s")
    bars = base.mark_bar().encode(x=alt.X("value:Q", title=shown.x, axis=axis), color=coloured(kinds))
    ends = base.mark_rule(strokeWidth=1.5, color="#000000").encode(x=alt.X("low:Q", axis=axis), x2="high:Q")
    zero = alt.Chart().mark_rule(color="#888888").encode(x=alt.datum(0, type="quantitative"))
    bars = bars if chosen is None else bars.add_params(chosen)
    chart = alt.LayerChart(data=shown.table, layer=[bars, ends, zero])
    drawn: alt.LayerChart = chart.properties(width=width, height=alt.Step(14), title=headed(shown))
    return drawn


def draw_plane(shown: Shown, width: int = 480, height: int = 360) -> alt.LayerChart:
    """Morris' plane, with intervals of the sizes; a grey tick is the size that luck alone would bring."""
    base = alt.Chart().encode(
        y=alt.Y("y:Q", title=shown.y, axis=alt.Axis(format="~s")),
        tooltip=[alt.Tooltip("name:N", title="value"), alt.Tooltip("what:N"), alt.Tooltip("text:N", title="size")],
    )
    x = alt.X("x:Q", title=shown.x, axis=alt.Axis(format="~s"))
    colour = coloured((SOURCED, ASSUMED))
    layers = [
        base.mark_rule(strokeWidth=1.5, opacity=0.5).encode(x=alt.X("low:Q", title=shown.x), x2="high:Q", color=colour),
        base.mark_tick(thickness=2, size=14, color=_GREY).encode(x=alt.X("luck:Q", title=shown.x)),
        base.mark_point(filled=True, size=70, opacity=1).encode(x=x, color=colour),
        base.mark_text(align="left", dx=7, dy=-7, limit=200).encode(x=x, text="label:N"),
    ]
    chart = alt.LayerChart(data=shown.table, layer=layers)
    drawn: alt.LayerChart = chart.properties(width=width, height=height, title=headed(shown))
    return drawn


def coloured(kinds: tuple[str, ...]) -> alt.Color:
    """The colours of these kinds of marks, with their legend."""
    scale = alt.Scale(domain=list(kinds), range=[COLOURS[kind] for kind in kinds])
    return alt.Color(
        "what:N", title=None, scale=scale, legend=alt.Legend(orient="bottom", labelLimit=260, symbolOpacity=1)
    )


def headed(shown: Shown) -> alt.TitleParams:
    """The title of a chart that stands by itself."""
    return alt.TitleParams(shown.title, subtitle=list(shown.said), anchor="start")


def _title(sensitivity: Sensitivity) -> str:
    currency = str(sensitivity.sweep.design.base["company.currency"])
    return f"What matters: {label(sensitivity.outcome, currency)}"


def _said(sensitivity: Sensitivity) -> tuple[str, ...]:
    design = sensitivity.sweep.design
    luck = MISSING if math.isnan(sensitivity.luck) else per_cent(sensitivity.luck)
    return (
        f"{len(design.points)} points of {sensitivity.lives} lives, {per_cent(sensitivity.level)} intervals, "
        f"seed {design.seed}",
        f"of the variance between points {luck} is luck",
    )
