"""What the board says and draws: sentences and figures of lives whose crossing is known, and charts without numbers."""

from __future__ import annotations

import json
import math
import re
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import altair as alt
import numpy as np
import pandas as pd
import pytest
from vl_convert import vegalite_to_svg

import simkit
from simkit import Ensemble, RunError, Scenario
from simkit.experiments.attribution import Attribution
from simkit.experiments.design import design_of
from simkit.experiments.levers import Lever
from simkit.experiments.next_steps import NextSteps, Step
from simkit.model.recorder import MONTHLY, ROLES
from simkit.observed import Observed
from simkit.observed.series import TOTAL, Observation
from simkit.parameters import declarations
from simkit.present import board_charts
from simkit.present.board import (
    BANDS,
    CROSSING,
    EXPECTED,
    FIRST_EXPECTED,
    OBSERVED,
    REFERENCE,
    SCENARIO,
    VALLEY,
    board_figures,
    board_headline,
    board_source,
    crossed_rows,
    results,
    starting_level,
)
from simkit.present.board_details import (
    ACTIVITY,
    LATER,
    NEARER,
    WORK,
    activity_rows,
    changes_in_words,
    name_of,
    reason_rows,
    reason_sentence,
    role_name,
    step_change,
    step_effect,
    step_price,
    step_rows,
    work_rows,
    written,
)
from simkit.present.crossing_map import crossing_map, map_spec
from simkit.present.figures import NOT_REACHED, between_signed, per_cent, signed
from simkit.statistics import Estimate
from tests.worlds import QUIET

MONTHS, LINE = 12, 100.0
SMALL = Scenario("small").with_changes(
    {**QUIET, "horizon_months": MONTHS, "team.content": 1, "channels.content.active": True}
)
OTHER = SMALL.with_changes({"process.silos": 0.1})
NEVER, STOPPED = math.inf, -1.0


@pytest.fixture(scope="module")
def one() -> Ensemble:
    return simkit.simulate(SMALL, 1, 5, workers=1)


def lives(one: Ensemble, months: Sequence[float], scenario: Scenario = SMALL) -> Ensemble:
    """Lives that cross a level line in these months: 0 for never below it, NEVER, or STOPPED in month 6 before it."""
    count, crossing = len(months), np.asarray(months, dtype=float)
    alike: dict[str, Any] = {
        name: np.repeat(getattr(one.lives, name), count, axis=0)
        for name in ("monthly", "channels", "roles", "starting_margin", "first_expected", "drawn")
    }
    month = np.arange(1, MONTHS + 1)
    above = (month >= np.where(crossing == STOPPED, NEVER, crossing)[:, np.newaxis]).astype(float)
    alike["monthly"][:, :, MONTHLY.index("margin")] = above * 30.0 * LINE
    alike["monthly"][:, :, MONTHLY.index("expected")] = LINE
    alike["first_expected"][:] = LINE
    made = replace(
        one.lives,
        replication=np.arange(count),
        starting_level=np.where(crossing == 0.0, 30.0 * LINE, 0.0),
        stopped_month=np.where(crossing == STOPPED, 6.0, np.nan),
        **alike,
    )
    ensemble = Ensemble(scenario, 5, made)
    found = np.where(np.isnan(ensemble.plateau.crossing_month), NEVER, ensemble.plateau.crossing_month)
    np.testing.assert_array_equal(found, np.where((crossing == 0.0) | (crossing == STOPPED), NEVER, crossing))
    return ensemble


@pytest.mark.parametrize(
    ("months", "said"),
    [
        ([5, 6, 6, 7, 7, 7, 8, 8, 9, 10], "8 in 10 of your lives cross between months 5 and 9."),
        ([0] * 10, "9 in 10 of your lives are never below the expected line."),
        ([0] * 5 + [4] * 5, "8 in 10 of your lives cross from the start or by month 4."),
        ([NEVER] * 10, "None of your lives cross within 12 months."),
        ([4, 5, 6] + [NEVER] * 7, "3 in 10 of your lives cross by month 12, 7 in 10 do not."),
        ([4] + [NEVER] * 29, "Fewer than 1 in 10 of your lives cross by month 12, more than 9 in 10 do not."),
        (
            [4, 5, 6] + [NEVER] * 5 + [STOPPED] * 2,
            "3 in 10 of your lives cross by month 12, 7 in 10 do not, and 2 in 10 are stopped before they cross.",
        ),
        ([STOPPED] * 10, "None of your lives cross within 12 months, and all are stopped before they cross."),
        (
            [6] * 29 + [STOPPED],
            "8 in 10 of your lives cross in month 6, and fewer than 1 in 10 are stopped before they cross.",
        ),
    ],
)
def test_the_headline_says_when_lives_cross_and_only_what_they_do(
    one: Ensemble, months: list[float], said: str
) -> None:
    """Fails if lives that do not cross get a month, or few are rounded to none, and nearly all to all."""
    assert board_headline(lives(one, months)) == said


