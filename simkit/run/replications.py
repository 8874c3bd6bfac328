"""Simulating replications: all at once, or as an ensemble that grows."""

from __future__ import annotations

import operator
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Executor
from contextlib import suppress
from itertools import pairwise
from typing import Any, Literal

from simkit.errors import RunError
from simkit.run.ensemble import Ensemble
from simkit.run.execution import Job, running
from simkit.run.lives import Room
from simkit.run.measures import check_measure
from simkit.run.precision import Precision
from simkit.scenarios import Scenario


class Interrupted(RunError):
    """A run that was interrupted.

    Attributes:
        ensemble: what was done before, in the order of the replications; None if nothing was.
        asked: how many replications were asked for.
    """

    def __init__(self, ensemble: Ensemble | None, asked: int) -> None:
        kept = 0 if ensemble is None else len(ensemble)
        super().__init__(f"interrupted; {kept} of {asked} replications were done and are kept")
        self.ensemble = ensemble
        self.asked = asked

    def __reduce__(self) -> tuple[Any, ...]:
        return Interrupted, (self.ensemble, self.asked)


def simulate(
    scenario: Scenario,
    replications: int | Iterable[int] | Literal["auto"] = 30,
    seed: int = 1,
    workers: int | None = None,
    *,
    precision: Precision | None = None,
    draw: int | None = None,
    record_items: bool = False,
    executor: Executor | None = None,
    progress: Callable[[int, int], object] | None = None,
) -> Ensemble:
    """Simulate a scenario; the same arguments give the same numbers to the bit, wherever they are computed.

    Args:
        scenario: what to simulate.
        replications: numbers from 0, or n for 0 to n - 1. Replication i has its own luck and, if something about the
            scenario is uncertain, draw i of it. 'auto': 0, 1, ... until the precision or its budget is reached.
        seed: of all luck and all draws, 0 or above.
        workers: processes; None for one a core, 1 for none but this one.
        precision: how well an outcome is to be known, with 'auto' and only there; `Precision.reached` says what came
            of it.
        draw: one draw for all lives, so that they differ by luck alone.
        record_items: keep a record of every item, for `Ensemble.items`.
        executor: any executor, in place of the default pool of processes, which stays warm between calls.
        progress: told how many lives are done, and how many there will be.

    Raises:
        RunError: arguments that cannot be, or a life that failed, with its number.
        Interrupted: by the user; it carries what was done.
    """
    _check_scenario(scenario)
    check_precision(precision, replications)
    if precision is not None:
        check_measure(precision.outcome, scenario.parameters.horizon_months)
        first = simulate(
            scenario,
            precision.least,
            seed,
            workers,
            draw=draw,
            record_items=record_items,
            executor=executor,
            progress=progress,
        )
        return _grown(first, precision, workers, executor, progress)
    numbers = replication_numbers(replications)  # type: ignore[arg-type]  # 'auto' has been dealt with
    growing = stream(scenario, numbers, seed, workers=workers, draw=draw, record_items=record_items, executor=executor)
    ensemble: Ensemble | None = None
    try:
        for ensemble in growing:
            if progress is not None:
                progress(len(ensemble), len(numbers))
    except KeyboardInterrupt as stop:
        with suppress(KeyboardInterrupt):
            growing.throw(stop)  # wherever it was raised, the workers end
        raise Interrupted(ensemble, len(numbers)) from None
    assert ensemble is not None
    return ensemble


def _grown(
    ensemble: Ensemble,
    precision: Precision,
    workers: int | None,
    executor: Executor | None,
    progress: Callable[[int, int], object] | None,
) -> Ensemble:
    """The ensemble with as many more lives as the precision asks for."""
    while (lives := precision.reached(ensemble).wanted) > len(ensemble):
        there = len(ensemble)
        seen = None if progress is None else lambda done, more, there=there: progress(there + done, there + more)
        ensemble = ensemble.extend(lives, workers, executor=executor, progress=seen)
    return ensemble


def stream(
    scenario: Scenario,
    replications: int | Iterable[int] = range(100),
    seed: int = 1,
    *,
    chunk: int | None = None,
    workers: int | None = None,
    draw: int | None = None,
    record_items: bool = False,
    executor: Executor | None = None,
) -> Generator[Ensemble, None, None]:
    """Ensembles that grow in the order of the replications; the last one is what `simulate` gives.

    Closing the generator cancels what has not begun.

    Args:
        chunk: lives by which an ensemble grows at least; None for as soon as there are more. It changes no result.
        scenario, replications, seed, workers, draw, record_items, executor: as in `simulate`.

    Raises:
        RunError: arguments that cannot be (at once), or a life that failed, with its number.
    """
    _check_scenario(scenario)
    if executor is not None and workers is not None:
        raise RunError("cannot be combined with an executor, which has its own", field="workers", value=workers)
    numbers = replication_numbers(replications)
    job = Job(scenario, whole(seed, "seed"), None if draw is None else whole(draw, "draw"), bool(record_items))
    workers = None if workers is None else whole(workers, "workers", 1)
    step = 1 if chunk is None else whole(chunk, "chunk", 1)
    return _stream(job, numbers, step, workers, executor)


def _stream(
    job: Job, numbers: tuple[int, ...], step: int, workers: int | None, executor: Executor | None
) -> Generator[Ensemble, None, None]:
    room = Room(len(numbers))
    shown = done = 0
    with running(job, numbers, workers, executor) as results_in_order:
        for lives in results_in_order:
            for life in lives:
                room.add(life)
                done += 1
            if done >= shown + step or done == len(numbers):
                shown = done
                yield Ensemble(job.scenario, job.seed, room.lives(), job.draw)


def check_precision(precision: Precision | None, replications: object) -> None:
    """Refuse a precision without 'auto', and 'auto' without a precision.

    Raises:
        RunError: one was given without the other.
    """
    automatic = isinstance(replications, str) and replications == "auto"
    if automatic and precision is None:
        hint = 'For example precision=Precision("restricted_crossing_month", 1.0).'
        raise RunError("'auto' needs to know how precise", field="precision", hint=hint)
    if precision is not None and not automatic:
        hint = "Use replications='auto'."
        raise RunError("goes with 'auto' only", field="precision", value=replications, hint=hint)


def _check_scenario(scenario: object) -> None:
    if not isinstance(scenario, Scenario):
        raise RunError("expected a scenario", field="scenario", value=scenario, hint="Load it with load_scenario(...).")


def replication_numbers(replications: int | Iterable[int]) -> tuple[int, ...]:
    """Replication numbers, rising."""
    field = "replications"
    if not isinstance(replications, Iterable):
        return tuple(range(whole(replications, field, 1)))
    numbers = sorted(whole(number, field) for number in replications)
    if not numbers:
        raise RunError("at least one is needed", field=field)
    twice = next((a for a, b in pairwise(numbers) if a == b), None)
    if twice is not None:
        raise RunError("each number may be given once", field=field, value=twice)
    return tuple(numbers)


def whole(given: object, field: str, least: int = 0) -> int:
    """A whole number.

    Raises:
        RunError: it is something else, or below the least.
    """
    try:
        number = None if isinstance(given, bool) else operator.index(given)  # type: ignore[arg-type]
    except TypeError:
        number = None
    if number is None or number < least:
        raise RunError(f"expected a whole number from {least} on", field=field, value=given)
    return number
