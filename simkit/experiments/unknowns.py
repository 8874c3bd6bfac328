"""What luck causes, and what not knowing the parameters causes: two kinds of uncertainty, told apart."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from simkit.errors import RunError
from simkit.experiments.compare import OUTCOMES
from simkit.experiments.comparison import shifted
from simkit.parameters.values import declaration
from simkit.run import Interrupted, check_measure, simulate
from simkit.run.lives import Floats
from simkit.run.precision import bounds
from simkit.run.replications import whole
from simkit.scenarios import Scenario
from simkit.statistics import agreed_ends, mean

if TYPE_CHECKING:
    import pandas as pd

_SOBOL, _BOOTSTRAP = 0x50B0, 0xB007  # keep these streams apart from those of luck and of draws
_RESAMPLES = 2000


@dataclass(frozen=True, slots=True)
class Parts:
    """An outcome's mean, and the two parts of its spread.

    Attributes:
        mean, low, high: over draws and luck, with its interval; nan where there is none.
        sd_luck: the standard deviation of lives of one draw, over all draws (root mean square).
        sd_not_knowing: that of the draws' true means.
        share: of the variance that not knowing causes; nan where nothing varies.
        share_low, share_high: its interval.
        floored: whether the variance of the draws' means came out below 0, and is given as 0.
    """

    mean: float
    low: float
    high: float
    sd_luck: float
    sd_not_knowing: float
    share: float
    share_low: float
    share_high: float
    floored: bool


@dataclass(frozen=True, eq=False, repr=False)
class Unknowns:
    """A scenario lived under many draws of what is uncertain, several times each.

    Attributes:
        scenario: the scenario, with what is uncertain about it.
        paths: the uncertain parameters.
        drawn: their values; shape (draws, paths).
        values: by outcome; shape (draws, replications).
        seed: of all luck and all draws.
        level: the confidence of each interval.
    """

    scenario: Scenario
    paths: tuple[str, ...]
    drawn: Floats
    values: Mapping[str, Floats]
    seed: int
    level: float = 0.95

    @cached_property
    def _parts(self) -> dict[str, Parts]:
        months = self.scenario.parameters.horizon_months
        return {
            outcome: decompose(values, bounds(outcome, months), self.level, self.seed)
            for outcome, values in self.values.items()
        }

    @property
    def table(self) -> pd.DataFrame:
        """outcome, mean, low, high, sd_luck, sd_not_knowing, share, share_low, share_high, floored, level, draws, n.

        `share` is that of not knowing in the variance of an outcome; what luck causes is the rest. `floored` says that
        the estimate of not knowing's variance was below 0, so that nothing of it can be told from luck. `n` is the
        number of replications of each draw. See `decompose`.
        """
        import pandas as pd

        rows = [{"outcome": outcome, **_row(parts)} for outcome, parts in self._parts.items()]
        return pd.DataFrame(rows).assign(level=self.level, draws=len(self.drawn), n=self.replications)

    @property
    def draws(self) -> pd.DataFrame:
        """draw, and a column for each uncertain parameter."""
        import pandas as pd

        table = pd.DataFrame(self.drawn, columns=list(self.paths))
        table.insert(0, "draw", np.arange(len(self.drawn)))
        return table

    @property
    def replications(self) -> int:
        """How often each draw was lived."""
        return int(next(iter(self.values.values())).shape[1])

    def __repr__(self) -> str:
        return (
            f"<Unknowns of '{self.scenario.name}': {len(self.paths)} uncertain parameters, {len(self.drawn)} draws, "
            f"{self.replications} lives each, seed {self.seed}>"
        )

    def __str__(self) -> str:
        return f"{self!r}\n{self.table.to_string(index=False)}"

    def _repr_html_(self) -> str:
        table = self.table.drop(columns=["level", "draws", "n"])
        return f"<p>{escape(repr(self)[1:-1])}</p>{table.to_html(index=False, float_format='{:,.4g}'.format)}"


class UnknownsInterrupted(Interrupted):
    """A nested design that was interrupted.

    Attributes:
        unknowns: of the draws that were done; None below two of them.
        ensemble: None.
        asked: how many lives were asked for.
    """

    def __init__(self, unknowns: Unknowns | None, asked: int) -> None:
        kept = 0 if unknowns is None else len(unknowns.drawn) * unknowns.replications
        RunError.__init__(self, f"interrupted; {kept} of {asked} lives were done and are kept")
        self.unknowns = unknowns
        self.ensemble = None
        self.asked = asked

    def __reduce__(self) -> tuple[Any, ...]:
        return UnknownsInterrupted, (self.unknowns, self.asked)


def separate(
    scenario: Scenario,
    draws: int = 64,
    replications: int = 8,
    seed: int = 1,
    workers: int | None = None,
    *,
    outcomes: Iterable[str] | None = None,
    level: float = 0.95,
    executor: Executor | None = None,
    progress: Callable[[int, int], object] | None = None,
) -> Unknowns:
    """Tell what luck causes from what not knowing causes: draws of what is uncertain, and within each of them lives.

    Draws come from a scrambled Sobol' sequence (Matousek 1998, doi:10.1006/jcom.1998.0489), a dimension for each range
    and one for the joint table; powers of two are balanced best. Each draw has luck of its own: with the same luck in
    all of them its part would cancel from the differences between draws, and be subtracted from them all the same.

    Args:
        scenario: with ranges or a joint table.
        draws: how many, 2 or more.
        replications: lives of each draw, 2 or more.
        seed: of all luck and all draws.
        workers, executor: as in `simulate`.
        outcomes: measures that every life has; those of `compare` by default.
        level: the confidence of each interval.
        progress: told how many lives are done, and how many there will be.

    Raises:
        RunError: nothing is uncertain, or arguments that cannot be.
        UnknownsInterrupted: by the user; it carries the draws that were done.
    """
    named = tuple(OUTCOMES if outcomes is None else dict.fromkeys(outcomes))
    _check(scenario, draws, replications, named, level)
    drawn = draw_values(scenario, draws, seed)
    paths = tuple(drawn[0])
    table = np.array([list(values.values()) for values in drawn])
    done: list[dict[str, Floats]] = []

    def unknowns() -> Unknowns:
        values = {outcome: np.stack([row[outcome] for row in done]) for outcome in named}
        return Unknowns(scenario, paths, table[: len(done)], values, seed, level)

    total = draws * replications
    try:
        for i, values in enumerate(drawn):
            numbers = range(i * replications, (i + 1) * replications)
            seen = shifted(progress, i * replications, total)
            certain = scenario.with_changes(values)
            lives = simulate(certain, numbers, seed, workers, executor=executor, progress=seen)
            done.append({outcome: lives.measure(outcome) for outcome in named})
    except (Interrupted, KeyboardInterrupt):
        raise UnknownsInterrupted(unknowns() if len(done) > 1 else None, total) from None
    return unknowns()


def draw_values(scenario: Scenario, draws: int, seed: int) -> list[dict[str, float]]:
    """Values of everything uncertain, by path, one dict a draw; a longer list begins with a shorter one."""
    from scipy.stats import qmc  # more than a second to import

    luck = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(_SOBOL,)))
    dimensions = len(scenario.ranges) + (scenario.joint is not None)
    points = qmc.Sobol(dimensions, rng=luck).random_base2(math.ceil(math.log2(draws)))[:draws]
    drawn = []
    for point in points.tolist():
        values = {path: r.quantile(u) for (path, r), u in zip(scenario.ranges, point, strict=False)}
        if scenario.joint is not None:
            values.update(scenario.joint.row(point[-1]))
        drawn.append({path: round(v) if declaration(path).integer else v for path, v in values.items()})
    return drawn


def decompose(values: ArrayLike, ends: tuple[float, float] | None = None, level: float = 0.95, seed: int = 1) -> Parts:
    """A one-way random-effects decomposition of draws and the lives within them.

    With MS_between and MS_within of the analysis of variance and r lives a draw, luck has the variance MS_within and
    not knowing (MS_between - MS_within)/r, both unbiased (Searle, Casella & McCulloch 1992, Variance components, 3.6,
    doi:10.1002/9780470316856), for draws that are independent; with Sobol' points the second is too large by up to
    1/(draws - 1) of itself. Below 0 it is given as 0, which `floored` says. The mean has the t interval of the draws'
    means, as if they were independent; more even draws usually know it better than that says. The share's interval is
    of percentiles over 2,000 resamples of draws (Efron 1979, doi:10.1214/aos/1176344552).

    Args:
        values: shape (draws, replications), two or more of each, the lives of all of them with their own luck.
        ends: the least and the largest value that a life can have: the interval of the mean stays within them, and
            has a width by them where all lives agree.
        level: the confidence of the intervals.
        seed: of the resamples.
    """
    x = np.asarray(values, dtype=float)
    draws, replications = x.shape
    means, within = x.mean(axis=1), x.var(axis=1, ddof=1)
    luck, raw = float(within.mean()), float(means.var(ddof=1) - within.mean() / replications)
    centre = mean(means, level=level)
    low, high = centre.low, centre.high
    if ends is not None and low is not None and high is not None:
        low, high = max(low, ends[0]), min(high, ends[1])  # a mean cannot lie outside either
    if np.ptp(x) == 0.0:
        low, high = agreed_ends(float(means[0]), ends, draws, level) if ends else (None, None)
    random = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(_BOOTSTRAP,)))
    chosen = random.integers(0, draws, (_RESAMPLES, draws))
    # Resampled means spread less than the means did, by (draws - 1)/draws.
    spread = means[chosen].var(axis=1, ddof=1) * draws / (draws - 1.0)
    resampled_luck = within[chosen].mean(axis=1)
    shares = _share(np.maximum(spread - resampled_luck / replications, 0.0), resampled_luck)
    known = shares[~np.isnan(shares)]
    edges = np.quantile(known, [0.5 - level / 2.0, 0.5 + level / 2.0]) if known.size else np.full(2, np.nan)
    unknown = max(raw, 0.0)
    return Parts(
        mean=float(means.mean()),
        low=math.nan if low is None else low,
        high=math.nan if high is None else high,
        sd_luck=math.sqrt(luck),
        sd_not_knowing=math.sqrt(unknown),
        share=float(_share(np.array(unknown), np.array(luck))),
        share_low=float(edges[0]),
        share_high=float(edges[1]),
        floored=raw < 0.0,
    )


def _share(unknown: Floats, luck: Floats) -> Floats:
    whole = unknown + luck
    shares: Floats = np.divide(unknown, whole, out=np.full(whole.shape, np.nan), where=whole > 0.0)
    return shares


def _row(parts: Parts) -> dict[str, Any]:
    return {name: getattr(parts, name) for name in Parts.__slots__}


def _check(scenario: Scenario, draws: int, replications: int, outcomes: tuple[str, ...], level: float) -> None:
    if not isinstance(scenario, Scenario):
        raise RunError("expected a scenario", field="scenario", value=scenario)
    if not scenario.uncertain:
        hint = "Give a parameter a range, in its file or with --set: market.drift={low=0.05, mode=0.1, high=0.3}."
        raise RunError("nothing about it is uncertain, so all that varies is luck", field="scenario", hint=hint)
    whole(draws, "draws", 2)
    whole(replications, "replications", 2)
    if not 0.0 < level < 1.0:
        raise RunError("must lie between 0 and 1", field="level", value=level)
    if not outcomes:
        raise RunError("at least one is needed", field="outcomes")
    for outcome in outcomes:
        check_measure(outcome, scenario.parameters.horizon_months)
