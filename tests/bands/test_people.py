"""B10 and B11: one person cannot do everything, and tools need skilled people who know what for.

A sign passes if the 99 % interval of paired lives holds it; a figure that truly were zero or below would pass with a
chance of 0.5 % at most: the error rate of every test here.
"""

from __future__ import annotations

from benchmarks.behaviours import people


def test_one_person_does_best_with_a_few_channels(seed: int) -> None:
    """B10: five years' margin of one person with two channels is higher than with one, with three and with all five.

    Error rate 0.5 % each. Fails if covering another channel cost neither time nor skill (five would be best), or if one
    channel did not saturate (one would be).
    """
    for measure in (people.second_channel, people.further_channel, people.all_channels):
        measured = measure(seed)
        assert measured.reached, f"{measured}"


def test_tools_need_skilled_people_who_know_what_for(seed: int) -> None:
    """B11: tools for 20,000 a month add more margin to an experienced team with a clear strategy than to another.

    Error rate 0.5 %. Fails if the gain from tools were a factor of its own, whoever holds them.
    """
    measured = people.tools_interaction(seed)
    assert measured.reached, f"{measured}"
