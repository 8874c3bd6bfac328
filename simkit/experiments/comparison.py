"""Scenarios lived with the same luck, and what differs between them, life by life."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from simkit.errors import RunError, nearest
from simkit.experiments.attribution import Attribution, shapley
from simkit.experiments.levers import between, grouped, levers_between
from simkit.experiments.paired import amount, differences, holm, share, widest
from simkit.plateau import crossing_times
from simkit.run import Ensemble, Precision, Reached, check_measure, simulate
from simkit.run.drawing import presented
from simkit.run.lives import Floats
from simkit.run.precision import bounds, is_share
from simkit.run.replications import replication_numbers
from simkit.scenarios import Scenario
from simkit.statistics import Estimate, wilson

if TYPE_CHECKING:
    import pandas as pd

MONEY = frozenset({"total_margin", "net_margin", "total_cost", "cash_needed"})
OF_THE_LINE = ("crossed", "restricted_crossing", "restricted_repaid", "valley")
"""Beginnings of the names of outcomes that hold results against the expected line."""

Progress = Callable[[int, int], object]


@dataclass(frozen=True, eq=False, repr=False)
class Comparison:
    """Scenarios lived with the same luck, the first one the reference.

    Attributes:
        ensembles: by name, all with the same replications and seed.
        outcomes: what is compared.
        level: the confidence of each interval by itself.
        precision: what was asked with 'auto', or None.
    """

    ensembles: Mapping[str, Ensemble]
    outcomes: tuple[str, ...]
    level: float = 0.95
    precision: Precision | None = None

    @property
    def reference(self) -> str:
        """The name of the first scenario."""
        return next(iter(self.ensembles))

    @property
    def seed(self) -> int:
        """Of all luck and all draws."""
        return self.ensembles[self.reference].seed

    def __len__(self) -> int:
        return len(self.ensembles[self.reference])

    def __repr__(self) -> str:
        names = ", ".join(f"'{name}'" for name in self.ensembles)
        return f"<Comparison of {names}: {len(self)} lives each, seed {self.seed}>"

    def __str__(self) -> str:
        return f"{self!r}\n{self.differences.to_string(index=False)}"

    def _repr_html_(self) -> str:
        said = f"{len(self)} lives of each scenario with the same luck, seed {self.seed}, less '{self.reference}'"
        reached = "".join(f"<p>{escape(f'{name}: {found}')}</p>" for name, found in self.reached.items())
        table = self._differences.drop(columns=["reference", "level", "n"])
        words = "".join(f"<p>{escape(sentences)}</p>" for sentences in self.conclusions)
        return f"{words}<p>{escape(said)}</p>{reached}{table.to_html(index=False, float_format='{:,.4g}'.format)}"

    @property
    def conclusions(self) -> tuple[str, ...]:
        """What the lives tell of each scenario against the reference, in words, and what its cost leaves out."""
        said: tuple[str, ...] = presented("conclusions", "conclusions", self)
        return said

    def chart(self) -> Any:
        """The difference of each scenario from the reference in each outcome, as an Altair chart.

        Raises:
            RunError: Altair is not installed.
        """
        return presented("experiment_charts", "comparison_chart", self)

    @property
    def differences(self) -> pd.DataFrame:
        """Scenario less reference: one row an outcome and scenario.

        Columns: outcome, scenario, reference, mean_reference, mean, difference, low, high, level, p, adjusted_p, n.
        Amounts and months have the paired t interval, shares Newcombe's (`paired.amount` and `paired.share` say what
        stands in where all pairs are alike). Scenarios that run alike differ by 0, from 0 to 0. Each interval holds by
        itself; `adjusted_p` is corrected for all rows of the table (Holm).
        """
        return self._differences.copy()

    def between(self, first: str, second: str) -> pd.DataFrame:
        """The same table for `first` less `second`, corrected for its own rows.

        Raises:
            RunError: there is no such scenario.
        """
        return self._table(self._named(second), [self._named(first)])

    @cached_property
    def crossed_by(self) -> pd.DataFrame:
        """P(crossed by m) for every month and scenario, and its difference from the reference.

        Columns: scenario, month, share, low, high, difference, difference_low, difference_high, level, n. The intervals
        hold month by month (Wilson; Newcombe for the paired difference), not for all months at once.

        Raises:
            RunError: the scenarios' expected lines are of different metrics.
        """
        import pandas as pd

        check_comparable({name: e.scenario for name, e in self.ensembles.items()}, ["crossed"])
        months = np.arange(1, self.ensembles[self.reference].months + 1)
        crossed = {
            name: crossing_times(ensemble.plateau)[:, np.newaxis] <= months for name, ensemble in self.ensembles.items()
        }
        tables = []
        for name, lives in crossed.items():
            low, high = wilson(lives.mean(axis=0), len(self), self.level)
            pairs = [
                self._share(name, self.reference, ours, theirs)[0]
                for ours, theirs in zip(lives.T, crossed[self.reference].T, strict=True)
            ]
            columns = {
                "scenario": name,
                "month": months,
                "share": lives.mean(axis=0),
                "low": low,
                "high": high,
                "difference": [pair.value for pair in pairs],
                "difference_low": [pair.low for pair in pairs],
                "difference_high": [pair.high for pair in pairs],
                "level": self.level,
                "n": len(self),
            }
            tables.append(pd.DataFrame(columns))
        return pd.concat(tables, ignore_index=True)

    @property
    def reached(self) -> dict[str, Reached]:
        """What precision each difference has reached, by scenario; empty if none was asked for.

        A relative precision is a share of the reference's mean.
        """
        return {} if self.precision is None else reached(self.ensembles, self.precision)

    def why(
        self,
        name: str,
        outcome: str = "restricted_crossing_month",
        replications: int | Iterable[int] | None = None,
        workers: int | None = None,
        *,
        executor: Executor | None = None,
        progress: Progress | None = None,
    ) -> Attribution:
        """What each lever contributes to the difference between a scenario and the reference.

        All mixtures of the levers are lived with the same luck: 2^k scenarios for k levers, up to five of them. Of
        more, the levers of a group count as one; of more than seven groups the smallest do. What was lived is kept, so
        after an interrupt, and for another outcome of the comparison, the same call takes up where it was.

        Args:
            name: the scenario.
            outcome: a measure that every life has.
            replications: numbers, or n for 0 to n - 1; by default those of the comparison.
            workers, executor: as in `simulate`.
            progress: told how many lives are done, and how many there will be.

        Raises:
            RunError: no such scenario or outcome, or the two scenarios run alike.
            ParameterError: a mixture of the two scenarios that cannot be.
            Interrupted: by the user.
        """
        ours, theirs = (self.ensembles[self._named(n)].scenario for n in (name, self.reference))
        check_measure(outcome, theirs.parameters.horizon_months)
        check_comparable({self.reference: theirs, name: ours}, [outcome])
        numbers = self.ensembles[name].replications if replications is None else replication_numbers(replications)
        levers = grouped(levers_between(theirs, ours))
        if not levers:
            hint = f"Compare it with a scenario that differs from '{self.reference}'."
            raise RunError("runs like the reference, so there is nothing to attribute", field=name, hint=hint)
        mixtures = [
            between(theirs, ours, [lever for i, lever in enumerate(levers) if chosen >> i & 1])
            for chosen in range(2 ** len(levers))
        ]
        values = np.empty((len(mixtures), len(numbers)))
        for i, mixture in enumerate(mixtures):
            seen = shifted(progress, i * len(numbers), len(mixtures) * len(numbers))
            values[i] = self._lived(mixture, outcome, numbers, workers, executor, seen)
        most = widest(values[-1], values[0], bounds(outcome, theirs.parameters.horizon_months))
        return Attribution(name, self.reference, outcome, levers, shapley(values), most, self.level, self.seed)

    @cached_property
    def _differences(self) -> pd.DataFrame:
        return self._table(self.reference, [name for name in self.ensembles if name != self.reference])

    def _table(self, reference: str, names: Sequence[str]) -> pd.DataFrame:
        import pandas as pd

        rows = [self._row(outcome, name, reference) for outcome in self.outcomes for name in names]
        table = pd.DataFrame(rows)
        return table.assign(adjusted_p=holm(table["p"]))[[*table.columns.drop("n"), "adjusted_p", "n"]]

    def _row(self, outcome: str, name: str, reference: str) -> dict[str, Any]:
        changed, base = (self.ensembles[n].measure(outcome) for n in (name, reference))
        if is_share(outcome):
            found, p = self._share(name, reference, changed, base)
        elif self._twins(name, reference):
            found, p = self._nothing, 1.0
        else:
            most = widest(changed, base, bounds(outcome, self.ensembles[name].months))
            found, p = amount(differences(changed, base), most, self.level)
        return {
            "outcome": outcome,
            "scenario": name,
            "reference": reference,
            "mean_reference": float(base.mean()),
            "mean": float(changed.mean()),
            "difference": found.value,
            "low": math.nan if found.low is None else found.low,
            "high": math.nan if found.high is None else found.high,
            "level": self.level,
            "p": p,
            "n": len(self),
        }

    def _share(self, name: str, reference: str, changed: ArrayLike, base: ArrayLike) -> tuple[Estimate, float]:
        """The difference of two shares, and its p value."""
        return (self._nothing, 1.0) if self._twins(name, reference) else share(changed, base, self.level)

    @property
    def _nothing(self) -> Estimate:
        return Estimate(0.0, 0.0, 0.0, self.level, len(self), "no difference")

    def _twins(self, one: str, other: str) -> bool:
        """Whether two scenarios run alike: then nothing differs, in any life."""
        return self.ensembles[one].scenario == self.ensembles[other].scenario

    def _named(self, name: str) -> str:
        if name not in self.ensembles:
            hint = nearest(str(name), self.ensembles) or f"There are {', '.join(self.ensembles)}."
            raise RunError("is not in this comparison", field="scenario", value=name, hint=hint)
        return name

    @cached_property
    def _mixtures(self) -> dict[tuple[Scenario, tuple[int, ...]], dict[str, Floats]]:
        """Outcomes of scenarios between those compared, by scenario and replications."""
        return {}

    def _lived(
        self,
        scenario: Scenario,
        outcome: str,
        numbers: tuple[int, ...],
        workers: int | None,
        executor: Executor | None,
        progress: Progress | None,
    ) -> Floats:
        """An outcome in each life of a scenario, which is simulated if it has not been."""
        known = self._mixtures.setdefault((scenario, numbers), {})
        if outcome not in known:
            there = [e for e in self.ensembles.values() if e.scenario == scenario and e.replications == numbers]
            lives = (
                there[0]
                if there
                else simulate(scenario, numbers, self.seed, workers, executor=executor, progress=progress)
            )
            known.update({name: lives.measure(name) for name in {outcome, *self.outcomes}})
        return known[outcome]


def reached(ensembles: Mapping[str, Ensemble], precision: Precision) -> dict[str, Reached]:
    """What precision the difference of each scenario from the first one has reached; twins differ in nothing."""
    (_, reference), *others = ensembles.items()
    base = reference.measure(precision.outcome)
    ends = bounds(precision.outcome, reference.months)
    found = {}
    for name, ensemble in others:
        if ensemble.scenario == reference.scenario:
            continue
        changed = ensemble.measure(precision.outcome)
        most = widest(changed, base, ends)
        found[name] = precision.reached_by(differences(changed, base), (-most, most), base)
    return found


def check_comparable(scenarios: Mapping[str, Scenario], outcomes: Iterable[str]) -> None:
    """Refuse outcomes that do not mean the same in each scenario.

    Raises:
        RunError: other horizons, another currency of an amount of money, or another metric of the expected line.
    """
    (first, reference), *others = scenarios.items()
    for name, scenario in others:
        for outcome in outcomes:
            path = _unlike(reference, scenario, outcome)
            if path:
                message = (
                    f"{outcome} of '{name}' cannot be compared with that of '{first}', which has {reference[path]!r}"
                )
                left = "" if path == "horizon_months" else f" Or name other outcomes than {outcome}."
                raise RunError(message, field=path, value=scenario[path], hint=f"Give both the same {path}.{left}")


def comparable(scenarios: Mapping[str, Scenario], outcomes: Iterable[str]) -> tuple[str, ...]:
    """Those outcomes that mean the same in each scenario; the first one is the reference."""
    reference, *others = scenarios.values()
    return tuple(one for one in outcomes if not any(_unlike(reference, scenario, one) for scenario in others))


def _unlike(reference: Scenario, scenario: Scenario, outcome: str) -> str | None:
    """The path that makes an outcome of two scenarios incomparable."""
    paths = ["horizon_months"]
    if outcome in MONEY:
        paths.append("company.currency")
    if outcome.startswith(OF_THE_LINE):
        paths.append("expectation.metric")
        if outcome == "valley_area" and scenario["expectation.metric"] == "margin":
            paths.append("company.currency")
    return next((path for path in paths if reference[path] != scenario[path]), None)


def shifted(progress: Progress | None, done: int, total: int) -> Progress | None:
    """Progress of one part of a larger whole."""
    return None if progress is None else lambda lives, _: progress(done + lives, total)
