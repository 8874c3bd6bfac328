"""What a company has seen so far, beside what is simulated: loaded from a file, kept in memory, gone when told so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import streamlit as st

from simkit.errors import ObservedError, SimkitError
from simkit.observed import Observed, load_observed
from simkit.present.coverage import coverage
from simkit.present.figures import per_cent
from simkit.run import Ensemble
from simkit.scenarios import Scenario
from simkit_app.board import Board
from simkit_app.text import plain

LARGEST = 1_000_000
"""Bytes; a hundred times a table of ten years by channel."""


def panel(board: Board) -> None:
    """Load a table, or say which one is shown and take it away."""
    seen = board.kept.observed
    with st.popover("Your months", icon=":material/upload_file:"):
        if seen is not None:
            st.markdown(f"Shown: **{plain(Path(seen.source).name)}**, {', '.join(seen.metrics)}.")
            st.button("Take them away", icon=":material/delete:", on_click=forget)
        st.markdown(
            "A CSV or Excel file with a column `month` (1, 2, … or 2026-01, …) and columns such as `leads`, "
            "`customers` or `margin`. It stays on this machine."
        )
        st.file_uploader("Months your company has seen", ["csv", "xlsx"], key="own months", on_change=_load)
        if mistake := st.session_state.get("own months mistake"):
            st.error(plain(mistake), icon=":material/error:")


def inside(board: Board, own: Ensemble) -> str:
    """How many of the observed months lie inside the band, in words; '' without any."""
    if board.kept.observed is None:
        return ""
    parts = [
        f"{entry.inside} of {entry.months} observed months of {entry.metric} lie inside the 5 to 95 % band of lives "
        f"({per_cent(entry.inside / entry.months)})"
        for entry in coverage(own, board.kept.observed)
        if entry.months
    ]
    return f"{'; '.join(parts)}." if parts else "None of the observed months can be compared with this scenario."


def read(name: str, content: bytes, columns: Mapping[str, str] | None = None) -> Observed:
    """A table as it was uploaded.

    Args:
        name: of the file.
        content: its bytes.
        columns: what is in a column whose name does not say it.

    Raises:
        ObservedError: it is too large, or no such table; the message names row and column.
    """
    if len(content) > LARGEST:
        raise ObservedError(
            f"is larger than {LARGEST // 1_000_000} MB", field=name, hint="Leave out what is not a month."
        )
    with TemporaryDirectory() as folder:
        file = Path(folder) / (Path(name).name or "months.csv")
        file.write_bytes(content)
        try:
            found = load_observed(file, columns=columns)
        except ObservedError as mistake:
            said = (mistake.field or "").replace(f"{folder}/", "")
            raise ObservedError(mistake.message, field=said, value=mistake.value, hint=mistake.hint) from None
    return replace(found, source=file.name)


def accepted(name: str, content: bytes, scenario: Scenario, columns: Mapping[str, str] | None = None) -> Observed:
    """A table as it was uploaded, in the currency of a scenario.

    Raises:
        ObservedError: as `read`, or it is in another currency.
    """
    found = read(name, content, columns)
    found.check_currency(scenario.parameters.company.currency)
    return found


def _load() -> None:
    board: Board = st.session_state.board
    uploaded = st.session_state["own months"]
    st.session_state["own months mistake"] = ""
    if uploaded is None:
        return
    try:
        board.keep(observed=accepted(uploaded.name, uploaded.getvalue(), board.position.scenario))
    except SimkitError as mistake:
        st.session_state["own months mistake"] = str(mistake)


def forget() -> None:
    """Nothing was seen."""
    board: Board = st.session_state.board
    board.keep(observed=None)
