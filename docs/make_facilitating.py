"""Make what docs/facilitating.md shows: python docs/make_facilitating.py [handouts]

Hand-outs are written from a company; pictures are taken of a session that takes place, in Chromium, with people who are
simulated. That needs simkit[app], Playwright and Chromium.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socket import socket
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, Page

import simkit
from benchmarks.board import answering, chromium
from simkit.present.handouts import handouts
from simkit.training.company import company, live

HERE = Path(__file__).parent
IMAGES, PAPER = HERE / "images" / "facilitating", HERE / "handouts.html"
WAIT = 1_800_000
PEOPLE, MONTHS, REVIEWS = 12, 24, 7
PARTS = {
    "expected": "What was expected, and what came",
    "crossing": "When the crossing was expected, and when it came",
    "decisions": "What decisions did, against holding",
    "known": "What could have been known",
}


@contextmanager
def room() -> Iterator[str]:
    """The address of a server of its own, which forgets everything afterwards."""
    with socket() as probe:
        probe.bind(("localhost", 0))
        port = probe.getsockname()[1]
    with TemporaryDirectory() as folder:
        kept = {**os.environ, "SIMKIT_ROOMS": f"{folder}/rooms.sqlite"}
        command = [sys.executable, "-m", "simkit.cli", "room", "--no-browser", "--port", str(port)]
        process = subprocess.Popen(command, env=kept, stdout=subprocess.DEVNULL)
        try:
            yield f"http://localhost:{port}"
        finally:
            process.terminate()
            process.wait()


def paper() -> str:
    """The hand-outs of the shipped scenario `baseline`, with typical luck."""
    chosen = company(simkit.load_scenario("baseline"), MONTHS, "typical", seed=1)
    lived = live(chosen)
    start = (3 * lived.rows[0]["average"] - lived.rows[0]["result"]) / 2  # as people in a room see it
    return handouts(chosen, round(start, 2), lived.column("expected"))


def opened(browser: Browser, address: str) -> tuple[Page, Page, str]:
    """The facilitator's page, the projector and the code of a room that has been opened."""
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.set_default_timeout(WAIT)
    page.goto(address)
    page.get_by_role("link", name="Training").click()
    page.get_by_role("button", name="Open the room").wait_for()
    page.wait_for_timeout(1000)
    page.screenshot(path=IMAGES / "open.png")
    page.get_by_role("button", name="Open the room").click()
    code = page.locator("h1", has_text=re.compile("^[A-Z]{6}$")).inner_text()
    link = page.get_by_role("link", name="Open the projector view").get_attribute("href")
    wall = browser.new_context(viewport={"width": 1600, "height": 900}).new_page()
    wall.goto(f"{address}{link}")
    return page, wall, code


def joined(browser: Browser, address: str, code: str) -> Page:
    """Somebody on a phone who has drawn a curve with a pointer."""
    phone = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True).new_page()
    phone.set_default_timeout(WAIT)
    phone.goto(f"{address}/room?code={code}")
    phone.get_by_label("Your name, as the room may see it").fill("Ann")
    phone.get_by_role("button", name="Join").click()
    phone.locator("#draw-heading").wait_for()
    phone.locator("#story-box summary").click()
    pad = phone.locator("#pad")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box is not None
    phone.mouse.move(box["x"] + 2, box["y"] + 0.74 * box["height"])
    phone.mouse.down()
    for across, down in ((0.3, 0.72), (0.55, 0.6), (0.75, 0.42), (0.98, 0.3)):
        phone.mouse.move(box["x"] + across * box["width"], box["y"] + down * box["height"], steps=8)
    phone.mouse.up()
    phone.locator("#crossing").fill("18")
    phone.locator("#patience").fill("9")
    phone.locator("#status", has_text="saved").wait_for()
    phone.locator("#draw-heading").scroll_into_view_if_needed()
    phone.wait_for_timeout(500)
    phone.screenshot(path=IMAGES / "phone-draw.png")
    return phone


def lived(page: Page, wall: Page, phone: Page) -> None:
    """All months; at the third review somebody on the phone decides too."""
    page.get_by_role("button", name="Lock the drawings and begin").click()
    for review in range(1, REVIEWS + 2):
        page.get_by_role("button", name=re.compile("up to the next review")).click()
        if review > REVIEWS:
            break
        choice = "Push" if review == 3 else "Hold"
        phone.get_by_role("heading", name=f"Month {3 * review} is reviewed").wait_for()
        phone.get_by_role("radio", name=choice).click()
        page.get_by_text(f"{PEOPLE + 1} have decided about month {3 * review}").wait_for()
        if review == 3:
            phone.locator("#vote").scroll_into_view_if_needed()
            phone.wait_for_timeout(1500)
            phone.screenshot(path=IMAGES / "phone-review.png")
            wall.screenshot(path=IMAGES / "projector-review.png")
            page.screenshot(path=IMAGES / "review.png")


def debriefed(page: Page, wall: Page) -> None:
    """The parts of the debrief that the guide speaks of."""
    page.get_by_role("button", name="Go to the debrief").click()
    page.get_by_text("(C8)").first.wait_for()
    page.get_by_role("button", name="Debrief (HTML)").wait_for()
    for part, title in PARTS.items():
        wall.get_by_text(title, exact=True).wait_for()
        wall.wait_for_timeout(10_000)  # until the chart before it is gone
        wall.screenshot(path=IMAGES / f"projector-{part}.png")
        for _ in range(2 if part == "crossing" else 1):
            page.get_by_role("button", name="Next part").click()
            page.wait_for_timeout(4000)
    page.get_by_text("Take home", exact=True).scroll_into_view_if_needed()
    page.wait_for_timeout(1500)
    page.screenshot(path=IMAGES / "take-home.png")


def pictures(browser: Browser, address: str) -> None:
    """A session of one company, from opening the room to what is taken home."""
    page, wall, code = opened(browser, address)
    page.get_by_role("button", name="Rehearse").click()
    page.get_by_role("button", name="Let them come").click()
    page.keyboard.press("Escape")
    phone = joined(browser, address, code)
    page.get_by_text(f"{PEOPLE + 1} people are here, {PEOPLE + 1} have drawn").wait_for()
    page.wait_for_timeout(1500)
    page.screenshot(path=IMAGES / "room.png")
    wall.screenshot(path=IMAGES / "projector-draw.png")
    lived(page, wall, phone)
    debriefed(page, wall)


def main() -> None:
    """Write the hand-outs; serve the board, hold a session, take its pictures."""
    PAPER.write_text(paper(), encoding="utf-8")
    if "handouts" in sys.argv[1:]:
        return
    IMAGES.mkdir(parents=True, exist_ok=True)
    with room() as address, chromium() as browser:
        answering(address)
        pictures(browser, address)


if __name__ == "__main__":
    main()
