"""Sweeps: the same numbers as single runs, the same bytes whatever happens, and mistakes that say what to do."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import psutil
import pyarrow.parquet as pq
import pytest

import simkit
from simkit.errors import RunError, StoreError
from simkit.experiments.part import FEWEST_LIVES, live_part, part_of
from simkit.experiments.store import lock
from simkit.model.recorder import ROLES
from simkit.run import MEASURES

SILOS = "process.silos"
SMALL = simkit.Scenario("small").with_changes(
    {**{f"team.{role}": int(role in {"content", "email"}) for role in ROLES}, "horizon_months": 6}
)
LEVERS: dict[str, list[float]] = {SILOS: [0.0, 0.5, 1.0], "feedback.latency_weeks": [2, 12]}
DESIGN: dict[str, Any] = {"levers": LEVERS, "replications": 22, "seed": 3, "monthly": True}
PARTS = 17
"""6 points of 22 lives: 132 in parts of 8, some of which hold two points."""


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file() and p.name != ".lock"}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> simkit.Sweep:
    """The design, run without disturbance."""
    return simkit.sweep(SMALL, **DESIGN, out=tmp_path_factory.mktemp("whole") / "runs", workers=1)


@pytest.fixture(scope="module")
def expected(whole: simkit.Sweep) -> dict[str, bytes]:
    return contents(whole.folder)


def test_every_point_has_the_lives_of_a_single_run(whole: simkit.Sweep) -> None:
    """Outcomes, measures and months of each point are those of `simulate`, to the bit. Fails if points do not share
    their luck, values go to the wrong point, or parts are put together in another order."""
    months, outcomes = whole.monthly, whole.outcomes
    for point in range(6):
        ensemble = simkit.simulate(whole.design.scenario(point), 22, 3, workers=1)
        own = outcomes[outcomes["point"] == point].reset_index(drop=True)
        pd.testing.assert_frame_equal(own[ensemble.outcomes.columns], ensemble.outcomes, check_dtype=False)
        for name in MEASURES:
            np.testing.assert_array_equal(own[name].astype(float), ensemble.measure(name))
        assert (own[SILOS] == ensemble.scenario[SILOS]).all()
        of_point = months[months["point"] == point].drop(columns="point").reset_index(drop=True)
        pd.testing.assert_frame_equal(of_point, ensemble.monthly, check_dtype=False)


@pytest.mark.parametrize("where", ["two workers", "threads", "processes"])
def test_the_same_bytes_wherever_it_runs(where: str, tmp_path: Path, expected: dict[str, bytes]) -> None:
    """Fails if the number of workers, the order in which parts come back or the executor shows in what is written."""
    options: dict[str, Any] = {"workers": 2}
    if where != "two workers":
        spawn = get_context("spawn")
        executor = ThreadPoolExecutor(3) if where == "threads" else ProcessPoolExecutor(1, mp_context=spawn)
        options = {"executor": executor}
    simkit.sweep(SMALL, **DESIGN, out=tmp_path / "runs", **options)
    if "executor" in options:
        options["executor"].shutdown()
    assert contents(tmp_path / "runs") == expected


RUN = """
import sys, simkit, test_sweep
simkit.sweep(test_sweep.SMALL, **test_sweep.DESIGN, out=sys.argv[1], workers=int(sys.argv[2]))
"""


def started(folder: Path, before: str = "", workers: int = 1) -> subprocess.Popen[str]:
    """The design, run by another process."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), *sys.path])}
    return subprocess.Popen(
        [sys.executable, "-c", before + RUN, str(folder), str(workers)],
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("parts", [0, 1, 3])
def test_a_killed_run_is_resumed_to_the_same_bytes(parts: int, tmp_path: Path, expected: dict[str, bytes]) -> None:
    """Killed with SIGKILL after some parts, then resumed. Fails if a byte differs, or what was done is done again."""
    folder = tmp_path / "runs"
    process = started(folder)
    while len(list((folder / "outcomes").glob("part-*"))) < parts or not folder.exists():
        assert process.poll() is None, process.communicate()[1]
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    done = {path: path.stat().st_mtime_ns for path in (folder / "outcomes").glob("part-*")}
    assert parts <= len(done) < PARTS
    simkit.sweep(SMALL, **DESIGN, out=folder, resume=True, workers=1)
    assert contents(folder) == expected
    assert all(path.stat().st_mtime_ns == when for path, when in done.items())


@pytest.mark.parametrize("left", [(), (1, 2), (0, 2, 16), tuple(range(PARTS))])
def test_whatever_a_kill_leaves_behind_is_resumed(
    left: tuple[int, ...], tmp_path: Path, expected: dict[str, bytes]
) -> None:
    """Some parts, months of all of them, half a file under its unfinished name; with no part, no manifest either. Fails
    if something half-written counts as done, or stays."""
    for name, content in expected.items():
        outcomes, number = name.startswith("outcomes"), name[-14:-8]
        if (not outcomes or int(number) in left) and (left or name != "manifest.json"):
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_bytes(content)
    for name in ("monthly/.part-000001.parquet.7", ".manifest.json.7"):
        (tmp_path / name).write_bytes(b"half")
    simkit.sweep(SMALL, **DESIGN, out=tmp_path, resume=True, workers=1)
    assert contents(tmp_path) == expected


def test_an_interrupt_keeps_what_is_done(tmp_path: Path, expected: dict[str, bytes]) -> None:
    """Fails if Ctrl-C loses parts, does not say what is kept, or the rest cannot be resumed."""

    def interrupt(done: int, asked: int) -> None:
        if done >= 2 * FEWEST_LIVES:
            raise KeyboardInterrupt

    with pytest.raises(simkit.SweepInterrupted, match=r"of 132 lives were done and are kept in .*Resume") as caught:
        simkit.sweep(SMALL, **DESIGN, out=tmp_path / "runs", workers=2, progress=interrupt)
    assert 2 * FEWEST_LIVES <= caught.value.sweep.done < 132
    assert len(caught.value.sweep.outcomes) == caught.value.sweep.done
    simkit.sweep(SMALL, **DESIGN, out=tmp_path / "runs", resume=True, workers=1)
    assert contents(tmp_path / "runs") == expected


def test_a_full_disk_is_said_and_what_was_written_stays(tmp_path: Path, expected: dict[str, bytes]) -> None:
    """The operating system refuses files above a size that outcomes fit in and months do not. Fails if the error is
    not one line, or half a file is left."""
    folder = tmp_path / "runs"
    limit = max(len(content) for name, content in expected.items() if "monthly" not in name) + 1
    assert limit < len(expected["monthly/part-000000.parquet"])
    process = started(folder, f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))\n")
    said = process.communicate()[1].splitlines()[-1]
    assert "StoreError: out: cannot write monthly/part-000000.parquet: File too large" in said
    assert "put that right and resume" in said
    assert set(contents(folder)) == {"manifest.json", "points.parquet", "scenario.toml"}
    simkit.sweep(SMALL, **DESIGN, out=folder, resume=True, workers=1)
    assert contents(folder) == expected


