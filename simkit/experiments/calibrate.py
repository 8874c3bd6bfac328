"""Fitting a company: which values of what is uncertain go together with the months that it has seen.

Approximate Bayesian computation on one table of lives from the prior. What the observed months say about each uncertain
value is learned from the table (semi-automatic summaries: Fearnhead & Prangle 2012,
doi:10.1111/j.1467-9868.2011.01010.x); the lives nearest to the company in these summaries are kept, and their values
moved to where they would be had they looked exactly like it (regression adjustment: Beaumont, Zhang & Balding 2002,
doi:10.1093/genetics/162.4.2025). One table serves every company of which we know as little beforehand.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from simkit.errors import OutputError, RunError
from simkit.experiments.condition import RESULTS, results_seen, weights
from simkit.experiments.design import Design
from simkit.experiments.sweep import Sweep, sweep
from simkit.observed import Observed
from simkit.parameters.values import declaration
from simkit.run import Ensemble, simulate
from simkit.run.provenance import version_of
from simkit.scenarios import Scenario, save_scenario
from simkit.scenarios.uncertainty import Joint
from simkit.statistics import percentiles

if TYPE_CHECKING:
    import pandas as pd

SIMULATIONS = 8192
KEPT = 512
"""Lives of the prior, and how many of them a fit rests on: 6 %, few enough to be near and enough to adjust by."""
_DRAW = "draw."
_COMPONENTS, _FOLDS = 16, 5
"""Directions in which observed months differ most, whose squares and products summaries are made of; folds."""
INFORMED = 0.1
"""Share of a value's prior variance that the months must take away for it to count as informed (assumption)."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Prior:
    """Lives of what was believed before anything was seen, up to some month: one table for any number of companies.

    Attributes:
        scenario: what was believed; its ranges and joint draws are the prior.
        months: how far the lives go.
        table: the lives; replication i has draw i.
    """

    scenario: Scenario
    months: int
    table: Sweep

    @cached_property
    def _results(self) -> dict[str, Floats]:
        """Monthly results by metric, shape (lives, months), of the lives that went well."""
        monthly = self.table.monthly.sort_values(["replication", "month"])
        return {metric: monthly[metric].to_numpy(dtype=float).reshape(-1, self.months) for metric in RESULTS}

    @cached_property
    def replications(self) -> NDArray[np.int64]:
        """The numbers of the lives that went well."""
        outcomes = self.table.outcomes.sort_values("replication")
        return outcomes.loc[outcomes["error"].isna(), "replication"].to_numpy(dtype=np.int64)

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """What is uncertain."""
        columns = map(str, self.table.outcomes.columns)
        return tuple(name.removeprefix(_DRAW) for name in columns if name.startswith(_DRAW))

    @cached_property
    def drawn(self) -> Floats:
        """What these lives drew; shape (lives, paths)."""
        outcomes = self.table.outcomes.sort_values("replication")
        columns = [f"{_DRAW}{path}" for path in self.paths]
        drawn: Floats = outcomes.loc[outcomes["error"].isna(), columns].to_numpy(dtype=float)
        return drawn

    def results(self, metrics: tuple[str, ...]) -> Floats:
        """Monthly results, shape (lives, months, metrics)."""
        return np.stack([self._results[metric] for metric in metrics], axis=-1)

    @cached_property
    def scores(self) -> Floats:
        """The same as normal scores."""
        return normal_scores(self.drawn)

    def learned(self, metrics: tuple[str, ...], known: NDArray[np.bool_]) -> Learned:
        """What some observed values, shape (months, metrics), say about what was drawn: learned once for all companies
        that have seen as much."""
        key = (metrics, known.shape, known.tobytes())
        if key not in self._learned:
            features = np.sqrt(self.results(metrics)[:, : len(known)][:, known])
            self._learned[key] = learned_summaries(features, self.scores)
        return self._learned[key]

    @cached_property
    def _learned(self) -> dict[tuple[Any, ...], Learned]:
        return {}


