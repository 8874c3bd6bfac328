"""Who has gone is forgotten, who is there or comes back is not; a browser that closes leaves the workers idle."""

from __future__ import annotations

import time
from pathlib import Path

import psutil
from playwright.sync_api import Browser, expect

from simkit_app.visitors import GONE, LOOK, Visitors
from tests.app.conftest import served


def test_only_those_who_stay_away_are_forgotten() -> None:
    """Fails if somebody is forgotten who is there or was away for a moment, or somebody who has gone is not."""
    here = {"stays", "returns"}
    forgotten: list[str] = []
    visitors = Visitors(forgotten.append, here.__contains__, look=0.02, gone=0.4)
    try:
        for owner in ("stays", "returns", "goes"):
            visitors.arrived(owner, owner)
        here.discard("returns")
        time.sleep(0.2)
        here.add("returns")
        until = time.monotonic() + 20.0
        while not forgotten and time.monotonic() < until:
            time.sleep(0.05)
        time.sleep(0.5)
        assert forgotten == ["goes"]
    finally:
        visitors.close()


def test_a_browser_that_closes_leaves_the_workers_idle(chromium: Browser, server: str) -> None:
    """Next steps take thousands of lives. Fails if they go on for nobody."""
    port = int(server.rsplit(":", 1)[1])
    served = next(one.pid for one in psutil.net_connections("tcp") if one.status == "LISTEN" and one.laddr.port == port)
    page = chromium.new_page()
    page.goto(f"{server}/?from=siloed&seed=77")
    page.locator(".simkit-source").wait_for()
    page.get_by_text("What next").click()
    page.get_by_text("Trying each lever").wait_for()
    page.close()
    until = time.monotonic() + GONE + 2 * LOOK + 60.0
    while _busy(served) > 0.05 and time.monotonic() < until:
        time.sleep(2.0)
    assert _busy(served) <= 0.05


def test_a_board_that_was_ended_says_so_in_its_own_words(chromium: Browser, tmp_path: Path) -> None:
    """Fails if an executive is told to restart a Streamlit script, or nothing."""
    with served(tmp_path) as (address, process):
        page = chromium.new_page()
        page.goto(address)
        expect(page.get_by_role("button", name="Show my board")).to_be_visible()
        process.terminate()
        process.wait(30)
        dialog = page.get_by_role("dialog")
        expect(dialog).to_be_visible()
        assert "streamlit" not in dialog.inner_text().lower()
        body = page.locator("[data-testid=stDialog] :has(> [data-testid=stErrorCodeBlock])")
        assert "The board does not answer" in body.evaluate("one => getComputedStyle(one, '::after').content")
        page.close()


def _busy(server: int) -> float:
    """The share of two seconds in which workers of a server were at work."""
    workers = psutil.Process(server).children(recursive=True)
    before = sum(_used(worker) for worker in workers)
    time.sleep(2.0)
    return (sum(_used(worker) for worker in workers) - before) / 2.0


def _used(worker: psutil.Process) -> float:
    """Seconds of a processor."""
    times = worker.cpu_times()
    return float(times.user + times.system)
