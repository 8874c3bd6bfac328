"""Companies whose truth is known: lives that are not in the table that fits rest on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from simkit.experiments.condition import RESULTS
from simkit.experiments.design import Design
from simkit.experiments.prior import SIMULATIONS, Prior, run_off
from simkit.experiments.sweep import sweep
from simkit.observed import TOTAL, Observation, Observed
from simkit.run import Ensemble
from simkit.scenarios import Scenario

COMPANIES = 1024
SEED = 1
LEVEL = 0.99
"""Of the bands in which shares have to lie."""
SCENARIO = Path(__file__).with_name("company.toml")

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Companies:
    """What a study works on.

    Attributes:
        prior: the table that fits rest on.
        lives: the companies to their horizon, to be looked at after the fact.
        net: what each of them earns less what it spends in all, run-off included.
        stopped: the table, and what companies earn, where all are stopped after a month: made when first asked for.
    """

    prior: Prior
    lives: Ensemble
    net: Floats
    stopped: Callable[[int], tuple[Prior, Floats]]


def companies(
    scenario: Scenario,
    folder: Path,
    simulations: int = SIMULATIONS,
    number: int = COMPANIES,
    progress: Callable[[int, int], object] | None = None,
) -> Companies:
    """A table of lives and companies beside it; what is in the folder is used again.

    Raises:
        StoreError: the folder holds something else.
    """

    def made(whole: Scenario, name: str) -> tuple[Prior, Prior]:
        design = Design(whole, (), ((),), simulations + number, SEED, "prior")
        table = sweep(design, out=folder / name, resume=True, monthly=True, progress=progress)
        return Prior(scenario, table, simulations), Prior(scenario, table)

    def stopped(after: int) -> tuple[Prior, Floats]:
        prior, everybody = made(run_off(scenario).with_decision("stop", month=after + 1), f"stopped-{after}")
        return prior, everybody.net()[simulations:]

    prior, everybody = made(run_off(scenario), "held")
    lives = everybody.lives(np.arange(simulations, simulations + number))
    return Companies(prior, lives, everybody.net()[simulations:], stopped)


def seen_by(lives: Ensemble, place: int, months: int, metrics: tuple[str, ...] = RESULTS) -> Observed:
    """What a company has seen of itself in its first months."""
    values = {metric: lives.values(metric)[place, :months].tolist() for metric in metrics}
    return Observed(
        tuple(
            Observation(month, metric, TOTAL, value)
            for metric, column in values.items()
            for month, value in enumerate(column, 1)
        )
    )


def placed(value: float, among: Floats, counted: Floats, luck: float) -> float:
    """Where a value lies in a weighted distribution: its randomised probability integral transform (Czado et al. 2009,
    doi:10.1111/j.1541-0420.2009.01191.x); uniform where the distribution is right, ties and atoms included."""
    return float(counted[among < value].sum() + luck * counted[among == value].sum())


def band(share: float, number: int) -> tuple[float, float]:
    """Between which shares of so many companies a right share lies with probability `LEVEL`."""
    from scipy.stats import binom

    low, high = (float(binom.ppf(end, number, share)) for end in ((1 - LEVEL) / 2, (1 + LEVEL) / 2))
    return low / number, high / number


def uniform(places: Floats, bins: int = 10) -> float:
    """The P value of 'these are uniform between 0 and 1' (chi-square)."""
    from scipy.stats import chisquare

    return float(chisquare(np.histogram(places, bins, (0.0, 1.0))[0]).pvalue)
