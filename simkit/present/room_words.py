"""What happened in a training room, in sentences."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from simkit.model.recorder import CHANNELS, ROLES
from simkit.present.figures import between_signed, money, number, signed
from simkit.statistics import Estimate
from simkit.training.company import Company, Decided
from simkit.training.session import Group, Session, Stop

MOST_GROUPS = 8
"""Of how many groups decisions are told; the others, the smallest, are counted."""


def did(decided: Decided) -> str:
    """Decisions in a few words."""
    if not decided:
        return "held throughout"
    months: dict[str, list[str]] = {}
    for month, choice in decided:
        months.setdefault(choice, []).append(str(month))
    return "; ".join(
        f"{choice} after month{'s' if len(when) > 1 else ''} {', '.join(when)}" for choice, when in months.items()
    )


def briefing(company: Company, start: float) -> str:
    """What a room is told before it draws: what the company's executives see, and nothing of how it ends.

    Args:
        company: that will be lived.
        start: results a month before the programme.
    """
    parameters = company.scenario.parameters
    team, expectation = parameters.team, parameters.expectation
    heads = {role: getattr(team, role) for role in ROLES if getattr(team, role)}
    many = sum(heads.values())
    people = ", ".join(f"{count} {role}" if count > 1 else role for role, count in heads.items())
    active = [name for name in CHANNELS if getattr(parameters.channels, name).active]
    currency, metric = parameters.company.currency, expectation.metric

    def amount(value: float) -> str:
        return money(value, currency) if metric == "margin" else f"{number(value)} {metric}"

    what = "gross margin of the customers won" if metric == "margin" else metric
    return (
        f"A marketing team of {many} {'person' if many == 1 else 'people'} ({people}) with "
        f"{len(active)} {'channel' if len(active) == 1 else 'channels'} ({', '.join(active)}). It spends "
        f"{money(parameters.budget.media_per_month, currency)} a month for media, and "
        f"{money(parameters.budget.tools_per_month, currency)} for tools. What counts is the {what}: {amount(start)} a "
        f"month today. Promised are {amount(expectation.target_per_month)} by month {expectation.months_to_target:g}. "
        f"Every {company.every} months there is a review, in which something can be decided or not."
    )


def crossed(played: Session) -> str:
    """Expected and actual crossing."""
    months = played.company.months
    came, held = played.main.lived.crossing, played.held.crossing
    happened = "It did not come" if came is None else f"It came in month {came}" if came else "They were never below it"
    if played.main.decided and came != held:
        happened += f"; had nothing been decided, {would(held, months)}"
    if not played.crossings:
        return f"When do results cross what was promised? {happened}."
    guess = played.guess
    who = "You" if len(played.crossings) == 1 else "Half of the room"
    said = "no crossing" if guess is None else f"results to cross what was promised by month {guess}"
    return f"{who} expected {said}. {happened}."


def would(crossing: int | None, months: int) -> str:
    """When results would have crossed, after another life was told."""
    return (
        f"not by month {months} either" if crossing is None else f"in month {crossing}" if crossing else "never below"
    )


def by_month(crossing: int | None, months: int) -> str:
    """When results crossed, for a table."""
    return f"not by month {months}" if crossing is None else f"month {crossing}" if crossing else "never below"


def stopped(one: Stop, played: Session) -> str:
    """Who stopped, and what would have come."""
    many = len(one.people)
    who = "The room" if played.mode == "one" else f"{many} {'person' if many == 1 else 'people'}"
    ended = f"{who} stopped after month {one.month}"
    if one.before is None:
        return f"{ended}: going on, no crossing would have come by month {played.company.months} in this life."
    if one.before <= 0:
        return f"{ended}, when results had crossed already."
    months = "month" if one.before == 1 else "months"
    return f"{ended}: {one.before} {months} before month {one.crossing}, in which going on would have crossed."


def turned(frame: pd.DataFrame) -> str:
    """How often luck told something else than the average: the sign differs, or the interval leaves out this life."""
    other = int(((frame["here"] > 0) != (frame["value"] > 0)).sum())
    if not other:
        return "With this luck each did what it does on average, in its direction."
    return (
        f"In {other} of {len(frame)} rows this luck points the other way than the average: who judges by what came "
        "would have learned the wrong thing."
    )


def shift(found: Estimate) -> str:
    """A change of a share, in points."""
    assert found.value is not None
    points = lambda value: f"{100 * abs(value or 0.0):.0f} points"  # noqa: E731
    said = signed(found.value, points)
    if found.low is None or found.high is None:
        return said
    return f"{said} (95 % interval {between_signed(found.low, found.high, points)})"


def months_off(found: Estimate) -> str:
    """A change of a time."""
    assert found.value is not None
    months = lambda value: f"{abs(value or 0.0):.1f} months"  # noqa: E731
    said = signed(found.value, months)
    if found.low is None or found.high is None:
        return said
    return f"{said} (95 % interval {between_signed(found.low, found.high, months)})"


def groups_told(groups: Sequence[Group]) -> list[Decided]:
    """The decisions that are told: of the largest groups that decided anything."""
    return [one.decided for one in groups if one.decided][:MOST_GROUPS]
