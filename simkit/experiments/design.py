"""What a sweep runs: points over some paths of a scenario, each with the same replications.

A list gives the levels of a path, a pair (low, high) its range. A grid takes every combination; a Latin hypercube and
a Sobol' sequence spread points evenly over ranges and levels; a table names them one by one.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from simkit.errors import ParameterError, RunError, ScenarioError, nearest, within
from simkit.experiments.axes import Axis, Levels, axis_of
from simkit.parameters import Value
from simkit.parameters.values import check_value, declaration
from simkit.run.replications import whole
from simkit.scenarios import Scenario, load_scenario
from simkit.scenarios.toml_files import read_toml

if TYPE_CHECKING:
    import pandas as pd

KINDS = ("grid", "lhs", "sobol")


@dataclass(frozen=True, slots=True)
class Design:
    """Points over some paths of a scenario.

    Attributes:
        base: the scenario that points change.
        paths: what they change.
        points: for each point, a value a path; None where it keeps what the scenario has.
        replications: of each point, numbered from 0; replication i has its own luck, the same at every point.
        seed: of all luck and all draws.
        kind: how the points were chosen: 'grid', 'lhs', 'sobol', 'table', 'tornado', 'search' or 'futures'.
        apart: whether each point has luck of its own instead: its replications have numbers that no other point has.
    """

    base: Scenario
    paths: tuple[str, ...]
    points: tuple[tuple[Any, ...], ...]
    replications: int
    seed: int
    kind: str
    apart: bool = False

    @property
    def lives(self) -> int:
        """How many lives there are in all."""
        return len(self.points) * self.replications

    @property
    def hash(self) -> str:
        """Of everything that a life of this design depends on but the version of simkit."""
        content: list[Any] = [self.base.hash, self.paths, self.points, self.replications, self.seed]
        content += ["apart"] if self.apart else []
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:16]

    def row(self, point: int) -> dict[str, Value | None]:
        """A point's values by their paths; None where it leaves what the scenario has."""
        return dict(zip(self.paths, self.points[point], strict=True))

    def scenario(self, point: int) -> Scenario:
        """The scenario of a point."""
        return self.base.with_changes(given_values(self.row(point)))


def given_values(row: Mapping[str, Value | None]) -> dict[str, Value]:
    """What a point changes: the values of its row that are not None."""
    return {path: value for path, value in row.items() if value is not None}


def design_of(
    base: Scenario,
    levers: Mapping[str, Levels] | pd.DataFrame,
    kind: str = "grid",
    points: int = 64,
    replications: int = 50,
    seed: int = 1,
) -> Design:
    """Points over some paths, checked before anything is run.

    Args:
        base: the scenario that points change.
        levers: levels or a range for each path; or a table, one row a point, one column a path.
        kind: 'grid', 'lhs' (Latin hypercube) or 'sobol' (scrambled Sobol' sequence); a table is its own.
        points: how many for 'lhs' and 'sobol'; the most for a 'grid' with ranges, which are cut into equal steps.
        replications: of each point.
        seed: of luck and draws, and of the points of 'lhs' and 'sobol'.

    Raises:
        ParameterError: an unknown path, or a value out of bounds.
        RunError: an empty design, or one that cannot be.
    """
    numbers = {"points": points, "replications": replications, "seed": seed}
    points, replications, seed = (whole(n, name, 0 if name == "seed" else 1) for name, n in numbers.items())
    if not isinstance(levers, Mapping):
        chosen = _of_table(levers)
        kind = "table"
    elif not levers:
        raise RunError("the design is empty", field="levers", hint="Name at least one path and its values.")
    else:
        axes = [axis_of(path, given) for path, given in levers.items()]
        rows = _grid(axes, points) if kind == "grid" else _spread(axes, kind, points, seed)
        chosen = tuple(axis.path for axis in axes), rows
    paths, rows = chosen
    if not rows:
        raise RunError("the design has no point", field="levers")
    columns = [_checked(path, column) for path, column in zip(paths, zip(*rows, strict=True), strict=True)]
    made = Design(base, paths, tuple(zip(*columns, strict=True)), replications, seed, kind)
    for point in range(len(rows)) if any(path.startswith("expectation.") for path in paths) else ():
        try:
            made.scenario(point)
        except ParameterError as error:
            where = f"{error.field} at point {point}"
            raise ParameterError(error.message, field=where, value=error.value, hint=error.hint) from None
    return made


def _checked(path: str, values: Sequence[Value]) -> list[Value]:
    """Values in the parameter's own type; each is checked once."""
    if path == "horizon_months":
        raise RunError("is the same at every point", field=path, hint="Change it in the scenario.")
    known = {value: check_value(path, value) for value in dict.fromkeys(values)}
    return [known[value] for value in values]


