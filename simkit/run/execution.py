"""Where lives are computed: in this process, in a warm pool of processes, or wherever an executor sends them.

A life depends on nothing but (scenario, seed, replication, draw), and lives are handed back in the order of their
numbers. So neither the number of workers nor the split into tasks can change a result.
"""

from __future__ import annotations

import itertools
import math
import os
import signal
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Executor, Future, wait
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Thread
from time import sleep
from typing import Any, TypeVar

from simkit.errors import RunError, SimkitError
from simkit.model.recorder import Life
from simkit.scenarios import Scenario

TASK_SECONDS = 0.25
"""What a task is worth: enough to outweigh sending it, little enough to share the work evenly and to stop soon.

An executor that has more urgent things to do as well says otherwise in an attribute ``task_seconds``."""

AHEAD = 3
"""Tasks under way for each worker: one that runs, and two that wait, so that nobody waits for the next one."""

ASK_SECONDS = 5.0
"""How long what an executor said of its width is believed."""

_LIFE_SECONDS = 0.05 / (36 * 8)
"""Time of one month of one head, from a life of 36 months and eight people on a common machine."""

_IDLE_SECONDS = 300
"""How long idle worker processes are kept warm."""

_WATCH_SECONDS = 1.0
"""How soon workers notice that their parent was killed."""


Task = TypeVar("Task")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Job:
    """What lives have in common: everything but their number."""

    scenario: Scenario
    seed: int
    draw: int | None
    record_items: bool


class WorkersLost(RunError):
    """Workers, or the way to them, were lost while tasks were under way.

    Attributes:
        tasks: what was under way, where that is known.
    """

    def __init__(self, error: BaseException, tasks: tuple[Any, ...] = ()) -> None:
        kind = type(error).__name__
        message, hint = f"the executor failed ({kind}: {error})", ""
        if isinstance(error, BrokenExecutor):
            message = f"a worker process ended unexpectedly ({kind})"
            hint = "It may have run out of memory: try fewer workers."
        elif isinstance(error, CancelledError):
            message = "the executor gave up: it was shut down, or has lost the scheduler of its cluster"
        super().__init__(message, field="workers", hint=hint)
        self.tasks = tasks


def live(job: Job, replications: Sequence[int]) -> list[Life]:
    """Compute some lives, one after the other: what a worker does.

    Raises:
        SimkitError: what the model refuses, as it is.
        RunError: any other failure, naming the replication and the scenario.
    """
    from simkit.model.simulation import simulate_life  # SimPy is for those who simulate

    lives = []
    for replication in replications:
        try:
            lives.append(simulate_life(job.scenario, job.seed, replication, job.draw, job.record_items))
        except SimkitError:
            raise
        except Exception as error:
            raise RunError(
                f"failed in scenario '{job.scenario.name}' with seed {job.seed}: {type(error).__name__}: {error}",
                field=f"replication {replication}",
                hint="This is a fault in simkit; please report it with these numbers.",
            ) from error
    return lives


@contextmanager
def running(
    job: Job, replications: Sequence[int], workers: int | None, executor: Executor | None
) -> Iterator[Iterator[list[Life]]]:
    """Lives in the order of `replications`, a few at a time, computed while the block is open.

    Leaving the block cancels what has not begun. On an interrupt the worker processes of the default pool end at once;
    those of a given executor belong to whoever made it.

    Args:
        job: what the lives have in common.
        replications: their numbers.
        workers: processes of the default pool, 1 for none, None for a core each.
        executor: takes the place of the default pool.
    """
    seconds = float(getattr(executor, "task_seconds", TASK_SECONDS))
    size = max(1, round(seconds / _seconds(job.scenario)))
    if executor is None:
        workers = _cores() if workers is None else workers
        if workers == 1 or len(replications) <= min(size, 2):
            yield (live(job, [replication]) for replication in replications)
            return
        size = min(size, math.ceil(len(replications) / workers))
        executor, owned = _pool(workers), True
    else:
        owned = False
    futures: deque[Future[list[Life]]] = deque()
    try:
        for start in range(0, len(replications), size):
            futures.append(executor.submit(live, job, tuple(replications[start : start + size])))
        yield _in_order(futures)
    except KeyboardInterrupt:
        if owned:
            executor.shutdown(wait=True, kill_workers=True)  # type: ignore[call-arg]  # loky's own argument
        raise
    except (BrokenExecutor, CancelledError) as error:
        raise WorkersLost(error) from error
    finally:
        for future in futures:
            future.cancel()


