"""What has been asked of the simulator: each question is computed once, for all who ask it, while anybody does."""

from __future__ import annotations

import uuid
from collections import OrderedDict
from collections.abc import Iterable
from concurrent.futures import CancelledError
from threading import Condition, Thread
from typing import Any, Protocol

from simkit.errors import SimkitError
from simkit_app.queue import Lane, Priority, Queue


class Question(Protocol):
    """Something to compute. Equal questions have the same answer, to the bit."""

    @property
    def priority(self) -> Priority:
        """How urgent it is at first."""

    def work(self, answer: Answer, lane: Lane) -> None:
        """Compute it through the lane, showing in the answer what is known on the way."""

    def __hash__(self) -> int: ...


class Answer:
    """What is known so far.

    Attributes:
        value: the result, or as much of it as there is; None for nothing.
        done, total: how much of the work is done, in units of its own; total 0 for not known.
        complete: whether the value is final.
        error: why there will be none, in words, or None.
        version: grows with each change.
        lives: how many the value holds in memory.
    """

    def __init__(self, changed: Condition, value: Any = None) -> None:
        self.value = value
        self.lives = 0
        self.done = self.total = self.version = 0
        self.complete = False
        self.error: str | None = None
        self._changed = changed

    def show(self, value: Any) -> None:
        """There is more of the result."""
        self.value = value
        self._tell()

    def progress(self, done: int, total: int) -> None:
        """Some of the work is done."""
        self.done, self.total = done, total
        self._tell()

    def end(self, error: str | None = None) -> None:
        """There is no more to come."""
        self.complete, self.error = error is None, error
        self._tell()

    def _tell(self) -> None:
        with self._changed:
            self.version += 1
            self._changed.notify_all()


class Answers:
    """The answers of a server, those that nobody asks for any more included, as far as memory goes.

    Args:
        queue: where it is computed.
        room: how many lives are kept for those who come back to a question.
    """

    def __init__(self, queue: Queue, room: int = 12_000) -> None:
        self.changed = Condition()
        self._queue = queue
        self._room = room
        self._known: OrderedDict[Question, Answer] = OrderedDict()
        self._under_way: dict[Question, Lane] = {}
        self._asked: dict[tuple[str, str], tuple[Question, ...]] = {}

    def ask(self, owner: str, purpose: str, questions: Iterable[Question]) -> list[Answer]:
        """What is known of some questions; what is not is computed from now on.

        They take the place of what this owner asked for this purpose before: what nobody asks any more is cancelled.
        """
        asked = tuple(questions)
        with self.changed:
            self._asked[owner, purpose] = asked
            self._cancel_unasked()
            answers = [self._answer(question) for question in asked]
            self._make_room()
        return answers

    def lane(self, owner: str, priority: Priority) -> Lane:
        """Where somebody has things computed that are no questions."""
        return Lane(self._queue, owner, priority)

    def cancel(self, owner: str, purpose: str) -> None:
        """Ask no more for a purpose."""
        self.ask(owner, purpose, ())

    def drop_failed(self, owner: str, purpose: str) -> None:
        """What was asked for a purpose and failed is not known any more: who asks next has it computed again."""
        with self.changed:
            for question in self._asked.get((owner, purpose), ()):
                answer = self._known.get(question)
                if answer is not None and answer.error is not None:
                    del self._known[question]

    def drop(self, owner: str, purpose: str) -> None:
        """What was asked for a purpose is not wanted any more, and not known any more unless somebody else asks it."""
        with self.changed:
            asked = self._asked.pop((owner, purpose), ())
            self._cancel_unasked()
            for question in set(asked) - self._wanted():
                self._known.pop(question, None)

    def forget(self, owner: str) -> None:
        """Somebody has gone."""
        with self.changed:
            for key in [key for key in self._asked if key[0] == owner]:
                del self._asked[key]
            self._cancel_unasked()

    def close(self) -> None:
        """End all work at once."""
        with self.changed:
            self._asked.clear()
            self._cancel_unasked()
        self._queue.close()

    def _answer(self, question: Question) -> Answer:
        answer = self._known.get(question)
        if answer is None or (not answer.complete and question not in self._under_way and answer.error is None):
            # Another object, even where it was begun before: whoever is still ending that has the old one.
            answer = self._known[question] = Answer(self.changed, answer and answer.value)
            lane = self._under_way[question] = Lane(self._queue, uuid.uuid4().hex, question.priority)
            Thread(target=self._compute, args=(question, answer, lane), daemon=True).start()
        self._known.move_to_end(question)
        return answer

    def _compute(self, question: Question, answer: Answer, lane: Lane) -> None:
        error: str | None = None
        try:
            question.work(answer, lane)
        except CancelledError:
            error = "cancelled"
        except SimkitError as mistake:
            error = str(mistake)
        except Exception as fault:
            error = f"This is a fault in simkit: {type(fault).__name__}: {fault}"
        with self.changed:
            if self._under_way.get(question) is lane:
                del self._under_way[question]
            if not lane.closed:
                answer.end(error)

    def _cancel_unasked(self) -> None:
        wanted = self._wanted()
        for question in [q for q in self._under_way if q not in wanted]:
            self._under_way.pop(question).close()

    def _wanted(self) -> set[Question]:
        return {question for asked in self._asked.values() for question in asked}

    def _make_room(self) -> None:
        wanted = self._wanted()
        lives = sum(answer.lives for answer in self._known.values())
        for question, answer in list(self._known.items()):
            if question not in wanted and (lives > self._room or answer.error is not None):
                lives -= answer.lives
                del self._known[question]

    def wait(self, answers: Iterable[Answer], seen: Iterable[int], seconds: float) -> None:
        """Wait until one of the answers is newer than what was seen of it, or the time is over."""
        pairs = list(zip(answers, seen, strict=True))
        with self.changed:
            self.changed.wait_for(lambda: any(answer.version > version for answer, version in pairs), seconds)
