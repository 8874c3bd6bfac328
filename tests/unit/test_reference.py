"""The pages that say what parameters mean, derived from their declarations."""

from __future__ import annotations

import io
import re
import runpy
from pathlib import Path

import pytest
from rich.console import Console

from simkit.errors import ParameterError
from simkit.parameters import declarations
from simkit.present.reference import reference, written

ROOT = Path(__file__).parents[2]


def shown(path: str | None, width: int = 80) -> str:
    console = Console(file=io.StringIO(), width=width, markup=False, highlight=False)
    console.print(reference(path))
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert isinstance(text, str)
    return text


def test_one_parameter_is_explained_in_full() -> None:
    """Fails when meaning, unit, bounds, default, step and its cost, kind, source or claims are left out."""
    text = " ".join(shown("feedback.latency_weeks", width=200).split())
    entry = declarations()["feedback.latency_weeks"]
    said = (entry.label, "4 weeks", "from 0.5 to 26", "1; costs measuring", "lever", entry.source, "C18, C22")
    assert [part for part in said if part not in text] == []


def test_every_parameter_can_be_explained_with_an_example_that_is_accepted() -> None:
    """Fails when a kind of parameter breaks the page, or when the value it suggests to set is refused."""
    from simkit.cli import parsed_settings
    from simkit.scenarios import Scenario

    for path in declarations():
        text = " ".join(shown(path, width=200).split())
        values = parsed_settings(text.partition("--set ")[2].replace("'", "").split(" --set "))
        assert path in values
        assert Scenario().with_changes(values) != Scenario(), path


def test_all_groups_name_every_parameter() -> None:
    """Fails when a parameter is missing from the table of all, or the table does not fit 80 columns."""
    text = shown(None)
    lines = text.splitlines()
    assert max(len(line) for line in lines) <= 80
    assert [
        path for path in declarations() if not any(line.startswith(path.rpartition(".")[2]) for line in lines)
    ] == []


def test_a_group_shows_its_own_parameters_only() -> None:
    """Fails when a group shows another's parameters, or a group of groups leaves some out."""
    assert "silos" in shown("process")
    assert "lead_rate" not in shown("process")
    assert shown("channels").count("lead_rate") == 5


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("process.silo", "process.silos"),
        ("silos", "process.silos"),
        ("proces", "process"),
        ("lead_rate", "channels.search.lead_rate"),
    ],
)
def test_an_unknown_path_names_the_nearest(wrong: str, right: str) -> None:
    """Fails when a misspelt path, or one without its group, is refused without the right one."""
    with pytest.raises(ParameterError) as refused:
        reference(wrong)
    assert f"'{right}'?" in str(refused.value)
    assert refused.value.field == wrong


def test_the_page_of_parameters_is_up_to_date() -> None:
    """Fails when a declaration changed and `python docs/make_parameters.py` was not run."""
    page = runpy.run_path(str(ROOT / "docs" / "make_parameters.py"))["page"]()
    assert (ROOT / "docs" / "parameters.md").read_text(encoding="utf-8") == page


def test_the_page_has_every_parameter_with_its_source() -> None:
    """Fails when the page's merging of the channels loses a declaration or a default that differs."""
    page = (ROOT / "docs" / "parameters.md").read_text(encoding="utf-8")
    for entry in declarations().values():
        name = entry.path.rpartition(".")[2]
        rows = [line for line in page.splitlines() if line.startswith(f"| `{name}` | {entry.label} |")]
        assert any(written(entry.default) in row and entry.source in row for row in rows), entry.path
    assert re.search(
        r"`lead_rate` .* search [\d,.]+, content [\d,.]+, social [\d,.]+, paid [\d,.]+, email [\d,.]+ \|", page
    )