def test_a_damaged_part_is_named_and_replaced(tmp_path: Path, expected: dict[str, bytes]) -> None:
    """One bit of a column's values is flipped. Fails if it is read as if nothing were, or resuming does not put it
    right."""
    made = simkit.sweep(SMALL, **DESIGN, out=tmp_path / "runs", workers=1)
    path = made.store.path("outcomes", 1)
    content = bytearray(path.read_bytes())
    first = pq.read_metadata(path).row_group(0).column(0)
    content[first.dictionary_page_offset + first.total_compressed_size - 1] ^= 1
    path.write_bytes(content)
    with pytest.raises(
        StoreError, match=r"part-000001.parquet: is damaged: .*Resume the run: it replaces damaged parts"
    ):
        _ = simkit.load_sweep(tmp_path / "runs").outcomes
    again = simkit.sweep(SMALL, **DESIGN, out=tmp_path / "runs", resume=True, workers=1)
    assert again.replaced == (1,)
    assert contents(tmp_path / "runs") == expected


def test_what_describes_a_run_is_restored(tmp_path: Path, expected: dict[str, bytes]) -> None:
    """Fails if a design or a scenario that was lost or changed stays so when the run is resumed."""
    simkit.sweep(SMALL, **DESIGN, out=tmp_path, workers=1)
    (tmp_path / "points.parquet").unlink()
    (tmp_path / "scenario.toml").write_text("junk", encoding="utf-8")
    simkit.sweep(SMALL, **DESIGN, out=tmp_path, resume=True, workers=1)
    assert contents(tmp_path) == expected


