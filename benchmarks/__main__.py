"""``python -m benchmarks``: a table on standard error, one JSON object on standard output."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

from rich.console import Console
from rich.table import Table

import simkit
from benchmarks import board, experiments, room, search, session
from benchmarks.footprint import import_rows, memory_rows
from benchmarks.measure import Row
from benchmarks.speed import SEED, SMALL_MONTHS, linearity_rows, peer_rows, replication_rows

VERDICTS = {True: "[green]met[/]", False: "[red]not met[/]", None: ""}


def main() -> None:
    options = _options()
    console = Console(stderr=True, width=None if sys.stderr.isatty() else 150)
    baseline = simkit.load_scenario("baseline").with_changes({"horizon_months": SMALL_MONTHS})
    stages: dict[str, Callable[[], list[Row]]] = {
        "one replication": lambda: replication_rows(baseline, options.rounds),
        "linearity": lambda: linearity_rows(baseline, options.rounds),
        "peers": lambda: peer_rows(baseline, options.rounds),
        "import": lambda: import_rows(options.rounds),
        "memory": lambda: memory_rows(options.replications),
        "sweep": lambda: experiments.sweep_rows(options.lives),
        "sweep memory": lambda: experiments.memory_rows(1000, 20_000),
        "decision": experiments.decision_rows,
        "dask": lambda: experiments.dask_rows(640),
        "workbench": lambda: experiments.workbench_rows(400),
        "board": board.board_rows,
        "room": lambda: room.room_rows(options.people),
        "session": lambda: session.session_rows(options.pictures),
        "search": search.search_rows,
    }
    rows: list[Row] = []
    for stage, measure in (
        stages.items() if not options.stages else ((s, stages[s]) for s in options.stages)
    ):  # no spinner: it would take processor time from what is timed
        console.print(f"measuring: {stage}")
        rows += measure()
    console.print(_table(rows))
    print(json.dumps(_record(rows, options.rounds), indent=2))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=15, help="rounds in which all tasks take turns")
    parser.add_argument("--replications", type=int, default=1000, help="replications whose memory is measured")
    parser.add_argument("--lives", type=int, default=10_000, help="lives of the sweep whose wall time is measured")
    parser.add_argument("--people", type=int, default=60, help="people in the full training room")
    parser.add_argument("--pictures", type=Path, default=Path("runs/session"), help="where pictures of the session go")
    parser.add_argument("stages", nargs="*", metavar="STAGE", help="measure these only")
    return parser.parse_args()


def _table(rows: list[Row]) -> Table:
    table = Table(title="simkit's speed and memory", caption="Medians, and the quartiles of the rounds.")
    for heading in ("what", "value", "quartiles", "unit", "goal", "note"):
        table.add_column(heading, justify="right" if heading in {"value", "quartiles"} else "left")
    for row in rows:
        quartiles = "" if row.low is None or row.high is None else f"{_number(row.low)} – {_number(row.high)}"
        table.add_row(row.what, _number(row.value), quartiles, row.unit, _goal(row), row.note)
    return table


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3g}" if value < 1000 else f"{value:,.0f}"


def _goal(row: Row) -> str:
    bounds = [f"{sign} {bound:g}" for sign, bound in (("≤", row.at_most), ("≥", row.at_least)) if bound is not None]
    return " ".join([*bounds, VERDICTS[row.met]])


def _record(rows: list[Row], rounds: int) -> dict[str, object]:
    return {
        "version": version("simkit"),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count(),
        "rounds": rounds,
        "seed": SEED,
        "low_high": "quartiles of the rounds",
        "rows": [{**asdict(row), "met": row.met} for row in rows],
    }


if __name__ == "__main__":
    main()
