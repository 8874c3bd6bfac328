"""Scenarios that a visitor put aside to compare: up to eight, by names that are all different, the reference first."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from simkit.errors import ScenarioError
from simkit.present.board import EXPECTED
from simkit.scenarios import Scenario
from simkit_app.board import Board, Pin

MOST = 8
LONGEST_NAME = 60
_RESERVED = (EXPECTED,)
"""What else has a name in the charts."""


def added(pins: tuple[Pin, ...], name: str, scenario: Scenario) -> tuple[Pin, ...]:
    """The pins and one more; a name that is taken gets a number.

    Raises:
        ScenarioError: there are as many as can be compared.
    """
    if len(pins) >= MOST:
        hint = "Remove one on the page Compare."
        raise ScenarioError(f"{MOST} scenarios are pinned already, as many as can be compared", hint=hint)
    return (*pins, Pin(_free(name, [pin.name for pin in pins]), scenario))


def renamed(pins: tuple[Pin, ...], place: int, name: str) -> tuple[Pin, ...]:
    """The pins with another name for one of them; an empty name changes nothing."""
    others = [pin.name for i, pin in enumerate(pins) if i != place]
    if not name.strip():
        return pins
    return tuple(replace(pin, name=_free(name, others)) if i == place else pin for i, pin in enumerate(pins))


def removed(pins: tuple[Pin, ...], place: int) -> tuple[Pin, ...]:
    """The pins without one of them."""
    return tuple(pin for i, pin in enumerate(pins) if i != place)


def led_by(pins: tuple[Pin, ...], place: int) -> tuple[Pin, ...]:
    """The pins with one of them in front: the others are compared with it."""
    return (pins[place], *removed(pins, place))


def pin_present() -> None:
    """Put aside what the board shows, under its title."""
    board: Board = st.session_state.board
    scenario = board.position.scenario
    pin(scenario.title or scenario.name, scenario)


def pin(name: str, scenario: Scenario) -> None:
    """Put a scenario aside, and say so."""
    board: Board = st.session_state.board
    try:
        board.keep(pins=added(board.kept.pins, name, scenario))
    except ScenarioError as full:
        board.notice = str(full)
    else:
        pinned = len(board.kept.pins)
        st.toast(f"Pinned: {pinned} of at most {MOST} to compare.", icon=":material/push_pin:")


def _free(name: str, taken: list[str]) -> str:
    """A name of one line that nothing else has."""
    plain = " ".join(name.split())[:LONGEST_NAME].strip() or "scenario"
    known, free, number = {*taken, *_RESERVED}, plain, 1
    while free in known:
        number += 1
        free = f"{plain[: LONGEST_NAME - 4]} {number}"
    return free
