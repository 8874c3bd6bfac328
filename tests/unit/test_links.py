"""Scenarios as short texts: what a link carries arrives, and what cannot be is refused in words."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simkit import ParameterError, Range, Scenario, ScenarioError, SimkitError, load_scenario, shipped_scenarios
from simkit.parameters import Declaration, declarations
from simkit.scenarios import Joint
from simkit.scenarios.links import LONGEST, changed_by, difference, gathered, spread

BASE = load_scenario("baseline")
LEVERS = [entry for entry in declarations().values() if entry.kind == "lever" and entry.low is not None]


def arrives(scenario: Scenario, base: Scenario = BASE) -> Scenario:
    """What comes out of a link, which has to run as what went in does."""
    text = difference(base, scenario)
    again = changed_by(base, text)
    assert json.loads(gathered(spread(text)) or "{}") == json.loads(text or "{}")
    assert again == scenario
    assert again.hash == scenario.hash
    assert again.title == scenario.title
    return again


@pytest.mark.parametrize("name", shipped_scenarios())
def test_every_shipped_scenario_fits_into_a_link(name: str) -> None:
    """Both ways. Fails if a value, range or change of a story is lost, or one is too long for a link."""
    story = load_scenario(name)
    arrives(story)
    arrives(BASE, story)


def test_what_is_the_same_needs_no_text() -> None:
    """Fails if an unchanged board had a long address."""
    assert difference(BASE, load_scenario("baseline")) == ""
    assert changed_by(BASE, "") is BASE


def test_only_what_differs_is_in_the_text() -> None:
    """Fails if a link carried the whole company."""
    changed = BASE.with_changes({"process.silos": 0.1, "team.content": 5})
    assert json.loads(difference(BASE, changed)) == {"set": {"process.silos": 0.1, "team.content": 5}}


def test_an_address_is_for_people() -> None:
    """Fails if values are hidden in an encoding, or a word, a number or a title comes back as something else."""
    changed = BASE.with_changes({"process.silos": 0.1, "team.content": 5, "expectation.shape": "s_curve"})
    assert spread(difference(BASE, changed)) == {
        "team.content": "5",
        "process.silos": "0.1",
        "expectation.shape": "s_curve",
    }
    titled = replace(BASE, title="12")
    assert changed_by(BASE, gathered(spread(difference(BASE, titled)))).title == "12"
    assert gathered({}) == ""
    with pytest.raises(ParameterError, match=r"Did you mean 'process\.silos'"):
        changed_by(BASE, gathered({"process.silo": "0.1"}))
    with pytest.raises(SimkitError):
        changed_by(BASE, gathered({"process.silos": "[" * 5_000}))


def test_ranges_arrive_and_leave() -> None:
    """Fails if a range arrived as its middle, a whole number as a fraction, or an explicit value kept the range."""
    uncertain = BASE.with_changes(
        {"process.silos": {"low": 0.1, "mode": 0.2, "high": 0.9}, "team.content": {"low": 1, "mode": 2, "high": 6}}
    )
    again = arrives(uncertain)
    assert again["team.content"] == Range(1.0, 2.0, 6.0)
    arrives(uncertain.with_changes({"process.silos": 0.2}), uncertain)
    assert not isinstance(changed_by(uncertain, difference(uncertain, BASE))["process.silos"], Range)


def test_points_arrive_and_leave() -> None:
    """Fails if the points of an expected line came as something that is no pair, or stayed once taken out."""
    drawn = BASE.with_changes({"expectation.shape": "points", "expectation.points": [[1, 5.5], [7.25, 90]]})
    assert arrives(drawn)["expectation.points"] == ((1, 5.5), (7.25, 90))
    arrives(BASE, drawn)


def test_changes_and_decisions_arrive_in_their_order() -> None:
    """Fails if a dated value, a decision or its length is lost, or a reference's change stays in a scenario without."""
    dated = (
        BASE.with_changes({"team.analyst": 3, "process.silos": 0.1}, month=6)
        .with_decision("push", month=6, months=2)
        .with_decision("hold", month=3)
        .with_changes({"expectation.points": [[1, 10.0], [12, 400.0]], "expectation.shape": "points"}, month=9)
    )
    assert arrives(dated).changes == dated.changes
    arrives(BASE, dated)
    arrives(BASE.with_changes({"team.analyst": 3}, month=6), dated)


