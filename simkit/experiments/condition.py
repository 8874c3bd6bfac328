"""Weighting lives by how much they look like what a company has seen so far.

A life close to the observed months counts much, one far from them little: approximate Bayesian computation with a
smooth kernel (Beaumont, Zhang & Balding 2002, doi:10.1093/genetics/162.4.2025), whose tolerance is as small as the
number of lives allows. Whether any life is close at all is another question, and answered beside the weights.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simkit.errors import RunError
from simkit.observed import Observed
from simkit.run import Ensemble
from simkit.statistics import effective_sample_size

RESULTS = ("leads", "leads_qualified", "customers", "margin")
LEAST_LIVES = 20
LEAST_SHARE = 0.05
UNLIKE = 0.05

# Lives that stand in for the observed months, to learn how far apart lives are from each other.
_STAND_INS = 200

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Weighting:
    """Lives weighted by their likeness to the observed months.

    Attributes:
        weights: sum 1; shape (replications,).
        effective_sample_size: how many equally weighted lives know as much.
        bandwidth: of the kernel, in robust standard deviations of the lives per observed value (root mean square);
            infinite where there were too few lives to weight.
        likeness: the share of lives that are at least as far from the other lives as the observed months are: a P value
            for 'these months are one of these lives'. It is low when no life looks like them.
        values: how many observed values were compared.
        warning: what stands against believing the weights, in words; '' if nothing does.
    """

    weights: Floats
    effective_sample_size: float
    bandwidth: float
    likeness: float
    values: int
    warning: str


def condition(ensemble: Ensemble, observed: Observed) -> Ensemble:
    """The same lives, weighted to those that look like what was observed so far.

    Compared are the monthly totals of every observed metric of `RESULTS`; months not seen in full are left out. Weights
    that the ensemble had before are replaced. Look at ``effective_sample_size`` and ``caution`` of what comes back.

    Raises:
        RunError: no such metric was observed, or more months than were simulated.
        ObservedError: money in another currency than the scenario's.
    """
    if not isinstance(observed, Observed):
        hint = "Load them with load_observed(...)."  # type: ignore[unreachable]  # no checker in a notebook
        raise RunError("expected observed months", field="observed", value=observed, hint=hint)
    observed.check_currency(ensemble.scenario.parameters.company.currency)
    metrics, seen = results_seen(observed)
    simulated = np.stack([ensemble.values(metric) for metric in metrics], axis=-1)
    found = weights(simulated, seen)
    return ensemble.weighted(found.weights, found.warning)


def results_seen(observed: Observed) -> tuple[tuple[str, ...], Floats]:
    """The metrics of `RESULTS` that were observed, and their monthly totals, shape (months, metrics), nan for gaps.

    Raises:
        RunError: none of them was observed.
    """
    metrics = tuple(metric for metric in RESULTS if metric in observed.metrics)
    if not metrics:
        raise RunError(f"has none of {', '.join(RESULTS)}", field=observed.source)
    return metrics, np.stack([observed.monthly(metric)[1] for metric in metrics], axis=-1)


def weights(simulated: ArrayLike, observed: ArrayLike) -> Weighting:
    """Weight lives by their likeness to the observed months.

    The distance of a life is the root mean square, over observed values, of the difference of square roots (counts have
    about the same variance there: Bartlett 1936, doi:10.2307/2983678), each divided by the spread of the lives in that
    month. Weights are exp(-distance^2 / (2 h^2)) with the smallest bandwidth h that leaves an effective sample size of
    `LEAST_LIVES` or `LEAST_SHARE` of the lives, whichever is more. Nothing is drawn: the same input, the same weights.

    Args:
        simulated: results, 0 or more; shape (replications, months, metrics).
        observed: what was seen, nan for what was not; shape (observed months, metrics), from month 1 on.

    Returns:
        The weights, and how far they can be believed.

    Raises:
        RunError: shapes that do not fit, more observed months than simulated ones, nothing observed, or values that are
            negative or missing in the simulation.
    """
    lives, seen = _standardised(*_comparable(simulated, observed))
    replications = len(lives)
    needed = max(LEAST_LIVES, math.ceil(LEAST_SHARE * replications))
    if replications <= needed:
        equal = np.full(replications, 1.0 / replications)
        warning = f"{replications} lives are too few to weight: all count alike; simulate at least {5 * LEAST_LIVES}"
        return Weighting(equal, float(replications), math.inf, math.nan, seen.size, warning)
    distance = _distances(lives, seen)
    bandwidth = _bandwidth(distance, needed)
    kernel = _kernel(distance, bandwidth)
    likeness = _likeness(lives, distance, needed)
    warning = "" if likeness > UNLIKE else _unlike(likeness)
    return Weighting(kernel / kernel.sum(), effective_sample_size(kernel), bandwidth, likeness, seen.size, warning)


def _comparable(simulated: ArrayLike, observed: ArrayLike) -> tuple[Floats, Floats]:
    """The observed values and the lives' in the same months; shapes (replications, values) and (values,)."""
    lives, seen = np.asarray(simulated, dtype=float), np.asarray(observed, dtype=float)
    if lives.ndim != 3 or seen.ndim != 2 or not lives.size or lives.shape[2] != seen.shape[1]:
        raise RunError(
            f"lives of shape {lives.shape} and observed months of shape {seen.shape} do not fit", field="observed"
        )
    if len(seen) > lives.shape[1]:
        raise RunError(
            f"goes to month {len(seen)}, the simulation to {lives.shape[1]}",
            field="observed",
            hint="Raise horizon_months.",
        )
    known = ~np.isnan(seen)
    if not known.any():
        raise RunError("has no value to compare with", field="observed")
    lives, seen = lives[:, : len(seen)][:, known], seen[known]
    if not (np.isfinite(lives).all() and (lives >= 0.0).all() and np.isfinite(seen).all() and (seen >= 0.0).all()):
        raise RunError("only results of 0 or more can be compared", field="observed")
    return lives, seen


