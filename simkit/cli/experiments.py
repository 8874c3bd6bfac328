"""Commands about many scenarios: compare, sweep, separate."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Annotated

import typer

from simkit.cli.terminal import INTERRUPTED, AsJson, Seed, Workers, app, console, progress, whole
from simkit.errors import ParameterError
from simkit.experiments.compare import compare as run_compare
from simkit.experiments.design import load_design
from simkit.experiments.sweep import SweepInterrupted
from simkit.experiments.sweep import sweep as run_sweep
from simkit.experiments.unknowns import separate as run_separate
from simkit.present.comparison_tables import attribution_table, difference_table, unknowns_table
from simkit.present.json_report import as_json, comparison_report
from simkit.present.sweep_table import sweep_table
from simkit.run import Interrupted, Precision
from simkit.scenarios import load_scenario


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
    seed: Seed = 1,
    workers: Workers = None,
    why: Annotated[
        str | None, typer.Option(metavar="OUTCOME", help="Share the differences in an outcome out among the levers.")
    ] = None,
    as_object: AsJson = False,
) -> None:
    """Compare scenarios that share their luck, life by life: what differs, and why."""
    given = dict(_named(text) for text in scenarios)
    if len(given) < len(scenarios):
        raise ParameterError("two scenarios have the same name", field="SCENARIO", hint="Write NAME=SCENARIO.")
    lives = 0 if replications == "auto" else whole(replications)
    precision = None if within is None else _precision(within)
    try:
        with progress(lives * len(given)) as told:
            made = run_compare(given, lives or "auto", seed, workers, precision=precision, progress=told)
        whys = []
        for name in list(given)[1:] if why is not None else ():
            with progress(0) as told:
                whys.append(made.why(name, why or "", workers=workers, progress=told))
    except Interrupted as stop:
        typer.echo(str(stop), err=True)
        raise typer.Exit(INTERRUPTED) from None
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
) -> None:
    """Tell what luck causes from what not knowing the parameters causes."""
    try:
        with progress(draws * replications) as told:
            made = run_separate(load_scenario(scenario), draws, replications, seed, workers=workers, progress=told)
    except Interrupted as stop:
        typer.echo(str(stop), err=True)
        raise typer.Exit(INTERRUPTED) from None
    console().print(unknowns_table(made))
    typer.echo(
        f"Uncertain parameters: {len(made.paths)}; {len(made.drawn)} draws, {replications} lives each, seed {seed}."
    )
