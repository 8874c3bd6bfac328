"""The queue of the server: who comes first, and that nothing is lost when a worker is."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Future, wait
from dataclasses import replace
from pathlib import Path
from typing import Any

import cloudpickle  # type: ignore[import-untyped]
import numpy as np
import psutil
import pytest

from simkit import RunError, Scenario
from simkit.run.execution import Job, live
from simkit_app.queue import Lane, Priority, Queue
from tests.worlds import QUIET

SECONDS = 60.0
"""Longer than any of this takes, also on a busy machine."""

cloudpickle.register_pickle_by_value(sys.modules[__name__])  # workers cannot import tests


@pytest.fixture(scope="module")
def narrow() -> Iterator[Queue]:
    """One worker, so that the order in which tasks are begun is the order in which they end."""
    queue = Queue(1)
    queue.submit(Priority.FIRST, "warm-up", _number, 0).result(SECONDS)
    yield queue
    queue.close()


def _number(number: int) -> int:
    return number


def _process() -> int:
    return os.getpid()


def _added(number: int, *, by: int) -> int:
    return number + by


def _hold(gate: str) -> None:
    """Keep the worker until the gate is there."""
    until = time.monotonic() + SECONDS
    while not Path(gate).exists():
        assert time.monotonic() < until
        time.sleep(0.005)


def _refuse() -> None:
    raise RunError("was told to fail", field="workers", value=3, hint="Ask for less.")


def _kill_this_worker() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Held:
    """A worker that is busy until it is let go, and what is done after that in its order."""

    def __init__(self, queue: Queue, gate: Path) -> None:
        self._gate = gate
        self.order: list[Any] = []
        self._waiting: list[Future[Any]] = []
        self._busy = queue.submit(Priority.FIRST, "busy", _hold, str(gate))

    def note(self, name: Any, future: Future[Any]) -> None:
        future.add_done_callback(lambda done: None if done.cancelled() else self.order.append(name))
        self._waiting.append(future)

    def let_go(self) -> list[Any]:
        self._gate.touch()
        assert not wait([self._busy, *self._waiting], SECONDS).not_done
        return self.order


def test_the_most_urgent_is_done_first(narrow: Queue, tmp_path: Path) -> None:
    """Fails if tasks are done in the order in which they came."""
    held = Held(narrow, tmp_path / "gate")
    for level in reversed(Priority):
        held.note(level, narrow.submit(level, "one", _number, 1))
    assert held.let_go() == list(Priority)


def test_owners_of_one_priority_take_turns(narrow: Queue, tmp_path: Path) -> None:
    """Fails if somebody with many tasks keeps others from their first."""
    held = Held(narrow, tmp_path / "gate")
    for owner, tasks in (("a", 4), ("b", 2), ("c", 1)):
        for i in range(tasks):
            held.note(f"{owner}{i}", narrow.submit(Priority.SOON, owner, _number, i))
    assert held.let_go() == ["a0", "b0", "c0", "a1", "b1", "a2", "a3"]


def test_what_waits_can_be_cancelled_and_what_runs_cannot(narrow: Queue, tmp_path: Path) -> None:
    """Fails if a cancelled task is done all the same, or stops the others."""
    held = Held(narrow, tmp_path / "gate")
    running = held._busy
    futures = [narrow.submit(Priority.SOON, "one", _number, i) for i in range(3)]
    for i, future in enumerate(futures):
        held.note(i, future)
    assert not running.cancel()
    assert futures[1].cancel()
    assert held.let_go() == [0, 2]
    assert futures[2].result() == 2
    with pytest.raises(CancelledError):
        futures[1].result()


def test_a_lane_submits_with_its_priority_and_its_urgent_tasks_first(narrow: Queue, tmp_path: Path) -> None:
    """Fails if a first impression waits behind what others ask for, or all that follows is as urgent."""
    held = Held(narrow, tmp_path / "gate")
    held.note("soon", narrow.submit(Priority.SOON, "other", _number, 1))
    lane = Lane(narrow, "mine", Priority.REASONS)
    lane.urgent = 2
    for i in range(4):
        held.note(i, lane.submit(_number, i))
    held.note("refinement", narrow.submit(Priority.REFINEMENT, "other", _number, 1))
    assert held.let_go() == [0, 1, "soon", "refinement", 2, 3]


def test_a_closed_lane_cancels_its_own_and_takes_no_more(narrow: Queue, tmp_path: Path) -> None:
    """Fails if closing a question leaves its tasks in the queue, or takes those of others along."""
    held = Held(narrow, tmp_path / "gate")
    mine, other = (Lane(narrow, owner, Priority.SOON) for owner in ("mine", "other"))
    for i in range(3):
        held.note(f"mine {i}", mine.submit(_number, i))
    held.note("other", other.submit(_number, 7))
    mine.close()
    assert mine.closed
    with pytest.raises(CancelledError):
        mine.submit(_number, 1)
    assert held.let_go() == ["other"]
    mine.close()


def test_arguments_by_name_arrive(narrow: Queue) -> None:
    """Fails if a lane drops what an executor has to pass on."""
    assert Lane(narrow, "mine", Priority.SOON).submit(_added, 3, by=4).result(SECONDS) == 7


def test_a_life_is_lived_once_for_all_who_need_it(narrow: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fails if a question has lives lived again that another one had or is having, or gets those of other luck."""
    sent: list[Any] = []
    hand_over = narrow._handed_over

    def counted(task: Any) -> Future[Any]:
        sent.append(task.arguments)
        return hand_over(task)

    monkeypatch.setattr(narrow, "_handed_over", counted)
    world = Scenario("one").with_changes({**QUIET, "horizon_months": 6, "team.content": 1})
    first, same, other = (
        Job(scenario, seed, None, False) for scenario, seed in ((world, 4), (replace(world, name="two"), 4), (world, 5))
    )
    asked = [narrow.submit(Priority.SOON, "one", live, job, (0,)) for job in (first, same, other, first)]
    lives = [future.result(SECONDS)[0].monthly for future in asked]
    assert sent == [(first, (0,)), (other, (0,))]
    np.testing.assert_array_equal(lives[0], lives[1])
    np.testing.assert_array_equal(lives[0], lives[3])
    assert not np.array_equal(lives[0], lives[2], equal_nan=True)
    assert Lane(narrow, "mine", Priority.REASONS).submit(live, same, (0,)).result(SECONDS)[0].monthly is lives[0]
    assert len(sent) == 2


