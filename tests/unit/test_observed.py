"""Observed tables: the two forms say the same, gaps are declared, and every fault is named by file, row and column."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from simkit.errors import ObservedError
from simkit.observed import METRICS, ORIGINS, Observation, Observed, csv_text, load_observed
from simkit.parameters import Parameters

WIDE = "month,channel,leads,customers\n2024-11,search,10,1\n2024-11,Fairs,5,0\n2024-12,search,,2\n2025-01,search,7,3\n"
LONG = """month,metric,channel,value
2024-11,leads,search,10
2024-11,leads,fairs,5
2024-12,leads,search,
2025-01,leads,search,7
2024-11,customers,search,1
2024-11,customers,fairs,0
2024-12,customers,search,2
2025-01,customers,search,3
"""


def write(folder: Path, text: str | bytes, name: str = "seen.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def load(folder: Path, text: str | bytes, first_month: str | None = None) -> Observed:
    return load_observed(write(folder, text), first_month)


@pytest.mark.parametrize("text", [WIDE, LONG], ids=["wide", "long"])
def test_both_forms_say_the_same(tmp_path: Path, text: str) -> None:
    """November is month 1; leads 10 + 5, a declared gap, 7; customers 1 + 0, 2, 3. Fails if a gap became 0, December
    were followed by month 13, or channels were not summed."""
    seen = load(tmp_path, text)
    months, leads = seen.monthly("leads")
    assert months.tolist() == [1, 2, 3]
    np.testing.assert_array_equal(leads, [15.0, np.nan, 7.0])
    np.testing.assert_array_equal(seen.monthly("customers")[1], [1.0, 2.0, 3.0])
    assert (seen.metrics, seen.first_month, seen.label(3)) == (("leads", "customers"), "2024-11", "month 3 (2025-01)")


def test_the_two_forms_hold_the_same_values(tmp_path: Path) -> None:
    """Fails if one form kept less than the other: month, metric, channel, value or flag."""
    wide, long_form = load(tmp_path, WIDE), load(tmp_path, LONG)
    assert set(wide.observations) == set(long_form.observations)


@pytest.mark.parametrize("text", [WIDE, "month,margin,part_month,currency\n1,1.5,yes,EUR\n2,,no,EUR\n3,2e9,no,EUR\n"])
def test_a_series_is_written_as_it_is_read(tmp_path: Path, text: str) -> None:
    """Fails if a value, a gap, a channel, a part month, a currency or a month is lost on the way out and in again."""
    seen = load(tmp_path, text)
    again = load(tmp_path, csv_text(seen))
    assert set(again.observations) == set(seen.observations)
    assert (again.first_month, again.currency) == (seen.first_month, seen.currency)


def test_channels_keep_their_names_and_strangers_are_other(tmp_path: Path) -> None:
    """'Fairs' is none of simkit's channels: kept as 'fairs', counted as 'other'; it has no row in December and January,
    so it counted nothing. Fails if strangers were dropped or refused, or a gap in search spread to them."""
    seen = load(tmp_path, WIDE)
    assert seen.channels("leads") == ("search", "fairs")
    for name in ("fairs", "other"):
        np.testing.assert_array_equal(seen.monthly("leads", name)[1], [5.0, 0.0, 0.0])
    np.testing.assert_array_equal(seen.monthly("leads", "search")[1], [10.0, np.nan, 7.0])


def test_numbered_months_and_no_channel(tmp_path: Path) -> None:
    """Fails if months had to be dates, rows had to be in order, or a table without channels had no total."""
    seen = load(tmp_path, "month,margin\n2,1250.5\n1,1e3\n")
    assert seen.monthly("margin")[1].tolist() == [1000.0, 1250.5]
    assert (seen.first_month, seen.label(2), seen.channels("margin")) == (None, "month 2", ())


def test_an_own_total_counts_before_the_sum(tmp_path: Path) -> None:
    """Channels may cover a part: total 20, search 12. In month 2 only the total was counted, so search is not known.
    Fails if total and channels were added up (32), or an unknown channel were 0."""
    seen = load(tmp_path, "month,channel,leads\n1,total,20\n1,search,12\n2,total,22\n")
    assert seen.monthly("leads")[1].tolist() == [20.0, 22.0]
    np.testing.assert_array_equal(seen.monthly("leads", "search")[1], [12.0, np.nan])


def test_part_months_are_left_out_unless_asked_for(tmp_path: Path) -> None:
    """Fails if half a month were compared as if it were a whole one."""
    seen = load(tmp_path, "month,leads,part_month\n1,4,yes\n2,9,\n3,8,no\n")
    assert seen.part_months == (1,)
    np.testing.assert_array_equal(seen.monthly("leads")[1], [np.nan, 9.0, 8.0])
    np.testing.assert_array_equal(seen.monthly("leads", part_months=True)[1], [4.0, 9.0, 8.0])


def test_the_first_month_can_be_named(tmp_path: Path) -> None:
    """The programme began in October; November is month 2, and October must be declared. Fails if the earliest row
    stayed month 1."""
    with pytest.raises(ObservedError, match=r"no row for month 1 \(2024-10\)"):
        load(tmp_path, WIDE, "2024-10")
    seen = load(tmp_path, WIDE + "2024-10,search,,\n", "2024-10")
    np.testing.assert_array_equal(seen.monthly("customers")[1], [np.nan, 1.0, 2.0, 3.0])


def test_spreadsheet_habits_are_understood(tmp_path: Path) -> None:
    """A byte-order mark, capitals, blanks, quotes, Windows line ends and empty lines at the end change nothing."""
    text = '\ufeffMonth, Leads \r\n1,"10"\r\n2, 12\r\n,\r\n\r\n'
    assert load(tmp_path, text).monthly("leads")[1].tolist() == [10.0, 12.0]


@pytest.mark.parametrize(
    "written",
    [
        *("2026-01", "2026-1", "2026/01", "2026-01-31", "2026-01-31T00:00:00", "2026-01-31 12:30"),
        *("01/2026", "1/2026", "01.2026", "31.01.2026", "1.1.2026"),
        *("Jan 2026", "JAN-26", "Jan'26", "january 2026", "Jan. 2026"),
    ],
)
def test_months_are_read_in_every_form_that_reads_one_way(tmp_path: Path, written: str) -> None:
    """Fails if a form that Excel and others write is refused, or taken for another month."""
    text = f"month,leads\n{written},7\n2026-02,8\n2025-12,6\n"
    seen = load(tmp_path, text)
    assert (seen.first_month, seen.monthly("leads")[1].tolist()) == ("2025-12", [6.0, 7.0, 8.0])


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_titles_empty_columns_and_separators_are_habits_too(tmp_path: Path, separator: str) -> None:
    """Fails if a title or a column of nothing is taken for a part of the table, or tables from another country's Excel
    are refused."""
    title = ["Our, report" if separator != "," else "Our report"]
    rows = [title, [""], ["month", "leads", ""], ["1", "10", ""], ["2", "12.5", ""]]
    lines = [separator.join(row) for row in rows]
    assert load(tmp_path, "\n".join(lines)).monthly("leads")[1].tolist() == [10.0, 12.5]


FAULTS: dict[str, tuple[str | bytes, str, str]] = {
    "empty file": ("", "seen.csv", "is empty"),
    "header only": ("month,leads\n", "seen.csv", "no observed months"),
    "no month": ("when,leads\n1,2\n", "row 1", "'when'"),
    "no month column": ("leads\n2\n", "row 1", "column month is missing"),
    "no metric column": ("month,channel\n1,search\n", "row 1", "no column of results"),
    "no value column": ("month,metric\n1,leads\n", "row 1", "column value is missing"),
    "no header": ("2025-01,4\n2025-02,5\n", "row 1", "does not name the columns"),
    "no header, numbered": ("1,4,2\n2,5,3\n", "row 1", "Put a line above it that names them"),
    "no text": (b"\x89PNG\r\n\x1a\n\x00\xff\x00", "seen.csv", "is neither text nor an Excel workbook"),
    "text of two bytes": ("month,leads\n1,4\n".encode("utf-16"), "row 1", "Save it as CSV UTF-8"),
    "a lone quotation mark": ('month,leads\n1,"4\n2,5\n', "row 3", "quotation mark"),
    "the month before the day": ("month,leads\n31.01.2026,4\n02.28.2026,5\n", "row 3, column month", "31.01.2026"),
    "misspelt column": ("month,custmers\n1,2\n", "row 1", "Did you mean 'customers'"),
    "column twice": ("month,leads,leads\n1,2,3\n", "row 1", "second column"),
    "semicolons and a decimal comma": ("month;leads\n1;2,5\n", "row 2, column leads", "a point before decimals"),
    "a total row": ("month,leads\n1,4\nTotal,4\n", "row 3, column month", "Leave out rows that are no months"),
    "a date that reads either way": ("date,leads\n01/02/2026,4\n", "row 2, column month", "could each be the other"),
    "a month that no name has": ("date,leads\nFoo 2026,4\n", "row 2, column month", "calendar month"),
    "months side by side": ("metric,2026-01,2026-02\nleads,4,5\n", "row 1", "a row for each"),
    "a cell under no name": ("month,leads,\n1,4,\n2,5,late\n", "row 3", "'late'"),
    "a unit": ("month,margin\n1,EUR 5\n", "row 2, column margin", "no unit"),
    "misspelt metric": ("month,metric,value\n1,lead,2\n", "row 2, column metric", "Did you mean 'leads'"),
    "text for a number": ("month,leads\n1,4\n2,many\n", "row 3, column leads", "'many'"),
    "not a number": ("month,leads\n1,nan\n", "row 2, column leads", "must be a number"),
    "underscore": ("month,leads\n1,1_000\n", "row 2, column leads", "must be a number"),
    "infinite": ("month,leads\n1,1e999\n", "row 2, column leads", "must be a number"),
    "thousands": ('month,leads\n1,"1,250"\n', "row 2, column leads", "such as 1250.5"),
    "decimal comma": ("month,leads\n1,12,5\n", "row 2", "3 cells under 2 columns"),
    "negative": ("month,leads,customers\n1,4,2\n2,4,-1\n", "row 3, column customers", "0 or more"),
    "short row": ("month,leads,customers\n1,4\n", "row 2", "2 cells under 3 columns"),
    "month zero": ("month,leads\n0,4\n", "row 2, column month", "from 1"),
    "a year": ("month,leads\n2024,4\n", "row 2, column month", "YYYY-MM"),
    "month 13": ("month,leads\n2024-13,4\n", "row 2, column month", "YYYY-MM"),
    "no day": ("month,leads\n2024-12-1,4\n", "row 2, column month", "YYYY-MM"),
    "empty month": ("month,leads\n,4\n", "row 2, column month", "YYYY-MM"),
    "both kinds of month": ("month,leads\n2024-12,4\n2,5\n", "row 3, column month", "do not go together"),
    "missing month": ("month,leads\n1,4\n3,5\n", "column leads", "month 2"),
    "missing calendar month": ("month,leads\n2024-12,4\n2025-02,5\n", "column leads", "2025-01"),
    "missing for one metric": (
        "month,metric,value\n1,leads,4\n2,leads,4\n1,customers,0\n",
        "column customers",
        "no row for month 2",
    ),
    "same row twice": ("month,channel,leads\n1,search,4\n1,SEARCH,5\n", "row 3, column leads", "row 2"),
    "no channel": ("month,channel,leads\n1,,4\n", "row 2, column channel", "total"),
    "part month": ("month,leads,part_month\n1,4,maybe\n", "row 2, column part_month", "yes or no"),
    "channels above total": (
        "month,channel,leads\n1,total,4\n1,paid,5\n",
        "row 2, column leads",
        "sum of the channels",
    ),
    "open quote": ('month,leads\n1,"4\n2,5\n', "row 3", "not CSV"),
    "not UTF-8": (b"month,channel,leads\n1,search,3\n1,caf\xe9,4\n", "row 3", "not UTF-8"),
    "another encoding": ("month,leads\n1,4\n".encode("utf-16"), "row 1", "not UTF-8"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_faulty_table_is_refused_by_place(tmp_path: Path, fault: str) -> None:
    """Fails if the fault were let through, raised anything else, or the message lost the file, the row, the column or
    what to do, or took more than one line."""
    text, place, message = FAULTS[fault]
    path = write(tmp_path, text)
    with pytest.raises(ObservedError) as caught:
        load_observed(path)
    assert caught.value.field is not None
    assert str(path) in caught.value.field
    assert caught.value.field.endswith(place)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    """Fails if a folder, an absent file or an impossible name gave a traceback."""
    for path, message in ((tmp_path, "folder"), (tmp_path / "none.csv", "no such file"), ("a\0b", "cannot be read")):
        with pytest.raises(ObservedError, match=message):
            load_observed(path)


@pytest.mark.parametrize(
    ("first_month", "message"), [("2024-12", "before the first month"), ("2024", "YYYY-MM"), ("1", "YYYY-MM")]
)
def test_a_first_month_that_cannot_be(tmp_path: Path, first_month: str, message: str) -> None:
    """Fails if rows before month 1 got month 0, or a year were taken for a month."""
    with pytest.raises(ObservedError, match=message):
        load(tmp_path, WIDE, first_month)


def test_numbered_months_have_no_first_month(tmp_path: Path) -> None:
    """Fails if a calendar month were silently ignored."""
    with pytest.raises(ObservedError, match="do not go together"):
        load(tmp_path, "month,leads\n1,4\n", "2024-11")


def test_asking_for_what_was_not_seen_names_what_was(tmp_path: Path) -> None:
    """Fails if an unobserved metric or channel came back as zeros."""
    seen = load(tmp_path, WIDE)
    with pytest.raises(ObservedError, match="leads, customers"):
        seen.monthly("margin")
    with pytest.raises(ObservedError, match="'search'"):
        seen.monthly("leads", "serch")


def test_other_imports_meet_the_same_checks() -> None:
    """A series made in Python is held to the same rules. Fails if only the file reader knew them."""
    whole = Observed((Observation(1, "leads", "total", 4.0), Observation(2, "leads", "total", None)))
    np.testing.assert_array_equal(whole.monthly("leads")[1], [4.0, np.nan])
    faulty = {
        "month 1": (Observation(2, "leads", "total", 4.0),),
        "second time": (Observation(1, "leads", "total", 4.0), Observation(1, "leads", "total", 4.0)),
        "0 or more": (Observation(1, "leads", "total", -4.0),),
        "numbered from 1": (Observation(0, "leads", "total", 4.0),),
        "no such metric": (Observation(1, "clicks", "total", 4.0),),
        "no observed months": (),
    }
    for message, observations in faulty.items():
        with pytest.raises(ObservedError, match=message):
            Observed(observations)


def test_names_agree_with_the_model() -> None:
    """Observed and simulated months are compared by these names. Fails if a channel or an output were renamed in one
    place only."""
    from simkit.model import recorder

    assert ORIGINS == recorder.ORIGINS
    assert set(METRICS) <= set(recorder.MONTHLY)
    assert {field.name for field in fields(Parameters().channels)} <= set(ORIGINS)
