"""What the claim tests share: ensembles, each simulated once."""

from __future__ import annotations

import pytest

from simkit.run import Ensemble, simulate
from simkit.scenarios import Scenario
from tests.claims.evidence import LIVES, Simulated


@pytest.fixture(scope="session")
def lives(seed: int) -> Simulated:
    """Ensembles by scenario; the seed and the number of lives are the same for all, so lives pair up."""
    known: dict[str, Ensemble] = {}

    def simulated(scenario: Scenario) -> Ensemble:
        if scenario.hash not in known:
            known[scenario.hash] = simulate(scenario, LIVES, seed, workers=1)
        return known[scenario.hash]

    return simulated
