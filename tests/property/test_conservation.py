"""Conservation in whatever world: items, leads, customers, people and time, for scenarios drawn within all bounds."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from simkit.model.clock import MONTH
from simkit.model.recorder import CHANNELS, MONTHLY, ROLES
from simkit.model.simulation import World, simulate_life
from simkit.parameters import Declaration, declarations
from simkit.scenarios import DECISIONS, Scenario
from tests.worlds import DATED, HEADS, assert_sound, begin, items_in_progress, monthly

SETTINGS = settings(derandomize=True, deadline=None, max_examples=100)
ENTRIES = declarations()
FREE = [
    p for p, e in ENTRIES.items() if e.low is not None and p not in (*HEADS, "horizon_months", "company.market_size")
]
TARGETS = {"margin": 160_000.0, "leads": 2_000.0, "customers": 60.0}


def value_of(entry: Declaration) -> st.SearchStrategy[Any]:
    """A value within the bounds, the bounds themselves often among them."""
    assert entry.low is not None
    assert entry.high is not None
    if entry.integer:
        return st.integers(int(entry.low), int(entry.high))
    return st.one_of(st.sampled_from([entry.low, entry.high]).map(float), st.floats(entry.low, entry.high))


@st.composite
def some_values(draw: st.DrawFn, paths: list[str], most: int) -> dict[str, Any]:
    chosen = draw(st.lists(st.sampled_from(paths), max_size=most, unique=True))
    return {path: draw(value_of(ENTRIES[path])) for path in chosen}


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    """Small teams over 6 to 10 months, a dozen other values anywhere in their bounds, changes and decisions now and
    then."""
    heads, horizon = st.integers(0, 3), draw(st.integers(6, 10))
    values: dict[str, Any] = {path: draw(heads) for path in HEADS}
    values |= {f"channels.{channel}.active": draw(st.integers(0, 3)) > 0 for channel in CHANNELS}
    metric = draw(st.sampled_from(sorted(TARGETS)))
    values |= {"expectation.metric": metric, "expectation.target_per_month": TARGETS[metric], "horizon_months": horizon}
    values["expectation.reaction"] = draw(st.sampled_from(DECISIONS))
    # Plans that reach beyond the month are what a stop finds to drop.
    values["process.replanning_months"] = draw(st.sampled_from([0.25, 1.0, 3.0]))
    values |= draw(some_values(FREE, 12))
    # The market holds whatever customers and open leads the rest implies, with room or hardly any.
    values["company.market_size"] = 1e9
    scenario = Scenario().with_changes(values)
    start = begin(scenario, 0).customers.start
    implied = start.customers + start.open
    room = draw(st.sampled_from([1.0, 1.5, 100.0]))
    scenario = scenario.with_changes({"company.market_size": min(1e9, max(1.0, (implied + 1.0) * room))})
    months = st.integers(1, horizon)
    for _ in range(draw(st.integers(0, 3))):
        if draw(st.booleans()):
            scenario = scenario.with_decision(
                draw(st.sampled_from([*DECISIONS, "stop"])), draw(months), draw(st.integers(1, 6))
            )
        else:
            change = draw(some_values([path for path in DATED if path not in HEADS], 3))
            change |= {draw(st.sampled_from(HEADS)): draw(heads)}
            scenario = scenario.with_changes(change, month=draw(months))
    return scenario


def assert_conserved(world: World) -> None:
    """Nothing gets lost, at whatever moment."""
    work, customers, team = world.work, world.customers, world.team
    found = items_in_progress(world)
    assert min(work.started, work.finished, work.dropped, work.published, work.late, work.duplicates) >= 0
    assert work.started == work.finished + work.dropped + len(found)
    assert work.in_progress == len(found)
    assert work.published <= work.finished
    assert work.late <= work.published
    published = {(item.channel, item.kind, item.ordinal) for item, _, _ in work.record or []}
    assert len(published) == len(work.record or []) == work.published
    assert not published & found
    assert customers.opening + customers.new == customers.won + customers.lost + customers.open
    assert customers.base == round(customers.start.customers) + customers.won - customers.gone
    assert min(customers.won, customers.lost, customers.open, customers.base, customers.gone) >= 0
    assert min(customers.pipeline.open) >= 0
    present = [person for desk in team.desks.values() for person in desk.people]
    assert team.joined - team.left == team.headcount == len(present) == len(set(map(id, present)))
    for desk in team.desks.values():
        assert desk.backlog >= -1e-9
        assert all(person.desk is desk for person in desk.people)
        idle = set(map(id, desk.idle))
        assert len(idle) == len(desk.idle)
        assert idle <= {id(person) for person in desk.people if person._task is None}
        if desk.idle:
            waiting = [since for _, _, _, since, _ in desk._queue] + [ready for ready, *_ in desk._arriving]
            assert min(waiting, default=world.env.now) >= world.env.now, "somebody idles while work waits"


@SETTINGS
@given(scenario=scenarios(), seed=st.integers(0, 99), share=st.floats(0.01, 0.99))
def test_nothing_is_lost_at_any_moment(scenario: Scenario, seed: int, share: float) -> None:
    """Items are counted where they lie (desks, hands, campaigns held, plans), people at their desks, leads in stages;
    at a moment in between and at the end. Fails if an item, a lead, a customer or a person vanishes, doubles or is
    counted in two states, or if somebody idles while work waits."""
    world = begin(scenario, seed, record_items=True)
    months = scenario.parameters.horizon_months
    world.env.run(until=share * months * MONTH)
    assert_conserved(world)
    world.live()
    assert_conserved(world)
    assert monthly(world, "activity").sum() == world.work.published
    assert monthly(world, "leads").sum() == world.customers.new
    assert monthly(world, "customers").sum() == world.customers.won
    assert monthly(world, "duplicates").sum() == world.work.duplicates
    np.testing.assert_allclose(monthly(world, "useful_output").sum(), world.work.useful, rtol=1e-9, atol=1e-9)


@SETTINGS
@given(scenario=scenarios(), seed=st.integers(0, 99))
def test_every_life_is_sound(scenario: Scenario, seed: int) -> None:
    """Fails if an output is negative, infinite or missing without cause, if shares of time exceed the whole, if
    totals are not the sums over origins, or if more people work than were ever planned."""
    life = simulate_life(scenario, seed, replication=0)
    assert_sound(life)
    assert len(life.monthly) == scenario.parameters.horizon_months
    epochs = [parameters.team for _, parameters in scenario.resolve(seed, 0).epochs]
    planned = sum(max(getattr(team, role) for team in epochs) for role in ROLES)
    assert life.monthly[:, MONTHLY.index("headcount")].max() <= planned + 1e-9
    assert life.roles.shape[1] == len(ROLES)
