"""Desks against queueing theory: with every mechanism off, a role is a queue with as many servers as it has people."""

from __future__ import annotations

import math
from heapq import heapify, heapreplace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from simkit.model.clock import MONTH
from simkit.model.desk import Task, Urgency
from simkit.model.people import Person
from simkit.model.simulation import World
from tests.agreement import assert_mean
from tests.worlds import quiet

Days = NDArray[np.float64]
MONTHS = 120
TASKS_A_DAY = 48.0
LOADS = [(1, 0.6), (3, 0.7)]
"""People, and the share of their time that the work takes."""


def poisson_work(people: int, load: float, seed: int, days: float) -> tuple[Days, Days]:
    """Arrivals and efforts of a Poisson stream of exponential tasks."""
    luck = np.random.default_rng([seed, people])
    arrivals = np.cumsum(luck.exponential(1.0 / TASKS_A_DAY, int(1.2 * days * TASKS_A_DAY)))
    arrivals = arrivals[arrivals < days]
    return arrivals, luck.exponential(people * load / TASKS_A_DAY, len(arrivals))


def serve(people: int, arrivals: Days, efforts: Days, seed: int, announced: bool = False) -> tuple[World, Days]:
    """Let people who are alike do tasks in the order of arrival; returns the world at its end and each task's wait.

    Args:
        announced: the desk knows of all tasks beforehand, as it does of hand-offs and urgent requests to come.
    """
    world = quiet({"team.content": people, "horizon_months": MONTHS}, seed)
    desk, waits = world.team.desks["content"], np.full(len(arrivals), np.nan)

    def done(number: Any, person: Person) -> None:
        waits[number] = world.env.now - arrivals[number] - efforts[number]

    def put(number: int, ready: float = 0.0) -> None:
        task = Task("content", float(efforts[number]), "producing", number, done, handed_over=True)
        desk.put(task, Urgency.HANDED_OVER, ready)

    def arrive() -> Any:
        for number in range(len(arrivals)):
            yield world.env.timeout(float(arrivals[number]) - world.env.now)
            put(number)

    if announced:
        for number in range(len(arrivals)):
            put(number, float(arrivals[number]))
    else:
        world.env.process(arrive())
    world.live()
    assert not np.isnan(waits).any(), "not all tasks were done"
    return world, waits


def erlang_c(people: int, load: float) -> float:
    """Chance to wait in an M/M/c queue (Erlang 1917)."""
    offered = people * load
    busy = offered**people / math.factorial(people) / (1.0 - load)
    return busy / (sum(offered**k / math.factorial(k) for k in range(people)) + busy)


@pytest.mark.parametrize("announced", [False, True], ids=["unannounced", "announced"])
@pytest.mark.parametrize("people", [2, 8])
def test_every_wait_is_that_of_first_come_first_served(people: int, announced: bool, seed: int) -> None:
    """To rounding, by Kiefer & Wolfowitz's recursion over the days on which people become free (1955, doi:
    10.1090/S0002-9947-1955-0066583-X). Fails if somebody idles while work waits, holds two tasks or works at another
    pace, or if tasks overtake each other."""
    arrivals, efforts = poisson_work(people, 0.8, seed, days=60.0)
    _, waits = serve(people, arrivals, efforts, seed, announced)
    free, expected = [0.0] * people, []
    heapify(free)
    for arrival, effort in zip(arrivals.tolist(), efforts.tolist(), strict=True):
        begin = max(arrival, free[0])
        expected.append(begin - arrival)
        heapreplace(free, begin + effort)
    np.testing.assert_allclose(waits, expected, atol=1e-8)


def test_one_person_takes_up_announced_work_in_time(seed: int) -> None:
    """Lindley's recursion. Fails if an arrival that is announced is noticed late, or before it is there."""
    arrivals, efforts = poisson_work(1, 0.7, seed, days=60.0)
    _, waits = serve(1, arrivals, efforts, seed, announced=True)
    expected = [0.0]
    for gap, effort in zip(np.diff(arrivals).tolist(), efforts.tolist(), strict=False):
        expected.append(max(0.0, expected[-1] + effort - gap))
    np.testing.assert_allclose(waits, expected, atol=1e-8)


