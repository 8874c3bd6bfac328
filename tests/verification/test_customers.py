"""Customers against closed forms: delays between stages, the steady state, and nobody lost on the way."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from simkit.errors import ParameterError
from simkit.model.clock import TICK_MONTHS, TICKS
from simkit.model.customers import Pipeline, delays, delays_by_stage
from simkit.model.recorder import ORIGINS
from simkit.model.simulation import World
from simkit.randomness import Luck
from tests.agreement import assert_mean, assert_poisson
from tests.worlds import monthly, quiet

CUT = 0.995
"""Share of a delay's distribution that is kept."""
NOBODY = [0] * len(ORIGINS)
DELAYS = [(0.5, 0.75), (4.0, 0.75), (12.0, 0.3), (2.0, 1.2)]
"""Medians in months, and spreads of the logarithm."""
LIVES = 30
MONTHS = 60


def ticks_of(median: float, spread: float) -> NDArray[np.float64]:
    """Probability of each whole number of ticks, from one on, of the stated lognormal delay, by scipy."""
    delay = stats.lognorm(s=spread, scale=median)
    edges = np.arange(0, math.ceil(delay.ppf(CUT) * TICKS) + 1) * TICK_MONTHS
    return np.diff(delay.cdf(edges)) / delay.cdf(edges[-1])  # type: ignore[no-any-return]


@pytest.mark.parametrize(("median", "spread"), DELAYS)
def test_a_cohort_moves_on_after_lognormal_delays(median: float, spread: float, seed: int) -> None:
    """100,000 people who come at once: each tick as many leave as the distribution has, to one person, and none stays.
    Fails if the delay's median or spread is not the stated one, if a tick is skipped, or if rounding loses people."""
    shares, people = delays_by_stage((median,), spread), 100_000
    pipeline = Pipeline(Luck(seed, 0), ["pulse"], len(shares) + 1)
    pipeline.enter(0, [[people, *NOBODY[1:]]], shares)
    left = [pipeline.leave(tick)[0][0] for tick in range(len(shares) + 1)]
    assert left[0] == 0
    assert sum(left) == people
    assert pipeline.open == [0]
    np.testing.assert_allclose(np.cumsum(left[1:]), people * np.cumsum(ticks_of(median, spread)), atol=1.0)


@pytest.mark.parametrize(("median", "spread"), DELAYS)
def test_delays_have_the_stated_median_and_mean(median: float, spread: float) -> None:
    """Median to one tick; mean that of a lognormal distribution cut at 99.5 % (E[X | X < q] = m exp(s^2/2) F(z - s) /
    F(z)), plus the half tick by which whole ticks are later. Fails if the cut moves it further, or the
    discretisation."""
    shares = delays(median, spread)
    ticks = np.arange(1, len(shares) + 1)
    middle = ticks[np.searchsorted(shares.cumsum(), 0.5)] * TICK_MONTHS
    assert median <= middle + 1e-9 <= median * 1.02 + TICK_MONTHS
    z = stats.norm.ppf(CUT)
    cut = median * math.exp(spread**2 / 2) * stats.norm.cdf(z - spread) / CUT
    assert float(ticks @ shares) * TICK_MONTHS == pytest.approx(cut + TICK_MONTHS / 2, rel=0.02)


def empty_firm(seed: int) -> World:
    """A firm without leads or customers that wins whoever comes, after its delays."""
    sure = {"company.qualification_rate": 1.0, "company.win_rate": 1.0, "company.referred_quality": 1.0}
    return quiet({**sure, "company.starting_leads_per_month": 0.0, "process.halo": 0.0, "horizon_months": 60}, seed)


def test_a_pulse_of_leads_is_won_after_both_delays(seed: int) -> None:
    """Strangers who all come in the first tick: the time to the contract is the sum of two lognormal delays, its
    distribution to five people and what rounding leaves. Fails if a stage is skipped, passed in no time, or loses
    people."""
    customers = empty_firm(seed).customers
    expected = [0.0] * len(ORIGINS)
    expected[ORIGINS.index("brand")] = 3 * 50_000.0
    won = []
    for tick in range(60 * TICKS):
        flow = customers.tick(tick, expected if tick == 0 else [0.0] * len(ORIGINS))
        won.append(sum(flow.won))
        assert customers.opening + customers.new == customers.won + customers.lost + customers.open
    assert customers.new == sum(won) == customers.won > 45_000
    assert customers.open == customers.lost == 0
    both = np.convolve(ticks_of(0.5, 0.75), ticks_of(4.0, 0.75))
    measured = np.cumsum(won[2 : 2 + len(both)]) / customers.won
    np.testing.assert_allclose(measured, both.cumsum()[: len(measured)], atol=1e-3)


