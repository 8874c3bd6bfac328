"""The simplified team in salabim as its manual writes it: items are components that enter a queue."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import salabim

from benchmarks.peers.team import DAYS, Tally, Work


class Item(salabim.Component):
    def setup(self, effort: float) -> None:
        self.effort = effort


class Server(salabim.Component):
    def setup(self, queue: Any) -> None:
        self.queue = queue
        self.served = 0

    def process(self) -> Iterator[Any]:
        while True:
            while not self.queue:
                yield self.passivate()
            item = self.queue.pop()
            yield self.hold(item.effort)
            self.served += 1


class Source(salabim.Component):
    def setup(self, work: Work) -> None:
        self.queue = salabim.Queue(monitor=False)
        self.servers = [Server(queue=self.queue) for _ in range(work.servers)]
        self.work = work
        self.arrived = 0

    def process(self) -> Iterator[Any]:
        for arrival, effort in zip(self.work.arrivals, self.work.efforts, strict=True):
            yield self.hold(till=arrival)
            self.arrived += 1
            Item(effort=effort).enter(self.queue)
            for server in self.servers:
                if server.ispassive():
                    server.activate()
                    break


def simulate(work: tuple[Work, ...]) -> Tally:
    environment = salabim.Environment(trace=False, yieldless=False)
    sources = [Source(work=queue) for queue in work]
    environment.run(till=DAYS)
    servers = [server for source in sources for server in source.servers]
    return Tally(
        arrived=sum(source.arrived for source in sources),
        served=sum(server.served for server in servers),
        present=sum(len(source.queue) for source in sources) + sum(server.isscheduled() for server in servers),
    )
