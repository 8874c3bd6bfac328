"""Commands on a company's own months: calibrate, decide."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.columns import Columns as SideBySide
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from simkit.cli.scenarios import parsed_settings
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
from simkit.errors import OutputError, ParameterError, StoreError
from simkit.experiments.calibrate import CHECKED, Fit
from simkit.experiments.calibrate import calibrate as fitted_to
from simkit.experiments.cluster import cluster_at
from simkit.experiments.decide import LIVES
from simkit.experiments.decide import decide as weighed
from simkit.experiments.doubts import unsure
from simkit.experiments.prior import FOLDER, QUARTER, SIMULATIONS
from simkit.experiments.sweep import SweepInterrupted
from simkit.parameters import Value
from simkit.present.advice import advice_sentences, best_table, options_table, reviews_table
from simkit.present.coverage import remarks
from simkit.present.fit_files import REPORT, fit_files
from simkit.present.fit_months import check_rows, check_sentence, check_tables, forecast_rows, forecast_tables
from simkit.present.fit_table import fit_sentences, fit_table
from simkit.present.headline import headline
from simkit.run import Interrupted
from simkit.scenarios import load_scenario

Uncertain = Annotated[
    str, typer.Argument(metavar="SCENARIO", help="A scenario whose uncertain values are given as ranges.")
]
Data = Annotated[Path, typer.Argument(metavar="DATA", help="Months that the company has seen: CSV or Excel.")]
Out = Annotated[Path, typer.Option(metavar="DIR", help="Folder of the fitted scenario and all that was found.")]
Before = Annotated[
    Path | None,
    typer.Option(
        "--prior",
        metavar="DIR",
        help="Folder of the lives that fits of several companies rest on; by default 'prior' in --out.",
    ),
]
Simulations = Annotated[int, typer.Option(parser=whole, metavar="N", help="Lives of what is believed before.")]
Resume = Annotated[bool, typer.Option("--resume", help="Go on with the lives that are in the folder.")]
Unsure = Annotated[
    bool, typer.Option("--unsure", help="Take the usual unknowns as unknown, where the scenario has no ranges.")
]
Cluster = Annotated[str | None, typer.Option(metavar="ADDRESS", help="Scheduler of a Dask cluster.")]


@app.command()
def calibrate(
    scenario: Uncertain,
    data: Data,
    out: Out,
    usual: Unsure = False,
    simulations: Simulations = SIMULATIONS,
    resume: Resume = False,
    columns: Columns = None,
    sheet: Sheet = None,
    seed: Seed = 1,
    workers: Workers = None,
    cluster: Cluster = None,
    prior: Before = None,
    as_object: AsJson = False,
) -> None:
    """Fit a scenario to a company's months: what they say about it, and what is to come."""
    with _interruptible():
        fit = _fit(scenario, data, out, prior, usual, simulations, resume, columns, sheet, seed, workers, cluster)
        with _somewhere(workers, cluster) as where, progress(CHECKED) as told:
            predictive = fit.predictive(**where, progress=told)
    files = fit_files(fit, predictive)
    file = _save(fit, out, files)
    if as_object:
        typer.echo(files[REPORT], nl=False)
        return
    first, *others = fit_sentences(fit)
    checks = check_rows(predictive, fit.observed)
    parts: list[RenderableType] = [Text(first, style="bold"), *others, "", fit_table(fit), ""]
    parts += [
        check_sentence(checks),
        *remarks(predictive, fit.observed),
        "",
        SideBySide(check_tables(checks), padding=(1, 4)),
    ]
    if fit.observed.months < fit.prior.months:
        parts += ["", *headline(fit.lives), "", SideBySide(forecast_tables(forecast_rows(fit)), padding=(1, 4))]
    console().print(*parts, sep="\n")
    typer.echo(f"The fitted scenario is {file}; it runs, compares and sweeps like any other. All tables lie beside it.")


