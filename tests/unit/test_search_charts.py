"""Charts of searches, rankings and regrets: what they show, and that what is drawn is that."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from simkit import Scenario
from simkit.experiments.rank import Ranking
from simkit.experiments.robust import Robustness
from simkit.experiments.search_design import search_design
from simkit.experiments.searched import Search, Tried
from simkit.present import search_charts
from simkit.present.chart_files import save_chart

FIRM = Scenario("firm").with_changes({"horizon_months": 12})


def search(*objectives: str) -> Search:
    """Three plans with known outcomes: the third breaks the constraint, the second keeps less than it promised."""
    design = search_design(
        FIRM, {"team.content": [1, 2, 3]}, objectives, constraints="crossed >= 0.5", replications=2, confirming=2
    )

    def lives(net: float, cost: float, crossed: float, number: int = 2) -> dict[str, np.ndarray]:
        spread = np.resize([-1.0, 1.0], number)
        return {"net_margin": net + spread, "total_cost": cost + spread, "crossed": np.full(number, crossed)}

    tried = (
        Tried(0, (0,), lives(10, 5, 1)),
        Tried(1, (1,), lives(20, 8, 1)),
        Tried(2, (2,), lives(90, 9, 0)),
    )
    fresh = (lives(0, 4, 1, 4), lives(12, 6, 1, 4), lives(9, 9, 1, 4))
    return Search(design, lives(0, 4, 1), tried, (tried[1], tried[0]), (fresh[0], fresh[2], fresh[1]), Path())


def test_a_search_shows_what_finalists_promised_and_kept() -> None:
    """Fails if a promise is taken for a figure of fresh lives, or the plan that was chosen is not marked."""
    shown = search_charts.shown_search(search("net_margin"))
    rows = shown.table.set_index(["name", "kind"])["x"]
    assert rows["plan 1", search_charts.PROMISED] == pytest.approx(20.0)
    assert rows["plan 1", search_charts.KEPT] == pytest.approx(9.0)
    assert rows["plan 0 (chosen)", search_charts.KEPT] == pytest.approx(12.0)
    assert shown.order == ("plan 1", "plan 0 (chosen)")
    assert "better to the right; 2 fresh lives that chose nothing, seed 1" in shown.said
    assert search_charts.draw_search(shown).to_dict()["layer"]


def test_a_front_shows_plans_as_differences_from_today() -> None:
    """Fails if a plan that breaks a constraint is shown, today does not lie at the origin, or the front is not marked:
    in the fresh lives one plan is cheaper and earns more, so the other one is beaten."""
    shown = search_charts.shown_search(search("total_cost", "net_margin"))
    table = shown.table
    tried = table[table["kind"] == search_charts.TRIED]
    assert tried[["x", "y"]].to_numpy().tolist() == [[1.0, 10.0], [4.0, 20.0]]
    assert table.loc[table["kind"] == search_charts.TODAY, ["x", "y"]].to_numpy().tolist() == [[0.0, 0.0]]
    assert table.loc[table["kind"] == search_charts.CHOSEN, "name"].tolist() == ["plan 0"]
    assert table.loc[table["kind"] == search_charts.OTHER, "name"].tolist() == ["plan 1"]
    assert "1 plans that break a constraint are left out" in shown.said
    drawn = search_charts.draw_search(shown).to_dict()
    assert drawn["layer"][2]["encoding"]["shape"]["scale"]["range"] == ["circle", "diamond", "square", "cross"]


def test_a_ranking_shows_how_far_others_are_behind() -> None:
    """Fails if the sign is turned round for an outcome of which more is better, or the pick is not at 0."""
    outcomes = {"a": np.array([1.0, 2.0, 3.0, 4.0]), "b": np.array([3.0, 5.0, 5.0, 7.0])}
    made = Ranking({"a": FIRM, "b": FIRM}, "net_margin", 0.95, 1.0, outcomes, {"a": 4}, 1)
    shown = search_charts.shown_ranking(made)
    assert shown.table["x"].tolist() == [0.0, 2.5]
    assert shown.order == ("b", "a")
    assert shown.table["text"].iloc[0] == "the pick"
    assert search_charts.draw_ranking(shown).to_dict()["layer"]


def test_regrets_are_shown_future_by_future(tmp_path: Path) -> None:
    """Fails if a future is missing, or the chart cannot be written as a page or a picture."""
    lives = np.repeat(np.array([[1.0, 5.0, 3.0], [2.0, 2.0, 3.0]])[:, :, None], 2, axis=2)
    draws = tuple({"market.drift": 0.1} for _ in range(3))
    made = Robustness({"a": FIRM, "b": FIRM}, "total_cost", draws, lives, lives[:, 0], 1)
    shown = search_charts.shown_robustness(made)
    each = shown.table[shown.table["kind"] == search_charts.EACH]
    assert each.groupby("name")["x"].apply(list).to_dict() == {"a": [0.0, 3.0, 0.0], "b": [1.0, 0.0, 0.0]}
    assert shown.order == ("b", "a")
    for ending in ("html", "svg", "png", "pdf"):
        save_chart(made.chart(), tmp_path / f"chart.{ending}")
    page = (tmp_path / "chart.html").read_text(encoding="utf-8")
    assert "https://cdn" not in page  # it needs no network
    assert (tmp_path / "chart.png").read_bytes().startswith(b"\x89PNG")
