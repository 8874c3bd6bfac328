"""Paired comparison and attribution: published and hand-worked numbers, games with known values, simulated lives."""

from __future__ import annotations

import math
import pickle
from collections.abc import Hashable
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import simkit
from simkit import Comparison, Precision, RunError, Scenario
from simkit.experiments import compare as module
from simkit.experiments.attribution import Attribution, shapley
from simkit.experiments.compare import ComparisonInterrupted
from simkit.experiments.levers import MOST_GROUPS, REST, Lever, between, grouped, levers_between
from simkit.experiments.paired import amount, differences, holm, newcombe, share, widest
from simkit.scenarios import Joint, load_scenario, shipped_scenarios

TODAY = Scenario("today").with_changes(
    {"horizon_months": 8, "team.content": 1, "team.social": 1, "team.analyst": 1, "team.search": 1, "team.email": 1}
)
BETTER = (
    TODAY.with_changes({"process.silos": 0.0, "budget.media_per_month": 30_000})
    .with_changes({"company.win_rate": 0.2}, month=3)
    .with_decision("cut", 5)
)


def only(table: pd.DataFrame, **where: str) -> dict[Hashable, Any]:
    """The one row of a table in which some columns have these values."""
    (row,) = [row for row in table.to_dict("records") if all(row[column] == value for column, value in where.items())]
    return row


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    return simkit.compare({"today": TODAY, "better": BETTER, "twin": TODAY}, 10, seed=4, workers=1)


@pytest.fixture(scope="module")
def attribution(comparison: Comparison) -> Attribution:
    return comparison.why("better", "total_margin", replications=5, workers=1)


def test_newcombe_published() -> None:
    """Complete response before and after therapy (Cavo et al. 2012, in Fagerland, Lydersen & Laake 2017, ch. 8):
    59, 6, 16, 80 gives -0.0621, -0.1186 to -0.0046. Fails without the pairs' correlation (-0.17 to 0.05), or for Wald's
    interval (-0.1184 to -0.0058)."""
    low, high = newcombe(59, 6, 16, 80)
    assert (low, high) == pytest.approx((-0.1186, -0.0046), abs=5e-5)


def test_newcombe_at_the_edges() -> None:
    """No pair crosses in either scenario: Wilson's upper end both ways, 3.8415/(30 + 3.8415). Exchanging the scenarios
    mirrors the interval; all pairs changed gives an interval that ends at 1. Fails if no pair differing gave no
    width."""
    assert newcombe(0, 0, 0, 30) == pytest.approx((-3.841459 / 33.841459, 3.841459 / 33.841459), abs=1e-6)
    assert newcombe(12, 0, 0, 18)[0] < -0.01
    low, high = newcombe(59, 16, 6, 80)
    assert (-high, -low) == pytest.approx(newcombe(59, 6, 16, 80))
    assert newcombe(0, 30, 0, 0)[1] == pytest.approx(1.0)


def test_newcombe_covers() -> None:
    """Shares 0.35 and 0.2 with pairs that mostly agree, 50 lives: 95 % of 2,000 samples within four standard errors
    and 0.01 for the approximation. Fixed seed. Fails for the interval of independent samples, which covers over
    99 %."""
    table = [0.18, 0.17, 0.02, 0.63]
    counts = np.random.default_rng(5).multinomial(50, table, 2000)
    covered = np.mean([low <= 0.15 <= high for low, high in (newcombe(*row) for row in counts.tolist())])
    assert abs(covered - 0.95) < 4.0 * math.sqrt(0.95 * 0.05 / 2000) + 0.01


def test_mcnemar_by_hand() -> None:
    """6 against 16 pairs: 2 (1 + 22 + 231 + 1540 + 7315 + 26334 + 74613)/2^22 = 0.052479; no pair differing: 1. Fails
    for the asymptotic test (0.033), or if pairs that agree counted."""
    first = np.repeat([1, 1, 0, 0], [59, 6, 16, 80])
    second = np.repeat([1, 0, 1, 0], [59, 6, 16, 80])
    found, p = share(first, second)
    assert p == pytest.approx(2 * 110056 / 2**22)
    assert found.value == pytest.approx(-10 / 161)
    assert share([1, 0, 0], [1, 0, 0])[1] == 1.0


