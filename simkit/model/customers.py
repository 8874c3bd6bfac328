"""Customers: strangers become leads, leads qualify, the qualified are won, and the won recommend.

Cohorts of whole people flow from tick to tick. How long each stage takes is drawn from a lognormal distribution; the
cohort is spread over the ticks ahead and falls due in whole numbers (systematic rounding with a random start), so
opening + new = won + lost + open holds exactly.
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from simkit.errors import ParameterError
from simkit.model.clock import TICK_MONTHS, TICKS
from simkit.model.recorder import ORIGINS
from simkit.parameters import Company, Process
from simkit.randomness import Luck, binomial, normal_quantile, poisson

if TYPE_CHECKING:
    from simkit.model.simulation import World

HANDOVER_BEFORE = Process().handover_days
"""Days of hand-over to sales at which the qualification rate was measured."""
_WORD_OF_MOUTH = ORIGINS.index("word_of_mouth")


@functools.lru_cache(maxsize=256)
def delays(median: float, spread: float) -> NDArray[np.float64]:
    """Probability of each whole number of ticks, from one on, of a lognormal delay; cut where 0.5 % are left.

    Args:
        median: in months.
        spread: sigma of the logarithm.
    """
    last = max(1, math.ceil(median * math.exp(normal_quantile(0.995) * spread) * TICKS))
    edges = np.log(np.arange(1, last + 1) / TICKS / median) / spread
    below = np.array([0.5 * math.erfc(-z / math.sqrt(2.0)) for z in edges.tolist()])
    shares = np.diff(below, prepend=0.0)
    return shares / shares.sum()  # type: ignore[no-any-return]


@functools.lru_cache(maxsize=256)
def delays_by_stage(medians: tuple[float, ...], spread: float) -> NDArray[np.float64]:
    """Delays of all stages side by side: array (ticks, stages x origins), zero where a stage's delay has ended."""
    stages = [delays(median, spread) for median in medians]
    shares = np.zeros((max(map(len, stages)), len(stages), len(ORIGINS)))
    for number, stage in enumerate(stages):
        shares[: len(stage), number] = stage[:, None]
    return shares.reshape(len(shares), -1)


class Pipeline:
    """People who wait for what happens to them next, by stage and origin.

    Stages are moved together, for a call of NumPy takes as long as hundreds of its sums.

    Attributes:
        open: how many wait, by stage.

    Args:
        stages: their names.
        ticks: how many there will be; whoever falls due later waits to the end.
    """

    def __init__(self, luck: Luck, stages: Sequence[str], ticks: int) -> None:
        # How many have fallen due so far, and a random start for rounding that to whole people.
        starts = [luck.generator(f"stage/{stage}").random(len(ORIGINS)).tolist() for stage in stages]
        self._passed: list[float] = list(itertools.chain.from_iterable(starts))
        self._released = [0] * len(self._passed)
        self._due = np.zeros((ticks, len(self._passed)))
        self.open = [0] * len(stages)

    def fill(self, rates: Sequence[NDArray[np.float64]], shares: NDArray[np.float64]) -> None:
        """Begin with what a steady inflow of ``rates`` a tick, one array by origin for each stage, would have left."""
        waiting = shares[::-1].cumsum(axis=0)[::-1] * np.concatenate(rates)
        ahead = self._due[: len(shares)]
        ahead += waiting[: len(ahead)]
        begun = (waiting.sum(axis=0) + self._passed).reshape(len(rates), -1)
        self.open = [sum(map(_whole, stage)) for stage in begun.tolist()]

    def enter(self, tick: int, cohorts: Sequence[list[int]], shares: NDArray[np.float64]) -> None:
        """A cohort arrives at each stage; it falls due from the next tick on, as ``delays_by_stage`` says."""
        ahead = self._due[tick + 1 : tick + 1 + len(shares)]
        ahead += shares[: len(ahead)] * np.array(list(itertools.chain(*cohorts)), dtype=float)
        for stage, cohort in enumerate(cohorts):
            self.open[stage] += sum(cohort)

    def leave(self, tick: int) -> list[list[int]]:
        """Those who fall due in this tick, by origin for each stage."""
        self._passed = [passed + due for passed, due in zip(self._passed, self._due[tick].tolist(), strict=True)]
        reached = [_whole(passed) for passed in self._passed]
        left = [now - before for now, before in zip(reached, self._released, strict=True)]
        self._released = reached
        cohorts = [left[first : first + len(ORIGINS)] for first in range(0, len(left), len(ORIGINS))]
        for stage, cohort in enumerate(cohorts):
            self.open[stage] -= sum(cohort)
        return cohorts


