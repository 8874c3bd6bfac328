"""The board's charts of what moves a scenario and of where it fails: specifications without data."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import altair as alt
import pandas as pd

from simkit.present.board_charts import heading, specification
from simkit.present.board_details import name_of
from simkit.present.region_charts import draw_region
from simkit.present.sensitivity_charts import HIGHER, LOWER, Shown, draw_bars

SELECTION = "point"
_EMPTY = pd.DataFrame()


def tornado_height(values: int) -> int:
    """Of the plot, in pixels: two bars a value that a finger can hit."""
    return max(120, 44 * values)


@lru_cache(maxsize=16)
def tornado_spec(title: str, values: int, share: bool) -> dict[str, Any]:
    """The chart of the rows of `shown_tornado`, in their order.

    Args:
        title: what the effects are on.
        values: how many are shown.
        share: whether effects are on a share.
    """
    shown = Shown("", (), _EMPTY, "change", share=share)
    chart = draw_bars(shown, (LOWER, HIGHER), chosen=_chosen())
    return specification(chart.properties(width="container", height=tornado_height(values), title=heading(title)))


@lru_cache(maxsize=32)
def region_spec(x: str, y: str, height: int = 420) -> dict[str, Any]:
    """The chart of the rows of `shown_region`.

    Args:
        x, y: the paths on the axes.
        height: of the plot, in pixels.
    """
    chart = draw_region(Shown("", (), _EMPTY, name_of(x)), chosen=_chosen())
    return specification(chart.properties(width="container", height=height, title=heading(f"Upwards: {name_of(y)}")))


def _chosen() -> Any:
    return alt.selection_point(name=SELECTION, fields=["point"])
