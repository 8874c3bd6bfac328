"""Claims about what is expected, and what executives do about it."""

from __future__ import annotations

from simkit.run import Ensemble
from simkit.statistics import share
from tests.claims.evidence import EXACT, LEVEL, Floats, Simulated, Values, assert_identical, assert_more, firm, mean_of

CHANNELS_OF_ASSETS = ("search", "content", "social", "email")
AT_ONCE = {
    "company.qualification_months": 0.05,
    "company.sales_cycle_months": 0.05,
    **{f"channels.{channel}.activation_share": 1.0 for channel in CHANNELS_OF_ASSETS},
    **{f"channels.{channel}.activation_half_life": 1.0 for channel in CHANNELS_OF_ASSETS},
}
"""Work shows all it is worth when it appears, and whoever becomes a customer does so at once."""


def test_results_accelerate_where_a_straight_line_is_expected(lives: Simulated) -> None:
    """C1: results are imperceptible at first, then accelerate, far below the straight line that is expected.

    The line goes to where the results of each life themselves arrive. With assets that ripen at once and no sales
    cycle, results lie above it. Fails when work pays at once, or when the default firm has no valley.
    """

    def way(values: Values) -> tuple[Floats, Floats, Floats]:
        ensemble = lives(firm(18, {"budget.media_per_month": 0, **values}))
        gained = ensemble.values("margin") - ensemble.lives.starting_margin[:, None]
        arrived = gained[:, 15:].mean(axis=1)
        return gained[:, :3].mean(axis=1), gained[:, :9].mean(axis=1), arrived

    quarter, early, arrived = way({})
    line = arrived * 5.0 / 17.0  # the line's mean over months 1 to 9, when it arrives in the middle of 16 to 18
    assert_more(0.1 * arrived, quarter)
    assert_more(line, early, by=0.5)
    _, early, arrived = way(AT_ONCE)
    assert_more(early, arrived * 5.0 / 17.0, by=0.2)

    firm_as_it_is = lives(firm(24))
    assert_more(mean_of(firm_as_it_is, "expected", 1, 9), mean_of(firm_as_it_is, "margin", 1, 9), by=0.1)


def outcome(ensemble: Ensemble, name: str) -> float:
    """Lower end of the share of lives with an outcome."""
    low = share(ensemble.outcomes["outcome"] == name, level=LEVEL).low
    assert low is not None
    return low


def test_patience_decides_between_quitting_and_crossing(lives: Simulated) -> None:
    """C3: the same team is stopped in the valley or crosses, depending on what is expected and how patient one is.

    Executives who accept any shortfall never react: every figure is that of the patient firm. Fails when shortfall
    and patience do not lead to the reaction, or when the stop has no consequence.
    """
    patient = lives(firm(30))
    stops = {"expectation.reaction": "stop", "expectation.patience_months": 4}
    impatient = lives(firm(30, stops))
    modest = lives(firm(30, {**stops, "expectation.target_per_month": 85_000}))
    assert outcome(patient, "crossed") > 0.5
    assert outcome(impatient, "abandoned") > 0.5
    assert outcome(modest, "crossed") > 0.5
    assert_more(mean_of(patient, "margin", 25), mean_of(impatient, "margin", 25), by=0.3)

    assert_identical(lives(firm(30, {**stops, "expectation.tolerance": 0.95}), EXACT), patient.first(EXACT))


def test_resetting_the_expectation_is_a_lever(lives: Simulated) -> None:
    """C26: an expectation set anew in the valley makes it shallower, more than one more head does.

    It also takes pressure from the team; where shortfall makes no pressure, results stay the same to the bit. Moved by
    one month instead of twelve, the valley keeps four fifths of its area. Fails when a reset does not move the line.
    """
    waiting = firm(24)

    def area(ensemble: Ensemble) -> Floats:
        return ensemble.outcomes["valley_area"].to_numpy(dtype=float)

    kept, reset = lives(waiting), lives(waiting.with_decision("reset", month=7))
    hired = lives(waiting.with_changes({"team.content": 3}, month=7))
    assert_more(area(kept), area(reset), by=0.5)
    assert_more(area(hired), area(reset), by=0.5)
    assert_more(mean_of(kept, "pressure", 8, 15), mean_of(reset, "pressure", 8, 15), by=0.2)

    little = lives(waiting.with_changes({"reactions.reset.months": 1}).with_decision("reset", month=7))
    assert_more(area(little), 0.8 * area(kept))
    calm = waiting.with_changes({"process.pressure_from_shortfall": 0})
    unmoved, moved = lives(calm, EXACT), lives(calm.with_decision("reset", month=7), EXACT)
    assert (unmoved.values("margin") == moved.values("margin")).all()