def test_all_who_are_open_are_decided_in_the_end(seed: int) -> None:
    """The pipeline of the start is as long as Little's law has it (inflow x mean delay, to 1 %) and drains to the last
    person without newcomers. Fails if it begins too full or too empty, or holds people who never fall due."""
    customers = quiet({}, seed).customers
    p, opening = customers.world.p.company, customers.opening
    waiting = 0.0
    for median, share in ((p.qualification_months, 1.0), (p.sales_cycle_months, p.qualification_rate)):
        shares = ticks_of(median, p.sales_cycle_spread)
        waiting += p.starting_leads_per_month * TICK_MONTHS * share * float(shares @ np.arange(1, len(shares) + 1))
    assert opening == pytest.approx(waiting, rel=0.01)
    for tick in range(30 * TICKS):
        customers.tick(tick, [0.0] * len(ORIGINS))
    assert customers.open == customers.new == 0
    assert customers.won + customers.lost == opening


@pytest.fixture(scope="module")
def steady(seed: int) -> list[World]:
    """Lives of a firm with neither team nor media in a market that stands still."""
    worlds = [quiet({"company.market_size": 1e8, "horizon_months": MONTHS}, seed, r) for r in range(LIVES)]
    for world in worlds:
        world.live()
    return worlds


@pytest.mark.parametrize("months", [slice(0, 6), slice(54, 60), slice(0, 60)], ids=["first", "last", "all"])
def test_the_starting_state_is_a_fixed_point(steady: list[World], months: slice) -> None:
    """Leads, qualified leads, customers and margin stay at S: means of whole lives, error rate 1e-5, resolution 1 to
    6 %. Fails if the pipeline begins too full or too empty, or if word of mouth or the customer base drifts."""
    start, p = steady[0].customers.start, steady[0].p.company
    for name, expected, resolution in (
        ("leads", p.starting_leads_per_month, 0.02),
        ("leads_qualified", p.starting_leads_per_month * p.qualification_rate, 0.02),
        ("customers", start.won, 0.08),
        ("margin", start.margin, 0.08),
    ):
        assert_mean([monthly(world, name)[months].mean() for world in steady], expected, resolution)


def test_arrivals_are_poisson_and_the_base_follows_littles_law(steady: list[World]) -> None:
    """Leads that nobody recommended vary as Poisson counts; customers at the end are those won a month x lifetime, to
    4 % (error rate 1e-5). Fails if arrivals are smoothed or bunched, or if customers stay longer or shorter than
    stated."""
    leads = np.array([np.array(world.ledger.channels)[:, ORIGINS.index("brand"), 0] for world in steady])
    assert_poisson(leads.ravel())
    start, p = steady[0].customers.start, steady[0].p.company
    assert start.level("leads") == pytest.approx(p.starting_leads_per_month)
    assert_mean([world.customers.base for world in steady], start.won * p.customer_lifetime_months, 0.04)


@pytest.mark.parametrize("lifetime", [1.0, 12.0])
def test_the_fixed_point_holds_for_customers_who_stay_briefly(lifetime: float, seed: int) -> None:
    """The base after two years is what the start says, nobody recommending: error rate 1e-5, resolution 4 %. Fails if
    customers who leave within a tick or two are counted differently at the start and later."""
    values = {"company.customer_lifetime_months": lifetime, "company.market_size": 1e8, "company.advocacy": 0.0}
    # Every lead qualifies and half are won: many customers, so that luck hides little.
    values |= {"company.qualification_rate": 1.0, "company.win_rate": 0.5, "company.starting_leads_per_month": 4000.0}
    bases = []
    for replication in range(20):
        world = quiet({**values, "horizon_months": 24}, seed, replication)
        world.live()
        bases.append(world.customers.base)
    assert_mean(bases, world.customers.start.customers, 0.04)


@pytest.mark.parametrize("lifetime", [2.0, 24.0])
def test_customers_stay_for_their_lifetime(lifetime: float, seed: int) -> None:
    """A base that wins nobody: the mean time until they left is the lifetime, to half a tick and 2 %. Fails if the
    share that leaves in a tick is not that of the lifetime."""
    values = {"company.customer_lifetime_months": lifetime, "company.win_rate": 0.05, "company.qualification_rate": 1.0}
    world = quiet({**values, "company.starting_leads_per_month": 40_000.0, "company.market_size": 1e8}, seed)
    customers, bases = world.customers, []
    for u in np.random.default_rng(seed).random(round(15 * lifetime * TICKS)).tolist():
        bases.append(customers.base)
        customers._live(0, u)
    assert customers.gone == bases[0] - customers.base
    assert sum(bases) / bases[0] * TICK_MONTHS == pytest.approx(lifetime, rel=0.02, abs=TICK_MONTHS / 2)


def test_a_market_too_small_for_its_customers_is_refused(seed: int) -> None:
    """Fails if a firm can begin with more customers and open leads than there are people in its market."""
    start = quiet({}, seed).customers.start
    with pytest.raises(ParameterError, match="market"):
        quiet({"company.market_size": math.floor(start.customers + start.open)}, seed)
    world = quiet({"company.market_size": math.ceil(start.customers + start.open)}, seed)
    assert world.customers.open == pytest.approx(start.open, rel=0.01)
