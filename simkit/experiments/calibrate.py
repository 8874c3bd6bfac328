"""Fitting a company: which values of what is uncertain go with the months that it has seen, and what is to come.

Both rest on one table of lives (`prior`): on the values of the lives nearest to the company (`nearest`), and on the
months to come of those nearest in what matters for them.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from simkit.errors import OutputError, RunError
from simkit.experiments.ahead import Ahead, ahead_of
from simkit.experiments.condition import RESULTS, results_seen, weights
from simkit.experiments.nearest import adjusted, from_scores, nearest, systematic
from simkit.experiments.prior import FIT, Prior, prior_lives
from simkit.model.recorder import MONTHLY
from simkit.observed import Observed
from simkit.parameters.values import declaration
from simkit.run import Ensemble, simulate
from simkit.run.provenance import version_of
from simkit.scenarios import Scenario, save_scenario
from simkit.scenarios.uncertainty import Joint
from simkit.statistics import percentiles

if TYPE_CHECKING:
    import pandas as pd

INFORMED = 0.1
"""Share of a value's prior variance that the months must take away for it to count as informed (assumption)."""
LEAST_MONTHS = 3
"""Months seen in full below which nothing is fitted: a level, a slope, and something that could contradict them."""
CHECKED = 256
"""New lives of the fitted company that observed months are checked against."""
_MOVED = (*RESULTS, "cost", "expected")
"""What is moved to where it would be in the company."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Fit:
    """What a company's months say about it.

    Attributes:
        scenario: the company, its uncertain values a joint table of equally weighted draws.
        prior: what was believed before.
        observed: the months.
        replications: the lives of the prior that are nearest to the months, the nearest first; shape (kept,).
        weights: how much each of them counts, sum 1.
        parameters: one row an uncertain value: its median and 5 to 95 % before and after, and what was learned, as the
            share of its variance (in normal scores) that the months take away.
        likeness: the share of the prior's lives that are at least as far from the others as these months are: a P value
            for 'these months are one of these lives'.
        warning: what stands against believing the fit, in words; '' if nothing does.
    """

    scenario: Scenario
    prior: Prior
    observed: Observed
    replications: NDArray[np.int64]
    weights: Floats
    parameters: pd.DataFrame
    likeness: float
    warning: str

    @property
    def informed(self) -> tuple[str, ...]:
        """The values about which the months say something."""
        return tuple(self.parameters.loc[self.parameters["learned"] >= INFORMED, "path"])

    @cached_property
    def ahead(self) -> Ahead:
        """The lives nearest to the company in what matters for the months to come.

        Raises:
            RunError: there are no months to come before the horizon.
        """
        return ahead_of(self.prior, self.observed)

    @cached_property
    def lives(self) -> Ensemble:
        """The months to come: the lives nearest to the company in what matters for them, weighted.

        Up to the last observed month they have what was observed, where it was; after that what lives have, moved to
        where it would be had they looked exactly like the company.

        Raises:
            RunError: there are no months to come before the horizon.
        """
        made = self.prior.lives(self.ahead.places)
        monthly = made.lives.monthly.copy()
        last = self.observed.months
        for output in _MOVED:
            column = monthly[:, last:, MONTHLY.index(output)]
            # On the scale of roots counts have about the same variance everywhere, and nothing falls below 0.
            moved = self.ahead.moved(np.sqrt(np.maximum(column, 0.0)))
            monthly[:, last:, MONTHLY.index(output)] = np.square(np.maximum(moved, 0.0))
        for metric in self.observed.metrics:
            seen = self.observed.monthly(metric)[1]
            known = np.flatnonzero(~np.isnan(seen))
            monthly[:, known, MONTHLY.index(metric)] = seen[known]
        spliced = replace(made.lives, monthly=monthly)
        return Ensemble(made.scenario, made.seed, spliced).weighted(self.ahead.counted, self.warning)

    def predictive(
        self,
        workers: int | None = None,
        *,
        executor: Executor | None = None,
        progress: Callable[[int, int], object] | None = None,
    ) -> Ensemble:
        """New lives of the fitted company, with luck of their own: what the observed months are checked against.

        A posterior predictive check (Gelman, Meng & Stern 1996, Statistica Sinica 6, 733).

        Args:
            workers, executor, progress: as in `simkit.simulate`.
        """
        design = self.prior.table.design
        numbers = range(design.lives, design.lives + CHECKED)
        return simulate(self.scenario, numbers, design.seed, workers, executor=executor, progress=progress)

    def lived(
        self,
        scenario: Scenario,
        ahead: Ahead | None = None,
        workers: int | None = None,
        *,
        executor: Executor | None = None,
        progress: Callable[[int, int], object] | None = None,
    ) -> Ensemble:
        """The same lives with other months to come: what a decision would have made of each of them, unmoved.

        Args:
            scenario: `Prior.whole`, with changes and decisions after the last observed month.
            ahead: which lives; None for all that a forecast rests on.
            workers, executor, progress: as in `simkit.simulate`.
        """
        near = self.ahead if ahead is None else ahead
        numbers = self.prior.replications[near.places].tolist()
        seed = self.prior.table.design.seed
        made = simulate(scenario, numbers, seed, workers, executor=executor, progress=progress)
        return made.weighted(near.counted, self.warning)

    def save(self, folder: str | Path) -> Path:
        """Write the fitted scenario with its draws, what was learned, and what the fit rests on.

        Returns:
            The scenario's file.

        Raises:
            OutputError: the folder cannot be written.
        """
        there = Path(folder)
        file = there / f"{self.scenario.name}.toml"
        rests_on = {
            "prior_hash": self.prior.scenario.hash,
            "prior_lives": self.prior.table.done,
            "seed": self.prior.table.design.seed,
            "simkit": version_of("simkit"),
            "observed": self.observed.source,
            "observed_months": self.observed.months,
            "likeness": self.likeness,
            "warning": self.warning,
            "replications": self.replications.tolist(),
            "weights": self.weights.tolist(),
        }
        try:
            there.mkdir(parents=True, exist_ok=True)
            self.parameters.to_csv(there / "parameters.csv", index=False)
            (there / FIT).write_text(json.dumps(rests_on, indent=2) + "\n", encoding="utf-8")
        except OSError as error:
            raise OutputError(f"cannot be written: {error.strerror}", field=str(there)) from None
        save_scenario(self.scenario, file)
        return file

    def __repr__(self) -> str:
        return (
            f"<Fit of '{self.prior.scenario.name}' to {self.observed.months} months of {self.observed.source}: "
            f"{len(self.informed)} of {len(self.parameters)} uncertain values informed>"
        )


def calibrate(scenario: Scenario | Prior, observed: Observed, **running: Any) -> Fit:
    """Fit what is uncertain about a scenario to the months that a company has seen.

    Args:
        scenario: with ranges or joint draws, which are the prior; or a `Prior` that was lived before.
        observed: monthly totals of leads, qualified leads, customers or margin; months not seen in full are left out.
        running: as in `prior_lives`, where the prior has not been lived.

    Raises:
        RunError: nothing is uncertain, or nothing was observed that can be compared.
        StoreError: a folder that cannot be used.
    """
    metrics, seen = results_seen(observed)
    believed = scenario.scenario if isinstance(scenario, Prior) else scenario
    observed.check_currency(believed.parameters.company.currency)
    if (full := full_months(observed)) < LEAST_MONTHS:
        field = f"{observed.source}, months seen in full"
        raise RunError(f"at least {LEAST_MONTHS} are needed", field=field, value=full)
    prior = scenario if isinstance(scenario, Prior) else _lived(scenario, observed.months, **running)
    _check_months(prior.scenario, observed.months)
    lives = prior.results(metrics)[:, : len(seen)]
    known = ~np.isnan(seen)
    alike = weights(lives, seen)
    paths, before, scores = prior.paths, prior.drawn, prior.scores
    learned = prior.learned(metrics, known)
    here = learned.of(np.sqrt(seen[known]))
    near, counted = nearest(learned.summaries, here, prior.kept)
    moved = adjusted(scores[near], learned.summaries[near] - here, counted)
    after = np.stack([from_scores(column, old) for column, old in zip(moved.T, before.T, strict=True)], axis=-1)
    draws = after[systematic(counted, prior.kept)]
    for column, path in enumerate(paths):
        if declaration(path).integer:
            draws[:, column] = np.round(draws[:, column])
    fitted = prior.scenario.with_joint(Joint(paths, draws))
    table = _parameters(paths, before, draws, scores, moved, counted)
    return Fit(fitted, prior, observed, prior.replications[near], counted, table, alike.likeness, alike.warning)


def full_months(observed: Observed) -> int:
    """How many months were seen in full, of something that can be compared.

    Raises:
        RunError: nothing can be compared.
    """
    return int((~np.isnan(results_seen(observed)[1])).any(axis=1).sum())


def _lived(scenario: Scenario, months: int, **running: Any) -> Prior:
    _check_months(scenario, months)
    return prior_lives(scenario, **running)


def _check_months(scenario: Scenario, months: int) -> None:
    horizon = scenario.parameters.horizon_months
    if months > horizon:
        hint = f"Raise horizon_months to {months} or more."
        raise RunError(f"go to month {months}, the scenario to {horizon}", field="observed months", hint=hint)


def _parameters(
    paths: tuple[str, ...], before: Floats, after: Floats, scores: Floats, moved: Floats, counted: Floats
) -> pd.DataFrame:
    import pandas as pd

    rows = []
    for column, path in enumerate(paths):
        old, new = (percentiles(values[:, column], (5.0, 50.0, 95.0)) for values in (before, after))
        mean = float(counted @ moved[:, column])
        left = float(counted @ np.square(moved[:, column] - mean)) / float(scores[:, column].var())
        rows.append(
            {
                "path": path,
                "prior_low": old[0],
                "prior_median": old[1],
                "prior_high": old[2],
                "low": new[0],
                "median": new[1],
                "high": new[2],
                "learned": max(0.0, 1.0 - left),
            }
        )
    return pd.DataFrame(rows)
