"""How fast the board is, in a real Chromium, beside the same page with an empty model (the floor).

Both are served by processes of their own and take turns, move by move, so that what the machine is doing hits both.
``python -m benchmarks.board PORT [empty]`` serves one.
"""

from __future__ import annotations

import itertools
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from socket import socket
from typing import Any

import numpy as np
import psutil
from playwright.sync_api import Browser, Page, sync_playwright

import simkit
from benchmarks.measure import Row
from benchmarks.visitor import Visitor

QUIET = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync")
MOVES, VISITORS, MANY = 30, 10, 500
FIRST_GOAL, SETTLED_GOAL, COLD_GOAL, CROWD_GOAL, MEMORY_GOAL = 150.0, 900.0, 1.5, 2_000.0, 50.0
SETTLED = 30
LINK = "from=baseline&seed=1"
FRAMES = 40.0
"""Milliseconds between a chart and its headline at most, as they come with the same message or the next."""
LEVERS = ("Share of working time lost to urgent requests", "Time until there is enough data", "Media budget")
"""Each can be moved on ten times and more from where the baseline has it."""

# Times, in milliseconds from the key, of each headline of a new scenario by its lives, of each change of the chart, and
# of the last headline of the old scenario. A picture is drawn chart first: a chart belongs to the headline after it.
_WATCH = """
() => {
  const chart = () => document.querySelector('[data-testid="stVegaLiteChart"] svg');
  window.seen = {key: 0, before: '', heads: [], charts: [], old: 0};
  addEventListener('keydown', () => {
    const head = document.querySelector('.simkit-headline');
    window.seen = {key: performance.now(), before: head.dataset.scenario, heads: [], charts: [], old: 0};
  }, true);
  new MutationObserver(changes => {
    const now = performance.now() - window.seen.key, head = document.querySelector('.simkit-headline');
    const told = head && changes.some(c => [...c.addedNodes].some(n => n.contains && n.contains(head)));
    if (head && head.dataset.scenario && head.dataset.scenario !== window.seen.before)
      window.seen.heads.push([now, +head.dataset.lives]);
    else if (told)
      window.seen.old = now;
    const drawn = chart();
    const touched = c => drawn.contains(c.target) || [...c.addedNodes].some(n => n.contains && n.contains(drawn));
    if (drawn && changes.some(touched))
      window.seen.charts.push(now);
  }).observe(document.body, {subtree: true, childList: true, attributes: true, characterData: true});
}
"""


