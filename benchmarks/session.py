"""``python -m benchmarks session``: a whole training session in real browsers, with pictures of it.

A facilitator at the board, a projector, and twelve people, half of them on phones, live through 24 months of one
company that all decide about, and of one that each has for themselves. In the middle the server is killed (-9) and
started again.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from playwright.sync_api import Browser, Page, expect

from benchmarks.board import chromium
from benchmarks.measure import Row
from benchmarks.room import served, until
from simkit.training.company import CHOICES
from simkit_app.room.rooms import Rooms
from simkit_app.room.standing import Standing
from simkit_app.room.tables import opened

PEOPLE, MONTHS, KILLED = 12, 24, 12
_PATIENCE, _WORKED_OUT = 180_000, 900_000
"""Milliseconds after which something, and what the debrief computes, is taken not to happen at all."""
_SCREENS: tuple[dict[str, Any], ...] = (
    {"viewport": {"width": 390, "height": 844}, "has_touch": True},
    {"viewport": {"width": 1024, "height": 768}},
    {"viewport": {"width": 390, "height": 844}, "has_touch": True, "color_scheme": "dark"},
    {"viewport": {"width": 1024, "height": 768}, "color_scheme": "dark"},
)


def session_rows(pictures: Path, people: int = PEOPLE, months: int = MONTHS) -> list[Row]:
    """Live through a session.

    Args:
        pictures: the folder for what the screens show.
        people: who take part.
        months: of each company.
    """
    pictures.mkdir(parents=True, exist_ok=True)
    expect.set_options(timeout=_PATIENCE)
    began = time.perf_counter()
    with TemporaryDirectory() as folder, chromium() as browser:
        file = Path(folder) / "rooms.sqlite"
        with served(file) as (address, restart):
            play = _Play(browser, address, Rooms(opened(file)), pictures, months)
            play.come_in(people)
            play.live(restart)
            play.debrief("one")
            play.go_on("own")
            play.live()
            play.debrief("own")
            wrong = play.wrong
    note = f"{people} people, {months} months twice, killed once; pictures in {pictures}"
    return [
        Row(
            "session: in real browsers, from opening to the second debrief", time.perf_counter() - began, "s", note=note
        ),
        Row("session: lost, counted twice or failed", float(len(wrong)), "", at_most=0.0, note="; ".join(wrong[:3])),
    ]


class _Play:
    """A session under way.

    Attributes:
        wrong: what should not have happened.
    """

    def __init__(self, browser: Browser, address: str, rooms: Rooms, pictures: Path, months: int) -> None:
        self.wrong: list[str] = []
        self._browser, self._address, self._rooms, self._pictures = browser, address, rooms, pictures
        self._months = months
        self._facilitator = self._screen({"viewport": {"width": 1440, "height": 1000}})
        self._facilitator.goto(f"{address}/training")
        self._choose("one")
        self._facilitator.get_by_role("button", name="Open the room").click()
        self._code = self._facilitator.locator("h1", has_text=re.compile("^[A-Z]{6}$")).inner_text()
        self._wall = self._screen({"viewport": {"width": 1280, "height": 720}})
        projector = self._facilitator.get_by_role("link", name="Open the projector view").get_attribute("href")
        self._wall.goto(f"{address}{projector}")
        self._people: list[Page] = []
        self._sent: dict[str, dict[int, str]] = {}

    def come_in(self, people: int) -> None:
        """Join and draw, each something else."""
        for number in range(people):
            page = self._screen(_SCREENS[number % len(_SCREENS)])
            page.goto(f"{self._address}/room?code={self._code}")
            page.get_by_label("Your name, as the room may see it").fill(f"Person {number}")
            page.get_by_role("button", name="Join").click()
            expect(page.locator("#title")).to_be_focused()
            self._people.append(page)
        self._picture("joined")
        self._draw()

    def live(self, restart: Callable[[], None] | None = None) -> None:
        """Reveal all months, one by one the first time and then up to each review; decide there."""
        page = self._facilitator
        self._sent = {}
        self._step("Lock the drawings and begin")
        next_one = "eveal the next month" if self._standing.round == 1 else "eveal up to the next review"
        while self._standing.month < self._months:
            self._step(re.compile(next_one))
            month = self._standing.month
            self._wait_for(month)
            if month in self._standing.company.reviews:
                self._decide(month)
            if month == KILLED and restart is not None:
                link = self._way_back()
                before = self._standing
                restart()
                self._same(before, self._standing, "the restart")
                page.goto(link)
                expect(page.get_by_text(f"Month {month} of {self._months}").first).to_be_visible()
                self._wall.reload()
                expect(self._wall.get_by_text(f"Month {month} of {self._months}")).to_be_visible()
                self._wall.locator(".stVegaLiteChart svg").wait_for()
            if month in (1, KILLED):
                self._picture(f"round {self._standing.round} month {month}")
        self._step("Go to the debrief")

    def debrief(self, name: str) -> None:
        """Look at all of it."""
        page = self._facilitator
        file = page.get_by_role("button", name="Debrief (HTML)")
        expect(file).to_be_visible(timeout=_WORKED_OUT)
        for person in self._people:
            expect(person.locator("#lesson")).to_contain_text("Your curve was off by")
        page.set_viewport_size({"width": 1440, "height": 5_000})  # Streamlit's pages scroll inside themselves
        self._picture(f"debrief {name}")
        page.set_viewport_size({"width": 1440, "height": 1_000})
        with page.expect_download() as download:
            file.click()
        home = self._pictures / f"debrief {name}.html"
        download.value.save_as(home)
        reader = self._screen({"viewport": {"width": 1024, "height": 768}})
        reader.goto(home.resolve().as_uri())
        reader.screenshot(path=self._pictures / f"debrief {name}, file.png", full_page=True)
        reader.context.close()
        for scene in range(1, 8):
            self._step("Next part")
            self._wall.wait_for_timeout(1_500)
            self._wall.screenshot(path=self._pictures / f"wall {name} {scene}.png")
            self._fits()
        self._check()

    def go_on(self, mode: str) -> None:
        """A second company, and a second drawing."""
        page = self._facilitator
        page.get_by_text("Another company: what was learned?").click()
        self._choose(mode)
        page.get_by_role("button", name="Go on with this company").click()
        until(lambda: self._standing.round == 2)
        if self._standing.mode != mode:
            self.wrong.append(f"the second company is lived as {self._standing.mode}, not {mode}")
        for person in self._people:
            expect(person.locator("#draw-heading")).to_have_text("Draw the results that you expect")
        self._draw()

    def _screen(self, options: dict[str, Any]) -> Page:
        context = self._browser.new_context(**options)
        context.set_default_timeout(_PATIENCE)
        context.on("weberror", lambda error: self.wrong.append(str(error.error)))
        return context.new_page()

    @property
    def _standing(self) -> Standing:
        return self._rooms.standing(self._code)

    def _choose(self, mode: str) -> None:
        page = self._facilitator
        months = page.get_by_role("spinbutton", name="Months")
        months.fill(str(self._months))
        months.press("Enter")
        if mode == "own":
            who = page.get_by_role("combobox", name="Who decides?")
            chosen = "Each their own company, under the same luck"
            who.scroll_into_view_if_needed()
            who.page.wait_for_timeout(500)  # a list closes when the page is still on its way
            who.click()
            page.get_by_role("option", name=chosen).click()
            expect(who).to_have_value(chosen)

    def _draw(self) -> None:
        for number, page in enumerate(self._people):
            page.locator("#pad").scroll_into_view_if_needed()
            box = page.locator("#pad").bounding_box()
            assert box is not None
            left, right = box["x"] + 2, box["x"] + box["width"] - 2
            page.mouse.move(left, box["y"] + 0.7 * box["height"])
            page.mouse.down()
            page.mouse.move(right, box["y"] + (0.1 + 0.03 * number) * box["height"])
            page.mouse.up()
            page.locator("#crossing").fill(str(4 + number))
            page.locator("#patience").fill("6")
            expect(page.locator("#status")).to_have_text("saved")
        expect(self._facilitator.get_by_text(f"{len(self._people)} have drawn").first).to_be_visible()
        self._picture(f"round {self._standing.round} drawn")

    def _decide(self, month: int) -> None:
        expected = 0
        for number, page in enumerate(self._people):
            vote = page.locator("#vote")
            if not vote.is_visible():
                continue
            # In their own companies two stop; otherwise nobody, so that all months are lived.
            stops = self._standing.mode == "own" and number < 2 and month == 9
            choice = CHOICES[5 if stops else (number + month // 3) % 5]
            vote.locator(f"input[value={choice}]").check()
            self._sent.setdefault(f"Person {number}", {})[month] = choice
            expected += 1
        for page in self._people:
            if page.locator("#vote").is_visible():
                expect(page.locator("#status")).to_have_text("saved")
        tally = self._standing.tally(month)
        if sum(tally.values()) != expected:
            self.wrong.append(f"{sum(tally.values())} votes instead of {expected} in month {month}")
        if month == 3:
            self._picture(f"round {self._standing.round} review")

    def _wait_for(self, month: int) -> None:
        for page in self._people:
            expect(page.locator("#months-heading")).to_have_text(f"Month {month} of {self._months}")

    def _step(self, button: str | re.Pattern[str]) -> None:
        """Take a step; the button is drawn again each second, and may go from under the mouse."""
        steps = self._standing.steps
        while self._standing.steps == steps:
            self._facilitator.get_by_role("button", name=button).first.click()
            with suppress(AssertionError):
                until(lambda: self._standing.steps > steps, 5.0)

    def _way_back(self) -> str:
        page = self._facilitator
        page.get_by_role("button", name="Your own link back").click()
        link = page.locator("code", has_text="key=").inner_text()
        page.keyboard.press("Escape")
        return link

    def _same(self, before: Standing, after: Standing, what: str) -> None:
        if before != after:
            self.wrong.append(f"the room is not the same after {what}")

    def _check(self) -> None:
        standing = self._standing
        if sorted(seat.name for seat in standing.seats.values()) != sorted(
            f"Person {number}" for number in range(len(self._people))
        ):
            self.wrong.append("people are missing, or there more than once")
        for seat in standing.seats.values():
            if seat.drawing is None or seat.drawing.crossing != 4 + int(seat.name.split()[1]):
                self.wrong.append(f"the drawing of {seat.name}")
            if seat.votes != self._sent[seat.name]:
                self.wrong.append(f"the votes of {seat.name}")

    def _picture(self, name: str) -> None:
        shown: Sequence[tuple[str, Page]] = [("facilitator", self._facilitator), ("wall", self._wall)]
        shown = [*shown, *((f"person {number}", page) for number, page in enumerate(self._people[: len(_SCREENS)]))]
        for who, page in shown:
            page.evaluate("scrollTo(0, 0)")  # what stays at the edge of the screen covers the middle of the picture
            page.screenshot(path=self._pictures / f"{name}, {who}.png", full_page=who != "wall")
        self._fits()

    def _fits(self) -> None:
        edge = self._wall.get_by_test_id("stMain")
        if edge.evaluate("main => main.scrollHeight > main.clientHeight"):
            self.wrong.append(f"the projector's view runs below the edge: {self._standing.phase}")
