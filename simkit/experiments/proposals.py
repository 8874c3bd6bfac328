"""Which plans to try next: Optuna's tree-structured Parzen estimator, kept within a budget and from trying twice.

It models where good plans lie and where others do, and proposes where the first are likelier (Bergstra et al. 2011,
https://papers.nips.cc/paper/4443; with constraints and several objectives Watanabe & Hutter 2023,
doi:10.24963/ijcai.2023/486, and Ozaki et al. 2022, doi:10.1613/jair.1.13188).
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from simkit.errors import RunError
from simkit.experiments.plans import Plan, Plans

if TYPE_CHECKING:
    import optuna

MOST_LISTED = 100_000
"""Plans that are listed one by one where the estimator finds nothing new."""
_ASKS = 10
"""How often the estimator is asked for a plan that is new."""
_PROPOSALS = 0x7E9E  # keeps this stream apart from those of luck and draws


class Proposals:
    """Plans to try, given what those tried before came to. The same seed and answers give the same plans.

    Args:
        plans: what there is to choose from.
        objectives: how many there are.
        points: how many plans will be tried in all; if there are no more, all are tried, in order.
        seed: of the estimator.

    Raises:
        RunError: Optuna is not installed.
    """

    def __init__(self, plans: Plans, objectives: int, points: int, seed: int) -> None:
        _check_optuna()
        self.plans = plans
        self.seen: set[Plan] = set()
        streams = np.random.SeedSequence(seed, spawn_key=(_PROPOSALS,)).spawn(2)
        self._random = np.random.default_rng(streams[0])
        few = list(islice(plans.affordable(), points + 1)) if len(plans) <= MOST_LISTED else []
        self.all_of_them = 0 < len(few) <= points
        self._rest = iter(few)
        self._study = None if self.all_of_them else _study(objectives, int(streams[1].generate_state(1)[0]))
        self._asked: dict[Plan, optuna.Trial] = {}

    def ask(self, number: int) -> list[Plan]:
        """Plans within the budget that were not tried before; fewer than `number` only where there are no more."""
        if self._study is None:
            found = list(islice(self._rest, number))
        else:
            found = []
            while len(found) < number and (plan := self._new(self._study)) is not None:
                found.append(plan)
                self.seen.add(plan)
        return found

    def tell(self, plan: Plan, losses: Sequence[float] | None, violation: float) -> None:
        """What a plan came to.

        Args:
            plan: the plan.
            losses: one an objective, less being better; None where it has none.
            violation: of constraints, 0 where all are met.
        """
        if self._study is None:
            return
        import optuna

        trial = self._asked.pop(plan, None)
        if trial is None:  # it was not the estimator's own proposal
            space = self._space()
            if losses is not None:
                places = dict(zip(space, map(int, plan), strict=True))
                kept = optuna.create_trial(
                    values=list(losses),
                    params=places,
                    distributions=space,
                    constraints={"violation": violation},
                )
                self._study.add_trial(kept)
        elif losses is None:
            self._study.tell(trial, state=optuna.trial.TrialState.FAIL)
        else:
            trial.set_constraint("violation", violation)
            self._study.tell(trial, list(losses))

    def _new(self, study: optuna.Study) -> Plan | None:
        import optuna

        space = self._space()
        for _ in range(_ASKS):
            trial = study.ask(space)
            plan = tuple(int(trial.params[name]) for name in space)
            over = self.plans.over(plan)
            if over <= 0.0 and plan not in self.seen:
                self._asked[plan] = trial
                return plan
            if over <= 0.0:
                study.tell(trial, state=optuna.trial.TrialState.FAIL)
                continue
            # What costs too much is known without living it: an infeasible plan has no use for its objectives.
            trial.set_constraint("violation", 1.0 + over / max(abs(self.plans.budget or 0.0), 1.0))
            study.tell(trial, [0.0] * len(study.directions))
            within = self.plans.brought_within(plan, self._random)
            if within not in self.seen:
                return within
        return self._anything_new()

    def _anything_new(self) -> Plan | None:
        for _ in range(1000):
            plan = self.plans.random(self._random)
            if plan not in self.seen:
                return plan
        if len(self.plans) > MOST_LISTED:
            return None
        return next((plan for plan in self.plans.affordable() if plan not in self.seen), None)

    def _space(self) -> dict[str, optuna.distributions.BaseDistribution]:
        """Places of levels: in order where levels are numbers, as categories where they are words."""
        from optuna.distributions import CategoricalDistribution, IntDistribution

        space: dict[str, optuna.distributions.BaseDistribution] = {}
        for path, levels in zip(self.plans.paths, self.plans.levels, strict=True):
            ordered = all(isinstance(level, int | float) for level in levels)
            last = len(levels) - 1
            space[path] = IntDistribution(0, last) if ordered else CategoricalDistribution(tuple(range(last + 1)))
        return space


def _check_optuna() -> None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # in a notebook its progress bar misses widgets, which nobody asked for
            import optuna  # noqa: F401
    except ModuleNotFoundError as error:
        if error.name != "optuna":
            raise
        raise RunError("needs Optuna", field="search", hint="pip install 'simkit[experiments]'") from None


def _study(objectives: int, seed: int) -> optuna.Study:
    import optuna

    # Nobody asked for its log, and what the user has set for it stays.
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    try:
        return optuna.create_study(directions=["minimize"] * objectives, sampler=optuna.samplers.TPESampler(seed=seed))
    finally:
        optuna.logging.set_verbosity(before)
