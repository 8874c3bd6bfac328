"""What people and facilitators do in rooms, and who may do what."""

from __future__ import annotations

import math
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from sqlalchemy import Engine, delete, func, select
from sqlalchemy.orm import Session

from simkit.errors import RunError
from simkit.scenarios import to_toml
from simkit.training.company import CHOICES, Company, Decided
from simkit.training.drawing import drawing
from simkit_app.room.identity import digest, projector_secret, shown_name
from simkit_app.room.refused import Refused
from simkit_app.room.standing import GUESSED, NEVER, Mark, Mode, Standing, company_of, round_of, standing_of
from simkit_app.room.steps import STEPS
from simkit_app.room.tables import Drawn, Hands, Person, Room, Round, Vote, changing, forget_expired, overwrite, reading

_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
"""No vowels, so that codes spell nothing, and nothing that is read as something else."""
_CODE, _NAME, _TOKEN = 6, 40, 128
DAYS = 14
"""After which a room is forgotten that nobody has changed."""
MOST_PEOPLE = 200
_FORGET = 600.0
"""Seconds between two looks for rooms whose time is over."""
_KEPT = 100
"""Rooms whose standing is remembered until it changes."""


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
                known = standing_of(session, room)
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
            return room is not None and secrets.compare_digest(projector_secret(room.key), view)

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
            person, now = _person(session, code, token), round_of(session, room)
            if number != now.number or now.locked:
                raise Refused(409, "The facilitator has locked the drawings.")
            try:
                said = drawing(values, crossing, patience, company_of(now).months)
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
            person, now = _person(session, code, token), round_of(session, room)
            if number != now.number or month != now.reviewing:
                raise Refused(409, "This review is closed.")
            if choice not in CHOICES:
                raise Refused(422, f"There is no such choice. There are: {', '.join(CHOICES)}.")
            before = standing_of(session, room)
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
            now = round_of(session, room)
            if month == GUESSED and now.locked:
                raise Refused(409, "The drawings are locked.")
            if month not in (GUESSED, now.reviewing):
                raise Refused(409, "This review is closed.")
            months = range(1, company_of(now).months + 1)
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
            if not isinstance(step, str) or step not in STEPS:
                raise Refused(422, f"There is no such step. There are: {', '.join(STEPS)}.")
            if of != room.steps:
                raise Refused(409, "The room has moved on meanwhile; look again.")
            now = round_of(session, room)
            STEPS[step](now, company_of(now))
            room.steps += 1

    def set_timer(self, code: str, key: str, seconds: int | None) -> None:
        """Have months reveal themselves, or not.

        Raises:
            Refused: not the facilitator, or a time that cannot be.
        """
        if seconds is not None and not 5 <= seconds <= 600:
            raise Refused(422, "Choose 5 to 600 seconds.")
        with self._steer(code, key) as (session, room):
            now = round_of(session, room)
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
                if now.reviewing is None and now.month < company_of(now).months and self._over(now)
            ]
        for code, month in due:
            with suppress(Refused), self._change(code) as (session, room):  # deleted meanwhile
                now = round_of(session, room)
                if now.month == month:  # nobody was faster
                    STEPS["reveal"](now, company_of(now))
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
            if round_of(session, room).phase != "debrief":
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
            return standing_of(session, room, number)

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


def _round(code: str, number: int, company: Company, mode: Mode) -> Round:
    kept = {"seed": company.seed, "replication": company.replication, "every": company.every}
    return Round(code=code, number=number, scenario=to_toml(company.scenario), mode=mode, **kept)
