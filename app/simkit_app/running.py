"""Something long that a visitor asks for: run, watch it, cancel it, and find it done after a look elsewhere."""

from __future__ import annotations

from typing import Any

import streamlit as st

from simkit_app.answers import Question
from simkit_app.board import Board, answers
from simkit_app.watching import Waiting, watch


def outcome_of(board: Board, purpose: str, question: Question, label: str, doing: str) -> tuple[Any, Any] | None:
    """The buttons, progress where it is under way, and in the end what was asked last, with its answer.

    Of what was cancelled it is what was known by then.

    Args:
        board: of the visitor.
        purpose: that the question serves; one is under way for each.
        question: what pressing the button asks.
        label: of the button.
        doing: what is being done, in words.
    """
    slot = st.container(horizontal=True, vertical_alignment="center")
    last = board.running.get(purpose)
    answer = board.ask(purpose, last)[0] if last is not None else None
    under_way = answer is not None and not (answer.complete or answer.error)
    with slot:
        st.button(label, type="primary", icon=":material/play_arrow:", on_click=_run, args=(purpose, question))
        st.button(
            "Cancel",
            key=f"cancel {purpose}",
            icon=":material/stop:",
            on_click=cancel,
            args=(board, purpose),
            disabled=not under_way,
        )
    if last is None and purpose in board.stopped:
        last, answer = board.stopped[purpose]
        answer = answer if answer.value is not None else None
    if last is None or answer is None:
        return None
    if last != question:
        st.info("What is shown belongs to other settings or another scenario: run it again.")
    if not answer.complete and purpose not in board.stopped:
        watch([Waiting(answer, doing)])
        if not answer.error:
            st.rerun()
        return None
    return last, answer.value


def _run(purpose: str, question: Question) -> None:
    board: Board = st.session_state.board
    board.again(purpose)
    board.stopped.pop(purpose, None)
    board.running[purpose] = question


def cancel(board: Board, purpose: str) -> None:
    """What is done stays; running it again goes on from there."""
    question = board.running.pop(purpose, None)
    if question is not None:
        board.stopped[purpose] = (question, board.ask(purpose, question)[0])
    answers().cancel(board.id, purpose)
