"""Observed tables as Excel workbooks: values are read, formulas and macros are never run."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile, ZipFile

from simkit.errors import ObservedError
from simkit.observed.tables import Lines, cell_text

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

UNFOLDED = 50_000_000
"""Bytes that a workbook may unfold into; a table of ten years by channel is a thousandth of that."""
MOST_CELLS = 200_000
"""Cells of a sheet, empty ones before the last included: a table of ten years by channel has ten thousand."""


def is_workbook(raw: bytes) -> bool:
    """Whether a file is one, or any other ZIP file."""
    return raw.startswith(b"PK")


def sheet_names(raw: bytes, source: str) -> tuple[str, ...]:
    """The sheets that hold anything.

    Raises:
        ObservedError: it is no workbook.
    """
    _check_size(raw, source)
    return _filled(_opened(raw, source, data_only=False))


def workbook_lines(raw: bytes, source: str, sheet: str | None) -> Lines:
    """The lines of a sheet that say something.

    Args:
        raw: the file.
        source: its name, for messages.
        sheet: its name; None for the only one that holds anything.

    Raises:
        ObservedError: it is no workbook, there is no such sheet or more than one to choose from, cells of the table are
            merged, or a cell holds a formula whose value was not saved, or an error.
    """
    _check_size(raw, source)
    # Read twice: the values that were saved, and the formulas, to tell a cell without a value from an empty one.
    values, formulas = (_opened(raw, source, data_only) for data_only in (True, False))
    name = _chosen(formulas, sheet, source)
    _check_cells(formulas[name], source)
    rows = zip(values[name].iter_rows(), formulas[name].iter_rows(), strict=True)
    for number, (cells, written) in enumerate(rows, 1):
        place = f"{source}, row {number}"
        texts = [_text(cell.value, formula.value, place, cell) for cell, formula in zip(cells, written, strict=True)]
        if any(texts):
            yield number, texts


def _check_size(raw: bytes, source: str) -> None:
    try:
        with ZipFile(io.BytesIO(raw)) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
    except BadZipFile:
        raise ObservedError("cannot be read: it is damaged, or no Excel workbook", field=source) from None
    if size > UNFOLDED:
        raise ObservedError(f"unfolds into {size // 1_000_000} MB", field=source, hint="Keep the table of months only.")


def _opened(raw: bytes, source: str, data_only: bool) -> Workbook:
    try:
        import openpyxl
    except ModuleNotFoundError:
        hint = "Install simkit[experiments], or save it as CSV."
        raise ObservedError("Excel workbooks need openpyxl", field=source, hint=hint) from None
    try:
        return openpyxl.load_workbook(io.BytesIO(raw), data_only=data_only, keep_vba=False, keep_links=False)
    except Exception as fault:  # the library raises whatever a damaged part makes it stumble over
        raise ObservedError(f"is no Excel workbook that can be read ({fault})", field=source) from None


def _filled(book: Workbook) -> tuple[str, ...]:
    blank = [one.calculate_dimension() == "A1:A1" and one["A1"].value is None for one in book.worksheets]
    return tuple(one.title for one, empty in zip(book.worksheets, blank, strict=True) if not empty)


def _chosen(book: Workbook, sheet: str | None, source: str) -> str:
    names = [one.title for one in book.worksheets]
    if sheet is not None and sheet not in names:
        raise ObservedError("has no such sheet", field=source, value=sheet, hint=f"It has: {', '.join(names)}.")
    filled = _filled(book)
    if sheet is None and len(filled) > 1:
        raise ObservedError("has several sheets", field=source, hint=f"Say which: {', '.join(filled)}.")
    return sheet or (filled or names)[0]


def _check_cells(sheet: Worksheet, source: str) -> None:
    """Refuse a sheet too large to be a table of months, and merged cells, of which all but one would seem empty."""
    if sheet.max_row * sheet.max_column > MOST_CELLS:
        last = sheet.cell(sheet.max_row, sheet.max_column).coordinate
        hint = "Delete what is outside the table, or copy the table into a new workbook."
        raise ObservedError(f"has cells as far as {last}", field=f"{source}, sheet {sheet.title}", hint=hint)
    for merged in sheet.merged_cells.ranges:
        spanned = sheet.iter_rows(merged.min_row, merged.max_row, values_only=True)
        if sum(value is not None for row in spanned for value in row) > 1:  # what stands alone is a title
            place = f"{source}, row {merged.min_row}, cells {merged.coord}"
            hint = "Unmerge them, and write into each what belongs there."
            raise ObservedError("are merged, so all but the first are empty", field=place, hint=hint)


def _text(value: Any, written: Any, place: str, cell: Any) -> str:
    if value is None and written is not None:  # a formula in one cell or in several
        raise ObservedError(
            "holds a formula whose value was not saved; formulas are not run here",
            field=f"{place}, cell {cell.coordinate}",
            value=str(getattr(written, "text", None) or written)[:60],
            hint="Open the file in Excel and save it, or paste values.",
        )
    if isinstance(value, str) and value.startswith("#"):
        raise ObservedError("holds an error", field=f"{place}, cell {cell.coordinate}", value=value)
    return cell_text(value)