def test_holm_by_hand() -> None:
    """0.01, 0.04, 0.03, 0.005: times 3, 1, 2, 4 is 0.03, 0.04, 0.06, 0.02, and 0.04 rises to the 0.06 before it. 0.001,
    0.01, 0.03, 0.5 give 0.004, 0.03, 0.06, 0.5 (the example of MultipleTesting.jl). A missing one does not count.
    Fails for Bonferroni, or without the running maximum."""
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.001, 0.01, 0.03, 0.5]) == pytest.approx([0.004, 0.03, 0.06, 0.5])
    assert holm([0.5, 0.9, math.nan]) == pytest.approx([1.0, 1.0, math.nan], nan_ok=True)


def test_amounts_are_those_of_the_paired_t_test() -> None:
    """Interval and p value of SciPy's paired t test. Fails if the samples were taken as independent."""
    random = np.random.default_rng(6)
    base = random.normal(100.0, 30.0, 15)
    changed = base + random.normal(2.0, 3.0, 15)
    found, p = amount(differences(changed, base), 1e3)
    expected = stats.ttest_rel(changed, base)
    ends = expected.confidence_interval(0.95)
    assert p == pytest.approx(expected.pvalue)
    assert (found.low, found.high) == pytest.approx((ends.low, ends.high))


def test_pairs_that_differ_alike_are_not_certain() -> None:
    """20 pairs, each of them 5 more, and at most 10 apart: a share 0.13911 may be anywhere from -10 to 10, so from
    5 - 0.13911 * 15 to 5 + 0.13911 * 5; p = 2^-19. None differing: +-1.3911 and p = 1. Also where only rounding tells
    them apart. Fails if the interval had no width."""
    base = np.linspace(1e6, 2e6, 20)
    found, p = amount(differences(base + 5.0, base), 10.0)
    assert (found.low, found.high, p) == pytest.approx((5.0 - 0.13911 * 15.0, 5.0 + 0.13911 * 5.0, 2.0**-19), abs=1e-4)
    same, p = amount(differences(base * (1.0 + 1e-15), base), 10.0)
    assert (same.value, same.low, same.high, p) == pytest.approx((0.0, -1.3911, 1.3911, 1.0), abs=1e-4)


def test_the_widest_difference() -> None:
    """Of months, the horizon; of amounts, the range of both scenarios' lives, or the difference where that is wider.
    Fails if the bound of an amount were less than what was seen."""
    one, other = np.array([1.0, 2.0]), np.array([11.0, 12.0])
    assert widest(one, other, (0.0, 36.0)) == 36.0
    assert widest(one, other, None) == 11.0
    assert widest(np.array([5.0, 5.0]), np.array([5.0, 5.0]), None) == 0.0


def test_shapley_of_an_additive_game() -> None:
    """Three players who add 1, 20 and 300 whatever the others do, in two lives: that is their value. Fails if weights
    did not sum to one, or sets and players were mixed up."""
    worth = np.array([[1.0, 2.0], [20.0, 30.0], [300.0, 500.0]])
    values = np.array([sum(worth[i] for i in range(3) if chosen >> i & 1) for chosen in range(1, 8)])
    np.testing.assert_allclose(shapley(np.vstack([np.full((1, 2), 7.0), values + 7.0])), worth)


def test_shapley_of_interactions() -> None:
    """Two who bring 12 only together share it, 6 each; a left glove and two right ones (the usual example) are worth
    2/3, 1/6, 1/6. Fails if interactions went to whoever is pulled last, or orders were weighted alike by size."""
    np.testing.assert_allclose(shapley(np.array([0.0, 0.0, 0.0, 12.0])), [6.0, 6.0])
    gloves = [float(bool(chosen & 1) and bool(chosen & 6)) for chosen in range(8)]
    np.testing.assert_allclose(shapley(np.array(gloves)), [2 / 3, 1 / 6, 1 / 6])


