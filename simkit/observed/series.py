"""The observed series: month, metric, channel, value, and whether the month was seen in full."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from simkit.errors import ObservedError, nearest

METRICS = ("leads", "leads_qualified", "customers", "margin", "cost")
MONEY = ("margin", "cost")
ORIGINS = ("search", "content", "social", "paid", "email", "brand", "word_of_mouth")
TOTAL = "total"
OTHER = "other"


@dataclass(frozen=True, slots=True)
class Observation:
    """One value that was seen.

    Attributes:
        month: from 1.
        metric: one of `METRICS`.
        channel: the company's own name of the channel, or `TOTAL`.
        value: a count, or money in the scenario's currency; None for a declared gap.
        part_month: whether the month was not seen in full.
        place: where it came from, for messages ('leads.csv, row 5').
    """

    month: int
    metric: str
    channel: str
    value: float | None
    part_month: bool = False
    place: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Observed:
    """A table of observed months, numbered from 1, the first month of the programme.

    Every metric has a row for every month from 1 to the last, of the total or of at least one channel. A channel
    without a row in such a month counted nothing. The total of a month is its own row or, without one, the sum of its
    channels, and not known if one of them is a gap.

    Attributes:
        observations: the values, in the order they came in.
        first_month: the calendar month 'YYYY-MM' that is month 1, where one is known.
        source: the name of the table, for messages.
        currency: of the amounts of money, where the table says so.

    Raises:
        ObservedError: no values; a value twice, or negative; a month without a row; channels that add up to more than
            their total.
    """

    observations: tuple[Observation, ...]
    first_month: str | None = None
    source: str = "observed table"
    currency: str | None = None

    def __post_init__(self) -> None:
        if not self.observations:
            raise ObservedError("has no observed months", field=self.source, hint="Add a row for each month.")
        for one in self.observations:
            self._check(one)
        for metric in self.metrics:
            self._check_months(metric)

    @property
    def months(self) -> int:
        """The last month."""
        return max(one.month for one in self.observations)

    @property
    def metrics(self) -> tuple[str, ...]:
        """The metrics seen, in the order of `METRICS`."""
        present = {one.metric for one in self.observations}
        return tuple(metric for metric in METRICS if metric in present)

    def check_currency(self, currency: str) -> None:
        """Refuse amounts in another currency than that of a scenario.

        Raises:
            ObservedError: they are.
        """
        if not self.in_currency(currency):
            amounts = " and ".join(metric for metric in MONEY if metric in self.metrics)
            hint = (
                f"Convert {amounts} to {currency}, or leave out {amounts}; or, where the scenario's amounts are meant "
                f'in {self.currency}, say currency = "{self.currency}" under [company] in its file.'
            )
            message = f"is in {self.currency}, the scenario in {currency}"
            raise ObservedError(message, field=self.source, hint=hint)

    def in_currency(self, currency: str) -> bool:
        """Whether its amounts of money are in a currency: those that no column says more of are in the scenario's."""
        return self.currency in (None, currency) or not set(MONEY) & set(self.metrics)

    def converted(self, rate: float, currency: str) -> Observed:
        """The same with its amounts of money in another currency; its source says so.

        Args:
            rate: what one unit of its currency is worth in that one, in every month.
            currency: the code of that one, such as EUR.

        Raises:
            ObservedError: a rate that is not above 0.
        """
        if not 0.0 < rate < math.inf:
            raise ObservedError("must be above 0", field="rate", value=rate)
        amounts = tuple(
            replace(one, value=one.value * rate) if one.metric in MONEY and one.value is not None else one
            for one in self.observations
        )
        source = f"{self.source}, converted at {rate:g} {currency} for 1 {self.currency}"
        return replace(self, observations=amounts, source=source, currency=currency)

    def counts(self) -> Observed | None:
        """The same without amounts of money; None where nothing is left."""
        left = tuple(one for one in self.observations if one.metric not in MONEY)
        return replace(self, observations=left) if left else None

    def until(self, month: int) -> Observed:
        """What had been seen at the end of a month.

        Raises:
            ObservedError: nothing had.
        """
        return replace(self, observations=tuple(one for one in self.observations if one.month <= month))

    @property
    def part_months(self) -> tuple[int, ...]:
        """The months that were not seen in full."""
        return tuple(sorted({one.month for one in self.observations if one.part_month}))

    def channels(self, metric: str) -> tuple[str, ...]:
        """The channels a metric is split by, under the company's own names and in the order they came in."""
        names = (one.channel for one in self.observations if one.metric == metric)
        return tuple(dict.fromkeys(name for name in names if name != TOTAL))

    def name(self, month: int) -> str:
        """A month as tables write it: YYYY-MM where the calendar month is known, its number otherwise."""
        if self.first_month is None:
            return str(month)
        year, index = divmod(calendar_index(self.first_month) + month - 1, 12)
        return f"{year:04d}-{index + 1:02d}"

    def label(self, month: int) -> str:
        """A month by its number and, where it is known, its calendar month."""
        return f"month {month}" if self.first_month is None else f"month {month} ({self.name(month)})"

    def monthly(
        self, metric: str, channel: str = TOTAL, part_months: bool = False
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """The months and what was seen in them.

        Args:
            metric: one of `metrics`.
            channel: `TOTAL`, one of `channels`, or `OTHER`: all channels that simkit has no name for (see `ORIGINS`).
            part_months: whether to give the value of a month that was not seen in full; nan otherwise.

        Returns:
            Months 1 to the last and the values, nan for a gap; both of shape (months,).

        Raises:
            ObservedError: a metric or a channel that was not observed.
        """
        if metric not in self.metrics:
            raise self._unseen("metric", metric, self.metrics)
        known = (TOTAL, OTHER, *self.channels(metric))
        if channel not in known:
            raise self._unseen(f"channel of {metric}", channel, known)
        hidden = () if part_months else self.part_months
        table = self._by_month(metric)
        months = np.arange(1, self.months + 1)
        seen = [np.nan if month in hidden else _seen(table[month], channel) for month in range(1, self.months + 1)]
        return months, np.array(seen, dtype=float)

    def _unseen(self, what: str, name: str, known: tuple[str, ...]) -> ObservedError:
        hint = nearest(name, known) or f"It has: {', '.join(known)}."
        return ObservedError(f"has no such {what}", field=self.source, value=name, hint=hint)

    def _by_month(self, metric: str) -> dict[int, dict[str, Observation]]:
        table: dict[int, dict[str, Observation]] = defaultdict(dict)
        for one in self.observations:
            if one.metric == metric:
                first = table[one.month].setdefault(one.channel, one)
                if first is not one:
                    raise ObservedError(
                        f"gives {self.label(one.month)}, {one.channel}, a second time",
                        field=f"{one.place or self.source}, column {metric}",
                        hint=f"Keep this row or the first ({first.place or 'in the same table'}).",
                    )
        return table

    def _check(self, one: Observation) -> None:
        place = one.place or self.source
        if one.metric not in METRICS:
            hint = nearest(one.metric, METRICS) or f"Metrics are {', '.join(METRICS)}."
            raise ObservedError("no such metric", field=f"{place}, column metric", value=one.metric, hint=hint)
        if one.month < 1:
            raise ObservedError("months are numbered from 1", field=f"{place}, column month", value=one.month)
        if one.value is not None and not 0.0 <= one.value < math.inf:
            raise ObservedError(
                "must be 0 or more", field=f"{place}, column {one.metric}", value=one.value, hint="Leave a gap empty."
            )

    def _check_months(self, metric: str) -> None:
        table = self._by_month(metric)
        for month in range(1, self.months + 1):
            if month not in table:
                raise ObservedError(
                    f"has no row for {self.label(month)}",
                    field=f"{self.source}, column {metric}",
                    hint=f"Add one; leave its {metric} empty if nobody counted.",
                )
            total = table[month].get(TOTAL)
            parts = math.fsum(one.value or 0.0 for name, one in table[month].items() if name != TOTAL)
            if total is not None and total.value is not None and parts > total.value * (1.0 + 1e-9):
                raise ObservedError(
                    f"is less than the sum of the channels of {self.label(month)}, {parts:g}",
                    field=f"{total.place or self.source}, column {metric}",
                    value=total.value,
                )


def calendar_index(month: str) -> int:
    """The months from year 0 to 'YYYY-MM'."""
    return int(month[:4]) * 12 + int(month[5:]) - 1


def _seen(rows: dict[str, Observation], channel: str) -> float:
    """What the rows of one metric and month say of a channel; nan where that is not known."""
    values = {name: math.nan if one.value is None else one.value for name, one in rows.items()}
    if channel == TOTAL:
        return values.get(TOTAL, math.fsum(values.values()))
    values.pop(TOTAL, None)
    if not values:
        return math.nan  # only the total was counted
    if channel == OTHER:
        return math.fsum(value for name, value in values.items() if name not in ORIGINS)
    return values.get(channel, 0.0)
