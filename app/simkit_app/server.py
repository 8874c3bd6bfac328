"""Serving the board: on this machine only unless told otherwise, and without a word to any other one."""

from __future__ import annotations

import asyncio
import gc
import secrets
import signal
import webbrowser
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from socket import AF_INET, SO_REUSEADDR, SOL_SOCKET, socket
from threading import Thread, Timer, current_thread, main_thread
from typing import Any
from urllib.parse import urlsplit

import streamlit as st
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketDisconnected

from simkit.errors import RunError
from simkit_app import PAGES
from simkit_app.board import COOKIE, answers
from simkit_app.room.reach import addresses as addresses
from simkit_app.room.service import service

_PORT = 8501
EVERYWHERE = "0.0.0.0"
_REFUSED = 1008  # a policy was violated (RFC 6455)
# Beside a folder named `pages`, Streamlit takes a first visitor to a script for each file in it.
MAIN = Path(__file__).parent / "pages" / "main.py"
LARGEST_UPLOAD = 10
"""Megabytes; the longest table of months is far smaller."""

_THEME: dict[str, Any] = {
    "theme.font": "Inter, 'Segoe UI', system-ui, -apple-system, 'Helvetica Neue', Arial, sans-serif",
    "theme.headingFontWeights": 600,
    "theme.baseRadius": "6px",
    "theme.light.primaryColor": "#0072B2",
    "theme.light.backgroundColor": "#FFFFFF",
    "theme.light.secondaryBackgroundColor": "#F4F6F8",
    "theme.light.textColor": "#1B2733",
    "theme.light.borderColor": "#DDE3E8",
    "theme.dark.primaryColor": "#56B4E9",
    "theme.dark.backgroundColor": "#12181F",
    "theme.dark.secondaryBackgroundColor": "#1B242E",
    "theme.dark.textColor": "#E8EDF2",
    "theme.dark.borderColor": "#33414E",
}

_OPTIONS: dict[str, Any] = {
    "browser.gatherUsageStats": False,
    "client.toolbarMode": "minimal",
    "client.showErrorDetails": "none",
    "client.showErrorLinks": "false",
    # The welcome looks up the address of this machine elsewhere when it may be reached from others.
    "logger.hideWelcomeMessage": True,
    "logger.level": "warning",
    "runner.magicEnabled": False,
    # A full collection after every rerun holds all sessions for 60 to 90 ms; Python collects by itself.
    "runner.postScriptGC": False,
    # A visitor who comes back finds everything again (see `board`); one who has gone shall not keep workers busy.
    "server.disconnectedSessionTTL": 20,
    "server.fileWatcherType": "none",
    "server.headless": True,
    "server.maxUploadSize": LARGEST_UPLOAD,
    "server.showEmailPrompt": False,
}


class _Visitor:
    """Gives each browser a name of its own, so that a reload finds what it had and nobody else does."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # Phones in a room are no visitors of the board: they have a token of their own.
        phone = scope.get("path", "").startswith("/room")
        if scope["type"] != "http" or phone or COOKIE in HTTPConnection(scope).cookies:
            await self._app(scope, receive, send)
            return

        async def named(message: Message) -> None:
            if message["type"] == "http.response.start":
                cookie = f"{COOKIE}={secrets.token_urlsafe(24)}; Path=/; HttpOnly; SameSite=Lax"
                MutableHeaders(scope=message).append("set-cookie", cookie)
            await send(message)

        await self._app(scope, receive, named)


class _SameOrigin:
    """Refuses pages of other sites that would talk to the board through a visitor's browser.

    Streamlit would look up the address of this machine elsewhere to see whether they may.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            headers = HTTPConnection(scope).headers
            origin = headers.get("origin")
            if origin is not None and urlsplit(origin).netloc != headers.get("host"):
                await send({"type": "websocket.close", "code": _REFUSED})
                return
        await self._app(scope, receive, send)


