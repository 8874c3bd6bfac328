"""Sensitivity indices of any table of inputs and outputs: Morris' screening and Sobol' indices, as SALib has them.

Inputs are points of the unit cube, one column a value that is varied. Outputs may be one number a point, or one a point
and life, lives of the same column sharing their luck; then the indices are those of the mean over lives, and `luck`
says how much of an index luck alone would bring.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from simkit.errors import RunError
from simkit.run.lives import Floats

if TYPE_CHECKING:
    import pandas as pd

LEVELS = 4
"""Of each value in Morris' design; his own choice for few trajectories."""
_RESAMPLES = 1000


@dataclass(frozen=True, slots=True, eq=False)
class Indices:
    """Sensitivity indices.

    Attributes:
        table: one row a value, in the order of the inputs; see `morris_indices` and `sobol_indices` for its columns.
        luck: the share of luck in the variance of the points' means; nan where there is one output a point.
    """

    table: pd.DataFrame
    luck: float


def morris_points(width: int, samples: int, seed: int) -> Floats:
    """Trajectories through the unit cube, on which one value moves at a time.

    Morris 1991, doi:10.1080/00401706.1991.10484804.

    Args:
        width: how many values are varied.
        samples: trajectories.
        seed: of the trajectories.

    Returns:
        Points in the order in which they are walked; shape (samples * (width + 1), width).

    Raises:
        RunError: too few trajectories, or SALib is not installed.
    """
    _check(width, samples)
    found = _salib("sample.morris").sample(_problem(width), samples, num_levels=LEVELS, seed=_seed(seed))
    return np.asarray(found, dtype=float)


def morris_indices(points: Floats, outputs: ArrayLike, level: float = 0.95, seed: int = 1) -> Indices:
    """How far values move an output when they move by themselves, from many places.

    An elementary effect is the change of the output when one value moves, per whole range of that value. `mu_star` is
    the mean of their sizes (Campolongo, Cariboni & Saltelli 2007, doi:10.1016/j.envsoft.2006.10.004), with its
    interval from resampled trajectories; `mu` is their mean with signs, `sigma` their standard deviation: large where
    the effect depends on where one is, by interaction or by curvature. `luck` is the `mu_star` that luck alone would
    bring if the value had no effect, with a standard error of the mean over lives for each effect.

    Args:
        points: of `morris_points`.
        outputs: shape (points,) or (points, lives).
        level: the confidence of the interval.
        seed: of the resamples.

    Returns:
        Columns mu_star, low, high, mu, sigma, luck.

    Raises:
        RunError: outputs that are missing, or the same everywhere; SALib is not installed.
    """
    import pandas as pd

    y = _outputs(outputs, len(points))
    width = points.shape[1]
    found = _salib("analyze.morris").analyze(
        _problem(width),
        points,
        y.mean(axis=1),
        num_resamples=_RESAMPLES,
        conf_level=level,
        num_levels=LEVELS,
        seed=_seed(seed),
    )
    size, half = (np.asarray(found[name], dtype=float) for name in ("mu_star", "mu_star_conf"))
    # A step is LEVELS / 2 of the LEVELS - 1 gaps between levels, as SALib's own.
    steps = np.diff(y.reshape(-1, width + 1, y.shape[1]), axis=1) * (2.0 * (LEVELS - 1) / LEVELS)
    moved = np.abs(np.diff(points.reshape(-1, width + 1, width), axis=1)).argmax(axis=2)
    errors = _error(steps) * math.sqrt(2.0 / math.pi)  # the mean size of a normal number with that deviation
    table = pd.DataFrame(
        {
            "mu_star": size,
            "low": np.maximum(size - half, 0.0),
            "high": size + half,
            "mu": np.asarray(found["mu"], dtype=float),
            "sigma": np.asarray(found["sigma"], dtype=float),
            "luck": [errors[moved == i].mean() for i in range(width)],
        }
    )
    return Indices(table, _luck(y))


def sobol_points(width: int, samples: int, seed: int) -> Floats:
    """Points for Sobol' indices: two evenly spread samples, and the first with each column taken from the second.

    Saltelli et al. 2010, doi:10.1016/j.cpc.2009.09.018, over a scrambled Sobol' sequence.

    Args:
        width: how many values are varied.
        samples: points of each sample, a power of two.
        seed: of the scrambling.

    Returns:
        Shape (samples * (width + 2), width).

    Raises:
        RunError: too few samples, or no power of two; SALib is not installed.
    """
    _check(width, samples)
    if samples & (samples - 1):
        near = 2 ** round(math.log2(samples))
        raise RunError("must be a power of two", field="samples", value=samples, hint=f"The nearest is {near}.")
    sample = _salib("sample.sobol").sample
    return np.asarray(sample(_problem(width), samples, calc_second_order=False, seed=_seed(seed)), dtype=float)


