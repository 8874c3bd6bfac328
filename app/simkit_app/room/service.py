"""The rooms of this server."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from platformdirs import user_data_path
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
_TICK = 0.5


@dataclass(frozen=True, slots=True)
class Service:
    """Rooms, what their companies go through, and who waits for news of them."""

    rooms: Rooms
    lives: Lives
    news: News

    def routes(self) -> list[BaseRoute]:
        """For the server."""
        return Interface(self.rooms, self.lives, self.news).routes()

    async def tick(self) -> None:
        """Reveal months whose time has come, for ever."""
        while True:
            await asyncio.sleep(_TICK)
            await run_in_threadpool(self.rooms.tick)


@cache
def service() -> Service:
    """The one of this process.

    Raises:
        StoreError: the file cannot be used.
    """
    file = Path(os.environ.get(FILE) or user_data_path("simkit") / "rooms.sqlite")
    news = News()
    lane = answers().lane("rooms", Priority.FIRST)
    return Service(Rooms(opened(file), news.tell), Lives(lane.submit), news)
