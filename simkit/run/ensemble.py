"""Many lives of one scenario, and what came of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from simkit.errors import RunError, nearest
from simkit.model.recorder import MONTHLY
from simkit.plateau import Crossing, Returns
from simkit.run import results, tables
from simkit.run.crossing import CrossingTime, crossing_time
from simkit.run.drawing import presented
from simkit.run.lives import Floats, Lives
from simkit.run.measures import measure
from simkit.run.provenance import Provenance, provenance_of
from simkit.run.summary import Summary, summarise
from simkit.scenarios import Scenario
from simkit.statistics import effective_sample_size

if TYPE_CHECKING:
    import pandas as pd

    from simkit.observed import Observed


@dataclass(frozen=True, eq=False, repr=False)
class Ensemble:
    """Lives of one scenario under one seed. It never changes; `extend` and `weighted` make others.

    Tables are made when they are first asked for. What a caller does to a table stays with the caller.

    Attributes:
        scenario: what was simulated.
        seed: of all luck and all draws.
        lives: the arrays, in the order of the replication numbers.
        draw: the draw of uncertain values that all lives share; None where life i has draw i.
        weights: how much each life counts in every statistic, with sum 1; None where all count alike.
        caution: what stands against believing the weights, in words; '' if nothing does.
    """

    scenario: Scenario
    seed: int
    lives: Lives
    draw: int | None = None
    weights: Floats | None = None
    caution: str = ""

    def __post_init__(self) -> None:
        if self.weights is not None:
            self.weights.flags.writeable = False

    def __len__(self) -> int:
        return len(self.lives)

    def __repr__(self) -> str:
        worth = "" if self.weights is None else f", worth {self.effective_sample_size:.3g} equal ones"
        return f"<Ensemble of '{self.scenario.name}': {len(self)} lives{worth}, {self.months} months, seed {self.seed}>"

    def __str__(self) -> str:
        return f"{self!r}\n{self.crossing}"

    def _repr_html_(self) -> str:
        table = tables.figures(self.summary).to_html(index=False, float_format="{:,.4g}".format, na_rep="")
        return f"<p>{escape(repr(self)[1:-1])}</p>{self.crossing._repr_html_()}{table}"

    def chart(self, observed: Observed | None = None) -> Any:
        """The expected line, the median and the band of lives, the valley and the crossing, as an Altair chart.

        Args:
            observed: months that a company has seen, to show beside them.

        Raises:
            RunError: Altair is not installed.
        """
        return presented("charts", "trajectory_chart", self, observed)

    def __reduce__(self) -> tuple[Any, ...]:
        # Tables are made again where they are needed.
        return Ensemble, (self.scenario, self.seed, self.lives, self.draw, self.weights, self.caution)

    @property
    def replications(self) -> tuple[int, ...]:
        """The numbers of the lives, rising."""
        return tuple(self.lives.replication.tolist())

    @property
    def months(self) -> int:
        """The horizon."""
        return int(self.lives.monthly.shape[1])

    @property
    def effective_sample_size(self) -> float:
        """How many equally weighted lives these are worth (Kish)."""
        return float(len(self)) if self.weights is None else effective_sample_size(self.weights)

    def values(self, output: str) -> Floats:
        """One monthly output; shape (lives, months).

        Raises:
            RunError: there is no such output.
        """
        if output not in MONTHLY:
            hint = nearest(output, MONTHLY) or f"There are {', '.join(MONTHLY)}."
            raise RunError("is no monthly output", field="output", value=output, hint=hint)
        return results.output(self.lives, output)

    def measure(self, name: str) -> Floats:
        """One number a life; shape (lives,).

        Args:
            name: crossed, abandoned, crossed_by_24 or any other month (0 or 1); restricted_crossing_month,
                restricted_break_even_month, restricted_repaid_month (months, the horizon where it did not happen);
                valley_depth, roi (shares); valley_area (in the unit of the expected metric); total_margin, total_cost,
                net_margin, cash_needed (money).

        Raises:
            RunError: there is no such measure, or it may be missing; the message says what to use instead.
        """
        return measure(self, name)

    @property
    def monthly(self) -> pd.DataFrame:
        """replication, month, and the monthly outputs."""
        return self._table(tables.monthly)

    @property
    def channels(self) -> pd.DataFrame:
        """replication, month, channel of origin, leads, customers, margin."""
        return self._table(tables.channels)

    @property
    def roles(self) -> pd.DataFrame:
        """replication, month, role, utilisation, waiting_days, queue."""
        return self._table(tables.roles)

    @property
    def items(self) -> pd.DataFrame:
        """replication, and what was recorded of each item.

        Raises:
            RunError: items were not recorded.
        """
        return self._table(tables.items)

    @property
    def draws(self) -> pd.DataFrame:
        """replication, and a column for each parameter that was drawn."""
        return self._table(tables.draws)

    @property
    def outcomes(self) -> pd.DataFrame:
        """One row a replication: outcome, months of crossing and return, valley, money; also against the first E."""
        return self._table(tables.outcomes)

    @cached_property
    def plateau(self) -> Crossing:
        """Valley, crossing and outcome of each life, as arrays."""
        return results.crossing(self.scenario, self.lives)

    @cached_property
    def plateau_first_expectation(self) -> Crossing:
        """The same against the first expectation, without dated changes and resets."""
        return results.crossing(self.scenario, self.lives, first_expectation=True)

    @cached_property
    def returns(self) -> Returns:
        """What each life earned and cost, as arrays."""
        return results.returns(self.scenario, self.lives)

    @cached_property
    def crossing(self) -> CrossingTime:
        """P(crossed by m), median or 'not reached', restricted mean, each with its interval."""
        return crossing_time(self.plateau, self.months, self.seed, self.weights, self.caution)

    @cached_property
    def summary(self) -> Summary:
        """The headline figures, each with what its ends mean."""
        return summarise(self)

    @cached_property
    def provenance(self) -> Provenance:
        """Seed, replications, versions and the whole scenario."""
        effective = None if self.weights is None else self.effective_sample_size
        return provenance_of(self.scenario, self.seed, self.draw, self.lives, effective)

    def extend(
        self,
        replications: int | Iterable[int],
        workers: int | None = None,
        *,
        executor: Executor | None = None,
        progress: Callable[[int, int], object] | None = None,
    ) -> Ensemble:
        """The ensemble with more replications, as if all had been simulated at once.

        Args:
            replications: numbers, or n for 0 to n - 1. Those that are already here are not computed again.
            workers, executor, progress: as in `simulate`.

        Raises:
            RunError: bad numbers, or an ensemble with weights, which say nothing of new lives.
            Interrupted: with what there was and what was added.
        """
        # Simulating makes ensembles, so it cannot be imported before them.
        from simkit.run.replications import Interrupted, replication_numbers, simulate

        if self.weights is not None:
            raise RunError("a weighted ensemble cannot grow", field="weights", hint="Extend first, then condition.")
        new = sorted(set(replication_numbers(replications)) - set(self.replications))
        if not new:
            return self
        try:
            more = simulate(
                self.scenario,
                new,
                self.seed,
                workers,
                draw=self.draw,
                record_items=self.lives.items is not None,
                executor=executor,
                progress=progress,
            )
        except Interrupted as stop:
            kept = self if stop.ensemble is None else self._with(self.lives.joined(stop.ensemble.lives))
            raise Interrupted(kept, len(self) + len(new)) from None
        return self._with(self.lives.joined(more.lives))

    def first(self, count: int) -> Ensemble:
        """The lives with the lowest numbers, to compare with an ensemble that has no more.

        Raises:
            RunError: fewer than one, or an ensemble with weights, which are those of all lives together.
        """
        if self.weights is not None:
            raise RunError("a weighted ensemble cannot be cut", field="weights")
        if count < 1:
            raise RunError("at least one is needed", field="count", value=count)
        return self if count >= len(self) else self._with(self.lives.first(count))

    def weighted(self, weights: ArrayLike, caution: str = "") -> Ensemble:
        """The same lives, each counted with a weight.

        Args:
            weights: not negative, not all zero; shape (lives,). They are scaled to the sum 1.
            caution: what stands against believing them, in words.

        Raises:
            RunError: weights that cannot be.
        """
        given = np.asarray(weights, dtype=float)
        if given.shape != (len(self),):
            raise RunError(f"one weight per life is needed, not an array of shape {given.shape}", field="weights")
        effective_sample_size(given)  # refuses what is negative, missing or all zero
        return Ensemble(self.scenario, self.seed, self.lives, self.draw, given / given.sum(), caution)

    def _with(self, lives: Lives) -> Ensemble:
        return Ensemble(self.scenario, self.seed, lives, self.draw)

    @cached_property
    def _tables(self) -> dict[Callable[[Ensemble], pd.DataFrame], pd.DataFrame]:
        return {}

    def _table(self, make: Callable[[Ensemble], pd.DataFrame]) -> pd.DataFrame:
        if make not in self._tables:
            self._tables[make] = make(self)
        return self._tables[make].copy(deep=False)  # copied on write, by whoever writes
