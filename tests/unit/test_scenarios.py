"""Scenarios: frozen, found, read, refused, drawn, and the same after a trip through a file."""

from __future__ import annotations

import pickle
import re
import tomllib
from collections.abc import Callable
from dataclasses import FrozenInstanceError
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simkit import (
    OutputError,
    ParameterError,
    Range,
    Scenario,
    ScenarioError,
    SimkitError,
    load_scenario,
    shipped_scenarios,
)
from simkit.parameters import Declaration, declarations
from simkit.parameters.values import flattened
from simkit.scenarios import DECISIONS, Joint, save_scenario, to_toml
from simkit.scenarios.uncertainty import uniform

BASE = load_scenario("baseline")
SILOS, LATENCY, DRIFT, WIN = "process.silos", "feedback.latency_weeks", "market.drift", "company.win_rate"

Reads = Callable[..., Scenario]


@pytest.fixture
def reads(tmp_path: Path) -> Reads:
    """Writes a scenario file and loads it."""

    def read(text: str, name: str = "mine.toml") -> Scenario:
        (tmp_path / name).write_text(text, encoding="utf-8")
        return load_scenario(tmp_path / name)

    return read


def values_of(entry: Declaration) -> st.SearchStrategy[Any]:
    if entry.choices:
        return st.sampled_from(entry.choices)
    if isinstance(entry.default, bool):
        return st.booleans()
    if isinstance(entry.default, str):
        return st.from_regex("[A-Z]{3}", fullmatch=True)
    if isinstance(entry.default, tuple):
        return st.just([[1, 5.5], [7.25, 90]])
    assert entry.low is not None
    assert entry.high is not None
    if entry.integer:
        return st.integers(int(entry.low), int(entry.high))
    return st.floats(entry.low, entry.high)


def ranges_of(entry: Declaration) -> st.SearchStrategy[dict[str, float]]:
    ends = st.lists(values_of(entry), min_size=3, max_size=3).map(sorted)
    return ends.map(lambda three: dict(zip(("low", "mode", "high"), three, strict=True)))


CLOCK = {"horizon_months", "start_month"}
SETTABLE = [entry for path, entry in declarations().items() if path not in ("expectation.metric", *CLOCK)]
DATABLE = [
    entry for entry in SETTABLE if not entry.path.startswith(("company.starting", "company.currency", "expectation."))
]
DRAWABLE = [entry for entry in SETTABLE if entry.low is not None]


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    def some(entries: list[Declaration], of: Callable[[Declaration], st.SearchStrategy[Any]]) -> dict[str, Any]:
        chosen = draw(st.lists(st.sampled_from(entries), max_size=4, unique_by=lambda entry: entry.path))
        return {entry.path: draw(of(entry)) for entry in chosen}

    texts = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=20).map(str.strip)
    scenario = Scenario("drawn", title=draw(texts), story=draw(texts | st.just("one\ntwo")), lesson=draw(texts))
    points = {"expectation.points": [[1, 5.5], [7.25, 90]]}  # whatever the shape becomes
    scenario = scenario.with_changes(points | some(SETTABLE, values_of)).with_changes(some(DRAWABLE, ranges_of))
    columns = some(DRAWABLE, lambda entry: st.lists(values_of(entry), min_size=3, max_size=3))
    if columns:
        table = np.array(list(columns.values()), dtype=float).T
        scenario = scenario.with_joint(Joint(tuple(columns), table))
        scenario = scenario.with_changes(some(DRAWABLE, values_of))
    for month in draw(st.lists(st.integers(1, 36), max_size=3)):
        scenario = scenario.with_changes(some(DATABLE, values_of), month=month)
    for month in draw(st.lists(st.integers(1, 36), max_size=2)):
        length = draw(st.none() | st.integers(1, 12))
        scenario = scenario.with_decision(draw(st.sampled_from(DECISIONS)), month=month, months=length)
    return scenario


