"""What we do not know: ranges and joint tables of draws.

A draw is addressed by (seed, draw number, path), never by the order or the number of uncertain parameters, so two
scenarios that differ in one lever meet the same draws of everything else.
"""

from __future__ import annotations

import hashlib
import math
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simkit.errors import ParameterError, ScenarioError
from simkit.parameters.values import check_value, declaration

_DRAWS = 0x6A01  # keeps these streams apart from those of luck


@dataclass(frozen=True, slots=True)
class Range:
    """A triangular distribution: a lowest, most likely and highest value."""

    low: float
    mode: float
    high: float

    def quantile(self, u: float) -> float:
        """Value below which a share ``u`` of the distribution lies."""
        width = self.high - self.low
        if width == 0:
            return self.mode
        turn = (self.mode - self.low) / width
        if u < turn:
            return self.low + math.sqrt(u * width * (self.mode - self.low))
        return self.high - math.sqrt((1 - u) * width * (self.high - self.mode))


def range_from(path: str, given: Any) -> Range:
    """A range as written in a file, checked against the parameter's bounds.

    Raises:
        ParameterError: unknown path, a missing or unknown key, an end out of bounds, or ends in the wrong order.
    """
    _check_drawable(path)
    if not isinstance(given, dict) or set(given) != {"low", "mode", "high"}:
        raise ParameterError("a range has exactly the keys low, mode and high", field=path, value=given)
    for end in given.values():
        check_value(path, end)
    made = Range(float(given["low"]), float(given["mode"]), float(given["high"]))
    if not made.low <= made.mode <= made.high:
        raise ParameterError("a range needs low <= mode <= high", field=path, value=given)
    return made


@dataclass(frozen=True, slots=True, eq=False)
class Joint:
    """Equally weighted draws of several parameters together.

    Attributes:
        paths: the parameters, one a column.
        values: array (draws, paths).
        digest: hash of paths and values; two tables are equal when their digests are.
    """

    paths: tuple[str, ...]
    values: NDArray[np.float64]
    digest: str = field(init=False)

    def __post_init__(self) -> None:
        content = "\n".join(self.paths).encode() + np.ascontiguousarray(self.values).tobytes()
        object.__setattr__(self, "digest", hashlib.sha256(content).hexdigest())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Joint) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    def without(self, paths: set[str]) -> Joint | None:
        """The table without some columns; None when no column is left."""
        kept = [i for i, path in enumerate(self.paths) if path not in paths]
        if len(kept) == len(self.paths):
            return self
        return Joint(tuple(self.paths[i] for i in kept), self.values[:, kept]) if kept else None

    def row(self, u: float) -> dict[str, float]:
        """The draw at a share ``u`` of the table."""
        chosen = self.values[min(int(u * len(self.values)), len(self.values) - 1)]
        return dict(zip(self.paths, chosen.tolist(), strict=True))

    def to_bytes(self) -> bytes:
        """As a Parquet file, one column a parameter."""
        import pandas as pd  # slow to import, and few scenarios need it

        return pd.DataFrame(self.values, columns=list(self.paths)).to_parquet(None, index=False)


def read_joint(path: Path) -> Joint:
    """Read a table of draws from Parquet.

    Raises:
        ScenarioError: the file cannot be read, is empty or holds something other than numbers.
        ParameterError: a column is no parameter, or a value is out of bounds.
    """
    import pandas as pd

    try:
        table = pd.read_parquet(path)
        values = table.to_numpy(dtype=np.float64)
    except FileNotFoundError:
        raise ScenarioError("there is no such table of draws", field="joint", value=str(path)) from None
    except Exception as error:
        raise ScenarioError(f"cannot read the table of draws: {error}", field="joint", value=str(path)) from None
    if values.size == 0 or not np.isfinite(values).all():
        raise ScenarioError(
            "the table of draws needs at least one row and no missing values", field="joint", value=str(path)
        )
    for i, column in enumerate(table.columns):
        _check_drawable(str(column))
        integer = declaration(str(column)).integer
        for extreme in (values[:, i].min(), values[:, i].max()):
            check_value(str(column), int(extreme) if integer else float(extreme))
    return Joint(tuple(str(c) for c in table.columns), values)


def _check_drawable(path: str) -> None:
    if declaration(path).low is None or path in {"horizon_months", "start_month"}:
        raise ParameterError("cannot be uncertain; give a single value", field=path)


def uniform(seed: int, draw: int, path: str) -> float:
    """Random number in [0, 1) for one parameter (or ``joint``) of one draw, from a stream of its own.

    Draws are independent, as the intervals of all statistics assume. Sequences that are more even (Richtmyer, Halton)
    are so over many points only: with this many parameters some of them cover half of their range in the first thirty.
    """
    key = (_DRAWS, zlib.crc32(path.encode()), draw)
    return float(np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=key))).random())
