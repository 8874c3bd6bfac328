"""What an ensemble says of its lives: hand-made lives with known answers, and tables of simulated ones."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import FrozenInstanceError, asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import tomlkit

import simkit
from simkit import Ensemble, Observation, Observed, RunError, Scenario
from simkit.model.recorder import MONTHLY, ORIGINS, ROLES, Life
from simkit.run import MEASURES, tables
from simkit.run.lives import Room

MONTHS = 8
FLAT = Scenario("flat").with_changes(
    {
        "horizon_months": MONTHS,
        "expectation.shape": "level",
        "expectation.target_per_month": 20,
        "company.customer_value": 48,
        "company.customer_lifetime_months": 24,
    }
)


def life(
    replication: int,
    margin: Sequence[float],
    expected: float | Sequence[float] = 20.0,
    stopped: float = np.nan,
    draw: dict[str, float] | None = None,
    **outputs: float | Sequence[float],
) -> Life:
    """A life with S = 10 and a cost of 5 a month; R-bar of a constant margin of 24 is 14.7, 19.3, 24, 24, …"""
    monthly = np.zeros((MONTHS, len(MONTHLY)))
    for name, values in {"margin": margin, "expected": expected, "cost": 5.0, "customers": 1.0, **outputs}.items():
        monthly[:, MONTHLY.index(name)] = values
    empty = np.zeros((MONTHS, len(ORIGINS), 3))
    return Life(replication, monthly, empty, empty, 10.0, 10.0, np.full(MONTHS, 20.0), stopped, draw or {}, None)


def ensemble_of(scenario: Scenario, *lives: Life) -> Ensemble:
    room = Room(len(lives))
    for one in lives:
        room.add(one)
    return Ensemble(scenario, 1, room.lives())


CROSSED = [24.0] * MONTHS  # in month 3
LATE = [12.0] * 3 + [24.0] * 5  # R-bar 16 in month 4, 20 in month 5
ABOVE = [60.0] * MONTHS  # R-bar 26.7 in month 1
BELOW = [10.0] * MONTHS


@pytest.fixture(scope="module")
def four() -> Ensemble:
    lives = [life(0, CROSSED), life(1, ABOVE), life(2, BELOW, stopped=5.0), life(3, BELOW, customers=0.0)]
    return ensemble_of(FLAT, *lives)


@pytest.fixture(scope="module")
def simulated() -> Ensemble:
    scenario = simkit.load_scenario("baseline").with_changes(
        {"horizon_months": 9, "company.win_rate": {"low": 0.05, "mode": 0.1, "high": 0.2}}
    )
    return simkit.simulate(scenario, 40, seed=2, workers=1, record_items=True)


def test_outcomes_have_one_row_a_life(four: Ensemble) -> None:
    """By hand: 24 a month crosses in month 3 after a depth of (20 - 14.67)/20 and an area of 5.33 + 0.67; its gain of
    14 a month covers a cost of 5 from month 1. Fails if an output is read from another column, if S, T or the stop are
    not handed on, or if what did not happen gets a number."""
    table = four.outcomes.set_index("replication")
    assert table["outcome"].tolist() == ["crossed", "never_below", "abandoned", "not_crossed"]
    assert table["crossed"].tolist() == [True, True, False, False]
    np.testing.assert_equal(table["crossing_month"].tolist(), [3.0, np.nan, np.nan, np.nan])
    np.testing.assert_equal(table["stopped_month"].tolist(), [np.nan, np.nan, 5.0, np.nan])
    np.testing.assert_equal(table["break_even_month"].tolist(), [1.0, 1.0, np.nan, np.nan])
    np.testing.assert_allclose(table["valley_depth"], [16 / 3 / 20, 0.0, 0.5, 0.5])
    np.testing.assert_allclose(table["valley_area"], [6.0, 0.0, 80.0, 80.0])
    np.testing.assert_allclose(table["total_margin"], [192.0, 480.0, 80.0, 80.0])
    np.testing.assert_allclose(table["total_cost"], 40.0)
    np.testing.assert_allclose(table["roi"], [(8 * 14 - 40) / 40, (8 * 50 - 40) / 40, -1.0, -1.0])
    np.testing.assert_allclose(table["payback_months"], [5.0 / 2.0] * 3 + [np.nan])
    np.testing.assert_allclose(table["cash_needed"], [0.0, 0.0, 40.0, 40.0])
    assert "weight" not in table


def test_results_are_those_of_the_metric() -> None:
    """Fails if margin is held against an expectation of leads."""
    leads = FLAT.with_changes({"expectation.metric": "leads", "expectation.target_per_month": 20})
    ensemble = ensemble_of(leads, life(0, BELOW, leads=CROSSED), life(1, CROSSED, leads=BELOW))
    assert ensemble.outcomes["outcome"].tolist() == ["crossed", "not_crossed"]


def test_results_are_also_held_against_the_first_expectation() -> None:
    """The line is lowered from month 4 on, and the life crosses only that one. Fails if a reset can hide what was
    expected at first, or if the first expectation is held against the line in force."""
    lowered = [20.0] * 3 + [9.0] * 5
    ensemble = ensemble_of(FLAT, life(0, BELOW, expected=lowered), life(1, CROSSED, expected=lowered))
    table = ensemble.outcomes
    assert table["outcome"].tolist() == ["crossed", "crossed"]
    assert table["crossing_month"].tolist() == [4.0, 3.0]
    assert table["outcome_first_expectation"].tolist() == ["not_crossed", "crossed"]
    assert table["crossed_first_expectation"].tolist() == [False, True]
    np.testing.assert_equal(table["crossing_month_first_expectation"].tolist(), [np.nan, 3.0])
    assert ensemble.summary.crossed_share.mean == 1.0
    assert ensemble.summary.first_expectation.crossed_share.mean == 0.5


@pytest.mark.parametrize(
    ("scenario", "depth", "first"),
    [
        (FLAT, 0.5, 0.5),
        (FLAT.with_changes({"expectation.target_per_month": 100}, month=3), 0.5, 0.5),
        (FLAT.with_changes({"expectation.target_per_month": 4}, month=3), 2.5, 0.5),
        (FLAT.with_changes({"expectation.shape": "points", "expectation.points": [[2, 9], [4, 40]]}), 0.25, 0.25),
    ],
    ids=["as it was", "raised later", "lowered later", "points"],
)
def test_depth_is_a_share_of_the_target_in_force(scenario: Scenario, depth: float, first: float) -> None:
    """A shortfall of 10 in every month. Fails if a dated target is ignored or reaches back, if the first expectation
    takes it over, or if a line drawn by points is measured by a target that it does not use."""
    ensemble = ensemble_of(scenario, life(0, BELOW))
    np.testing.assert_allclose(ensemble.plateau.valley_depth, depth)
    np.testing.assert_allclose(ensemble.plateau_first_expectation.valley_depth, first)


def test_a_drawn_value_counts_for_its_own_life() -> None:
    """Fails if all lives are valued at the most likely value of an uncertain parameter."""
    value = "company.customer_value"
    uncertain = FLAT.with_changes({value: {"low": 24, "mode": 48, "high": 96}})
    ensemble = ensemble_of(uncertain, life(0, CROSSED, draw={value: 24.0}), life(1, CROSSED, draw={value: 96.0}))
    np.testing.assert_allclose(ensemble.outcomes["payback_months"], [5.0, 1.25])
    assert ensemble.draws.to_dict("list") == {"replication": [0, 1], value: [24.0, 96.0]}
    later = uncertain.with_changes({value: 12}, month=1)
    overridden = Ensemble(later, 1, ensemble.lives).outcomes["payback_months"]
    np.testing.assert_allclose(overridden, 10.0)


def test_the_summary_never_averages_what_did_not_happen(four: Ensemble) -> None:
    """Fails if a month that some lives did not reach gets a mean, if lives without it leave the denominator, or if they
    pull a median towards those that have it."""
    said = four.summary
    assert (said.crossed_share.mean, said.abandoned_share.mean, said.never_below_share.mean) == (0.5, 0.25, 0.25)
    assert said.crossing_month.mean is None
    assert said.crossing_month.share == 0.5
    assert said.crossing_month.restricted_mean == (3 + 0 + 8 + 8) / 4
    assert said.break_even_month.median == 1.0
    assert said.stopped_month.median is None
    assert [by.mean for by in said.crossed_by] == [0.25, 0.25, *[0.5] * 6]
    assert (said.payback_months.mean, said.payback_months.share) == (None, 0.75)
    assert (said.payback_months.median, said.payback_months.p95) == (2.5, None)
    assert said.total_cost.mean == 40.0
    assert said.total_margin.mean == pytest.approx((192 + 480 + 80 + 80) / 4)
    assert said.total_margin.kind == "interval of the mean"


def test_a_month_that_all_reached_has_a_mean() -> None:
    """Fails if the mean is left out although nothing is missing."""
    assert ensemble_of(FLAT, life(0, CROSSED), life(1, LATE)).summary.crossing_month.mean == (3 + 5) / 2


def test_courses_count_the_lives_that_have_an_output(simulated: Ensemble) -> None:
    """Fails if a missing mean counts as 0, hides the others, or goes unmentioned."""
    waits = [1.0, np.nan, np.nan, *[2.0] * 5], [3.0, 5.0, np.nan, *[2.0] * 5]
    lives = [life(i, CROSSED, waiting_days=waited) for i, waited in enumerate(waits)]
    course = ensemble_of(FLAT, *lives).summary.monthly["waiting_days"]
    assert course.mean == (2.0, 5.0, None, *[2.0] * 5)
    assert course.p95 == (3.0, 5.0, None, *[2.0] * 5)
    assert course.n == (2, 1, 0, *[2] * 5)
    leads = simulated.monthly.groupby("month")["leads"]
    said = simulated.summary.monthly["leads"]
    np.testing.assert_allclose(said.mean, leads.mean())  # type: ignore[arg-type]
    np.testing.assert_allclose(said.p50, leads.quantile(0.5, interpolation="lower"))  # type: ignore[arg-type]


def test_the_summary_is_plain_numbers(four: Ensemble, simulated: Ensemble) -> None:
    """Fails if NaN, infinity or a NumPy scalar gets into what is written as JSON, or a name of the issue is missing."""
    names = (
        "crossed_share crossing_month crossed_by abandoned_share valley_depth valley_area break_even_month "
        "repaid_month total_margin total_cost roi monthly replications seed version scenario scenario_hash"
    )
    for ensemble in (four, simulated):
        read = json.loads(json.dumps(asdict(ensemble.summary), allow_nan=False))
        assert set(names.split()) <= set(read)
        assert set(read["monthly"]) == set(MONTHLY)
        for figure in ("crossed_share", "valley_depth", "roi", "repaid_month"):
            assert {"mean", "low", "high", "n", "kind"} <= set(read[figure])


def figures(given: Any) -> Any:
    """Everything but counts of lives."""
    if isinstance(given, dict):
        return {key: figures(value) for key, value in given.items() if key not in ("n", "replications")}
    return [figures(value) for value in given] if isinstance(given, (list, tuple)) else given


def flat(given: Any, path: str = "") -> dict[str, Any]:
    if isinstance(given, (dict, list)):
        pairs = given.items() if isinstance(given, dict) else enumerate(given)
        return {name: value for key, inner in pairs for name, value in flat(inner, f"{path}/{key}").items()}
    return {path: given}


def test_weights_count_in_every_figure(simulated: Ensemble) -> None:
    """Lives of weight 0 are as if they were not there. Fails if any figure of the summary forgets the weights, or takes
    the number of lives for what they are worth."""
    kept = range(0, 40, 3)
    weighted = simulated.weighted([7.0 * (number in kept) for number in range(40)])
    alone = simkit.simulate(simulated.scenario, kept, seed=2, workers=1)
    assert weighted.effective_sample_size == pytest.approx(len(kept))
    assert flat(figures(asdict(weighted.summary))) == pytest.approx(flat(figures(asdict(alone.summary))))
    assert flat(figures(asdict(weighted.summary))) != pytest.approx(flat(figures(asdict(simulated.summary))))
    assert weighted.outcomes["weight"].sum() == pytest.approx(1.0)
    assert (weighted.summary.replications, weighted.crossing.lives) == (40, 40)


@pytest.mark.parametrize(
    "weights", [[1.0, 1.0], [1.0, -1.0, 1.0, 1.0], [0.0] * 4, [np.nan, 1.0, 1.0, 1.0], [[1.0] * 4]]
)
def test_weights_that_cannot_be_are_refused(four: Ensemble, weights: Any) -> None:
    """Fails if weights are dropped, broadcast or repaired in silence."""
    with pytest.raises(RunError, match="weights: "):
        four.weighted(weights)


def test_a_weighted_ensemble_cannot_grow(four: Ensemble) -> None:
    """Fails if new lives join with weights that nobody gave them."""
    with pytest.raises(RunError, match=r"weights: a weighted ensemble cannot grow\. Extend first"):
        four.weighted(np.ones(4)).extend(10)


def observed_of(values: Sequence[float], metric: str = "leads") -> Observed:
    return Observed(tuple(Observation(m, metric, "total", float(v)) for m, v in enumerate(values, 1)))


def test_conditioning_favours_the_lives_that_look_like_the_observed_months(simulated: Ensemble) -> None:
    """The months of one life are given as observed. Fails if another life weighs more, if weights do not reach the
    statistics, or if the worth of the weighted lives is not told."""
    seen = observed_of(simulated.values("leads")[17, :5].tolist())
    conditioned = simkit.condition(simulated, seen)
    assert conditioned.weights is not None
    assert int(conditioned.weights.argmax()) == 17
    assert conditioned.effective_sample_size == pytest.approx(20.0)
    assert "40 lives, worth 20 equal ones, seed 2" in str(conditioned.crossing)
    assert conditioned.provenance.effective_lives == pytest.approx(20.0)
    assert conditioned.caution == ""
    assert repr(conditioned) == "<Ensemble of 'baseline': 40 lives, worth 20 equal ones, 9 months, seed 2>"
    assert conditioned.summary.total_margin.mean != simulated.summary.total_margin.mean
    again = simkit.condition(conditioned, seen)
    assert again.weights is not None
    assert (again.weights == conditioned.weights).all()


def test_conditioning_says_when_no_life_is_alike(simulated: Ensemble) -> None:
    """Fails if weights of lives that are all unlike the observed months are shown without a word."""
    seen = observed_of((20 * simulated.values("leads")[17, :5]).tolist())
    conditioned = simkit.condition(simulated, seen)
    assert "no simulated life looks like" in conditioned.caution
    assert conditioned.caution in str(conditioned.crossing)
    assert conditioned.summary.caution == conditioned.caution


def test_only_results_can_be_conditioned_on(simulated: Ensemble) -> None:
    """Fails if a table of costs weights lives, or one that goes on after the horizon is cut in silence."""
    with pytest.raises(RunError, match="has none of leads, leads_qualified, customers, margin"):
        simkit.condition(simulated, observed_of([5.0, 6.0], "cost"))
    with pytest.raises(RunError, match="goes to month 10, the simulation to 9"):
        simkit.condition(simulated, observed_of([1000.0] * 10))


def test_tables_are_tidy(simulated: Ensemble) -> None:
    """Fails if values land in the row of another life, month, channel or role, or if origins do not add up."""
    monthly, channels, roles = simulated.monthly, simulated.channels, simulated.roles
    assert list(monthly.columns) == ["replication", "month", *MONTHLY]
    assert list(channels.columns) == ["replication", "month", "channel", "leads", "customers", "margin"]
    assert list(roles.columns) == ["replication", "month", "role", "utilisation", "waiting_days", "queue"]
    assert (len(monthly), len(channels), len(roles)) == (40 * 9, 40 * 9 * 7, 40 * 9 * 7)
    for table, index in ((monthly, []), (channels, ["channel"]), (roles, ["role"])):
        assert not table.duplicated(["replication", "month", *index]).any()
    row = monthly[(monthly["replication"] == 11) & (monthly["month"] == 4)]
    assert row["fit"].item() == simulated.values("fit")[11, 3]
    row = channels.query("replication == 11 and month == 4 and channel == 'paid'")
    assert row["leads"].item() == simulated.lives.channels[11, 3, ORIGINS.index("paid"), 0]
    row = roles.query("replication == 11 and month == 4 and role == 'analyst'")
    assert row["utilisation"].item() == simulated.lives.roles[11, 3, ROLES.index("analyst"), 0]
    totals = channels.groupby(["replication", "month"])[["leads", "customers", "margin"]].sum().reset_index()
    pd.testing.assert_frame_equal(totals, monthly[totals.columns.tolist()])


def test_items_are_those_that_were_published(simulated: Ensemble, four: Ensemble) -> None:
    """Fails if items are lost, or come under the number of another life; or if asking for what was not recorded gives
    an empty table."""
    published = simulated.items.groupby(["replication", "published_month"]).size()
    activity = simulated.monthly.set_index(["replication", "month"])["activity"]
    counted = published.reindex(activity.index, fill_value=0)
    np.testing.assert_array_equal(counted, activity)
    with pytest.raises(RunError, match=r"items: were not recorded. Simulate with record_items=True."):
        _ = four.items


def test_tables_belong_to_whoever_asked(four: Ensemble) -> None:
    """Fails if what a caller does to a table shows in the next one, or in the lives."""
    table = four.monthly
    table["margin"] = -1.0
    table.loc[0, "cost"] = 99.0
    assert four.monthly["margin"].max() == 60.0
    assert four.monthly["cost"].max() == four.values("cost").max() == 5.0


def test_an_ensemble_cannot_be_changed(four: Ensemble) -> None:
    """Fails if lives, weights or the scenario can be exchanged under results that were computed from them, in the
    process that made them or in one that they were sent to."""
    weighted: Any = four.weighted([1, 2, 3, 4])
    for ensemble in (weighted, pickle.loads(pickle.dumps(weighted))):
        for array in (ensemble.lives.monthly, ensemble.lives.stopped_month, ensemble.values("leads"), ensemble.weights):
            with pytest.raises(ValueError, match="read-only"):
                array[0] = 1.0
        with pytest.raises(FrozenInstanceError):
            ensemble.seed = 2
        assert asdict(ensemble.summary) == asdict(weighted.summary)


def test_an_unknown_output_gets_the_nearest_name(four: Ensemble) -> None:
    """Fails if a misspelt output ends in a traceback, or in another output."""
    with pytest.raises(
        RunError, match=r"output: is no monthly output \(given: 'utilization'\). Did you mean 'utilisation'"
    ):
        four.values("utilization")


def test_crossing_reads_as_plain_lines(four: Ensemble) -> None:
    """Fails if 'not reached' is shown as a number, or a figure comes without its interval, number of lives or seed."""
    lines = str(four.crossing).splitlines()
    assert lines[0] == "crossed by month 8: 50 % of lives (95 % interval 15 to 85 %)"
    assert lines[1].startswith("median crossing month: 3")
    assert lines[2].startswith("restricted mean: 4.8 months (95 % interval ")
    assert lines[2].endswith("with 8 for a life that does not cross")
    assert lines[3:] == ["4 lives, seed 1"]
    never = ensemble_of(FLAT, *(life(i, BELOW) for i in range(30))).crossing
    assert "median crossing month: not reached\n" in str(never)
    assert never.median.value is None
    at_once = ensemble_of(FLAT, *(life(i, ABOVE) for i in range(30))).crossing
    assert "median crossing month: at once (95 % interval from at once to at once)" in str(at_once)
    assert four.crossing.by(2).value == 0.25
    with pytest.raises(RunError, match="month: must lie in 0 to 8"):
        four.crossing.by(9)


def test_provenance_is_enough_to_compute_it_again(tmp_path: Path) -> None:
    """Fails if the resolved scenario lacks anything that a life depends on, or is not the one that was simulated."""
    scenario = (
        simkit.load_scenario("baseline")
        .with_changes({"horizon_months": 6, "feedback.latency_weeks": {"low": 1, "mode": 2, "high": 9}})
        .with_changes({"team.analyst": 2, "process.silos": 0.1}, month=3)
        .with_decision("push", month=4, months=2)
    )
    ensemble = simkit.simulate(scenario, [4, 9], seed=6, workers=1)
    said = ensemble.provenance
    assert (said.seed, said.replications, said.scenario_hash, said.draw) == (6, (4, 9), scenario.hash, None)
    assert said.python == ".".join(map(str, sys.version_info[:3]))
    assert (said.numpy, said.simkit) == (np.__version__, simkit.__version__)
    file = tmp_path / "again.toml"
    file.write_text(tomlkit.dumps(said.scenario), encoding="utf-8")
    again = simkit.simulate(simkit.load_scenario(file), said.replications, said.seed, workers=1)
    assert again.provenance.scenario_hash == said.scenario_hash
    assert again.lives.monthly.tobytes() == ensemble.lives.monthly.tobytes()


def test_the_package_exports_what_it_names() -> None:
    """Fails if a public name has no home, or if importing the package pulls in what only some callers need."""
    assert all(getattr(simkit, name) is not None for name in simkit.__all__)
    assert set(simkit.__all__) <= set(dir(simkit))
    with pytest.raises(AttributeError, match="no attribute 'simulat'"):
        _ = simkit.simulat  # type: ignore[attr-defined]


def test_importing_and_simulating_need_no_slow_library() -> None:
    """Fails if pandas or scipy.stats gets into the path of every import or worker (0.3 and 1.3 s)."""
    code = (
        "import sys, simkit; slow = {'pandas', 'scipy', 'loky', 'altair', 'rich'}; assert not slow & set(sys.modules);"
        "simkit.simulate(simkit.load_scenario('baseline').with_changes({'horizon_months': 6}), 1, workers=1);"
        "assert not slow & set(sys.modules), slow & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_it_shows_itself_in_a_notebook() -> None:
    """The crossing and every amount with its interval and spread; a chart where one is asked for. Fails if a figure is
    missing, a name brings markup, or the interval is shown as the spread."""
    scenario = Scenario("<b>", title="t").with_changes({"horizon_months": 6})
    ensemble = simkit.simulate(scenario, 4, 1, workers=1)
    page = ensemble._repr_html_()
    assert "restricted mean" in page
    assert "<b>" not in page
    table = tables.figures(ensemble.summary).set_index("figure")
    assert {"total_margin", "valley_depth", "roi"} <= set(table.index)
    said = ensemble.summary.total_margin
    assert [*table.loc["total_margin"]] == [said.mean, said.low, said.high, said.p5, said.p95]
    assert f"{said.mean:,.4g}" in page
    assert ensemble.chart().to_dict()["title"]["text"] == "t"
    assert str(ensemble).startswith(repr(ensemble))


def test_every_measure_is_named_where_one_is_asked_for() -> None:
    """Fails if a reader of the reference cannot know of an outcome."""
    assert [name for name in MEASURES if name not in str(Ensemble.measure.__doc__)] == []
