"""What people and facilitators do in rooms, and who may do what."""

from __future__ import annotations

import hashlib
import math
import secrets
import time
import unicodedata
from collections import Counter, OrderedDict
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, get_args

from sqlalchemy import Engine, delete, func, select
from sqlalchemy.orm import Session

from simkit.errors import RunError
from simkit.scenarios import Scenario, to_toml
from simkit.scenarios.toml_files import from_toml
from simkit.training.company import CHOICES, Choice, Company, Decided
from simkit.training.drawing import Drawing, drawing
from simkit.training.session import Mode as Mode
from simkit_app.room.tables import Drawn, Hands, Person, Room, Round, Vote, changing, forget_expired, overwrite, reading

MODES: tuple[Mode, ...] = get_args(Mode)
Step = Literal["lock", "reveal", "review", "finish", "close", "back", "forward", "debrief"]
Scene = Literal["expected", "crossing", "stopped", "decisions", "known", "activity", "learned", "questions"]
SCENES: tuple[Scene, ...] = get_args(Scene)
"""What the projector shows of a debrief, one after the other."""
GUESSED = 0
"""The month under which raised hands are kept that say when results will cross."""
NEVER = "never"

_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
"""No vowels, so that codes spell nothing, and nothing that is read as something else."""
_CODE, _NAME, _TOKEN = 6, 40, 128
_JOINERS = "\u200c\u200d"
"""Of the characters that cannot be seen, those that names in some scripts and emoji are written with."""
DAYS = 14
"""After which a room is forgotten that nobody has changed."""
MOST_PEOPLE = 200
_FORGET = 600.0
"""Seconds between two looks for rooms whose time is over."""
_KEPT = 100
"""Rooms whose standing is remembered until it changes."""


