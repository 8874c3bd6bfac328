"""Numbers as people read them: three digits that mean something, the currency, '%', and 'not reached'."""

from __future__ import annotations

import math
from collections.abc import Callable

NOT_REACHED = "not reached"
MISSING = "-"

Shown = Callable[[float | None], str]
"""How a kind of figure is written."""


def number(value: float | None) -> str:
    """A number to three significant digits, thousands separated."""
    if value is None or math.isnan(value):
        return MISSING
    if value == 0:
        return "0"
    places = 2 - math.floor(math.log10(abs(value)))
    rounded = round(float(value), places)
    return f"{rounded:,.0f}" if places <= 0 or rounded.is_integer() else f"{rounded:,.{places}f}"


def scale(value: float | None) -> tuple[float, str]:
    """What to divide an amount by so that three digits say it, and the word for that."""
    size = abs(value or 0.0)
    words = ((1e9, "billion"), (1e6, "million"))
    return next(((unit, word) for unit, word in words if size >= 0.9995 * unit), (1.0, ""))


def money(value: float | None, currency: str) -> str:
    """An amount of money, for example 'EUR 152,000' or 'EUR 4.56 million'."""
    if value is None or math.isnan(value):
        return MISSING
    unit, word = scale(value)
    return f"{currency} {number(value / unit)} {word}".rstrip()


def metric_name(metric: str) -> str:
    """A metric in plain words."""
    return "qualified leads" if metric == "leads_qualified" else metric


def per_cent(share: float | None) -> str:
    """A share as a whole percentage; '<1 %' and '>99 %' where rounding would claim never or always."""
    if share is None or math.isnan(share):
        return MISSING
    if 0 < share < 0.005:
        return "<1 %"
    if 0.995 < share < 1:
        return ">99 %"
    return f"{100 * share:.0f} %"


def points(value: float | None) -> str:
    """A difference of two shares, in percentage points."""
    return MISSING if value is None or math.isnan(value) else f"{100 * value:.0f} points"


def months(value: float | None) -> str:
    """A length of time."""
    return MISSING if value is None or math.isnan(value) else f"{value:.1f} months"


def month(value: float | None) -> str:
    """A month number, or 'not reached'."""
    return NOT_REACHED if value is None or math.isnan(value) else f"{value:g}"


def between(low: float | None, high: float | None, shown: Shown) -> str:
    """Two ends, for example '61 to 79 %': what both have in common is said once."""
    first, last = shown(low).split(" "), shown(high).split(" ")
    if first == last:
        return " ".join(first)
    if first[-1] == last[-1]:  # the unit behind the number
        first.pop()
    if first[0] == last[0] and first[0].isalpha():  # the currency before it
        last.pop(0)
    return f"{' '.join(first)} to {' '.join(last)}"


def signed(value: float, shown: Shown) -> str:
    """A difference with its sign; none where it reads as 0."""
    text = shown(abs(value))
    return text if not any(digit in text for digit in "123456789") else f"{'+' if value > 0 else '−'}{text}"


def between_signed(low: float, high: float, shown: Shown) -> str:
    """Two ends of a difference with their signs; what both have in common is said once."""
    return between(low, high, lambda value: signed(value or 0.0, shown))
