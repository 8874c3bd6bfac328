"""The table of lives that fits, forecasts and advice rest on: what was believed before anything was seen, lived out.

One table serves every company of which we know as little beforehand.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from simkit.errors import RunError, StoreError
from simkit.experiments.design import Design
from simkit.experiments.nearest import Learned, learned_summaries, normal_scores
from simkit.experiments.store import MANIFEST
from simkit.experiments.sweep import Sweep, sweep
from simkit.model.recorder import MONTHLY, ORIGIN_OUTPUTS, ORIGINS, ROLE_OUTPUTS, ROLES
from simkit.run import Ensemble
from simkit.run.lives import Lives
from simkit.scenarios import Scenario

if TYPE_CHECKING:
    import pandas as pd

SIMULATIONS = 5120
KEPT = 512
"""Lives of the prior, and how many of them a fit rests on: a tenth, few enough to be near and enough to adjust by."""
LEAST = 256
"""Lives of the smallest table that anything is learned from; a fit then rests on half of them."""
QUARTER = 3
"""Months in a quarter."""
RUN_OFF = 24
"""Months after the horizon in which the programme has ended and what is left of it still yields: otherwise nothing
would be worth doing shortly before it (assumption: about the half-lives of what was published and of a brand)."""
FIT, FOLDER = "fit.json", "prior"
"""What a fit rests on, and its lives, in the folder that the command line makes."""
_DRAW = "draw."

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Prior:
    """Lives of what was believed before anything was seen, to the horizon; then the programme ends, and runs off.

    Attributes:
        scenario: what was believed; its ranges and joint draws are the prior.
        table: the lives, with their `RUN_OFF`; replication i has draw i.
        size: how many of the lives that went well count, from the first on; None for all.
    """

    scenario: Scenario
    table: Sweep
    size: int | None = None

    @property
    def months(self) -> int:
        """The horizon."""
        return self.scenario.parameters.horizon_months

    @property
    def whole(self) -> Scenario:
        """What was lived: the scenario, ended at its horizon, and what is left of it."""
        return self.table.design.base

    @cached_property
    def kept(self) -> int:
        """How many lives a fit rests on: half of them at most."""
        return min(KEPT, len(self.replications) // 2)

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """What is uncertain."""
        columns = map(str, self.table.outcomes.columns)
        return tuple(name.removeprefix(_DRAW) for name in columns if name.startswith(_DRAW))

    @cached_property
    def replications(self) -> NDArray[np.int64]:
        """The numbers of the lives that went well."""
        found: NDArray[np.int64] = self._outcome("replication").astype(np.int64)
        return found

    @cached_property
    def drawn(self) -> Floats:
        """What these lives drew; shape (lives, paths)."""
        return np.stack([self._outcome(f"{_DRAW}{path}") for path in self.paths], axis=-1)

    @cached_property
    def scores(self) -> Floats:
        """The same as normal scores."""
        return normal_scores(self.drawn)

    def results(self, metrics: tuple[str, ...]) -> Floats:
        """Monthly results with their run-off, shape (lives, months, metrics)."""
        found: Floats = self._monthly[:, :, [MONTHLY.index(metric) for metric in metrics]]
        return found

    def lives(self, places: NDArray[np.int64]) -> Ensemble:
        """Some of the lives to the horizon, by their places in the table; channels and roles are not kept (nan)."""
        order = np.sort(places)
        number = len(order)
        monthly = self._monthly[order, : self.months]
        stopped = self._outcome("stopped_month")[order]
        unknown = [
            np.full((number, self.months, len(names), len(outputs)), np.nan)
            for names, outputs in ((ORIGINS, ORIGIN_OUTPUTS), (ROLES, ROLE_OUTPUTS))
        ]
        starting = {name: self._outcome(name)[order] for name in ("starting_level", "starting_margin")}
        found = Lives(
            replication=self.replications[order],
            monthly=monthly,
            channels=unknown[0],
            roles=unknown[1],
            **starting,
            first_expected=monthly[:, :, MONTHLY.index("expected")].copy(),
            stopped_month=np.where(stopped <= self.months, stopped, np.nan),
            drawn=self.drawn[order],
            drawn_paths=self.paths,
            items=None,
        )
        return Ensemble(self.scenario, self.table.design.seed, found)

    def learned(self, metrics: tuple[str, ...], known: Bools) -> Learned:
        """What some observed values, shape (months, metrics), say about what was drawn: learned once for all companies
        that have seen as much."""
        return self._learn("drawn", metrics, known)

    def learned_ahead(self, metrics: tuple[str, ...], known: Bools) -> Learned:
        """What they say about the months to come."""
        return self._learn("ahead", metrics, known)

    def features(self, metrics: tuple[str, ...], known: Bools) -> Floats:
        """The observed values of these lives, on the scale on which counts have about the same variance (roots)."""
        return np.sqrt(self.results(metrics)[:, : len(known)][:, known])

    def ahead(self, month: int) -> Floats:
        """What matters of the months after one, as normal scores: shape (lives, 4).

        What is earned less what is spent, run-off included, when results cross what is expected, and leads and margin
        of the next quarter.
        """
        crossing = self._outcome("restricted_crossing_month")
        quarter = self.results(("leads", "margin"))[:, month : month + QUARTER].sum(axis=1)
        return normal_scores(np.column_stack([self.net(month), crossing, quarter]))

    def net(self, after: int = 0) -> Floats:
        """Margin less cost in the months after one, run-off included; shape (lives,)."""
        money = self.results(("margin", "cost"))[:, after:].sum(axis=1)
        earned: Floats = money[:, 0] - money[:, 1]
        return earned

    @cached_property
    def _monthly(self) -> Floats:
        """Every monthly output; shape (lives, months, outputs)."""
        monthly = self.table.monthly.sort_values(["replication", "month"])
        values: Floats = (
            monthly[list(MONTHLY)].to_numpy(dtype=float).reshape(-1, self.whole.parameters.horizon_months, len(MONTHLY))
        )
        return values[: self.size]

    @cached_property
    def _outcomes(self) -> pd.DataFrame:
        return self.table.outcomes.sort_values("replication")

    def _outcome(self, name: str) -> NDArray[np.float64]:
        """A column of what came of the lives that went well."""
        outcomes = self._outcomes
        column: NDArray[np.float64] = outcomes.loc[outcomes["error"].isna(), name].to_numpy(dtype=float)
        return column[: self.size]

    def _learn(self, what: str, metrics: tuple[str, ...], known: Bools) -> Learned:
        key = (what, metrics, known.shape, known.tobytes())
        if key not in self._learned:
            scores = self.scores if what == "drawn" else self.ahead(len(known))
            self._learned[key] = learned_summaries(self.features(metrics, known), scores)
        return self._learned[key]

    @cached_property
    def _learned(self) -> dict[tuple[Any, ...], Learned]:
        return {}


def run_off(scenario: Scenario) -> Scenario:
    """A scenario whose programme ends at its horizon, and what is left of it after that."""
    horizon = scenario.parameters.horizon_months
    return scenario.with_changes({"horizon_months": horizon + RUN_OFF}).with_decision("stop", month=horizon + 1)


def prior_lives(
    scenario: Scenario,
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
    """Live what is believed, in many lives: the table that fits, forecasts and advice rest on.

    Args:
        scenario: with ranges or joint draws.
        simulations: lives.
        seed: of luck and draws.
        out, resume, workers, executor, cluster, progress: as in `simkit.sweep`.

    Raises:
        RunError: nothing about the scenario is uncertain, or too few simulations.
        StoreError: a folder that cannot be used.
    """
    if find_spec("sklearn") is None:
        raise RunError("fits need scikit-learn", field="calibrate", hint="Install simkit[experiments].")
    if not scenario.uncertain:
        hint = "Give what you do not know as a range: path = { low = ..., mode = ..., high = ... }; or say --unsure."
        raise RunError("nothing about it is uncertain, so there is nothing to fit", field=scenario.name, hint=hint)
    if simulations < LEAST:
        raise RunError(f"at least {LEAST} are needed", field="simulations", value=simulations)
    if out is not None:
        _check_folder(Path(out))
    design = Design(run_off(scenario), (), ((),), simulations, seed, "prior")
    where: dict[str, Any] = {"workers": workers, "executor": executor, "cluster": cluster}
    table = sweep(design, out=out, resume=resume, monthly=True, progress=progress, **where)
    return Prior(scenario, table)


def _check_folder(folder: Path) -> None:
    """Refuse the folder of a fit in place of that of its lives."""
    lives = folder / FOLDER
    if (folder / MANIFEST).exists():
        return
    if (lives / MANIFEST).is_file():
        hint = f"Its lives are in '{lives}': name that."
    elif (folder / FIT).is_file():
        hint = "Name the folder of its lives, or a new one."
    else:
        return
    raise StoreError("is the folder of a fit, not of lives", field="out", value=str(folder), hint=hint)
