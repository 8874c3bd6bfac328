"""The board's figures as CSV: numbers in full, each row with its seed, replications and version. What a visitor wrote
is not in them, so no program takes a title for a formula."""

from __future__ import annotations

import numpy as np
import pandas as pd

from simkit import statistics
from simkit.experiments.comparison import Comparison
from simkit.present.board import REFERENCE, SCENARIO
from simkit.run import Ensemble
from simkit.statistics import Estimate, percentiles

FIGURES = (
    "crossed",
    "abandoned",
    "restricted_crossing_month",
    "valley_depth",
    "cash_needed",
    "total_margin",
    "total_cost",
    "net_margin",
)
"""Measures that every life has a number of."""

OUTPUTS = ("expected", "margin", "cost", "activity", "leads", "leads_qualified", "customers")

_MONEY = {"cash_needed", "total_margin", "total_cost", "net_margin"}


def figures_csv(own: Ensemble, reference: Ensemble | None = None) -> str:
    """Key figures: a row a side and figure.

    Columns: side, figure, unit, value, low, high (ends of `interval`), p5, p95 (of lives), difference,
    difference_low, difference_high (from the reference, in paired_lives), reached (whether there is a value), and
    where it comes from. What is missing is an empty field: a month that is not reached has reached = False.
    """
    rows = [row for side, one in _sides(own, reference) for row in _figures(side, one)]
    table = pd.DataFrame(rows)
    paired = _differences(own, reference)
    if paired is not None:
        table = table.merge(paired, on=["side", "figure"], how="left")
    return _with_source(table, own, reference)


def months_csv(own: Ensemble, reference: Ensemble | None = None) -> str:
    """Monthly rows: a row a side and month.

    Columns: side, month, crossed_share with crossed_low and crossed_high (its 95 % interval), then for each monthly
    output the mean, p5, median and p95 of lives, and where it comes from.
    """
    tables = []
    for side, one in _sides(own, reference):
        said, found = one.summary, one.crossing.incidence
        columns: dict[str, object] = {"side": side, "month": np.arange(1, one.months + 1)}
        columns |= {"crossed_share": found.share[1:], "crossed_low": found.low[1:], "crossed_high": found.high[1:]}
        for output in OUTPUTS:
            course = said.monthly[output]
            ends = {"mean": course.mean, "p5": course.p5, "median": course.p50, "p95": course.p95}
            columns |= {f"{output}_{end}": values for end, values in ends.items()}
        tables.append(pd.DataFrame(columns))
    return _with_source(pd.concat(tables, ignore_index=True), own, reference)


def _sides(own: Ensemble, reference: Ensemble | None) -> list[tuple[str, Ensemble]]:
    return [(SCENARIO, own), *([] if reference is None else [(REFERENCE, reference)])]


def _figures(side: str, one: Ensemble) -> list[dict[str, object]]:
    rows = [_row(side, "median_crossing_month", "month", one.crossing.median)]
    for name in FIGURES:
        lives = one.measure(name)
        known = one.crossing.by(one.months) if name == "crossed" else statistics.mean(lives, one.weights, name=name)
        if name == "abandoned":
            known = statistics.share(lives > 0, one.weights)
        row = _row(side, name, _unit(name, one), known)
        if name in _MONEY or name == "valley_depth":
            row["p5"], row["p95"] = (float(end) for end in percentiles(lives, (5.0, 95.0), one.weights))
        rows.append(row)
    return rows


def _row(side: str, figure: str, unit: str, known: Estimate) -> dict[str, object]:
    return {
        "side": side,
        "figure": figure,
        "unit": unit,
        "reached": known.value is not None,
        "value": known.value,
        "low": known.low,
        "high": known.high,
        "interval": f"{known.level:.0%} {known.kind}",
        "p5": None,
        "p95": None,
    }


def _unit(name: str, one: Ensemble) -> str:
    if name in _MONEY:
        return str(one.scenario.parameters.company.currency)
    return {"restricted_crossing_month": "months", "valley_depth": "share of target"}.get(name, "share of lives")


def _differences(own: Ensemble, reference: Ensemble | None) -> pd.DataFrame | None:
    """Paired differences in the lives that both have had; None where there is nothing to compare."""
    if reference is None or (lives := min(len(own), len(reference))) < 2:
        return None
    sides = {REFERENCE: reference.first(lives), SCENARIO: own.first(lives)}
    found = Comparison(sides, FIGURES).differences
    columns = {"difference": found["difference"], "difference_low": found["low"], "difference_high": found["high"]}
    return pd.DataFrame({"side": SCENARIO, "figure": found["outcome"], **columns, "paired_lives": lives})


def _with_source(table: pd.DataFrame, own: Ensemble, reference: Ensemble | None) -> str:
    sides = dict(_sides(own, reference))
    table["seed"] = own.seed
    table["replications"] = [len(sides[side]) for side in table["side"]]
    table["version"] = own.provenance.simkit
    table["scenario_hash"] = [sides[side].scenario.hash for side in table["side"]]
    if "paired_lives" in table:
        table["paired_lives"] = table["paired_lives"].astype("Int64")
    text: str = table.to_csv(index=False)
    return text
