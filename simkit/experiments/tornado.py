"""Which values matter: each moved down and up by itself, the one that moves the outcome most first."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simkit.errors import RunError
from simkit.experiments.axes import SPAN, around, named_paths
from simkit.experiments.design import Design, given_values
from simkit.experiments.objectives import why_missing, with_measure
from simkit.experiments.paired import effect, holm
from simkit.experiments.sweep import Sweep, sweep
from simkit.parameters import Value
from simkit.parameters.values import check_value, declaration, value_at
from simkit.run.drawing import presented
from simkit.run.measures import check_measure
from simkit.run.replications import whole
from simkit.scenarios import Scenario

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Tornado:
    """How far each value, moved by itself, moves an outcome.

    Attributes:
        sweep: the lives; its first point is the scenario as it is.
        outcome: a measure that every life has.
        level: the confidence of each interval.
    """

    sweep: Sweep
    outcome: str
    level: float = 0.95

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row a value and end; values that move the outcome most come first.

        Columns: path, from, to, effect, low, high, level, p, adjusted_p, n, assumed. Effects are paired with the
        scenario as it is; `adjusted_p` is corrected for all rows (Holm); `assumed` values have no source. A value that
        is uncertain in the scenario is moved to the ends of its range, and has no `from`.
        """
        import pandas as pd

        design, months = self.sweep.design, self.sweep.design.base.parameters.horizon_months
        every = with_measure(self.sweep.outcomes, self.outcome, months)
        lives = every.pivot_table(self.outcome, "replication", "point", dropna=False)
        rows = []
        for point in range(1, len(design.points)):
            [(path, to)] = given_values(design.row(point)).items()
            pairs = lives[[point, 0]].dropna()
            changed, base = pairs[point].to_numpy(), pairs[0].to_numpy()
            found, p = effect(self.outcome, changed, base, months, self.level)
            rows.append(
                {
                    "path": path,
                    "from": _now(design.base, path),
                    "to": to,
                    "effect": found.value,
                    "low": found.low,
                    "high": found.high,
                    "level": self.level,
                    "p": p,
                    "n": len(pairs),
                    "assumed": declaration(path).assumed,
                }
            )
        table = pd.DataFrame(rows)
        for end in ("from", "to"):  # whole numbers stay whole beside others
            table[end] = pd.Series([row[end] for row in rows], dtype=object)
        table.insert(8, "adjusted_p", holm(table["p"]))
        swing = table["effect"].abs().groupby(table["path"]).transform("max")
        return table.loc[swing.sort_values(ascending=False, kind="stable").index].reset_index(drop=True)

    @property
    def to_measure(self) -> pd.DataFrame:
        """What to go and measure: values without a source that move the outcome, the one that moves it most first.

        Columns: path, meaning, value, effect (the larger of both ends), low, high, adjusted_p, source (why it was
        assumed). A value is on the list where its effect is clear of luck (`adjusted_p` below 1 - level).
        """
        rows = self.table[self.table["assumed"] & (self.table["adjusted_p"] < 1.0 - self.level)]
        rows = rows.assign(size=rows["effect"].abs()).sort_values("size", ascending=False, kind="stable")
        rows = rows.drop_duplicates("path").rename(columns={"from": "value"})
        return described(rows[["path", "value", "effect", "low", "high", "adjusted_p"]])

    def chart(self, most: int = 15) -> Any:
        """A bar for each end of the values that move the outcome most, as an Altair chart.

        Args:
            most: how many values.

        Raises:
            RunError: Altair is not installed.
        """
        return presented("sensitivity_charts", "tornado_chart", self, most)

    def _repr_html_(self) -> str:
        table = self.table.drop(columns=["level", "p", "n"]).to_html(index=False, float_format="{:,.4g}".format)
        return f"<p>{escape(repr(self)[1:-1])}</p>{table}"

    def __repr__(self) -> str:
        design = self.sweep.design
        return (
            f"<Tornado of {self.outcome} of '{design.base.name}': {len(design.paths)} values, "
            f"{design.replications} lives each, seed {design.seed}>"
        )

    def __str__(self) -> str:
        return f"{self!r}\n{self.table.to_string(index=False)}"


