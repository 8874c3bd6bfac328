"""What a comparison says in plain words: only what its lives tell, and what its cost leaves out."""

from __future__ import annotations

import numpy as np
import pytest

import simkit
from simkit import Comparison, Scenario
from simkit.experiments.levers import unpriced
from simkit.present.conclusions import conclusions
from simkit.present.figures import money

TODAY = Scenario("today").with_changes({"horizon_months": 12, "team.content": 1})
OUTCOMES = ("crossed", "restricted_crossing_month", "net_margin")


def compared(changes: dict[str, float], lives: int = 8, outcomes: tuple[str, ...] = OUTCOMES) -> Comparison:
    pair = {"today": TODAY, "other": TODAY.with_changes(changes)}
    return simkit.compare(pair, lives, seed=4, workers=1, outcomes=outcomes)


def test_what_the_lives_tell_is_said_with_its_interval() -> None:
    """Twice as many are won. Fails if the direction, the amount, its interval or the horizon is another one than the
    table's."""
    made = compared({"company.win_rate": 0.2})
    (said,) = conclusions(made)
    (row,) = made.differences[made.differences["outcome"] == "net_margin"].to_dict("records")
    assert row["adjusted_p"] < 0.05
    assert f"After cost it brings {money(row['difference'], 'EUR')} more (95 % interval EUR " in said
    assert "within 12 months" in said
    assert "no price" not in said  # the win rate is no lever


def test_what_the_lives_do_not_tell_is_not_claimed() -> None:
    """A change that moves next to nothing in six months. Fails if noise is called a difference."""
    made = compared({"market.drift": float(TODAY["market.drift"]) * 1.02})  # type: ignore[arg-type]
    assert (made.differences["adjusted_p"] > 0.05).all()
    (said,) = conclusions(made)
    assert "do not tell which crosses more often" in said
    assert "do not tell whether it is sooner" in said
    assert "do not tell whether it pays" in said
    assert [word for word in (" more (", " less (", " sooner (", " later (") if word in said] == []


def test_later_and_less_are_said_as_such() -> None:
    """Nobody is won any more. Fails if a loss is told as a gain."""
    (said,) = conclusions(compared({"company.win_rate": 0.01}))
    assert "After cost it brings EUR" in said
    assert " less (95 % interval" in said


@pytest.mark.parametrize(
    ("path", "value", "takes"), [("process.silos", 0.0, "a reorganisation"), ("team.content", 2, "")]
)
def test_what_the_cost_leaves_out_is_said(path: str, value: float, takes: str) -> None:
    """Breaking up silos has no price in the model, a head has. Fails if a cost is taken for all that it takes, or a
    price that is counted is called missing."""
    found = unpriced(TODAY, TODAY.with_changes({path: value}))
    assert found == ({path: takes} if takes else {})
    dated = TODAY.with_changes({path: value}, month=3)
    assert unpriced(TODAY, dated) == found
    (said,) = conclusions(compared({path: value}))
    assert (f"leaves out what it takes to change {path} ({takes})" in said) == bool(takes)
    assert ("To pay off by month 12 it may cost EUR" in said) == bool(takes)
    (months,) = conclusions(compared({path: value}, outcomes=("crossed",)))
    assert "price" not in months  # nobody asked for a cost


def test_twins_and_single_lives_tell_nothing() -> None:
    """Fails if a difference is claimed where there is none, or of one pair."""
    assert conclusions(compared({})) == ("'other' runs like 'today': nothing differs.",)
    (said,) = conclusions(compared({"company.win_rate": 0.2}, lives=1))
    assert said == "One life of 'other' tells nothing of how it differs from 'today'."


def test_other_outcomes_are_told_in_their_own_unit() -> None:
    """Fails if an outcome that was asked for alone is passed over, or a share is told as a number."""
    made = compared({"company.win_rate": 0.2}, outcomes=("valley_depth", "total_margin"))
    (said,) = conclusions(made)
    assert "'other', valley depth: " in said
    assert "points" in said
    assert "'other', total margin: EUR" in said
    assert np.sign(made.differences["difference"]).tolist() == [-1.0, 1.0]


def test_a_notebook_shows_the_words_and_no_markup_of_a_name() -> None:
    """Fails if the words are left out where the table shows itself, or a name brings markup."""
    made = compared({"process.silos": 0.0})
    assert made.conclusions == conclusions(made)
    assert "leaves out what it takes" in made._repr_html_()
    odd = Comparison({"today": made.ensembles["today"], "<b>": made.ensembles["other"]}, OUTCOMES)
    assert "<b>" not in odd._repr_html_()
