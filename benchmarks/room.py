"""``python -m benchmarks room``: how soon everybody in a room sees a month, with the server killed in the middle.

Participants are threads that do what the page does: join, draw, wait for news, vote. The facilitator steps over HTTP.
"""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from socket import socket
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any

import numpy as np

import simkit
from benchmarks.measure import Row
from simkit.training.company import CHOICES, Company
from simkit_app.room.rooms import Mode, Rooms
from simkit_app.room.tables import opened

MONTHS = 12
GOAL = 2.0
"""Seconds within which 95 % of those in a room see a month, on two cores."""
KILLED = 5
"""The month after which the server is killed and started again."""


class Person(Thread):
    """Somebody on a phone.

    Attributes:
        seen: when each month was first seen, by its number.
        wrong: what should not have happened.
    """

    def __init__(self, address: str, code: str, number: int) -> None:
        super().__init__(daemon=True)
        self.seen: dict[int, float] = {}
        self.wrong: list[str] = []
        self._api, self._code, self._number = f"{address}/room/api", code, number
        self._token = f"{number:032d}"
        self._version = -1

    def run(self) -> None:
        """Join, draw, and live through all months."""
        self._ask("POST", "join", {"code": self._code, "name": f"Person {self._number}", "token": self._token})
        values = [80_000.0 + 1_000.0 * self._number] * MONTHS
        drawing = {"round": 1, "values": values, "crossing": None, "patience": 3}
        self._ask("PUT", f"{self._code}/drawing", drawing)
        voted = 0
        while MONTHS not in self.seen:
            state = self._ask("GET", f"{self._code}/state?after={self._version}&wait=20")
            if state is None:
                continue
            self._version = state["version"]
            self.seen.setdefault(state["month"], time.perf_counter())
            if state["me"]["drawing"]["values"] != values:
                self.wrong.append("another drawing")
            if (review := state["review"]) and review > voted:
                voted = review
                choice = CHOICES[self._number % 3]
                self._ask("PUT", f"{self._code}/vote", {"round": 1, "month": review, "choice": choice})

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        """An answer, however often one has to ask: what is sent twice counts once."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self._token}"}
        while True:
            try:
                request = urllib.request.Request(f"{self._api}/{path}", data, headers, method=method)
                with urllib.request.urlopen(request, timeout=30) as answer:
                    content = answer.read()
                return json.loads(content) if content else None
            except urllib.error.HTTPError as error:
                self.wrong.append(f"{method} {path}: {error.code}")
                return None
            except OSError:
                time.sleep(0.3)


def room_rows() -> list[Row]:
    """One full room in each mode, and ten smaller ones."""
    return [*_rows(1, 60, "one"), *_rows(1, 60, "own"), *_rows(10, 12, "one")]


def _rows(rooms: int, people: int, mode: Mode) -> list[Row]:
    waits, wrong = _session(rooms, people, mode)
    what = f"room: {rooms} of {people} people, {'one company' if mode == 'one' else 'own companies'}"
    note = f"{len(waits)} reveals to a person; killed once"
    return [
        Row(f"{what}, a month to everybody, p50", float(np.median(waits)), "s", note=note),
        Row(f"{what}, p95", float(np.percentile(waits, 95)), "s", at_most=GOAL, note=note),
        Row(f"{what}, lost or counted twice", float(len(wrong)), "", at_most=0.0, note="; ".join(wrong[:3])),
    ]


def _session(rooms: int, people: int, mode: Mode) -> tuple[list[float], list[str]]:
    """Live some rooms side by side: seconds from each step to each screen, and what went wrong."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "rooms.sqlite"
        kept = Rooms(opened(file))
        scenario = simkit.load_scenario("baseline").with_changes({"horizon_months": MONTHS})
        held = [kept.open(Company(scenario, 1, number), mode) for number in range(rooms)]
        with _served(file) as (address, restart):
            crowd = [[Person(address, code, number) for number in range(people)] for code, _ in held]
            for person in itertools.chain(*crowd):
                person.start()
            _until(lambda: all(_drawn(kept, code) == people for code, _ in held))
            for code, key in held:
                _step(address, code, key, "lock", kept)
            waits: list[float] = []
            for month in range(1, MONTHS + 1):
                if month == KILLED + 1:
                    restart()
                began = {}
                for code, key in held:
                    began[code] = time.perf_counter()
                    _step(address, code, key, "reveal", kept)
                _until(partial(_all_saw, crowd, month))
                if month != KILLED + 1:  # those who wait come back by themselves after a while
                    for (code, _), room in zip(held, crowd, strict=True):
                        waits += [one.seen[month] - began[code] for one in room]
                _until(lambda: all(_voted(kept, code) == people for code, _ in held))
            wrong = [what for person in itertools.chain(*crowd) for what in person.wrong]
            wrong += [f"{code} has others" for code, _ in held if len(kept.standing(code).seats) != people]
    return waits, wrong


def _all_saw(crowd: list[list[Person]], month: int) -> bool:
    return all(month in person.seen for person in itertools.chain(*crowd))


def _drawn(kept: Rooms, code: str) -> int:
    return sum(seat.drawing is not None for seat in kept.standing(code).seats.values())


def _voted(kept: Rooms, code: str) -> int:
    """How many votes were counted at the review that is open; all, where there is none."""
    standing = kept.standing(code)
    return sum(standing.tally(standing.reviewing).values()) if standing.reviewing else len(standing.seats)


def _step(address: str, code: str, key: str, step: str, kept: Rooms) -> None:
    body = json.dumps({"step": step, "of": kept.standing(code).steps}).encode()
    headers = {"Authorization": f"Bearer {key}"}
    request = urllib.request.Request(f"{address}/room/api/{code}/step", body, headers, method="PUT")
    urllib.request.urlopen(request, timeout=30).close()


def _until(there: Any, seconds: float = 120.0) -> None:
    end = time.monotonic() + seconds
    while not there():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.02)


@contextmanager
def _served(file: Path) -> Iterator[tuple[str, Any]]:
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
        running.append(subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment))
        _until(lambda: _answers(address))

    start()
    try:
        yield address, start
    finally:
        running[-1].terminate()
        running[-1].wait()


def _answers(address: str) -> bool:
    try:
        urllib.request.urlopen(f"{address}/_stcore/health", timeout=1).close()
    except OSError:
        return False
    return True