def described(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows about values without a source, with what each of them means and why it was assumed."""
    table = rows.reset_index(drop=True)
    table.insert(1, "meaning", [declaration(path).label for path in table["path"]])
    return table.assign(source=[declaration(path).source for path in table["path"]])


def tornado(
    scenario: Scenario,
    paths: Iterable[str] | None = None,
    outcome: str = "restricted_crossing_month",
    replications: int = 60,
    seed: int = 1,
    out: str | Path | None = None,
    *,
    span: float = SPAN,
    resume: bool = False,
    workers: int | None = None,
    executor: Executor | None = None,
    cluster: str | None = None,
    progress: Callable[[int, int], object] | None = None,
) -> Tornado:
    """Move each value of a scenario down and up by itself, and see how far the outcome moves.

    A value that is uncertain in the scenario is moved to the ends of its range, any other by a share of itself, as far
    as its bounds let it; one that is 0 goes up by its declared step, or stays where it has none.

    Args:
        scenario: what is moved from.
        paths: what is moved: paths, groups such as 'process', or 'levers', 'uncertainties' and 'assumptions' (values
            without a source); by default every number but the horizon.
        outcome: a measure that every life has.
        replications: lives at each end; all share the seed, so they pair up.
        seed: of all luck.
        out, resume, workers, executor, cluster, progress: as in `sweep`.
        span: the share.

    Raises:
        ParameterError: there is no such path, or it is no number.
        RunError: arguments that cannot be; nothing can be moved.
        StoreError, SweepInterrupted: as `sweep`.
    """
    check_measure(outcome, scenario.parameters.horizon_months)
    if not 0.0 < span < 1.0:
        raise RunError("expected a share between 0 and 1", field="span", value=span)
    named = named_paths(["everything"] if paths is None else paths)
    moved = {path: ends for path in named if (ends := _ends(scenario, path, span))}
    if not moved:
        raise RunError("nothing can be moved", field="paths", hint="Name numbers that are not 0.")
    rows: list[tuple[Value | None, ...]] = [(None,) * len(moved)]
    for i, ends in enumerate(moved.values()):
        rows += [(*[None] * i, end, *[None] * (len(moved) - i - 1)) for end in ends]
    design = Design(scenario, tuple(moved), tuple(rows), whole(replications, "replications", 2), seed, "tornado")
    lives = sweep(
        design, out=out, resume=resume, workers=workers, executor=executor, cluster=cluster, progress=progress
    )
    _check_lived(lives, outcome)
    return Tornado(lives, outcome)


def _check_lived(lives: Sweep, outcome: str) -> None:
    """Refuse a point of which no life has the outcome: it has no effect."""
    design = lives.design
    every = with_measure(lives.outcomes, outcome, design.base.parameters.horizon_months)
    known = every.groupby("point")[outcome].count()
    for point in known.index[known == 0]:
        [(path, to)] = given_values(design.row(int(point))).items() or [("scenario", design.base.name)]
        message = f"no life there has the outcome {outcome}"
        raise RunError(message, field=path, value=to, hint=why_missing(every[every["point"] == point]))


def _ends(scenario: Scenario, path: str, span: float) -> tuple[Value, ...]:
    """Where a value is moved to: but for its range, the ends at which it is not already."""
    ends = tuple(check_value(path, end) for end in around(scenario, path, span))
    return ends if path in dict(scenario.ranges) else tuple(end for end in ends if end != scenario[path])


def _now(scenario: Scenario, path: str) -> Value | None:
    return None if path in dict(scenario.ranges) else value_at(scenario.parameters, path)
