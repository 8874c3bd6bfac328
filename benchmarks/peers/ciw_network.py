"""The simplified team in Ciw: a network of five nodes that items leave once served."""

from __future__ import annotations

from collections.abc import Iterable
from math import inf

import ciw
import numpy as np

from benchmarks.peers.team import DAYS, Tally, Work


class Replay(ciw.dists.Distribution):
    """Given values in their order, then never again.

    Ciw's own Sequential starts over at the end, and copies an itertools.cycle, which Python 3.14 refuses.
    """

    def __init__(self, values: Iterable[float]) -> None:
        self.values = iter(values)

    def sample(self, t: float | None = None, ind: object = None) -> float:
        return next(self.values, inf)


def simulate(work: tuple[Work, ...]) -> Tally:
    network = ciw.create_network(
        arrival_distributions=[Replay(np.diff(queue.arrivals, prepend=0.0).tolist()) for queue in work],
        service_distributions=[Replay(queue.efforts) for queue in work],
        number_of_servers=[queue.servers for queue in work],
        routing=[[0.0] * len(work)] * len(work),
    )
    team = ciw.Simulation(network)
    team.simulate_until_max_time(DAYS)
    return Tally(
        arrived=team.nodes[0].number_of_individuals,
        served=team.nodes[-1].number_of_completed_individuals,
        present=sum(node.number_of_individuals for node in team.transitive_nodes),
    )
