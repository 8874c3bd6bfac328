"""Parts of a design: the unit of what a worker computes, of what is written, and of what a killed run loses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from simkit.errors import RunError, SimkitError
from simkit.experiments.columns import column, given, words
from simkit.experiments.design import Design, given_values
from simkit.experiments.store import MONTHLY, OUTCOMES, parquet
from simkit.model.recorder import MONTHLY as OUTPUTS
from simkit.parameters import Value
from simkit.parameters.values import declaration
from simkit.run.ensemble import Ensemble
from simkit.run.lives import Lives, Room
from simkit.run.measures import MEASURES, measure
from simkit.run.provenance import version_of
from simkit.run.tables import outcome_columns
from simkit.scenarios import Scenario

if TYPE_CHECKING:
    import pyarrow as pa

LIVES_PER_PART = 32
"""About a second of one core: enough to outweigh sending and writing it, little enough to lose."""
FEWEST_LIVES, FEW_PARTS = 8, 64
"""A design with fewer than so many usual parts has smaller ones, so that its workers end at about the same time."""
MOST_PARTS = 4096
"""Of a design with more lives than these hold, parts have more: one scheduler and one writer serve them all."""


@dataclass(frozen=True, slots=True)
class Part:
    """What a worker needs to know of a part.

    Attributes:
        number: of the part.
        base: the scenario that points change.
        seed: of all luck.
        runs: for each point that has lives here: its number, its values by path, its replications.
        monthly: whether monthly results are wanted.
        versions: of simkit and the libraries that numbers depend on.
    """

    number: int
    base: Scenario
    seed: int
    runs: tuple[tuple[int, dict[str, Value | None], tuple[int, ...]], ...]
    monthly: bool
    versions: dict[str, str]

    @property
    def points(self) -> tuple[int, ...]:
        """The points that have lives here."""
        return tuple(point for point, _, _ in self.runs)


def part_of(design: Design, number: int, monthly: bool) -> Part:
    """A part of a design: lives in the order of points, and of replications within a point."""
    first = number * part_size(design)
    addresses = [divmod(life, design.replications) for life in range(first, first + size(design, number))]
    runs = tuple(
        (point, design.row(point), tuple(design.apart * point * design.replications + number for _, number in lives))
        for point, lives in groupby(addresses, key=lambda address: address[0])
    )
    return Part(number, design.base, design.seed, runs, monthly, {"simkit": version_of("simkit"), **libraries()})


def libraries() -> dict[str, str]:
    """Versions of the libraries that numbers and bytes depend on."""
    return {name: version_of(name) for name in ("numpy", "simpy", "pyarrow")}


def parts(design: Design) -> int:
    """How many parts a design has."""
    return -(-design.lives // part_size(design))


def size(design: Design, number: int) -> int:
    """How many lives a part has."""
    return min(part_size(design), design.lives - number * part_size(design))


def part_size(design: Design) -> int:
    """How many lives the parts of a design have, but for the last one."""
    small = max(FEWEST_LIVES, design.lives // FEW_PARTS)
    return max(min(LIVES_PER_PART, small), -(-design.lives // MOST_PARTS))


def live_part(part: Part) -> dict[str, bytes]:
    """Live the lives of a part: what a worker does. A life that fails is recorded with its error.

    Returns:
        Parquet files by the name of their table.

    Raises:
        RunError: this worker has other versions than whoever sent the part; its numbers could differ.
    """
    import pyarrow as pa

    for name, wanted in part.versions.items():
        if version_of(name) != wanted:
            message = f"a worker has {name} {version_of(name)}, this machine {wanted}"
            raise RunError(message, field="cluster", hint="Install the same versions everywhere.")
    outcomes, months = [], []
    for point, values, replications in part.runs:
        scenario = part.base.with_changes(given_values(values))
        lives, errors = _live(scenario, part.seed, replications)
        kept = None if lives is None else Ensemble(scenario, part.seed, lives)
        outcomes.append(_outcomes(point, values, replications, errors, kept))
        if part.monthly and kept is not None:
            months.append(_monthly(point, kept))
    tables = {OUTCOMES: parquet(pa.concat_tables(outcomes, promote_options="permissive"))}
    if part.monthly:
        tables[MONTHLY] = parquet(pa.concat_tables(months) if months else pa.table({}))
    return tables


def _live(scenario: Scenario, seed: int, replications: tuple[int, ...]) -> tuple[Lives | None, dict[int, str]]:
    """The lives that went well, and the errors of the others."""
    from simkit.model.simulation import simulate_life  # SimPy is for those who simulate

    room, errors = Room(len(replications)), {}
    for replication in replications:
        try:
            room.add(simulate_life(scenario, seed, replication))
        except SimkitError as error:
            errors[replication] = str(error)
        except Exception as error:  # a fault of ours; it must not cost the user the rest of the sweep
            errors[replication] = f"{type(error).__name__}: {error}"
    return (room.lives() if len(errors) < len(replications) else None), errors


def _outcomes(
    point: int,
    values: dict[str, Value | None],
    replications: tuple[int, ...],
    errors: dict[int, str],
    kept: Ensemble | None,
) -> pa.Table:
    """One row a life; what a failed life does not have is missing, and so is what did not happen."""
    import pyarrow as pa

    number = len(replications)
    columns: dict[str, Any] = {
        "point": column(np.full(number, point, dtype=np.int32)),
        "replication": column(np.array(replications, dtype=np.int32)),
        **{path: given([value] * number, declaration(path).integer) for path, value in values.items()},
        "error": words([errors.get(replication) for replication in replications]),
    }
    if kept is not None:
        failed = np.array([replication in errors for replication in replications])
        columns |= {name: _placed(found, failed) for name, found in _columns(kept)}
    return pa.table(columns)


def _columns(ensemble: Ensemble) -> Iterator[tuple[str, NDArray[Any]]]:
    for path, drawn in zip(ensemble.lives.drawn_paths, ensemble.lives.drawn.T, strict=True):
        yield f"draw.{path}", drawn
    known = outcome_columns(ensemble)
    del known["replication"]
    yield from known.items()
    for name in MEASURES:
        if name not in known:
            yield name, measure(ensemble, name)


def _placed(found: NDArray[Any], failed: NDArray[np.bool_]) -> pa.Array:
    """What the lives that went well have, in their rows."""
    placed = np.zeros(len(failed), dtype=found.dtype)
    placed[~failed] = found
    if found.dtype.kind == "U":
        return words([None if missing else text for text, missing in zip(placed.tolist(), failed, strict=True)])
    return column(placed, failed | np.isnan(placed))


def _monthly(point: int, kept: Ensemble) -> pa.Table:
    import pyarrow as pa

    lives, months = kept.lives.monthly.shape[:2]
    return pa.table(
        {
            "point": column(np.full(lives * months, point, dtype=np.int32)),
            "replication": column(np.repeat(kept.lives.replication, months).astype(np.int32)),
            "month": column(np.tile(np.arange(1, months + 1, dtype=np.int32), lives)),
            **{output: column(kept.values(output).ravel()) for output in OUTPUTS},
        }
    )
