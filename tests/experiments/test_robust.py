"""Robustness: regrets against known ones, and a plan that is best as assumed but regretted."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import simkit
from simkit import Scenario, SimkitError
from simkit.experiments.robust import Robustness, regrets_of
from tests.worlds import QUIET

FIRM = Scenario("firm").with_changes(
    {**QUIET, "horizon_months": 9, "team.paid": 1, "channels.paid.active": True, "company.win_rate": 0.2}
)
PLANS = {"today": FIRM, "media": FIRM.with_changes({"budget.media_per_month": 5000.0})}
OVER = {
    "media.leads_per_thousand": (0.5, 12.0),
    "company.customer_value": {"low": 1000, "mode": 15_000, "high": 30_000},
}


def test_regrets_are_how_much_better_the_best_plan_for_a_future_is() -> None:
    """Two plans in three futures without luck. Fails if the best is taken over futures, or the sign is turned round."""
    losses = np.array([[1.0, 5.0, 3.0], [2.0, 2.0, 3.0]])
    lives = np.repeat(losses[:, :, None], 4, axis=2)
    np.testing.assert_allclose(regrets_of(lives), [[0.0, 3.0, 0.0], [1.0, 0.0, 0.0]])


def test_luck_is_not_regretted() -> None:
    """Twenty plans that are all alike, in lives with luck of their own. Fails if the regret is that of the luckiest
    plan, which would be 0.9 on average: each half of the lives judges by the choice of the other."""
    lives = np.random.default_rng(1).normal(size=(20, 400, 8))
    plain = (lives.mean(axis=2) - lives.mean(axis=2).min(axis=0)).mean()
    assert plain > 0.6
    assert abs(regrets_of(lives).mean()) < 0.02


def test_the_plan_that_is_best_as_assumed_may_be_regretted() -> None:
    """One plan is a little better where all is as assumed, and much worse in a fifth of the futures. Fails if it is
    recommended for what it is as assumed, or for its mean."""
    futures = np.zeros((2, 10, 4))
    futures[0] = 1.0
    futures[0, :3] = -6.0
    made = Robustness(
        {"bold": FIRM, "safe": FIRM},
        "net_margin",
        tuple({"market.drift": 0.1} for _ in range(10)),
        futures,
        np.array([[1.0, 1.0], [0.0, 0.0]]),
        seed=1,
    )
    assert (made.best_as_assumed, made.best) == ("bold", "safe")
    table = made.table.set_index("plan")
    assert [table.loc["bold", name] for name in ("regret", "worst", "best_in")] == pytest.approx([1.8, 6.0, 0.7])
    assert table.loc["safe", "worst"] == 1.0
    assert "'bold' is best where all is as assumed, but 'safe' is regretted least" in made.said


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Robustness:
    folder = tmp_path_factory.mktemp("robust") / "runs"
    return simkit.robust(PLANS, OVER, "net_margin", futures=4, replications=4, seed=2, out=folder, workers=1)


def test_each_future_has_its_own_luck_and_all_plans_share_it(lived: Robustness) -> None:
    """Lives of a future are those of `simulate` with its values and numbers of its own. Fails if futures share their
    luck, so that it would not average out, or plans do not, so that they could not be compared."""
    for future, values in enumerate(lived.futures):
        assert values.keys() == OVER.keys()
        numbers = range(4 * future, 4 * future + 4)
        for i, plan in enumerate(PLANS.values()):
            ensemble = simkit.simulate(plan.with_changes(values), numbers, 2, workers=1)
            np.testing.assert_array_equal(ensemble.measure("net_margin"), lived.lives[i, future])
    assert lived.assumed.shape == (2, 4)


def test_media_pay_in_some_futures_and_not_in_others(lived: Robustness) -> None:
    """Fails if the draws do not reach the lives: then one plan would be best in all futures."""
    media, today = lived.regrets[1], lived.regrets[0]
    assert (media > 0).any()
    assert (today > 0).any()


def test_the_same_on_any_number_of_workers_and_after_a_break(lived: Robustness, tmp_path: Path) -> None:
    """Fails if workers change a number, or a resumed run does not go on."""

    def stop(done: int, asked: int) -> None:
        if done >= 20:
            raise KeyboardInterrupt

    options = {"outcome": "net_margin", "futures": 4, "replications": 4, "seed": 2, "out": tmp_path / "runs"}
    with pytest.raises(simkit.SweepInterrupted):
        simkit.robust(PLANS, OVER, **options, workers=1, progress=stop)  # type: ignore[arg-type]
    again = simkit.robust(PLANS, OVER, **options, workers=2, resume=True)  # type: ignore[arg-type]
    np.testing.assert_array_equal(again.lives, lived.lives)
    assert again.table.equals(lived.table)


def test_the_usual_unknowns_leave_out_what_plans_choose() -> None:
    """Fails if silos, which are among the usual unknowns, are drawn although a plan says what they are."""
    plans = {"today": FIRM, "less": FIRM.with_changes({"process.silos": 0.1})}
    made = simkit.robust(plans, outcome="net_margin", futures=2, replications=2, workers=1)
    assert "market.drift" not in made.futures[0]  # 0 in this firm, and what it does not have it knows
    assert "company.win_rate" in made.futures[0]
    assert "process.silos" not in made.futures[0]


@pytest.mark.parametrize(
    ("plans", "options", "said"),
    [
        ({"one": FIRM}, {}, "plans: expected two or more scenarios by name"),
        (PLANS, {"over": {"budget.media_per_month": (0, 1)}}, "over.budget.media_per_month: is different between"),
        (PLANS, {"over": {"market.drif": (0, 1)}}, "Did you mean 'market.drift'?"),
        (PLANS, {"over": {}}, "over: nothing is varied"),
        (PLANS, {"replications": 3}, "replications: expected an even number (given: 3)"),
        (PLANS, {"outcome": "break_even_month"}, "may be missing in some lives"),
    ],
)
def test_what_cannot_be_is_one_line(plans: dict[str, Scenario], options: dict[str, object], said: str) -> None:
    """Fails if it is run, or the line does not say what is wrong."""
    with pytest.raises(SimkitError) as error:
        simkit.robust(plans, **options)  # type: ignore[arg-type]
    assert said in str(error.value)
