"""After the fact: what each decision did, with this luck and on average, and what could have been known."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np

from simkit.experiments.condition import weights
from simkit.experiments.paired import amount, differences, widest
from simkit.experiments.prior import run_off
from simkit.run import Ensemble, simulate
from simkit.run.lives import Floats
from simkit.scenarios import Scenario
from simkit.statistics import Estimate, share
from simkit.training.company import Choice, Company, Decided, taken

LUCKS, LEAST = 60, 30
"""Lives with other luck over which a decision is judged, and where there are many decisions."""
MANY = 12
"""Ways to have decided so far, above which there are many."""
LIVES = 200
"""Among which those are looked for that have seen the same."""
SEEN = ("leads", "customers", "margin")
"""What executives see of each month."""

Progress = Callable[[int, int], object]


@dataclass(frozen=True, slots=True)
class Effect:
    """What a decision did to margin less cost, against holding in its place.

    Attributes:
        month: that was reviewed.
        choice: the decision.
        here: with this company's luck, in money.
        usual: the mean over other lucks, with its interval.
    """

    month: int
    choice: Choice
    here: float
    usual: Estimate


@dataclass(frozen=True, slots=True)
class Knowable:
    """What could have been known at a review.

    Attributes:
        month: that was reviewed.
        chance: of having crossed by the last month, holding from there on, for those who have seen the same; its
            interval is that of as many equally alike lives as the weighted ones are worth.
        lives: how many those are.
        caution: what stands against believing it, or ''.
    """

    month: int
    chance: Estimate
    lives: float
    caution: str


@dataclass(frozen=True, slots=True)
class Effects:
    """What a sequence of decisions did to margin less cost, against holding throughout.

    Attributes:
        decisions: in the order in which they were taken, without those to hold.
        each: what each of them did; with this luck they add up to `here`, on average to the value of `usual`.
        here: what all of them did, with this company's luck.
        usual: the mean over other lucks, with its interval.
    """

    decisions: Decided
    each: tuple[Effect, ...]
    here: float
    usual: Estimate


def effects(
    company: Company,
    sequences: Sequence[Decided],
    lucks: int | None = None,
    executor: Executor | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> tuple[Effects, ...]:
    """What decisions did; sequences that only hold are left out.

    A decision's effect is that of the decisions up to it less that of those before it: lives are paired, so luck does
    not pass for merit. The programme ends with the last month, and what is left of it counts for two years more, as in
    `simkit.decide`: otherwise nothing would be worth doing shortly before the end.

    Args:
        company: that was lived.
        sequences: what was decided, by all or by each.
        lucks: other lives, of the same seed; by default `LUCKS`, or `LEAST` where there is much to compute.
        executor, workers: as in `simulate`.
        progress: told how many steps are done, and how many there will be.
    """
    wanted = dict.fromkeys(one for one in map(taken, sequences) if one)
    starts = dict.fromkeys(one[:many] for one in wanted for many in range(len(one) + 1))
    lucks = lucks or (LUCKS if len(starts) <= MANY else LEAST)
    others = [number for number in range(lucks + 1) if number != company.replication][:lucks]
    earned: dict[Decided, tuple[float, Floats]] = {}
    for done, so_far in enumerate(starts, 1):
        whole = run_off(company.decided(so_far))
        here = simulate(whole, [company.replication], company.seed, workers=1)
        usual = simulate(whole, others, company.seed, workers, executor=executor)
        earned[so_far] = float(here.measure("net_margin")[0]), usual.measure("net_margin")
        if progress:
            progress(done, len(starts))

    def between(before: Decided, after: Decided) -> tuple[float, Estimate]:
        (here, usual), (here_then, then) = earned[before], earned[after]
        return here_then - here, amount(differences(then, usual), widest(then, usual, None))[0]

    return tuple(
        Effects(
            one,
            tuple(Effect(*decision, *between(one[:i], one[: i + 1])) for i, decision in enumerate(one)),
            *between((), one),
        )
        for one in wanted
    )


def knowable(
    company: Company,
    decisions: Decided,
    lives: int = LIVES,
    executor: Executor | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> tuple[Knowable, ...]:
    """At each review, the chance of crossing as those could have known it who had seen the same and held from there on.

    Args:
        company: that was lived.
        decisions: what was decided.
        lives: among which those that look like the company count most.
        executor, workers: as in `simulate`.
        progress: told how many steps are done, and how many there will be.
    """
    found = []
    for month, so_far, others in _alike(company, decisions, lives, executor, workers, progress):
        mine = company.lived(so_far)
        weighting = weights(_stacked(others)[:, :month], _stacked(mine)[0, :month])
        chance = share(others.plateau.crossed, weighting.weights)
        found.append(Knowable(month, chance, weighting.effective_sample_size, weighting.warning))
    return tuple(found)


def _alike(
    company: Company,
    decisions: Decided,
    lives: int,
    executor: Executor | None,
    workers: int | None,
    progress: Progress | None,
) -> Iterator[tuple[int, Decided, Ensemble]]:
    """For each review what was decided before it, and lives in which the same was decided."""
    known: dict[Scenario, Ensemble] = {}
    reviews = company.reviews
    for done, month in enumerate(reviews, 1):
        so_far = tuple(one for one in decisions if one[0] < month)
        scenario = company.decided(so_far)
        if scenario not in known:
            known[scenario] = simulate(scenario, lives, company.seed, workers, executor=executor)
        if progress:
            progress(done, len(reviews))
        yield month, so_far, known[scenario]
        if any(choice == "stop" for _, choice in so_far):
            return


def _stacked(ensemble: Ensemble) -> Floats:
    return np.stack([ensemble.values(metric) for metric in SEEN], axis=-1)
