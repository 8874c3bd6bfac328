"""Values moved one at a time: effects are paired, ends are where they should be, and the widest comes first."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import simkit
from simkit import ParameterError, Range, RunError, Scenario
from simkit.experiments.axes import SPAN
from tests.worlds import QUIET

FIRM = Scenario("firm").with_changes({**QUIET, "horizon_months": 6, "team.content": 2})
WIN, VALUE, PEOPLE = "company.win_rate", "company.customer_value", "team.content"
LIVES = 8
CROSSING = FIRM.with_changes({"expectation.target_per_month": 50_000.0})
"""Some lives cross within half a year, and others do not."""


def test_effects_are_differences_of_paired_lives() -> None:
    """Fails if lives of an end are paired with others than those of the scenario as it is, or ends are elsewhere."""
    found = simkit.tornado(FIRM, [WIN, PEOPLE], "total_margin", LIVES, seed=3, workers=1)
    base = simkit.simulate(FIRM, LIVES, 3, workers=1).measure("total_margin")
    win = FIRM.parameters.company.win_rate
    for row in found.table.to_dict("records"):
        moved = simkit.simulate(FIRM.with_changes({row["path"]: row["to"]}), LIVES, 3, workers=1).measure(
            "total_margin"
        )
        assert row["effect"] == pytest.approx(float((moved - base).mean()))
        assert row["low"] < row["effect"] < row["high"]
        assert row["n"] == LIVES
    ends = {(row["path"], row["to"]) for row in found.table.to_dict("records")}
    assert ends == {(WIN, win * (1 - SPAN)), (WIN, win * (1 + SPAN)), (PEOPLE, 1), (PEOPLE, 3)}
    assert list(found.table["path"].drop_duplicates()) == [WIN, PEOPLE]  # customers more, people less
    assert (found.table["adjusted_p"] >= found.table["p"]).all()


def test_a_month_to_cross_by_is_an_outcome_like_others() -> None:
    """Fails if the share that has crossed by a month, of which a sweep holds no column, ends in an error, or is
    counted otherwise than by `simulate`."""
    found = simkit.tornado(CROSSING, [WIN], "crossed_by_4", LIVES, seed=3, workers=1).table
    base = simkit.simulate(CROSSING, LIVES, 3, workers=1).measure("crossed_by_4")
    assert 0.0 < base.mean() < 1.0
    for row in found.to_dict("records"):
        moved = simkit.simulate(CROSSING.with_changes({WIN: row["to"]}), LIVES, 3, workers=1).measure("crossed_by_4")
        assert row["effect"] == pytest.approx(float((moved - base).mean()))
        assert row["n"] == LIVES


def test_what_does_not_matter_moves_nothing() -> None:
    """Fails if a channel that is off had an effect, or no effect looked like one."""
    found = simkit.tornado(FIRM, ["channels.email.lead_rate", WIN], "total_margin", LIVES, workers=1)
    idle = found.table[found.table["path"] == "channels.email.lead_rate"]
    assert (idle["effect"] == 0.0).all()
    assert (idle["adjusted_p"] == 1.0).all()
    assert found.table["path"].iloc[-1] == "channels.email.lead_rate"


def test_uncertain_values_go_to_the_ends_of_their_range() -> None:
    """Fails if a range were replaced by its most likely value, or the other values lost theirs."""
    unsure = FIRM.with_changes({WIN: Range(0.05, 0.1, 0.2), VALUE: Range(1_000.0, 2_000.0, 3_000.0)})
    found = simkit.tornado(unsure, [WIN], "total_margin", LIVES, workers=1).table
    assert found["to"].tolist() == [0.05, 0.2]
    assert found["from"].isna().all()
    base = simkit.simulate(unsure, LIVES, workers=1, seed=1).measure("total_margin")
    low = simkit.simulate(unsure.with_changes({WIN: 0.05}), LIVES, workers=1, seed=1).measure("total_margin")
    assert found["effect"][0] == pytest.approx(float((low - base).mean()))


def test_values_at_their_bounds_and_at_nothing() -> None:
    """Fails if a value left its bounds, or a 0 with no step were moved by a share of nothing."""
    at_end = FIRM.with_changes({"process.silos": 1.0, "process.interruptions": 0.0})
    found = simkit.tornado(at_end, ["process.silos", "process.interruptions"], "total_cost", 2, workers=1).table
    ends = {path: sorted(rows["to"]) for path, rows in found.groupby("path")}
    assert ends["process.silos"] == [1.0 - SPAN]
    assert ends["process.interruptions"] == [pytest.approx(0.05)]


def test_every_number_can_be_moved_and_the_run_resumed(tmp_path: Path) -> None:
    """Fails if some end is refused by the scenario, or a resumed tornado has other numbers."""
    every = simkit.tornado(FIRM, None, "total_margin", 2, out=tmp_path / "t", workers=1)
    assert len(every.sweep.design.paths) > 150
    for part in sorted((tmp_path / "t" / "outcomes").glob("part-*.parquet"))[1:4]:
        part.unlink()
    again = simkit.tornado(FIRM, None, "total_margin", 2, out=tmp_path / "t", resume=True, workers=1)
    assert again.table.equals(every.table)
    assert np.isfinite(every.table["effect"]).all()
    assert simkit.load_sweep(tmp_path / "t").design == every.sweep.design


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"paths": ["process.silo"]}, "Did you mean"),
        ({"paths": ["expectation.metric"]}, "is no number that can be moved"),
        ({"paths": ["horizon_months"]}, "is no number that can be moved"),
        ({"span": 0.0}, "expected a share between 0 and 1"),
        ({"outcome": "crossing_month"}, "restricted_crossing_month"),
        ({"paths": []}, "nothing can be moved"),
    ],
)
def test_what_cannot_be_moved_is_said(given: dict[str, Any], said: str) -> None:
    """Fails if a mistake ends in a traceback, or after minutes."""
    with pytest.raises((ParameterError, RunError), match=said):
        simkit.tornado(FIRM, **given)
