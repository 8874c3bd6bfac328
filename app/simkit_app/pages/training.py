"""A session on expectation management: open a room, steer it, and talk about what happened."""

from __future__ import annotations

import secrets
from collections import Counter
from functools import partial
from typing import Any
from urllib.parse import quote

import segno
import streamlit as st

import simkit
from simkit.present.figures import between_signed, money, per_cent, signed
from simkit.present.room_charts import room_rows, room_spec
from simkit.training.company import CHOICES, LUCKS, Decided, Luck
from simkit.training.debrief import Effect, Knowable
from simkit_app.board import Board, shipped
from simkit_app.room.questions import Debriefed, Prepared
from simkit_app.room.rooms import MODES, Mode, Refused, Standing
from simkit_app.room.service import service
from simkit_app.room.views import SAYS, of_room, stops
from simkit_app.text import plain
from simkit_app.watching import Waiting, watch

_PREPARE, _DEBRIEF = "company", "debrief"
_OWN = "the company on the board"
_EVERY = 1.0
_LUCKS: dict[Luck, str] = {"typical": "typical luck", "lucky": "good luck", "never": "never crosses"}
_MODES: dict[Mode, str] = {"one": "One company: the majority decides", "own": "Each their own company"}


def page() -> None:
    """A room to open, or the one that is open."""
    board: Board = st.session_state.board
    room = board.kept.room
    st.title("Training: expect, live, compare", anchor=False)
    if room is not None:
        code, key = room
        try:
            if service().rooms.steers(code, key):
                _steer(board, code, key)
                return
        except Refused:
            pass
        st.warning("This room is gone: its time was over, or it was deleted.", icon=":material/info:")
        board.keep(room=None)
    _open(board)


def followed(board: Board) -> bool:
    """Whether a facilitator's link was followed; the secret is taken over and leaves the address."""
    if "room" not in st.query_params or "key" not in st.query_params:
        return False
    board.keep(room=(st.query_params["room"], st.query_params["key"]))
    return True


def _open(board: Board, code: str = "", key: str = "") -> None:
    """Choose a company; with a code, as the next one of a room."""
    st.markdown(
        "People join on their own phones, **draw what they expect**, live through the months as you reveal them, "
        "decide at each review, and compare in the end. Twenty minutes a company, and as many for talking about it."
    )
    stories = [*simkit.shipped_scenarios(), _OWN]
    story = st.selectbox("Which company?", stories, format_func=_title, key="training story")
    scenario = board.position.scenario if story == _OWN else shipped(story)
    st.markdown(plain(scenario.story))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        luck = st.selectbox("With which luck?", LUCKS, format_func=_LUCKS.__getitem__, key="training luck", width=200)
        mode = st.selectbox("Who decides?", MODES, format_func=_MODES.__getitem__, key="training mode", width=320)
        months = st.number_input("Months", 6, 60, 24, key="training months", width=140)
    opening = st.session_state.get("training opening")
    label = "Go on with this company" if code else "Open the room"
    if st.button(label, type="primary", icon=":material/meeting_room:", disabled=opening is not None):
        # Nobody can know the luck beforehand; the debrief says the seed.
        opening = st.session_state["training opening"] = Prepared(scenario, int(months), luck, secrets.randbelow(10**6))
    if opening is None:
        return
    (answer,) = board.ask(_PREPARE, opening)
    watch([Waiting(answer, "Looking for such a life …")])
    del st.session_state["training opening"]
    if answer.error:
        st.error(plain(answer.error), icon=":material/error:")
        return
    if code:
        service().rooms.next_round(code, key, answer.value, mode)
    else:
        board.keep(room=service().rooms.open(answer.value, mode))
    st.rerun()


def _title(story: str) -> str:
    return story if story == _OWN else shipped(story).title


