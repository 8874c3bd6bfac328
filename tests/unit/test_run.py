"""Replications: the same bits wherever and in whatever pieces they are computed; growing, stopping, failing."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import simkit
from simkit import Ensemble, Interrupted, ParameterError, RunError, Scenario
from simkit.model import simulation
from simkit.model.recorder import Life

SMALL = simkit.load_scenario("baseline").with_changes({"horizon_months": 6})
UNCERTAIN = SMALL.with_changes({"company.win_rate": {"low": 0.05, "mode": 0.1, "high": 0.2}})
LIVES = 12


@pytest.fixture(scope="module")
def whole() -> Ensemble:
    return simkit.simulate(UNCERTAIN, LIVES, seed=3, workers=1)


def bits(ensemble: Ensemble) -> list[bytes]:
    lives = ensemble.lives
    arrays = (
        lives.replication,
        lives.monthly,
        lives.channels,
        lives.roles,
        lives.starting_level,
        lives.starting_margin,
    )
    return [array.tobytes() for array in (*arrays, lives.first_expected, lives.stopped_month, lives.drawn)]


def test_replications_differ_and_a_number_stands_for_the_numbers_below_it(whole: Ensemble) -> None:
    """Fails if replications share their luck, if numbers do not begin at 0, or if the seed or the draw is lost."""
    assert whole.replications == tuple(range(LIVES))
    assert len({life.tobytes() for life in whole.lives.monthly}) == LIVES
    assert len(np.unique(whole.lives.drawn)) == LIVES
    assert (whole.seed, len(whole), whole.months) == (3, LIVES, 6)


@pytest.mark.parametrize("workers", [2, 4, None])
def test_the_number_of_workers_changes_no_bit(whole: Ensemble, workers: int | None) -> None:
    """Fails if luck depends on the process, on what it computed before, or if results come back in order of arrival."""
    assert bits(simkit.simulate(UNCERTAIN, LIVES, seed=3, workers=workers)) == bits(whole)


@settings(max_examples=8, deadline=None)
@given(order=st.permutations(range(LIVES)), cuts=st.sets(st.integers(1, LIVES - 1), max_size=3))
def test_no_split_changes_a_bit(whole: Ensemble, order: list[int], cuts: set[int]) -> None:
    """Fails if an ensemble depends on which replications came first, with which others, or in what order."""
    edges = [0, *sorted(cuts), LIVES]
    parts = [order[start:end] for start, end in pairwise(edges)]
    ensemble = simkit.simulate(UNCERTAIN, parts[0], seed=3, workers=1)
    for part in parts[1:]:
        ensemble = ensemble.extend(part, workers=1)
    assert bits(ensemble) == bits(whole)
    assert ensemble.outcomes.equals(whole.outcomes)


def test_extending_keeps_the_draw_and_the_items() -> None:
    """Fails if an extension forgets an option of the ensemble it extends."""
    options: dict[str, Any] = {"seed": 0, "workers": 1, "draw": 4, "record_items": True}
    grown = simkit.simulate(UNCERTAIN, [1, 3], **options).extend([0, 2], workers=1)
    at_once = simkit.simulate(UNCERTAIN, 4, **options)
    assert bits(grown) == bits(at_once)
    assert grown.items.equals(at_once.items)
    assert np.ptp(grown.lives.drawn) == 0.0


class Recording(Executor):
    """Threads, and a record of what they were asked to compute."""

    def __init__(self) -> None:
        self.futures: list[Future[Any]] = []
        self.asked: list[int] = []
        self._threads = ThreadPoolExecutor(1)

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.asked.extend(args[1])
        self.futures.append(self._threads.submit(fn, *args, **kwargs))
        return self.futures[-1]


def test_extending_computes_only_what_is_new(whole: Ensemble) -> None:
    """Fails if overlapping replications are computed again, or dropped."""
    executor = Recording()
    some = simkit.simulate(UNCERTAIN, [2, 3], seed=3, workers=1)
    assert bits(some.extend(range(LIVES), executor=executor)) == bits(whole)
    assert sorted(executor.asked) == [0, 1, *range(4, LIVES)]
    assert some.extend([3, 2]) is some


@pytest.mark.parametrize("chunk", [None, 1, 5, LIVES, 100])
@pytest.mark.parametrize("workers", [1, 2])
def test_a_stream_grows_in_order_and_ends_with_the_whole(whole: Ensemble, chunk: int | None, workers: int) -> None:
    """Fails if lives come out of order, if the chunk size changes a result, if the rest is lost, or if an ensemble that
    was given out changes when later lives arrive."""
    steps = list(simkit.stream(UNCERTAIN, range(LIVES), seed=3, chunk=chunk, workers=workers))
    sizes = [len(step) for step in steps]
    assert sizes == sorted(set(sizes))
    assert all(step.replications == tuple(range(len(step))) for step in steps)
    assert all(step.lives.monthly.tobytes() == whole.lives.monthly[: len(step)].tobytes() for step in steps)
    assert bits(steps[-1]) == bits(whole)
    if chunk in (1, 5) and workers == 1:
        assert sizes == [*range(chunk, LIVES, chunk), LIVES]


def test_a_growing_ensemble_is_held_once() -> None:
    """Fails if every step of a stream copies the lives before it: a hundred steps would take a hundred times the room.
    A thousand lives of 36 months take 21 MB, far below the 400 MB that a run may need."""
    first, *_, last = simkit.stream(SMALL, 4, workers=1)
    assert np.shares_memory(first.lives.monthly, last.lives.monthly)
    lives = last.lives
    a_life = sum(array.nbytes for array in (lives.monthly, lives.channels, lives.roles, lives.first_expected)) / 4
    assert a_life / last.months * 36 * 1000 < 25e6


def test_closing_a_stream_cancels_what_has_not_begun() -> None:
    """Fails if closing waits for, or still computes, the replications nobody will look at."""
    executor = Recording()
    stream = simkit.stream(SMALL, 1000, executor=executor)
    assert len(next(stream)) > 0
    stream.close()
    cancelled = sum(future.cancelled() for future in executor.futures)
    assert cancelled >= len(executor.futures) - 3


def _processes() -> Executor:
    return ProcessPoolExecutor(2, mp_context=get_context("spawn"))


@pytest.mark.parametrize("make", [lambda: ThreadPoolExecutor(3), _processes], ids=["threads", "processes"])
def test_any_executor_serves_and_stays_open(whole: Ensemble, make: Callable[[], Executor]) -> None:
    """Fails if the work needs more than `submit`, if threads disturb each other's luck, or if a run shuts down an
    executor that belongs to somebody else."""
    with make() as executor:
        assert bits(simkit.simulate(UNCERTAIN, LIVES, seed=3, executor=executor)) == bits(whole)
        assert executor.submit(pow, 2, 3).result() == 8


SCRIPT = """
import simkit
ensemble = simkit.simulate(simkit.load_scenario("baseline").with_changes({"horizon_months": 6}), 8, seed=5, workers=2)
print(len(ensemble), ensemble.lives.monthly.sum())
"""


@pytest.mark.parametrize("how", ["file", "standard input"])
def test_processes_work_without_a_main_guard(tmp_path: Path, how: str) -> None:
    """Fails with pools that import the main module again: from a script without guard they start themselves without
    end, and in a notebook there is no file to import."""
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    command = [sys.executable, str(script) if how == "file" else "-"]
    done = subprocess.run(command, input=SCRIPT, capture_output=True, text=True, timeout=120, cwd=tmp_path, check=False)
    expected = simkit.simulate(SMALL, 8, seed=5, workers=1).lives.monthly.sum()
    assert (done.stdout.split(), done.stderr) == (["8", str(expected)], "")


INTERRUPTED = """
import signal, simkit
from pathlib import Path
signal.signal(signal.SIGINT, signal.default_int_handler)
try:
    scenario = simkit.load_scenario("baseline")
    simkit.simulate(scenario, 100_000, workers=2, progress=lambda done, total: print(done, flush=True))
