"""The time of one replication, how it grows with the team and the horizon, and how it compares with peers'."""

from __future__ import annotations

from functools import partial
from importlib.metadata import version

import numpy as np

from benchmarks.measure import Row, Task, bare_loop, count_events, interleave, unit
from benchmarks.peers import PEERS, Simulate, Work, draw_work, load_peer
from simkit import Scenario
from simkit.model.recorder import MONTHLY
from simkit.model.simulation import World, simulate_life
from simkit.randomness import Luck

SEED = 1
REPLICATION_GOAL, REPLICATION_AIM = 0.25, 0.12  # units
LINEARITY_GOAL = 1.3
# A hundred heads in the proportions of the baseline's eight. Executives hold still: a stopped team costs no time.
LARGE = {"strategist": 12, "search": 13, "content": 25, "social": 13, "paid": 13, "email": 12, "analyst": 12}
LARGE_MONTHS, SMALL_MONTHS = 120, 36
SMALL_LIVES = 10  # timed together, for one takes too little time to compare


def replication_rows(baseline: Scenario, rounds: int) -> list[Row]:
    """One life of the baseline in units, and against a bare loop of as many events as it has."""

    def live(number: int) -> object:
        return simulate_life(baseline, SEED, number)

    def set_up(number: int) -> object:
        return World(baseline.resolve(SEED, number), Luck(SEED, number))

    events = [count_events(partial(live, number)) for number in range(rounds)]
    tasks: dict[str, Task] = {
        "unit": unit,
        "life": live,
        "set-up": set_up,
        "bare": lambda number: bare_loop(events[number]),
    }
    seconds = interleave(tasks, rounds)
    return [
        Row.of("the unit: 100,000 timeouts", seconds["unit"] * 1e3, "ms"),
        Row.of(
            "one replication of baseline",
            seconds["life"] / seconds["unit"],
            "units",
            at_most=REPLICATION_GOAL,
            note=f"aim {REPLICATION_AIM:g}",
        ),
        Row.of("the same", seconds["life"] * 1e3, "ms"),
        Row.of("its set-up alone", seconds["set-up"] / seconds["unit"], "units"),
        Row.of("its events", events, "events"),
        Row.of("against a bare loop of its events", seconds["life"] / seconds["bare"], "times"),
    ]


def linearity_rows(baseline: Scenario, rounds: int) -> list[Row]:
    """Time per head and month of a hundred heads over ten years, against that of eight over three."""
    small = baseline.with_changes({"expectation.reaction": "hold"})
    large = small.with_changes(
        {f"team.{role}": heads for role, heads in LARGE.items()} | {"horizon_months": LARGE_MONTHS}
    )

    def live_small(number: int) -> None:
        for replication in range(SMALL_LIVES):
            simulate_life(small, SEED, number * SMALL_LIVES + replication)

    def live_large(number: int) -> None:
        simulate_life(large, SEED, number)

    seconds = interleave({"small": live_small, "large": live_large}, max(rounds // 3, 1))
    small_heads = sum(getattr(small.parameters.team, role) for role in LARGE)
    each_small = seconds["small"] / (SMALL_LIVES * small_heads * SMALL_MONTHS)
    each_large = seconds["large"] / (sum(LARGE.values()) * LARGE_MONTHS)
    what = f"time per head-month, {sum(LARGE.values())} × {LARGE_MONTHS} against {small_heads} × {SMALL_MONTHS}"
    return [Row.of(what, each_large / each_small, "times", at_most=LINEARITY_GOAL)]


def peer_rows(baseline: Scenario, rounds: int) -> list[Row]:
    """Our full model against each peer's simplified team with as many items a month as the baseline publishes."""
    activity = MONTHLY.index("activity")
    lives = [simulate_life(baseline, SEED, number) for number in range(rounds)]
    published = float(np.mean([life.monthly[:, activity] for life in lives]))
    work = [draw_work(published, number) for number in range(rounds)]
    loaded = {label: load_peer(module, library) for label, (module, library) in PEERS.items()}
    peers = {label: simulate for label, simulate in loaded.items() if simulate is not None}
    tasks = {label: _replaying(simulate, work) for label, simulate in peers.items()}
    seconds = interleave({"ours": lambda number: simulate_life(baseline, SEED, number), **tasks}, rounds)
    rows = [
        Row.of(
            "replications of our full model",
            1 / seconds["ours"],
            "a second",
            note=f"publishes {published:.0f} items a month",
        )
    ]
    for label, (_, library) in PEERS.items():
        what = f"… against {label}"
        if label not in peers:
            rows.append(Row(what, None, "times", at_least=1.0, note="not installed"))
            continue
        rate, tally = np.median(1 / seconds[label]), peers[label](work[0])
        items = f"{tally.served:,} of {tally.arrived:,} items served"
        note = f"{library} {version(library)}: {rate:.1f} a second, {items}"
        rows.append(Row.of(what, seconds[label] / seconds["ours"], "times", at_least=1.0, note=note))
    return rows


def _replaying(simulate: Simulate, work: list[tuple[Work, ...]]) -> Task:
    return lambda number: simulate(work[number])
