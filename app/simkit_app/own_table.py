"""A table of months on its way in: which sheet, what its columns are, and what is wrong with it."""

from __future__ import annotations

import streamlit as st

from simkit.errors import SimkitError
from simkit.observed import METRICS, table_columns, table_sheets
from simkit_app.board import Board
from simkit_app.own_months import TYPES, accepted, keep
from simkit_app.text import plain

_MEANINGS = ("ignore", "month", *METRICS, "metric", "value", "channel", "part_month", "currency")
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
        meanings = {} if all(names.values()) else _meanings(names)
        if meanings is not None:
            keep(accepted(uploaded.name, content, board.position.scenario, meanings, sheet or None))
            st.rerun()
    except SimkitError as mistake:
        st.error(plain(str(mistake)), icon=":material/error:")


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
