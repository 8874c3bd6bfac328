"""The debrief of a room as a PowerPoint deck: text and tables to edit, charts as pictures."""

from __future__ import annotations

from typing import Any

from simkit.present.room_account import RoomAccount
from simkit.present.room_section import Section
from simkit.present.slides import SOFT, WIDE, add_picture, add_slide, add_table, add_text, new_deck, saved

_LINES = 5
"""Questions a slide."""


def room_deck(account: RoomAccount) -> bytes:
    """An opening, a slide a part (with a table of its own where there is a chart too), and the questions; 16:9."""
    shown = new_deck(f"Training room: {account.title}", account.stamp)
    opening = add_slide(shown, account.stamp, account.title, 30)
    add_text(opening, account.headline, 1.65, 1.5, 28)
    add_text(opening, account.setting, 3.4, 2.5, 16, SOFT)
    for section in account.sections:
        if section.key == "questions":
            for first in range(0, len(section.said), _LINES):
                slide = add_slide(shown, account.stamp, section.title)
                add_text(slide, "\n\n".join(section.said[first : first + _LINES]), 1.6, 5.2, 18)
        else:
            _part(shown, account, section)
    heads, rows = account.scores
    if rows:
        slide = add_slide(shown, account.stamp, "How close each came")
        add_table(slide, heads, rows, _widths(len(heads)), size=12)
    return saved(shown)


def _part(shown: Any, account: RoomAccount, section: Section) -> None:
    slide = add_slide(shown, account.stamp, section.title)
    add_text(slide, "\n".join(section.said), 1.45, 1.15, 14)
    drawn = section.picture(height=min(360, section.height))
    if drawn is not None and len(drawn.rows):
        add_picture(slide, shown, drawn, section.said[0] if section.said else section.title, 2.65, 3.8)
        if section.table:
            add_text(slide, section.note, 6.5, 0.4, 11, SOFT)
            slide = add_slide(shown, account.stamp, f"{section.title}: figures")
    if section.table:
        add_table(slide, section.heads, section.table, _widths(len(section.heads)), top=1.65, size=12)
    add_text(slide, section.note, 6.4, 0.5, 11, SOFT)


def _widths(columns: int) -> list[float]:
    """The first column is twice as wide as the others."""
    one = WIDE / (columns + 1)
    return [2 * one, *([one] * (columns - 1))]
