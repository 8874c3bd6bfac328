"""The debrief of a room as a PowerPoint deck: text and tables to edit, charts as pictures."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import Any, TypeVar

from simkit.present.room_account import RoomAccount
from simkit.present.room_section import Row, Section
from simkit.present.slides import SOFT, WIDE, add_picture, add_slide, add_table, add_text, new_deck, saved

_Shared = TypeVar("_Shared")
_QUESTIONS, _ROWS, _TABLES = 5, 8, 8
"""At most: questions a slide, rows a slide, and slides a table."""
_LONG = 40
"""Letters in a cell above which it goes on in a second line."""
_LETTER, _LINE = 0.0083, 0.0167
"""The width of a letter and the height of a line, in inches for each point of its size, of a rather wide font."""
_PLOT, _NARROW, _LETTERS = (760, 190), 560, 1.3
"""A plot's width and height in pixels, its width beside long names, and how many times larger its letters are."""


def room_deck(account: RoomAccount) -> bytes:
    """An opening, a slide a part (with tables of their own where there is a chart too), and the questions; 16:9."""
    shown = new_deck(f"Training room: {account.title}", account.stamp)
    opening = add_slide(shown, account.stamp, account.title, 30)
    add_text(opening, account.headline, 1.65, 1.5, 28)
    add_text(opening, account.setting, 3.4, 2.5, 18, SOFT)
    for section in account.sections:
        if section.key == "questions":
            for said in _shared_out(section.said, _QUESTIONS):
                slide = add_slide(shown, account.stamp, section.title)
                add_text(slide, "\n\n".join(said), 1.6, 5.2, 18)
        else:
            _part(shown, account, section)
    _tables(shown, account, "How close each came", *account.scores)
    return saved(shown)


def _part(shown: Any, account: RoomAccount, section: Section) -> None:
    slide = add_slide(shown, account.stamp, section.title)
    width, height = (_NARROW, _PLOT[1]) if section.key == "decisions" else _PLOT
    drawn = section.picture(width, height, _LETTERS)
    add_text(slide, section.note, 6.35, 0.55, 11, SOFT)
    if drawn is None or not len(drawn.rows):
        add_text(slide, "\n\n".join(section.said), 1.65, 4.6, _letters(section.said, 4.6, 1))
    else:
        add_text(slide, "\n".join(section.said), 1.4, 1.3, _letters(section.said, 1.3))
        said = section.said[0] if section.said else section.title
        add_picture(slide, shown, drawn, said, 2.75, 3.5, section.title)
    _tables(shown, account, f"{section.title}: figures", section.heads, section.table, section.note)


def _letters(said: Sequence[str], height: float, between: int = 0) -> int:
    """The largest letters, in points, with which sentences have room in so many inches.

    Args:
        said: sentences.
        height: of the room that they have.
        between: empty lines between two of them.
    """
    for size in range(20 if between else 18, 12, -2):
        lines = sum(ceil(len(one) * size * _LETTER / WIDE) for one in said) + between * (len(said) - 1)
        if lines * size * _LINE <= height:
            return size
    return 12


def _tables(shown: Any, account: RoomAccount, title: str, heads: Row, rows: Sequence[Row], note: str = "") -> None:
    """A table on as many slides as it needs; of a very long one the first rows."""
    parts = _shared_out(rows, _ROWS)
    if len(parts) > _TABLES:  # the last one says how many more there are
        parts[_TABLES - 1 :] = [rows[(_TABLES - 1) * len(parts[0]) :]]
    size = 12 if any(len(row[0]) > _LONG for row in rows) else 14
    for place, part in enumerate(parts, 1):
        which = f", {place} of {len(parts)}" if len(parts) > 1 else ""
        slide = add_slide(shown, account.stamp, f"{title}{which}", 24)
        add_table(slide, heads, part, _widths(heads, rows), size=size)
        add_text(slide, note, 6.35, 0.55, 11, SOFT)


def _shared_out(many: Sequence[_Shared], most: int) -> list[Sequence[_Shared]]:
    """In parts of at most so many, all about as long."""
    size = ceil(len(many) / max(1, ceil(len(many) / most))) or 1
    return [many[first : first + size] for first in range(0, len(many), size)]


def _widths(heads: Row, rows: Sequence[Row]) -> list[float]:
    """Of columns, by the longest that is in them."""
    longest = [min(_LONG, max(10, *(len(row[i]) for row in (heads, *rows)))) for i in range(len(heads))]
    return [WIDE * one / sum(longest) for one in longest]
