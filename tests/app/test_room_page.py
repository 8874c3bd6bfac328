"""The page of those who take part, in real browsers: ways to draw, bad connections, and whatever happens to a phone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from benchmarks.link import SLOW, through
from simkit import Scenario
from simkit.training.company import Company
from simkit_app.room.rooms import Rooms
from simkit_app.room.standing import Mode, Standing
from simkit_app.room.tables import opened
from tests.app.conftest import served
from tests.app.test_room_server import fetched, go
from tests.worlds import QUIET

FIRM = Scenario("firm", title="A <i>firm</i>", story="Once <script>document.title = 1</script>").with_changes(
    {**QUIET, "horizon_months": 6, "team.content": 1}
)
COMPANY = Company(FIRM, seed=1, replication=0, every=2)
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
SAVED = re.compile("^saved$")


class Held:
    """A room that is steered from here.

    Attributes:
        code: of the room.
        address: of its server.
    """

    def __init__(self, rooms: Rooms, address: str, mode: Mode = "one") -> None:
        self.code, self._key = rooms.open(COMPANY, mode)
        self._rooms = rooms
        self.address = address

    def go(self, *steps: Any) -> None:
        go(self._rooms, self.code, self._key, *steps)

    def go_on(self) -> None:
        self._rooms.next_round(self.code, self._key, COMPANY, "one")

    def remove(self) -> None:
        self._rooms.remove(self.code, self._key)

    @property
    def standing(self) -> Standing:
        return self._rooms.standing(self.code)

    def drawn(self) -> list[tuple[float, ...]]:
        return [seat.drawing.values for seat in self.standing.seats.values() if seat.drawing]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Rooms, str]]:
    folder = tmp_path_factory.mktemp("rooms")
    with served(folder) as (address, _):
        yield Rooms(opened(folder / "rooms.sqlite")), address


@pytest.fixture
def room(place: tuple[Rooms, str]) -> Held:
    return Held(*place)


@pytest.fixture
def device(chromium: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Makes devices; a script that fails on one of their pages fails the test."""
    contexts: list[BrowserContext] = []
    wrong: list[str] = []

    def make(**options: Any) -> BrowserContext:
        context = chromium.new_context(**{**PHONE, **options})
        context.on("weberror", lambda error: wrong.append(str(error.error)))
        context.set_default_timeout(30_000)
        contexts.append(context)
        return context

    yield make
    for context in contexts:
        context.close()
    assert not wrong


def join(context: BrowserContext, room: Held, name: str = "Ann") -> Page:
    page = context.new_page()
    page.goto(f"{room.address}/room?code={room.code}")
    page.get_by_label("Your name, as the room may see it").fill(name)
    page.get_by_role("button", name="Join").dblclick()
    expect(page.locator("#title")).to_be_focused()
    return page


def lift(page: Page, times: int = 1) -> None:
    """Draw with the keyboard."""
    for _ in range(times):
        page.locator("#pad").press("PageUp")


def vote(page: Page, choice: str) -> None:
    page.get_by_role("radio", name=choice).check()
    expect(page.locator("#status")).to_have_text(SAVED)


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def test_a_curve_is_drawn_by_finger_mouse_keyboard_or_in_figures(
    room: Held, device: Callable[..., BrowserContext]
) -> None:
    """Fails if one of the ways does not draw each month, or if the pad does not say what it holds."""
    finger, mouse, keys, typed = (join(device(), room, name) for name in ("Finger", "Mouse", "Keys", "Typed"))
    box = finger.locator("#pad").bounding_box()
    assert box is not None
    points = [
        {"x": box["x"] + box["width"] * (i + 0.5) / 6, "y": box["y"] + box["height"] * (0.9 - i / 8)} for i in range(6)
    ]
    touch = finger.context.new_cdp_session(finger)
    for i, point in enumerate(points):
        kind = "touchMove" if i else "touchStart"
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [point]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    mouse.mouse.move(points[0]["x"], points[0]["y"])
    mouse.mouse.down()
    mouse.mouse.move(points[5]["x"], points[5]["y"])
    mouse.mouse.up()
    pad = keys.get_by_role("slider", name="Result you expect, month by month")
    for month in range(6):
        lift(keys, month + 1)
        pad.press("ArrowRight")
    expect(pad).to_have_attribute("aria-valuetext", re.compile(r"^month 6: .*\d"))
    typed.get_by_text("Type it in figures").click()
    for month in range(1, 7):
        typed.get_by_label(f"Month {month}", exact=True).fill(str(100_000 * month))
        typed.get_by_label(f"Month {month}", exact=True).press("Tab")
    for page in (finger, mouse, keys, typed):
        expect(page.locator("#status")).to_have_text(SAVED)
    drawn = room.drawn()
    assert len(drawn) == 4
    for values in drawn:
        assert list(values) == sorted(set(values)), values
    assert drawn[3] == tuple(100_000.0 * month for month in range(1, 7))


