"""What an ensemble says in words, tables, charts and files, on lives that are simulated for it."""

from __future__ import annotations

import dataclasses
import io
import json
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from rich.console import Console, RenderableType

from simkit.errors import OutputError
from simkit.expectation import trailing_mean
from simkit.observed import Observation, Observed
from simkit.present.charts import draw_trajectory, trajectory_chart
from simkit.present.coverage import coverage, remarks
from simkit.present.export import check_folder, export
from simkit.present.figures import between, money, month, number, per_cent, scale
from simkit.present.headline import headline
from simkit.present.json_report import as_json, json_report
from simkit.present.tables import coverage_table, month_table, outcome_table
from simkit.present.terminal_chart import MARKS, terminal_chart
from simkit.present.trajectory import Trajectory, trajectory
from simkit.run import Ensemble, simulate
from simkit.scenarios import Scenario, load_scenario

LIVES = 8
SHORT = Scenario("short").with_changes({"horizon_months": 12})


def expecting(target: float, **more: Any) -> Scenario:
    """A year in which `target` is expected from the first month on."""
    level = {"expectation.shape": "level", "expectation.target_per_month": target}
    return SHORT.with_changes({**level, **{path.replace("__", "."): value for path, value in more.items()}})


@pytest.fixture(scope="module")
def never() -> Ensemble:
    """Lives that cannot cross: a billion a month is expected."""
    return simulate(expecting(1e9), LIVES, seed=3, workers=1)


@pytest.fixture(scope="module")
def always() -> Ensemble:
    """Lives that are never below: one is expected."""
    return simulate(expecting(1.0), LIVES, seed=3, workers=1)


@pytest.fixture(scope="module")
def mixed() -> Ensemble:
    """Lives of which some cross: expected is what half of them, undisturbed by pressure, keep up for three months."""
    calm = {"process__pressure_from_shortfall": 0.0}
    unmoved = simulate(expecting(1e9, **calm), LIVES, seed=3, workers=1)
    smooth = trailing_mean(unmoved.values("margin"), unmoved.lives.starting_level)
    kept_up = np.minimum(np.minimum(smooth[:, 1:-2], smooth[:, 2:-1]), smooth[:, 3:]).max(axis=1)
    ensemble = simulate(expecting(float(np.median(kept_up)), **calm), LIVES, seed=3, workers=1)
    assert 0 < ensemble.plateau.crossed.sum() < LIVES
    return ensemble


def text_of(*parts: RenderableType, width: int = 80) -> str:
    stream = io.StringIO()
    Console(file=stream, width=width, markup=False, highlight=False).print(*parts, sep="\n")
    return stream.getvalue()


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0, "0"),
        (7, "7"),
        (0.0314159, "0.0314"),
        (37.14, "37.1"),
        (3.1, "3.10"),
        (1234.5, "1,230"),
        (-81.23, "-81.2"),
        (None, "-"),
    ],
)
def test_numbers_have_three_digits_that_mean_something(value: float | None, said: str) -> None:
    """Fails when a number claims more digits than it has, or loses those it has."""
    assert number(value) == said


def test_money_and_shares_read_as_people_write_them() -> None:
    """Fails when the currency is lost, a million is not abbreviated, or rounding claims never or always."""
    assert money(4_561_000, "BRL") == "BRL 4.56 million"
    assert money(999_900, "EUR") == "EUR 1 million"
    assert money(-20_660, "EUR") == "EUR -20,700"
    assert [per_cent(share) for share in (0, 0.001, 0.714, 0.999, 1)] == ["0 %", "<1 %", "71 %", ">99 %", "100 %"]
    assert [month(value) for value in (None, math.nan, 15.0)] == ["not reached", "not reached", "15"]


def test_two_ends_say_once_what_they_share() -> None:
    """Fails when an end of an interval loses its number, or a 'not reached' end is hidden."""
    assert between(0.61, 0.79, per_cent) == "61 to 79 %"
    assert between(1.2e6, 3.4e6, lambda value: money(value, "EUR")) == "EUR 1.20 to 3.40 million"
    assert between(9e5, 1.2e6, lambda value: money(value, "EUR")) == "EUR 900,000 to 1.20 million"
    assert between(14, None, month) == "14 to not reached"
    assert between(None, None, month) == "not reached"


