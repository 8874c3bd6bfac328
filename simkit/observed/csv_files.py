"""Observed tables as CSV files."""

from __future__ import annotations

import codecs
import csv
import io

from simkit.errors import ObservedError
from simkit.observed.series import Observed
from simkit.observed.tables import Lines

_SEPARATORS = (",", ";", "\t")


def csv_lines(raw: bytes, source: str) -> Lines:
    """The lines of a CSV file that say something (UTF-8; commas, semicolons or tabs).

    Raises:
        ObservedError: it is no such file.
    """
    return _lines(_text(raw, source), source)


def csv_text(observed: Observed) -> str:
    """A series as the text of a CSV file that reads as the same series."""
    written = io.StringIO(newline="")
    table = csv.writer(written, lineterminator="\n")
    table.writerow(["month", "channel", "metric", "value", "part_month", "currency"])
    for one in observed.observations:
        value = "" if one.value is None else repr(one.value).removesuffix(".0")
        part = "yes" if one.part_month else "no"
        table.writerow([observed.name(one.month), one.channel, one.metric, value, part, observed.currency or ""])
    return written.getvalue()


def _text(raw: bytes, source: str) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if b"\0" in raw and not raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            hint = "A table of months is a CSV file or an Excel workbook (.xlsx)."
            raise ObservedError("is neither text nor an Excel workbook", field=source, hint=hint) from None
        line = raw.count(b"\n", 0, error.start) + 1
        raise ObservedError("is not UTF-8 text", field=f"{source}, row {line}", hint="Save it as CSV UTF-8.") from None


def _lines(text: str, source: str) -> Lines:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True)
    try:
        for cells in reader:
            stripped = [cell.strip() for cell in cells]
            if any(stripped):
                yield reader.line_num, stripped
    except csv.Error as error:
        hint = "Look for a quotation mark that is alone."
        raise ObservedError(f"is not CSV: {error}", field=f"{source}, row {reader.line_num}", hint=hint) from None


def _separator(text: str) -> str:
    """What stands between cells: commas, semicolons or tabs, whichever is in the most lines."""
    lines = text.splitlines()
    return max(_SEPARATORS, key=lambda one: sum(one in line for line in lines))