@dataclass(frozen=True, eq=False)
class Learned:
    """Summaries learned from the prior's lives.

    Attributes:
        summaries: of the lives, each by a model that has not seen it; shape (lives, values).
        model: what gives those of a company.
    """

    summaries: Floats
    model: Any

    def of(self, features: Floats) -> Floats:
        """The summaries of a company; shape (values,)."""
        found: Floats = self.model.predict(features[None]).reshape(-1)
        return found


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

    def lives(
        self,
        scenario: Scenario | None = None,
        workers: int | None = None,
        *,
        executor: Executor | None = None,
        progress: Callable[[int, int], object] | None = None,
    ) -> Ensemble:
        """The kept lives again, to the horizon, weighted: up to the last observed month each is what it was.

        Args:
            scenario: what was believed before, with other months to come (changes and decisions); None for as it is.
            workers, executor, progress: as in `simkit.simulate`.
        """
        chosen = self.prior.scenario if scenario is None else scenario
        numbers = sorted(self.replications.tolist())
        made = simulate(chosen, numbers, self.prior.table.design.seed, workers, executor=executor, progress=progress)
        by_number = dict(zip(self.replications.tolist(), self.weights.tolist(), strict=True))
        return made.weighted([by_number[number] for number in made.replications], self.warning)

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
            (there / "fit.json").write_text(json.dumps(rests_on, indent=2) + "\n", encoding="utf-8")
        except OSError as error:
            raise OutputError(f"cannot be written: {error.strerror}", field=str(there)) from None
        save_scenario(self.scenario, file)
        return file

    def __repr__(self) -> str:
        return (
            f"<Fit of '{self.prior.scenario.name}' to {self.observed.months} months of {self.observed.source}: "
            f"{len(self.informed)} of {len(self.parameters)} uncertain values informed>"
        )


def prior_lives(
    scenario: Scenario,
    months: int,
    simulations: int = SIMULATIONS,
    seed: int = 1,
    out: str | Path | None = None,
    *,
    resume: bool = False,
    workers: int | None = None,
    executor: Executor | None = None,
    cluster: str | None = None,
    progress: Callable[[int, int], object] | None = None,
) -> Prior:
    """Live what is believed up to a month, in many lives: the table that fits rest on.

    Args:
        scenario: with ranges or joint draws.
        months: how far companies have been observed.
        simulations: lives.
        seed: of luck and draws.
        out, resume, workers, executor, cluster, progress: as in `simkit.sweep`.

    Raises:
        RunError: nothing about the scenario is uncertain, more months than its horizon, or too few simulations.
        StoreError: a folder that cannot be used.
    """
    if find_spec("sklearn") is None:
        raise RunError("fits need scikit-learn", field="calibrate", hint="Install simkit[experiments].")
    if not scenario.uncertain:
        hint = "Give what you do not know as a range: path = { low = ..., mode = ..., high = ... }."
        raise RunError("nothing about it is uncertain, so there is nothing to fit", field=scenario.name, hint=hint)
    if months > scenario.parameters.horizon_months:
        hint = f"Raise horizon_months to {months} or more."
        message = f"go to month {months}, the scenario to {scenario.parameters.horizon_months}"
        raise RunError(message, field="observed months", hint=hint)
    if simulations < 2 * KEPT:
        raise RunError(f"at least {2 * KEPT} are needed", field="simulations", value=simulations)
    changes = tuple(change for change in scenario.changes if change.month <= months)
    short = replace(scenario, changes=changes).with_changes({"horizon_months": months})
    design = Design(short, (), ((),), simulations, seed, "prior")
    where: dict[str, Any] = {"workers": workers, "executor": executor, "cluster": cluster}
    table = sweep(design, out=out, resume=resume, monthly=True, progress=progress, **where)
    return Prior(scenario, months, table)