def test_the_headline_counts_lives_and_gives_the_interval(mixed: Ensemble) -> None:
    """Fails when the count, its interval, the median month or the seed differ from what the ensemble says."""
    said = mixed.summary
    crossed = int(mixed.plateau.crossed.sum())
    first, *_, source = headline(mixed)
    low, high = per_cent(said.crossed_share.low), per_cent(said.crossed_share.high)
    assert f"{crossed} of {LIVES} simulated lives (95 % interval {low.removesuffix(' %')} to {high})" in first
    assert (f"by month {month(said.crossing_month.median)}" in first) is (said.crossing_month.median is not None)
    assert "seed 3" in source


def test_not_crossing_is_an_outcome_and_not_a_number(never: Ensemble) -> None:
    """Fails when lives that never cross are given a month, in words, table or JSON."""
    assert f"0 of {LIVES} simulated lives" in headline(never)[0]
    assert "not reached within 12 months" in headline(never)[0]
    row = next(line for line in text_of(outcome_table(never)).splitlines() if line.startswith("Crossing month"))
    assert row.split("median")[1].split() == ["not", "reached", "not", "reached"]
    found = json_report(never)["crossing_month"]
    assert (found["median"], found["low"], found["high"], found["mean"]) == (None, None, None, None)
    assert found["restricted_mean"] == 12


def test_lives_that_are_never_below_have_no_valley(always: Ensemble) -> None:
    """Fails when a firm on its line is said to have a valley, or a month of crossing."""
    text = " ".join(headline(always))
    assert "half of all lives are on it from the start" in text
    assert "100 % are never below the line" in text
    assert "There is no valley" in text


def test_stopped_lives_are_told_apart_from_those_that_do_not_cross() -> None:
    """Fails when an abandoned programme is hidden among the lives that did not cross."""
    stopped = simulate(expecting(1e9).with_decision("stop", month=4), 3, seed=1, workers=1)
    assert "100 % are stopped before crossing" in headline(stopped)[0]
    assert "Stopped before crossing" in text_of(outcome_table(stopped))


def test_weighted_lives_are_not_counted_as_equal(mixed: Ensemble) -> None:
    """Fails when a conditioned ensemble is reported as a count of lives, or its smaller worth is hidden."""
    weighted = mixed.weighted(np.arange(1.0, LIVES + 1.0))
    text = " ".join(headline(weighted))
    assert "of the weighted lives" in text
    assert f"worth {number(weighted.effective_sample_size)} equal ones" in text
    assert f"of {LIVES} simulated" not in text


def test_no_money_spent_gives_no_return() -> None:
    """Fails when the return on a cost of nothing is given as a number."""
    nothing = {f"team.{role}": 0 for role in ("strategist", "search", "content", "social", "paid", "email", "analyst")}
    free = expecting(78_000.0).with_changes({**nothing, "budget.media_per_month": 0, "budget.tools_per_month": 0})
    ensemble = simulate(free, 2, seed=1, workers=1)
    assert "return on cost" not in " ".join(headline(ensemble))
    assert "in 0 %" in text_of(outcome_table(ensemble))


def test_tables_fit_eighty_columns_and_are_plain_text(mixed: Ensemble, never: Ensemble) -> None:
    """Fails when a table or the chart is wider than 80 columns, cuts a figure, or needs colour."""
    for ensemble in (mixed, never):
        tables = outcome_table(ensemble), month_table(ensemble), terminal_chart(trajectory(ensemble), 80)
        text = text_of(*headline(ensemble), *tables)
        assert max(map(len, text.splitlines())) <= 80
        assert "\x1b" not in text
        assert "…" not in text


def test_the_table_of_months_ends_at_the_horizon(mixed: Ensemble) -> None:
    """Fails when the last month is left out or its share differs from the incidence of crossing."""
    last = text_of(month_table(mixed)).splitlines()[-1].split()
    assert last[0] == "12"
    assert per_cent(mixed.crossing.by(12).value) in " ".join(last)


def test_interval_and_spread_are_different_things(mixed: Ensemble) -> None:
    """Fails when the spread of lives is shown as the interval of the mean (or the other way round)."""
    row = next(line for line in text_of(outcome_table(mixed)).splitlines() if line.startswith("Total margin"))
    figure = mixed.summary.total_margin
    size, word = scale(figure.mean)

    def ends(low: float | None, high: float | None) -> str:
        return between(low, high, lambda value: number((value or 0.0) / size))

    cells = re.split(r"\s{2,}", row.strip())
    assert cells[0] == f"Total margin, EUR {word}".rstrip()
    assert cells[1:] == [
        number((figure.mean or 0.0) / size),
        ends(figure.low, figure.high),
        ends(figure.p5, figure.p95),
    ]
    assert cells[2] != cells[3]


