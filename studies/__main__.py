"""``python -m studies [NAME ...]``: runs studies; lives that are there, in .studies, are used again."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress

import simkit
from simkit.experiments.prior import KEPT
from simkit.run.fingerprint import fingerprint
from studies.assumptions import assumptions
from studies.behaviours import behaviours
from studies.companies import SCENARIO, companies
from studies.coverage import coverage
from studies.olist import olist
from studies.small import small
from studies.waiting import waiting
from studies.wrong_model import wrong_model

FOLDER = Path(".studies")
RESULTS = Path(__file__).with_name("results.json")
STUDIED = {"behaviours": "baseline", "assumptions": "baseline"}
"""Scenarios that studies are about; the others are about the companies of `SCENARIO`."""


def main() -> None:
    scenario = simkit.load_scenario(SCENARIO)
    with Progress(console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=None)

        def told(done: int, asked: int) -> None:
            bar.update(task, completed=done, total=asked)

        def here() -> Any:
            return companies(scenario, FOLDER, progress=told)

        known: dict[str, Callable[[], dict[str, Any]]] = {
            "small": small,
            "coverage": lambda: coverage(here()),
            "waiting": lambda: waiting(here()),
            "wrong_model": lambda: wrong_model(here()),
            "olist": lambda: olist(FOLDER, progress=told),
            "behaviours": lambda: behaviours(told),
            "assumptions": lambda: assumptions(FOLDER, told),
        }
        parser = argparse.ArgumentParser(prog="python -m studies", description=__doc__)
        parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(known), choices=[*known, []])
        for name in parser.parse_args().names or known:
            bar.update(task, description=name)
            record(name, known[name]())


def record(name: str, found: dict[str, Any]) -> None:
    """Keep what a study found, with what it was found with."""
    kept = load() if RESULTS.exists() else {}
    kept[name] = {"model": model_of(name), "kept": KEPT, **found}
    RESULTS.write_text(json.dumps(kept, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")


def model_of(name: str) -> str:
    """The fingerprint of what a study is about."""
    return _fingerprint(STUDIED.get(name, SCENARIO))


@cache
def _fingerprint(scenario: str | Path) -> str:
    return fingerprint(simkit.load_scenario(scenario))


def load() -> dict[str, Any]:
    """What studies found, by their names."""
    found: dict[str, Any] = json.loads(RESULTS.read_text(encoding="utf-8"))
    return found


if __name__ == "__main__":
    main()