def calibrate(scenario: Scenario | Prior, observed: Observed, *, kept: int = KEPT, **running: Any) -> Fit:
    """Fit what is uncertain about a scenario to the months that a company has seen.

    Args:
        scenario: with ranges or joint draws, which are the prior; or a `Prior` that was lived before.
        observed: monthly totals of leads, qualified leads, customers or margin; months not seen in full are left out.
        kept: how many lives the fit rests on, and how many draws the fitted scenario has.
        running: as in `prior_lives`, where the prior has not been lived.

    Raises:
        RunError: nothing is uncertain, or nothing was observed that can be compared.
        StoreError: a folder that cannot be used.
    """
    metrics, seen = results_seen(observed)
    prior = scenario if isinstance(scenario, Prior) else prior_lives(scenario, observed.months, **running)
    if observed.months > prior.months:
        raise RunError(f"goes to month {observed.months}, the lives of the prior to {prior.months}", field="observed")
    lives = prior.results(metrics)[:, : len(seen)]
    known = ~np.isnan(seen)
    alike = weights(lives, seen)
    paths, before, scores = prior.paths, prior.drawn, prior.scores
    learned = prior.learned(metrics, known)
    here = learned.of(np.sqrt(seen[known]))
    near, counted = nearest(learned.summaries, here, kept)
    moved = adjusted(scores[near], learned.summaries[near] - here, counted)
    after = np.stack([from_scores(column, old) for column, old in zip(moved.T, before.T, strict=True)], axis=-1)
    draws = after[systematic(counted, kept)]
    for column, path in enumerate(paths):
        if declaration(path).integer:
            draws[:, column] = np.round(draws[:, column])
    fitted = prior.scenario.with_joint(Joint(paths, draws))
    table = _parameters(paths, before, draws, scores, moved, counted)
    return Fit(fitted, prior, observed, prior.replications[near], counted, table, alike.likeness, alike.warning)


def normal_scores(values: Floats) -> Floats:
    """Each column by its ranks, as quantiles of the standard normal distribution; shape as given.

    Ranks make every prior alike, and what is moved among them stays within its bounds.
    """
    from scipy.special import ndtri  # slow to import, and few need it

    ranks = values.argsort(axis=0).argsort(axis=0)
    scores: Floats = ndtri((ranks + 0.5) / len(values))
    return scores


def from_scores(scores: Floats, values: Floats) -> Floats:
    """Values at normal scores of a sample, between its smallest and its largest."""
    from scipy.special import ndtr

    found: Floats = np.quantile(values, ndtr(scores), method="hazen")
    return found


def learned_summaries(features: Floats, scores: Floats) -> Learned:
    """What observed values say about each uncertain one: its expected score, learned from the prior's lives.

    Args:
        features: shape (lives, observed values).
        scores: of the uncertain values; shape (lives, values).
    """
    from sklearn.decomposition import PCA
    from sklearn.linear_model import RidgeCV
    from sklearn.model_selection import KFold, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import PolynomialFeatures, StandardScaler

    model = make_pipeline(
        StandardScaler(),
        PCA(min(_COMPONENTS, *features.shape), svd_solver="full"),
        PolynomialFeatures(2, include_bias=False),
        StandardScaler(),
        RidgeCV(np.logspace(-1, 4, 6)),
    )
    # Each life is summarised by a model that has not seen it, as the company is.
    expected = cross_val_predict(model, features, scores, cv=KFold(_FOLDS))
    return Learned(expected.reshape(scores.shape), model.fit(features, scores))


def nearest(summaries: Floats, here: Floats, kept: int) -> tuple[NDArray[np.int64], Floats]:
    """The lives nearest to a point, the nearest first, and the weight of each (Epanechnikov's kernel), sum 1."""
    distance = np.sqrt(np.square(summaries - here).sum(axis=1))
    order = np.argsort(distance, kind="stable")[: kept + 1]
    reach = distance[order[-1]] or 1.0
    kernel = 1.0 - np.square(distance[order[:-1]] / reach)
    kernel = np.maximum(kernel, 1e-9)
    return order[:-1], kernel / kernel.sum()


def adjusted(scores: Floats, apart: Floats, counted: Floats) -> Floats:
    """Scores as they would be at the company's summaries: a weighted linear regression within the kept lives.

    Args:
        scores: shape (kept, values).
        apart: how far each life's summaries are from the company's; shape (kept, values).
        counted: weights; shape (kept,).
    """
    root = np.sqrt(counted)[:, None]
    design = np.hstack([np.ones((len(apart), 1)), apart])
    slopes = np.linalg.lstsq(design * root, scores * root, rcond=None)[0][1:]
    moved: Floats = scores - apart @ slopes
    return moved


def systematic(counted: Floats, number: int) -> NDArray[np.int64]:
    """Places of equally weighted draws: each life as often as its weight says, to within one; nothing is drawn."""
    ends = np.cumsum(counted)
    found: NDArray[np.int64] = np.searchsorted(ends / ends[-1], (np.arange(number) + 0.5) / number)
    return found


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