def test_a_part_of_another_design_is_named(tmp_path: Path) -> None:
    """Fails if rows that nobody asked for are read with the others, or the run calls them damaged for ever."""
    made = simkit.sweep(SMALL, **DESIGN, out=tmp_path, workers=1)
    made.store.path("outcomes", 99).write_bytes(made.store.path("outcomes", 0).read_bytes())
    with pytest.raises(StoreError, match=r"holds part-000099.parquet, which is no part of this design.*Remove it"):
        simkit.sweep(SMALL, **DESIGN, out=tmp_path, resume=True, workers=1)


def test_two_runs_cannot_share_a_folder(tmp_path: Path) -> None:
    """Fails if a second run writes where the first one does."""
    with lock(tmp_path / "runs"), pytest.raises(StoreError, match="another run is writing there"):
        simkit.sweep(SMALL, **DESIGN, out=tmp_path / "runs")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"seed": 4}, r"begun with seed 3, not 4"),
        ({"levers": {SILOS: [0, 0.2, 0.4, 0.6, 0.8, 1.0]}}, "begun with other levers or points"),
        ({"replications": 10}, r"begun with replications 22, not 10"),
        ({"monthly": False}, r"begun with monthly true, not false"),
        ({"resume": False}, "holds results already"),
    ],
)
def test_another_run_is_refused(changes: dict[str, Any], said: str, whole: simkit.Sweep) -> None:
    """Fails if results of two designs come to lie in one folder, or existing ones are overwritten."""
    with pytest.raises(StoreError, match=said):
        simkit.sweep(SMALL, **{**DESIGN, "resume": True, "out": whole.folder, **changes})


def test_results_of_another_version_are_refused(tmp_path: Path, expected: dict[str, bytes]) -> None:
    """Fails if numbers of two versions of the model can be mixed."""
    for name, content in expected.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    manifest = json.loads(expected["manifest.json"]) | {"simkit": "0.0.1"}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(StoreError, match=r'begun with simkit "0.0.1", not'):
        simkit.sweep(SMALL, **DESIGN, out=tmp_path, resume=True)


def test_a_folder_that_cannot_be_used_is_refused(tmp_path: Path) -> None:
    """Fails if other files are mixed with results, or a file is taken for a folder."""
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(StoreError, match="is not empty"):
        simkit.sweep(SMALL, LEVERS, out=tmp_path)
    with pytest.raises(StoreError, match=r"cannot be written|is a file"):
        simkit.sweep(SMALL, LEVERS, out=tmp_path / "notes.txt")
    with pytest.raises(StoreError, match="there are no results here"):
        simkit.load_sweep(tmp_path / "nowhere")


def test_a_point_that_fails_is_recorded_and_the_others_go_on() -> None:
    """A market too small for its customers. Fails if the sweep stops, or the point is dropped or counts as a result."""
    made = simkit.sweep(SMALL, {"company.market_size": [10, 100_000]}, replications=3, workers=1)
    assert made.failures["error"].str.contains("the market must hold more").tolist() == [True] * 3
    assert made.outcomes["total_margin"].isna().tolist() == [True] * 3 + [False] * 3
    assert made.outcomes["error"].isna().tolist() == [False] * 3 + [True] * 3
    margin = made.summary[made.summary["outcome"] == "total_margin"].set_index("point")
    assert margin["n"].tolist() == [0, 3]
    assert margin["failed"].tolist() == [3, 0]
    assert margin["mean"].isna().tolist() == [True, False]


