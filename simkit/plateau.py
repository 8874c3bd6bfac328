"""The valley of disappointment and the way out of it: pure functions on arrays of lives.

Arrays have shape (replications, months), months numbered from 1; what is missing did not happen and is nan,
never 0. R are results, R-bar their trailing three-month mean, E the expected line, S the starting level.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simkit.errors import RunError
from simkit.expectation import trailing_mean

OUTCOMES = ("never_below", "crossed", "abandoned", "not_crossed")

# Results that equal the line up to the rounding of sums are on it.
_ROUNDING = 1e-9

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Crossing:
    """How each life met what was expected of it; every array has shape (replications,).

    Attributes:
        outcome: one of `OUTCOMES`.
        crossed: True for 'crossed' and 'never_below'.
        crossing_month: first month after the valley began from which R-bar >= E for three months running; nan
            unless the outcome is 'crossed'.
        valley_start: first month with R-bar < E; nan without a valley.
        valley_depth: max (E - R-bar)/T over the valley, as a share of the target; 0 without a valley.
        valley_area: sum of max(0, E - R-bar) over the valley, in the metric's unit times months; 0 without one.
        relapsed: below again for three months running after the crossing.
        repaid_month: first month after the valley began with cumulative R >= cumulative E, or nan.
        stopped_month: the month at whose start the programme ended, or nan.
    """

    outcome: NDArray[np.str_]
    crossed: Bools
    crossing_month: Floats
    valley_start: Floats
    valley_depth: Floats
    valley_area: Floats
    relapsed: Bools
    repaid_month: Floats
    stopped_month: Floats


@dataclass(frozen=True, slots=True)
class Returns:
    """What each life earned and cost, in money; every array has shape (replications,).

    Attributes:
        break_even_month: first month from which the cumulative margin above the starting state's covers the
            cumulative cost and stays so to the horizon, or nan.
        total_margin, total_cost: sums over the horizon.
        roi: (margin above the starting state's - cost)/cost; nan when nothing was spent.
        payback_months: see `payback_months`.
        cash_needed: the deepest cumulative loss, 0 or more.
    """

    break_even_month: Floats
    total_margin: Floats
    total_cost: Floats
    roi: Floats
    payback_months: Floats
    cash_needed: Floats


def crossing(
    results: ArrayLike,
    expected: ArrayLike,
    starting_level: ArrayLike,
    target: ArrayLike,
    stopped_month: ArrayLike = np.nan,
) -> Crossing:
    """Valley, crossing and outcome of each life.

    The valley runs from the first month with R-bar < E to the month before the crossing, or to the horizon. The
    crossing must be over before a stop to count: a stop in month s takes effect at the start of s, so a life that
    crosses in s or later (the line may have been lowered since) has been abandoned, and its valley runs to the
    horizon; one that crossed before s has crossed, even if month s is among the three that show it. A life on the
    line in every month is 'never_below' whether or not it was stopped.

    Args:
        results: R, shape (replications, months).
        expected: E as it was in force, shape (months,) or (replications, months).
        starting_level: S, a number or shape (replications,).
        target: T above 0 as it was in force: a number, or (months,), (replications, 1) or (replications, months).
        stopped_month: nan where not stopped; a number or shape (replications,). A stop that was decided at the end of
            the last month and takes effect after it has not happened.

    Raises:
        RunError: results that are not one finite number per replication and month, or a target of 0 or below.
    """
    r = _table(results, "results")
    replications, months = r.shape
    line = np.broadcast_to(np.asarray(expected, dtype=float), r.shape)
    aim = np.broadcast_to(np.asarray(target, dtype=float), r.shape)
    if not (aim > 0.0).all():
        raise RunError("must be above 0: the valley's depth is a share of it", field="expectation.target_per_month")
    stopped = _per_life(stopped_month, replications)
    stopped = np.where(stopped <= months, stopped, np.nan)
    month = np.arange(1, months + 1)

    smoothed = trailing_mean(r, starting_level)
    below = smoothed < line - _ROUNDING * np.abs(line)
    start = _first(below)
    after = month > start[:, np.newaxis]  # never true for nan: without a valley nothing comes after it
    first_crossing = _first(_three_running(~below) & after)

    never_below = np.isnan(start)
    abandoned = ~np.isnan(stopped) & ~(first_crossing < stopped)
    crossed = ~abandoned & ~np.isnan(first_crossing)
    crossing_month = np.where(crossed, first_crossing, np.nan)

    valley = (month >= start[:, np.newaxis]) & ~(month >= crossing_month[:, np.newaxis])
    shortfall = np.where(valley, np.maximum(0.0, line - smoothed), 0.0)
    relapse = _three_running(below) & (month > crossing_month[:, np.newaxis])
    paid, owed = np.cumsum(r, axis=1), np.cumsum(line, axis=1)
    return Crossing(
        # The first that holds: a life that was never below has crossed, stopped or not.
        outcome=np.select([never_below, crossed, abandoned], OUTCOMES[:3], OUTCOMES[3]),
        crossed=crossed | never_below,
        crossing_month=crossing_month,
        valley_start=start,
        valley_depth=(shortfall / aim).max(axis=1),
        valley_area=shortfall.sum(axis=1),
        relapsed=np.asarray(relapse.any(axis=1)),
        repaid_month=_first((paid >= owed - _ROUNDING * np.abs(owed)) & after),
        stopped_month=stopped,
    )


def returns(
    margin: ArrayLike,
    cost: ArrayLike,
    customers: ArrayLike,
    starting_margin: ArrayLike,
    customer_value: ArrayLike,
    customer_lifetime_months: ArrayLike,
) -> Returns:
    """What each life earned and cost.

    Args:
        margin: gross margin of the customers won each month, shape (replications, months), in money.
        cost: programme cost each month, same shape, in money.
        customers: customers won each month, same shape.
        starting_margin: the starting state's margin a month, a number or shape (replications,).
        customer_value: gross margin of a customer over the lifetime, a number or shape (replications,).
        customer_lifetime_months: a number or shape (replications,).

    Raises:
        RunError: an array that is not one finite number per replication and month.
    """
    earned, spent, won = _table(margin, "margin"), _table(cost, "cost"), _table(customers, "customers")
    replications, months = earned.shape
    gained = np.cumsum(earned - _per_life(starting_margin, replications)[:, np.newaxis], axis=1)
    paid = np.cumsum(spent, axis=1)
    balance = gained - paid

    uncovered = balance < -_ROUNDING * paid
    last_uncovered = np.where(uncovered.any(axis=1), months - uncovered[:, ::-1].argmax(axis=1), 0)
    total = paid[:, -1]
    return Returns(
        break_even_month=np.where(last_uncovered < months, last_uncovered + 1.0, np.nan),
        total_margin=earned.sum(axis=1),
        total_cost=total,
        roi=_ratio(balance[:, -1], total),
        payback_months=payback_months(total, won.sum(axis=1), customer_value, customer_lifetime_months),
        cash_needed=np.maximum(0.0, -balance.min(axis=1)),
    )


def payback_months(
    cost: ArrayLike, customers: ArrayLike, customer_value: ArrayLike, customer_lifetime_months: ArrayLike
) -> Floats:
    """(cost / customers won) / (customer value / lifetime): months until a customer has paid for being won.

    `cost` and `customers` are totals over the same months (all, or a window), shape (replications,); nan where no
    customer was won, or customers are worth nothing.
    """
    value, lifetime = np.asarray(customer_value, dtype=float), np.asarray(customer_lifetime_months, dtype=float)
    return _ratio(_ratio(np.asarray(cost, dtype=float), np.asarray(customers, dtype=float)), value / lifetime)


def crossing_times(lives: Crossing) -> Floats:
    """The crossing as a time to an event, for `simkit.statistics.time_to_event`: P(crossed by m) and its kin.

    never_below counts as crossed from month 0; a life that did not cross, abandoned or not, as infinity. A crossing
    shows two months later, so P(crossed by m) cannot rise in the last two months of the horizon.
    """
    times = np.where(np.isnan(lives.crossing_month), np.inf, lives.crossing_month)
    return np.where(lives.outcome == "never_below", 0.0, times)


def _first(happens: Bools) -> Floats:
    """The first month in which something happens in each life, nan where it does not."""
    return np.where(happens.any(axis=1), happens.argmax(axis=1) + 1.0, np.nan)


def _three_running(state: Bools) -> Bools:
    """Whether a state holds in a month and the two after it; the last two months cannot show it."""
    running = np.zeros_like(state)
    running[:, :-2] = state[:, :-2] & state[:, 1:-1] & state[:, 2:]
    return running


def _ratio(numerator: Floats, denominator: Floats) -> Floats:
    missing = np.full(np.broadcast(numerator, denominator).shape, np.nan)
    ratio: Floats = np.divide(numerator, denominator, out=missing, where=denominator > 0.0)
    return ratio


def _per_life(value: ArrayLike, replications: int) -> Floats:
    return np.broadcast_to(np.asarray(value, dtype=float), (replications,))


def _table(values: ArrayLike, name: str) -> Floats:
    table = np.asarray(values, dtype=float)
    if table.ndim != 2 or not table.size:
        raise RunError(f"needs shape (replications, months), not {table.shape}", field=name)
    if not np.isfinite(table).all():
        raise RunError("has months without a finite number", field=name)
    return table
