"""Whether two installations live the same lives."""

from __future__ import annotations

import hashlib

import numpy as np

from simkit.run.provenance import version_of
from simkit.run.replications import simulate
from simkit.scenarios import Scenario

SEED = 1


def fingerprint(scenario: Scenario) -> str:
    """What changes where the model does: version, and a digest of the scenario and of two of its lives."""
    lives = simulate(scenario, 2, SEED, workers=1).lives
    digest = hashlib.sha256(scenario.hash.encode())
    for array in (lives.monthly, lives.drawn):
        digest.update(np.round(array, 6).tobytes())
    return f"{version_of('simkit')}-{digest.hexdigest()[:16]}"
