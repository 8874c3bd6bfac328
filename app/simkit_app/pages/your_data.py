"""A company's own months: what they say about it, what is to come, and whether to wait."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import streamlit as st

from simkit.errors import SimkitError
from simkit.experiments.calibrate import Fit
from simkit.experiments.decide import LIVES, Advice
from simkit.experiments.doubts import unsure
from simkit.experiments.prior import KEPT, SIMULATIONS
from simkit.observed import METRICS, Observed, table_columns
from simkit.present import board_charts
from simkit.present.advice import advice_rows, advice_sentences, review_rows
from simkit.present.board import SCENARIO, crossed_rows, results
from simkit.present.coverage import coverage, remarks
from simkit.present.figures import metric_name
from simkit.present.fit_table import fit_rows, fit_sentences, value_name
from simkit.present.headline import headline
from simkit_app.board import Board, answers
from simkit_app.files import to_save
from simkit_app.history import Position
from simkit_app.own_months import accepted, forget
from simkit_app.questions import Fitted, Weighed
from simkit_app.text import plain
from simkit_app.watching import Waiting, watch

QUICK = 4 * KEPT
_MEANINGS = ("ignore", "month", *METRICS, "metric", "value", "channel", "part_month", "currency")
_FIT, _ADVICE = "fit", "advice"


def page() -> None:
    """Upload, check, fit, look, decide."""
    board: Board = st.session_state.board
    st.title("Your own months: wait or stop?", anchor=False)
    seen = board.kept.observed
    if seen is None:
        _upload(board)
        return
    _checked(board, seen)
    _fit(board, seen)


def _upload(board: Board) -> None:
    st.markdown(
        "A table of the months that your company has seen, as CSV or Excel: a column with the month (1, 2, … or "
        "2026-01, …) and columns such as leads, qualified leads, customers or margin. It stays on this machine, and "
        "goes when you say so. Formulas are not run."
    )
    uploaded = st.file_uploader("Months your company has seen", ["csv", "xlsx"], key="your months")
    if uploaded is None:
        return
    content = uploaded.getvalue()
    try:
        names = table_columns(content, uploaded.name)
    except SimkitError as mistake:
        st.error(plain(str(mistake)), icon=":material/error:")
        return
    meanings: dict[str, str] = {}
    if any(meaning is None for meaning in names.values()):
        st.markdown("Say what the columns are whose names do not tell.")
        with st.container(horizontal=True):
            for name, meaning in names.items():
                if meaning is None:
                    meanings[name] = st.selectbox(plain(name), _MEANINGS, key=f"column {name}", width=190)
    try:
        found = accepted(uploaded.name, content, board.position.scenario, meanings)
    except SimkitError as mistake:
        st.error(plain(str(mistake)), icon=":material/error:")
        return
    board.keep(observed=found)
    st.rerun()


def _checked(board: Board, seen: Observed) -> None:
    """What was read, and the way to be rid of it."""
    with st.container(horizontal=True, vertical_alignment="center"):
        part = (
            f" Not seen in full, and left out: {', '.join(map(seen.label, seen.part_months))}."
            if seen.part_months
            else ""
        )
        metrics = ", ".join(map(metric_name, seen.metrics))
        st.markdown(
            f"**{plain(Path(seen.source).name)}**: {seen.months} months of {metrics}.{plain(part)}", width="stretch"
        )
        st.button("Remove them", icon=":material/delete:", on_click=_take_away)
    with st.expander("The months as they were read"):
        months = {seen.label(month): month for month in range(1, seen.months + 1)}
        table = {"month": list(months), **{metric: seen.monthly(metric)[1].tolist() for metric in seen.metrics}}
        st.dataframe(table, hide_index=True)


def _fit(board: Board, seen: Observed) -> None:
    scenario = unsure(board.position.scenario)
    ranges = dict(scenario.ranges)
    with st.expander(f"What is taken as unknown: {len(ranges)} values" if ranges else "What is taken as unknown"):
        st.markdown(
            "Of the scenario on the board these values are not known for sure; your months may tell. A scenario file "
            "may name others: `path = { low = …, mode = …, high = … }`."
        )
        rows = [
            {"value": value_name(path), "from": one.low, "most likely": one.mode, "to": one.high}
            for path, one in ranges.items()
        ]
        st.dataframe(rows, hide_index=True)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        lives = st.segmented_control(
            "How thoroughly",
            [QUICK, SIMULATIONS],
            default=SIMULATIONS,
            required=True,
            key="fit lives",
            format_func=lambda n: f"{'Quickly' if n == QUICK else 'Thoroughly'}: {n:,} lives",
        )
        asked = Fitted(scenario, seen, board.kept.seed, int(lives))
        under_way = board.fitting == asked
        st.button(
            "Fit", type="primary", icon=":material/play_arrow:", on_click=_begin, args=(asked,), disabled=under_way
        )
        st.button("Cancel", icon=":material/stop:", on_click=_cancel, disabled=board.fitting is None)
    if board.fitting is None:
        st.markdown("The fit takes a minute or three; you may go on with the board meanwhile.")
        return
    if board.fitting != asked:
        st.info("What is shown belongs to other months, another scenario or another thoroughness: fit again.")
    (answer,) = board.ask(_FIT, board.fitting)
    if answer.error or answer.value is None:
        watch([Waiting(answer, "Living what is believed about your company …")])
        if not answer.error:
            st.rerun()
        return
    _found(board, board.fitting, answer.value)


def _found(board: Board, asked: Fitted, fit: Fit) -> None:
    first, rests, *doubts = fit_sentences(fit)
    st.subheader("What your months tell", anchor=False)
    st.markdown(f"**{plain(first)}** {plain(rests)}")
    for doubt in doubts:
        st.warning(plain(doubt), icon=":material/warning:")
    st.dataframe(fit_rows(fit), hide_index=True, column_config={"value": st.column_config.Column(width="large")})
    inside = [
        f"{entry.inside} of {entry.months} months of {metric_name(entry.metric)} lie inside the 5 to 95 % band of "
        "these lives"
        for entry in coverage(fit.alike, fit.observed)
        if entry.months
    ]
    st.caption(plain(". ".join([*inside, *remarks(fit.alike, fit.observed)])))
    _files(board, fit)
    if fit.observed.months >= fit.prior.months:
        st.info("Your months go to the horizon of the scenario: there is nothing to forecast. Give it a later horizon.")
        return
    st.subheader("What is to come", anchor=False)
    st.markdown(plain(headline(fit.lives)[0]))
    shown = results(fit.lives, None, fit.observed)
    wide, narrow = st.columns([5, 3], gap="medium")
    spec = board_charts.results_spec(shown.names, shown.title, fit.lives.months)
    wide.vega_lite_chart(shown.rows, spec, alt=f"{shown.title} as observed and as forecast", height=460)
    spec = board_charts.crossed_spec((SCENARIO,), fit.lives.months)
    narrow.vega_lite_chart(
        crossed_rows(fit.lives), spec, alt="Chance to have crossed the expected line, month by month", height=460
    )
    st.subheader("Wait or stop", anchor=False)
    if not board.weighing:
        st.markdown(
            "Each decision is lived again in the lives that look most like your company: about 4,000 lives, some "
            "minutes."
        )
        st.button("Weigh the decisions", type="primary", icon=":material/balance:", on_click=_weigh)
        return
    (answer,) = board.ask(_ADVICE, Weighed(asked, LIVES, fit))
    if answer.error or answer.value is None:
        watch([Waiting(answer, "Living each decision …")])
        if not answer.error:
            st.rerun()
        return
    _advice(answer.value)


def _advice(advice: Advice) -> None:
    first, *others = advice_sentences(advice)
    st.markdown(f"**{plain(first)}**")
    st.markdown(plain(" ".join(others)))
    rows = advice_rows(advice)
    spec = board_charts.gain_spec(advice.fit.prior.scenario.parameters.company.currency, len(rows))
    st.vega_lite_chart(rows, spec, alt="What each decision is worth above holding", height=40 * len(rows) + 110)
    st.markdown("At each review, past and to come:")
    st.dataframe(review_rows(advice), hide_index=True)


def _files(board: Board, fit: Fit) -> None:
    title = f"{board.position.scenario.title or board.position.scenario.name}, fitted"
    (file,) = to_save({title: fit.scenario}).values()
    with st.container(horizontal=True):
        st.button("Open on the board", type="primary", icon=":material/tune:", on_click=_open, args=(fit, title))
        st.download_button(
            "Fitted company", file.content, file.name, file.mime, icon=":material/folder_zip:", on_click="ignore"
        )
        st.download_button(
            "What was learned (CSV)",
            lambda: fit.parameters.to_csv(index=False),
            f"{file.stem}-learned.csv",
            "text/csv",
            icon=":material/table:",
            on_click="ignore",
        )
        if fit.observed.months < fit.prior.months:
            st.download_button(
                "Forecast (CSV)",
                lambda: fit.lives.monthly.merge(fit.lives.outcomes[["replication", "weight"]]).to_csv(index=False),
                f"{file.stem}-forecast.csv",
                "text/csv",
                icon=":material/table:",
                on_click="ignore",
            )


def _begin(asked: Fitted) -> None:
    board: Board = st.session_state.board
    answers().cancel(board.id, _FIT)  # so that what failed is tried again
    board.fitting, board.weighing = asked, False


def _cancel() -> None:
    """What is done stays; fitting again goes on from there."""
    board: Board = st.session_state.board
    answers().cancel(board.id, _FIT)
    answers().cancel(board.id, _ADVICE)
    board.fitting, board.weighing = None, False


def _take_away() -> None:
    _cancel()
    forget()


def _weigh() -> None:
    board: Board = st.session_state.board
    board.weighing = True


def _open(fit: Fit, title: str) -> None:
    """Look at the fitted company on the board."""
    board: Board = st.session_state.board
    fitted = replace(fit.scenario, title=title)
    board.history = board.history.move(Position(fitted, fitted))
    st.session_state["go"] = True