@settings(max_examples=60, deadline=None)
@given(scenario=scenarios(), comments=st.booleans())
def test_a_scenario_survives_its_file(scenario: Scenario, comments: bool) -> None:
    """Fails if a value, range, joint draw, change, decision or text is lost, rounded, reordered or doubled on the way
    through TOML, or if the file carries less than the hash covers."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "other.toml"
        save_scenario(scenario, file, comments)
        again = load_scenario(file)
    assert again == scenario
    assert again.hash == scenario.hash
    assert hash(again) == hash(scenario)
    assert (again.title, again.story, again.lesson) == (scenario.title, scenario.story, scenario.lesson)
    assert again.resolve(3, 5) == scenario.resolve(3, 5)
    assert pickle.loads(pickle.dumps(scenario)) == scenario


def test_comments_explain_every_parameter() -> None:
    """Fails if a starter file leaves a parameter unexplained."""
    text = to_toml(Scenario("new"), comments=True)
    assert all(f"# {entry.label}: " in text for entry in declarations().values())


@pytest.mark.parametrize("name", shipped_scenarios())
def test_shipped_scenarios_load_and_tell_what_they_show(name: str) -> None:
    """Fails if a shipped scenario is broken or cannot be recognised."""
    scenario = load_scenario(name)
    assert scenario.name == name
    assert scenario.title
    assert scenario.resolve(1, 0).epochs


def test_the_baseline_is_complete() -> None:
    """Fails if the file that people edit leaves a parameter out, so that a default would decide, or unexplained."""
    text = Path(__file__).parents[2].joinpath("scenarios/baseline.toml").read_text(encoding="utf-8")
    content = tomllib.loads(text)
    left_out = [path for path in declarations() if not _has(content, path)]
    assert left_out == []
    assert [entry.path for entry in declarations().values() if f"# {entry.label}: " not in text] == []


def _has(content: Any, path: str) -> bool:
    for name in path.split("."):
        if name not in content:
            return False
        content = content[name]
    return True


def test_a_scenario_is_a_new_one_each_time() -> None:
    """Fails if a change reaches back into the scenario it was made from."""
    hash_before = BASE.hash
    faster = BASE.with_changes({LATENCY: 2})
    later = BASE.with_changes({"team.analyst": 2}, month=6)
    decided = BASE.with_decision("push", month=9, months=6)
    assert BASE.hash == hash_before
    assert len({BASE, faster, later, decided}) == 4
    assert len({BASE.hash, faster.hash, later.hash, decided.hash}) == 4
    assert (faster[LATENCY], BASE[LATENCY]) == (2.0, load_scenario("baseline")[LATENCY])
    assert BASE.with_changes({}) is BASE.with_changes({}, month=3) is BASE
    with pytest.raises(FrozenInstanceError):
        BASE.changes = ()  # type: ignore[misc]


def test_names_and_stories_do_not_enter_the_hash() -> None:
    """Fails if a better story makes stored results look as if they came from something else."""
    assert Scenario("a", story="one").hash == Scenario("b", story="two").hash
    assert Scenario("a", story="one") == Scenario("b", story="two")


def test_children_add_to_what_they_extend(reads: Reads) -> None:
    """Fails if values, changes or texts of the parent are lost, or win over the child's."""
    reads(
        'extends = "baseline"\ntitle = "Parent"\nstory = "told"\n[process]\nsilos = 0.2\nalways_on = 0.5\n'
        '[[changes]]\nmonth = 5\nset = { "team.analyst" = 2 }\n',
        "parent.toml",
    )
    child = reads(
        'extends = "parent"\ntitle = "Child"\nprocess.silos = 0.4\n[[changes]]\nmonth = 3\ndecision = "hold"\n'
        '[[changes]]\nmonth = 5\nset = { "team.analyst" = 3, "team.paid" = 0 }\n'
    )
    assert (child.title, child.story, child.name) == ("Child", "told", "mine")
    assert (child[SILOS], child["process.always_on"]) == (0.4, 0.5)
    assert [(change.month, dict(change.values), change.decision) for change in child.changes] == [
        (3, {}, "hold"),
        (5, {"team.analyst": 3, "team.paid": 0}, None),
    ]


