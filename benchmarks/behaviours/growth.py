"""B1-B4: organic work is slow and uneven, bought leads are quick and flatten, customers come and pay off in time."""

from __future__ import annotations

import numpy as np

import simkit
from benchmarks.behaviours.band import CONFIDENCE, Measured, mean
from benchmarks.behaviours.lives import BASELINE, Floats, lives, long_baseline, observed
from simkit.model.clock import TICK, TICKS
from simkit.model.recorder import ORIGIN_OUTPUTS, ORIGINS
from simkit.model.simulation import World
from simkit.plateau import crossing_times, payback_months
from simkit.statistics import Estimate, time_to_event

YEAR = 12 * TICKS
PAID, WORD_OF_MOUTH = ORIGINS.index("paid"), ORIGINS.index("word_of_mouth")
CUSTOMERS = ORIGIN_OUTPUTS.index("customers")
PULSE_MONTH, PULSE_MONEY = 7, 200_000.0
RESAMPLES = 10_000


def strong_earners(seed: int) -> Measured:
    """New search and content items whose first twelve months bring more than three times the mean item's."""
    share = _items(seed)[:, 0]
    return Measured(
        "B1", "new organic items that earn > 3 × the mean in 12 months", "2–11 %", mean(share), 0.02, 0.11, "%"
    )


def young_share(seed: int) -> Measured:
    """Results of search and content in months 97-120 that come from items under a year old."""
    what = "organic results from items under a year old, months 97–120"
    return Measured("B1", what, "10–30 %", mean(_items(seed)[:, 1]), 0.10, 0.30, "%")


def best_items(seed: int) -> Measured:
    """Content's results over ten years that come from the best tenth of its items."""
    share = _items(seed)[:, 2]
    return Measured("B2", "content results from the best 10 % of items", "30–60 %", mean(share), 0.30, 0.60, "%")


def organic_months_below(seed: int) -> Measured:
    """Months in which a life of the organic-led firm lies below the line before it crosses."""
    met = lives(simkit.load_scenario("organic_led"), seed).plateau
    horizon = lives(simkit.load_scenario("organic_led"), seed).months
    # A life that never was below spent no month there; one that did not cross stays to the horizon.
    end = np.where(np.isnan(met.crossing_month), horizon + 1.0, met.crossing_month)
    below = np.where(np.isnan(met.valley_start), 0.0, end - met.valley_start)
    return Measured("B3", "organic-led: months below the line", "≥ 4", mean(below), low=4.0, unit="months")


def organic_crossing(seed: int) -> Measured:
    """Month by which half of the lives of the organic-led firm have crossed."""
    ensemble = lives(simkit.load_scenario("organic_led"), seed)
    median = time_to_event(crossing_times(ensemble.plateau), ensemble.months, level=CONFIDENCE).median
    return Measured("B3", "organic-led: median crossing month", "6–18", median, 6.0, 18.0)


def paid_start(seed: int) -> Measured:
    """Leads of the paid-led firm in month 3, against the line."""
    ensemble = lives(simkit.load_scenario("paid_led"), seed)
    ratio = ensemble.values("leads")[:, 2] / ensemble.values("expected")[:, 2]
    return Measured("B3", "paid-led: leads in month 3 against the line", "≥ 0.9", mean(ratio), low=0.9)


def paid_flattening(seed: int) -> Measured:
    """Leads of the paid-led firm in months 18-24, against its own least-squares trend of months 1-12."""
    leads = lives(simkit.load_scenario("paid_led"), seed).values("leads")
    slope, level = np.polyfit(np.arange(1, 13), leads[:, :12].T, 1)
    trend = level[:, np.newaxis] + slope[:, np.newaxis] * np.arange(18, 25)
    ratio = leads[:, 17:24].mean(axis=1) / trend.mean(axis=1)
    what = "paid-led: leads in months 18–24 against the trend of months 1–12"
    return Measured("B3", what, "< 1", mean(ratio), high=np.nextafter(1.0, 0.0))


def conversion(seed: int) -> Measured:
    """Customers won for each lead, over sixty months."""
    ensemble = long_baseline(seed)
    share = ensemble.values("customers").sum(axis=1) / ensemble.values("leads").sum(axis=1)
    return Measured("B4", "lead → customer, months 1–60", "0.5–4 %", mean(share), 0.005, 0.04, "%")