def test_differences_by_name(comparison: Comparison) -> None:
    """One row an outcome and scenario; means and pairs are those of the ensembles, P values corrected over all rows.
    Fails if a row were paired with another scenario, or left out of the correction."""
    table = comparison.differences
    assert len(table) == 7 * 2
    assert len(comparison) == 10
    row = only(table, outcome="total_margin", scenario="better")
    ours, theirs = (comparison.ensembles[name].measure("total_margin") for name in ("better", "today"))
    assert (row["mean"], row["mean_reference"]) == (ours.mean(), theirs.mean())
    test = stats.ttest_rel(ours, theirs)
    assert (row["difference"], row["p"]) == pytest.approx(((ours - theirs).mean(), test.pvalue))
    np.testing.assert_allclose(table["adjusted_p"], holm(table["p"]))
    back = comparison.between("today", "better")
    assert len(back) == 7
    assert back["difference"].to_list() == (-table[table["scenario"] == "better"]["difference"]).to_list()


def test_twins_differ_in_nothing_and_others_in_something(comparison: Comparison) -> None:
    """A scenario with another name runs alike: 0 from 0 to 0. One that differs and yet crosses in no life has a width.
    Fails if being alike so far were taken for being the same, or the same for uncertain."""
    table = comparison.differences
    twins, others = (table[table["scenario"] == name] for name in ("twin", "better"))
    assert (twins[["difference", "low", "high"]].to_numpy() == 0.0).all()
    assert (others["low"] < others["high"]).all()


def test_crossed_by_every_month(comparison: Comparison) -> None:
    """Shares are those of the ensembles' own incidence; differences are theirs. Fails if months were shifted, or the
    reference did not differ from itself by 0."""
    table = comparison.crossed_by
    assert len(table) == 3 * 8
    for name, rows in table.groupby("scenario"):
        incidence = comparison.ensembles[str(name)].crossing.incidence
        np.testing.assert_allclose(rows["share"], incidence.share[1:])
        np.testing.assert_allclose(rows["high"], incidence.high[1:])
    shares = table.pivot_table(index="month", columns="scenario", values="share")
    better = table[table["scenario"] == "better"]
    np.testing.assert_allclose(better["difference"], shares["better"] - shares["today"], atol=1e-12)
    assert (table[table["scenario"] == "today"][["difference_low", "difference_high"]].to_numpy() == 0.0).all()


def test_contributions_add_up_in_every_life(comparison: Comparison, attribution: Attribution) -> None:
    """Four levers of a real scenario: the contributions of each life sum to its difference, and the intervals are the t
    intervals of the lives' own values. Fails if a mixture had other luck, another lever, or was counted twice."""
    ours, theirs = (comparison.ensembles[name].measure("total_margin")[:5] for name in ("better", "today"))
    np.testing.assert_allclose(attribution.contributions.sum(axis=0), ours - theirs, rtol=1e-9, atol=1e-6)
    assert attribution.total.value == pytest.approx((ours - theirs).mean())
    table = attribution.table
    names = {"process.silos", "budget.media_per_month", "month 3: company.win_rate", "month 5: cut"}
    assert set(table["lever"]) == names
    row = only(table, lever="budget.media_per_month")
    assert (row["from"], row["to"]) == ("20,000", "30,000")
    media = attribution.contributions[[lever.name for lever in attribution.levers].index("budget.media_per_month")]
    ends = stats.t.interval(0.95, 4, media.mean(), stats.sem(media))
    assert (row["low"], row["high"]) == pytest.approx(ends)
    if not table["share"].isna().any():
        assert table["share"].sum() == pytest.approx(1.0)


def test_a_lever_without_effect_contributes_nothing() -> None:
    """How long a push lasts changes nothing where nobody pushes: exactly 0 in every life, with a width all the same,
    and the other lever has all of the difference. Fails if a lever were credited with another's effect."""
    other = TODAY.with_changes({"reactions.push.months": 9, "company.win_rate": 0.2})
    pair = simkit.compare({"today": TODAY, "other": other}, 4, workers=1, outcomes=["total_margin"])
    found = pair.why("other", "total_margin", workers=1)
    assert [lever.name for lever in found.levers] == ["company.win_rate", "reactions.push.months"]
    assert (found.contributions[1] == 0.0).all()
    assert (found.contributions[0] > 0.0).all()
    idle = only(found.table, lever="reactions.push.months")
    assert idle["low"] < 0.0 < idle["high"]