def test_changes_take_their_month_and_stay() -> None:
    """Fails if a dated value holds before its month, is undone by a later one of another parameter, or comes in the
    order in which it was written instead of that of time."""
    scenario = BASE.with_changes({SILOS: 0.9}, month=8).with_changes({SILOS: 0.1, LATENCY: 3}, month=4)
    epochs = scenario.resolve(1, 0).epochs
    assert [month for month, _ in epochs] == [1, 4, 8]
    assert [parameters.process.silos for _, parameters in epochs] == [BASE[SILOS], 0.1, 0.9]
    assert [parameters.feedback.latency_weeks for _, parameters in epochs] == [BASE[LATENCY], 3.0, 3.0]


BAD_FILES = {
    "unknown key": ("[team]\nanalist = 1", r"^mine.toml: team.analist: unknown key. Did you mean 'team.analyst'\?$"),
    "unknown group": ("[teem]\nanalyst = 1", r"^mine.toml: teem: unknown key. Did you mean 'team'\?$"),
    "unknown channel": ("[channels.serach]\nactive = true", r"channels.serach: .* Did you mean 'channels.search'\?"),
    "unknown text": ('titel = "x"', r"titel: unknown key. Did you mean 'title'\?"),
    "value for a group": (
        "team = 3",
        r"^mine.toml: team: is a group of parameters and has no value itself \(given: 3\)",
    ),
    "text for a number": ('[team]\nanalyst = "two"', r"team.analyst: expected a whole number from 0 to 50"),
    "out of bounds": ("[process]\nsilos = 1.5", r"process.silos: expected a number from 0 to 1 .*\(given: 1.5\)"),
    "number for a text": ("title = 3", r"title: expected a text \(given: 3\)"),
    "broken": ('title = "a"\n[team\n', r"mine.toml: not valid TOML: .*\(at line 2, column 6\)"),
    "twice": ("[team]\nanalyst = 1\nanalyst = 2\npaid = 1", r"not valid TOML: .*\(at line 3, column 12\)"),
    "low above high": (
        "[process]\nsilos = { low = 0.5, mode = 0.4, high = 0.3 }",
        r"process.silos: a range needs low <= mode <= high",
    ),
    "half a range": ("[process]\nsilos = { low = 0.5, high = 0.6 }", r"process.silos: a range has exactly the keys"),
    "range out of bounds": (
        "[process]\nsilos = { low = 0.5, mode = 0.6, high = 1.6 }",
        r"process.silos: expected a number from 0 to 1 .*\(given: 1.6\)",
    ),
    "range of a switch": (
        "[channels.paid]\nactive = { low = 0, mode = 0, high = 1 }",
        r"channels.paid.active: cannot be uncertain; give a single value",
    ),
    "uncertain clock": (
        "horizon_months = { low = 12, mode = 24, high = 36 }",
        r"horizon_months: cannot be uncertain; give a single value",
    ),
    "change after the horizon": (
        'horizon_months = 12\n[[changes]]\nmonth = 13\nset = { "process.silos" = 0.1 }',
        r"changes.month: expected a whole month from 1 to the horizon, 12 \(given: 13\)",
    ),
    "change in month 0": ('[[changes]]\nmonth = 0\ndecision = "push"', r"changes.month: .*\(given: 0\)"),
    "month as text": (
        '[[changes]]\nmonth = 2\ndecision = "push"\n[[changes]]\nmonth = "6"\ndecision = "push"',
        r"changes.month: expected a whole month from 1 to the horizon, 36 \(given: '6'\)",
    ),
    "change without month": ('[[changes]]\nset = { "process.silos" = 0.1 }', r"changes: a change needs a month"),
    "change of nothing": ("[[changes]]\nmonth = 3", r"changes: a change needs set = .* or a decision"),
    "change with a misspelt key": ("[[changes]]\nmonth = 3\nste = {}", r"changes.ste: .* Did you mean 'set'\?"),
    "change of the unknown": (
        '[[changes]]\nmonth = 3\nset = { "process.sillos" = 0.1 }',
        r"process.sillos: unknown key. Did you mean 'process.silos'\?",
    ),
    "change out of bounds": (
        '[[changes]]\nmonth = 3\nset = { "process.silos" = 3 }',
        r"process.silos: expected a number from 0 to 1",
    ),
    "change to a range": (
        '[[changes]]\nmonth = 3\nset = { "process.silos" = { low = 0.1, mode = 0.2, high = 0.3 } }',
        r"process.silos: expected a number from 0 to 1",
    ),
    "change of the start": (
        '[[changes]]\nmonth = 3\nset = { "company.starting_leads_per_month" = 5 }',
        r"company.starting_leads_per_month: cannot change during a run",
    ),
    "changes as one table": ("[changes]\nmonth = 3", r"changes: write each change as its own \[\[changes\]\] table"),
    "unknown decision": ('[[changes]]\nmonth = 3\ndecision = "puhs"', r"decision: expected one of .* mean 'push'\?"),
    "decision of no length": (
        '[[changes]]\nmonth = 3\ndecision = "push"\nmonths = 0',
        r"months: expected a whole number of months from 1 on \(given: 0\)",
    ),
    "length of a set": (
        '[[changes]]\nmonth = 3\nmonths = 2\nset = { "process.silos" = 0.1 }',
        r"changes.months: only a decision has a length",
    ),
    "metric without target": (
        '[expectation]\nmetric = "leads"',
        r"expectation.metric: a new metric needs a target in its own unit .*Set expectation.target_per_month too",
    ),
    "no metric at all": ('[expectation]\nmetric = "revenue"', r'expected one of "margin", .*\(given: \'revenue\'\)'),
    "metric with the target of another shape": (
        '[expectation]\nmetric = "leads"\npoints = [[12, 900]]',
        r"Set expectation.target_per_month too",
    ),
    "no points": ('[expectation]\nshape = "points"', r"the shape 'points' needs expectation.points"),
    "points out of order": (
        "[expectation]\npoints = [[3, 10], [2, 10]]",
        r"expectation.points: expected months from 1",
    ),
    "points down to nothing": ("[expectation]\npoints = [[3, 10], [5, 0]]", r"the last value .* must be above 0"),
    "no points from month 3": (
        '[[changes]]\nmonth = 3\nset = { "expectation.shape" = "points" }',
        r"the shape 'points' needs expectation.points",
    ),
    "parent that is not there": (
        'extends = "basline"',
        r"no such scenario file.*'basline'.* Did you mean 'baseline'\?",
    ),
    "parent that is no text": ("extends = 3", r"extends: expected a text"),
    "its own parent": ('extends = "mine.toml"', r"extends: a scenario cannot extend itself"),
    "draws that are not there": ('joint = "none.parquet"', r"joint: there is no such table of draws"),
}


