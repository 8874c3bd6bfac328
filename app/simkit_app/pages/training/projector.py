"""What is projected: the room as everybody may see it, in letters for the back row, without controls or secrets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from html import escape
from math import ceil
from pathlib import Path
from typing import Any

import streamlit as st

from simkit.present.figures import money, number
from simkit.present.room_charts import on_the_wall, room_rows, room_spec
from simkit.present.room_section import Section
from simkit.training.company import SAYS
from simkit_app.board import Board
from simkit_app.pages.training.debrief import accounted
from simkit_app.pages.training.entrance import joining, qr
from simkit_app.room.refused import Refused
from simkit_app.room.service import service
from simkit_app.room.standing import GUESSED, Standing
from simkit_app.room.steps import SCENES
from simkit_app.room.views import of_room

_EVERY = 1.0
_LARGEST, _SMALLEST = 26, 12
"""Letters of a part without a chart, in thousandths of the width."""
_LETTER, _ACROSS, _BELOW = 0.6, 90.0, 45.0
"""The width of a letter, as a share of its size; the width of a line and the height below the title, in hundredths."""
KEYS = ("room", "view", "at")
"""Of the address: code, the projector's secret, and this machine as the others reach it."""


def page() -> None:
    """The view, for whoever has the link."""
    st.html(Path(__file__).parents[2] / "wall.css")
    code, view = (st.query_params.get(key, "") for key in KEYS[:2])
    try:
        shown = service().rooms.shows(code, view)
    except Refused:
        shown = False
    if not shown:
        st.html('<p class="wall-big">There is no room here. Open the projector view from the page of the room.</p>')
        return
    _wall(code)


def followed() -> bool:
    """Whether the link of a projector was followed."""
    return "room" in st.query_params and "view" in st.query_params


@st.fragment(run_every=_EVERY)
def _wall(code: str) -> None:
    try:
        standing = service().rooms.standing(code)
    except Refused:
        st.html('<p class="wall-big">This room is closed.</p>')
        return
    seen = of_room(standing, service().lives)
    if standing.phase == "draw":
        _joining(standing, seen)
    elif standing.phase == "live":
        _living(standing, seen)
    else:
        _talking(standing)


def _joining(standing: Standing, seen: dict[str, Any]) -> None:
    host = st.query_params.get("at") or st.context.headers.get("Host", "localhost")
    link = joining(host, standing.code)
    words, picture = st.columns(2, vertical_alignment="center")
    raised = sum(standing.hands.get(GUESSED, {}).values())
    count = f"{seen['people']} here, {seen['drawn']} have drawn" + (f", {raised} raised hands" if raised else "")
    company = standing.company.scenario
    start, due = _amount(seen, seen["start"]), _amount(seen, seen["target"])
    words.html(
        f'<p class="wall-small">{escape(seen["title"])}</p>'
        f'<p class="wall-big">Draw what you expect</p>'
        f'<p class="wall-code">{escape(standing.code)}</p>'
        f'<p class="wall-text">{escape(link.removeprefix("http://").partition("?")[0])}</p>'
        f'<p class="wall-text">Today {escape(start)} a month; promised are {escape(due)} from '
        f"month {company.parameters.expectation.months_to_target:g} on.</p>"
        f'<p class="wall-text wall-count">{count}</p>'
    )
    picture.html(f'<img class="wall-qr" src="{qr(link)}" alt="QR code of {escape(link)}">')


def _living(standing: Standing, seen: dict[str, Any]) -> None:
    rows = seen["rows"]
    month = f"Month {standing.shown} of {standing.company.months}"
    said = ""
    if standing.reviewing:
        said = f"Review: what do you do? {seen['voted']} of {seen['people']} have decided"
    elif rows:
        last = rows[-1]
        said = f"came {_amount(seen, last['result'])}, promised {_amount(seen, last['expected'])}"
    if standing.mode == "own" and rows:
        said += "; the company of those who decide nothing" if not standing.reviewing else ""
    st.html(f'<p class="wall-big">{month}</p><p class="wall-text wall-line">{escape(said)}</p>')
    spec = on_the_wall(room_spec(seen["unit"], seen["months"], 450 if standing.reviewing else 550))
    frame = room_rows(seen["line"], rows, seen["fan"])
    alt = "What was promised, what the room expected, and what happened"
    st.vega_lite_chart(frame, spec, alt=alt, key="wall", width="content")
    if standing.reviewing:
        choices = "".join(f"<li>{escape(one['says'])}</li>" for one in seen["choices"])
        st.html(f'<ul class="wall-choices">{choices}</ul>')
    elif standing.mode == "one" and seen["decided"]:
        st.html(f'<p class="wall-text">{escape(_told(seen["decided"][-1]))}</p>')


def _told(one: dict[str, Any]) -> str:
    """A decision, with its votes."""
    votes = ", ".join(f"{choice} {count}" for choice, count in Counter(one["votes"]).most_common())
    return f"Month {one['month']}: {SAYS[one['choice']].split(':')[0]}" + (f" ({votes})" if votes else "")


def _talking(standing: Standing) -> None:
    """One part of the debrief at a time; the facilitator goes from one to the next."""
    board: Board = st.session_state.board
    account, _ = accounted(board, standing, named=False)
    sections = {section.key: section for section in account.sections}
    key = SCENES[standing.scene]
    if key not in sections:  # nobody drew for two companies
        st.html('<p class="wall-big">What will you expect of the next company?</p>')
        return
    _part(sections[key])


def _part(section: Section) -> None:
    rows, chart = section.rows, section.spec
    st.html(f'<p class="wall-big">{escape(section.title)}</p>')
    lines = "".join(f"<li>{escape(one)}</li>" for one in section.said)
    if rows is None or chart is None or not len(rows):
        letters = f"font-size: calc({_letters(section.said):.1f} * var(--u))"
        st.html(f'<ul class="wall-said wall-only" style="{letters}">{lines}</ul>')
        return
    st.html(f'<ul class="wall-said">{lines}</ul>')
    spec = on_the_wall(chart)
    spec["height"] = 460 if section.key != "decisions" else min(520, 64 * len(rows) + 140)
    st.vega_lite_chart(rows, spec, alt=section.title, key=f"wall {section.key}", width="content")


def _letters(said: Sequence[str]) -> float:
    """The largest letters, in hundredths of the width, with which sentences have room below a title on 16:9."""
    sizes = (tenths / 10 for tenths in range(_LARGEST, _SMALLEST, -1))
    return next((size for size in sizes if _height(said, size) <= _BELOW), _SMALLEST / 10)


def _height(said: Sequence[str], size: float) -> float:
    """What sentences take, in the same unit: lines, and what is between sentences."""
    lines = sum(ceil(len(one) * size * _LETTER / _ACROSS) for one in said)
    return size * (1.2 * lines + 0.6 * len(said))


def _amount(seen: dict[str, Any], value: float) -> str:
    unit = str(seen["unit"]).removesuffix(" a month")
    return money(value, unit) if seen["metric"] == "margin" else f"{number(value)} {unit}"
