"""B5 and B6: machines need people who follow the market, and following it needs tests whose results come soon.

A figure passes if its whole 99 % interval lies inside the band; a sign passes if the interval holds it. One that truly
were outside would pass with a chance of 0.5 % at most: the error rate of every test here.
"""

from __future__ import annotations

from benchmarks.behaviours import learning


def test_without_review_some_reliance_is_best(seed: int) -> None:
    """B5: in a drifting market without review, margin over thirty months is higher at reliance 0.3 than at 0 and at 1.

    Error rate 0.5 % each. Fails if machines saved no time and added nothing (0 would be best), or if their tactic
    followed the market by itself (1 would be).
    """
    for measured in (learning.reliance_pays(seed), learning.full_reliance_costs(seed)):
        assert measured.reached, f"{measured}"


def test_review_moves_the_best_reliance_up(seed: int) -> None:
    """B5: reliance 0.3 beats 0.7 when nobody reviews, 0.7 beats 0.3 when people do.

    Error rate 0.5 % each. Fails if review did not revise what machines do.
    """
    for measured in (learning.peak_without_review(seed), learning.peak_with_review(seed)):
        assert measured.reached, f"{measured}"


def test_without_drift_reliance_has_no_penalty(seed: int) -> None:
    """B5: in a market that stands still each step of reliance, 0 to 0.3 to 0.7 to 1, raises margin, unreviewed.

    Error rate 0.5 % for all of them together. Fails if reliance had a cost that does not come from the moving market.
    """
    measured = learning.no_penalty_without_drift(seed)
    assert measured.reached, f"{measured}"


def test_testing_pays_and_more_so_with_drift(seed: int) -> None:
    """B6: tests raise the leads of month 12 by 10-100 %, and by more where the market drifts faster.

    Error rate 0.5 % each. Fails if what tests see did not move the tactic: learned improvements alone gain little,
    and as much in any market.
    """
    for measured in (learning.testing_gain(seed), learning.drift_raises_testing_gain(seed)):
        assert measured.reached, f"{measured}"


def test_shorter_latency_never_hurts(seed: int) -> None:
    """B6: each shortening of the latency of feedback, 26 to 12 to 4 to 0.5 weeks, raises margin.

    Error rate 0.5 % for all of them together. Fails if insights did not age: the latency would make no difference.
    """
    measured = learning.shorter_latency_never_hurts(seed)
    assert measured.reached, f"{measured}"
