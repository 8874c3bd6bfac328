"""B7-B9: a push is better before worse, some do not end with it, and urgent requests spread to those who wait.

Shares and signs pass if the whole 99 % interval of paired lives does; one that truly were outside would pass with a
chance of 0.5 % at most: the error rate of every test here.
"""

from __future__ import annotations

from benchmarks.behaviours import pressure


def test_a_push_is_better_before_worse(seed: int) -> None:
    """B7: a push of six months raises activity and leads in its first three; in the year after it leads are fewer.

    Error rate 0.5 % each. Fails if a push demanded nothing (no rise), or pressure did not take its time from improving
    (no fall).
    """
    for measure in (pressure.push_raises_activity, pressure.push_raises_leads, pressure.push_costs_leads):
        measured = measure(seed)
        assert measured.reached, f"{measured}"


def test_a_short_push_is_recovered_from_and_a_long_one_is_not(seed: int) -> None:
    """B8: leads of months 58-60 are at least 95 % of the unpushed twin's after a push of 2 months, fewer after 24.

    Both pushes end with month 30, so both teams have as long to recover. Error rate 0.5 % each. Fails if capability did
    not erode under pressure (both recover), or did not come back by itself (neither does).
    """
    for measured in (pressure.short_push(seed), pressure.long_push(seed)):
        assert measured.reached, f"{measured}"


def test_interruptions_in_one_channel_delay_others_and_silos_spread_them(seed: int) -> None:
    """B9: with content's people interrupted, items of search and social, who need them, are later; more so with silos.

    Days late of steadily published items, silos 0 and 0.4. Error rate 0.5 % each. Fails if items needed nobody but
    their channel's people, or if silos did not put the requests of others last.
    """
    for measured in (pressure.interruptions_delay_others(seed), pressure.silos_spread_the_delay(seed)):
        assert measured.reached, f"{measured}"