def _steer(board: Board, code: str, key: str) -> None:
    standing = service().rooms.standing(code)
    _way_in(code, key)
    _room(code, key)
    if standing.phase == "debrief":
        _talk(board, standing)
        with st.expander("Another company: what was learned?"):
            _open(board, code, key)
    with st.expander("End this room"):
        st.markdown("Everything about it is deleted: names, drawings, votes. By itself it goes after 14 days.")
        st.button("Delete the room", icon=":material/delete:", on_click=_remove, args=(code, key))


def _way_in(code: str, key: str) -> None:
    """How people come in, and how the facilitator comes back."""
    host = st.context.headers.get("Host", "localhost:8501")
    with st.container(border=True):
        words, picture = st.columns([3, 1], vertical_alignment="center")
        with words:
            address = st.text_input(
                "Address of this machine, as the others reach it", host, key="training address", max_chars=80, width=420
            )
            link = f"http://{address}/room?code={code}"
            st.markdown(f"Join at **{plain(link)}** with the code")
            st.markdown(f"# {code}")
            if address.startswith(("localhost", "127.")):
                st.warning(
                    "This address works on this machine only. Start with `simkit room`, and give the address that it "
                    "names; or share a hotspot of this machine.",
                    icon=":material/wifi_off:",
                )
            with st.popover("Your own link back"):
                st.markdown("Only with it can this room be steered. Keep it to yourself.")
                st.code(f"http://{address}/?room={code}&key={quote(key)}", language=None)
        picture.image(segno.make(link, micro=False).svg_data_uri(scale=6, border=2), width=220)


@st.fragment(run_every=_EVERY)
def _room(code: str, key: str) -> None:
    """What everybody may see, and the steps; drawn again as people join, draw and vote."""
    rooms = service().rooms
    standing = rooms.standing(code)
    if standing.phase != st.session_state.setdefault("training phase", standing.phase):
        st.session_state["training phase"] = standing.phase
        st.rerun()
    view = of_room(standing, service().lives)
    month = f"Month {standing.month} of {standing.company.months}."
    told = {"draw": "People draw.", "live": month, "debrief": "Debrief."}
    st.markdown(
        f"**{told[standing.phase]}** {view['people']} people are here, {view['drawn']} have drawn"
        + (f", {view['voted']} have decided about month {standing.reviewing}." if standing.reviewing else ".")
    )
    _steps(standing, key)
    rows = room_rows(view["line"], view["rows"], view["fan"])
    spec = room_spec(f"{plain(view['title'])}: {view['unit']}", view["months"])
    st.vega_lite_chart(rows, spec, alt="What was promised, what the room expected, and what happened", height=480)
    for one in view["decided"] if standing.mode == "one" else ():
        votes = ", ".join(f"{SAYS[choice].split(':')[0].lower()} {number}" for choice, number in one["votes"].items())
        st.markdown(f"Month {one['month']}: **{SAYS[one['choice']]}**" + (f" ({votes})" if votes else ""))


def _steps(standing: Standing, key: str) -> None:
    company, live = standing.company, standing.phase == "live"
    last = standing.month == company.months
    reveal = "Close the review and reveal the next month" if standing.reviewing else "Reveal the next month"
    buttons: tuple[tuple[str, Any, str, bool], ...] = (
        ("Lock the drawings and begin", "lock", "lock", standing.phase == "draw"),
        (reveal, "reveal", "skip_next", live and not last),
        ("Step back", "back", "arrow_back", live and standing.shown > 0),
        ("Step forward", "forward", "arrow_forward", live and standing.shown < standing.month),
        ("Go to the debrief", "debrief", "forum", live and last),
    )
    with st.container(horizontal=True):
        for label, step, icon, possible in buttons:
            if possible:
                st.button(
                    label,
                    key=f"training {step}",
                    icon=f":material/{icon}:",
                    type="primary" if step in ("lock", "reveal", "debrief") else "secondary",
                    on_click=_step,
                    args=(standing.code, key, step, standing.steps),
                )
    if standing.reviewing is not None and standing.mode == "one":
        with st.popover("Enter a show of hands"):
            month = standing.reviewing
            counts = {one: st.number_input(SAYS[one], 0, 1_000, key=f"hands {month} {one}") for one in CHOICES}
            st.button("Take these", on_click=_hands, args=(standing.code, key, month, counts))


