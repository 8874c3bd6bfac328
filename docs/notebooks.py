"""Notebooks made from text: every ``python`` block becomes a cell of code, what is between them cells of text."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient

TIMEOUT = 300  # seconds a cell


def notebook(text: str) -> nbformat.NotebookNode:
    """The notebook of a text, not executed."""
    cells: list[dict[str, object]] = []
    for i, part in enumerate(re.split(r"^```python\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)):
        if part.strip():
            code: dict[str, object] = {"execution_count": None, "outputs": []} if i % 2 else {}
            kind = "code" if i % 2 else "markdown"
            cells.append({"cell_type": kind, "id": f"cell-{i}", "metadata": {}, "source": part.strip(), **code})
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    made: nbformat.NotebookNode = nbformat.from_dict(  # type: ignore[no-untyped-call]
        {"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": cells}
    )
    return made


def executed(text: str) -> nbformat.NotebookNode:
    """The notebook of a text, executed in a fresh kernel and an empty folder.

    Raises:
        nbclient.exceptions.CellExecutionError: a cell failed.
    """
    made = notebook(text)
    with tempfile.TemporaryDirectory() as folder:
        where = {"metadata": {"path": folder}}
        NotebookClient(made, timeout=TIMEOUT, kernel_name="python3", resources=where, record_timing=False).execute()
    made.metadata.language_info = {"name": "python"}  # the kernel's own says which version, which changes nothing
    return made


def write(page: Path, text: str) -> None:
    """Write the notebook of a text, executed.

    Raises:
        nbclient.exceptions.CellExecutionError: a cell failed.
    """
    page.write_text(nbformat.writes(executed(text)) + "\n", encoding="utf-8")  # type: ignore[no-untyped-call]
