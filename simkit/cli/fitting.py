"""The command that fits a scenario to a company's months."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import RenderableType
from rich.text import Text

from simkit.cli.terminal import (
    INTERRUPTED,
    AsJson,
    Columns,
    Seed,
    Sheet,
    Workers,
    app,
    console,
    observed_from,
    progress,
    whole,
)
from simkit.experiments.calibrate import SIMULATIONS, prior_lives
from simkit.experiments.calibrate import calibrate as fitted_to
from simkit.experiments.sweep import SweepInterrupted
from simkit.present.coverage import coverage, remarks
from simkit.present.fit_table import fit_sentences, fit_table
from simkit.present.headline import headline
from simkit.present.json_report import as_json, fit_report
from simkit.present.tables import coverage_table, month_table
from simkit.run import Interrupted
from simkit.scenarios import load_scenario


@app.command()
def calibrate(
    scenario: Annotated[
        str, typer.Argument(metavar="SCENARIO", help="A scenario whose uncertain values are given as ranges.")
    ],
    data: Annotated[Path, typer.Argument(metavar="DATA", help="Months that the company has seen: CSV or Excel.")],
    out: Annotated[
        Path, typer.Option(metavar="DIR", help="Folder of the fitted scenario and of the lives that the fit rests on.")
    ],
    simulations: Annotated[
        int, typer.Option(parser=whole, metavar="N", help="Lives of what is believed before.")
    ] = SIMULATIONS,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with a fit that was interrupted.")] = False,
    columns: Columns = None,
    sheet: Sheet = None,
    seed: Seed = 1,
    workers: Workers = None,
    cluster: Annotated[str | None, typer.Option(metavar="ADDRESS", help="Scheduler of a Dask cluster.")] = None,
    as_object: AsJson = False,
) -> None:
    """Fit a scenario to a company's months: what they say about it, and what is to come."""
    chosen, seen = load_scenario(scenario), observed_from(data, columns, sheet)
    try:
        with progress(simulations) as told:
            prior = prior_lives(
                chosen,
                seen.months,
                simulations,
                seed,
                out / "prior",
                resume=resume,
                workers=workers,
                cluster=cluster,
                progress=told,
            )
        fit = fitted_to(prior, seen)
        file = fit.save(out)
        with progress(len(fit.replications)) as told:
            lives = fit.lives(workers=workers, progress=told)
    except (SweepInterrupted, Interrupted) as stop:
        typer.echo(str(stop), err=True)
        raise typer.Exit(INTERRUPTED) from None
    if as_object:
        typer.echo(as_json(fit_report(fit, lives)))
        return
    first, *others = fit_sentences(fit)
    parts: list[RenderableType] = [Text(first, style="bold"), *others, "", fit_table(fit), "", *headline(lives)]
    parts += ["", month_table(lives), "", coverage_table(coverage(lives, seen)), *remarks(lives, seen)]
    console().print(*parts, sep="\n")
    typer.echo(f"The fitted scenario is {file}; it runs, compares and sweeps like any other.")