@pytest.mark.parametrize(("people", "load"), LOADS)
def test_mean_waits_are_those_of_erlang_c(people: int, load: float, seed: int) -> None:
    """M/M/1 and M/M/c: mean wait, mean queue, share of time worked. Batches of a quarter, hundreds of times longer
    than what correlates waits; error rate 1e-5 an assertion, resolution 20 %. Fails if waits are 20 % off, hence if a
    person's pace or proficiency is not 1, if a queue is not shared, or if the ledger measures something else."""
    arrivals, efforts = poisson_work(people, load, seed, days=MONTHS * MONTH - 5.0)
    world, waits = serve(people, arrivals, efforts, seed)
    wait = erlang_c(people, load) / (1.0 / load - 1.0) / TASKS_A_DAY
    quarter = (arrivals / (3 * MONTH)).astype(int)
    totals, counts = np.bincount(quarter, waits), np.bincount(quarter)
    assert_mean((totals / counts)[1:-1], wait, 0.2)
    used, _, queue = np.array(world.ledger.roles)[3:-3, 2, :].reshape(-1, 3, 3).mean(axis=1).T
    assert_mean(used, load, 0.04)
    assert_mean(queue, TASKS_A_DAY * wait, 0.2)


def test_littles_law_holds_in_the_ledger(seed: int) -> None:
    """Mean queue x time = sum of waits (Little 1961, doi:10.1287/opre.9.3.383), exactly where all that came was done.
    Fails if the queue's integral or the mean wait of a month loses or adds a task, or forgets its clock at a month's
    end."""
    arrivals, efforts = poisson_work(3, 0.85, seed, days=12 * MONTH)
    world, waits = serve(3, arrivals, efforts, seed)
    roles = np.array(world.ledger.roles)[:, 2]
    np.testing.assert_allclose(roles[:, 2].sum() * MONTH, waits.sum(), rtol=1e-9)
    begun = np.floor((arrivals + waits) / MONTH).astype(int)
    means = np.bincount(begun, waits) / np.bincount(begun)
    np.testing.assert_allclose(roles[: len(means), 1], means, rtol=1e-9)
    assert np.isnan(roles[len(means) :, 1]).all()


def test_urgent_work_waits_as_cobham_says(seed: int) -> None:
    """Two classes in an M/M/1 queue without pre-emption (Cobham 1954, doi:10.1287/opre.2.1.70). Error rate 1e-5 an
    assertion, resolution 20 %. Fails if urgent work does not overtake what waits, or stops what is being done."""
    arrivals, efforts = poisson_work(1, 0.6, seed, days=MONTHS * MONTH - 5.0)
    urgent = np.random.default_rng([seed, 0]).random(len(arrivals)) < 0.4
    world = quiet({"team.content": 1, "horizon_months": MONTHS}, seed)
    desk, waits = world.team.desks["content"], np.zeros(len(arrivals))

    def done(number: Any, person: Person) -> None:
        waits[number] = world.env.now - arrivals[number] - efforts[number]

    for number, (arrival, effort, first) in enumerate(zip(arrivals, efforts, urgent, strict=True)):
        urgency = Urgency.INTERRUPTION if first else Urgency.OWN
        desk.put(Task("content", float(effort), "producing", number, done), urgency, float(arrival))
    world.live()
    residual = 0.6 * 0.6 / TASKS_A_DAY
    quarter = (arrivals / (3 * MONTH)).astype(int)
    for chosen, wait in ((urgent, residual / 0.76), (~urgent, residual / 0.76 / 0.4)):
        totals, counts = np.bincount(quarter[chosen], waits[chosen]), np.bincount(quarter[chosen])
        assert_mean((totals / counts)[1:-1], wait, 0.2)


@pytest.mark.parametrize("leaver", [0, 1])
def test_a_leaver_takes_no_wake_up_call_along(leaver: int, seed: int) -> None:
    """Two idle people, of whom one leaves in the instant in which a task arrives. Fails if the desk wakes the one who
    leaves, and the other one idles on."""
    world = quiet({"team.content": 2, "horizon_months": 6}, seed)
    desk, done = world.team.desks["content"], []
    world.env.run(until=5.0)
    world.team._seats["content"][leaver].close()
    desk.put(Task("content", 1.0, "producing", None, lambda item, person: done.append(world.env.now)), Urgency.OWN)
    world.env.run(until=100.0)
    assert done == [6.0]
