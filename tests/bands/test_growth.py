"""B1-B4: organic work is slow and uneven, bought leads are quick and flatten, customers come and pay off in time.

A figure passes if its whole 99 % interval lies inside the band, so one whose true value lay outside would pass with a
chance of 0.5 % at most. That is the error rate of every test here.
"""

from __future__ import annotations

from benchmarks.behaviours import growth


def test_few_organic_items_are_strong_earners_within_a_year(seed: int) -> None:
    """B1: 2-11 % of new search and content items bring more than 3 x the mean item's results in their first 12 months.

    Error rate 0.5 %. Fails if items did not differ in worth (none would), or differed so much that hits are common.
    """
    measured = growth.strong_earners(seed)
    assert measured.reached, f"{measured}"


def test_young_items_bring_a_small_part_of_organic_results(seed: int) -> None:
    """B1: items under a year old bring 10-30 % of search's and content's results in months 97-120.

    Error rate 0.5 %. Fails if assets did not ripen slowly and last long: work that only activates would bring it all.
    """
    measured = growth.young_share(seed)
    assert measured.reached, f"{measured}"


def test_the_best_items_bring_much_of_the_results(seed: int) -> None:
    """B2: the best 10 % of content's items bring 30-60 % of its results.

    Error rate 0.5 %. Fails if all items were worth the same (10 %, or a little more for those published early).
    """
    measured = growth.best_items(seed)
    assert measured.reached, f"{measured}"


def test_an_organic_firm_is_below_the_line_for_months_and_crosses_it(seed: int) -> None:
    """B3: the organic-led firm is below the line for at least 4 months; the median crossing lies in months 6-18.

    Error rate 0.5 % each. Fails if published work brought its results at once, or never came to bring more than it
    does at first.
    """
    for measured in (growth.organic_months_below(seed), growth.organic_crossing(seed)):
        assert measured.reached, f"{measured}"


def test_bought_leads_come_at_once_and_flatten(seed: int) -> None:
    """B3: the paid-led firm has 0.9 of the line's leads by month 3, in months 18-24 fewer than its trend of year one.

    Error rate 0.5 % each. Fails if media worked with a delay, or went on growing: no diminishing returns, no rise of
    prices, no end to what the brand gathers.
    """
    for measured in (growth.paid_start(seed), growth.paid_flattening(seed)):
        assert measured.reached, f"{measured}"


def test_leads_become_customers_in_time(seed: int) -> None:
    """B4: 0.5-4 % of leads become customers, half of these within 3-9 months of their lead.

    Error rate 0.5 % each. The delay is seen from outside, by a pulse of media money and when its customers come. Fails
    if a stage of the funnel were skipped, or stages had no delay.
    """
    for measured in (growth.conversion(seed), growth.time_to_win(seed)):
        assert measured.reached, f"{measured}"


def test_customers_pay_back_in_one_to_two_years(seed: int) -> None:
    """B4: the payback of the customers won in months 25-36 is 10-24 months.

    Error rate 0.5 %. Fails if people, media or tools cost nothing, or the team's work brought no customers.
    """
    measured = growth.payback(seed)
    assert measured.reached, f"{measured}"


def test_word_of_mouth_brings_a_good_part_of_customers(seed: int) -> None:
    """B4: 20-50 % of the customers of months 49-60 came by recommendation.

    Error rate 0.5 %. Fails if customers recommended nobody: the share would fall towards nothing.
    """
    measured = growth.word_of_mouth(seed)
    assert measured.reached, f"{measured}"
