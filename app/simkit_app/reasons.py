"""Below the picture: why it differs, what to do next, what people did, where work waits, and what happens when."""

from __future__ import annotations

from collections.abc import Callable
from time import sleep
from typing import Any, Protocol

import streamlit as st

from simkit.experiments.comparison import comparable
from simkit.present import board_charts
from simkit.present.board import REFERENCE, SCENARIO
from simkit.present.board_details import (
    ACTIVITY,
    WORK,
    activity_rows,
    name_of,
    reason_rows,
    reason_sentence,
    step_change,
    step_effect,
    step_price,
    step_rows,
    work_rows,
)
from simkit.scenarios import Scenario
from simkit_app import levers, timeline
from simkit_app.answers import Answer, Question
from simkit_app.board import Board
from simkit_app.questions import Reasons, Steps
from simkit_app.text import plain
from simkit_app.watching import FLUSHED, Pace

_NOTHING_MOVED = "Move a lever: here you will see which change moves the crossing, and by how much."
_APART = (
    "Your scenario is asked another question than the reference: it looks at other months, or at another result. So no "
    "change can be said to move the crossing. Give both the same horizon and the same metric."
)
WHY, NEXT, ACTS, WAITS, WHEN = "Why", "What next", "Activity and results", "Where work waits", "Changes over time"


class Told(Protocol):
    """What says whether there is something of the present position on the page."""

    told: bool