def test_a_session_with_nothing_but_the_keyboard(room: Held, device: Callable[..., BrowserContext]) -> None:
    """Fails if somebody without mouse or finger cannot come in, draw, answer or decide."""
    page = device(has_touch=False).new_page()
    page.goto(f"{room.address}/room?code={room.code}")
    page.keyboard.type("Ann")
    page.keyboard.press("Enter")
    expect(page.locator("#title")).to_be_focused()
    _tab_to(page, "pad")
    page.keyboard.press("PageUp")
    _tab_to(page, "crossing")
    page.keyboard.type("5")
    _tab_to(page, "patience-never")
    page.keyboard.press("Space")
    expect(page.locator("#status")).to_have_text(SAVED)
    room.go("lock", "reveal", "reveal")
    expect(page.locator("#vote-question")).to_contain_text("Month 2")
    _tab_to(page, "", "radio")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#status")).to_have_text(SAVED)
    [seat] = room.standing.seats.values()
    assert seat.drawing is not None
    assert (seat.drawing.crossing, seat.drawing.patience) == (5, None)
    assert seat.votes == {2: "push"}


def _tab_to(page: Page, name: str, kind: str = "") -> None:
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate(
            "([name, kind]) => (document.activeElement[kind ? 'type' : 'id']) === (kind || name)", [name, kind]
        ):
            return
    raise AssertionError(f"{name or kind} cannot be reached")


def test_what_is_drawn_without_a_connection_is_kept_and_sent(room: Held, device: Callable[..., BrowserContext]) -> None:
    """Fails if a drawing made offline is lost, also where the page is closed meanwhile, or if nobody is told."""
    context = device()
    page = join(context, room)
    context.set_offline(True)
    lift(page)
    expect(page.locator("#status")).to_have_text("kept on this device, will be sent when the connection is back")
    expect(page.locator("#trouble")).to_have_text("No connection, trying again.")
    assert room.drawn() == []
    page.close()
    context.set_offline(False)
    again = context.new_page()
    again.goto(f"{room.address}/room")  # without the code: the device knows where it was
    expect(again.locator("#status")).to_have_text(SAVED)
    assert len(room.drawn()) == 1
    context.set_offline(True)
    lift(again)
    context.set_offline(False)
    expect(again.locator("#status")).to_have_text(SAVED)
    expect(again.locator("#trouble")).to_have_text("")
    assert max(room.drawn()[0]) == room.drawn()[0][0]


def test_a_connection_that_is_slow_and_loses_packets_is_enough(
    room: Held, device: Callable[..., BrowserContext]
) -> None:
    """Fails if the page is of no use over 400 kbit/s, 300 ms and 5 % loss; how soon it is, is measured elsewhere."""
    with through([SLOW, replace(SLOW, seed=2)], "localhost", int(room.address.rpartition(":")[2])) as ports:
        pages = []
        for port in ports:
            room.address = f"http://localhost:{port}"
            pages.append(join(device(), room))
        for page in pages:
            lift(page)
            expect(page.locator("#status")).to_have_text(SAVED)
        room.go("lock", "reveal", "reveal")
        for page in pages:
            vote(page, "Push")
        assert room.standing.tally(2) == {"push": 2}
        assert len(room.drawn()) == 2
        for page in pages:
            page.context.close()


