"""What to try next: each lever by its step, chosen in some lives and measured in others."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import simkit
from simkit import ParameterError, RunError, Scenario
from simkit.experiments.levers import group_of
from simkit.experiments.next_steps import NextSteps, Step, default_levers, next_steps
from simkit.parameters import declarations
from simkit.statistics import Estimate
from tests.worlds import QUIET

MONTHS = 6
LIVELY = Scenario("lively").with_changes(
    {**QUIET, "horizon_months": MONTHS, "team.content": 1, "channels.content.active": True}
    | {"process.interruptions": 0.2}
)
"""One person at work for half a year."""
TOOLS, SILOS, DELAY = "budget.tools_per_month", "process.silos", "process.handover_days"
FEW: dict[str, Any] = {"screening": 2, "confirming": 3, "seed": 7, "workers": 1}


def test_a_step_whose_effect_is_known_is_measured_exactly() -> None:
    """Tools cost what is paid for them, each month. Fails if the step, its direction or its sum is another one."""
    scenario = LIVELY.with_changes({TOOLS: 4_000.0})
    found = next_steps(scenario, [TOOLS], outcome="total_cost", **FEW)
    down, up = found.steps
    assert (down.path, down.before, down.after) == (TOOLS, 4_000.0, 1_500.0)
    assert (up.path, up.before, up.after) == (TOOLS, 4_000.0, 6_500.0)
    for step, change in ((down, -2_500.0), (up, 2_500.0)):
        assert step.effect.value == pytest.approx(change * MONTHS)
        assert step.cost.value == pytest.approx(change * MONTHS)
        assert step.lives == 3
    assert (found.tried, found.seed, found.outcome, found.scenario) == (2, 7, "total_cost", scenario)


def test_a_step_stays_within_the_bounds_of_its_lever() -> None:
    """Fails if a lever were moved beyond what can be, or not at all to where the last step ends."""
    scenario = LIVELY.with_changes({TOOLS: 1_000.0, SILOS: 0.95, "team.analyst": 0})
    found = next_steps(scenario, [TOOLS, SILOS, "team.analyst"], outcome="total_cost", **FEW)
    assert found.tried == 5
    afters: dict[str, set[Any]] = {}
    for step in found.steps:
        afters.setdefault(step.path, set()).add(step.after)
    assert afters == {TOOLS: {0.0, 3_500.0}, SILOS: {0.85, 1.0}, "team.analyst": {1}}
    assert all(isinstance(step.after, int) for step in found.steps if step.path == "team.analyst")


def test_a_lever_at_its_end_is_moved_the_other_way_only() -> None:
    """Fails if a step that changes nothing is tried."""
    found = next_steps(LIVELY.with_changes({SILOS: 0.0}), [SILOS], outcome="net_margin", **FEW)
    assert [step.after for step in found.steps] == [0.1]


def test_a_step_from_a_range_begins_at_its_most_likely_value() -> None:
    """Fails if an uncertain lever cannot be moved, or stays uncertain."""
    uncertain = LIVELY.with_changes({SILOS: {"low": 0.2, "mode": 0.5, "high": 0.6}})
    found = next_steps(uncertain, [SILOS], outcome="net_margin", **FEW)
    assert {(step.before, step.after) for step in found.steps} == {(0.5, 0.4), (0.5, 0.6)}


def test_figures_come_from_lives_that_had_no_part_in_choosing() -> None:
    """Lives 0 to 2 choose, 3 to 6 measure. Fails if the figures of the best of many came from the lives that made it
    the best, or are not the paired differences in these lives."""
    levers = [SILOS, "process.interruptions"]
    outcome = "valley_area"
    lively = Scenario("a whole team").with_changes({"horizon_months": MONTHS})
    found = next_steps(lively, levers, 7, 1, outcome=outcome, screening=3, confirming=4, keep=2)
    assert (len(found.steps), found.tried) == (2, 4)

    def measured(scenario: Scenario, numbers: range, name: str = outcome) -> np.ndarray[Any, np.dtype[np.float64]]:
        return simkit.simulate(scenario, numbers, 7, workers=1).measure(name)

    choosing, fresh = range(3), range(3, 7)
    tried = {}
    for path in levers:
        entry, value = declarations()[path], lively[path]
        assert entry.step is not None
        assert isinstance(value, float)
        for after in (value - entry.step, value + entry.step):
            after = round(min(max(after, entry.low or 0.0), entry.high or 0.0), 9)
            if after != value:
                moved = lively.with_changes({path: after})
                tried[path, after] = float((measured(moved, choosing) - measured(lively, choosing)).mean())
    assert len(tried) == 4
    assert {(step.path, step.after) for step in found.steps} == set(sorted(tried, key=tried.__getitem__)[:2])
    for step in found.steps:
        moved = lively.with_changes({step.path: step.after})
        effect = measured(moved, fresh) - measured(lively, fresh)
        assert step.effect.value == pytest.approx(effect.mean())
        assert step.lives == 4
        half = 3.1824463 * effect.std(ddof=1) / np.sqrt(4)  # Student's t with 3 degrees of freedom
        assert half > 1.0  # luck differs between lives, so other lives would give other figures
        assert step.effect.low == pytest.approx(effect.mean() - half)
        assert step.effect.high == pytest.approx(effect.mean() + half)
        costs = measured(moved, fresh, "total_cost") - measured(lively, fresh, "total_cost")
        assert step.cost.value == pytest.approx(costs.mean(), abs=1e-6)
    effects = [step.effect.value or 0.0 for step in found.steps]
    assert effects == sorted(effects)


def test_progress_rises_to_its_total_and_the_number_of_workers_changes_nothing() -> None:
    """Fails if a page waits at less than all lives, or the ranking depended on how the work was split."""
    told: list[tuple[int, int]] = []
    options: dict[str, Any] = {"screening": 2, "confirming": 4, "keep": 2, "outcome": "net_margin"}
    one = next_steps(LIVELY, [SILOS, DELAY], 3, 1, progress=lambda done, total: told.append((done, total)), **options)
    assert {total for _, total in told} == {2 * 5 + 4 * 3}
    assert told[-1][0] == told[-1][1]
    assert [done for done, _ in told] == sorted({done for done, _ in told})
    two = next_steps(LIVELY, [SILOS, DELAY], 3, 2, **options)
    assert one.steps == two.steps


def test_fewer_candidates_than_are_kept_are_all_measured() -> None:
    """Fails if the total that progress is told is that of steps which do not exist."""
    told: list[tuple[int, int]] = []
    next_steps(LIVELY, [SILOS], outcome="net_margin", progress=lambda *now: told.append(now), **FEW)
    assert told[-1] == (2 * 3 + 3 * 3, 2 * 3 + 3 * 3)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"levers": ["process.silo"]}, "Did you mean 'process.silos'?"),
        ({"levers": ["company.win_rate"]}, "company.win_rate: has no step to move it by. Name a numeric lever."),
        ({"levers": ["expectation.metric"]}, "has no step to move it by"),
        ({"levers": ["channels.search.active"]}, "has no step to move it by"),
        ({"levers": []}, "no lever can be moved"),
        ({"levers": [SILOS], "outcome": "crossing_month"}, "Use restricted_crossing_month"),
        ({"levers": [SILOS], "outcome": "crossed_by_7"}, "the horizon is month 6"),
        ({"levers": [SILOS], "outcome": "margins"}, "is no outcome"),
        ({"levers": [SILOS], "screening": 1}, "screening: expected a whole number from 2 on"),
        ({"levers": [SILOS], "confirming": 0}, "confirming: expected a whole number from 2 on"),
        ({"levers": [SILOS], "keep": 0}, "keep: expected a whole number from 1 on"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_lived(
    monkeypatch: pytest.MonkeyPatch, options: dict[str, Any], said: str
) -> None:
    """Fails if a mistake is found after minutes of simulation, or ends in another error."""

    def never(*_: object, **__: object) -> None:
        raise AssertionError("something was simulated")

    monkeypatch.setattr("simkit.experiments.next_steps.simulate", never)
    with pytest.raises((ParameterError, RunError)) as refused:
        next_steps(LIVELY, **options)
    assert said in str(refused.value)


def test_by_default_a_company_moves_what_is_its_own_to_move() -> None:
    """Fails if lowering the expectation were advised as the way to meet it, or a lever were left out."""
    levers = default_levers()
    assert {"team.content", SILOS, "automation.reliance", "feedback.latency_weeks", TOOLS} <= set(levers)
    groups = {group_of(path) for path in levers}
    assert not groups & {"expectations", "channels"}
    assert not any(path.startswith(("expectation.", "reactions.", "channels.")) for path in levers)
    assert all(declarations()[path].kind == "lever" and declarations()[path].step for path in levers)


def estimate(value: float, low: float | None, high: float | None) -> Estimate:
    return Estimate(value, low, high, 0.95, 9, "interval")


def test_a_step_is_sure_and_has_a_price_only_where_its_interval_says_so() -> None:
    """Fails if luck gets a price, or a step that saves money a negative one."""
    nearer, maybe, unknown = estimate(-3.0, -5.0, -1.0), estimate(-3.0, -7.0, 1.0), estimate(-3.0, None, None)
    dear, free, saves = estimate(6_000.0, 5_000.0, 7_000.0), estimate(0.0, 0.0, 0.0), estimate(-10.0, -11.0, -9.0)

    def step(effect: Estimate, cost: Estimate) -> Step:
        return Step(SILOS, 0.4, 0.3, effect, cost, 9)

    assert step(nearer, dear).sure
    assert step(nearer, dear).per_money == pytest.approx(3.0 / 6_000.0)
    assert step(nearer, free).per_money is None
    assert step(nearer, saves).per_money is None
    for effect in (maybe, unknown):
        assert not step(effect, dear).sure
        assert step(effect, dear).per_money is None
    table = NextSteps(LIVELY, "total_cost", (step(nearer, dear), step(maybe, free)), 9, 1).table
    assert table["lever"].tolist() == [SILOS, SILOS]
    assert table["sure"].tolist() == [True, False]
    assert table["low"].tolist() == [-5.0, -7.0]
    assert pd.isna(table["per_money"][1])
