"""Questions and answers: computed once for all who ask, as long as somebody does, and always with the same bits."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import numpy as np
import pytest

import simkit
from simkit import Ensemble, RunError, Scenario
from simkit.experiments.design import design_of
from simkit.plateau import crossing_times
from simkit_app import questions
from simkit_app.answers import Answer, Answers, Question
from simkit_app.questions import KNOWN, SETTLED, STEP, Explored, Lived
from simkit_app.queue import Lane, Priority, Queue
from tests.worlds import QUIET

SECONDS = 60.0
"""Longer than any of this takes, also on a busy machine."""


def line_at(leads: float) -> Scenario:
    """Six months in which leads vary around 1,040 a month by chance alone, and a level line; 8 ms a life."""
    level = {"expectation.metric": "leads", "expectation.shape": "level", "expectation.target_per_month": leads}
    return Scenario("level").with_changes({**QUIET, "horizon_months": 6, **level})


SELDOM, SOMETIMES, OFTEN = line_at(1066.0), line_at(1058.0), line_at(1030.0)
"""A few lives in a hundred cross, one in ten, and one in two: that takes more and more lives to know."""


@pytest.fixture(scope="module")
def queue() -> Iterator[Queue]:
    made = Queue(2)
    yield made
    made.close()


@pytest.fixture
def answers(queue: Queue) -> Iterator[Answers]:
    made = Answers(queue)
    yield made
    made.forget("one")
    made.forget("two")


def seen(answers: Answers, answer: Answer, reached: Callable[[Answer], object]) -> Answer:
    """The answer once it is so far."""
    until = time.monotonic() + SECONDS
    while not reached(answer):
        assert time.monotonic() < until, (answer.value, answer.error)
        answers.wait([answer], [answer.version], 0.2)
    return answer


def ended(answers: Answers, answer: Answer) -> Answer:
    return seen(answers, answer, lambda a: a.complete or a.error)


def bits(ensemble: Ensemble) -> list[bytes]:
    lives = ensemble.lives
    return [np.ascontiguousarray(a).tobytes() for a in (lives.replication, lives.monthly, lives.channels, lives.roles)]


@dataclass(frozen=True)
class Counted:
    """A question that notes each time that it is worked on, and waits until it may go on."""

    name: str
    lives: int = 4
    may_end: threading.Event = field(default_factory=threading.Event, compare=False)
    begun: list[Lane] = field(default_factory=list, compare=False)
    fault: Exception | None = field(default=None, compare=False)

    priority: ClassVar = Priority.SOON

    def work(self, answer: Answer, lane: Lane) -> None:
        self.begun.append(lane)
        assert self.may_end.wait(SECONDS)
        if self.fault is not None:
            raise self.fault
        answer.lives = self.lives
        answer.show(self.name)

    def free(self) -> Counted:
        self.may_end.set()
        return self


def test_equal_questions_are_computed_once_for_all_who_ask(answers: Answers) -> None:
    """Fails if a second visitor's question is computed again, or ends when the first one goes."""
    first, second = Counted("same"), Counted("same")
    (mine,) = answers.ask("one", "board", [first])
    (theirs,) = answers.ask("two", "other", [second])
    assert mine is theirs
    seen(answers, mine, lambda _: first.begun)
    answers.forget("one")
    assert not first.begun[0].closed
    first.free()
    assert ended(answers, theirs).value == "same"
    assert answers.ask("one", "board", [second]) == [mine]
    assert (len(first.begun), len(second.begun)) == (1, 0)


def test_two_in_one_question_are_one_answer(answers: Answers) -> None:
    """Fails if a scenario beside itself is simulated twice."""
    question = Counted("twins").free()
    one, other = answers.ask("one", "board", [question, question])
    assert one is other
    ended(answers, one)
    assert len(question.begun) == 1


def test_what_nobody_asks_any_more_is_cancelled(answers: Answers) -> None:
    """Fails if an overtaken question keeps a worker, ends as if it were whole, or another purpose is cancelled too."""
    old, new, apart = Counted("old"), Counted("new").free(), Counted("apart")
    (overtaken,) = answers.ask("one", "board", [old])
    (other,) = answers.ask("one", "reasons", [apart])
    seen(answers, overtaken, lambda _: old.begun and apart.begun)
    (asked,) = answers.ask("one", "board", [new])
    assert [question.begun[0].closed for question in (old, apart)] == [True, False]
    old.free()
    ended(answers, asked)
    assert not overtaken.complete
    answers.cancel("one", "reasons")
    assert apart.begun[0].closed
    assert not other.complete
    apart.free()


