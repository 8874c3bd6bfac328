"""Tidy tables of an ensemble: one row an observation, one column a variable. A missing month did not happen."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from simkit.errors import RunError
from simkit.model.recorder import MONTHLY, ORIGIN_OUTPUTS, ORIGINS, ROLE_OUTPUTS, ROLES
from simkit.run.lives import Floats, Lives
from simkit.run.summary import Amount, Summary

# pandas takes a third of a second to import: only those who ask for a table wait for it.
if TYPE_CHECKING:
    import pandas as pd

    from simkit.run.ensemble import Ensemble


def monthly(ensemble: Ensemble) -> pd.DataFrame:
    """One row a replication and month."""
    return _stacked(ensemble.lives, ensemble.lives.monthly, MONTHLY)


def channels(ensemble: Ensemble) -> pd.DataFrame:
    """One row a replication, month and channel of origin."""
    return _stacked(ensemble.lives, ensemble.lives.channels, ORIGIN_OUTPUTS, channel=ORIGINS)


def roles(ensemble: Ensemble) -> pd.DataFrame:
    """One row a replication, month and role."""
    return _stacked(ensemble.lives, ensemble.lives.roles, ROLE_OUTPUTS, role=ROLES)


def items(ensemble: Ensemble) -> pd.DataFrame:
    """One row an item.

    Raises:
        RunError: items were not recorded.
    """
    import pandas as pd

    lives = ensemble.lives
    if lives.items is None:
        raise RunError("were not recorded", field="items", hint="Simulate with record_items=True.")
    table = pd.DataFrame(np.concatenate(lives.items))
    table.insert(0, "replication", np.repeat(lives.replication, [len(record) for record in lives.items]))
    return table


def draws(ensemble: Ensemble) -> pd.DataFrame:
    """One row a replication, one column a parameter that was drawn."""
    import pandas as pd

    table = pd.DataFrame(ensemble.lives.drawn, columns=list(ensemble.lives.drawn_paths))
    table.insert(0, "replication", ensemble.lives.replication)
    return table


def outcomes(ensemble: Ensemble) -> pd.DataFrame:
    """One row a replication, columns as in `outcome_columns`."""
    import pandas as pd

    return pd.DataFrame(outcome_columns(ensemble))


def outcome_columns(ensemble: Ensemble) -> dict[str, NDArray[Any]]:
    """What came of each life, by name; a column ``weight`` if there are weights.

    Columns that end in ``_first_expectation`` are held against the expectation as it was at first.
    """
    met, first, money = ensemble.plateau, ensemble.plateau_first_expectation, ensemble.returns
    columns: dict[str, NDArray[Any]] = {
        "replication": ensemble.lives.replication,
        "starting_level": ensemble.lives.starting_level,
        "starting_margin": ensemble.lives.starting_margin,
        "outcome": met.outcome,
        "crossed": met.crossed,
        "crossing_month": met.crossing_month,
        "repaid_month": met.repaid_month,
        "break_even_month": money.break_even_month,
        "stopped_month": met.stopped_month,
        "relapsed": met.relapsed,
        "valley_depth": met.valley_depth,
        "valley_area": met.valley_area,
        "total_margin": money.total_margin,
        "total_cost": money.total_cost,
        "roi": money.roi,
        "payback_months": money.payback_months,
        "cash_needed": money.cash_needed,
        "outcome_first_expectation": first.outcome,
        "crossed_first_expectation": first.crossed,
        "crossing_month_first_expectation": first.crossing_month,
    }
    if ensemble.weights is not None:
        columns["weight"] = ensemble.weights
    return columns


def _stacked(lives: Lives, values: Floats, outputs: tuple[str, ...], **inner: tuple[str, ...]) -> pd.DataFrame:
    """Rows by replication, month and, where there is one, the inner index."""
    import pandas as pd

    table = pd.DataFrame(values.reshape(-1, len(outputs)), columns=list(outputs))
    count, months = values.shape[:2]
    width = values[0, 0].size // len(outputs)
    for name, labels in inner.items():
        codes: NDArray[np.int64] = np.tile(np.arange(width), count * months)
        table.insert(0, name, pd.Series(pd.Categorical.from_codes(codes, categories=pd.Index(labels))))
    table.insert(0, "month", np.tile(np.repeat(np.arange(1, months + 1), width), count))
    table.insert(0, "replication", np.repeat(lives.replication, months * width))
    return table


def figures(summary: Summary) -> pd.DataFrame:
    """figure, mean, low, high (the interval of the mean), p5, p95 (the spread of lives): one row an amount."""
    import pandas as pd

    found = {field.name: getattr(summary, field.name) for field in fields(summary)}
    rows = [(name, a.mean, a.low, a.high, a.p5, a.p95) for name, a in found.items() if isinstance(a, Amount)]
    return pd.DataFrame(rows, columns=["figure", "mean", "low", "high", "p5", "p95"])
