"""What a search wants, and what it must keep to: outcomes with a good direction, and plain comparisons on them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from simkit.errors import RunError
from simkit.run.lives import Floats
from simkit.run.measures import check_measure
from simkit.run.precision import bounds

if TYPE_CHECKING:
    import pandas as pd

_MORE_IS_BETTER = ("crossed", "total_margin", "net_margin", "roi")
_UNCHARGED = ("cash_needed", "restricted_break_even_month")
"""Outcomes that hang on when money is spent, so that a cost which the model does not know cannot be added later."""
_BY = re.compile(r"crossed_by_(\d+)")
_COMPARISON = re.compile(r"\s*(\w+)\s*(<=|>=|<|>)\s*([-+]?[\d_.]+(?:[eE][-+]?\d+)?)\s*(%?)\s*")


def more_is_better(outcome: str) -> bool:
    """Which way an outcome is good: shares that cross, margins and returns up, all others down."""
    return outcome.startswith(_MORE_IS_BETTER)


def sign(outcome: str) -> float:
    """1 where less of an outcome is better, else -1: what turns it into a loss."""
    return -1.0 if more_is_better(outcome) else 1.0


@dataclass(frozen=True, slots=True)
class Constraint:
    """A comparison on the mean of an outcome.

    Attributes:
        outcome: a measure that every life has.
        at_most: whether the bound is from above.
        bound: what the mean is compared with.
    """

    outcome: str
    at_most: bool
    bound: float

    def __str__(self) -> str:
        return f"{self.outcome} {'<=' if self.at_most else '>='} {self.bound:g}"

    def violation(self, mean: float) -> float:
        """By how much a mean breaks it, as a share of the bound; 0 where it does not, infinite for no mean."""
        if math.isnan(mean):
            return math.inf
        by = mean - self.bound if self.at_most else self.bound - mean
        return max(0.0, by / (abs(self.bound) or 1.0))

    def verdict(self, low: float, high: float) -> Literal["met", "broken", "open"]:
        """What the interval of a mean says: all of it on the good side, on the bad side, or neither."""
        if self.at_most:
            return "met" if high <= self.bound else "broken" if low > self.bound else "open"
        return "met" if low >= self.bound else "broken" if high < self.bound else "open"


def objectives_of(named: str | Iterable[str], months: int) -> tuple[str, ...]:
    """Outcomes to make better.

    Raises:
        RunError: none, one twice, no such outcome, or one that may be missing; the message says what to use instead.
    """
    found = (named,) if isinstance(named, str) else tuple(named)
    if not found or not all(isinstance(one, str) for one in found):
        hint = 'For example "restricted_crossing_month".'
        raise RunError("expected the name of an outcome, or several", field="objective", value=named, hint=hint)
    for one in found:
        _check(one, months, "objective")
    if len(set(found)) < len(found):
        raise RunError("names an outcome twice", field="objective", value=list(found))
    return found


def constraints_of(given: str | Iterable[str], months: int) -> tuple[Constraint, ...]:
    """Comparisons on outcomes, as text: 'crossed_by_24 >= 0.5', 'cash_needed <= 300000', 'abandoned < 10%'.

    Raises:
        RunError: text that is no comparison, no such outcome, a bound that none or all lives keep to, or comparisons
            that contradict each other.
    """
    found = tuple(_constraint(text, months) for text in ((given,) if isinstance(given, str) else given))
    for low in (one for one in found if not one.at_most):
        for high in (one for one in found if one.at_most and one.outcome == low.outcome):
            if low.bound > high.bound:
                hint = "Leave one of them out."
                raise RunError(f"'{low}' and '{high}' contradict each other", field="constraints", hint=hint)
    return found


def check_charged(outcomes: Iterable[str]) -> None:
    """Refuse outcomes that cannot be charged with a cost that the model does not know.

    Raises:
        RunError: one of them hangs on when money is spent.
    """
    for outcome in outcomes:
        if outcome in _UNCHARGED:
            hint = "Use net_margin, roi or total_cost, or leave the costs out."
            raise RunError("cannot be charged with costs that were given", field="costs", value=outcome, hint=hint)


def with_measure(lives: pd.DataFrame, outcome: str, months: int) -> pd.DataFrame:
    """Rows of a sweep with a column of an outcome, also of one that they do not hold as such (crossed_by_24).

    Args:
        lives, outcome, months: as in `measured`.
    """
    return lives.assign(**{outcome: measured(lives, outcome, months)})


def why_missing(lives: pd.DataFrame) -> str:
    """Why lives have no number, as a hint: what the first one that failed says of itself."""
    errors = lives["error"].dropna()
    return f"The first that failed says: {errors.iloc[0]}" if len(errors) else "They spend nothing, so have no return."


def measured(lives: pd.DataFrame, outcome: str, months: int, charge: float = 0.0) -> Floats:
    """An outcome of each life, from rows of a sweep; nan where a life failed or lacks it.

    Args:
        lives: rows of `Sweep.outcomes`.
        outcome: a measure.
        months: the horizon.
        charge: money a month that the model does not know of, spent until the programme ends.
    """
    by = _BY.fullmatch(outcome)
    if not {outcome, "crossing_month"} & set(lives.columns):  # all lives failed
        return np.full(len(lives), math.nan)
    if by is not None:
        crossing = lives["crossing_month"].fillna(math.inf).where(lives["outcome"] != "never_below", 0.0)
        found = (crossing <= int(by[1])).astype(float).where(lives["error"].isna())
    else:
        found = lives[outcome].astype(float)
    values: Floats = np.asarray(found.to_numpy(dtype=float, na_value=math.nan), dtype=np.float64)
    if not charge:
        return values
    cost, stopped = (lives[name].to_numpy(dtype=float, na_value=math.nan) for name in ("total_cost", "stopped_month"))
    return charged(outcome, values, charge, cost, stopped, months)


def charged(outcome: str, values: Floats, charge: float, cost: Floats, stopped: Floats, months: int) -> Floats:
    """An outcome of each life with what the model does not know of, spent each month until the programme ends.

    Args:
        outcome: a measure; only total_cost, net_margin and roi hang on money.
        values: the outcome as the model has it.
        charge: money a month.
        cost: total_cost as the model has it.
        stopped: the month in which the programme was abandoned, nan where it was not.
        months: the horizon.
    """
    paid = charge * np.where(np.isnan(stopped), months, stopped - 1.0)
    if outcome == "total_cost":
        return values + paid
    if outcome == "net_margin":
        return values - paid
    return (values * cost - paid) / (cost + paid) if outcome == "roi" else values


def _constraint(text: object, months: int) -> Constraint:
    match = _COMPARISON.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        hint = "For example 'crossed_by_24 >= 0.5' or 'cash_needed <= 300000'."
        raise RunError("expected OUTCOME <= NUMBER or OUTCOME >= NUMBER", field="constraints", value=text, hint=hint)
    outcome, comparison, number, per_cent = match.groups()
    _check(outcome, months, "constraints")
    try:
        bound = float(number) / (100.0 if per_cent else 1.0)
    except ValueError:
        raise RunError(f"{number} is no number", field="constraints", value=text) from None
    made = Constraint(outcome, comparison.startswith("<"), bound)
    ends = bounds(outcome, months)
    if ends is not None and (bound < ends[0] if made.at_most else bound > ends[1]):
        raise RunError(f"cannot be met: it lies between {ends[0]:g} and {ends[1]:g}", field="constraints", value=text)
    return made


def _check(outcome: str, months: int, field: str) -> None:
    try:
        check_measure(outcome, months)
    except RunError as error:
        raise RunError(error.message, field=field, value=error.value, hint=error.hint) from None