class Refused(Exception):
    """What cannot be done.

    Attributes:
        status: the HTTP status that says why.
        message: for people.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a room has come.

    Attributes:
        version: grows with every change.
        steps: grows with what the facilitator does, and with months that a timer reveals.
    """

    version: int
    steps: int


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody in a room, as the others may know them."""

    number: int
    name: str
    drawing: Drawing | None
    votes: dict[int, Choice]


@dataclass(frozen=True, slots=True)
class Standing:
    """Everything about a room at one moment; the views of people, facilitator and projector are made of it.

    Attributes:
        code: of the room.
        version: grows with every change.
        steps: how many the facilitator has taken.
        key: digest of the secret that steers.
        round: the number of the company that is lived.
        company: that is lived.
        mode, phase, locked, month, shown, reviewing, seconds, scene: as in `Round`.
        seats: everybody, by the digest of their token, in the order of joining.
        hands: raised at each review, by choice; and under `GUESSED`, by month of the crossing or `NEVER`.
    """

    code: str
    key: str
    version: int
    steps: int
    round: int
    company: Company
    mode: Mode
    phase: str
    locked: bool
    month: int
    shown: int
    reviewing: int | None
    seconds: int | None
    scene: int
    seats: dict[str, Seat]
    hands: dict[int, Counter[str]]

    @property
    def alone(self) -> bool:
        """Whether this is a room of one, who steers it."""
        return self.key in self.seats

    @property
    def closed(self) -> tuple[int, ...]:
        """The reviews that are over."""
        return tuple(month for month in self.company.reviews if month <= self.month and month != self.reviewing)

    def tally(self, month: int) -> Counter[str]:
        """How many were for what at a review, raised hands included."""
        votes = Counter(seat.votes[month] for seat in self.seats.values() if month in seat.votes)
        return votes + self.hands.get(month, Counter())

    @property
    def crossings(self) -> tuple[int | None, ...]:
        """The month in which each expects the crossing, raised hands included; None for never."""
        drawn = [seat.drawing.crossing for seat in self.seats.values() if seat.drawing is not None]
        raised = self.hands.get(GUESSED, Counter())
        return (*drawn, *(None if one == NEVER else int(one) for one in raised.elements()))

    def decided(self, seat: Seat | None = None) -> Decided:
        """What was decided at the reviews that are over: by the majority, or in one's own company by oneself.

        Who said nothing holds; of choices with as many votes the first in the order of `CHOICES` is taken.
        """
        taken: list[tuple[int, Choice]] = []
        for month in self.closed:
            if self.mode == "own":
                choice = seat.votes.get(month, "hold") if seat else "hold"
            else:
                votes = self.tally(month)
                choice = max(CHOICES, key=lambda one: votes[one]) if votes else "hold"
            taken.append((month, choice))
            if choice == "stop":
                break
        return tuple(taken)


class Rooms:
    """All rooms of a server.

    Args:
        engine: where they are kept.
        changed: told the code of a room when something about it has changed.
        clock: seconds since 1970.
    """

    def __init__(
        self,
        engine: Engine,
        changed: Callable[[str], object] = lambda code: None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._engine = engine
        self.changed = changed
        self._clock = clock
        self._since: dict[tuple[str, int, int], float] = {}
        self._standings: OrderedDict[str, Standing] = OrderedDict()
        self._looked = -math.inf

    def open(self, company: Company, mode: Mode) -> tuple[str, str]:
        """A new room.

        Returns:
            Its code, and the facilitator's secret, which is kept nowhere else.
        """
        key, now = secrets.token_urlsafe(24), self._clock()
        self.forget()
        with changing(self._engine) as session:
            while session.get(Room, code := "".join(secrets.choice(_LETTERS) for _ in range(_CODE))):
                pass
            session.add(Room(code=code, key=digest(key), expires=now + 86_400 * DAYS))
            session.flush()
            session.add(_round(code, 1, company, mode))
        return code, key

    def alone(self, company: Company, name: str = "You") -> tuple[str, str]:
        """A room of one, who steers it.

        Returns:
            Its code, and the secret with which one takes part and steers.
        """
        code, key = self.open(company, "own")
        self.join(code, name, key)
        return code, key

    def standing(self, code: str) -> Standing:
        """How a room stands.

        Raises:
            Refused: there is none.
        """
        with reading(self._engine) as session:
            known = self._standings.pop(code, None)
            room = _room(session, code)
            if known is None or known.version != room.version:
                # Once for all who look: after a step that is everybody at the same time.
                known = _standing(session, room)
            self._standings[code] = known
            while len(self._standings) > _KEPT:
                self._standings.popitem(last=False)
            return known

    def marks(self, codes: Collection[str]) -> dict[str, Mark]:
        """How far rooms have come, by their codes; those that are gone are left out."""
        with reading(self._engine) as session:
            asked = select(Room.code, Room.version, Room.steps).where(Room.code.in_(codes))
            return {code: Mark(version, steps) for code, version, steps in session.execute(asked)}

    def mark(self, code: str, token: str) -> Mark:
        """How far a room has come, for somebody who is in it.

        Raises:
            Refused: they are not, or there is no such room.
        """
        with reading(self._engine) as session:
            _person(session, code, token)
            room = _room(session, code)
            return Mark(room.version, room.steps)

    def inside(self, code: str, token: Any) -> bool:
        """Whether somebody is in a room."""
        with reading(self._engine) as session:
            return isinstance(token, str) and session.get(Person, (code, digest(token))) is not None

    def steers(self, code: str, key: str) -> bool:
        """Whether this is the facilitator's secret."""
        with reading(self._engine) as session:
            room = session.get(Room, code)
            return room is not None and secrets.compare_digest(room.key, digest(key))

    def shows(self, code: str, view: str) -> bool:
        """Whether this is the secret of a room's projector, with which one sees and changes nothing (`view_of`)."""
        with reading(self._engine) as session:
            room = session.get(Room, code)
            return room is not None and secrets.compare_digest(_view(room.key), view)

    def join(self, code: str, name: Any, token: Any) -> None:
        """Come in, or back.

        Raises:
            Refused: no such room, a name or token that cannot be, or no place left.
        """
        said = shown_name(name)
        if not said or len(said) > _NAME:
            raise Refused(422, f"Please give a name of 1 to {_NAME} letters.")
        if not isinstance(token, str) or not 16 <= len(token) <= _TOKEN:
            raise Refused(422, "This device sent no proper token. Reload the page.")
        with self._change(code) as (session, _):
            person = session.get(Person, (code, digest(token)))
            if person is not None:
                person.name = said
                return
            there = session.scalar(select(func.count()).select_from(Person).where(Person.code == code)) or 0
            if there >= MOST_PEOPLE:
                raise Refused(422, f"This room is full: {MOST_PEOPLE} people are in it.")
            session.add(Person(code=code, token=digest(token), name=said, number=there + 1))

    def draw(self, code: str, token: str, number: Any, values: Any, crossing: Any, patience: Any) -> int:
        """Say what one expects.

        Returns:
            The version of the room that holds it.

        Raises:
            Refused: not in the room, drawings are locked, or what cannot be drawn.
        """
        with self._change(code) as (session, room):
            person, now = _person(session, code, token), _now(session, room)
            if number != now.number or now.locked:
                raise Refused(409, "The facilitator has locked the drawings.")
            try:
                said = drawing(values, crossing, patience, _company(now).months)
            except RunError as mistake:
                raise Refused(422, str(mistake)) from None
            drawn = session.get(Drawn, (code, number, person.token))
            if drawn is None:
                drawn = Drawn(code=code, number=number, token=person.token)
                session.add(drawn)
            drawn.values, drawn.crossing, drawn.patience = list(said.values), said.crossing, said.patience
            return room.version + 1

    def vote(self, code: str, token: str, number: Any, month: Any, choice: Any) -> Decided:
        """Decide at the review that is open.

        Returns:
            What would be decided if the review were closed now: for oneself, or for all.

        Raises:
            Refused: not in the room, the review is not open, or no such choice.
        """
        with self._change(code) as (session, room):
            person, now = _person(session, code, token), _now(session, room)
            if number != now.number or month != now.reviewing:
                raise Refused(409, "This review is closed.")
            if choice not in CHOICES:
                raise Refused(422, f"There is no such choice. There are: {', '.join(CHOICES)}.")
            before = _standing(session, room)
            if any(one == "stop" for _, one in before.decided(before.seats[person.token])):
                who = "You have" if now.mode == "own" else "The room has"
                raise Refused(409, f"{who} stopped, so there is nothing left to decide.")
            vote = session.get(Vote, (code, number, month, person.token))
            if vote is None:
                vote = Vote(code=code, number=number, month=month, token=person.token)
                session.add(vote)
            vote.choice = choice
            session.flush()
            return (*before.decided(before.seats[person.token]), (month, choice))

    def raise_hands(self, code: str, key: str, month: int, counts: dict[str, int]) -> None:
        """Enter a show of hands, in place of what was entered before.

        Args:
            code, key: the room, and the facilitator's secret.
            month: the review that is open; or `GUESSED`, for when results will cross, while people draw.
            counts: how many hands for each choice; or for each month, as text, and `NEVER`.

        Raises:
            Refused: not the facilitator, the review or the drawing is not open, or counts that cannot be.
        """
        with self._steer(code, key) as (session, room):
            now = _now(session, room)
            if month == GUESSED and now.locked:
                raise Refused(409, "The drawings are locked.")
            if month not in (GUESSED, now.reviewing):
                raise Refused(409, "This review is closed.")
            months = range(1, _company(now).months + 1)
            known = {NEVER, *map(str, months)} if month == GUESSED else set(CHOICES)
            if any(choice not in known or not 0 <= count <= 1_000 for choice, count in counts.items()):
                raise Refused(422, "Enter how many hands were raised for each choice, from 0 to 1,000.")
            session.execute(delete(Hands).where(Hands.code == code, Hands.number == now.number, Hands.month == month))
            for choice, count in counts.items():
                session.add(Hands(code=code, number=now.number, month=month, choice=choice, count=count))

    def steer(self, code: str, key: str, step: Any, of: Any) -> None:
        """Go on, or back.

        Args:
            code, key: the room, and the facilitator's secret.
            step: one of `Step`: 'lock' drawings and begin; 'reveal' the next month, closing the review that is open;
                all up to the next 'review', or all that are left, 'finish'; 'close' a review without revealing; go
                'back', which stops the timer, and 'forward' among the months lived or the scenes of the
                debrief; or 'debrief'.
            of: how many steps the facilitator has seen taken. Where there were more, this one was meant for what is no
                longer so, as with a double click or a second tab, and is not taken.

        Raises:
            Refused: not the facilitator, or not possible now.
        """
        with self._steer(code, key) as (session, room):
            if not isinstance(step, str) or step not in _STEPS:
                raise Refused(422, f"There is no such step. There are: {', '.join(_STEPS)}.")
            if of != room.steps:
                raise Refused(409, "The room has moved on meanwhile; look again.")
            now = _now(session, room)
            _STEPS[step](now, _company(now))
            room.steps += 1

    def set_timer(self, code: str, key: str, seconds: int | None) -> None:
        """Have months reveal themselves, or not.

        Raises:
            Refused: not the facilitator, or a time that cannot be.
        """
        if seconds is not None and not 5 <= seconds <= 600:
            raise Refused(422, "Choose 5 to 600 seconds.")
        with self._steer(code, key) as (session, room):
            now = _now(session, room)
            now.seconds = seconds
            # What was looked at before a pause does not count.
            self._since.pop((code, now.number, now.month), None)

    def tick(self) -> None:
        """Reveal the next month of rooms whose timer is over, and delete those whose time is over.

        A review waits until it is closed.
        """
        if self._clock() - self._looked >= _FORGET:
            self._looked = self._clock()
            self.forget()
        with reading(self._engine) as session:
            timed = select(Round).join(Room, (Room.code == Round.code) & (Room.round == Round.number))
            due = [
                (now.code, now.month)
                for now in session.scalars(timed.where(Round.seconds.is_not(None), Round.phase == "live"))
                if now.reviewing is None and now.month < _company(now).months and self._over(now)
            ]
        for code, month in due:
            with suppress(Refused), self._change(code) as (session, room):  # deleted meanwhile
                now = _now(session, room)
                if now.month == month:  # nobody was faster
                    _reveal(now, _company(now))
                    room.steps += 1

    def _over(self, now: Round) -> bool:
        """Whether a round's month has been looked at for as long as its timer says; its time begins when it is seen."""
        seen = self._since.setdefault((now.code, now.number, now.month), self._clock())
        return now.seconds is not None and self._clock() - seen >= now.seconds

    def forget(self) -> None:
        """Delete rooms whose time is over, with all that is in them."""
        with changing(self._engine) as session:
            gone = forget_expired(session, self._clock())
        if gone:
            overwrite(self._engine)

    def next_round(self, code: str, key: str, company: Company, mode: Mode) -> None:
        """Go on with another company; what was drawn and decided before stays.

        Raises:
            Refused: not the facilitator, or the present company has not been debriefed.
        """
        with self._steer(code, key) as (session, room):
            if _now(session, room).phase != "debrief":
                raise Refused(409, "Debrief this company first.")
            room.round += 1
            room.steps += 1
            session.add(_round(code, room.round, company, mode))

    def remove(self, code: str, key: str) -> None:
        """Delete a room with all that is in it.

        Raises:
            Refused: not the facilitator.
        """
        with self._steer(code, key) as (session, room):
            session.delete(room)
        overwrite(self._engine)

    def past(self, code: str, number: int) -> Standing:
        """How an earlier round of a room ended.

        Raises:
            Refused: no such room or round.
        """
        with reading(self._engine) as session:
            room = _room(session, code)
            if session.get(Round, (code, number)) is None:
                raise Refused(404, "There is no such round.")
            return _standing(session, room, number)

    @contextmanager
    def _change(self, code: str) -> Iterator[tuple[Session, Room]]:
        with changing(self._engine) as session:
            room = _room(session, code)
            yield session, room
            if room not in session.deleted:
                room.version += 1
                room.expires = self._clock() + 86_400 * DAYS
        self.changed(code)

    @contextmanager
    def _steer(self, code: str, key: str) -> Iterator[tuple[Session, Room]]:
        with self._change(code) as (session, room):
            if not secrets.compare_digest(room.key, digest(key)):
                raise Refused(403, "Only the facilitator's link can do this.")
            yield session, room


