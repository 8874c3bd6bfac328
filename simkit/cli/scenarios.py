"""Commands about one scenario: run, scenarios, explain, check, new."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from simkit.cli.terminal import (
    INTERRUPTED,
    AsJson,
    Budget,
    ChartFile,
    Columns,
    Lives,
    Seed,
    Settings,
    Sheet,
    Within,
    Workers,
    app,
    console,
    lives_asked,
    observed_from,
    progress,
)
from simkit.errors import OutputError, ParameterError
from simkit.observed import Observed
from simkit.present.chart_files import check_chart_file, save_chart
from simkit.present.coverage import coverage, remarks
from simkit.present.export import check_folder, export
from simkit.present.headline import headline
from simkit.present.json_report import as_json, json_report
from simkit.present.reference import reference
from simkit.present.tables import coverage_table, month_table, outcome_table
from simkit.present.terminal_chart import terminal_chart
from simkit.present.trajectory import trajectory
from simkit.run import Ensemble, Interrupted, simulate
from simkit.scenarios import Scenario, load_scenario, save_scenario, shipped_scenarios


@app.command()
def run(
    scenario: Annotated[
        str, typer.Argument(metavar="SCENARIO", help="A scenario file, or the name of a shipped scenario.")
    ],
    settings: Settings = None,
    replications: Lives = None,
    within: Within = None,
    budget: Budget = None,
    seed: Seed = 1,
    workers: Workers = None,
    observed: Annotated[
        Path | None, typer.Option(metavar="TABLE", help="Months a company has seen, to compare: CSV or Excel.")
    ] = None,
    columns: Columns = None,
    sheet: Sheet = None,
    as_object: AsJson = False,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write tables, scenario and provenance there.")
    ] = None,
    chart: ChartFile = None,
) -> None:
    """Simulate a scenario: when do results cross what was expected, and do they?"""
    chosen = load_scenario(scenario).with_changes(parsed_settings(settings or ()))
    lives, precision = lives_asked(replications, within, budget)
    seen = observed_from(observed, columns, sheet) if observed else None
    if out is not None:
        check_folder(out)
    if chart is not None:
        check_chart_file(chart)
    try:
        with progress(0 if lives == "auto" else lives) as told:
            ensemble = simulate(chosen, lives, seed, workers, precision=precision, progress=told)
    except Interrupted as stop:
        _keep(stop, out, seen)
        raise typer.Exit(INTERRUPTED) from None
    if out is not None:
        export(ensemble, out, seen)
    if chart is not None:
        save_chart(ensemble.chart(seen), chart)
    if as_object:
        typer.echo(as_json(json_report(ensemble, seen, precision)))
    else:
        _show(ensemble, seen)
        if precision is not None:
            typer.echo(f"{precision.outcome}: {precision.reached(ensemble)}.")
        if out is not None:
            typer.echo(f"Tables, scenario, summary and provenance are in {out}.")


def _keep(stop: Interrupted, out: Path | None, seen: Observed | None) -> None:
    """Keep what was done before an interrupt, if there is a place for it, and say so."""
    done = 0 if stop.ensemble is None else len(stop.ensemble)
    said = f"Interrupted after {done} of {stop.asked} lives; "
    if stop.ensemble is None or out is None:
        said += "nothing was kept" + (" (--out DIR keeps what is done)." if out is None else ".")
    else:
        export(stop.ensemble, out, seen)
        said += f"they are kept in {out}."
    typer.echo(said, err=True)


def _show(ensemble: Ensemble, seen: Observed | None) -> None:
    terminal = console()
    chart = terminal_chart(trajectory(ensemble, seen), width=min(terminal.width, 110))
    first, *others = headline(ensemble)
    parts: list[RenderableType] = [Text(first, style="bold"), *others]
    for shown in (chart, outcome_table(ensemble), month_table(ensemble)):
        parts += ["", shown]
    if seen is not None:
        parts += ["", coverage_table(coverage(ensemble, seen)), *remarks(ensemble, seen)]
    terminal.print(*parts, sep="\n")


@app.command()
def scenarios() -> None:
    """List the scenarios that come with simkit: their stories and what they teach."""
    for name in shipped_scenarios():
        scenario = load_scenario(name)
        told = [Text(text) for text in (scenario.story, scenario.lesson and f"Lesson: {scenario.lesson}") if text]
        head = Text.assemble((name, "bold"), f"  {scenario.title}  ", (f"[{scenario.hash}]", "dim"))
        console().print(Group(head, *(Padding(text, (0, 0, 0, 2)) for text in told), Text()))


@app.command()
def explain(
    path: Annotated[
        str | None,
        typer.Argument(metavar="PATH", help="A parameter such as process.silos, or a group such as process."),
    ] = None,
) -> None:
    """Say what a parameter means: unit, range, default, step, kind, source, claims. Without PATH: all of them."""
    console().print(reference(path))


@app.command()
def check(file: Annotated[str, typer.Argument(metavar="FILE", help="A scenario file.")]) -> None:
    """Validate a scenario file."""
    scenario = load_scenario(file)
    horizon = scenario.parameters.horizon_months
    uncertain = len(scenario.ranges) + (len(scenario.joint.paths) if scenario.joint else 0)
    typer.echo(
        f"{file} is valid: {horizon} months, dated changes: {len(scenario.changes)}, "
        f"uncertain parameters: {uncertain}, hash {scenario.hash}."
    )


@app.command()
def new(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write; it must not exist yet.")],
) -> None:
    """Write a commented scenario file to start from, with every parameter at its default."""
    if file.exists():
        raise OutputError(
            "exists already and is not overwritten", field=str(file), hint="Give another name or remove it first."
        )
    save_scenario(
        Scenario(file.stem, title=file.stem, story="Say here what happens.", lesson="Say here what it shows."),
        file,
        True,
    )
    typer.echo(f"Wrote {file}. Edit it, then: simkit check {file}; simkit run {file}")


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
