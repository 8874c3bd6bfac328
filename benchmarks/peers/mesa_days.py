"""The simplified team in Mesa as agent-based models are customarily written: every agent steps every day.

Coarser than the others: an item may be started from the morning of the day it arrives on.
"""

from __future__ import annotations

from collections import deque

import mesa

from benchmarks.peers.team import DAYS, Tally, Work


class Server(mesa.Agent):
    def __init__(self, model: Team, waiting: deque[float]) -> None:
        super().__init__(model)
        self.waiting = waiting
        self.remaining = 0.0  # days of work left in the item at hand, 0 without one
        self.served = 0

    def step(self) -> None:
        day = 1.0
        while True:
            if not self.remaining:
                if not self.waiting:
                    return
                self.remaining = self.waiting.popleft()
            if self.remaining > day:
                self.remaining -= day
                return
            day -= self.remaining
            self.remaining = 0.0
            self.served += 1


class Team(mesa.Model):
    def __init__(self, work: tuple[Work, ...]) -> None:
        super().__init__()
        self.queues: list[deque[float]] = [deque() for _ in work]
        self.calendar: list[list[tuple[deque[float], float]]] = [[] for _ in range(DAYS)]
        for waiting, queue in zip(self.queues, work, strict=True):
            for _ in range(queue.servers):
                Server(self, waiting)
            for arrival, effort in zip(queue.arrivals, queue.efforts, strict=True):
                self.calendar[int(arrival)].append((waiting, effort))
        self.today = iter(self.calendar)
        self.arrived = 0

    def step(self) -> None:
        for waiting, effort in next(self.today):
            waiting.append(effort)
            self.arrived += 1
        self.agents.do("step")


def simulate(work: tuple[Work, ...]) -> Tally:
    team = Team(work)
    for _ in range(DAYS):
        team.step()
    return Tally(
        arrived=team.arrived,
        served=sum(server.served for server in team.agents),
        present=sum(map(len, team.queues)) + sum(server.remaining > 0 for server in team.agents),
    )
