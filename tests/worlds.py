"""Worlds for tests: quiet ones in which little happens, counted from outside, and lives compared to the bit."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simkit.model.recorder import CHANNELS, MONTHLY, ORIGINS, ROLES, Life
from simkit.model.simulation import World
from simkit.model.work import Item, _helped
from simkit.parameters import declarations
from simkit.randomness import Luck
from simkit.scenarios import Scenario
from simkit.scenarios.scenario import UNDATED

HEADS = tuple(f"team.{role}" for role in ROLES)
QUIET: Mapping[str, Any] = {
    **dict.fromkeys(HEADS, 0),
    **{f"channels.{channel}.active": False for channel in CHANNELS},
    "team.turnover_per_year": 0.0,
    "team.skill_spread": 0.0,
    "team.starting_experience": 1.0,
    "process.interruptions": 0.0,
    "process.improvement_time": 0.0,
    "process.pressure_from_shortfall": 0.0,
    "process.pressure_from_backlog": 0.0,
    "capability.speed_exponent": 0.0,
    "feedback.tests_per_channel_month": 0.0,
    "market.drift": 0.0,
    "market.jumps_per_year": 0.0,
    "market.hype_per_year": 0.0,
    "market.seasonality": 0.0,
    "market.cost_inflation_per_year": 0.0,
    "budget.media_per_month": 0.0,
    "budget.tools_per_month": 0.0,
    "work.contribution_share": 0.0,
}
"""Nobody works, no channel is worked and no media bought; the market stands still; people are alike and fully able."""
DATED = [
    path
    for path, entry in declarations().items()
    if entry.low is not None and path not in UNDATED and not path.startswith("company.starting")
]
"""Numbers that may change during a run."""
MAY_BE_MISSING = {"waiting_days", "feedback_days", "late_share"}
"""Monthly means over what may not have happened."""


def quiet(
    values: Mapping[str, Any], seed: int, replication: int = 0, changes: Mapping[int, Any] | None = None
) -> World:
    """A world in which nothing happens but what the values, and the changes by month, ask for."""
    scenario = Scenario().with_changes({**QUIET, **values})
    for month, later in (changes or {}).items():
        scenario = scenario.with_changes(later, month=month)
    return begin(scenario, seed, replication)


def begin(scenario: Scenario, seed: int, replication: int = 0, record_items: bool = False) -> World:
    """A world at its first day."""
    return World(scenario.resolve(seed, replication), Luck(seed, replication), record_items)


def items_in_progress(world: World) -> set[tuple[str, str, int]]:
    """Identities of all items found on desks, in people's hands, with partners, among the campaigns held and in
    plans."""
    found: list[Item] = [*world.work._ready, *(item for _, _, item in world.planning._later)]
    for desk in world.team.desks.values():
        waiting = chain((task for *_, task in desk._queue), (task for *_, task in desk._arriving))
        in_hand = (person._task for person in desk.people if person._task is not None)
        # Help with somebody's urgent request is no item of its own.
        found += (task.item for task in chain(waiting, in_hand) if isinstance(task.item, Item) and task.done != _helped)
    for _, _, _, event in world.env._queue:
        for callback in event.callbacks or ():
            found += _enclosed(callback)
    identities = [(item.channel, item.kind, item.ordinal) for item in found]
    assert len(identities) == len(set(identities)), "an item is in two places"
    return set(identities)


def _enclosed(step: Any) -> list[Item]:
    """Items that a step to be taken later holds."""
    held = [cell.cell_contents for cell in getattr(step, "__closure__", None) or ()]
    return [found for thing in held for found in ([thing] if isinstance(thing, Item) else _enclosed(thing))]


def monthly(world: World, name: str) -> NDArray[np.float64]:
    """One monthly output of the months that are over."""
    return np.array([row[MONTHLY.index(name)] for row in world.ledger.monthly])


def bits(life: Life, months: int | None = None) -> list[bytes]:
    """All that a life recorded in its first months."""
    arrays = [life.monthly[:months], life.channels[:months], life.roles[:months], life.first_expected[:months]]
    if life.items is not None:
        arrays.append(life.items if months is None else life.items[life.items["published_month"] <= months])
    return [np.ascontiguousarray(array).tobytes() for array in arrays]


def assert_sound(life: Life) -> None:
    """Whatever the scenario: nothing is negative or lost, shares are shares, and only a mean over nothing is
    missing."""
    outputs = dict(zip(MONTHLY, life.monthly.T, strict=True))
    for name, values in outputs.items():
        known = values[~np.isnan(values)] if name in MAY_BE_MISSING else values
        assert np.isfinite(known).all(), name
        assert (known >= 0.0).all(), name
    for name in ("utilisation", "fit", "confidence", "pressure", "late_share"):
        assert np.nanmax(np.append(outputs[name], 0.0)) <= 1.0 + 1e-9, name
    shares = sum(outputs[f"time_{activity}"] for activity in ("producing", "improving", "interrupted", "planning"))
    assert (np.asarray(shares) <= 1.0 + 1e-9).all()
    np.testing.assert_allclose(shares, outputs["utilisation"], rtol=1e-9, atol=1e-12)
    assert (outputs["duplicates"] <= outputs["activity"]).all()
    np.testing.assert_array_equal(np.isnan(outputs["late_share"]), outputs["activity"] == 0.0)
    assert life.channels.shape == (len(life.monthly), len(ORIGINS), 3)
    assert np.isfinite(life.channels).all()
    assert (life.channels >= 0.0).all()
    for i, name in enumerate(("leads", "customers", "margin")):
        np.testing.assert_allclose(life.channels[:, :, i].sum(axis=1), outputs[name], rtol=1e-12)
    for name in ("leads", "leads_qualified", "customers", "activity", "duplicates"):
        np.testing.assert_array_equal(outputs[name], np.round(outputs[name]))
    used, waited, queue = life.roles[:, :, 0], life.roles[:, :, 1], life.roles[:, :, 2]
    assert ((used >= 0.0) & (used <= 1.0 + 1e-9)).all()
    assert (waited[~np.isnan(waited)] >= 0.0).all()
    assert (queue >= 0.0).all()
