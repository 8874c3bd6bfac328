"""A company that a room lives through: a scenario, one life of it, and what its executives decide."""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

import numpy as np

from simkit.errors import RunError, nearest
from simkit.expectation import trailing_mean
from simkit.parameters.values import declaration
from simkit.plateau import crossing_times
from simkit.run import Ensemble, simulate
from simkit.scenarios import Scenario

Luck = Literal["typical", "lucky", "never"]
LUCKS: tuple[Luck, ...] = get_args(Luck)
Choice = Literal["hold", "push", "cut", "reorganise", "chase", "stop"]
CHOICES: tuple[Choice, ...] = get_args(Choice)
SAYS: dict[Choice, str] = {
    "hold": "Hold: keep to the plan",
    "push": "Push: demand more activity",
    "cut": "Cut: save on media, tools and hiring",
    "reorganise": "Reorganise: bring the channels together",
    "chase": "Chase: do what everybody talks about",
    "stop": "Stop: end the programme",
}
"""Choices in the words of a meeting."""
Decided = tuple[tuple[int, Choice], ...]
"""What was decided: pairs of the month that was reviewed and the choice; it takes effect in the month after."""

LIVES = 100
"""Among which a life of the wanted luck is looked for."""
LUCKY = 10
"""Per cent of the lives that cross no later than a lucky one."""
REVIEWS = 3
"""Months between decisions: a quarter."""


@dataclass(frozen=True, slots=True)
class Company:
    """One life of a scenario, whose executives decide at reviews and only there.

    Attributes:
        scenario: what is lived; its own executives do nothing by themselves.
        seed, replication: the luck.
        every: months between reviews.
    """

    scenario: Scenario
    seed: int
    replication: int
    every: int = REVIEWS

    @property
    def months(self) -> int:
        """How many there are."""
        return self.scenario.parameters.horizon_months

    @property
    def reviews(self) -> tuple[int, ...]:
        """The months at whose end there is something to decide; after the last month there is not."""
        return tuple(range(self.every, self.months, self.every))

    def decided(self, decisions: Decided) -> Scenario:
        """The scenario with what was decided; holding is no decision, and after a stop there is none.

        Raises:
            RunError: a month that is no review, or an unknown choice.
        """
        scenario = self.scenario
        for month, choice in decisions:
            if month not in self.reviews:
                raise RunError("is not reviewed", field="month", value=month)
            if choice not in CHOICES:
                hint = nearest(choice, CHOICES)
                raise RunError(f"expected one of {', '.join(CHOICES)}", field="choice", value=choice, hint=hint)
            if choice != "hold":
                scenario = scenario.with_decision(choice, month=month + 1)
            if choice == "stop":
                break
        return scenario

    def lived(self, decisions: Decided = ()) -> Ensemble:
        """The one life, with what was decided."""
        return simulate(self.decided(decisions), [self.replication], self.seed, workers=1)


def company(
    scenario: Scenario,
    months: int = 24,
    luck: Luck = "typical",
    seed: int = 1,
    every: int = REVIEWS,
    executor: Executor | None = None,
    workers: int | None = None,
) -> Company:
    """A company with the wanted luck.

    Of `LIVES` lives in which executives hold, a typical one is that in the middle by the month of its crossing, a lucky
    one crosses among the first `LUCKY` per cent, and one that never crosses is in the middle of those by its margin.

    Args:
        scenario: its story.
        months: how long it is lived.
        luck: 'typical', 'lucky' or 'never'.
        seed: of all lives.
        every: months between reviews.
        executor, workers: as in `simulate`.

    Raises:
        ParameterError: months that cannot be.
        RunError: an unknown luck, or none of the lives has it.
    """
    if luck not in LUCKS:
        raise RunError(f"expected one of {', '.join(LUCKS)}", field="luck", value=luck, hint=nearest(luck, LUCKS))
    waits = scenario.with_changes({"horizon_months": months, "expectation.reaction": "hold"})
    lives = simulate(waits, LIVES, seed, workers, executor=executor)
    times = crossing_times(lives.plateau)
    if luck == "never":
        never = np.flatnonzero(np.isinf(times))
        if not len(never):
            hint = "Choose another story, fewer months, or another luck."
            raise RunError(f"all of {LIVES} lives cross by month {months}", field="luck", value=luck, hint=hint)
        ordered = never[np.argsort(lives.measure("total_margin")[never], kind="stable")]
        chosen = ordered[len(ordered) // 2]
    else:
        place = LIVES // 2 if luck == "typical" else LIVES * LUCKY // 200
        chosen = np.argsort(times, kind="stable")[place]
    # One life has one truth: what was uncertain is what this life drew.
    truth = dict(zip(lives.lives.drawn_paths, lives.lives.drawn[chosen].tolist(), strict=True))
    certain = replace(waits, ranges=(), joint=None).with_changes(
        {path: round(value) if declaration(path).integer else value for path, value in truth.items()}
    )
    return Company(certain, seed, int(lives.lives.replication[chosen]), every)


def seen(life: Ensemble, month: int) -> list[dict[str, Any]]:
    """What its executives have seen at the end of a month, one row a month from the first on.

    Keys: month, result, average (of three months), expected (all three in the metric of the expected line), leads,
    customers, margin, cost, activity.
    """
    metric = life.scenario.parameters.expectation.metric
    values = {name: life.values(name)[0, :month] for name in ("expected", "margin", "cost", "activity", "customers")}
    values |= {"leads": life.values("leads")[0, :month], "result": life.values(metric)[0, :month]}
    values["average"] = trailing_mean(life.values(metric), life.lives.starting_level)[0, :month]
    return [
        {"month": i + 1, **{name: round(float(column[i]), 2) for name, column in values.items()}} for i in range(month)
    ]


def crossing_of(life: Ensemble) -> int | None:
    """The month in which the life crosses; 0 where it was never below, None where it does not."""
    time = float(crossing_times(life.plateau)[0])
    return None if np.isinf(time) else int(time)


@dataclass(frozen=True, slots=True)
class Lived:
    """All months of a company.

    Attributes:
        rows: as of `seen`.
        crossing: the month in which it crosses; 0 where it was never below, None where it does not.
    """

    rows: tuple[dict[str, Any], ...]
    crossing: int | None

    def column(self, name: str) -> list[float]:
        """One value a month."""
        return [row[name] for row in self.rows]


def live(company: Company, decided: Decided = ()) -> Lived:
    """Live a company through all its months, with what was decided."""
    life = company.lived(decided)
    return Lived(tuple(seen(life, company.months)), crossing_of(life))


def taken(decided: Decided) -> Decided:
    """The decisions that change anything: holding does not, and after a stop there is none."""
    found: list[tuple[int, Choice]] = []
    for month, choice in decided:
        if choice != "hold":
            found.append((month, choice))
        if choice == "stop":
            break
    return tuple(found)
