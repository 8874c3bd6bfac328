"""Comparisons and attributions as tables for the terminal."""

from __future__ import annotations

import math
from collections.abc import Callable

from rich.table import Table

from simkit.experiments.attribution import Attribution
from simkit.experiments.comparison import MONEY, Comparison
from simkit.experiments.unknowns import Unknowns
from simkit.present.figures import MISSING, between, number, per_cent, scale

Shown = Callable[[float | None], str]


def difference_table(comparison: Comparison) -> Table:
    """Each scenario against the reference: means, and the paired difference with its interval."""
    table = plain_table(
        "", comparison.reference, "scenario", "mean", "difference", f"{per_cent(comparison.level)} interval", "p"
    )
    currency = str(comparison.ensembles[comparison.reference].scenario["company.currency"])
    differences = comparison.differences
    for outcome in comparison.outcomes:
        rows = differences[differences["outcome"] == outcome].to_dict("records")
        unit, word = scale(max(abs(row["mean"]) for row in rows)) if outcome in MONEY else (1.0, "")
        name = outcome.replace("_", " ") + (f", {currency} {word}".rstrip() if outcome in MONEY else "")
        shown, change = shown_outcome(outcome, unit), signed_outcome(outcome, unit)
        for row in rows:
            first = row is rows[0]
            table.add_row(
                name if first else "",
                shown(row["mean_reference"]) if first else "",
                row["scenario"],
                shown(row["mean"]),
                change(row["difference"]),
                between(_known(row["low"]), _known(row["high"]), change),
                _p(row["adjusted_p"]),
            )
    return table


def attribution_table(attribution: Attribution) -> Table:
    """What each lever contributes, the largest contribution first, and the total they add up to."""
    table = plain_table("lever", "changes", "contributes", f"{per_cent(attribution.level)} interval")
    outcome = attribution.outcome.replace("_", " ")
    table.title = f"Why {attribution.scenario} differs from {attribution.reference} in {outcome}"
    total = attribution.total
    unit, word = scale(total.value) if attribution.outcome in MONEY else (1.0, "")
    table.title += f" ({word})" if word else ""
    shown = signed_outcome(attribution.outcome, unit)
    for row in attribution.table.itertuples(index=False):
        lever, before, after, value, low, high = row[:6]
        name = str(lever) if " " in str(lever) else str(lever).rpartition(".")[2]
        pairs = zip(str(before).split("; "), str(after).split("; "), strict=True)
        changes = [_change(*pair) for pair in pairs]
        table.add_row(name, "\n".join(changes), shown(value), between(_known(low), _known(high), shown))
    table.add_row("together", "", shown(total.value), between(total.low, total.high, shown), style="bold")
    return table


def unknowns_table(unknowns: Unknowns) -> Table:
    """What luck causes and what not knowing causes, as standard deviations, and the share of the latter."""
    interval = f"{per_cent(unknowns.level)} interval"
    table = plain_table("", "mean", "sd by luck", "sd by not knowing", "share of not knowing", interval)
    for row in unknowns.table.to_dict("records"):
        shown = shown_outcome(str(row["outcome"]))
        table.add_row(
            str(row["outcome"]).replace("_", " "),
            *(shown(row[name]) for name in ("mean", "sd_luck", "sd_not_knowing")),
            per_cent(row["share"]) + (" (floored)" if row["floored"] else ""),
            between(_known(row["share_low"]), _known(row["share_high"]), per_cent),
        )
    return table


def _change(before: str, after: str) -> str:
    """What a lever does, in short: a group names its paths, a single lever is one."""
    path, _, old = before.rpartition(" ")
    return f"{path.rpartition('.')[2]} {old} → {after.rpartition(' ')[2]}".strip()


def plain_table(*headings: str) -> Table:
    """A table without lines: words to the left, figures to the right."""
    table = Table(box=None, header_style="bold", title_justify="left")
    words = {"", "scenario", "lever", "changes", "plan"}
    for heading in headings:
        table.add_column(heading, justify="left" if heading in words else "right", overflow="fold")
    return table


def shown_outcome(outcome: str, unit: float = 1.0) -> Shown:
    """How an outcome is written: a share as a percentage, an amount in a unit."""
    if _is_share(outcome):
        return per_cent
    return lambda value: number(None if value is None else value / unit)


def signed_outcome(outcome: str, unit: float = 1.0) -> Shown:
    """A difference with its sign; that of two shares is in percentage points."""
    shown = shown_outcome(outcome, unit)

    def signed(value: float | None) -> str:
        if value is None or math.isnan(value):
            return MISSING
        size = f"{abs(100 * value):.0f} points" if _is_share(outcome) else shown(abs(value))
        return size if size in ("0", "0 points") else f"{'+' if value > 0 else '−'}{size}"

    return signed


def _is_share(outcome: str) -> bool:
    return outcome.startswith("crossed") or outcome in {"abandoned", "valley_depth", "roi"}


def _p(value: float) -> str:
    return MISSING if math.isnan(value) else "<.001" if value < 0.001 else f"{value:.3f}"


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value
