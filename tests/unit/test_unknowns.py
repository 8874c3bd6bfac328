"""Luck and not knowing: on made-up lives with known variances, on numbers worked by hand, and on simulated lives."""

from __future__ import annotations

import math
import pickle

import numpy as np
import pytest
from numpy.typing import NDArray

import simkit
from simkit import RunError, Scenario
from simkit.experiments.unknowns import Unknowns, UnknownsInterrupted, decompose, draw_values
from simkit.scenarios import Joint, Range

UNSURE = Scenario("unsure").with_changes(
    {
        "horizon_months": 6,
        "team.content": 1,
        "company.win_rate": {"low": 0.02, "mode": 0.1, "high": 0.3},
        "team.social": {"low": 0, "mode": 1, "high": 3},
    }
)


def lives(random: np.random.Generator, draws: int, replications: int) -> NDArray[np.float64]:
    """Draws with true means N(50, 2^2), lives of each with luck N(0, 3^2): not knowing has 4/13 of the variance."""
    return random.normal(50.0, 2.0, (draws, 1)) + random.normal(0.0, 3.0, (draws, replications))


def test_a_decomposition_by_hand() -> None:
    """1, 3; 5, 7; 9, 11: within draws 2; means 2, 6, 10 have variance 16, so 16 - 2/2 = 15 for not knowing, 15/17 of
    the whole. The mean 6 has the t interval of the means: 4.30265 * 4/sqrt(3). Fails if luck were left in the means, or
    lives of one draw counted as independent."""
    found = decompose([[1.0, 3.0], [5.0, 7.0], [9.0, 11.0]])
    assert (found.sd_luck**2, found.sd_not_knowing**2, found.share) == pytest.approx((2.0, 15.0, 15.0 / 17.0))
    half = 4.30265 * 4.0 / math.sqrt(3.0)
    assert (found.mean, found.low, found.high) == pytest.approx((6.0, 6.0 - half, 6.0 + half), abs=1e-4)
    assert not found.floored


def test_a_share_stays_a_share() -> None:
    """One of eight draws crosses: the t interval of the means, -0.171 to 0.421, is cut at 0. Fails if it were not."""
    crossed = np.zeros((8, 4))
    crossed[0] = 1.0
    found = decompose(crossed, (0.0, 1.0))
    assert (found.low, found.high) == pytest.approx((0.0, 0.42056), abs=1e-4)
    assert decompose(crossed).low == pytest.approx(-0.17056, abs=1e-4)


def test_a_variance_below_nothing_is_said() -> None:
    """1, 9; 9, 1: the means agree, and 0 - 32/2 is below 0. Fails if it were given as negative, or as 0 without
    a word."""
    found = decompose([[1.0, 9.0], [9.0, 1.0]])
    assert found.floored
    assert (found.sd_not_knowing, found.share) == (0.0, 0.0)


def test_both_parts_are_unbiased() -> None:
    """400 small samples of 12 draws and 4 lives: the means of the variances are 9 and 4 within four of their standard
    errors; fewer than a tenth were floored, which does not show. Fails if luck's share of the draws' means stayed
    (6.25), or a variance were divided by n."""
    random = np.random.default_rng(7)
    found = [decompose(lives(random, 12, 4)) for _ in range(400)]
    luck = np.array([parts.sd_luck**2 for parts in found])
    assert abs(luck.mean() - 9.0) < 4.0 * luck.std() / 20.0
    raw = np.array([parts.sd_not_knowing**2 for parts in found])
    assert np.mean([parts.floored for parts in found]) < 0.1
    assert abs(raw.mean() - 4.0) < 4.0 * raw.std() / 20.0


def test_the_intervals_cover() -> None:
    """64 draws of 8 lives, 300 times: the mean is covered 95 % of the time, and the share, by percentiles of resamples,
    at least 90 %, each less four standard errors. Fixed seed. Fails if lives rather than draws were resampled (the mean
    then covers 73 %), or if the share's interval were that of luck."""
    random = np.random.default_rng(8)
    found = [decompose(lives(random, 64, 8)) for _ in range(300)]
    mean = np.mean([parts.low <= 50.0 <= parts.high for parts in found])
    share = np.mean([parts.share_low <= 4.0 / 13.0 <= parts.share_high for parts in found])
    assert abs(mean - 0.95) < 4.0 * math.sqrt(0.95 * 0.05 / 300)
    assert share > 0.9 - 4.0 * math.sqrt(0.9 * 0.1 / 300)


def test_nothing_but_luck_and_nothing_but_not_knowing() -> None:
    """Lives of a draw that are all alike: share 1, with an interval of no width; draws alike in all but luck: a share
    interval that begins at 0; nothing that varies: no share, and a bound for a month. Fails if 0/0 became a figure."""
    certain = decompose(np.repeat(np.arange(8.0)[:, np.newaxis], 3, axis=1))
    assert (certain.share, certain.share_low, certain.sd_luck) == (1.0, 1.0, 0.0)
    assert decompose(np.random.default_rng(9).normal(size=(64, 8))).share_low == 0.0
    never = decompose(np.full((20, 4), 36.0), (0.0, 36.0))
    assert math.isnan(never.share)
    assert (never.low, never.high) == pytest.approx((36.0 * 0.05**0.05, 36.0))
    assert math.isnan(decompose(np.full((20, 4), 36.0)).low)


