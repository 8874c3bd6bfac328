"""What a sweep costs beside the model itself, how it scales, and how many lives a decision takes.

``python -m benchmarks.experiments JOB`` runs one job in a process of its own and prints a JSON list.
"""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from concurrent.futures import Executor
from functools import cache
from pathlib import Path
from time import perf_counter, process_time
from typing import Any
from unittest.mock import patch

import numpy as np
import psutil
from scipy.special import stdtrit

import simkit
from benchmarks.measure import Row
from simkit.experiments.design import Design, design_of
from simkit.experiments.part import LIVES_PER_PART, Part, live_part, part_of, parts
from simkit.model import simulation
from simkit.model.recorder import ROLES
from simkit.run.execution import completed

SEED = 1
OVERHEAD_GOAL, SPEED_UP_GOAL, MEMORY_GOAL = 1.10, 1.8, 100.0
MARGIN_GOAL = 5.0
PAIRS = 300
ROUNDS = 5
"""Rounds of the speed-up: one moment in which the machine is busy moved a single one from 2.0 to 1.6."""
MONTH, SHARE = 1.0, 0.05
"""Half-widths that count as a decision: months of the crossing, and a share of the margin."""
LEVERS: dict[str, list[float]] = {"process.silos": [0.0, 0.25, 0.5, 0.75, 1.0], "feedback.latency_weeks": [1, 8]}
QUICK = {**{f"team.{role}": int(role in {"content", "email"}) for role in ROLES}, "horizon_months": 6}
"""A firm whose lives take little time: for what does not depend on it."""


