"""The board in a real browser, served by the real command."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from simkit import __version__ as VERSION
from simkit.present.figures import money

PAGES = ("Start", "What if", "Your data", "Compare", "Explore", "Assumptions", "Take away", "Training")
WIDTHS = (390, 1024, 1920)
SOME = re.compile(r"of \d+ simulated lives")


def opened(page: Page, address: str, **link: str) -> Page:
    """The what-if page with all lives there."""
    page.goto(f"{address}/?{urlencode({'from': 'baseline', **link, 'version': VERSION})}")
    settled(page)
    return page


def settled(page: Page) -> None:
    source = page.locator(".simkit-source")
    expect(source).to_contain_text("simulated lives")
    expect(source.locator(".simkit-early")).to_have_count(0)
    expect(source).not_to_contain_text("More lives are being added")


def slider(page: Page, name: str) -> Locator:
    return page.get_by_role("slider", name=name)


def headline(page: Page) -> str:
    return page.locator(".simkit-headline").inner_text()


def figures(page: Page) -> list[str]:
    return page.locator(".simkit-figure .value").all_inner_texts()


def test_the_page_says_whose_it_is_before_its_script_has_run(server: str) -> None:
    """Fails if the first bytes name the framework, or their length is told wrongly."""
    with urlopen(server) as answer:
        page = answer.read().decode()
    assert "<title>simkit</title>" in page
    assert "<title>Streamlit" not in page


def test_an_address_without_a_page_leads_to_the_first(server: str) -> None:
    """Fails if Streamlit answers in its own words that there is no such page, or a link loses what it holds."""
    host = server.removeprefix("http://")
    for path, target in (("/no-such", "/"), ("/no/such?from=siloed", "/?from=siloed")):
        connection = HTTPConnection(host, timeout=20)
        connection.request("GET", path, headers={"Accept": "text/html"})
        answer = connection.getresponse()
        assert (answer.status, answer.headers["Location"]) == (307, target)
        connection.close()
    with urlopen(f"{server}/compare") as answer:
        assert answer.url == f"{server}/compare"


def test_a_lever_moves_the_headline_and_undo_brings_it_back(page: Page, server: str) -> None:
    """Fails if a move does not reach the simulation, or the way back does not lead to the same figures."""
    opened(page, server)
    first = headline(page), figures(page)
    slider(page, "How far channels work for themselves").press("ArrowLeft")
    expect(page.locator(".simkit-headline")).to_contain_text("the reference")
    settled(page)
    moved = headline(page), figures(page)
    assert moved[1] != first[1]
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".simkit-headline")).not_to_contain_text("the reference")
    settled(page)
    assert (headline(page), figures(page)) == first
    page.get_by_role("button", name="Redo").click()
    expect(page.locator(".simkit-headline")).to_contain_text("the reference")
    settled(page)
    assert (headline(page), figures(page)) == moved


def test_quick_hands_lose_no_step(page: Page, server: str) -> None:
    """Fails if a move that interrupts the one before it is lost, or a slider shows something else than the history."""
    opened(page, server)
    lever = slider(page, "Share of creation left to machines")
    for _ in range(4):
        lever.press("ArrowRight")
        page.wait_for_timeout(60)
    expect(page).to_have_url(re.compile(r"automation.reliance=0.6"))
    settled(page)
    expect(lever).to_have_value("0.6")


def test_several_levers_in_one_breath_and_the_way_back(page: Page, server: str) -> None:
    """Fails if the address, a moment older than quick hands, takes a move back, or the browser's way back is no way."""
    opened(page, server)
    names = ("Share of creation left to machines", "Analysts", "How far channels work for themselves")
    levers = [slider(page, name) for name in names]
    for lever in levers:
        lever.press("ArrowRight")
        page.wait_for_timeout(30)
    said = (r"automation\.reliance=0\.3", r"team\.analyst=2", r"process\.silos=0\.5")
    for part in said:
        expect(page).to_have_url(re.compile(part))
    settled(page)
    page.go_back()
    for part in said[:2]:
        expect(page).to_have_url(re.compile(part))
    expect(page).not_to_have_url(re.compile(said[2]))
    expect(levers[2]).to_have_value("0.4")
    settled(page)


def test_a_link_in_another_browser_and_the_command_line_give_the_same_figures(
    page: Page, server: str, chromium: Browser, tmp_path: Path
) -> None:
    """Fails if a link loses something of the scenario, or the board computes otherwise than `simkit run`."""
    opened(page, server, **{"process.silos": "0.9"})
    said, shown, address = headline(page), figures(page), page.url
    other = chromium.new_context().new_page()
    other.goto(f"{server}/?{address.partition('?')[2]}")
    settled(other)
    assert (headline(other), figures(other)) == (said, shown)
    other.context.close()
    lives = SOME.search(page.locator(".simkit-source").inner_text())
    assert lives
    number = re.findall(r"\d+", lives[0])[0]
    command = ["run", "baseline", "--set", "process.silos=0.9", "--seed", "1", "--replications", number, "--json"]
    run = subprocess.run([sys.executable, "-m", "simkit.cli", *command], capture_output=True, text=True, check=True)
    report = json.loads(run.stdout)
    assert shown[0] == f"month {report['crossing_month']['median']:g}"
    assert shown[2] == f"{100 * report['valley_depth']['mean']:.0f} %"
    assert shown[3] == money(report["cash_needed"]["mean"], "EUR")


