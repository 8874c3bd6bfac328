"""The debrief of a room as a PowerPoint deck: text and tables to edit, charts as pictures."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import Any, TypeVar

from simkit.present.room_account import RoomAccount
from simkit.present.room_section import Row, Section
from simkit.present.slides import SOFT, WIDE, add_picture, add_slide, add_table, add_text, new_deck, saved

_Shared = TypeVar("_Shared")
_QUESTIONS, _ROWS, _TABLES = 5, 8, 4
"""At most: questions a slide, rows a slide, and slides a table."""
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
        add_text(slide, "\n\n".join(section.said), 1.65, 4.6, 20)
    else:
        add_text(slide, "\n".join(section.said), 1.4, 1.3, _letters(section.said))
        said = section.said[0] if section.said else section.title
        add_picture(slide, shown, drawn, said, 2.75, 3.5, section.title)
    _tables(shown, account, f"{section.title}: figures", section.heads, section.table, section.note)


def _letters(said: Sequence[str]) -> int:
    """The largest letters, in points, of which sentences have room in four lines or what is as high."""
    for size, across, lines in ((18, 95, 4), (16, 107, 5)):
        if sum(ceil(len(one) / across) for one in said) <= lines:
            return size
    return 14


def _tables(shown: Any, account: RoomAccount, title: str, heads: Row, rows: Sequence[Row], note: str = "") -> None:
    """A table on as many slides as it needs; of a very long one the first rows."""
    parts = _shared_out(rows, _ROWS)
    for place, part in enumerate(parts[:_TABLES], 1):
        which = f", {place} of {len(parts)}" if len(parts) > 1 else ""
        slide = add_slide(shown, account.stamp, f"{title}{which}", 24)
        add_table(slide, heads, part, _widths(heads, rows))
        add_text(slide, note, 6.35, 0.55, 11, SOFT)


def _shared_out(many: Sequence[_Shared], most: int) -> list[Sequence[_Shared]]:
    """In parts of at most so many, all about as long."""
    size = ceil(len(many) / max(1, ceil(len(many) / most))) or 1
    return [many[first : first + size] for first in range(0, len(many), size)]


def _widths(heads: Row, rows: Sequence[Row]) -> list[float]:
    """Of columns, by the longest that is in them."""
    longest = [min(60, max(10, *(len(row[i]) for row in (heads, *rows)))) for i in range(len(heads))]
    return [WIDE * one / sum(longest) for one in longest]
