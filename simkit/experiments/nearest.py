"""Approximate Bayesian computation on a table of lives: learned summaries, the nearest lives, regression adjustment.

What observed months say about anything that lives have is learned from the table (semi-automatic summaries: Fearnhead
& Prangle 2012, doi:10.1111/j.1467-9868.2011.01010.x); the lives nearest in these summaries are kept, and what they have
is moved to where it would be had they looked exactly like the company (Beaumont, Zhang & Balding 2002,
doi:10.1093/genetics/162.4.2025).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simkit.statistics import effective_sample_size

_COMPONENTS, _FOLDS = 16, 5
"""Directions in which observed months differ most, whose squares and products summaries are made of; folds."""

Floats = NDArray[np.float64]


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


def normal_scores(values: Floats) -> Floats:
    """Each column by its ranks, as quantiles of the standard normal distribution; shape as given.

    Ranks make every prior alike, and what is moved among them stays within its bounds; equal values have a mean rank.
    """
    from scipy.special import ndtri  # slow to import, and few need it
    from scipy.stats import rankdata

    scores: Floats = ndtri((rankdata(values, axis=0) - 0.5) / len(values))
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


def adjusted(values: Floats, apart: Floats, counted: Floats) -> Floats:
    """Values as they would be at the company's summaries: a weighted linear regression within the kept lives.

    What the regression leaves over is widened by the freedom that it took (n / (n - p))^1/2, n being the effective
    number of lives.

    Args:
        values: shape (kept, values).
        apart: how far each life's summaries are from the company's; shape (kept, values).
        counted: weights; shape (kept,).
    """
    root = np.sqrt(counted)[:, None]
    design = np.hstack([np.ones((len(apart), 1)), apart])
    found = np.linalg.lstsq(design * root, values * root, rcond=None)[0]
    known, taken = effective_sample_size(counted), apart.shape[1]
    wider = np.sqrt(known / (known - taken)) if known > 2 * taken else 1.0
    moved: Floats = found[0] + wider * (values - design @ found)
    return moved


def systematic(counted: Floats, number: int) -> NDArray[np.int64]:
    """Places of equally weighted draws: each life as often as its weight says, to within one; nothing is drawn."""
    ends = np.cumsum(counted)
    found: NDArray[np.int64] = np.searchsorted(ends / ends[-1], (np.arange(number) + 0.5) / number)
    return found
