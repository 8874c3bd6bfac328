"""Where an ensemble comes from: enough to compute it again, to the bit."""

from __future__ import annotations

import platform
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from typing import Any

from simkit.run.lives import Lives
from simkit.scenarios import Scenario, to_toml


@dataclass(frozen=True, slots=True)
class Provenance:
    """Everything that a result depends on.

    Attributes:
        seed: of all luck and all draws.
        replications: the numbers of the lives.
        draw: the draw that all lives share, or None where life i has draw i.
        effective_lives: how many equally weighted lives they are worth, if they were conditioned, else None.
        scenario_name: for people.
        scenario_hash: of all that a run depends on, a joint table of draws included.
        scenario: every value, range and change of the scenario, nested as in its TOML file.
        simkit, python, numpy, simpy: versions.
    """

    seed: int
    replications: tuple[int, ...]
    draw: int | None
    effective_lives: float | None
    scenario_name: str
    scenario_hash: str
    scenario: dict[str, Any]
    simkit: str
    python: str
    numpy: str
    simpy: str


@cache
def version_of(library: str) -> str:
    """Of an installed library, looked up once: a server may change the module path while it runs."""
    return version(library)


def provenance_of(
    scenario: Scenario, seed: int, draw: int | None, lives: Lives, effective_lives: float | None
) -> Provenance:
    """Where these lives come from."""
    return Provenance(
        seed=seed,
        replications=tuple(lives.replication.tolist()),
        draw=draw,
        effective_lives=effective_lives,
        scenario_name=scenario.name,
        scenario_hash=scenario.hash,
        scenario=tomllib.loads(to_toml(scenario)),
        simkit=version_of("simkit"),
        python=platform.python_version(),
        numpy=version_of("numpy"),
        simpy=version_of("simpy"),
    )