except simkit.Interrupted as error:
    children = " ".join(file.read_text() for file in Path("/proc/self/task").glob("*/children")).split()
    print(sum("LokyProcess" in Path(f"/proc/{child}/cmdline").read_text() for child in children))
    print(len(error.ensemble), error, flush=True)
"""


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks for surviving workers in /proc")
def test_an_interrupt_ends_the_workers_at_once_and_says_what_was_kept(tmp_path: Path) -> None:
    """Fails if workers live on, finish their queue first, print tracebacks, or if what was done is lost. The signal
    goes to every process, as that of a terminal does."""
    with subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        cwd=tmp_path,
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        os.killpg(process.pid, signal.SIGINT)
        begun = time.monotonic()
        out, err = process.communicate(timeout=60)
    assert time.monotonic() - begun < 10
    assert err == ""
    *_, survivors, last = out.splitlines()
    assert survivors == "0"
    kept, *message = last.split(maxsplit=1)
    assert int(kept) > 0
    assert message == [f"interrupted; {kept} of 100000 replications were done and are kept."]
    assert _gone(process.pid)


def _gone(group: int) -> bool:
    for _ in range(100):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


def stopping_at(count: int) -> Callable[[int, int], None]:
    def progress(done: int, total: int) -> None:
        if done >= count:
            raise KeyboardInterrupt

    return progress


@pytest.mark.parametrize("workers", [1, 2])
def test_an_interrupted_run_carries_what_was_done(whole: Ensemble, workers: int) -> None:
    """Fails if an interrupt outside the waiting (here: in the progress bar) loses lives, or leaves a pool that cannot
    be used again."""
    with pytest.raises(Interrupted, match=r"interrupted; \d+ of 12 replications were done and are kept") as caught:
        simkit.simulate(UNCERTAIN, LIVES, seed=3, workers=workers, progress=stopping_at(3))
    kept = caught.value.ensemble
    assert kept is not None
    assert 3 <= len(kept) < LIVES
    assert bits(kept.extend(LIVES, workers=workers)) == bits(whole)


def test_an_interrupted_extension_keeps_old_and_new(whole: Ensemble) -> None:
    """Fails if the error carries only the new lives, or only the old ones."""
    some = simkit.simulate(UNCERTAIN, [5, 6], seed=3, workers=1)
    with pytest.raises(Interrupted, match="4 of 12 replications") as caught:
        some.extend(LIVES, workers=1, progress=stopping_at(2))
    assert caught.value.ensemble is not None
    assert caught.value.ensemble.replications == (0, 1, 5, 6)
    copy = pickle.loads(pickle.dumps(caught.value))
    assert bits(copy.ensemble) == bits(caught.value.ensemble)
    assert (str(copy), copy.asked) == (str(caught.value), 12)


def test_progress_ends_with_all() -> None:
    """Fails if progress is not told of every step, or of another total."""
    told: list[tuple[int, int]] = []
    simkit.simulate(SMALL, [7, 9, 11], workers=1, progress=lambda done, total: told.append((done, total)))
    assert told == [(1, 3), (2, 3), (3, 3)]


@pytest.mark.parametrize("workers", [1, 2])
def test_what_the_model_refuses_arrives_whole(workers: int) -> None:
    """Fails if an error loses its field, value or kind on its way out of a worker process."""
    too_small = SMALL.with_changes({"company.market_size": 10})
    with pytest.raises(ParameterError, match="open leads that the starting leads imply") as caught:
        simkit.simulate(too_small, 4, workers=workers)
    assert (caught.value.field, caught.value.value) == ("company.market_size", 10.0)


def failing(real: Callable[..., Life], replication: int) -> Callable[..., Life]:
    def simulate_life(scenario: Scenario, seed: int, number: int, *rest: Any) -> Life:
        if number == replication:
            raise ZeroDivisionError("division by zero")
        return real(scenario, seed, number, *rest)

    return simulate_life


def test_a_fault_names_the_replication_and_the_scenario(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault is put into replication 2. Fails if it passes for a user's mistake, or cannot be found again."""
    monkeypatch.setattr(simulation, "simulate_life", failing(simulation.simulate_life, 2))
    expected = "replication 2: failed in scenario 'baseline' with seed 9: ZeroDivisionError: division by zero"
    with pytest.raises(RunError, match=expected) as caught:
        simkit.simulate(SMALL, 4, seed=9, workers=1)
    assert isinstance(caught.value.__cause__, ZeroDivisionError)
    with ThreadPoolExecutor(2) as threads, pytest.raises(RunError, match=expected):
        simkit.simulate(SMALL, 4, seed=9, executor=threads)


