"""What every peer is given and what it has to account for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module, util

import numpy as np

SERVERS = (2, 2, 2, 1, 1)  # one queue each
MONTHS = 36
DAYS = MONTHS * 21
LOAD = 0.8  # share of the servers' time that the items take


@dataclass(frozen=True, slots=True)
class Work:
    """The items of one queue: when they arrive and the days of work in each, in order of arrival."""

    servers: int
    arrivals: list[float]
    efforts: list[float]


@dataclass(frozen=True, slots=True)
class Tally:
    """Items at the end, counted where they are and not derived from one another."""

    arrived: int
    served: int
    present: int


Simulate = Callable[[tuple[Work, ...]], Tally]


def draw_work(items_per_month: float, seed: int) -> tuple[Work, ...]:
    """Poisson arrivals, given their number, and exponential efforts, for every queue.

    Drawing the items beforehand gives all peers the same ones, and spares them the time of drawing.
    """
    rng = np.random.default_rng(seed)
    queues = []
    for servers in SERVERS:
        items = round(items_per_month * MONTHS * servers / sum(SERVERS))
        arrivals = np.sort(rng.uniform(0, DAYS, items))
        efforts = rng.exponential(LOAD * servers * DAYS / max(items, 1), items)
        queues.append(Work(servers, arrivals.tolist(), efforts.tolist()))
    return tuple(queues)


def load_peer(module: str, library: str) -> Simulate | None:
    """A peer's ``simulate``, or None where its library is not installed."""
    if util.find_spec(library) is None:
        return None
    simulate: Simulate = import_module(f"benchmarks.peers.{module}").simulate
    return simulate