def time_to_win(seed: int) -> Measured:
    """Median time from lead to won, seen from outside: one month's pulse of media, and when its customers come."""
    media = "budget.media_per_month"
    pulse = BASELINE.with_changes({media: PULSE_MONEY}, PULSE_MONTH)
    pulse = pulse.with_changes({media: BASELINE[media]}, PULSE_MONTH + 1)
    both = (lives(pulse, seed), long_baseline(seed))
    won, twin = (each.lives.channels[:, :36, PAID, CUSTOMERS] for each in both)
    return Measured("B4", "median lead → won", "3–9 months", _median_delay(won - twin), 3.0, 9.0, "months")


def payback(seed: int) -> Measured:
    """Months until a customer won in months 25-36 has paid for being won."""
    ensemble, third_year = long_baseline(seed), slice(24, 36)
    cost, customers = (ensemble.values(output)[:, third_year].sum(axis=1) for output in ("cost", "customers"))
    company = BASELINE.parameters.company
    months = payback_months(cost, customers, company.customer_value, company.customer_lifetime_months)
    return Measured("B4", "payback, months 25–36", "10–24 months", mean(months), 10.0, 24.0, "months")


def word_of_mouth(seed: int) -> Measured:
    """Share of the customers of months 49-60 who came by recommendation."""
    customers = long_baseline(seed).lives.channels[:, 48:60, :, CUSTOMERS].sum(axis=1)
    share = customers[:, WORD_OF_MOUTH] / customers.sum(axis=1)
    return Measured("B4", "word of mouth's share of customers, months 49–60", "20–50 %", mean(share), 0.2, 0.5, "%")


def _items(seed: int) -> Floats:
    """Shares of each life over ten years, as in `_item_shares`; shape (lives, 3)."""
    return observed(_item_shares, BASELINE.with_changes({"horizon_months": 120}), seed)


def _item_shares(world: World) -> tuple[float, ...]:
    """Strong earners among organic items, young items' part of organic results, the best tenth's part of content's.

    Every item that was published counts, also one that serves no objective and brings nothing.
    """
    record, results = world.work.record or [], world.ledger.item_results()
    channel = np.array([item.channel for item, _, _ in record])
    age = np.arange(results.shape[1]) - np.array([[int(day // TICK)] for _, day, _ in record])
    organic = np.isin(channel, ("search", "content"))

    followed = organic & (age[:, -1] >= YEAR - 1)  # a whole year of theirs was seen
    first_year = np.where(age < YEAR, results, 0.0)[followed].sum(axis=1)
    strong = (first_year > 3.0 * first_year.mean()).mean()

    late, late_age = results[organic, 96 * TICKS :], age[organic, 96 * TICKS :]
    young = late[late_age < YEAR].sum() / late.sum()

    content = np.sort(results[channel == "content"].sum(axis=1))[::-1]
    best = content[: round(0.1 * len(content))].sum() / content.sum()
    return float(strong), float(young), float(best)


def _median_delay(extra: Floats) -> Estimate:
    """Months from a pulse's mean lead to its median customer, with a bootstrap interval over lives.

    Percentiles of the median of resampled lives (Efron & Tibshirani 1993, An introduction to the bootstrap, ch. 13).

    Args:
        extra: further customers won each month; shape (lives, months).
    """
    number = len(extra)
    resamples = np.random.default_rng(number).multinomial(number, np.full(number, 1.0 / number), size=RESAMPLES)
    low, high = np.quantile(_half_won(resamples @ extra), [(1.0 - CONFIDENCE) / 2.0, (1.0 + CONFIDENCE) / 2.0])
    # A tick's leads come at its end, so the mean lead of a month comes a sixth of a month after its middle.
    lead = PULSE_MONTH - 1 + (TICKS + 1) / (2.0 * TICKS)
    median = float(_half_won(extra.sum(axis=0, keepdims=True))[0])
    return Estimate(median - lead, low - lead, high - lead, CONFIDENCE, number, "bootstrap interval of the median")


def _half_won(extra: Floats) -> Floats:
    """Time in months at which half of the customers of each row (curves, months) have been won."""
    won = extra.cumsum(axis=1)
    half = won[:, -1:] / 2.0
    month = (won >= half).argmax(axis=1)[:, np.newaxis]
    before, after = (np.take_along_axis(won, at, axis=1) for at in (month - 1, month))
    return np.asarray(month + (half - before) / (after - before))[:, 0]
