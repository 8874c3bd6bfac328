"""The page of evidence is what was found, reaches users, and says whether it is about their model."""

from __future__ import annotations

from pathlib import Path

import pytest

from docs.make_evidence import STRESS, page
from simkit.cli import main
from simkit.present import evidence as shipped
from simkit.present.evidence import Evidence, evidence
from studies.__main__ import load

STALE = "write it again: python docs/make_evidence.py"


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["evidence", *arguments])
    assert isinstance(ended.value.code, int)
    return ended.value.code


def test_the_page_says_what_was_found() -> None:
    """Fails if it is older than the studies, the claims, the tests, or the pages it is made of."""
    assert page(load()) == Path("docs/evidence.md").read_text(encoding="utf-8"), STALE


def test_each_part_is_there() -> None:
    """Fails if a claim has no test, a test of a closed form does not say what it compares, or an item is unanswered."""
    text = evidence().text
    assert len({number[:3] for number, _, _ in STRESS}) == 20
    for number in range(1, 27):
        assert f"\n| C{number} | " in text
    rows = [row.split(" | ") for row in text.splitlines() if row.startswith("| `test_") and row.count(" | ") == 2]
    assert len(rows) > 60
    assert all(len(row) >= 3 and len(row[2]) > 30 for row in rows)


def test_the_first_page_is_for_those_who_decide(capsys: pytest.CaptureFixture[str]) -> None:
    """Fails if the command shows more than was asked for, or does not know the model of this installation."""
    assert run() == 0
    said = capsys.readouterr().out
    assert "What speaks against it" in said
    assert "STRESS-DES" not in said
    assert "lives the same lives as the model of these figures" in said


def test_figures_of_another_model_are_called_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Fails if figures pass for those of a model that they are not about."""
    other = Evidence(evidence().text.replace(evidence().model, "0.0.0-other"))
    monkeypatch.setattr("simkit.cli.evidence.page", lambda: other)
    assert run("--all") == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "These figures are of model 0.0.0-other; this installation lives other lives" in said


def test_it_goes_into_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Fails if a page is not whole, runs something, or asks anything of another machine."""
    assert run("--out", str(tmp_path / "e.html")) == 0
    html = (tmp_path / "e.html").read_text(encoding="utf-8")
    assert html.count("<table>") >= 10
    assert "STRESS-DES" in html
    assert "<script" not in html
    assert "src=" not in html
    assert run("--out", str(tmp_path / "e.md")) == 0
    assert (tmp_path / "e.md").read_text(encoding="utf-8") == shipped.evidence().text
    capsys.readouterr()
    assert run("--out", str(tmp_path / "e.pdf")) == 2
    assert "ends in .html or .md" in capsys.readouterr().err
    assert run("--out", str(tmp_path / "none" / "e.md")) == 2
    assert "cannot be written" in capsys.readouterr().err
