"""``python -m benchmarks room``: how soon everybody in a room sees a month, and whether anything is lost.

Those who take part are threads that ask as the page does: join, draw, wait for news, vote, and ask again until they are
answered. The facilitator steps over HTTP. Server and people share the machine. While people vote, the server is killed
(-9) and started again. In the end what the room holds is held against what each of them had sent.
"""

from __future__ import annotations

import gzip
import http.client
import itertools
import json
import os
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from socket import IPPROTO_TCP, TCP_NODELAY, socket
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any

import numpy as np

import simkit
from benchmarks.board import chromium
from benchmarks.link import SLOW, Link, through
from benchmarks.measure import Row
from simkit.training.company import CHOICES, Company
from simkit_app.room.rooms import Rooms
from simkit_app.room.standing import Mode, Standing
from simkit_app.room.tables import opened

MONTHS = 12
GOAL = 2.0
"""Seconds within which 95 % of those in a room see a month, on two cores."""
USABLE_GOAL = 5.0
"""Seconds within which the page can be used over a slow link."""
KILLED = 6
"""The month in whose review the server is killed."""
OPENED = 20
"""How often the page is opened over a slow link."""


class Person(Thread):
    """Somebody on a phone.

    Attributes:
        seen: when each month was first seen, by its number.
        votes: what was decided at each review.
        values: what was drawn.
        wrong: what should not have happened.
    """

    def __init__(self, address: str, code: str, number: int) -> None:
        super().__init__(daemon=True)
        self.seen: dict[int, float] = {}
        self.votes: dict[int, str] = {}
        self.values = [80_000.0 + 1_000.0 * number] * MONTHS
        self.wrong: list[str] = []
        self._address, self._code, self._number = address.removeprefix("http://"), code, number
        self._token = f"{number:032d}"
        self._connection: http.client.HTTPConnection | None = None

    def run(self) -> None:
        """Join, draw, and live through all months."""
        self._ask("POST", "join", {"code": self._code, "name": f"Person {self._number}", "token": self._token})
        drawing = {"round": 1, "values": self.values, "crossing": None, "patience": 3}
        self._ask("PUT", f"{self._code}/drawing", drawing)
        after = steps = -1
        while MONTHS not in self.seen:
            state = self._ask("GET", f"{self._code}/state?after={after}&steps={steps}&wait=20")
            if state is None:
                continue
            after, steps = state["version"], state["steps"]
            self.seen.setdefault(state["month"], time.perf_counter())
            review = state["review"]
            if review and review not in self.votes:
                self.votes[review] = CHOICES[(self._number + review) % 5]  # anything but to stop
                self._ask("PUT", f"{self._code}/vote", {"round": 1, "month": review, "choice": self.votes[review]})
            time.sleep(0.2)  # as the page does

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        """An answer, however often one has to ask: what is sent twice counts once."""
        data = None if body is None else json.dumps(body)
        headers = {"Authorization": f"Bearer {self._token}", "Accept-Encoding": "gzip"}
        while True:
            try:
                if self._connection is None:
                    self._connection = http.client.HTTPConnection(self._address, timeout=30)
                    self._connection.connect()
                    self._connection.sock.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
                self._connection.request(method, f"/room/api/{path}", data, headers)
                answer = self._connection.getresponse()
                content = answer.read()
            except (OSError, http.client.HTTPException):
                if self._connection is not None:
                    self._connection.close()
                self._connection = None
                time.sleep(0.3)
                continue
            if answer.status >= 400:
                self.wrong.append(f"{method} {path.partition('?')[0]}: {answer.status}")
                return None
            packed = answer.headers["Content-Encoding"] == "gzip"
            return json.loads(gzip.decompress(content) if packed else content) if content else None


