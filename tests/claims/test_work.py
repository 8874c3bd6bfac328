"""Claims about how a team is set up, led and disturbed."""

from __future__ import annotations

import pytest

from simkit.model.recorder import ROLES
from simkit.scenarios import Scenario
from tests.claims.evidence import (
    EXACT,
    LIVES,
    Floats,
    Simulated,
    Values,
    assert_alike,
    assert_identical,
    assert_more,
    at_desk,
    firm,
    leads_from,
    mean_of,
)

ALONE: Values = {
    **{f"team.{role}": 0 for role in ROLES},
    "team.content": 1,
    "budget.media_per_month": 0,
}
"""One person for everything."""
TWO_CHANNELS = {f"channels.{channel}.active": False for channel in ("social", "paid", "email")}
INTEGRATED = {"process.silos": 0.0}
ISOLATED = {"process.silos": 1.0}


def test_one_person_for_everything_is_too_few(lives: Simulated) -> None:
    """C5: each touch point needs an owner: one person brings less from five channels than from two, though busier.

    Where switching costs nothing and everybody masters everything, useful work does not fall, and at most two thirds
    of the leads lost remain. Fails when covering several channels costs nothing.
    """
    able = {"team.switching_loss": 0, "team.cover_skill": 1}

    def figures(output: str, first: int, more: Values) -> tuple[Floats, Floats]:
        alone = firm(30, {**ALONE, **more})
        two = alone.with_changes(TWO_CHANNELS)
        return mean_of(lives(two), output, first), mean_of(lives(alone), output, first)

    two, five = figures("useful_output", 4, {})
    assert_more(two, five, by=1.0)
    two, five = figures("utilisation", 4, {})
    assert_more(five, 0.9 * two)
    two, five = figures("leads", 7, {})
    assert_more(two, five, by=0.2)

    two_able, five_able = figures("leads", 7, able)
    assert_more(two - five, 1.5 * (two_able - five_able))
    two_able, five_able = figures("useful_output", 4, able)
    assert_more(five_able, 0.75 * two_able)


def test_reorganising_dips_first_and_pays_where_it_fixes_something(lives: Simulated) -> None:
    """C7: re-aligning a team costs output at once; it pays later where it breaks silos, and not where there are none.

    Without the dip, output does not fall, exactly; where it breaks no silos, it does not pay. Fails when a
    reorganisation is free, or when it leaves nothing behind.
    """

    def figures(output: str, first: int, last: int, values: Values, replications: int = LIVES) -> tuple[Floats, Floats]:
        before = firm(20, {"process.silos": 0.9, **values})
        after = lives(before.with_decision("reorganise", month=4, months=3), replications)
        return mean_of(after, output, first, last), mean_of(lives(before, replications), output, first, last)

    after, before = figures("activity", 4, 6, {})
    assert_more(before, after, by=0.1)
    after, before = figures("leads", 15, 20, {})
    assert_more(after, before, by=0.05)

    free = {"process.reorganisation_dip": 0.0}
    after, before = figures("activity", 4, 6, free, EXACT)
    assert (after == before).all()
    for nothing_to_fix in ({"reactions.reorganise.strength": 0.0}, INTEGRATED):
        after, before = figures("leads", 15, 20, nothing_to_fix)
        assert_more(1.02 * before, after)


def test_urgent_requests_displace_improvement_first(lives: Simulated) -> None:
    """C9: urgent requests from above displace improvement from the first quarter on, and results later.

    Where late work makes no pressure, improvement loses at most two thirds as much. Fails when interruptions cost
    producing alone, or nothing.
    """

    def displaced(output: str, first: int, last: int, values: Values) -> tuple[Floats, Floats]:
        quiet = firm(15, {"process.interruptions": 0.05, **values})
        urgent = quiet.with_changes({"process.interruptions": 0.35})
        return mean_of(lives(quiet), output, first, last), mean_of(lives(urgent), output, first, last)

    quiet, urgent = displaced("time_improving", 1, 3, {})
    assert_more(quiet, urgent, by=0.05)
    quiet, urgent = displaced("customers", 1, 3, {})
    assert_alike(urgent, quiet, within=0.03)
    quiet, urgent = displaced("customers", 10, 15, {})
    assert_more(quiet, urgent, by=0.1)

    quiet, urgent = displaced("time_improving", 4, 15, {})
    calm, disturbed = displaced("time_improving", 4, 15, {"process.pressure_from_backlog": 0})
    assert_more(quiet - urgent, 1.5 * (calm - disturbed))