@pytest.mark.parametrize(
    ("months", "said"),
    [
        ([4, 5, 6, 6, 7, 7, 7, 8, 9, 10], "; the reference's cross between months 4 and 9."),
        ([4] * 29 + [NEVER], "; the reference's cross in month 4."),
        ([0] * 5 + [4] * 5, "; the reference's cross from the start or by month 4."),
        ([0] * 10, "; the reference crosses by month 12 in all."),
        ([NEVER] * 10, "; the reference crosses in none by month 12."),
        ([4] * 7 + [STOPPED] * 3, "; the reference crosses by month 12 in 7 of 10."),
        ([4] + [NEVER] * 29, "; the reference crosses by month 12 in fewer than 1 of 10."),
    ],
)
def test_the_headline_says_what_the_reference_does(one: Ensemble, months: list[float], said: str) -> None:
    """Fails if all or none is said where some differ, or lives that do not cross get a month."""
    assert board_headline(lives(one, [5] * 10, OTHER), lives(one, months)).endswith(said)


def test_every_result_states_its_lives_interval_and_seed(one: Ensemble) -> None:
    """Fails if a share stands alone, or 0 of 10 is said to be certain."""
    some = board_source(lives(one, [4] * 3 + [NEVER] * 7))
    assert some.startswith("30 % of 10 simulated lives")
    assert "cross by month 12: results come up to the expected line and stay there for three months" in some
    assert some.endswith("(95 % interval of the chance: 11 to 60 %). Seed 5.")
    assert "0 % of 10 simulated lives" in board_source(lives(one, [NEVER] * 10))
    assert "0 to 28 %" in board_source(lives(one, [NEVER] * 10))


def test_what_is_not_reached_is_said_and_never_a_number(one: Ensemble) -> None:
    """Fails if a median that most lives never reach is given a month, such as the horizon."""
    half, chance, *_ = board_figures(lives(one, [4] * 3 + [NEVER] * 7))
    assert half.value == NOT_REACHED
    assert half.known.endswith(f"to {NOT_REACHED}")
    assert chance.value == "30 %"
    half, *_ = board_figures(lives(one, [4] * 7 + [NEVER] * 3))
    assert half.value == "month 4"
    shown = results(lives(one, [NEVER] * 9)).rows
    assert CROSSING not in set(shown["what"])


def test_differences_are_paired_signed_and_have_an_interval(one: Ensemble) -> None:
    """Each life crosses two months sooner, but one that never does. Fails if a side is mixed up, lives are not paired,
    or a difference stands without its interval."""
    reference = lives(one, [8, 9, 7, 8, 9, 7, 8, 9, 7, NEVER])
    sooner = lives(one, [6, 7, 5, 6, 7, 5, 6, 7, 5, NEVER], OTHER)
    half, chance, *_ = board_figures(sooner, reference)
    assert half.better is True
    assert half.difference.startswith("mean month −1.8 months (−2.3 to −1.3 months")
    later = board_figures(reference, lives(one, [6, 7, 5, 6, 7, 5, 6, 7, 5, NEVER], OTHER))[0]
    assert later.better is False
    assert later.difference.startswith("mean month +1.8 months (+1.3 to +2.3 months")
    assert chance.better is None
    assert chance.difference.startswith("0 points (")
    assert all(figure.meaning and figure.known for figure in board_figures(sooner, reference))


def test_more_chance_is_better_and_a_deeper_valley_is_worse(one: Ensemble) -> None:
    """Fails if a figure of which more is better is read like one of which less is."""
    seldom, always = lives(one, [NEVER] * 30), lives(one, [4] * 30, OTHER)
    figures = {figure.name: figure for figure in board_figures(always, seldom)}
    chance = figures[f"Chance to cross by month {MONTHS}"]
    assert chance.better is True
    assert chance.difference.startswith("+100 points")
    assert figures["Margin less cost"].better is True
    worse = {figure.name: figure.better for figure in board_figures(seldom, always)}
    assert worse[f"Chance to cross by month {MONTHS}"] is False
    assert worse["Margin less cost"] is False


