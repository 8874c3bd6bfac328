"""Wait or stop: closed forms of what decisions are worth, what waiting is worth, and what is said of both."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import simkit
from simkit import Observed, ParameterError, Range, RunError, Scenario
from simkit.cli import main
from simkit.experiments.ahead import Ahead
from simkit.experiments.decide import CANDIDATES, HOLD, LEAST_LIVES, STOP
from simkit.experiments.prior import LEAST, Prior, prior_lives, run_off
from simkit.experiments.weighing import weigh
from simkit.observed.series import TOTAL, Observation
from simkit.present.advice import (
    NAMES,
    advice_sentences,
    best_table,
    decision_rows,
    options_table,
    review_rows,
    reviews_table,
)
from tests.worlds import QUIET

MONTHS, LIVES, FEW = 6, LEAST, 48
LEADS, VALUE = "company.starting_leads_per_month", "company.customer_value"
FIRM = Scenario("firm").with_changes(
    {**QUIET, "horizon_months": 12, "team.content": 2, LEADS: Range(300.0, 600.0, 1_500.0)}
)


def seen_in(lives: simkit.Ensemble, place: int, months: int = MONTHS) -> Observed:
    """The months of one life, as its company has seen them."""
    rows = [
        Observation(month + 1, metric, TOTAL, float(lives.values(metric)[place, month]))
        for metric in ("leads", "customers")
        for month in range(months)
    ]
    return Observed(tuple(rows))


def by_option(advice: simkit.Advice) -> dict[str, dict[Any, Any]]:
    return {str(row["option"]): row for row in advice.options.to_dict("records")}


@pytest.fixture(scope="module")
def prior(tmp_path_factory: pytest.TempPathFactory) -> Prior:
    return prior_lives(FIRM, LIVES, 4, tmp_path_factory.mktemp("prior"), workers=1)


@pytest.fixture(scope="module")
def fit(prior: Prior) -> simkit.Fit:
    return simkit.calibrate(prior, seen_in(simkit.simulate(FIRM, [LIVES], 4, workers=1), 0))


@pytest.fixture(scope="module")
def advice(fit: simkit.Fit) -> simkit.Advice:
    return simkit.decide(fit, {"hire": {"team.content": 4}}, lives=FEW, workers=1)


def test_a_programme_that_earns_nothing_is_stopped_and_saves_its_cost(tmp_path: Path) -> None:
    """Closed form: with worthless customers stopping is worth just the cost that it saves. Fails if money were counted
    twice, from another month, or against the wrong twin."""
    worthless = FIRM.with_changes({VALUE: 0.0})
    table = prior_lives(worthless, LIVES, 4, tmp_path, workers=1)
    lives = simkit.simulate(worthless, [LIVES], 4, workers=1)
    found = simkit.decide(simkit.calibrate(table, seen_in(lives, 0)), lives=FEW, workers=1)
    stop = by_option(found)[STOP]
    whole = [run_off(worthless), run_off(worthless).with_decision(STOP, MONTHS + 1)]
    cost, left = (float(simkit.simulate(one, [LIVES], 4, workers=1).values("cost")[0, MONTHS:].sum()) for one in whole)
    assert stop["forgone"] == pytest.approx(0.0, abs=1e-6)
    assert stop["gain"] == pytest.approx(stop["saved"]) == pytest.approx(cost - left, rel=0.02)
    assert found.best == STOP
    assert (found.reviews["gain"] < 0.0).all()
    assert found.waiting.value is not None
    assert found.waiting.value <= 0.0
    assert advice_sentences(found)[0].startswith("Stop from month 7 on: it is worth")


def test_parts_add_up_to_what_decisions_are_worth(advice: simkit.Advice) -> None:
    """Fails if a gain were another than cost saved less margin forgone, or than the difference of what two are worth;
    or if a review were left out, or knew what came later."""
    rows = by_option(advice)
    assert set(rows) == {HOLD, *CANDIDATES, "hire"}
    assert rows[HOLD]["gain"] == 0.0
    for row in rows.values():
        assert row["gain"] == pytest.approx(row["saved"] - row["forgone"], abs=1e-3)
        assert row["gain"] == pytest.approx(row["net"] - rows[HOLD]["net"], abs=1e-3)
    assert advice.month == MONTHS + 1
    assert advice.reviews["month"].tolist() == [3, 6, 9]
    assert advice.reviews["known"].tolist() == [3, 6, 6]


def test_every_decision_is_weighed_at_every_review(advice: simkit.Advice) -> None:
    """Fails if a review lacks a decision or an interval, knew what came later, or says otherwise than what is said of
    today and of holding against stopping."""
    rows = advice.decisions
    assert len(rows) == len(advice.reviews) * len(advice.options)
    assert rows.drop_duplicates(["month", "option"]).shape == rows.shape
    assert (rows["low"] <= rows["net"]).all()
    assert (rows["net"] <= rows["high"]).all()
    assert (rows.loc[rows["option"] == HOLD, "gain"] == 0.0).all()
    assert rows.groupby("month")["known"].first().tolist() == [3, 6, 6]
    assert rows.groupby("month")["lives"].first().tolist() == [LEAST_LIVES, FEW, LEAST_LIVES]
    today = rows[rows["month"] == MONTHS].reset_index(drop=True)
    assert today[advice.options.columns].equals(advice.options)
    stop = rows[rows["option"] == STOP].set_index("month")["gain"]
    assert (-stop).tolist() == advice.reviews["gain"].tolist()
    assert stop.is_monotonic_decreasing  # the less of the programme is left, the less its end can save


def test_a_review_that_had_seen_too_little_is_left_out(prior: Prior, fit: simkit.Fit) -> None:
    """The first month was not seen in full, so at month 3 there were two. Fails if that stops the advice of today."""
    part = replace(
        fit.observed, observations=tuple(replace(one, part_month=one.month == 1) for one in fit.observed.observations)
    )
    found = simkit.decide(simkit.calibrate(prior, part), lives=20, every=3, workers=1)
    assert found.reviews["month"].tolist() == [6, 9]


def test_the_same_advice_on_any_number_of_workers(fit: simkit.Fit, advice: simkit.Advice) -> None:
    """Fails if advice depends on where lives are lived."""
    again = simkit.decide(fit, {"hire": {"team.content": 4}}, lives=FEW, workers=2)
    assert again.options.equals(advice.options)
    assert again.reviews.equals(advice.reviews)
    assert again.decisions.equals(advice.decisions)
    assert again.waiting == advice.waiting


def _revealed(share: float, known: bool) -> tuple[Ahead, NDArray[np.float64], NDArray[np.float64]]:
    """Lives of two kinds, told apart by what is seen, or not: held, one earns 1, the other loses 1; stopped, none."""
    number = 400
    random = np.random.default_rng(3)
    good = np.arange(number) < share * number
    told = good if known else random.permutation(good)
    ahead = Ahead(np.arange(number), np.full(number, 1.0 / number), random.standard_normal((number, 2)))
    return ahead, np.where(good, -1.0, 1.0), np.where(told, 10.0, 5.0)[:, None]


def test_waiting_is_worth_what_will_be_known() -> None:
    """Closed form: of good lives 0.7 and bad ones 0.3, holding is worth 0.4, and knowing which is which 0.3 more; where
    nothing is learned, nothing. Within 0.06, three standard errors. Fails if waiting knew what only hindsight knows, or
    did not use what is seen."""
    ahead, gain, seen = _revealed(0.7, known=True)
    told = weigh(ahead, gain, gain, seen)
    assert told.stop.value == pytest.approx(-0.4, abs=0.06)
    assert told.waiting.value == pytest.approx(0.3, abs=0.06)
    assert told.stops_then == pytest.approx(0.3, abs=0.02)
    assert not told.stops
    ahead, gain, seen = _revealed(0.7, known=False)
    assert weigh(ahead, gain, gain, seen).waiting.value == pytest.approx(0.0, abs=0.06)


def test_a_programme_more_often_bad_is_stopped_unless_waiting_tells() -> None:
    """Closed form: with 0.3 good lives stopping is worth 0.4 and waiting 0.3 more, where it tells. Fails if stopping
    were advised where looking again is worth more, or waiting where nothing will be learned."""
    ahead, gain, seen = _revealed(0.3, known=True)
    told = weigh(ahead, gain, gain, seen)
    assert told.stop.value == pytest.approx(0.4, abs=0.06)
    assert told.waiting.value == pytest.approx(0.3, abs=0.06)
    assert not told.stops
    assert weigh(ahead, gain).stops


def test_words_and_tables_say_what_was_found(advice: simkit.Advice) -> None:
    """Fails if a figure of the advice is left out, an interval is missing, or lives and seed are not said."""
    said = " ".join(advice_sentences(advice))
    for words in (
        "from month 7 on",
        "95 % interval",
        "is counted for 24 months more",
        "again in 3 months",
        f"{FEW} lives",
        "seed 4",
    ):
        assert words in said
    assert options_table(advice).row_count == len(advice.options)
    assert reviews_table(advice).row_count == best_table(advice).row_count == len(advice.reviews)
    assert len(decision_rows(advice)) == len(advice.decisions)
    for row, shown in zip(advice.reviews.to_dict("records"), review_rows(advice), strict=True):
        there = advice.decisions[advice.decisions["month"] == row["month"]].set_index("option")["gain"]
        assert shown["worth most there"] == NAMES.get(str(there.idxmax()), there.idxmax())


@pytest.mark.parametrize(
    ("options", "settings", "error", "words"),
    [
        ({"push": {"team.content": 3}}, {}, RunError, "is the name of a decision"),
        ({"hire": {"team.contents": 3}}, {}, ParameterError, "there is no such parameter"),
        (None, {"wait": 0}, RunError, "wait: must be at least 1 month"),
        (None, {"every": 0}, RunError, "every: must be at least 1 month"),
        (None, {"lives": 5}, RunError, "lives: at least 20 are needed"),
    ],
)
def test_what_cannot_be_weighed_is_said_before_anything_is_lived(
    fit: simkit.Fit,
    options: dict[str, dict[Any, Any]] | None,
    settings: dict[str, int],
    error: type[Exception],
    words: str,
) -> None:
    """Fails if a mistake is found after minutes, or ends in another error."""
    with pytest.raises(error, match=words):
        simkit.decide(fit, options, **{"lives": FEW, **settings}, workers=1)  # type: ignore[arg-type]


def test_nothing_is_weighed_at_the_horizon(prior: Prior) -> None:
    """Fails if the past is decided upon."""
    lives = simkit.simulate(FIRM, [LIVES], 4, workers=1)
    with pytest.raises(RunError, match="all of it has been seen"):
        simkit.decide(simkit.calibrate(prior, seen_in(lives, 0, 12)), workers=1)


def test_the_command_advises_as_python_does(
    advice: simkit.Advice, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Fails if the command weighs otherwise than Python, or its options do not arrive."""
    simkit.save_scenario(FIRM, tmp_path / "firm.toml")
    seen = advice.fit.observed
    months = seen.monthly("leads")[1].tolist(), seen.monthly("customers")[1].tolist()
    rows = [f"{month},{leads!r},{won!r}" for month, (leads, won) in enumerate(zip(*months, strict=True), 1)]
    (tmp_path / "months.csv").write_text("\n".join(["month,leads,customers", *rows]) + "\n", encoding="utf-8")
    files = [str(tmp_path / name) for name in ("firm.toml", "months.csv")]
    settings = [
        "--out",
        str(tmp_path / "fit"),
        "--simulations",
        str(LIVES),
        "--seed",
        "4",
        "--workers",
        "1",
        "--lives",
        str(FEW),
    ]
    with pytest.raises(SystemExit) as ended:
        main(["decide", *files, *settings, "--option", "hire:team.content=4", "--json"])
    assert ended.value.code == 0
    said = json.loads(capsys.readouterr().out)
    assert [row["gain"] for row in said["options"]] == pytest.approx(advice.options["gain"].tolist(), rel=1e-6, abs=0.1)
    assert said["best"] == advice.best
    assert len(said["decisions"]) == len(advice.decisions)
    written = {file.name for file in (tmp_path / "fit").iterdir() if file.is_file()}
    assert written >= {"options.csv", "reviews.csv", "decisions.csv", "months.csv", "check.csv", "forecast.csv"}
    assert json.loads((tmp_path / "fit" / "report.json").read_text(encoding="utf-8")) == said
    with pytest.raises(SystemExit) as refused:
        main(["decide", *files, *settings, "--option", "team.content=4"])
    assert refused.value.code == 2
    assert "expected name:path=value" in capsys.readouterr().err
