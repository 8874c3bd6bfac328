"""The board's picture of a search: points, finalists and sentences, whole, cancelled and of one objective."""

from __future__ import annotations

from dataclasses import replace

import pytest

from simkit.experiments.objectives import Constraint
from simkit.present.board_plans import finalists_table, plans_in_words, plans_shown, plans_spec
from simkit.present.board_studies import SELECTION
from simkit.present.search_charts import CHOSEN, TODAY, TRIED
from tests.unit.test_search_charts import search


def test_points_say_which_plan_they_are() -> None:
    """Fails if a click would open another plan than the one whose values are shown, or today's is not told apart."""
    shown = plans_shown(search("total_cost", "net_margin"))
    rows = shown.table
    assert shown.said.startswith("Better is to the left and up. ")
    assert rows["point"].tolist() == [0, 1, -1, 1, 0]
    assert rows["name"].tolist() == [
        "plan 0: People for content 1 head",
        "plan 1: People for content 2 heads",
        TODAY,
        "plan 1: People for content 2 heads",
        "plan 0: People for content 1 head",
    ]


def test_one_objective_is_shown_above_what_plans_cost() -> None:
    """Fails if the cost is not that of the levers (people more or less than today's), gets an interval, or the
    effects are not differences from today."""
    found = search("net_margin")
    shown = plans_shown(found)
    team = found.design.plans.base.parameters.team
    price, today = team.cost_per_person_month, team.content
    tried = shown.table[shown.table["kind"] == TRIED]
    assert tried["x"].tolist() == [price * (1 - today), price * (2 - today)]
    assert tried["y"].tolist() == [10.0, 20.0]
    (best,) = shown.table[shown.table["kind"] == CHOSEN].to_dict("records")
    assert (best["x"], best["y"]) == (price * (1 - today), pytest.approx(12.0))
    assert best["y_low"] < 12.0 < best["y_high"]
    assert shown.table["x_low"].isna().all()
    assert shown.x.startswith("Cost a month above today's, ")
    assert shown.said.startswith("Better is to the left and up. ")
    assert plans_shown(search("total_cost")).said.startswith("Better is to the left and down. ")


def test_a_search_that_ended_early_shows_what_was_tried_and_promises_nothing() -> None:
    """Fails if it raises, or says that something is confirmed."""
    early = replace(search("total_cost", "net_margin"), finalists=(), fresh=None)
    assert plans_shown(early).table["point"].tolist() == [0, 1, -1]
    assert "intervals" not in plans_shown(early).said
    assert plans_in_words(early) == [
        "3 of 3 plans were tried in 2 lives each, seed 1.",
        "None of them is confirmed in fresh lives, so the best of them look better than they are. "
        "Run it again for the rest.",
    ]


def test_finalists_keep_less_than_they_promised() -> None:
    """Fails if promised and kept are exchanged, or the plan that was chosen is not marked."""
    rows = finalists_table(search("net_margin"))
    margins = rows[rows["outcome"] == "Margin less cost"]
    assert margins["plan"].tolist() == ["1", "0 (chosen)"]
    assert [text.split(" ")[-1] for text in margins["promised"]] == ["20", "10"]
    assert [text.split(" ")[-1] for text in margins["kept"]] == ["9", "12"]
    assert [text.split(" ")[-1] for text in margins["lost"]] == ["11", "2"]


def test_the_chart_can_be_clicked_and_holds_no_rows() -> None:
    """Fails if no point can be chosen, or a specification carries data and so is sent again with every figure."""
    spec = plans_spec("Cost", "Margin", (TRIED, TODAY), (False, False))
    assert any(param["name"] == SELECTION for layer in spec["layer"] for param in layer.get("params", [])) or any(
        param["name"] == SELECTION for param in spec.get("params", [])
    )
    assert "datasets" not in spec
    assert all("data" not in layer for layer in spec["layer"])


def test_where_no_plan_does_the_nearest_is_told() -> None:
    """Fails if a search whose plans all break a constraint is told in the library's names, as one that goes on, or
    promises a plan; in the search's lives as in fresh ones."""
    found = search("total_cost", "net_margin")
    asked = replace(found.design, constraints=(Constraint("net_margin", at_most=False, bound=1e6),))
    early = replace(found, design=asked, finalists=(), fresh=None)
    assert plans_in_words(early) == [
        "None of the 3 plans that were tried has what is wanted (Margin less cost at least EUR 1 million).",
        f"The nearest is plan {early.nearest[0].number}, with Margin less cost EUR "
        f"{early.nearest[1]['net_margin'].mean():.0f}: People for content {early.nearest[0].number + 1} heads.",
        "Ask for less, let levers go further, choose other ones, or try more plans.",
    ]
    late = plans_in_words(replace(found, design=asked))
    assert late[0].startswith("None of the 2 finalists has what is wanted (Margin less cost at least EUR 1 million) in")
    assert late[1].startswith("The nearest is plan ")