def test_only_lives_that_both_have_had_are_compared(one: Ensemble) -> None:
    """Fails if lives that the other side lacks enter a difference."""
    reference = lives(one, [8] * 10)
    growing = lives(one, [6] * 10 + [NEVER] * 20, OTHER)
    assert board_figures(growing, reference)[0].difference.startswith("mean month −2.0 months")
    later = board_figures(reference, growing)[0].difference
    assert later.startswith("mean month +2.0 months")
    assert board_figures(growing.first(1), reference)[0].difference == ""


def test_scenarios_that_run_alike_have_no_difference(one: Ensemble) -> None:
    """Fails if a twin, with another title, more lives, or none at all, gets an interval."""
    own = lives(one, [4, 5, 6])
    twin = lives(one, [4, 5, 6, 7], replace(SMALL, title="other"))
    for reference in (twin, None):
        assert {(figure.difference, figure.better) for figure in board_figures(own, reference)} == {("", None)}


@pytest.mark.parametrize(
    ("value", "said"), [(0.12, "+12 %"), (-0.12, "−12 %"), (0.0, "0 %"), (0.001, "+<1 %"), (-0.001, "−<1 %")]
)
def test_a_difference_has_its_sign(value: float, said: str) -> None:
    """Fails if a fall is written like a rise, or nothing gets a sign."""
    assert signed(value, per_cent) == said


def test_what_reads_as_nothing_has_no_sign() -> None:
    """Fails if '−0 points' were said."""
    assert signed(-0.001, lambda value: f"{value:.1f} months") == "0.0 months"
    assert between_signed(-0.1, 0.2, per_cent) == "−10 to +20 %"


# Charts


def drawn(spec: dict[str, Any], rows: pd.DataFrame) -> ET.Element:
    """The chart with its rows, once its specification is what Vega-Lite admits."""
    whole = {**spec, "data": {"values": json.loads(rows.to_json(orient="records"))}}
    # How legends are laid out goes through Vega-Lite to Vega, but Vega-Lite's schema does not know it.
    alt.Chart.from_dict({**whole, "config": {}}, validate=True)
    return ET.fromstring(vegalite_to_svg({**whole, "width": 600}, allowed_base_urls=[]))


def texts(svg: ET.Element) -> list[str]:
    return ["\n".join(element.itertext()) for element in svg.iter("{http://www.w3.org/2000/svg}text")]


def marks(svg: ET.Element, kind: str) -> list[str]:
    """The paths of one kind of mark, such as 'area', layer by layer; without numbers there are none."""
    groups = [g for g in svg.iter("{http://www.w3.org/2000/svg}g") if f"mark-{kind}" in g.get("class", "").split()]
    inside = [path for group in groups if "role-mark" in group.get("class", "") for path in group]
    return [element.get("d", "") for group in inside for element in group.iter() if element.get("d")] + [
        element.get("d", "") for element in inside if element.tag.endswith("path")
    ]


def test_the_chart_of_results_has_the_lines_that_its_rows_hold(one: Ensemble) -> None:
    """Fails if a line is not that of the lives, or the names depend on whether anybody crosses."""
    own, reference = lives(one, [4, 5, 6, 7, 8], OTHER), lives(one, [NEVER] * 5)
    shown, never = results(own, reference), results(lives(one, [NEVER] * 5, OTHER), reference)
    assert shown.names == never.names
    assert set(shown.names) == {*BANDS.values(), SCENARIO, REFERENCE, VALLEY, EXPECTED, CROSSING}
    rows = shown.rows.set_index("what")
    np.testing.assert_array_equal(rows["value"].loc[[EXPECTED]], [LINE] * MONTHS)
    np.testing.assert_array_equal(rows["value"].loc[[SCENARIO]], np.median(own.values("margin"), axis=0))
    assert shown.rows[shown.rows["what"] == CROSSING][["month", "value"]].to_numpy().tolist() == [[6.0, LINE]]
    valley = rows.loc[VALLEY]
    assert (valley["top"] > valley["value"]).tolist() == [month < 6 for month in range(1, 13)]
    specs = [board_charts.results_spec(one.names, one.title, MONTHS) for one in (shown, never)]
    assert specs[0] is specs[1]
    svg = drawn(specs[0], shown.rows)
    assert {*shown.names, shown.title.replace(", ", "\n")} <= set(texts(svg))
    assert marks(svg, "line")
    assert marks(svg, "area")


