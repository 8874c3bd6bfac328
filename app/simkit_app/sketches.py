"""What a visitor is about to explore: the choices of each view, which outlive a reload."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sketch:
    """The map that a visitor is about to draw.

    Attributes:
        x, y: the levers.
        x_ends, y_ends: the lowest and highest value; None for what a slider offers.
        steps: levels of each.
        lives: at each point.
    """

    x: str = "process.silos"
    y: str = "feedback.latency_weeks"
    x_ends: tuple[float, float] | None = None
    y_ends: tuple[float, float] | None = None
    steps: int = 5
    lives: int = 20


@dataclass(frozen=True, slots=True)
class Moves:
    """The tornado that a visitor is about to have.

    Attributes:
        which: the values that are moved, by the name of the choice.
        outcome: what they move.
        lives: at each end.
    """

    which: str = ""
    outcome: str = "restricted_crossing_month"
    lives: int = 20


@dataclass(frozen=True, slots=True)
class Hunt:
    """The region that a visitor is about to look for.

    Attributes:
        paths: what is varied.
        ends: the lowest and highest value of some of them, by path; the others over what a slider offers.
        points, lives: how many, and at each.
    """

    paths: tuple[str, ...] = ("process.silos", "feedback.latency_weeks", "company.win_rate")
    ends: tuple[tuple[str, tuple[float, float]], ...] = ()
    points: int = 64
    lives: int = 10


@dataclass(frozen=True, slots=True)
class Aim:
    """The plans that a visitor is about to search.

    Attributes:
        paths: the levers.
        ends: the lowest and highest value of some of them, by path; the others over what a slider offers.
        prices: what a step of a lever costs a month, by path, where the model does not know it and the visitor does.
        first, second: the outcomes to make better; '' for no second one.
        budget: the most that a plan may cost a month above today's; None for no limit.
        share: of lives that must cross; 0 for any.
        points, lives: how many plans, and lives of each.
    """

    paths: tuple[str, ...] = ("team.content", "process.silos", "feedback.latency_weeks")
    ends: tuple[tuple[str, tuple[float, float]], ...] = ()
    prices: tuple[tuple[str, float], ...] = ()
    first: str = "restricted_crossing_month"
    second: str = "net_margin"
    budget: float | None = None
    share: float = 0.0
    points: int = 32
    lives: int = 10
