"""Stop now, look again later, or hold: what lives say that look like a company.

What waiting is worth is the value of what would be seen until then: the continuation value is regressed on it
(Longstaff & Schwartz 2001, doi:10.1093/rfs/14.1.113), and each life is decided by a regression that has not seen it, so
that hindsight earns nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simkit import statistics
from simkit.experiments.ahead import Ahead
from simkit.run import Ensemble
from simkit.statistics import Estimate

_FOLDS = 5
_PENALTIES = np.logspace(-2, 4, 7)

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Weighed:
    """Stopping now, stopping later or holding, in the lives nearest to a company.

    Attributes:
        stop: what stopping now is worth above holding to the end.
        waiting: what deciding later is worth above the better of the two.
        stops_then: the share of lives in which one would stop later.
    """

    stop: Estimate
    waiting: Estimate
    stops_then: float

    @property
    def stops(self) -> bool:
        """Whether to stop now."""
        return (self.stop.value or 0.0) > 0.0 and (self.waiting.value or 0.0) <= 0.0


def weigh(ahead: Ahead, stop_gain: Floats, then_gain: Floats | None = None, seen: Floats | None = None) -> Weighed:
    """Stop now, stop later, or not at all.

    Args:
        ahead: the lives nearest to the company.
        stop_gain: what stopping now is worth in each of them above holding to the end; shape (lives,).
        then_gain: what stopping later is worth above that; None where there is nothing to wait for.
        seen: what would be seen until then; shape (lives, features).
    """
    stop = mean_at(ahead, stop_gain)
    if then_gain is None or seen is None:
        return Weighed(stop, mean_at(ahead, np.zeros(len(stop_gain))), 0.0)
    stops = _expected(np.column_stack([ahead.apart, seen]), then_gain, ahead.counted) > 0.0
    best_now = stop_gain if (stop.value or 0.0) > 0.0 else np.zeros(len(stop_gain))
    waited = mean_at(ahead, np.where(stops, then_gain, 0.0) - best_now)
    return Weighed(stop, waited, float(ahead.counted @ stops))


def seen_between(leads: Floats, customers: Floats, margin: Floats) -> Floats:
    """What would be seen of lives in some months, each of shape (lives, months), as features; shape (lives, 3)."""
    return np.column_stack([np.sqrt(values.sum(axis=1)) for values in (leads, customers, margin)])


def net(ensemble: Ensemble, after: int) -> Floats:
    """Margin less cost of each life in the months after one, run-off included; shape (lives,)."""
    found: Floats = (ensemble.values("margin") - ensemble.values("cost"))[:, after:].sum(axis=1)
    return found


def mean_at(ahead: Ahead, values: Floats) -> Estimate:
    """The mean of values of the nearest lives, moved to the company, with its 95 % interval."""
    return statistics.mean(ahead.moved(values), ahead.counted)


def _expected(features: Floats, values: Floats, counted: Floats) -> Floats:
    """The expected value of each life by a regression that has not seen it."""
    from sklearn.linear_model import RidgeCV
    from sklearn.model_selection import KFold
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    expected = np.empty(len(values))
    for known, unseen in KFold(_FOLDS, shuffle=True, random_state=0).split(features):
        model = make_pipeline(StandardScaler(), RidgeCV(_PENALTIES))
        model.fit(features[known], values[known], ridgecv__sample_weight=counted[known])
        expected[unseen] = model.predict(features[unseen])
    return expected
