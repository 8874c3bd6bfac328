"""A study so small that it is run again with the tests: the same numbers, or what is committed is out of date."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from simkit import Range, Scenario
from simkit.experiments.prior import KEPT
from simkit.model.recorder import ROLES
from studies.companies import companies
from studies.coverage import coverage
from studies.waiting import waiting

COMPANIES = 40
FIRM = Scenario("firm").with_changes(
    {
        **{f"team.{role}": int(role == "content") for role in ROLES},
        "horizon_months": 18,
        "company.starting_leads_per_month": Range(300.0, 600.0, 1_500.0),
        "company.win_rate": Range(0.05, 0.1, 0.2),
    }
)


def small() -> dict[str, Any]:
    """Coverage and waiting for firms of one person, in a table as small as can be."""
    with tempfile.TemporaryDirectory() as folder:
        given = companies(FIRM, Path(folder), simulations=2 * KEPT, number=COMPANIES)
        return {"coverage": coverage(given, observed=6, ahead=(1, 3, 6)), "waiting": waiting(given, (6,))}
