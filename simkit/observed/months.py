"""Calendar months as tables write them: only what can be read in one way is read."""

from __future__ import annotations

import re

_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_LONG = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)
_YEAR_FIRST = re.compile(r"(?P<year>\d{4})[-/](?P<month>\d{1,2})", re.ASCII)
_DAY_AND_TIME = re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?Z?)?", re.ASCII)
_MONTH_FIRST = re.compile(r"(?:\d{1,2}\.)?(?P<month>\d{1,2})[./-](?P<year>\d{4})", re.ASCII)
_NAMED = re.compile(r"(?P<name>[a-z]{3,9})\.?(?:[ -](?P<year>\d{4})|[-'](?P<short>\d{2}))", re.ASCII)
_EITHER_WAY = re.compile(r"\d{1,2}[/-]\d{1,2}[/-]\d{2,4}", re.ASCII)


def calendar_month(text: str) -> str | None:
    """The month 'YYYY-MM' that a text names, or None.

    Read are 2026-01, 2026/1, 2026-01-31 (with a time, too), 01/2026, 31.01.2026, Jan 2026, January 2026 and Jan-26.
    """
    for form in (_YEAR_FIRST, _DAY_AND_TIME, _MONTH_FIRST, _NAMED):
        if found := form.fullmatch(text.lower() if form is _NAMED else text):
            break
    else:
        return None
    said = found.groupdict()
    month = _number(said["name"]) if "name" in said else int(said["month"])
    year = said["year"] or f"20{said['short']}"
    return f"{year}-{month:02d}" if 1 <= month <= 12 else None


def reads_either_way(text: str) -> bool:
    """Whether day and month could each be the other, as in 01/02/2026."""
    return bool(_EITHER_WAY.fullmatch(text))


def _number(name: str) -> int:
    """Of a month by its English name; 0 for another word."""
    return 1 + _NAMES.index(name[:3]) if name in (*_NAMES, *_LONG, "sept") else 0