def test_isolated_plans_cost_more_and_bring_less(lives: Simulated) -> None:
    """C10: one-off plans carry the full weight of planning each, duplicate effort, and bring less at higher cost.

    With the silos' effort, rework, duplicates, planning and loss of shared learning and halo at zero, planning is as in
    one plan (within 5 %), and less than a third of the loss in useful work and leads remains. Fails when silos are
    free.
    """
    free = {
        "process.silo_effort": 0,
        "process.silo_rework": 0,
        "process.silo_duplicates": 0,
        "process.planning_shared": 0,
        "process.halo": 0,
        "capability.spill_over": 0,
    }

    def figures(output: str, more: Values) -> tuple[Floats, Floats]:
        one, many = firm(18, {**more, **INTEGRATED}), firm(18, {**more, **ISOLATED})
        return mean_of(lives(one), output), mean_of(lives(many), output)

    def cost_of_customers(silos: Values, more: Values) -> Floats:
        ensemble = lives(firm(18, {**more, **silos}))
        return mean_of(ensemble, "cost") / mean_of(ensemble, "customers", 7)

    one, many = figures("time_planning", {})
    assert_more(many, one, by=0.5)
    one, many = figures("duplicates", {})
    assert_more(many, one + 0.5)
    one, many = figures("useful_output", {})
    assert_more(one, many, by=0.1)
    one, many = figures("leads", {})
    assert_more(one, many, by=0.1)
    assert_more(cost_of_customers(ISOLATED, {}), cost_of_customers(INTEGRATED, {}), by=0.05)

    one_free, many_free = figures("time_planning", free)
    assert_alike(many_free, one_free, within=0.05)
    one_useful, many_useful = figures("useful_output", {})
    one_free, many_free = figures("useful_output", free)
    assert_more(one_useful - many_useful, 3.0 * (one_free - many_free))
    assert (figures("duplicates", free)[1] == 0.0).all()
    one_free, many_free = figures("leads", free)
    assert_more(one - many, 3.0 * (one_free - many_free))


def test_vague_strategy_gives_fragments_and_late_work(lives: Simulated) -> None:
    """C16: where strategy is not made into goals, much of the work serves none, comes back, and misses its date.

    Where all work serves an objective, no brief is unclear, no plan uneven, and tools, machines and hype ask for no
    clarity, clarity changes nothing to the bit. Fails when clarity does not decide what work serves.
    """
    clear, vague = firm(15, {"process.strategic_clarity": 1.0}), firm(15, {"process.strategic_clarity": 0.0})

    def useful_share(scenario: Scenario) -> Floats:
        return mean_of(lives(scenario), "useful_output") / mean_of(lives(scenario), "activity")

    assert_more(useful_share(clear), useful_share(vague), by=1.0)
    assert_more(mean_of(lives(vague), "time_producing"), mean_of(lives(clear), "time_producing"), by=0.01)
    assert_more(mean_of(lives(vague), "late_share"), mean_of(lives(clear), "late_share"), by=0.1)
    assert_more(mean_of(lives(clear), "leads"), mean_of(lives(vague), "leads"), by=0.1)

    off = {
        "work.useful_without_clarity": 1,
        "work.unclear_rework": 0,
        "process.uneven_plans": 0,
        "tools.gain": 0,
        "automation.saved_without_clarity": 1,
        "automation.quality_gain": 0,
        "market.hype_pull": 0,
    }
    assert_identical(lives(clear.with_changes(off), EXACT), lives(vague.with_changes(off), EXACT))


def test_hand_offs_wait_in_queues(lives: Simulated) -> None:
    """C17: execution crosses functions: hand-offs wait, longer where each channel puts the others last.

    Where no item needs another role, a tenth of the silos' effect on waiting remains at most. Fails when hand-offs do
    not queue, or when silos do not put others last.
    """

    def waiting(silos: Values, more: Values) -> Floats:
        return mean_of(lives(firm(18, {**more, **silos})), "waiting_days")

    apart, together = waiting(ISOLATED, {}), waiting(INTEGRATED, {})
    assert_more(apart, together, by=0.5)
    alone = {"work.contribution_share": 0}
    assert_more(apart - together, 3.0 * (waiting(ISOLATED, alone) - waiting(INTEGRATED, alone)))


def test_what_disturbs_one_function_slows_the_others(lives: Simulated) -> None:
    """C17: conflicting priorities spread: requests that keep content busy make search and social wait, and cost leads.

    Where no item needs another role, search loses fewer leads. Fails when roles do not depend on each other.
    """

    def figures(channel: str, more: Values) -> tuple[Floats, Floats]:
        quiet = firm(18, {**INTEGRATED, **more})
        busy = quiet.with_changes({"channels.content.interruptions": 0.5})
        return leads_from(lives(quiet), channel, 4), leads_from(lives(busy), channel, 4)

    for channel in ("search", "social"):
        quiet, busy = figures(channel, {})
        assert_more(quiet, busy, by=0.03)
    waits = [
        at_desk(lives(firm(18, {**INTEGRATED, "channels.content.interruptions": share})), "content", "waiting_days")
        for share in (0.0, 0.5)
    ]
    assert_more(waits[1], waits[0], by=0.5)
    quiet, busy = figures("search", {})
    alone, disturbed = figures("search", {"work.contribution_share": 0})
    assert_more(quiet - busy, alone - disturbed)


@pytest.mark.parametrize(("heads", "span", "by"), [((1, 3), 2.0, 0.1), ((0, 1), 8.0, 0.2)])
def test_strategists_raise_the_share_of_work_that_counts(
    lives: Simulated, heads: tuple[int, int], span: float, by: float
) -> None:
    """C23: strategists' time carries the strategy: with more of it, a larger share of the work serves an objective.

    Where clarity needs no strategist, their number changes that share by less than 3 %. Fails when clarity costs
    nobody's time.
    """

    def useful_share(strategists: int, more: Values) -> Floats:
        ensemble = lives(firm(20, {"process.strategist_span": span, "team.strategist": strategists, **more}))
        return mean_of(ensemble, "useful_output") / mean_of(ensemble, "activity")

    few, many = (useful_share(number, {}) for number in heads)
    assert_more(many, few, by)
    by_itself = {"process.clarity_without_strategist": 1}
    few, many = (useful_share(number, by_itself) for number in heads)
    assert_alike(many, few, within=0.03)
