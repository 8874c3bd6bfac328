"""A PowerPoint deck: text, tables and a chart that can be edited there, and the chart of results as a picture."""

from __future__ import annotations

from typing import Any

from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION
from pptx.enum.dml import MSO_LINE
from pptx.util import Inches, Pt

from simkit.present.account import CROSSED_TITLE, EFFECTS, HOW_TO_READ, STEPS, Account
from simkit.present.board import REFERENCE, SCENARIO
from simkit.present.board_charts import COLOURS
from simkit.present.figures import per_cent
from simkit.present.slides import (
    HIGH,
    LEFT,
    LINE,
    SOFT,
    TOP,
    WIDE,
    add_picture,
    add_slide,
    add_table,
    add_text,
    new_deck,
    rgb,
    saved,
    styled,
)


def deck(account: Account) -> bytes:
    """Four to six slides, each with seed, replications and version; 16:9."""
    shown = new_deck(account.title, account.stamp)
    _opening(shown, account)
    _results(shown, account)
    _crossed(shown, account)
    _figures(shown, account)
    if account.reasons or account.changes:
        _changes(shown, account)
    if account.next:
        _next(shown, account)
    return saved(shown)


def _opening(shown: Any, account: Account) -> None:
    slide = add_slide(shown, account.stamp, account.title, 30)
    add_text(slide, account.headline, 1.65, 1.5, 28)
    add_text(slide, account.source, 3.2, 0.6, 16, SOFT)
    add_table(slide, ("Where it comes from", ""), account.provenance, (2.3, 9.8), top=3.9, size=12)
    add_text(slide, HOW_TO_READ, 6.3, 0.6, 11, SOFT)


def _results(shown: Any, account: Account) -> None:
    drawn = account.pictures(width=1000, height=360, alone=False)[0]
    slide = add_slide(shown, account.stamp, account.headline)
    add_text(slide, drawn.said[0], 1.5, 0.4, 14, SOFT)
    add_picture(slide, shown, drawn, account.headline, 1.95, 4.9)


def _crossed(shown: Any, account: Account) -> None:
    """P(crossed by month) as a chart of PowerPoint's own."""
    own, reference = account.own, account.reference
    by_end = own.crossing.by(own.months)
    slide = add_slide(shown, account.stamp, f"{per_cent(by_end.value)} of the lives cross by month {own.months}")
    values: Any = CategoryChartData(number_format="0%")  # type: ignore[no-untyped-call]
    values.categories = [str(month) for month in range(1, own.months + 1)]
    sides = [(SCENARIO, own), *([] if reference is None else [(REFERENCE, reference)])]
    for name, one in sides:
        values.add_series(name.capitalize(), [float(share) for share in one.crossing.incidence.share[1:]])
    place = map(Inches, (LEFT, TOP, WIDE, HIGH))
    chart = slide.shapes.add_chart(XL_CHART_TYPE.LINE, *place, values).chart
    chart.has_title, chart.has_legend = True, len(sides) > 1
    chart.chart_title.text_frame.text = f"{CROSSED_TITLE}, by month"
    styled(chart.chart_title.text_frame, 14, SOFT)
    if chart.has_legend:
        chart.legend.position, chart.legend.include_in_layout = XL_LEGEND_POSITION.BOTTOM, False
        chart.legend.font.size = Pt(14)
    axis = chart.value_axis
    axis.minimum_scale, axis.maximum_scale, axis.major_unit = 0.0, 1.0, 0.25
    axis.tick_labels.number_format, axis.tick_labels.number_format_is_linked = "0%", False
    axis.tick_labels.font.size = chart.category_axis.tick_labels.font.size = Pt(12)
    axis.major_gridlines.format.line.color.rgb = rgb(LINE)
    for (name, _), series in zip(sides, chart.plots[0].series, strict=True):
        series.smooth, line = False, series.format.line
        line.color.rgb = rgb(COLOURS[name].removeprefix("#"))
        line.width, line.dash_style = Pt(3), MSO_LINE.SOLID if name == SCENARIO else MSO_LINE.ROUND_DOT


def _figures(shown: Any, account: Account) -> None:
    slide = add_slide(shown, account.stamp, "The figures that matter")
    compared = any(figure.difference for figure in account.figures)
    heads = ["", "This scenario", "How it is known", *(["Difference from the reference"] if compared else [])]
    said = {True: " – better", False: " – worse", None: " – no sure difference"}
    rows = [
        (f.name, f.value, f.known, *([f.difference and f.difference + said[f.better]] if compared else []))
        for f in account.figures
    ]
    add_table(slide, heads, rows, (3.2, 2.2, 3.0, 3.7) if compared else (4.6, 3.2, 4.3))
    note = "Differences are paired: in the same luck. In brackets their 95 % interval. " if compared else ""
    add_text(slide, f"{note}9 in 10 lives is how lives differ.", 6.2, 0.5, 12, SOFT)


def _changes(shown: Any, account: Account) -> None:
    if account.reasons:
        sentence, rows = account.reasons
        slide = add_slide(shown, account.stamp, "What was changed, and what it does")
        add_text(slide, sentence, 1.5, 0.7, 14, SOFT)
        add_table(slide, EFFECTS, rows, (4.6, 4.0, 3.5), top=2.25)
        return
    slide = add_slide(shown, account.stamp, "What was changed")
    add_table(slide, ("Changed", "Reference", "This scenario"), account.changes, (5.7, 3.2, 3.2))


def _next(shown: Any, account: Account) -> None:
    assert account.next is not None
    sentence, rows = account.next
    slide = add_slide(shown, account.stamp, "What next")
    add_text(slide, sentence, 1.5, 0.7, 14, SOFT)
    add_table(slide, STEPS, rows, (3.6, 2.4, 3.0, 3.1), top=2.25)
