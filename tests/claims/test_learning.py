"""Claims about tests, feedback and what is done with it."""

from __future__ import annotations

import pytest

from tests.claims.evidence import (
    EXACT,
    STILL,
    Floats,
    Simulated,
    Values,
    assert_alike,
    assert_more,
    at_desk,
    firm,
    mean_of,
)

NO_GAIN = {"capability.test_gain": 0.0}
"""Tests teach where the market is and nothing else."""
MOVING = {"market.drift": 0.2, **NO_GAIN}


def test_small_improvements_add_up_while_loops_close(lives: Simulated) -> None:
    """C2: improvements of about 1 % accumulate, for as long as there are loops that make them.

    The market stands still, so that improvement is all that tests are good for. The gain of year 2 is more than
    twice that of year 1; where the loops stop after year 1, it does not come. With a gain of 0 for each improvement
    capability stays within 2 %, leads within 3 % of not testing. Fails when improvements do not add up.
    """

    def year(output: str, number: int, gain: float, change: Values, month: int | None = None) -> Floats:
        scenario = firm(24, {**STILL, "capability.test_gain": gain}).with_changes(change, month)
        return mean_of(lives(scenario), output, 12 * number - 11, 12 * number)

    none = {"feedback.tests_per_channel_month": 0}
    gained = [year("capability", i, 0.01, {}) - year("capability", i, 0.01, none) for i in (1, 2)]
    assert_more(gained[1], gained[0], by=1.0)
    assert_more(year("leads", 2, 0.01, {}), year("leads", 2, 0.01, none), by=0.02)
    assert_more(year("capability", 2, 0.01, {}), year("capability", 2, 0.01, none, month=13), by=0.01)
    assert_more(year("leads", 2, 0.01, {}), year("leads", 2, 0.01, none, month=13), by=0.01)

    assert_alike(year("capability", 2, 0.0, {}), year("capability", 2, 0.0, none), within=0.02)
    assert_alike(year("leads", 2, 0.0, {}), year("leads", 2, 0.0, none), within=0.03)


def test_testing_keeps_content_fitting(lives: Simulated) -> None:
    """C13: what segments want moves on, and testing restores the fit to it.

    Where the market stands still, testing finds nothing: fit and leads stay within 3 %. Fails when the market does not
    move away from what the team does, or when what a test has seen does not correct it.
    """
    testing, blind = firm(18, MOVING), firm(18, {**MOVING, "feedback.tests_per_channel_month": 0})
    assert_more(mean_of(lives(testing), "fit", 4), mean_of(lives(blind), "fit", 4), by=0.08)
    assert_more(mean_of(lives(testing), "leads", 4), mean_of(lives(blind), "leads", 4), by=0.03)
    for output in ("fit", "leads"):
        with_tests, without = lives(testing.with_changes(STILL)), lives(blind.with_changes(STILL))
        assert_alike(mean_of(with_tests, output, 4), mean_of(without, output, 4), within=0.03)


@pytest.mark.parametrize(("output", "by"), [("fit", 0.05), ("leads", 0.03)])
def test_late_feedback_corrects_what_is_no_longer_so(lives: Simulated, output: str, by: float) -> None:
    """C18: without timely feedback, correction is late: decisions are taken on stale observations of a moving market.

    Where the market stands still, stale is as good as fresh, within 2 %. Fails when an insight describes the market of
    the day of the decision, or when latency does not delay it.
    """
    prompt, late = firm(18, {**MOVING, "feedback.latency_weeks": 2}), firm(18, {**MOVING, "feedback.latency_weeks": 20})
    assert_more(mean_of(lives(late), "feedback_days", 7), mean_of(lives(prompt), "feedback_days", 7), by=1.0)
    assert_more(mean_of(lives(prompt), output, 4), mean_of(lives(late), output, 4), by)
    still = lives(prompt.with_changes(STILL)), lives(late.with_changes(STILL))
    assert_alike(mean_of(still[0], output, 4), mean_of(still[1], output, 4), within=0.02)


@pytest.mark.parametrize(("output", "by"), [("fit", 0.03), ("leads", 0.01)])
def test_rigid_plans_use_insights_late(lives: Simulated, output: str, by: float) -> None:
    """C19: who replans every half year uses an insight months later than who iterates, in a market that moves on.

    Planning itself costs nothing here. Where the market stands still, the rigid lose less than 3 %. Fails when insights
    are used before the next planning point.
    """
    free = {**MOVING, "feedback.latency_weeks": 2, "process.planning_days": 0}
    agile, rigid = firm(18, free), firm(18, {**free, "process.replanning_months": 6})
    assert_more(mean_of(lives(rigid), "feedback_days", 7), mean_of(lives(agile), "feedback_days", 7), by=1.0)
    assert_more(mean_of(lives(agile), output, 4), mean_of(lives(rigid), output, 4), by)
    still = lives(agile.with_changes(STILL)), lives(rigid.with_changes(STILL))
    assert_alike(mean_of(still[0], output, 4), mean_of(still[1], output, 4), within=0.03)


@pytest.mark.parametrize(("output", "by"), [("fit", 0.05), ("capability", 0.04), ("leads", 0.05)])
def test_insights_that_nobody_acts_on_are_lost(lives: Simulated, output: str, by: float) -> None:
    """C22: insight that is reported but not acted on teaches nothing.

    Where there is nothing to learn (a market that stands still and is seen without error, no gain from improvements),
    acting changes nothing to the bit. Fails when insights work without being acted on, or not when they are.
    """
    acts, ignores = (firm(18, {"market.drift": 0.2, "feedback.acted_on": share}) for share in (0.9, 0.1))
    assert_more(mean_of(lives(acts), output, 4), mean_of(lives(ignores), output, 4), by)
    nothing = {**STILL, **NO_GAIN, "feedback.observation_noise": 0}
    still = lives(acts.with_changes(nothing), EXACT), lives(ignores.with_changes(nothing), EXACT)
    assert (still[0].values(output) == still[1].values(output)).all()


def test_data_wait_for_the_analyst(lives: Simulated) -> None:
    """C22: data that are collected wait to be analysed, so that learning is slow where analysts are short.

    Where analysis takes no time, a second analyst makes feedback no faster (within 5 %). Fails when insights do not
    queue at the analyst's.
    """
    one = firm(18, {**MOVING, "feedback.analysis_days": 2})
    two = one.with_changes({"team.analyst": 2})
    assert_more(at_desk(lives(one), "analyst", "queue"), at_desk(lives(two), "analyst", "queue"), by=1.0)
    assert_more(mean_of(lives(one), "feedback_days", 4), mean_of(lives(two), "feedback_days", 4), by=0.1)
    assert_more(mean_of(lives(two), "fit", 4), mean_of(lives(one), "fit", 4))
    instant = {"feedback.analysis_days": 0}
    days = [mean_of(lives(scenario.with_changes(instant)), "feedback_days", 4) for scenario in (one, two)]
    assert_alike(days[0], days[1], within=0.05)
