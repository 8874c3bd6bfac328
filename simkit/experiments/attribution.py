"""What each lever contributes to a difference between two scenarios."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from simkit.experiments.levers import Lever
from simkit.experiments.paired import amount
from simkit.run.drawing import presented
from simkit.run.lives import Floats
from simkit.statistics import Estimate

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False, repr=False)
class Attribution:
    """A difference between a scenario and the reference, shared out among the levers in which they differ.

    The contributions are Shapley values (Shapley 1953, doi:10.1515/9781400881970-018; against a reference as in
    Sundararajan & Najmi 2020, arXiv:1908.08474): what a lever adds when it is pulled, averaged over all orders.
    Each life has its own, since all mixtures of levers share its luck; in every life they add up to its difference.

    Attributes:
        scenario, reference: the names.
        outcome: what differs.
        levers: what was pulled, groups of levers where there are more than five.
        contributions: shape (levers, lives).
        most: the widest difference that a pair of lives can have.
        level: the confidence of each interval by itself.
        seed: of all lives.
    """

    scenario: str
    reference: str
    outcome: str
    levers: tuple[Lever, ...]
    contributions: Floats
    most: float
    level: float
    seed: int

    @cached_property
    def total(self) -> Estimate:
        """The mean difference, with its interval."""
        return amount(self.contributions.sum(axis=0), self.most, self.level)[0]

    @property
    def table(self) -> pd.DataFrame:
        """lever, from, to, contribution, low, high, share; the largest contribution first.

        `share` is of the total difference, and missing where the interval of that holds 0: a share of what may be
        nothing says nothing. It may be negative, or above 1, where levers work against each other.
        """
        import pandas as pd

        total = self.total
        sure = total.low is not None and total.high is not None and total.low * total.high > 0.0
        rows = []
        for lever, lives in zip(self.levers, self.contributions, strict=True):
            found = amount(lives, self.most, self.level)[0]
            portion = float(lives.mean()) / (total.value or math.nan) if sure else math.nan
            rows.append((lever.name, lever.before, lever.after, found.value, found.low, found.high, portion))
        names = ["lever", "from", "to", "contribution", "low", "high", "share"]
        table = pd.DataFrame(rows, columns=names).astype(dict.fromkeys(names[3:], float))
        return table.sort_values("contribution", key=np.abs, ascending=False, kind="stable", ignore_index=True)

    def chart(self) -> Any:
        """What each lever contributes, as an Altair chart.

        Raises:
            RunError: Altair is not installed.
        """
        return presented("experiment_charts", "attribution_chart", self)

    @property
    def lives(self) -> int:
        """How many lives."""
        return int(self.contributions.shape[1])

    def __repr__(self) -> str:
        return (
            f"<Attribution of {self.outcome}, '{self.scenario}' less '{self.reference}': {len(self.levers)} levers, "
            f"{self.lives} lives, seed {self.seed}>"
        )

    def __str__(self) -> str:
        return f"{self!r}\n{self.table.to_string(index=False)}"

    def _repr_html_(self) -> str:
        total = self.total
        ends = "" if total.low is None else f" ({self.level:.0%} interval {total.low:,.4g} to {total.high:,.4g})"
        said = f"{self.outcome}, {self.scenario} less {self.reference}: {total.value:,.4g}{ends}, {self.lives} lives"
        return (
            f"<p>{escape(said)}, seed {self.seed}</p>{self.table.to_html(index=False, float_format='{:,.4g}'.format)}"
        )


def shapley(values: Floats) -> Floats:
    """Shapley values of a game, or of many at once.

    Args:
        values: of every set of players; place b belongs to the set of those players i for which bit i of b is 1.
            Shape (2^players, ...).

    Returns:
        What each player contributes; they add up to values[-1] - values[0]. Shape (players, ...).
    """
    players = (len(values) - 1).bit_length()
    sets = np.arange(len(values))
    contributions = np.zeros((players, *values.shape[1:]))
    for player in range(players):
        without = sets[sets >> player & 1 == 0]
        for others in without:
            size = int(others).bit_count()
            weight = math.factorial(size) * math.factorial(players - size - 1) / math.factorial(players)
            contributions[player] += weight * (values[others | 1 << player] - values[others])
    return contributions