def test_answers_that_get_lost_count_once(room: Held, device: Callable[..., BrowserContext]) -> None:
    """Fails if what the room has taken, but could not confirm, is lost or counted again when it is sent again."""
    context = device()
    sent: list[str] = []

    def lose(route: Route) -> None:
        what = route.request.url.rpartition("/")[2]
        sent.append(what)
        answer = route.fetch()
        if sent.count(what) > 2:
            route.fulfill(response=answer)
        else:
            route.abort()

    context.route(re.compile("/join$|/drawing$|/vote$"), lose)
    page = join(context, room)
    lift(page)
    expect(page.locator("#status")).to_have_text(SAVED)
    room.go("lock", "reveal", "reveal")
    vote(page, "Push")
    assert all(sent.count(what) >= 3 for what in ("join", "drawing", "vote"))
    assert len(room.standing.seats) == 1
    assert len(room.drawn()) == 1
    assert room.standing.tally(2) == {"push": 1}


def test_somebody_is_the_same_after_anything(
    tmp_path: Path, chromium: Browser, device: Callable[..., BrowserContext]
) -> None:
    """Fails if a reload, a closed browser, a wrong clock or a killed server makes another person or loses a thing."""
    rooms = Rooms(opened(tmp_path / "rooms.sqlite"))
    with served(tmp_path) as (address, process):
        room = Held(rooms, address)
        context = device(timezone_id="Pacific/Kiritimati")
        context.add_init_script("const now = Date.now; Date.now = () => now() - 4e11;")
        page = join(context, room)
        lift(page)
        page.locator("#crossing").fill("5")
        expect(page.locator("#status")).to_have_text(SAVED)
        page.reload()
        expect(page.locator("#crossing")).to_have_value("5")
        kept = context.storage_state()
        context.close()
        page = device(storage_state=kept).new_page()  # the browser was closed and opened again
        page.goto(f"{address}/room")
        expect(page.locator("#crossing")).to_have_value("5")
        process.kill()
        process.wait()
        lift(page)
        expect(page.locator("#status")).to_have_text(re.compile("^kept on this device"))
        with served(tmp_path, int(address.rpartition(":")[2])):
            expect(page.locator("#status")).to_have_text(SAVED)
            room.go("lock", "reveal", "reveal")
            vote(page, "Cut")
            [seat] = room.standing.seats.values()
            assert seat.drawing is not None
            assert seat.drawing.crossing == 5
            assert seat.votes == {2: "cut"}
        page.context.close()


def test_names_and_stories_are_text(room: Held, device: Callable[..., BrowserContext]) -> None:
    """Fails if a name or a story becomes part of the page, or is too long for it."""
    names = (
        "<img src=x onerror=document.title=1>",
        "\U0001f469\u200d\U0001f4bb" * 6,
        "W" * 40,
        "\u202e\u05d3\u05e0\u05d4",
    )
    pages = [join(device(), room, name) for name in names]
    for name, page in zip(names, pages, strict=True):
        expect(page.locator("#who")).to_contain_text(name.replace("\u202e", ""))
        assert fits(page)
    room.go("lock", "finish", "debrief")  # before the debrief the story is not told
    for page in pages:
        expect(page).to_have_title("A <i>firm</i> – training room")
        page.get_by_text("The company", exact=True).click()
        expect(page.locator("#story")).to_contain_text("<script>")
        assert page.locator("img, #story script, #title i").count() == 0
        assert fits(page)


@pytest.mark.parametrize(
    ("width", "height"), [(320, 568), (390, 844), (512, 384)], ids=["small", "phone", "1024 pixels at 200 %"]
)
def test_nothing_has_to_be_pushed_sideways(
    width: int, height: int, room: Held, device: Callable[..., BrowserContext]
) -> None:
    """Fails if the page is wider than the screen at any moment, or fingers find less than 44 pixels to touch."""
    page = join(device(viewport={"width": width, "height": height}), room)
    lift(page)
    page.get_by_text("Type it in figures").click()
    assert fits(page)
    small = "[...document.querySelectorAll('button, .choice')].filter(one => one.offsetHeight && one.offsetHeight < 44)"
    assert page.evaluate(f"{small}.length") == 0
    for steps in (["lock"], ["reveal", "reveal"], ["reveal"] * 4, ["debrief"]):
        room.go(*steps)
        expect(page.locator("#months-heading")).to_contain_text(
            {"lock": "locked", "debrief": "what came"}.get(steps[0], f"Month {room.standing.month} of")
        )
        assert fits(page)
        assert page.evaluate(f"{small}.length") == 0