def test_a_reload_and_a_change_of_page_lose_nothing(page: Page, server: str) -> None:
    """Fails if the scenario, or the history behind it, lives in the page alone."""
    opened(page, server)
    slider(page, "How far channels work for themselves").press("ArrowLeft")
    expect(page.locator(".simkit-headline")).to_contain_text("the reference")
    page.get_by_role("link", name="Take away").click()
    expect(page.get_by_role("heading", name="Take away")).to_be_visible()
    page.get_by_role("link", name="What if").click()
    expect(page.locator(".simkit-headline")).to_contain_text("the reference")
    page.goto(f"{server}/?{page.url.partition('?')[2]}")  # as a reload, from the server's own address
    expect(page.locator(".simkit-headline")).to_contain_text("the reference")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".simkit-headline")).not_to_contain_text("the reference")


def test_visitors_do_not_see_each_other(page: Page, server: str, chromium: Browser) -> None:
    """Fails if state is kept by server instead of by visitor, also for somebody who has the whole address."""
    opened(page, server)
    slider(page, "How far channels work for themselves").press("ArrowLeft")
    expect(page.locator(".simkit-headline")).to_contain_text("the reference")
    place = re.search(r"place=(\w+)", page.url)
    assert place
    other = chromium.new_context().new_page()
    other.goto(f"{server}/?from=baseline&seed=1&place={place[1]}")
    expect(other.locator(".simkit-source")).to_contain_text("simulated lives")
    expect(other.get_by_role("button", name="Undo")).to_be_disabled()
    assert "the reference" not in headline(other)
    other.context.close()


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ({"from": "nowhere"}, "there is no such story"),
        ({"process.silo": "1", "version": VERSION}, "Did you mean"),
        ({"process.silos": "7", "version": VERSION}, "expected a number from 0 to 1"),
        ({"process.silos": "0."}, "was it cut off"),
        ({"seed": "x"}, "expected a whole number"),
        ({"version": "0.0.1"}, "made with version 0.0.1"),
    ],
)
def test_a_bad_link_says_what_is_wrong_and_shows_a_board(
    page: Page, server: str, link: dict[str, str], said: str
) -> None:
    """Fails on a traceback, a silent correction or an empty page."""
    page.goto(f"{server}/?{urlencode({'from': 'baseline', **link})}")
    expect(page.get_by_role("alert").first).to_contain_text(said)
    expect(page.locator(".simkit-source")).to_contain_text("simulated lives")


def test_html_in_a_name_is_shown_and_not_executed(page: Page, server: str) -> None:
    """Fails if a title reaches the page as markup."""
    title = '<img src=x onerror="window.pwned=1"><b>bold</b> $x$ [a](javascript:alert(1))'
    opened(page, server, **{"title": title, "process.silos": "0.3"})
    expect(page.get_by_text("<b>bold</b>", exact=False).first).to_be_visible()
    for name in PAGES[2:]:
        page.get_by_role("link", name=name).click()
        page.wait_for_timeout(500)
    assert page.evaluate("window.pwned") is None
    assert page.locator("img[src=x]").count() == 0


@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_fits_the_screen(chromium: Browser, server: str, width: int) -> None:
    """Fails if a page is wider than the screen, a chart is squeezed beside another, or something is in the console."""
    context = chromium.new_context(viewport={"width": width, "height": 900})
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    opened(page, server, **{"process.silos": "0.1"})
    for name in PAGES:
        expand = page.get_by_test_id("stExpandSidebarButton")
        if width < 768 and expand.is_visible():
            expand.click()
        page.get_by_role("link", name=name).first.click()
        expect(page.get_by_role("link", name=name).first).to_have_attribute("aria-current", "page")
        page.wait_for_timeout(1500)
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider <= 0, name
        if name == "What if":
            charts = page.get_by_test_id("stVegaLiteChart")
            expect(charts).not_to_have_count(0)
            assert min(chart.bounding_box()["width"] for chart in charts.all()) > 300  # type: ignore[index]
    context.close()
    assert not wrong


def test_nothing_is_asked_of_any_other_machine(page: Page, server: str, asked: Path) -> None:
    """Fails if a page fetches a font, a script or a picture from elsewhere, or the server or a worker calls out."""
    urls: list[str] = []
    page.on("request", lambda request: urls.append(request.url))
    page.on("websocket", lambda socket: urls.append(socket.url))
    opened(page, server)
    for name in PAGES[2:]:
        page.get_by_role("link", name=name).click()
        page.wait_for_timeout(700)
    host = server.removeprefix("http://")
    elsewhere = [url for url in urls if f"//{host}/" not in url and not url.startswith(("data:", "blob:"))]
    assert len(urls) > 20
    assert not elsewhere
    overheard = asked.read_text().splitlines()
    assert overheard.count("listening") > 1  # the server and its workers
    assert set(overheard) == {"listening"}


@pytest.mark.parametrize(("origin", "status"), [("http://elsewhere.example", 403), ("", 101)])
def test_another_site_cannot_talk_to_the_board(server: str, asked: Path, origin: str, status: int) -> None:
    """Fails if a page from elsewhere could use the board through a visitor's browser, or made it look something up."""
    host = server.removeprefix("http://")
    connection = HTTPConnection(host, timeout=20)
    key = {"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version": "13"}
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", **key}
    connection.request("GET", "/_stcore/stream", headers={**upgrade, "Origin": origin or server})
    assert connection.getresponse().status == status
    connection.close()
    assert set(asked.read_text().splitlines()) == {"listening"}


def test_the_board_is_moved_by_keyboard_alone(page: Page, server: str) -> None:
    """Fails if a lever cannot be reached or moved without a pointer."""
    opened(page, server)
    lever = slider(page, "Share of creation left to machines")
    reached: Callable[[], bool] = lambda: lever.evaluate("element => element === document.activeElement")  # noqa: E731
    for _ in range(60):
        page.keyboard.press("Tab")
        if reached():
            break
    assert reached()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".simkit-headline")).to_contain_text("the reference")
    page.keyboard.press("Control+z")
    expect(page.locator(".simkit-headline")).not_to_contain_text("the reference")
