"""How much of what a company observed lies inside what was simulated."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simkit.observed import Observed
from simkit.run import Ensemble
from simkit.statistics import percentiles


@dataclass(frozen=True, slots=True)
class Coverage:
    """Observed months of one metric against the band between 5 and 95 % of the lives.

    Attributes:
        metric: what was observed.
        months: how many whole months within the horizon were observed.
        inside, below, above: how many of them lie inside the band, and outside it.
        share: of those inside; None without months. A model that is right gives about 0.9 in the long run.
    """

    metric: str
    months: int
    inside: int
    below: int
    above: int
    share: float | None


def coverage(ensemble: Ensemble, observed: Observed) -> tuple[Coverage, ...]:
    """One entry for each metric observed; part months, gaps and months beyond the horizon are left out.

    Raises:
        ObservedError: money in another currency than the scenario's.
    """
    observed.check_currency(ensemble.scenario.parameters.company.currency)
    return tuple(_covered(ensemble, observed, metric) for metric in observed.metrics)


def remarks(ensemble: Ensemble, observed: Observed) -> tuple[str, ...]:
    """What was left out of the comparison, or may make it misleading."""
    said = []
    beyond = observed.months - ensemble.months
    if beyond > 0:
        said.append(f"Observed months beyond the horizon are left out: {beyond}.")
    if observed.part_months:
        said.append(f"Part months are left out: {', '.join(map(observed.label, observed.part_months))}.")
    start = ensemble.scenario.parameters.start_month
    if observed.first_month is not None and int(observed.first_month[-2:]) != start:
        season = int(observed.first_month[-2:])
        said.append(
            f"Month 1 is {observed.first_month} in the table, but the scenario has start_month = {start}: "
            f"its seasons are shifted unless you set start_month={season}."
        )
    return tuple(said)


def _covered(ensemble: Ensemble, observed: Observed, metric: str) -> Coverage:
    value = observed.monthly(metric)[1][: ensemble.months]
    low, high = percentiles(ensemble.values(metric)[:, : len(value)], (5.0, 95.0), ensemble.weights)
    below, above, months = int((value < low).sum()), int((value > high).sum()), int((~np.isnan(value)).sum())
    inside = months - below - above
    return Coverage(metric, months, inside, below, above, inside / months if months else None)
