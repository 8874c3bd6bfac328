"""Observed tables from wherever they are: a CSV file, an Excel workbook, a data frame."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from simkit.errors import ObservedError
from simkit.observed.csv_files import csv_lines
from simkit.observed.series import Observed
from simkit.observed.tables import Lines, cell_text, check_names, headed, observed_table, recognised
from simkit.observed.workbooks import is_workbook, sheet_names, workbook_lines

if TYPE_CHECKING:
    import pandas as pd

LARGEST = 10_000_000
"""Bytes of a file; a table of ten years by channel has a hundred thousand."""
_OLD = b"\xd0\xcf\x11\xe0"
"""How the files begin that Excel wrote before 2007, and those that it encrypts."""


def load_observed(
    table: str | Path | pd.DataFrame,
    first_month: str | None = None,
    columns: Mapping[str, str] | None = None,
    sheet: str | None = None,
) -> Observed:
    """Read a table of observed months.

    Two forms, told apart by the header:

    - long: ``month``, ``metric`` and ``value``, one value a row;
    - wide: ``month`` and a column for each metric (`METRICS`).

    Both may have ``channel`` (without it every row is the total; with it ``total`` is one of the names),
    ``part_month`` (yes or no) and ``currency``. Columns are recognised in any case and under some other names, such as
    ``Date`` or ``MQLs``; what is not recognised is refused, unless `columns` says what it is. An empty value is a
    declared gap. Months are numbers from 1 or calendar months (``YYYY-MM`` or another form that can be read in one way
    only, see `calendar_month`), of which the earliest in the table is month 1 unless `first_month` says another. A line
    above the table with a single text in it is its title.

    Args:
        table: a CSV file (UTF-8, a header line; commas, semicolons or tabs), an Excel workbook, or a data frame.
        first_month: the calendar month that is month 1, ``YYYY-MM``; for tables with calendar months.
        columns: what is in a column, by its name in the table, where that is not clear; ``ignore`` leaves it out.
        sheet: of a workbook in which several hold anything.

    Raises:
        ObservedError: it cannot be read as such a table; the message names file, row and column.
    """
    if not isinstance(table, str | Path):
        return observed_table(_frame_lines(table), "data frame", first_month, columns)
    source = str(table)
    raw = _content(Path(table), source)
    if sheet is not None and not is_workbook(raw):
        raise ObservedError("has no sheets; it is no Excel workbook", field=source, value=sheet)
    return observed_table(_lines(raw, source, sheet), source, first_month, columns)


def table_columns(raw: bytes, source: str, sheet: str | None = None) -> dict[str, str | None]:
    """The columns of a file, and what each is; None where its name does not say it.

    Args:
        raw: the file.
        source: its name, for messages.
        sheet: of a workbook with several.

    Raises:
        ObservedError: it is no table.
    """
    number, cells = next(headed(_lines(raw, source, sheet)), (1, []))
    check_names(cells, f"{source}, row {number}")
    return recognised(cells)


def table_sheets(raw: bytes, source: str) -> tuple[str, ...]:
    """The sheets of a file that hold anything; none where it is no workbook.

    Raises:
        ObservedError: it is a workbook that cannot be read.
    """
    return sheet_names(raw, source) if is_workbook(raw) else ()


def _lines(raw: bytes, source: str, sheet: str | None) -> Lines:
    if raw.startswith(_OLD):
        hint = "Save it as .xlsx, without a password."
        raise ObservedError("is a workbook of the old kind (.xls), or one with a password", field=source, hint=hint)
    return workbook_lines(raw, source, sheet) if is_workbook(raw) else csv_lines(raw, source)


def _frame_lines(frame: pd.DataFrame) -> Lines:
    yield 1, [str(name).strip() for name in frame.columns]
    for number, row in enumerate(frame.itertuples(index=False, name=None), 2):
        yield number, [cell_text(value) for value in row]


def _content(path: Path, source: str) -> bytes:
    try:
        if (size := path.stat().st_size) > LARGEST and path.is_file():
            hint = f"At most {LARGEST // 1_000_000} MB are read: keep the months, leave out the rest."
            raise ObservedError(f"has {size // 1_000_000:,} MB", field=source, hint=hint)
        return path.read_bytes()
    except IsADirectoryError:
        raise ObservedError("is a folder, not a table", field=source, hint="Name a file.") from None
    except FileNotFoundError:
        raise ObservedError("no such file", field=source) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ObservedError(f"cannot be read: {reason}", field=source) from None
