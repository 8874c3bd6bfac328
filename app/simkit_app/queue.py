"""One queue for everything that is simulated in the background: the most urgent first, all sessions in turn."""

from __future__ import annotations

import os
from collections import OrderedDict, deque
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import partial
from threading import Lock, Thread
from time import sleep
from typing import Any

from loky import cpu_count
from loky.process_executor import ProcessPoolExecutor

from simkit.run.execution import ignore_interrupts, live

_POLITE = 10
"""Workers yield to the server and the browser: what has been computed is shown before more is computed."""


_REMEMBERED = 2_000
"""Tasks of lives whose results are kept, 20 kB a life: what one question has had lived, no other has lived again."""

_WATCH = 2.0
"""Seconds between two looks at whether the server is still there."""


class Priority(IntEnum):
    """What is computed first."""

    FIRST = 0
    SOON = 1
    REFINEMENT = 2
    REASONS = 3
    EXPLORATION = 4


@dataclass(frozen=True, slots=True)
class _Task:
    future: Future[Any]
    work: Callable[..., Any]
    arguments: tuple[Any, ...]
    again: bool = False

    @property
    def key(self) -> tuple[Any, ...] | None:
        """The same for tasks that have the same result to the bit; None where that is not known."""
        return self.arguments if self.work is live else None


class Queue:
    """Tasks on their way to worker processes.

    A process has one task at a time and none in waiting, so that an urgent task waits for a running one at most.
    Among tasks of a priority the owners take turns. A life that was lived, or is being lived, is not lived again.

    Attributes:
        width: worker processes.
    """

    def __init__(self, width: int | None = None) -> None:
        self.width = width or int(cpu_count())
        self._lock = Lock()
        self._waiting: dict[Priority, OrderedDict[str, deque[_Task]]] = {level: OrderedDict() for level in Priority}
        self._lost: deque[_Task] = deque()
        self._begun: OrderedDict[tuple[Any, ...], Future[Any]] = OrderedDict()
        self._running = 0
        self._closed = False
        self._pool = self._new_pool()

    def submit(self, priority: Priority, owner: str, work: Callable[..., Any], /, *arguments: Any) -> Future[Any]:
        """Have something computed when its turn comes; the future can be cancelled until then.

        Raises:
            CancelledError: the queue is closed.
        """
        future: Future[Any] = Future()
        with self._lock:
            if self._closed:
                raise CancelledError
            self._waiting[priority].setdefault(owner, deque()).append(_Task(future, work, arguments))
        self._dispatch()
        return future

    def warm_up(self) -> None:
        """Start the workers and have them import the model, so that the first visitor does not wait for it."""
        for number in range(self.width):
            self.submit(Priority.FIRST, f"warm-up {number}", _import_model)

    def close(self) -> None:
        """End the workers at once; what waits is cancelled, and nothing more is taken."""
        with self._lock:
            self._closed = True
            waiting = [task for owners in self._waiting.values() for tasks in owners.values() for task in tasks]
            for owners in self._waiting.values():
                owners.clear()
            lost = tuple(self._lost)
            self._lost.clear()
        for task in waiting:
            task.future.cancel()
        for task in lost:  # begun once, so that they can only fail
            task.future.set_exception(CancelledError())
        self._pool.shutdown(wait=True, kill_workers=True)

    def _new_pool(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(max_workers=self.width, timeout=None, initializer=_politely, initargs=(os.getpid(),))

    def _dispatch(self) -> None:
        while True:
            with self._lock:
                task = self._next() if self._running < self.width else None
                if task is None:
                    return
                first = self._first(task)
                if first is None:
                    self._running += 1
            if first is None:
                self._handed_over(task).add_done_callback(partial(self._done, task))
            else:
                first.add_done_callback(partial(_tell, task.future))

    def _handed_over(self, task: _Task) -> Future[Any]:
        pool = self._pool
        inner: Future[Any]
        try:
            inner = pool.submit(task.work, *task.arguments)
        except BrokenExecutor:  # a worker was lost; what it was at has been told
            with self._lock:
                if self._pool is pool:
                    self._pool = self._new_pool()
            inner = self._pool.submit(task.work, *task.arguments)
        return inner

    def _first(self, task: _Task) -> Future[Any] | None:
        """What has the result of a task that was begun before, or will have it; None for one that has to be done."""
        if task.key is None or task.again:
            return None
        first = self._begun.setdefault(task.key, task.future)
        self._begun.move_to_end(task.key)
        if len(self._begun) > _REMEMBERED:
            self._begun.popitem(last=False)
        return None if first is task.future else first

    def _next(self) -> _Task | None:
        if self._lost:
            return self._lost.popleft()
        for owners in self._waiting.values():
            while owners:
                owner, tasks = owners.popitem(last=False)
                task = tasks.popleft()
                if tasks:
                    owners[owner] = tasks  # behind the others
                if task.future.set_running_or_notify_cancel():
                    return task
        return None

    def _done(self, task: _Task, inner: Future[Any]) -> None:
        error = inner.exception()
        with self._lock:
            self._running -= 1
            closed = self._closed
            # A worker may be lost through no fault of what it was at; twice is no accident.
            again = isinstance(error, BrokenExecutor) and not (task.again or closed)
            if again:
                self._lost.append(replace(task, again=True))
            elif error is not None and task.key is not None:
                self._begun.pop(task.key, None)  # who asks again has it tried again
        if not closed:
            self._dispatch()  # before anybody looks at the result: a worker is idle
        if not again:
            _tell(task.future, inner)


def _tell(waiting: Future[Any], done: Future[Any]) -> None:
    """Hand on what came of a task."""
    error = done.exception()
    if error is not None:
        waiting.set_exception(error)
    else:
        waiting.set_result(done.result())


class Lane(Executor):
    """The queue as one owner sees it, with one priority at a time; closed, it cancels what waits and takes no more.

    Attributes:
        priority: of what is submitted from now on.
        urgent: how many of the next tasks come before everything else.
        task_seconds: how long a task should take: so long an urgent one waits for a worker.
    """

    task_seconds = 0.05

    def __init__(self, queue: Queue, owner: str, priority: Priority) -> None:
        self.priority = priority
        self.urgent = 0
        self._queue = queue
        self._owner = owner
        self._max_workers = queue.width  # as other executors say how many tasks they work on at once
        self._waiting: set[Future[Any]] = set()
        self._closed = False

    @property
    def closed(self) -> bool:
        """Whether it takes no more."""
        return self._closed

    def submit(self, work: Callable[..., Any], /, *arguments: Any, **keywords: Any) -> Future[Any]:
        """Have something computed.

        Raises:
            CancelledError: the lane is closed.
        """
        if self._closed:
            raise CancelledError
        priority = Priority.FIRST if self.urgent > 0 else self.priority
        self.urgent -= 1
        task = partial(work, **keywords) if keywords else work
        future = self._queue.submit(priority, self._owner, task, *arguments)
        self._waiting.add(future)
        future.add_done_callback(self._waiting.discard)
        return future

    def close(self) -> None:
        """Cancel what has not begun."""
        self._closed = True
        for future in tuple(self._waiting):
            future.cancel()


def _politely(server: int) -> None:
    os.nice(_POLITE)
    ignore_interrupts()
    Thread(target=_end_with, args=(server,), daemon=True).start()


def _end_with(server: int) -> None:
    """End this worker when the server has gone, also where it was killed and could not say so."""
    while os.getppid() == server:
        sleep(_WATCH)
    os._exit(0)


def _import_model() -> None:
    import simkit.model.simulation  # noqa: F401
