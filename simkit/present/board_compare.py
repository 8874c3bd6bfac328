"""Scenarios side by side: their lines in one chart, each in a chart of its own, and figures with paired differences.

All have the same lives with the same luck; the first is the reference. What does not mean the same in two scenarios
is not compared, and said.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from simkit.present.board import EXPECTED, results
from simkit.present.trajectory import RESULTS, Trajectory, trajectory
from simkit.run import Ensemble
from simkit.run.lives import Floats
from simkit.scenarios import Scenario

MAIN, OWN_LINE = "main", "own line"
"""Layers of the chart of overlaid results: medians and a line that all expect; lines that only one expects."""


@dataclass(frozen=True, slots=True, eq=False)
class Overlay:
    """Lines of several scenarios in one chart.

    Attributes:
        title: what the values are.
        names: of all scenarios, so that each keeps its style, also of those that are not shown; last the expected line.
        months: of the longest.
        rows: layer, what, month, value; for chances also low and high, the interval of the share.
    """

    title: str
    names: tuple[str, ...]
    months: int
    rows: pd.DataFrame


@dataclass(frozen=True, slots=True, eq=False)
class Multiple:
    """One of several small charts.

    Attributes:
        name: of the scenario.
        names: what may be in the rows, as in `board.Results`.
        rows: those of `board.results`.
        months: the horizon.
        top: where the axis ends, the same in all charts whose amounts can be compared.
    """

    name: str
    names: tuple[str, ...]
    rows: pd.DataFrame
    months: int
    top: float


def paired(lived: Mapping[str, Ensemble]) -> dict[str, Ensemble]:
    """The lives that all scenarios have had."""
    lives = min(len(ensemble) for ensemble in lived.values())
    return {name: ensemble.first(lives) for name, ensemble in lived.items()}


def not_compared(scenarios: Mapping[str, Scenario]) -> tuple[str, ...]:
    """Sentences that say of which scenarios what is not compared with the first one, and why."""
    (first, reference), *others = scenarios.items()
    said = []
    for name, scenario in others:
        for path, why in _UNLIKE.items():
            if scenario[path] != reference[path]:
                said.append(why.format(name=name, own=scenario[path], first=first, reference=reference[path]))
    return tuple(said)


_UNLIKE = {
    "horizon_months": "'{name}' runs for {own} months and '{first}' for {reference}. Figures over the whole time would "
    "mix that up with what was changed, so none is compared; the curves are, month by month.",
    "company.currency": "'{name}' counts in {own} and '{first}' in {reference}, so no amounts of money are compared.",
    "expectation.metric": "'{name}' is expected to bring {own} and '{first}' {reference}, so neither the crossing nor "
    "the valley is compared.",
}


def overlay(lived: Mapping[str, Ensemble], metric: str, cumulative: bool = False) -> Overlay:
    """The median life of each scenario beside what is expected: one line if all expect the same, else each its own.

    Amounts in another currency than the reference's are left out, and lines that are expected of another metric.

    Args:
        lived: scenarios by name, the first one the reference.
        metric: margin, leads or customers.
        cumulative: add the months up.
    """
    curves = {name: trajectory(one, None, metric, cumulative) for name, one in _of_one_unit(lived, metric).items()}
    lines = {name: curve for name, curve in curves.items() if np.isfinite(curve.expected).all()}
    longest = max(curves.values(), key=lambda curve: curve.month.size)
    tables = [_rows(MAIN, name, curve.month, curve.median) for name, curve in curves.items()]
    common = _one_line(lines)
    if common is not None:
        tables.append(_rows(MAIN, EXPECTED, common.month, common.expected))
    else:
        tables += [_rows(OWN_LINE, name, curve.month, curve.expected) for name, curve in lines.items()]
    title = next(iter(curves.values())).results
    return Overlay(title, (*lived, EXPECTED), longest.month.size, pd.concat(tables, ignore_index=True))


def crossed_overlay(lived: Mapping[str, Ensemble]) -> Overlay:
    """P(crossed by month) of each scenario of which the same metric is expected as of the reference."""
    metric = next(iter(lived.values())).scenario["expectation.metric"]
    tables, months = [], 0
    for name, ensemble in lived.items():
        if ensemble.scenario["expectation.metric"] == metric:
            found = ensemble.crossing.incidence
            rows = _rows(MAIN, name, found.month.astype(float), found.share).assign(low=found.low, high=found.high)
            tables.append(rows[rows["month"] > 0])  # what is crossed before month 1 is so in month 1
            months = max(months, ensemble.months)
    names = (*lived, EXPECTED)
    return Overlay("Lives that have crossed by then", names, months, pd.concat(tables, ignore_index=True))


def multiples(lived: Mapping[str, Ensemble], metric: str, cumulative: bool = False) -> tuple[Multiple, ...]:
    """A small chart of each scenario: expected line, median, band and valley, on one scale where that means something.

    Args:
        lived: scenarios by name, the first one the reference.
        metric: margin, leads or customers.
        cumulative: add the months up.
    """
    drawn = {name: results(ensemble, None, None, metric, cumulative) for name, ensemble in lived.items()}
    highest = {name: _round_up(float(np.nanmax(one.rows["top"]))) for name, one in drawn.items()}
    alike = _of_one_unit(lived, metric)
    shared = max(highest[name] for name in alike)
    return tuple(
        Multiple(name, one.names, one.rows, lived[name].months, shared if name in alike else highest[name])
        for name, one in drawn.items()
    )


def _of_one_unit(lived: Mapping[str, Ensemble], metric: str) -> dict[str, Ensemble]:
    """The scenarios whose results are counted in the reference's unit."""
    currency = next(iter(lived.values())).scenario["company.currency"]
    money_shown = RESULTS[metric] == RESULTS["margin"]
    return {name: one for name, one in lived.items() if not money_shown or one.scenario["company.currency"] == currency}


def _one_line(lines: Mapping[str, Trajectory]) -> Trajectory | None:
    """The longest of the expected lines if all others are part of it."""
    if not lines:
        return None
    longest = max(lines.values(), key=lambda line: line.month.size)
    alike = all(np.allclose(line.expected, longest.expected[: line.month.size]) for line in lines.values())
    return longest if alike else None


def _rows(layer: str, what: str, months: Floats, value: Floats) -> pd.DataFrame:
    return pd.DataFrame({"layer": layer, "what": what, "month": months, "value": value})


def _round_up(value: float) -> float:
    """The next value that an axis may end with, so that it stays where it is while lives are added."""
    if value <= 0:
        return 1.0
    unit = 10.0 ** math.floor(math.log10(value))
    return next(
        step * unit for step in (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0) if value <= step * unit
    )
