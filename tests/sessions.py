"""A session of four people, made by hand: holding crosses in month 8, a push brings that later, stopping never."""

from __future__ import annotations

from typing import Any

from simkit import Scenario
from simkit.training.company import Company, Decided, Lived
from simkit.training.drawing import Drawing
from simkit.training.session import Mode, Person, Session, session
from tests.worlds import QUIET

FIRM = Scenario("firm", title="A firm").with_changes(
    {
        **QUIET,
        "horizon_months": 12,
        "team.content": 2,
        "team.strategist": 1,
        "expectation.target_per_month": 120.0,
        "expectation.metric": "leads",
    }
)
COMPANY = Company(FIRM, seed=1, replication=3)
HELD = [40.0, 40.0, 40.0, 40.0, 60.0, 80.0, 100.0, 120.0, 130.0, 140.0, 140.0, 140.0]
LINE = [50.0, 60.0, 70.0, 80.0, 90.0, 100.0, 110.0, 120.0, 120.0, 120.0, 120.0, 120.0]


def lived(results: list[float] = HELD, crossing: int | None = 8) -> Lived:
    """Months made by hand."""
    rows: list[dict[str, Any]] = [
        {"month": i + 1, "result": value, "average": value, "expected": LINE[i], "activity": 10.0 + i, "leads": value}
        for i, value in enumerate(results)
    ]
    return Lived(tuple(rows), crossing)


STOPPED = [*HELD[:3], *[30.0] * 9]


def by_hand(_: Company, decided: Decided) -> Lived:
    """Stopping brings no crossing, pushing brings it later, holding in month 8."""
    choices = [choice for _, choice in decided]
    if "stop" in choices:
        return lived(STOPPED, None)
    return lived(crossing=10) if "push" in choices else lived()


def drew(values: list[float] = LINE, crossing: int | None = 6, patience: int | None = 3) -> Drawing:
    return Drawing(tuple(values), crossing, patience)


ANN = Person(1, "Ann", drew(), ((3, "hold"), (6, "hold")))
BOB = Person(2, "Bob", drew(HELD, 8, None), ((3, "stop"),))
CAT = Person(3, "Cat", drew(HELD, None, 6), ((3, "hold"),))
DAN = Person(4, "Dan", None, ((3, "push"), (6, "stop")))
EVERYBODY = (ANN, BOB, CAT, DAN)


def played(mode: Mode = "own", people: tuple[Person, ...] = EVERYBODY, decided: Decided = ()) -> Session:
    crossings = [person.drawing.crossing for person in people if person.drawing is not None]
    return session(COMPANY, mode, people, decided, crossings, {}, by_hand)
