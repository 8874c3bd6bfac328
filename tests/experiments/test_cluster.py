"""Dask, for real: a scheduler and workers of its own, some of which are killed while a sweep runs."""

from __future__ import annotations

import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from distributed import Client

import simkit
from simkit.errors import RunError
from simkit.experiments.part import FEWEST_LIVES
from simkit.experiments.prior import LEAST
from simkit.model.recorder import ROLES
from simkit.observed.series import TOTAL, Observation
from tests.worlds import QUIET

SMALL = simkit.Scenario("small").with_changes(
    {**{f"team.{role}": int(role in {"content", "email"}) for role in ROLES}, "horizon_months": 6}
)
DESIGN = {"levers": {"process.silos": [0.0, 0.5, 1.0]}, "replications": 96, "seed": 3}
"""288 lives in 36 parts."""


class Cluster:
    """A scheduler and two workers, each a process of its own."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.folder = folder
        self.address = f"tcp://127.0.0.1:{port}"
        self.scheduler = self._start("scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard")
        self.workers = [self.worker() for _ in range(2)]
        with Client(self.address, timeout=60) as client:  # type: ignore[no-untyped-call]
            client.wait_for_workers(2, timeout=60)

    def worker(self) -> subprocess.Popen[bytes]:
        """One more worker."""
        return self._start("worker", self.address, "--nthreads", "1", "--no-nanny", "--no-dashboard")

    def _start(self, *arguments: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "distributed.cli.dask_" + arguments[0], *arguments[1:]]
        with (self.folder / f"{arguments[0]}.log").open("ab") as log:
            return subprocess.Popen(command, stdout=log, stderr=log, cwd=self.folder, env=os.environ)

    def end(self) -> None:
        for process in (*self.workers, self.scheduler):
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGKILL)
            process.wait()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    made = Cluster(tmp_path)
    yield made
    made.end()


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file() and p.name != ".lock"}


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("whole")
    simkit.sweep(SMALL, **DESIGN, out=folder, workers=1)  # type: ignore[arg-type]
    return contents(folder)


def test_a_worker_killed_in_the_middle_changes_nothing(
    cluster: Cluster, tmp_path: Path, expected: dict[str, bytes]
) -> None:
    """Fails if the numbers depend on where they are computed, or what a dead worker had is not done by another."""

    def kill(done: int, asked: int) -> None:
        if FEWEST_LIVES <= done < 2 * FEWEST_LIVES:
            cluster.workers[0].kill()

    simkit.sweep(SMALL, **DESIGN, out=tmp_path / "runs", cluster=cluster.address, progress=kill)  # type: ignore[arg-type]
    assert cluster.workers[0].wait() == -signal.SIGKILL
    assert contents(tmp_path / "runs") == expected


def test_who_waits_for_workers_is_told(
    cluster: Cluster, tmp_path: Path, expected: dict[str, bytes], caplog: pytest.LogCaptureFixture
) -> None:
    """All workers are killed; another one is started once their loss has been said. Fails if the sweep waits in
    silence, ends although workers may come again, or the numbers depend on who computed them."""

    def kill(done: int, asked: int) -> None:
        if FEWEST_LIVES <= done < 2 * FEWEST_LIVES:
            for worker in cluster.workers:
                worker.kill()

    def hire(record: logging.LogRecord) -> bool:
        if "no workers" in record.getMessage():
            cluster.workers.append(cluster.worker())
        return True

    caplog.handler.addFilter(hire)
    simkit.sweep(SMALL, **DESIGN, out=tmp_path / "runs", cluster=cluster.address, progress=kill)  # type: ignore[arg-type]
    said = [record.getMessage() for record in caplog.records if record.name == "simkit.experiments.cluster"]
    assert f"Start them with `dask worker {cluster.address}`" in said[0]
    assert said[1:] == ["The cluster has workers again; going on."]
    assert contents(tmp_path / "runs") == expected


def test_a_lost_scheduler_is_said_and_the_rest_runs_elsewhere(
    cluster: Cluster, tmp_path: Path, expected: dict[str, bytes], caplog: pytest.LogCaptureFixture
) -> None:
    """Fails if the run hangs, the message does not say what happened or comes after a traceback of Dask's, or what was
    done is lost."""

    def kill(done: int, asked: int) -> None:
        if FEWEST_LIVES <= done < 2 * FEWEST_LIVES:
            cluster.scheduler.kill()

    began = time.monotonic()
    with pytest.raises(RunError, match=r"points? \d.*lost the scheduler.*What was done is kept: resume"):
        simkit.sweep(SMALL, **DESIGN, out=tmp_path / "runs", cluster=cluster.address, progress=kill)  # type: ignore[arg-type]
    assert time.monotonic() - began < 60
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []
    assert simkit.load_sweep(tmp_path / "runs").done >= FEWEST_LIVES
    simkit.sweep(SMALL, **DESIGN, out=tmp_path / "runs", resume=True, workers=1)  # type: ignore[arg-type]
    assert contents(tmp_path / "runs") == expected


def test_simulate_takes_a_cluster_s_executor(cluster: Cluster) -> None:
    """Fails if lives come back in another order, or differ by a bit."""
    with Client(cluster.address) as client:  # type: ignore[no-untyped-call]
        executor = client.get_executor(pure=False)
        far = simkit.simulate(SMALL, 20, 1, executor=executor)
    near = simkit.simulate(SMALL, 20, 1, workers=1)
    assert far.outcomes.equals(near.outcomes)


def test_a_fit_draws_the_same_on_a_cluster(cluster: Cluster) -> None:
    """Fails if a fitted scenario, its check or the advice depends on where lives are lived."""
    unsure = SMALL.with_changes({**QUIET, "team.content": 1, "company.win_rate": simkit.Range(0.05, 0.1, 0.2)})
    months = enumerate((900.0, 950.0, 920.0), 1)
    seen = simkit.Observed(tuple(Observation(month, "leads", TOTAL, value) for month, value in months))
    far = simkit.calibrate(unsure, seen, simulations=LEAST, cluster=cluster.address)
    near = simkit.calibrate(unsure, seen, simulations=LEAST, workers=1)
    assert far.scenario == near.scenario
    assert far.likeness == near.likeness
    with Client(cluster.address) as client:  # type: ignore[no-untyped-call]
        executor = client.get_executor(pure=False)
        advice = simkit.decide(far, lives=20, executor=executor)
        assert far.predictive(executor=executor).outcomes.equals(near.predictive(workers=1).outcomes)
    assert advice.decisions.equals(simkit.decide(near, lives=20, workers=1).decisions)


def test_nobody_at_the_address_is_said() -> None:
    """Fails if the user waits for long, or sees a traceback of Dask's."""
    with pytest.raises(RunError, match=r"cluster: no scheduler answers.*dask scheduler"):
        simkit.sweep(SMALL, **DESIGN, cluster="tcp://127.0.0.1:9")  # type: ignore[arg-type]
    with pytest.raises(RunError, match="cannot be combined"):
        simkit.sweep(SMALL, **DESIGN, cluster="tcp://127.0.0.1:9", workers=2)  # type: ignore[arg-type]


def test_a_search_on_a_cluster_tries_the_same_plans(cluster: Cluster) -> None:
    """Fails if what a search asks for next depends on where, or in which order, lives were computed."""
    asked = {"levers": {"process.silos": (0.0, 1.0), "team.content": [1, 2, 3]}, "objective": "net_margin"}
    options = {**asked, "points": 12, "replications": 4, "confirming": 4, "finalists": 2}
    far = simkit.search(SMALL, **options, cluster=cluster.address)  # type: ignore[arg-type]
    here = simkit.search(SMALL, **options, workers=1)  # type: ignore[arg-type]
    assert far.trials.equals(here.trials)
    assert far.confirmed.equals(here.confirmed)
