"""Up to eight scenarios side by side, pinned from the board, from the library or from files."""

from __future__ import annotations

from dataclasses import replace
from html import escape
from typing import Any

import streamlit as st

import simkit
from simkit.errors import SimkitError
from simkit.present.board import SCENARIO
from simkit.present.board_compare import not_compared
from simkit.present.board_details import changes_in_words
from simkit_app import levers, pages, pins
from simkit_app.board import Board, shipped
from simkit_app.comparison import Together
from simkit_app.files import File, read, to_save
from simkit_app.history import Position
from simkit_app.questions import Lived
from simkit_app.results import choices
from simkit_app.text import plain
from simkit_app.watching import watch

_EXAMPLE = ("siloed", "integrated")


def page() -> None:
    """Charts and figures of what is pinned; in the sidebar what is pinned, and how to pin more."""
    board: Board = st.session_state.board
    with st.sidebar:
        _pinned(board)
        _more(board)
    st.title("Compare", anchor=False)
    pinned = board.kept.pins
    lived = dict.fromkeys(pin.scenario for pin in pinned)
    answers = dict(zip(lived, board.ask("compare", *(Lived(one, board.kept.seed) for one in lived)), strict=True))
    if not pinned:
        _nothing()
        return
    with st.container():  # there also when empty: what comes below keeps its place, and is redrawn in it
        for said in not_compared({pin.name: pin.scenario for pin in pinned}):
            st.warning(plain(said), icon=":material/balance:")
    expected = pinned[0].scenario.parameters.expectation.metric
    with st.container(horizontal=True):
        choices(board, expected)
    metric = board.kept.metric or expected
    together = Together({pin.name: answers[pin.scenario] for pin in pinned}, metric, board.kept.cumulative)
    together.draw()
    watch([together])


def _nothing() -> None:
    """What the page is for, and two ways to begin."""
    st.markdown(
        "Put scenarios side by side: **pin** what the board shows, stories from the library, or files that somebody "
        f"sent you, {pins.MOST} at most. They meet the same luck, so what differs between them is what you changed."
    )
    with st.container(horizontal=True):
        st.button("Pin what the board shows", icon=":material/push_pin:", type="primary", on_click=pins.pin_present)
        titles = [shipped(name).title for name in _EXAMPLE]
        st.button(f"See an example: {' and '.join(titles)}", key="example", on_click=_example)


def _example() -> None:
    for name in _EXAMPLE:
        _pin_story(name)


def _pinned(board: Board) -> None:
    """What is pinned, each with its name and what can be done with it."""
    pinned = board.kept.pins
    if not pinned:
        return
    st.subheader("Pinned", anchor=False)
    saved = to_save({pin.name: pin.scenario for pin in pinned})
    for place, pin in enumerate(pinned):
        with st.container(border=True, gap="small"):
            key = f"pin name {place}"
            levers.derive(key, pin.name)
            label = "Reference: the others are compared with it" if place == 0 else f"Scenario {place + 1}"
            st.text_input(label, key=key, max_chars=pins.LONGEST_NAME, on_change=_rename, args=(place, key))
            story = pin.scenario.story
            st.html(f'<p class="simkit-source" title="{escape(story, quote=True)}">{escape(_short(story))}</p>')
            if place > 0:
                differs = changes_in_words(pinned[0].scenario, pin.scenario)
                said = f"Against the reference: {differs}." if differs else "It runs exactly like the reference."
                st.html(f'<p class="simkit-source">{escape(said)}</p>')
            _buttons(board, place, saved[pin.name])


def _buttons(board: Board, place: int, file: File) -> None:
    with st.container(horizontal=True, gap="small"):
        if st.button(
            "Open", key=f"pin open {place}", type="tertiary", icon=":material/tune:", help="Show it on the board"
        ):
            _open(board, place)
            pages.to_the_board()
        if place > 0:
            st.button(
                "Reference",
                key=f"pin lead {place}",
                type="tertiary",
                icon=":material/flag:",
                on_click=_arrange,
                args=(pins.led_by, place),
                help="Make it the reference: compare the others with it",
            )
        st.download_button(
            "Save",
            file.content,
            file.name,
            file.mime,
            key=f"pin save {place}",
            type="tertiary",
            icon=":material/download:",
            on_click="ignore",
            help=f"{file.name}, complete. The command line runs it with the same figures.",
        )
        st.button(
            "Remove",
            key=f"pin remove {place}",
            type="tertiary",
            icon=":material/close:",
            on_click=_arrange,
            args=(pins.removed, place),
        )


def _more(board: Board) -> None:
    """Ways to pin one more."""
    st.subheader("Add a scenario", anchor=False)
    if len(board.kept.pins) >= pins.MOST:
        st.caption(f"{pins.MOST} are pinned, as many as can be compared. Remove one to add another.")
        return
    st.button("What the board shows", key="add present", icon=":material/push_pin:", on_click=pins.pin_present)
    name = st.selectbox(
        "A story from the library", simkit.shipped_scenarios(), format_func=lambda n: shipped(n).title, key="library"
    )
    st.caption(shipped(name).story)
    st.caption(f"**What it shows.** {shipped(name).lesson}")
    st.button("Pin this story", key="add story", icon=":material/push_pin:", on_click=_pin_story, args=(name,))
    count = st.session_state.setdefault("uploads", 0)
    key = f"upload {count}"
    st.file_uploader("A scenario file", ["toml", "zip"], key=key, on_change=_upload, args=(key,))
    if mistake := st.session_state.get("upload mistake"):
        st.error(plain(mistake), icon=":material/error:")


def _pin_story(name: str) -> None:
    story = shipped(name)
    pins.pin(story.title, story)


def _upload(key: str) -> None:
    """Pin what was chosen, and have the next file chosen by an empty field; or say what is wrong with it."""
    file = st.session_state[key]
    st.session_state["upload mistake"] = ""
    if file is None:
        return
    try:
        scenario = read(file.name, file.getvalue())
    except SimkitError as mistake:
        st.session_state["upload mistake"] = f"{file.name[:80]} cannot be used. {mistake}"
    else:
        pins.pin(scenario.title or scenario.name, scenario)
        st.session_state["uploads"] += 1


def _rename(place: int, key: str) -> None:
    board: Board = st.session_state.board
    board.keep(pins=pins.renamed(board.kept.pins, place, st.session_state[key]))


def _arrange(change: Any, place: int) -> None:
    board: Board = st.session_state.board
    board.keep(pins=change(board.kept.pins, place))


def _open(board: Board, place: int) -> None:
    """Show a pinned scenario on the board beside the reference of the comparison, if the two can be compared."""
    first, chosen = (replace(pin.scenario, title=pin.name) for pin in (board.kept.pins[0], board.kept.pins[place]))
    unlike = not_compared({"reference": first, SCENARIO: chosen})
    board.history = board.history.move(Position(chosen if unlike else first, chosen))


def _short(story: str, most: int = 90) -> str:
    """The beginning of a story, up to a word's end."""
    return story if len(story) <= most else f"{story[:most].rpartition(' ')[0]} …"