def test_the_trajectory_is_that_of_the_lives(mixed: Ensemble) -> None:
    """Fails when band, median or expected line are not the percentiles of the metric over the lives."""
    shown = trajectory(mixed)
    margin = np.sort(mixed.values("margin"), axis=0)
    assert shown.month.tolist() == list(range(1, 13))
    assert shown.median.tolist() == margin[LIVES // 2 - 1].tolist()
    assert shown.low.tolist() == margin[0].tolist()
    assert shown.high.tolist() == margin[-1].tolist()
    assert shown.expected.tolist() == [mixed.scenario["expectation.target_per_month"]] * 12
    assert not shown.expectation_moved


def test_the_valley_ends_at_the_crossing(mixed: Ensemble) -> None:
    """Fails when months after the crossing, or above the line, are drawn as valley."""
    flat = dataclasses.replace(
        trajectory(mixed), median=np.where(np.arange(1, 13) % 2, 1.0, 9e9), expected=np.full(12, 5.0), crossing=6.0
    )
    assert np.flatnonzero(flat.valley).tolist() == [0, 2, 4]
    assert np.flatnonzero(dataclasses.replace(flat, crossing=None).valley).tolist() == [0, 2, 4, 6, 8, 10]


def made(**lines: Any) -> Trajectory:
    """A trajectory with known lines over ten months."""
    months = np.arange(1.0, 11.0)
    flat = {
        name: np.full(10, value)
        for name, value in {"low": 40.0, "median": 50.0, "high": 60.0, "expected": 100.0}.items()
    }
    none: dict[str, Any] = {"observed_month": np.empty(0), "observed": np.empty(0)}
    where: dict[str, Any] = {"crossing": None, "crossing_low": None, "crossing_high": None}
    content = {"first_expected": flat["expected"], **flat, **none, **where, **lines}
    return Trajectory(
        title="made",
        metric="leads",
        results="Leads, a month",
        lives=9,
        seed=0,
        crossed_share=1.0,
        month=months,
        **content,
    )


def rows_with(symbol: str, chart: str) -> Iterator[int]:
    body = [line for line in chart.splitlines() if "│" in line]
    yield from (i for i, line in enumerate(body) if symbol in line)


def test_the_terminal_chart_puts_each_line_at_its_height() -> None:
    """Fails when a line is missing, upside down, or outside its band."""
    text = terminal_chart(made(), 60, 22).plain.rpartition("\n")[0]
    expected, median, band = (list(rows_with(MARKS[name][0], text)) for name in ("expected", "median", "band"))
    assert len(expected) == len(median) == 1
    assert expected[0] < min(band) < median[0] < max(band)
    assert not list(rows_with(MARKS["crossing"][0], text))
    assert not list(rows_with(MARKS["observed"][0], text))
    (line,) = (line for line in text.splitlines() if MARKS["median"][0] in line)
    assert set(line.partition("│")[2].rstrip("│")) == {MARKS["median"][0]}, "a line leaves no column empty"


def test_the_terminal_chart_marks_crossing_and_observed_months() -> None:
    """Fails when the crossing or the observed months are not drawn at their month, or not named in the legend."""
    shown = made(crossing=10.0, crossing_low=9.0, observed_month=np.array([1.0]), observed=np.array([80.0]))
    chart, _, legend = terminal_chart(shown, 60, 22).plain.rpartition("\n")
    crossing = [line for line in chart.splitlines() if MARKS["crossing"][0] in line]
    assert len(crossing) > 10
    assert {line.rindex(MARKS["crossing"][0]) for line in crossing} == {max(map(len, chart.splitlines())) - 2}
    (seen,) = (line for line in chart.splitlines() if "x" in line)
    assert seen.startswith(" 80┤x")
    assert "half have crossed" in legend
    assert "observed" in legend


def test_the_terminal_chart_survives_lines_without_height() -> None:
    """Fails when a flat line at zero, or months of loss, break the scales."""
    zero = {name: np.zeros(10) for name in ("low", "median", "high", "expected")}
    assert MARKS["median"][0] in terminal_chart(made(**zero), 60, 12).plain
    loss = {name: np.full(10, -5.0) for name in zero}
    assert "-5" in terminal_chart(made(**loss), 60, 12).plain


def observed(values: list[float | None], metric: str = "margin", **more: Any) -> Observed:
    return Observed(tuple(Observation(m, metric, "total", v) for m, v in enumerate(values, 1)), **more)


def test_observed_months_are_counted_against_the_band(mixed: Ensemble) -> None:
    """Fails when months inside, below or above the band are miscounted, or a gap counts as a month."""
    course = mixed.summary.monthly["margin"]
    low, high = course.p5[3] or 0.0, course.p95[4] or 0.0
    seen = observed([0.0, course.p50[1], None, low, high, high + 1e9])
    (found,) = coverage(mixed, seen)
    assert (found.months, found.inside, found.below, found.above) == (5, 3, 1, 1)
    assert found.share == pytest.approx(0.6)
    assert "3 (60 %)" in text_of(coverage_table([found]))


def test_what_is_left_out_of_the_comparison_is_said(mixed: Ensemble) -> None:
    """Fails when part months or months beyond the horizon vanish silently, or a wrong season is not pointed out."""
    part = Observation(1, "margin", "total", 5.0, part_month=True)
    later = tuple(Observation(m, "margin", "total", 5.0) for m in range(2, 15))
    seen = Observed((part, *later), first_month="2017-06")
    (found,) = coverage(mixed, seen)
    assert found.months == 11
    text = " ".join(remarks(mixed, seen))
    assert "month 1 (2017-06)" in text
    assert "beyond the horizon are left out: 2" in text
    assert "start_month=6" in text
    assert remarks(mixed, observed([1.0])) == ()


def test_the_trajectory_shows_observed_months_of_the_same_metric(mixed: Ensemble) -> None:
    """Fails when gaps or another metric's months are drawn."""
    shown = trajectory(mixed, observed([7.0, None, 9.0]))
    assert (shown.observed_month.tolist(), shown.observed.tolist()) == ([1, 3], [7, 9])
    assert trajectory(mixed, observed([7.0], metric="leads")).observed.size == 0


def test_the_json_has_what_was_promised_and_no_nan(mixed: Ensemble, never: Ensemble) -> None:
    """Fails when a key is missing, a figure lacks its ends or says not what they are, or NaN gets into the text."""
    for ensemble in (mixed, never):
        report = json.loads(
            as_json(json_report(ensemble)), parse_constant=lambda name: pytest.fail(f"{name} in the JSON")
        )
        assert {"median", "low", "high", "restricted_mean", "kind"} <= report["crossing_month"].keys()
        figures = (
            "crossed_share",
            "abandoned_share",
            "valley_depth",
            "valley_area",
            "break_even_month",
            "repaid_month",
        )
        for name in (*figures, "total_margin", "total_cost", "roi"):
            assert {"mean", "low", "high", "kind", "level"} <= report[name].keys(), name
        assert len(report["crossed_by"]) == 12
        assert set(report["crossed_by"][0]) >= {"month", "mean", "low", "high"}
        margin = report["monthly"]["margin"]
        assert np.mean(ensemble.values("margin"), axis=0) == pytest.approx(margin["mean"])
        assert {len(margin[key]) for key in ("p5", "p50", "p95")} == {12}
        assert (report["replications"], report["seed"], report["scenario"]) == (LIVES, 3, "short")
        assert report["scenario_hash"] == ensemble.scenario.hash
        assert report["version"]
        assert "spread of lives" in report["ends"]


def test_the_json_holds_the_comparison_with_observed_months(mixed: Ensemble) -> None:
    """Fails when the share of observed months inside the band is missing from the object."""
    report = json.loads(as_json(json_report(mixed, observed([0.0, 0.0]))))
    (found,) = report["observed"]["inside_band"]
    assert (found["metric"], found["months"], found["share"]) == ("margin", 2, 0.0)


def test_a_number_that_json_does_not_know_is_an_error() -> None:
    """Fails when NaN or infinity would be written as text that no JSON reader accepts."""
    with pytest.raises(ValueError, match="JSON"):
        as_json({"roi": math.nan})


def test_an_export_can_be_read_and_run_again(mixed: Ensemble, tmp_path: Path) -> None:
    """Fails when a table is missing or differs, or the scenario in the folder is another than the one that ran."""
    folder = tmp_path / "new" / "run"
    export(mixed, folder, observed([1.0]))
    assert pd.read_parquet(folder / "monthly.parquet")["margin"].tolist() == mixed.values("margin").ravel().tolist()
    outcomes = pd.read_parquet(folder / "outcomes.parquet")
    assert outcomes["crossed"].tolist() == mixed.plateau.crossed.tolist()
    assert {"channels.parquet", "roles.parquet", "summary.json"} <= {path.name for path in folder.iterdir()}
    assert load_scenario(folder / "scenario.toml").hash == mixed.scenario.hash
    origin = json.loads((folder / "provenance.json").read_text(encoding="utf-8"))
    assert (origin["seed"], origin["replications"]) == (3, list(range(LIVES)))
    assert origin["scenario"]["horizon_months"] == 12
    assert "observed" in json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    assert [path.name for path in folder.parent.iterdir()] == ["run"]


def test_draws_and_items_are_exported_where_there_are_any(tmp_path: Path) -> None:
    """Fails when the sampled values of a range, or the items asked for, are not in the folder."""
    uncertain = SHORT.with_changes({"company.win_rate": {"low": 0.05, "mode": 0.1, "high": 0.2}})
    ensemble = simulate(uncertain, 2, seed=1, workers=1, record_items=True)
    export(ensemble, tmp_path / "run")
    assert pd.read_parquet(tmp_path / "run" / "draws.parquet")["company.win_rate"].nunique() == 2
    assert len(pd.read_parquet(tmp_path / "run" / "items.parquet")) > 10


def test_a_folder_in_use_is_refused_and_left_alone(mixed: Ensemble, tmp_path: Path) -> None:
    """Fails when results overwrite or join what is in a folder, or a file of that name."""
    (tmp_path / "used").mkdir()
    (tmp_path / "used" / "note").write_text("mine")
    (tmp_path / "file").write_text("mine")
    for name in ("used", "file"):
        with pytest.raises(OutputError) as refused:
            export(mixed, tmp_path / name)
        assert "new folder" in str(refused.value)
    with pytest.raises(OutputError, match="cannot be made in"):
        check_folder(tmp_path / "file" / "run")
    assert [path.name for path in (tmp_path / "used").iterdir()] == ["note"]
    (tmp_path / "empty").mkdir()
    export(mixed, tmp_path / "empty")
    assert (tmp_path / "empty" / "summary.json").exists()


def test_nothing_is_left_when_writing_fails_half_way(
    mixed: Ensemble, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fails when a full disk leaves some of the files, or another error than one the user can understand."""

    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(OutputError, match="No space left"):
        export(mixed, tmp_path / "run")
    assert list(tmp_path.iterdir()) == []


def test_the_chart_is_a_valid_picture_of_the_trajectory() -> None:
    """Fails when a series is left out, the valley or the crossing is not drawn, or Vega-Lite cannot render it."""
    import vl_convert

    shown = made(
        crossing=8.0,
        crossing_low=7.0,
        observed_month=np.array([1.0]),
        observed=np.array([80.0]),
        first_expected=np.full(10, 90.0),
    )
    chart = draw_trajectory(shown)
    (rows, *others) = sorted(chart.to_dict()["datasets"].values(), key=len, reverse=True)
    assert {row["what"] for row in rows} == {
        "expected", "expected at first", "median", "5 to 95 % of lives", "valley", "observed"
    }  # fmt: skip
    assert {row["month"] for row in rows if row["what"] == "valley" and row["top"] > row["value"]} == set(range(1, 9))
    assert others[0][0]["said"] == "half have crossed by month 8 (7 to not reached)"
    svg = vl_convert.vegalite_to_svg(chart.to_dict())
    assert "half have crossed by month 8" in svg
    assert "100 % of 9 simulated lives cross" in svg
    assert svg.count("valley") >= 1


def test_the_chart_of_an_ensemble_leaves_out_what_is_not_there(always: Ensemble) -> None:
    """Fails when a valley, a crossing or observed months are drawn that do not exist."""
    drawn = trajectory_chart(always).to_dict()
    (rows,) = drawn["datasets"].values()
    assert {row["what"] for row in rows} == {"expected", "median", "5 to 95 % of lives"}