@pytest.mark.parametrize("title", ["Łódź & Söhne 🚀", '<b>"quoted"</b>\\', "", "line\nline\u2028"])
def test_a_title_arrives_as_it_was_written(title: str) -> None:
    """Fails if a title is cut, escaped or left out, also where nothing else differs."""
    arrives(replace(BASE.with_changes({"process.silos": 0.1}), title=title))
    arrives(replace(BASE, title=title))


def test_another_metric_takes_its_target_along() -> None:
    """The target's number may be the same as before in another unit. Fails if the link then left it out."""
    target = BASE["expectation.target_per_month"]
    leads = BASE.with_changes({"expectation.metric": "leads", "expectation.target_per_month": target})
    assert arrives(leads)["expectation.metric"] == "leads"
    points = {"expectation.shape": "points", "expectation.points": [[1, 5.0], [12, 90.0]]}
    by_points = BASE.with_changes(points)
    arrives(by_points.with_changes({"expectation.metric": "customers", **points}), by_points)
    arrives(leads, by_points)
    arrives(by_points, leads)


def test_joint_draws_are_refused_unless_both_have_them() -> None:
    """Fails if a link quietly led to a company without its draws."""
    joint = Joint(("company.win_rate", "process.silos"), np.array([[0.1, 0.2], [0.2, 0.4]]))
    fitted = BASE.with_joint(joint)
    for base, scenario in ((BASE, fitted), (fitted, BASE)):
        with pytest.raises(ScenarioError, match=r"do not fit into a link.*as a file"):
            difference(base, scenario)
    moved = fitted.with_changes({"team.content": 5})
    assert changed_by(fitted, difference(fitted, moved)) == moved


def test_more_than_fits_is_refused_on_both_sides() -> None:
    """Fails if an address were made that programs cut, or a longer one were read."""
    with pytest.raises(ScenarioError, match="more differs than fits"):
        difference(BASE, replace(BASE, title="x" * LONGEST))
    room = LONGEST - len('{"title":""}')
    arrives(replace(BASE, title="x" * room))
    with pytest.raises(ScenarioError, match="is longer than 6,000 characters"):
        changed_by(BASE, json.dumps({"title": "x" * (room + 1)}, separators=(",", ":")))


