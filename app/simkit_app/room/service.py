"""The rooms of this server."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from platformdirs import user_data_path
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.routing import BaseRoute

from simkit_app.board import answers
from simkit_app.queue import Priority
from simkit_app.room.lives import Lives
from simkit_app.room.rooms import Rooms
from simkit_app.room.routes import Interface, News
from simkit_app.room.tables import opened

FILE = "SIMKIT_ROOMS"
"""Names the file in which rooms are kept, where it is not that of the user."""
_TICK, _AGAIN = 0.5, 5.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Service:
    """Rooms, what their companies go through, and who waits for news of them."""

    rooms: Rooms
    lives: Lives
    news: News

    def routes(self) -> list[BaseRoute]:
        """For the server."""
        return Interface(self.rooms, self.lives, self.news).routes()

    async def run(self) -> None:
        """Tell news, and reveal months whose time has come, for ever."""
        await asyncio.gather(_kept_up(self.news.watch), _kept_up(self._tick))

    async def _tick(self) -> None:
        while True:
            await run_in_threadpool(self.rooms.tick)
            await asyncio.sleep(_TICK)


async def _kept_up(work: Callable[[], Awaitable[None]]) -> None:
    """Begin again when the file could not be used for a moment, as where a disk is full: rooms must not stand still."""
    while True:
        try:
            await work()
        except SQLAlchemyError as error:
            _log.warning("rooms: %s", error)
            await asyncio.sleep(_AGAIN)


@cache
def service() -> Service:
    """The one of this process.

    Raises:
        StoreError: the file cannot be used.
    """
    file = Path(os.environ.get(FILE) or user_data_path("simkit") / "rooms.sqlite")
    rooms = Rooms(opened(file))
    rooms.changed = (news := News(rooms.marks)).tell
    return Service(rooms, Lives(answers().lane("rooms", Priority.FIRST).submit), news)
