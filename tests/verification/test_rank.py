"""Ranking: how often the pick is right, against normal outcomes whose best is known, and against another program."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sim_tools.ovs.indifference_zone import KN

import simkit
from simkit import RunError, Scenario
from simkit.experiments.elimination import Elimination
from simkit.experiments.rank import RankingInterrupted
from simkit.statistics import wilson
from tests.worlds import QUIET

REPEATS, PROBABILITY = 200, 0.95
FIRM = Scenario("firm").with_changes({**QUIET, "horizon_months": 6, "team.content": 2, "team.analyst": 1})

Floats = NDArray[np.float64]


def lives(seed: int, means: list[float], deviations: list[float], shared: float, count: int = 3000) -> Floats:
    """Normal values of some scenarios, a share of whose variance is luck that they share; shape (scenarios, count)."""
    random = np.random.default_rng(seed)
    luck, own = random.normal(size=count), random.normal(size=(len(means), count))
    mixed = np.sqrt(shared) * luck + np.sqrt(1.0 - shared) * own
    values: Floats = np.array(means)[:, None] + np.array(deviations)[:, None] * mixed
    return values


def eliminated(values: Floats, first: int = 20) -> tuple[int, int]:
    """The pick, and how many values it took."""
    procedure, n = Elimination(len(values), PROBABILITY, 1.0, first), 0
    while len(procedure.left) > 1:
        n += 1
        procedure.look(values[:, :n])
    return procedure.left[0], sum(procedure.out.values()) + n


WORLDS = {
    "alike": ([1.0, 0.0, 1.0, 1.0, 1.0], [2.0] * 5, 0.0),
    "noisy best": ([1.0, 1.0, 0.0, 1.0], [0.2, 0.2, 6.0, 0.2], 0.0),
    "noisy others": ([1.0, 1.0, 1.0, 0.0], [6.0, 6.0, 0.2, 6.0], 0.0),
    "shared luck": ([1.0, 1.0, 0.0, 1.0], [4.0] * 4, 0.8),
}


@pytest.mark.parametrize("world", WORLDS)
def test_the_pick_is_right_as_often_as_stated(world: str) -> None:
    """The best is better than all others by just the indifference, the hardest case, 200 times. Fails if fewer picks
    are right than 95 % by more than chance (the upper end of Wilson's 99.9 % interval is below), as with the variance
    of another pair, which leaves 67 % in the world of the noisy best."""
    means, deviations, shared = WORLDS[world]
    best = int(np.argmin(means))
    right = np.mean([eliminated(lives(seed, means, deviations, shared))[0] == best for seed in range(REPEATS)])
    assert wilson(right, REPEATS, 0.999)[1] >= PROBABILITY


def test_shared_luck_takes_fewer_lives() -> None:
    """80 % of the variance is shared, so differences have a fifth of it. Fails if variances of scenarios are used in
    place of those of differences."""
    counts = [
        np.mean([eliminated(lives(seed, [1.0, 0.0, 1.0], [6.0] * 3, shared))[1] for seed in range(40)])
        for shared in (0.0, 0.8)
    ]
    assert counts[1] < counts[0] / 3


class Lives:
    """Values as sim-tools asks for them."""

    def __init__(self, values: Floats) -> None:
        self.values = values
        self.taken = [0] * len(values)

    def register_observer(self, observer: KN) -> None:
        self.observer = observer

    def simulate(self, design: int) -> None:
        value = self.values[design, self.taken[design]]
        self.taken[design] += 1
        self.observer.feedback(self, design, value)


def test_two_scenarios_are_ranked_as_by_sim_tools() -> None:
    """Of two its procedure takes the right variance; of more it takes that of other pairs. Fails if a pick differs, or
    the number of lives does, but for one of the pick that it takes before it looks who is left."""
    for seed in range(50):
        values = lives(seed, [0.5, 0.0], [1.0, 2.0], 0.3)
        there = Lives(values)
        theirs = KN(there, 2, 1.0, 1.0 - PROBABILITY, 20, "min")
        pick = int(theirs.solve()[0])
        ours, count = eliminated(values)
        assert (ours, count + 1) == (pick, sum(there.taken))


def test_lives_that_all_agree_are_no_certainty() -> None:
    """None of two scenarios' first 20 lives crosses, so differences have no variance. Fails if that decides at once: as
    many as are unseen may differ, and the pick takes more lives."""
    nothing = np.zeros((2, 500))
    assert eliminated(nothing)[1] == 40
    procedure, n = Elimination(2, PROBABILITY, 0.1, 20, farthest=1.0), 0
    while len(procedure.left) > 1:
        n += 1
        procedure.look(nothing[:, :n])
    assert n > 50


def test_scenarios_are_ranked_by_their_lives() -> None:
    """Fails if the worst is picked for an outcome of which less, or more, is better; if what is left out was lived on;
    or if figures are not those of `simulate`."""
    firms = {
        "few": FIRM,
        "many": FIRM.with_changes({"team.content": 4}),
        "none": FIRM.with_changes({"team.content": 0}),
    }
    costs = simkit.rank(firms, "total_cost", indifference=1000, workers=1)
    margins = simkit.rank(firms, "net_margin", indifference=1000, seed=3, workers=1)
    assert (costs.best, margins.best) == ("none", "none")
    assert costs.decided
    table = costs.table.set_index("scenario")
    assert list(table.index) == ["none", "few", "many"]
    assert table.loc["many", "behind"] == pytest.approx(4 * 6 * 5500)
    ensemble = simkit.simulate(firms["many"], len(costs.outcomes["many"]), 1, workers=1)
    np.testing.assert_array_equal(ensemble.measure("total_cost"), costs.outcomes["many"])
    assert "'none' is best with a probability of at least 95%" in str(costs)


def test_the_finalists_of_a_search_are_ranked_with_its_prices() -> None:
    """More people bring more margin than they cost, but for a price of each step that only the search knows of. Fails
    if the ranking leaves it out, or takes another outcome or other plans than the search."""
    costs = {"process.improvement_time": 100_000.0}
    levers: dict[str, Any] = {"process.improvement_time": [0.0, 0.18], "team.content": [2, 4]}
    found = simkit.search(
        FIRM, levers, "net_margin", costs=costs, points=4, replications=2, confirming=2, finalists=4, workers=1
    )
    ranked = simkit.rank(found, indifference=1_000.0, budget=30, workers=1)
    assert ranked.outcome == "net_margin"
    assert set(ranked.scenarios) == {"today", *(f"plan {one.number}" for one in found.finalists)}
    for one in found.finalists:
        values = ranked.outcomes[f"plan {one.number}"]
        alone = simkit.simulate(found.scenario(one.number), len(values), 1, workers=1).measure("net_margin")
        assert values == pytest.approx(alone - 6 * found.design.plans.charge(one.plan))
    assert max(found.design.plans.charge(one.plan) for one in found.finalists) > 0.0
    with pytest.raises(RunError, match="costs: cannot be charged with costs that were given"):
        simkit.rank(found, "cash_needed", indifference=1_000.0, workers=1)


def test_a_budget_that_does_not_do_is_said() -> None:
    """Twins cannot be told apart. Fails if one of them is called the best."""
    made = simkit.rank({"one": FIRM, "twin": FIRM}, "crossed", indifference=0.001, budget=25, workers=1)
    assert not made.decided
    assert "not decided between 'one', 'twin' within 25 lives of each" in repr(made)


def test_an_interrupt_keeps_what_was_lived() -> None:
    """Fails if lives that were done are lost."""

    def stop(done: int, asked: int) -> None:
        if done >= 45:
            raise KeyboardInterrupt

    with pytest.raises(RankingInterrupted) as stopped:
        simkit.rank({"one": FIRM, "twin": FIRM}, "crossed", indifference=0.001, workers=1, progress=stop)
    assert stopped.value.ranking is not None
    assert len(stopped.value.ranking.outcomes["one"]) >= 20


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"outcome": "crossing_month"}, "may be missing in some lives"),
        ({"outcome": "net_margin"}, "indifference: say which difference matters (given: 'net_margin')"),
        ({"indifference": 0}, "indifference: must be above 0 (given: 0)"),
        ({"probability": 0.4}, "probability: must lie between 0.5, a guess, and 1 (given: 0.4)"),
        ({"budget": 10}, "budget: expected at least the 20 lives to begin with (given: 10)"),
    ],
)
def test_what_cannot_be_ranked_is_one_line(options: dict[str, object], said: str) -> None:
    """Fails if it is run, or the line does not say what is wrong."""
    with pytest.raises(RunError) as error:
        simkit.rank({"one": FIRM, "two": FIRM}, **options)  # type: ignore[arg-type]
    assert said in str(error.value)