def test_a_worker_that_dies_is_an_error_and_not_a_hang() -> None:
    """Fails if a killed worker (out of memory, say) leaves the run waiting, or shows the pool's own traceback."""
    with (
        ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=os._exit, initargs=(1,)) as executor,
        pytest.raises(RunError, match="workers: a worker process ended unexpectedly"),
    ):
        simkit.simulate(SMALL, 4, executor=executor)


def test_zero_is_a_seed(whole: Ensemble) -> None:
    """Fails if seed 0 is taken for no seed."""
    zero = simkit.simulate(SMALL, 2, seed=0, workers=1)
    assert zero.provenance.seed == 0
    assert bits(zero) == bits(simkit.simulate(SMALL, 2, seed=0, workers=1))
    assert bits(zero) != bits(simkit.simulate(SMALL, 2, seed=1, workers=1))


def test_one_draw_for_all_lives_leaves_only_luck() -> None:
    """Fails if `draw` changes the luck, or if luck changes what is drawn: the two could not be told apart."""
    held = simkit.simulate(UNCERTAIN, 4, workers=1, draw=2)
    free = simkit.simulate(UNCERTAIN, 4, workers=1)
    assert (held.lives.drawn == free.lives.drawn[2]).all()
    assert held.lives.monthly[2].tobytes() == free.lives.monthly[2].tobytes()
    known = UNCERTAIN.with_changes({"company.win_rate": float(free.lives.drawn[2, 0])})
    assert simkit.simulate(known, 4, workers=1).lives.monthly.tobytes() == held.lives.monthly.tobytes()


