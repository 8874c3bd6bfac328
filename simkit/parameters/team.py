"""The marketing team: heads by role, coming and going, learning."""

from __future__ import annotations

from simkit.parameters.declaration import constant, lever, section, uncertainty


def _heads(default: int, label: str, claims: str = "C5") -> int:
    field: int = lever(
        default,
        label,
        unit="heads",
        low=0,
        high=50,
        step=1,
        cost="cost_per_person_month each month",
        claims=claims,
        source="Assumption; eight marketers in a firm of 50-249 people (askwonder), their split is assumed",
    )
    return field


# fmt: off


@section
class Team:
    """Who works, what they cost, how they come, learn and leave."""

    strategist: int = _heads(1, "Strategists: plans, briefs, reviews", "C5 C23")
    search: int = _heads(1, "People for search")
    content: int = _heads(2, "People for content")
    social: int = _heads(1, "People for social media")
    paid: int = _heads(1, "People for paid media")
    email: int = _heads(1, "People for e-mail")
    analyst: int = _heads(1, "Analysts", "C5 C18 C22")
    turnover_per_year: float = uncertainty(
        0.17, "Share of people who leave in a year", unit="share/year", low=0, high=2,
        source="LinkedIn 2018: marketing 17 % a year; agencies about 30 % (ANA)", claims="C21",
    )
    months_to_hire: float = uncertainty(
        2.0, "Time to fill a vacancy, on average", unit="months", low=0.1, high=24,
        source="Several surveys: 36-54 days to hire, and a notice period", claims="C5",
    )
    ramp_up_months: float = uncertainty(
        6.5, "Time in which a new hire closes 95 % of the gap to full experience", unit="months", low=0.1, high=36,
        source="Oxford Economics 2014: 28 weeks to full output; media 20, graduates 40", claims="C21",
    )
    starting_experience: float = uncertainty(
        0.7, "Experience of a person on the first day, 1 being full", unit="0-1", low=0.05, high=1,
        source="Assumption", claims="C21",
    )
    cost_per_person_month: float = uncertainty(
        5500.0, "What one person costs a month", unit="money/month", low=0, high=1e6,
        source="Assumption; no good public source for salaries, set your own",
    )
    hiring_cost: float = uncertainty(
        8000.0, "What it costs to find a new person", unit="money", low=0, high=1e6,
        source="Assumption; Oxford Economics 2014 has 30,614 pounds in all, most of it lost output, which is simulated",
    )
    community_time: float = lever(
        0.0, "Share of everybody's time spent with customers and community", unit="share", low=0, high=0.5, step=0.05,
        cost="the working time", source="Assumption; none before the programme", claims="C6",
    )
    skill_spread: float = constant(
        0.15, "How much people differ in skill (sigma of the logarithm)", unit="", low=0, high=1, source="Assumption",
        claims="C21",
    )
    cover_skill: float = constant(
        0.85, "Skill of somebody who covers a role that is not their own", unit="share", low=0.05, high=1,
        source="Assumption", claims="C5",
    )
    switching_loss: float = constant(
        0.2, "Working time lost for each further channel that a person covers", unit="share", low=0, high=0.25,
        source="Weinberg's rule of thumb: 0, 20, 40, 60, 75 % for one to five projects", claims="C5",
    )
    learning_lost_to_automation: float = uncertainty(
        0.5, "Experience not gained on work that automation did", unit="share", low=0, high=1, source="Assumption",
        claims="C20 C21",
    )
