"""The whole result as one object for machines."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from simkit.experiments.attribution import Attribution
from simkit.experiments.calibrate import Fit
from simkit.experiments.comparison import Comparison, comparable
from simkit.experiments.decide import Advice
from simkit.experiments.discover import Discovery
from simkit.experiments.rank import Ranking
from simkit.experiments.robust import Robustness
from simkit.experiments.searched import Search
from simkit.experiments.sensitivity import Sensitivity
from simkit.experiments.sweep import Sweep
from simkit.experiments.tornado import Tornado
from simkit.experiments.unknowns import Unknowns
from simkit.observed import Observed
from simkit.present.coverage import coverage, remarks
from simkit.present.fit_months import check_rows, forecast_rows
from simkit.run import Ensemble, Precision
from simkit.run.provenance import version_of

if TYPE_CHECKING:
    import pandas as pd

ENDS = (
    "low and high are the ends of an interval of an estimate, named in 'kind', of confidence 'level'; "
    "p5, p50 (median) and p95 are the spread of lives; null stands for what was not reached or is no number"
)
_ENDS_OF_INTERVALS = "low and high are the ends of an interval of confidence 'level'; null stands for what is no number"


def json_report(
    ensemble: Ensemble, observed: Observed | None = None, precision: Precision | None = None
) -> dict[str, Any]:
    """The summary, with the share of observed months inside the band and the precision reached where there are any.

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
    if precision is not None:
        report["reached"] = {precision.outcome: str(precision.reached(ensemble))}
    return report


def comparison_report(comparison: Comparison, whys: Sequence[Attribution] = ()) -> dict[str, Any]:
    """Differences from the reference, P(crossed by m), and what each lever contributes."""
    one_line = comparable({name: one.scenario for name, one in comparison.ensembles.items()}, ["crossed"])
    return {
        "ends": _ENDS_OF_INTERVALS,
        "reference": comparison.reference,
        "replications": len(comparison),
        "seed": comparison.seed,
        "version": version_of("simkit"),
        "scenario_hash": {name: ensemble.scenario.hash for name, ensemble in comparison.ensembles.items()},
        "reached": {name: str(reached) for name, reached in comparison.reached.items()},
        "conclusions": list(comparison.conclusions),
        "differences": _rows(comparison.differences),
        "crossed_by": _rows(comparison.crossed_by) if one_line else [],
        "why": [
            {"scenario": why.scenario, "outcome": why.outcome, **asdict(why.total), "levers": _rows(why.table)}
            for why in whys
        ],
    }


def sweep_report(sweep: Sweep) -> dict[str, Any]:
    """What was asked for, and the summary of every point."""
    return {
        "ends": _ENDS_OF_INTERVALS,
        "folder": str(sweep.folder),
        **sweep.store.manifest,
        "summary": _rows(sweep.summary),
    }


def tornado_report(tornado: Tornado) -> dict[str, Any]:
    """How far each value, moved by itself, moves the outcome, and what to measure."""
    return {
        "ends": _ENDS_OF_INTERVALS,
        **tornado.sweep.store.manifest,
        "outcome": tornado.outcome,
        "values": _rows(tornado.table),
        "to_measure": _rows(tornado.to_measure),
    }


def sensitivity_report(sensitivity: Sensitivity) -> dict[str, Any]:
    """How much each value matters, how much of that is luck, and what to measure."""
    return {
        "ends": _ENDS_OF_INTERVALS,
        **sensitivity.sweep.store.manifest,
        "outcome": sensitivity.outcome,
        "method": sensitivity.method,
        "lives": sensitivity.lives,
        "left_out": sensitivity.left_out,
        "luck": None if math.isnan(sensitivity.luck) else sensitivity.luck,
        "values": _rows(sensitivity.table),
        "to_measure": _rows(sensitivity.to_measure),
    }


def discovery_report(discovery: Discovery) -> dict[str, Any]:
    """The region, and its scores in the points in which it was found and in points held out."""
    region = discovery.region
    return {
        "ends": f"{_ENDS_OF_INTERVALS}; in 'region' low and high are limits, null where it is open",
        **discovery.sweep.store.manifest,
        **{name: getattr(discovery, name) for name in ("outcome", "below", "above", "method")},
        "region": _rows(discovery.table),
        "held_out": asdict(region.held_out),
        "found_in": asdict(region.scores),
        "choices": _rows(region.others),
    }


