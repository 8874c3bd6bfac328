"""A table of months on its way in: which sheet, what its columns are, what is wrong with it; and what was read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from simkit.errors import SimkitError
from simkit.observed import METRICS, MONEY, Observed, table_columns, table_sheets
from simkit.present.board_details import name_of
from simkit.present.figures import metric_name
from simkit.scenarios import Range
from simkit_app.board import Board
from simkit_app.own_months import TYPES, forget, keep, read
from simkit_app.text import plain

_MEANINGS = ("ignore", "month", *METRICS, "metric", "value", "channel", "part_month", "currency")
NAMES = 640
"""Pixels of a column in which the longest name of a value is read whole."""
_EXAMPLE = "month,leads,customers\n2026-01,1211,24\n2026-02,1201,29\n2026-03,1242,27\n"


def upload(board: Board) -> None:
    """Take a table in."""
    st.markdown(
        "A table of the months that your company has seen, as CSV or Excel (1 MB at most): a column with the month "
        "(1, 2, … or 2026-01, …) and columns such as leads, qualified leads, customers or margin. It stays on this "
        "machine, and goes when you say so. Formulas and macros are not run: the values that were saved are read."
    )
    uploaded = st.file_uploader("Months your company has seen", TYPES, key="your months", max_upload_size=1)
    if uploaded is None:
        with st.expander("What such a table looks like"):
            st.code(_EXAMPLE, language=None)
            st.markdown(
                "A row for each month, the oldest or the newest first, and at least three of them. Leave a cell empty "
                "where nobody counted. A column `part_month` with `yes` leaves a month out that was not seen in full, "
                "`channel` splits months by channel, and `currency` says what money is in."
            )
        return
    content = uploaded.getvalue()
    try:
        sheet = _sheet(table_sheets(content, uploaded.name))
        if sheet is None:
            return
        names = table_columns(content, uploaded.name, sheet or None)
        # In one column there is no table, whatever it is called.
        meanings = {} if all(names.values()) or len(names) < 2 else _meanings(names)
        if meanings is not None:
            keep(read(uploaded.name, content, meanings, sheet or None))
            st.rerun()
    except SimkitError as mistake:
        st.error(plain(str(mistake)), icon=":material/error:")


def checked(board: Board, seen: Observed) -> None:
    """What was read, and the way to be rid of it."""
    with st.container(horizontal=True, vertical_alignment="center"):
        metrics = ", ".join(map(metric_name, seen.metrics))
        st.markdown(
            f"**{plain(Path(seen.source).name)}**: {seen.months} month{'s' * (seen.months > 1)} of "
            f"{metrics}.{plain(_part_months(seen) + _taken(board, seen))}",
            width="stretch",
        )
        st.button("Remove them", icon=":material/delete:", on_click=forget)
    with st.expander("The months as they were read"):
        months = {seen.label(month): month for month in range(1, seen.months + 1)}
        table = {"month": list(months), **{metric: seen.monthly(metric)[1].tolist() for metric in seen.metrics}}
        st.dataframe(table, hide_index=True, column_config=numbers(*seen.metrics))


def unknown(ranges: dict[str, Range]) -> None:
    """What is believed beforehand, in ranges."""
    with st.expander(f"What is taken as unknown: {len(ranges)} values"):
        st.markdown(
            "Of the scenario on the board these values are not known for sure; your months may tell. A scenario file "
            "may name others: `path = { low = …, mode = …, high = … }`."
        )
        rows = [
            {"value": name_of(path), "from": one.low, "most likely": one.mode, "to": one.high}
            for path, one in ranges.items()
        ]
        columns = {"value": st.column_config.Column(width=NAMES), **numbers("from", "most likely", "to")}
        st.dataframe(rows, hide_index=True, column_config=columns)


def numbers(*columns: str) -> dict[str, Any]:
    """Columns of a table whose numbers are written as the visitor writes them."""
    return {name: st.column_config.NumberColumn(format="localized") for name in columns}


def _part_months(seen: Observed) -> str:
    left_out = ", ".join(map(seen.label, seen.part_months))
    return f" Not seen in full, and left out: {left_out}." if left_out else ""


def _taken(board: Board, seen: Observed) -> str:
    """What the amounts are taken to be in, where no column says it."""
    money = " and ".join(metric for metric in MONEY if metric in seen.metrics)
    if seen.currency or not money:
        return ""
    ours = board.position.scenario.parameters.company.currency
    return f" No column says what currency {money} is in: {ours} is taken."


def _sheet(names: tuple[str, ...]) -> str | None:
    """The sheet that was chosen; '' where there is no choice, None before it is made."""
    if len(names) < 2:
        return ""
    return st.selectbox(
        "Sheet with the months", names, index=None, placeholder="Choose a sheet", key="sheet", width=380
    )


def _meanings(names: dict[str, str | None]) -> dict[str, str] | None:
    """What is in each column, as the visitor says; None before that was said."""
    with st.form("columns", border=False):
        st.markdown("Say what is in the columns whose names do not tell, and whether the others were understood.")
        with st.container(horizontal=True):
            meanings = {
                name: st.selectbox(
                    plain(name), _MEANINGS, _MEANINGS.index(meaning or "ignore"), key=f"column {name}", width=190
                )
                for name, meaning in names.items()
            }
        said = st.form_submit_button("Read the table", type="primary", icon=":material/table_view:")
    return meanings if said else None
