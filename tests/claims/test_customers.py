"""Claims about customers: relationships, quality, and the hand-over to sales."""

from __future__ import annotations

from tests.claims.evidence import (
    EXACT,
    LIVES,
    Floats,
    Simulated,
    Values,
    assert_alike,
    assert_more,
    firm,
    leads_from,
    mean_of,
)

NOBODY_WORKS = {
    **{f"channels.{channel}.active": False for channel in ("search", "content", "social", "paid", "email")},
    "budget.media_per_month": 0,
}


def test_customers_bring_customers(lives: Simulated) -> None:
    """C6: the funnel is no one-way street: customers won by a programme become advocates who bring leads.

    Without advocacy they do not. Fails when customers do not recommend.
    """

    def recommended(more: Values) -> tuple[Floats, Floats]:
        working = firm(24, more)
        both = lives(working), lives(working.with_changes(NOBODY_WORKS))
        return leads_from(both[0], "word_of_mouth", 19), leads_from(both[1], "word_of_mouth", 19)

    with_programme, without = recommended({})
    assert_more(with_programme, without, by=0.05)
    with_programme, without = recommended({"company.advocacy": 0})
    assert_more(without, 0.99 * with_programme)


def test_community_work_makes_advocates(lives: Simulated) -> None:
    """C6: interaction raises advocacy: time spent with customers and community brings leads by word of mouth.

    Where it has no effect on them, those leads stay within 2 %. Fails when community work changes nothing.
    """

    def recommended(effect: float, time: float) -> Floats:
        values = {"company.community_effect": effect, "team.community_time": time}
        return leads_from(lives(firm(18, values)), "word_of_mouth", 7)

    assert_more(recommended(0.5, 0.1), recommended(0.5, 0.0), by=0.1)
    assert_alike(recommended(0.0, 0.1), recommended(0.0, 0.0), within=0.02)


def test_disappointed_customers_cost_leads(lives: Simulated) -> None:
    """C6: customers won under pressure are disappointed and recommend less.

    Where nobody is disappointed, word of mouth stays within 1 %. Fails when pressure does not reach customers.
    """

    def recommended(disappointment: float) -> tuple[Floats, Floats]:
        calm = firm(18, {"company.disappointment": disappointment})
        pushed = calm.with_decision("push", month=4, months=6)
        return leads_from(lives(calm), "word_of_mouth", 6, 12), leads_from(lives(pushed), "word_of_mouth", 6, 12)

    calm, pushed = recommended(0.3)
    assert_more(calm, pushed, by=0.03)
    calm, pushed = recommended(0.0)
    assert_alike(pushed, calm, within=0.01)


def test_activity_is_not_results(lives: Simulated) -> None:
    """C8: a push raises activity at once and leads with it, while qualified leads and then customers fall.

    Where a push squeezes out no further leads and haste costs no quality, leads do not rise at first, and the share
    that qualifies does not fall. Fails when volume is as good as what it displaces.
    """

    def figures(output: str, first: int, last: int, more: Values) -> tuple[Floats, Floats]:
        calm = firm(15, {"reactions.push.strength": 1, **more})
        pushed = calm.with_decision("push", month=4, months=6)
        return mean_of(lives(calm), output, first, last), mean_of(lives(pushed), output, first, last)

    calm, pushed = figures("activity", 4, 6, {})
    assert_more(pushed, calm, by=0.1)
    calm, pushed = figures("leads", 4, 6, {})
    assert_more(pushed, calm)
    calm, pushed = figures("leads_qualified", 4, 6, {})
    assert_more(calm, pushed, by=0.1)
    calm, pushed = figures("customers", 10, 15, {})
    assert_more(calm, pushed, by=0.1)

    harmless = {"process.squeezed_leads": 0, "company.haste_quality_loss": 0}
    calm, pushed = figures("leads", 4, 6, harmless)
    assert_more(calm, pushed)
    leads, qualified = figures("leads", 4, 9, harmless), figures("leads_qualified", 4, 9, harmless)
    assert_more(qualified[1] / leads[1], 0.99 * qualified[0] / leads[0])


def test_enablement_wins_customers(lives: Simulated) -> None:
    """C15: equipped sales win more customers from the same leads.

    Where equipping has no effect, figures are the same to the bit. Fails when enablement does not reach the win rate.
    """

    def customers(effect: float, enablement: float, replications: int = LIVES) -> Floats:
        values = {"company.enablement_effect": effect, "company.sales_enablement": enablement}
        return mean_of(lives(firm(18, values), replications), "customers", 7)

    assert_more(customers(0.15, 0.9), customers(0.15, 0.2), by=0.1)
    assert (customers(0.0, 0.9, EXACT) == customers(0.0, 0.2, EXACT)).all()


def test_leads_handed_over_late_are_lost(lives: Simulated) -> None:
    """C15: conversion depends on how fast sales take up what marketing brings.

    Where a lead's interest lasts nearly three times as long, less than two thirds of the loss remain. Fails when the
    hand-over takes no part in conversion.
    """

    def conversion(decay: float, days: float) -> Floats:
        ensemble = lives(firm(18, {"company.handover_decay_days": decay, "process.handover_days": days}))
        return mean_of(ensemble, "leads_qualified", 4) / mean_of(ensemble, "leads", 4)

    prompt, late = conversion(45.0, 2.0), conversion(45.0, 10.0)
    assert_more(prompt, late, by=0.1)
    assert_more(prompt - late, 1.5 * (conversion(120.0, 2.0) - conversion(120.0, 10.0)))
