"""A PowerPoint deck: text, tables and a chart that can be edited there, and the chart of results as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION
from pptx.enum.dml import MSO_LINE
from pptx.enum.text import MSO_ANCHOR, MSO_AUTO_SIZE, PP_ALIGN
from pptx.util import Emu, Inches, Pt

from simkit.present.account import CROSSED_TITLE, EFFECTS, HOW_TO_READ, STEPS, Account
from simkit.present.board import REFERENCE, SCENARIO
from simkit.present.board_charts import COLOURS
from simkit.present.figures import per_cent

# All places and sizes are in inches.
_LEFT, _TOP, _WIDE, _HIGH = 0.6, 1.65, 12.13, 5.05
_INK, _SOFT, _LINE, _WHITE = "1B2733", "56626D", "F0F3F5", "FFFFFF"
_TITLE_ONLY = 5
_MOST_ROWS = 8


def deck(account: Account) -> bytes:
    """Four to six slides, each with seed, replications and version; 16:9."""
    shown = Presentation()
    shown.slide_width, shown.slide_height = Inches(13.333), Inches(7.5)
    _set_up(shown)
    shown.core_properties.title = account.title
    shown.core_properties.author = "simkit"
    shown.core_properties.comments = account.stamp
    _opening(shown, account)
    _results(shown, account)
    _crossed(shown, account)
    _figures(shown, account)
    if account.reasons or account.changes:
        _changes(shown, account)
    if account.next:
        _next(shown, account)
    file = BytesIO()
    shown.save(file)
    return file.getvalue()


def _set_up(shown: Any) -> None:
    """One layout, with its title where wide slides have it; the others go."""
    kept = shown.slide_layouts[_TITLE_ONLY]
    for layout in list(shown.slide_layouts):
        if layout is not kept:
            shown.slide_layouts.remove(layout)
    for place in list(kept.placeholders):
        if place.placeholder_format.idx == 0:
            place.left, place.top, place.width, place.height = map(Inches, (_LEFT, 0.4, _WIDE, 1.1))
        else:
            place.element.getparent().remove(place.element)


def _slide(shown: Any, account: Account, title: str, size: int = 26) -> Any:
    """A slide with a title, and at its foot where everything on it comes from."""
    slide = shown.slides.add_slide(shown.slide_layouts[0])
    frame = slide.shapes.title.text_frame
    frame.text = title
    frame.vertical_anchor, frame.word_wrap = MSO_ANCHOR.MIDDLE, True
    _styled(frame, size, bold=True)
    _text(slide, account.stamp, 6.95, 0.35, 10, _SOFT)
    return slide


def _styled(frame: Any, size: int, colour: str = _INK, bold: bool = False) -> None:
    for paragraph in frame.paragraphs:
        paragraph.alignment = PP_ALIGN.LEFT
        paragraph.font.size, paragraph.font.bold, paragraph.font.color.rgb = Pt(size), bold, _rgb(colour)


def _text(slide: Any, text: str, top: float, height: float, size: int, colour: str = _INK) -> None:
    frame = slide.shapes.add_textbox(*map(Inches, (_LEFT, top, _WIDE, height))).text_frame
    frame.word_wrap, frame.auto_size, frame.text = True, MSO_AUTO_SIZE.NONE, text
    _styled(frame, size, colour)


def _opening(shown: Any, account: Account) -> None:
    slide = _slide(shown, account, account.title, 30)
    _text(slide, account.headline, 1.65, 1.5, 28)
    _text(slide, account.source, 3.2, 0.6, 16, _SOFT)
    _table(slide, ("Where it comes from", ""), account.provenance, (2.3, 9.8), top=3.9, size=12)
    _text(slide, HOW_TO_READ, 6.3, 0.6, 11, _SOFT)


def _results(shown: Any, account: Account) -> None:
    picture = account.pictures(width=1000, height=360, alone=False)[0]
    slide = _slide(shown, account, account.headline)
    _text(slide, picture.said[0], 1.5, 0.4, 14, _SOFT)
    drawn = slide.shapes.add_picture(BytesIO(picture.png()), Inches(_LEFT), Inches(1.95), height=Inches(4.9))
    if drawn.width > Inches(_WIDE):
        drawn.height, drawn.width = Emu(int(drawn.height * Inches(_WIDE) / drawn.width)), Inches(_WIDE)
    drawn.left = Emu(int((shown.slide_width - drawn.width) / 2))
    drawn.name = picture.said[0]
    drawn._element._nvXxPr.cNvPr.set("descr", f"{picture.said[0]}. {account.headline}")


def _crossed(shown: Any, account: Account) -> None:
    """P(crossed by month) as a chart of PowerPoint's own."""
    own, reference = account.own, account.reference
    by_end = own.crossing.by(own.months)
    slide = _slide(shown, account, f"{per_cent(by_end.value)} of the lives cross by month {own.months}")
    values: Any = CategoryChartData(number_format="0%")  # type: ignore[no-untyped-call]
    values.categories = [str(month) for month in range(1, own.months + 1)]
    sides = [(SCENARIO, own), *([] if reference is None else [(REFERENCE, reference)])]
    for name, one in sides:
        values.add_series(name.capitalize(), [float(share) for share in one.crossing.incidence.share[1:]])
    place = map(Inches, (_LEFT, _TOP, _WIDE, _HIGH))
    chart = slide.shapes.add_chart(XL_CHART_TYPE.LINE, *place, values).chart
    chart.has_title, chart.has_legend = True, len(sides) > 1
    chart.chart_title.text_frame.text = f"{CROSSED_TITLE}, by month"
    _styled(chart.chart_title.text_frame, 14, _SOFT)
    if chart.has_legend:
        chart.legend.position, chart.legend.include_in_layout = XL_LEGEND_POSITION.BOTTOM, False
        chart.legend.font.size = Pt(14)
    axis = chart.value_axis
    axis.minimum_scale, axis.maximum_scale, axis.major_unit = 0.0, 1.0, 0.25
    axis.tick_labels.number_format, axis.tick_labels.number_format_is_linked = "0%", False
    axis.tick_labels.font.size = chart.category_axis.tick_labels.font.size = Pt(12)
    axis.major_gridlines.format.line.color.rgb = _rgb(_LINE)
    for (name, _), series in zip(sides, chart.plots[0].series, strict=True):
        series.smooth, line = False, series.format.line
        line.color.rgb = _rgb(COLOURS[name].removeprefix("#"))
        line.width, line.dash_style = Pt(3), MSO_LINE.SOLID if name == SCENARIO else MSO_LINE.ROUND_DOT


