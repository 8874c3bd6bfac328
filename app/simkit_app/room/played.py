"""A room that has lived through a company, as a session to talk about."""

from __future__ import annotations

from simkit.training.session import Person, Session, session
from simkit_app.room.lives import Lives
from simkit_app.room.standing import Standing


def played(standing: Standing, lives: Lives, named: bool = True) -> Session:
    """What a room expected, did and saw.

    Args:
        standing: of the room, in its debrief.
        lives: what companies go through.
        named: whether people keep their names; without them they are numbered in an order that tells nothing of who
            came when.
    """
    order = {digest: place for place, digest in enumerate(sorted(standing.seats), 1)}
    people = [
        Person(
            seat.number if named else order[digest],
            seat.name if named else f"Person {order[digest]}",
            seat.drawing,
            standing.decided(seat) if standing.mode == "own" else (),
        )
        for digest, seat in standing.seats.items()
    ]
    if not named:
        people.sort(key=lambda person: person.number)
    votes = {month: dict(standing.tally(month)) for month in standing.closed}
    return session(
        standing.company,
        standing.mode,
        people,
        standing.decided() if standing.mode == "one" else (),
        standing.crossings,
        votes,
        lives.get,
    )
