"""What the studies found belongs to this model, is found again in small, and is what the page says."""

from __future__ import annotations

from pathlib import Path

import pytest

from docs.make_studies import page
from studies.__main__ import load, model_of
from studies.small import small

STALE = "the model has changed since: run `make studies`, look at docs/studies.md, and commit both"


def test_what_is_committed_was_found_with_this_model() -> None:
    """Fails if lives of the studied companies are others than when the studies were run."""
    for name, found in load().items():
        assert found["model"] == model_of(name), STALE


def test_a_small_study_finds_the_same_again() -> None:
    """Fails if fits, forecasts or advice give other figures than those that are committed."""
    found, kept = small(), load()["small"]
    for study in ("coverage", "waiting"):
        _same(found[study], kept[study])


def test_the_page_says_what_was_found() -> None:
    """Fails if the page is older than the results."""
    assert page(load()) == Path("docs/studies.md").read_text(encoding="utf-8"), STALE


def _same(found: object, kept: object) -> None:
    """Equal but for the rounding of linear algebra, which differs between processors."""
    if isinstance(found, dict) and isinstance(kept, dict):
        assert found.keys() == kept.keys()
        for key, value in found.items():
            _same(value, kept[key])
    elif isinstance(found, list) and isinstance(kept, list):
        for one, other in zip(found, kept, strict=True):
            _same(one, other)
    elif isinstance(found, float):
        assert found == pytest.approx(kept, rel=1e-6, abs=1e-9)
    else:
        assert found == kept
