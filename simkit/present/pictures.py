"""The board's charts as pictures: SVG and PNG, drawn without a browser and without a network."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

_SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"  # a name; nothing is fetched from it
_PAPER = {"ink": "#1B2733", "line": "#8A949D", "grid": "#E3E7EB"}
_AROUND = {"ink": "currentColor", "line": "currentColor", "grid": "currentColor"}
"""Colours of a picture by itself, and of one that takes those of the page it is part of."""


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A chart that can be drawn.

    Attributes:
        rows: what it shows.
        spec: a Vega-Lite specification without data, as in `board_charts`.
        title: stands above it; any text in one line, or '' where the page around it says what it shows.
        said: lines below the title.
        width, height: of the plot, in pixels.
    """

    rows: pd.DataFrame
    spec: Mapping[str, Any]
    title: str = ""
    said: tuple[str, ...] = ()
    width: int = 880
    height: int = 400

    def svg(self) -> str:
        """A picture by itself, on white."""
        return self._drawn(_PAPER, "white")

    def inline_svg(self) -> str:
        """A picture without background as a part of a page, whose text colour it takes."""
        return self._drawn(_AROUND, None)

    def png(self, scale: float = 2.0) -> bytes:
        """A picture by itself, on white.

        Args:
            scale: pixels of the picture for each of the plot.
        """
        # Half a second that only those wait for who want a picture.
        from vl_convert import vegalite_to_png

        return vegalite_to_png(self._whole(_PAPER, "white"), scale=scale, allowed_base_urls=[])

    def _drawn(self, colours: Mapping[str, str], background: str | None) -> str:
        from vl_convert import vegalite_to_svg

        return vegalite_to_svg(self._whole(colours, background), allowed_base_urls=[])

    def _whole(self, colours: Mapping[str, str], background: str | None) -> dict[str, Any]:
        """The specification with its rows, in a size of its own."""
        values = json.loads(self.rows.to_json(orient="records"))  # a missing number is null
        spec = {**self.spec, "$schema": _SCHEMA, "data": {"values": values}, "background": background}
        spec |= {"width": self.width, "height": self.height, "config": _config(self.spec.get("config", {}), colours)}
        size = {"fontSize": 16, "subtitleFontSize": 12, "subtitlePadding": 6, "offset": 14, "limit": self.width}
        above = {"text": self.title, "subtitle": list(self.said), "anchor": "start", **size}
        return {**spec, "title": above if self.title else None}


def _config(given: Mapping[str, Any], colours: Mapping[str, str]) -> dict[str, Any]:
    ink, line, grid = colours["ink"], colours["line"], colours["grid"]
    faint = 0.15 if grid == "currentColor" else 1.0
    return {
        **given,
        "view": {**given.get("view", {}), "stroke": None},
        "axis": {
            **given.get("axis", {}),
            "labelColor": ink,
            "titleColor": ink,
            "titleFontWeight": "normal",
            "domainColor": line,
            "tickColor": line,
            "gridColor": grid,
            "gridOpacity": faint,
        },
        "legend": {**given.get("legend", {}), "labelColor": ink},
        "title": {"color": ink, "subtitleColor": ink},
    }
