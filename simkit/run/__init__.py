"""Running a scenario many times: replications, wherever they are computed, and the ensemble they make."""

from __future__ import annotations

from simkit.run.crossing import CrossingTime
from simkit.run.ensemble import Ensemble
from simkit.run.lives import Lives
from simkit.run.measures import MEASURES, check_measure
from simkit.run.precision import Precision, Reached
from simkit.run.provenance import Provenance
from simkit.run.replications import Interrupted, simulate, stream
from simkit.run.summary import Amount, Month, Share, Summary

__all__ = [
    "MEASURES",
    "Amount",
    "CrossingTime",
    "Ensemble",
    "Interrupted",
    "Lives",
    "Month",
    "Precision",
    "Provenance",
    "Reached",
    "Share",
    "Summary",
    "check_measure",
    "simulate",
    "stream",
]
