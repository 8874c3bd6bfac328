"""What a search wants and keeps to: which way outcomes are good, comparisons as text, and what lives have."""

from __future__ import annotations

import numpy as np
import pytest

import simkit
from simkit import RunError, Scenario
from simkit.experiments.objectives import (
    Constraint,
    check_charged,
    constraints_of,
    measured,
    more_is_better,
    objectives_of,
)
from simkit.run import MEASURES

FIRM = Scenario("firm").with_changes({"horizon_months": 18, "expectation.target_per_month": 100_000})
STOPS = FIRM.with_decision("stop", 10)


def test_each_outcome_is_good_in_one_direction() -> None:
    """Fails if a new measure is not thought of here."""
    good = {name for name in (*MEASURES, "crossed_by_12") if more_is_better(name)}
    assert good == {"crossed", "crossed_by_12", "total_margin", "net_margin", "roi"}


def test_comparisons_are_read_and_judged() -> None:
    """Fails if a sign is turned round, a percentage is no share, or an interval around the bound is a verdict."""
    most, least, share = constraints_of(["cash_needed <= 300_000", "net_margin > -1e3", "crossed >= 25%"], 36)
    assert (most, least) == (Constraint("cash_needed", True, 3e5), Constraint("net_margin", False, -1e3))
    assert share.bound == 0.25
    assert most.violation(330_000) == pytest.approx(0.1)
    assert most.violation(300_000) == 0.0
    assert share.violation(0.2) == pytest.approx(0.2)
    assert most.violation(float("nan")) == float("inf")
    assert [share.verdict(*ends) for ends in ((0.3, 0.4), (0.2, 0.3), (0.1, 0.2))] == ["met", "open", "broken"]
    assert [most.verdict(*ends) for ends in ((1e5, 2e5), (2e5, 4e5), (4e5, 5e5))] == ["met", "open", "broken"]
    assert str(constraints_of("abandoned < 0.1", 36)[0]) == "abandoned <= 0.1"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("crossed 0.5", "expected OUTCOME <= NUMBER or OUTCOME >= NUMBER (given: 'crossed 0.5')"),
        ("crossed == 0.5", "expected OUTCOME <= NUMBER"),
        ("crossing_month <= 20", "may be missing in some lives, so it has no mean (given: 'crossing_month')"),
        ("crossing_month <= 20", "Use restricted_crossing_month or crossed_by_24."),
        ("nett_margin >= 0", "Did you mean 'net_margin'?"),
        ("crossed >= 1.5", "cannot be met: it lies between 0 and 1 (given: 'crossed >= 1.5')"),
        ("restricted_crossing_month <= -1", "cannot be met: it lies between 0 and 36"),
        (["crossed >= 0.8", "crossed <= 0.5"], "'crossed >= 0.8' and 'crossed <= 0.5' contradict each other"),
        ("crossed_by_48 >= 0.5", "the horizon is month 36"),
    ],
)
def test_what_is_no_comparison_is_one_line(given: str | list[str], said: str) -> None:
    """Fails if it is taken, or the line does not say what is wrong."""
    with pytest.raises(RunError) as error:
        constraints_of(given, 36)
    assert said in str(error.value)
    assert str(error.value).startswith("constraints: ")


def test_objectives_are_outcomes_that_every_life_has() -> None:
    """Fails if one that may be missing is taken, or the message does not name the form to use."""
    assert objectives_of("roi", 36) == ("roi",)
    assert objectives_of(["roi", "valley_depth"], 36) == ("roi", "valley_depth")
    for given, said in (
        ("payback_months", "objective: may be missing in some lives, so it has no mean"),
        ((), "expected the name of an outcome, or several"),
        (["roi", "roi"], "names an outcome twice"),
    ):
        with pytest.raises(RunError, match=said):
            objectives_of(given, 36)


def test_rows_of_a_sweep_have_the_measures_of_an_ensemble() -> None:
    """Also P(crossed by m), which a sweep does not keep as such. Fails if a life that is never below the line, or one
    that crosses in the month itself, counts otherwise than in `Ensemble.measure`."""
    made = simkit.sweep(FIRM, {"team.content": [2]}, replications=12, seed=2, workers=1)
    ensemble = simkit.simulate(FIRM.with_changes({"team.content": 2}), 12, 2, workers=1)
    months = [int(m) for m in made.outcomes["crossing_month"].dropna().unique()]
    assert months
    for name in (*MEASURES, *(f"crossed_by_{m}" for m in (*months, 1, 18))):
        np.testing.assert_array_equal(measured(made.outcomes, name, 18), ensemble.measure(name), err_msg=name)


def test_a_cost_that_the_model_does_not_know_is_charged_until_the_programme_ends() -> None:
    """1,000 a month over 18 months, or over the nine before a stop in month 10. Fails if it is charged to what it does
    not touch, after the stop, or if the return is not (margin above the start's - all cost) / all cost."""
    for scenario, months in ((FIRM, 18), (STOPS, 9)):
        lives = simkit.sweep(scenario, {"team.content": [2]}, replications=3, workers=1).outcomes
        plain = {name: measured(lives, name, 18) for name in MEASURES}
        charged = {name: measured(lives, name, 18, 1000.0) for name in MEASURES}
        paid = 1000.0 * months
        np.testing.assert_allclose(charged["total_cost"], plain["total_cost"] + paid)
        np.testing.assert_allclose(charged["net_margin"], plain["net_margin"] - paid)
        gained = plain["roi"] * plain["total_cost"] + plain["total_cost"]
        cost = plain["total_cost"] + paid
        np.testing.assert_allclose(charged["roi"], (gained - cost) / cost)
        for name in set(MEASURES) - {"total_cost", "net_margin", "roi"}:
            np.testing.assert_array_equal(charged[name], plain[name])
    with pytest.raises(RunError, match="cannot be charged with costs that were given"):
        check_charged(["roi", "cash_needed"])