def completed(
    work: Callable[[Task], Result],
    tasks: Sequence[Task],
    workers: int | None,
    executor: Executor | None,
    width: Callable[[], int] | None = None,
) -> Generator[tuple[Task, Result], None, None]:
    """Tasks with their results, as they are done; closing the generator cancels what has not begun.

    Few tasks are under way at a time, so neither they nor their results pile up. An interrupt is treated as in
    `running`.

    Args:
        work: what is done with a task, in a worker process.
        tasks: what there is to do.
        workers: processes of the default pool, 1 for none, None for a core each.
        executor: takes the place of the default pool.
        width: how many tasks the executor works on at once now, where it does not say so itself; it is asked again
            whenever a task is done, and now and then while none is.

    Raises:
        WorkersLost: a worker process ended, or a cluster cannot be reached any more.
    """
    owned = executor is None
    if executor is None:
        workers = _cores() if workers is None else workers
        if workers == 1:
            yield from ((task, work(task)) for task in tasks)
            return
        executor = _pool(workers)
    waiting: dict[Future[Result], Task] = {}
    at_once = workers or int(getattr(executor, "_max_workers", 0)) or _cores()
    rest = iter(tasks)
    try:
        while True:
            ahead = AHEAD * max(1, at_once if width is None else width())
            for task in itertools.islice(rest, max(0, ahead - len(waiting))):
                waiting[executor.submit(work, task)] = task
            if not waiting:
                return
            done, _ = wait(waiting, None if width is None else ASK_SECONDS, FIRST_COMPLETED)
            for future in done:
                task = waiting.pop(future)
                try:
                    result = future.result()
                except SimkitError:
                    raise
                except (Exception, CancelledError) as error:
                    raise WorkersLost(error, (task, *waiting.values())) from error
                yield task, result
    except KeyboardInterrupt:
        if owned:
            executor.shutdown(wait=True, kill_workers=True)  # type: ignore[call-arg]  # loky's own argument
        raise
    finally:
        for future in waiting:
            future.cancel()


def _in_order(futures: deque[Future[list[Life]]]) -> Iterator[list[Life]]:
    while futures:
        yield futures[0].result()
        futures.popleft()


def _seconds(scenario: Scenario) -> float:
    """Roughly the time that a life takes; it sizes tasks and nothing else."""
    team = scenario.parameters.team
    heads = team.strategist + team.search + team.content + team.social + team.paid + team.email + team.analyst
    return _LIFE_SECONDS * scenario.parameters.horizon_months * max(heads, 1)


def _cores() -> int:
    from loky import cpu_count  # heeds affinity and the limits of containers

    return int(cpu_count())


def _pool(workers: int) -> Executor:
    # loky's processes need no main guard and no importable __main__, so scripts and notebooks work.
    from loky import get_reusable_executor

    pool: Executor = get_reusable_executor(
        max_workers=workers, timeout=_IDLE_SECONDS, initializer=_stand_by, initargs=(os.getpid(),)
    )
    return pool


def _stand_by(parent: int) -> None:
    ignore_interrupts()
    Thread(target=end_with, args=(parent,), daemon=True).start()


def end_with(parent: int) -> None:
    """End this worker when its parent has gone, also where that was killed and could not say so."""
    while os.getppid() == parent:
        sleep(_WATCH_SECONDS)
    os._exit(0)


def ignore_interrupts() -> None:
    # Ctrl-C reaches every process of a terminal; the parent alone decides what ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
