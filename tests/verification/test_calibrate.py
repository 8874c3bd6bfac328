"""Fitting: closed forms of the statistics, companies whose truth is known, and what cannot be fitted."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

import simkit
from simkit import Observed, Range, RunError, Scenario, StoreError
from simkit.cli import main
from simkit.experiments.nearest import (
    adjusted,
    from_scores,
    learned_summaries,
    nearest,
    normal_scores,
    systematic,
)
from simkit.experiments.prior import LEAST, Prior, prior_lives
from simkit.experiments.weighing import net
from simkit.observed import csv_text
from simkit.observed.series import TOTAL, Observation
from simkit.present.fit_files import fit_files
from simkit.present.fit_months import ABOVE, INSIDE, check_rows, check_sentence, forecast_rows, forecast_tables
from tests.worlds import QUIET

MONTHS, LIVES, COMPANIES = 8, 2 * LEAST, 40
LEADS, WIN = "company.starting_leads_per_month", "company.win_rate"
FIRM = Scenario("firm").with_changes(
    {**QUIET, "horizon_months": 12, LEADS: Range(300.0, 600.0, 1_500.0), WIN: Range(0.05, 0.2, 0.5)}
)


@pytest.fixture(scope="module")
def prior(tmp_path_factory: pytest.TempPathFactory) -> Prior:
    return prior_lives(FIRM, LIVES, seed=4, out=tmp_path_factory.mktemp("prior"), workers=1)


def seen_in(lives: simkit.Ensemble, place: int, months: int = MONTHS, **changed: float) -> Observed:
    """The months of one life, as its company has seen them."""
    rows = [
        Observation(month + 1, metric, TOTAL, float(lives.values(metric)[place, month]) * changed.get(metric, 1.0))
        for metric in ("leads", "customers")
        for month in range(months)
    ]
    return Observed(tuple(rows))


@pytest.fixture(scope="module")
def companies() -> simkit.Ensemble:
    """Lives that are not in the table."""
    return simkit.simulate(FIRM, range(LIVES, LIVES + COMPANIES), 4, workers=1)


def test_scores_lead_back_to_values_and_stay_within_them() -> None:
    """Fails if a value moved among scores could leave its prior, or scores did not keep the order."""
    values = np.random.default_rng(1).gamma(2.0, size=(500, 1))
    scores = normal_scores(values)
    assert abs(float(scores.mean())) < 1e-9
    assert float(scores.std()) == pytest.approx(1.0, abs=0.02)
    assert np.corrcoef(from_scores(scores[:, 0], values[:, 0]), values[:, 0])[0, 1] > 0.9999
    ends = from_scores(np.array([-40.0, 40.0]), values[:, 0])
    assert ends.tolist() == [values.min(), values.max()]


def test_what_is_learned_is_the_posterior_of_a_closed_form() -> None:
    """A normal mean with ten normal observations: posterior mean 10/11 of their mean, variance 1/11. Over forty data
    sets the mean error has a standard error of about 0.005, so 0.03 fails by chance with less than 1e-6; fails if
    summaries, kernel or adjustment were biased or left the spread of the kept lives."""
    random = np.random.default_rng(2)
    truth = random.standard_normal((4096, 1))
    seen = truth + random.standard_normal((4096, 10))
    learned = learned_summaries(seen, truth)
    errors, spreads = [], []
    for _ in range(40):
        here = random.standard_normal() + random.standard_normal(10)
        summary = learned.of(here)
        near, counted = nearest(learned.summaries, summary, 256)
        moved = adjusted(truth[near], learned.summaries[near] - summary, counted)[:, 0]
        mean = float(counted @ moved)
        errors.append(mean - 10.0 / 11.0 * here.mean())
        spreads.append(float(counted @ np.square(moved - mean)))
    assert abs(np.mean(errors)) < 0.03
    assert np.mean(spreads) == pytest.approx(1.0 / 11.0, rel=0.1)


def test_draws_are_counted_as_their_weights_say() -> None:
    """Fails if a draw comes up more than one time too often or too seldom."""
    weights: NDArray[np.float64] = np.array([0.5, 0.25, 0.125, 0.125])
    counts = np.bincount(systematic(weights, 100), minlength=4)
    assert np.abs(counts - 100 * weights).max() <= 1.0


def test_intervals_hold_the_truth_of_companies_that_the_table_does_not(
    prior: Prior, companies: simkit.Ensemble
) -> None:
    """Of 80 intervals of 90 % at least 62 hold the truth: a right method fails with a chance of 0.1 %. Fails if fits
    were too sure, and, as they are much narrower than the prior, if nothing was learned."""
    held = 0
    for place in range(COMPANIES):
        fit = simkit.calibrate(prior, seen_in(companies, place))
        assert set(fit.informed) == {LEADS, WIN}
        for row in fit.parameters.to_dict("records"):
            truth = float(companies.draws[row["path"]].iloc[place])
            held += row["low"] <= truth <= row["high"]
            assert row["high"] - row["low"] < 0.6 * (row["prior_high"] - row["prior_low"])
    assert held >= 62


def test_the_fitted_scenario_runs_like_the_company(prior: Prior, companies: simkit.Ensemble, tmp_path: Path) -> None:
    """Fails if the draws do not reach the scenario, or do not survive its file."""
    fit = simkit.calibrate(prior, seen_in(companies, 3))
    assert fit.scenario.joint is not None
    assert len(fit.scenario.joint.values) == LIVES // 2
    assert not fit.scenario.ranges
    again = simkit.load_scenario(fit.save(tmp_path / "fit"))
    assert again == fit.scenario
    leads = simkit.simulate(again, 60, 9, workers=1).values("leads")[:, :MONTHS].mean()
    own = companies.values("leads")[3, :MONTHS].mean()
    assert leads == pytest.approx(own, rel=0.1)


def test_kept_lives_go_on_from_what_was_seen(prior: Prior, companies: simkit.Ensemble) -> None:
    """Fails if a kept life lived again had other months than those it was kept for, or weights went astray."""
    fit = simkit.calibrate(prior, seen_in(companies, 5))
    held = fit.prior.lives(fit.ahead.places)
    again, short = fit.lived(prior.whole, workers=1), fit.lived(FIRM, workers=1)
    assert again.replications == short.replications == held.replications
    for output in ("leads", "customers", "margin", "cost", "expected"):
        assert np.array_equal(again.values(output)[:, :12], held.values(output))
    assert np.allclose(prior.net(MONTHS)[fit.ahead.places], net(again, MONTHS))
    assert np.array_equal(short.lives.starting_level, held.lives.starting_level)
    assert short.outcomes.drop(columns="weight").equals(held.outcomes)
    stopped = fit.lived(prior.whole.with_decision("stop", month=MONTHS + 1), workers=1)
    assert np.array_equal(stopped.values("leads")[:, :MONTHS], held.values("leads")[:, :MONTHS])
    assert (stopped.lives.stopped_month == MONTHS + 1).all()


def test_a_forecast_begins_with_what_was_seen(prior: Prior, companies: simkit.Ensemble) -> None:
    """Fails if the past of a forecast is another than the company's, or its future does not follow from it."""
    fit = simkit.calibrate(prior, seen_in(companies, 5))
    for metric in ("leads", "customers"):
        assert (fit.lives.values(metric)[:, :MONTHS] == companies.values(metric)[5, :MONTHS]).all()
    assert fit.lives.weights is not None
    known, unknown = (lives.values("leads")[:, MONTHS:].mean(axis=1).std() for lives in (fit.lives, companies))
    assert known < 0.5 * unknown
    with pytest.raises(RunError, match="all of it has been seen"):
        simkit.calibrate(prior, seen_in(companies, 5, 12)).lives  # noqa: B018


