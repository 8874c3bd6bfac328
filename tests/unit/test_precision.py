"""How many lives are enough: numbers worked by hand, made-up outcomes with known needs, and simulated lives."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

import simkit
from simkit import Precision, RunError, Scenario
from simkit.run.precision import bounds, half_widths, look_ahead
from simkit.statistics import mean, time_to_event, unseen

SHORT = Scenario("short").with_changes({"horizon_months": 6, "team.content": 1, "team.social": 1})


def grow(precision: Precision, values: NDArray[np.float64], ends: tuple[float, float] | None = None) -> int:
    """Lives at the end of growing, the outcome of life i being values[i]."""
    lives = precision.least
    while (wanted := precision.reached_by(values[:lives], ends).wanted) > lives:
        lives = wanted
    return lives


def test_an_unseen_share_by_hand() -> None:
    """0 of 20 at 95 %: 1 - 0.05^(1/20) = 0.13911, since 0.86089^20 = 0.05. Fails for the two-sided 0.168 or 3/20."""
    assert float(unseen(20)) == pytest.approx(0.13911, abs=1e-5)
    assert float((1.0 - unseen(20)) ** 20) == pytest.approx(0.05)


def test_running_half_widths_are_those_of_the_mean() -> None:
    """After each life the width is that of `statistics.mean` of the lives so far, also far from zero. Fails if the
    running sums lost digits, or the degrees of freedom were off by one."""
    values = np.random.default_rng(1).normal(1e9, 3.0, 60)
    widths, alike = half_widths(values, None)
    assert math.isinf(widths[0])
    for n in (2, 3, 17, 60):
        found = mean(values[:n])
        assert found.high is not None
        assert found.value is not None
        assert widths[n - 1] == pytest.approx(found.high - found.value, rel=1e-5)
    assert alike.tolist() == [True] + [False] * 59


def test_lives_that_agree_are_not_certain() -> None:
    """Ten lives that never cross, horizon 36: half-width 36 * (1 - 0.05^(1/10)) = 9.32 and not 0; an amount has no
    bound; one life that differs ends it. Fails if a width of 0 counted as precise."""
    never = np.full(10, 36.0)
    widths, alike = half_widths(never, (0.0, 36.0))
    assert widths[-1] == pytest.approx(36.0 * (1.0 - 0.05**0.1))
    assert alike.all()
    assert math.isinf(half_widths(never, None)[0][-1])
    reached = Precision("restricted_crossing_month", 1.0).reached_by(np.full(100, 36.0), (0.0, 36.0))
    assert not reached.met
    assert "no life differs from another" in str(reached)
    assert not half_widths(np.append(never, 7.0), (0.0, 36.0))[1][-1]


def test_growth_ends_near_the_number_that_is_needed() -> None:
    """Standard deviation 10 and half-width 1 need (1.96 * 10)^2 = 384 lives. The sampled variance is off by
    sqrt(2/384) = 7.2 %, so the need by 28 lives; a look-ahead of 19 is added. Each of twenty samples ends within four
    such errors, their mean within 384 to 384 + 19 + 28. Fixed seed. Fails if growth stopped at the first narrow width,
    overshot by doubling, or never stopped."""
    random = np.random.default_rng(2)
    found = [grow(Precision("net_margin", 1.0, budget=5000), random.normal(50.0, 10.0, 5000)) for _ in range(20)]
    assert min(found) > 384 - 4 * 28
    assert max(found) < 384 + 19 + 4 * 28
    assert 384 < np.mean(found) < 384 + 19 + 28


def test_a_relative_bound_is_a_share_of_the_mean() -> None:
    """Mean 50 and 2 % is the half-width 1 of the absolute bound: the same lives. Of another scale's mean, 100, 1 % is.
    Fails if the share were of the deviation, or `scale` were ignored."""
    values = np.random.default_rng(3).normal(50.0, 10.0, 3000)
    values += 50.0 - values.mean()
    absolute = Precision("net_margin", 1.0).reached_by(values[:200], None)
    relative = Precision("net_margin", 0.02, relative=True).reached_by(values[:200], None)
    assert relative.half_width == pytest.approx(absolute.half_width / abs(values[:200].mean()))
    scaled = Precision("net_margin", 0.01, relative=True).reached_by(values[:200], None, np.full(200, 100.0))
    assert scaled.half_width == pytest.approx(absolute.half_width / 100.0)


def test_a_width_must_stay_within_its_bound() -> None:
    """Twenty lives are within 1, and one soon after is far off: 20 are not enough, and after it the width is outside.
    Fails without the look-ahead of Hoad et al., f(kLimit, n) = 5 * max(n, 100)/100."""
    assert [look_ahead(n) for n in (20, 100, 250, 1000)] == [5, 5, 12, 50]
    calm = np.tile([49.0, 51.0], 30)
    precision = Precision("net_margin", 1.0)
    first = precision.reached_by(calm[:20], None)
    assert first.half_width < 1.0
    assert not first.met
    assert first.wanted == 25
    assert precision.reached_by(calm[:25], None).met
    disturbed = calm.copy()
    disturbed[22] = 90.0
    again = precision.reached_by(disturbed[:25], None)
    assert not again.met
    assert again.wanted > 30


def test_the_budget_ends_it_and_says_so() -> None:
    """Fails if growth passed the budget, or a bound that was missed were called reached."""
    values = np.random.default_rng(4).normal(0.0, 10.0, 500)
    precision = Precision("restricted_crossing_month", 0.1, budget=150)
    assert grow(precision, values, (0.0, 36.0)) == 150
    reached = precision.reached_by(values[:150], (0.0, 36.0))
    assert not reached.met
    assert str(reached) == f"budget of 150 lives used: half-width {reached.half_width:.2g} months"


def test_simulated_lives_grow_and_say_what_was_reached() -> None:
    """The lives are those of a plain run of as many; the half-width is that of the summary's mean. Fails if growing
    changed a life, or what is said were not what the ensemble holds."""
    precision = Precision("total_margin", 0.05, relative=True, budget=60, least=8)
    calls: list[tuple[int, int]] = []
    grown = simkit.simulate(
        SHORT, "auto", seed=3, workers=1, precision=precision, progress=lambda done, of: calls.append((done, of))
    )
    plain = simkit.simulate(SHORT, len(grown), seed=3, workers=1)
    np.testing.assert_array_equal(grown.values("margin"), plain.values("margin"))
    reached = precision.reached(grown)
    assert reached.met
    assert 8 < len(grown) < 60
    amount = grown.summary.total_margin
    assert amount.mean is not None
    assert amount.high is not None
    assert reached.half_width == pytest.approx(amount.high / amount.mean - 1.0)
    assert str(reached) == f"half-width {100 * reached.half_width:.2g} % of the mean, with {len(grown)} lives"
    assert [done for done, _ in calls] == list(range(1, len(grown) + 1))


@pytest.mark.parametrize(
    ("replications", "precision", "message"),
    [
        ("auto", None, "precision: 'auto' needs"),
        (10, Precision("total_margin", 1.0), "precision: goes with 'auto' only"),
        ("auto", Precision("crossing_month", 1.0), "restricted_crossing_month"),
        ("auto", Precision("crossed_by_7", 1.0), "horizon is month 6"),
        ("many", None, "replications: expected a whole number"),
    ],
)
def test_what_cannot_be_asked_is_refused(replications: int | str, precision: Precision | None, message: str) -> None:
    """Fails if a month that may never come could be asked for, a precision were silently unused, or it ran first."""
    with pytest.raises(RunError, match=message):
        simkit.simulate(SHORT, replications, workers=1, precision=precision)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "wrong",
    [{"half_width": 0.0}, {"half_width": math.inf}, {"level": 95.0}, {"budget": 10}, {"least": 2}],
    ids=str,
)
def test_numbers_that_cannot_be_are_refused(wrong: dict[str, float]) -> None:
    """Fails if a precision were accepted that no number of lives, or any number, reaches."""
    with pytest.raises(RunError, match=f"precision.{next(iter(wrong))}"):
        Precision(**{"outcome": "total_margin", "half_width": 1.0, **wrong})  # type: ignore[arg-type]


def test_weighted_lives_are_refused() -> None:
    """Fails if a width of lives that count differently were taken from their plain values."""
    ensemble = simkit.simulate(SHORT, 3, workers=1).weighted([1.0, 2.0, 1.0])
    with pytest.raises(RunError, match="weights"):
        Precision("total_margin", 1.0).reached(ensemble)


def test_outcomes_have_the_bounds_that_a_life_can_take() -> None:
    """Fails if an amount were bounded, or a month or share were not."""
    assert bounds("restricted_crossing_month", 36) == (0.0, 36.0)
    assert bounds("crossed_by_12", 36) == bounds("abandoned", 36) == (0.0, 1.0)
    assert bounds("total_margin", 36) is None


def test_a_restricted_mean_of_lives_that_agree_has_a_width() -> None:
    """Twenty lives, horizon 10. None has the event: 10 is the end on one side, 10 * (1 - 0.13911) the other; all at
    once: 0 to 1.3911; all in month 4: both sides, 4 * 0.86089 and 4 + 6 * 0.13911. Fails if the interval had no width,
    left 0 to the horizon, or if one that differs did not bring back the t interval, cut at the horizon."""
    never, at_once, fourth = (time_to_event(np.full(20, t), 10).restricted_mean for t in (np.inf, 0.0, 4.0))
    assert (never.low, never.high) == pytest.approx((8.6089, 10.0), abs=1e-4)
    assert (at_once.low, at_once.high) == pytest.approx((0.0, 1.3911), abs=1e-4)
    assert (fourth.low, fourth.high) == pytest.approx((3.4436, 4.8347), abs=1e-4)
    mixed = np.append(np.full(19, np.inf), 4.0)
    found, plain = time_to_event(mixed, 10).restricted_mean, mean(np.minimum(mixed, 10.0))
    assert plain.high is not None
    assert plain.high > 10.0
    assert (found.low, found.high) == (plain.low, 10.0)


def test_that_width_covers() -> None:
    """Exact: an event in month 0 for a share q of lives, none seen among 30. The largest q that the interval leaves
    room for makes that as unlikely as 5 %, so any larger one would be missed less often. Fails if the bound were
    narrower than the one-sided exact one."""
    low = time_to_event(np.full(30, np.inf), 12).restricted_mean.low
    assert low is not None
    assert (low / 12.0) ** 30 == pytest.approx(0.05)
