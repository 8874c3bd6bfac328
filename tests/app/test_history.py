"""The history of a session: walked back and forth, it is a list with a place in it."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from simkit import Scenario
from simkit_app.history import MOST, History, Position

BASE = Scenario("base")
SILOS = [BASE.with_changes({"process.silos": i / 10}) for i in range(10)]


def at(scenario: Scenario) -> Position:
    return Position(BASE, scenario)


def test_undo_and_redo_walk_the_positions_in_order() -> None:
    """Fails if a step skips a position, loses one, or walks beyond either end."""
    first = History(at(BASE))
    third = first.change(SILOS[1]).change(SILOS[2])
    assert third.now == at(SILOS[2])
    back = third.undo()
    assert back.now == at(SILOS[1])
    assert back.undo().now == at(BASE)
    assert back.undo().undo() == back.undo()
    assert back.undo().redo() == back
    assert back.redo() == third
    assert third.redo() == third


def test_a_move_forgets_what_was_undone() -> None:
    """Fails if redo could lead to a future of another past."""
    history = History(at(BASE)).change(SILOS[1]).change(SILOS[2]).undo().change(SILOS[3])
    assert history.future == ()
    assert history.redo().now == at(SILOS[3])
    assert history.undo().now == at(SILOS[1])


def test_a_move_to_where_one_is_changes_nothing() -> None:
    """Fails if a widget that reports the value it shows costs a step of undo, or what can be redone."""
    history = History(at(BASE)).change(SILOS[1]).change(SILOS[2]).undo()
    assert history.change(replace(SILOS[1])) is history
    assert history.future


def test_another_title_alone_is_a_move() -> None:
    """Scenarios that run alike are equal. Fails if a new title were dropped because of that, or could not be undone."""
    history = History(at(replace(BASE, title="before")))
    titled = history.change(replace(BASE, title="after"))
    assert titled.now.scenario.title == "after"
    assert titled.undo().now.scenario.title == "before"
    assert not titled.now.changed


def test_a_reset_returns_to_the_reference_and_can_be_undone() -> None:
    """Fails if a reset led to where the session began instead of the present reference, or erased the way back."""
    history = History(at(BASE)).move(Position(SILOS[5], SILOS[6]))
    assert history.now.changed
    reset = history.reset()
    assert reset.now == Position(SILOS[5], SILOS[5])
    assert not reset.now.changed
    assert reset.undo().now == history.now
    assert reset.reset() is reset


def test_a_change_keeps_the_reference() -> None:
    """Fails if moving a lever compared the scenario with another one than before."""
    assert History(Position(SILOS[5], SILOS[6])).change(SILOS[7]).now == Position(SILOS[5], SILOS[7])


def test_the_past_is_bounded_and_its_latest_part_is_kept() -> None:
    """Fails if a long session grew without end, or forgot its latest steps in place of its first."""
    history = History(at(SILOS[0]))
    for i in range(MOST + 25):
        history = history.change(SILOS[(i + 1) % 10])
    assert len(history.past) == MOST
    for i in range(MOST + 25, 25, -1):
        assert history.now == at(SILOS[i % 10])
        history = history.undo()
    assert history.now == at(SILOS[25 % 10])
    assert history.past == ()
    assert len(history.future) == MOST


STEPS = st.lists(st.one_of(st.integers(0, 9), st.sampled_from(["undo", "redo", "reset"])), max_size=40)


@given(steps=STEPS)
def test_any_walk_is_that_of_a_list_with_a_place_in_it(steps: list[int | str]) -> None:
    """Fails if any sequence of moves and steps led elsewhere than the simplest model of it."""
    history = History(at(BASE))
    line, place = [BASE], 0
    for step in steps:
        if step == "undo":
            history, place = history.undo(), max(0, place - 1)
        elif step == "redo":
            history, place = history.redo(), min(len(line) - 1, place + 1)
        else:
            scenario = BASE if step == "reset" else SILOS[int(step)]
            history = history.reset() if step == "reset" else history.change(scenario)
            if scenario != line[place]:
                line = [*line[: place + 1], scenario]
                place += 1
        assert history.now.scenario == line[place]
        assert [position.scenario for position in history.past] == line[:place]
        assert [position.scenario for position in history.future] == line[place + 1 :]
