"""What all commands share: the application, the terminal, and a progress bar."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from typer.core import TyperGroup

from simkit.errors import ObservedError, ParameterError
from simkit.observed import Observed, load_observed
from simkit.run import Precision

INTERRUPTED = 130
"""Exit code of a run that Ctrl-C ended, as shells have it."""


class Commands(TyperGroup):
    """All commands. Those that keep something when they are interrupted say so themselves."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            typer.echo("Interrupted; nothing was kept.", err=True)
            raise typer.Exit(INTERRUPTED) from None


app = typer.Typer(
    cls=Commands,
    help="Simulates a marketing team over months and shows when its results cross what was expected of them.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"simkit {version('simkit')}")
        raise typer.Exit


@app.callback()
def simkit(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say which version this is.")
    ] = False,
) -> None:
    """Simulates a marketing team over months and shows when its results cross what was expected of them."""


def whole(text: str) -> int:
    """A whole number, as typed."""
    try:
        return int(text)
    except ValueError:
        raise typer.BadParameter(f"expected a whole number (given: {text!r}).") from None


Seed = Annotated[
    int, typer.Option(parser=whole, metavar="S", help="Seed of all luck; the same seed gives the same numbers.")
]
Workers = Annotated[int | None, typer.Option(parser=whole, metavar="N", help="Processes; by default one a core.")]
Columns = Annotated[
    list[str] | None,
    typer.Option(
        "--column", metavar="NAME=MEANING", help="What a column of the table is: Anfragen=leads, Notiz=ignore."
    ),
]
Sheet = Annotated[str | None, typer.Option(metavar="NAME", help="Sheet of an Excel workbook with several.")]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="PATH=VALUE", help="Change a value, as often as needed: process.silos=0.2."),
]
Lives = Annotated[
    str | None,
    typer.Option("--replications", metavar="N|auto", help="Lives of each; 'auto' until --within is reached. [100]"),
]
Within = Annotated[
    str | None,
    typer.Option(metavar="OUTCOME=WIDTH", help="As many lives as make the interval's half so wide: 5% or 1.5."),
]
Budget = Annotated[int | None, typer.Option(parser=whole, metavar="N", help="The most lives with --within. [1000]")]
Outcomes = Annotated[
    list[str] | None,
    typer.Option("--outcome", metavar="OUTCOME", help="Show this one, as often as needed: net_margin, crossed_by_24."),
]
ChartFile = Annotated[
    Path | None, typer.Option("--chart", metavar="FILE", help="Draw it there too: .png, .svg, .pdf or .html.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]


@contextmanager
def progress(lives: int) -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal, with rate and time left, and what to tell it: lives that are done, and asked for."""
    terminal = Console(stderr=True)
    columns = (
        BarColumn(),
        TextColumn("{task.completed:.0f} of {task.total:.0f} lives"),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=terminal, transient=True, disable=not terminal.is_terminal) as bar:
        task = bar.add_task("", total=max(lives, 0), rate="")

        def told(done: int, asked: int) -> None:
            speed = bar.tasks[0].speed
            bar.update(task, completed=done, total=asked, rate=f"{speed:.0f} a second" if speed else "")

        yield told


def lives_asked(
    replications: str | None, within: str | None, budget: int | None
) -> tuple[int | Literal["auto"], Precision | None]:
    """How many lives, and until what is known how precisely, as the options say.

    Raises:
        ParameterError: options that do not go together, or say nothing.
    """
    if within is None:
        if budget is not None:
            raise ParameterError("goes with --within only", field="--budget", value=budget)
        return ("auto" if replications == "auto" else _lives(replications or "100")), None
    if replications not in (None, "auto"):
        hint = "Leave one of them out, or say --budget N for the most lives."
        raise ParameterError("cannot be combined with --within", field="--replications", value=replications, hint=hint)
    return "auto", _precision(within, budget)


def _lives(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise ParameterError("expected a whole number or 'auto'", field="--replications", value=text) from None


def _precision(text: str, budget: int | None) -> Precision:
    outcome, _, width = text.partition("=")
    share = width.endswith("%")
    try:
        half = float(width.removesuffix("%")) / (100.0 if share else 1.0)
    except ValueError:
        raise ParameterError(
            "expected OUTCOME=WIDTH, for example net_margin=5%", field="--within", value=text
        ) from None
    return Precision(outcome, half, relative=share, **({} if budget is None else {"budget": budget}))


def observed_from(table: Path, columns: Sequence[str] | None, sheet: str | None) -> Observed:
    """Observed months, as the options say.

    Raises:
        ObservedError: they cannot be read, or an option says nothing.
    """
    meanings = {}
    for one in columns or ():
        name, _, meaning = one.rpartition("=")
        if not (name.strip() and meaning.strip()):
            raise ObservedError("expected name=meaning, for example Anfragen=leads", field="--column", value=one)
        meanings[name] = meaning.strip()
    return load_observed(table, columns=meanings, sheet=sheet)


def console() -> Console:
    """The terminal; what users wrote is printed as it is."""
    return Console(markup=False, highlight=False, emoji=False)