def test_a_worker_that_dies_is_said_with_its_points(tmp_path: Path, expected: dict[str, bytes]) -> None:
    """A worker process is killed for real. Fails if the run hangs, does not name points, or loses what was done."""

    def kill(done: int, asked: int) -> None:
        if FEWEST_LIVES <= done < 2 * FEWEST_LIVES:
            workers = [child for child in psutil.Process().children() if "LokyProcess" in " ".join(child.cmdline())]
            workers[0].kill()

    with pytest.raises(
        RunError, match=r"points? \d.*a worker process ended unexpectedly.*What was done is kept: resume"
    ):
        simkit.sweep(SMALL, **DESIGN, out=tmp_path / "runs", workers=2, progress=kill)
    assert simkit.load_sweep(tmp_path / "runs").done >= FEWEST_LIVES
    simkit.sweep(SMALL, **DESIGN, out=tmp_path / "runs", resume=True, workers=1)
    assert contents(tmp_path / "runs") == expected


def test_a_worker_of_another_version_is_refused(whole: simkit.Sweep) -> None:
    """Fails if numbers of two versions can be mixed unnoticed."""
    part = part_of(whole.design, 0, monthly=False)
    other = replace(part, versions=part.versions | {"simkit": "0.0.1"})
    with pytest.raises(RunError, match=r"a worker has simkit \S+, this machine 0\.0\.1.*same versions"):
        live_part(other)


def test_a_summary_has_the_intervals_of_an_ensemble(whole: simkit.Sweep) -> None:
    """Means and ends are those of `Ensemble.summary`. Fails if the interval is another one, or the spread of lives."""
    said = simkit.simulate(whole.design.scenario(4), 22, 3, workers=1).summary
    rows = whole.summary[whole.summary["point"] == 4].set_index("outcome")
    month = said.crossing_month
    assert said.crossed_share.mean == 0.0  # so that the month is the same in all lives
    for name, figures in {
        "total_margin": (said.total_margin.mean, said.total_margin.low, said.total_margin.high),
        "crossed": (said.crossed_share.mean, said.crossed_share.low, said.crossed_share.high),
        "restricted_crossing_month": (
            month.restricted_mean,
            month.restricted_mean_low,
            month.restricted_mean_high,
        ),
    }.items():
        assert [rows[column][name] for column in ("mean", "low", "high")] == pytest.approx(figures)
    assert rows["low"]["restricted_crossing_month"] < rows["mean"]["restricted_crossing_month"] == 6.0
    assert rows[SILOS].tolist() == [1.0] * len(rows)


def test_what_is_drawn_is_kept(tmp_path: Path) -> None:
    """A range and a joint table, of which one path is a lever. Fails if drawn values are not those of `simulate`, or
    the store cannot be loaded again."""
    table = pd.DataFrame({"company.win_rate": [0.1, 0.2], SILOS: [0.2, 0.3]})
    table.to_parquet(tmp_path / "draws.parquet")
    (tmp_path / "own.toml").write_text(
        'extends = "baseline"\njoint = "draws.parquet"\nhorizon_months = 6\n'
        "[team]\nsearch = 0\nsocial = 0\n[market]\ndrift = { low = 0.0, mode = 0.1, high = 0.2 }\n",
        encoding="utf-8",
    )
    base = simkit.load_scenario(tmp_path / "own.toml")
    made = simkit.sweep(base, {SILOS: [0.4]}, replications=5, out=tmp_path / "runs", workers=1)
    draws = simkit.simulate(base.with_changes({SILOS: 0.4}), 5, 1, workers=1).draws
    for path in ("company.win_rate", "market.drift"):
        assert made.outcomes[f"draw.{path}"].tolist() == draws[path].tolist()
    assert f"draw.{SILOS}" not in made.outcomes
    loaded = simkit.load_sweep(tmp_path / "runs")
    assert loaded.design == made.design
    assert loaded.outcomes.equals(made.outcomes)


