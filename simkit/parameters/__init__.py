"""Every parameter of the model, declared once.

Sliders, command-line help, the assumptions page, error messages and sweep bounds all derive from these declarations.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from types import MappingProxyType

from simkit.parameters.channels import Channel, Channels, Work
from simkit.parameters.company import Company
from simkit.parameters.declaration import Declaration, Kind, Value, constant, declared, section
from simkit.parameters.expectation import Decision, Expectation, Metric, Reactions, Shape
from simkit.parameters.market import Budget, Market, Media, Tools
from simkit.parameters.process import Automation, Capability, Feedback, Process
from simkit.parameters.team import Team

__all__ = [
    "Automation",
    "Budget",
    "Capability",
    "Channel",
    "Channels",
    "Company",
    "Decision",
    "Declaration",
    "Expectation",
    "Feedback",
    "Kind",
    "Market",
    "Media",
    "Metric",
    "Parameters",
    "Process",
    "Reactions",
    "Shape",
    "Team",
    "Tools",
    "Value",
    "Work",
    "declarations",
]


@section
class Parameters:
    """A complete set of values: what one run of the model needs to know."""

    horizon_months: int = constant(
        36, "Months simulated", unit="months", low=6, high=120, source="Assumption; long enough to see most crossings"
    )
    start_month: int = constant(
        1, "Calendar month of month 1, for the seasons", unit="month", low=1, high=12, source="Assumption; January"
    )
    company: Company = Company()
    team: Team = Team()
    channels: Channels = Channels()
    work: Work = Work()
    process: Process = Process()
    capability: Capability = Capability()
    automation: Automation = Automation()
    feedback: Feedback = Feedback()
    market: Market = Market()
    media: Media = Media()
    tools: Tools = Tools()
    budget: Budget = Budget()
    expectation: Expectation = Expectation()
    reactions: Reactions = Reactions()


@functools.cache
def declarations() -> Mapping[str, Declaration]:
    """Every declaration by its dotted path."""
    return MappingProxyType(declared(Parameters()))
