"""Runs to a given answer: a search against plain random search and against luck of its own for each plan; ranking.

All on the small space that is swept whole (`benchmarks.search_space`): lives of plans are drawn from its lives, so the
true order is known. Nothing is timed.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from benchmarks import search_space
from benchmarks.measure import Row
from simkit.experiments.elimination import Elimination
from simkit.experiments.plans import Plan, Plans
from simkit.experiments.proposals import Proposals
from simkit.run.lives import Floats

SEEDS, REPEATS = 10, 200
CLOSE = 0.05
"""How close to the best counts as found, as a share of the way from the median plan to the best."""
LIVES = (1, 2, 4, 8, 16, 32, 64)
PROBABILITY = 0.95

Loss = Callable[[Plan], float]


def search_rows() -> list[Row]:
    """Plans, and lives, until the best is found; and how often rankings are right."""
    plans, lives = search_space.plans(), -search_space.swept()
    order = list(plans.affordable())
    true = dict(zip(order, lives.mean(axis=1).tolist(), strict=True))
    tenth = len(order) // 10
    random, proposed = (_plans_needed(plans, true, tenth, how) for how in (_random, _proposed))
    rows = [
        Row(
            "plans until one is within 5 % of the best of all: random search against ours",
            float(np.median(random) / np.median(proposed)),
            "times",
            at_least=1.0,
            note=f"medians of {SEEDS} seeds: {np.median(random):g} and {np.median(proposed):g} of {len(order)} plans",
        ),
        Row(
            f"how far off the best is after a tenth of all plans ({tenth})",
            float(np.median([_off(true, _proposed(plans, true.__getitem__, tenth, seed)) for seed in range(SEEDS)])),
            "of median to best",
            at_most=CLOSE,
            note=f"median of {SEEDS} seeds",
        ),
    ]
    needed = {shared: _lives_needed(plans, lives, true, tenth, shared) for shared in (True, False)}
    rows.append(
        Row(
            "lives until the plan that looks best is within 5 %: luck of its own against shared luck",
            min(needed[False], LIVES[-1]) / needed[True],
            "times, at least",
            at_least=1.0,
            note=f"{_said(needed[True], tenth)} shared, {_said(needed[False], tenth)} of its own; {tenth} plans each",
        )
    )
    return [*rows, *_ranking_rows(lives)]


def _proposed(plans: Plans, loss: Loss, points: int, seed: int) -> list[Plan]:
    proposals, tried = Proposals(plans, 1, points, seed), list[Plan]()
    while len(tried) < points:
        asked = proposals.ask(min(8, points - len(tried)))
        for plan in asked:
            proposals.tell(plan, [loss(plan)], 0.0)
        tried += asked
    return tried


def _random(plans: Plans, loss: Loss, points: int, seed: int) -> list[Plan]:
    order = list(plans.affordable())
    return [order[i] for i in np.random.default_rng(seed).permutation(len(order))[:points].tolist()]


def _off(true: dict[Plan, float], tried: list[Plan]) -> float:
    best, median = min(true.values()), float(np.median(list(true.values())))
    return (min(true[plan] for plan in tried) - best) / (median - best)


def _plans_needed(
    plans: Plans, true: dict[Plan, float], tenth: int, how: Callable[[Plans, Loss, int, int], list[Plan]]
) -> list[int]:
    """For each seed, how many plans it took; random search goes on until it has found one."""
    found = []
    for seed in range(SEEDS):
        points = tenth if how is _proposed else len(true)
        tried = how(plans, true.__getitem__, points, seed)
        close = (i + 1 for i, plan in enumerate(tried) if _off(true, [plan]) <= CLOSE)
        found.append(next(close, len(true)))
    return found


def _lives_needed(plans: Plans, lives: Floats, true: dict[Plan, float], points: int, shared: bool) -> float:
    """Fewest lives a plan with which the plan that looks best is close to the best, in the median of seeds."""
    place = {plan: i for i, plan in enumerate(plans.affordable())}
    for each in LIVES:
        off = []
        for seed in range(SEEDS):
            random = np.random.default_rng(seed)
            same = random.integers(0, lives.shape[1], each)
            own = random.integers(0, lives.shape[1], (len(true), each))
            seen = {plan: float(lives[i, same if shared else own[i]].mean()) for plan, i in place.items()}
            tried = _proposed(plans, seen.__getitem__, points, seed)
            off.append(_off(true, [min(tried, key=seen.__getitem__)]))
        if float(np.median(off)) <= CLOSE:
            return float(each)
    return math.inf


def _said(each: float, points: int) -> str:
    return f"{each:g} lives a plan ({each * points:,.0f} in all)" if math.isfinite(each) else f"more than {LIVES[-1]}"


def _ranking_rows(lives: Floats) -> list[Row]:
    """The best of the space against three others: drawn lives, with shared luck and with luck of their own."""
    means = lives.mean(axis=1)
    order = np.argsort(means)
    chosen = order[[0, len(order) // 8, len(order) // 4, len(order) // 2]]
    indifference = float(means[chosen[1]] - means[chosen[0]])
    rows, counts = [], {}
    for shared in (True, False):
        right, taken = 0, 0
        for seed in range(REPEATS):
            random = np.random.default_rng(seed)
            drawn = random.integers(0, lives.shape[1], (1 if shared else len(chosen), 4000))
            values = np.take_along_axis(lives[chosen], np.broadcast_to(drawn, (len(chosen), 4000)), axis=1)
            pick, count = _eliminated(values, indifference)
            right, taken = right + (pick == 0), taken + count
        counts[shared] = taken / REPEATS
        rows.append(
            Row(
                f"ranking four plans, {'shared luck' if shared else 'luck of their own'}: picks that are right",
                right / REPEATS,
                "share",
                at_least=PROBABILITY,
                note=f"{REPEATS} repeats, {counts[shared]:.0f} lives each",
            )
        )
    rows.append(
        Row(
            "lives to a pick: luck of their own against shared luck",
            counts[False] / counts[True],
            "times",
            at_least=1.0,
        )
    )
    return [*rows, *_other_rows()]


def _eliminated(values: Floats, indifference: float) -> tuple[int, int]:
    procedure, n = Elimination(len(values), PROBABILITY, indifference, 20), 0
    while len(procedure.left) > 1:
        n += 1
        procedure.look(values[:, :n])
    return procedure.left[0], sum(procedure.out.values()) + n


def _other_rows() -> list[Row]:
    """Four normal outcomes, of which the best is noisy: sim-tools' procedure beside ours."""
    try:
        from sim_tools.ovs.indifference_zone import KN
    except ImportError:
        return [Row("sim-tools", None, "share", note="not measured: sim-tools is not installed")]
    means, deviations = np.array([1.0, 1.0, 0.0, 1.0]), np.array([0.2, 0.2, 6.0, 0.2])
    right = {"ours": 0, "sim-tools'": 0}
    for seed in range(REPEATS):
        values = means[:, None] + deviations[:, None] * np.random.default_rng(seed).normal(size=(4, 4000))
        right["ours"] += _eliminated(values, 1.0)[0] == 2
        right["sim-tools'"] += int(KN(_Lives(values), 4, 1.0, 1.0 - PROBABILITY, 20, "min").solve()[0]) == 2
    return [
        Row(
            f"ranking four normal outcomes, the best one noisy: picks that are right, {name}",
            found / REPEATS,
            "share",
            at_least=PROBABILITY if name == "ours" else None,
            note=f"{REPEATS} repeats; {PROBABILITY:.0%} are stated",
        )
        for name, found in right.items()
    ]


class _Lives:
    """Values as sim-tools asks for them."""

    def __init__(self, values: Floats) -> None:
        self._values, self._taken = values, [0] * len(values)
        self._observers: list[object] = []

    def register_observer(self, observer: object) -> None:
        self._observers.append(observer)

    def simulate(self, design: int) -> None:
        value = self._values[design, self._taken[design]]
        self._taken[design] += 1
        for observer in self._observers:
            observer.feedback(self, design, value)  # type: ignore[attr-defined]
