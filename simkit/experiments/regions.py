"""Regions of any table of points in which cases of interest lie: boxes found by PRIM or by a tree (CART).

A box limits some columns and leaves the others free. Its density is the share of its points that are cases, its
coverage the share of all cases that lie in it (Bryant & Lempert 2010, doi:10.1016/j.techfore.2009.08.002).
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simkit.errors import RunError, nearest
from simkit.run.lives import Floats
from simkit.statistics import Estimate, wilson

if TYPE_CHECKING:
    import pandas as pd

Bools = NDArray[np.bool_]

METHODS = ("cart", "prim")
LEAST_POINTS, LEAST_CASES = 50, 5
"""Below these a box would be of the points that happen to be there."""
_MASS = 0.05  # the smallest share of the points that a box may hold; both methods' usual one
_DOUBTFUL = 0.05  # a limit stays if so many cases would lie inside by chance less often than this
_FOLDS = 5
_FOLDING = 0xF01D  # keeps this stream apart from others


@dataclass(frozen=True, slots=True, eq=False)
class Box:
    """Limits of columns, ends included; infinite where a column is free.

    Attributes:
        low, high: shape (columns,).
    """

    low: Floats
    high: Floats

    def holds(self, x: Floats) -> Bools:
        """Which points lie inside; `x` has shape (points, columns)."""
        return np.asarray(((x >= self.low) & (x <= self.high)).all(axis=1))

    @property
    def limits(self) -> tuple[tuple[int, bool], ...]:
        """What is limited: the column, and whether from above."""
        below = [(int(i), False) for i in np.flatnonzero(np.isfinite(self.low))]
        return tuple(sorted(below + [(int(i), True) for i in np.flatnonzero(np.isfinite(self.high))]))

    def without(self, limit: tuple[int, bool]) -> Box:
        """The box with a limit less."""
        column, above = limit
        ends = self.high.copy() if above else self.low.copy()
        ends[column] = np.inf if above else -np.inf
        return replace(self, high=ends) if above else replace(self, low=ends)


@dataclass(frozen=True, slots=True)
class Scores:
    """How well a region tells cases from others.

    Attributes:
        coverage: the share of all cases that lie inside, with its interval.
        density: the share of the points inside that are cases, with its interval; no value where none is inside.
        points, cases: how many there are in all.
    """

    coverage: Estimate
    density: Estimate
    points: int
    cases: int


@dataclass(frozen=True, slots=True, eq=False)
class Region:
    """A box, and what is known of it.

    Attributes:
        columns: the names of what it limits or leaves free.
        box: its limits.
        scores: in the points in which it was found, which flatter it.
        held_out: of boxes found in the same way in four fifths of the points, scored in the other fifth, for all five.
        kept: for each limit of the box, in how many of these five the column was limited on that side too.
        p: for each limit, the chance of as many cases inside if the limit told nothing (quasi-p, Bryant & Lempert).
        others: the boxes that there were to choose from: limits, inside, coverage, density.
    """

    columns: tuple[str, ...]
    box: Box
    scores: Scores
    held_out: Scores
    kept: tuple[int, ...]
    p: tuple[float, ...]
    others: pd.DataFrame


def find_region(
    points: pd.DataFrame, cases: ArrayLike, method: str = "cart", density: float = 0.8, seed: int = 1
) -> Region:
    """The box that holds as many cases as possible, and few other points.

    Candidates are the nodes of a classification tree ('cart': Breiman, Friedman, Olshen & Stone 1984, by scikit-learn),
    or the boxes that are left as slices are peeled off one by one ('prim': Friedman & Fisher 1999,
    doi:10.1023/A:1008894516817, by the EMA Workbench). Of those that are dense enough the one with the largest harmonic
    mean of density and coverage is taken; then limits are dropped that chance explains.

    Args:
        points: numbers, one column a value.
        cases: which of the points are cases; shape (points,).
        method: 'cart' or 'prim'.
        density: the least share of the points inside that are cases.
        seed: of ties in the tree, and of the fifths.

    Raises:
        RunError: too few points or cases, nothing but cases, no box that is dense enough, a column that is no number,
            or a library that is not installed.
    """
    check_asked(method, density)
    x, columns, y = _numbers(points), tuple(map(str, points.columns)), np.asarray(cases, dtype=bool)
    _check(y, density)
    found = _candidates(x, y, method, seed)
    chosen = _chosen(found, x, y, density)
    if chosen is None:
        best = max(scores_of(box.holds(x), y).density.value or 0.0 for box in found)
        hint = f"Ask for density={math.floor(100 * best) / 100:g} or less, more points, or wider ranges."
        said = f"there is no region as dense as that: the densest has {best:.2f}"
        raise RunError(said, field="density", value=density, hint=hint)
    if not chosen.limits:
        hint = "Ask for a higher density, or take what is rarer for a case."
        share = f"{y.mean():.2f}"
        raise RunError(f"{share} of all points are cases, so the region is everything", field="density", hint=hint)
    parts = _parts(len(y), seed)
    held = np.zeros(len(y), dtype=bool)
    kept = dict.fromkeys(chosen.limits, 0)
    for part in range(_FOLDS):
        seen = parts != part
        other = _chosen(_candidates(x[seen], y[seen], method, seed), x[seen], y[seen], density)
        if other is not None:
            held[~seen] = other.holds(x[~seen])
            kept.update({limit: kept[limit] + 1 for limit in other.limits if limit in kept})
    return Region(
        columns,
        chosen,
        scores_of(chosen.holds(x), y),
        scores_of(held, y),
        tuple(kept.values()),
        tuple(_chance(chosen, limit, x, y) for limit in chosen.limits),
        _table(found, x, y),
    )


def check_asked(method: str, density: float, points: int | None = None) -> None:
    """Refuse what cannot be asked, before anything is lived.

    Args:
        method, density: as in `find_region`.
        points: how many there will be at most, where that is known.

    Raises:
        RunError: no such method, a density that is no share, or too few points.
    """
    if method not in METHODS:
        hint = nearest(method, METHODS)
        raise RunError(f"expected one of {', '.join(METHODS)}", field="method", value=method, hint=hint)
    if not 0.0 < density <= 1.0:
        hint = f"As a share: {density / 100.0:g}." if 1.0 < density <= 100.0 else ""
        raise RunError("expected a share above 0, at most 1", field="density", value=density, hint=hint)
    if points is not None and points < LEAST_POINTS:
        raise RunError(f"a region needs at least {LEAST_POINTS} points", field="points", value=points)


def scores_of(inside: Bools, cases: Bools, level: float = 0.95) -> Scores:
    """Coverage and density of a region, with Wilson's intervals.

    Args:
        inside: which points lie in it; shape (points,).
        cases: which are cases; shape (points,).
        level: the confidence of the intervals.
    """
    both = int((inside & cases).sum())
    coverage, density = (_share(both, int(of.sum()), level) for of in (cases, inside))
    return Scores(coverage, density, len(cases), int(cases.sum()))


def _share(part: int, whole: int, level: float) -> Estimate:
    if not whole:
        return Estimate(None, None, None, level, 0, "interval of a share")
    low, high = wilson(part / whole, whole, level)
    return Estimate(part / whole, float(low), float(high), level, whole, "interval of a share")


def _numbers(points: pd.DataFrame) -> Floats:
    from pandas.api.types import is_numeric_dtype

    for name in points.columns:
        if not is_numeric_dtype(points[name]):
            hint = "Leave it out, or make a sweep for each of its levels."
            raise RunError("is no number, so a region has no limits of it", field=str(name), hint=hint)
    x = points.to_numpy(dtype=float)
    if not np.isfinite(x).all():
        raise RunError("have no value in some columns", field="points")
    return x


def _check(y: Bools, density: float) -> None:
    check_asked(METHODS[0], density, len(y))
    if y.sum() < LEAST_CASES:
        hint = "Widen what is varied, take more points, or say otherwise what a case is."
        said = "no point is a case" if not y.any() else f"only {y.sum()} of {len(y)} points are cases"
        raise RunError(f"{said}, so there is no region to find", field="cases", hint=hint)
    if y.all():
        hint = "Widen what is varied, or say otherwise what a case is."
        raise RunError("every point is a case, so the region is everything", field="cases", hint=hint)


def _parts(number: int, seed: int) -> NDArray[np.int_]:
    """The fifth that each point belongs to."""
    luck = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(_FOLDING,)))
    return luck.permutation(np.arange(number) % _FOLDS)


def _chosen(boxes: list[Box], x: Floats, y: Bools, density: float) -> Box | None:
    """Of the boxes that are dense enough the one that tells cases from others best, of those alike the simplest.

    Density and coverage count alike: by their harmonic mean (F1; van Rijsbergen 1979, Information Retrieval, ch. 7).
    """
    ranked = []
    for place, box in enumerate(boxes):
        inside = box.holds(x)
        both, held = int(y[inside].sum()), int(inside.sum())
        if held and both >= density * held:
            ranked.append((-2.0 * both / (held + int(y.sum())), len(box.limits), place))
    return _simplified(boxes[min(ranked)[2]], x, y, density) if ranked else None


def _simplified(box: Box, x: Floats, y: Bools, density: float) -> Box:
    """The box without the limits that it stays dense enough without, and that chance explains."""
    while box.limits:
        chances = {limit: _chance(box, limit, x, y) for limit in box.limits}
        free = [limit for limit in chances if y[box.without(limit).holds(x)].mean() >= density]
        doubtful = [limit for limit in free if chances[limit] > _DOUBTFUL]
        if not doubtful:
            break
        box = box.without(max(doubtful, key=chances.__getitem__))
    return box


def _chance(box: Box, limit: tuple[int, bool], x: Floats, y: Bools) -> float:
    """Of as many cases inside if they were there as often as in the box without the limit."""
    from scipy.special import bdtrc

    inside = box.holds(x)
    return float(bdtrc(int(y[inside].sum()) - 1, int(inside.sum()), float(y[box.without(limit).holds(x)].mean())))


def _table(boxes: list[Box], x: Floats, y: Bools) -> pd.DataFrame:
    import pandas as pd

    rows = []
    for box in boxes:
        inside = box.holds(x)
        scores = scores_of(inside, y)
        counted = {"limits": len(box.limits), "inside": int(inside.sum())}
        rows.append({**counted, "coverage": scores.coverage.value, "density": scores.density.value})
    return pd.DataFrame(rows)


def _candidates(x: Floats, y: Bools, method: str, seed: int) -> list[Box]:
    return _nodes(x, y, seed) if method == "cart" else _peeled(x, y)


def _nodes(x: Floats, y: Bools, seed: int) -> list[Box]:
    """The boxes of all nodes of a tree, its root first."""
    try:
        from sklearn.tree import DecisionTreeClassifier
    except ModuleNotFoundError:
        raise RunError("trees need scikit-learn", field="method", hint="pip install 'simkit[experiments]'") from None
    least = max(2, math.ceil(_MASS * len(y)))
    tree = DecisionTreeClassifier(min_samples_leaf=least, random_state=seed).fit(x, y).tree_
    everything = Box(np.full(x.shape[1], -np.inf), np.full(x.shape[1], np.inf))
    found, left = [], [(0, everything)]
    while left:
        node, box = left.pop(0)
        found.append(box)
        if tree.children_left[node] >= 0:
            column, cut = tree.feature[node], tree.threshold[node]
            below, above = box.high.copy(), box.low.copy()
            below[column] = above[column] = cut
            left.append((tree.children_left[node], replace(box, high=below)))
            left.append((tree.children_right[node], replace(box, low=above)))
    return found


def _peeled(x: Floats, y: Bools) -> list[Box]:
    """The boxes of PRIM's peeling, the whole first."""
    import pandas as pd

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what else could be installed, and of a pandas that is to come
        try:
            from ema_workbench.analysis.prim import Prim  # seconds to import
        except ModuleNotFoundError as error:
            if error.name != "ema_workbench":
                raise
            hint = "pip install 'simkit[bridges]', or use method='cart'."
            raise RunError("PRIM needs the EMA Workbench", field="method", hint=hint) from None
        names = [str(i) for i in range(x.shape[1])]
        boxes = Prim(pd.DataFrame(x, columns=names), y, threshold=0.0, mass_min=_MASS).find_box().box_lims
    ends = [(lims[names].iloc[0].to_numpy(dtype=float), lims[names].iloc[1].to_numpy(dtype=float)) for lims in boxes]
    first, last = x.min(axis=0), x.max(axis=0)
    return [Box(np.where(low <= first, -np.inf, low), np.where(high >= last, np.inf, high)) for low, high in ends]
