"""Results in a folder: all of it or nothing."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

from simkit.errors import OutputError
from simkit.experiments.comparison import comparable
from simkit.observed import Observed
from simkit.present.json_report import as_json, comparison_report, json_report
from simkit.run import Ensemble
from simkit.scenarios import save_scenario

if TYPE_CHECKING:
    import pandas as pd

    from simkit.experiments.attribution import Attribution
    from simkit.experiments.comparison import Comparison


def export(ensemble: Ensemble, folder: Path, observed: Observed | None = None) -> None:
    """Write tables (Parquet), the resolved scenario (TOML), summary and provenance (JSON) into a new or empty folder.

    Raises:
        OutputError: the folder is in use, or cannot be written.
    """
    with _whole(folder) as unfinished:
        _write(ensemble, unfinished, observed)


def export_comparison(comparison: Comparison, whys: Sequence[Attribution], folder: Path) -> None:
    """Write tables (Parquet), all of it with its reasons (JSON), and each scenario (TOML) into a new or empty folder.

    The tables: differences, crossed_by (P(crossed by m)), outcomes (one row a scenario and life, so that pairs can be
    made again), and why where it was asked for.

    Raises:
        OutputError: the folder is in use, or cannot be written.
    """
    with _whole(folder) as unfinished:
        for name, table in _comparison_tables(comparison, whys).items():
            table.to_parquet(unfinished / f"{name}.parquet", index=False)
        report = as_json(comparison_report(comparison, whys))
        (unfinished / "comparison.json").write_text(report + "\n", encoding="utf-8")
        for number, ensemble in enumerate(comparison.ensembles.values(), 1):
            name = f"{number}-{ensemble.scenario.name}"  # its own: a table of draws is named after the scenario
            save_scenario(replace(ensemble.scenario, name=name), unfinished / f"{name}.toml")


@contextmanager
def _whole(folder: Path) -> Iterator[Path]:
    """What is written under another name beside a folder, and renamed in the end, so that it is never half full."""
    check_folder(folder)
    unfinished = folder.parent / f".{folder.name}.{uuid.uuid4().hex[:8]}"
    try:
        unfinished.mkdir(parents=True)
        yield unfinished
        if folder.exists():
            folder.rmdir()
        unfinished.rename(folder)
    except (OSError, OutputError) as error:
        said = error.message if isinstance(error, OutputError) else f"cannot be written: {error.strerror or error}"
        raise OutputError(said, field="--out", value=str(folder)) from None
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def check_folder(folder: Path) -> None:
    """Refuse a folder that results cannot go to, before any time is spent on them.

    Raises:
        OutputError: it is a file, not empty, or may not be written.
    """
    if folder.exists() and not folder.is_dir():
        raise OutputError("is a file", field="--out", value=str(folder), hint="Name a new folder.")
    if folder.is_dir() and any(folder.iterdir()):
        raise OutputError(
            "is not empty", field="--out", value=str(folder), hint="Name a new folder, or empty it first."
        )
    above = next(parent for parent in folder.absolute().parents if parent.exists())
    if not above.is_dir() or not os.access(above, os.W_OK):
        hint = "Name a folder in a place that you may write to."
        raise OutputError(f"cannot be made in {above}", field="--out", value=str(folder), hint=hint)


def _write(ensemble: Ensemble, folder: Path, observed: Observed | None) -> None:
    for name, table in _tables(ensemble).items():
        table.to_parquet(folder / f"{name}.parquet", index=False)
    save_scenario(ensemble.scenario, folder / "scenario.toml")
    for name, content in (("summary", json_report(ensemble, observed)), ("provenance", asdict(ensemble.provenance))):
        (folder / f"{name}.json").write_text(as_json(content) + "\n", encoding="utf-8")


def _comparison_tables(comparison: Comparison, whys: Sequence[Attribution]) -> dict[str, pd.DataFrame]:
    import pandas as pd

    lives = []
    for name, ensemble in comparison.ensembles.items():
        table = ensemble.outcomes
        table.insert(0, "scenario", name)
        lives.append(table.assign(**{o: ensemble.measure(o) for o in comparison.outcomes if o not in table}))
    tables = {"differences": comparison.differences, "outcomes": pd.concat(lives, ignore_index=True)}
    if comparable({name: one.scenario for name, one in comparison.ensembles.items()}, ["crossed"]):
        tables["crossed_by"] = comparison.crossed_by
    if whys:
        parts = [why.table.assign(scenario=why.scenario, outcome=why.outcome, n=why.lives) for why in whys]
        tables["why"] = pd.concat(parts, ignore_index=True)
    return tables


def _tables(ensemble: Ensemble) -> dict[str, pd.DataFrame]:
    tables = {
        "monthly": ensemble.monthly,
        "channels": ensemble.channels,
        "roles": ensemble.roles,
        "outcomes": ensemble.outcomes,
    }
    if ensemble.scenario.uncertain:
        tables["draws"] = ensemble.draws
    if ensemble.lives.items is not None:
        tables["items"] = ensemble.items
    return tables
