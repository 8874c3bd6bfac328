"""The claim about tools: technology amplifies what is there."""

from __future__ import annotations

from tests.claims.evidence import EXACT, Floats, Simulated, Values, assert_more, firm, mean_of

SKILLED = {"process.strategic_clarity": 0.9, "team.starting_experience": 1.0}
UNSKILLED = {"process.strategic_clarity": 0.2, "team.starting_experience": 0.4, "team.turnover_per_year": 0.6}


def test_tools_amplify_skill_and_strategy(lives: Simulated) -> None:
    """C21: tools give a skilled team with a clear strategy much, and others little: it is an interaction.

    With a gain of 0 from tools they change nothing to the bit, whoever has them. Fails when tools work by themselves.
    """
    equipped = {"budget.tools_per_month": 20_000.0}

    def gained(team: Values, output: str) -> Floats:
        without = firm(12, {**team, "budget.tools_per_month": 0.0})
        return mean_of(lives(without.with_changes(equipped)), output) - mean_of(lives(without), output)

    for output in ("useful_output", "leads"):
        assert_more(gained(SKILLED, output), gained(UNSKILLED, output), by=1.0)
    for team in (SKILLED, UNSKILLED):
        useless = firm(12, {**team, "tools.gain": 0.0, "budget.tools_per_month": 0.0})
        both = lives(useless, EXACT), lives(useless.with_changes(equipped), EXACT)
        assert (both[0].values("useful_output") == both[1].values("useful_output")).all()
        assert (both[0].lives.channels == both[1].lives.channels).all()
