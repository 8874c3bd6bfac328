"""Charts of comparisons and attributions. What they show is computed apart from how it is drawn."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
import pandas as pd

from simkit.experiments.attribution import Attribution
from simkit.experiments.comparison import MONEY, Comparison
from simkit.experiments.sweep import Sweep
from simkit.present.figures import MISSING, number, per_cent
from simkit.present.sweep_chart import draw_sweep, shown_sweep

# Okabe & Ito's colours in an order in which neighbours differ most (Wong 2011, doi:10.1038/nmeth.1618).
SCENARIOS = ("#0072B2", "#D55E00", "#00664B", "#E69F00", "#CC79A7", "#56B4E9", "#000000")
RAISES, LOWERS, TOTAL = "raises it", "lowers it", "together"
_EFFECTS = {RAISES: "#0072B2", LOWERS: "#D55E00", TOTAL: "#000000"}

# SI prefixes for large numbers only: a thousandth written '1m' reads as a million.
_AXIS = alt.Axis(labelExpr="abs(datum.value) < 1000 ? format(datum.value, '~g') : format(datum.value, '~s')")

LABELS = {
    "total_margin": "Total margin",
    "net_margin": "Margin less cost",
    "total_cost": "Total cost",
    "cash_needed": "Cash needed",
    "valley_depth": "Valley depth, of the target",
    "valley_area": "Valley area",
    "roi": "Return on cost",
    "restricted_crossing_month": "Crossing month (the horizon if none)",
    "restricted_break_even_month": "Break-even month (the horizon if none)",
    "restricted_repaid_month": "Month of repayment (the horizon if none)",
    "crossed": "Share of lives that cross",
    "abandoned": "Share of lives abandoned",
}


@dataclass(frozen=True, slots=True, eq=False)
class Intervals:
    """Figures with their intervals, as a chart shows them.

    Attributes:
        title, said: the headline, and where the figures come from.
        table: name (what the figure is of), group (what it belongs to), value, low, high, text; one row a figure.
        order: the names, from top to bottom.
    """

    title: str
    said: str
    table: pd.DataFrame
    order: tuple[str, ...]


def comparison_chart(comparison: Comparison) -> alt.FacetChart:
    """The difference of each scenario from the reference in each outcome, with its interval."""
    return draw_comparison(shown_comparison(comparison))


def shown_comparison(comparison: Comparison) -> Intervals:
    """What a chart of differences shows: one row an outcome and scenario, the outcome as the group."""
    rows = comparison.differences
    currency = str(comparison.ensembles[comparison.reference].scenario["company.currency"])
    table = pd.DataFrame(
        {
            "name": rows["scenario"],
            "group": [label(outcome, currency) for outcome in rows["outcome"]],
            "value": rows["difference"],
            "low": rows["low"],
            "high": rows["high"],
            "text": [_interval(*ends) for ends in zip(rows["difference"], rows["low"], rows["high"], strict=True)],
        }
    )
    said = f"{per_cent(comparison.level)} intervals of {len(comparison)} paired lives, each by itself; "
    title = f"Difference from {comparison.reference}"
    return Intervals(title, f"{said}seed {comparison.seed}", table, tuple(dict.fromkeys(rows["scenario"])))


def draw_comparison(shown: Intervals, width: int = 480) -> alt.FacetChart:
    """Draw differences: a panel an outcome, each with a scale of its own; the width is that of a panel, in pixels."""
    colours = alt.Scale(
        domain=list(shown.order), range=[SCENARIOS[i % len(SCENARIOS)] for i in range(len(shown.order))]
    )
    base = alt.Chart().encode(
        y=alt.Y("name:N", title=None, sort=list(shown.order)),
        color=alt.Color("name:N", scale=colours, legend=None),
        tooltip=["group:N", "name:N", "text:N"],
    )
    panel = alt.layer(_zero(), *_marks(base), data=shown.table).properties(width=width, height=alt.Step(22))
    rows = list(dict.fromkeys(shown.table["group"]))
    header = alt.Header(labelAngle=0, labelAlign="left", labelAnchor="start", labelOrient="top", labelFontWeight="bold")
    drawn: alt.FacetChart = (
        panel.facet(row=alt.Row("group:N", title=None, sort=rows, header=header), spacing=12)
        .resolve_scale(x="independent")
        .properties(title=alt.TitleParams(shown.title, subtitle=shown.said, anchor="start"))
    )
    return drawn


def attribution_chart(attribution: Attribution) -> alt.LayerChart:
    """What each lever contributes to the difference, the largest first, and the whole difference below."""
    return draw_attribution(shown_attribution(attribution))


def shown_attribution(attribution: Attribution) -> Intervals:
    """What a chart of contributions shows: one row a lever, grouped by whether it raises or lowers the outcome."""
    total = attribution.total
    rows = attribution.table
    names = [
        lever if len(f"{old}{new}") > 30 else f"{lever}: {new}" if old == MISSING else f"{lever}: {old} to {new}"
        for lever, old, new in zip(rows["lever"], rows["from"], rows["to"], strict=True)
    ]
    values = [*rows["contribution"], total.value]
    lows, highs = [*rows["low"], total.low], [*rows["high"], total.high]
    table = pd.DataFrame({"name": [*names, TOTAL], "value": values, "low": lows, "high": highs}).astype(
        dict.fromkeys(("value", "low", "high"), float)
    )
    table["group"] = [RAISES if value >= 0 else LOWERS for value in rows["contribution"]] + [TOTAL]
    table["text"] = [_interval(*ends) for ends in zip(table["value"], table["low"], table["high"], strict=True)]
    title = f"{label(attribution.outcome)}: {attribution.scenario} less {attribution.reference}"
    said = f"{per_cent(attribution.level)} intervals of {attribution.lives} lives; seed {attribution.seed}"
    return Intervals(title, said, table, (*names, TOTAL))


def draw_attribution(shown: Intervals, width: int = 480) -> alt.LayerChart:
    """Draw contributions as bars with their intervals; the width is that of the plot, in pixels."""
    effects = alt.Scale(domain=list(_EFFECTS), range=list(_EFFECTS.values()))
    base = alt.Chart().encode(
        y=alt.Y("name:N", title=None, sort=list(shown.order), axis=alt.Axis(labelLimit=320)),
        color=alt.Color("group:N", title=None, scale=effects, legend=alt.Legend(orient="bottom")),
        tooltip=["name:N", "text:N"],
    )
    bars = base.mark_bar(opacity=0.45).encode(x=alt.X("value:Q", title=None, axis=_AXIS))
    title = alt.TitleParams(shown.title, subtitle=shown.said, anchor="start")
    layers = [bars, *_marks(base), _zero()]
    chart = alt.LayerChart(data=shown.table, layer=layers)
    drawn: alt.LayerChart = chart.properties(width=width, height=alt.Step(26), title=title)
    return drawn


def comparison_charts(comparison: Comparison, whys: Sequence[Attribution] = ()) -> alt.TopLevelMixin:
    """The differences, and below them what each lever contributes where it was asked for."""
    charts = [comparison_chart(comparison), *map(attribution_chart, whys)]
    return _below(charts)


def sweep_charts(sweep: Sweep, outcomes: Sequence[str]) -> alt.TopLevelMixin:
    """How each of some outcomes of a sweep answers to its levers, one chart below the other."""
    return _below([sweep_chart(sweep, outcome) for outcome in outcomes])


def _below(charts: Sequence[Any]) -> alt.TopLevelMixin:
    if len(charts) == 1:
        single: alt.TopLevelMixin = charts[0]
        return single
    below: alt.TopLevelMixin = alt.vconcat(*charts, spacing=36).resolve_scale(color="independent")
    return below


def sweep_chart(
    sweep: Sweep, outcome: str = "crossed", x: str | None = None, line: str | None = None
) -> alt.LayerChart:
    """How an outcome of a sweep answers to one lever or two."""
    return draw_sweep(shown_sweep(sweep, outcome, x, line))


def label(outcome: str, currency: str = "") -> str:
    """An outcome in plain words, with the currency of an amount of money."""
    month = outcome.removeprefix("crossed_by_")
    if month != outcome:
        return f"Share of lives that cross by month {month}"
    said = LABELS.get(outcome, outcome)
    return f"{said}, {currency}" if currency and outcome in MONEY else said


def _interval(value: float, low: float, high: float) -> str:
    return number(value) if math.isnan(low) else f"{number(value)} ({number(low)} to {number(high)})"


def _zero() -> Any:
    return alt.Chart().mark_rule(color="#888888", strokeDash=[3, 3]).encode(x=alt.datum(0, type="quantitative"))


def _marks(base: Any) -> list[Any]:
    """An interval and its figure."""
    x = alt.X("low:Q", title=None, axis=_AXIS)
    interval = base.mark_rule(strokeWidth=2.5).encode(x=x, x2="high:Q")
    return [interval, base.mark_point(filled=True, size=70, opacity=1).encode(x="value:Q")]
