"""The model as other tools know models: a problem and a response for SALib, a Model for the EMA Workbench."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from simkit.errors import RunError
from simkit.experiments.axes import Axis, Over, axes_over
from simkit.experiments.design import Design, design_of
from simkit.experiments.objectives import with_measure
from simkit.experiments.sweep import sweep
from simkit.parameters import Value
from simkit.parameters.values import declaration
from simkit.run import check_measure, simulate
from simkit.run.lives import Floats
from simkit.run.replications import whole
from simkit.scenarios import Scenario


def salib_problem(scenario: Scenario, over: Over | None = None) -> dict[str, Any]:
    """What is varied, as SALib wants to have it: num_vars, names, bounds and dists, for its functions or ProblemSpec.

    Whole numbers get half a step more at both ends, so that rounding makes all of them equally likely.

    Args:
        scenario: what is varied.
        over: as in `sensitivity`; ranges only.

    Raises:
        ParameterError, RunError: as `sensitivity`, and for levels, which SALib does not know.
    """
    axes = axes_over(scenario, over)
    return {
        "num_vars": len(axes),
        "names": [axis.path for axis in axes],
        "bounds": [_bounds(axis) for axis in axes],
        "dists": ["unif" if axis.mode is None else "triang" for axis in axes],
    }


def salib_response(
    scenario: Scenario,
    problem: Mapping[str, Any],
    outcome: str = "restricted_crossing_month",
    replications: int = 10,
    seed: int = 1,
    workers: int | None = None,
    *,
    executor: Executor | None = None,
    progress: Callable[[int, int], object] | None = None,
) -> Callable[[ArrayLike], Floats]:
    """The mean outcome at points that SALib has sampled: a function of an array (points, names) that gives (points,).

    All points share their luck, so for the seed the response is a function of the values.

    Args:
        scenario: what is varied.
        problem: of `salib_problem`.
        outcome: a measure that every life has.
        replications: lives of each point.
        seed: of all luck.
        workers, executor, progress: as in `sweep`.

    Raises:
        RunError: arguments that cannot be; and when it is called, where no life at a point went well.
    """
    check_measure(outcome, scenario.parameters.horizon_months)
    paths = [str(name) for name in problem["names"]]

    def response(points: ArrayLike) -> Floats:
        design = _design(scenario, paths, np.asarray(points, dtype=float), replications, seed)
        lived = sweep(design, workers=workers, executor=executor, progress=progress).outcomes
        lived = with_measure(lived, outcome, scenario.parameters.horizon_months)
        means = lived[outcome].groupby(lived["point"]).mean()
        if means.isna().any():
            point = int(means.index[means.isna()][0])
            raise RunError(f"is missing in every life at point {point}", field="outcome", value=outcome)
        return np.asarray(means, dtype=float)

    return response


def ema_model(
    scenario: Scenario,
    over: Over | None = None,
    outcomes: tuple[str, ...] = ("crossed", "restricted_crossing_month", "net_margin"),
    replications: int = 10,
    seed: int = 1,
) -> Any:
    """The model as a Model of the EMA Workbench: parameters in, means over lives out.

    What the company chooses becomes its levers, everything else its uncertainties; names have two underscores for
    each dot. All experiments share their luck. Each of them lives its lives in the process that it is run in.

    Args:
        scenario: what is varied.
        over: as in `sensitivity`.
        outcomes: measures that every life has.
        replications: lives of each experiment.
        seed: of all luck.

    Raises:
        ParameterError, RunError: as `sensitivity`; the EMA Workbench is not installed.
    """
    for outcome in outcomes:
        check_measure(outcome, scenario.parameters.horizon_months)
    axes = axes_over(scenario, over)
    lives = _Lives(scenario, tuple(outcomes), whole(replications, "replications", 1), whole(seed, "seed", 0))
    ema = _workbench()
    model = ema.Model("simkit", function=lives)
    levers = {axis.path for axis in axes if declaration(axis.path).kind == "lever"}
    model.levers = [_parameter(ema, axis) for axis in axes if axis.path in levers]
    model.uncertainties = [_parameter(ema, axis) for axis in axes if axis.path not in levers]
    model.outcomes = [ema.ScalarOutcome(outcome) for outcome in outcomes]
    return model


@dataclass(frozen=True)
class _Lives:
    """What an experiment of the EMA Workbench does."""

    scenario: Scenario
    outcomes: tuple[str, ...]
    replications: int
    seed: int

    def __call__(self, **values: Any) -> dict[str, float]:
        changed = self.scenario.with_changes({path: _value(path, value) for path, value in values.items()})
        lives = simulate(changed, self.replications, self.seed, workers=1)
        return {outcome: float(lives.measure(outcome).mean()) for outcome in self.outcomes}


def _design(scenario: Scenario, paths: list[str], points: Floats, replications: int, seed: int) -> Design:
    import pandas as pd

    if points.ndim != 2 or points.shape[1] != len(paths):
        raise RunError(f"expected {len(paths)} columns", field="points", value=points.shape)
    columns = zip(paths, points.T, strict=True)
    table = {path: pd.Series([_value(path, value) for value in column], dtype=object) for path, column in columns}
    return design_of(scenario, pd.DataFrame(table), replications=replications, seed=seed)


def _value(path: str, value: Any) -> Value:
    """A value as another tool gives it, in the parameter's own type."""
    plain = value.item() if isinstance(value, np.generic) else value
    entry = declaration(path)
    if not entry.integer or entry.low is None or entry.high is None:
        return plain  # type: ignore[no-any-return]
    return int(min(max(round(plain), entry.low), entry.high))


def _bounds(axis: Axis) -> list[float]:
    if axis.range is None:
        raise RunError("has levels, and SALib wants a range", field=axis.path, hint="Give (low, high).")
    low, high = axis.range
    if axis.mode is not None:
        return [low, high, min(_peak(axis), 1.0 - 1e-12)]  # SALib takes no peak at the very end
    return [low - 0.5, high + 0.5] if declaration(axis.path).integer else [low, high]


def _peak(axis: Axis) -> float:
    """Where the most likely value of a triangular range lies, as a share of it."""
    assert axis.range is not None
    assert axis.mode is not None
    low, high = axis.range
    return (axis.mode - low) / (high - low)


def _parameter(ema: Any, axis: Axis) -> Any:
    name, variable = axis.path.replace(".", "__"), {"variable_name": axis.path}
    if axis.range is None:
        return ema.CategoricalParameter(name, list(axis.levels), **variable)
    low, high = axis.range
    if axis.mode is not None:
        from scipy.stats import triang

        return ema.RealParameter.from_dist(name, triang(_peak(axis), low, high - low), **variable)
    kind = ema.IntegerParameter if declaration(axis.path).integer else ema.RealParameter
    return kind(name, low, high, **variable)


def _workbench() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what else could be installed
        try:
            import ema_workbench  # seconds to import
        except ModuleNotFoundError as error:
            if error.name != "ema_workbench":
                raise
            hint = "pip install 'simkit[bridges]'"
            raise RunError("needs the EMA Workbench", field="ema_model", hint=hint) from None
    return ema_workbench
