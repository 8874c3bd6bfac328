"""The whole result as one object for machines."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from simkit.observed import Observed
from simkit.present.coverage import coverage, remarks
from simkit.run import Ensemble

ENDS = (
    "low and high are the ends of an interval of an estimate, named in 'kind', of confidence 'level'; "
    "p5, p50 (median) and p95 are the spread of lives; null stands for what was not reached or is no number"
)


def json_report(ensemble: Ensemble, observed: Observed | None = None) -> dict[str, Any]:
    """The summary, with the share of observed months inside the band if there are any.

    Every number is finite; what is missing is None.
    """
    report = {"ends": ENDS, "title": ensemble.scenario.title, **asdict(ensemble.summary)}
    if observed is not None:
        report["observed"] = {
            "source": observed.source,
            "first_month": observed.first_month,
            "inside_band": [asdict(entry) for entry in coverage(ensemble, observed)],
            "remarks": remarks(ensemble, observed),
        }
    return report


def as_json(content: dict[str, Any]) -> str:
    """JSON text; a number that JSON does not know is an error, not text."""
    return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False)