def test_a_chart_of_another_metric_has_no_expected_line_and_sums_no_valley(one: Ensemble) -> None:
    """Fails if leads were drawn against a line of money, or months added up had a crossing."""
    own = lives(one, [4, 5, 6])
    assert set(results(own, metric="leads").names) == {SCENARIO, BANDS[SCENARIO]}
    added = results(own, cumulative=True)
    assert set(added.names) == {SCENARIO, BANDS[SCENARIO], EXPECTED}
    assert added.rows.set_index("what")["value"].loc[[EXPECTED]].tolist() == [LINE * m for m in range(1, 13)]
    for shown in (results(own, metric="leads"), added):
        drawn(board_charts.results_spec(shown.names, shown.title, MONTHS), shown.rows)


def test_what_was_observed_and_a_line_that_was_moved_are_drawn(one: Ensemble) -> None:
    """Fails if a company's own months, or what it expected at first, are missing in the picture."""
    seen = Observed(tuple(Observation(month, "margin", TOTAL, 10.0 * month) for month in (1, 2, 3)))
    own = lives(one, [4, 5, 6])
    moved = replace(own, lives=replace(own.lives, first_expected=np.full((3, MONTHS), 2 * LINE)))
    shown = results(moved, observed=seen)
    assert {OBSERVED, FIRST_EXPECTED} <= set(shown.names)
    assert shown.rows.set_index("what")["value"].loc[[OBSERVED]].tolist() == [10.0, 20.0, 30.0]
    svg = drawn(board_charts.results_spec(shown.names, shown.title, MONTHS), shown.rows)
    assert {OBSERVED, FIRST_EXPECTED} <= set(texts(svg))


def test_the_chart_of_chances_ends_at_the_shares_that_crossed(one: Ensemble) -> None:
    """Fails if a share or an end of its interval is another one, or a side is missing."""
    own, reference = lives(one, [4] * 3 + [NEVER] * 7, OTHER), lives(one, [0] * 10)
    rows = crossed_rows(own, reference)
    last = rows[rows["month"] == MONTHS].set_index("what")
    assert last.loc[SCENARIO, "value"] == pytest.approx(0.3)
    assert last.loc[SCENARIO, "low"] == pytest.approx(0.108, abs=1e-3)
    assert last.loc[REFERENCE, "value"] == 1.0
    assert rows[(rows["what"] == REFERENCE) & (rows["month"] == 1)]["value"].item() == 1.0
    svg = drawn(board_charts.crossed_spec((REFERENCE, SCENARIO), MONTHS), rows)
    assert {SCENARIO, REFERENCE, "Lives that have crossed by then", "100%"} <= set(texts(svg))
    assert len(marks(svg, "area")) >= 2


@pytest.fixture(scope="module")
def sides() -> tuple[Ensemble, Ensemble]:
    """Real lives of one person, and of one person beside silos."""
    return simkit.simulate(OTHER, 3, 5, workers=1), simkit.simulate(SMALL, 3, 5, workers=1)


def test_panels_of_activity_show_the_median_life(sides: tuple[Ensemble, Ensemble]) -> None:
    """Fails if a panel shows another output, or another life than the middle one."""
    rows = activity_rows(*sides)
    assert set(rows["panel"]) == set(ACTIVITY.values())
    leads = rows[(rows["panel"] == "Leads") & (rows["what"] == REFERENCE)]["value"]
    assert leads.tolist() == np.median(sides[1].values("leads"), axis=0).tolist()
    spec = board_charts.panel_spec((REFERENCE, SCENARIO), "Leads", MONTHS)
    assert marks(drawn(spec, rows[rows["panel"] == "Leads"]), "line")