def test_a_question_asked_again_while_the_old_work_still_ends_has_an_answer_of_its_own(answers: Answers) -> None:
    """Fails if what a cancelled thread still does ends the answer that somebody waits for now."""
    first, again = Counted("again"), Counted("again")
    (old,) = answers.ask("one", "board", [first])
    seen(answers, old, lambda _: first.begun)
    answers.cancel("one", "board")
    (new,) = answers.ask("one", "board", [again])
    assert new is not old
    seen(answers, new, lambda _: again.begun)
    first.free()
    seen(answers, old, lambda a: a.value)
    time.sleep(0.05)
    assert not new.complete
    assert not old.complete
    again.free()
    assert ended(answers, new).complete


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (RunError("cannot be", field="seed", value=-1), "seed: cannot be (given: -1)."),
        (ZeroDivisionError("by nothing"), "This is a fault in simkit: ZeroDivisionError: by nothing"),
    ],
)
def test_an_error_is_said_in_words_and_tried_again_by_the_next_who_asks(
    answers: Answers, fault: Exception, said: str
) -> None:
    """Fails if a failed question is waited for without end, asked over and over, or never again."""
    failing = Counted("fails", fault=fault).free()
    (answer,) = answers.ask("one", "board", [failing])
    assert ended(answers, answer).error == said
    assert not answer.complete
    assert answers.ask("one", "board", [failing]) == [answer]
    assert len(failing.begun) == 1
    answers.cancel("one", "board")
    (again,) = answers.ask("one", "board", [Counted("fails").free()])
    assert ended(answers, again).value == "fails"


def test_what_failed_is_tried_again_by_whoever_asked_for_it(answers: Answers) -> None:
    """While another waits for it too. Fails if all must leave first, or what did not fail begins anew."""
    failing, fine = Counted("again", fault=ZeroDivisionError("once")).free(), Counted("fine").free()
    for owner in ("one", "two"):
        asked = answers.ask(owner, "board", [failing, fine])
    for answer in asked:
        ended(answers, answer)
    answers.drop_failed("one", "board")
    for answer in answers.ask("one", "board", [Counted("again").free(), fine]):
        assert ended(answers, answer).complete
    assert len(fine.begun) == 1


def test_answers_are_kept_as_far_as_there_is_room(queue: Queue) -> None:
    """Fails if memory grows without end, or the latest goes before the oldest."""
    answers = Answers(queue, room=10)
    kept = {name: Counted(name) for name in "abc"}

    def look_at(names: str) -> dict[str, int]:
        """How often each was worked on, after one look at each of these."""
        for name in names:
            kept[name].may_end.clear()  # what is not there yet counts from the next look on
            (answer,) = answers.ask("one", "board", [kept[name]])
            kept[name].free()
            ended(answers, answer)
        return {name: len(question.begun) for name, question in kept.items()}

    assert look_at("abacca") == {
        "a": 1,
        "b": 1,
        "c": 1,
    }  # 12 lives at the second look at c: b was looked at longest ago
    assert look_at("b") == {"a": 1, "b": 2, "c": 1}


def test_what_is_shown_is_never_thrown_away(queue: Queue) -> None:
    """Fails if an answer larger than the room were computed again at every look."""
    answers = Answers(queue, room=3)
    large = Counted("large").free()
    (answer,) = answers.ask("one", "board", [large])
    ended(answers, answer)
    answers.ask("two", "board", [Counted("small", lives=1).free()])
    assert answers.ask("one", "board", [large]) == [answer]
    assert len(large.begun) == 1


def test_waiting_ends_with_news_or_with_the_time(answers: Answers) -> None:
    """Fails if a page sleeps through news, or without end where there are none."""
    question = Counted("news")
    (answer,) = answers.ask("one", "board", [question])
    begun = time.monotonic()
    answers.wait([answer], [answer.version], 0.05)
    assert 0.04 < time.monotonic() - begun < SECONDS / 2
    threading.Timer(0.1, question.may_end.set).start()
    version = answer.version
    answers.wait([answer], [version], SECONDS)
    assert answer.version > version
    ended(answers, answer)


def refined(scenario: Scenario, width: int) -> Ensemble:
    """What a queue of so many workers ends with."""
    queue = Queue(width)
    try:
        answers = Answers(queue)
        answer = ended(answers, answers.ask("one", "board", [Lived(scenario, 3)])[0])
        assert answer.complete
        assert answer.lives == len(answer.value)
        made: Ensemble = answer.value
        return made
    finally:
        queue.close()