@app.command()
def decide(
    scenario: Uncertain,
    data: Data,
    out: Out,
    options: Annotated[
        list[str] | None,
        typer.Option("--option", metavar="NAME:PATH=VALUE", help="A change to weigh besides: hire:team.content=3."),
    ] = None,
    wait: Annotated[
        int, typer.Option(parser=whole, metavar="MONTHS", help="When one would look again, in months.")
    ] = QUARTER,
    every: Annotated[
        int, typer.Option(parser=whole, metavar="MONTHS", help="Months between the reviews to look at.")
    ] = QUARTER,
    lives: Annotated[int, typer.Option(parser=whole, metavar="N", help="Lives with each decision.")] = LIVES,
    usual: Unsure = False,
    simulations: Simulations = SIMULATIONS,
    resume: Resume = False,
    columns: Columns = None,
    sheet: Sheet = None,
    seed: Seed = 1,
    workers: Workers = None,
    cluster: Cluster = None,
    prior: Before = None,
    as_object: AsJson = False,
) -> None:
    """Wait or stop: what holding, stopping and other decisions are worth after these months."""
    asked = _options(options or ())
    with _interruptible():
        fit = _fit(scenario, data, out, prior, usual, simulations, resume, columns, sheet, seed, workers, cluster)
        with _somewhere(workers, cluster) as where:
            with progress(CHECKED) as told:
                predictive = fit.predictive(**where, progress=told)
            with progress(0) as told:
                advice = weighed(fit, asked, wait=wait, every=every, lives=lives, **where, progress=told)
    files = fit_files(fit, predictive, advice)
    _save(fit, out, files)
    if as_object:
        typer.echo(files[REPORT], nl=False)
        return
    first, *others = advice_sentences(advice)
    parts: list[RenderableType] = [Text(first, style="bold"), *others, "", options_table(advice)]
    console().print(*parts, "", reviews_table(advice), "", best_table(advice), sep="\n")
    typer.echo(
        f"Every decision at every review is in {out / 'decisions.csv'}; the fit, and what it forecasts, beside it."
    )


def _beside(tables: list[Table]) -> RenderableType:
    """As many tables in a row as there is room for."""
    return SideBySide(tables, padding=(1, 4))


@contextmanager
def _interruptible() -> Iterator[None]:
    try:
        yield
    except (SweepInterrupted, Interrupted) as stop:
        typer.echo(str(stop), err=True)
        raise typer.Exit(INTERRUPTED) from None


@contextmanager
def _named(prior: Path | None) -> Iterator[None]:
    """What is wrong with a folder of lives is wrong with the option that names it."""
    try:
        yield
    except StoreError as mistake:
        if prior is None or mistake.field != "out":
            raise
        raise StoreError(mistake.message, field="--prior", value=mistake.value, hint=mistake.hint) from None


@contextmanager
def _somewhere(workers: int | None, cluster: str | None) -> Iterator[dict[str, Any]]:
    """Where lives are lived: on this machine, or on a cluster."""
    if cluster is None:
        yield {"workers": workers}
        return
    with cluster_at(cluster) as found:
        yield {"executor": found.executor}


def _fit(
    scenario: str,
    data: Path,
    out: Path,
    prior: Path | None,
    usual: bool,
    simulations: int,
    resume: bool,
    columns: Sequence[str] | None,
    sheet: str | None,
    seed: int,
    workers: int | None,
    cluster: str | None,
) -> Fit:
    chosen, seen = load_scenario(scenario), observed_from(data, columns, sheet)
    if usual:
        chosen = unsure(chosen)
    with _named(prior), progress(simulations) as told:
        return fitted_to(
            chosen,
            seen,
            simulations=simulations,
            seed=seed,
            out=prior or out / FOLDER,
            resume=resume,
            workers=workers,
            cluster=cluster,
            progress=told,
        )


def _save(fit: Fit, out: Path, files: dict[str, str]) -> Path:
    """Write the fitted scenario and all that was found; the scenario's file."""
    scenario = fit.save(out)
    try:
        for name, text in files.items():
            (out / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise OutputError(f"cannot be written: {error.strerror}", field=str(out)) from None
    return scenario


def _options(texts: Sequence[str]) -> dict[str, dict[str, Value]]:
    """Changes by the name of their option: NAME:PATH=VALUE, as often as needed."""
    found: dict[str, dict[str, Value]] = {}
    for text in texts:
        name, colon, setting = text.partition(":")
        if not (colon and name.strip() and "=" not in name):
            hint = "For example hire:team.content=3."
            raise ParameterError("expected name:path=value", field="--option", value=text, hint=hint)
        found.setdefault(name.strip(), {}).update(parsed_settings([setting]))
    return found
