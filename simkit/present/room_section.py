"""One part of what there is to tell of a session: told alike on a page, on a wall, in a report and in a deck."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from simkit.present.pictures import Picture
from simkit.present.room_charts import on_the_wall

Row = tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Section:
    """One thing to look at and to talk about.

    Attributes:
        key: what it is.
        title: of it.
        said: sentences, in plain text.
        rows, spec: of its chart; the rows are None where it has none.
        heads, table: of its table, if any.
        note: where its figures come from.
        height: of the chart, in pixels.
    """

    key: str
    title: str
    said: tuple[str, ...]
    rows: pd.DataFrame | None = None
    spec: dict[str, Any] | None = None
    heads: Row = ()
    table: tuple[Row, ...] = ()
    note: str = ""
    height: int = 320

    def picture(self, width: int, height: int | None = None, letters: float = 1.0) -> Picture | None:
        """The chart as a picture, if there is one.

        Args:
            width, height: of the plot in pixels.
            letters: and lines, so many times as large as on a page.
        """
        if self.rows is None or self.spec is None:
            return None
        tall = self.spec["height"] if isinstance(self.spec.get("height"), int) else self.height
        return Picture(self.rows, on_the_wall(self.spec, letters), self._unit(), (), width, height or tall)

    def _unit(self) -> str:
        """What the chart says above it."""
        text = (self.spec or {}).get("title", {}).get("text", "")
        return (text if isinstance(text, str) else ", ".join(text)).strip()