def _figures(shown: Any, account: Account) -> None:
    slide = _slide(shown, account, "The figures that matter")
    compared = any(figure.difference for figure in account.figures)
    heads = ["", "This scenario", "How it is known", *(["Difference from the reference"] if compared else [])]
    said = {True: " – better", False: " – worse", None: " – no sure difference"}
    rows = [
        (f.name, f.value, f.known, *([f.difference and f.difference + said[f.better]] if compared else []))
        for f in account.figures
    ]
    _table(slide, heads, rows, (3.2, 2.2, 3.0, 3.7) if compared else (4.6, 3.2, 4.3))
    note = "Differences are paired: in the same luck. In brackets their 95 % interval. " if compared else ""
    _text(slide, f"{note}9 in 10 lives is how lives differ.", 6.2, 0.5, 12, _SOFT)


def _changes(shown: Any, account: Account) -> None:
    if account.reasons:
        sentence, rows = account.reasons
        slide = _slide(shown, account, "What was changed, and what it does")
        _text(slide, sentence, 1.5, 0.7, 14, _SOFT)
        _table(slide, EFFECTS, rows, (4.6, 4.0, 3.5), top=2.25)
        return
    slide = _slide(shown, account, "What was changed")
    _table(slide, ("Changed", "Reference", "This scenario"), account.changes, (5.7, 3.2, 3.2))


def _next(shown: Any, account: Account) -> None:
    assert account.next is not None
    sentence, rows = account.next
    slide = _slide(shown, account, "What next")
    _text(slide, sentence, 1.5, 0.7, 14, _SOFT)
    _table(slide, STEPS, rows, (3.6, 2.4, 3.0, 3.1), top=2.25)


def _table(
    slide: Any,
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    widths: Sequence[float],
    top: float = _TOP,
    size: int = 14,
) -> None:
    """A native table; of many rows the first, and how many more there are."""
    shown = [*rows[: _MOST_ROWS - 1], (f"… and {len(rows) - _MOST_ROWS + 1} more",)] if len(rows) > _MOST_ROWS else rows
    height = 0.42 if size > 12 else 0.33
    place = map(Inches, (_LEFT, top, _WIDE, height * (len(shown) + 1)))
    table = slide.shapes.add_table(len(shown) + 1, len(heads), *place).table
    table.horz_banding = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Inches(width)
    for i, row in enumerate([heads, *shown]):
        table.rows[i].height = Inches(height)
        for j in range(len(heads)):
            cell = table.cell(i, j)
            cell.text = _brief(row[j]) if j < len(row) else ""
            cell.vertical_anchor = MSO_ANCHOR.MIDDLE
            cell.fill.solid()
            cell.fill.fore_color.rgb = _rgb(_LINE if i == 0 else _WHITE)
            _styled(cell.text_frame, size - 2 if i == 0 else size, _SOFT if i == 0 else _INK, bold=j == 0 and i > 0)


def _rgb(colour: str) -> RGBColor:
    """A colour of six hexadecimal digits."""
    made: RGBColor = RGBColor.from_string(colour)  # type: ignore[no-untyped-call]
    return made


def _brief(text: str) -> str:
    """What fits into a cell."""
    return text if len(text) <= 110 else f"{text[:109]}…"
