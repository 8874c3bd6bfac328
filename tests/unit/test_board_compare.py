"""Scenarios side by side: what is compared, what is not, and that it is said."""

from __future__ import annotations

import numpy as np
import pytest

import simkit
from simkit.present.board import EXPECTED
from simkit.present.board_assumptions import assumption_rows
from simkit.present.board_compare import (
    MAIN,
    OWN_LINE,
    crossed_overlay,
    multiples,
    not_compared,
    overlay,
    paired,
)
from simkit.present.board_compare_charts import STYLES, crossed_overlay_spec, multiple_spec, overlay_spec, styles
from simkit.present.board_compare_table import COLUMNS, TWINS, comparison_cells
from simkit.run import Ensemble
from simkit.scenarios import load_scenario

LIVES = 9
"""Odd, so that there is a life in the middle."""


@pytest.fixture(scope="module")
def lived() -> dict[str, Ensemble]:
    """A reference, one that is worse, its twin, one with another metric, and one that shares nothing with it."""
    baseline = load_scenario("baseline")
    scenarios = {
        "now": baseline,
        "silos": load_scenario("siloed"),
        "twin": baseline,
        "leads": load_scenario("paid_led"),
        "abroad": load_scenario("olist"),
    }
    known = {one: simkit.simulate(one, LIVES, 1, workers=1) for one in dict.fromkeys(scenarios.values())}
    return {name: known[one] for name, one in scenarios.items()}


def test_only_lives_that_all_have_had_are_compared(lived: dict[str, Ensemble]) -> None:
    """Fails if scenarios with more lives than the others keep them."""
    some = paired({"now": lived["now"], "silos": lived["silos"].first(3)})
    assert [ensemble.replications for ensemble in some.values()] == [(0, 1, 2)] * 2


def test_cells_say_the_differences_of_the_comparison(lived: dict[str, Ensemble]) -> None:
    """Fails if a figure or its side is not that of `simkit.compare`."""
    two = {name: lived[name] for name in ("now", "silos")}
    cells = comparison_cells(two)
    compared = simkit.compare(
        {name: one.scenario for name, one in two.items()}, LIVES, 1, workers=1, outcomes=list(COLUMNS)
    )
    months = compared.differences.set_index("outcome").loc["restricted_crossing_month"]
    assert cells["silos"]["restricted_crossing_month"].difference.startswith(f"+{months['difference']:.1f} months")
    assert cells["silos"]["restricted_crossing_month"].better is False
    assert cells["silos"]["net_margin"].better is False
    assert cells["silos"]["net_margin"].difference.startswith("−EUR")
    assert all(cell.difference == "" for cell in cells["now"].values())


def test_a_verdict_holds_for_the_whole_table(lived: dict[str, Ensemble]) -> None:
    """Fails if verdicts look at each interval by itself: many twins of chance would make differences out of luck."""
    lucky = load_scenario("baseline").with_changes({"work.rework": 0.13})
    other = simkit.simulate(lucky, LIVES, 1, workers=1)
    alone = comparison_cells({"now": lived["now"], "lucky": other})["lucky"]
    many = comparison_cells({"now": lived["now"], **{f"lucky {i}": other for i in range(7)}})["lucky 0"]
    for outcome, cell in alone.items():
        assert many[outcome].difference == cell.difference
        assert many[outcome].better in (cell.better, None)


def test_scenarios_that_run_alike_differ_in_nothing(lived: dict[str, Ensemble]) -> None:
    """Fails if a twin has an interval, or is called better or worse."""
    cells = comparison_cells({"now": lived["now"], "twin": lived["twin"]})["twin"]
    assert {cell.difference for cell in cells.values()} == {TWINS}
    assert {cell.better for cell in cells.values()} == {None}


def test_what_does_not_mean_the_same_is_not_compared_and_said(lived: dict[str, Ensemble]) -> None:
    """Fails if another metric, currency or horizon slips into a difference, or goes unsaid."""
    cells = comparison_cells(lived)
    assert {o for o, cell in cells["leads"].items() if cell.difference} == {"abandoned", "cash_needed", "net_margin"}
    assert not any(cell.difference for cell in cells["abroad"].values())
    said = not_compared({name: one.scenario for name, one in lived.items()})
    assert sum("'leads'" in sentence for sentence in said) == 1
    assert sum("'abroad'" in sentence for sentence in said) == 3
    assert not any("'silos'" in sentence or "'twin'" in sentence for sentence in said)


def test_not_reached_is_said_and_never_a_number(lived: dict[str, Ensemble]) -> None:
    """Fails if a scenario that does not cross gets the horizon as its month."""
    assert comparison_cells(lived)["leads"]["crossed"].value == "0 %"
    assert comparison_cells(lived)["leads"]["restricted_crossing_month"].value == "not reached"


