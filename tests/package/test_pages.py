"""The pages of the documentation: what they link to is there, and what they show can be used."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import simkit

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "docs").glob("*.ipynb"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_that_a_page_names_is_there(page: Path) -> None:
    """Fails when a page links to a file, or names a module of simkit, that was moved or removed."""
    text = page.read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?:|#)([^)#\s]+)", text)
    assert [link for link in links if not (page.parent / link).exists()] == []
    modules = re.findall(r"`(simkit/[\w/]+\.py)`", text)
    assert [module for module in modules if not (ROOT / module).exists()] == []


def test_the_design_on_the_cluster_page_can_be_run(tmp_path: Path) -> None:
    """Fails when the design file shown has a key, a scenario, a path or a value that cannot be."""
    page = (ROOT / "docs" / "cluster.md").read_text(encoding="utf-8")
    (content,) = re.findall(r"^```toml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    (tmp_path / "design.toml").write_text(content, encoding="utf-8")
    assert simkit.load_design(tmp_path / "design.toml").lives == 64 * 50
