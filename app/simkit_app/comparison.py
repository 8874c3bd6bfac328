"""What the page Compare shows of pinned scenarios: charts, figures and where they come from, redrawn in place."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from itertools import accumulate
from pathlib import Path
from typing import Any

import streamlit as st

from simkit.present.board import EXPECTED
from simkit.present.board_compare import (
    crossed_overlay,
    multiples,
    overlay,
    paired,
)
from simkit.present.board_compare_charts import crossed_overlay_spec, multiple_spec, overlay_spec, styles
from simkit.present.board_compare_table import COLUMNS, TWINS, Cell, comparison_cells
from simkit.run import Ensemble
from simkit_app import files
from simkit_app.answers import Answer
from simkit_app.questions import SETTLED
from simkit_app.watching import Pace

_STYLE = Path(__file__).with_name("comparison.css")
_A_ROW = 4


class Together:
    """Scenarios side by side, drawn again when there are twice the lives that were drawn, or all of them.

    Args:
        lived: the answers, by the scenarios' names; the first is the reference.
        metric, cumulative: what the charts show.
    """

    def __init__(self, lived: Mapping[str, Answer], metric: str, cumulative: bool) -> None:
        self._lived = dict(lived)
        self._metric, self._cumulative = metric, cumulative
        self._pace = Pace()
        st.html(_STYLE)
        self._head = st.html('<p class="simkit-source" role="status">The first lives are being simulated …</p>')
        self._errors: dict[str, Any] = dict.fromkeys(lived)
        self._mistakes = st.container()
        st.html(_legend(tuple(lived)))
        wide, narrow = st.columns([5, 3], gap="medium")
        self._places = [wide.container(), narrow.container()]
        self._figures: Any = st.container()
        self._small: list[Any] = []
        self._below = st.container()
        self._foot: Any = st.container()
        self._drawn: dict[int, Any] = {}

    @property
    def answers(self) -> list[Answer]:
        """What it waits for."""
        return list(self._lived.values())

    def draw(self) -> bool:
        """Draw what is known now, if there is enough more than was drawn; whether there was."""
        for name, answer in self._lived.items():
            if answer.error and self._errors[name] is None:
                said = f"'{name}' cannot be simulated. {answer.error}"
                self._errors[name] = self._mistakes.html(f'<p class="simkit-mistake" role="alert">{escape(said)}</p>')
        able = {name: answer for name, answer in self._lived.items() if not answer.error}
        ensembles: dict[str, Any] = {name: answer.value for name, answer in able.items()}
        lives = min((0 if one is None else len(one) for one in ensembles.values()), default=0)
        complete = all(answer.complete for answer in able.values())
        if not self._pace.enough(lives, complete):
            return False
        self._draw(paired(ensembles), complete)
        return True

    def _draw(self, lived: Mapping[str, Ensemble], complete: bool) -> None:
        self._head.html(_source(lived, complete))
        shown = overlay(lived, self._metric, self._cumulative)
        said = f"Chart: {shown.title}, the median life of each scenario, month by month, with the expected line"
        self._chart(0, self._places[0], shown.rows, overlay_spec(shown.names, shown.title, shown.months), said, 430)
        chances = crossed_overlay(lived)
        spec = crossed_overlay_spec(chances.names, chances.title, chances.months)
        said = "Chart: share of lives that have crossed the expected line, month by month, of each scenario"
        self._chart(1, self._places[1], chances.rows, spec, said, 430)
        self._figures = self._figures.html(_table(lived))
        if not self._small:
            self._small = _grid(self._below, tuple(lived))
        for place, (one, slot) in enumerate(
            zip(multiples(lived, self._metric, self._cumulative), self._small, strict=True), 2
        ):
            spec = multiple_spec(one.names, one.months, one.top)
            said = f"Chart of {one.name}: expected line, median life, band of lives and valley, month by month"
            self._chart(place, slot, one.rows, spec, said, 230)
        self._foot = self._foot.html(_commands(lived))

    def _chart(self, key: int, place: Any, rows: Any, spec: dict[str, Any], alt: str, height: int) -> None:
        target = self._drawn.get(key) or place
        self._drawn[key] = target.vega_lite_chart(rows, spec, alt=alt, height=height)


def _grid(below: Any, names: tuple[str, ...]) -> list[Any]:
    """Places for small charts, a few a row, under a line that says how to read them."""
    with below:
        st.subheader("One by one", anchor=False)
        st.html(
            '<p class="simkit-source">Solid: the median life. Band: 9 in 10 lives. Dashed: the expected line. Shaded: '
            "the valley. Diamond: half of the lives have crossed. All on one scale, where the unit is the same.</p>"
        )
        slots: list[Any] = []
        for begin in range(0, len(names), _A_ROW):
            for column, name in zip(st.columns(_A_ROW), names[begin : begin + _A_ROW], strict=False):
                column.html(f'<p class="simkit-name">{escape(name)}</p>')
                slots.append(column.container())
    return slots


def _source(lived: Mapping[str, Ensemble], complete: bool) -> str:
    first = next(iter(lived))
    ensemble = lived[first]
    early = '<span class="simkit-early">early picture</span>' if len(ensemble) < SETTLED else ""
    same = " with the same luck" if len(lived) > 1 else ""
    against = f" Compared with '{first}', life by life." if len(lived) > 1 else " Pin another scenario to compare."
    more = "" if complete or early else " More lives are being added."
    said = f"{len(ensemble)} lives of each scenario{same}, seed {ensemble.seed}.{against}{more}"
    return f'<p class="simkit-source">{early}{escape(said)}</p>'


def _legend(names: tuple[str, ...]) -> str:
    """Which line is whose, in all charts."""
    entries = []
    for name, (colour, dash) in styles((*names, EXPECTED)).items():
        said = "expected line" if name == EXPECTED else escape(name)
        entries.append(f'<span><i style="background:{_stroke(colour, dash)}"></i>{said}</span>')
    return f'<p class="simkit-legend">{"".join(entries)}</p>'


def _stroke(colour: str, dash: list[int]) -> str:
    """A dash as a background that repeats: strokes and gaps in turn."""
    ends = list(accumulate(dash))
    parts = [
        f"{colour if place % 2 == 0 else 'transparent'} {end - length}px {end}px"
        for place, (length, end) in enumerate(zip(dash, ends, strict=True))
    ]
    return f"repeating-linear-gradient(90deg,{','.join(parts)})"


def _table(lived: Mapping[str, Ensemble]) -> str:
    """The figures as a table that is read aloud by row and column."""
    head = "".join(
        f'<th scope="col" title="{escape(column.meaning, quote=True)}">{escape(column.name)}</th>'
        for column in COLUMNS.values()
    )
    rows = "".join(
        f'<tr><th scope="row">{escape(name)}</th>{"".join(_cell(cell) for cell in cells.values())}</tr>'
        for name, cells in comparison_cells(lived).items()
    )
    level = "Each figure is a mean over lives, or a median month, with its 95 % interval below it."
    if len(lived) > 1:
        level += (
            " Then the difference from the reference, with the interval of the paired difference; that of the month is "
            "of the mean, where a life that does not cross counts as the last month. 'Better' and 'worse' are said "
            "where a difference stands when all of this table are looked at together (Holm's correction, 5 %); the "
            "board looks at fewer at once, so it may be surer of the same one."
        )
    return (
        f'<div class="simkit-table" role="region" aria-label="Figures of each scenario" tabindex="0"><table><thead><tr>'
        f'<th scope="col">Scenario</th>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
        f'<p class="simkit-source">{level}</p>'
    )


def _cell(cell: Cell) -> str:
    side = {True: "better", False: "worse", None: "no sure difference"}[cell.better]
    difference = ""
    if cell.difference == TWINS:
        difference = f'<div class="difference">{TWINS}</div>'
    elif cell.difference:
        difference = f'<div class="difference {side.split()[0]}">{escape(cell.difference)}<br>{side}</div>'
    return (
        f'<td><div class="value">{escape(cell.value)}</div><div class="known">{escape(cell.known)}</div>'
        f"{difference}</td>"
    )


def _commands(lived: Mapping[str, Ensemble]) -> str:
    """What to type for the same figures, once a scenario has been saved."""
    saved = files.to_save({name: ensemble.scenario for name, ensemble in lived.items()})
    lines = [saved[name].command(len(ensemble), ensemble.seed) for name, ensemble in lived.items()]
    return (
        "<details><summary>The same figures on the command line</summary>"
        '<p class="simkit-source">Save the scenarios (in the sidebar; a ZIP file is to be unpacked), then type:</p>'
        f"<pre>{escape(chr(10).join(lines))}</pre></details>"
    )