def _grid(axes: list[Axis], most: int) -> list[tuple[Value, ...]]:
    combinations = math.prod(len(axis.levels) for axis in axes if axis.range is None)
    ranges = sum(axis.range is not None for axis in axes)
    steps = math.floor((most / combinations) ** (1 / ranges) + 1e-9) if ranges else 0
    if ranges and steps < 2:
        raise RunError(
            f"{combinations} combinations of levels leave less than two steps for each of {ranges} ranges",
            field="points",
            value=most,
            hint=f"Ask for at least {combinations * 2**ranges}, or use design='sobol'.",
        )
    return list(itertools.product(*(axis.cut(steps).levels for axis in axes)))


def _spread(axes: list[Axis], kind: str, points: int, seed: int) -> list[tuple[Value, ...]]:
    if kind not in KINDS:
        hint = nearest(kind, KINDS) or "A table of points is given in place of the levers."
        raise RunError(f"expected one of {', '.join(KINDS)}", field="design", value=kind, hint=hint)
    if all(axis.range is None for axis in axes):
        hint = "Give one (low, high), or take every combination with design='grid'."
        raise RunError(f"'{kind}' spreads points over ranges, and there is none", field="design", value=kind, hint=hint)
    shares = even_points(kind, len(axes), points, seed)
    return [tuple(axis.at(u) for axis, u in zip(axes, row, strict=True)) for row in shares.tolist()]


def even_points(kind: str, width: int, points: int, seed: int) -> NDArray[np.float64]:
    """Points that fill the unit cube evenly; shape (points, width).

    Owen 1998 (doi:10.1006/jcom.1998.0487) for scrambling; McKay, Beckman & Conover 1979 (doi:10.2307/1268522).
    """
    from scipy.stats import qmc  # over a second to import

    if kind == "lhs":
        sample = qmc.LatinHypercube(width, rng=np.random.default_rng(seed)).random(points)
    else:
        # A Sobol' sequence is even only over powers of two; what is drawn beyond is left out.
        sample = qmc.Sobol(width, rng=np.random.default_rng(seed)).random_base2(math.ceil(math.log2(points)))[:points]
    return np.asarray(sample, dtype=float)


def _of_table(table: Any) -> tuple[tuple[str, ...], list[tuple[Value, ...]]]:
    columns = getattr(table, "columns", None)
    if columns is None:
        hint = 'For example {"process.silos": [0, 0.5]}.'
        raise RunError("expected levels by path, or a table of points", field="levers", value=table, hint=hint)
    for column in columns:
        declaration(str(column))
        if table[column].isna().any():
            raise RunError("has no value in some rows", field=str(column))
    rows = [tuple(row) for row in table.itertuples(index=False, name=None)]
    return tuple(map(str, columns)), [tuple(map(_plain, row)) for row in rows]


def _plain(value: Any) -> Value:
    """NumPy's numbers as Python's; a whole number that a table holds as a float stays a float where floats belong."""
    return value.item() if isinstance(value, np.generic) else value  # type: ignore[no-any-return]


_KEYS = ("scenario", "design", "points", "replications", "seed", "levers", "set", "table")


def load_design(path: str | Path) -> Design:
    """Read a design file (TOML): scenario, design, points, replications, seed, [levers] or table, and [set].

    The scenario is the name of a shipped one, or a file beside the design; a table is a CSV file beside it.

    Raises:
        ScenarioError: the file cannot be read, or has an unknown key.
        ParameterError, RunError: as `design_of`.
    """
    file = Path(path)
    content = read_toml(file, "design")
    for key in content:
        if key not in _KEYS:
            raise ScenarioError("unknown key", field=f"{file.name}: {key}", hint=nearest(key, _KEYS))
    if "scenario" not in content:
        raise ScenarioError("names no scenario", field=file.name, hint='For example: scenario = "baseline"')
    base = load_scenario(content["scenario"], folder=file.parent)
    if ("table" in content) == ("levers" in content):
        raise ScenarioError("needs either [levers] or table", field=file.name)
    levers: Any = dict(flat(content.get("levers", {})))
    if "table" in content:
        levers = _read_table(file.parent / content["table"])
    options = {key: content[key] for key in ("points", "replications", "seed") if key in content}
    with within(file.name):
        base = base.with_changes(dict(flat(content.get("set", {}))))
        return design_of(base, levers, content.get("design", "grid"), **options)


def flat(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Paths may be written whole ("process.silos") or as tables ([levers.process])."""
    for key, value in table.items():
        if isinstance(value, dict) and not set(value) <= {"low", "high"}:
            yield from flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _read_table(file: Path) -> pd.DataFrame:
    import pandas as pd

    try:
        return pd.read_csv(file)
    except FileNotFoundError:
        raise ScenarioError("there is no such file", field="table", value=str(file)) from None
    except (OSError, ValueError) as error:
        raise ScenarioError(f"cannot read the table: {error}", field="table", value=str(file)) from None
