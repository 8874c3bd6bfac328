"""Declarations: each parameter once, with all that messages, sliders and pages derive from it."""

from __future__ import annotations

import math
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simkit.errors import ParameterError
from simkit.parameters import Declaration, Parameters, declarations
from simkit.parameters.values import check_value, expected, flattened, value_at, with_values

# The paths that the conceptual model fixes; `*` stands for each of its channels.
FIXED = """
horizon_months start_month
company.customer_value company.customer_lifetime_months company.currency company.starting_leads_per_month
company.market_size company.word_of_mouth_share company.qualification_rate company.win_rate company.sales_cycle_months
company.sales_enablement company.advocacy
team.strategist team.search team.content team.social team.paid team.email team.analyst team.turnover_per_year
team.months_to_hire team.ramp_up_months team.cost_per_person_month team.starting_experience team.community_time
channels.*.active channels.*.items_per_head_month channels.*.activation_share channels.*.activation_half_life
channels.*.asset_half_life channels.*.saturation channels.*.lead_rate channels.*.media_share channels.*.interruptions
process.silos process.strategic_clarity process.interruptions process.improvement_time process.replanning_months
process.reallocation process.always_on process.handover_days process.partner_response_days process.reorganisation_dip
automation.reliance automation.human_review
feedback.latency_weeks feedback.acted_on feedback.tests_per_channel_month
market.drift market.jumps_per_year market.hype_per_year market.cost_inflation_per_year market.seasonality
budget.media_per_month budget.tools_per_month
expectation.metric expectation.shape expectation.target_per_month expectation.months_to_target expectation.points
expectation.review_every_months expectation.tolerance expectation.patience_months expectation.reaction
reactions.hold.months reactions.push.strength reactions.push.months reactions.cut.strength reactions.cut.months
reactions.reorganise.strength reactions.reorganise.months reactions.chase.strength reactions.chase.months
reactions.reset.months
"""
ALL = list(declarations().values())
NUMBERS = [entry for entry in ALL if entry.low is not None]


@pytest.mark.parametrize("path", FIXED.split())
def test_the_fixed_paths_exist(path: str) -> None:
    """Fails if a name that scenario files rely on is renamed or dropped."""
    for channel in ("search", "content", "social", "paid", "email"):
        assert path.replace("*", channel) in declarations()


@pytest.mark.parametrize(
    ("path", "low", "high"),
    [
        ("horizon_months", 6, 120),
        ("team.analyst", 0, 50),
        ("process.silos", 0, 1),
        ("process.interruptions", 0, 0.9),
        ("process.improvement_time", 0, 0.5),
        ("process.replanning_months", 0.25, 12),
        ("feedback.latency_weeks", 0.5, 26),
        ("automation.reliance", 0, 1),
    ],
)
def test_the_fixed_bounds_hold(path: str, low: float, high: float) -> None:
    """Fails if the conceptual model's range of a parameter is narrowed or widened."""
    assert (declarations()[path].low, declarations()[path].high) == (low, high)


@pytest.mark.parametrize("entry", ALL, ids=lambda entry: entry.path)
def test_a_declaration_is_complete(entry: Declaration) -> None:
    """Fails if a parameter has no label, source or kind, claims what is no claim, has a default out of bounds, or is a
    lever without a step that fits between its bounds."""
    assert entry.label.strip()
    assert entry.source.strip()
    assert entry.kind in ("lever", "uncertainty", "constant")
    assert all(re.fullmatch(r"C([1-9]|1\d|2[0-6])", claim) for claim in entry.claims)
    assert check_value(entry.path, entry.default) == entry.default
    if entry.low is None or entry.high is None:
        assert not isinstance(entry.default, (int, float)) or isinstance(entry.default, bool)
    else:
        assert entry.low < entry.high
        assert (entry.step is not None) == (entry.kind == "lever")
        assert entry.step is None or 0 < entry.step <= entry.high - entry.low


def test_every_claim_bears_on_a_parameter() -> None:
    """Fails if nothing can be set that a claim speaks of."""
    assert {claim for entry in ALL for claim in entry.claims} == {f"C{number}" for number in range(1, 27)}


@given(entry=st.sampled_from(NUMBERS), share=st.floats(0, 1))
def test_what_lies_between_the_bounds_is_taken_and_what_does_not_is_refused(entry: Declaration, share: float) -> None:
    """Fails if a bound is not enforced, excludes itself, or if a number loses its type on the way."""
    assert entry.low is not None
    assert entry.high is not None
    value: float = min(entry.high, entry.low + share * (entry.high - entry.low))
    if entry.integer:
        value = round(value)
    stored = value_at(with_values(Parameters(), {entry.path: value}), entry.path)
    assert stored == value
    assert isinstance(stored, int if entry.integer else float)
    for outside in (entry.low - 1 - share, entry.high + 1 + share):
        with pytest.raises(ParameterError) as caught:
            check_value(entry.path, round(outside) if entry.integer else outside)
        assert caught.value.field == entry.path
        assert expected(entry) in str(caught.value)


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("team.analyst", 99, r"^team.analyst: expected a whole number from 0 to 50 \(heads\) \(given: 99\)\.$"),
        ("team.analyst", "two", r"expected a whole number from 0 to 50 \(heads\) \(given: 'two'\)"),
        ("team.analyst", 1.5, r"expected a whole number from 0 to 50"),
        ("team.analyst", True, r"expected a whole number from 0 to 50 \(heads\) \(given: True\)"),
        ("process.silos", math.nan, r"expected a number from 0 to 1"),
        ("process.silos", math.inf, r"expected a number from 0 to 1"),
        ("process.silos", "0.5", r"expected a number from 0 to 1"),
        ("process.silos", None, r"expected a number from 0 to 1"),
        ("channels.paid.active", 1, r"expected true or false \(given: 1\)"),
        ("expectation.metric", "lead", r'expected one of "margin", "leads", "customers" \(given: \'lead\'\)'),
        ("company.currency", "euro", r"expected a three-letter currency code such as EUR"),
        ("expectation.points", [[3, 10, 1]], r"expected a list of \[month, value\] pairs"),
        ("expectation.target_per_month", 0, r"expected a number from 0.01 to 1e\+10"),
    ],
)
def test_a_wrong_value_is_told_what_was_expected(path: str, value: Any, message: str) -> None:
    """Fails if a value is converted in silence, or the message lacks path, value, type, bounds or unit."""
    with pytest.raises(ParameterError, match=message):
        with_values(Parameters(), {path: value})


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("process.silo", "Did you mean 'process.silos'?"),
        ("proces.silos", "Did you mean 'process.silos'?"),
        ("process", "It is a group; name one of its parameters, for example 'process.silos'."),
        ("xyzzy", "`simkit explain` lists all parameters."),
    ],
)
def test_an_unknown_path_gets_the_nearest_name(path: str, hint: str) -> None:
    """Fails if a misspelt path is ignored, or its message leads nowhere."""
    with pytest.raises(ParameterError) as caught:
        with_values(Parameters(), {path: 1})
    assert str(caught.value) == f"{path}: there is no such parameter (given: 1). {hint}".replace(" (given: 1)", "")


def test_setting_one_value_leaves_the_others() -> None:
    """Fails if setting a value resets its neighbours, or changes the set it started from."""
    before = Parameters()
    after = with_values(before, {"channels.paid.saturation": 77, "team.analyst": 3})
    changed = {path for path, value in flattened(after).items() if value != flattened(before)[path]}
    assert changed == {"channels.paid.saturation", "team.analyst"}
    assert before == Parameters()
    assert list(flattened(after)) == list(declarations())
