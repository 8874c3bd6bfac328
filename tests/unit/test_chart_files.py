"""Charts as files: every kind can be opened, needs no network, and is there whole or not at all."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import simkit
from simkit.errors import OutputError
from simkit.present.chart_files import check_chart_file, save_chart
from simkit.present.experiment_charts import comparison_charts, sweep_charts

TODAY = simkit.Scenario("today").with_changes({"horizon_months": 6})
BEGINNINGS = {".png": b"\x89PNG", ".svg": b"<svg", ".pdf": b"%PDF", ".html": b"<!DOCTYPE html>"}


@pytest.fixture(scope="module")
def ensemble() -> simkit.Ensemble:
    return simkit.simulate(TODAY, 3, 1, workers=1)


@pytest.mark.parametrize("ending", BEGINNINGS)
def test_a_chart_is_written_as_its_name_says(ending: str, tmp_path: Path, ensemble: simkit.Ensemble) -> None:
    """Fails if a kind is written as another, an old file stays, or anything else is left in the folder."""
    file = tmp_path / f"chart{ending.upper()}"
    file.write_text("old")
    check_chart_file(file)
    save_chart(ensemble.chart(), file)
    assert file.read_bytes().lstrip().startswith(BEGINNINGS[ending])
    assert list(tmp_path.iterdir()) == [file]


def test_the_page_loads_nothing_from_elsewhere(tmp_path: Path, ensemble: simkit.Ensemble) -> None:
    """Fails if a report that is opened without a network stays empty."""
    save_chart(ensemble.chart(), tmp_path / "chart.html")
    page = (tmp_path / "chart.html").read_text(encoding="utf-8")
    assert re.findall(r'<(?:script|link|img)[^>]+(?:src|href)="?http', page) == []
    assert len(page) > 500_000  # what draws it is inside


def test_comparisons_with_reasons_and_sweeps_of_many_outcomes_are_one_chart() -> None:
    """Fails if a part that was asked for is not in the file."""
    pair = {"today": TODAY, "better": TODAY.with_changes({"company.win_rate": 0.2})}
    made = simkit.compare(pair, 3, 1, workers=1, outcomes=["net_margin"])
    assert len(comparison_charts(made, [made.why("better", "net_margin", workers=1)]).to_dict()["vconcat"]) == 2
    swept = simkit.sweep(TODAY, {"process.silos": [0.0, 1.0]}, replications=2, workers=1)
    titles = [part["title"]["text"] for part in sweep_charts(swept, ["crossed", "net_margin"]).to_dict()["vconcat"]]
    assert titles == ["crossed by process.silos", "net margin by process.silos"]


@pytest.mark.parametrize("name", ["chart.jpg", "chart", "nowhere/chart.svg", "folder.svg"])
def test_a_place_that_cannot_be_is_refused_before_time_is_spent(name: str, tmp_path: Path) -> None:
    """Fails if a long run ends with a chart that cannot be written."""
    (tmp_path / "folder.svg").mkdir()
    with pytest.raises(OutputError, match=r"--chart: (expected a name that ends in .png|cannot be written there)"):
        check_chart_file(tmp_path / name)


def test_a_chart_that_fails_leaves_the_old_one(tmp_path: Path) -> None:
    """Fails if half a file stands in for the one that was there."""

    class Full:
        def save(self, file: str, **_: object) -> None:
            Path(file).write_text("half")
            raise OSError(28, "No space left on device")

    file = tmp_path / "chart.svg"
    file.write_text("old")
    with pytest.raises(OutputError, match="--chart: cannot be written: No space left on device"):
        save_chart(Full(), file)
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("chart.svg", "old")]
