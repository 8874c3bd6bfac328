"""Measuring in pairs: what is timed and what it is compared with take turns.

A machine's speed moves by a third within minutes, so seconds alone say little. Every round runs all tasks
once, one after the other; ratios are taken within a round, and their median is reported.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from time import process_time
from unittest.mock import patch

import numpy as np
import simpy
from numpy.typing import ArrayLike, NDArray

UNIT_EVENTS = 100_000

Task = Callable[[int], object]  # takes the number of the round, so that a median spans different lives
Seconds = dict[str, NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the result.

    Attributes:
        what: what was measured.
        value: the median over rounds; None if it was not measured, and the note says why.
        unit: of value, low and high.
        low, high: quartiles of the rounds, where there are rounds.
        at_most, at_least: the goal, if there is one.
        note: whatever the figure needs to be understood.
    """

    what: str
    value: float | None
    unit: str
    low: float | None = None
    high: float | None = None
    at_most: float | None = None
    at_least: float | None = None
    note: str = ""

    @classmethod
    def of(
        cls,
        what: str,
        values: ArrayLike,
        unit: str,
        at_most: float | None = None,
        at_least: float | None = None,
        note: str = "",
    ) -> Row:
        """A row from one value a round."""
        low, median, high = np.quantile(np.asarray(values, dtype=float), [0.25, 0.5, 0.75]).tolist()
        return cls(what, median, unit, low, high, at_most, at_least, note)

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; None without a goal or a value."""
        if self.value is None or (self.at_most is None and self.at_least is None):
            return None
        return (self.at_most is None or self.value <= self.at_most) and (
            self.at_least is None or self.value >= self.at_least
        )


def bare_loop(events: int) -> None:
    """A SimPy process that only waits, ``events`` times."""
    environment = simpy.Environment()

    def wait() -> simpy.events.ProcessGenerator:
        for _ in range(events):
            yield environment.timeout(1)

    environment.process(wait())
    environment.run()


def unit(_: int = 0) -> None:
    """What takes one unit of time: a bare loop of 100,000 timeouts."""
    bare_loop(UNIT_EVENTS)


def interleave(tasks: Mapping[str, Task], rounds: int) -> Seconds:
    """Processor seconds of every task in every round, the tasks taking turns; one untimed round comes first.

    Processor time, because another process on the same core is not the task's doing. In a thread of its own,
    because salabim reads the source of every frame on the stack, which is slow for those of ``python -m``.
    """
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(_take_turns, tasks, rounds).result()


def _take_turns(tasks: Mapping[str, Task], rounds: int) -> Seconds:
    seconds: Seconds = {name: np.empty(rounds) for name in tasks}
    for task in tasks.values():
        task(0)
    for number in range(rounds):
        for name, task in tasks.items():
            gc.collect()  # nobody pays for another's garbage
            start = process_time()
            task(number)
            seconds[name][number] = process_time() - start
    return seconds


def count_events(task: Callable[[], object]) -> int:
    """The number of events SimPy processes while a task runs in this process."""
    step = simpy.Environment.step
    count = 0

    def counted(environment: simpy.Environment) -> None:
        nonlocal count
        count += 1
        step(environment)

    with patch.object(simpy.Environment, "step", counted):
        task()
    return count
