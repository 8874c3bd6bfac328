"""A region in which a scenario fails, in words."""

from __future__ import annotations

import math
from collections.abc import Callable

from simkit.experiments.discover import Discovery
from simkit.parameters import Value
from simkit.present.board_details import written
from simkit.present.figures import between, number, per_cent
from simkit.run.precision import is_share
from simkit.statistics import Estimate

Named = Callable[[str], str]
"""How a path is called: by itself for analysts, in plain words for others."""


def failing_in_words(discovery: Discovery) -> str:
    """What a point has to do to fail, as the end of a sentence about points."""
    bound = discovery.below if discovery.above is None else discovery.above
    assert bound is not None
    side = "below" if discovery.above is None else "above"
    outcome = discovery.outcome.replace("_", " ")
    if not is_share(discovery.outcome):
        return f"have a mean {outcome} {side} {number(bound)}"
    by = f" by month {outcome.rpartition(' ')[2]}" if outcome.startswith("crossed by") else ""
    verb = "is abandoned" if discovery.outcome == "abandoned" else f"crosses{by}"
    return f"have a chance {side} {per_cent(bound)} that a life {verb}"


def limit_in_words(path: str, low: float, high: float, named: Named = str) -> str:
    """The limits of a value; one that is missing is open."""
    least, most = (written(path, rounded(value)) for value in (low, high))
    if math.isnan(low):
        return f"{named(path)} ≤ {most}"
    return f"{named(path)} ≥ {least}" if math.isnan(high) else f"{least} ≤ {named(path)} ≤ {most}"


def region_in_words(discovery: Discovery, named: Named = str) -> tuple[str, str]:
    """The region with the share of its points that fail, and the share of all that fail which lies in it.

    Args:
        discovery: what was found.
        named: how a path is called.
    """
    rows = discovery.table.to_dict("records")
    limits = " and ".join(limit_in_words(row["path"], row["low"], row["high"], named) for row in rows)
    failing = failing_in_words(discovery)
    if discovery.density.value is None:  # no point that was left out lay in a region that was found without it
        return (
            f"Where {limits}, {per_cent(discovery.region.scores.density.value)} of the points {failing}.",
            "But it was not found again in the other points when a fifth was left out, so it may be chance: take more "
            "points.",
        )
    return (
        f"Where {limits}, {share_in_words(discovery.density)} of the points {failing}.",
        f"{share_in_words(discovery.coverage)} of all such points lie there.",
    )


def share_in_words(share: Estimate) -> str:
    """A share with its interval."""
    assert share.value is not None
    return f"{per_cent(share.value)} ({between(share.low, share.high, per_cent)})"


def rounded(value: float) -> Value:
    """A limit to three digits: points are further apart than that."""
    return value if math.isnan(value) or value == 0.0 else round(value, 2 - math.floor(math.log10(abs(value))))
