"""The lives nearest to a company in what matters for the months to come."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simkit.errors import RunError
from simkit.experiments.condition import results_seen
from simkit.experiments.nearest import adjusted, nearest
from simkit.experiments.prior import Prior
from simkit.observed import Observed

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Ahead:
    """The lives that a forecast rests on.

    Attributes:
        places: in the table, rising; shape (kept,).
        counted: weights, sum 1; shape (kept,).
        apart: how far each is from the company in the summaries; shape (kept, summaries).
    """

    places: NDArray[np.int64]
    counted: Floats
    apart: Floats

    def nearest(self, count: int) -> Ahead:
        """The nearest of them; all, where there are no more."""
        places = np.sort(np.argsort(-self.counted, kind="stable")[:count])
        counted = self.counted[places]
        return Ahead(self.places[places], counted / counted.sum(), self.apart[places])

    def moved(self, values: Floats) -> Floats:
        """Values of these lives as they would be at the company; shape (kept, ...)."""
        flat = adjusted(values.reshape(len(values), -1), self.apart, self.counted)
        return flat.reshape(values.shape)


def ahead_of(prior: Prior, observed: Observed) -> Ahead:
    """The lives nearest to a company in what matters for the months to come.

    Raises:
        RunError: there are no months to come before the horizon, or nothing was observed that can be compared.
    """
    metrics, seen = results_seen(observed)
    if len(seen) >= prior.months:
        hint = f"Raise horizon_months above {len(seen)}."
        raise RunError(f"is month {prior.months}, and all of it has been seen", field="horizon", hint=hint)
    known = ~np.isnan(seen)
    learned = prior.learned_ahead(metrics, known)
    here = learned.of(np.sqrt(seen[known]))
    near, counted = nearest(learned.summaries, here, prior.kept)
    order = np.argsort(near)
    return Ahead(near[order], counted[order], (learned.summaries[near] - here)[order])