def test_bars_of_work_show_means_where_there_is_somebody(sides: tuple[Ensemble, Ensemble]) -> None:
    """Fails if an empty role gets the days that its requests never waited, or a mean is another one."""
    rows = work_rows(*sides)
    busy = rows[(rows["panel"] == WORK["utilisation"]) & (rows["what"] == SCENARIO)].set_index("role")["value"]
    assert busy["Content"] == pytest.approx(sides[0].lives.roles[:, :, 2, 0].mean())
    assert busy["Content"] > 0.0
    waits = rows[(rows["panel"] == WORK["waiting_days"]) & (rows["what"] == SCENARIO)].set_index("role")["value"]
    assert math.isnan(waits["Social media"])
    spec = board_charts.work_spec((REFERENCE, SCENARIO), WORK["utilisation"], True)
    assert {"Content", "Social media"} <= set(texts(drawn(spec, rows[rows["panel"] == WORK["utilisation"]])))
    spec = board_charts.work_spec((REFERENCE, SCENARIO), WORK["waiting_days"], False)
    assert {role_name(role) for role in ROLES} <= set(texts(drawn(spec, rows[rows["panel"] == WORK["waiting_days"]])))


def test_small_charts_leave_the_legend_to_the_page(sides: tuple[Ensemble, Ensemble]) -> None:
    """Fails if a legend is drawn where there is no room for it, and cut."""
    rows = activity_rows(*sides)
    drawn_panel = drawn(board_charts.panel_spec((REFERENCE, SCENARIO), "Leads", MONTHS), rows[rows["panel"] == "Leads"])
    assert not {REFERENCE, SCENARIO} & set(texts(drawn_panel))


def test_every_bar_has_its_whole_name() -> None:
    """Fails if a long name hides its change, or leaves no room for that of its neighbour."""
    path = "process.improvement_time"
    steps = [step(path, 0.1 + i / 100, 0.2, estimate(-1.0 - i, -9.0, 1.0), 0.0) for i in range(6)]
    rows = step_rows(NextSteps(SMALL, "restricted_crossing_month", tuple(steps), 9, 1))
    shown = texts(drawn(board_charts.bars_spec("months", 6), rows))
    assert set(rows["bar"]) <= set(shown)
    assert max(len(line) for label in rows["bar"] for line in label.split("\n")) <= 34


def test_specifications_hold_no_numbers_of_lives(one: Ensemble, sides: tuple[Ensemble, Ensemble]) -> None:
    """The same object for other lives: a page redraws in place. Fails if data got into a specification."""
    made = [
        board_charts.results_spec((SCENARIO, EXPECTED), "Margin", MONTHS),
        board_charts.crossed_spec((SCENARIO,), MONTHS),
        board_charts.panel_spec((SCENARIO,), "Leads", MONTHS),
        board_charts.work_spec((SCENARIO,), "Share", True),
        board_charts.bars_spec("months", 3),
        map_spec("process.silos", "team.content", ("0 %", "50 %"), ("1 head",), MONTHS),
    ]
    for spec in made:
        assert not re.search(r'"(data|datasets|\$schema)":', json.dumps(spec))
    names = results(lives(one, [4, 5]), lives(one, [NEVER, NEVER])).names
    assert names == results(lives(one, [0, NEVER]), lives(one, [4, 4])).names
    again = board_charts.results_spec(tuple(one for one in names), "Margin", MONTHS)
    assert again is board_charts.results_spec(names, "Margin", MONTHS)


def test_a_legend_shows_what_is_drawn_as_it_is_drawn() -> None:
    """Fails if a dashed line, an area or a diamond is a square in the legend, or one of them is in none."""
    names = (BANDS[SCENARIO], VALLEY, EXPECTED, SCENARIO, CROSSING)
    spec = board_charts.results_spec(names, "Margin", MONTHS)
    legends = {
        name: {channel: given["legend"] for channel, given in layer["encoding"].items() if "legend" in given}
        for name, layer in zip(names, spec["layer"], strict=True)
    }
    assert legends[VALLEY]["fill"]["symbolType"] == "square"
    assert legends[EXPECTED]["stroke"] == legends[EXPECTED]["strokeDash"]
    assert legends[EXPECTED]["stroke"]["symbolType"] == "stroke"
    assert set(legends[CROSSING]) == {"color", "shape"}
    dashes = spec["layer"][names.index(EXPECTED)]["encoding"]["strokeDash"]["scale"]
    assert dashes["domain"] == [EXPECTED, SCENARIO]
    assert dashes["range"][0] != dashes["range"][1] == [1, 0]
    shapes = spec["layer"][-1]["encoding"]["shape"]["scale"]
    assert (shapes["domain"], shapes["range"]) == ([CROSSING], ["diamond"])


