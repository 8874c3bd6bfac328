"""Charts of comparisons and attributions: what they show, and that what is drawn is that."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import simkit
from simkit import Comparison, Scenario
from simkit.experiments.attribution import Attribution
from simkit.experiments.levers import Lever
from simkit.present.experiment_charts import (
    TOTAL,
    attribution_chart,
    comparison_chart,
    draw_comparison,
    label,
    shown_attribution,
    shown_comparison,
)

TODAY = Scenario("today").with_changes({"horizon_months": 6, "team.content": 1})


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    better = TODAY.with_changes({"company.win_rate": 0.2})
    pair = {"today": TODAY, "better": better, "twin": TODAY}
    return simkit.compare(pair, 4, seed=0, workers=1, outcomes=["total_margin", "crossed_by_6", "roi"])


def attribution() -> Attribution:
    """Two levers in three lives: +1, +2, +3 and -10 each."""
    levers = (Lever("process.silos", "process", "0.4", "0"), Lever("month 4: team.content", "team", "-", "3"))
    lives = np.array([[1.0, 2.0, 3.0], [-10.0, -10.0, -10.0]])
    return Attribution("better", "today", "total_margin", levers, lives, 20.0, 0.95, 0)


def test_differences_are_shown_as_they_are(comparison: Comparison) -> None:
    """A panel an outcome, in the table's order, with its numbers. Fails if a figure were sorted, rounded or lost."""
    shown, rows = shown_comparison(comparison), comparison.differences
    np.testing.assert_array_equal(shown.table[["value", "low", "high"]], rows[["difference", "low", "high"]])
    assert list(dict.fromkeys(shown.table["group"])) == [
        "Total margin, EUR",
        "Share of lives that cross by month 6",
        "Return on cost",
    ]
    assert shown.order == ("better", "twin")
    assert shown.said == "95 % intervals of 4 paired lives, each by itself; seed 0"


def test_contributions_are_shown_largest_first() -> None:
    """-10 before +2, the total of -8 last; a change that the reference does not have is shown without a 'from'. Fails
    if the sign decided the order or the colour were another's."""
    shown = shown_attribution(attribution())
    assert shown.order == ("month 4: team.content: 3", "process.silos: 0.4 to 0", TOTAL)
    assert shown.table["value"].to_list() == [-10.0, 2.0, -8.0]
    assert shown.table["group"].to_list() == ["lowers it", "raises it", TOTAL]


def values(spec: dict[str, Any]) -> list[dict[str, Any]]:
    (data,) = spec["datasets"].values()
    return list(data)


def test_what_is_drawn_is_what_is_shown(comparison: Comparison) -> None:
    """The specification holds the rows of the tables; every scenario has a colour. Fails if a chart were drawn from
    other numbers, or Altair refused it."""
    spec = comparison_chart(comparison).to_dict()
    assert [row["value"] for row in values(spec)] == shown_comparison(comparison).table["value"].to_list()
    bars = attribution_chart(attribution()).to_dict()
    assert [row["name"] for row in values(bars)] == list(shown_attribution(attribution()).order)
    colour = draw_comparison(shown_comparison(comparison)).to_dict()["spec"]["layer"][1]["encoding"]["color"]
    assert colour["scale"]["domain"] == ["better", "twin"]
    assert len(set(colour["scale"]["range"])) == 2


def test_outcomes_in_plain_words() -> None:
    """Fails if an amount lost its currency, or a share had one."""
    assert label("net_margin", "EUR") == "Margin less cost, EUR"
    assert label("crossed", "EUR") == "Share of lives that cross"
    assert label("crossed_by_24") == "Share of lives that cross by month 24"
