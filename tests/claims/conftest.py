"""What the claim tests share: ensembles, each simulated once."""

from __future__ import annotations

import pytest

from simkit.run import Ensemble, simulate
from simkit.scenarios import Scenario
from tests.claims.evidence import LIVES, Simulated


@pytest.fixture(scope="session")
def lives(seed: int) -> Simulated:
    """Ensembles by scenario; the seed and the numbers of the lives are the same for all, so lives pair up."""
    known: dict[tuple[str, int], Ensemble] = {}

    def simulated(scenario: Scenario, replications: int = LIVES) -> Ensemble:
        key = scenario.hash, replications
        if key not in known:
            known[key] = simulate(scenario, replications, seed, workers=1)
        return known[key]

    return simulated
