"""Commands about which scenario to choose: search, rank, robust."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from simkit.cli.comparing import named_scenarios
from simkit.cli.sensitivity import Varied, varied_from
from simkit.cli.terminal import (
    INTERRUPTED,
    AsJson,
    ChartFile,
    Seed,
    Workers,
    app,
    console,
    progress,
    whole,
)
from simkit.experiments.rank import BUDGET, RankingInterrupted
from simkit.experiments.rank import rank as run_rank
from simkit.experiments.robust import robust as run_robust
from simkit.experiments.search import SearchInterrupted
from simkit.experiments.search import search as run_search
from simkit.experiments.search_design import load_search_design
from simkit.experiments.sweep import SweepInterrupted
from simkit.present.chart_files import check_chart_file, save_chart
from simkit.present.json_report import as_json, ranking_report, robustness_report, search_report
from simkit.present.search_tables import (
    confirmed_table,
    plans_table,
    ranking_table,
    robustness_table,
    search_sentences,
    trials_table,
)
from simkit.run import Interrupted

Resume = Annotated[bool, typer.Option("--resume", help="Go on with what is in the folder.")]
Cluster = Annotated[str | None, typer.Option(metavar="ADDRESS", help="Scheduler of a Dask cluster.")]


@app.command()
def search(
    design: Annotated[Path, typer.Argument(metavar="DESIGN", help="A design file (TOML).")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder of the results.")],
    resume: Resume = False,
    workers: Workers = None,
    cluster: Cluster = None,
    as_object: AsJson = False,
    chart: ChartFile = None,
) -> None:
    """Find the best scenario under a budget and constraints, and confirm it in lives that did not choose it."""
    asked = load_search_design(design)
    if chart is not None:
        check_chart_file(chart)
    with _interruptible(), progress(asked.lives) as told:
        found = run_search(asked, out=out, resume=resume, workers=workers, cluster=cluster, progress=told)
    if chart is not None:
        save_chart(found.chart(), chart)
    if as_object:
        typer.echo(as_json(search_report(found)))
        return
    console().print(*search_sentences(found), "", plans_table(found), "", confirmed_table(found), sep="\n")
    typer.echo(f"All {len(found.tried)} plans are in {out / 'trials.csv'}; what was chosen is in {out} as a scenario.")


@app.command()
def rank(
    scenarios: Annotated[list[str], typer.Argument(metavar="[NAME=]SCENARIO...", help="Two or more.")],
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="[NAME:]PATH=VALUE", help="Change a value in all scenarios, or in one."),
    ] = None,
    outcome: Annotated[str, typer.Option(metavar="OUTCOME", help="What they are ranked by.")] = (
        "restricted_crossing_month"
    ),
    probability: Annotated[float, typer.Option(metavar="P", help="That the pick is right.")] = 0.95,
    indifference: Annotated[
        float | None, typer.Option(metavar="D", help="The smallest difference that matters, in the outcome's unit.")
    ] = None,
    budget: Annotated[int, typer.Option(parser=whole, metavar="N", help="The most lives of each.")] = BUDGET,
    seed: Seed = 1,
    workers: Workers = None,
    as_object: AsJson = False,
    chart: ChartFile = None,
) -> None:
    """Live a handful of scenarios until one is best with a stated probability."""
    given = named_scenarios(scenarios, settings or ())
    if chart is not None:
        check_chart_file(chart)
    with _interruptible(), progress(budget * len(given)) as told:
        made = run_rank(given, outcome, probability, indifference, seed, workers, budget=budget, progress=told)
    if chart is not None:
        save_chart(made.chart(), chart)
    if as_object:
        typer.echo(as_json(ranking_report(made)))
        return
    console().print(f"{made.said[0].upper()}{made.said[1:]}.", "", ranking_table(made), sep="\n")


@app.command()
def robust(
    scenarios: Annotated[list[str], typer.Argument(metavar="[NAME=]SCENARIO...", help="Two or more.")],
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="[NAME:]PATH=VALUE", help="Change a value in all scenarios, or in one."),
    ] = None,
    over: Varied = None,
    outcome: Annotated[str, typer.Option(metavar="OUTCOME", help="What is regretted.")] = "restricted_crossing_month",
    futures: Annotated[int, typer.Option(parser=whole, metavar="N", help="Draws of what is not known.")] = 64,
    replications: Annotated[int, typer.Option(parser=whole, metavar="N", help="Lives in each, an even number.")] = 8,
    seed: Seed = 1,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Folder of the results.")] = None,
    resume: Resume = False,
    workers: Workers = None,
    cluster: Cluster = None,
    as_object: AsJson = False,
    chart: ChartFile = None,
) -> None:
    """See which scenario is regretted least over what is not known."""
    given = named_scenarios(scenarios, settings or ())
    if chart is not None:
        check_chart_file(chart)
    unknown = varied_from(next(iter(given.values())), over)
    with _interruptible(), progress(0) as told:
        made = run_robust(
            given,
            unknown,
            outcome,
            futures,
            replications,
            seed,
            out,
            resume=resume,
            workers=workers,
            cluster=cluster,
            progress=told,
        )
    if chart is not None:
        save_chart(made.chart(), chart)
    if as_object:
        typer.echo(as_json(robustness_report(made)))
        return
    console().print(f"{made.said[0].upper()}{made.said[1:]}.", "", robustness_table(made), sep="\n")


@contextmanager
def _interruptible() -> Iterator[None]:
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what is lost is said in one line of ours
    try:
        yield
    except (SearchInterrupted, SweepInterrupted, Interrupted) as stop:
        if isinstance(stop, SearchInterrupted) and stop.search.tried:
            console().print(trials_table(stop.search))
        if isinstance(stop, RankingInterrupted) and stop.ranking is not None:
            console().print(ranking_table(stop.ranking))
        typer.echo(str(stop), err=True)
        raise typer.Exit(INTERRUPTED) from None