class Below:
    """One section at a time, drawn again when more of it is known.

    Args:
        board: the visitor's.
        above: the picture; nothing is drawn here before it, for it is what a visitor waits for.
        own, reference: the lives that the picture shows; the reference is None where nothing was changed.
    """

    def __init__(self, board: Board, above: Told, own: Answer, reference: Answer | None) -> None:
        self._board, self._above = board, above
        self._lived = [answer for answer in (own, reference) if answer is not None]
        position, seed = board.position, board.kept.seed
        self.answers: list[Answer] = []
        self._seen = -1
        self._pace = Pace()
        self._slot: Any = None
        levers.derive("section", board.kept.section)
        chosen = st.segmented_control(
            "Look closer",
            [WHY, NEXT, ACTS, WAITS, WHEN],
            key="section",
            required=True,
            label_visibility="collapsed",
            on_change=_look,
        )
        self._drawn = (chosen, position)
        # The many lives of the next steps are for those who ask; once asked, they go on while something else is shown.
        if chosen == NEXT:
            board.stepped = position.scenario
        explained = position.changed and _same_question(position.reference, position.scenario)
        questions: list[Question] = [Reasons(position.reference, position.scenario, seed)] if explained else []
        if board.stepped == position.scenario:
            questions.append(Steps(position.scenario, seed))
        asked = board.ask("reasons", *questions)
        self._draw: Callable[[], None] = {
            WHY: self._why,
            NEXT: self._next,
            ACTS: self._activity,
            WAITS: self._work,
            WHEN: self._when,
        }[chosen or WHY]
        if chosen == WHY and explained:
            self.answers = asked[:1]
        elif chosen == NEXT:
            self.answers = asked[-1:]
        self._container = st.container()

    def draw(self) -> bool:
        """Draw what is known now, if there is enough more than was drawn; whether there was."""
        if not self._above.told:
            return False
        if self.answers:
            version = sum(answer.version for answer in self.answers)
            more, self._seen = version != self._seen, version
        else:
            lives = min(answer.lives for answer in self._lived)
            more = self._pace.enough(lives, all(answer.complete for answer in self._lived)) or self._slot is None
        if more:
            self._draw()
        return more

    def _show(self) -> Any:
        """Where this section is drawn: always in the same place."""
        if self._slot is None:
            with self._container:
                self._slot = st.empty()
            if st.session_state.get("section drawn") != self._drawn:
                # What was there is another section's: left alone, it would stay under this one until the script ends.
                sleep(FLUSHED)
                st.session_state["section drawn"] = self._drawn
        return self._slot.container()

    def _progress(self, answer: Answer, doing: str) -> bool:
        """Say how far it is, or that it failed; whether there is nothing to draw yet."""
        if answer.error:
            with self._show():
                st.error(plain(answer.error), icon=":material/error:")
        elif answer.value is None:
            share = min(answer.done / answer.total, 1.0) if answer.total else 0.0
            with self._show():
                st.progress(share, doing if share else f"{doing} It waits for what is shown above.")
        return answer.value is None

    def _why(self) -> None:
        if not self.answers:
            with self._show():
                st.markdown(_APART if self._board.position.changed else _NOTHING_MOVED)
            return
        if self._progress(self.answers[0], "Living every mixture of your changes to see what each of them does …"):
            return
        rows = reason_rows(self.answers[0].value)
        sentence = reason_sentence(self.answers[0].value)
        with self._show():
            st.markdown(sentence)
            spec = board_charts.bars_spec("Months by which the mean crossing moves", len(rows))
            st.vega_lite_chart(rows, spec, alt=sentence, height=_bars_height(len(rows)))

    def _next(self) -> None:
        if self._progress(self.answers[0], "Trying each lever a step up and a step down …"):
            return
        steps = self.answers[0].value
        rows = step_rows(steps)
        with self._show():
            st.markdown(
                f"Of {steps.tried} single steps these bring the crossing nearest. Their figures come from "
                f"{steps.steps[0].lives} fresh lives that had no part in choosing them (seed {steps.seed})."
            )
            spec = board_charts.bars_spec("Months by which the mean crossing moves", len(rows))
            said = "Steps ranked by how far they move the crossing"
            st.vega_lite_chart(rows, spec, alt=said, height=_bars_height(len(rows)))
            currency = self._board.position.scenario.parameters.company.currency
            for i, step in enumerate(steps.steps):
                words, way = st.columns([6, 1], vertical_alignment="center")
                words.markdown(
                    f"**{name_of(step.path)}** {step_change(step)} · {step_effect(step)} · {step_price(step, currency)}"
                )
                way.button(
                    "Try it",
                    key=f"step {i} {step.path} {step.after}",
                    on_click=levers.set_values,
                    args=({step.path: step.after},),
                )

    def _activity(self) -> None:
        if (sides := self._sides()) is None:
            return
        rows = activity_rows(*sides)
        with self._show():
            st.markdown(
                "What people do, and what comes of it: the median life, month by month. Activity is not results."
                + (" Solid: your scenario. Dotted: the reference." if len(sides) > 1 else "")
            )
            with st.container(key="panels"):
                columns = st.columns(len(ACTIVITY))
            for column, panel in zip(columns, ACTIVITY.values(), strict=True):
                spec = board_charts.panel_spec(_names(sides), panel, sides[0].months)
                column.vega_lite_chart(rows[rows["panel"] == panel], spec, alt=f"{panel} by month", height=230)

    def _work(self) -> None:
        if (sides := self._sides()) is None:
            return
        rows = work_rows(*sides)
        with self._show():
            st.markdown(
                "Who is busy, and in whose queue the others wait: means over all months and lives. Where there is no "
                "bar there is nobody, or nothing was asked of them."
            )
            with st.container(key="work"):
                columns = st.columns(len(WORK))
            for column, (output, panel) in zip(columns, WORK.items(), strict=True):
                spec = board_charts.work_spec(_names(sides), panel, output == "utilisation")
                column.vega_lite_chart(rows[rows["panel"] == panel], spec, alt=f"{panel} by role", height=330)

    def _when(self) -> None:
        if self._slot is None:
            self._slot = self._container
            with self._container:
                timeline.panel(self._board)

    def _sides(self) -> tuple[Any, ...] | None:
        """The lives to show, when they are there."""
        lives = [answer.value for answer in self._lived]
        return None if any(one is None for one in lives) else tuple(lives)


def _same_question(reference: Scenario, scenario: Scenario) -> bool:
    return bool(comparable({REFERENCE: reference, SCENARIO: scenario}, (Reasons.outcome,)))


def _look() -> None:
    board: Board = st.session_state.board
    board.keep(section=st.session_state["section"])


def _bars_height(bars: int) -> int:
    """Of a chart of bars with its axis and legend, in pixels."""
    return board_charts.BAR * bars + 110


def _names(sides: tuple[Any, ...]) -> tuple[str, ...]:
    return (REFERENCE, SCENARIO) if len(sides) > 1 else (SCENARIO,)
