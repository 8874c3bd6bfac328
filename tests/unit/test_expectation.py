"""The expected line and the trailing mean, against numbers worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from simkit.errors import ParameterError
from simkit.expectation import SHAPES, expected_in_month, expected_line, trailing_mean

POINTS = ((2.0, 30.0), (4.0, 20.0))


def test_linear_rises_to_the_target_and_stays() -> None:
    """S = 10, T = 20, M = 4: 10 + 10 m/4 = 12.5, 15, 17.5, 20, then 20. Fails if month 1 were month 0."""
    line = expected_line("linear", 10.0, 20.0, 4.0, (), 6)
    np.testing.assert_allclose(line, [12.5, 15.0, 17.5, 20.0, 20.0, 20.0])


def test_linear_may_reach_the_target_beyond_the_horizon() -> None:
    """M = 40 in 3 months: 10 + 30 m/40. Fails if M were clipped to the horizon."""
    np.testing.assert_allclose(expected_line("linear", 10.0, 40.0, 40.0, (), 3), [10.75, 11.5, 12.25])


def test_level_is_the_target_from_month_one() -> None:
    """Fails if the level shape ramped up."""
    np.testing.assert_array_equal(expected_line("level", 10.0, 20.0, 12.0, (), 3), [20.0, 20.0, 20.0])


def test_s_curve_is_slow_fast_slow() -> None:
    """S = 0, T = 32, M = 4: x = 1/4, 2/4, 3/4, 1 gives x^2 (3 - 2x) = 5/32, 16/32, 27/32, 1. Fails for other curves."""
    np.testing.assert_allclose(expected_line("s_curve", 0.0, 32.0, 4.0, (), 5), [5.0, 16.0, 27.0, 32.0, 32.0])


def test_points_are_joined_from_the_starting_level_and_held_after_the_last() -> None:
    """S = 10 at 0, 30 at 2, 20 at 4: 20, 30, 25, 20, 20. Fails if it began at a point, or fell after the last."""
    np.testing.assert_allclose(expected_line("points", 10.0, 99.0, 12.0, POINTS, 5), [20.0, 30.0, 25.0, 20.0, 20.0])


@pytest.mark.parametrize("shape", SHAPES)
def test_a_month_alone_is_the_month_of_the_line(shape: str) -> None:
    """Executives and analysis must see the same line. Fails if the two functions grew apart by a bit."""
    line = expected_line(shape, 10.0, 35.0, 7.0, POINTS, 12)
    alone = [expected_in_month(shape, 10.0, 35.0, 7.0, POINTS, month) for month in range(1, 13)]
    assert line.tolist() == alone


def test_trailing_mean_starts_from_the_starting_level() -> None:
    """S = 3, R = 6, 9, 12: (6+3+3)/3, (9+6+3)/3, (12+9+6)/3. Fails if the first months averaged fewer than three."""
    np.testing.assert_allclose(trailing_mean([6.0, 9.0, 12.0], 3.0), [4.0, 6.0, 9.0])


def test_trailing_mean_takes_a_starting_level_per_life() -> None:
    """Two lives, S = 0 and 6, R = 3 each month: 1, 2, 3 and 5, 4, 3. Fails if one S were used for all."""
    both = trailing_mean(np.full((2, 3), 3.0), [0.0, 6.0])
    np.testing.assert_allclose(both, [[1.0, 2.0, 3.0], [5.0, 4.0, 3.0]])


def test_an_unknown_shape_names_the_nearest() -> None:
    """Fails if a wrong shape fell through to some line."""
    with pytest.raises(ParameterError, match="'linear'"):
        expected_line("linaer", 1.0, 2.0, 3.0, (), 3)


@pytest.mark.parametrize("points", [(), ((0.0, 5.0),), ((3.0, 5.0), (2.0, 6.0)), ((3.0, 5.0), (3.0, 6.0))])
def test_points_must_rise_from_after_month_zero(points: tuple[tuple[float, float], ...]) -> None:
    """None at all, one at month 0 (that is S), falling and repeated months are refused, not sorted silently."""
    with pytest.raises(ParameterError, match=r"expectation\.points"):
        expected_line("points", 1.0, 2.0, 3.0, points, 3)


@pytest.mark.parametrize("months_to_target", [0.5, 0.0, float("nan")])
def test_months_to_target_is_at_least_one(months_to_target: float) -> None:
    """Fails if M below 1 (or not a number) gave a line."""
    with pytest.raises(ParameterError, match="months_to_target"):
        expected_line("linear", 1.0, 2.0, months_to_target, (), 3)
