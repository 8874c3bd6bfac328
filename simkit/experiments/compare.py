"""Comparing scenarios life by life: they share their luck, so what differs is what was changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Executor
from typing import Any, Literal

from simkit.errors import RunError
from simkit.experiments.attribution import Attribution
from simkit.experiments.comparison import Comparison, check_comparable, reached, shifted
from simkit.run import Ensemble, Interrupted, Precision, check_measure, simulate
from simkit.run.replications import check_precision, replication_numbers
from simkit.scenarios import Scenario, load_scenario

__all__ = ["Attribution", "Comparison", "ComparisonInterrupted", "compare"]

OUTCOMES = (
    "total_margin",
    "net_margin",
    "total_cost",
    "cash_needed",
    "valley_depth",
    "restricted_crossing_month",
    "crossed",
)
"""Compared unless others are named, beside crossed_by_12, crossed_by_24, ... before the horizon."""

_LEAST_ROUND = 50


class ComparisonInterrupted(Interrupted):
    """A comparison that was interrupted.

    Attributes:
        comparison: of the lives that all scenarios have had; None if there are none.
        ensembles: everything that was lived, by scenario; some may have more lives than others.
        ensemble: that of the reference, or None.
        asked: how many lives of all scenarios were asked for.
    """

    def __init__(self, comparison: Comparison | None, ensembles: Mapping[str, Ensemble], asked: int) -> None:
        lives = sum(len(ensemble) for ensemble in ensembles.values())
        paired = 0 if comparison is None else len(comparison)
        RunError.__init__(
            self,
            f"interrupted; {lives} of {asked} lives were done and are kept, {paired} of each scenario are compared",
        )
        self.comparison = comparison
        self.ensembles = dict(ensembles)
        self.ensemble = next(iter(ensembles.values()), None)
        self.asked = asked

    def __reduce__(self) -> tuple[Any, ...]:
        return ComparisonInterrupted, (self.comparison, self.ensembles, self.asked)


def compare(
    scenarios: Mapping[str, Scenario | str],
    replications: int | Iterable[int] | Literal["auto"] = 100,
    seed: int = 1,
    workers: int | None = None,
    *,
    outcomes: Iterable[str] | None = None,
    level: float = 0.95,
    precision: Precision | None = None,
    executor: Executor | None = None,
    progress: Callable[[int, int], object] | None = None,
) -> Comparison:
    """Live scenarios with the same luck and the same draws, and compare them pair by pair.

    Args:
        scenarios: two or more by name, or names of shipped ones and files; the first is the reference.
        replications: numbers, or n for 0 to n - 1; 'auto' until the difference of each scenario from the reference is
            as precise as asked, or the budget is used.
        seed: of all luck and all draws.
        workers, executor: as in `simulate`.
        outcomes: measures that every life has; `OUTCOMES` and crossed_by_12, ... by default.
        level: the confidence of each interval.
        precision: with 'auto' only; it is of the difference, and a relative one is a share of the reference's mean.
        progress: told how many lives of all scenarios are done, and how many there will be.

    Raises:
        RunError: arguments that cannot be, or outcomes that do not mean the same in each scenario; as `simulate`.
        ScenarioError: no such scenario.
        ComparisonInterrupted: by the user; it carries what was done.
    """
    given = _scenarios(scenarios)
    compared = _outcomes(given, outcomes)
    if not 0.0 < level < 1.0:
        raise RunError("must lie between 0 and 1", field="level", value=level)
    check_precision(precision, replications)
    if precision is None:
        numbers = replication_numbers(replications)  # type: ignore[arg-type]  # 'auto' has been dealt with
    else:
        _outcomes(given, [precision.outcome])
        numbers = tuple(range(precision.least))
    done: dict[str, Ensemble] = {}
    now: dict[str, Ensemble] = {}

    def live(name: str, numbers: tuple[int, ...], asked: int) -> Ensemble:
        seen = shifted(progress, sum(len(ensemble) for ensemble in now.values()), asked)
        if name in now:
            return now[name].extend(numbers, workers, executor=executor, progress=seen)
        return simulate(given[name], numbers, seed, workers, executor=executor, progress=seen)

    try:
        while len(done.get(next(iter(given)), ())) < len(numbers):
            for part in _rounds(numbers, done):
                for name in given:
                    now[name] = live(name, part, len(numbers) * len(given))
                done = dict(now)
            if precision is not None:
                wanted = [found.wanted for found in reached(done, precision).values()]
                numbers = tuple(range(max(wanted, default=len(numbers))))
    except (Interrupted, KeyboardInterrupt) as stop:
        if isinstance(stop, Interrupted) and stop.ensemble is not None:
            now[name] = stop.ensemble
        lives = min(len(now.get(name, ())) for name in given)
        paired = {name: now[name].first(lives) for name in given} if lives else {}
        comparison = Comparison(paired, compared, level, precision) if paired else None
        raise ComparisonInterrupted(comparison, now, len(numbers) * len(given)) from None
    return Comparison(done, compared, level, precision)


def _rounds(numbers: tuple[int, ...], done: Mapping[str, Ensemble]) -> Iterator[tuple[int, ...]]:
    """Replications to reach, twice as many each time, so that an interrupt leaves lives of all scenarios to compare."""
    reach = max(_LEAST_ROUND, 2 * len(next(iter(done.values()), ())))
    while reach < len(numbers):
        yield numbers[:reach]
        reach *= 2
    yield numbers


def _scenarios(given: Mapping[str, Scenario | str]) -> dict[str, Scenario]:
    if not isinstance(given, Mapping) or len(given) < 2:  # type: ignore[redundant-expr]  # no checker in a notebook
        hint = 'For example {"today": a, "integrated": b}; the first is the reference.'
        raise RunError("expected two or more scenarios by name", field="scenarios", hint=hint)
    return {str(name): load_scenario(one) if isinstance(one, str) else one for name, one in given.items()}


def _outcomes(scenarios: Mapping[str, Scenario], named: Iterable[str] | None) -> tuple[str, ...]:
    """The outcomes to compare, after a look at whether they can be."""
    for name, scenario in scenarios.items():
        if not isinstance(scenario, Scenario):
            raise RunError("expected a scenario or the name of one", field=f"scenarios.{name}", value=scenario)
    horizon = next(iter(scenarios.values())).parameters.horizon_months
    if named is None:
        named = (*OUTCOMES, *(f"crossed_by_{month}" for month in range(12, horizon, 12)))
    outcomes = (named,) if isinstance(named, str) else tuple(dict.fromkeys(named))
    if not outcomes:
        raise RunError("at least one is needed", field="outcomes")
    for outcome in outcomes:
        check_measure(outcome, horizon)
    check_comparable(scenarios, outcomes)
    return outcomes
