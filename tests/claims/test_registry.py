"""The table of claims, and the page made from it."""

from __future__ import annotations

import runpy
from pathlib import Path

from simkit.parameters import declarations

ROOT = Path(__file__).parents[2]
PAGE = runpy.run_path(str(ROOT / "docs" / "make_claims.py"))
NUMBERS = [f"C{number}" for number in range(1, 27)]


def test_every_claim_is_listed_and_shown() -> None:
    """Fails when a claim has no entry or no test, or when a test or a parameter names a claim that there is not."""
    assert [claim.number for claim in PAGE["CLAIMS"]] == NUMBERS
    assert sorted(PAGE["shown_by"](), key=NUMBERS.index) == NUMBERS
    assert {number for entry in declarations().values() for number in entry.claims} == set(NUMBERS)


def test_named_modules_exist() -> None:
    """Fails when a module of the model is renamed and the table still has its old name."""
    named = {name for claim in PAGE["CLAIMS"] for name in claim.modules}
    assert named <= {path.stem for path in (ROOT / "simkit" / "model").glob("*.py")}


def test_the_page_of_claims_is_up_to_date() -> None:
    """Fails when a claim, a test or a declaration changed and `python docs/make_claims.py` was not run."""
    assert (ROOT / "docs" / "claims.md").read_text(encoding="utf-8") == PAGE["page"]()