def test_observed_months_lie_where_new_lives_of_the_fitted_company_have_them(
    prior: Prior, companies: simkit.Ensemble, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 160 months of ten companies nine in ten lie in the band of 9 in 10 lives: a right check has at least 128 in it
    (months of a company hang together, so the bound is wide), and none of those whose customers came six times over.
    Fails if months are checked against lives that were chosen for looking like them, or against another company's."""
    monkeypatch.setattr("simkit.experiments.calibrate.CHECKED", 64)
    inside = 0
    for place in range(10):
        fit = simkit.calibrate(prior, seen_in(companies, place))
        predictive = fit.predictive(workers=1)
        assert not set(predictive.replications) & set(prior.replications.tolist())
        rows = check_rows(predictive, fit.observed)
        assert len(rows) == 2 * MONTHS
        inside += int((rows["where"] == INSIDE).sum())
    assert inside >= 128
    odd = seen_in(companies, 0, customers=6.0)
    away = check_rows(predictive, odd)
    assert set(away.loc[away["metric"] == "customers", "where"]) == {ABOVE}
    assert "0 of 8 months of customers (not month 1 above, month 2 above" in check_sentence(away)


def test_months_that_nobody_counted_are_not_checked(prior: Prior, companies: simkit.Ensemble) -> None:
    """Fails if a gap or a part month counts as inside or outside, or a month loses its name."""
    seen = seen_in(companies, 4)
    rows = [
        replace(one, value=None) if (one.month, one.metric) == (2, "leads") else replace(one, part_month=one.month == 3)
        for one in seen.observations
    ]
    told = check_rows(companies, Observed(tuple(rows), "2025-11"))
    assert told.loc[told["metric"] == "leads", "when"].tolist()[:3] == ["2025-11", "2026-02", "2026-03"]
    assert len(told) == 2 * MONTHS - 3


def test_the_months_to_come_have_bands_and_chances(prior: Prior, companies: simkit.Ensemble) -> None:
    """Fails if a month to come is left out, has another band than its lives, or another chance to have crossed."""
    fit = simkit.calibrate(prior, seen_in(companies, 5))
    rows = forecast_rows(fit)
    assert set(rows["metric"]) == {"leads", "customers", "margin"}  # what was observed, and what is expected of
    for metric, group in rows.groupby("metric"):
        assert group["month"].tolist() == list(range(MONTHS + 1, 13))
        assert (group["low"] <= group["median"]).all()
        assert (group["median"] <= group["high"]).all()
        assert group["expected"].notna().all() == (metric == "margin")
        lives = fit.lives.values(str(metric))[:, MONTHS]
        assert fit.lives.weights is not None
        assert float(fit.lives.weights[lives < group["low"].iloc[0]].sum()) <= 0.05
    assert rows["crossed"].iloc[3] == fit.lives.crossing.by(MONTHS + 4).value
    assert [table.row_count for table in forecast_tables(rows)] == [4, 4, 4]


def test_all_that_was_found_goes_into_files(prior: Prior, companies: simkit.Ensemble) -> None:
    """Fails if a file is missing, or the months do not come back as they were."""
    fit = simkit.calibrate(prior, seen_in(companies, 5))
    files = fit_files(fit, companies)
    assert set(files) == {"months.csv", "parameters.csv", "check.csv", "forecast.csv", "report.json"}
    again = simkit.load_observed(pd.read_csv(StringIO(files["months.csv"])))
    assert set(again.observations) == set(fit.observed.observations)
    report = json.loads(files["report.json"])
    assert len(report["checks"]) == 2 * MONTHS
    assert len(report["months_to_come"]) == 3 * 4
    assert report["informed"] == list(fit.informed)


def test_the_same_fit_from_a_table_that_was_resumed(prior: Prior, companies: simkit.Ensemble, tmp_path: Path) -> None:
    """Fails if a fit depends on workers, on interruptions, or on anything but scenario, seed and months."""
    whole = prior_lives(FIRM, LIVES, seed=4, out=tmp_path / "other", workers=2)
    for part in sorted((tmp_path / "other" / "outcomes").glob("part-*.parquet"))[3:9]:
        part.unlink()
    resumed = prior_lives(FIRM, LIVES, seed=4, out=tmp_path / "other", resume=True, workers=1)
    fits = [simkit.calibrate(table, seen_in(companies, 7)) for table in (prior, whole, resumed)]
    assert fits[0].scenario == fits[1].scenario == fits[2].scenario


def test_months_that_the_scenario_cannot_have_are_called_so(prior: Prior, companies: simkit.Ensemble) -> None:
    """Fails if any months could be fitted without a word, or all of them were doubted."""
    assert simkit.calibrate(prior, seen_in(companies, 0)).warning == ""
    odd = simkit.calibrate(prior, seen_in(companies, 0, leads=0.02, customers=6.0))
    assert "no simulated life looks like the observed months" in odd.warning
    assert odd.lives.caution == odd.warning


@pytest.mark.parametrize(
    ("scenario", "months", "settings", "said"),
    [
        (FIRM.with_changes({LEADS: 600.0, WIN: 0.2}), MONTHS, {}, "nothing about it is uncertain"),
        (FIRM, MONTHS, {"simulations": 10}, f"at least {LEAST} are needed"),
        (FIRM.with_changes({"horizon_months": 6}), MONTHS, {}, "go to month 8, the scenario to 6"),
    ],
)
def test_what_cannot_be_fitted_is_said_before_anything_is_lived(
    scenario: Scenario, months: int, settings: dict[str, int], said: str, companies: simkit.Ensemble
) -> None:
    """Fails if a mistake is found only after minutes of simulation, or ends in a traceback."""
    with pytest.raises(RunError, match=said):
        simkit.calibrate(scenario, seen_in(companies, 0, months), workers=1, **settings)


def test_a_table_that_ends_too_early_is_refused(prior: Prior, companies: simkit.Ensemble) -> None:
    """Fails if months beyond the table were left out without a word."""
    seen = seen_in(companies, 0, 12)
    later = [Observation(13, metric, TOTAL, 5.0) for metric in seen.metrics]
    with pytest.raises(RunError, match="go to month 13, the scenario to 12"):
        simkit.calibrate(prior, replace(seen, observations=(*seen.observations, *later)))


def test_the_command_says_what_was_learned_and_writes_the_fitted_scenario(
    prior: Prior, companies: simkit.Ensemble, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Fails if the command fits otherwise than Python, or leaves out what the fit rests on."""
    simkit.save_scenario(FIRM, tmp_path / "firm.toml")
    seen = seen_in(companies, 2)
    months = seen.monthly("leads")[1].tolist(), seen.monthly("customers")[1].tolist()
    rows = [f"{month},{leads:g},{won:g}" for month, (leads, won) in enumerate(zip(*months, strict=True), 1)]
    (tmp_path / "months.csv").write_text("\n".join(["month,leads,customers", *rows]) + "\n", encoding="utf-8")
    files = [str(tmp_path / name) for name in ("firm.toml", "months.csv")]
    settings = ["--out", str(tmp_path / "fit"), "--simulations", str(LIVES), "--seed", "4", "--workers", "1"]
    with pytest.raises(SystemExit) as ended:
        main(["calibrate", *files, *settings])
    assert ended.value.code == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "8 months of leads, customers tell something about 2 of 2 uncertain values" in said
    assert f"{LIVES // 2} of {LIVES} lives of what was believed before are kept, seed 4." in said
    assert "Inside the band that 9 in 10 lives of the fitted company keep to:" in said
    assert all(f" {month} " in said for month in range(MONTHS + 1, 13))
    fit = simkit.calibrate(prior, seen)
    assert simkit.load_scenario(tmp_path / "fit" / "firm.toml") == fit.scenario


def test_a_second_company_takes_the_lives_of_the_first(
    prior: Prior, companies: simkit.Ensemble, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Fails if its fit lives the prior again, is another than Python's, or takes the place of the first."""
    simkit.save_scenario(FIRM, tmp_path / "firm.toml")
    before = {file: file.stat().st_mtime_ns for file in sorted(prior.table.folder.rglob("*.parquet"))}
    settings = ["--simulations", str(LIVES), "--seed", "4", "--workers", "1", "--prior", str(prior.table.folder)]
    for place in (0, 1):
        seen = seen_in(companies, place)
        (tmp_path / "months.csv").write_text(csv_text(seen), encoding="utf-8")
        files = [str(tmp_path / name) for name in ("firm.toml", "months.csv")]
        with pytest.raises(SystemExit) as ended:
            main(["calibrate", *files, *settings, "--out", str(tmp_path / f"fit-{place}"), "--resume"])
        assert ended.value.code == 0
        fitted = simkit.load_scenario(tmp_path / f"fit-{place}" / "firm.toml")
        assert fitted == simkit.calibrate(prior, seen).scenario
        assert not (tmp_path / f"fit-{place}" / "prior").exists()
    assert {file: file.stat().st_mtime_ns for file in sorted(prior.table.folder.rglob("*.parquet"))} == before
    capsys.readouterr()


@pytest.mark.parametrize(
    ("holds", "hint"),
    [
        ("fit/prior/manifest.json", "Its lives are in '{}': name that."),
        ("fit/fit.json", "Name the folder of its lives, or a new one."),
    ],
)
def test_the_folder_of_a_fit_is_no_folder_of_lives(
    holds: str, hint: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Fails if whoever names the fit in place of its lives is not told so, by the option and the folder that they gave,
    or anything is written into it."""
    simkit.save_scenario(FIRM, tmp_path / "firm.toml")
    (tmp_path / "months.csv").write_text("month,leads\n1,10\n2,12\n3,14\n", encoding="utf-8")
    (tmp_path / holds).parent.mkdir(parents=True)
    (tmp_path / holds).write_text("{}", encoding="utf-8")
    folder, before = tmp_path / "fit", sorted(tmp_path.rglob("*"))
    told = hint.format(folder / "prior")
    with pytest.raises(StoreError, match=f"^out: is the folder of a fit, not of lives .*{re.escape(told)}$"):
        simkit.prior_lives(FIRM, LIVES, out=folder, workers=1)
    files = [str(tmp_path / name) for name in ("firm.toml", "months.csv")]
    with pytest.raises(SystemExit) as ended:
        main(["calibrate", *files, "--out", str(tmp_path / "other"), "--prior", str(folder)])
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert f"--prior: is the folder of a fit, not of lives (given: '{str(folder)[:20]}" in said
    assert told in said
    assert sorted(tmp_path.rglob("*")) == before


def test_the_command_refuses_a_scenario_that_is_certain(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Fails if a mistake ends in a traceback, or leaves a folder behind."""
    (tmp_path / "months.csv").write_text("month,leads\n1,10\n2,12\n3,14\n", encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        main(["calibrate", "baseline", str(tmp_path / "months.csv"), "--out", str(tmp_path / "fit")])
    assert ended.value.code == 2
    assert "nothing about it is uncertain" in capsys.readouterr().err
    assert not (tmp_path / "fit").exists()
