"""Executives: compare results with what they expected, lose confidence, lose patience, and react.

Every review looks at the trailing three-month mean against the expected line. Dated decisions do the same things as
reactions; a dated ``hold`` keeps reactions off for its months, ``reaction = "hold"`` keeps them off for good.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from simkit.expectation import expected_line
from simkit.parameters import Decision, Expectation

if TYPE_CHECKING:
    from simkit.model.simulation import World


class Executives:
    """Their expectation, confidence and what they have set going.

    Attributes:
        confidence: 1 full to 0 gone.
        pressure: on the team, 0 to 1: from lost confidence, from late work and from a push.
        stopped: whether the programme has been ended.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.confidence = 1.0
        self.pressure = 0.0
        self.stopped = False
        self.stopped_month = math.nan
        self.decisions: list[tuple[int, Decision]] = []
        self._ends: dict[str, int] = {}
        self._line = np.zeros(0)
        self._postponed = 0.0
        self._short_since: int | None = None
        self._results: list[float] = []

    def begin(self) -> None:
        """Set the expectation of the first month; R-bar counts months 0 and -1 at the starting level."""
        level = self.world.customers.start.level(self.world.p.expectation.metric)
        self._results = [level, level]
        self.expect()

    def expect(self) -> None:
        """Draw the expected line anew: parameters have changed, or the target was moved back."""
        self._line = line(self.world.p.expectation, self._results[0], self.world.p.horizon_months, self._postponed)

    def expected(self, month: int) -> float:
        """Results expected in a month, as expected in that month."""
        return float(self._line[month - 1])

    @property
    def push(self) -> float:
        """Activity demanded on top of the plan, as a share."""
        return self.world.p.reactions.push.strength if "push" in self._ends else 0.0

    @property
    def cut(self) -> float:
        """Share of media and tools taken away."""
        return self.world.p.reactions.cut.strength if "cut" in self._ends else 0.0

    @property
    def chase(self) -> float:
        """Share of plans given to what is hyped."""
        return self.world.p.reactions.chase.strength if "chase" in self._ends else 0.0

    @property
    def hiring_frozen(self) -> bool:
        """Whether vacancies stay empty."""
        return "cut" in self._ends

    @property
    def reorganising(self) -> bool:
        """Whether the team is being reorganised."""
        return "reorganise" in self._ends

    def review(self, month: int, result: float) -> None:
        """Look back at a month that has ended, and react if patience has ended too."""
        self._results.append(result)
        p = self.world.p.expectation
        mean = sum(self._results[-3:]) / 3.0
        expected = self.expected(month)
        short = (expected - mean) / expected if expected > 0.0 else 0.0
        self._follow(short, p)
        if short <= p.tolerance:
            self._short_since = None
        elif self._short_since is None:
            self._short_since = month
        if month % p.review_every_months or self._short_since is None or self.stopped:
            return
        waited = month - self._short_since + 1
        if p.reaction != "hold" and not self._ends and waited >= p.patience_months:
            self.decide(p.reaction, month + 1)

    def decide(self, decision: Decision, month: int, months: int | None = None) -> None:
        """Carry out a decision from the start of a month on, for its months; patience begins anew."""
        if self.stopped:
            return
        self.decisions.append((month, decision))
        self._short_since = None
        if decision == "stop":
            self.stopped = True
            self.stopped_month = float(month)
            self.world.end_programme()
            return
        lasts = months or getattr(self.world.p.reactions, decision).months
        if decision == "reset":
            self._postponed += lasts
            self.expect()
            return
        self._ends[decision] = month + lasts

    def begin_month(self, month: int) -> None:
        """End what has lasted its time; a reorganisation that has ended leaves fewer silos."""
        for decision in [d for d, end in self._ends.items() if end <= month]:
            del self._ends[decision]
            if decision == "reorganise":
                self.world.break_silos(self.world.p.reactions.reorganise.strength)

    def feel(self) -> None:
        """Pressure on the team now, from lost confidence, late work and a push."""
        p = self.world.p.process
        late = self.world.backlog_months()
        pressure = p.pressure_from_shortfall * (1.0 - self.confidence) + p.pressure_from_backlog * late
        self.pressure = 0.0 if self.stopped else min(1.0, max(pressure, self.push))

    def _follow(self, short: float, p: Expectation) -> None:
        fitting = 1.0 - min(1.0, max(0.0, short) / p.confidence_gone_at)
        self.confidence += (fitting - self.confidence) * -math.expm1(-1.0 / p.confidence_months)


def line(p: Expectation, level: float, months: int, postponed: float = 0.0) -> NDArray[np.float64]:
    """The expected line of parameters from a starting level, the target moved back by some months."""
    points = [(month + postponed, value) for month, value in p.points]
    return expected_line(p.shape, level, p.target_per_month, p.months_to_target + postponed, points, months)
