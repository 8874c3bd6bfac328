"""Commands about many points or draws of a scenario: sweep, separate."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from simkit.cli.scenarios import parsed_settings
from simkit.cli.terminal import (
    INTERRUPTED,
    AsJson,
    ChartFile,
    Outcomes,
    Seed,
    Settings,
    Workers,
    app,
    console,
    progress,
    whole,
)
from simkit.experiments.design import load_design
from simkit.experiments.summary import check_summarised
from simkit.experiments.sweep import SweepInterrupted
from simkit.experiments.sweep import sweep as run_sweep
from simkit.experiments.unknowns import Unknowns, UnknownsInterrupted
from simkit.experiments.unknowns import separate as run_separate
from simkit.present.chart_files import check_chart_file, save_chart
from simkit.present.comparison_tables import unknowns_table
from simkit.present.json_report import as_json, sweep_report, unknowns_report
from simkit.present.sweep_table import SHOWN, not_counted, sweep_table
from simkit.run import Interrupted
from simkit.scenarios import load_scenario


@app.command()
def sweep(
    design: Annotated[Path, typer.Argument(metavar="DESIGN", help="A design file (TOML).")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder of the results.")],
    resume: Annotated[bool, typer.Option("--resume", help="Go on with what is in the folder.")] = False,
    monthly: Annotated[bool, typer.Option("--monthly", help="Keep monthly results too.")] = False,
    workers: Workers = None,
    cluster: Annotated[str | None, typer.Option(metavar="ADDRESS", help="Scheduler of a Dask cluster.")] = None,
    outcomes: Outcomes = None,
    as_object: AsJson = False,
    chart: ChartFile = None,
) -> None:
    """Simulate a scenario over a design of points; a run that ended early can be resumed."""
    asked = load_design(design)
    shown = tuple(outcomes or SHOWN)
    check_summarised(asked, shown)
    if chart is not None:
        check_chart_file(chart)
    try:
        with progress(asked.lives) as told:
            made = run_sweep(
                asked, out=out, resume=resume, monthly=monthly, workers=workers, cluster=cluster, progress=told
            )
    except SweepInterrupted as stop:
        typer.echo(str(stop), err=True)
        raise typer.Exit(INTERRUPTED) from None
    if chart is not None:
        from simkit.present.experiment_charts import sweep_charts  # Altair, which only charts need

        save_chart(sweep_charts(made, shown), chart)
    if as_object:
        typer.echo(as_json(sweep_report(made)))
        return
    if made.replaced:
        typer.echo(f"Parts that were damaged and have been computed again: {', '.join(map(str, made.replaced))}.")
    console().print(sweep_table(made, shown), *not_counted(made, shown), sep="\n")
    if len(failed := made.failures):
        first = failed.iloc[0]
        typer.echo(
            f"{len(failed)} lives failed and are kept with their errors, the first one at point {first['point']}:",
            err=True,
        )
        typer.echo(first["error"], err=True)
    typer.echo(f"{len(asked.points)} points, {asked.lives} lives, seed {asked.seed}; all results are in {out}.")


@app.command()
def separate(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="A scenario with ranges or a table of draws.")],
    settings: Settings = None,
    draws: Annotated[int, typer.Option(parser=whole, metavar="N", help="Draws of what is uncertain.")] = 64,
    replications: Annotated[int, typer.Option(parser=whole, metavar="N", help="Lives of each draw.")] = 8,
    seed: Seed = 1,
    workers: Workers = None,
    outcomes: Outcomes = None,
    as_object: AsJson = False,
) -> None:
    """Tell what luck causes from what not knowing the parameters causes."""
    chosen = load_scenario(scenario).with_changes(parsed_settings(settings or ()))
    try:
        with progress(draws * replications) as told:
            made = run_separate(chosen, draws, replications, seed, workers, outcomes=outcomes, progress=told)
    except Interrupted as stop:
        done = stop.unknowns if isinstance(stop, UnknownsInterrupted) else None
        if done is not None and not as_object:
            console().print(unknowns_table(done))
        lives = 0 if done is None else len(done.drawn) * done.replications
        typer.echo(f"Interrupted after {lives} of {stop.asked} lives; nothing was kept.", err=True)
        raise typer.Exit(INTERRUPTED) from None
    if as_object:
        typer.echo(as_json(unknowns_report(made)))
        return
    console().print(unknowns_table(made))
    typer.echo(
        f"Uncertain parameters: {len(made.paths)}; {len(made.drawn)} draws, {replications} lives each, seed {seed}."
    )
    if len(made.paths) > 1 and made.table["share"].notna().any():
        typer.echo(f"Which of them matters most: {_next(made, scenario, settings or ())}")


def _next(made: Unknowns, scenario: str, settings: Sequence[str]) -> str:
    """The command that tells what not knowing comes from, in the outcome in which it causes the largest share."""
    outcome = made.table.sort_values("share", ascending=False)["outcome"].iloc[0]
    over = [word for path in made.paths for word in ("--over", path)]
    given = [word for setting in settings for word in ("--set", setting)]
    return shlex.join(["simkit", "sensitivity", scenario, "--method", "sobol", "--outcome", outcome, *over, *given])