def test_what_was_lived_is_not_lived_again(
    comparison: Comparison, attribution: Attribution, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another outcome of the same mixtures needs no simulation. Fails if it simulated."""
    monkeypatch.setattr("simkit.experiments.comparison.simulate", None)
    again = comparison.why("better", "total_margin", replications=5, workers=1)
    np.testing.assert_array_equal(again.contributions, attribution.contributions)
    assert comparison.why("better", "total_cost", replications=5).lives == 5


def test_attribution_of_what_runs_alike_is_refused(comparison: Comparison) -> None:
    """Fails if nothing were divided by nothing."""
    for name, message in (("twin", "nothing to attribute"), ("today", "nothing to attribute"), ("bettr", "'better'")):
        with pytest.raises(RunError, match=message):
            comparison.why(name)
    with pytest.raises(RunError, match="restricted_crossing_month"):
        comparison.why("better", "crossing_month")


def test_all_levers_of_the_library_make_the_other_scenario() -> None:
    """For every pair of shipped scenarios, the reference with all levers is the scenario, with none it is itself,
    and with all groups too. Fails if a lever were forgotten, a change lost, or a group dropped."""
    library = [load_scenario(name) for name in shipped_scenarios()]
    for one, other in combinations(library, 2):
        levers = levers_between(one, other)
        assert between(one, other, levers) == other
        assert between(one, other, grouped(levers)) == other
        assert between(one, other, []) == one
        assert len(grouped(levers)) <= max(MOST_GROUPS, 5)


def test_levers_are_what_differs() -> None:
    """A range, a dated change that both have otherwise, one that only one has, a decision, and a table of draws with
    the paths in it. Fails if a dated change were split, what both have were a lever, or a draw were mixed with a
    value."""
    joint = Joint(("company.win_rate", "market.drift"), np.array([[0.1, 0.2], [0.2, 0.3]]))
    both = TODAY.with_changes({"team.paid": 2}, month=4)
    one = both.with_changes({"process.silos": 0.3}, month=2).with_decision("push", 5)
    other = (
        both.with_changes({"process.silos": 0.1}, month=2)
        .with_changes({"feedback.latency_weeks": {"low": 1, "mode": 2, "high": 9}})
        .with_decision("hold", 6)
        .with_joint(joint)
    )
    levers = {lever.name: lever for lever in levers_between(one, other)}
    assert set(levers) == {
        "joint draws",
        "feedback.latency_weeks",
        "month 2: process.silos",
        "month 5: push",
        "month 6: hold",
    }
    assert (levers["month 2: process.silos"].before, levers["month 2: process.silos"].after) == ("0.3", "0.1")
    assert (levers["month 5: push"].before, levers["month 5: push"].after) == ("push", "-")
    assert levers["feedback.latency_weeks"].after == "1 to 9, most likely 2"
    assert between(one, other, levers.values()) == other
    for size in range(5):
        for chosen in combinations(levers.values(), size):
            assert len(levers_between(between(one, other, chosen), other)) == 5 - size


def test_a_new_metric_comes_with_its_target() -> None:
    """Fails if leads could be held against a target in money."""
    other = TODAY.with_changes({"expectation.metric": "leads", "expectation.target_per_month": 500})
    (lever,) = levers_between(TODAY, other)
    assert lever.paths == {"expectation.metric", "expectation.target_per_month"}


def test_more_than_five_levers_are_grouped() -> None:
    """Nine groups become seven: six by their size, and the rest. Five levers stay apart. Fails if a lever were lost."""
    levers = tuple(
        Lever(f"{group}{i}", group, "a", "b", frozenset({f"{group}{i}"})) for group in "abcdefghi" for i in "12"
    )
    assert grouped(levers[:5]) == levers[:5]
    found = grouped(levers)
    assert [lever.name for lever in found] == ["a", "b", "c", "d", "e", "f", REST]
    assert frozenset().union(*(lever.paths for lever in found)) == {lever.name for lever in levers}
    assert found[0].after == "a1 b; a2 b"


@pytest.mark.parametrize(
    ("changes", "outcome", "message"),
    [
        ({"horizon_months": 9}, "total_cost", "horizon_months: total_cost"),
        ({"company.currency": "USD"}, "cash_needed", "company.currency: cash_needed"),
        ({"expectation.metric": "leads", "expectation.target_per_month": 9}, "crossed_by_6", "expectation.metric"),
    ],
)
def test_outcomes_that_mean_something_else_are_refused(changes: dict[str, object], outcome: str, message: str) -> None:
    """Fails if euros were subtracted from dollars, or before anything ran there were no word of it."""
    pair = {"today": TODAY, "other": TODAY.with_changes(changes)}
    with pytest.raises(RunError, match=message):
        simkit.compare(pair, 2, workers=1, outcomes=[outcome])
    if "horizon_months" not in changes:
        found = simkit.compare(pair, 2, workers=1, outcomes=["roi"])
        assert found.differences["outcome"].to_list() == ["roi"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"scenarios": {"a": TODAY}}, "two or more"),
        ({"scenarios": {"a": TODAY, "b": 3}}, "scenarios.b"),
        ({"scenarios": {"a": TODAY, "b": "siloedd"}}, "Did you mean 'siloed'"),
        ({"outcomes": []}, "outcomes"),
        ({"outcomes": ["crossing_month"]}, "restricted_crossing_month"),
        ({"level": 95}, "level"),
        ({"replications": "auto"}, "precision"),
        ({"precision": Precision("roi", 1.0)}, "'auto' only"),
    ],
)
def test_bad_arguments_are_refused(arguments: dict[str, object], message: str) -> None:
    """Fails if one were accepted or repaired."""
    given: dict[str, object] = {"scenarios": {"a": TODAY, "b": BETTER}, "replications": 2, "workers": 1, **arguments}
    with pytest.raises(simkit.SimkitError, match=message):
        simkit.compare(**given)  # type: ignore[arg-type]


def test_pairs_until_their_difference_is_precise() -> None:
    """Pairs are known to 3 % of the margin in fewer lives than one scenario's own mean, and growing changes no life.
    Fails if precision were that of the scenarios, or twins were waited for."""
    precision = Precision("total_margin", 0.03, relative=True, budget=80, least=6)
    pair = {"today": TODAY, "media": TODAY.with_changes({"budget.media_per_month": 25_000}), "twin": TODAY}
    found = simkit.compare(pair, "auto", seed=4, workers=1, precision=precision, outcomes=["total_margin"])
    assert set(found.reached) == {"media"}
    assert found.reached["media"].met
    row = found.differences.iloc[0]
    assert (row["high"] - row["difference"]) / row["mean_reference"] == pytest.approx(found.reached["media"].half_width)
    assert precision.reached(found.ensembles["today"]).half_width > found.reached["media"].half_width
    plain = simkit.simulate(TODAY, len(found), seed=4, workers=1)
    np.testing.assert_array_equal(plain.values("margin"), found.ensembles["today"].values("margin"))


def test_an_interrupt_keeps_what_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rounds of three lives, interrupted in the second: five of each scenario can be compared, and the life that the
    first scenario had besides is there. Fails if one were lost, or a pair had one life only."""
    monkeypatch.setattr(module, "_LEAST_ROUND", 3)

    def stop(done: int, _: int) -> None:
        if done == 11:
            raise KeyboardInterrupt

    with pytest.raises(ComparisonInterrupted, match="11 of 24 lives") as caught:
        simkit.compare({"today": TODAY, "better": BETTER}, 12, seed=4, workers=1, progress=stop)
    kept = pickle.loads(pickle.dumps(caught.value))
    assert [len(ensemble) for ensemble in kept.ensembles.values()] == [6, 5]
    assert len(kept.comparison) == 5
    plain = simkit.compare({"today": TODAY, "better": BETTER}, 5, seed=4, workers=1)
    pd.testing.assert_frame_equal(kept.comparison.differences, plain.differences)


def test_they_show_themselves_in_a_notebook(comparison: Comparison, attribution: Attribution) -> None:
    """The names, the seed and the number of lives are there, and a name cannot bring markup. Fails if it could."""
    page = comparison._repr_html_()
    assert "10 lives" in page
    assert "seed 4" in page
    assert "restricted_crossing_month" in page
    assert "month 5: cut" in attribution._repr_html_()
    odd = Comparison({"<b>": comparison.ensembles["today"], "x": comparison.ensembles["better"]}, ("roi",))
    assert "<b>" not in odd._repr_html_()