def room_rows(people: int = 60) -> list[Row]:
    """One full room in each mode and over slow links, ten smaller ones, and the page over a slow link.

    Args:
        people: in the full room; 60 is what the goal is about.
    """
    return [
        *_rows(1, people, "one"),
        *_rows(1, people, "own"),
        *_rows(10, max(2, people // 5), "one"),
        *_rows(1, people, "own", SLOW),
        *_page_rows(),
    ]


def _rows(rooms: int, people: int, mode: Mode, link: Link | None = None) -> list[Row]:
    waits, back, wrong = _session(rooms, people, mode, link)
    what = f"room: {rooms} of {people}, {'one company' if mode == 'one' else 'own companies'}"
    what += ", slow links" if link else ""
    note = f"{len(waits)} reveals to a person; killed once"
    return [
        Row(f"{what}: a month to everybody, p50", float(np.median(waits)), "s", note=note),
        Row(f"{what}: p95", float(np.percentile(waits, 95)), "s", at_most=GOAL, note=note),
        Row(f"{what}: all votes in after a kill", back, "s", note="start of the server included"),
        Row(f"{what}: lost or counted twice", float(len(wrong)), "", at_most=0.0, note="; ".join(wrong[:3])),
    ]


def _session(rooms: int, people: int, mode: Mode, link: Link | None) -> tuple[list[float], float, list[str]]:
    """Live some rooms side by side.

    Returns:
        Seconds from each step to each screen, seconds from the kill until all had voted, and what went wrong.
    """
    with TemporaryDirectory() as folder:
        file = Path(folder) / "rooms.sqlite"
        kept = Rooms(opened(file))
        scenario = simkit.load_scenario("baseline").with_changes(
            {"horizon_months": MONTHS, "expectation.reaction": "hold"}
        )
        held = [kept.open(Company(scenario, 1, number), mode) for number in range(rooms)]
        links = [replace(link, seed=number) for number in range(rooms * people)] if link else []
        with served(file) as (address, restart), _ways(address, links, rooms * people) as addresses:
            ways = iter(addresses)
            crowd = [[Person(next(ways), code, number) for number in range(people)] for code, _ in held]
            for person in itertools.chain(*crowd):
                person.start()
            until(lambda: all(_drawn(kept, code) == people for code, _ in held))
            for code, key in held:
                step(address, code, key, "lock", kept)
            waits: list[float] = []
            back = 0.0
            for month in range(1, MONTHS + 1):
                began = {}
                for code, key in held:
                    began[code] = time.perf_counter()
                    step(address, code, key, "reveal", kept)
                if month == KILLED:
                    until(lambda: any(_voted(kept, code) for code, _ in held))
                    killed = time.perf_counter()
                    restart()
                until(partial(_all_saw, crowd, month))
                if month != KILLED:  # those who wait come back by themselves after a while
                    for (code, _), room in zip(held, crowd, strict=True):
                        waits += [one.seen[month] - began[code] for one in room]
                until(lambda: all(_voted(kept, code) == people for code, _ in held))
                if month == KILLED:
                    back = time.perf_counter() - killed
            wrong = [what for person in itertools.chain(*crowd) for what in person.wrong]
            for (code, _), room in zip(held, crowd, strict=True):
                wrong += _differences(kept.standing(code), room)
    return waits, back, wrong


def _differences(standing: Standing, room: Sequence[Person]) -> list[str]:
    """What a room holds that nobody sent, or does not hold though somebody did."""
    found = []
    seats = {seat.name: seat for seat in standing.seats.values()}
    if len(standing.seats) != len(room) or len(seats) != len(room):
        found.append(f"{len(standing.seats)} people instead of {len(room)}")
    for number, person in enumerate(room):
        seat = seats.get(f"Person {number}")
        if seat is None or seat.drawing is None or list(seat.drawing.values) != person.values:
            found.append(f"the drawing of {number}")
        elif seat.votes != person.votes or set(person.votes) != set(standing.company.reviews):
            found.append(f"the votes of {number}")
        if set(person.seen) - {0} != set(range(1, MONTHS + 1)):
            found.append(f"months that {number} has not seen")
    for month in standing.company.reviews:
        sent = Counter(person.votes.get(month) for person in room)
        if standing.tally(month) != sent:
            found.append(f"the count of month {month}")
    return found


def _page_rows() -> list[Row]:
    """How soon the page can be used over a slow link, with nothing of it on the device yet."""
    opening, drawing = [], []
    with TemporaryDirectory() as folder:
        file = Path(folder) / "rooms.sqlite"
        code, _ = Rooms(opened(file)).open(Company(simkit.load_scenario("baseline"), 1, 0), "one")
        links = [replace(SLOW, seed=number) for number in range(OPENED)]
        with served(file) as (address, _), _ways(address, links, OPENED) as addresses, chromium() as browser:
            for number, way in enumerate(addresses):
                context = browser.new_context(viewport={"width": 390, "height": 844})
                page = context.new_page()
                began = time.perf_counter()
                page.goto(f"{way}/room?code={code}", wait_until="commit")
                page.locator("#join-name:focus").wait_for()
                opening.append(time.perf_counter() - began)
                page.locator("#join-name").fill(f"Person {number}")
                began = time.perf_counter()
                page.locator("#join-button").click()
                page.locator("#pad").wait_for()
                drawing.append(time.perf_counter() - began)
                context.close()
    both = np.add(opening, drawing)
    note = f"{OPENED} times; 400 kbit/s, 300 ms, 5 % loss"
    return [
        Row.of("room: page opened over a slow link until one can join", opening, "s", note=note),
        Row.of("room: from joining until one can draw", drawing, "s", note=note),
        Row("room: both, p95", float(np.percentile(both, 95)), "s", at_most=USABLE_GOAL, note=note),
    ]


@contextmanager
def _ways(address: str, links: Sequence[Link], people: int) -> Iterator[list[str]]:
    """The addresses at which people reach a server: its own, or each through their link."""
    if not links:
        yield [address] * people
        return
    with through(links, "localhost", int(address.rpartition(":")[2])) as ports:
        yield [f"http://localhost:{port}" for port in ports]


def _all_saw(crowd: list[list[Person]], month: int) -> bool:
    return all(month in person.seen for person in itertools.chain(*crowd))


def _drawn(kept: Rooms, code: str) -> int:
    return sum(seat.drawing is not None for seat in kept.standing(code).seats.values())


def _voted(kept: Rooms, code: str) -> int:
    """How many votes were counted at the review that is open; all, where there is none."""
    standing = kept.standing(code)
    return sum(standing.tally(standing.reviewing).values()) if standing.reviewing else len(standing.seats)


def step(address: str, code: str, key: str, what: str, kept: Rooms) -> None:
    """Take a facilitator's step."""
    body = json.dumps({"step": what, "of": kept.standing(code).steps}).encode()
    headers = {"Authorization": f"Bearer {key}"}
    request = urllib.request.Request(f"{address}/room/api/{code}/step", body, headers, method="PUT")
    urllib.request.urlopen(request, timeout=30).close()


def until(there: Callable[[], object], seconds: float = 180.0) -> None:
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not there():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.02)


@contextmanager
def served(file: Path) -> Iterator[tuple[str, Callable[[], None]]]:
    """The address of a server, and what kills it (-9) and starts it again there."""
    with socket() as probe:
        probe.bind(("localhost", 0))
        port = probe.getsockname()[1]
    address = f"http://localhost:{port}"
    command = [sys.executable, "-m", "simkit.cli", "app", "--no-browser", "--port", str(port)]
    running: list[subprocess.Popen[bytes]] = []

    def start() -> None:
        if running:
            running[-1].kill()
            running[-1].wait()
        environment = {**os.environ, "SIMKIT_ROOMS": str(file)}
        running.append(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment))
        until(lambda: _answers(address))

    start()
    try:
        yield address, start
    finally:
        running[-1].terminate()
        running[-1].wait()


def _answers(address: str) -> bool:
    with suppress(OSError):
        urllib.request.urlopen(f"{address}/_stcore/health", timeout=1).close()
        return True
    return False