def _lock(now: Round, company: Company) -> None:
    if now.locked:
        raise Refused(409, "The drawings are locked already.")
    now.locked, now.phase = True, "live"


def _reveal(now: Round, company: Company) -> None:
    if now.phase != "live":
        raise Refused(409, "Lock the drawings first." if now.phase == "draw" else "All months have been lived.")
    if now.month == company.months:
        raise Refused(409, "This was the last month. Go on with the debrief.")
    now.month += 1
    now.shown = now.month
    now.reviewing = now.month if now.month in company.reviews else None


def _review(now: Round, company: Company) -> None:
    _reveal(now, company)
    while now.reviewing is None and now.month < company.months:
        _reveal(now, company)


def _finish(now: Round, company: Company) -> None:
    _reveal(now, company)
    while now.month < company.months:
        _reveal(now, company)


def _close(now: Round, company: Company) -> None:
    if now.reviewing is None:
        raise Refused(409, "No review is open.")
    now.reviewing = None


def _back(now: Round, company: Company) -> None:
    if now.phase == "debrief":
        now.scene = max(now.scene - 1, 0)
        return
    now.seconds = None  # whoever looks back is not to be carried on
    now.shown = max(now.shown - 1, 0)


def _forward(now: Round, company: Company) -> None:
    if now.phase == "debrief":
        now.scene = min(now.scene + 1, len(SCENES) - 1)
        return
    now.shown = min(now.shown + 1, now.month)