@pytest.mark.parametrize("case", BAD_FILES)
def test_a_bad_file_is_refused_in_one_line(reads: Reads, case: str) -> None:
    """Fails if what is wrong is ignored, repaired, shown as a traceback, or named without its path and nearest name."""
    text, message = BAD_FILES[case]
    with pytest.raises(SimkitError, match=message) as caught:
        reads(text)
    assert "\n" not in str(caught.value)


def test_a_ring_of_parents_is_refused(reads: Reads) -> None:
    """Fails if two files that extend each other are read without end."""
    with pytest.raises(ScenarioError, match="no such scenario file"):
        reads('extends = "two"', "one.toml")
    with pytest.raises(ScenarioError, match="extends: a scenario cannot extend itself"):
        reads('extends = "one"', "two.toml")


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("nowhere/at/all.toml", r"no such scenario file or shipped scenario \(given: 'nowhere/at/all.toml'\)"),
        ("baselin", r"Did you mean 'baseline'\?"),
        ("zzz", r"`simkit scenarios` lists those that are shipped"),
        ("", "no such scenario file"),
    ],
)
def test_what_cannot_be_found_is_said(source: str, message: str) -> None:
    """Fails if a missing file ends in a traceback, or a misspelt name without a suggestion."""
    with pytest.raises(ScenarioError, match=message):
        load_scenario(source)


