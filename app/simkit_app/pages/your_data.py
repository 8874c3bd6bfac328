"""A company's own months: what they say about it, what is to come, and whether to wait."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import streamlit as st

from simkit.errors import RunError
from simkit.experiments.calibrate import LEAST_MONTHS, Fit, full_months
from simkit.experiments.condition import RESULTS
from simkit.experiments.decide import LIVES, Advice
from simkit.experiments.doubts import unsure
from simkit.experiments.prior import KEPT, SIMULATIONS
from simkit.observed import Observed
from simkit.present import board_charts
from simkit.present.advice import advice_rows, advice_sentences, decision_rows, review_rows
from simkit.present.board import SCENARIO, crossed_rows, results
from simkit.present.coverage import remarks
from simkit.present.figures import metric_name, per_cent
from simkit.present.fit_files import fit_files
from simkit.present.fit_months import check_rows, check_sentence, forecast_rows
from simkit.present.fit_table import fit_rows, fit_sentences
from simkit.present.headline import headline
from simkit_app import own_currency
from simkit_app.answers import Answer
from simkit_app.board import Board, answers
from simkit_app.deferred import until_fetched
from simkit_app.files import File, to_save
from simkit_app.history import Position
from simkit_app.own_months import ADVICE, FIT
from simkit_app.own_table import NAMES, checked, numbers, unknown, upload
from simkit_app.questions import Fitted, Found, Weighed
from simkit_app.text import plain
from simkit_app.watching import Waiting, watch

QUICK = 4 * KEPT
_FITTED = (
    "What is unknown about the scenario on the board comes from a table of draws, such as a fit leaves. To fit it to "
    "the same months again would count them twice: go back to the scenario before the fit (Undo on What if)."
)


def page() -> None:
    """Upload, check, fit, look, decide."""
    board: Board = st.session_state.board
    st.title("Your own months: wait or stop?", anchor=False)
    seen = board.kept.observed
    if seen is None:
        upload(board)
        return
    checked(board, seen)
    if not own_currency.differs(board, seen):
        _fit(board, seen)


def everything(file: File, found: Found, advice: Advice | None) -> bytes:
    """A ZIP file of the fitted company and all that was found."""
    packed = BytesIO(file.content())
    with ZipFile(packed, "a", ZIP_DEFLATED) as archive:
        for name, text in fit_files(found.fit, found.predictive, advice).items():
            archive.writestr(name, text)
    return packed.getvalue()


def _fit(board: Board, seen: Observed) -> None:
    scenario = unsure(board.position.scenario)
    if scenario.joint is not None:
        st.warning(_FITTED, icon=":material/warning:")
    ranges = dict(scenario.ranges)
    if ranges:
        unknown(ranges)
    if short := _unfit(seen, scenario.parameters.horizon_months):
        st.info(short, icon=":material/info:")
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
        answer = None if board.fitting is None else board.ask(FIT, board.fitting)[0]
        failed = answer is not None and answer.error is not None
        under_way = answer is not None and not (answer.complete or failed)
        st.button(
            "Fit",
            type="primary",
            icon=":material/play_arrow:",
            on_click=_begin,
            args=(asked,),
            disabled=(board.fitting == asked and not failed) or bool(short),
        )
        st.button(
            "Cancel",
            icon=":material/stop:",
            on_click=_cancel,
            disabled=not under_way,
            help="What was lived is kept for a while: Fit goes on from there.",
        )
    if board.fitting is None or answer is None:
        st.markdown("The fit takes a minute or three; you may go on with the board meanwhile.")
        return
    if board.fitting != asked and scenario.joint is None:
        st.info("What is shown belongs to other months, another scenario or another thoroughness: fit again.")
    if answer.error or answer.value is None:
        watch([Waiting(answer, "Living what is believed about your company …")])
        if not answer.error:
            st.rerun()
        return
    _found(board, board.fitting, answer.value)


def _unfit(seen: Observed, horizon: int) -> str:
    """Why these months cannot be fitted; '' if they can."""
    try:
        full = full_months(seen)
    except RunError:
        return f"Nothing in it can be compared with a simulation: add one of {', '.join(map(metric_name, RESULTS))}."
    if seen.months > horizon:
        return (
            f"Your months go to month {seen.months}, the scenario on the board to {horizon}: give it a later horizon."
        )
    if full >= LEAST_MONTHS:
        return ""
    return f"A fit needs at least {LEAST_MONTHS} months that were seen in full. Seen in full so far: {full}."


def _found(board: Board, asked: Fitted, found: Found) -> None:
    fit = found.fit
    first, rests, *doubts = fit_sentences(fit)
    st.subheader("What your months tell", anchor=False)
    st.markdown(f"**{plain(first)}** {plain(rests)}")
    for doubt in doubts:
        st.warning(plain(doubt), icon=":material/warning:")
    st.dataframe(fit_rows(fit), hide_index=True, column_config={"value": st.column_config.Column(width=NAMES)})
    ahead = fit.observed.months < fit.prior.months
    weighing = board.ask(ADVICE, Weighed(asked, LIVES, fit))[0] if board.weighing and ahead else None
    _files(board, found, weighing.value if weighing is not None else None)
    _check(found)
    if not ahead:
        st.info("Your months go to the horizon of the scenario: there is nothing to forecast. Give it a later horizon.")
        return
    _forecast(fit)
    st.subheader("Wait or stop", anchor=False)
    _weighing(weighing)


def _weighing(weighing: Answer | None) -> None:
    """Ask for the decisions to be weighed, wait for it, or say what came of it."""
    if weighing is not None and weighing.complete:
        _advice(weighing.value)
        return
    st.markdown(
        "Each decision is lived again in the lives that look most like your company, now and at each review: about "
        "6,000 lives, some minutes."
    )
    under_way = weighing is not None and not weighing.error
    # Both are always there: a button that took the other's place did not answer in a browser (why is not known).
    with st.container(horizontal=True):
        st.button(
            "Weigh the decisions",
            type="primary",
            icon=":material/balance:",
            on_click=_weigh,
            args=(True,),
            disabled=under_way,
        )
        st.button(
            "Cancel",
            key="cancel weighing",
            icon=":material/stop:",
            on_click=_weigh,
            args=(False,),
            disabled=not under_way,
        )
    if weighing is not None:
        watch([Waiting(weighing, "Living each decision …")])
        if not weighing.error:
            st.rerun()


def _check(found: Found) -> None:
    """Every observed month against new lives of the fitted company."""
    seen, rows = found.fit.observed, check_rows(found.predictive, found.fit.observed)
    st.subheader("Every month against the fitted company", anchor=False)
    st.markdown(plain(check_sentence(rows)))
    for remark in remarks(found.predictive, seen):
        st.caption(plain(remark))
    chart, table = st.columns([5, 3], gap="medium")
    metric = _metric([one for one in RESULTS if one in seen.metrics], "check metric", chart)
    shown = results(found.predictive, None, seen, metric)
    last = min(seen.months, found.predictive.months)
    spec = board_charts.results_spec(shown.names, shown.title, last)
    chart.vega_lite_chart(
        shown.rows[shown.rows["month"] <= last],
        spec,
        alt=f"{shown.title} as observed and in the fitted company",
        height=420,
    )
    columns = {"when": "month", "seen": "seen", "low": "9 in 10: from", "high": "to", "where": "lies"}
    of_metric = rows.loc[rows["metric"] == metric, list(columns)].rename(columns=columns)
    table.dataframe(of_metric, hide_index=True, column_config=numbers("seen", "9 in 10: from", "to"))


def _forecast(fit: Fit) -> None:
    """The months to come, with the chance to cross."""
    st.subheader("What is to come", anchor=False)
    st.markdown(plain(headline(fit.lives)[0]))
    rows = forecast_rows(fit)
    wide, narrow = st.columns([5, 3], gap="medium")
    expected_of = fit.scenario.parameters.expectation.metric
    metric = _metric(list(dict.fromkeys([expected_of, *rows["metric"]])), "forecast metric", wide)
    shown = results(fit.lives, None, fit.observed, metric)
    spec = board_charts.results_spec(shown.names, shown.title, fit.lives.months)
    wide.vega_lite_chart(shown.rows, spec, alt=f"{shown.title} as observed and as forecast", height=460)
    spec = board_charts.crossed_spec((SCENARIO,), fit.lives.months)
    narrow.vega_lite_chart(
        crossed_rows(fit.lives), spec, alt="Chance to have crossed the expected line, month by month", height=460
    )
    with st.expander("The months to come in figures"):
        of_metric = rows.loc[rows["metric"] == metric]
        share = {"crossed by then": of_metric["crossed"].map(per_cent)}
        columns = {"when": "month", "median": "half of lives", "low": "9 in 10: from", "high": "to"}
        table = of_metric[list(columns)].rename(columns=columns).assign(**share)
        st.dataframe(table, hide_index=True, column_config=numbers("half of lives", "9 in 10: from", "to"))


def _metric(known: list[str], key: str, place: Any) -> str:
    """Which of the metrics is shown."""
    if len(known) == 1:
        return known[0]
    chosen = place.segmented_control("Show", known, default=known[0], required=True, key=key, format_func=metric_name)
    return str(chosen)


def _advice(advice: Advice) -> None:
    first, *others = advice_sentences(advice)
    st.markdown(f"**{plain(first)}**")
    st.markdown(plain(" ".join(others)))
    rows = advice_rows(advice)
    spec = board_charts.gain_spec(advice.fit.prior.scenario.parameters.company.currency, len(rows))
    st.vega_lite_chart(rows, spec, alt="What each decision is worth above holding", height=40 * len(rows) + 110)
    st.markdown("At each review, past and to come, by what was known then or is known now:")
    st.dataframe(review_rows(advice), hide_index=True)
    with st.expander("Every decision at every review"):
        st.dataframe(decision_rows(advice), hide_index=True)


def _files(board: Board, found: Found, advice: Advice | None) -> None:
    title = f"{board.position.scenario.title or board.position.scenario.name}, fitted"
    (file,) = to_save({title: found.fit.scenario}).values()
    with st.container(horizontal=True):
        st.button("Open on the board", type="primary", icon=":material/tune:", on_click=_open, args=(found.fit, title))
        st.download_button(
            "Fitted company", file.content, file.name, file.mime, icon=":material/folder_zip:", on_click="ignore"
        )
        name, mime = f"{file.stem}-everything.zip", "application/zip"
        st.download_button(
            "Download everything",
            until_fetched(lambda: everything(file, found, advice), name, mime),
            name,
            mime,
            icon=":material/download:",
            help="The months as read, the fitted company, what was learned, the check, the forecast and, once they are "
            "weighed, the decisions: CSV and JSON, as `simkit calibrate` and `simkit decide` write them.",
            on_click="ignore",
        )


def _begin(asked: Fitted) -> None:
    board: Board = st.session_state.board
    for purpose in (FIT, ADVICE):  # so that what failed is tried again, and no other fit is kept
        answers().drop(board.id, purpose)
    board.fitting, board.weighing = asked, False


def _cancel() -> None:
    """What is done stays; fitting again goes on from there."""
    board: Board = st.session_state.board
    answers().cancel(board.id, FIT)
    board.fitting, board.weighing = None, False


def _weigh(wanted: bool) -> None:
    """Weigh the decisions, or stop doing so; the fit stays."""
    board: Board = st.session_state.board
    answers().drop(board.id, ADVICE)  # so that what failed is tried again
    board.weighing = wanted


def _open(fit: Fit, title: str) -> None:
    """Look at the fitted company on the board."""
    board: Board = st.session_state.board
    fitted = replace(fit.scenario, title=title)
    board.history = board.history.move(Position(fitted, fitted))
    st.session_state["go"] = True
