"""The command line. Every mistake is one line on stderr and exit code 2; an interrupted run exits with 130."""

from __future__ import annotations

import io
import sys
import tomllib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from simkit.errors import OutputError, ParameterError, SimkitError
from simkit.experiments.compare import compare as run_compare
from simkit.experiments.design import load_design
from simkit.experiments.sweep import SweepInterrupted
from simkit.experiments.sweep import sweep as run_sweep
from simkit.observed import Observed, load_observed
from simkit.present.comparison_tables import attribution_table, difference_table
from simkit.present.coverage import coverage, remarks
from simkit.present.export import check_folder, export
from simkit.present.headline import headline
from simkit.present.json_report import as_json, comparison_report, json_report
from simkit.present.reference import reference
from simkit.present.sweep_table import sweep_table
from simkit.present.tables import coverage_table, month_table, outcome_table
from simkit.present.terminal_chart import terminal_chart
from simkit.present.trajectory import trajectory
from simkit.run import Ensemble, Interrupted, Precision, simulate
from simkit.scenarios import Scenario, load_scenario, save_scenario, shipped_scenarios

app = typer.Typer(
    help="Simulates a marketing team over months and shows when its results cross what was expected of them.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


INTERRUPTED = 130
"""Exit code of a run that Ctrl-C ended, as shells have it."""


@app.command()
def run(
    scenario: Annotated[
        str, typer.Argument(metavar="SCENARIO", help="A scenario file, or the name of a shipped scenario.")
    ],
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="PATH=VALUE", help="Change a value, as often as needed: process.silos=0.2."),
    ] = None,
    replications: Annotated[int, typer.Option(parser=_whole, metavar="N", help="How many lives to simulate.")] = 100,
    seed: Annotated[
        int, typer.Option(parser=_whole, metavar="S", help="Seed of all luck; the same seed gives the same numbers.")
    ] = 1,
    workers: Annotated[
        int | None, typer.Option(parser=_whole, metavar="N", help="Processes; by default one a core.")
    ] = None,
    observed: Annotated[Path | None, typer.Option(metavar="CSV", help="Months a company has seen, to compare.")] = None,
    as_object: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write tables, scenario and provenance there.")
    ] = None,
) -> None:
    """Simulate a scenario: when do results cross what was expected, and do they?"""
    chosen = load_scenario(scenario).with_changes(parsed_settings(settings or ()))
    seen = load_observed(observed) if observed else None
    if out is not None:
        check_folder(out)
    try:
        ensemble = _simulated(chosen, replications, seed, workers)
    except Interrupted as stop:
        _keep(stop, out, seen)
        raise typer.Exit(INTERRUPTED) from None
    if out is not None:
        export(ensemble, out, seen)
    if as_object:
        typer.echo(as_json(json_report(ensemble, seen)))
    else:
        _show(ensemble, seen)
        if out is not None:
            typer.echo(f"Tables, scenario, summary and provenance are in {out}.")


def _simulated(scenario: Scenario, replications: int, seed: int, workers: int | None) -> Ensemble:
    """The ensemble, with a progress bar on a terminal."""
    with _progress(replications) as told:
        return simulate(scenario, replications, seed, workers, progress=told)


@contextmanager
def _progress(lives: int) -> Iterator[Callable[[int, int], None]]:
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
    console = _console()
    chart = terminal_chart(trajectory(ensemble, seen), width=min(console.width, 110))
    first, *others = headline(ensemble)
    parts: list[RenderableType] = [Text(first, style="bold"), *others]
    for shown in (chart, outcome_table(ensemble), month_table(ensemble)):
        parts += ["", shown]
    if seen is not None:
        parts += ["", coverage_table(coverage(ensemble, seen)), *remarks(ensemble, seen)]
    console.print(*parts, sep="\n")


