"""The room over HTTP, from a real server: what strangers can do, and what is left after it was killed."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from http.client import HTTPResponse
from pathlib import Path
from typing import Any

import pytest

from simkit import Scenario
from simkit.training.company import Company
from simkit_app.room.rooms import Rooms, Step
from simkit_app.room.tables import opened
from tests.app.conftest import served
from tests.worlds import QUIET

FIRM = Scenario("firm").with_changes({**QUIET, "horizon_months": 6, "team.content": 1})
COMPANY = Company(FIRM, seed=1, replication=0, every=2)
ANN = "a" * 32


def go(rooms: Rooms, code: str, key: str, *steps: Step) -> None:
    for step in steps:
        rooms.steer(code, key, step, rooms.standing(code).steps)


def sent(method: str, url: str, body: Any = None, token: str = "") -> tuple[int, Any]:
    """Status and content of an answer."""
    data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Authorization": f"Bearer {token}"} if token else {}, method=method)
    try:
        answer: HTTPResponse = urllib.request.urlopen(request, timeout=40)
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())
    content = answer.read()
    return answer.status, json.loads(content) if content else None


def test_a_server_that_is_killed_goes_on_where_it_was(tmp_path: Path) -> None:
    """Fails if a drawing, a vote or a month is lost or counted twice, or a waiting phone does not hear of a month."""
    rooms = Rooms(opened(tmp_path / "rooms.sqlite"))
    code, key = rooms.open(COMPANY, "one")
    drawing = {"values": [70_000.0] * 6, "crossing": None, "patience": 2}
    vote = {"round": 1, "month": 2, "choice": "cut"}
    with served(tmp_path) as (address, process):
        api = f"{address}/room/api"
        joined = sent("POST", f"{api}/join", {"code": code.lower(), "name": " Ann  B ", "token": ANN})
        assert joined == (200, {"code": code, "name": "Ann B"})
        assert sent("PUT", f"{api}/{code}/drawing", {"round": 1, **drawing}, ANN)[0] == 200
        go(rooms, code, key, "lock", "reveal", "reveal")
        assert sent("PUT", f"{api}/{code}/vote", vote, ANN)[0] == 200
        before = sent("GET", f"{api}/{code}/state", None, ANN)
        process.kill()
        process.wait()
    with served(tmp_path, int(address.rpartition(":")[2])):
        assert sent("GET", f"{api}/{code}/state", None, ANN) == before
        assert sent("PUT", f"{api}/{code}/vote", vote, ANN)[0] == 200
        version = sent("GET", f"{api}/{code}/state", None, ANN)[1]["version"]
        assert sent("GET", f"{api}/{code}/state?after={version}&wait=1", None, ANN)[0] == 204
        go(rooms, code, key, "reveal")
        began = time.monotonic()
        status, state = sent("GET", f"{api}/{code}/state?after={version}&wait=20", None, ANN)
        assert time.monotonic() - began < 15  # it did not wait for the end of its time
        assert (status, state["month"]) == (200, 3)
        assert state["decided"] == [{"month": 2, "choice": "cut", "votes": {"cut": 1}}]
        assert state["me"] == {"name": "Ann B", "drawing": drawing, "vote": None}


def test_strangers_get_nothing(tmp_path: Path) -> None:
    """Fails if a code can be found by trying, on any way in, or if trying shuts out those who are in the room."""
    rooms = Rooms(opened(tmp_path / "rooms.sqlite"))
    code, _ = rooms.open(COMPANY, "one")
    with served(tmp_path) as (address, _):
        api = f"{address}/room/api"
        assert sent("POST", f"{api}/join", {"code": code, "name": "Ann", "token": ANN})[0] == 200
        eve = "e" * 32
        assert sent("PUT", f"{api}/{code}/drawing", b"x" * 20_000, ANN)[0] == 413
        assert sent("PUT", f"{api}/{code}/drawing", b"[1", ANN)[0] == 422
        assert sent("POST", f"{api}/join", b"[]")[0] == 422
        found = [sent("GET", f"{api}/{one}/state", None, eve) for one in (code, "BCDFGH")]
        assert found[0] == found[1]
        assert found[0][0] == 401
        for number in range(28):
            assert sent("POST", f"{api}/join", {"code": f"WRONG{number}", "name": "Eve", "token": eve})[0] == 404
        for way in (
            sent("GET", f"{api}/{code}/state", None, eve),
            sent("PUT", f"{api}/BCDFGH/vote", {}, eve),
            sent("POST", f"{api}/join", {"code": code, "name": "Eve", "token": eve}),
        ):
            assert way[0] == 429
            assert way[1]["retry"] == 60
        assert sent("GET", f"{api}/{code}/state", None, ANN)[0] == 200


def test_the_page_of_those_who_take_part_is_small_and_asks_nobody_else(server: str) -> None:
    """Fails if it is too large for a bad network, or may load or run anything that is not its own."""
    size = 0
    for path in ("/room", "/room/static/room.css", "/room/static/room.js"):
        answer = urllib.request.urlopen(server + path)
        size += len(answer.read())
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert size <= 100_000
    with pytest.raises(urllib.error.HTTPError):
        urllib.request.urlopen(f"{server}/room/static/..%2frooms.py")
