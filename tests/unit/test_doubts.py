"""The usual unknowns: around what a scenario says, within bounds, and only where nothing is unknown already."""

from __future__ import annotations

import simkit
from simkit import Range
from simkit.experiments.doubts import DOUBTS
from simkit.parameters.values import declaration


def test_the_usual_unknowns_lie_around_what_a_scenario_says() -> None:
    """Fails if a range leaves its bounds, does not hold the scenario's value, or a value is left out."""
    known = simkit.load_scenario("slow_learners")
    ranges = dict(simkit.unsure(known).ranges)
    assert set(ranges) == set(DOUBTS)
    for path, one in ranges.items():
        assert one.low < one.mode < one.high
        assert one.mode == known[path]
        bounds = declaration(path)
        assert bounds.low is not None
        assert bounds.low <= one.low
        assert bounds.high is not None
        assert one.high <= bounds.high


def test_what_a_company_does_not_have_it_knows() -> None:
    """Fails if nothing became something, or ranges that somebody chose were replaced."""
    without = simkit.load_scenario("baseline").with_changes({"process.silos": 0.0})
    assert "process.silos" not in dict(simkit.unsure(without).ranges)
    chosen = without.with_changes({"market.drift": Range(0.1, 0.2, 0.3)})
    assert simkit.unsure(chosen) is chosen
