"""The tutorial, as somebody who opens it finds it."""

from __future__ import annotations

import runpy
from pathlib import Path

import nbformat
import pytest

DOCS = Path(__file__).parents[2] / "docs"
MADE = runpy.run_path(str(DOCS / "make_tutorial.py"))


@pytest.fixture(scope="module")
def kept() -> nbformat.NotebookNode:
    """The notebook in the repository."""
    found: nbformat.NotebookNode = nbformat.read(DOCS / "tutorial.ipynb", as_version=4)  # type: ignore[no-untyped-call]
    return found


def said(notebook: nbformat.NotebookNode) -> list[list[str]]:
    """What each cell of code shows as plain text."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    return [[output.data["text/plain"] for output in cell.outputs] for cell in code]


def test_the_tutorial_is_up_to_date(kept: nbformat.NotebookNode) -> None:
    """Fails when the text changed and `python docs/make_tutorial.py` was not run."""
    cells = MADE["notebook"]().cells
    assert [(cell.cell_type, cell.source) for cell in kept.cells] == [(cell.cell_type, cell.source) for cell in cells]


def test_every_cell_runs_and_shows_what_it_showed(kept: nbformat.NotebookNode) -> None:
    """Fails when a name or an argument that the tutorial uses does not exist, or a figure that it discusses moved: then
    read its text again, and run `python docs/make_tutorial.py`."""
    assert said(MADE["executed"]()) == said(kept)
    assert all(outputs for outputs in said(kept))
