"""What a comparison says, in plain words: whether and when each scenario crosses, what it brings, what is not counted.

A difference is called one where its p value, corrected for all rows of the table, is below 1 - level; elsewhere the
sentence says that the lives do not tell.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from simkit.experiments.comparison import MONEY, Comparison
from simkit.experiments.levers import unpriced
from simkit.present.figures import Shown, between, between_signed, money, months, number, per_cent, points, signed
from simkit.run.precision import is_share

Row = Mapping[Any, Any]


def conclusions(comparison: Comparison) -> tuple[str, ...]:
    """A paragraph for each scenario, against the reference."""
    rows = comparison.differences.to_dict("records")
    names = list(dict.fromkeys(row["scenario"] for row in rows))
    return tuple(_of_one(comparison, name, {r["outcome"]: r for r in rows if r["scenario"] == name}) for name in names)


def not_priced(found: Mapping[str, str]) -> str:
    """Levers whose price the model does not know, each with what it takes: 'process.silos (a reorganisation)'."""
    *others, last = (f"{path} ({takes})" for path, takes in found.items())
    return f"{', '.join(others)} and {last}" if others else last


def _of_one(comparison: Comparison, name: str, rows: Mapping[str, Row]) -> str:
    reference, ours = (comparison.ensembles[one].scenario for one in (comparison.reference, name))
    if ours == reference:
        return f"'{name}' runs like '{comparison.reference}': nothing differs."
    if len(comparison) < 2:
        return f"One life of '{name}' tells nothing of how it differs from '{comparison.reference}'."
    told = [say(comparison, rows[outcome]) for outcome, say in _SAID.items() if outcome in rows]
    told = told or [_other(comparison, row) for row in rows.values()]
    missing = unpriced(reference, ours)
    if missing and MONEY & set(rows):
        told.append(_uncounted(comparison, missing, rows.get("net_margin")))
    return " ".join(told)


def _told_apart(row: Row) -> bool:
    return bool(row["adjusted_p"] < 1.0 - row["level"])


def _crossed(comparison: Comparison, row: Row) -> str:
    ours, theirs = per_cent(row["mean"]), per_cent(row["mean_reference"])
    said = (
        f"'{row['scenario']}' crosses the expected line within {_horizon(comparison)} months in {ours} of lives, "
        f"'{row['reference']}' in {theirs}"
    )
    if not _told_apart(row):
        return f"{said}; {_ends(row, points)}, so these lives do not tell which crosses more often."
    return f"{said}: {_more(row, points)}."


def _sooner(comparison: Comparison, row: Row) -> str:
    horizon = _horizon(comparison)
    if not _told_apart(row):
        mean = f"Its mean crossing month ({horizon} for a life that does not cross)"
        return f"{mean} moves by {_ends(row, months)}: these lives do not tell whether it is sooner."
    rule = f"a life that does not cross counting as month {horizon}"
    return f"On average it crosses {_more(row, months, 'later', 'sooner')}, {rule}."


def _net(comparison: Comparison, row: Row) -> str:
    amount = partial(money, currency=_currency(comparison))
    if not _told_apart(row):
        return f"Its margin after cost changes by {_ends(row, amount)}: these lives do not tell whether it pays."
    return f"After cost it brings {_more(row, amount)}."


def _other(comparison: Comparison, row: Row) -> str:
    outcome = str(row["outcome"])
    amount = partial(money, currency=_currency(comparison))
    shown: Shown = points if is_share(outcome) or outcome in ("valley_depth", "roi") else number
    shown = months if outcome.startswith("restricted_") else amount if outcome in MONEY else shown
    words = outcome.replace("_", " ")
    if not _told_apart(row):
        return f"'{row['scenario']}', {words}: {_ends(row, shown)}, so these lives do not tell whether it differs."
    return f"'{row['scenario']}', {words}: {_more(row, shown)}."


def _uncounted(comparison: Comparison, missing: Mapping[str, str], net: Row | None) -> str:
    said = f"The cost leaves out what it takes to change {not_priced(missing)}: the model has no price for that"
    if net is None or not _told_apart(net) or net["difference"] < 0:
        return f"{said}."
    amount = partial(money, currency=_currency(comparison))
    most, prudent = amount(net["difference"]), amount(net["low"])
    return f"{said}. To pay off by month {_horizon(comparison)} it may cost {most} at most, {prudent} to be prudent."


_SAID: Mapping[str, Callable[[Comparison, Row], str]] = {
    "crossed": _crossed,
    "restricted_crossing_month": _sooner,
    "net_margin": _net,
}


def _more(row: Row, shown: Shown, above: str = "more", below: str = "less") -> str:
    """A difference in words with its interval: '4.3 months sooner (95 % interval 3.5 to 5.2 months)'."""
    value, low, high = (float(row[name]) for name in ("difference", "low", "high"))
    if low * high < 0.0:  # the p value leaves out 0 where the interval does not quite
        return f"{shown(abs(value))} {above if value > 0 else below} ({_ends(row, shown)})"
    near, far = sorted((abs(low), abs(high)))
    interval = f"{per_cent(row['level'])} interval {between(near, far, shown)}"
    return f"{shown(abs(value))} {above if value > 0 else below} ({interval})"


def _ends(row: Row, shown: Shown) -> str:
    if math.isnan(row["low"]):
        return signed(row["difference"], shown)
    return f"{signed(row['difference'], shown)} ({per_cent(row['level'])} interval {_between(row, shown)})"


def _between(row: Row, shown: Shown) -> str:
    return between_signed(row["low"], row["high"], shown)


def _horizon(comparison: Comparison) -> int:
    return comparison.ensembles[comparison.reference].months


def _currency(comparison: Comparison) -> str:
    return str(comparison.ensembles[comparison.reference].scenario["company.currency"])
