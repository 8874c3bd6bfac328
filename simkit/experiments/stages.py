"""A study that is lived in several sweeps, one after the other, under one folder and with one progress."""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from simkit.experiments.comparison import Progress, shifted
from simkit.experiments.design import Design
from simkit.experiments.sweep import sweep

if TYPE_CHECKING:
    import pandas as pd


@dataclass
class Stages:
    """Where the sweeps of a study are lived, and how much of it is done.

    Attributes:
        folder: of the study; each sweep has one of its own in it.
        lives: how many there will be in all of them, at most.
        resume, workers, executor, cluster: as in `sweep`.
        progress: told how many lives of the study are done.
        done: how many that is.
    """

    folder: Path
    lives: int
    resume: bool
    workers: int | None
    executor: Executor | None
    cluster: str | None
    progress: Progress | None
    done: int = 0

    def live(self, design: Design, name: str) -> pd.DataFrame:
        """Outcomes of one sweep more, as in `Sweep.outcomes`.

        Args:
            design: its points.
            name: of its folder.

        Raises:
            StoreError, SweepInterrupted: as `sweep`.
        """
        made = sweep(
            design,
            out=self.folder / name,
            resume=self.resume,
            workers=self.workers,
            executor=self.executor,
            cluster=self.cluster,
            progress=shifted(self.progress, self.done, self.lives),
        )
        self.done += design.lives
        return made.outcomes