def unknowns_report(unknowns: Unknowns) -> dict[str, Any]:
    """What luck causes and what not knowing causes, by outcome."""
    return {
        "scenario": unknowns.scenario.name,
        "scenario_hash": unknowns.scenario.hash,
        "uncertain": list(unknowns.paths),
        "draws": len(unknowns.drawn),
        "replications": unknowns.replications,
        "seed": unknowns.seed,
        "version": version_of("simkit"),
        "outcomes": _rows(unknowns.table),
    }


def search_report(search: Search) -> dict[str, Any]:
    """What was asked for, what was chosen, finalists in fresh lives, and every plan that was tried."""
    design = search.design
    return {
        "ends": "low and high are the ends of an interval of confidence 'level'; null stands for what is no number",
        "scenario_hash": design.plans.base.hash,
        "objectives": list(design.objectives),
        "constraints": search.kept_to(),
        "budget": design.plans.budget,
        "plans": len(design.plans),
        "tried": len(search.tried),
        "replications": design.replications,
        "seed": design.seed,
        "fresh_seed": design.fresh_seed,
        "version": version_of("simkit"),
        "chosen": sorted({int(number) for number in search.confirmed.loc[search.confirmed["chosen"], "plan"]}),
        "confirmed": _rows(search.confirmed),
        "trials": _rows(search.trials),
    }


def ranking_report(ranking: Ranking) -> dict[str, Any]:
    """The pick, and how far the others are behind."""
    return {
        "ends": "low and high are the ends of a 95 % interval; null stands for what is no number",
        "outcome": ranking.outcome,
        "best": ranking.best,
        "decided": ranking.decided,
        "probability": ranking.probability,
        "indifference": ranking.indifference,
        "seed": ranking.seed,
        "version": version_of("simkit"),
        "scenario_hash": {name: scenario.hash for name, scenario in ranking.scenarios.items()},
        "scenarios": _rows(ranking.table),
    }


def robustness_report(robustness: Robustness) -> dict[str, Any]:
    """The plan that is regretted least, and the regrets of all."""
    return {
        "ends": "low and high are the ends of an interval of confidence 'level'; null stands for what is no number",
        "outcome": robustness.outcome,
        "best": robustness.best,
        "best_as_assumed": robustness.best_as_assumed,
        "unknown": sorted(robustness.futures[0]),
        "seed": robustness.seed,
        "version": version_of("simkit"),
        "scenario_hash": {name: scenario.hash for name, scenario in robustness.plans.items()},
        "plans": _rows(robustness.table),
    }


def fit_report(fit: Fit, predictive: Ensemble) -> dict[str, Any]:
    """What the months say about each uncertain value, each of them against new lives of the fitted company, and the
    months to come, if there are any."""
    to_come = fit.observed.months < fit.prior.months
    return {
        "prior_hash": fit.prior.scenario.hash,
        "scenario_hash": fit.scenario.hash,
        "simulations": fit.prior.table.done,
        "kept": len(fit.replications),
        "likeness": fit.likeness,
        "warning": fit.warning,
        "informed": list(fit.informed),
        "parameters": _rows(fit.parameters),
        "checked_with": len(predictive),
        "checks": _rows(check_rows(predictive, fit.observed)),
        "months_to_come": _rows(forecast_rows(fit)) if to_come else None,
        "forecast": json_report(fit.lives) if to_come else None,
    }


def advice_report(advice: Advice, predictive: Ensemble) -> dict[str, Any]:
    """What each decision is worth now, what waiting is worth, and how it looks at each review."""
    return {
        "ends": "low and high are the ends of a 95 % interval; net and gain are money from 'month' to 'horizon'",
        "best": advice.best,
        "month": advice.month,
        "horizon": advice.fit.prior.months,
        "currency": advice.fit.prior.scenario.parameters.company.currency,
        "options": _rows(advice.options),
        "wait_months": advice.wait,
        "waiting": asdict(advice.waiting),
        "stops_then": advice.stops_then,
        "reviews": _rows(advice.reviews),
        "decisions": _rows(advice.decisions),
        "lives": advice.lives,
        "seed": advice.fit.prior.table.design.seed,
        "version": version_of("simkit"),
        "fit": fit_report(advice.fit, predictive),
    }


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a table, a missing number as None."""
    rows: list[dict[str, Any]] = json.loads(table.to_json(orient="records"))
    return rows


def as_json(content: dict[str, Any]) -> str:
    """JSON text; a number that JSON does not know is an error, not text."""
    return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False)