def test_late_joiners_leavers_and_a_second_company(room: Held, device: Callable[..., BrowserContext]) -> None:
    """Fails if who comes late cannot decide, a leaver stays on the device, or a second drawing is not compared."""
    ann = join(device(), room, "Ann")
    lift(ann, 2)
    expect(ann.locator("#status")).to_have_text(SAVED)
    room.go("lock", "reveal", "reveal")
    late = join(device(), room, "Late")
    expect(late.locator("#months-heading")).to_have_text("Month 2 of 6")
    vote(late, "Push")
    late.get_by_text("leave on this device").click()
    late.get_by_role("button", name="Leave").click()
    expect(late.locator("#join-form")).to_be_visible()
    assert late.evaluate("Object.keys(localStorage).length") == 0
    room.go(*["reveal"] * 4, "debrief")
    expect(ann.locator("#lesson")).to_contain_text("Your curve was off by")
    assert "In the round before" not in ann.locator("#lesson").inner_text()
    room.go_on()
    expect(ann.locator("#draw-heading")).to_have_text("Draw the results that you expect")
    expect(ann.locator("#status")).to_have_text("nothing drawn yet")
    lift(ann)
    expect(ann.locator("#status")).to_have_text(SAVED)
    room.go("lock", *["reveal"] * 6, "debrief")
    expect(ann.locator("#lesson")).to_contain_text("In the round before you were off by")
    room.remove()
    expect(ann.get_by_role("heading", name="This room is closed")).to_be_visible()


def test_who_stopped_sees_only_savings_and_two_tabs_agree(
    place: tuple[Rooms, str], device: Callable[..., BrowserContext]
) -> None:
    """Fails if results are shown after a stop, or two tabs of one person are two or undo each other."""
    room = Held(*place, mode="own")
    context = device()
    page = join(context, room)
    lift(page)
    second = context.new_page()
    second.goto(f"{room.address}/room")
    lift(second)
    for tab in (page, second):
        expect(tab.locator("#status")).to_have_text(SAVED)
    assert page.locator("#readout").inner_text() == second.locator("#readout").inner_text()
    room.go("lock", "reveal", "reveal")
    vote(page, "Stop: end the programme")
    expect(second.get_by_role("radio", name="Stop: end the programme")).to_be_checked()
    room.go("reveal", "reveal")
    for tab in (page, second):
        expect(tab.locator("#stopped")).to_have_text(
            re.compile(r"You stopped in month 2\. What you see now is what you save")
        )
        expect(tab.locator("#figures-heading")).to_have_text("Month 2 in figures")
        expect(tab.locator("#vote")).to_be_hidden()
    assert len(room.standing.seats) == 1
    room.go("reveal", "reveal", "debrief")
    expect(page.locator("#stoppers")).to_have_text("Month 2: 1 person")


def test_the_room_may_be_served_below_a_path_by_a_proxy(room: Held, device: Callable[..., BrowserContext]) -> None:
    """Fails if the page asks for anything by an address from which a proxy cannot tell whose it is."""
    upstream = room.address

    class Proxy(BaseHTTPRequestHandler):
        def pass_on(self) -> None:
            data = self.rfile.read(int(self.headers.get("Content-Length", 0))) or None
            path = self.path.removeprefix("/training")
            headers = {name: self.headers[name] for name in ("Authorization", "Content-Type") if self.headers[name]}
            headers |= {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}
            assert path != self.path
            status, answered, content = fetched(upstream + path, self.command, data, **headers)
            self.send_response(status)
            for name in ("Content-Type", "Content-Security-Policy", "Location"):
                if answered[name]:
                    self.send_header(name, answered[name])
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = pass_on

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("localhost", 0), Proxy) as proxy:
        Thread(target=proxy.serve_forever, daemon=True).start()
        room.address = f"http://localhost:{proxy.server_port}/training"
        context = device()
        page = join(context, room)
        lift(page)
        expect(page.locator("#status")).to_have_text(SAVED)
        room.go("lock", "reveal")
        expect(page.locator("#months-heading")).to_have_text("Month 1 of 6")
        context.close()
        proxy.shutdown()
