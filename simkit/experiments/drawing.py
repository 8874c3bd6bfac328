"""Charts of experiments. They are drawn a layer above this one, so a result asks for its chart by name."""

from __future__ import annotations

from typing import Any

from simkit.run.drawing import presented


def drawn(name: str, *arguments: Any) -> Any:
    """What a function of `simkit.present.experiment_charts` draws.

    Raises:
        RunError: Altair is not installed.
    """
    return presented("experiment_charts", name, *arguments)
