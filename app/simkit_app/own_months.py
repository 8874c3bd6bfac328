"""What a company has seen so far, beside what is simulated: loaded from a file, kept in memory, gone when told so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from simkit.errors import ObservedError, SimkitError
from simkit.observed import Observed, load_observed
from simkit.present.coverage import coverage
from simkit.present.figures import per_cent
from simkit.run import Ensemble
from simkit.scenarios import Scenario
from simkit_app.board import Board, answers
from simkit_app.text import plain

LARGEST = 1_000_000
"""Bytes; ten times a table of ten years by channel."""
TYPES = ("csv", "xlsx", "xlsm")
FIT, ADVICE = "fit", "advice"
"""What is asked for about somebody's months."""


def panel(board: Board) -> None:
    """Load a table, or say which one is shown and take it away."""
    seen = board.kept.observed
    with st.popover("Your months", icon=":material/upload_file:"):
        if seen is not None:
            there = comparable(board)
            metrics = ", ".join(there.metrics) if there else "of which nothing can be compared"
            st.markdown(f"Shown: **{plain(Path(seen.source).name)}**, {metrics}.")
            st.button("Take them away", icon=":material/delete:", on_click=forget)
        st.markdown(
            "A CSV or Excel file with a column `month` (1, 2, … or 2026-01, …) and columns such as `leads`, "
            "`customers` or `margin`. It stays on this machine. With other names or several sheets: page *Your data*."
        )
        st.file_uploader("Months your company has seen", TYPES, key="own months", on_change=_load, max_upload_size=1)
        if mistake := st.session_state.get("own months mistake"):
            st.error(plain(mistake), icon=":material/error:")


def inside(board: Board, own: Ensemble) -> str:
    """How many of the observed months lie inside the band, in words; '' without any."""
    seen, there = board.kept.observed, comparable(board)
    if seen is None:
        return ""
    parts = [
        f"{entry.inside} of {entry.months} observed months of {entry.metric} lie inside the 5 to 95 % band of lives "
        f"({per_cent(entry.inside / entry.months)})"
        for entry in (coverage(own, there) if there else ())
        if entry.months
    ]
    said = f"{'; '.join(parts)}." if parts else "None of the observed months can be compared with this scenario."
    ours = own.scenario.parameters.company.currency
    if seen.in_currency(ours):
        return said
    return f"{said} Observed amounts are in {seen.currency}, this scenario in {ours}: see the page Your data."


def comparable(board: Board) -> Observed | None:
    """What was seen, without amounts of money where these are in another currency than the scenario's."""
    seen = board.kept.observed
    if seen is None or seen.in_currency(board.position.scenario.parameters.company.currency):
        return seen
    return seen.counts()


def read(name: str, content: bytes, columns: Mapping[str, str] | None = None, sheet: str | None = None) -> Observed:
    """A table as it was uploaded.

    Args:
        name: of the file.
        content: its bytes.
        columns: what is in a column whose name does not say it.
        sheet: of a workbook with several.

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
        there = f"{folder}/"
        try:
            found = load_observed(file, columns=columns, sheet=sheet)
        except ObservedError as mistake:
            field, hint = (said.replace(there, "") for said in (mistake.field or "", mistake.hint))
            raise ObservedError(mistake.message, field=field, value=mistake.value, hint=hint) from None
    seen = tuple(replace(one, place=one.place.replace(there, "")) for one in found.observations)
    return replace(found, observations=seen, source=file.name)


def accepted(
    name: str,
    content: bytes,
    scenario: Scenario,
    columns: Mapping[str, str] | None = None,
    sheet: str | None = None,
) -> Observed:
    """A table as it was uploaded, in the currency of a scenario.

    Raises:
        ObservedError: as `read`, or it is in another currency.
    """
    found = read(name, content, columns, sheet)
    try:
        found.check_currency(scenario.parameters.company.currency)
    except ObservedError as mistake:
        hint = "The page Your data takes them, and asks how to go on."
        raise ObservedError(mistake.message, field=mistake.field, hint=hint) from None
    return found


def keep(seen: Observed) -> None:
    """These months were seen; the file that they came in is not kept."""
    board: Board = st.session_state.board
    board.keep(observed=seen)
    _drop_files()


def forget() -> None:
    """Nothing was seen, and nobody knows what was made of it."""
    board: Board = st.session_state.board
    for purpose in (FIT, ADVICE):
        answers().drop(board.id, purpose)
    board.fitting, board.weighing = None, False
    board.keep(observed=None)
    _drop_files()


def _drop_files() -> None:
    """The server keeps no file of this session; Streamlit would do so until the visitor has gone."""
    if (context := get_script_run_ctx()) is not None:
        context.uploaded_file_mgr.remove_session_files(context.session_id)


def _load() -> None:
    board: Board = st.session_state.board
    uploaded = st.session_state["own months"]
    st.session_state["own months mistake"] = ""
    if uploaded is None:
        return
    try:
        keep(accepted(uploaded.name, uploaded.getvalue(), board.position.scenario))
    except SimkitError as mistake:
        st.session_state["own months mistake"] = str(mistake)