@app.command()
def compare(
    scenarios: Annotated[
        list[str], typer.Argument(metavar="[NAME=]SCENARIO...", help="Two or more; the first is the reference.")
    ],
    replications: Annotated[
        str, typer.Option(metavar="N|auto", help="Lives of each, or 'auto' until --within is reached.")
    ] = "100",
    within: Annotated[
        str | None,
        typer.Option(metavar="OUTCOME=WIDTH", help="With 'auto': half-width of a difference's interval, 5% or 1.5."),
    ] = None,
    seed: Annotated[
        int, typer.Option(parser=_whole, metavar="S", help="Seed of all luck; the same seed gives the same numbers.")
    ] = 1,
    workers: Annotated[
        int | None, typer.Option(parser=_whole, metavar="N", help="Processes; by default one a core.")
    ] = None,
    why: Annotated[
        str | None, typer.Option(metavar="OUTCOME", help="Share the differences in an outcome out among the levers.")
    ] = None,
    as_object: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Compare scenarios that share their luck, life by life: what differs, and why."""
    given = dict(_named(text) for text in scenarios)
    if len(given) < len(scenarios):
        raise ParameterError("two scenarios have the same name", field="SCENARIO", hint="Write NAME=SCENARIO.")
    lives = 0 if replications == "auto" else _whole(replications)
    precision = None if within is None else _precision(within)
    try:
        with _progress(lives * len(given)) as told:
            made = run_compare(given, lives or "auto", seed, workers, precision=precision, progress=told)
        whys = []
        for name in list(given)[1:] if why is not None else ():
            with _progress(0) as told:
                whys.append(made.why(name, why or "", workers=workers, progress=told))
    except Interrupted as stop:
        typer.echo(str(stop), err=True)
        raise typer.Exit(INTERRUPTED) from None
    if as_object:
        typer.echo(as_json(comparison_report(made, whys)))
        return
    console = _console()
    console.print(difference_table(made))
    for name, reached in made.reached.items():
        console.print(f"{name}: {reached}")
    for attribution in whys:
        console.print("", attribution_table(attribution), sep="\n")
    typer.echo(f"{len(made)} lives of each scenario with the same luck, seed {seed}; p corrected for all rows (Holm).")


def _named(text: str) -> tuple[str, str]:
    name, equals, source = text.rpartition("=")
    return (name, source) if equals else (Path(source).stem, source)


def _precision(text: str) -> Precision:
    outcome, _, width = text.partition("=")
    share = width.endswith("%")
    try:
        half = float(width.removesuffix("%")) / (100.0 if share else 1.0)
    except ValueError:
        raise ParameterError(
            "expected OUTCOME=WIDTH, for example net_margin=5%", field="--within", value=text
        ) from None
    return Precision(outcome, half, relative=share)


@app.command()
def sweep(
    design: Annotated[Path, typer.Argument(metavar="DESIGN", help="A design file (TOML).")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder of the results.")],
    resume: Annotated[bool, typer.Option("--resume", help="Go on with what is in the folder.")] = False,
    monthly: Annotated[bool, typer.Option("--monthly", help="Keep monthly results too.")] = False,
    workers: Annotated[
        int | None, typer.Option(parser=_whole, metavar="N", help="Processes; by default one a core.")
    ] = None,
    cluster: Annotated[str | None, typer.Option(metavar="ADDRESS", help="Scheduler of a Dask cluster.")] = None,
) -> None:
    """Simulate a scenario over a design of points; a run that ended early can be resumed."""
    asked = load_design(design)
    try:
        with _progress(asked.lives) as told:
            made = run_sweep(
                asked, out=out, resume=resume, monthly=monthly, workers=workers, cluster=cluster, progress=told
            )
    except SweepInterrupted as stop:
        typer.echo(str(stop), err=True)
        raise typer.Exit(INTERRUPTED) from None
    if made.replaced:
        typer.echo(f"Parts that were damaged and have been computed again: {', '.join(map(str, made.replaced))}.")
    _console().print(sweep_table(made))
    typer.echo(f"{len(asked.points)} points, {asked.lives} lives, seed {asked.seed}; all results are in {out}.")


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
        str | None,
        typer.Argument(metavar="PATH", help="A parameter such as process.silos, or a group such as process."),
    ] = None,
) -> None:
    """Say what a parameter means: unit, range, default, step, kind, source, claims. Without PATH: all of them."""
    _console().print(reference(path))


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
    sys.exit(code or 0)


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise typer.BadParameter(f"expected a whole number (given: {text!r}).") from None


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
