"""Move a lever, see the crossing move, and why."""

from __future__ import annotations

from html import escape
from time import monotonic
from typing import Any

import streamlit as st

from simkit.present import board_charts
from simkit.present.board import REFERENCE, SCENARIO, board_figures, board_headline, board_source, crossed_rows, results
from simkit.run import Ensemble
from simkit_app import levers, own_months, pins
from simkit_app.answers import Answer
from simkit_app.board import Board
from simkit_app.questions import SETTLED, Lived
from simkit_app.reasons import Below
from simkit_app.results import choices
from simkit_app.text import page_text, plain
from simkit_app.watching import Pace, watch


def page() -> None:
    """The board: one chart, one headline, the figures, and below them the reasons."""
    board: Board = st.session_state.board
    position, kept = board.position, board.kept
    lived = board.ask(
        "board", *(Lived(one, kept.seed) for one in dict.fromkeys([position.scenario, position.reference]))
    )
    with st.sidebar:
        levers.panel(board)
    _toolbar(board)
    picture = Picture(board, lived[0], lived[-1] if position.changed else None)
    picture.draw()
    watch([picture, Below(board, picture, lived[0], lived[-1] if position.changed else None)])


_WAITING = '<p class="simkit-headline" role="status">The first lives are being simulated …</p>'
_ROOM = '<div class="simkit-room"></div>'
"""Where a chart will be."""

_PATIENCE = 1.0
"""Seconds in which the picture of the last position stays, before it is said that another one is being simulated."""


class Picture:
    """Headline, charts and figures, drawn again in place whenever more is known.

    What was drawn of the position before stays until there is something of this one: clearing it would have the browser
    lay out the page once more while the first lives are waited for.

    Attributes:
        told: whether the page says something about this position.
    """

    def __init__(self, board: Board, own: Answer, reference: Answer | None) -> None:
        self._board = board
        self._own, self._reference = own, reference
        self._pace = Pace()
        self.told = False
        self._begun = monotonic()
        self._place = st.container()
        self._head: Any = None
        self._mistake = st.empty()
        if board.arriving:
            self._say(_WAITING)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            choices(board, board.position.scenario.parameters.expectation.metric)
            own_months.panel(board)
            with st.popover("What the words mean", icon=":material/menu_book:"):
                st.markdown(page_text("terms"))
        with st.container(key="pictures"):
            wide, narrow = st.columns([5, 3], gap="medium")
        self._slots = (wide.container(), narrow.container())
        self._charts: list[Any] = [slot.html(_ROOM) if board.arriving else None for slot in self._slots]
        self._figures: Any = None
        self._failed = False
        self._foot = st.container()

    @property
    def answers(self) -> list[Answer]:
        """What it waits for."""
        return [answer for answer in (self._own, self._reference) if answer is not None]

    def draw(self) -> bool:
        """Draw what is known now, if there is enough more than was drawn; whether there was."""
        own: Ensemble | None = self._own.value
        for error in {answer.error for answer in self.answers if answer.error}:
            self._fail(error)
        reference: Ensemble | None = None if self._reference is None else self._reference.value
        waiting = self._reference is not None and reference is None
        complete = all(answer.complete for answer in self.answers)
        if own is None or not self._pace.enough(0 if waiting else len(own), complete):
            if not self.told and self._head is None and monotonic() > self._begun + _PATIENCE:
                self._say(_WAITING)
            return False
        self.told = True
        kept = self._board.kept
        metric = kept.metric or own.scenario.parameters.expectation.metric
        shown = results(own, reference, own_months.comparable(self._board), metric, kept.cumulative)
        headline = board_headline(own, reference)
        said = f"{shown.title}, month by month, with the expected line; the headline says when lives cross it"
        self._chart(0, shown.rows, board_charts.results_spec(shown.names, shown.title, own.months), said)
        inside = own_months.inside(self._board, own)
        self._say(_head(own, headline, complete, inside))
        sides = (SCENARIO,) if reference is None else (REFERENCE, SCENARIO)
        said = "Share of lives that have crossed the expected line, month by month"
        self._chart(1, crossed_rows(own, reference), board_charts.crossed_spec(sides, own.months), said)
        figures = _figures(own, reference)
        self._figures = (self._figures or self._foot).html(figures)
        return True

    def _fail(self, error: str) -> None:
        """Say once why there is no picture, and let it be tried again."""
        if not self._failed:
            self._failed = self.told = True
            self._say('<p class="simkit-headline" role="status">This scenario cannot be simulated.</p>')
            with self._mistake.container():
                st.error(plain(error), icon=":material/error:")
                st.button("Try again", icon=":material/refresh:", on_click=self._board.again, args=("board",))

    def _say(self, head: str) -> None:
        self._head = (self._head or self._place).html(head)

    def _chart(self, place: int, rows: Any, spec: dict[str, Any], alt: str) -> None:
        target = self._charts[place] or self._slots[place]
        self._charts[place] = target.vega_lite_chart(rows, spec, alt=alt, height=500)


def _toolbar(board: Board) -> None:
    """Whose board it is, and the way back and forth."""
    position = board.position
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{plain(position.scenario.title or position.scenario.name)}**", width="stretch")
        history = board.history
        st.button(
            "Undo", icon=":material/undo:", on_click=_walk, args=("undo",), disabled=not history.past, shortcut="Ctrl+Z"
        )
        st.button(
            "Redo",
            icon=":material/redo:",
            on_click=_walk,
            args=("redo",),
            disabled=not history.future,
            shortcut="Ctrl+Y",
        )
        st.button(
            "Reset", icon=":material/restart_alt:", on_click=_walk, args=("reset",), disabled=not position.changed
        )
        st.button("Pin", icon=":material/push_pin:", on_click=pins.pin_present, help="Put it aside on the page Compare")


def _walk(step: str) -> None:
    board: Board = st.session_state.board
    board.history = getattr(board.history, step)()


def _head(own: Ensemble, headline: str, complete: bool, inside: str) -> str:
    early = '<span class="simkit-early">early picture</span>' if len(own) < SETTLED else ""
    more = "" if complete or early else " More lives are being added."
    return (
        f'<p class="simkit-headline" aria-live="polite" data-lives="{len(own)}" data-scenario="{own.scenario.hash}">'
        f"{escape(headline)}</p>"
        f'<p class="simkit-source">{early}{escape(board_source(own))}{more} {escape(inside)}</p>'
    )


def _figures(own: Ensemble, reference: Ensemble | None) -> str:
    said = {True: "better than the reference", False: "worse than the reference", None: "no sure difference"}
    cards = []
    for figure in board_figures(own, reference):
        difference = ""
        if figure.difference:
            side = said[figure.better]
            difference = (
                f'<div class="difference {side.split()[0]}">{escape(figure.difference)}<br>{said[figure.better]}</div>'
            )
        cards.append(
            f'<div class="simkit-figure" title="{escape(figure.meaning, quote=True)}">'
            f'<div class="name">{escape(figure.name)}</div><div class="value">{escape(figure.value)}</div>'
            f'<div class="known">{escape(figure.known)}</div>{difference}</div>'
        )
    note = f'<p class="simkit-note">{_NOTE}</p>' if any('class="difference' in card for card in cards) else ""
    return f'<div class="simkit-figures">{"".join(cards)}</div>{note}'


_NOTE = (
    "Differences from the reference are paired, life by life with the same luck; in brackets the 95 % interval of each "
    "by itself. 'Better' and 'worse' are said where a difference stands when these five are looked at together (Holm's "
    "correction, 5 %). The page Compare looks at more of them at once, so it may be less sure of the same one."
)
