"""The simplified team in salabim at its fastest: servers are components, a waiting item is only its effort.

Making a component costs salabim about a third of a millisecond, so none is made for an item.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any

import salabim

from benchmarks.peers.team import DAYS, Tally, Work


class Server(salabim.Component):
    def setup(self, source: Source) -> None:
        self.source = source
        self.served = 0

    def process(self) -> Iterator[Any]:
        waiting, idle = self.source.waiting, self.source.idle
        while True:
            while not waiting:
                idle.append(self)
                yield self.passivate()
            yield self.hold(waiting.popleft())
            self.served += 1


class Source(salabim.Component):
    def setup(self, work: Work) -> None:
        self.waiting: deque[float] = deque()
        self.idle: list[Server] = []
        self.servers = [Server(source=self) for _ in range(work.servers)]
        self.work = work
        self.arrived = 0

    def process(self) -> Iterator[Any]:
        for arrival, effort in zip(self.work.arrivals, self.work.efforts, strict=True):
            yield self.hold(till=arrival)
            self.arrived += 1
            self.waiting.append(effort)
            if self.idle:
                self.idle.pop().activate()


def simulate(work: tuple[Work, ...]) -> Tally:
    environment = salabim.Environment(trace=False, yieldless=False)
    sources = [Source(work=queue) for queue in work]
    environment.run(till=DAYS)
    servers = [server for source in sources for server in source.servers]
    return Tally(
        arrived=sum(source.arrived for source in sources),
        served=sum(server.served for server in servers),
        present=sum(len(source.waiting) for source in sources) + sum(server.isscheduled() for server in servers),
    )
