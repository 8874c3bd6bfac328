"""How far each value without a source moves the headline of the shipped baseline."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import simkit
from simkit.experiments.tornado import SPAN, tornado
from simkit.parameters import declarations

LIVES = 60
SEED = 1
OUTCOME = "restricted_crossing_month"


def assumptions(folder: Path, progress: Callable[[int, int], object] | None = None) -> dict[str, Any]:
    """Each numeric default that is an assumption, a quarter lower and a quarter higher; paired with the baseline."""
    scenario = simkit.load_scenario("baseline")
    assumed = [
        path
        for path, entry in declarations().items()
        if entry.assumed and entry.low is not None and path != "horizon_months"
    ]
    found = tornado(
        scenario, assumed, OUTCOME, LIVES, SEED, out=folder / "assumptions", span=SPAN, resume=True, progress=progress
    )
    return {
        "outcome": OUTCOME,
        "lives": LIVES,
        "seed": SEED,
        "span": SPAN,
        "values": len(found.sweep.design.paths),
        "rows": found.table.drop(columns=["assumed"]).to_dict("records"),
    }
