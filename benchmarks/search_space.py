"""A small real space, swept whole, so that what a search finds can be held against all there is.

``python -m benchmarks.search_space`` sweeps it again and writes the table beside this file: a minute or two.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

import simkit
from simkit.experiments.plans import Plans, plans_of
from simkit.run.lives import Floats

TABLE = Path(__file__).with_name("search_space.parquet")
LIVES, SEED = 10, 1
OUTCOME = "net_margin"
LEVERS: dict[str, list[float]] = {
    "process.silos": [0.0, 0.25, 0.5, 0.75, 1.0],
    "process.improvement_time": [0.0, 0.09, 0.18, 0.27],
    "automation.reliance": [0.0, 0.2, 0.4, 0.6],
    "feedback.latency_weeks": [1, 4, 12],
    "team.analyst": [0, 1],
}


def base() -> simkit.Scenario:
    """A small firm over a year: lives that take little time."""
    team = {f"team.{role}": 0 for role in ("search", "social", "paid")}
    return simkit.load_scenario("siloed").with_changes({**team, "team.content": 1, "horizon_months": 12})


def plans() -> Plans:
    """All plans of the space, in the order of the table."""
    return plans_of(base(), LEVERS)


def swept() -> Floats:
    """Net margin in every life of every plan, as committed; shape (plans, lives)."""
    lives: Floats = pd.read_parquet(TABLE).to_numpy(dtype=np.float64)
    return lives


if __name__ == "__main__":
    made = simkit.sweep(base(), LEVERS, replications=LIVES, seed=SEED)
    by_life = made.outcomes.pivot_table(OUTCOME, "point", "replication")
    by_life.round(0).astype("int32").rename(columns=str).to_parquet(TABLE, index=False)
