"""The room over HTTP: a static page for those who take part, and the little that it asks and tells."""

from __future__ import annotations

import asyncio
import json
import math
import time
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from simkit_app.room.identity import digest, shown_name
from simkit_app.room.lives import Lives
from simkit_app.room.page import page
from simkit_app.room.reach import VISITS
from simkit_app.room.refused import Refused
from simkit_app.room.rooms import Rooms
from simkit_app.room.standing import Mark
from simkit_app.room.views import lived_by, of_person

LARGEST = 16_384
"""Bytes of what a participant sends; a drawing of 96 months has about a thousand."""
_LOOK = 0.5
"""Seconds between two looks at rooms of which nothing was heard: another process may have changed them."""
_CALM = 5.0
"""Seconds after which a phone is told of what others have drawn or voted."""
_CODE = 16
"""Letters of a code by which wrong ones are told apart."""
LONGEST_WAIT = 25.0
"""Seconds that a question waits for news; proxies cut what is silent for longer."""
WRONG_CODES, WRONG_EVERYWHERE, MINUTE = 30, 200, 60.0
"""Wrong codes a minute, from one address (a hotel has but one) and in all, after which nobody is told whether a code is
right: of 64 million codes."""

_PAGE = page()
Handler = Callable[[Request], Awaitable[Response]]


class News:
    """Wakes those who wait for a room to change.

    Nobody who waits keeps a thread, and one look at the file serves them all: at once when this process changed a room,
    and every `_LOOK` seconds, as another process may have.

    Args:
        look: how far rooms have come, by their codes.
    """

    def __init__(self, look: Callable[[Collection[str]], dict[str, Mark]]) -> None:
        self._look = look
        self._waiting: dict[str, set[_Waiter]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._told = asyncio.Event()
        self._ended = False

    def tell(self, code: str) -> None:
        """The room has changed; may be called from any thread."""
        if self._loop is not None and code in self._waiting:
            self._loop.call_soon_threadsafe(self._told.set)

    def end(self) -> None:
        """Let nobody wait any longer: the server ends when all have been answered."""
        self._ended = True
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._told.set)

    async def watch(self) -> None:
        """Look and wake, for ever."""
        self._loop = asyncio.get_running_loop()
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._told.wait(), _LOOK)
            self._told.clear()
            if self._waiting:
                marks = await run_in_threadpool(self._look, tuple(self._waiting))
                for code, waiters in self._waiting.items():
                    for waiter in waiters:
                        waiter.look(marks.get(code), self._ended)

    async def newer(self, code: str, now: Mark, seen: Mark, seconds: float) -> bool:
        """Wait until a room has moved on; False if the time is over before.

        What the facilitator does is told at once. What others draw and vote moves nothing but a count on a phone: it is
        told after `_CALM` seconds, with all that has come in meanwhile, so that sixty votes are not told sixty times.

        Args:
            code: of the room.
            now: how far it has come.
            seen: how far it had, as the one who waits has seen it.
            seconds: how long to wait.
        """
        waiter = _Waiter(seen)
        self._waiting.setdefault(code, set()).add(waiter)
        try:
            waiter.look(now, self._ended)
            with suppress(TimeoutError):
                await asyncio.wait_for(waiter.event.wait(), seconds)
            return waiter.event.is_set() and not self._ended
        finally:
            self._waiting[code].discard(waiter)
            if not self._waiting[code]:
                del self._waiting[code]


class _Waiter:
    """Somebody who waits, since now."""

    def __init__(self, seen: Mark) -> None:
        self.event = asyncio.Event()
        self._seen = seen
        self._since = time.monotonic()

    def look(self, mark: Mark | None, ended: bool) -> None:
        """Wake, if the room is worth another look, or gone, or nobody is to wait any longer."""
        calm = time.monotonic() - self._since >= _CALM
        if ended or mark is None or mark.steps != self._seen.steps or (calm and mark.version != self._seen.version):
            self.event.set()


