"""Valley, crossing, outcome and money, against numbers worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from simkit.errors import RunError
from simkit.expectation import expected_line
from simkit.plateau import Crossing, Returns, crossing, crossing_times, payback_months, returns

S, T = 10.0, 20.0
# The life most tests start from; its line is 12.5, 15, 17.5 and 20 from month 4 on.
# R-bar: 10, 10, 10, 10, 12, 17, 22, 25, 25, 25, 25.
LIFE = [10.0, 10.0, 10.0, 10.0, 16.0, 25.0, 25.0, 25.0, 25.0, 25.0, 25.0]


def live(*lives: list[float], stopped: float | list[float] = np.nan) -> Crossing:
    line = expected_line("linear", S, T, 4.0, (), len(lives[0]))
    return crossing(np.array(lives), line, S, T, stopped)


def test_a_life_that_crosses() -> None:
    """Below from month 1; R-bar = 17 < 20 in month 6, 22 in 7, so the crossing is month 7. E - R-bar = 2.5, 5, 7.5, 10,
    8, 3: depth 10/20, area 36. Cumulative R = 181 against 185 in month 10, 206 against 205 in 11: repaid in 11.
    Fails if R were not smoothed (month 6), E were, or repayment used the smoothed results."""
    life = live(LIFE)
    assert life.outcome.tolist() == ["crossed"]
    assert life.crossed.tolist() == [True]
    assert life.crossing_month.tolist() == [7.0]
    assert life.valley_start.tolist() == [1.0]
    np.testing.assert_allclose(life.valley_depth, 0.5)
    np.testing.assert_allclose(life.valley_area, 36.0)
    assert life.repaid_month.tolist() == [11.0]
    assert life.relapsed.tolist() == [False]
    assert np.isnan(life.stopped_month).all()


def test_a_crossing_needs_three_months_running() -> None:
    """R-bar = 22 in months 7 and 8, 17.33 in 9: two months on the line are no crossing. Then 20, 20, 22: crossing 10.
    The valley goes on through months 7 and 8, which add nothing to its area of 36, and 9, which adds 20 - 52/3.
    Fails if one or two months made a crossing, or if months on the line reduced the area."""
    life = live([10.0] * 4 + [16.0, 25.0, 25.0, 16.0, 11.0, 33.0, 16.0, 17.0, 42.0])
    assert life.crossing_month.tolist() == [10.0]
    np.testing.assert_allclose(life.valley_area, 36.0 + 20.0 - 52.0 / 3.0)


def test_a_crossing_shows_up_to_two_months_before_the_horizon() -> None:
    """The same life ends after month 9 (crossing 7 = horizon - 2: seen) or 8 (not seen). Fails if the end of the
    horizon stood for the months that confirm a crossing."""
    assert live(LIFE[:9]).crossing_month.tolist() == [7.0]
    short = live(LIFE[:8])
    assert short.outcome.tolist() == ["not_crossed"]
    assert np.isnan(short.crossing_month).all()


def test_a_life_that_never_crosses_has_an_area_to_the_horizon() -> None:
    """R = S for 6 months: shortfalls 2.5, 5, 7.5, 10, 10, 10, sum 45, depth 10/20; nothing else happened, so nan.
    Fails if a missing month were 0 or the horizon."""
    life = live([10.0] * 6)
    assert life.outcome.tolist() == ["not_crossed"]
    np.testing.assert_allclose([life.valley_area[0], life.valley_depth[0]], [45.0, 0.5])
    assert np.isnan([life.crossing_month[0], life.repaid_month[0]]).all()
    assert not life.crossed[0]


def test_a_life_on_the_line_from_month_one() -> None:
    """R = 30: R-bar = 16.7, 23.3, 30 against 12.5, 15, 17.5. It counts as crossed, has no crossing month and no valley.
    Fails if never_below got crossing month 1 (or 0), or a valley of nan."""
    life = live([30.0] * 6)
    assert life.outcome.tolist() == ["never_below"]
    assert life.crossed.tolist() == [True]
    assert np.isnan([life.crossing_month[0], life.valley_start[0], life.repaid_month[0]]).all()
    assert [life.valley_depth[0], life.valley_area[0]] == [0.0, 0.0]


def test_results_on_the_line_up_to_rounding_are_on_it() -> None:
    """A steady firm expected to stay as it is: R = S - 1e-13. Fails if the rounding of a sum opened a valley."""
    steady = crossing(np.full((1, 6), 0.3 - 1e-13), np.full(6, 0.3), 0.3, 0.3)
    assert steady.outcome.tolist() == ["never_below"]


def test_a_valley_may_begin_late() -> None:
    """R = 30 for 4 months, then 15: R-bar = 16.7, 23.3, 30, 30, 25, 20, 15, 15 falls below 20 in month 7. Then R = 30:
    R-bar = 20 in 9, 25, 30: crossing 9. Area 5 + 5, depth 5/20. Fails if the good months before the valley counted as a
    crossing."""
    life = live([30.0] * 4 + [15.0] * 4 + [30.0] * 3)
    assert life.valley_start.tolist() == [7.0]
    assert life.crossing_month.tolist() == [9.0]
    np.testing.assert_allclose([life.valley_area[0], life.valley_depth[0]], [10.0, 0.25])


def test_repaid_is_counted_after_the_valley_began() -> None:
    """The life above: cumulative R = 165 against 125 in month 7, when the valley began, and 180 against 145 in 8. The
    first month after the beginning is 8. Fails if the surplus of months 1 to 6 counted as repaid in month 1."""
    assert live([30.0] * 4 + [15.0] * 4 + [30.0] * 3).repaid_month.tolist() == [8.0]


@pytest.mark.parametrize(("low_months", "relapsed"), [(3, True), (2, False)])
def test_relapse_needs_three_months_below_after_the_crossing(low_months: int, relapsed: bool) -> None:
    """After the crossing in month 7 comes one month of 0, which holds R-bar at 16.7 in months 12 to 14; a horizon that
    sees only two of them sees no relapse. Fails if one month below were a relapse, or the valley counted as one."""
    life = live([*LIFE, 0.0, 25.0, 25.0][: len(LIFE) + low_months])
    assert life.crossing_month.tolist() == [7.0]
    assert life.relapsed.tolist() == [relapsed]
    assert life.outcome.tolist() == ["crossed"]


@pytest.mark.parametrize(
    ("stopped", "outcome"), [(3.0, "abandoned"), (7.0, "abandoned"), (8.0, "crossed"), (11.0, "crossed")]
)
def test_what_comes_first_stop_or_crossing(stopped: float, outcome: str) -> None:
    """The crossing is month 7. A stop takes effect at the start of its month, so one in 7 comes first; one in 8 leaves
    the crossing although months 8 and 9 confirm it. Fails if a stop after the crossing undid it, or if a line crossed
    after a stop counted."""
    life = live(LIFE, stopped=stopped)
    assert life.outcome.tolist() == [outcome]
    assert life.stopped_month.tolist() == [stopped]
    assert life.crossed.tolist() == [outcome == "crossed"]
    assert np.isnan(life.crossing_month[0]) == (outcome == "abandoned")


def test_a_stop_after_the_horizon_has_not_happened() -> None:
    """Decided at the end of the last month, the stop takes effect in month 7 of 6: it may yet
    follow a crossing. Fails if the life were abandoned, or its stop reported."""
    life = live([10.0] * 6, stopped=7.0)
    assert life.outcome.tolist() == ["not_crossed"]
    assert np.isnan(life.stopped_month).all()
    assert live([10.0] * 6, stopped=6.0).outcome.tolist() == ["abandoned"]


def test_an_abandoned_valley_runs_to_the_horizon() -> None:
    """Stopped in month 5; R-bar is back on the line in 7 to 9, then R = 0 brings 16.7 and 8.3 in 10 and 11: area
    36 + 3.33 + 11.67 = 51, depth 11.67/20. Fails if the line met after the stop ended the valley."""
    life = live([*LIFE[:9], 0.0, 0.0], stopped=5.0)
    np.testing.assert_allclose(life.valley_area, 36.0 + 10.0 / 3.0 + 35.0 / 3.0)
    np.testing.assert_allclose(life.valley_depth, 35.0 / 3.0 / 20.0)


def test_a_life_stopped_without_a_valley_was_never_below() -> None:
    """It stayed on the line, stop or no stop. Fails if a stop alone made a life 'abandoned'."""
    life = live([30.0] * 6, stopped=4.0)
    assert life.outcome.tolist() == ["never_below"]
    assert life.stopped_month.tolist() == [4.0]


def test_depth_is_measured_by_the_target_in_force() -> None:
    """R = 18, 27, 0, 0: R-bar = 12.67, 18.33, 15, 9 falls below E = 5, 5, 5, 12 in month 4, by 3. The target fell
    from 20 to 12 in month 3, so the depth is 3/12. Fails if the first target were used (3/20)."""
    target = np.array([20.0, 20.0, 12.0, 12.0])
    life = crossing(np.array([[18.0, 27.0, 0.0, 0.0]]), np.array([5.0, 5.0, 5.0, 12.0]), S, target)
    np.testing.assert_allclose(life.valley_depth, 3.0 / 12.0)


def test_lives_are_taken_one_by_one() -> None:
    """Three lives at once give what each gives alone. Fails if anything leaked along the replications."""
    lives = [LIFE, [10.0] * 11, [30.0] * 11]
    together = live(*lives, stopped=[np.nan, 4.0, np.nan])
    assert together.outcome.tolist() == ["crossed", "abandoned", "never_below"]
    for place, (results, stopped) in enumerate(zip(lives, [np.nan, 4.0, np.nan], strict=True)):
        alone = live(results, stopped=stopped)
        for name in Crossing.__dataclass_fields__:
            np.testing.assert_array_equal(getattr(together, name)[place], getattr(alone, name)[0])


def test_crossing_times_say_never_with_infinity() -> None:
    """never_below is 0, abandoned and not crossed are infinite. Fails if abandoned lives left the denominator."""
    lives = live(LIFE, [10.0] * 11, [30.0] * 11, [10.0] * 11, stopped=[np.nan, 4.0, np.nan, np.nan])
    assert crossing_times(lives).tolist() == [7.0, np.inf, 0.0, np.inf]


@pytest.mark.parametrize("months", [1, 2])
def test_a_horizon_too_short_for_a_crossing(months: int) -> None:
    """Fails if fewer than three months raised an error or gave a crossing."""
    assert live([10.0] * months).outcome.tolist() == ["not_crossed"]


def test_missing_results_and_a_target_of_zero_are_refused() -> None:
    """Fails if a nan month passed as 'not below', or a depth were divided by zero."""
    with pytest.raises(RunError, match="results"):
        live([10.0, np.nan, 10.0])
    with pytest.raises(RunError, match="target_per_month"):
        crossing(np.ones((1, 3)), np.ones(3), 1.0, 0.0)
    with pytest.raises(RunError, match="replications, months"):
        crossing(np.ones(3), np.ones(3), 1.0, 1.0)


def earn(margin: list[float], cost: list[float], customers: list[float] | None = None) -> Returns:
    won: NDArray[np.float64] = np.array([customers if customers else [1.0] * len(margin)])
    return returns(np.array([margin]), np.array([cost]), won, 100.0, 1200.0, 48.0)


def test_money_over_a_life() -> None:
    """Margin over the start's 100: 0, -20, 50, 90, 80; cost 30 a month: balance -30, -80, -60, 0, 50. Break-even in
    month 4 (0 covers), deepest loss 80, total margin 700, cost 150, roi (200 - 150)/150. Fails if break-even used the
    whole margin (month 1), or cash needed only the last balance."""
    life = earn([100.0, 80.0, 150.0, 190.0, 180.0], [30.0] * 5)
    assert life.break_even_month.tolist() == [4.0]
    np.testing.assert_allclose(life.cash_needed, 80.0)
    np.testing.assert_allclose([life.total_margin[0], life.total_cost[0]], [700.0, 150.0])
    np.testing.assert_allclose(life.roi, 1.0 / 3.0)


def test_break_even_stays_to_the_horizon() -> None:
    """Balance 20, -10, 5, -5, 0: covered in 1 and 3 but not for good until 5. One month less and it never was.
    Fails if the first covered month were taken."""
    margin = [150.0, 100.0, 145.0, 120.0, 135.0]
    assert earn(margin, [30.0] * 5).break_even_month.tolist() == [5.0]
    assert np.isnan(earn(margin[:4], [30.0] * 4).break_even_month).all()


def test_a_programme_that_always_pays_needs_no_cash() -> None:
    """Balance 20 from month 1: break-even in month 1, cash needed 0 (not negative). Fails if a surplus were a need."""
    life = earn([150.0, 150.0], [30.0, 30.0])
    assert life.break_even_month.tolist() == [1.0]
    assert life.cash_needed.tolist() == [0.0]


def test_payback_of_a_customer() -> None:
    """Cost 150 for 5 customers is 30 each; a customer brings 1200/48 = 25 a month: 1.2 months. None won: no payback.
    Fails if margin per month were taken for margin over the lifetime, or no customer gave infinity or 0."""
    np.testing.assert_allclose(earn([100.0] * 5, [30.0] * 5).payback_months, 1.2)
    assert np.isnan(earn([100.0] * 2, [30.0] * 2, [0.0, 0.0]).payback_months).all()
    np.testing.assert_allclose(payback_months([60.0, 60.0], [2.0, 4.0], 1200.0, 48.0), [1.2, 0.6])


def test_no_cost_has_no_return_on_it() -> None:
    """Fails if roi without cost were infinite or 0."""
    assert np.isnan(earn([120.0, 120.0], [0.0, 0.0]).roi).all()
