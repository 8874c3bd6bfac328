"""A whole session in real browsers: a facilitator at the board, people on phones, from the drawing to the debrief."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, expect


def phone(chromium: Browser) -> BrowserContext:
    return chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True)


def join(context: BrowserContext, server: str, code: str, name: str) -> Page:
    page = context.new_page()
    page.goto(f"{server}/room?code={code}")
    page.get_by_label("Your name, as the room may see it").fill(name)
    page.get_by_role("button", name="Join").dblclick()
    expect(page.locator("#draw-heading")).to_be_visible()
    return page


def draw(page: Page, ups: int, crossing: str) -> None:
    pad = page.get_by_role("slider", name="Result you expect, month by month")
    pad.focus()
    for _ in range(ups):
        pad.press("PageUp")
    page.locator("#crossing").fill(crossing)
    page.locator("#patience").fill("3")
    expect(page.locator("#status")).to_have_text(re.compile("saved"))


def opened(page: Page, server: str, button: str) -> None:
    page.goto(server)
    page.get_by_role("link", name="Training").click()
    page.get_by_label("Months", exact=True).fill("6")
    page.get_by_label("Months", exact=True).press("Enter")
    page.get_by_role("button", name=button).click()


def projected(page: Page, server: str, code: str) -> Page:
    wall = page.context.new_page()
    wall.goto(f"{server}{page.get_by_role('link', name='Open the projector view').get_attribute('href')}")
    expect(wall.get_by_text("2 here, 2 have drawn")).to_be_visible()
    expect(wall.get_by_text(code, exact=True)).to_be_visible()
    fits(wall)
    return wall


FITS = """() => {
    const main = document.querySelector('[data-testid="stMain"]');
    const drawn = [...document.querySelectorAll('.stVegaLiteChart svg.marks, .wall-qr')]
        .map(one => one.getBoundingClientRect());
    return main.scrollHeight <= main.clientHeight
        && drawn.every(box => box.height > 0.3 * innerHeight && box.bottom <= innerHeight);
}"""


def fits(wall: Page) -> None:
    """A projector has no scroll bar that anybody could reach; what is drawn anew may need a moment."""
    for width, height in ((1024, 768), (1920, 1080), (1280, 720)):
        wall.set_viewport_size({"width": width, "height": height})
        wall.wait_for_timeout(500)
        wall.wait_for_function(FITS)


def rehearsed(page: Page) -> None:
    page.get_by_role("button", name="Rehearse").click()
    page.get_by_label("How many?").fill("1")
    page.get_by_label("How many?").press("Enter")
    page.get_by_role("button", name="Let them come").click()
    page.keyboard.press("Escape")
    expect(page.get_by_text("3 people are here, 3 have drawn")).to_be_visible()


def lived(page: Page, wall: Page, people: tuple[Page, Page]) -> None:
    page.get_by_role("button", name="Lock the drawings and begin").click()
    reveal = page.get_by_role("button", name=re.compile("eveal the next month"))
    for month in (1, 2, 3):
        reveal.click()
        expect(people[0].locator("#months-heading")).to_contain_text(str(month))
    for person in people:
        person.get_by_role("radio", name="Push: demand more activity").click()
        expect(person.locator("#status")).to_have_text(re.compile("saved"))
    expect(page.get_by_text("3 have decided about month 3")).to_be_visible()
    expect(wall.get_by_text("3 of 3 have decided")).to_be_visible()
    fits(wall)
    for month in (4, 5, 6):
        reveal.click()
        expect(people[1].locator("#months-heading")).to_contain_text(str(month))
    expect(page.get_by_text("Push: demand more activity").first).to_be_visible()
    fits(wall)


def debriefed(page: Page, wall: Page) -> str:
    """All parts and files; what the projector holds."""
    expect(wall.get_by_text("What was expected, and what came")).to_be_visible()
    page.get_by_role("button", name="Next part").click()
    expect(wall.get_by_text("When the crossing was expected")).to_be_visible()
    fits(wall)
    assert wall.get_by_role("button").count() == 0
    for last in ("Margin less cost, each decision against holding", "those most like yours counting most", "(C8)"):
        expect(page.get_by_text(last).first).to_be_visible()
    for title in ("Who stopped", "What decisions did", "What could have been known", "Activity is not results"):
        page.get_by_role("button", name="Next part").click()
        expect(wall.get_by_text(title)).to_be_visible()
        fits(wall)
    files = {"Debrief (HTML)": b"Ann &lt;b&gt;", "Debrief (PowerPoint)": b"PK", "People (CSV)": b"Ann <b>"}
    for button, holds in files.items():
        with page.expect_download() as download:
            page.get_by_role("button", name=button).click()
        assert holds in Path(download.value.path()).read_bytes()
    return wall.content()


def test_a_session_from_drawing_to_debrief(page: Page, chromium: Browser, server: str) -> None:
    """Fails if people cannot join, draw, see a month, decide or compare, if nobody can lead them there, or if the
    projector steers, runs below its edge, or holds a name or a secret."""
    opened(page, server, "Open the room")
    code = page.locator("h1", has_text=re.compile("^[A-Z]{6}$")).inner_text()
    with phone(chromium) as first, phone(chromium) as second:
        ann, bob = join(first, server, code, "Ann <b>A</b>"), join(second, server, code, "Bob")
        expect(ann.locator("#who")).to_contain_text("Ann <b>A</b>")
        draw(ann, 2, "5")
        draw(bob, 0, "6")
        expect(page.get_by_text("2 people are here, 2 have drawn")).to_be_visible()
        ann.reload()
        expect(ann.locator("#crossing")).to_have_value("5")
        wall = projected(page, server, code)
        rehearsed(page)
        lived(page, wall, (ann, bob))
        page.get_by_role("button", name="Go to the debrief").click()
        expect(ann.locator("#lesson")).to_contain_text("You expected")
        expect(bob.locator("#decided")).to_contain_text("Push")
        for person in (ann, bob):
            assert person.evaluate("document.documentElement.scrollWidth") <= 390
    projection = debriefed(page, wall)
    # The link back is for whoever leads, in another browser too.
    page.get_by_role("button", name="Your own link back").click()
    link = page.locator("code", has_text="key=").inner_text()
    for secret in ("Ann &lt;b&gt;", "Bob", "Straight line 1", link.partition("key=")[2]):
        assert secret not in projection + wall.url
    other = chromium.new_context().new_page()
    other.goto(link)
    expect(other.locator("h1", has_text=code)).to_be_visible()
    assert "key=" not in other.url
    other.context.close()


def test_somebody_alone_gets_from_the_board_to_the_whole_debrief(page: Page, server: str) -> None:
    """Fails if somebody alone cannot begin, decide or go on by themselves, or finds no way to the debrief."""
    opened(page, server, "Play on my own")
    with page.expect_popup() as popup:
        page.get_by_role("link", name="Begin").click()
    mine = popup.value
    draw(mine, 1, "4")
    mine.get_by_role("button", name="This is what I expect").click()
    mine.get_by_role("radio", name="Cut").click()
    mine.get_by_role("button", name="Go on to the next review").click()
    mine.get_by_role("button", name="See what there is to learn").click()
    expect(mine.locator("#decided")).to_contain_text("Cut")
    mine.get_by_role("link", name="The whole debrief").click()
    expect(mine.get_by_role("heading", name="You expected results to cross")).to_be_visible()
    assert "key=" not in mine.url
