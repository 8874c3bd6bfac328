"""Import time and peak memory, each measured in processes of their own.

``python -m benchmarks.footprint REPLICATIONS WORKERS`` is such a process: it runs the baseline and prints, as a
JSON list, the peak resident memory in MB of itself and of each of its children.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from benchmarks.measure import Row

IMPORT_GOAL = 0.5  # seconds
MEMORY_GOAL = 400.0  # MB
# Names of simkit are imported when first used, so the import alone does not say what a user waits for.
IMPORTS = {"import simkit": "import simkit", "import simkit and all its names": "from simkit import *"}


def import_rows(rounds: int) -> list[Row]:
    """Wall time in fresh processes that take turns, the first of which only fill the cache of bytecode."""
    seconds: dict[str, list[float]] = {what: [] for what in IMPORTS}
    for _ in range(rounds + 1):
        for what, statement in IMPORTS.items():
            code = f"import time; start = time.perf_counter()\n{statement}\nprint(time.perf_counter() - start)"
            seconds[what].append(float(_output("-c", code)))
    return [Row.of(what, values[1:], "s", at_most=IMPORT_GOAL) for what, values in seconds.items()]


def memory_rows(replications: int) -> list[Row]:
    """Peak memory of many replications: in one process, and over a worker a core."""
    title = f"memory of {replications:,} replications"
    if not Path("/proc/self/status").exists():
        return [Row(title, None, "MB", at_most=MEMORY_GOAL, note="not measured: it is read from /proc")]
    cores = os.cpu_count() or 1
    alone: list[float] = json.loads(_output("-m", "benchmarks.footprint", str(replications), "1"))
    pooled: list[float] = json.loads(_output("-m", "benchmarks.footprint", str(replications), str(cores)))
    return [
        Row(f"{title}, in one process", sum(alone), "MB", at_most=MEMORY_GOAL),
        Row(f"{title}, {cores} workers: largest", max(pooled), "MB", at_most=MEMORY_GOAL),
        Row(
            f"{title}, {cores} workers: all",
            sum(pooled),
            "MB",
            at_most=MEMORY_GOAL,
            note=f"sum of {len(pooled)} peaks, shared pages in each",
        ),
    ]


def _output(*arguments: str) -> str:
    return subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.PIPE, text=True).stdout


def _peaks(replications: int, workers: int) -> list[float]:
    """Peak resident memory in MB of this process and of its living children, after a run.

    Read from /proc: getrusage counts in a child what its parent held when it was forked.
    """
    import simkit

    # Held until the peaks are read: the ensemble is part of what a run needs.
    ensemble = simkit.simulate(simkit.load_scenario("baseline"), replications=replications, seed=1, workers=workers)
    children = " ".join(file.read_text() for file in Path("/proc/self/task").glob("*/children")).split()
    peaks = [_peak(process) for process in ["self", *children]]
    del ensemble
    return peaks


def _peak(process: str) -> float:
    kibibytes = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{process}/status").read_text())
    return int(kibibytes[1]) * 1024 / 1e6 if kibibytes else 0.0


if __name__ == "__main__":
    print(json.dumps(_peaks(*map(int, sys.argv[1:]))))
