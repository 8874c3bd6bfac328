"""What a room expected, did and saw: groups, stops, patience, scores, and what was learned."""

from __future__ import annotations

import pytest

from simkit.errors import RunError
from simkit.training.company import Decided, company, live, taken
from simkit.training.debrief import LEAST, effects, knowable
from simkit.training.learning import draws_valley, learned, relative
from simkit.training.session import Person, session
from tests.sessions import ANN, BOB, COMPANY, FIRM, HELD, STOPPED, by_hand, drew, lived, played


def test_people_who_decide_alike_live_the_same_months() -> None:
    """Fails if holding counts as a decision, or the largest group is not the first."""
    found = played()
    assert [(one.decided, [person.name for person in one.people]) for one in found.groups] == [
        ((), ["Ann", "Cat"]),
        (((3, "push"), (6, "stop")), ["Dan"]),
        (((3, "stop"),), ["Bob"]),
    ]
    assert found.main.lived.crossing == 8
    assert [one.decided for one in played("one", decided=((3, "hold"), (6, "push"))).groups] == [((6, "push"),)]
    assert taken(((3, "hold"), (6, "stop"), (9, "push"))) == ((6, "stop"),)


def test_a_stop_is_held_against_what_would_have_come() -> None:
    """Fails if the months before the crossing are counted in the stopped life, or without its other decisions."""
    first, second = played().stops
    assert (first.month, first.crossing, first.before) == (3, 8, 5)
    assert [person.name for person in first.people] == ["Bob"]
    assert (second.month, second.crossing, second.before) == (6, 10, 4)  # going on after the push
    never = session(COMPANY, "one", [ANN], ((3, "stop"),), (), {}, lambda *_: lived(STOPPED, None))
    assert never.stops[0].before is None


def test_patience_named_beforehand_is_held_against_bad_months() -> None:
    """Fails if bad months that do not follow one another are added up, or whoever would never stop is counted."""
    assert [(person.name, month) for person, month in played().by_patience] == [("Ann", 3), ("Cat", 6)]
    up_and_down = lived([40.0, 70.0] * 6, None)
    one = session(COMPANY, "one", [ANN], (), (), {}, lambda *_: up_and_down)
    assert [month for _, month in one.by_patience] == [5]  # months 3, 4 and 5 are the first three bad ones running


def test_the_room_expects_what_at_least_half_of_it_expects() -> None:
    """Fails if never is left out, or the middle of an even number is one that less than half expects."""
    said = {(6, 8, None): 8, (6, 8): 6, (None, None, 3): None, (): None, (None, 6): 6}
    for crossings, middle in said.items():
        assert session(COMPANY, "one", (), (), crossings, {}, by_hand).guess == middle
    assert played().fan is not None
    assert session(COMPANY, "one", (), (), (4,), {}, by_hand).fan is None


def test_everybody_is_scored_by_the_months_they_lived() -> None:
    """Fails if a drawing is held against another group's months, or the middle of the room against nothing."""
    scores = {person.name: score for person, score in played().scored()}
    assert set(scores) == {"Ann", "Bob", "Cat"}
    assert scores["Cat"].shape == 0.0
    assert (scores["Cat"].timing, scores["Cat"].early) == (5, False)
    assert (scores["Ann"].timing, scores["Ann"].early) == (2, True)
    assert scores["Ann"].shape == scores["Ann"].line > 0.0
    assert scores["Bob"].timing == 5  # stopped, so it came never: month 13
    middle = played().middle
    assert middle is not None
    assert middle.shape == 0.0
    assert middle.timing == 0


def test_what_was_learned_is_told_of_those_who_drew_twice() -> None:
    """Fails if a newcomer counts, companies are not made comparable, or drawing a valley is not noticed."""
    after = (
        Person(1, "Ann", drew(HELD, 8, None), ()),
        Person(3, "Cat", drew(HELD, 8, 6), ()),
        Person(9, "New", drew(), ()),
    )
    found = learned(played(), played("one", after))
    assert found is not None
    assert [person.name for person, _, _ in found.people] == ["Ann", "Cat"]
    assert found.closer == 1
    assert found.valley == (1, 2)  # Ann drew the line first
    assert found.shape.value == pytest.approx((0.0 - 1.0) / 2)
    assert found.timing.value == pytest.approx(((0 - 2) + (0 - 5)) / 2)
    assert relative(found.people[0][1]) == 1.0
    assert not draws_valley(drew(), played())
    assert learned(played("one", (BOB,)), played("one", (ANN,))) is None


def test_effects_add_up_and_are_told_apart_from_luck() -> None:
    """Fails if decisions do not add up to what all of them did, or holding passes for a decision."""
    ways: list[Decided] = [((3, "cut"), (6, "stop")), ((3, "hold"),), ((3, "cut"), (6, "stop"), (9, "push"))]
    (found,) = effects(COMPANY, ways, lucks=5, workers=1)
    assert found.decisions == ((3, "cut"), (6, "stop"))
    assert [(one.month, one.choice) for one in found.each] == [(3, "cut"), (6, "stop")]
    assert sum(one.here for one in found.each) == pytest.approx(found.here)
    usual = [one.usual.value for one in found.each if one.usual.value is not None]
    assert sum(usual) == pytest.approx(found.usual.value)
    assert found.usual.n == 5
    assert found.usual.low is not None
    assert found.usual.high is not None
    assert found.usual.low < found.usual.high
    assert LEAST >= 30
    assert effects(COMPANY, [((3, "hold"),)], lucks=2, workers=1) == ()


def test_what_could_be_known_ends_with_a_stop() -> None:
    """Fails if a chance has no interval, or somebody who stopped is told of later reviews."""
    found = knowable(COMPANY, ((6, "stop"),), lives=20, workers=1)
    assert [one.month for one in found] == [3, 6, 9]
    for one in found:
        assert one.chance.value is not None
        assert one.chance.low is not None
        assert one.chance.high is not None
        assert one.chance.low <= one.chance.value <= one.chance.high


def test_a_company_has_the_wanted_luck() -> None:
    """Fails if a lucky one crosses later than a typical one, or one that is to cross never does."""
    story = FIRM.with_changes({"company.starting_leads_per_month": 60.0, "expectation.target_per_month": 62.0})
    months = {luck: live(company(story, 12, luck, 2, workers=1)).crossing for luck in ("typical", "lucky")}
    assert months["lucky"] is not None
    assert months["typical"] is None or months["lucky"] <= months["typical"]
    with pytest.raises(RunError, match="expected one of"):
        company(story, 12, "splendid", 2, workers=1)  # type: ignore[arg-type]
