"""The trajectory as a chart of characters. Its marks differ in shape, so that it reads without colour too."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.text import Text

from simkit.present.figures import number
from simkit.present.trajectory import Trajectory

# Symbol and colour; the colours are those of Okabe & Ito, which the colour-blind tell apart.
MARKS = {
    "band": ("░", (86, 180, 233)),
    "crossing": ("┊", (0, 158, 115)),
    "expected": ("-", (213, 94, 0)),
    "median": ("●", (0, 114, 178)),
    "observed": ("x", (230, 159, 0)),
}


def terminal_chart(shown: Trajectory, width: int = 80, height: int = 20) -> Text:
    """The expected line, the median life, the band of lives, observed months, and the month of the crossing.

    Args:
        shown: what to draw.
        width, height: of the chart in characters, without the lines of title and legend.
    """
    import plotext  # takes a third of a second, which only those who look at a chart should wait

    figure = plotext.figure  # the library has one, which all charts share
    figure.clear()
    figure.theme("colorless")
    figure.plot_size(width, height)
    bottom, top = _scales(figure, shown)
    # Marks fill columns of characters: lines are read at twice as many places, so that no column stays empty.
    fine = np.linspace(shown.month[0], shown.month[-1], 2 * width)
    low, high, expected, median = (
        np.interp(fine, shown.month, line) for line in (shown.low, shown.high, shown.expected, shown.median)
    )
    figure.draw(_signal("band", fine, high).fill(_signal("band", fine, low)))
    if shown.crossing is not None and shown.crossing >= 1:
        heights = np.linspace(bottom, top, 2 * height)
        figure.draw(_signal("crossing", np.full(heights.shape, shown.crossing), heights))
    figure.draw(_signal("expected", fine, expected))
    figure.draw(_signal("median", fine, median))
    if shown.observed_month.size:
        figure.draw(_signal("observed", shown.observed_month, shown.observed))
    chart = Text.from_ansi(figure.build().string().rstrip("\n"))
    figure.clear()
    return Text("\n").join([Text(shown.results), chart, _legend(shown)])


def _signal(name: str, x: NDArray[np.float64], y: NDArray[np.float64]) -> Any:
    import plotext

    symbol, colour = MARKS[name]
    marker = plotext.marker(symbol, plotext.pixel(colour))
    return plotext.figure.signal(x.tolist(), y.tolist(), marker=marker)


def _scales(figure: Any, shown: Trajectory) -> tuple[float, float]:
    """Label both axes; the lowest and the highest value that fit."""
    last = int(shown.month[-1])
    step = next(step for step in (1, 2, 3, 6, 12) if last <= 12 * step)
    months = sorted({1, *range(step, last + 1, step)})
    figure.ruler("x").ticks(months, [str(month) for month in months])
    lines = [shown.low, shown.high, shown.expected, shown.median, shown.observed]
    highest = max(0.0, *(float(line.max()) for line in lines if line.size))
    lowest = min(0.0, *(float(line.min()) for line in lines if line.size))
    ticks = _round_ticks(lowest, highest)
    bottom, top = min(lowest, ticks[0]), max(highest, ticks[-1])
    figure.ruler("y").lim(bottom, top)
    figure.ruler("y").ticks(ticks, [number(tick) for tick in ticks])
    return bottom, top


def _round_ticks(lowest: float, highest: float) -> list[float]:
    """Three to six round numbers between two values."""
    extent = highest - lowest or 1.0
    power = 10.0 ** np.floor(np.log10(extent))
    step = next(size * power for size in (0.2, 0.5, 1.0, 2.0, 5.0) if extent / (size * power) <= 5)
    first, last = np.ceil(lowest / step), np.floor(highest / step)
    return [float(step * i) for i in np.arange(first, max(last, first + 1) + 1)]


def _legend(shown: Trajectory) -> Text:
    said = {"expected": "expected", "median": "median", "band": f"5 to 95 % of {shown.lives} lives"}
    if shown.crossing is not None and shown.crossing >= 1:
        said["crossing"] = "half have crossed"
    if shown.observed_month.size:
        said["observed"] = "observed"
    return Text("  ").join(
        [Text("month")]
        + [
            Text.assemble((MARKS[name][0], f"rgb({','.join(map(str, MARKS[name][1]))})"), f" {text}")
            for name, text in said.items()
        ]
    )