def test_where_a_company_stands_is_worked_out_without_a_life() -> None:
    """Fails if the level is not the one that lives begin with, in the metric that is expected."""
    for metric in ("margin", "leads"):
        firm = SMALL.with_changes({"expectation.metric": metric, "expectation.target_per_month": 300.0})
        assert starting_level(firm) == float(simkit.simulate(firm, 1, 1, workers=1).lives.starting_level[0])


# Reasons and next steps


def test_a_group_of_changes_is_said_without_paths() -> None:
    """Fails if whoever changes a lever now and once more later reads `team.analyst` and a bare number."""
    after = "team.analyst 2; month 6: team.analyst 1, budget.media_per_month 20,000"
    team = ("team", "team.analyst 1; month 6: team.analyst -", after, [1.0, 2.0])
    rows = reason_rows(why(team, ("month 6: team.analyst", "-", "2", [0.0, 1.0])))
    assert rows["name"].tolist() == ["team", "month 6: Analysts"]
    assert rows["change"][0] == (
        "Analysts 1 head; month 6: Analysts - → Analysts 2 heads; month 6: Analysts 1 head, Media budget 20,000"
    )


def test_no_two_parameters_have_the_same_name() -> None:
    """Fails if five levers said 'weight of this channel' or four 'strength', and nobody could tell whose."""
    named = [name_of(path) for path in declarations()]
    assert len(set(named)) == len(named)
    assert name_of("channels.email.media_share") == "E-mail: weight of this channel in the media budget"
    assert name_of("reactions.cut.strength") == "Cut: strength"
    assert name_of("horizon_months") == "Months simulated"


def test_changes_are_said_in_the_units_of_their_levers() -> None:
    """Fails if a value is shown bare, a change over time goes unsaid, or a long list has no end."""
    one = SMALL.with_changes({"process.silos": 0.1})
    before = written("process.silos", SMALL["process.silos"])  # type: ignore[arg-type]  # a value, no range
    assert changes_in_words(SMALL, one) == f"{name_of('process.silos')} {before} → 10 %"
    assert changes_in_words(SMALL, SMALL) == ""
    assert "month 3" in changes_in_words(SMALL, SMALL.with_changes({"team.content": 2}, month=3))
    many = one.with_changes({"team.content": 2, "team.social": 3, "team.paid": 4, "team.email": 5})
    assert changes_in_words(SMALL, many).endswith("; 2 more")


def estimate(value: float, low: float | None, high: float | None) -> Estimate:
    return Estimate(value, low, high, 0.95, 9, "interval")


def step(path: str, before: Any, after: Any, effect: Estimate, cost: float) -> Step:
    return Step(path, before, after, effect, estimate(cost, cost, cost), 9)


def test_a_step_says_what_it_does_and_what_it_costs() -> None:
    """Fails if a price is left out, luck is sold by the euro, or a saving is written as a price."""
    nearer, maybe = estimate(-3.0, -5.0, -1.0), estimate(-3.0, -7.0, 1.0)
    hire = step("team.content", 2, 3, nearer, 60_000.0)
    assert step_change(hire) == "2 heads → 3 heads"
    assert step_effect(hire) == "−3.0 months (−5.0 to −1.0 months)"
    assert step_price(hire, "EUR") == "EUR 60,000; 0.500 months nearer for EUR 10,000"
    assert step_price(step("team.content", 2, 3, maybe, 60_000.0), "EUR") == "EUR 60,000"
    assert step_price(step("team.content", 2, 1, maybe, -60_000.0), "EUR") == "saves EUR 60,000"
    assert step_price(step("process.silos", 0.4, 0.3, nearer, 0.0), "EUR").startswith("no money")
    found = NextSteps(SMALL, "restricted_crossing_month", (hire, step("process.silos", 0.4, 0.5, maybe, 0.0)), 9, 1)
    rows = step_rows(found)
    assert rows["change"].tolist() == ["2 heads → 3 heads", "40 % → 50 %"]
    assert rows["side"].tolist() == [NEARER, NEARER]
    assert set(step_rows(replace(found, steps=(step("process.silos", 0, 1, estimate(2, 1, 3), 0.0),)))["side"]) == {
        LATER
    }
    svg = drawn(board_charts.bars_spec("months by which the mean crossing moves", 2), rows)
    assert {f"{name_of('team.content')}\n2 heads → 3 heads", NEARER, LATER} <= set(texts(svg))
    assert marks(svg, "rect")


