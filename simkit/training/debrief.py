"""After the fact: what each decision did, with this luck and on average, and what could have been known."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np

from simkit.experiments.condition import weights
from simkit.experiments.paired import amount, differences, widest
from simkit.experiments.prior import run_off
from simkit.run import Ensemble, simulate
from simkit.run.lives import Floats
from simkit.scenarios import Scenario
from simkit.statistics import Estimate
from simkit.training.company import Choice, Company, Decided

LUCKS = 60
"""Lives with other luck over which a decision is judged."""
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
        chance: of having crossed by the last month, holding from there on, for those who have seen the same.
        lives: how many equally alike lives that rests on.
        caution: what stands against believing it, or ''.
    """

    month: int
    chance: float
    lives: float
    caution: str


def effects(
    company: Company,
    decisions: Decided,
    lucks: int = LUCKS,
    executor: Executor | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> tuple[Effect, ...]:
    """What each decision did, in the order in which they were taken; they add up to what all of them did.

    A decision's effect is that of the decisions up to it less that of those before it: lives are paired, so luck does
    not pass for merit. The programme ends with the last month, and what is left of it counts for two years more, as in
    `simkit.decide`: otherwise nothing would be worth doing shortly before the end.

    Args:
        company: that was lived.
        decisions: what was decided.
        lucks: other lives, of the same seed.
        executor, workers: as in `simulate`.
        progress: told how many steps are done, and how many there will be.
    """
    taken = [i for i, (_, choice) in enumerate(decisions) if choice != "hold"]
    if not taken:
        return ()
    others = [number for number in range(lucks + 1) if number != company.replication][:lucks]

    def earned(so_far: Decided) -> tuple[float, Floats]:
        whole = run_off(company.decided(so_far))
        here = simulate(whole, [company.replication], company.seed, workers=1)
        usual = simulate(whole, others, company.seed, workers, executor=executor)
        return float(here.measure("net_margin")[0]), usual.measure("net_margin")

    here, usual = earned(())
    found = []
    for done, i in enumerate(taken, 1):
        if progress:
            progress(done, len(taken) + 1)
        (month, choice), so_far = decisions[i], decisions[: i + 1]
        here_then, then = earned(so_far)
        on_average = amount(differences(then, usual), widest(then, usual, None))[0]
        found.append(Effect(month, choice, here_then - here, on_average))
        here, usual = here_then, then
        if choice == "stop":
            break
    return tuple(found)


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
        chance = float(weighting.weights @ others.plateau.crossed)
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