def _standardised(lives: Floats, seen: Floats) -> tuple[Floats, Floats]:
    roots = np.sqrt(lives)
    spread = 1.4826 * np.median(np.abs(roots - np.median(roots, axis=0)), axis=0)
    # Where most lives agree (often on 0) the deviation of all decides; where all agree, that of one Poisson count.
    spread = np.where(spread > 0.0, spread, roots.std(axis=0))
    spread = np.where(spread > 0.0, spread, 0.5)
    return roots / spread, np.sqrt(seen) / spread


def _distances(lives: Floats, seen: Floats) -> Floats:
    distances: Floats = np.sqrt(np.square(lives - seen).mean(axis=1))
    return distances


def _kernel(distance: Floats, bandwidth: float) -> Floats:
    kernel: Floats = np.exp((distance.min() ** 2 - distance**2) / (2.0 * bandwidth**2))
    return kernel


def _bandwidth(distance: Floats, needed: int) -> float:
    """The smallest bandwidth with the needed effective sample size, which rises with the bandwidth: by bisection."""
    low, high = math.log(1e-3), math.log(1e3 * max(1.0, float(distance.max())))
    for _ in range(60):
        middle = (low + high) / 2.0
        if effective_sample_size(_kernel(distance, math.exp(middle))) >= needed:
            high = middle
        else:
            low = middle
    return math.exp(high)


def _likeness(lives: Floats, distance: Floats, needed: int) -> float:
    """The rank of the observed months among lives, by the distance within which the needed number of lives lie."""
    reach = np.partition(distance, needed - 1)[needed - 1]
    chosen = np.unique(np.linspace(0, len(lives) - 1, min(_STAND_INS, len(lives))).astype(int))
    # The nearest life to each stand-in is itself, at distance 0.
    reaches = np.array([np.partition(_distances(lives, lives[one]), needed)[needed] for one in chosen])
    return float((1 + (reaches >= reach).sum()) / (1 + len(chosen)))


def _unlike(likeness: float) -> str:
    return (
        f"no simulated life looks like the observed months: only {100 * likeness:.2g} % of lives are as far from the "
        "others, so the weights pick the least unlike; change the scenario before believing them"
    )