class Guesses:
    """Counts wrong codes, so that codes cannot be found by trying.

    A code that is tried again is no other guess: when a room is deleted, all its phones go on asking for it.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._wrong: dict[str, dict[str, float]] = {}

    def check(self, address: str) -> None:
        """Refuse whoever has been wrong too often.

        Raises:
            Refused: for now.
        """
        oldest = self._clock() - MINUTE
        recent = {
            known: {code: then for code, then in of.items() if then > oldest} for known, of in self._wrong.items()
        }
        self._wrong = {known: of for known, of in recent.items() if of}
        everywhere = sum(map(len, self._wrong.values()))
        if len(self._wrong.get(address, ())) >= WRONG_CODES or everywhere >= WRONG_EVERYWHERE:
            raise Refused(429, "Too many wrong codes. Wait a minute, then try again.")

    def wrong(self, address: str, code: str) -> None:
        """A code was wrong."""
        self._wrong.setdefault(address, {})[code[:_CODE]] = self._clock()


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
            Route("/room/", _answered(_no_slash)),
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
            self._guesses.wrong(_address(request), request.path_params["code"])
            raise Refused(401, "This device is not in the room, or the room is gone.")

        return _answered(answer)

    async def _join(self, request: Request) -> Response:
        sent = await _sent(request)
        code, name, token = _code(sent.get("code")), sent.get("name"), sent.get("token")
        if not await run_in_threadpool(self._rooms.inside, code, token):
            self._guesses.check(_address(request))
        try:
            await run_in_threadpool(self._rooms.join, code, name, token)
        except Refused as refusal:
            if refusal.status == 404:
                self._guesses.wrong(_address(request), code)
            raise
        return JSONResponse({"code": code, "name": shown_name(name)})

    async def _state(self, request: Request) -> Response:
        code, token, query = request.path_params["code"], _token(request), request.query_params
        try:
            seen = Mark(int(query.get("after", -1)), int(query.get("steps", -1)))
            wait = float(query.get("wait", 0))
        except ValueError:
            wait = math.nan
        if not math.isfinite(wait):
            raise Refused(422, "after, steps and wait are numbers.")
        now = await run_in_threadpool(self._rooms.mark, code, token)
        if not await self._news.newer(code, now, seen, min(max(wait, 0.0), LONGEST_WAIT)):
            return Response(status_code=204)
        standing, person = await run_in_threadpool(self._rooms.standing, code), digest(token)
        await self._lives.ready(standing.company, *lived_by(standing, person))
        return JSONResponse(await run_in_threadpool(of_person, standing, person, self._lives))

    async def _drawing(self, request: Request) -> Response:
        sent, code = await _sent(request), request.path_params["code"]
        said = (sent.get("round"), sent.get("values"), sent.get("crossing"), sent.get("patience"))
        return JSONResponse({"version": await run_in_threadpool(self._rooms.draw, code, _token(request), *said)})

    async def _vote(self, request: Request) -> Response:
        sent, code, token = await _sent(request), request.path_params["code"], _token(request)
        said = (sent.get("round"), sent.get("month"), sent.get("choice"))
        return JSONResponse({"version": await run_in_threadpool(self._voted, code, token, *said)})

    def _voted(self, code: str, token: str, *said: Any) -> int:
        would = self._rooms.vote(code, token, *said)
        standing = self._rooms.standing(code)
        self._lives.ask(standing.company, would)  # lived before the next month is revealed
        return standing.version

    async def _step(self, request: Request) -> Response:
        sent, code = await _sent(request), request.path_params["code"]
        await run_in_threadpool(self._rooms.steer, code, _token(request), sent.get("step"), sent.get("of"))
        return JSONResponse({"steps": (await run_in_threadpool(self._rooms.standing, code)).steps})


async def _page(request: Request) -> Response:
    VISITS.came(_address(request))
    # Not 'no-store': a phone that restores a tab without a connection may then show the page that it has.
    headers = {
        "Content-Security-Policy": _PAGE.policy,
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-cache",
        "ETag": f'"{_PAGE.edition}"',
    }
    if request.headers.get("if-none-match", "").removeprefix("W/") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    return HTMLResponse(_PAGE.html, headers=headers)


async def _no_slash(request: Request) -> Response:
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"../room{query}")  # relative, as the page's own addresses are


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


def _code(sent: Any) -> str:
    """A code as it may be typed; '' for what cannot be one."""
    code = sent.strip().upper() if isinstance(sent, str) else ""
    return code if code.isascii() else ""


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
