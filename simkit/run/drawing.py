"""Charts and words of results. They are made in layers above, so a result asks for them by name."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from simkit.errors import RunError


def presented(module: str, name: str, *arguments: Any) -> Any:
    """What a function of `simkit.present.<module>` makes: words, or an Altair chart, which a notebook shows by itself.

    Raises:
        RunError: Altair is not installed.
    """
    try:
        found = import_module(f"simkit.present.{module}")
    except ModuleNotFoundError as error:
        if error.name != "altair":
            raise
        raise RunError("charts need Altair", field="chart", hint="pip install 'simkit[experiments]'") from None
    return getattr(found, name)(*arguments)
