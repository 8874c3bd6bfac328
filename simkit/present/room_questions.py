"""Questions for a room that fit what happened in it, by the claim that they are about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from simkit.present.figures import per_cent
from simkit.training.company import REVIEWS, Choice
from simkit.training.debrief import Effects, Knowable
from simkit.training.session import Session

LITTLE = 0.25
"""A chance to cross below which those who stopped had reason to."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question.

    Attributes:
        claim: what it is about: C1, C3, C7, C8 or C9.
        question: with the figures of this session.
    """

    claim: str
    question: str


def asked(played: Session, effects: Sequence[Effects], known: Sequence[Knowable]) -> tuple[Asked, ...]:
    """The questions that fit, in the order of the claims; each claim has at least one.

    Args:
        played: what happened.
        effects: what decisions did, as far as that is known.
        known: what could have been known at each review, as far as that is known.
    """
    parts = {"C1": _linear, "C3": _patience, "C7": _reorganised, "C8": _activity, "C9": _urgency}
    return tuple(Asked(claim, text) for claim, part in parts.items() for text in part(played, effects, known))


def _linear(played: Session, effects: Sequence[Effects], known: Sequence[Knowable]) -> Iterator[str]:
    """C1: the straight line."""
    line, came = np.array(played.line), np.array(played.held.column("average"))
    below = int((came < line).sum())
    if below:
        worst = int(np.argmin(came - line))
        yield (
            f"In month {worst + 1} results were {per_cent(1 - came[worst] / line[worst])} below what was promised, the "
            "widest gap. What would your own board have said that month, and who would have had to answer?"
        )
    guess, crossing = played.guess, played.main.lived.crossing
    came_when = f"it came in month {crossing}" if crossing else "it did not come"
    if played.crossings and guess is not None and (crossing is None or guess < crossing):
        yield (
            f"Half of you expected the crossing by month {guess}; {came_when}. "
            "Where does the straight line in our heads come from?"
        )
    elif played.crossings and crossing and (guess is None or guess > crossing):
        yield f"The crossing came in month {crossing}, earlier than most of you expected. What spoke against it?"
    elif not below:
        yield "Results were never below the line. Was that luck, or a promise that asked for little?"


def _patience(played: Session, effects: Sequence[Effects], known: Sequence[Knowable]) -> Iterator[str]:
    """C3: expectation and patience."""
    chance = {one.month: one.chance.value for one in known}
    for stop in played.stops:
        then = chance.get(stop.month)
        knew = f" The chance to cross was {per_cent(then)} then." if then is not None else ""
        if stop.before is not None and stop.before > 0:
            yield (
                f"Stopping after month {stop.month} was {stop.before} months before the crossing.{knew} What would you "
                "have needed to see, or to have promised, to go on?"
            )
        elif stop.before is None:
            right = (
                "Was it right because none came, or because that could be known?"
                if then is None or then < LITTLE
                else ("It was right in this life; was it a good decision?")
            )
            yield f"Stopping after month {stop.month}: no crossing would have come.{knew} {right}"
    would = played.by_patience
    if would and not played.stops:
        yield (
            f"{len(would)} of you would have stopped by the patience you named beforehand, and nobody did. What kept "
            "you, and would it at home?"
        )
    if not played.stops and not would:
        yield "Nobody stopped. Who at home decides how long is long enough, and when was that agreed?"


def _reorganised(played: Session, effects: Sequence[Effects], known: Sequence[Knowable]) -> Iterator[str]:
    """C7: re-aligning costs."""
    yield from _did(
        "reorganise",
        effects,
        "Reorganising {when} {did}. What exactly did it repair, and what did it interrupt?",
    )
    if not _took(played, "reorganise"):
        wanted = sum(votes.get("reorganise", 0) for votes in played.votes.values())
        if wanted:
            yield f"Reorganising got {wanted} votes and was not done. Which fault was it meant to repair?"
        else:
            yield "Nobody reorganised. When did your own firm last, in which month of the valley, and what got better?"


def _activity(played: Session, effects: Sequence[Effects], known: Sequence[Knowable]) -> Iterator[str]:
    """C8: activity is mistaken for results."""
    rows = played.main.running
    grown = {
        name: float(np.mean([row[name] for row in rows[-REVIEWS:]]) / np.mean([row[name] for row in rows[:REVIEWS]]))
        for name in ("activity", "result")
        if sum(row[name] for row in rows[:REVIEWS]) > 0
    }
    if {"activity", "result"} <= grown.keys():
        yield (
            f"From the first to the last quarter items published changed to {per_cent(grown['activity'])} and results "
            f"to {per_cent(grown['result'])} of what they were. Which of the two do your reports count?"
        )
    else:
        yield "What do your reports count: what people did, or what came of it?"


def _urgency(played: Session, effects: Sequence[Effects], known: Sequence[Knowable]) -> Iterator[str]:
    """C9: urgent requests from above displace strategy."""
    urgent: dict[Choice, str] = {"push": "Pushing", "chase": "Chasing what everybody talks about"}
    for choice, doing in urgent.items():
        yield from _did(
            choice, effects, doing + " {when} {did}. What did the team stop doing meanwhile, and when would that show?"
        )
    if not (_took(played, "push") or _took(played, "chase")):
        yield "Nobody pushed. Which requests from above will reach your team this week, and what will wait for them?"


def _did(choice: Choice, effects: Sequence[Effects], text: str) -> Iterator[str]:
    """What a choice did where it was taken first by most: at most one question a choice."""
    for found in effects:
        for one in found.each:
            if one.choice == choice and one.usual.value is not None:
                sure = one.usual.low is not None and one.usual.high is not None and one.usual.low * one.usual.high > 0
                way = "brought" if one.usual.value > 0 else "cost"
                here = "brought" if one.here > 0 else "cost"
                usually = f"{way} something on average" if sure else "did nothing on average that could be told from 0"
                twist = "" if here == way or not sure else f", although it {here} something with this luck"
                yield text.format(when=f"after month {one.month}", did=usually + twist)
                return


def _took(played: Session, choice: Choice) -> bool:
    return any(one == choice for group in played.groups for _, one in group.decided)
