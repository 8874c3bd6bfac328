"""All that a fit found, as files: what was read, what was learned, the check, the months to come, and the advice."""

from __future__ import annotations

from simkit.experiments.calibrate import Fit
from simkit.experiments.decide import Advice
from simkit.observed import csv_text
from simkit.present.fit_months import check_rows, forecast_rows
from simkit.present.json_report import advice_report, as_json, fit_report
from simkit.run import Ensemble

REPORT = "report.json"
"""The file that holds all of it as one object."""


def fit_files(fit: Fit, predictive: Ensemble, advice: Advice | None = None) -> dict[str, str]:
    """Text by the name of its file.

    Args:
        fit: what a company's months say.
        predictive: new lives of the fitted company, see `Fit.predictive`.
        advice: what decisions are worth, where they were weighed.
    """
    files = {
        "months.csv": csv_text(fit.observed),
        "parameters.csv": fit.parameters.to_csv(index=False),
        "check.csv": check_rows(predictive, fit.observed).to_csv(index=False),
    }
    if fit.observed.months < fit.prior.months:
        files["forecast.csv"] = forecast_rows(fit).to_csv(index=False)
    if advice is not None:
        files["options.csv"] = advice.options.to_csv(index=False)
        files["reviews.csv"] = advice.reviews.to_csv(index=False)
        files["decisions.csv"] = advice.decisions.to_csv(index=False)
    report = fit_report(fit, predictive) if advice is None else advice_report(advice, predictive)
    return {**files, REPORT: as_json(report) + "\n"}
