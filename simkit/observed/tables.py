"""Observed tables as rows of text: every cell is read strictly, every complaint names its place."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from simkit.errors import ObservedError, nearest
from simkit.observed.months import calendar_month, reads_either_way
from simkit.observed.series import METRICS, TOTAL, Observation, Observed, calendar_index

Lines = Iterator[tuple[int, list[str]]]
"""The lines that say something: their number in the file and their cells."""

IGNORE = "ignore"
_LONG = ("month", "metric", "channel", "value", "part_month", "currency")
_WIDE = ("month", "channel", *METRICS, "part_month", "currency")
_ALSO = {
    "month": ("date", "period"),
    "channel": ("source", "origin"),
    "leads": ("lead", "new_leads"),
    "leads_qualified": ("qualified_leads", "qualified", "mql", "mqls", "marketing_qualified_leads"),
    "customers": ("customer", "new_customers", "customers_won", "won", "deals_won", "closed_won"),
    "margin": ("gross_margin", "gross_profit"),
    "cost": ("costs", "spend"),
    "part_month": ("partial", "part"),
}
"""Other names under which a column is known, in lower case with underscores."""

_CALENDAR = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])", re.ASCII)
_NUMBERED = re.compile(r"[1-9]\d{0,2}", re.ASCII)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
_FLAGS = {"": False, "0": False, "no": False, "false": False, "1": True, "yes": True, "true": True}


def cell_text(value: Any) -> str:
    """A cell of a workbook or a data frame as CSV would have it: dates as months, nothing for nothing."""
    if value is None or value != value:  # nan and the like are unequal to themselves
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if hasattr(value, "strftime"):
        return str(value.strftime("%Y-%m"))
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def observed_table(lines: Lines, source: str, first_month: str | None, columns: Mapping[str, str] | None) -> Observed:
    """The table that some lines hold, the first of which names the columns.

    Args:
        lines: of a file or a data frame.
        source: its name, for messages.
        first_month: the calendar month that is month 1, ``YYYY-MM``; for tables with calendar months.
        columns: what is in a column, by its name in the table, where that is not its name here; 'ignore' leaves it out.

    Raises:
        ObservedError: no such table; the message names row and column.
    """
    lines = headed(lines)
    number, cells = next(lines, (1, []))
    header = _header(cells, columns or {}, source, f"{source}, row {number}")
    rows = [_row(header, cells, f"{source}, row {number}") for number, cells in lines]
    first = _first_month(rows, first_month, source)
    observations = (one for row in rows for one in _observations(row, first))
    return Observed(tuple(observations), first, source, _currency(rows))


def headed(lines: Lines) -> Lines:
    """The lines from the header on: what stands alone in a line above it is a title."""
    titles = []
    for line in lines:
        if sum(map(bool, line[1])) > 1:
            yield line
            yield from lines
            return
        titles.append(line)
    yield from titles


@dataclass(frozen=True, slots=True)
class _Row:
    """The cells of one line by column, and where it stands."""

    cells: dict[str, str]
    place: str

    def wrong(self, column: str, message: str, hint: str = "") -> ObservedError:
        return ObservedError(message, field=f"{self.place}, column {column}", value=self.cells[column], hint=hint)


def _header(cells: list[str], renamed: Mapping[str, str], source: str, place: str) -> list[str]:
    if not cells:
        raise ObservedError("is empty", field=source, hint="The first line names the columns, such as month,leads.")
    check_names(cells, place)
    given = {_lower(name): meaning for name, meaning in renamed.items()}
    for name in given:
        if name not in map(_lower, cells):
            raise ObservedError("has no such column", field=source, value=name, hint=f"It has: {', '.join(cells)}.")
    columns = [given.get(_lower(cell)) or _known(cell) for cell in cells]
    long_form = "metric" in columns or "value" in columns
    known = _LONG if long_form else _WIDE
    for column, cell in zip(columns, cells, strict=True):
        if column in (IGNORE, ""):
            continue
        if column not in known:
            hint = nearest(column, known) or f"Columns may be {', '.join(known)}; say what it is, or 'ignore' it."
            raise ObservedError("no such column", field=place, value=cell, hint=hint)
        if columns.count(column) > 1:
            raise ObservedError(f"a second column of {column}", field=place, value=cell, hint="Say which to ignore.")
    for column in ("month", "metric", "value") if long_form else ("month",):
        if column not in columns:
            raise ObservedError(f"column {column} is missing", field=place, hint=f"Columns here: {', '.join(cells)}.")
    if not long_form and not set(columns) & set(METRICS):
        raise ObservedError("no column of results", field=place, hint=f"Add one of {', '.join(METRICS)}.")
    return columns


def check_names(cells: list[str], place: str) -> None:
    """Refuse a first line that names no columns: one that holds a month and its results, or months.

    Raises:
        ObservedError: it does.
    """
    months = [cell for cell in cells if calendar_month(cell)]
    numbers = [cell for cell in cells if _NUMBER.fullmatch(cell)]
    if len(months) > 1:
        hint = "Months go down: a row for each, its results beside it."
        raise ObservedError("months stand side by side", field=place, value=months[0], hint=hint)
    if numbers and len(months) + len(numbers) == sum(map(bool, cells)):
        hint = "Put a line above it that names them, such as month,leads,customers."
        raise ObservedError("does not name the columns", field=place, value=", ".join(cells), hint=hint)


def recognised(cells: list[str]) -> dict[str, str | None]:
    """What each column of a header is; None where its name does not say it. Columns without a name are left out."""
    known = {*_LONG, *_WIDE}
    return {cell: meaning if (meaning := _known(cell)) in known else None for cell in cells if cell}


def _lower(name: str) -> str:
    return name.strip().lower()


def _known(cell: str) -> str:
    """The name that a column has here, where it is clear; its own otherwise."""
    name = re.sub(r"[\s-]+", "_", _lower(cell))
    return next((known for known, others in _ALSO.items() if name in others), name)


def _row(header: list[str], cells: list[str], place: str) -> _Row:
    if len(cells) != len(header):
        raise ObservedError(
            f"has {len(cells)} cells under {len(header)} columns",
            field=place,
            hint="Numbers take a point, not a comma; an empty cell keeps its comma.",
        )
    named = list(zip(header, cells, strict=True))
    if stray := next((cell for name, cell in named if cell and not name), ""):
        hint = "Name the column, or empty it."
        raise ObservedError("has a cell in a column without a name", field=place, value=stray, hint=hint)
    return _Row({name: cell for name, cell in named if name not in (IGNORE, "")}, place)


def _currency(rows: Iterable[_Row]) -> str | None:
    """The one currency of the table, where it says so."""
    found: str | None = None
    for row in rows:
        code = row.cells.get("currency", "").upper()
        if not code:
            continue
        if not _CURRENCY.fullmatch(code):
            raise row.wrong("currency", "must be a code of three letters, such as EUR")
        if found not in (None, code):
            raise row.wrong("currency", f"is another than that of the rows before, {found}", "Convert all to one.")
        found = code
    return found


def _first_month(rows: Iterable[_Row], given: str | None, source: str) -> str | None:
    """The calendar month of month 1, or None where months are numbered."""
    if given is not None and not _CALENDAR.fullmatch(given):
        raise ObservedError("the first month must be written YYYY-MM", field=source, value=given)
    calendar: list[str] = []
    numbered = False
    unfinished: _Row | None = None
    now = f"{date.today():%Y-%m}"
    for row in rows:
        month = row.cells["month"]
        if dated := calendar_month(month):
            if dated > now:
                raise row.wrong("month", f"lies in the future (now is {now})", "Leave out what nobody has seen.")
            month = row.cells["month"] = dated
            calendar.append(month)
            if month == now and not _FLAGS.get(row.cells.get("part_month", "").lower()):
                unfinished = unfinished or row
        elif _NUMBERED.fullmatch(month):
            numbered = True
        else:
            raise row.wrong("month", "must be a number from 1 or a calendar month YYYY-MM", _no_month(month))
        if numbered and (calendar or given):
            raise row.wrong("month", "numbers and calendar months do not go together", "Write all months alike.")
        if given is not None and month < given:
            raise row.wrong("month", f"lies before the first month, {given}", "Leave it out, or name an earlier one.")
    if unfinished is not None:
        hint = "Leave it out, or say part_month = yes in a column of that name."
        raise unfinished.wrong("month", "is not over yet", hint)
    return given or min(calendar, default=None)


def _no_month(text: str) -> str:
    """What to do about a month that cannot be read."""
    if reads_either_way(text):
        return "Day and month could each be the other: write the year and the month."
    if any(map(str.isdigit, text)):
        return "Other forms that are read: 31.01.2026, 01/2026, Jan 2026."
    return "Leave out rows that are no months, such as totals."


def _observations(row: _Row, first_month: str | None) -> Iterator[Observation]:
    cells = row.cells
    month = (
        int(cells["month"]) if first_month is None else calendar_index(cells["month"]) - calendar_index(first_month) + 1
    )
    channel = cells.get("channel", TOTAL).lower()
    if not channel:
        raise row.wrong("channel", "is empty", f"Name the channel, or write {TOTAL}.")
    part_month = cells.get("part_month", "").lower()
    if part_month not in _FLAGS:
        raise row.wrong("part_month", "must be yes or no")
    by_metric = {cells["metric"].lower(): "value"} if "metric" in cells else {m: m for m in cells if m in METRICS}
    for metric, column in by_metric.items():
        if metric not in METRICS:
            raise row.wrong(
                "metric", "no such metric", nearest(metric, METRICS) or f"Metrics are {', '.join(METRICS)}."
            )
        yield Observation(month, metric, channel, _value(row, column), _FLAGS[part_month], row.place)


def _value(row: _Row, column: str) -> float | None:
    text = row.cells[column]
    if not text:
        return None
    if not _NUMBER.fullmatch(text) or not math.isfinite(float(text)):
        bare = "Write it plainly: no unit, nothing between thousands, a point before decimals."
        counted = any(map(str.isdigit, text))
        hint = bare if counted else "Leave the cell empty where nobody counted."
        raise row.wrong(column, "must be a number, such as 1250.5", hint)
    if float(text) < 0.0:
        raise row.wrong(column, "must be 0 or more", "Leave the cell empty where nobody counted.")
    return float(text)