def test_what_is_no_text_is_said(tmp_path: Path) -> None:
    """Fails if bytes in another encoding are guessed at, or end in a traceback."""
    (tmp_path / "latin.toml").write_bytes(b'title = "\xfcber"')
    with pytest.raises(ScenarioError, match="cannot read the file: it is not UTF-8 text"):
        load_scenario(tmp_path / "latin.toml")
    with pytest.raises(ScenarioError, match="no such scenario file"):
        load_scenario(tmp_path)


def test_saving_replaces_whole_or_not_at_all(tmp_path: Path) -> None:
    """Fails if a failed save leaves half a file, or one with a temporary name."""
    save_scenario(BASE, str(tmp_path / "a.toml"))  # a name does as well as a path
    with pytest.raises(OutputError, match="cannot write the file: No such file or directory"):
        save_scenario(BASE, tmp_path / "missing" / "a.toml")
    with pytest.raises(OutputError, match="cannot write the file: Is a directory"):
        save_scenario(BASE, tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["a.toml"]


def drawn(scenario: Scenario, path: str, count: int, seed: int = 1) -> list[float]:
    return [scenario.resolve(seed, draw).draw[path] for draw in range(count)]


UNCERTAIN = BASE.with_changes({SILOS: {"low": 0.1, "mode": 0.2, "high": 0.6}, LATENCY: Range(1, 4, 7)})


def test_draws_follow_the_triangle() -> None:
    """The mean of a triangle is (low + mode + high)/3 and its distribution function is known. Fails if ends are mixed
    up, clipped or missed. By chance: tolerances are more than five standard errors of 3,000 draws (0.002 and 0.009)."""
    values = np.array(drawn(UNCERTAIN, SILOS, 3000))
    assert 0.1 < values.min() < 0.12
    assert 0.57 < values.max() < 0.6
    assert values.mean() == pytest.approx(0.3, abs=0.011)
    for x, share in ((0.2, 0.2), (0.4, 1 - 0.2**2 / (0.5 * 0.4)), (0.15, 0.05**2 / (0.5 * 0.1))):
        assert (values <= x).mean() == pytest.approx(share, abs=0.046)


@pytest.mark.parametrize("path", [*declarations(), "joint"])
def test_few_draws_cover_the_whole_range(path: str) -> None:
    """The largest gap between 30 uniform draws and the ends exceeds 0.43 once in 700,000 (31 (1 - 0.43)^30 bounds it).
    Fails with even sequences that need hundreds of points to come round: a default run has 30."""
    draws = np.sort([uniform(1, draw, path) for draw in range(30)])
    assert np.diff(draws, prepend=0.0, append=1.0).max() < 0.43


def test_streams_of_draws_are_apart() -> None:
    """Fails if two parameters share a stream, or are drawn in step: no two of them may correlate beyond what chance
    allows (six standard errors of 500 draws, in 10,000 pairs once in 50,000 runs)."""
    table = np.array([[uniform(2, draw, path) for draw in range(500)] for path in declarations()])
    together = np.corrcoef(table) - np.eye(len(table))
    assert np.abs(together).max() < 6 / np.sqrt(500)


def test_draws_do_not_depend_on_other_levers() -> None:
    """Fails if overriding one uncertain parameter, or adding one, changes what is drawn for another: a comparison of
    two scenarios would then compare two sets of draws."""
    alone = UNCERTAIN.with_changes({LATENCY: 2})
    more = UNCERTAIN.with_changes({DRIFT: {"low": 0, "mode": 0.1, "high": 0.2}, "team.analyst": 2})
    assert drawn(alone, SILOS, 20) == drawn(UNCERTAIN, SILOS, 20) == drawn(more, SILOS, 20)
    assert drawn(more, LATENCY, 20) == drawn(UNCERTAIN, LATENCY, 20)
    assert LATENCY not in alone.resolve(1, 0).draw


def test_draws_depend_on_seed_and_number_alone() -> None:
    """Fails if draws repeat over seeds or numbers, or differ from one call to the next."""
    assert UNCERTAIN.resolve(4, 9) == UNCERTAIN.resolve(4, 9)
    assert len({*drawn(UNCERTAIN, SILOS, 50), *drawn(UNCERTAIN, SILOS, 50, seed=2)}) == 100


def test_an_explicit_value_takes_the_place_of_a_range() -> None:
    """Fails if a value that somebody set is drawn over, from the start or from a dated change on."""
    fixed = UNCERTAIN.with_changes({SILOS: 0.9})
    assert fixed[SILOS] == 0.9
    assert SILOS not in fixed.resolve(1, 3).draw
    dated = UNCERTAIN.with_changes({SILOS: 0.9}, month=5).resolve(1, 3)
    first, later = (parameters.process.silos for _, parameters in dated.epochs)
    assert first == dated.draw[SILOS] < 0.6
    assert later == 0.9
    assert UNCERTAIN[SILOS] == Range(0.1, 0.2, 0.6)


def test_whole_numbers_are_drawn_whole() -> None:
    """Fails if 2.4 analysts are drawn."""
    analysts = BASE.with_changes({"team.analyst": {"low": 1, "mode": 2, "high": 4}})
    assert {type(value) for value in drawn(analysts, "team.analyst", 40)} == {int}
    assert set(drawn(analysts, "team.analyst", 40)) <= {1, 2, 3, 4}


ROWS = {WIN: [0.05, 0.1, 0.15, 0.2], DRIFT: [0.4, 0.3, 0.2, 0.1]}


@pytest.fixture
def joint(tmp_path: Path, reads: Reads) -> Scenario:
    pd.DataFrame(ROWS).to_parquet(tmp_path / "draws.parquet")
    return reads('extends = "baseline"\njoint = "draws.parquet"')


def test_joint_draws_are_rows_equally_often(joint: Scenario) -> None:
    """Fails if columns are drawn apart, rows are left out or favoured, or a row is mixed with the next. By chance: five
    standard errors of 400 draws are 43."""
    rows = [tuple(joint.resolve(1, draw).draw.values()) for draw in range(400)]
    assert set(rows) == set(zip(*ROWS.values(), strict=True))
    assert all(rows.count(row) == pytest.approx(100, abs=43) for row in set(rows))
    assert joint.resolve(1, 7).epochs[0][1].company.win_rate == joint.resolve(1, 7).draw[WIN]


def test_an_explicit_value_takes_the_place_of_a_joint_column(joint: Scenario, reads: Reads) -> None:
    """Fails if the table wins over a value set in the same file, in a child or in Python; or if fixing one column
    changes which rows the others are drawn from."""
    fixed = joint.with_changes({WIN: 0.12})
    assert set(fixed.resolve(1, 2).draw) == {DRIFT}
    assert fixed[WIN] == 0.12
    assert drawn(fixed, DRIFT, 30) == drawn(joint, DRIFT, 30)
    assert joint.with_changes({WIN: 0.12, DRIFT: 0.1}).joint is None
    same_file = reads('extends = "baseline"\njoint = "draws.parquet"\n[company]\nwin_rate = 0.12', "same.toml")
    child = reads('extends = "mine"\n[company]\nwin_rate = 0.12', "child.toml")
    assert same_file == child == fixed
    dated = joint.with_changes({DRIFT: 0.9}, month=6).resolve(1, 2)
    assert [parameters.market.drift for _, parameters in dated.epochs] == [dated.draw[DRIFT], 0.9]


def test_a_joint_table_takes_the_place_of_ranges(joint: Scenario, reads: Reads) -> None:
    """Fails if a parameter is uncertain in two ways at once."""
    reads('extends = "baseline"\n[market]\ndrift = { low = 0, mode = 0.1, high = 0.2 }', "parent.toml")
    child = reads('extends = "parent"\njoint = "draws.parquet"', "child.toml")
    assert child == joint
    back = joint.with_changes({DRIFT: Range(0, 0.1, 0.2)})
    assert dict(back.ranges) == {DRIFT: Range(0, 0.1, 0.2)}
    assert back.joint is not None
    assert back.joint.paths == (WIN,)


def test_the_table_is_part_of_the_hash(joint: Scenario) -> None:
    """Fails if results of other draws pass for results of these."""
    assert joint.joint is not None
    upside_down = np.array(list(ROWS.values())).T[::-1].copy()
    other = joint.with_joint(Joint(joint.joint.paths, upside_down))
    assert other != joint
    assert other.hash != joint.hash


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"company.winrate": [0.1]}, r"company.winrate: there is no such parameter. Did you mean 'company.win_rate'\?"),
        ({WIN: [0.1, 3.0]}, r"company.win_rate: expected a number from 0 to 1 \(share\) \(given: 3.0\)"),
        ({WIN: ["a"]}, "joint: cannot read the table of draws"),
        ({WIN: [0.1, None]}, "joint: the table of draws needs at least one row and no missing values"),
        ({WIN: []}, "joint: the table of draws needs at least one row"),
        ({"horizon_months": [12, 24]}, "horizon_months: cannot be uncertain"),
        ({"channels.paid.active": [0, 1]}, "channels.paid.active: cannot be uncertain"),
    ],
)
def test_a_bad_table_of_draws_is_refused(
    tmp_path: Path, reads: Reads, columns: dict[str, list[Any]], message: str
) -> None:
    """Fails if a table is used in part, or its error does not name the column."""
    pd.DataFrame(columns).to_parquet(tmp_path / "draws.parquet")
    with pytest.raises(SimkitError, match=message):
        reads('joint = "draws.parquet"')


