"""Claims about a market that moves, tempts and tires, and about machines that do not follow it."""

from __future__ import annotations

from tests.claims.evidence import (
    EXACT,
    STILL,
    Floats,
    Simulated,
    Values,
    assert_identical,
    assert_more,
    firm,
    leads_from,
    mean_of,
)


def test_channels_keep_changing(lives: Simulated) -> None:
    """C4: what channels' customers respond to keeps changing: whoever does not follow fits ever less.

    In a market that stands still the fit stays perfect, exactly. Fails when the market neither drifts nor jumps.
    """
    asleep = firm(18, {"market.drift": 0.2, "feedback.acted_on": 0})
    fit = [mean_of(lives(asleep), "fit", first, first + 2) for first in (1, 7, 16)]
    assert_more(fit[0], fit[1], by=0.05)
    assert_more(fit[0], fit[2], by=0.2)
    assert (lives(asleep.with_changes(STILL), EXACT).values("fit") == 1.0).all()


def test_hype_draws_effort_to_what_does_not_pay(lives: Simulated) -> None:
    """C4: hype arrives, draws effort away where the strategy is unclear, and costs results.

    Where nobody lets hype pull, it changes nothing to the bit. Fails when hype does not draw effort, or pays as well.
    """
    unclear = firm(18, {"process.strategic_clarity": 0.3, "market.hype_per_year": 0})
    hyped = unclear.with_changes({"market.hype_per_year": 8})
    assert_more(mean_of(lives(unclear), "useful_output"), mean_of(lives(hyped), "useful_output"), by=0.05)
    assert_more(mean_of(lives(unclear), "leads"), mean_of(lives(hyped), "leads"))
    steadfast = {"market.hype_pull": 0}
    assert_identical(lives(unclear.with_changes(steadfast), EXACT), lives(hyped.with_changes(steadfast), EXACT))


def test_chasing_a_hyped_channel_costs_results(lives: Simulated) -> None:
    """C4: executives who chase what is hyped for nine months lose results by it.

    If hype trials were worth as much as other items, the loss would be smaller. Fails when the chase takes no effort
    from what pays.
    """

    def figures(worth: float, output: str) -> tuple[Floats, Floats]:
        steady = firm(18, {"market.hype_worth": worth})
        chasing = steady.with_decision("chase", month=3, months=9)
        return mean_of(lives(steady), output, 3), mean_of(lives(chasing), output, 3)

    for output, by in (("useful_output", 0.1), ("leads", 0.01)):
        steady, chasing = figures(0.15, output)
        assert_more(steady, chasing, by)
        as_good, chased = figures(1.0, output)
        assert_more(steady - chasing, as_good - chased)


def test_machines_alone_do_not_follow_the_market(lives: Simulated) -> None:
    """C20: automation makes more and fits less: in a drifting market some of it does little harm, and all of it much.

    People's review restores the fit, and in a market that stands still all is better than some. Fails when machines
    save no time, when their fit does not decay, or when review does not help.
    """
    drifting = {"market.drift": 0.3, "automation.human_review": 0}

    def figure(output: str, reliance: float, more: Values | None = None) -> Floats:
        return mean_of(lives(firm(24, {**drifting, "automation.reliance": reliance, **(more or {})})), output, 7)

    reviewed = {"automation.human_review": 1}
    assert_more(figure("activity", 1.0), figure("activity", 0.3), by=0.1)
    assert_more(figure("activity", 0.3), figure("activity", 0.0), by=0.05)
    assert_more(figure("fit", 0.3), figure("fit", 1.0), by=0.1)
    assert_more(figure("fit", 1.0, reviewed), figure("fit", 1.0), by=0.1)
    assert_more(figure("leads", 0.3), 0.95 * figure("leads", 0.0))
    assert_more(figure("leads", 0.3), figure("leads", 1.0), by=0.04)
    assert_more(figure("leads", 1.0, reviewed), figure("leads", 1.0), by=0.03)

    assert_more(figure("leads", 1.0, STILL), figure("leads", 0.3, STILL), by=0.02)


def test_media_feed_a_slow_brand(lives: Simulated) -> None:
    """C24: without media the brand's leads fall little at first and more each year, and all leads more after a year.

    Where media feed no brand, the brand loses nothing by their end. Fails when media work for the moment alone, or
    when their effect on the brand is not slow.
    """

    def lost(gain: float, first: int, last: int, brand_only: bool) -> Floats:
        with_media = firm(36, {"media.brand_gain": gain})
        both = lives(with_media), lives(with_media.with_changes({"budget.media_per_month": 0}))
        if brand_only:
            here, there = (leads_from(ensemble, "brand", first, last) for ensemble in both)
        else:
            here, there = (mean_of(ensemble, "leads", first, last) for ensemble in both)
        return here - there

    years = [lost(1.5, 12 * year + 1, 12 * year + 12, brand_only=True) for year in range(3)]
    assert_more(0.05 * years[2], lost(1.5, 1, 3, brand_only=True))
    assert_more(years[1], years[0], by=1.0)
    assert_more(years[2], years[1], by=0.2)
    assert_more(lost(1.5, 13, 36, brand_only=False), lost(1.5, 1, 6, brand_only=False), by=0.2)

    assert lost(0.0, 25, 36, brand_only=True).mean() <= 0.0


def test_volume_beyond_appetite_harms(lives: Simulated) -> None:
    """C25: more is not better: eight people who fill mailboxes bring fewer leads by e-mail than two.

    Where an audience neither tires nor leaves, they bring more. Fails when volume has no limit but saturation.
    """
    fixed = {"process.reallocation": 0}
    patient = {"work.fatigue": 0, "work.unsubscribes": 0}

    def by_email(heads: int, more: Values) -> Floats:
        return leads_from(lives(firm(18, {**fixed, **more, "team.email": heads})), "email", 7)

    assert_more(by_email(2, {}), by_email(8, {}), by=1.0)
    assert_more(by_email(8, patient), by_email(2, patient), by=0.1)
