"""The room over HTTP, from a real server: what strangers can do, and what is left after it was killed."""

from __future__ import annotations

import json
import re
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from email.message import Message
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from simkit import Scenario
from simkit.training.company import Company
from simkit_app.room.rooms import Rooms
from simkit_app.room.steps import Step
from simkit_app.room.tables import opened
from tests.app.conftest import served
from tests.worlds import QUIET

FIRM = Scenario("firm").with_changes({**QUIET, "horizon_months": 6, "team.content": 1})
COMPANY = Company(FIRM, seed=1, replication=0, every=2)
ANN = "a" * 32


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Rooms, str, Path]]:
    """Rooms, the address of their server, and its log."""
    folder = tmp_path_factory.mktemp("rooms")
    with served(folder) as (address, _):
        yield Rooms(opened(folder / "rooms.sqlite")), address, folder / "log"


def go(rooms: Rooms, code: str, key: str, *steps: Step) -> None:
    for step in steps:
        rooms.steer(code, key, step, rooms.standing(code).steps)


def fetched(url: str, method: str = "GET", data: bytes | None = None, **headers: str) -> tuple[int, Message, bytes]:
    """Status, headers and content of an answer."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        answer = urllib.request.urlopen(urllib.request.Request(url, data, named, method=method), timeout=40)
    except urllib.error.HTTPError as error:
        answer = error
    with answer:
        return answer.status, answer.headers, answer.read()


def sent(method: str, url: str, body: Any = None, token: str = "") -> tuple[int, Any]:
    """Status and content of an answer in JSON."""
    data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    status, _, content = fetched(url, method, data, **({"Authorization": f"Bearer {token}"} if token else {}))
    return status, json.loads(content) if content else None


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
        now = sent("GET", f"{api}/{code}/state", None, ANN)[1]
        news = f"{api}/{code}/state?after={now['version']}&steps={now['steps']}"
        assert sent("GET", f"{news}&wait=1", None, ANN)[0] == 204
        go(rooms, code, key, "reveal")
        began = time.monotonic()
        status, state = sent("GET", f"{news}&wait=20", None, ANN)
        assert time.monotonic() - began < 15  # it did not wait for the end of its time
        assert (status, state["month"]) == (200, 3)
        assert state["decided"] == [{"month": 2, "choice": "cut", "votes": {"cut": 1}}]
        assert state["me"] == {"name": "Ann B", "drawing": drawing, "vote": None}


def test_a_server_that_is_told_to_end_lets_nobody_wait(tmp_path: Path) -> None:
    """Fails if Ctrl-C takes as long as the phones that wait for news."""
    rooms = Rooms(opened(tmp_path / "rooms.sqlite"))
    code, _ = rooms.open(COMPANY, "one")
    rooms.join(code, "Ann", ANN)
    mark = rooms.mark(code, ANN)
    answers: list[tuple[int, Any]] = []
    with served(tmp_path) as (address, process):
        news = f"{address}/room/api/{code}/state?after={mark.version}&steps={mark.steps}&wait=25"
        waiting = Thread(target=lambda: answers.append(sent("GET", news, None, ANN)))
        waiting.start()
        time.sleep(2)
        assert not answers
        process.terminate()
        waiting.join(12)
        assert answers == [(204, None)]
        process.wait(12)


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


def test_what_cannot_be_is_refused_and_never_a_failure(place: tuple[Rooms, str, Path]) -> None:
    """Fails if any of what no page of ours sends ends in a failure of the server, or changes anything."""
    rooms, address, _ = place
    code, _ = rooms.open(COMPANY, "one")
    api = f"{address}/room/api"
    assert sent("POST", f"{api}/join", {"code": code, "name": "Ann", "token": ANN})[0] == 200
    before = sent("GET", f"{api}/{code}/state", None, ANN)
    for wait in ("nan", "inf", "-inf", "x", ""):
        assert sent("GET", f"{api}/{code}/state?wait={wait}", None, ANN)[0] == 422
    assert sent("GET", f"{api}/{code}/state?after={'9' * 5000}", None, ANN)[0] == 422
    drawings = (
        "[NaN,1,1,1,1,1]",
        "[1e999,1,1,1,1,1]",
        f"[{'9' * 400},1,1,1,1,1]",
        "{}",
        '"123456"',
        "[[],1,1,1,1,1]",
    )
    for values in drawings:
        body = f'{{"round": 1, "values": {values}, "crossing": null, "patience": null}}'.encode()
        assert sent("PUT", f"{api}/{code}/drawing", body, ANN)[0] == 422, values
    nonsense: list[Any] = [{}, {"round": []}, {"round": 1, "month": {}, "choice": []}, {"round": 1, "month": None}]
    for said in nonsense:
        assert sent("PUT", f"{api}/{code}/vote", said, ANN)[0] in (409, 422)
        assert sent("PUT", f"{api}/{code}/step", said, ANN)[0] == 401
    for joining in ({"code": "\ud800"}, {"code": [code]}, {"code": code, "name": 5}, {"code": code, "name": "x"}):
        assert sent("POST", f"{api}/join", {"token": "\ud800" * 16, **joining})[0] in (200, 404, 422)
    for body in (b"", b"\xff", b"[" * 9_000, b"{" + b" " * 20_000):
        assert sent("PUT", f"{api}/{code}/vote", body, ANN)[0] in (413, 422)
    after = sent("GET", f"{api}/{code}/state", None, ANN)
    assert after[1]["me"] == before[1]["me"]
    assert after[1]["steps"] == before[1]["steps"]


def test_a_deleted_room_keeps_nobody_out_of_the_next(place: tuple[Rooms, str, Path]) -> None:
    """Fails if phones that go on asking for a room that is gone use up the wrong codes of their address."""
    rooms, address, _ = place
    gone, key = rooms.open(COMPANY, "one")
    code, _ = rooms.open(COMPANY, "one")
    api = f"{address}/room/api"
    rooms.remove(gone, key)
    for number in range(40):
        assert sent("GET", f"{api}/{gone}/state", None, f"{number:032d}")[0] == 401
    assert sent("POST", f"{api}/join", {"code": code, "name": "Ann", "token": ANN})[0] == 200


def test_what_is_one_s_own_is_kept_by_nobody_on_the_way(place: tuple[Rooms, str, Path]) -> None:
    """Fails if answers to people may be cached, phones get a cookie, or addresses and names come into the log."""
    rooms, address, log = place
    code, _ = rooms.open(COMPANY, "one")
    api = f"{address}/room/api"
    assert sent("POST", f"{api}/join", {"code": code, "name": "Zacharias", "token": ANN})[0] == 200
    mine = fetched(f"{api}/{code}/state", Authorization=f"Bearer {ANN}")
    page = fetched(f"{address}/room")
    for status, headers, _ in (mine, page):
        assert (status, headers["Set-Cookie"], headers["X-Content-Type-Options"]) == (200, None, "nosniff")
    assert mine[1]["Cache-Control"] == "no-store"
    assert fetched(f"{address}/room", If_None_Match=page[1]["ETag"])[0] == 304
    text = log.read_text()
    assert not any(said in text for said in ("Zacharias", ANN, code, "127.0.0.1"))


def test_the_page_of_those_who_take_part_is_small_and_asks_nobody_else(server: str) -> None:
    """Fails if it is too large for a bad network, or may load or run anything that is not its own."""
    status, headers, content = fetched(f"{server}/room", Accept_Encoding="identity")
    assert status == 200
    assert len(content) <= 100_000
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert re.findall(rb'(?:href|src)="([^"]+)"', content) == [b"data:,"]
    packed = fetched(f"{server}/room", Accept_Encoding="gzip")
    assert packed[1]["Content-Encoding"] == "gzip"
    assert len(packed[2]) < 25_000
    assert fetched(f"{server}/room/?code=ABCDEF", Accept_Encoding="identity")[2] == content
