"""B10 and B11: one person cannot do everything, and tools need skilled people who know what for."""

from __future__ import annotations

from collections.abc import Mapping

from benchmarks.behaviours.band import POSITIVE, Measured, gains, mean
from benchmarks.behaviours.lives import Floats, baseline, total
from simkit import Ensemble
from simkit.model.recorder import CHANNELS, ROLES

MONTHS = 60
ADDED = ("content", "search", "email", "social", "paid")
"""The channels in the order in which a person of content takes them up, those with lasting work first."""
BEST = 2
"""Channels that one person does best with."""
TOOLS, TOOL_MONTHS = 20_000.0, 36
SKILLED = {"team.starting_experience": 1.0, "process.strategic_clarity": 0.9}
UNSKILLED = {"team.starting_experience": 0.5, "process.strategic_clarity": 0.3}


def second_channel(seed: int) -> Measured:
    """Margin of one person with a few channels, against one channel."""
    return _channels(BEST, 1, seed)


def further_channel(seed: int) -> Measured:
    """Margin of one person with a few channels, against one more."""
    return _channels(BEST, BEST + 1, seed)


def all_channels(seed: int) -> Measured:
    """Margin of one person with a few channels, against all of them."""
    return _channels(BEST, len(ADDED), seed)


def tools_interaction(seed: int) -> Measured:
    """What tools add to the margin of a skilled and clear team, less what they add to that of another."""
    more = mean(_added_by_tools(SKILLED, seed) - _added_by_tools(UNSKILLED, seed))
    what = f"gain from tools for {TOOLS:,.0f} a month: skilled and clear less not"
    return Measured("B11", what, "> 0", more, POSITIVE, unit="a month")


def _channels(some: int, other: int, seed: int) -> Measured:
    twins = (total(_one_person(count, seed), months=MONTHS) for count in (some, other))
    what = f"one person: margin with {some} channels against {other}"
    return Measured("B10", what, "> 0", mean(gains(*twins)), POSITIVE, unit="%")


def _one_person(channels: int, seed: int) -> Ensemble:
    """One person of content with the first so many channels, and no media, which would bring leads without work."""
    heads = {f"team.{role}": int(role == "content") for role in ROLES}
    active = {f"channels.{channel}.active": channel in ADDED[:channels] for channel in CHANNELS}
    return baseline({**heads, **active, "budget.media_per_month": 0.0, "horizon_months": MONTHS}, seed)


def _added_by_tools(team: Mapping[str, float], seed: int) -> Floats:
    """Margin a month that tools add in each life; shape (lives,)."""
    rich, twin = (
        total(baseline({**team, "budget.tools_per_month": money}, seed), months=TOOL_MONTHS) for money in (TOOLS, 0.0)
    )
    return (rich - twin) / TOOL_MONTHS
