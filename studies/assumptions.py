"""How far each value without a source moves the headline of the shipped baseline."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import simkit
from simkit.experiments.axes import SPAN
from simkit.experiments.tornado import tornado

LIVES = 60
SEED = 1
OUTCOME = "restricted_crossing_month"


def assumptions(folder: Path, progress: Callable[[int, int], object] | None = None) -> dict[str, Any]:
    """Each numeric default that is an assumption, a quarter lower and a quarter higher; paired with the baseline."""
    scenario = simkit.load_scenario("baseline")
    where: dict[str, Any] = {"out": folder / "assumptions", "resume": True, "progress": progress}
    found = tornado(scenario, ["assumptions"], OUTCOME, LIVES, SEED, span=SPAN, **where)
    return {
        "outcome": OUTCOME,
        "lives": LIVES,
        "seed": SEED,
        "span": SPAN,
        "values": len(found.sweep.design.paths),
        "rows": found.table.drop(columns=["assumed"]).to_dict("records"),
    }
