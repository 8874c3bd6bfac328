"""Channels and media against closed forms: geometric carry-over, Hill curves, fatigue, the brand's long run."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy import integrate

from simkit.model.channels import Channel, stock_in_a_year
from simkit.model.clock import MONTH, TICK, TICK_MONTHS, TICKS
from simkit.model.recorder import CHANNELS, ORIGINS
from simkit.model.simulation import World
from simkit.scenarios import Scenario
from tests.agreement import assert_mean
from tests.worlds import begin, monthly, quiet

FAR = 1e5
"""A saturation so far away that response is proportional to stock."""
SHARE, QUICK, SLOW, RIPE = 0.4, 0.5, 20.0, 4.0
"""Activation share; half-lives of activation and asset; time an asset takes to ripen. Months."""
SEARCH = {
    "channels.search.active": True,
    "channels.search.activation_share": SHARE,
    "channels.search.activation_half_life": QUICK,
    "channels.search.asset_half_life": SLOW,
    "channels.search.maturing_months": RIPE,
    "channels.search.saturation": FAR,
    "channels.search.lead_rate": 30.0,
    "channels.search.appetite": 1000.0,
}


def left_of_an_item(age: float) -> float:
    """Stock that an item of worth 1 is at an age in months, activation and ripe asset."""
    return float(SHARE * 0.5 ** (age / QUICK) + (1 - SHARE) * 0.5 ** (age / SLOW) * (1 - math.exp(-age / RIPE)))


def search_of(values: dict[str, Any], seed: int) -> Channel:
    return quiet({**SEARCH, **values}, seed).channels["search"]


def test_one_item_decays_and_ripens_geometrically(seed: int) -> None:
    """Stock and leads tick by tick over ten years, to rounding. Fails if a half-life is not in months, if ripening or
    fading is applied to the wrong part, or if leads are not rate x stock while saturation is far away."""
    channel = search_of({}, seed)
    channel.publish(2.5)
    for tick in range(1, 10 * 12 * TICKS):
        channel.tick()
        age = tick * TICK_MONTHS
        assert channel.stock == pytest.approx(2.5 * left_of_an_item(age), rel=1e-9)
        expected = 30.0 * channel.stock * FAR / (FAR + channel.stock)
        assert channel.leads(0.0, 1.0) == pytest.approx(expected, rel=1e-9)


def test_steady_publishing_accumulates_as_a_geometric_series(seed: int) -> None:
    """One item a tick: the stock tends to the sum of the series, and is (1 - r^n) of each part's limit after n ticks
    (adstock: Broadbent 1979). Fails if carry-over is lost, counted twice, or bounded far from saturation."""
    channel = search_of({}, seed)
    kept, slow = 0.5 ** (TICK_MONTHS / QUICK), 0.5 ** (TICK_MONTHS / SLOW)
    unripe = slow * math.exp(-TICK_MONTHS / RIPE)

    def series(ratio: float, n: int) -> float:
        return float(ratio * (1 - ratio**n) / (1 - ratio))

    for n in range(1, 3000):
        channel.publish(1.0)
        channel.tick()
        if n in (1, 10, 100, 2999):
            assert channel.activation == pytest.approx(SHARE * series(kept, n), rel=1e-9)
            assert channel.stock == pytest.approx(
                SHARE * series(kept, n) + (1 - SHARE) * (series(slow, n) - series(unripe, n)), rel=1e-9
            )


def test_an_items_stock_in_a_year_is_the_integral(seed: int) -> None:
    """Fails if the stock-months by which effort is shifted are not what an item amounts to in a year."""
    total, _ = integrate.quad(left_of_an_item, 0.0, 12.0, limit=500)
    assert stock_in_a_year(search_of({}, seed).settings) == pytest.approx(total, rel=1e-6)


def test_saturation_is_a_hill_curve_of_shape_one(seed: int) -> None:
    """Half of the response per item is left at the saturation, and the whole never exceeds rate x saturation. Fails if
    the curve has another shape or half point."""
    channel = search_of({"channels.search.saturation": 8.0, "channels.search.activation_share": 1.0}, seed)
    for stock in (0.0, 0.01, 4.0, 8.0, 80.0, 8e6):
        channel.activation = stock
        assert channel.leads(0.0, 1.0) == pytest.approx(30.0 * stock * 8.0 / (8.0 + stock))
        assert channel.saturated == pytest.approx(stock / (8.0 + stock))


def test_an_audience_tires_and_recovers_in_its_time(seed: int) -> None:
    """First-order: log of the response tends to -fatigue x excess at rate 1 / fatigue_months, and back. Fails if an
    audience within its appetite tires, or if tiring does not depend on the excess alone."""
    values = {"channels.search.appetite": 2.0 * TICKS, "work.fatigue": 0.7, "work.fatigue_months": 5.0}
    channel = search_of(values, seed)

    def publish(items: int, months: int) -> None:
        for _ in range(months * TICKS):
            for _ in range(items):
                channel.publish(1.0)
            channel.tick()

    publish(2, 12)
    assert channel.fatigue == 0.0
    publish(5, 3)
    assert channel.fatigue == pytest.approx(0.7 * 1.5 * (1 - math.exp(-3 / 5)))
    publish(5, 200)
    assert channel.fatigue == pytest.approx(0.7 * 1.5)
    rested = channel.stock
    assert channel.leads(0.0, 1.0) == pytest.approx(30.0 * rested * math.exp(-0.7 * 1.5) * FAR / (FAR + rested))
    publish(0, 5)
    assert channel.fatigue == pytest.approx(0.7 * 1.5 * math.exp(-1))


def test_what_items_brought_adds_up_to_what_their_channel_brought(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a whole world with all its mechanisms, items' results are the channel's response, split: equal tick by tick.
    Fails if an item's record forgets a part of its stock, its worth or its tick. Unsubscribing is off: it is no
    item's."""
    stocks: dict[str, list[float]] = {name: [] for name in CHANNELS}
    leads = Channel.leads

    def watched(channel: Channel, bought: float, halo: float) -> float:
        stocks[channel.name].append(channel.stock)
        return leads(channel, bought, halo)

    monkeypatch.setattr(Channel, "leads", watched)
    world = begin(Scenario().with_changes({"work.unsubscribes": 0.0, "horizon_months": 12}), seed, record_items=True)
    world.live()
    brought = world.ledger.item_results()
    record = world.work.record or []
    assert len(record) > 50
    for name in CHANNELS:
        own = [item.channel == name for item, _, _ in record]
        whole = np.array(stocks[name]) * world.channels[name].response_per_stock * TICK_MONTHS
        np.testing.assert_allclose(brought[own].sum(axis=0), whole, rtol=1e-9, atol=1e-12)


