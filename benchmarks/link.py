"""A bad connection between a browser or a phone and a server: slow, far, and losing packets.

The kernel's own (``tc netem``) needs rights and a module that few machines have, and Chromium's loses no packets of
TCP. This one passes bytes on as a TCP connection over such a link would: windows begin with ten segments (RFC 6928),
double each round trip and are halved by a loss (RFC 5681); what was lost comes a round trip later, or after a time-
out where too little follows to tell (RFC 6298), and everything behind it waits. It is a model of TCP, no measurement
of one.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from socket import AF_INET
from threading import Thread

_SEGMENT = 1460
"""Bytes of a packet."""
_FIRST_WINDOW = 10.0
_FIRST_TRY = 1.0
"""Seconds until a connection that was not answered is asked for again (RFC 6298)."""
_LEAST_TIMEOUT = 0.2
"""Seconds that Linux waits at least, beyond a round trip."""


@dataclass(frozen=True, slots=True)
class Link:
    """A connection of somebody to the network.

    Attributes:
        bits: a second, in each direction.
        round_trip: seconds there and back.
        loss: share of packets.
        seed: of which are lost.
    """

    bits: float = 400_000.0
    round_trip: float = 0.3
    loss: float = 0.05
    seed: int = 1


SLOW = Link()
"""A hotel's."""


@contextmanager
def through(links: Sequence[Link], host: str, port: int) -> Iterator[list[int]]:
    """The local ports that lead to a server, each through a link of its own, which all connections to it share."""
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever, daemon=True)
    thread.start()
    ways = [_Way(link, host, port) for link in links]
    try:
        yield [asyncio.run_coroutine_threadsafe(way.begin(), loop).result() for way in ways]
    finally:
        for way in ways:
            asyncio.run_coroutine_threadsafe(way.end(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


class _Way:
    """There and back over a link."""

    def __init__(self, link: Link, host: str, port: int) -> None:
        self._link, self._host, self._port = link, host, port
        self._luck = random.Random(link.seed)
        self._free = {"there": 0.0, "back": 0.0}
        self._open: set[asyncio.Task[None]] = set()

    async def begin(self) -> int:
        """Listen at a free port."""
        self._server = await asyncio.start_server(self._passed, "localhost", 0, family=AF_INET)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def _passed(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass one connection on until either side ends it."""
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        ends = [writer]
        try:
            await asyncio.sleep(self._connecting())
            inner, outer = await asyncio.open_connection(self._host, self._port)
            ends.append(outer)
            passing = [asyncio.ensure_future(self._carry(reader, outer, "there"))]
            passing.append(asyncio.ensure_future(self._carry(inner, writer, "back")))
            try:
                await asyncio.wait(passing, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for one in passing:
                    one.cancel()
                await asyncio.gather(*passing, return_exceptions=True)
        except (OSError, asyncio.CancelledError):
            pass  # the server is not there, or the link ends
        finally:
            self._open.discard(task)
            for end in ends:
                end.close()

    async def end(self) -> None:
        """End it, with all connections."""
        self._server.close()
        for task in (waiting := tuple(self._open)):
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)

    def _lost(self) -> bool:
        return self._luck.random() < self._link.loss

    def _connecting(self) -> float:
        """Seconds until a connection stands: question and answer, either of which may be lost."""
        taken, wait = self._link.round_trip, _FIRST_TRY
        while self._lost() or self._lost():
            taken, wait = taken + wait, 2 * wait
        return taken

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, way: str) -> None:
        """Pass on what comes from one side, window by window."""
        link, loop = self._link, asyncio.get_running_loop()
        under_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        arriving = asyncio.ensure_future(_arrive(under_way, writer))
        window, calm, arrived = _FIRST_WINDOW, float("inf"), 0.0
        try:
            while data := await reader.read(int(window) * _SEGMENT):
                packets = -(-len(data) // _SEGMENT)
                sent = self._free[way] = max(loop.time(), self._free[way]) + 8 * len(data) / link.bits
                late, hard = self._delay(packets)
                arrived = max(arrived, sent + link.round_trip / 2 + late)
                under_way.put_nowait((arrived, data))
                if late:
                    calm = max(window / 2, 2.0)
                    window = 1.0 if hard else calm
                else:
                    window = min(2 * window, window + packets) if window < calm else window + packets / window
                if packets * _SEGMENT >= int(window) * _SEGMENT or late:
                    await asyncio.sleep(max(0.0, arrived + link.round_trip / 2 - loop.time()))
            under_way.put_nowait((arrived, b""))
            await arriving
        finally:
            arriving.cancel()

    def _delay(self, packets: int) -> tuple[float, bool]:
        """By how much packets are late that go together, and whether only a time-out told of the loss."""
        first = next((number for number in range(packets) if self._lost()), None)
        if first is None:
            return 0.0, False
        round_trip = self._link.round_trip
        if packets - first > 3:  # three that follow tell that one is missing
            return round_trip, False
        late = wait = round_trip + _LEAST_TIMEOUT
        while self._lost():
            wait *= 2
            late += wait
        return late, True


async def _arrive(under_way: asyncio.Queue[tuple[float, bytes]], writer: asyncio.StreamWriter) -> None:
    loop = asyncio.get_running_loop()
    while True:
        when, data = await under_way.get()
        await asyncio.sleep(max(0.0, when - loop.time()))
        if not data:
            return
        writer.write(data)
        with suppress(ConnectionError):
            await writer.drain()