def test_a_link_that_was_cut_off_is_refused_wherever_it_was_cut() -> None:
    """Fails if a part of a link led to some other scenario."""
    text = difference(BASE, replace(BASE.with_changes({"process.silos": 0.1}, month=3), title="Mine"))
    for end in range(1, len(text)):
        with pytest.raises(ScenarioError, match="cannot be read; was it cut off"):
            changed_by(BASE, text[:end])


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "7",
        "null",
        '"set"',
        '{"sets":{}}',
        '{"set":{},"joint":"x.parquet"}',
        '{"set":[]}',
        '{"set":null}',
        '{"title":5}',
        '{"title":null}',
        '{"changes":5}',
        '{"changes":[5]}',
        '{"changes":{"month":1}}',
        '{"changes":"now"}',
        '{"changes":[{"month":1}]}',
        '{"changes":[{"set":{"process.silos":0.1}}]}',
        '{"changes":[{"month":1,"decision":"push","who":"me"}]}',
        '{"changes":[{"month":1,"set":{"process.silos":0.1},"months":3}]}',
        '{"changes":[{"month":[1],"decision":"push"}]}',
        '{"changes":[{"month":1,"decision":["push"]}]}',
        '{"changes":[{"month":1.5,"decision":"push"}]}',
        '{"set":{"process.silos":NaN}}',
        '{"set":{"process.silos":1e999}}',
        '{"set":{"process.silos":null}}',
        '{"set":{"process.silos":[]}}',
        '{"set":{"process.silos":{"low":0.1}}}',
        '{"set":{"process.silos":{"low":0.1,"mode":"x","high":0.3}}}',
        '{"set":{"process.silos":{"low":0.3,"mode":0.2,"high":0.1}}}',
        '{"set":{"expectation.points":{"low":1}}}',
        '{"set":{"expectation.points":[[1]]}}',
        '{"set":{"expectation.points":[1,2]}}',
        '{"set":{"team.content":2.5}}',
        '{"set":{"team.content":' + "9" * 5_000 + "}}",
        '{"set":{"expectation.metric":"leads"}}',
        "[" * LONGEST,
        '{"set":' + '{"a":' * 1_000 + "1" + "}" * 1_001,
        '{"set":{"process.silos":' + "[" * 1_000 + "]" * 1_000 + "}}",
        "\x00",
    ],
    ids=lambda text: text[:40],
)
def test_what_is_no_link_is_refused_in_one_line(text: str) -> None:
    """Fails if a text that somebody made up ended in any other error, or was taken."""
    with pytest.raises(SimkitError) as refused:
        changed_by(BASE, text)
    assert isinstance(refused.value, ParameterError | ScenarioError)
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 500


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ('{"set":{"process.silo":0.1}}', "Did you mean 'process.silos'?"),
        ('{"changes":[{"month":3,"set":{"process.silo":0.1}}]}', "Did you mean 'process.silos'?"),
        ('{"changes":[{"month":3,"decision":"pusch"}]}', "Did you mean 'push'?"),
    ],
)
def test_a_wrong_name_is_answered_with_the_nearest_one(text: str, hint: str) -> None:
    """Fails if a link of another version were refused without a word on what it meant."""
    with pytest.raises(ParameterError) as refused:
        changed_by(BASE, text)
    assert hint in str(refused.value)


def test_a_value_out_of_bounds_is_refused_with_the_bounds() -> None:
    """Fails if a link could set what no slider can."""
    with pytest.raises(ParameterError, match=r"process\.silos: expected a number from 0 to 1"):
        changed_by(BASE, '{"set":{"process.silos":1.5}}')


def values_of(entry: Declaration) -> st.SearchStrategy[Any]:
    assert entry.low is not None
    assert entry.high is not None
    return st.integers(int(entry.low), int(entry.high)) if entry.integer else st.floats(entry.low, entry.high)


DATED = [entry for entry in LEVERS if not entry.path.startswith("expectation.")]
MOVES = st.lists(st.sampled_from(LEVERS), max_size=8, unique_by=lambda entry: entry.path)


@st.composite
def moved(draw: st.DrawFn) -> Scenario:
    """The baseline with any values of any levers, some of them from a month on, some uncertain."""
    values: dict[str, Any] = {}
    for entry in draw(MOVES):
        values[entry.path] = draw(values_of(entry))
        if draw(st.booleans()):
            ends = sorted(draw(st.lists(values_of(entry), min_size=3, max_size=3)))
            values[entry.path] = dict(zip(("low", "mode", "high"), ends, strict=True))
    scenario = BASE.with_changes(values)
    for month in draw(st.lists(st.integers(1, 36), max_size=2)):
        entry = draw(st.sampled_from(DATED))
        scenario = scenario.with_changes({entry.path: draw(values_of(entry))}, month=month)
    return replace(scenario, title=draw(st.text(max_size=20)))


@settings(max_examples=40, deadline=None)
@given(base=moved(), scenario=moved())
def test_whatever_the_levers_say_arrives_from_any_scenario(base: Scenario, scenario: Scenario) -> None:
    """Fails if a value is rounded on its way, or one of the other scenario stays."""
    arrives(scenario, base)
