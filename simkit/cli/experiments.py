"""Commands about many scenarios: compare, sweep, separate."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import typer

from simkit.cli.scenarios import parsed_settings
from simkit.cli.terminal import INTERRUPTED, AsJson, Seed, Workers, app, console, progress, whole
from simkit.errors import ParameterError, nearest
from simkit.experiments.compare import ComparisonInterrupted
from simkit.experiments.compare import compare as run_compare
from simkit.experiments.design import load_design
from simkit.experiments.sweep import SweepInterrupted
from simkit.experiments.sweep import sweep as run_sweep
from simkit.experiments.unknowns import UnknownsInterrupted
from simkit.experiments.unknowns import separate as run_separate
from simkit.present.comparison_tables import attribution_table, difference_table, unknowns_table
from simkit.present.export import check_folder, export_comparison
from simkit.present.json_report import as_json, comparison_report, sweep_report, unknowns_report
from simkit.present.sweep_table import sweep_table
from simkit.run import Interrupted, Precision
from simkit.scenarios import Scenario, load_scenario


@app.command()
def compare(
    scenarios: Annotated[
        list[str], typer.Argument(metavar="[NAME=]SCENARIO...", help="Two or more; the first is the reference.")
    ],
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="[NAME:]PATH=VALUE", help="Change a value in all scenarios, or in one."),
    ] = None,
    replications: Annotated[
        str, typer.Option(metavar="N|auto", help="Lives of each, or 'auto' until --within is reached.")
    ] = "100",
    within: Annotated[
        str | None,
        typer.Option(metavar="OUTCOME=WIDTH", help="With 'auto': half-width of a difference's interval, 5% or 1.5."),
    ] = None,
    seed: Seed = 1,
    workers: Workers = None,
    why: Annotated[
        str | None, typer.Option(metavar="OUTCOME", help="Share the differences in an outcome out among the levers.")
    ] = None,
    as_object: AsJson = False,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write differences, reasons and scenarios there.")
    ] = None,
) -> None:
    """Compare scenarios that share their luck, life by life: what differs, and why."""
    given: dict[str, Scenario] = {}
    for name, source in map(_named, scenarios):
        if name in given:
            raise ParameterError("two scenarios have this name", field=name, hint="Write NAME=SCENARIO.")
        given[name] = load_scenario(source)
    asked: int | Literal["auto"] = "auto" if replications == "auto" else whole(replications)
    given = _changed(given, settings or ())
    precision = None if within is None else _precision(within)
    if out is not None:
        check_folder(out)
    try:
        with progress(0 if asked == "auto" else asked * len(given)) as told:
            made = run_compare(given, asked, seed, workers, precision=precision, progress=told)
        whys = []
        for name in list(given)[1:] if why is not None else ():
            with progress(0) as told:
                whys.append(made.why(name, why or "", workers=workers, progress=told))
    except Interrupted as stop:
        if isinstance(stop, ComparisonInterrupted) and stop.comparison is not None:
            console().print(difference_table(stop.comparison))
        typer.echo(_ended(stop), err=True)
        raise typer.Exit(INTERRUPTED) from None
    if out is not None:
        export_comparison(made, whys, out)
    if as_object:
        typer.echo(as_json(comparison_report(made, whys)))
        return
    terminal = console()
    terminal.print(difference_table(made))
    for name, reached in made.reached.items():
        terminal.print(f"{name}: {reached}")
    for attribution in whys:
        terminal.print("", attribution_table(attribution), sep="\n")
    typer.echo(f"{len(made)} lives of each scenario with the same luck, seed {seed}; p corrected for all rows (Holm).")
    if out is not None:
        typer.echo(f"Differences, reasons and scenarios are in {out}.")


def _ended(stop: Interrupted) -> str:
    """What an interrupt leaves: nothing is written, so what is done is what was printed."""
    return str(stop).replace(" were done and are kept", " were done")


def _changed(scenarios: dict[str, Scenario], settings: Sequence[str]) -> dict[str, Scenario]:
    """Values set in all scenarios, or in the one that is named: PATH=VALUE, NAME:PATH=VALUE."""
    for setting in settings:
        name, colon, rest = setting.partition(":")
        one = bool(colon) and "=" not in name
        if one and name not in scenarios:
            hint = nearest(name, scenarios) or f"There are {', '.join(scenarios)}."
            raise ParameterError("there is no such scenario", field="--set", value=name, hint=hint)
        values = parsed_settings([rest if one else setting])
        scenarios = {
            known: scenario.with_changes(values) if not one or known == name else scenario
            for known, scenario in scenarios.items()
        }
    return scenarios


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
    workers: Workers = None,
    cluster: Annotated[str | None, typer.Option(metavar="ADDRESS", help="Scheduler of a Dask cluster.")] = None,
    as_object: AsJson = False,
) -> None:
    """Simulate a scenario over a design of points; a run that ended early can be resumed."""
    asked = load_design(design)
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what is lost is said in one line of ours
    try:
        with progress(asked.lives) as told:
            made = run_sweep(
                asked, out=out, resume=resume, monthly=monthly, workers=workers, cluster=cluster, progress=told
            )
    except SweepInterrupted as stop:
        typer.echo(str(stop), err=True)
        raise typer.Exit(INTERRUPTED) from None
    if as_object:
        typer.echo(as_json(sweep_report(made)))
        return
    if made.replaced:
        typer.echo(f"Parts that were damaged and have been computed again: {', '.join(map(str, made.replaced))}.")
    console().print(sweep_table(made))
    typer.echo(f"{len(asked.points)} points, {asked.lives} lives, seed {asked.seed}; all results are in {out}.")


@app.command()
def separate(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="A scenario with ranges or a table of draws.")],
    draws: Annotated[int, typer.Option(parser=whole, metavar="N", help="Draws of what is uncertain.")] = 64,
    replications: Annotated[int, typer.Option(parser=whole, metavar="N", help="Lives of each draw.")] = 8,
    seed: Seed = 1,
    workers: Workers = None,
    as_object: AsJson = False,
) -> None:
    """Tell what luck causes from what not knowing the parameters causes."""
    try:
        with progress(draws * replications) as told:
            made = run_separate(load_scenario(scenario), draws, replications, seed, workers=workers, progress=told)
    except Interrupted as stop:
        if isinstance(stop, UnknownsInterrupted) and stop.unknowns is not None:
            console().print(unknowns_table(stop.unknowns))
        typer.echo(_ended(stop), err=True)
        raise typer.Exit(INTERRUPTED) from None
    if as_object:
        typer.echo(as_json(unknowns_report(made)))
        return
    console().print(unknowns_table(made))
    typer.echo(
        f"Uncertain parameters: {len(made.paths)}; {len(made.drawn)} draws, {replications} lives each, seed {seed}."
    )
