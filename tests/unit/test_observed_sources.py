"""Observed tables from workbooks and data frames, under other names, in money: the same values, or a complaint with its
place; nothing is run."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np
import pandas as pd
import pytest
from openpyxl import Workbook

from simkit.errors import ObservedError
from simkit.observed import load_observed
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


def test_months_to_come_have_not_been_seen() -> None:
    """Fails if a plan is taken for what happened."""
    now = date.today()
    later = date(now.year + now.month // 12, now.month % 12 + 1, 1)
    frame = pd.DataFrame({"month": [f"{now:%Y-%m}", f"{later:%Y-%m}"], "leads": [5, 6]})
    with pytest.raises(ObservedError, match="row 3, column month: lies in the future"):
        load_observed(frame)


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
