"""Results as tables for the terminal; the interval of a figure and the spread of lives have columns of their own."""

from __future__ import annotations

from collections.abc import Iterable

from rich.table import Table

from simkit.present.coverage import Coverage
from simkit.present.figures import MISSING, Shown, between, month, number, per_cent, scale
from simkit.run import Amount, Ensemble, Summary


def outcome_table(ensemble: Ensemble) -> Table:
    """The figures of the whole run, each with its interval and, where it is an amount, the spread of lives."""
    said = ensemble.summary
    table = _table("", "estimate", "95 % interval", "90 % of lives")
    for name, share in _shares(said):
        table.add_row(name, per_cent(share[0]), between(share[1], share[2], per_cent), "")
    for name, when in (
        ("Crossing month, median", said.crossing_month),
        ("Shortfall repaid, median month", said.repaid_month),
        ("Break-even month, median", said.break_even_month),
    ):
        table.add_row(name, month(when.median), between(when.low, when.high, month), "")
    mean = said.crossing_month
    ends = between(mean.restricted_mean_low, mean.restricted_mean_high, number)
    table.add_row(f"Crossing, mean ({said.months} if none)", number(mean.restricted_mean), ends, "")
    for row in (
        _amount("Valley depth, of the target", said.valley_depth, per_cent),
        _scaled("Valley area", _unit(said), said.valley_area),
        _scaled("Total margin", said.currency, said.total_margin),
        _scaled("Total cost", said.currency, said.total_cost),
        _amount("Return on cost", said.roi, per_cent),
        _amount("Payback, months", said.payback_months, number),
        _scaled("Cash needed", said.currency, said.cash_needed),
    ):
        table.add_row(*row)
    return table


def month_table(ensemble: Ensemble) -> Table:
    """Expected and simulated results in some of the months, and the share of lives that have crossed by then."""
    said = ensemble.summary
    course, expected = said.monthly[said.metric], said.monthly["expected"]
    table = _table("month", "expected", "median", "90 % of lives", "crossed", "95 % interval")
    step = 3 if said.months <= 24 else 6 if said.months <= 60 else 12
    for last in sorted({1, *range(step, said.months + 1, step), said.months}):
        at, crossed = last - 1, said.crossed_by[last - 1]
        table.add_row(
            str(last),
            number(expected.p50[at]),
            number(course.p50[at]),
            between(course.p5[at], course.p95[at], number),
            per_cent(crossed.mean),
            between(crossed.low, crossed.high, per_cent),
        )
    return table


def coverage_table(entries: Iterable[Coverage]) -> Table:
    """Observed months against the simulated 90 % band."""
    table = _table("observed", "months", "inside the 90 % band", "below it", "above it")
    for entry in entries:
        inside = f"{entry.inside} ({per_cent(entry.share)})" if entry.months else MISSING
        table.add_row(entry.metric, str(entry.months), inside, str(entry.below), str(entry.above))
    return table


def _shares(said: Summary) -> list[tuple[str, tuple[float | None, float | None, float | None]]]:
    first = said.first_expectation.crossed_share
    entries = [
        ("Crossed the expected line", said.crossed_share, True),
        ("Crossed the first expected line", first, first != said.crossed_share),
        ("Never below the line", said.never_below_share, bool(said.never_below_share.mean)),
        ("Fallen below again", said.relapsed_share, bool(said.relapsed_share.mean)),
        ("Stopped before crossing", said.abandoned_share, bool(said.abandoned_share.mean)),
    ]
    return [(name, (share.mean, share.low, share.high)) for name, share, telling in entries if telling]


def _unit(said: Summary) -> str:
    return said.currency if said.metric == "margin" else said.metric


def _scaled(name: str, unit: str, figure: Amount) -> tuple[str, str, str, str]:
    """An amount in units in which three digits say it."""
    size, word = scale(figure.mean)
    return _amount(
        f"{name}, {unit} {word}".rstrip(), figure, lambda value: number(None if value is None else value / size)
    )


def _amount(name: str, figure: Amount, shown: Shown) -> tuple[str, str, str, str]:
    spread = between(figure.p5, figure.p95, shown)
    if figure.mean is None:
        return name, f"in {per_cent(figure.share)}", MISSING, spread
    return name, shown(figure.mean), between(figure.low, figure.high, shown), spread


def _table(first: str, *numbers: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), show_edge=False, header_style="bold")
    table.add_column(first, no_wrap=True)
    for name in numbers:
        table.add_column(name, justify="right")
    return table