def why(*levers: tuple[str, str, str, list[float]]) -> Attribution:
    """Contributions of levers in three lives."""
    parts = np.array([lives for *_, lives in levers])
    moved = tuple(Lever(name, "any", before, after) for name, before, after, _ in levers)
    return Attribution("mine", "now", "restricted_crossing_month", moved, parts, 2.0 * MONTHS, 0.95, 5)


def test_reasons_say_what_is_sure_and_what_is_not() -> None:
    """Fails if luck is called an effect, the direction is turned round, or the parts add up to something else."""
    silos, title = ("process.silos", "0.4", "0.1"), ("<b>", "none", "9")
    nearer = why((*silos, [-4.0, -5.0, -6.0]), (*title, [2.0, 2.0, 2.0]))
    assert "bring the mean crossing 3.0 months nearer (95 % interval −5.5 to −0.5 months, 3 paired lives)" in (
        reason_sentence(nearer)
    )
    rows = reason_rows(nearer)
    assert rows["name"].tolist() == [name_of("process.silos"), "<b>"]
    assert rows["change"].tolist() == ["40 % → 10 %", "none → 9"]
    assert rows["value"].tolist() == [-5.0, 2.0]
    assert rows["side"].tolist() == [NEARER, LATER]
    assert "bring the mean crossing 5.0 months away" in reason_sentence(why((*silos, [4.0, 5.0, 6.0])))
    unsure = reason_sentence(why((*silos, [-9.0, 0.0, 0.0])))
    assert unsure.startswith("Together the changes move the mean crossing by −3.0 months (95 % interval −15.9 to")
    assert unsure.endswith("no sure effect in 3 lives.")
    assert reason_sentence(why((*silos, [-3.0]))) == "Too few lives to tell."
    assert {"<b>\nnone → 9", NEARER, LATER} <= set(texts(drawn(board_charts.bars_spec("months", 2), rows)))


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("process.silos", 0.25, "25 %"),
        ("team.content", 3, "3 heads"),
        ("budget.media_per_month", 20000.0, "20,000"),
        ("channels.search.active", True, "yes"),
        ("expectation.metric", "leads", "leads"),
        ("no.such", 1.5, "1.5"),
    ],
)
def test_values_are_written_with_their_unit(path: str, value: Any, said: str) -> None:
    """Fails if a share is written like a number of people."""
    assert written(path, value) == said


# The map


def test_a_map_says_when_half_cross_and_crosses_out_where_they_do_not() -> None:
    """Fails if a point where half do not cross gets a month or a colour, or a label belongs to another point."""
    design = design_of(SMALL, {"process.silos": [0.0, 0.5], "team.content": [1, 2]}, replications=4, seed=3)
    times = {0: np.array([3.0, 4, 5, 6]), 1: np.array([NEVER] * 4), 3: np.array([0.0, 0, 0, NEVER])}
    shown = crossing_map(design, times)
    first, second, third = shown.rows.to_dict("records")
    assert (shown.x, shown.y, shown.lives, shown.seed) == ("process.silos", "team.content", 4, 3)
    assert [(row["point"], row["label"]) for row in (first, second, third)] == [(0, "4"), (1, "×"), (3, "0")]
    assert (first["x"], first["y"]) == ("0 %", "1 head")
    assert (second["x"], second["y"]) == ("0 %", "2 heads")
    assert math.isnan(second["crossing"])
    assert str(second["said"]).startswith("half do not cross; 0 % cross (95 % interval 0 to")
    assert str(first["said"]).startswith("half by month 4; 100 % cross")
    spec = map_spec(shown.x, shown.y, ("0 %", "50 %"), ("1 head", "2 heads"), MONTHS)
    assert spec is map_spec(shown.x, shown.y, ("0 %", "50 %"), ("1 head", "2 heads"), MONTHS)
    svg = drawn(spec, shown.rows)
    assert texts(svg).count("×") == 1
    assert {"4", "0 %", "50 %", "1 head", "2 heads"} <= set(texts(svg))
    assert len(marks(svg, "rect")) >= 3
    assert crossing_map(design, {}).rows.empty
    drawn(spec, crossing_map(design, {}).rows)


def test_a_map_needs_two_levers() -> None:
    """Fails if a sweep over one lever, or three, ended in a traceback or in a map of two of them."""
    one: dict[str, Any] = {"process.silos": [0.0, 0.5]}
    for levers in (one, {**one, "team.content": [1], "team.social": [1]}):
        with pytest.raises(RunError, match="a map needs two levers"):
            crossing_map(design_of(SMALL, levers, replications=2), {})
