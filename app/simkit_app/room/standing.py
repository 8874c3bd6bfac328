"""How a room stands: everything about it at one moment, read from what is kept."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import get_args

from sqlalchemy import select
from sqlalchemy.orm import Session

from simkit.scenarios import Scenario
from simkit.scenarios.toml_files import from_toml
from simkit.training.company import CHOICES, Choice, Company, Decided
from simkit.training.drawing import Drawing
from simkit.training.session import Mode as Mode
from simkit_app.room.tables import Drawn, Hands, Person, Room, Round, Vote

MODES: tuple[Mode, ...] = get_args(Mode)
GUESSED = 0
"""The month under which raised hands are kept that say when results will cross."""
NEVER = "never"


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


def round_of(session: Session, room: Room, number: int | None = None) -> Round:
    """The round that a room is in, or an earlier one."""
    now = session.get(Round, (room.code, number or room.round))
    assert now is not None
    return now


def company_of(now: Round) -> Company:
    """The company that is lived in a round."""
    return Company(_scenario(now.scenario), now.seed, now.replication, now.every)


@lru_cache(maxsize=64)
def _scenario(text: str) -> Scenario:
    return from_toml(text, "company")


def standing_of(session: Session, room: Room, number: int | None = None) -> Standing:
    """How a room stands, or how an earlier round ended."""
    now = round_of(session, room, number)
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
        company=company_of(now),
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
