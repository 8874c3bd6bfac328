"""The board's picture of a search: plans as points, finalists as a table, and what came of it in plain words."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import altair as alt
import pandas as pd

from simkit.errors import RunError
from simkit.experiments.comparison import MONEY
from simkit.experiments.objectives import more_is_better
from simkit.experiments.searched import Search
from simkit.parameters import Value
from simkit.present.board_charts import heading, specification
from simkit.present.board_details import name_of, written
from simkit.present.board_studies import SELECTION
from simkit.present.comparison_tables import shown_outcome, signed_outcome
from simkit.present.experiment_charts import label
from simkit.present.figures import Shown as Written
from simkit.present.figures import between, money, signed
from simkit.present.search_charts import Shown, axes_of, draw_plans, shown_plans
from simkit.present.search_tables import search_sentences


def plans_shown(search: Search) -> Shown:
    """What the chart shows, as `shown_plans` has it, with plans' values in their names and which way is good."""
    shown = shown_plans(search)
    plans = search.design.plans
    plan = {one.number: f"plan {one.number}: {_in_words(plans.values(one.plan))}" for one in search.tried}
    names = [plan.get(point, name) for point, name in zip(shown.table["point"], shown.table["name"], strict=True)]
    across, upwards = axes_of(search)
    good = ("to the right" if more_is_better(across) else "to the left", "up" if more_is_better(upwards) else "down")
    said = f"Better is {' and '.join(good)}. {shown.said}"
    return Shown(shown.title, said, shown.x, shown.y, shown.table.assign(name=names), (), shown.shares)


@lru_cache(maxsize=16)
def plans_spec(x: str, y: str, kinds: tuple[str, ...], shares: tuple[bool, bool], height: int = 380) -> dict[str, Any]:
    """The chart of the rows of `plans_shown`.

    Args:
        x, y: what the axes are, in words.
        kinds: of points that there are.
        shares: whether they are shares.
        height: of the plot, in pixels.
    """
    chosen = alt.selection_point(name=SELECTION, fields=["point"])
    empty = Shown("", "", x, "", pd.DataFrame({"kind": kinds}), (), shares)
    chart = draw_plans(empty, height=height, chosen=chosen)
    title = heading(f"Differences from today, upwards: {y}")
    return specification(chart.properties(width="container", title=title), columns=1)


def finalists_table(search: Search) -> pd.DataFrame:
    """One row a finalist and outcome, as text: what the search promised against today, and what fresh lives kept of it.

    Raises:
        RunError: nothing is confirmed yet.
    """
    plans = search.design.plans
    currency = str(plans.base["company.currency"])
    rows = []
    for row in search.confirmed.to_dict("records"):
        outcome = str(row["outcome"])
        shown, change = _written(outcome, currency)
        low, high = (None if math.isnan(row[end]) else row[end] for end in ("low", "high"))
        rows.append(
            {
                "plan": f"{row['plan']}{' (chosen)' if row['chosen'] else ''}",
                "outcome": label(outcome),
                "today": shown(row["today"]),
                "promised": change(row["searched"]),
                "kept": change(row["effect"]),
                "95 % interval": between(low, high, change),
                "lost": change(row["shrinkage"]),
                "what it is": _in_words({path: row[path] for path in plans.paths}),
                "cost a month": signed(row["cost"], lambda size: money(size, currency)),
            }
        )
    return pd.DataFrame(rows)


def plans_in_words(search: Search) -> list[str]:
    """What was found, and what of it holds in fresh lives; of a search that ended early, how far it came; where no plan
    does what is wanted, which one comes nearest."""
    design = search.design
    if search.fresh is not None:
        try:
            _ = search.chosen
        except RunError:
            return [
                f"None of the {len(search.finalists)} finalists {_wanted(search)} in fresh lives.",
                *_missed(search),
            ]
        return search_sentences(search, _said)
    if len(search.tried) == min(design.points, len(design.plans)) and not search.feasible:
        return [f"None of the {len(search.tried)} plans that were tried {_wanted(search)}.", *_missed(search)]
    return [
        f"{len(search.tried)} of {min(design.points, len(design.plans))} plans were tried in {design.replications} "
        f"lives each, seed {design.seed}.",
        "None of them is confirmed in fresh lives, so the best of them look better than they are. "
        "Run it again for the rest.",
    ]


def _wanted(search: Search) -> str:
    """What plans must keep to, as the end of a sentence about a plan."""
    wanted = [
        _figure(search, one.outcome, "at most " if one.at_most else "at least ", one.bound)
        for one in search.design.constraints
    ]
    return f"has what is wanted ({' and '.join(wanted)})"


def _missed(search: Search) -> list[str]:
    """The plan that comes nearest, and what one may do."""
    design, (one, values) = search.design, search.nearest
    pairs = zip(design.constraints, design.violations(values), strict=True)
    broken = dict.fromkeys(constraint.outcome for constraint, by in pairs if by)
    figures = " and ".join(_figure(search, name, "", float(values[name].mean())) for name in broken)
    return [
        f"The nearest is plan {one.number}, with {figures}: {_in_words(design.plans.values(one.plan))}.",
        "Ask for less, let levers go further, choose other ones, or try more plans.",
    ]


def _figure(search: Search, outcome: str, which: str, value: float) -> str:
    shown, _ = _written(outcome, str(search.design.plans.base["company.currency"]))
    return f"{label(outcome)} {which}{shown(value)}"


def _written(outcome: str, currency: str) -> tuple[Written, Written]:
    """How a mean and a change of an outcome are written."""
    if outcome in MONEY:
        amount: Written = lambda value: money(value, currency)  # noqa: E731
        return amount, lambda value: signed(value or 0.0, amount)
    return shown_outcome(outcome), signed_outcome(outcome)


def _in_words(values: dict[str, Value]) -> str:
    return "; ".join(_said(path, value) for path, value in values.items())


def _said(path: str, value: Value) -> str:
    return f"{name_of(path)} {written(path, value)}"