def board_rows(moves: int = MOVES, visitors: int = VISITORS, many: int = MANY) -> list[Row]:
    """Moves of one visitor, of some at once and of many, and the cold start; milliseconds unless the unit says so."""
    cold = {kind: [_cold(kind) for _ in range(3)] for kind in ("empty", "")}
    start = float(np.median(cold[""])) - float(np.median(cold["empty"]))
    rows = [
        Row.of("board: cold start to the first chart, floor", cold["empty"], "s"),
        Row.of("board: cold start to the first chart", cold[""], "s"),
        Row("board: cold start above the floor", start, "s", at_most=COLD_GOAL, note="medians of 3"),
    ]
    with served("empty") as floor, served("") as board, chromium() as browser:
        pages = {"floor": opened(browser, floor), "board": opened(browser, board)}
        turns = [dict.fromkeys(pages, (0.0, 0.0)) for _ in range(moves)]
        for turn, lever in zip(turns, itertools.cycle(LEVERS), strict=False):
            for name, page in pages.items():
                turn[name] = moved(page, lever, "ArrowRight")
        again = [moved(pages["board"], "", "Control+z", seen=True)[0] for _ in range(moves // 2)]
        first = {name: [turn[name][0] for turn in turns] for name in pages}
        rows += _percentiles("slider to first chart, floor", first["floor"])
        rows += _percentiles("slider to first chart", first["board"])
        above = _p95(first["board"]) - _p95(first["floor"])
        rows.append(Row("board: first chart, p95 above the floor's", above, "ms", at_most=FIRST_GOAL))
        rows += _percentiles(f"slider to {SETTLED} lives", [turn["board"][1] for turn in turns], SETTLED_GOAL)
        rows += _percentiles("back to a position seen before", again)
    with served("") as board, chromium() as browser:
        rows += _percentiles(
            f"{visitors} visitors at once, one in a browser, first chart", _among(browser, board, visitors), CROWD_GOAL
        )
    with served("") as board, chromium() as browser:
        crowd = [opened(browser, board) for _ in range(visitors)]
        rows += _percentiles(f"{visitors} browsers on the server's machine at once, first chart", _crowd(crowd))
    with served("") as board, chromium() as browser:
        rows.append(_memory(browser, board, many))
    return rows


def _percentiles(what: str, values: list[float], at_most: float | None = None) -> list[Row]:
    note = f"{len(values)} moves"
    return [
        Row(f"board: {what}, p50", float(np.median(values)), "ms", note=note),
        Row(f"board: {what}, p95", _p95(values), "ms", at_most=at_most, note=note),
    ]


def _p95(values: list[float]) -> float:
    return float(np.percentile(values, 95))


@contextmanager
def served(kind: str) -> Iterator[str]:
    """The address of a server of its own: of the board, or of the same with an 'empty' model."""
    with socket() as probe:
        probe.bind(("localhost", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-m", "benchmarks.board", str(port), kind], stdout=subprocess.DEVNULL)
    try:
        yield f"http://localhost:{port}"
    finally:
        process.terminate()
        process.wait()


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(QUIET))
        yield browser
        browser.close()


def answering(address: str) -> None:
    """Wait until a server answers."""
    while True:
        try:
            urllib.request.urlopen(f"{address}/_stcore/health", timeout=1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return


def opened(browser: Browser, address: str) -> Page:
    """A visitor's page of the baseline, with all its lives, ready to be timed."""
    answering(address)
    page = browser.new_context(viewport={"width": 1440, "height": 1000}).new_page()
    page.set_default_timeout(120_000)
    page.goto(f"{address}/?{LINK}")
    page.wait_for_function(f"+(document.querySelector('.simkit-headline')?.dataset.lives ?? 0) >= {SETTLED}")
    page.wait_for_timeout(1500)
    page.evaluate(_WATCH)
    return page


def moved(page: Page, lever: str, key: str, seen: bool = False) -> tuple[float, float]:
    """Move a lever by a key; milliseconds to the first chart of the new scenario, and to that of `SETTLED` lives.

    The first chart is the first change after the last headline of the old scenario, if that still came after the key;
    it may change a frame or two after its own headline. That of many lives may change so long before its headline.
    """
    if lever:
        page.get_by_role("slider", name=lever).focus()
    page.keyboard.press(key)
    enough = "s => s.heads.length && s.charts.length"
    page.wait_for_function(f"({enough})(window.seen)", polling=20)
    page.wait_for_function(f"window.seen.heads.some(h => h[1] >= {SETTLED})", polling=20)
    page.wait_for_timeout(300 if seen else 600)
    found = page.evaluate("window.seen")
    settled = next(at for at, lives in found["heads"] if lives >= SETTLED)
    return _first(found), float(next((at for at in found["charts"] if at >= settled - FRAMES), settled))


def _first(found: dict[str, Any]) -> float:
    """When the first chart of the new scenario was drawn; no later than its headline if the chart is the same."""
    begins = found["old"] + FRAMES if found["old"] else 0.0
    return float(next((at for at in found["charts"] if at >= begins), found["heads"][0][0]))


def _among(browser: Browser, address: str, visitors: int) -> list[float]:
    """Everybody moves a lever in the same second, time and again; what the one in a browser sees.

    The browsers of the others are not here, as they would not be: see `Visitor`.
    """
    page = opened(browser, address)
    others = [
        Visitor(address, f"from=baseline&seed={2 + i}") for i in range(visitors - 1)
    ]  # nobody's lives serve others
    times = []
    for _, lever in zip(range(MOVES), itertools.cycle(LEVERS), strict=False):
        waited = [other.move(lever) for other in others]
        times.append(moved(page, lever, "ArrowRight")[0])
        for other, before in zip(others, waited, strict=True):
            other.wait(SETTLED, before)
    for other in others:
        other.close()
    return times


def _crowd(pages: list[Page]) -> list[float]:
    """Everybody moves a lever in the same second, three times."""
    times = []
    for lever in LEVERS:
        for i, page in enumerate(pages):
            slider = page.get_by_role("slider", name=lever)
            slider.focus()
            page.keyboard.press("ArrowRight" if i % 2 else "ArrowLeft")
        for page in pages:
            page.wait_for_function("window.seen.heads.length && window.seen.charts.length", polling=20)
            found = page.evaluate("window.seen")
            times.append(_first(found))
        pages[0].wait_for_timeout(8_000)
    return times


def _memory(browser: Browser, address: str, moves: int) -> Row:
    """What many moves leave behind in the server; positions are kept up to a bound, so the second half counts."""
    page = opened(browser, address)
    process = psutil.Process(
        next(
            c.pid
            for c in psutil.net_connections()
            if c.status == "LISTEN" and c.laddr.port == int(address.rpartition(":")[2])
        )
    )
    sizes = []
    for i in range(moves):
        page.get_by_role("slider", name=LEVERS[i % 3]).focus()
        page.keyboard.press("ArrowRight" if (i // 30) % 2 else "ArrowLeft")
        page.wait_for_timeout(150)
        sizes.append(process.memory_info().rss / 2**20)
    grown = float(np.mean(sizes[-50:]) - np.mean(sizes[moves // 2 : moves // 2 + 50]))
    return Row(f"board: server's memory from move {moves // 2} to {moves}", grown, "MB", at_most=MEMORY_GOAL)


def _cold(kind: str) -> float:
    """Seconds from starting the server to the first chart in a browser that is already open."""
    with chromium() as browser:
        page = browser.new_context().new_page()
        page.set_default_timeout(120_000)
        began = time.perf_counter()
        with served(kind) as address:
            answering(address)
            page.goto(f"{address}/?{LINK}")
            page.wait_for_selector('[data-testid="stVegaLiteChart"] svg path')
            return time.perf_counter() - began


def _serve(port: int, empty: bool) -> None:
    """Serve the board; with an empty model every scenario has lives that are there at once."""
    from simkit_app import questions
    from simkit_app.answers import Answer
    from simkit_app.queue import Lane
    from simkit_app.server import serve

    if empty:
        baseline = simkit.load_scenario("baseline")
        others = itertools.cycle([simkit.simulate(baseline, SETTLED, seed).lives for seed in range(4)])

        def work(self: questions.Lived, answer: Answer, lane: Lane) -> None:
            answer.lives = SETTLED
            lives = next(others)  # other ones each time, so that there is something to draw
            answer.show(simkit.Ensemble(self.scenario, self.seed, lives))

        questions.Lived.work = work  # type: ignore[method-assign]
        questions.Reasons.work = lambda self, answer, lane: None  # type: ignore[method-assign]
    serve("localhost", port, browser=False)


if __name__ == "__main__":
    _serve(int(sys.argv[1]), "empty" in sys.argv[2:])