def test_one_line_is_drawn_where_all_expect_the_same_and_each_its_own_elsewhere(lived: dict[str, Ensemble]) -> None:
    """Fails if different expectations are drawn as one, or the same one many times."""
    alike = overlay({name: lived[name] for name in ("now", "silos")}, "margin").rows
    assert set(alike[alike["layer"] == MAIN]["what"]) == {"now", "silos", EXPECTED}
    assert OWN_LINE not in set(alike["layer"])
    patient = lived["now"].scenario.with_changes({"expectation.months_to_target": 24})
    apart = overlay({"now": lived["now"], "patient": simkit.simulate(patient, 2, 1, workers=1)}, "margin").rows
    assert EXPECTED not in set(apart["what"])
    assert set(apart[apart["layer"] == OWN_LINE]["what"]) == {"now", "patient"}


def test_the_overlay_shows_the_median_life(lived: dict[str, Ensemble]) -> None:
    """Fails if the lines are those of other lives, or money of another currency is drawn with them."""
    shown = overlay(lived, "margin")
    drawn = shown.rows[shown.rows["what"] == "silos"]["value"].to_numpy()
    assert drawn == pytest.approx(np.median(lived["silos"].values("margin"), axis=0))
    assert "abroad" not in set(shown.rows["what"])
    assert "abroad" in set(overlay(lived, "leads").rows["what"])


def test_chances_are_those_of_the_lives_and_of_one_metric(lived: dict[str, Ensemble]) -> None:
    """Fails if the last point is not the share that crossed, or another metric's crossing is drawn beside it."""
    rows = crossed_overlay(lived).rows
    assert set(rows["what"]) == {"now", "silos", "twin"}
    last = rows[(rows["what"] == "silos") & (rows["month"] == 36)]["value"].item()
    assert last == lived["silos"].measure("crossed").mean()


def test_small_charts_share_a_scale_where_their_unit_is_the_same(lived: dict[str, Ensemble]) -> None:
    """Fails if each has its own scale, or reais set that of euros; or if something is cut off at the top."""
    charts = {chart.name: chart for chart in multiples(lived, "margin")}
    assert charts["now"].top == charts["silos"].top == charts["leads"].top
    assert charts["abroad"].top != charts["now"].top
    assert all(chart.rows["top"].max() <= chart.top for chart in charts.values())


def test_a_scenario_keeps_its_colour_in_every_chart(lived: dict[str, Ensemble]) -> None:
    """Fails if leaving a scenario out of a chart gives its colour to the next one."""
    first, second = overlay(lived, "margin"), crossed_overlay(lived)
    assert first.names == second.names == (*lived, EXPECTED)
    spec = crossed_overlay_spec(second.names, second.title, second.months)
    scale = spec["layer"][0]["encoding"]["color"]["scale"]
    expected = {name: colour for name, (colour, _) in styles(first.names).items()}
    assert dict(zip(scale["domain"], scale["range"], strict=True)) == expected


def test_eight_scenarios_can_be_told_apart_without_colour() -> None:
    """Fails if two of them have the same colour and dash, or two of one lightness the same dash."""
    assert len({(colour, tuple(dash)) for colour, dash in STYLES}) == 8
    light = {"#E69F00", "#56B4E9"}  # of all pairs these are the nearest in greyscale
    assert len({tuple(dash) for colour, dash in STYLES if colour in light}) == 2


def test_specifications_hold_no_data(lived: dict[str, Ensemble]) -> None:
    """Fails if numbers get into a specification, which would embed the chart anew with each of them."""
    shown, small = overlay(lived, "margin"), multiples(lived, "margin")[0]
    specs = [overlay_spec(shown.names, shown.title, shown.months), multiple_spec(small.names, small.months, small.top)]
    assert not any('"data' in str(spec).replace("'", '"') for spec in specs)


def test_assumptions_are_found_by_words_group_kind_and_what_was_changed() -> None:
    """Fails if a filter lets others through, or hides what it should show."""
    scenario = load_scenario("baseline").with_changes({"process.silos": {"low": 0.1, "mode": 0.2, "high": 0.9}})
    everything = assumption_rows(scenario)
    assert len(everything) == len(simkit.parameters.declarations())
    assert everything.loc["process.silos", "Value"] == "0.1 to 0.9, most likely 0.2"
    assert "process.silos" in assumption_rows(scenario, text="SILOS isolated").index
    assert set(assumption_rows(scenario, group="channels: search")["Group"]) == {"channels: search"}
    assert set(assumption_rows(scenario, kind="lever")["Kind"]) == {"lever"}
    assert assumption_rows(scenario, unmeasured=True)["Source"].str.startswith("Assumption").all()
    assert "process.silos" in assumption_rows(scenario, changed=True).index
    assert len(assumption_rows(scenario, changed=True)) < 30