def _whole(amount: float) -> int:
    return int(amount + 1e-9)


class Customers:
    """Leads, qualified leads, customers and advocates, by origin.

    Attributes:
        unprompted: leads a month that come without programme or advocates.
        base: customers there are now.
        advocates: how many customers' worth of recommending there is.
        opening, new, won, lost: leads there were at the start, came, were won and were lost so far.
        gone: customers who left so far.
    """

    def __init__(self, world: World) -> None:
        company = world.p.company
        self.world = world
        self.start = steady_state(company)
        self.unprompted, self._recommended_before = map(float, self.start.leads[-2:])
        ticks = world.p.horizon_months * TICKS
        self.pipeline = Pipeline(world.luck, ("leads", "qualified"), ticks)
        inflow = self.start.leads * TICK_MONTHS
        self.pipeline.fill((inflow, inflow * company.qualification_rate), _delays(company))
        self.base = round(self.start.customers)
        self.advocates = self.start.customers
        self.opening = self.open
        self.new = self.won = self.lost = self.gone = 0
        self._luck = world.luck.uniforms("customers", 2 * len(ORIGINS) + 1)
        self._room = company.market_size - self.start.customers - self.start.open
        self._unrounded: list[float] = world.luck.generator("stage/rounding").random(len(ORIGINS)).tolist()

    @property
    def open(self) -> int:
        """Leads, qualified or not, for whom nothing is decided yet."""
        return sum(self.pipeline.open)

    def reach(self) -> float:
        """Those not yet won or courted, against how many they were when the programme began: 1 at most.

        Demand is calibrated to the market of the start; room that leaving customers make is filled again, no faster.
        """
        return min(1.0, self._free_market() / self._room)

    def recommended(self) -> float:
        """Leads a month by word of mouth: those of the start, and more as there are more advocates, or fewer."""
        more = self.world.p.company.advocacy * (self.advocates - self.start.customers)
        return max(0.0, self._recommended_before + more)

    def tick(self, number: int, expected: list[float]) -> Flow:
        """One tick of arrivals and decisions.

        Args:
            number: the tick, from 0.
            expected: leads expected a month, by origin.
        """
        u = next(self._luck)
        arrived = [poisson(rate * TICK_MONTHS, chance) for rate, chance in zip(expected, u, strict=False)]
        free = int(self._free_market())
        if sum(arrived) > free:  # a nearly full market: whoever came, no more than there are
            arrived = [count * free // sum(arrived) for count in arrived]
        due, decided = self.pipeline.leave(number)
        qualified = self._qualify(due)
        given = zip(decided, self._win, u[len(ORIGINS) :], strict=False)
        won = [binomial(count, chance, luck) for count, chance, luck in given]
        self.pipeline.enter(number, (arrived, qualified), self._delays)
        contracts = sum(won)
        self.new += sum(arrived)
        self.won += contracts
        self.lost += sum(due) - sum(qualified) + sum(decided) - contracts
        self._live(contracts, u[-1])
        return Flow(arrived, qualified, won)

    def begin_month(self) -> None:
        """Work out what holds for a month: chances, delays, and how content customers are."""
        p, pressure = self.world.p.company, self.world.executives.pressure
        self._delays = _delays(p)
        # Hand-over and haste decide how many qualify, enablement how many of them are won.
        before, now = (1.0 + d / p.handover_decay_days for d in (HANDOVER_BEFORE, self.world.p.process.handover_days))
        speed = before / now
        self._qualify_rate = min(1.0, p.qualification_rate * speed * (1.0 - p.haste_quality_loss * pressure))
        win = p.win_rate * (1.0 + p.enablement_effect * (2.0 * p.sales_enablement - 1.0))
        qualities = [channel.settings.lead_quality for channel in self.world.channels.values()]
        self._win = [min(1.0, win * quality) for quality in (*qualities, 1.0, p.referred_quality)]
        # They recommend more with community, less when disappointed.
        community = 0.0 if self.world.executives.stopped else self.world.p.team.community_time
        content = 1.0 + p.community_effect * community / (community + p.community_half)
        self._content = max(0.0, content - p.disappointment * pressure)
        self._leaving = TICK_MONTHS / p.customer_lifetime_months
        self._warming = -math.expm1(-TICK_MONTHS / p.advocacy_delay_months)

    def _qualify(self, due: list[int]) -> list[int]:
        """How many of those due qualify, by origin: their share, fractions carried to the next tick."""
        qualified = []
        for origin, count in enumerate(due):
            expected = self._unrounded[origin] + count * self._qualify_rate
            whole = min(count, int(expected))
            self._unrounded[origin] = expected - whole
            qualified.append(whole)
        return qualified

    def _live(self, won: int, u: float) -> None:
        """Customers leave after a lifetime; those who stay become advocates with time, as far as they are content."""
        left = binomial(self.base, self._leaving, u)
        self.base += won - left
        self.gone += left
        self.advocates += (self.base * self._content - self.advocates) * self._warming

    def _free_market(self) -> float:
        return max(0.0, self.world.p.company.market_size - self.base - self.open)


class Flow(NamedTuple):
    """What one tick brought, by origin."""

    leads: list[int]
    qualified: list[int]
    won: list[int]


class SteadyState(NamedTuple):
    """The firm before the programme: a fixed point of the customers' flows.

    Attributes:
        leads: leads a month, by origin.
        won: customers won a month.
        margin: their margin.
        customers: customers there are (Little's law: won a month times lifetime).
        open: leads, qualified or not, for whom nothing is decided yet (Little's law again).
    """

    leads: NDArray[np.float64]
    won: float
    margin: float
    customers: float
    open: float

    def level(self, metric: str) -> float:
        """Starting level S in a metric's unit."""
        return {"leads": float(self.leads.sum()), "customers": self.won, "margin": self.margin}[metric]


def steady_state(company: Company) -> SteadyState:
    """Flows and stocks of the firm before the programme, computed, not simulated.

    Raises:
        ParameterError: the customers and open leads there must be do not fit into the market.
    """
    leads = np.zeros(len(ORIGINS))
    leads[_WORD_OF_MOUTH] = company.starting_leads_per_month * company.word_of_mouth_share
    leads[ORIGINS.index("brand")] = company.starting_leads_per_month - leads[_WORD_OF_MOUTH]
    rates = np.full(len(ORIGINS), company.win_rate)
    rates[_WORD_OF_MOUTH] = min(1.0, company.win_rate * company.referred_quality)
    won = float((leads * rates).sum()) * company.qualification_rate
    customers = won * company.customer_lifetime_months
    stages = ((company.qualification_months, 1.0), (company.sales_cycle_months, company.qualification_rate))
    months = sum(share * _mean_delay(delays(median, company.sales_cycle_spread)) for median, share in stages)
    open_leads = float(leads.sum()) * months
    if customers + open_leads >= company.market_size:
        raise ParameterError(
            f"the market must hold more than the {customers:,.0f} customers and {open_leads:,.0f} open leads that the "
            "starting leads imply",
            field="company.market_size",
            value=company.market_size,
        )
    return SteadyState(leads, won, won * company.customer_value, customers, open_leads)


def _delays(company: Company) -> NDArray[np.float64]:
    return delays_by_stage((company.qualification_months, company.sales_cycle_months), company.sales_cycle_spread)


def _mean_delay(shares: NDArray[np.float64]) -> float:
    """Mean of a delay, in months."""
    return float(np.arange(1, len(shares) + 1) @ shares) * TICK_MONTHS
