"""What the firm expects, how patient it is, and what it does when disappointed."""

from __future__ import annotations

from typing import Literal

from simkit.parameters.declaration import choice, lever, section, uncertainty

# fmt: off

Metric = Literal["margin", "leads", "customers"]
Shape = Literal["linear", "level", "s_curve", "points"]
Decision = Literal["hold", "push", "cut", "reorganise", "chase", "reset", "stop"]


@section
class Expectation:
    """The expected line and the executives' patience."""

    metric: Metric = choice("margin", "What is expected and compared", kind="lever", source="Assumption", claims="C1 C8")
    shape: Shape = choice(
        "linear", "Shape of the expected line", kind="lever", source="Assumption; the straight line of the claim", claims="C1 C26",
    )
    target_per_month: float = lever(
        160_000.0, "Result a month that is expected in the end, in the metric's unit", unit="metric/month", low=0.01, high=1e10,
        step=10_000, source="Assumption; 2.1 times the default's starting level", claims="C1 C26",
    )
    months_to_target: float = lever(
        12.0, "Months until the target is expected to be reached", unit="months", low=1, high=240, step=3,
        source="Assumption; a year", claims="C1 C26",
    )
    points: tuple[tuple[float, float], ...] = choice(
        (), "Expected result at given months, for the shape 'points'", kind="lever", source="Assumption; none drawn", claims="C1 C26",
    )
    review_every_months: int = lever(
        1, "Months between executives' reviews", unit="months", low=1, high=24, step=1, unpriced="executives' time",
        source="Assumption", claims="C3",
    )
    tolerance: float = lever(
        0.1, "Shortfall that executives still accept", unit="share", low=0, high=0.95, step=0.05, source="Assumption", claims="C3",
    )
    patience_months: float = lever(
        6.0, "Months of shortfall after which executives react", unit="months", low=0, high=120, step=3, source="Assumption",
        claims="C3",
    )
    reaction: Decision = choice(
        "hold", "What executives do when their patience ends", kind="lever", source="Assumption; a board that waits",
        claims="C3 C7 C8 C9 C26",
    )
    confidence_gone_at: float = uncertainty(
        0.3, "Shortfall at which no confidence is left in the end", unit="share", low=0.01, high=1, source="Assumption",
        claims="C3",
    )
    confidence_months: float = uncertainty(
        4.0, "Time constant with which confidence follows results", unit="months", low=0.1, high=60, source="Assumption",
        claims="C3",
    )


@section
class Reaction:
    """How strong one reaction is and how long it lasts."""

    strength: float = lever(0.5, "Strength", unit="0-1", low=0, high=1, step=0.1, source="Assumption", claims="C3 C7 C8 C9")
    months: int = lever(6, "How long it lasts", unit="months", low=1, high=120, step=1, source="Assumption", claims="C3 C7 C8 C9")


@section
class Hold:
    """Waiting has a length only."""

    months: int = lever(6, "Months for which executives promise to wait", unit="months", low=1, high=120, step=1,
                        source="Assumption", claims="C3")


@section
class Reset:
    """A new expectation, set from what has been seen."""

    months: int = lever(12, "Months by which the target is moved back", unit="months", low=1, high=120, step=1,
                        source="Assumption", claims="C26")


@section
class Reactions:
    """Push: share of activity demanded on top. Cut: share of media and tools taken away. Reorganise: share of the silos
    removed. Chase: share of the plan given to the hype. Reset: months. Stop has no strength and no end."""

    hold: Hold = Hold()
    push: Reaction = Reaction(strength=0.5, months=6)
    cut: Reaction = Reaction(strength=0.4, months=6)
    reorganise: Reaction = Reaction(strength=0.5, months=3)
    chase: Reaction = Reaction(strength=0.4, months=6)
    reset: Reset = Reset()