def test_refinement_ends_by_its_rule_and_with_the_numbers_of_simulate() -> None:
    """As many lives as the interval of P(crossed) needs, to the bit. Fails if the number of lives depended on how the
    work was split or on time, or if the lives of the board differed from those that an analyst simulates."""
    one, two = refined(SELDOM, 1), refined(SELDOM, 2)
    assert bits(one) == bits(two)
    assert bits(one) == bits(simkit.simulate(SELDOM, len(one), 3, workers=1))
    assert len(one) > SETTLED + STEP
    assert KNOWN.reached(one).met
    assert not KNOWN.reached(one.first(len(one) - STEP)).met
    chance = one.crossing.by(6)
    assert chance.low is not None
    assert chance.high is not None
    assert (chance.high - chance.low) / 2 == pytest.approx(KNOWN.half_width, rel=0.1)


def test_what_is_certain_needs_few_lives() -> None:
    """Fails if the rule stopped before the interval is narrow, or never where all lives are alike."""
    never = refined(line_at(1e6), 1)
    assert len(never) <= 3 * SETTLED
    chance = never.crossing.by(6)
    assert chance.high is not None
    assert chance.high <= 2 * KNOWN.half_width
    assert not KNOWN.reached(never.first(SETTLED)).met


def test_there_is_a_most(monkeypatch: pytest.MonkeyPatch, answers: Answers) -> None:
    """Fails if a chance near one half kept the workers for as long as it takes."""
    monkeypatch.setattr(questions, "KNOWN", replace(KNOWN, budget=60))
    (answer,) = answers.ask("one", "board", [Lived(SELDOM, 3)])
    assert len(ended(answers, answer).value) == 60


@pytest.mark.parametrize("lives", [5, 60])
def test_a_question_that_was_cancelled_goes_on_and_ends_with_the_same_bits(
    monkeypatch: pytest.MonkeyPatch, answers: Answers, lives: int
) -> None:
    """Cancelled before a picture could be read, and while it was refined. Fails if what was there is lost to who comes
    back, or lives are missing, doubled or other ones in the end."""
    monkeypatch.setattr(Lane, "task_seconds", 0.001)  # a life a task
    reached, cancelled, show = threading.Event(), threading.Event(), Lived._show

    def held(self: Lived, answer: Answer, ensemble: simkit.Ensemble) -> None:
        show(self, answer, ensemble)
        if len(ensemble) >= lives:
            reached.set()
            assert cancelled.wait(60)  # or the rest might be done before it is cancelled

    monkeypatch.setattr(Lived, "_show", held)
    (first,) = answers.ask("one", "board", [Lived(SOMETIMES, 4)])
    assert reached.wait(60)
    answers.cancel("one", "board")
    cancelled.set()
    assert not first.complete
    (again,) = answers.ask("one", "board", [Lived(SOMETIMES, 4)])
    assert again is not first
    begun_with = len(again.value)
    assert begun_with >= lives
    ended(answers, again)
    assert bits(again.value) == bits(simkit.simulate(SOMETIMES, len(again.value), 4, workers=1))
    assert KNOWN.reached(again.value).met
    assert not KNOWN.reached(again.value.first(len(again.value) - STEP)).met


def test_what_is_carried_over_counts_even_where_nothing_is_missing(queue: Queue) -> None:
    """A question may be cancelled after its last life. Fails if such lives were kept without being counted."""
    enough = simkit.simulate(line_at(1e6), 3 * SETTLED, 1, workers=1)
    answer = Answer(threading.Condition(), enough)
    Lived(enough.scenario, 1).work(answer, Lane(queue, "one", Priority.SOON))
    assert answer.value is enough
    assert answer.lives == len(enough)


def test_a_map_that_was_cancelled_goes_on_and_holds_the_times_of_simulate(answers: Answers) -> None:
    """Fails if points are lived twice, left out, or with other luck than elsewhere."""
    levels = {"expectation.target_per_month": [1000.0, 1030.0, 1060.0], "company.win_rate": [0.1, 0.2]}
    question = Explored(design_of(line_at(1000.0), levels, replications=4, seed=6))
    (first,) = answers.ask("one", "explore", [question])
    seen(answers, first, lambda a: a.value)
    answers.cancel("one", "explore")
    (answer,) = answers.ask("one", "explore", [question])
    assert len(answer.value or ()) >= 1
    ended(answers, answer)
    assert (answer.done, answer.total) == (24, 24)
    assert [point for point, _ in answer.value] == list(range(6))
    for point, times in answer.value:
        lived = simkit.simulate(question.design.scenario(point), 4, 6, workers=1)
        np.testing.assert_array_equal(times, crossing_times(lived.plateau))


def test_every_kind_of_question_is_its_own_key() -> None:
    """Fails if two scenarios or seeds shared an answer, or equal ones had two."""
    asked: list[Question] = [Lived(SELDOM, 1), Lived(SELDOM, 2), Lived(OFTEN, 1), questions.Steps(SELDOM, 1)]
    known: dict[Any, int] = {question: i for i, question in enumerate(asked)}
    assert len(known) == 4
    assert known[Lived(line_at(1066.0), 1)] == 0
