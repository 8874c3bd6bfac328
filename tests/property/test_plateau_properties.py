"""Properties of the crossing that hold for every life, and its definitions once more, month by month, in fractions."""

from __future__ import annotations

from fractions import Fraction
from itertools import accumulate
from typing import NamedTuple

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from simkit.expectation import expected_line
from simkit.plateau import OUTCOMES, Crossing, crossing, crossing_times
from simkit.statistics import time_to_event

SETTINGS = settings(derandomize=True, deadline=None, max_examples=300)


class Case(NamedTuple):
    """One life in whole numbers, so that fractions can decide exactly what is below the line."""

    results: list[int]
    start: int
    target: int
    months_to_target: int
    stopped: float


@st.composite
def cases(draw: st.DrawFn) -> Case:
    months = draw(st.integers(1, 24))
    # Runs of equal months: valleys, crossings and relapses of three months are then common, not rare.
    runs = draw(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 6)), min_size=1, max_size=8))
    results = [level for level, length in runs for _ in range(length)]
    stopped = draw(st.one_of(st.just(np.nan), st.integers(1, months).map(float)))
    return Case(
        (results * months)[:months],
        draw(st.integers(0, 20)),
        draw(st.integers(1, 40)),
        draw(st.integers(1, 30)),
        stopped,
    )


def analyse(case: Case, months: int | None = None) -> Crossing:
    results = np.array([case.results[:months]], dtype=float)
    horizon = results.shape[1]
    line = expected_line("linear", case.start, case.target, case.months_to_target, (), horizon)
    return crossing(results, line, case.start, case.target, case.stopped)


class Letter(NamedTuple):
    """What the definitions say about one life."""

    outcome: str
    crossing_month: int | None = None
    repaid_month: int | None = None
    depth: Fraction = Fraction(0)
    area: Fraction = Fraction(0)
    relapsed: bool = False


def by_the_letter(case: Case) -> Letter:
    """The definitions read month by month, for one life, without NumPy and without rounding."""
    horizon = len(case.results)
    r = {-1: Fraction(case.start), 0: Fraction(case.start)} | {
        month: Fraction(value) for month, value in enumerate(case.results, start=1)
    }
    months = range(1, horizon + 1)
    smooth = {m: (r[m] + r[m - 1] + r[m - 2]) / 3 for m in months}
    line = {
        m: case.start + (case.target - case.start) * min(Fraction(1), Fraction(m, case.months_to_target))
        for m in months
    }
    start = next((m for m in months if smooth[m] < line[m]), None)
    if start is None:
        return Letter("never_below")
    later = range(start + 1, horizon - 1)
    seen = next((m for m in later if all(smooth[k] >= line[k] for k in (m, m + 1, m + 2))), None)
    stopped = None if np.isnan(case.stopped) else case.stopped
    if stopped is not None and (seen is None or stopped <= seen):
        outcome, seen = "abandoned", None
    else:
        outcome = "not_crossed" if seen is None else "crossed"
    valley = range(start, horizon + 1 if seen is None else seen)
    after = range(seen + 1, horizon - 1) if seen is not None else range(0)
    surplus = accumulate(r[m] - line[m] for m in months)
    return Letter(
        outcome,
        crossing_month=seen,
        repaid_month=next((m for m, balance in zip(months, surplus, strict=True) if m > start and balance >= 0), None),
        depth=max(line[m] - smooth[m] for m in valley) / case.target,
        area=sum((max(Fraction(0), line[m] - smooth[m]) for m in valley), Fraction(0)),
        relapsed=any(all(smooth[k] < line[k] for k in (m, m + 1, m + 2)) for m in after),
    )


def month(value: float) -> int | None:
    return None if np.isnan(value) else int(value)


@SETTINGS
@given(cases())
def test_the_arrays_say_what_the_definitions_say(case: Case) -> None:
    """Fails wherever the vectorised form and the definitions, read literally, part: any field, any life."""
    life, letter = analyse(case), by_the_letter(case)
    assert life.outcome[0] == letter.outcome
    assert month(life.crossing_month[0]) == letter.crossing_month
    assert month(life.repaid_month[0]) == letter.repaid_month
    assert bool(life.relapsed[0]) == letter.relapsed
    np.testing.assert_allclose(life.valley_depth[0], float(letter.depth), atol=1e-9)
    np.testing.assert_allclose(life.valley_area[0], float(letter.area), atol=1e-9)


@SETTINGS
@given(cases())
def test_every_life_has_one_outcome_and_what_belongs_to_it(case: Case) -> None:
    """Fails if a life could have no outcome, a crossing month without a crossing, or a relapse without one."""
    life = analyse(case)
    outcome = str(life.outcome[0])
    assert outcome in OUTCOMES
    assert bool(life.crossed[0]) == (outcome in ("crossed", "never_below"))
    assert np.isnan(life.crossing_month[0]) == (outcome != "crossed")
    assert np.isnan(life.valley_start[0]) == (outcome == "never_below")
    if outcome == "crossed":
        assert life.valley_start[0] < life.crossing_month[0] <= len(case.results) - 2
    else:
        assert not life.relapsed[0]


@SETTINGS
@given(cases())
def test_depth_and_area_are_zero_without_a_valley_and_positive_with_one(case: Case) -> None:
    """Fails if months above the line were subtracted, or a life without a valley had a depth."""
    life = analyse(case)
    has_valley = not np.isnan(life.valley_start[0])
    assert (life.valley_depth[0] > 0.0) == has_valley
    assert (life.valley_area[0] > 0.0) == has_valley


@SETTINGS
@given(cases(), st.integers(1, 24))
def test_a_longer_horizon_keeps_what_a_shorter_one_saw(case: Case, shorter: int) -> None:
    """A crossing stays; a life without one can only cross where the shorter horizon could not see it (from its last
    month but one); an abandoned life stays so unless it stopped in the very last month, before which a crossing may
    still be confirmed. Fails if anything seen depended on months to come."""
    horizon = min(shorter, len(case.results))
    early, late = analyse(case, horizon), analyse(case)
    before, after = str(early.outcome[0]), str(late.outcome[0])
    if before == "crossed":
        assert after == "crossed"
        assert late.crossing_month[0] == early.crossing_month[0]
    elif before == "abandoned" and case.stopped < horizon:
        assert after == "abandoned"
    elif after == "crossed":
        assert late.crossing_month[0] > horizon - 2
    if before != "never_below":
        assert late.valley_start[0] == early.valley_start[0]


@SETTINGS
@given(st.lists(cases(), min_size=1, max_size=6))
def test_the_restricted_mean_is_a_number_in_the_horizon(several: list[Case]) -> None:
    """Fails if a life that never crossed made it nan or carried it past the horizon, or if P(crossed by m) fell."""
    times = np.concatenate([crossing_times(analyse(case)) for case in several])
    horizon = max(len(case.results) for case in several)
    event = time_to_event(times, horizon)
    value = event.restricted_mean.value
    assert value is not None
    assert 0.0 <= value <= horizon
    assert (np.diff(event.incidence.share) >= 0.0).all()
    assert event.incidence.share[-1] == np.isfinite(times).mean()
    assert (event.median.value is None) == (2 * np.isfinite(times).sum() < times.size)
