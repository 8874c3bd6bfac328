"""Charts of results. They are drawn in layers above, so a result asks for its chart by name."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from simkit.errors import RunError


def drawn_by(module: str, name: str, *arguments: Any) -> Any:
    """What a function of a module of `simkit.present` draws: an Altair chart, which a notebook shows by itself.

    Raises:
        RunError: Altair is not installed.
    """
    try:
        charts = import_module(f"simkit.present.{module}")
    except ModuleNotFoundError as error:
        if error.name != "altair":
            raise
        raise RunError("charts need Altair", field="chart", hint="pip install 'simkit[experiments]'") from None
    return getattr(charts, name)(*arguments)
