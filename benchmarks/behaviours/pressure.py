"""B7-B9: a push is better before worse, some do not end with it, and urgent requests spread to those who wait."""

from __future__ import annotations

import numpy as np

from benchmarks.behaviours.band import POSITIVE, Measured, gains, mean
from benchmarks.behaviours.lives import BASELINE, Floats, lives, long_baseline, observed
from simkit.model.simulation import World
from simkit.statistics import Estimate

PUSH_MONTH, PUSH_MONTHS = 7, 6
FIRST, AFTER = slice(6, 9), slice(12, 24)
"""The first three months of that push, and the year after it."""
PUSH_ENDS = 31
"""Month in which a short and a long push have both just ended, so that both have as long to recover."""
SHORT_PUSH, LONG_PUSH = 2, 24
RECOVERED = 0.95
"""Share of the unpushed twin's leads from which on a team counts as recovered."""
URGENT = {"channels.content.interruptions": 0.15}
WAITING = ("search", "social")
"""Channels whose items need a contribution from content's people."""
NO_SILOS, SILOS = 0.0, 0.4


def push_raises_activity(seed: int) -> Measured:
    """Items published in the first three months of a push, against the unpushed twin."""
    return Measured(
        "B7", "activity, first three months of a push", "> 0", _push("activity", FIRST, seed), POSITIVE, unit="%"
    )


def push_raises_leads(seed: int) -> Measured:
    """Leads in the first three months of a push, against the unpushed twin."""
    return Measured("B7", "leads, first three months of a push", "> 0", _push("leads", FIRST, seed), POSITIVE, unit="%")


def push_costs_leads(seed: int) -> Measured:
    """Leads in the year after a push, against the unpushed twin."""
    return Measured("B7", "leads, the year after a push", "< 0", _push("leads", AFTER, seed), high=-POSITIVE, unit="%")


def short_push(seed: int) -> Measured:
    """Leads in months 58-60 after a push of two months, against the unpushed twin."""
    what = f"push of {SHORT_PUSH} months: leads in months 58–60 against the twin's"
    return Measured("B8", what, f"≥ {RECOVERED:.0%}", mean(_left(SHORT_PUSH, seed)), low=RECOVERED, unit="%")


def long_push(seed: int) -> Measured:
    """Leads in months 58-60 after a push of two years that ended at the same time, against the unpushed twin."""
    what = f"push of {LONG_PUSH} months: leads in months 58–60 against the twin's"
    below = float(np.nextafter(RECOVERED, 0.0))
    return Measured("B8", what, f"< {RECOVERED:.0%}", mean(_left(LONG_PUSH, seed)), high=below, unit="%")


def interruptions_delay_others(seed: int) -> Measured:
    """Days by which items of other channels appear later when content's people are interrupted, without silos."""
    what = f"days by which search and social are later, content interrupted, silos {NO_SILOS:g}"
    return Measured("B9", what, "> 0", mean(_delays(NO_SILOS, seed)), POSITIVE)


def silos_spread_the_delay(seed: int) -> Measured:
    """How many days more that is with silos."""
    more = mean(_delays(SILOS, seed) - _delays(NO_SILOS, seed))
    return Measured("B9", f"those days at silos {SILOS:g} less at {NO_SILOS:g}", "> 0", more, POSITIVE)


def _push(output: str, months: slice, seed: int) -> Estimate:
    """Gain of a pushed team's output over its twin's in some months."""
    twin = long_baseline(seed)
    pushed = lives(BASELINE.with_decision("push", PUSH_MONTH, PUSH_MONTHS), seed)
    return mean(gains(*(ensemble.values(output)[:, months].sum(axis=1) for ensemble in (pushed, twin))))


def _left(months: int, seed: int) -> Floats:
    """Each life's part in the ratio of leads at the end, after a push, to the twin's; shape (lives,)."""
    twin = long_baseline(seed)
    pushed = lives(twin.scenario.with_decision("push", PUSH_ENDS - months, months), seed)
    return 1.0 + gains(*(ensemble.values("leads")[:, 57:60].sum(axis=1) for ensemble in (pushed, twin)))


def _delays(silos: float, seed: int) -> Floats:
    """Days that the items of the waiting channels lose in each life when content is interrupted; shape (lives,)."""
    twin = BASELINE.with_changes({"process.silos": silos})
    late, before = (observed(_days_late, scenario, seed)[:, 0] for scenario in (twin.with_changes(URGENT), twin))
    return np.asarray(late - before)


def _days_late(world: World) -> tuple[float, ...]:
    """Mean days from when they were due to when steadily published items of the waiting channels appeared."""
    record = world.work.record or []
    days = [day - item.due for item, day, _ in record if item.channel in WAITING and item.kind == "always_on"]
    return (float(np.mean(days)),)
