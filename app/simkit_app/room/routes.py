"""The room over HTTP: a static page for those who take part, and the little that it asks and tells."""

from __future__ import annotations

import asyncio
import json
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

from simkit_app.room.lives import Lives
from simkit_app.room.rooms import Refused, Rooms, digest
from simkit_app.room.views import of_person

STATIC = Path(__file__).with_name("static")
LARGEST = 16_384
"""Bytes of what a participant sends; a drawing of 96 months has about a thousand."""
_LOOK = 1.0
"""Seconds between two looks at a room of which nothing was heard: another process may have changed it."""
LONGEST_WAIT = 25.0
"""Seconds that a question waits for news; proxies cut what is silent for longer."""
WRONG_CODES, WRONG_EVERYWHERE, MINUTE = 30, 200, 60.0
"""Wrong codes a minute, from one address (a hotel has but one) and in all, after which nobody is told whether a code is
right: of 64 million codes."""

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_FILES = ("room.css", "room.js")

Handler = Callable[[Request], Awaitable[Response]]


class News:
    """Wakes those who wait for a room to change; changes may come from any thread."""

    def __init__(self) -> None:
        self._waiting: dict[str, set[tuple[asyncio.AbstractEventLoop, asyncio.Event]]] = {}

    def tell(self, code: str) -> None:
        """The room has changed."""
        for loop, event in tuple(self._waiting.get(code, ())):
            loop.call_soon_threadsafe(event.set)

    async def newer(self, code: str, after: int, version: Callable[[str], int], seconds: float) -> bool:
        """Wait until the version of a room is another; False if the time is over before."""
        entry = asyncio.get_running_loop(), asyncio.Event()
        waiting = self._waiting.setdefault(code, set())
        waiting.add(entry)
        until = time.monotonic() + seconds
        try:
            while await run_in_threadpool(version, code) == after:
                left = until - time.monotonic()
                if left <= 0:
                    return False
                with suppress(TimeoutError):
                    await asyncio.wait_for(entry[1].wait(), min(left, _LOOK))
                entry[1].clear()
            return True
        finally:
            waiting.discard(entry)
            if not waiting:
                self._waiting.pop(code, None)


