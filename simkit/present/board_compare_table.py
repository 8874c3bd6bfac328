"""The figures of several scenarios, each beside its paired difference from the first one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import pandas as pd

from simkit.experiments.comparison import Comparison, comparable
from simkit.experiments.paired import holm
from simkit.present.figures import (
    Shown,
    between,
    between_signed,
    money,
    month,
    months,
    per_cent,
    points,
    signed,
)
from simkit.run import Ensemble
from simkit.run.precision import is_share
from simkit.scenarios import Scenario
from simkit.statistics import Estimate, mean, share

LEVEL = 0.95
TWINS = "none: they run alike"


@dataclass(frozen=True, slots=True)
class Column:
    """A figure that scenarios are compared in.

    Attributes:
        name: in a few words.
        meaning: what the name stands for.
        less_is_better: which way is good.
    """

    name: str
    meaning: str
    less_is_better: bool


COLUMNS = {
    "crossed": Column(
        "Chance to cross",
        "The share of lives that cross the expected line within the horizon and stay above it for three months.",
        False,
    ),
    "restricted_crossing_month": Column(
        "Half of the lives cross by",
        "The month by which half of the lives have crossed. The difference is that of the mean month, where a life "
        "that is never below the line counts as month 0 and one that does not cross as the last month.",
        True,
    ),
    "abandoned": Column("Chance of a stop", "The share of lives that are stopped before they cross.", True),
    "valley_depth": Column(
        "Depth of the valley",
        "How far results fall short of the line at the worst, as a share of the target; the mean over lives.",
        True,
    ),
    "cash_needed": Column(
        "Cash needed", "The deepest cumulative loss, which has to be paid in advance; the mean over lives.", True
    ),
    "net_margin": Column(
        "Margin less cost",
        "Gross margin of all customers won within the horizon less what the programme costs; the mean over lives.",
        False,
    ),
}
"""The figures, by the outcome that they are the mean of."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure of one scenario.

    Attributes:
        value: the mean over lives, or the median month, as people read it.
        known: the 95 % interval of that; '' for a single life.
        difference: from the reference with the interval of the paired difference; '' where there is nothing to compare.
        better: whether the difference is for the better, beyond doubt among all that the table shows; None for neither.
    """

    value: str
    known: str
    difference: str
    better: bool | None


def comparison_cells(lived: Mapping[str, Ensemble]) -> dict[str, dict[str, Cell]]:
    """The figures of each scenario, and how they differ from the reference's: by scenario and outcome.

    A difference is called better or worse where its p value, corrected for all differences shown (Holm), is below 5 %.

    Args:
        lived: scenarios by name with the same lives, the first one the reference.
    """
    differences = _differences(lived)
    made: dict[str, dict[str, Cell]] = {}
    for name, ensemble in lived.items():
        made[name] = {}
        for outcome, column in COLUMNS.items():
            shown, change = _shown(outcome, ensemble.scenario)
            found = _estimate(ensemble, outcome)
            known = between(found.low, found.high, shown) if len(ensemble) > 1 else ""
            said, better = "", None
            if (outcome, name) in differences:
                value, low, high, p = differences[outcome, name]
                said = f"{signed(value, change)} ({between_signed(low, high, change)})" if low < high else TWINS
                better = (value < 0) == column.less_is_better if p < 1.0 - LEVEL else None
            made[name][outcome] = Cell(shown(found.value), known, said, better)
    return made


def _estimate(ensemble: Ensemble, outcome: str) -> Estimate:
    """The figure of a scenario by itself; of the crossing the median month, since a mean over all lives is none."""
    if outcome == "restricted_crossing_month":
        return ensemble.crossing.median
    values = ensemble.measure(outcome)
    return share(values, level=LEVEL) if is_share(outcome) else mean(values, level=LEVEL)


def _differences(lived: Mapping[str, Ensemble]) -> dict[tuple[str, str], tuple[float, float, float, float]]:
    """`Comparison.differences` of what can be compared: by outcome and scenario the difference, the ends of its
    interval, and the p value corrected for all of them.
    """
    (first, reference), *others = lived.items()
    tables = []
    for name, ensemble in others:
        scenarios = {first: reference.scenario, name: ensemble.scenario}
        outcomes = comparable(scenarios, COLUMNS)
        if outcomes and len(reference) > 1:
            tables.append(Comparison({first: reference, name: ensemble}, outcomes, LEVEL).differences)
    if not tables:
        return {}
    table = pd.concat(tables, ignore_index=True)
    keys = zip(table["outcome"], table["scenario"], strict=True)
    found = zip(table["difference"], table["low"], table["high"], holm(table["p"]), strict=True)
    return dict(zip(keys, found, strict=True))


def _shown(outcome: str, scenario: Scenario) -> tuple[Shown, Shown]:
    """How an outcome is written, and a difference in it."""
    if is_share(outcome) or outcome == "valley_depth":
        return per_cent, points
    if outcome == "restricted_crossing_month":
        return month, months
    amount = partial(money, currency=scenario.parameters.company.currency)
    return amount, amount
