"""Extreme conditions: worlds at the edge of what may be declared still live, and show what must follow."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from simkit.errors import ParameterError
from simkit.model.recorder import CHANNELS, MONTHLY, ORIGINS, ROLES, Life
from simkit.model.simulation import simulate_life
from simkit.parameters import declarations
from simkit.scenarios import Scenario
from tests.worlds import HEADS, assert_sound, begin, monthly

SHORT = Scenario().with_changes({"horizon_months": 6})
NUMBERS = [path for path, entry in declarations().items() if entry.low is not None and path != "horizon_months"]
NO_CHANNEL = {f"channels.{channel}.active": False for channel in CHANNELS}
NO_MEDIA = {"budget.media_per_month": 0.0, "budget.tools_per_month": 0.0}
NOBODY = dict.fromkeys(HEADS, 0)
OWN = [ORIGINS.index(channel) for channel in CHANNELS]
IMPOSSIBLE = {("company.market_size", "low"), ("company.starting_leads_per_month", "high")}
"""Ends at which the market cannot hold the customers that the starting leads imply."""


def live(values: dict[str, Any], seed: int, scenario: Scenario = SHORT) -> tuple[Life, dict[str, Any]]:
    """A sound life, and its monthly outputs by name."""
    life = simulate_life(scenario.with_changes(values), seed, replication=0)
    assert_sound(life)
    return life, dict(zip(MONTHLY, life.monthly.T, strict=True))


@pytest.mark.parametrize("end", ["low", "high"])
@pytest.mark.parametrize("path", NUMBERS)
def test_every_number_may_be_at_either_end(path: str, end: str, seed: int) -> None:
    """One at a time, over six months. Fails if an admissible value ends in an error, an endless loop, a negative or
    missing figure, or if a firm that cannot be is not refused in words."""
    entry = declarations()[path]
    bound = entry.low if end == "low" else entry.high
    assert bound is not None
    value = int(bound) if entry.integer else float(bound)
    if (path, end) in IMPOSSIBLE:
        with pytest.raises(ParameterError, match="market"):
            live({path: value}, seed)
    else:
        live({path: value}, seed)


@pytest.mark.parametrize("months", [12, 120])
def test_without_staff_nothing_is_done_and_the_market_goes_on(months: int, seed: int) -> None:
    """Fails if work, time or people appear from nowhere, or if leads need a team to recommend or to remember a
    brand."""
    life, outputs = live({**NOBODY, "horizon_months": months}, seed)
    for name in ("activity", "useful_output", "utilisation", "headcount", "duplicates"):
        assert (outputs[name] == 0.0).all(), name
    assert np.isnan(outputs["waiting_days"]).all()
    assert np.isnan(outputs["feedback_days"]).all()
    assert (life.roles[:, :, 2] == 0.0).all()
    p = SHORT.parameters.budget
    np.testing.assert_allclose(outputs["cost"], p.media_per_month + p.tools_per_month)
    assert (life.channels[:, [ORIGINS.index("brand"), ORIGINS.index("word_of_mouth")], 0] > 0).all()


def test_a_firm_without_a_market_begins_at_nothing(seed: int) -> None:
    """Starting leads 0: S = 0, nobody to recommend, every lead is the team's or bought. Without team and media none
    ever comes. Fails if a firm starts with customers from nowhere, or divides by its empty base."""
    empty = {"company.starting_leads_per_month": 0.0}
    life, outputs = live(empty, seed)
    assert life.starting_level == life.starting_margin == 0.0
    assert outputs["leads"].sum() > 0.0
    life, outputs = live({**empty, **NOBODY, **NO_MEDIA, "horizon_months": 36}, seed)
    for name in ("leads", "leads_qualified", "customers", "margin", "cost", "activity"):
        assert (outputs[name] == 0.0).all(), name


@pytest.mark.parametrize("room", [1, 200, 5_000])
def test_a_market_nearly_full_never_holds_more_than_its_people(room: int, seed: int) -> None:
    """Customers and open leads stay within the market, and room that customers leave is filled again, not multiplied.
    Fails if more leads come than people are left."""
    for months in (6, 36):
        world = begin(SHORT, seed)
        full = round(world.customers.start.customers) + world.customers.open
        size = {"company.market_size": float(full + room), "horizon_months": months}
        world = begin(SHORT.with_changes(size), seed)
        most = 0
        while world.env.peek() <= months * 21:
            world.env.step()
            most = max(most, world.customers.base + world.customers.open)
        assert most <= full + room
        assert monthly(world, "leads").max() <= 6 * world.customers.start.leads.sum()


@pytest.mark.parametrize("team", ["baseline", "nobody", "one of each"])
def test_ten_years(team: str, seed: int) -> None:
    """Fails if something explodes, empties or stops over 120 months, or if the life is not as long as asked for."""
    heads = {"baseline": {}, "nobody": NOBODY, "one of each": dict.fromkeys(HEADS, 1)}[team]
    life, outputs = live({**heads, "horizon_months": 120}, seed)
    assert life.monthly.shape == (120, len(MONTHLY))
    assert (outputs["leads"] > 0).all()
    assert outputs["leads"].max() < 50 * life.channels[0, :, 0].sum()
    # Between campaigns a small team in which somebody has left may publish nothing in a month, but not in a quarter.
    quarters = outputs["activity"][60:].reshape(-1, 3).sum(axis=1)
    assert ((quarters > 0) == (team != "nobody")).all()


def test_fifty_heads_in_each_role(seed: int) -> None:
    """Fails if people or cost do not count one by one, or if a crowd does less than one person each."""
    _, crowd = live(dict.fromkeys(HEADS, 50) | {"team.turnover_per_year": 0.0}, seed)
    _, few = live(dict.fromkeys(HEADS, 1) | {"team.turnover_per_year": 0.0}, seed)
    np.testing.assert_allclose(crowd["headcount"], 50 * len(ROLES))
    p = SHORT.parameters
    money = p.budget.media_per_month + p.budget.tools_per_month
    np.testing.assert_allclose(crowd["cost"], 50 * len(ROLES) * p.team.cost_per_person_month + money)
    assert crowd["activity"].sum() > 20 * few["activity"].sum()


def test_silos_from_none_to_complete(seed: int) -> None:
    """Fails if an integrated plan duplicates work, or if isolated channels do not duplicate, plan and wait more."""
    year = SHORT.with_changes({"horizon_months": 12})
    _, one = live({"process.silos": 0.0}, seed, year)
    _, many = live({"process.silos": 1.0}, seed, year)
    assert one["duplicates"].sum() == 0.0 < many["duplicates"].sum()
    assert many["time_planning"].sum() > 1.5 * one["time_planning"].sum()
    assert many["useful_output"].sum() < one["useful_output"].sum()


def test_without_channels_there_is_nothing_to_plan(seed: int) -> None:
    """Fails if people plan or produce for channels that nobody works, or if media find a channel to be spent in."""
    life, outputs = live(NO_CHANNEL, seed)
    for name in ("activity", "time_producing", "time_improving", "time_planning"):
        assert (outputs[name] == 0.0).all(), name
    assert (outputs["time_interrupted"] > 0.0).any()
    assert life.channels[:, OWN, 0].sum() == 0.0


def test_without_media_no_brand_is_added(seed: int) -> None:
    """Fails if leads are bought without money: with neither team nor media, only the starting state is left."""
    life, _ = live({**NO_MEDIA, **NOBODY, "horizon_months": 24}, seed)
    assert life.channels[:, OWN, 0].sum() == 0.0
    life, _ = live({**NO_MEDIA}, seed)
    assert life.channels[:, OWN, 0].sum() > 0.0


@pytest.mark.parametrize("reliance", [0.0, 1.0])
@pytest.mark.parametrize("review", [0.0, 1.0])
def test_automation_at_its_ends_with_everything_against_it(reliance: float, review: float, seed: int) -> None:
    """All disturbances at once. Fails if extremes that are bearable alone break something together."""
    storm = {
        "automation.reliance": reliance,
        "automation.human_review": review,
        "process.interruptions": 0.9,
        "process.silos": 1.0,
        "process.improvement_time": 0.5,
        "process.strategic_clarity": 0.0,
        "process.handover_days": 60.0,
        "market.drift": 2.0,
        "market.jumps_per_year": 24.0,
        "team.turnover_per_year": 2.0,
        "expectation.target_per_month": 1e10,
        "expectation.patience_months": 0.0,
        "expectation.reaction": "push",
    }
    _, outputs = live({**storm, "horizon_months": 24}, seed)
    assert outputs["pressure"].max() > 0.4
    assert outputs["fit"][-1] < 0.9