def media_world(
    values: dict[str, Any], seed: int, replication: int = 0, changes: dict[int, dict[str, Any]] | None = None
) -> World:
    shares = {"channels.paid.active": True, "channels.social.active": True, "channels.social.media_share": 0.25}
    still = {"channels.paid.media_share": 0.75, "company.starting_leads_per_month": 0.0}
    still |= {"media.half_saturation": 40_000.0, "media.leads_per_thousand": 18.0}
    return quiet({**shares, **still, **values}, seed, replication, changes)


def test_media_have_diminishing_returns(seed: int) -> None:
    """rate x B / (1 + B/h), split by weight among the active channels, dearer by the year's inflation; the marginal
    lead costs four times the first one at B = h. Fails if the curve, the split or the prices are others."""
    half, rate = 40_000.0, 18.0 / 1000.0
    for spending in (0.0, 100.0, half, 10 * half):
        values = {"budget.media_per_month": spending}
        bought = dict(zip(CHANNELS, media_world(values, seed).media.bought(1), strict=True))
        total = rate * spending / (1 + spending / half)
        assert bought == pytest.approx(
            {"search": 0.0, "content": 0.0, "social": total / 4, "paid": 3 * total / 4, "email": 0.0}
        )
        dearer = media_world({**values, "market.cost_inflation_per_year": 0.25}, seed).media.bought(25)
        real = spending / 1.25**2
        assert sum(dearer) == pytest.approx(rate * real / (1 + real / half))
    alone = media_world({"budget.media_per_month": half, "channels.social.active": False}, seed).media.bought(1)
    assert alone[CHANNELS.index("paid")] == sum(alone) > 0.0


