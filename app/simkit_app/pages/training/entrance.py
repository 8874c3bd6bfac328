"""How people come in, how the facilitator comes back, and what to do where nobody gets in."""

from __future__ import annotations

from functools import partial
from urllib.parse import quote

import segno
import streamlit as st

from simkit.present.handouts import handouts
from simkit_app.pages.training.take_home import offer
from simkit_app.room.identity import view_of
from simkit_app.room.reach import VISITS, addresses
from simkit_app.room.rehearsal import MOST, rehearse, rehearsing
from simkit_app.room.service import service
from simkit_app.room.standing import Standing
from simkit_app.room.views import of_room
from simkit_app.server import EVERYWHERE
from simkit_app.text import page_text, plain

_HOST = "training host"
_HERE = ("localhost", "127.0.0.1", "[::1]")


def way_in(standing: Standing, key: str) -> None:
    """Address, code and picture for the room while people draw, a line for those who come later, and help."""
    with st.container(border=True):
        if standing.phase == "draw":
            words, picture = st.columns([4, 1], vertical_alignment="center")
            with words:
                host = st.session_state[_HOST] = _host()
                link = joining(host, standing.code)
                st.markdown(f"Join at **{plain(link)}** with the code")
                st.markdown(f"# {standing.code}")
            picture.image(qr(link), width=220, alt=f"QR code of {link}")
        else:
            host = st.session_state.get(_HOST) or _known()[0]
            st.markdown(f"Who comes late joins at **{plain(joining(host, standing.code))}**.")
        if _only_here(host):
            st.warning(
                "Only this machine reaches this address. Start with `simkit room`, and be in a network or share a "
                "hotspot; see *Does it reach them?*",
                icon=":material/wifi_off:",
            )
        with st.container(horizontal=True):
            _links(standing, key, host)


def _links(standing: Standing, key: str, host: str) -> None:
    code = standing.code
    projector = f"/?room={code}&view={view_of(key)}&at={quote(host)}"
    st.link_button("Open the projector view", projector, icon=":material/cast:", type="primary")
    with st.popover("Does it reach them?", icon=":material/wifi_find:"):
        _reach(host, code)
    with st.popover("Your own link back", icon=":material/key:"):
        st.markdown("Only with it can this room be steered. Keep it to yourself.")
        st.code(f"http://{host}/?room={code}&key={quote(key)}", language=None)
        st.markdown("A projector on another machine shows this; it steers nothing.")
        st.code(f"http://{host}{projector}", language=None)
    with st.popover("Rehearse", icon=":material/theater_comedy:"):
        _rehearsal(standing, key)
    paper = f"simkit-room-{code.lower()}-{standing.round}-paper.html"
    offer("Paper", partial(_paper, standing), paper, "text/html", "print")


def _paper(standing: Standing) -> str:
    """Sheets to draw and to decide on, for this company."""
    seen = of_room(standing, service().lives)
    return handouts(standing.company, seen["start"], seen["line"])


def one_s_own(code: str, key: str) -> None:
    """The way into a room of one."""
    with st.container(border=True):
        st.markdown(
            "**Ten minutes, on your own.** In a tab of its own you draw what you expect, then live quarter by quarter "
            "and decide at each review. Come back here for the debrief."
        )
        st.link_button("Begin", f"/room?code={code}#{key}", icon=":material/play_arrow:", type="primary")


def joining(host: str, code: str) -> str:
    """What people open."""
    return f"http://{host}/room?code={code}"


def qr(link: str) -> str:
    """The picture of a link, dark on white at night too."""
    return str(segno.make(link, micro=False).svg_data_uri(scale=6, border=2, light="#fff"))


def _host() -> str:
    """This machine as the others reach it: chosen among what is known, or typed."""
    label = "Address of this machine, as the others reach it"
    return str(st.selectbox(label, _known(), key="training address", accept_new_options=True, width=420))


def _known() -> list[str]:
    """The addresses of this machine: as the facilitator has it, and by its own interfaces; the likeliest first."""
    here = st.context.headers.get("Host", "localhost:8501")
    port = here.rpartition(":")[2] if ":" in here else "80"
    everywhere = st.get_option("server.address") in (None, EVERYWHERE)
    others = [f"{address}:{port}" for address in addresses()] if everywhere else []
    return list(dict.fromkeys([*others, here] if _only_here(here) else [here, *others]))


def _only_here(host: str) -> bool:
    return host in _HERE or host.rpartition(":")[0] in _HERE


def _reach(host: str, code: str) -> None:
    """A check with one phone, before people come."""
    link = joining(host, code)
    st.markdown(f"Take a phone that is in the network your people will be in, and open **{plain(link)}** on it.")
    _visited()
    st.markdown(page_text("reach"))


@st.fragment(run_every=2.0)
def _visited() -> None:
    if VISITS.from_elsewhere:
        st.success("Another device has reached this machine.", icon=":material/check_circle:")
    else:
        st.info("No other device has been here yet.", icon=":material/hourglass_empty:")


def _rehearsal(standing: Standing, key: str) -> None:
    st.markdown(
        "Simulated people join as phones do, draw, and vote, each by their own temperament. Steer the room as you will "
        "in the session; then delete it and open another."
    )
    many = st.number_input("How many?", 1, MOST, 12, key="rehearsal people")
    if rehearsing(standing.code):
        st.markdown(f"{rehearsing(standing.code)} simulated people are here.")
    st.button(
        "Let them come",
        key="rehearse",
        on_click=rehearse,
        args=(standing.code, key, int(many), _server()),
    )


def _server() -> str:
    """This server, as this machine reaches it."""
    address, port = st.get_option("server.address"), st.get_option("server.port")
    return f"http://{'127.0.0.1' if address in (None, '', EVERYWHERE) else address}:{port}"
