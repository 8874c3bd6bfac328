"""The tutorials, as somebody who opens them finds them."""

from __future__ import annotations

import runpy
from pathlib import Path

import nbformat
import pytest

from docs.notebooks import executed, notebook

DOCS = Path(__file__).parents[2] / "docs"
TEXTS: dict[str, str] = {
    page: runpy.run_path(str(DOCS / script))["TEXT"]
    for page, script in (("tutorial.ipynb", "make_tutorial.py"), ("which_plan.ipynb", "make_which_plan.py"))
}


def kept(page: str) -> nbformat.NotebookNode:
    """The notebook in the repository."""
    found: nbformat.NotebookNode = nbformat.read(DOCS / page, as_version=4)  # type: ignore[no-untyped-call]
    return found


def said(made: nbformat.NotebookNode) -> list[list[str]]:
    """What each cell of code shows as plain text."""
    code = [cell for cell in made.cells if cell.cell_type == "code"]
    return [[output.data["text/plain"] for output in cell.outputs] for cell in code]


@pytest.mark.parametrize("page", TEXTS)
def test_a_tutorial_is_up_to_date(page: str) -> None:
    """Fails when the text changed and the script that writes the notebook was not run."""
    ours, theirs = (
        [(cell.cell_type, cell.source) for cell in made.cells] for made in (notebook(TEXTS[page]), kept(page))
    )
    assert ours == theirs


@pytest.mark.parametrize("page", TEXTS)
def test_every_cell_runs_and_shows_what_it_showed(page: str) -> None:
    """Fails when a name or an argument that a tutorial uses does not exist, or a figure that it discusses moved: then
    read its text again, and run the script that writes it."""
    assert said(executed(TEXTS[page])) == said(kept(page))
    assert all(outputs for outputs in said(kept(page)))