def test_resampled_draws_spread_less_than_draws() -> None:
    """0, 2; 10, 12: half of the resamples have both draws, means 1 and 11 with variance 50, times 2 for what resampling
    loses of two, less 2/2: share 99/101; the others have one draw twice, share 0. Fails without the correction
    (49/51)."""
    found = decompose([[0.0, 2.0], [10.0, 12.0]])
    assert (found.share_low, found.share_high) == pytest.approx((0.0, 99.0 / 101.0))


def test_the_same_resamples_for_a_seed() -> None:
    """Fails if an interval changed from call to call, or did not follow the seed."""
    values = lives(np.random.default_rng(10), 16, 4)
    assert decompose(values, seed=0) == decompose(values, seed=0)
    assert decompose(values, seed=0).share_low != decompose(values, seed=1).share_low


def test_draws_are_even_and_keep_what_belongs_together() -> None:
    """16 draws: each sixteenth of a range's probability has exactly one; rows of a joint table stay rows, each of 4
    drawn four times; they do not follow a range; a whole number stays whole; fewer draws are the first of more. Fails
    for independent draws, or if two uncertain things shared a dimension."""
    table = np.array([[0.1, 5.0], [0.2, 6.0], [0.3, 7.0], [0.4, 8.0]])
    joint = Joint(("market.drift", "company.sales_cycle_months"), table)
    scenario = UNSURE.with_joint(joint)
    drawn = draw_values(scenario, 16, seed=0)
    spread = Range(0.02, 0.1, 0.3)
    edges = [spread.quantile(k / 16) for k in range(17)]
    rates = np.sort([draw["company.win_rate"] for draw in drawn])
    assert np.histogram(rates, edges)[0].tolist() == [1] * 16
    rows = [(draw["market.drift"], draw["company.sales_cycle_months"]) for draw in drawn]
    assert sorted(rows) == sorted(map(tuple, np.repeat(table, 4, axis=0).tolist()))
    by_rate = [row for _, row in sorted(zip([draw["company.win_rate"] for draw in drawn], rows, strict=True))]
    by_heads = [row for _, row in sorted(zip([draw["team.social"] for draw in drawn], rows, strict=True))]
    assert sorted(rows) not in (by_rate, by_heads)
    assert all(isinstance(draw["team.social"], int) for draw in drawn)
    assert draw_values(scenario, 5, seed=0) == drawn[:5]
    assert draw_values(scenario, 16, seed=1) != drawn


@pytest.fixture(scope="module")
def unknowns() -> Unknowns:
    return simkit.separate(UNSURE, draws=6, replications=3, seed=2, workers=1)


def test_each_draw_is_lived_with_its_own_luck(unknowns: Unknowns) -> None:
    """The third draw's lives are replications 6 to 8 of the scenario with its values. Fails if draws shared their luck,
    which the decomposition takes as independent, or if values were drawn again inside."""
    row = unknowns.draws.iloc[2]
    values = {"company.win_rate": row["company.win_rate"], "team.social": int(row["team.social"])}
    plain = simkit.simulate(UNSURE.with_changes(values), range(6, 9), seed=2, workers=1)
    np.testing.assert_array_equal(plain.measure("total_margin"), unknowns.values["total_margin"][2])


def test_the_table_says_what_was_found(unknowns: Unknowns) -> None:
    """One row an outcome, with the crossing; a win rate from 2 to 30 % decides the margin, so not knowing has most of
    its variance. Fails if rows were mixed up, or a range did not reach the lives."""
    rows = {row["outcome"]: row for row in unknowns.table.to_dict("records")}
    assert {"crossed", "restricted_crossing_month", "total_margin"} <= set(rows)
    margin = rows["total_margin"]
    assert margin["share"] > 0.5
    assert margin["mean"] == pytest.approx(unknowns.values["total_margin"].mean())
    assert (margin["draws"], margin["n"]) == (6, 3)
    assert "6 draws, 3 lives each, seed 2" in unknowns._repr_html_()


def test_an_interrupt_keeps_whole_draws() -> None:
    """Interrupted in the fourth draw: three are kept, as if they had been asked for. Fails if they were lost, or half a
    draw counted."""

    def stop(done: int, _: int) -> None:
        if done == 8:
            raise KeyboardInterrupt

    with pytest.raises(UnknownsInterrupted, match="6 of 12") as caught:
        simkit.separate(UNSURE, 6, 2, seed=2, workers=1, outcomes=["roi"], progress=stop)
    kept = pickle.loads(pickle.dumps(caught.value)).unknowns
    plain = simkit.separate(UNSURE, 3, 2, seed=2, workers=1, outcomes=["roi"])
    np.testing.assert_array_equal(kept.values["roi"], plain.values["roi"])
    np.testing.assert_array_equal(kept.drawn, plain.drawn)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"scenario": Scenario()}, "nothing about it is uncertain.*range"),
        ({"draws": 1}, "draws: expected a whole number from 2"),
        ({"replications": 1}, "replications: expected a whole number from 2"),
        ({"outcomes": ["crossing_month"]}, "restricted_crossing_month"),
        ({"level": 1.0}, "level"),
        ({"scenario": "baseline"}, "expected a scenario"),
    ],
)
def test_what_cannot_be_separated_is_refused(arguments: dict[str, object], message: str) -> None:
    """Fails if a scenario without a range gave a share of 0, or a single life a variance."""
    with pytest.raises(RunError, match=message):
        simkit.separate(**{"scenario": UNSURE, "workers": 1, **arguments})  # type: ignore[arg-type]
