"""The command line. Every mistake is one line on stderr and exit code 2; an interrupted run exits with 130."""

from __future__ import annotations

import io
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console, Group
from rich.padding import Padding
from rich.text import Text

from simkit.errors import OutputError, ParameterError, SimkitError
from simkit.present.reference import reference
from simkit.scenarios import Scenario, load_scenario, save, shipped_scenarios

app = typer.Typer(
    help="Simulates a marketing team over months and shows when its results cross what was expected of them.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.command()
def scenarios() -> None:
    """List the scenarios that come with simkit: their stories and what they teach."""
    for name in shipped_scenarios():
        scenario = load_scenario(name)
        told = [Text(text) for text in (scenario.story, scenario.lesson and f"Lesson: {scenario.lesson}") if text]
        head = Text.assemble((name, "bold"), f"  {scenario.title}  ", (f"[{scenario.hash}]", "dim"))
        _console().print(Group(head, *(Padding(text, (0, 0, 0, 2)) for text in told), Text()))


@app.command()
def explain(
    path: Annotated[
        str | None, typer.Argument(help="A parameter such as process.silos, or a group such as process.")
    ] = None,
) -> None:
    """Say what a parameter means: unit, range, default, step, kind, source, claims. Without PATH: all of them."""
    _console().print(reference(path))


@app.command()
def check(file: Annotated[str, typer.Argument(help="A scenario file.")]) -> None:
    """Validate a scenario file."""
    scenario = load_scenario(file)
    horizon = scenario.parameters.horizon_months
    uncertain = len(scenario.ranges) + (len(scenario.joint.paths) if scenario.joint else 0)
    typer.echo(
        f"{file} is valid: {horizon} months, dated changes: {len(scenario.changes)}, "
        f"uncertain parameters: {uncertain}, hash {scenario.hash}."
    )


@app.command()
def new(file: Annotated[Path, typer.Argument(help="The file to write; it must not exist yet.")]) -> None:
    """Write a commented scenario file to start from, with every parameter at its default."""
    if file.exists():
        raise OutputError(
            "exists already and is not overwritten", field=str(file), hint="Give another name or remove it first."
        )
    save(
        Scenario(file.stem, title=file.stem, story="Say here what happens.", lesson="Say here what it shows."),
        file,
        True,
    )
    typer.echo(f"Wrote {file}. Edit it, then: simkit check {file}; simkit run {file}")


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit.

    Args:
        arguments: what follows the program's name; by default those of the process.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal without the chart's characters still shows the rest
    try:
        code = app(args=arguments, prog_name="simkit", standalone_mode=False)
    except (SimkitError, typer.TyperException) as error:
        message = error.format_message() if isinstance(error, typer.TyperException) else str(error)
        typer.echo(" ".join(message.split()), err=True)
        code = 2
    sys.exit(code)


def parsed_settings(settings: Sequence[str]) -> dict[str, Any]:
    """Values by path from texts such as ``process.silos=0.2``; a value is read as TOML, a bare word as a string.

    Raises:
        ParameterError: a text without path or value.
    """
    values = {}
    for setting in settings:
        path, equals, text = (part.strip() for part in setting.partition("="))
        if not (path and equals and text):
            raise ParameterError("expected path=value, for example process.silos=0.2", field="--set", value=setting)
        values[path] = _value(text)
    return values


def _value(text: str) -> Any:
    try:
        read = tomllib.loads(f"value = {text}")
    except tomllib.TOMLDecodeError:
        return text
    return read["value"] if set(read) == {"value"} else text


def _console() -> Console:
    return Console(markup=False, highlight=False, emoji=False)


if __name__ == "__main__":
    main()