def test_a_file_that_is_no_table_of_draws_is_refused(tmp_path: Path, reads: Reads) -> None:
    """Fails if a broken Parquet file ends in a traceback."""
    (tmp_path / "draws.parquet").write_text("no table")
    with pytest.raises(ScenarioError, match="joint: cannot read the table of draws"):
        reads('joint = "draws.parquet"')


@pytest.mark.parametrize("months", [True, 0, -1, 2.0, "2"])
def test_a_decision_lasts_whole_months(months: Any) -> None:
    """Fails if a length that is no number of months is accepted."""
    with pytest.raises(ParameterError, match="months: expected a whole number of months from 1 on"):
        BASE.with_decision("push", month=3, months=months)


@given(entry=st.sampled_from(DRAWABLE), data=st.data())
def test_a_range_of_one_value_is_that_value(entry: Declaration, data: st.DataObject) -> None:
    """Fails if a range without width divides by it, or draws something else."""
    value = data.draw(values_of(entry))
    scenario = BASE.with_changes({entry.path: {"low": value, "mode": value, "high": value}})
    assert scenario.resolve(2, 7).draw == {entry.path: value}
    assert flattened(scenario.resolve(2, 7).epochs[0][1])[entry.path] == value


def test_a_scenario_prints_in_one_line() -> None:
    """Fails if whoever prints one is shown two hundred parameters, or what tells two apart is missing."""
    shown = repr(BASE.with_changes({"market.drift": Range(0.1, 0.2, 0.3)}).with_decision("push", month=3))
    assert re.fullmatch(
        r"<Scenario '\w+': 36 months, 1 dated changes, 1 uncertain parameters, hash [0-9a-f]{16}>", shown
    )
