"""B12: the shipped scenarios spread from hardly ever crossing to nearly always."""

from __future__ import annotations

from benchmarks.behaviours import library


def test_the_worst_of_the_library_hardly_ever_crosses(seed: int) -> None:
    """B12: fewer than 10 % of lives cross by month 36.

    Error rate 0.5 %. Fails if one person for everything came up to what is expected of a team.
    """
    measured = library.worst(seed)
    assert measured.reached, f"{measured}"


def test_the_best_of_the_library_nearly_always_crosses(seed: int) -> None:
    """B12: more than 90 % of lives cross by month 36.

    Error rate 0.5 %. Fails if good habits do not take a team across.
    """
    measured = library.best(seed)
    assert measured.reached, f"{measured}"