def test_bought_leads_arrive_in_the_month_they_are_paid_for(seed: int) -> None:
    """Leads counted in their channel of origin: error rate 1e-5, resolution 5 %. Fails if bought leads are lost, late
    or booked elsewhere; without a team nothing else brings leads to a channel."""
    values = {"budget.media_per_month": 20_000.0, "media.brand_gain": 0.0, "process.halo": 0.0, "horizon_months": 24}
    counts = []
    for replication in range(4):
        world = media_world({**values, "capability.floor": 1.0}, seed, replication)
        expected = sum(world.media.bought(1))
        world.live()
        counts.append(np.array(world.ledger.channels)[:, :, 0])
    by_origin = np.concatenate(counts)
    assert_mean(by_origin.sum(axis=1), expected, 0.05)
    assert_mean(by_origin[:, ORIGINS.index("paid")], 0.75 * expected, 0.06)
    assert by_origin[:, [ORIGINS.index(o) for o in ("search", "content", "email", "brand")]].sum() == 0.0


def brand_after_media(bought_months: int, months: int, values: dict[str, Any], seed: int) -> tuple[float, list[float]]:
    """Leads a month that media buy while they are bought, and the brand at each tick."""
    media = {"budget.media_per_month": 20_000.0, "horizon_months": months, **values}
    world = media_world(media, seed, changes={bought_months + 1: {"budget.media_per_month": 0.0}})
    bought, brand = sum(world.media.bought(1)), []
    for tick in range(1, months * TICKS):
        world.env.run(until=tick * TICK + 1e-6)
        brand.append(world.media.brand)
    return bought, brand


@pytest.mark.parametrize("half_life", [1.0, 8.0])
def test_a_month_of_media_brings_its_brand_gain_in_the_long_run(half_life: float, seed: int) -> None:
    """Brand leads over ten years = gain x leads bought at once, to a thousandth. Fails if the delay loses some of it,
    or if the sum depends on the half-life."""
    bought, brand = brand_after_media(1, 120, {"media.brand_gain": 0.6, "media.brand_half_life": half_life}, seed)
    assert sum(brand) * TICK_MONTHS == pytest.approx(0.6 * bought, rel=1e-3)


def test_a_brand_without_media_fades_by_half_in_its_half_life(seed: int) -> None:
    """Once what was bought has sunk in. Fails if the brand's decay is not geometric, or its half-life not in
    months."""
    _, brand = brand_after_media(12, 40, {"media.brand_half_life": 12.0, "media.brand_delay_months": 0.1}, seed)
    assert brand[36 * TICKS] == pytest.approx(brand[24 * TICKS] / 2, rel=1e-9)


def test_spending_is_booked_as_cost(seed: int) -> None:
    """Cost a month = people + media + tools, exactly, without hires. Fails if one is forgotten, or counted by the
    tick."""
    money = {
        "budget.media_per_month": 12_000.0,
        "budget.tools_per_month": 3_000.0,
        "team.cost_per_person_month": 5_000.0,
    }
    world = media_world({**money, "team.paid": 2, "team.analyst": 1, "horizon_months": 6}, seed)
    world.live()
    np.testing.assert_allclose(monthly(world, "cost"), 12_000.0 + 3_000.0 + 3 * 5_000.0, rtol=1e-12)
    assert world.env.now == 6 * MONTH
