"""What is taken home: the debrief as a page and a deck, and what it rests on as tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import streamlit as st

from simkit.present.room_account import RoomAccount
from simkit.present.room_csv import months_csv, people_csv
from simkit.present.room_report import room_report
from simkit_app.room.played import played
from simkit_app.room.service import service
from simkit_app.room.standing import Standing

_CSV, _PPTX = "text/csv", "application/vnd.openxmlformats-officedocument.presentationml.presentation"


def files(standing: Standing, account: RoomAccount) -> None:
    """A button a file."""
    st.subheader("Take home", anchor=False)
    named = not st.checkbox("Without names: people are numbered, in no order", key="training anonymous")
    if account.effects is None or account.known is None:
        st.caption("Files come when everything is worked out.")
        return
    told = replace(account, session=played(standing, service().lives, named), named=named)
    stem = f"simkit-room-{standing.code.lower()}-{standing.round}"
    with st.spinner("Files are being made …"), st.container(horizontal=True):
        for label, make, name, mime, icon in (
            ("Debrief (HTML)", room_report, f"{stem}.html", "text/html", "article"),
            ("Debrief (PowerPoint)", _deck, f"{stem}.pptx", _PPTX, "slideshow"),
            ("People (CSV)", people_csv, f"{stem}-people.csv", _CSV, "table"),
            ("Months (CSV)", months_csv, f"{stem}-months.csv", _CSV, "table"),
        ):
            offer(label, partial(make, told), name, mime, icon, f"{named} {standing.version}")


def offer(label: str, make: Callable[[], str | bytes], name: str, mime: str, icon: str, of: str = "") -> None:
    """A file to save, made once.

    Not when it is pressed: what is made then Streamlit drops as soon as any session's script ends, and those of rooms
    end every second.

    Args:
        label: of the button.
        make: the file.
        name, mime: as the browser saves it.
        icon: of the button.
        of: what it is made of, besides its name.
    """
    kept = st.session_state.setdefault("made", {})
    if kept.get(label, ("",))[0] != f"{name} {of}":
        kept[label] = f"{name} {of}", make()
    key = f"take {label}"
    st.download_button(label, kept[label][1], name, mime, key=key, icon=f":material/{icon}:", on_click="ignore")


def _deck(account: RoomAccount) -> bytes:
    # PowerPoint's writer takes a moment to import, and the page is there before it is needed.
    from simkit.present.room_deck import room_deck

    return room_deck(account)
