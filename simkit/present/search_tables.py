"""Searches, rankings and regrets as tables and sentences for the terminal."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Mapping
from typing import Any

import pandas as pd
from rich.table import Table

from simkit.errors import RunError
from simkit.experiments.comparison import MONEY
from simkit.experiments.objectives import more_is_better
from simkit.experiments.rank import Ranking
from simkit.experiments.robust import Robustness
from simkit.experiments.searched import Search
from simkit.parameters import Value
from simkit.present.comparison_tables import plain_table, shown_outcome, signed_outcome
from simkit.present.figures import MISSING, between, money, number, scale, signed

MOST = 20
"""Rows that people read; all of them are in the folder."""

Shown = Callable[[float | None], str]


def search_sentences(search: Search, said_of: Callable[[str, Value], str] | None = None) -> list[str]:
    """What was found, and what of it holds in fresh lives; `said_of` says a path's value in other words."""
    said_of = said_of or (lambda path, value: f"{path} {_value(value)}")
    design = search.design
    first = design.objectives[0]
    said = [
        f"{len(search.tried)} of {len(design.plans):,} plans were tried in {design.replications} lives each, "
        f"seed {design.seed}."
    ]
    try:
        chosen = search.chosen
    except RunError as error:
        return [*said, str(error)]
    table = search.confirmed
    if len(design.objectives) == 1:
        row = table[(table["plan"] == chosen[0].number) & (table["outcome"] == first)].iloc[0]
        change = _change(first, str(design.plans.base["company.currency"]))
        ends = between(_known(row["low"]), _known(row["high"]), change)
        values = ", ".join(said_of(path, value) for path, value in design.plans.values(chosen[0].plan).items())
        said.append(f"The best is plan {chosen[0].number}: {values}.")
        said.append(
            f"In {row['n']} fresh lives it changes {_words(first)} by {change(row['effect'])} (95 %: {ends}) against "
            f"today; the search had promised {change(row['searched'])}."
        )
        if not _better(row, first):
            said.append("That is not clearly better than today: nothing speaks for a change yet.")
    else:
        said.append(f"No other plan beats {', '.join(f'plan {one.number}' for one in chosen)} in all objectives.")
    words = {"met": "is met", "open": "may or may not be met: the interval holds the bound", "broken": "is broken"}
    said += [f"{constraint} {words[verdict]} in fresh lives." for constraint, verdict in search.kept_to().items()]
    return said


def plans_table(search: Search) -> Table:
    """What the finalists do, and what they cost."""
    design, rows = search.design, search.confirmed.drop_duplicates("plan")
    priced = not math.isnan(rows["cost"].iloc[0])
    names = [path.rpartition(".")[2] for path in design.plans.paths]
    table = plain_table("plan", *names, *(["a month"] if priced else []))
    for row in rows.to_dict("records"):
        values = [_value(row[path]) for path in design.plans.paths]
        table.add_row(_named(row), *values, *([number(row["cost"])] if priced else []))
    table.title = "Finalists, and what they cost above today; * was chosen" if priced else "Finalists; * was chosen"
    return table


def confirmed_table(search: Search) -> Table:
    """The finalists in fresh lives: what the search promised, and what is left of it."""
    design, rows = search.design, search.confirmed
    table = plain_table("", "plan", "mean", "promised", "kept", "95 % interval", "lost")
    for outcome in design.outcomes:
        of_outcome = rows[rows["outcome"] == outcome].to_dict("records")
        unit, word = _scale(outcome, rows)
        shown, change = shown_outcome(outcome, unit), signed_outcome(outcome, unit)
        table.add_row(f"{_words(outcome)}{word}", "today", shown(of_outcome[0]["today"]))
        for row in of_outcome:
            ends = between(_known(row["low"]), _known(row["high"]), change)
            figures = (change(row[name]) for name in ("searched", "effect"))
            table.add_row("", _named(row), shown(row["mean"]), *figures, ends, change(row["shrinkage"]))
    table.title = f"Against today: promised in the search, kept in {rows['n'].iloc[0]} fresh lives that chose nothing"
    return table


