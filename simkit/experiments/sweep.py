"""Sweeps: a design run part by part, wherever it is computed, into a store that can be resumed.

Workers hand back Parquet bytes, one file a part and table, so the parent holds neither lives nor tables.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Generator, Mapping
from concurrent.futures import Executor
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from functools import cached_property, partial
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from simkit.errors import RunError, StoreError
from simkit.experiments.axes import Levels
from simkit.experiments.cluster import cluster_at
from simkit.experiments.columns import column, given
from simkit.experiments.design import Design, design_of
from simkit.experiments.part import Part, libraries, live_part, part_of, part_size, parts, size
from simkit.experiments.store import FORMAT, MONTHLY, OUTCOMES, POINTS, SCENARIO, Store, lock, parquet, read_table
from simkit.experiments.summary import summarise
from simkit.parameters.values import declaration
from simkit.run.drawing import presented
from simkit.run.execution import WorkersLost, completed
from simkit.run.provenance import version_of
from simkit.scenarios import Scenario, load_scenario, to_toml

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


Lived = Callable[[list[Part]], Generator[tuple[Part, dict[str, bytes]], None, None]]


class SweepInterrupted(RunError):
    """A sweep that was interrupted.

    Attributes:
        sweep: what was done before.
    """

    def __init__(self, sweep: Sweep) -> None:
        kept = f"{sweep.done} of {sweep.design.lives} lives were done and are kept in {sweep.folder}"
        super().__init__(f"interrupted; {kept}", hint="Resume to do the rest.")
        self.sweep = sweep

    def __reduce__(self) -> tuple[Any, ...]:
        return SweepInterrupted, (self.sweep,)


@dataclass(frozen=True, eq=False)
class Sweep:
    """The results of a design, read from their store.

    Attributes:
        design: what was asked for.
        store: where it is.
        replaced: parts that were found damaged when the run was resumed, and were computed again.
    """

    design: Design
    store: Store
    replaced: tuple[int, ...] = ()

    @property
    def folder(self) -> Path:
        """The folder of the store."""
        return self.store.folder

    @cached_property
    def _outcomes(self) -> pd.DataFrame:
        table: pd.DataFrame = self.store.read(OUTCOMES).to_pandas()
        return table

    @property
    def outcomes(self) -> pd.DataFrame:
        """One row a life: point, replication, values of the point, what was drawn, what came of it, or its error.

        Raises:
            StoreError: a part is damaged, or nothing is done yet.
        """
        return self._outcomes.copy(deep=False)

    @property
    def failures(self) -> pd.DataFrame:
        """The lives that failed: point, replication, values, error."""
        table = self._outcomes
        return table.loc[table["error"].notna(), ["point", "replication", *self.design.paths, "error"]]

    @property
    def monthly(self) -> pd.DataFrame:
        """One row a life and month.

        Raises:
            RunError: monthly results were not asked for.
        """
        if not self.store.manifest["monthly"]:
            raise RunError("were not kept", field="monthly", hint="Sweep with monthly=True.")
        table: pd.DataFrame = self.store.read(MONTHLY).to_pandas()
        return table

    @property
    def done(self) -> int:
        """How many lives are done."""
        return sum(size(self.design, number) for number in self.store.parts())

    @cached_property
    def summary(self) -> pd.DataFrame:
        """One row a point and outcome: values, mean, its 95 % interval, number of lives, number that failed."""
        return summarise(self.design, self._outcomes)

    def chart(self, outcome: str = "crossed", x: str | None = None, line: str | None = None) -> Any:
        """How an outcome answers to one lever or two, as an Altair chart.

        Args:
            outcome: one of the summary's.
            x: the path on the axis; the first one by default.
            line: the path of the lines; the second one by default.

        Raises:
            RunError: there is no such outcome or path, or Altair is not installed.
        """
        return presented("experiment_charts", "sweep_chart", self, outcome, x, line)

    def _repr_html_(self) -> str:
        table = self.summary.drop(columns="level").to_html(index=False, float_format="{:,.4g}".format, max_rows=24)
        return f"<p>{escape(repr(self)[1:-1])}, seed {self.design.seed}</p>{table}"

    def __str__(self) -> str:
        return f"{self!r}\n{self.summary.to_string(index=False)}"

    def __repr__(self) -> str:
        points, lives = len(self.design.points), self.design.lives
        return f"<Sweep of '{self.design.base.name}': {points} points, {self.done} of {lives} lives, in {self.folder}>"


def sweep(
    scenario: Scenario | Design,
    levers: Mapping[str, Levels] | pd.DataFrame | None = None,
    design: str | pd.DataFrame = "grid",
    points: int = 64,
    replications: int = 50,
    seed: int = 1,
    out: str | Path | None = None,
    *,
    resume: bool = False,
    monthly: bool = False,
    workers: int | None = None,
    executor: Executor | None = None,
    cluster: str | None = None,
    progress: Callable[[int, int], object] | None = None,
) -> Sweep:
    """Simulate a scenario over a design; the same numbers to the bit on any number of workers or a cluster.

    Args:
        scenario: what points change; or a whole design, which then says all but where to.
        levers: for each path a list of levels or a range (low, high).
        design: 'grid', 'lhs', 'sobol', or a table with one row a point and one column a path.
        points, replications, seed: as in `simkit.experiments.design.design_of`.
        out: folder of the results; None for one that lasts as long as this process.
        resume: go on with what is in `out`; begin where there is nothing.
        monthly: keep monthly results too, 36 rows a life where the horizon is 36.
        workers, executor: as in `simkit.simulate`.
        cluster: address of a Dask scheduler, in place of both.
        progress: told how many lives are done, and how many there will be.

    Raises:
        ParameterError, RunError: a design that cannot be.
        StoreError: a folder that cannot be used, or that holds something else.
        SweepInterrupted: by the user; what was done is kept.
    """
    if not isinstance(scenario, Scenario | Design):
        hint = "Load it with load_scenario(...)."  # type: ignore[unreachable]  # no checker in a notebook
        raise RunError("expected a scenario or a design", field="scenario", value=scenario, hint=hint)
    if isinstance(scenario, Design):
        asked = scenario
    elif isinstance(design, str):
        asked = design_of(scenario, levers or {}, design, points, replications, seed)
    elif levers:
        raise RunError("a table of points says all values; leave the levers out", field="levers")
    else:
        asked = design_of(scenario, design, "table", points, replications, seed)
    if cluster is not None and (executor is not None or workers is not None):
        raise RunError("cannot be combined with workers or an executor", field="cluster", value=cluster)
    if executor is not None and workers is not None:
        raise RunError("cannot be combined with an executor, which has its own", field="workers", value=workers)
    with ExitStack() as stack:
        folder = Path(out) if out is not None else temporary_folder()
        width = None
        if cluster is not None:
            far = stack.enter_context(cluster_at(cluster))
            executor, width = far.executor, far.cores
        stack.enter_context(lock(folder))
        store = _store(asked, folder, resume, monthly)
        made = Sweep(asked, store, tuple(store.broken(store.parts())))
        running = partial(completed, live_part, workers=workers, executor=executor, width=width)
        _run(made, running, progress or (lambda done, asked: None))
    return made


def load_sweep(folder: str | Path) -> Sweep:
    """Results of a sweep, finished or not, from their folder.

    Raises:
        StoreError: there are none, or they are damaged.
    """
    store = Store.open(Path(folder))
    manifest, table = store.manifest, read_table(store.folder / POINTS)
    paths = tuple(table.column_names[1:])
    columns = [table.column(path).to_pylist() for path in paths]
    rows = tuple(zip(*columns, strict=True)) if columns else ((),) * table.num_rows
    base = replace(load_scenario(store.folder / SCENARIO), name=manifest["scenario"])
    design = Design(
        base, paths, rows, manifest["replications"], manifest["seed"], manifest["design"], manifest.get("apart", False)
    )
    if design.hash != manifest["design_hash"]:
        raise StoreError(f"{SCENARIO} or {POINTS} was changed after the run began", field="out", value=str(folder))
    return Sweep(design, store)


# Folders of sweeps without one of their own; they go when the process ends.
_folders: list[tempfile.TemporaryDirectory[str]] = []


def temporary_folder() -> Path:
    """A new folder that lasts as long as this process."""
    _folders.append(tempfile.TemporaryDirectory(prefix="simkit-"))
    return Path(_folders[-1].name)


def _store(design: Design, folder: Path, resume: bool, monthly: bool) -> Store:
    """The store of a design: a new one, or the one that is resumed."""
    manifest = {
        "format": FORMAT,
        "simkit": version_of("simkit"),
        "scenario": design.base.name,
        "scenario_hash": design.base.hash,
        "design": design.kind,
        "points": len(design.points),
        "replications": design.replications,
        "seed": design.seed,
        "monthly": monthly,
        "lives_per_part": part_size(design),
        "libraries": libraries(),
        "design_hash": design.hash,
    }
    if design.apart:
        manifest["apart"] = True
    files = {SCENARIO: to_toml(design.base).encode(), POINTS: parquet(_points(design))}
    if design.base.joint is not None:
        files[f"{design.base.name}.draws.parquet"] = design.base.joint.to_bytes()
    if resume and (folder / "manifest.json").exists():
        store = Store.open(folder)
        store.check(manifest)
        store.restore(files)
        foreign = sorted(part for part in store.parts() if part >= parts(design))
        if foreign:
            named = store.path(OUTCOMES, foreign[0]).name
            message = f"holds {named}, which is no part of this design"
            raise StoreError(message, field="out", value=str(folder), hint="Remove it.")
        return store
    return Store.begin(folder, manifest, files)


def _points(design: Design) -> pa.Table:
    import pyarrow as pa

    numbers = column(np.arange(len(design.points), dtype=np.int64))
    columns = zip(design.paths, zip(*design.points, strict=True), strict=True)
    return pa.table({"point": numbers, **{path: given(values, declaration(path).integer) for path, values in columns}})


def _run(sweep: Sweep, lived: Lived, progress: Callable[[int, int], object]) -> None:
    design, store = sweep.design, sweep.store
    store.clear()
    there = store.parts() - set(sweep.replaced)
    missing = [
        part_of(design, number, store.manifest["monthly"]) for number in range(parts(design)) if number not in there
    ]
    done = sum(size(design, number) for number in there)
    progress(done, design.lives)
    running = lived(missing)
    try:
        for part, tables in running:
            store.add(part.number, tables)
            done += size(design, part.number)
            progress(done, design.lives)
    except KeyboardInterrupt as stop:
        with suppress(KeyboardInterrupt, StopIteration):
            running.throw(stop)  # wherever it was raised, the workers end
        raise SweepInterrupted(sweep) from None
    except WorkersLost as lost:
        points = sorted({point for part in lost.tasks for point in part.points})
        where = f"points {points[0]} to {points[-1]}" if len(points) > 1 else f"point {points[0]}"
        hint = f"{lost.hint} What was done is kept: resume to do the rest."
        raise RunError(lost.message, field=where, hint=hint) from lost
    finally:
        running.close()
