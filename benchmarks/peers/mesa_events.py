"""The simplified team in Mesa with its discrete-event simulator: agents schedule what happens next."""

from __future__ import annotations

from collections import deque

import mesa
from mesa.experimental.devs import DEVSimulator

from benchmarks.peers.team import DAYS, Tally, Work


class Server(mesa.Agent):
    def __init__(self, model: Team, queue: Queue) -> None:
        super().__init__(model)
        self.queue = queue
        self.served = 0

    def start(self, effort: float) -> None:
        self.model.simulator.schedule_event_relative(self.finish, effort)

    def finish(self) -> None:
        self.served += 1
        if self.queue.waiting:
            self.start(self.queue.waiting.popleft())
        else:
            self.queue.idle.append(self)


class Queue(mesa.Agent):
    def __init__(self, model: Team, work: Work) -> None:
        super().__init__(model)
        self.waiting: deque[float] = deque()
        self.idle = [Server(model, self) for _ in range(work.servers)]
        self.items = zip(work.arrivals, work.efforts, strict=True)
        self.arrived = 0
        self.expect()

    def expect(self) -> None:
        arrival, self.effort = next(self.items, (None, 0.0))
        if arrival is not None:
            self.model.simulator.schedule_event_absolute(self.arrive, arrival)

    def arrive(self) -> None:
        self.arrived += 1
        if self.idle:
            self.idle.pop().start(self.effort)
        else:
            self.waiting.append(self.effort)
        self.expect()


class Team(mesa.Model):
    def __init__(self, work: tuple[Work, ...]) -> None:
        super().__init__()
        self.simulator = DEVSimulator()
        self.simulator.setup(self)
        self.queues = [Queue(self, queue) for queue in work]


def simulate(work: tuple[Work, ...]) -> Tally:
    team = Team(work)
    team.simulator.run_until(DAYS)
    servers = team.agents_by_type[Server]
    idle = sum(len(queue.idle) for queue in team.queues)
    return Tally(
        arrived=sum(queue.arrived for queue in team.queues),
        served=sum(server.served for server in servers),
        present=sum(len(queue.waiting) for queue in team.queues) + len(servers) - idle,
    )