def trials_table(search: Search) -> Table:
    """The plans that were tried, the best of them first."""
    design = search.design
    trials = search.trials
    first = design.objectives[0]
    order = trials.sort_values(["met", first], ascending=[False, not more_is_better(first)], kind="stable")
    table = plain_table(
        "plan", *(path.rpartition(".")[2] for path in design.plans.paths), *map(_words, design.outcomes), "met"
    )
    table.title = f"{len(trials)} plans, means of {design.replications} lives that also chose"
    for row in order.head(MOST).to_dict("records"):
        figures = [shown_outcome(outcome)(row[outcome]) for outcome in design.outcomes]
        values = [_value(row[path]) for path in design.plans.paths]
        table.add_row(str(row["plan"]), *values, *figures, "yes" if row["met"] else "no")
    return table


def ranking_table(ranking: Ranking) -> Table:
    """The pick, and how far the others were behind when they were left out."""
    rows = ranking.table
    unit = scale(max(abs(rows["mean"])))[0] if ranking.outcome in MONEY else 1.0
    shown, change = shown_outcome(ranking.outcome, unit), signed_outcome(ranking.outcome, unit)
    table = plain_table("scenario", "mean", "behind by", "95 % interval", "lives")
    for row in rows.to_dict("records"):
        ends = MISSING if math.isnan(row["behind"]) else between(_known(row["low"]), _known(row["high"]), change)
        table.add_row(str(row["scenario"]), shown(row["mean"]), change(row["behind"]), ends, str(row["lives"]))
    table.title = f"By {_words(ranking.outcome)}; lives with the same luck, seed {ranking.seed}"
    return table


def robustness_table(robustness: Robustness) -> Table:
    """Each plan's regrets, the one that is regretted least first."""
    rows = robustness.table
    outcome = robustness.outcome
    unit = scale(max(abs(rows["mean"])))[0] if outcome in MONEY else 1.0
    shown, change = shown_outcome(outcome, unit), signed_outcome(outcome, unit)
    table = plain_table("plan", "as assumed", "mean", "mean regret", "90 % keep below", "worst", "best in")
    share = shown_outcome("crossed")
    for row in rows.to_dict("records"):
        table.add_row(
            str(row["plan"]),
            shown(row["assumed"]),
            shown(row["mean"]),
            f"{change(row['regret'])} ({between(row['low'], row['high'], change)})",
            f"{change(row['most'])} ({between(row['most_low'], row['most_high'], change)})",
            change(row["worst"]),
            f"{share(row['best_in'])} ({between(row['best_low'], row['best_high'], share)})",
        )
    futures, replications = rows["futures"].iloc[0], rows["n"].iloc[0]
    table.title = (
        f"Regret in {_words(outcome)} over {futures} futures of {len(robustness.futures[0])} unknowns, "
        f"{replications} lives in each, 95 % intervals, seed {robustness.seed}"
    )
    return table


def _better(row: pd.Series, outcome: str) -> bool:
    """Whether the interval of an effect is clear of 0 on the good side."""
    up = more_is_better(outcome)
    end = _known(row["low" if up else "high"])
    return end is not None and (end > 0.0 if up else end < 0.0)


def _scale(outcome: str, rows: pd.DataFrame) -> tuple[float, str]:
    """The unit that amounts of an outcome are written in, and how a heading says it."""
    if outcome not in MONEY:
        return 1.0, ""
    unit, word = scale(float(rows.loc[rows["outcome"] == outcome, ["mean", "today"]].abs().to_numpy().max()))
    return unit, f", {word}" if word else ""


def _change(outcome: str, currency: str) -> Shown:
    """How a change is written in a sentence."""
    if outcome in MONEY:
        return lambda value: signed(value or 0.0, lambda size: money(size, currency))
    return signed_outcome(outcome)


def _named(row: Mapping[Hashable, Any]) -> str:
    return f"{row['plan']} *" if row["chosen"] else str(row["plan"])


def _words(outcome: str) -> str:
    return outcome.replace("_", " ")


def _value(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value
