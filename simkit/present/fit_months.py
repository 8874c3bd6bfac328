"""A fitted company month by month: every observed month against what the fit predicts, and the months to come."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from rich.table import Table

from simkit.experiments.calibrate import Fit
from simkit.experiments.condition import RESULTS
from simkit.observed import Observed
from simkit.present.figures import between, metric_name, number, per_cent
from simkit.run import Ensemble
from simkit.statistics import percentiles

if TYPE_CHECKING:
    from simkit.run.lives import Floats

INSIDE, ABOVE, BELOW = "inside", "above", "below"
_BAND = (5.0, 50.0, 95.0)


def check_rows(predictive: Ensemble, observed: Observed) -> pd.DataFrame:
    """Every observed month of every metric against the lives of the fitted company.

    Args:
        predictive: new lives of the fitted company.
        observed: its months; those not seen in full, gaps and months beyond the horizon are left out.

    Returns:
        One row a metric and month: metric, month, when (as the table names it), seen, low, median, high (5, 50 and 95 %
        of lives), where: inside the band, above or below it.
    """
    tables = []
    for metric in observed.metrics:
        seen = observed.monthly(metric)[1][: predictive.months]
        low, median, high = _band(predictive, metric, slice(len(seen)))
        where = np.select([seen > high, seen < low], [ABOVE, BELOW], INSIDE)
        month = np.arange(1, len(seen) + 1)
        columns = {"low": low, "median": median, "high": high, "where": where}
        when = [observed.name(one) for one in month.tolist()]
        table = pd.DataFrame({"metric": metric, "month": month, "when": when, "seen": seen, **columns})
        tables.append(table[~np.isnan(seen)])
    return pd.concat(tables, ignore_index=True)


def forecast_rows(fit: Fit) -> pd.DataFrame:
    """The months to come, as the company's own lives have them.

    Returns:
        One row a metric and month after the last observed one: metric (those observed, and what is expected of),
        month, when, low, median, high (5, 50 and 95 % of lives), expected (of the metric that is expected of), crossed,
        crossed_low and crossed_high (the chance to have crossed by then, with its 95 % interval).

    Raises:
        RunError: there are no months to come before the horizon.
    """
    lives, seen = fit.lives, fit.observed
    month = np.arange(seen.months + 1, lives.months + 1)
    found, ahead = lives.crossing.incidence, slice(seen.months, lives.months)
    expected_of = lives.scenario.parameters.expectation.metric
    tables = []
    for metric in [one for one in RESULTS if one in (*seen.metrics, expected_of)]:
        low, median, high = _band(lives, metric, ahead)
        line = percentiles(lives.values("expected")[:, ahead], (50.0,), lives.weights)[0]
        columns = {
            "when": [seen.name(one) for one in month.tolist()],
            "low": low,
            "median": median,
            "high": high,
            "expected": line if metric == expected_of else np.nan,
            "crossed": found.share[month],
            "crossed_low": found.low[month],
            "crossed_high": found.high[month],
        }
        tables.append(pd.DataFrame({"metric": metric, "month": month, **columns}))
    return pd.concat(tables, ignore_index=True)


def check_tables(rows: pd.DataFrame) -> list[Table]:
    """The check, one table a metric."""
    return [
        _table(
            [metric_name(str(metric)), "seen", "90 % of lives", ""],
            [
                [row["when"], number(row["seen"]), between(row["low"], row["high"], number), row["where"]]
                for row in group.to_dict("records")
            ],
        )
        for metric, group in rows.groupby("metric", sort=False)
    ]


def forecast_tables(rows: pd.DataFrame) -> list[Table]:
    """The months to come, one table a metric, that with the expected line and the crossing first.

    Each month of the next year, and every third one after that; the rows have them all.
    """
    last = rows["month"].min() - 1
    shown = rows[
        (rows["month"] <= last + 12) | ((rows["month"] - last) % 3 == 0) | (rows["month"] == rows["month"].max())
    ]
    tables = []
    for metric, group in sorted(shown.groupby("metric", sort=False), key=lambda pair: pair[1]["expected"].isna().all()):
        heads = [metric_name(str(metric)), "median", "90 % of lives"]
        lines = [
            [row["when"], number(row["median"]), between(row["low"], row["high"], number)]
            for row in group.to_dict("records")
        ]
        if not group["expected"].isna().all():
            heads = [*heads, "expected", "crossed", "95 % interval"]
            for line, row in zip(lines, group.to_dict("records"), strict=True):
                ends = between(row["crossed_low"], row["crossed_high"], per_cent)
                line += [number(row["expected"]), per_cent(row["crossed"]), ends]
        tables.append(_table(heads, lines))
    return tables


def check_sentence(rows: pd.DataFrame) -> str:
    """How many observed months lie where the fit has nine in ten, and which do not."""
    parts = []
    for metric, group in rows.groupby("metric", sort=False):
        outside = [f"month {row['when']} {row['where']}" for row in group.to_dict("records") if row["where"] != INSIDE]
        named = f" (not {', '.join(outside)})" if outside else ""
        parts.append(f"{len(group) - len(outside)} of {len(group)} months of {metric_name(str(metric))}{named}")
    return f"Inside the band that 9 in 10 lives of the fitted company keep to: {'; '.join(parts)}."


def _band(ensemble: Ensemble, metric: str, months: slice) -> tuple[Floats, Floats, Floats]:
    low, median, high = percentiles(ensemble.values(metric)[:, months], _BAND, ensemble.weights)
    return low, median, high


def _table(heads: list[str], rows: list[list[str]]) -> Table:
    made = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for i, head in enumerate(heads):
        made.add_column(head, justify="right" if i else "left", no_wrap=True)
    for row in rows:
        made.add_row(*row)
    return made
