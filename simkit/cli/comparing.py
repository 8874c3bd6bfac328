"""The command that compares scenarios."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import RenderableType
from rich.text import Text

from simkit.cli.scenarios import parsed_settings
from simkit.cli.terminal import (
    INTERRUPTED,
    AsJson,
    Budget,
    ChartFile,
    Lives,
    Outcomes,
    Seed,
    Within,
    Workers,
    app,
    console,
    lives_asked,
    progress,
)
from simkit.errors import ParameterError, nearest
from simkit.experiments.attribution import Attribution
from simkit.experiments.compare import Comparison, ComparisonInterrupted
from simkit.experiments.compare import compare as run_compare
from simkit.present.chart_files import check_chart_file, save_chart
from simkit.present.comparison_tables import attribution_table, difference_table
from simkit.present.export import check_folder, export_comparison
from simkit.present.json_report import as_json, comparison_report
from simkit.run import Interrupted, check_measure
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
    replications: Lives = None,
    within: Within = None,
    budget: Budget = None,
    seed: Seed = 1,
    workers: Workers = None,
    outcomes: Outcomes = None,
    why: Annotated[
        str | None, typer.Option(metavar="OUTCOME", help="Share the differences in an outcome out among the levers.")
    ] = None,
    as_object: AsJson = False,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write tables, lives, reasons and scenarios there.")
    ] = None,
    chart: ChartFile = None,
) -> None:
    """Compare scenarios that share their luck, life by life: what differs, and why."""
    given = named_scenarios(scenarios, settings or ())
    asked, precision = lives_asked(replications, within, budget)
    if why is not None:
        check_measure(why, next(iter(given.values())).parameters.horizon_months)
    if out is not None:
        check_folder(out)
    if chart is not None:
        check_chart_file(chart)
    made: Comparison | None = None
    whys: list[Attribution] = []
    stop: Interrupted | None = None
    try:
        with progress(0 if asked == "auto" else asked * len(given)) as told:
            made = run_compare(given, asked, seed, workers, outcomes=outcomes, precision=precision, progress=told)
        for name in list(given)[1:] if why is not None else ():
            with progress(0) as told:
                whys.append(made.why(name, why or "", workers=workers, progress=told))
    except ComparisonInterrupted as stopped:
        made, stop = stopped.comparison, stopped
    except Interrupted as stopped:
        stop = stopped
    if made is not None:
        _leave(made, whys, out, chart)
        if as_object and stop is None:
            typer.echo(as_json(comparison_report(made, whys)))
        elif not as_object:
            _show(made, whys)
    if stop is not None:
        typer.echo(_ended(stop, made, out), err=True)
        raise typer.Exit(INTERRUPTED)
    if not as_object and out is not None:
        typer.echo(f"Tables, lives, reasons and scenarios are in {out}.")


def _leave(made: Comparison, whys: Sequence[Attribution], out: Path | None, chart: Path | None) -> None:
    if out is not None:
        export_comparison(made, whys, out)
    if chart is not None:
        from simkit.present.experiment_charts import comparison_charts  # Altair, which only charts need

        save_chart(comparison_charts(made, whys), chart)


def _show(made: Comparison, whys: Sequence[Attribution]) -> None:
    parts: list[RenderableType] = [Text(said) for said in made.conclusions]
    parts += ["", difference_table(made)]
    for attribution in whys:
        parts += ["", attribution_table(attribution)]
    parts += [f"{name}, {reached.precision.outcome}: {reached}" for name, reached in made.reached.items()]
    console().print(*parts, sep="\n")
    typer.echo(
        f"{len(made)} lives of each scenario with the same luck, seed {made.seed}; p corrected for all rows (Holm)."
    )


def _ended(stop: Interrupted, made: Comparison | None, out: Path | None) -> str:
    """What an interrupt leaves."""
    if made is None:
        return f"Interrupted within {stop.asked} lives, before every scenario had one; nothing was kept."
    where = "nothing was kept (--out DIR keeps what is done)" if out is None else f"they are kept in {out}"
    return f"Interrupted; {len(made)} lives of each scenario are compared; {where}."


def named_scenarios(sources: Sequence[str], settings: Sequence[str]) -> dict[str, Scenario]:
    """Scenarios as typed, [NAME=]SCENARIO, with what is set in all of them or in one."""
    return _changed(_loaded(sources), settings)


def _loaded(sources: Sequence[str]) -> dict[str, Scenario]:
    """Scenarios by the name that they are given, or by that of their file."""
    given: dict[str, Scenario] = {}
    for text in sources:
        name, equals, source = text.rpartition("=")
        name = name if equals else Path(source).stem
        if name in given:
            raise ParameterError("two scenarios have this name", field=name, hint="Write NAME=SCENARIO.")
        given[name] = load_scenario(source)
    return given


def _changed(scenarios: dict[str, Scenario], settings: Sequence[str]) -> dict[str, Scenario]:
    """Values set in all scenarios, or in the one that is named: PATH=VALUE, NAME:PATH=VALUE."""
    asked: dict[str, list[str]] = {name: [] for name in scenarios}
    for setting in settings:
        name, colon, rest = setting.partition(":")
        one = bool(colon) and "=" not in name
        if one and name not in scenarios:
            hint = nearest(name, scenarios) or f"There are {', '.join(scenarios)}."
            raise ParameterError("there is no such scenario", field="--set", value=name, hint=hint)
        for known in (name,) if one else scenarios:
            asked[known].append(rest if one else setting)
    return {name: scenario.with_changes(parsed_settings(asked[name])) for name, scenario in scenarios.items()}