def variants(lives: int, changes: Mapping[str, float] | None = None) -> Design:
    """A sweep of about so many lives over variants of the baseline."""
    base = simkit.load_scenario("baseline").with_changes(changes or {})
    points = math.prod(len(levels) for levels in LEVERS.values())
    return design_of(base, LEVERS, replications=max(1, lives // points), seed=SEED)


def timed_part(part: Part) -> tuple[float, dict[str, bytes]]:
    """A part, and the processor time that its lives took in the model alone."""
    spent, real = 0.0, simulation.simulate_life

    def timed(*arguments: Any) -> Any:
        nonlocal spent
        began = process_time()
        life = real(*arguments)
        spent += process_time() - began
        return life

    with patch.object(simulation, "simulate_life", timed):
        tables = live_part(part)
    return spent, tables


def sweep_rows(lives: int) -> list[Row]:
    """Wall time of a sweep against its model time by core, and against one worker's."""
    cores = os.cpu_count() or 1
    design = variants(lives)
    there = [part_of(design, number, monthly=False) for number in range(parts(design))]
    with tempfile.TemporaryDirectory() as folder:
        # The pool is warm, as it is in a session; the store is written as in any sweep.
        list(completed(live_part, there[: 2 * cores], cores, None))
        began, model, written = perf_counter(), 0.0, 0
        for part, (spent, tables) in completed(timed_part, there, cores, None):
            model += spent
            for name, content in tables.items():
                written += Path(folder, f"{name}-{part.number}").write_bytes(content)
        wall = perf_counter() - began
    few = variants(min(lives, 600))
    speed_ups = [_wall(few, 1) / _wall(few, cores) for _ in range(ROUNDS)]
    return [
        Row(
            f"a sweep of {design.lives:,} lives: wall time against model time by core",
            wall / (model / cores),
            "times",
            at_most=OVERHEAD_GOAL,
            note=f"{wall:.0f} s, {cores} cores",
        ),
        Row.of(f"speed-up on {cores} cores", speed_ups, "times", at_least=SPEED_UP_GOAL if cores == 2 else None),
        Row("stored", written / design.lives, "bytes a life"),
    ]


def _wall(design: Design, workers: int) -> float:
    simkit.sweep(variants(2 * LIVES_PER_PART, QUICK), workers=workers)  # a warm pool
    began = perf_counter()
    simkit.sweep(design, workers=workers)
    return perf_counter() - began


def memory_rows(few: int, many: int) -> list[Row]:
    """How the parent's memory grows with the number of runs."""
    peaks = [json.loads(_job("memory", str(lives)))[0] for lives in (few, many)]
    what = f"parent's peak memory, {many:,} runs less {few:,}"
    return [Row(what, peaks[1] - peaks[0], "MB", at_most=MEMORY_GOAL, note=f"{peaks[1]:.0f} MB in all")]


def decision_rows() -> list[Row]:
    """Replications until silos of 0.6 and 0.5 are told apart, paired and with luck of their own.

    A half-width h at 95 % takes (t s / h)^2 lives of each, s the deviation of a paired difference, or
    sqrt(s_a^2 + s_b^2) of independent lives.
    """
    base = simkit.load_scenario("baseline")
    pair = [simkit.simulate(base.with_changes({"process.silos": silos}), PAIRS, SEED) for silos in (0.6, 0.5)]
    rows = []
    quantile = float(stdtrit(PAIRS - 1, 0.975))
    for outcome, words, half in (
        ("restricted_crossing_month", f"crossing to ± {MONTH:g} month", MONTH),
        ("total_margin", f"margin to ± {SHARE:.0%}", None),
    ):
        a, b = (ensemble.measure(outcome) for ensemble in pair)
        width = half or SHARE * b.mean()
        needed = [
            (quantile * deviation / width) ** 2
            for deviation in ((a - b).std(ddof=1), math.hypot(a.std(ddof=1), b.std(ddof=1)))
        ]
        note = f"{_lives(needed[0])} paired, {_lives(needed[1])} independent"
        goal = MARGIN_GOAL if outcome == "total_margin" else None
        rows.append(
            Row(
                f"lives to a decision, {words}: independent against paired",
                float(needed[1] / needed[0]),
                "times",
                at_least=goal,
                note=note,
            )
        )
    return rows


def _lives(number: float) -> str:
    return f"{max(2, math.ceil(number)):,}"


def dask_rows(lives: int) -> list[Row]:
    """Overhead of a task on a local Dask cluster, and the wall time of a sweep by the size of its parts."""
    from distributed import Client, LocalCluster

    cores = os.cpu_count() or 1
    rows = []
    cluster = LocalCluster(n_workers=cores, threads_per_worker=1, dashboard_address=None)  # type: ignore[no-untyped-call]
    with cluster, Client(cluster) as client:  # type: ignore[no-untyped-call]
        executor: Executor = client.get_executor(pure=False)
        list(completed(_nothing, range(50), None, executor))
        began = perf_counter()
        list(completed(_nothing, range(500), None, executor))
        rows.append(Row("Dask: overhead of a task", (perf_counter() - began) / 500 * 1e3, "ms"))
        design = variants(lives)
        for size in (4, 8, 16, 32, 64):
            with patch("simkit.experiments.part.LIVES_PER_PART", size):
                there = [part_of(design, number, monthly=False) for number in range(parts(design))]
            began, model = perf_counter(), 0.0
            for _, (spent, _) in completed(timed_part, there, None, executor):
                model += spent
            ratio = (perf_counter() - began) / (model / cores)
            rows.append(
                Row(f"Dask: {design.lives} lives in parts of {size}, against model time by core", ratio, "times")
            )
    return rows


def _nothing(task: int) -> int:
    return task


def workbench_rows(lives: int) -> list[Row]:
    """The same sweep by EMA Workbench's multiprocessing evaluator over the same model, in turns."""
    try:
        import ema_workbench  # noqa: F401
    except ImportError:
        return [Row("EMA Workbench", None, "times", note="not measured: ema_workbench is not installed")]
    found: dict[str, list[list[float]]] = {"simkit": [], "workbench": []}
    for _ in range(2):
        for name, runs in found.items():
            runs.append(json.loads(_job(name, str(lives))))
    (ours, our_peak), (theirs, their_peak) = (np.min(found[name], axis=0).tolist() for name in ("simkit", "workbench"))
    return [
        Row(
            f"{lives} lives by EMA Workbench against ours",
            theirs / ours,
            "times as long",
            at_least=1.0,
            note=f"{theirs:.1f} and {ours:.1f} s",
        ),
        Row(
            "its memory against ours",
            their_peak / our_peak,
            "times",
            at_least=1.0,
            note=f"{their_peak:.0f} and {our_peak:.0f} MB, all processes",
        ),
    ]


def _job(*arguments: str) -> str:
    command = [sys.executable, "-m", "benchmarks.experiments", *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()[-1]


def _peak(process: psutil.Process) -> float:
    """Peak resident memory of a process in MB."""
    status = Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8")
    return float(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) / 1024.0


def _all_peaks() -> float:
    me = psutil.Process()
    return sum(_peak(process) for process in (me, *me.children(recursive=True)))


def _memory(lives: int) -> list[float]:
    simkit.sweep(variants(lives, QUICK))
    return [_peak(psutil.Process())]


def _simkit(lives: int) -> list[float]:
    design, began = variants(lives), perf_counter()
    simkit.sweep(design)
    return [perf_counter() - began, _all_peaks()]


def _workbench(lives: int) -> list[float]:
    from ema_workbench import Constant, Model, MultiprocessingEvaluator, RealParameter, ScalarOutcome, Scenario

    design = variants(lives)
    model = Model("simkit", function=_one_life)
    model.uncertainties = [RealParameter("number", 0, design.lives)]
    model.constants = [Constant("lives", lives)]
    model.outcomes = [ScalarOutcome("total_margin"), ScalarOutcome("restricted_crossing_month")]
    experiments = [Scenario(str(number), number=number) for number in range(design.lives)]
    began = perf_counter()
    with MultiprocessingEvaluator(model, n_processes=os.cpu_count()) as evaluator:
        evaluator.perform_experiments(experiments)
        return [perf_counter() - began, _all_peaks()]


def _one_life(number: float, lives: int) -> dict[str, float]:
    """A life of the same design, for the same two outcomes."""
    design = _known(lives)
    point, replication = divmod(int(number), design.replications)
    ensemble = simkit.simulate(design.scenario(point), [replication], SEED, workers=1)
    return {name: float(ensemble.measure(name)[0]) for name in ("total_margin", "restricted_crossing_month")}


_known = cache(variants)


if __name__ == "__main__":
    jobs = {"memory": _memory, "simkit": _simkit, "workbench": _workbench}
    print(json.dumps(jobs[sys.argv[1]](int(sys.argv[2]))))
