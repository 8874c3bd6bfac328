"""Observed tables as CSV files: every cell is read strictly, every complaint names file, row and column."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from simkit.errors import ObservedError, nearest
from simkit.observed.series import METRICS, TOTAL, Observation, Observed, calendar_index

_LONG = ("month", "metric", "channel", "value", "part_month")
_WIDE = ("month", "channel", *METRICS, "part_month")

_CALENDAR = re.compile(r"\d{4}-(0[1-9]|1[0-2])", re.ASCII)
_NUMBERED = re.compile(r"[1-9]\d{0,2}", re.ASCII)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_FLAGS = {"": False, "0": False, "no": False, "false": False, "1": True, "yes": True, "true": True}


def load_observed(path: str | Path, first_month: str | None = None) -> Observed:
    """Read a table of observed months from a CSV file (UTF-8, commas, a header line).

    Two forms, told apart by the header:

    - long: ``month``, ``metric`` and ``value``, one value a row;
    - wide: ``month`` and a column for each metric (`METRICS`).

    Both may have ``channel`` (without it every row is the total; with it ``total`` is one of the names) and
    ``part_month`` (yes or no). An empty value is a declared gap. Months are numbers from 1 or calendar months
    ``YYYY-MM``, of which the earliest in the table is month 1 unless `first_month` says another.

    Args:
        path: the file.
        first_month: the calendar month that is month 1, ``YYYY-MM``; for tables with calendar months.

    Raises:
        ObservedError: the file cannot be read as such a table; the message names file, row (line) and column.
    """
    source = str(path)
    lines = _lines(_text(Path(path), source), source)
    number, cells = next(lines, (1, []))
    header = _header(cells, source, f"{source}, row {number}")
    rows = [_row(header, cells, f"{source}, row {number}") for number, cells in lines]
    first = _first_month(rows, first_month, source)
    observations = (one for row in rows for one in _observations(row, first))
    return Observed(tuple(observations), first, source)


@dataclass(frozen=True, slots=True)
class _Row:
    """The cells of one line by column, and where it stands."""

    cells: dict[str, str]
    place: str

    def wrong(self, column: str, message: str, hint: str = "") -> ObservedError:
        return ObservedError(message, field=f"{self.place}, column {column}", value=self.cells[column], hint=hint)


def _text(path: Path, source: str) -> str:
    try:
        raw = path.read_bytes()
    except IsADirectoryError:
        raise ObservedError("is a folder, not a table", field=source, hint="Name a CSV file.") from None
    except FileNotFoundError:
        raise ObservedError("no such file", field=source) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ObservedError(f"cannot be read: {reason}", field=source) from None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ObservedError("is not UTF-8 text", field=f"{source}, row {line}", hint="Save it as CSV UTF-8.") from None


def _lines(text: str, source: str) -> Iterator[tuple[int, list[str]]]:
    """The lines that say something, with their number in the file."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for cells in reader:
            stripped = [cell.strip() for cell in cells]
            if any(stripped):
                yield reader.line_num, stripped
    except csv.Error as error:
        raise ObservedError(f"is not CSV: {error}", field=f"{source}, row {reader.line_num}") from None


def _header(cells: list[str], source: str, place: str) -> list[str]:
    columns = [cell.lower() for cell in cells]
    if not columns:
        raise ObservedError("is empty", field=source, hint="The first line names the columns, such as month,leads.")
    if len(columns) == 1 and re.search(r"[;\t]", columns[0]):
        raise ObservedError("columns must be separated by commas", field=place, value=cells[0])
    long_form = "metric" in columns or "value" in columns
    known = _LONG if long_form else _WIDE
    for column in columns:
        if column not in known:
            hint = nearest(column, known) or f"Columns may be {', '.join(known)}; leave the others out."
            raise ObservedError("no such column", field=place, value=column, hint=hint)
        if columns.count(column) > 1:
            raise ObservedError("names a column twice", field=place, value=column)
    for column in ("month", "metric", "value") if long_form else ("month",):
        if column not in columns:
            raise ObservedError(f"column {column} is missing", field=place, hint=f"Columns here: {', '.join(columns)}.")
    if not long_form and not set(columns) & set(METRICS):
        raise ObservedError("no column of results", field=place, hint=f"Add one of {', '.join(METRICS)}.")
    return columns


def _row(header: list[str], cells: list[str], place: str) -> _Row:
    if len(cells) != len(header):
        raise ObservedError(
            f"has {len(cells)} cells under {len(header)} columns",
            field=place,
            hint="Numbers take a point, not a comma; an empty cell keeps its comma.",
        )
    return _Row(dict(zip(header, cells, strict=True)), place)


def _first_month(rows: Iterable[_Row], given: str | None, source: str) -> str | None:
    """The calendar month of month 1, or None where months are numbered."""
    if given is not None and not _CALENDAR.fullmatch(given):
        raise ObservedError("the first month must be written YYYY-MM", field=source, value=given)
    calendar: list[str] = []
    numbered = False
    for row in rows:
        month = row.cells["month"]
        if _CALENDAR.fullmatch(month):
            calendar.append(month)
        elif _NUMBERED.fullmatch(month):
            numbered = True
        else:
            raise row.wrong("month", "must be a number from 1 or a calendar month YYYY-MM")
        if numbered and (calendar or given):
            raise row.wrong("month", "numbers and calendar months do not go together", "Write all months alike.")
        if given is not None and month < given:
            raise row.wrong("month", f"lies before the first month, {given}", "Leave it out, or name an earlier one.")
    return given or min(calendar, default=None)


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
        raise row.wrong(column, "must be a number, such as 1250.5", "Leave the cell empty where nobody counted.")
    if float(text) < 0.0:
        raise row.wrong(column, "must be 0 or more", "Leave the cell empty where nobody counted.")
    return float(text)
