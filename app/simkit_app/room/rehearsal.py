"""Simulated people who take part as phones do: over HTTP, with the requests that the participant's page sends."""

from __future__ import annotations

import json
import random
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from hashlib import sha256
from threading import Lock, Thread
from typing import Any

from simkit.training.company import Choice

MOST = 60
_WAIT = 20
_PAUSE = 1.0
"""Seconds between two tries of somebody whom the server did not answer."""
_TRIES = 30
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True, slots=True)
class Temperament:
    """How somebody expects and decides.

    Attributes:
        name: of whom.
        share: of the promised rise they expect by when it is due.
        late: how much of it comes late: 0 is a straight line, 1 a curve that begins flat.
        patience: bad months in a row after which they would act; None for never.
        acts: what they then do.
    """

    name: str
    share: float
    late: float
    patience: int | None
    acts: Choice


TEMPERAMENTS = (
    Temperament("Straight line", 1.0, 0.0, 5, "push"),
    Temperament("Optimist", 1.2, 0.0, 6, "push"),
    Temperament("Impatient", 1.0, 0.0, 8, "stop"),
    Temperament("Seen it before", 0.8, 1.0, None, "hold"),
    Temperament("Sceptic", 0.5, 0.3, 9, "cut"),
    Temperament("Organiser", 0.9, 0.4, 6, "reorganise"),
    Temperament("Fashionable", 1.1, 0.2, 6, "chase"),
    Temperament("Patient", 0.9, 0.8, 18, "stop"),
)


class Simulated:
    """Somebody who takes part until the room is gone.

    Args:
        api: the address of the room's interface.
        code: of the room.
        token: theirs.
        number: of theirs, from 1: it decides on their temperament and on the little that differs within one.
    """

    def __init__(self, api: str, code: str, token: str, number: int) -> None:
        self._api, self._code, self._token = api, code, token
        self._chance = random.Random(number)
        self.temperament = TEMPERAMENTS[(number - 1) % len(TEMPERAMENTS)]
        self.name = f"{self.temperament.name} {number}"

    def join(self) -> None:
        """Come in, or back."""
        self._send("POST", "join", {"code": self._code, "name": self.name, "token": self._token})

    def take_part(self) -> None:
        """Draw and vote until the room is gone, or the server does not answer any more."""
        after, steps, failed = -1, -1, 0
        while failed < _TRIES:
            try:
                view = self._send("GET", f"{self._code}/state?after={after}&steps={steps}&wait={_WAIT}")
                if view is not None:
                    after, steps = view["version"], view["steps"]
                    self._answer(view)
                failed = 0
            except urllib.error.HTTPError as refusal:
                if refusal.code in (401, 404):
                    return
                failed += 1
                time.sleep(_PAUSE)  # the moment has gone by; look again
            except OSError:
                failed += 1
                time.sleep(_PAUSE)

    def _answer(self, view: dict[str, Any]) -> None:
        me = view["me"]
        if view["phase"] == "draw" and not view["locked"] and me["drawing"] is None:
            time.sleep(self._chance.uniform(0.2, 3.0))
            self._send("PUT", f"{self._code}/drawing", {"round": view["round"], **self.drawn(view)})
        elif view["review"] is not None and me["vote"] is None and view["stopped"] is None:
            time.sleep(self._chance.uniform(0.2, 2.0))
            vote = {"round": view["round"], "month": view["review"], "choice": self.decides(view)}
            self._send("PUT", f"{self._code}/vote", vote)

    def drawn(self, view: dict[str, Any]) -> dict[str, Any]:
        """What they expect of the company that they see."""
        who, start, line = self.temperament, view["start"], view["line"]
        share = who.share * self._chance.uniform(0.85, 1.15)
        months = len(line)
        values, crossing = [], None
        for month, promised in enumerate(line, 1):
            way = (month / months) ** (1.0 + 2.0 * who.late)
            late = start + (line[-1] - start) * way * 1.4  # what begins flat is believed to overtake in the end
            straight = start + (promised - start) * share
            values.append(round(max(0.0, (1 - who.late) * straight + who.late * late), 2))
            if crossing is None and month > 2 and values[-1] >= promised:
                crossing = month
        return {"values": values, "crossing": crossing, "patience": who.patience}

    def decides(self, view: dict[str, Any]) -> Choice:
        """What they do about what they have seen; after something was done they wait as long again."""
        acted = max((one["month"] for one in view["decided"] if one["choice"] != "hold"), default=0)
        bad = 0
        for row in reversed(view["rows"][acted:]):
            if row["average"] >= row["expected"]:
                break
            bad += 1
        patience = self.temperament.patience
        if patience is None or bad < patience:
            return "hold"
        return self.temperament.acts

    def _send(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        request = urllib.request.Request(f"{self._api}/{path}", data, headers, method=method)
        with _DIRECT.open(request, timeout=_WAIT + 10) as answer:
            content = answer.read()
        return json.loads(content) if content else None


_here: dict[str, set[int]] = {}
_lock = Lock()


def rehearsing(code: str) -> int:
    """How many simulated people are in a room, as far as this server has sent them."""
    return len(_here.get(code, ()))


def rehearse(code: str, key: str, people: int, server: str) -> None:
    """Let so many simulated people come in; those who are there stay.

    Args:
        code: of the room.
        key: the facilitator's secret; who comes again after a restart of the server is known by it.
        people: how many there will be.
        server: its address, as this machine reaches it.
    """
    with _lock:
        here = _here.setdefault(code, set())
        coming = [number for number in range(1, people + 1) if number not in here]
        here.update(coming)
    for number in coming:
        token = sha256(f"rehearsal {key} {number}".encode()).hexdigest()
        one = Simulated(f"{server}/room/api", code, token, number)
        Thread(target=_visit, args=(one, code, number), daemon=True).start()


def _visit(one: Simulated, code: str, number: int) -> None:
    try:
        one.join()
        one.take_part()
    except OSError:
        pass  # the server ended, or the room is gone
    finally:
        with _lock:
            _here[code].discard(number)
