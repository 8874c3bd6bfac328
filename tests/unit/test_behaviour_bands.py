"""What the tests of behaviours rest on: when a figure counts as in its band, and how gains and delays are estimated."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from benchmarks.behaviours.__main__ import MEASURES, _table, record
from benchmarks.behaviours.band import POSITIVE, Measured, gains, mean
from benchmarks.behaviours.growth import _half_won, _median_delay
from simkit.statistics import Estimate


def measured(interval: tuple[float | None, float | None], **band: float) -> Measured:
    low, high = interval
    return Measured("B0", "a figure", "in words", Estimate(0.5, low, high, 0.99, 100, "interval"), unit="%", **band)


@pytest.mark.parametrize(
    ("figure", "reached"),
    [
        (measured((0.4, 0.6), low=0.4, high=0.6), True),
        (measured((0.39, 0.6), low=0.4), False),
        (measured((0.4, 0.61), high=0.6), False),
        (measured((0.4, None), low=0.4), False),
        (measured((0.0, 0.0), low=POSITIVE), False),
        (measured((-0.0, 0.0), high=-POSITIVE), False),
        (measured((-1e-9, 1.0), low=POSITIVE), False),
    ],
)
def test_a_figure_is_in_its_band_if_all_of_its_interval_is(figure: Measured, reached: bool) -> None:
    """An interval across an end, one without an end, and twins that are alike for a sign are not."""
    assert figure.reached is reached


def test_gains_are_the_ratio_of_means_with_the_error_of_a_ratio() -> None:
    """The mean is the ratio of means less one; the spread is that of a - ratio b, so a common factor adds none."""
    luck = np.random.default_rng(1)
    twin = luck.uniform(1.0, 9.0, 50)
    noise = luck.normal(0.0, 0.1, 50)
    assert gains(1.2 * twin, twin) == pytest.approx(np.full(50, 0.2))
    changed = 1.2 * twin + noise
    ratio = changed.mean() / twin.mean()
    assert gains(changed, twin).mean() == pytest.approx(ratio - 1.0)
    assert gains(changed, twin).std() == pytest.approx((changed - ratio * twin).std() / twin.mean())


def test_half_of_the_customers_are_won_where_the_curve_crosses_half() -> None:
    """Months 1 to 4 with 1, 2, 4 and 3 customers: five of ten are won half-way through month 3."""
    assert _half_won(np.array([[1.0, 2.0, 4.0, 3.0], [0.0, 0.0, 2.0, 2.0]])) == pytest.approx([2.5, 3.0])


def test_the_median_delay_counts_from_the_mean_lead() -> None:
    """Leads of month 7 come at 6 1/3, 6 2/3 and 7; customers spread evenly over month 12 give 11.5 - 6 2/3."""
    extra = np.zeros((20, 36))
    extra[:, 11] = 5.0
    delay = _median_delay(extra)
    assert (delay.value, delay.low, delay.high) == pytest.approx((29 / 6, 29 / 6, 29 / 6))


def test_the_table_and_therecord_say_what_was_measured() -> None:
    """Value, interval, band and verdict of each row; JSON with the seed, the replications and the level."""
    rows = [measured(tuple(np.array([0.4, 0.6])), low=0.4), replace(measured((0.4, 0.6)), high=0.5)]
    table = _table(rows, seed=3)
    assert [next(iter(column.cells)) for column in table.columns[2:]] == [
        "in words",
        "50 %",
        "40 % to 60 %",
        "[green]in the band[/]",
    ]
    assert list(table.columns[-1].cells)[1] == "[red]not in the band[/]"
    written = json.loads(json.dumps(record(rows, seed=3)))
    assert written["seed"] == 3
    first = written["rows"][0]
    assert (first["value"], first["low"], first["high"], first["level"], first["n"], first["reached"]) == (
        0.5,
        0.4,
        0.6,
        0.99,
        100,
        True,
    )


def test_estimates_are_intervals_of_the_mean() -> None:
    """The mean of lives, at the level that the tests of behaviours state."""
    estimate = mean([1.0, 2.0, 3.0])
    assert (estimate.value, estimate.level, estimate.n) == (2.0, 0.99, 3)


def test_each_measure_is_listed_once() -> None:
    assert len(set(MEASURES)) == len(MEASURES)
