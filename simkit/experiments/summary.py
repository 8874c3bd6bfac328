"""What a sweep comes to, point by point."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from simkit.errors import RunError, nearest
from simkit.experiments.design import Design
from simkit.run.measures import MEASURES
from simkit.run.precision import bounds, is_share
from simkit.statistics import unseen, wilson

if TYPE_CHECKING:
    import pandas as pd


def summarised(design: Design) -> tuple[str, ...]:
    """The outcomes of a summary: every measure, and crossed_by_12, crossed_by_24, ... before the horizon."""
    horizon = design.base.parameters.horizon_months
    return (*MEASURES, *(f"crossed_by_{month}" for month in range(12, horizon, 12)))


def check_summarised(design: Design, outcomes: Iterable[str]) -> None:
    """Refuse outcomes that are not in the summary of a design.

    Raises:
        RunError: there is no such outcome; the message names the nearest.
    """
    known = summarised(design)
    for outcome in outcomes:
        if outcome not in known:
            hint = nearest(outcome, known) or f"There are {', '.join(known)}."
            raise RunError("is not in the summary", field="outcome", value=outcome, hint=hint)


def summarise(design: Design, outcomes: pd.DataFrame, level: float = 0.95) -> pd.DataFrame:
    """One row a point and measure: the point's values, mean, low, high, level, n, failed.

    Amounts have Student's t interval of the mean, shares Wilson's; one life gives no interval. Months that are the same
    in all lives have that of `statistics.agreed_ends`. `n` lives went well,
    and where some of them lack the measure (a return without a cost) it has no mean.

    Args:
        design: what was asked for.
        outcomes: one row a life.
        level: the confidence of each interval.
    """
    import pandas as pd
    from scipy.special import stdtrit

    columns = dict.fromkeys((*outcomes.columns, *MEASURES, "crossing_month"))  # where all lives failed there are none
    outcomes = outcomes.reindex(columns=list(columns))
    outcomes = outcomes.assign(**_crossed_by(design, outcomes))
    measures = list(summarised(design))
    groups = outcomes.groupby("point", sort=True)
    failed = outcomes["error"].notna().groupby(outcomes["point"]).sum()
    well = groups.size() - failed
    means, n = groups[measures].mean(), groups[measures].count()
    deviations = outcomes[measures].astype(float).groupby(outcomes["point"]).std()
    tables = []
    for name in measures:
        mean, number = means[name].astype(float).where(n[name] == well), well
        if is_share(name):
            low, high = wilson(mean, number.where(number > 0), level)
        else:
            half = stdtrit(number - 1.0, 0.5 + level / 2.0) * deviations[name] / np.sqrt(number)
            low, high = mean - half, mean + half
            ends = bounds(name, design.base.parameters.horizon_months)
            if ends is not None:  # lives that all agree are no certainty
                agreed = unseen(number.clip(lower=1), level) * (deviations[name] == 0.0)
                low = (low - agreed * (mean - ends[0])).clip(lower=ends[0])
                high = (high + agreed * (ends[1] - mean)).clip(upper=ends[1])
        table = pd.DataFrame({"point": mean.index, "outcome": name, "mean": mean, "low": low, "high": high})
        tables.append(table.assign(level=level, n=number, failed=failed))
    points = pd.DataFrame(design.points, columns=list(design.paths)).rename_axis("point").reset_index()
    stacked = pd.concat(tables, ignore_index=True).sort_values("point", kind="stable", ignore_index=True)
    return points.merge(stacked, on="point")


def _crossed_by(design: Design, outcomes: pd.DataFrame) -> dict[str, pd.Series[float]]:
    """Whether each life has crossed by some months; one that was never below the line has no month and has from the
    start, one that failed has no value."""
    well, month = outcomes["error"].isna(), outcomes["crossing_month"]
    crossed = outcomes["crossed"].eq(True)
    return {
        name: (crossed & ~(month > int(name.rpartition("_")[2]))).astype(float).where(well)
        for name in summarised(design)[len(MEASURES) :]
    }