def sobol_indices(width: int, outputs: ArrayLike, level: float = 0.95, seed: int = 1) -> Indices:
    """What share of the variance of an output each value brings: by itself, and with all in which it has a part.

    `first` is the share that would go if the value were known, on average over the others; `total` what would stay if
    all others were known (Saltelli et al. 2010, doi:10.1016/j.cpc.2009.09.018). Intervals are from resampled points
    and normal; sampling error may carry an index below 0. `luck` is the part of `total` that luck alone brings: of the
    mean over lives, each change has the variance of its lives divided by their number.

    Args:
        width: how many values are varied.
        outputs: at `sobol_points`; shape (points,) or (points, lives).
        level: the confidence of the intervals.
        seed: of the resamples.

    Returns:
        Columns first, first_low, first_high, total, total_low, total_high, luck.

    Raises:
        RunError: outputs that are missing, or the same everywhere; SALib is not installed.
    """
    import pandas as pd

    y = _outputs(outputs, np.shape(outputs)[0])
    means = y.mean(axis=1)
    found = _salib("analyze.sobol").analyze(
        _problem(width),
        means,
        calc_second_order=False,
        num_resamples=_RESAMPLES,
        conf_level=level,
        seed=_seed(seed),
    )
    blocks = y.reshape(-1, width + 2, y.shape[1])
    samples = means.reshape(-1, width + 2)[:, [0, -1]]
    errors = _error(blocks[:, 1:-1] - blocks[:, :1])
    columns: dict[str, Floats] = {}
    for name, of in (("first", "S1"), ("total", "ST")):
        value, half = (np.asarray(found[key], dtype=float) for key in (of, f"{of}_conf"))
        columns |= {name: value, f"{name}_low": value - half, f"{name}_high": value + half}
    columns["luck"] = 0.5 * (errors**2).mean(axis=0) / samples.var()
    return Indices(pd.DataFrame(columns), _luck(blocks[:, [0, -1]].reshape(-1, y.shape[1])))


def _error(values: Floats) -> Floats:
    """The standard error of the mean over the last axis."""
    lives = values.shape[-1]
    if lives < 2:
        return np.full(values.shape[:-1], np.nan)
    error: Floats = values.std(axis=-1, ddof=1) / math.sqrt(lives)
    return error


def _luck(y: Floats) -> float:
    """The share of luck in the variance of the means of points; shape (points, lives).

    Luck that is the same at all points is no difference between them: what counts is the residual of a two-way
    analysis of variance, points by lives.
    """
    points, lives = y.shape
    if lives < 2:
        return math.nan
    rest = y - y.mean(axis=1, keepdims=True) - y.mean(axis=0) + y.mean()
    square = float((rest**2).sum()) / ((points - 1) * (lives - 1))
    between = float(y.mean(axis=1).var(ddof=1))
    return float(min(square / lives / between, 1.0))


def _outputs(outputs: ArrayLike, points: int) -> Floats:
    y = np.asarray(outputs, dtype=float)
    y = y[:, None] if y.ndim == 1 else y
    if len(y) != points:
        raise RunError(f"there are {len(y)} for {points} points", field="outputs")
    if not np.isfinite(y).all():
        raise RunError("is missing at some points, so it has no indices", field="outputs")
    if np.ptp(y.mean(axis=1)) == 0.0:
        hint = "Widen what is varied, or choose another outcome."
        raise RunError("is the same at every point, so nothing moves it", field="outcome", hint=hint)
    return y


def _check(width: int, samples: int) -> None:
    if samples < 2:
        raise RunError("expected 2 or more", field="samples", value=samples)
    if width < 2:
        raise RunError("expected two values or more to tell apart", field="over", value=width)


def _problem(width: int) -> dict[str, Any]:
    return {"num_vars": width, "names": [f"x{i}" for i in range(width)], "bounds": [[0.0, 1.0]] * width}


def _seed(seed: int) -> int:
    return seed + 1  # SALib takes 0 for no seed at all


def _salib(module: str) -> Any:
    try:
        return import_module(f"SALib.{module}")  # over a second to import
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "SALib":
            raise
        raise RunError("indices need SALib", field="sensitivity", hint="pip install 'simkit[experiments]'") from None
