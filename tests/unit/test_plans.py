"""Plans: what their levels are, what they cost, and what is refused before anything is run."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from simkit import Scenario, SimkitError
from simkit.experiments.plans import plans_of

BASE = Scenario("base")
SILOS, LATENCY, CONTENT, MEDIA = (
    "process.silos",
    "feedback.latency_weeks",
    "team.content",
    "budget.media_per_month",
)


def test_a_range_is_cut_into_declared_steps_ends_included() -> None:
    """Latency moves by a week, heads by one. Fails if an end is missing, or a head is half a person."""
    made = plans_of(BASE, {LATENCY: (1, 3.5), CONTENT: (1, 4), SILOS: [0.4, 0.0]})
    assert made.levels == ((1.0, 2.0, 3.0, 3.5), (1, 2, 3, 4), (0.0, 0.4))
    assert all(isinstance(level, int) for level in made.levels[1])
    assert len(made) == 32


def test_costs_are_what_the_declarations_say_and_what_the_user_adds() -> None:
    """A person costs what the scenario pays a month, media cost themselves, and a step of silos (0.1) costs what was
    given, in both directions. Fails if today's value does not cost 0, a saving is not negative, or what the model pays
    already would be charged again."""
    made = plans_of(BASE, {CONTENT: [1, 2, 4], MEDIA: [10_000, 20_000], SILOS: [0.2, 0.4, 0.5]}, costs={SILOS: 1000})
    assert made.costs[:2] == ((-5500.0, 0.0, 11_000.0), (-10_000.0, 0.0))
    assert list(made.costs[2] or ()) == pytest.approx([2000.0, 0.0, 1000.0])
    assert made.cost((2, 0, 0)) == pytest.approx(11_000 - 10_000 + 2000)
    assert made.charge((2, 0, 0)) == pytest.approx(2000)
    assert made.charged
    assert not plans_of(BASE, {CONTENT: [1, 2]}).charged


def test_a_plan_without_a_price_has_no_cost() -> None:
    """Fails if a lever whose price nobody has said is taken for free; one that costs nothing by itself is."""
    assert math.isnan(plans_of(BASE, {SILOS: [0.2, 0.4], CONTENT: [1, 2]}).cost((0, 0)))
    assert plans_of(BASE, {"process.reallocation": [0.1, 0.9]}, budget=0).cost((1,)) == 0.0


def test_plans_are_brought_within_the_budget_and_no_further() -> None:
    """From any plan. Fails if one stays above the budget, one within it is changed, or levers go further down than the
    last of them has to: to the dearest level that there is room for."""
    made = plans_of(BASE, {CONTENT: [1, 2, 3, 4, 5], MEDIA: [10_000, 15_000, 20_000, 25_000]}, budget=8000)
    random = np.random.default_rng(0)
    for plan in ((i, j) for i in range(5) for j in range(4)):
        within = made.brought_within(plan, random)
        assert made.over(within) <= 0
        if made.over(plan) <= 0:
            assert within == plan
    # Today's are 2 people and 20,000: either people go down alone, or media do, which is enough for 3 people more.
    assert {made.brought_within((4, 3), np.random.default_rng(i)) for i in range(20)} == {(1, 3), (4, 0)}
    assert sum(1 for _ in made.affordable()) == sum(made.over((i, j)) <= 0 for i in range(5) for j in range(4))


REFUSED: tuple[tuple[Mapping[str, Any], Mapping[str, Any], str], ...] = (
    ({}, {}, "levers: expected levels or a range by path"),
    ({"process.silo": [0, 1]}, {}, "Did you mean 'process.silos'?"),
    ({"company.win_rate": (0.1, 0.2)}, {}, "company.win_rate: is no lever. Nobody chooses it"),
    ({SILOS: [0.2, 1.4]}, {}, "process.silos: expected a number from 0 to 1 (given: 1.4)"),
    ({SILOS: [0.2], LATENCY: [1]}, {"budget": 10}, "none of process.silos (a reorganisation), feedback.latency_weeks"),
    ({SILOS: [0.2]}, {"budget": 10}, 'a step of 0.1 costs a month, 0 if nothing: costs = {"process.silos": 1000}'),
    ({CONTENT: [1]}, {"budget": "much"}, "budget: expected an amount of money a month (given: 'much')"),
    ({CONTENT: [3, 4]}, {"budget": 100}, "the cheapest costs 5,500 a month above today's (given: 100)"),
    ({CONTENT: [3]}, {"costs": {CONTENT: 5}}, "costs.team.content: is paid in the model already (given: 5)"),
    ({SILOS: [0]}, {"costs": {LATENCY: 5}}, "has a cost, but is no lever of this search"),
    ({SILOS: [0]}, {"costs": {SILOS: -5}}, "expected money a month for a step, 0 or more (given: -5)"),
)


@pytest.mark.parametrize(("levers", "options", "said"), REFUSED)
def test_what_cannot_be_is_one_line(levers: Mapping[str, Any], options: Mapping[str, Any], said: str) -> None:
    """Fails if it is taken, or the line does not name what is wrong and what to do."""
    with pytest.raises(SimkitError) as error:
        plans_of(BASE, levers, **options)
    assert said in str(error.value)
    assert "\n" not in str(error.value)
