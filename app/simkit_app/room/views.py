"""What people in a room see: no more than they may, at any moment."""

from __future__ import annotations

from typing import Any

from simkit.present.room_words import briefing
from simkit.training.company import CHOICES, SAYS, Decided, Lived
from simkit.training.drawing import fan, score
from simkit_app.room.lives import Lives
from simkit_app.room.refused import Refused
from simkit_app.room.standing import Seat, Standing


def lived_by(standing: Standing, digest: str) -> list[Decided]:
    """What has to be lived before somebody sees anything: their company, without its decisions, and had it not stopped.

    Raises:
        Refused: they are not in the room.
    """
    seat = standing.seats.get(digest)
    if seat is None:
        raise Refused(401, "This device is not in the room. Join first.")
    decided = standing.decided(seat)
    return [decided, (), tuple(one for one in decided if one[1] != "stop")]


def of_person(standing: Standing, digest: str, lives: Lives) -> dict[str, Any]:
    """What somebody in the room sees.

    Raises:
        Refused: they are not in it.
    """
    seat = standing.seats.get(digest)
    if seat is None:
        raise Refused(401, "This device is not in the room. Join first.")
    decided = standing.decided(seat)
    view = of_room(standing, lives, decided)
    view["me"] = {"name": seat.name, "drawing": _drawing(seat), "vote": seat.votes.get(standing.reviewing or 0)}
    if standing.phase == "debrief":
        view["debrief"] = debrief(standing, seat, lives)
    if standing.alone:
        view |= {"alone": True, "fan": None}
    return view


def of_room(standing: Standing, lives: Lives, decided: Decided | None = None) -> dict[str, Any]:
    """What the projector shows: nothing of anybody's own, and no secret."""
    company = standing.company
    taken = standing.decided() if decided is None else decided
    lived, held = lives.get(company, taken), lives.get(company)
    expectation = company.scenario.parameters.expectation
    currency = company.scenario.parameters.company.currency
    one, told = standing.mode == "one", standing.phase == "debrief"
    stopped = next((month for month, choice in taken if choice == "stop"), None)
    # Who has stopped sees nothing but what they save, until the debrief.
    blind = stopped is not None and standing.phase != "debrief"
    shown = min(standing.shown, stopped or 0) if blind else standing.shown
    return {
        "version": standing.version,
        "steps": standing.steps,
        "code": standing.code,
        # The story tells how it ends; before that everybody knows what executives know.
        "title": company.scenario.title if told else f"Company {standing.round}",
        "story": company.scenario.story if told else briefing(company, _start(held)),
        "round": standing.round,
        "mode": standing.mode,
        "phase": standing.phase,
        "locked": standing.locked,
        "months": company.months,
        "reviews": list(company.reviews),
        "metric": expectation.metric,
        "unit": f"{currency if expectation.metric == 'margin' else expectation.metric} a month",
        "start": _start(held),
        "target": expectation.target_per_month,
        "line": [row["expected"] for row in held.rows],
        "month": standing.shown,
        "rows": list(lived.rows[:shown]),
        "review": None if blind else standing.reviewing,
        "choices": [{"id": choice, "says": SAYS[choice]} for choice in CHOICES],
        "decided": [
            {"month": month, "choice": choice, "votes": dict(standing.tally(month)) if one else None}
            for month, choice in taken
        ],
        "stopped": stopped,
        "saved": _saved(standing, taken, lives) if blind else None,
        "people": len(standing.seats),
        "drawn": sum(seat.drawing is not None for seat in standing.seats.values()),
        "voted": sum(standing.reviewing in seat.votes for seat in standing.seats.values()),
        "fan": _fan(standing) if standing.locked else None,
        "debrief": None,
    }


def debrief(standing: Standing, seat: Seat, lives: Lives) -> dict[str, Any]:
    """What happened, against what somebody and the room had expected."""
    company = standing.company
    lived = lives.get(company, standing.decided(seat))
    actual, line = ([row[name] for row in lived.rows] for name in ("result", "expected"))
    scored = None
    if seat.drawing is not None:
        target = company.scenario.parameters.expectation.target_per_month
        found = score(seat.drawing, actual, line, lived.crossing, target)
        scored = {"timing": found.timing, "early": found.early, "shape": found.shape, "line": found.line}
    return {
        "actual": actual,
        "crossing": lived.crossing,
        "crossings": list(standing.crossings),
        "score": scored,
        "stopped": stops(standing),
        "held": [row["result"] for row in lives.get(company).rows],
    }


def stops(standing: Standing) -> list[dict[str, int]]:
    """How many stopped at each review."""
    found: dict[int, int] = {}
    for seat in standing.seats.values():
        for month, choice in standing.decided(seat):
            if choice == "stop":
                found[month] = found.get(month, 0) + 1
    return [{"month": month, "people": people} for month, people in sorted(found.items())]


def _drawing(seat: Seat) -> dict[str, Any] | None:
    if seat.drawing is None:
        return None
    drawn = seat.drawing
    return {"values": list(drawn.values), "crossing": drawn.crossing, "patience": drawn.patience}


def _fan(standing: Standing) -> dict[str, list[float]] | None:
    drawings = [seat.drawing for seat in standing.seats.values() if seat.drawing is not None]
    if not drawings:
        return None
    low, mid, high = fan(drawings).tolist()
    return {"low": low, "mid": mid, "high": high}


def _start(lived: Lived) -> float:
    """The level before the programme: the first average holds two months of it."""
    first = lived.rows[0]
    return float(round((3 * first["average"] - first["result"]) / 2, 2))


def _saved(standing: Standing, decided: Decided, lives: Lives) -> float:
    """What stopping has saved of cost up to the month that is shown."""
    going_on = tuple(one for one in decided if one[1] != "stop")
    spent, left = (
        sum(row["cost"] for row in lives.get(standing.company, taken).rows[: standing.shown])
        for taken in (going_on, decided)
    )
    return float(round(spent - left, 2))
