"""Take the pictures of the board: python docs/make_board.py. It needs simkit[app], Playwright and Chromium."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlencode

from playwright.sync_api import Browser, FilePayload, Page

import simkit
from benchmarks.board import answering, chromium, served

IMAGES = Path(__file__).with_name("images") / "board"
CHANGED = {"process.silos": 0.4, "team.analyst": 2}
SHOWN = {"from": "siloed", **{path: str(value) for path, value in CHANGED.items()}, "version": simkit.__version__}
WAIT = 120_000
VIEWS = (
    ("A new map", "Run", "Click on a point", "explore", 1000),
    ("What moves it", "Move", "Click on a bar", "moves", 1450),
    ("Where it fails", "Look for the limits", "Click on a point", "fails", 1300),
    ("Which plan is best", "Try", "luck had lent", "plans", 1900),
)
"""Of the page Explore: its name, what runs it, what is said once it is done, the picture, and how high it is."""


def settled(page: Page, address: str, link: dict[str, str]) -> None:
    """Open a link and wait until all lives and the reasons are there."""
    page.goto(f"{address}/?{urlencode(link)}")
    page.get_by_text("The bars add up to that").wait_for(timeout=WAIT)
    page.wait_for_timeout(1500)


def months() -> FilePayload:
    """A year of one life of the company that is shown, as its table of months."""
    lives = simkit.simulate(simkit.load_scenario("siloed").with_changes(CHANGED), [77], 1)
    table = lives.monthly.loc[lives.monthly["month"] <= 12, ["month", "leads", "customers", "margin"]]
    return {"name": "months.csv", "mimeType": "text/csv", "buffer": table.to_csv(index=False).encode()}


def pictures(browser: Browser, address: str) -> None:
    """One picture a page, then the board at night and on a phone."""
    page = browser.new_context(viewport={"width": 1440, "height": 1000}).new_page()
    page.goto(address)
    page.get_by_role("button", name="Show my board").wait_for(timeout=WAIT)
    page.wait_for_timeout(1000)
    page.screenshot(path=IMAGES / "start.png")
    settled(page, address, SHOWN)
    page.screenshot(path=IMAGES / "what-if.png")
    page.get_by_text("The bars add up to that").scroll_into_view_if_needed()
    page.wait_for_timeout(800)
    page.screenshot(path=IMAGES / "why.png")
    for part in ("Activity and results", "Where work waits"):
        page.get_by_text(part, exact=True).click()
        page.wait_for_timeout(3000)
        page.screenshot(path=IMAGES / f"{part.split()[0].lower()}.png")
    page.get_by_role("link", name="Your data").click()
    page.locator("input[type=file]").set_input_files(months())
    page.get_by_text("Quickly").click()
    page.get_by_role("button", name="Fit").click()
    page.get_by_text("Wait or stop", exact=True).wait_for(timeout=5 * WAIT)
    page.get_by_text("What your months tell").scroll_into_view_if_needed()
    page.wait_for_timeout(3000)
    page.screenshot(path=IMAGES / "your-data.png")
    page.get_by_role("button", name="Remove them").click()
    compared(page)
    for name in ("Assumptions", "Take away"):
        page.get_by_role("link", name=name).click()
        page.wait_for_timeout(8000)
        page.screenshot(path=IMAGES / f"{name.lower().replace(' ', '-')}.png")
    explored(page)
    for name, options in {
        "dark": {"viewport": {"width": 1440, "height": 1000}, "color_scheme": "dark"},
        "phone": {"viewport": {"width": 390, "height": 844}},
    }.items():
        other = browser.new_context(**options).new_page()  # type: ignore[arg-type]  # a dictionary of options
        settled(other, address, SHOWN)
        other.screenshot(path=IMAGES / f"{name}.png")


def compared(page: Page) -> None:
    """Two stories and what the board shows, with all their lives."""
    page.get_by_role("link", name="Compare").click()
    page.get_by_role("button", name="See an example").click()
    page.get_by_role("button", name="What the board shows", exact=True).click()
    name = page.get_by_label("Scenario 3", exact=True)
    name.fill("Silos half opened")
    name.press("Enter")
    page.locator(".simkit-legend", has_text="Silos half opened").wait_for(timeout=WAIT)
    lives = page.locator(".simkit-source", has_text="with the same luck")
    lives.filter(has_not_text="More lives are being added").wait_for(timeout=5 * WAIT)
    page.get_by_text("Pinned", exact=True).scroll_into_view_if_needed()
    page.wait_for_timeout(6000)  # until what was said of the pin has gone
    page.screenshot(path=IMAGES / "compare.png")


def explored(page: Page) -> None:
    """The map, and each other view of the page; high enough that what is found can be seen."""
    page.get_by_role("link", name="Explore").click()
    for view, run, found, name, height in VIEWS:
        page.set_viewport_size({"width": 1440, "height": height})
        page.get_by_role("radio", name=view).click()
        page.get_by_role("button", name=run).click()
        page.get_by_text(found).wait_for(timeout=5 * WAIT)
        page.wait_for_timeout(1500)
        page.screenshot(path=IMAGES / f"{name}.png")


def main() -> None:
    """Serve the board, take the pictures, end it."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with served("") as address, chromium() as browser:
        answering(address)
        pictures(browser, address)


if __name__ == "__main__":
    main()
