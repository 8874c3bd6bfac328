"""What a company has seen, on its way into the board."""

from __future__ import annotations

import pytest

from simkit.errors import ObservedError
from simkit.observed import table_columns
from simkit_app.own_months import LARGEST, read


def test_a_table_keeps_its_values_and_forgets_where_it_lay() -> None:
    """Fails if values are lost, or the path of a temporary file is shown."""
    found = read("months.csv", b"month,leads\n1,10\n2,12\n")
    assert found.source == "months.csv"
    assert found.monthly("leads")[1].tolist() == [10.0, 12.0]
    assert [one.place for one in found.observations] == ["months.csv, row 2", "months.csv, row 3"]


def test_a_table_without_names_is_refused_before_anybody_is_asked_for_them() -> None:
    """Fails if the first month is taken for the names of the columns, and lost once these are said by hand."""
    for content in (b"2025-01,1200,20\n2025-02,1210,21\n", b"1,1200,20\n2,1210,21\n"):
        with pytest.raises(ObservedError, match=r"m.csv, row 1: does not name the columns"):
            table_columns(content, "m.csv")
    with pytest.raises(ObservedError, match="months stand side by side"):
        table_columns(b"metric,2026-01,2026-02\nleads,4,5\n", "m.csv")
    assert table_columns(b"Q,2025\n1,2\n", "m.csv") == {"Q": None, "2025": None}


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("m.csv", b"month,visits\n1,10\n", "m.csv"),
        ("m.csv", b"month,leads\n1,ten\n", "row 2"),
        ("m.csv", b"\xff\xfe\x00", "m.csv"),
        ("m.csv", b"", "m.csv"),
        ("m.csv", b"month,leads\n1,4\n1,5\n", "the first (m.csv, row 2)"),
        ("../../etc/passwd", b"month,leads\n1,-4\n", "passwd"),
        ("big.csv", b"0" * (LARGEST + 1), "larger than 1 MB"),
    ],
)
def test_a_bad_table_is_refused_with_its_name_and_row(name: str, content: bytes, said: str) -> None:
    """Fails on another exception, or a message that names a folder of the server."""
    with pytest.raises(ObservedError) as refused:
        read(name, content)
    assert said in str(refused.value)
    assert "/tmp" not in str(refused.value)
