"""``python -m benchmarks.behaviours``: a table on standard error, one JSON object on standard output."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from importlib.metadata import version

from rich.console import Console
from rich.table import Table

from benchmarks.behaviours import growth, learning, library, people, pressure
from benchmarks.behaviours.band import CONFIDENCE, Measured
from benchmarks.behaviours.lives import BASELINE, REPLICATIONS

MEASURES: tuple[Callable[[int], Measured], ...] = (
    growth.strong_earners,
    growth.young_share,
    growth.best_items,
    growth.organic_months_below,
    growth.organic_crossing,
    growth.paid_start,
    growth.paid_flattening,
    growth.conversion,
    growth.time_to_win,
    growth.payback,
    growth.word_of_mouth,
    learning.reliance_pays,
    learning.full_reliance_costs,
    learning.peak_without_review,
    learning.peak_with_review,
    learning.no_penalty_without_drift,
    learning.testing_gain,
    learning.drift_raises_testing_gain,
    learning.shorter_latency_never_hurts,
    pressure.push_raises_activity,
    pressure.push_raises_leads,
    pressure.push_costs_leads,
    pressure.short_push,
    pressure.long_push,
    pressure.interruptions_delay_others,
    pressure.silos_spread_the_delay,
    people.second_channel,
    people.further_channel,
    people.all_channels,
    people.tools_interaction,
    library.worst,
    library.best,
)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.behaviours", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="seed of all luck (default 1)")
    seed = parser.parse_args().seed
    console = Console(stderr=True, width=None if sys.stderr.isatty() else 170)
    rows = []
    for measure in MEASURES:
        rows.append(measure(seed))
        console.print(f"[dim]{rows[-1].behaviour} {rows[-1].what}", highlight=False)
    console.print(_table(rows, seed))
    print(json.dumps(record(rows, seed), indent=2))


def _table(rows: list[Measured], seed: int) -> Table:
    table = Table(
        title="Behaviours and their bands",
        caption=f"{CONFIDENCE:.1%} intervals, {REPLICATIONS} replications, seed {seed}; in the band if all of it is.",
    )
    for heading in ("", "what", "band", "measured", "interval", ""):
        table.add_column(heading, justify="right" if heading in {"measured", "interval"} else "left")
    for row in rows:
        verdict = "[green]in the band[/]" if row.reached else "[red]not in the band[/]"
        table.add_row(row.behaviour, row.what, row.band, row.value, row.interval, verdict)
    return table


def record(rows: list[Measured], seed: int) -> dict[str, object]:
    """The figures as one JSON object, with what they were measured with."""
    return {
        "version": version("simkit"),
        "scenario_hash": BASELINE.hash,
        "seed": seed,
        "replications": REPLICATIONS,
        "rows": [_plain(row) for row in rows],
    }


def _plain(row: Measured) -> dict[str, object]:
    estimate = asdict(row.estimate)
    shown = f"{row.value} ({row.interval})"
    known = {"behaviour": row.behaviour, "what": row.what, "band": row.band, "shown": shown}
    return {**known, **estimate, "reached": row.reached}


if __name__ == "__main__":
    main()
