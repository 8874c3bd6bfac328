"""B5 and B6: machines need people who follow the market, and following it needs tests whose results come soon."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from benchmarks.behaviours.band import POSITIVE, Measured, gains, mean
from benchmarks.behaviours.lives import BASELINE, REPLICATIONS, Floats, baseline, total

NO_REVIEW = {"automation.human_review": 0.0}
REVIEW = {"automation.human_review": 0.6}
STILL = {**NO_REVIEW, "market.drift": 0.0, "market.jumps_per_year": 0.0}
BEST, BEYOND = 0.3, 0.7
"""Reliance near its best without review, and beyond it."""
RELIANCE_MONTHS = 30
"""Machines save time at once and lose the market later: the longer one looks, the less reliance is best (0.4 over two
years), and the less it brings (0.4 % over three)."""
FEW_PER_CENT = 200
"""Replications that tell a gain of less than one per cent from none."""
RELIANCE = (0.0, BEST, BEYOND, 1.0)
DRIFT = BASELINE.parameters.market.drift
FAST_DRIFT = 0.25
LATENCY_WEEKS = (26.0, 12.0, 4.0, 0.5)
TEST_MONTH, TEST_REPLICATIONS = 12, 400
"""A single month is noisy, and the gain lies near the lower end of its band."""


def reliance_pays(seed: int) -> Measured:
    """Margin that some reliance adds to none, nobody reviewing in a drifting market."""
    return _reliance(NO_REVIEW, "no review", BEST, 0.0, seed, FEW_PER_CENT)


def full_reliance_costs(seed: int) -> Measured:
    """Margin that some reliance has over leaving everything to machines, nobody reviewing in a drifting market."""
    return _reliance(NO_REVIEW, "no review", BEST, 1.0, seed)


def peak_without_review(seed: int) -> Measured:
    """Margin at the reliance that is best without review, against more of it: the peak lies below the latter."""
    return _reliance(NO_REVIEW, "no review", BEST, BEYOND, seed)


def peak_with_review(seed: int) -> Measured:
    """The same two with review, the other way round: the peak lies above the former."""
    return _reliance(REVIEW, "review 0.6", BEYOND, BEST, seed)


def no_penalty_without_drift(seed: int) -> Measured:
    """In a market that stands still more reliance always brings more: the least that a step brings."""
    steps = [_reliance(STILL, "no drift, least step", more, less, seed) for less, more in pairwise(RELIANCE)]
    return _least(steps)


def testing_gain(seed: int) -> Measured:
    """Leads in month 12 with tests against without."""
    gain = mean(_testing_gains(DRIFT, seed))
    return Measured("B6", f"leads in month {TEST_MONTH}, testing against not", "+10–100 %", gain, 0.10, 1.00, "%")


def drift_raises_testing_gain(seed: int) -> Measured:
    """How much more tests gain where the market drifts about twice as fast."""
    more = mean(_testing_gains(FAST_DRIFT, seed) - _testing_gains(DRIFT, seed))
    return Measured("B6", f"that gain at drift {FAST_DRIFT:g} less at {DRIFT:g}", "> 0", more, POSITIVE, unit="%")


def shorter_latency_never_hurts(seed: int) -> Measured:
    """Margin gained by each shortening of the latency, from half a year to half a week: the least of them."""
    steps = []
    for long, short in pairwise(LATENCY_WEEKS):
        twins = (total(baseline({"feedback.latency_weeks": weeks}, seed)) for weeks in (short, long))
        what = f"margin, least shortening of latency: {short:g} weeks against {long:g}"
        steps.append(Measured("B6", what, "> 0", mean(gains(*twins)), POSITIVE, unit="%"))
    return _least(steps)


def _reliance(
    circumstances: Mapping[str, float],
    words: str,
    one: float,
    other: float,
    seed: int,
    replications: int = REPLICATIONS,
) -> Measured:
    changes = ({**circumstances, "automation.reliance": reliance} for reliance in (one, other))
    scenarios = ({**each, "horizon_months": RELIANCE_MONTHS} for each in changes)
    twins = (total(baseline(each, seed, replications)) for each in scenarios)
    what = f"{words}: margin at reliance {one:g} against {other:g}"
    return Measured("B5", what, "> 0", mean(gains(*twins)), POSITIVE, unit="%")


def _testing_gains(drift: float, seed: int) -> Floats:
    """Each life's part in what tests gain; shape (lives,)."""
    circumstances = {"market.drift": drift, "horizon_months": TEST_MONTH}
    changes = (circumstances, {**circumstances, "feedback.tests_per_channel_month": 0.0})
    return gains(*(baseline(each, seed, TEST_REPLICATIONS).values("leads")[:, -1] for each in changes))


def _least(steps: list[Measured]) -> Measured:
    """The step that is least surely in its band: if it is, all are."""
    return min(steps, key=lambda step: -1.0 if step.estimate.low is None else step.estimate.low)
