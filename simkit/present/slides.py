"""Slides of PowerPoint's own: a title, text, tables to edit, and at the foot where everything comes from."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.text import MSO_ANCHOR, MSO_AUTO_SIZE, PP_ALIGN
from pptx.util import Emu, Inches, Pt

from simkit.present.pictures import Picture

# All places and sizes are in inches.
LEFT, TOP, WIDE, HIGH = 0.6, 1.65, 12.13, 5.05
INK, SOFT, LINE, _WHITE = "1B2733", "56626D", "F0F3F5", "FFFFFF"
_TITLE_ONLY = 5
_MOST_ROWS = 8


def new_deck(title: str, stamp: str) -> Any:
    """An empty presentation, 16:9.

    Args:
        title: of it.
        stamp: where it all comes from.
    """
    shown = Presentation()
    shown.slide_width, shown.slide_height = Inches(13.333), Inches(7.5)
    _set_up(shown)
    shown.core_properties.title = title
    shown.core_properties.author = "simkit"
    shown.core_properties.comments = stamp
    return shown


def saved(shown: Any) -> bytes:
    """The presentation as a file."""
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
            place.left, place.top, place.width, place.height = map(Inches, (LEFT, 0.4, WIDE, 1.1))
        else:
            place.element.getparent().remove(place.element)


def add_slide(shown: Any, stamp: str, title: str, size: int = 26) -> Any:
    """A slide with a title, and at its foot where everything on it comes from."""
    slide = shown.slides.add_slide(shown.slide_layouts[0])
    frame = slide.shapes.title.text_frame
    frame.text = title
    frame.vertical_anchor, frame.word_wrap = MSO_ANCHOR.MIDDLE, True
    styled(frame, size, bold=True)
    add_text(slide, stamp, 6.95, 0.35, 10, SOFT)
    return slide


def styled(frame: Any, size: int, colour: str = INK, bold: bool = False) -> None:
    """Letters of a size in points."""
    for paragraph in frame.paragraphs:
        paragraph.alignment = PP_ALIGN.LEFT
        paragraph.font.size, paragraph.font.bold, paragraph.font.color.rgb = Pt(size), bold, rgb(colour)


def add_text(slide: Any, text: str, top: float, height: float, size: int, colour: str = INK) -> None:
    """A box of text across the slide; places in inches, sizes in points."""
    frame = slide.shapes.add_textbox(*map(Inches, (LEFT, top, WIDE, height))).text_frame
    frame.word_wrap, frame.auto_size, frame.text = True, MSO_AUTO_SIZE.NONE, text
    styled(frame, size, colour)


def add_picture(
    slide: Any, shown: Any, drawn: Picture, said: str, top: float, height: float, name: str | None = None
) -> None:
    """A chart as a picture in the middle, with what it says for those who do not see it, and a name if it has none."""
    placed = slide.shapes.add_picture(BytesIO(drawn.png()), Inches(LEFT), Inches(top), height=Inches(height))
    if placed.width > Inches(WIDE):
        placed.height, placed.width = Emu(int(placed.height * Inches(WIDE) / placed.width)), Inches(WIDE)
    placed.left = Emu(int((shown.slide_width - placed.width) / 2))
    placed.name = drawn.said[0] if name is None else name
    placed._element._nvXxPr.cNvPr.set("descr", f"{placed.name}. {said}")


def add_table(
    slide: Any,
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    widths: Sequence[float],
    top: float = TOP,
    size: int = 14,
) -> None:
    """A native table; of many rows the first, and how many more there are."""
    shown = [*rows[: _MOST_ROWS - 1], (f"… and {len(rows) - _MOST_ROWS + 1} more",)] if len(rows) > _MOST_ROWS else rows
    height = 0.42 if size > 12 else 0.33
    place = map(Inches, (LEFT, top, WIDE, height * (len(shown) + 1)))
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
            cell.fill.fore_color.rgb = rgb(LINE if i == 0 else _WHITE)
            styled(cell.text_frame, size - 2 if i == 0 else size, SOFT if i == 0 else INK, bold=j == 0 and i > 0)


def rgb(colour: str) -> RGBColor:
    """A colour of six hexadecimal digits."""
    made: RGBColor = RGBColor.from_string(colour)  # type: ignore[no-untyped-call]
    return made


def _brief(text: str) -> str:
    """What fits into a cell."""
    return text if len(text) <= 110 else f"{text[:109]}…"