def _debrief(now: Round, company: Company) -> None:
    if now.phase != "live" or now.month < company.months:
        raise Refused(409, "Live all months first.")
    now.phase, now.reviewing = "debrief", None


_STEPS: dict[str, Callable[[Round, Company], None]] = {
    "lock": _lock,
    "reveal": _reveal,
    "review": _review,
    "finish": _finish,
    "close": _close,
    "back": _back,
    "forward": _forward,
    "debrief": _debrief,
}


def digest(secret: str) -> str:
    """What is kept of a secret."""
    # Secrets are long and random, so that a plain digest cannot be turned back by guessing.
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()


def shown_name(name: Any) -> str:
    """A name as it is shown: without what cannot be seen, or would turn round or break the line it stands in."""
    if not isinstance(name, str):
        return ""
    spaced = (" " if one.isspace() else one for one in unicodedata.normalize("NFC", name))
    seen = "".join(one for one in spaced if one in _JOINERS or unicodedata.category(one)[0] != "C")
    return " ".join(seen.split()) if seen.strip(_JOINERS + " ") else ""


def view_of(key: str) -> str:
    """The secret of a room's projector, from the facilitator's: it shows the room and steers nothing."""
    return _view(digest(key))


def _view(key: str) -> str:
    return digest(f"projector {key}")[:32]


