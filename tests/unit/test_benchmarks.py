"""The benchmark's peers do the work they are timed for.

Nothing is skipped where a library is missing: the development environment has them all.
"""

from __future__ import annotations

from dataclasses import replace
from heapq import heapify, heapreplace

import pytest

from benchmarks.peers import PEERS, Tally, Work, draw_work, load_peer
from benchmarks.peers.team import DAYS, SERVERS

WORK = draw_work(items_per_month=60, seed=1)


def exact(work: tuple[Work, ...]) -> Tally:
    """First come, first served by recursion over the free servers (Kiefer and Wolfowitz 1955, Trans. AMS 78, 1–18)."""
    served = 0
    for queue in work:
        free = [0.0] * queue.servers
        heapify(free)
        for arrival, effort in zip(queue.arrivals, queue.efforts, strict=True):
            end = max(arrival, free[0]) + effort
            heapreplace(free, end)
            served += end < DAYS
    arrived = sum(len(queue.arrivals) for queue in work)
    return Tally(arrived, served, arrived - served)


def run(label: str, work: tuple[Work, ...] = WORK) -> Tally:
    simulate = load_peer(*PEERS[label])
    assert simulate is not None, f"{label} is not installed: pip install -e '.[dev,benchmarks]'"
    return simulate(work)


@pytest.mark.parametrize("label", PEERS)
def test_every_peer_conserves_items(label: str) -> None:
    """Fails if a peer loses, repeats or invents an item, or is given fewer than the others."""
    tally = run(label)
    assert tally.arrived == tally.served + tally.present
    assert tally.arrived == 60 * 36
    assert tally.present < 0.05 * tally.arrived


@pytest.mark.parametrize("label", [label for label in PEERS if label != "Mesa, daily steps"])
def test_every_peer_with_a_clock_serves_exactly_the_items_that_can_be_served(label: str) -> None:
    """Fails if a peer idles while items wait, has another number of servers, or stops at another time."""
    assert run(label) == exact(WORK)


def test_daily_steps_serve_as_many_items_but_for_those_in_hand() -> None:
    """Fails if the stepped peer works shorter or longer days; the load is more than it can carry, so that it shows."""
    overload = tuple(replace(queue, efforts=[1.5 * effort for effort in queue.efforts]) for queue in WORK)
    assert abs(run("Mesa, daily steps", overload).served - exact(overload).served) <= sum(SERVERS)
