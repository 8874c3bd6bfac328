"""The debrief of a room as one page that needs no network."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from simkit.present.document import document
from simkit.present.room_account import RoomAccount
from simkit.present.room_section import Section

_PLOT, _LETTERS = 880, 1.2
"""Of charts: the width in pixels, and how many times larger letters are than on the board."""


def room_report(account: RoomAccount) -> str:
    """The page, as HTML in which all texts are escaped."""
    parts = [
        f'<header>\n<h1>{escape(account.title)}</h1>\n<p class="headline">{escape(account.headline)}</p>\n'
        f'<p class="soft">{escape(account.setting)}</p>\n</header>\n'
    ]
    parts += [_section(section) for section in account.sections]
    heads, rows = account.scores
    if rows:
        said = (
            "To learn by, no ranking. A curve is scored by its mean distance from what came, a month by how many "
            "months it was off: whoever names the middle of what they believe does best by both in the long run."
        )
        parts.append(f"<section>\n<h2>How close each came</h2>\n<p>{said}</p>\n{_table(heads, rows)}</section>\n")
    return document(
        f"Training room: {account.title}", "".join(parts) + f"<footer>\n<p>{escape(account.stamp)}</p>\n</footer>\n"
    )


def _section(section: Section) -> str:
    said = "".join(f"<li>{escape(one)}</li>\n" for one in section.said)
    parts = [
        f"<ul>\n{said}</ul>\n" if len(section.said) > 1 else "".join(f"<p>{escape(s)}</p>\n" for s in section.said)
    ]
    picture = section.picture(_PLOT, letters=_LETTERS)
    if picture is not None and len(picture.rows):
        label = escape(f"{section.title}. {' '.join(section.said)}", quote=True)
        svg = picture.inline_svg().replace("<svg ", f'<svg role="img" aria-label="{label}" ', 1)
        parts.append(f"<figure>\n{svg}\n</figure>\n")
    if section.table:
        parts.append(_table(section.heads, section.table))
    if section.note:
        parts.append(f'<p class="soft">{escape(section.note)}</p>\n')
    return f"<section>\n<h2>{escape(section.title)}</h2>\n{''.join(parts)}</section>\n"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f'<th scope="col">{escape(one)}</th>' for one in heads)
    body = "".join(
        f'<tr><th scope="row">{escape(first)}</th>{"".join(f"<td>{escape(cell)}</td>" for cell in others)}</tr>\n'
        for first, *others in rows
    )
    return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody>\n</table>\n"