def _room(session: Session, code: str) -> Room:
    room = session.get(Room, code)
    if room is None:
        raise Refused(404, "There is no room with this code.")
    return room


def _person(session: Session, code: str, token: str) -> Person:
    person = session.get(Person, (code, digest(token)))
    if person is None:
        raise Refused(401, "This device is not in the room. Join first.")
    return person


def _now(session: Session, room: Room, number: int | None = None) -> Round:
    now = session.get(Round, (room.code, number or room.round))
    assert now is not None
    return now


def _round(code: str, number: int, company: Company, mode: Mode) -> Round:
    kept = {"seed": company.seed, "replication": company.replication, "every": company.every}
    return Round(code=code, number=number, scenario=to_toml(company.scenario), mode=mode, **kept)


def _company(now: Round) -> Company:
    return Company(_scenario(now.scenario), now.seed, now.replication, now.every)


@lru_cache(maxsize=64)
def _scenario(text: str) -> Scenario:
    return from_toml(text, "company")


def _standing(session: Session, room: Room, number: int | None = None) -> Standing:
    now = _now(session, room, number)
    here = {"code": room.code, "number": now.number}
    drawn = {
        one.token: Drawing(tuple(one.values), one.crossing, one.patience)
        for one in session.scalars(select(Drawn).filter_by(**here))
    }
    votes: dict[str, dict[int, Choice]] = {}
    for vote in session.scalars(select(Vote).filter_by(**here)):
        votes.setdefault(vote.token, {})[vote.month] = vote.choice  # type: ignore[assignment]  # checked when it came
    hands: dict[int, Counter[str]] = {}
    for hand in session.scalars(select(Hands).filter_by(**here)):
        hands.setdefault(hand.month, Counter())[hand.choice] = hand.count
    people = session.scalars(select(Person).filter_by(code=room.code).order_by(Person.number))
    return Standing(
        code=room.code,
        version=room.version,
        steps=room.steps,
        key=room.key,
        round=now.number,
        company=_company(now),
        mode=now.mode,  # type: ignore[arg-type]  # ours
        phase=now.phase,
        locked=now.locked,
        month=now.month,
        shown=now.shown,
        reviewing=now.reviewing,
        seconds=now.seconds,
        scene=now.scene,
        seats={one.token: Seat(one.number, one.name, drawn.get(one.token), votes.get(one.token, {})) for one in people},
        hands=hands,
    )
