"""What is taken home: the debrief as a page and a deck, and what it rests on as tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import streamlit as st

from simkit.present.room_account import RoomAccount
from simkit.present.room_csv import months_csv, people_csv
from simkit.present.room_report import room_report
from simkit_app.board import Board
from simkit_app.room.played import played
from simkit_app.room.rooms import Standing
from simkit_app.room.service import service

_PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"


def files(board: Board, standing: Standing, account: RoomAccount) -> None:
    """A button a file; each is made when it is pressed."""
    st.subheader("Take home", anchor=False)
    named = not st.checkbox("Without names: people are numbered, in no order", key="training anonymous")
    if account.effects is None or account.known is None:
        st.caption("Files come when everything is worked out.")
        return

    def told() -> RoomAccount:
        return replace(account, session=played(standing, service().lives, named), named=named)

    stem = f"simkit-room-{standing.code.lower()}-{standing.round}"
    with st.container(horizontal=True):
        _file("Debrief (HTML)", lambda: room_report(told()), f"{stem}.html", "text/html", "article")
        _file("Debrief (PowerPoint)", lambda: _deck(told()), f"{stem}.pptx", _PPTX, "slideshow")
        _file("People (CSV)", lambda: people_csv(told()), f"{stem}-people.csv", "text/csv", "table")
        _file("Months (CSV)", lambda: months_csv(told()), f"{stem}-months.csv", "text/csv", "table")


def _deck(account: RoomAccount) -> bytes:
    # PowerPoint's writer takes a moment to import, and the page is there before it is needed.
    from simkit.present.room_deck import room_deck

    return room_deck(account)


def _file(label: str, make: Callable[[], str | bytes], name: str, mime: str, icon: str) -> None:
    st.download_button(label, make, name, mime, key=f"take {label}", icon=f":material/{icon}:", on_click="ignore")
