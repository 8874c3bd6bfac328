"""What an outsider would not know of a company: the usual unknowns, for whoever has not said what is unknown."""

from __future__ import annotations

from simkit.parameters.values import declaration, value_at
from simkit.scenarios import Range, Scenario

DOUBTS: dict[str, tuple[float, float]] = {
    "company.starting_leads_per_month": (0.7, 1.4),
    "company.win_rate": (0.6, 1.5),
    "process.silos": (0.0, 2.5),
    "feedback.latency_weeks": (0.25, 4.0),
    "market.drift": (0.25, 2.5),
    "media.leads_per_thousand": (0.4, 2.0),
    "channels.content.lead_rate": (0.33, 2.0),
    "channels.search.lead_rate": (0.33, 2.0),
}
"""By path, how many times less and more than the scenario's value it may be (assumptions)."""


def unsure(scenario: Scenario) -> Scenario:
    """A scenario in which the usual unknowns are unknown; as it is, where something in it is uncertain already.

    A value of 0 stays: what a company does not have, it knows. Ends stay within the bounds of the parameter.
    """
    if scenario.uncertain:
        return scenario
    ranges = {}
    for path, (less, more) in DOUBTS.items():
        value = float(value_at(scenario.parameters, path))  # type: ignore[arg-type]  # all of them are numbers
        known = declaration(path)
        assert known.low is not None
        assert known.high is not None
        if value > 0.0:
            ranges[path] = Range(max(less * value, known.low), value, min(more * value, known.high))
    return scenario.with_changes(ranges)
