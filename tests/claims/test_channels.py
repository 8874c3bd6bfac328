"""Claims about how channels work together, when work is published, and where effort goes."""

from __future__ import annotations

from tests.claims.evidence import Floats, Simulated, Values, assert_alike, assert_more, firm, leads_from, mean_of


def test_one_plan_gives_a_halo(lives: Simulated) -> None:
    """C11: channels of one plan lift each other; silos lose the lift.

    Nothing else about silos costs anything here. With a halo of 0, leads are alike within 3 %. Fails when channels do
    not lift each other, or when they do in spite of silos.
    """
    alone = {
        "process.silo_effort": 0,
        "process.silo_rework": 0,
        "process.silo_duplicates": 0,
        "process.planning_shared": 0,
        "capability.spill_over": 0,
    }

    def leads(silos: float, more: Values) -> Floats:
        return mean_of(lives(firm(18, {**alone, **more, "process.silos": silos})), "leads", 7)

    assert_more(leads(0.0, {}), leads(1.0, {}), by=0.05)
    no_halo = {"process.halo": 0}
    assert_alike(leads(0.0, no_halo), leads(1.0, no_halo), within=0.03)


def test_other_channels_lift_a_channel(lives: Simulated) -> None:
    """C11: paid media bring more beside working social and e-mail channels than without them.

    With a halo of 0, less than a third of that is left. Fails when a channel's response does not depend on the others'.
    """
    one_plan = {"process.silos": 0, "process.reallocation": 0, "channels.social.media_share": 0}
    idle = {"channels.social.active": False, "channels.email.active": False}

    def paid(more: Values) -> Floats:
        return leads_from(lives(firm(18, {**one_plan, **more})), "paid", 7)

    assert_more(paid({}), paid(idle), by=0.02)
    no_halo = {"process.halo": 0}
    assert_more(paid({}) - paid(idle), 3.0 * (paid(no_halo) - paid({**idle, **no_halo})))


def test_always_on_beats_one_off(lives: Simulated) -> None:
    """C12: the same time brings more in a steady cadence than in quarterly bursts, which tire people and saturate.

    With monthly launches at no further effort there are no bursts, and at most half of the difference remains. Fails
    when it does not matter when work appears.
    """

    def figures(more: Values) -> tuple[Floats, Floats]:
        steady = firm(18, {"process.always_on": 1, "process.reallocation": 0, **more})
        bursts = steady.with_changes({"process.always_on": 0})
        return mean_of(lives(steady), "leads", 7), mean_of(lives(bursts), "leads", 7)

    steady, bursts = figures({})
    assert_more(steady, bursts, by=0.05)
    smooth = figures({"work.campaign_months": 1, "work.campaign_effort": 0})
    assert_more(steady - bursts, 2.0 * (smooth[0] - smooth[1]))


def test_effort_shifts_to_what_pays(lives: Simulated) -> None:
    """C14: effort that follows measured return finds the channel that has begun to pay, as fast as feedback allows.

    E-mail hardly pays at first and pays well from month 5 on; nobody tests, so that feedback serves nothing else. When
    results are known half a year later, less than half of the gain is left. Fails when effort stays where it was, or
    when it follows what nobody has measured yet.
    """
    email = {"channels.email.lead_rate": 20.0, "channels.email.saturation": 20.0, "channels.email.appetite": 30.0}

    def gained(weeks: float) -> tuple[Floats, Floats]:
        values = {**email, "feedback.tests_per_channel_month": 0, "feedback.latency_weeks": weeks}
        fixed = firm(15, {**values, "process.reallocation": 0})
        fixed = fixed.with_changes({"channels.email.lead_rate": 400.0}, month=5)
        free = fixed.with_changes({"process.reallocation": 1})
        return mean_of(lives(free), "leads", 6), mean_of(lives(fixed), "leads", 6)

    free, fixed = gained(0.5)
    assert_more(free, fixed, by=0.05)
    late, never = gained(26.0)
    assert_more(free - fixed, 2.0 * (late - never))