def test_others_read_the_store_without_simkit(whole: simkit.Sweep) -> None:
    """pandas, Polars and DuckDB see the same rows, and what did not happen as missing. Fails if a month that did not
    come is a number that is averaged."""
    pattern = whole.folder / "outcomes" / "*.parquet"
    table = pd.concat([pd.read_parquet(path) for path in sorted(whole.folder.glob("outcomes/*.parquet"))])
    crossed = whole.outcomes["crossing_month"].notna().sum()
    assert 0 < crossed < 132 or whole.outcomes["repaid_month"].isna().any()
    frame = pl.read_parquet(pattern)
    query = f"SELECT count(*), count(crossing_month), avg(repaid_month) FROM read_parquet('{pattern}')"
    counted = duckdb.connect().execute(query).fetchall()[0]
    assert len(table) == len(frame) == counted[0] == 132
    assert table["crossing_month"].count() == frame["crossing_month"].count() == counted[1] == crossed
    assert frame["repaid_month"].mean() == pytest.approx(table["repaid_month"].mean()) == counted[2]
    months = pl.read_parquet(whole.folder / "monthly" / "*.parquet")
    assert len(months) == 132 * 6


def test_a_sweep_without_a_folder_keeps_nothing_behind() -> None:
    """Fails if results cannot be read, or a folder is left in the working directory."""
    before = set(Path.cwd().iterdir())
    made = simkit.sweep(SMALL, {SILOS: [0.0]}, replications=2, workers=1)
    assert len(made.outcomes) == 2
    assert set(Path.cwd().iterdir()) == before


def test_months_that_were_not_kept_are_refused() -> None:
    """Fails if an empty table is given instead."""
    made = simkit.sweep(SMALL, {SILOS: [0.0]}, replications=2, workers=1)
    with pytest.raises(RunError, match=r"monthly: were not kept\. Sweep with monthly=True"):
        _ = made.monthly


def test_the_summary_knows_who_has_crossed_by_a_month() -> None:
    """Thirteen months; a target so low that all are never below it, one that some lives reach, and a market that is too
    small. Fails if the share by month 12 is another than that of `simulate`, a life that is never below the line has
    not crossed, or one that failed counts as one that has not."""
    base = SMALL.with_changes({"horizon_months": 13, "expectation.months_to_target": 1.0})
    targets = {"expectation.target_per_month": [1.0, 60_000.0]}
    made = simkit.sweep(base, targets, replications=6, workers=1)
    rows = made.summary[made.summary["outcome"] == "crossed_by_12"]
    alone = [simkit.simulate(made.design.scenario(i), 6, 1, workers=1).measure("crossed_by_12").mean() for i in (0, 1)]
    assert rows["mean"].tolist() == pytest.approx(alone)
    assert alone[0] == 1.0
    failed = simkit.sweep(base, {"company.market_size": [10]}, replications=2, workers=1).summary
    assert failed.loc[failed["outcome"] == "crossed_by_12", "mean"].isna().all()


def test_parts_of_failed_lives_stand_beside_others() -> None:
    """A market that is too small fails all lives of its points, whose parts then have no outcomes. Fails if the others
    cannot be read, or failed lives have figures."""
    made = simkit.sweep(SMALL, {"company.market_size": [10, 100_000]}, replications=8, workers=1)
    assert len(made.store.parts()) > 1
    outcomes = made.outcomes
    assert outcomes["error"].notna().tolist() == [True] * 8 + [False] * 8
    assert outcomes["net_margin"].isna().tolist() == [True] * 8 + [False] * 8
    assert len(made.failures) == 8


def test_workers_end_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    """Killed with SIGKILL while its workers are busy. Fails if they go on for nobody."""
    process = started(tmp_path / "runs", "", workers=2)
    children: list[psutil.Process] = []
    while not (children and list((tmp_path / "runs").glob("outcomes/part-*"))):
        assert process.poll() is None, process.communicate()[1]
        found = psutil.Process(process.pid).children()
        children = [child for child in found if "LokyProcess" in " ".join(child.cmdline())]
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    _, alive = psutil.wait_procs(children, timeout=30)
    assert alive == []