def _step(code: str, key: str, step: Any, of: int) -> None:
    try:
        service().rooms.steer(code, key, step, of)
    except Refused as refusal:
        st.toast(plain(refusal.message))


def _hands(code: str, key: str, month: int, counts: dict[str, int]) -> None:
    try:
        service().rooms.raise_hands(code, key, month, counts)
    except Refused as refusal:
        st.toast(plain(refusal.message))


def _remove(code: str, key: str) -> None:
    service().rooms.remove(code, key)
    board: Board = st.session_state.board
    board.keep(room=None)


def _talk(board: Board, standing: Standing) -> None:
    """What to talk about: expected and actual crossing, who stopped, and what decisions did."""
    company = standing.company
    st.subheader("What the room expected, and what came", anchor=False)
    said = [seat.drawing.crossing for seat in standing.seats.values() if seat.drawing is not None]
    came = service().lives.get(company, standing.decided()).crossing
    middle = sorted(company.months + 1 if one is None else one for one in said)
    if middle:
        half = middle[len(middle) // 2]
        guess = f"month {half}" if half <= company.months else "never"
        actual = "It did not come." if came is None else f"It came in month {came}."
        st.markdown(f"Half of the room expected the crossing by **{guess}**. {actual}")
    for one in stops(standing) if standing.mode == "own" else ():
        st.markdown(f"{one['people']} stopped at the review of month {one['month']}.")
    taken = _sequences(standing)
    if not taken:
        st.markdown("Nobody decided anything but to hold.")
        return
    decided = taken[0]
    st.subheader("What the decisions did", anchor=False)
    if standing.mode == "own":
        st.caption("Those that most people took.")
    (answer,) = board.ask(_DEBRIEF, Debriefed(company, decided))
    if answer.value is None or not answer.complete:
        watch([Waiting(answer, "Living the company again with other luck …", "steps")])
    if answer.error:
        st.error(plain(answer.error), icon=":material/error:")
        return
    done, known = answer.value
    currency = company.scenario.parameters.company.currency
    st.dataframe([_effect(one, currency) for one in done], hide_index=True)
    st.caption(
        "Margin less cost against holding in its place; the programme ends with the last month, and what is left of it "
        f"counts for two years more. Seed {company.seed}, life {company.replication}; on average: {done[0].usual.n} "
        "other lives, 95 % interval. An outcome with this luck is no merit."
    )
    st.subheader("What could have been known", anchor=False)
    st.dataframe([_known(one) for one in known], hide_index=True)


def _sequences(standing: Standing) -> list[Decided]:
    """What was decided, the most frequent first; whoever only held is left out."""
    if standing.mode == "one":
        all_taken = [standing.decided()]
    else:
        all_taken = [standing.decided(seat) for seat in standing.seats.values()]
    counted = Counter(one for one in all_taken if any(choice != "hold" for _, choice in one))
    return [decided for decided, _ in counted.most_common()]


def _effect(one: Effect, currency: str) -> dict[str, str]:
    amount, usual = partial(money, currency=currency), one.usual
    assert usual.value is not None
    assert usual.low is not None
    assert usual.high is not None
    return {
        "month": str(one.month),
        "decision": SAYS[one.choice],
        "with this luck": signed(one.here, amount),
        "on average": signed(usual.value, amount),
        "95 % interval": between_signed(usual.low, usual.high, amount),
    }


def _known(one: Knowable) -> dict[str, str]:
    return {"review of month": str(one.month), "chance to cross, holding": per_cent(one.chance), "careful": one.caution}
