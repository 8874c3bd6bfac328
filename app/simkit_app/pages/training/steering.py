"""The facilitator's steps: lock, reveal, by hand or by a timer, look back, close reviews, count hands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import streamlit as st

from simkit.present.room_charts import quarters, room_rows, room_spec
from simkit.training.company import SAYS
from simkit_app.room.refused import Refused
from simkit_app.room.service import service
from simkit_app.room.standing import GUESSED, NEVER, Standing
from simkit_app.room.steps import SCENES
from simkit_app.room.views import of_room
from simkit_app.text import plain

_EVERY = 1.0
_SECONDS = 20
_REFUSED = "training refused"
_QUARTER = 3


@st.fragment(run_every=_EVERY)
def steps(code: str, key: str) -> None:
    """What everybody may see, and the steps; drawn again as people join, draw and vote."""
    try:
        standing = service().rooms.standing(code)
    except Refused:
        st.rerun()  # deleted in another tab
    if standing.phase != st.session_state.setdefault("training phase", standing.phase):
        st.session_state["training phase"] = standing.phase
        st.rerun()
    if refused := st.session_state.pop(_REFUSED, ""):
        st.toast(plain(refused))
    view = of_room(standing, service().lives)
    st.markdown(_status(standing, view))
    _buttons(standing, key)
    if standing.phase == "debrief" or standing.alone:
        return
    with st.container(horizontal=True):
        _timer(standing, key)
        _hands(standing, key)
        _people(standing)
    if standing.phase == "draw":
        st.markdown(plain(view["story"]))
    rows = room_rows(view["line"], view["rows"], view["fan"])
    spec = room_spec(f"{plain(view['title'])}: {view['unit']}", view["months"])
    st.vega_lite_chart(rows, spec, alt="What was promised, what the room expected, and what happened", height=480)
    if standing.mode == "own" and standing.month:
        st.caption("This is the company of those who decide nothing.")
    for one in view["decided"] if standing.mode == "one" else ():
        votes = ", ".join(f"{SAYS[choice].split(':')[0].lower()} {number}" for choice, number in one["votes"].items())
        st.markdown(f"Month {one['month']}: **{SAYS[one['choice']]}**" + (f" ({votes})" if votes else ""))


def _status(standing: Standing, view: dict[str, Any]) -> str:
    months = standing.company.months
    looking = f" You look back at month {standing.shown}." if standing.shown < standing.month else ""
    told = {
        "draw": "People draw.",
        "live": f"Month {standing.month} of {months}.{looking}",
        "debrief": f"Debrief. The projector shows part {standing.scene + 1} of {len(SCENES)}.",
    }
    if standing.alone:
        return "" if standing.phase == "debrief" else "The debrief comes here as soon as you have lived all months."
    raised = sum(standing.hands.get(GUESSED, {}).values())
    people = f"{view['people']} {'person is' if view['people'] == 1 else 'people are'} here, {view['drawn']} have drawn"
    if raised:
        people += f", {raised} raised their hands"
    if standing.reviewing:
        people += f", {view['voted']} have decided about month {standing.reviewing}"
    return f"**{told[standing.phase]}** {people}."


def _buttons(standing: Standing, key: str) -> None:
    phase, reviewing = standing.phase, standing.reviewing is not None
    live, last = phase == "live", standing.month == standing.company.months
    debrief = phase == "debrief"
    close = "Close the review and reveal" if reviewing else "Reveal"
    buttons: tuple[tuple[str, str, str, bool], ...] = (
        ("Lock the drawings and begin", "lock", "lock", phase == "draw"),
        (f"{close} the next month", "reveal", "skip_next", live and not last),
        (f"{close} up to the next review", "review", "fast_forward", live and not last),
        ("Go to the debrief", "debrief", "forum", live and last),
        ("Previous part" if debrief else "Step back", "back", "arrow_back", debrief or (live and standing.shown > 0)),
        (
            "Next part" if debrief else "Step forward",
            "forward",
            "arrow_forward",
            debrief or (live and standing.shown < standing.month),
        ),
        ("Close the review", "close", "how_to_vote", live and reviewing),
        ("All that is left, without reviews", "finish", "last_page", live and not last),
    )
    if standing.alone:
        return
    with st.container(horizontal=True):
        for label, step, icon, possible in buttons:
            if possible:
                st.button(
                    label,
                    key=f"training {step}",
                    icon=f":material/{icon}:",
                    type="primary" if step in ("lock", "reveal", "debrief") else "secondary",
                    on_click=_try,
                    args=(lambda step=step: service().rooms.steer(standing.code, key, step, standing.steps),),
                )


def _timer(standing: Standing, key: str) -> None:
    """Months reveal themselves; a review waits until it is closed."""
    if standing.phase != "live" or standing.month == standing.company.months:
        return
    rooms, code = service().rooms, standing.code
    if standing.seconds is not None:
        label = f"Pause the timer ({standing.seconds} s a month)"
        act: Callable[[], None] = lambda: rooms.set_timer(code, key, None)  # noqa: E731
        st.button(label, key="training pause", icon=":material/pause:", on_click=_try, args=(act,))
        return
    with st.popover("Timer", icon=":material/timer:"):
        seconds = st.number_input("Seconds a month", 5, 600, _SECONDS, 5, key="training seconds")
        start: Callable[[], None] = lambda: rooms.set_timer(code, key, int(seconds))  # noqa: E731
        st.button("Start the timer", key="training start", on_click=_try, args=(start,))
        st.caption("A review waits until you close it.")


def _hands(standing: Standing, key: str) -> None:
    """Counting hands: for whom the network keeps out."""
    rooms, code, months = service().rooms, standing.code, standing.company.months
    if standing.phase == "draw":
        names = dict(zip(quarters(months), _ends(months), strict=True))
        month, label = GUESSED, {end: "never" if end == NEVER else f"months {name}" for name, end in names.items()}
        title = "When do results cross what was promised?"
    elif standing.reviewing is not None and standing.mode == "one":
        month, label, title = standing.reviewing, dict(SAYS), "Raised hands, beside what came from phones"  # type: ignore[arg-type]
    else:
        return
    with st.popover("Enter a show of hands", icon=":material/back_hand:"):
        st.markdown(f"**{title}**")
        before = standing.hands.get(month, Counter())
        counts = {
            one: int(st.number_input(said, 0, 1_000, before.get(one, 0), key=f"hands {standing.round} {month} {one}"))
            for one, said in label.items()
        }
        take: Callable[[], None] = lambda: rooms.raise_hands(code, key, month, counts)  # noqa: E731
        st.button("Take these", key="training hands", on_click=_try, args=(take,))


def _ends(months: int) -> list[str]:
    """Each quarter by its last month, so that 'by month' holds of it."""
    return [*(str(min(first + _QUARTER - 1, months)) for first in range(1, months + 1, _QUARTER)), NEVER]


def _people(standing: Standing) -> None:
    """Who is here; on this screen only."""
    if standing.seats:
        with st.popover("Who is here", icon=":material/groups:"):
            for seat in standing.seats.values():
                done = seat.votes.get(standing.reviewing or 0) if standing.reviewing else seat.drawing
                st.markdown(f"{':material/check:' if done else ':material/hourglass_empty:'} {plain(seat.name)}")


def _try(step: Callable[[], None]) -> None:
    """Take a step; what cannot be is said."""
    try:
        step()
    except Refused as refusal:
        st.session_state[_REFUSED] = refusal.message  # said by the page: a callback of a fragment shows nothing