def test_a_life_that_failed_is_tried_again(narrow: Queue) -> None:
    """Fails if what failed once stays failed for as long as the server runs, or who waits with others is not told."""
    asked = [narrow.submit(Priority.SOON, "one", live, None, (0,)) for _ in range(2)]
    for future in asked:
        with pytest.raises(AttributeError):
            future.result(SECONDS)
    assert not narrow._begun.keys() & {(None, (0,))}


def test_local_functions_can_be_sent(narrow: Queue) -> None:
    """Fails if only what a module names could be computed."""
    offset = 5
    work: Callable[[int], int] = lambda number: number + offset  # noqa: E731
    assert narrow.submit(Priority.SOON, "one", work, 2).result(SECONDS) == 7


def test_an_error_travels_as_it_is_and_the_worker_goes_on(narrow: Queue) -> None:
    """Fails if a user's mistake arrives as another error, or costs the worker."""
    before = narrow.submit(Priority.SOON, "one", _process).result(SECONDS)
    with pytest.raises(RunError) as refused:
        narrow.submit(Priority.SOON, "one", _refuse).result(SECONDS)
    assert str(refused.value) == "workers: was told to fail (given: 3). Ask for less."
    assert narrow.submit(Priority.SOON, "one", _process).result(SECONDS) == before


def _meet(folder: str, most: int) -> tuple[int, int]:
    """This process and how it yields, once so many processes are here at the same time."""
    (Path(folder) / str(os.getpid())).touch()
    until = time.monotonic() + SECONDS
    while len(list(Path(folder).iterdir())) < most:
        assert time.monotonic() < until
        time.sleep(0.01)
    return os.getpid(), os.nice(0)


def test_two_workers_work_at_once_and_politely_and_end_with_their_queue(tmp_path: Path) -> None:
    """Fails if a task waits while a worker is idle, competes with the server, or a worker outlives its queue."""
    queue = Queue(2)
    try:
        futures = [queue.submit(Priority.SOON, "one", _meet, str(tmp_path), 2) for _ in range(2)]
        found = [future.result(SECONDS) for future in futures]
        assert all(nice > os.nice(0) for _, nice in found)
    finally:
        queue.close()
    assert not any(psutil.pid_exists(process) for process, _ in found)


def test_a_task_that_costs_two_workers_fails_and_the_next_one_is_done() -> None:
    """Fails if what was lost is tried without end, or the queue is broken for everybody after it."""
    queue = Queue(1)
    try:
        lost = queue.submit(Priority.SOON, "one", _kill_this_worker)
        after = queue.submit(Priority.SOON, "two", _number, 5)
        with pytest.raises(BrokenExecutor):
            lost.result(SECONDS)
        assert after.result(SECONDS) == 5
        assert queue.submit(Priority.SOON, "one", _number, 6).result(SECONDS) == 6
    finally:
        queue.close()


def _kill_this_worker_once(mark: str) -> int:
    if Path(mark).exists():
        return 7
    Path(mark).touch()
    os.kill(os.getpid(), signal.SIGKILL)
    return 0


def test_what_a_lost_worker_was_at_is_done_by_another(tmp_path: Path) -> None:
    """Fails if a worker that the system ended costs its visitor an answer."""
    queue = Queue(1)
    try:
        assert queue.submit(Priority.SOON, "one", _kill_this_worker_once, str(tmp_path / "mark")).result(SECONDS) == 7
    finally:
        queue.close()


SERVER = """
import os, time
from simkit_app.queue import Priority, Queue
queue = Queue(1)
print(queue.submit(Priority.FIRST, "one", os.getpid).result(60), flush=True)
queue.submit(Priority.FIRST, "one", time.sleep, 300)
time.sleep(300)
"""


def test_workers_end_when_their_server_is_killed() -> None:
    """Fails if a killed server leaves processes behind, also one that is at work."""
    server = subprocess.Popen([sys.executable, "-c", SERVER], stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    worker = psutil.Process(int(server.stdout.readline()))
    server.kill()
    server.wait(SECONDS)
    server.stdout.close()
    worker.wait(SECONDS)  # raises where it goes on
