"""What a claim is shown by: lives that share their luck, compared with a mechanism on and with it off.

A mechanism is switched off by its own parameters. On, the effect must be there; off, it must be gone or be smaller by
as much as the test says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simkit.model.recorder import ORIGINS, ROLE_OUTPUTS, ROLES
from simkit.run import Ensemble
from simkit.scenarios import Scenario
from simkit.statistics import paired_difference

LIVES = 60
"""Lives of an ensemble."""
EXACT = 6
"""Lives of an ensemble that is to be the same to the bit as another: where it is not, that shows in any life."""
LEVEL = 0.999
"""Confidence of every interval: a difference that is not there is seen in one of 2,000 comparisons."""
STILL = {"market.drift": 0.0, "market.jumps_per_year": 0.0}
"""A market that stays where it is."""

Floats = NDArray[np.float64]
Values = Mapping[str, Any]
"""Values by their paths."""
Simulated = Callable[..., Ensemble]
"""Gives the ensemble of a scenario, of `LIVES` lives or as many as are asked for; every call shares the seed, the
numbers of the replications and what was simulated before."""


def firm(months: int, values: Values | None = None) -> Scenario:
    """The default firm over a number of months, with some values replaced."""
    return Scenario().with_changes({"horizon_months": months, **(values or {})})


def mean_of(ensemble: Ensemble, output: str, first: int = 1, last: int | None = None) -> Floats:
    """Each life's mean of a monthly output from one month to another, months in which it is missing left out."""
    return np.asarray(np.nanmean(ensemble.values(output)[:, first - 1 : last], axis=1))


def leads_from(ensemble: Ensemble, origin: str, first: int = 1, last: int | None = None) -> Floats:
    """Each life's mean of the leads a month of one origin."""
    return np.asarray(ensemble.lives.channels[:, first - 1 : last, ORIGINS.index(origin), 0].mean(axis=1))


def at_desk(ensemble: Ensemble, role: str, output: str) -> Floats:
    """Each life's mean of a role's monthly output, months in which it is missing left out."""
    return np.asarray(np.nanmean(ensemble.lives.roles[:, :, ROLES.index(role), ROLE_OUTPUTS.index(output)], axis=1))


def assert_more(first: Floats, second: Floats, by: float = 0.0) -> None:
    """The first mean exceeds the second by more than a share of it; the interval of the paired difference says so."""
    difference = paired_difference(first, (1.0 + by) * second, level=LEVEL)
    measured = f"{first.mean():.5g} against {second.mean():.5g}, asked for {by:+.0%} at least"
    assert difference.low is not None
    assert difference.low > 0.0, f"{measured}; interval of what is over {difference.low:.4g} to {difference.high:.4g}"


def assert_alike(first: Floats, second: Floats, within: float) -> None:
    """The first mean lies within a share of the second around it: the whole interval of the paired difference does."""
    assert_more(first, (1.0 - within) * second)
    assert_more((1.0 + within) * second, first)


def assert_identical(first: Ensemble, second: Ensemble) -> None:
    """Two ensembles have the same monthly figures, to the bit."""
    np.testing.assert_array_equal(first.lives.monthly, second.lives.monthly)
    np.testing.assert_array_equal(first.lives.channels, second.lives.channels)
