"""Observed tables from workbooks and data frames, under other names, in money: the same values, or a complaint with its
place; nothing is run."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np
import pandas as pd
import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.formula import ArrayFormula

from simkit.errors import ObservedError
from simkit.observed import load_observed, table_sheets
from simkit.observed.loading import LARGEST

ROWS: list[list[Any]] = [
    ["Month", "Leads", "MQLs", "New customers"],
    [datetime(2025, 11, 1), 1200, 300, 24],
    [datetime(2025, 12, 1), None, 310.5, 29],
    [datetime(2026, 1, 1), 1180, 290, 30],
]


def book(folder: Path, rows: list[list[Any]], **others: list[list[Any]]) -> Path:
    """A workbook as Excel would write it."""
    made = Workbook()
    sheet = made.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    for name, content in others.items():
        more = made.create_sheet(name)
        for row in content:
            more.append(row)
    path = folder / "months.xlsx"
    made.save(path)
    return path


def test_a_workbook_a_frame_and_a_csv_file_say_the_same(tmp_path: Path) -> None:
    """Fails if a date becomes another month, an empty cell 0, or a name that is clear is not known."""
    (tmp_path / "months.csv").write_text(
        "month,leads,leads_qualified,customers\n2025-11,1200,300,24\n2025-12,,310.5,29\n2026-01,1180,290,30\n"
    )
    frame = pd.DataFrame(ROWS[1:], columns=ROWS[0])
    tables = [load_observed(one) for one in (tmp_path / "months.csv", book(tmp_path, ROWS), frame)]
    for seen in tables:
        assert set(seen.observations) == set(tables[0].observations)
        assert seen.first_month == "2025-11"
    np.testing.assert_array_equal(tables[1].monthly("leads")[1], [1200.0, np.nan, 1180.0])


def test_columns_can_be_said_by_hand(tmp_path: Path) -> None:
    """Fails if a column is guessed, one to ignore is read, or a name that the table does not have is let through."""
    rows: list[list[Any]] = [["Monat", "Anfragen", "Notiz"], [1, 10, "fair"], [2, 12, ""]]
    path = book(tmp_path, rows)
    seen = load_observed(path, columns={"monat": "month", "Anfragen": "leads", "Notiz": "ignore"})
    np.testing.assert_array_equal(seen.monthly("leads")[1], [10.0, 12.0])
    with pytest.raises(ObservedError, match=r"months.xlsx, row 1: no such column \(given: 'Monat'\)"):
        load_observed(path)
    with pytest.raises(ObservedError, match=r"has no such column \(given: 'leadz'\). It has: Monat, Anfragen, Notiz"):
        load_observed(path, columns={"leadz": "leads"})


def _formula(folder: Path) -> Path:
    return book(folder, [["month", "leads"], [1, "=SUM(1,2)"]])


def _error(folder: Path) -> Path:
    return book(folder, [["month", "leads"], [1, "#DIV/0!"]])


def _text(folder: Path) -> Path:
    return book(folder, [["month", "leads"], [1, 5], [2, "many"]])


def _sheets(folder: Path) -> Path:
    return book(folder, [["month", "leads"], [1, 5]], Notes=[["nothing"]])


def _changed(path: Path, change: Callable[[Any], object]) -> Path:
    made = load_workbook(path)
    change(made.active)
    made.save(path)
    return path


def _array_formula(folder: Path) -> Path:
    path = book(folder, [["month", "leads"], [1, 5], [2, None], [3, 6]])
    return _changed(path, lambda sheet: sheet.__setitem__("B3", ArrayFormula("B3", "=SUM(B2:B2*2)")))


def _merged(folder: Path) -> Path:
    path = book(folder, [["month", "leads"], [1, 5], [2, None], [3, 6]])
    return _changed(path, lambda sheet: sheet.merge_cells("B2:B3"))


def _merged_header(folder: Path) -> Path:
    path = book(folder, [["month", "results", None], [None, "leads", "customers"], [1, 5, 1]])
    return _changed(path, lambda sheet: sheet.merge_cells("B1:C1"))


def _far(folder: Path) -> Path:
    return _changed(book(folder, ROWS), lambda sheet: setattr(sheet["XFD1048576"], "value", " "))


def _old(folder: Path) -> Path:
    path = folder / "months.xls"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4_000))
    return path


def _running(folder: Path) -> Path:
    return book(folder, [["month", "leads"], [datetime(2026, 1, 1), 5], [datetime.now(), 2]])


def _damaged(folder: Path) -> Path:
    path = folder / "months.xlsx"
    path.write_bytes(book(folder, ROWS).read_bytes()[:900])
    return path


def _no_book(folder: Path) -> Path:
    path = folder / "months.xlsx"
    with ZipFile(path, "w") as archive:
        archive.writestr("months.csv", "month,leads\n1,5\n")
    return path


def _bomb(folder: Path) -> Path:
    path = folder / "months.xlsx"
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * 60_000_000)
    return path


def _large(folder: Path) -> Path:
    path = folder / "months.csv"
    with path.open("wb") as file:
        file.truncate(100_000_000)
    assert path.stat().st_size > LARGEST
    return path


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (_formula, r"row 2, cell B2: holds a formula whose value was not saved; .* \(given: '=SUM\(1,2\)'\)"),
        (_error, r"row 2, cell B2: holds an error \(given: '#DIV/0!'\)"),
        (_text, r"row 3, column leads: must be a number, such as 1250.5 \(given: 'many'\)"),
        (_sheets, r"has several sheets. Say which: Sheet, Notes"),
        (
            _array_formula,
            r"row 3, cell B3: holds a formula whose value was not saved; .* \(given: '=SUM\(B2:B2",
        ),
        (_merged, r"row 2, cells B2:B3: are merged, so all but the first are empty"),
        (_merged_header, r"row 1, cells B1:C1: are merged"),
        (_far, r"sheet Sheet: has cells as far as XFD1048576. Delete what is outside the table"),
        (_old, r"is a workbook of the old kind \(.xls\), or one with a password. Save it as .xlsx"),
        (_running, r"row 3, column month: is not over yet \(given: '\d{4}-\d{2}'\). Leave it out, or say part_month"),
        (_damaged, r"cannot be read: it is damaged, or no Excel workbook"),
        (_no_book, r"is no Excel workbook that can be read"),
        (_bomb, r"unfolds into 60 MB"),
        (_large, r"has 100 MB. At most 10 MB are read"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_place(tmp_path: Path, made: Callable[[Path], Path], said: str) -> None:
    """Fails if a formula is run or taken for a gap, a fault of the library comes through, or memory is filled."""
    with pytest.raises(ObservedError, match=said):
        load_observed(made(tmp_path))


def test_a_sheet_is_chosen_by_its_name(tmp_path: Path) -> None:
    path = book(tmp_path, [["nothing"]], Months=[["month", "leads"], [1, 5]])
    np.testing.assert_array_equal(load_observed(path, sheet="Months").monthly("leads")[1], [5.0])
    with pytest.raises(ObservedError, match="has no such sheet"):
        load_observed(path, sheet="Mont")


def test_a_title_over_the_table_and_sheets_without_anything_are_no_trouble(tmp_path: Path) -> None:
    """Fails if a merged title is refused, an empty sheet has to be chosen from, or sheets are listed that hold
    nothing."""
    path = book(tmp_path, [["Report of 2026"], [], ["month", "leads"], [1, 5]], Sheet2=[])
    _changed(path, lambda sheet: sheet.merge_cells("A1:B1"))
    np.testing.assert_array_equal(load_observed(path).monthly("leads")[1], [5.0])
    assert table_sheets(path.read_bytes(), "m.xlsx") == ("Sheet",)
    assert table_sheets(b"month,leads\n1,5\n", "m.csv") == ()


def test_macros_are_not_read_and_formulas_count_by_what_was_saved(tmp_path: Path) -> None:
    """A workbook with macros (.xlsm) and a formula whose value Excel saved. Fails if either keeps its values from being
    read, or the formula is worked out anew: it says 2 + 2, and what was saved is 7."""
    path = book(tmp_path, [["month", "leads"], [1, "=2+2"]])
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    macros = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    with ZipFile(path) as plain, ZipFile(tmp_path / "months.xlsm", "w") as made:
        for name in plain.namelist():
            content = plain.read(name).replace(kind.encode(), macros.encode())
            made.writestr(name, re.sub(rb"<f>2\+2</f><v ?/?>(</v>)?", b"<f>2+2</f><v>7</v>", content))
        made.writestr("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0 no such code")
    np.testing.assert_array_equal(load_observed(tmp_path / "months.xlsm").monthly("leads")[1], [7.0])


def test_months_to_come_have_not_been_seen() -> None:
    """Fails if a plan is taken for what happened."""
    now = date.today()
    later = date(now.year + now.month // 12, now.month % 12 + 1, 1)
    frame = pd.DataFrame({"month": [f"{now:%Y-%m}", f"{later:%Y-%m}"], "leads": [5, 6]})
    with pytest.raises(ObservedError, match="row 3, column month: lies in the future"):
        load_observed(frame)


def test_amounts_are_converted_at_one_rate_or_left_out() -> None:
    """Fails if a count or a gap is converted too, the source does not say it, or more than money is left out."""
    frame = pd.DataFrame({"month": [1, 2], "leads": [7, 8], "margin": [5, np.nan], "currency": "USD"})
    seen = load_observed(frame)
    found = seen.converted(0.5, "EUR")
    found.check_currency("EUR")
    np.testing.assert_array_equal(found.monthly("margin")[1], [2.5, np.nan])
    np.testing.assert_array_equal(found.monthly("leads")[1], [7.0, 8.0])
    assert found.source == "data frame, converted at 0.5 EUR for 1 USD"
    for rate in (0.0, -1.0, np.nan, np.inf):
        with pytest.raises(ObservedError, match="rate: must be above 0"):
            seen.converted(rate, "EUR")
    counts = seen.counts()
    assert counts is not None
    assert counts.metrics == ("leads",)
    assert load_observed(frame.drop(columns="leads")).counts() is None
    with pytest.raises(ObservedError, match='say currency = "USD" under \\[company\\]'):
        seen.check_currency("EUR")


def test_money_has_one_currency_and_it_is_the_scenarios() -> None:
    """Fails if amounts of two currencies are added up, or those of another are compared with a scenario's."""
    frame = pd.DataFrame({"month": [1, 2], "margin": [5, 6], "currency": ["usd", "USD"]})
    seen = load_observed(frame)
    assert seen.currency == "USD"
    seen.check_currency("USD")
    with pytest.raises(ObservedError, match="is in USD, the scenario in EUR"):
        seen.check_currency("EUR")
    with pytest.raises(ObservedError, match="row 3, column currency: is another than that of the rows before, USD"):
        load_observed(frame.assign(currency=["USD", "EUR"]))
    load_observed(frame.rename(columns={"margin": "leads"})).check_currency("EUR")  # counts have none
