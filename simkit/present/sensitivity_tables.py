"""Tornado, sensitivity indices and regions as tables for the terminal."""

from __future__ import annotations

import math

import pandas as pd
from rich.table import Table

from simkit.experiments.discover import Discovery
from simkit.experiments.sensitivity import Sensitivity
from simkit.experiments.tornado import Tornado
from simkit.present.figures import MISSING, between, between_signed, number, per_cent, points, signed
from simkit.run.precision import is_share

MOST = 20
"""Rows that people read; all of them are in the JSON."""


def tornado_table(tornado: Tornado) -> Table:
    """The values that move the outcome most, each end with its effect."""
    paths = list(tornado.table["path"].drop_duplicates())
    outcome = tornado.outcome.replace("_", " ")
    table = _table(f"Effect on {outcome}{_first(len(paths))}", "value", "from", "to", "effect", "interval", "p")
    shown = points if is_share(tornado.outcome) else number
    for row in tornado.table[tornado.table["path"].isin(paths[:MOST])].to_dict("records"):
        table.add_row(
            f"{row['path']}{' *' if row['assumed'] else ''}",
            MISSING if row["from"] is None else _plain(row["from"]),
            _plain(row["to"]),
            signed(row["effect"], shown),
            MISSING if math.isnan(row["low"]) else between_signed(row["low"], row["high"], shown),
            "<.001" if row["adjusted_p"] < 0.001 else f"{row['adjusted_p']:.3f}",
        )
    return table


def sensitivity_table(sensitivity: Sensitivity) -> Table:
    """The values that matter most, each with its index, interval, and what luck alone would bring."""
    found = sensitivity.table
    title = f"{sensitivity.method.title()}: {sensitivity.outcome.replace('_', ' ')}{_first(len(found))}"
    morris = sensitivity.method == "morris"
    columns = (
        ("mean effect", "interval", "signed", "spread", "by luck")
        if morris
        else ("by itself", "interval", "with others", "interval", "by luck")
    )
    table = _table(title, "value", "over", *columns)
    shown = number if morris else per_cent
    for row in found.head(MOST).to_dict("records"):
        if morris:
            cells = [number(row["mu_star"]), between(row["low"], row["high"], number)]
            cells += [signed(row["mu"], number), number(row["sigma"])]
        else:
            cells = []
            for name in ("first", "total"):
                # An index is a share; the ends of its interval may be none, and no reader expects them to be.
                low, high = (min(max(row[f"{name}_{end}"], 0.0), 1.0) for end in ("low", "high"))
                cells += [per_cent(min(max(row[name], 0.0), 1.0)), between(low, high, per_cent)]
        over = between(row["low_end"], row["high_end"], _plain)
        table.add_row(f"{row['path']}{' *' if row['assumed'] else ''}", over, *cells, shown(row["luck"]))
    return table


def discovery_table(discovery: Discovery) -> Table:
    """The limits of the region."""
    table = _table("The region", "value", "at least", "at most", "varied over", "p", "found again")
    for row in discovery.table.to_dict("records"):
        table.add_row(
            row["path"],
            *(MISSING if math.isnan(row[end]) else _plain(row[end]) for end in ("low", "high")),
            f"{_plain(row['from'])} to {_plain(row['to'])}",
            "<.001" if row["p"] < 0.001 else f"{row['p']:.3f}",
            f"{row['kept']} of 5",
        )
    return table


def measure_table(rows: pd.DataFrame) -> Table:
    """What to go and measure, of `Tornado.to_measure` or `Sensitivity.to_measure`."""
    table = _table("To measure: without a source, and it matters", "value", "what it is")
    for row in rows.head(MOST).to_dict("records"):
        table.add_row(row["path"], row["meaning"])
    return table


def _table(title: str, *headings: str) -> Table:
    table = Table(title=title, box=None, header_style="bold", title_justify="left")
    for heading in headings:
        left = heading in {"value", "what it is"}
        table.add_column(heading, justify="left" if left else "right", overflow="fold", no_wrap=heading == "value")
    return table


def _first(rows: int) -> str:
    return f", the first {MOST} of {rows} values" if rows > MOST else ""


def _plain(value: object) -> str:
    """A value of a parameter, to three digits."""
    return number(value) if isinstance(value, float | int) else str(value)