def _numbers() -> Iterator[int]:
    yield from (4, 2)


def test_numbers_may_come_from_anywhere() -> None:
    """Fails if a generator or NumPy's integers are refused, or used up before they are used."""
    assert simkit.simulate(SMALL, _numbers(), workers=1).replications == (2, 4)
    assert simkit.simulate(SMALL, np.arange(2), np.int64(7), workers=1).seed == 7  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"replications": 0}, r"replications: expected a whole number from 1 on \(given: 0\)"),
        ({"replications": -3}, r"replications: .*\(given: -3\)"),
        ({"replications": 2.5}, r"replications: .*\(given: 2.5\)"),
        ({"replications": True}, r"replications: .*\(given: True\)"),
        ({"replications": []}, "replications: at least one is needed"),
        ({"replications": [1, 2, 1]}, r"replications: each number may be given once \(given: 1\)"),
        ({"replications": [1, -1]}, r"replications: expected a whole number from 0 on \(given: -1\)"),
        ({"replications": "abc"}, r"replications: .*\(given: 'a'\)"),
        ({"seed": -1}, r"seed: expected a whole number from 0 on \(given: -1\)"),
        ({"seed": "1"}, r"seed: .*\(given: '1'\)"),
        ({"seed": None}, "seed: expected a whole number"),
        ({"workers": 0}, r"workers: expected a whole number from 1 on \(given: 0\)"),
        ({"workers": 1.0}, r"workers: .*\(given: 1.0\)"),
        ({"draw": -1}, r"draw: expected a whole number from 0 on \(given: -1\)"),
        ({"chunk": 0}, r"chunk: expected a whole number from 1 on \(given: 0\)"),
        ({"scenario": "baseline"}, r"scenario: expected a scenario \(given: 'baseline'\)"),
        ({"workers": 2, "executor": Recording()}, "workers: cannot be combined with an executor"),
    ],
)
def test_bad_arguments_are_refused_before_anything_runs(arguments: dict[str, Any], message: str) -> None:
    """Fails if a bad argument is accepted, repaired in silence, or found only when the first life is asked for."""
    with pytest.raises(RunError, match=message):
        simkit.stream(**{"scenario": SMALL, **arguments})


def test_a_stream_waits_to_be_asked() -> None:
    """Fails if making a stream, or an iterator over one, already computes all of it in this process."""
    begun = Event()

    class Watching(Recording):
        def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
            begun.set()
            return super().submit(fn, *args, **kwargs)

    stream = simkit.stream(SMALL, 5, executor=Watching())
    assert not begun.is_set()
    assert sum(1 for _ in stream) >= 1
    assert begun.is_set()