class Guesses:
    """Counts wrong codes, so that codes cannot be found by trying."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._wrong: OrderedDict[str, list[float]] = OrderedDict()

    def check(self, address: str) -> None:
        """Refuse whoever has been wrong too often.

        Raises:
            Refused: for now.
        """
        now = self._clock()
        for known in list(self._wrong):
            self._wrong[known] = [then for then in self._wrong[known] if now - then < MINUTE]
            if not self._wrong[known]:
                del self._wrong[known]
        everywhere = sum(map(len, self._wrong.values()))
        if len(self._wrong.get(address, ())) >= WRONG_CODES or everywhere >= WRONG_EVERYWHERE:
            raise Refused(429, "Too many wrong codes. Wait a minute, then try again.")

    def wrong(self, address: str) -> None:
        """A code was wrong."""
        self._wrong.setdefault(address, []).append(self._clock())


class Interface:
    """What is asked and told.

    Args:
        rooms: who may do what.
        lives: what companies go through.
        news: of rooms.
    """

    def __init__(self, rooms: Rooms, lives: Lives, news: News) -> None:
        self._rooms, self._lives, self._news = rooms, lives, news
        self._guesses = Guesses()

    def routes(self) -> list[BaseRoute]:
        """For the server, the page included."""
        inside = self._inside
        return [
            Route("/room", _answered(_page)),
            Route("/room/static/{name}", _answered(_file)),
            Route("/room/api/join", _answered(self._join), methods=["POST"]),
            Route("/room/api/{code}/state", inside(self._state)),
            Route("/room/api/{code}/drawing", inside(self._drawing), methods=["PUT"]),
            Route("/room/api/{code}/vote", inside(self._vote), methods=["PUT"]),
            Route("/room/api/{code}/step", inside(self._step), methods=["PUT"]),
        ]

    def _inside(self, handler: Handler) -> Handler:
        """Whoever is not in a room learns nothing of it, not even whether there is one."""

        async def answer(request: Request) -> Response:
            try:
                return await handler(request)
            except Refused as refusal:
                if refusal.status not in (401, 403, 404):
                    raise
            self._guesses.check(_address(request))
            self._guesses.wrong(_address(request))
            raise Refused(401, "This device is not in the room, or the room is gone.")

        return _answered(answer)

    async def _join(self, request: Request) -> Response:
        sent = await _sent(request)
        code, name, token = str(sent.get("code", "")).strip().upper(), sent.get("name"), sent.get("token")
        if not await run_in_threadpool(self._rooms.inside, code, token):
            self._guesses.check(_address(request))
        try:
            await run_in_threadpool(self._rooms.join, code, name, token)
        except Refused as refusal:
            if refusal.status == 404:
                self._guesses.wrong(_address(request))
            raise
        return JSONResponse({"code": code, "name": " ".join(str(name).split())})

    async def _state(self, request: Request) -> Response:
        code, token = request.path_params["code"], _token(request)
        try:
            after = int(request.query_params.get("after", -1))
            wait = min(max(float(request.query_params.get("wait", 0)), 0.0), LONGEST_WAIT)
        except ValueError:
            raise Refused(422, "after and wait are numbers.") from None
        if not await run_in_threadpool(self._rooms.inside, code, token):
            raise Refused(401, "This device is not in the room. Join first.")
        if not await self._news.newer(code, after, self._rooms.version, wait):
            return Response(status_code=204)
        return JSONResponse(await run_in_threadpool(self._seen, code, token))

    def _seen(self, code: str, token: str) -> dict[str, Any]:
        return of_person(self._rooms.standing(code), digest(token), self._lives)

    async def _drawing(self, request: Request) -> Response:
        sent, code = await _sent(request), request.path_params["code"]
        said = (sent.get("round"), sent.get("values"), sent.get("crossing"), sent.get("patience"))
        await run_in_threadpool(self._rooms.draw, code, _token(request), *said)
        return JSONResponse({"version": await run_in_threadpool(self._rooms.version, code)})

    async def _vote(self, request: Request) -> Response:
        sent, code, token = await _sent(request), request.path_params["code"], _token(request)
        said = (sent.get("round"), sent.get("month"), sent.get("choice"))
        would = await run_in_threadpool(self._rooms.vote, code, token, *said)
        standing = await run_in_threadpool(self._rooms.standing, code)
        self._lives.ask(standing.company, would)  # lived before the next month is revealed
        return JSONResponse({"version": standing.version})

    async def _step(self, request: Request) -> Response:
        sent, code = await _sent(request), request.path_params["code"]
        await run_in_threadpool(self._rooms.steer, code, _token(request), sent.get("step"), sent.get("of"))
        return JSONResponse({"steps": (await run_in_threadpool(self._rooms.standing, code)).steps})


async def _page(request: Request) -> Response:
    return FileResponse(STATIC / "room.html", headers=_HEADERS)


async def _file(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in _FILES:
        raise Refused(404, "There is no such file.")
    return FileResponse(STATIC / name, headers={**_HEADERS, "Cache-Control": "no-cache"})


def _answered(handler: Handler) -> Handler:
    """What is refused is said, in JSON."""

    async def answer(request: Request) -> Response:
        try:
            response = await handler(request)
        except Refused as refusal:
            body: dict[str, Any] = {"error": refusal.message}
            if refusal.status == 429:
                body["retry"] = int(MINUTE)
            response = JSONResponse(body, refusal.status)
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        return response

    return answer


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


async def _sent(request: Request) -> dict[str, Any]:
    """What was sent, if it is an object and no larger than it may be.

    Raises:
        Refused: it is not.
    """
    parts, size = [], 0
    async for part in request.stream():
        parts.append(part)
        size += len(part)
        if size > LARGEST:
            raise Refused(413, "This is too large.")
    try:
        content = json.loads(b"".join(parts))
    except (ValueError, RecursionError):
        raise Refused(422, "This is no JSON.") from None
    if not isinstance(content, dict):
        raise Refused(422, "Expected an object.")
    return content


def _token(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme != "Bearer" or not token:
        raise Refused(401, "This device is not in the room. Join first.")
    return token
