"""Charts as files: pictures for a report, or a page that needs no network."""

from __future__ import annotations

import os
import uuid
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from simkit.errors import OutputError, RunError

ENDINGS = (".png", ".svg", ".pdf", ".html")
_PIXELS = 2.0  # of a PNG, for each of the chart: sharp on paper and on dense screens


def check_chart_file(file: Path) -> None:
    """Refuse a chart that could not be written, before any time is spent on what it shows.

    Raises:
        OutputError: another kind of file, or a place that cannot be written to.
        RunError: what draws charts is not installed.
    """
    if file.suffix.lower() not in ENDINGS:
        raise OutputError(f"expected a name that ends in {', '.join(ENDINGS)}", field="--chart", value=str(file))
    folder = file.absolute().parent
    if file.is_dir() or not folder.is_dir() or not os.access(folder, os.W_OK):
        hint = "Name a file in a folder that you may write to."
        raise OutputError("cannot be written there", field="--chart", value=str(file), hint=hint)
    if not (find_spec("altair") and find_spec("vl_convert")):
        raise RunError("charts need Altair", field="--chart", hint="pip install 'simkit[experiments]'")


def save_chart(chart: Any, file: Path) -> None:
    """Write an Altair chart to a file of one of `ENDINGS`, whole or not at all; a file that is there is replaced.

    Raises:
        OutputError: it cannot be written.
    """
    kind = file.suffix.lower()[1:]
    unfinished = file.with_name(f".{file.name}.{uuid.uuid4().hex[:8]}")
    options: dict[str, Any] = {"inline": True} if kind == "html" else {"scale_factor": _PIXELS} if kind == "png" else {}
    try:
        chart.save(str(unfinished), format=kind, **options)
        unfinished.replace(file)
    except OSError as error:
        raise OutputError(f"cannot be written: {error.strerror or error}", field="--chart", value=str(file)) from None
    finally:
        unfinished.unlink(missing_ok=True)
