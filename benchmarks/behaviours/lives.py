"""Lives that behaviours are measured on; each scenario is simulated once for all who look at it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from functools import cache, partial
from typing import Any

import numpy as np
from loky import get_reusable_executor
from numpy.typing import NDArray

import simkit
from simkit.model.simulation import World
from simkit.randomness import Luck

REPLICATIONS = 100
CHUNK = 4
BASELINE = simkit.load_scenario("baseline")

Floats = NDArray[np.float64]


@cache
def lives(scenario: simkit.Scenario, seed: int, replications: int = REPLICATIONS) -> simkit.Ensemble:
    """The same replications of every scenario, so that lives are paired by their luck."""
    return simkit.simulate(scenario, replications, seed, executor=_pool())


def baseline(changes: Mapping[str, Any], seed: int, replications: int = REPLICATIONS) -> simkit.Ensemble:
    """Lives of the baseline with some values replaced from the start."""
    return lives(BASELINE.with_changes(changes), seed, replications)


def long_baseline(seed: int) -> simkit.Ensemble:
    """Sixty months of the baseline; a shorter horizon is its beginning."""
    return baseline({"horizon_months": 60}, seed)


def total(ensemble: simkit.Ensemble, output: str = "margin", months: int = 36) -> Floats:
    """Sum of an output over the first months of each life; shape (lives,)."""
    sums: Floats = ensemble.values(output)[:, :months].sum(axis=1)
    return sums


@cache
def observed(measure: Callable[[World], tuple[float, ...]], scenario: simkit.Scenario, seed: int) -> Floats:
    """What is seen of items inside each world at its end; shape (lives, figures)."""
    live = partial(_observe, measure, scenario, seed)
    return np.array(list(_pool().map(live, range(REPLICATIONS), chunksize=CHUNK)))


def _observe(
    measure: Callable[[World], tuple[float, ...]], scenario: simkit.Scenario, seed: int, replication: int
) -> tuple[float, ...]:
    world = World(scenario.resolve(seed, replication), Luck(seed, replication), record_items=True)
    world.live()
    return measure(world)


def _pool() -> Executor:
    # simkit keeps a pool of its own; one that serves both ways of simulating spares the second start.
    pool: Executor = get_reusable_executor(timeout=300)
    return pool