class _Departed:
    """Lets go of visitors who leave while something is on its way to them.

    Streamlit takes what fails then for a message of the wrong kind, refuses it, and fails once more.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with suppress(WebSocketDisconnected):
            await self._app(scope, receive, send)


class _Titled:
    """Says whose page it is from the first byte on; Streamlit's own says 'Streamlit' until its script has run.

    Where there is no page of a name it would say so in words of its own, so whoever asks for one is led to the first.
    """

    _THEIRS, _OURS = b"<title>Streamlit</title>", b"<title>simkit</title>"

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        held: list[Message] = []

        async def titled(message: Message) -> None:
            start = message if message["type"] == "http.response.start" else None
            if start is not None and MutableHeaders(scope=start).get("content-type", "").startswith("text/html"):
                held.append(start)
                return
            if not held:
                await send(message)
                return
            held.append(message)
            if message.get("more_body", False):
                return
            start, *parts = held
            held.clear()
            theirs = b"".join(part.get("body", b"") for part in parts)
            if self._THEIRS in theirs and scope["path"].strip("/") not in ("", *PAGES.values()):
                query = scope["query_string"].decode("latin-1")
                await RedirectResponse(f"/?{query}" if query else "/")(scope, receive, send)
                return
            page = theirs.replace(self._THEIRS, self._OURS)
            if "content-length" in (headers := MutableHeaders(scope=start)) and scope["method"] != "HEAD":
                headers["content-length"] = str(len(page))
            await send(start)
            await send({"type": "http.response.body", "body": page})

        await self._app(scope, receive, titled if scope["type"] == "http" else send)


def _prepare() -> None:
    """Import what the first visitor needs while their browser still loads."""
    import simkit_app.pages  # noqa: F401

    gc.freeze()  # what was imported stays; looking through it again and again would hold everybody up


@asynccontextmanager
async def _lifespan(_: st.App) -> AsyncIterator[dict[str, Any]]:
    known = answers()
    Thread(target=_prepare, daemon=True).start()
    ticking = asyncio.create_task(service().run())
    _before_the_end(service().news.end)
    yield {}
    ticking.cancel()
    known.close()


def _before_the_end(act: Callable[[], None]) -> None:
    """Have something done first when the server is told to end, as it then waits for those who wait for its answers."""
    if current_thread() is not main_thread():
        return
    for number in (signal.SIGINT, signal.SIGTERM):
        then = signal.getsignal(number)

        def told(*what: Any, then: Any = then) -> None:
            act()
            if callable(then):
                then(*what)

        signal.signal(number, told)


def free_port(address: str, port: int | None) -> int:
    """The port to listen at: the one asked for, or the first free one from 8501 on.

    Raises:
        RunError: it is taken, or there is no such address.
    """
    for candidate in [port] if port is not None else range(_PORT, _PORT + 100):
        with socket(AF_INET) as probe:
            probe.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
            try:
                probe.bind((address, candidate))
            except (OSError, OverflowError) as error:
                reason = getattr(error, "strerror", None) or str(error)
                continue
            return candidate
    raise RunError(f"cannot listen there: {reason}", field="port", value=port, hint="Try another one: --port 8600.")


def serve(address: str, port: int, browser: bool, page: str = "") -> None:
    """Serve the board until it is interrupted.

    Args:
        address: where to listen.
        port: there.
        browser: open it in the browser of whoever started it.
        page: that is opened.
    """
    app = st.App(
        MAIN,
        lifespan=_lifespan,
        routes=service().routes(),
        middleware=[Middleware(one) for one in (_Departed, _SameOrigin, _Visitor, _Titled)],
    )
    if browser:
        host = "localhost" if address == EVERYWHERE else address
        Timer(1.5, webbrowser.open, [f"http://{host}:{port}/{page}"]).start()
    app.run(config={**_OPTIONS, **_THEME, "server.address": address, "server.port": port})
