"""What a session has looked at: one line of positions, which can be walked back and forth. The only truth of a page."""

from __future__ import annotations

from dataclasses import dataclass, replace

from simkit.scenarios import Scenario

MOST = 200
"""Positions that are remembered."""


@dataclass(frozen=True, slots=True)
class Position:
    """What is shown: a scenario beside its reference."""

    reference: Scenario
    scenario: Scenario

    @property
    def changed(self) -> bool:
        """Whether the scenario runs differently from its reference."""
        return self.scenario != self.reference


@dataclass(frozen=True, slots=True)
class History:
    """Positions in the order in which they were taken; each step makes a new history.

    Attributes:
        past: before, the latest last.
        now: what is shown.
        future: what was undone, the next first.
    """

    now: Position
    past: tuple[Position, ...] = ()
    future: tuple[Position, ...] = ()

    def move(self, position: Position) -> History:
        """Take a position; where it is the present one, nothing happens."""
        if position == self.now and position.scenario.title == self.now.scenario.title:
            return self
        return History(position, (*self.past, self.now)[-MOST:])

    def change(self, scenario: Scenario) -> History:
        """Another scenario beside the same reference."""
        return self.move(replace(self.now, scenario=scenario))

    def undo(self) -> History:
        """One step back; the first position stays."""
        if not self.past:
            return self
        return History(self.past[-1], self.past[:-1], (self.now, *self.future))

    def redo(self) -> History:
        """One step forth, where something was undone."""
        if not self.future:
            return self
        return History(self.future[0], (*self.past, self.now), self.future[1:])

    def reset(self) -> History:
        """The scenario like its reference."""
        return self.change(self.now.reference)
