"""What a company's months say about it, in words and rows."""

from __future__ import annotations

from functools import partial

from rich.table import Table

from simkit.experiments.calibrate import INFORMED, Fit
from simkit.present.board_details import name_of, written
from simkit.present.figures import MISSING, between, metric_name, per_cent

_HEADS = ("value", "believed before", "after these months", "learned")
_ENDS = (("prior_low", "prior_high"), ("low", "high"))


def fit_rows(fit: Fit) -> list[dict[str, str]]:
    """Each uncertain value before and after, the best known first, and how much the months say about it."""
    rows = []
    for row in fit.parameters.sort_values("learned", ascending=False).to_dict("records"):
        path, learned = str(row["path"]), float(row["learned"])
        before, after = (between(row[low], row[high], partial(_rounded, path)) for low, high in _ENDS)
        known = after if learned >= INFORMED else "as before"
        rows.append(dict(zip(_HEADS, (name_of(path), before, known, per_cent(learned)), strict=True)))
    return rows


def fit_table(fit: Fit) -> Table:
    """The same for the terminal."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for i, head in enumerate(_HEADS):
        table.add_column(head, justify="right" if i else "left")
    for row in fit_rows(fit):
        table.add_row(*row.values())
    return table


def _rounded(path: str, value: float | None) -> str:
    return MISSING if value is None else written(path, float(f"{value:.3g}"))


def _rest(fit: Fit) -> str:
    """What is said of the values that the months tell nothing about."""
    rest = len(fit.parameters) - len(fit.informed)
    if not rest:
        return ""
    return f"; the other {rest} stay as they were assumed" if rest > 1 else "; the other stays as it was assumed"


def fit_sentences(fit: Fit) -> tuple[str, ...]:
    """What was learned in all, what it rests on, and last, if anything does, what stands against believing it."""
    months = f"{fit.observed.months} months of {', '.join(map(metric_name, fit.observed.metrics))}"
    told = [
        f"{months} tell something about {len(fit.informed)} of {len(fit.parameters)} uncertain values "
        f"({per_cent(INFORMED)} of the variance or more){_rest(fit)}."
    ]
    rests = len(fit.replications)
    table = fit.prior.table
    told.append(f"{rests} of {table.done:,} lives of what was believed before are kept, seed {table.design.seed}.")
    if fit.warning:
        told.append(f"Careful: {fit.warning}.")
    return tuple(told)
