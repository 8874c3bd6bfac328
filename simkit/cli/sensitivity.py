"""Commands about what matters and where it fails: tornado, sensitivity, discover."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer

from simkit.cli.scenarios import parsed_settings
from simkit.cli.terminal import INTERRUPTED, AsJson, ChartFile, Seed, Settings, Workers, app, console, progress, whole
from simkit.errors import ParameterError, RunError
from simkit.experiments.axes import SPAN, named_paths
from simkit.experiments.discover import discover as run_discover
from simkit.experiments.sensitivity import sensitivity as run_sensitivity
from simkit.experiments.sweep import SweepInterrupted, load_sweep
from simkit.experiments.tornado import tornado as run_tornado
from simkit.present.chart_files import check_chart_file, save_chart
from simkit.present.figures import per_cent
from simkit.present.json_report import as_json, discovery_report, sensitivity_report, tornado_report
from simkit.present.region_words import region_in_words
from simkit.present.sensitivity_tables import discovery_table, measure_table, sensitivity_table, tornado_table
from simkit.scenarios import Scenario, load_scenario

Base = Annotated[str, typer.Argument(metavar="SCENARIO", help="A scenario file, or the name of a shipped scenario.")]
Varied = Annotated[
    list[str] | None,
    typer.Option(
        "--over",
        metavar="NAME[=LOW..HIGH]",
        help="What is varied: a path with its range (process.silos=0..1) or levels (0,0.5,1), without them over its "
        "range in the scenario, or a quarter either way. Also a group (process), levers, uncertainties, assumptions.",
    ),
]
Outcome = Annotated[str, typer.Option(metavar="NAME", help="Such as net_margin, crossed_by_24, roi.")]
Out = Annotated[Path | None, typer.Option(metavar="DIR", help="Keep the lives there.")]
Resume = Annotated[bool, typer.Option("--resume", help="Go on with what is in the folder.")]
Cluster = Annotated[str | None, typer.Option(metavar="ADDRESS", help="Scheduler of a Dask cluster.")]


@app.command()
def tornado(
    scenario: Base,
    over: Annotated[
        list[str] | None,
        typer.Option("--over", metavar="NAME", help="What is moved: paths, groups, levers, assumptions ...; or all."),
    ] = None,
    settings: Settings = None,
    outcome: Outcome = "restricted_crossing_month",
    span: Annotated[float, typer.Option(metavar="SHARE", help="By what share of itself a value is moved.")] = SPAN,
    replications: Annotated[int, typer.Option(parser=whole, metavar="N", help="Lives at each end.")] = 60,
    seed: Seed = 1,
    out: Out = None,
    resume: Resume = False,
    workers: Workers = None,
    cluster: Cluster = None,
    chart: ChartFile = None,
    as_object: AsJson = False,
) -> None:
    """Move each value down and up by itself: which one moves the outcome most, and what should be measured?"""
    base = load_scenario(scenario).with_changes(parsed_settings(settings or ()))
    with _running(out, chart) as told:
        made = run_tornado(
            base,
            over,
            outcome,
            replications,
            seed,
            out,
            span=span,
            resume=resume,
            workers=workers,
            cluster=cluster,
            progress=told,
        )
    _drawn(made, chart)
    if as_object:
        typer.echo(as_json(tornado_report(made)))
        return
    console().print(tornado_table(made))
    _measure(made.to_measure, bool(made.table["assumed"].any()))
    typer.echo(f"{replications} lives at each end, paired, seed {seed}; p corrected for all rows (Holm).")
    _kept(out, chart)


@app.command()
def sensitivity(
    scenario: Base,
    over: Varied = None,
    settings: Settings = None,
    outcome: Outcome = "restricted_crossing_month",
    method: Annotated[
        str, typer.Option(metavar="morris|sobol", help="Screen many, or share the variance out.")
    ] = "morris",
    samples: Annotated[
        int | None, typer.Option(parser=whole, metavar="N", help="Trajectories (16), or for sobol a power of two (64).")
    ] = None,
    replications: Annotated[int, typer.Option(parser=whole, metavar="N", help="Lives of each point.")] = 10,
    seed: Seed = 1,
    out: Out = None,
    resume: Resume = False,
    workers: Workers = None,
    cluster: Cluster = None,
    chart: ChartFile = None,
    as_object: AsJson = False,
) -> None:
    """Vary values together: how much does each of them matter, by itself and with the others?"""
    base = load_scenario(scenario).with_changes(parsed_settings(settings or ()))
    varied = varied_from(base, over)
    with _running(out, chart) as told:
        made = run_sensitivity(
            base,
            varied,
            outcome,
            method,
            samples,
            replications,
            seed,
            out,
            resume=resume,
            workers=workers,
            cluster=cluster,
            progress=told,
        )
    _drawn(made, chart)
    if as_object:
        typer.echo(as_json(sensitivity_report(made)))
        return
    console().print(sensitivity_table(made))
    _measure(made.to_measure, bool(made.table["assumed"].any()))
    design = made.sweep.design
    typer.echo(f"{len(design.points)} points of {made.lives} lives with the same luck, 95 % intervals, seed {seed}.")
    if made.left_out:
        typer.echo(f"{made.left_out} lives of each point are left out: some failed, or lack the outcome.")
    if made.lives > 1:
        typer.echo(f"Of the variance between points {per_cent(made.luck)} is luck; more lives a point lower that.")
    _kept(out, chart)


@app.command()
def discover(
    source: Annotated[
        str, typer.Argument(metavar="SCENARIO|DIR", help="A scenario, or the folder of a sweep that is done.")
    ],
    over: Varied = None,
    settings: Settings = None,
    outcome: Outcome = "crossed",
    below: Annotated[float | None, typer.Option(metavar="X", help="Points with a mean below X fail.")] = None,
    above: Annotated[float | None, typer.Option(metavar="X", help="Points with a mean above X fail.")] = None,
    density: Annotated[
        float, typer.Option(metavar="SHARE", help="How many of the points in the region have to fail.")
    ] = 0.8,
    method: Annotated[str, typer.Option(metavar="cart|prim", help="How the region is looked for.")] = "cart",
    points: Annotated[int, typer.Option(parser=whole, metavar="N", help="How many; powers of two are even.")] = 256,
    replications: Annotated[int, typer.Option(parser=whole, metavar="N", help="Lives of each point.")] = 10,
    seed: Seed = 1,
    out: Out = None,
    resume: Resume = False,
    workers: Workers = None,
    cluster: Cluster = None,
    chart: ChartFile = None,
    as_object: AsJson = False,
) -> None:
    """Find the region of levers and uncertainties in which the scenario fails: in which lives do not cross."""
    asked: dict[str, Any] = {"below": below, "above": above, "density": density, "method": method, "seed": seed}
    if Path(source).is_dir():
        if over or settings or out:
            raise RunError(
                "a folder of results has its points", field=source, hint="Leave --over, --set and --out out."
            )
        with _running(None, chart):
            made = run_discover(load_sweep(source), None, outcome, **asked)
    else:
        base = load_scenario(source).with_changes(parsed_settings(settings or ()))
        varied = varied_from(base, over)
        with _running(out, chart) as told:
            made = run_discover(
                base,
                varied,
                outcome,
                points=points,
                replications=replications,
                out=out,
                resume=resume,
                workers=workers,
                cluster=cluster,
                progress=told,
                **asked,
            )
    _drawn(made, chart)
    if as_object:
        typer.echo(as_json(discovery_report(made)))
        return
    terminal = console()
    terminal.print(*region_in_words(made), sep="\n")
    terminal.print("", discovery_table(made), sep="\n")
    scores, design = made.region.scores, made.sweep.design
    typer.echo(
        f"{scores.cases} of {scores.points} points fail; {design.replications} lives each, seed {design.seed}. Shares "
        f"with 95 % intervals are of points held out; where the region was found they are "
        f"{per_cent(scores.density.value)} and {per_cent(scores.coverage.value)}."
    )
    _kept(out, chart)


def varied_from(scenario: Scenario, over: Sequence[str] | None) -> dict[str, Any] | None:
    """Ranges and levels by path, as typed; None where nothing was said."""
    if not over:
        return None
    found: dict[str, Any] = {}
    for text in over:
        name, equals, given = text.partition("=")
        if not equals:
            found |= dict.fromkeys(named_paths([name], scenario))
            continue
        low, dots, high = given.partition("..")
        ends = [one.strip() for one in ((low, high) if dots else given.split(","))]
        if not all(ends):
            hint = "For example process.silos=0..1, or process.silos=0,0.5,1."
            raise ParameterError("expected NAME=LOW..HIGH or NAME=LEVEL,LEVEL", field="--over", value=text, hint=hint)
        values = [parsed_settings([f"{name}={one}"])[name] for one in ends]
        found[name] = tuple(values) if dots else values
    return found


@contextmanager
def _running(out: Path | None, chart: Path | None) -> Iterator[Callable[[int, int], object]]:
    """Lives under way: what can be refused is refused first, and an interrupt says what is kept."""
    if chart is not None:
        check_chart_file(chart)
    try:
        with progress(0) as told:
            yield told
    except SweepInterrupted as stop:
        done = f"{stop.sweep.done} of {stop.sweep.design.lives} lives were done"
        typer.echo(
            str(stop) if out else f"interrupted; {done}, nothing was kept (--out DIR keeps what is done).", err=True
        )
        raise typer.Exit(INTERRUPTED) from None


def _drawn(made: Any, chart: Path | None) -> None:
    if chart is not None:
        save_chart(made.chart(), chart)


def _measure(rows: pd.DataFrame, assumed: bool) -> None:
    """What to go and measure, below the table whose stars it explains."""
    if assumed:
        typer.echo("* has no source.")
    if len(rows):
        console().print("", measure_table(rows), "", sep="\n")


def _kept(out: Path | None, chart: Path | None) -> None:
    if out is not None:
        typer.echo(f"All lives are in {out}.")
    if chart is not None:
        typer.echo(f"The chart is in {chart}.")
