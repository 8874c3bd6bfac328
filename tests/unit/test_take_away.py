"""What leaves the board: pictures, a report, a deck and figures say what the board says, and nothing runs in them."""

from __future__ import annotations

import csv
import io
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from pptx import Presentation

import simkit
from simkit import Comparison, Ensemble, Scenario
from simkit.experiments.attribution import Attribution
from simkit.experiments.levers import levers_between
from simkit.experiments.next_steps import next_steps
from simkit.present.account import Account, titled
from simkit.present.board_csv import figures_csv, months_csv
from simkit.present.deck import deck
from simkit.present.figures import per_cent
from simkit.present.report import report

NASTY = "<script>alert(1)</script> \"quoted\" & 'so' \x07 =1+1"
TODAY = Scenario("today", title="Today").with_changes({"horizon_months": 12})
BETTER = replace(TODAY.with_changes({"company.win_rate": 0.3, "team.content": 3}), title=NASTY)


@pytest.fixture(scope="module")
def own() -> Ensemble:
    return simkit.simulate(BETTER, 8, seed=4, workers=1)


@pytest.fixture(scope="module")
def account(own: Ensemble) -> Account:
    """A scenario beside its reference, of which there are fewer lives, with reasons and next steps."""
    reference = simkit.simulate(TODAY, 6, seed=4, workers=1)
    sides = {"reference": reference, "scenario": own.first(6)}
    outcome = "restricted_crossing_month"
    why = Comparison(sides, (outcome,)).why("scenario", outcome, workers=1)
    steps = next_steps(BETTER, ["team.content"], 4, 1, screening=2, confirming=2, keep=2)
    return Account(own, reference, why, steps)


class Page(HTMLParser):
    """Tags, attributes and text of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.said = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.said += f"{data} "


def rows_of(text: str) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    return list(csv.DictReader(io.StringIO(text)))


def slides(content: bytes) -> list[str]:
    """All text on each slide, tables included."""
    texts = []
    for slide in Presentation(io.BytesIO(content)).slides:
        said = []
        for shape in slide.shapes:
            if shape.has_text_frame:
                said.append(shape.text_frame.text)
            if shape.has_table:
                said += [cell.text for row in shape.table.rows for cell in row.cells]
        texts.append("\n".join(said))
    return texts


def test_a_report_asks_for_nothing_and_runs_nothing(account: Account) -> None:
    """Fails if a title became a tag, or the page named anything to be fetched or run."""
    page = Page(report(account))
    assert not {"script", "link", "iframe", "object", "img", "image", "base", "form"} & set(page.tags)
    assert not [name for name, _ in page.attributes if name.startswith("on") or name in ("src", "href", "xlink:href")]
    assert not re.search(r"url\(|@import", report(account))
    assert page.said.count("<script>alert(1)</script>") >= 2  # in its title and above the headline, as text
    assert page.tags.count("svg") == 2


def test_a_report_says_what_the_board_says(account: Account) -> None:
    """Headline, every figure with its difference, what was changed, steps, and where it comes from. Fails if one of
    them were left out."""
    said = " ".join(Page(report(account)).said.split())
    assert account.headline in said
    for figure in account.figures:
        assert figure.value in said
        assert figure.difference in said
    assert all(name in said for name, *_ in account.changes)
    assert account.reasons is not None
    assert account.next is not None
    for row in (*account.reasons[1], *account.next[1]):
        assert all(cell in said for cell in row)
    for part in ("Seed 4", "Replications 8", "6 replications", f"simkit {simkit.__version__}", BETTER.hash, TODAY.hash):
        assert part in said
    assert "--seed 4 --replications 8" in said


def test_what_is_still_worked_out_is_said(own: Ensemble) -> None:
    """Fails if a report without reasons looked as if there were none, or one with them said that they are missing."""
    early = report(Account(own, unfinished=("what next",)))
    assert "Still being worked out when this page was made: what next." in early
    assert "Still being worked out" not in report(Account(own))


def test_pictures_are_well_formed_and_state_where_they_come_from(account: Account) -> None:
    """Fails if a title broke the SVG, or seed, replications or version were missing in one of the charts."""
    for picture in account.pictures():
        texts = " ".join(ET.fromstring(picture.svg()).itertext())
        assert "<script>alert(1)</script>" in texts
        assert f"Seed 4, 8 replications (reference 6), simkit {simkit.__version__}" in texts
        assert picture.said[0] in texts


def test_a_png_is_drawn_at_twice_the_size(account: Account) -> None:
    """The plot is 880 wide; axes and legend come on top. Fails if it were drawn as small as on a screen."""
    png = account.pictures()[1].png()
    assert png.startswith(b"\x89PNG")
    assert 2 * 880 < int.from_bytes(png[16:20], "big") < 2 * 1100


def test_nothing_is_drawn_before_the_first_month(account: Account) -> None:
    """Who is never below has crossed in month 0, which the axis does not have. Fails if it were drawn beside it."""
    assert account.pictures()[1].rows["month"].min() == 1


def test_a_deck_is_native_and_each_slide_states_where_it_comes_from(account: Account) -> None:
    """Fails if a slide lacked the stamp, a figure were only in a picture, or the native chart had other numbers."""
    content = deck(account)
    texts = slides(content)
    assert len(texts) == 6
    assert all(f"Seed 4, 8 replications (reference 6), simkit {simkit.__version__}" in text for text in texts)
    assert all(figure.value in texts[3] and figure.difference in texts[3] for figure in account.figures)
    presentation = Presentation(io.BytesIO(content))
    assert presentation.slide_width is not None
    assert presentation.slide_height is not None
    assert presentation.slide_width * 9 == pytest.approx(presentation.slide_height * 16, rel=1e-3)
    (chart,) = [shape.chart for slide in presentation.slides for shape in slide.shapes if shape.has_chart]
    drawn = {series.name: list(series.values) for series in chart.plots[0].series}
    assert drawn["Your scenario"] == pytest.approx(account.own.crossing.incidence.share[1:])
    assert set(drawn) == {"Your scenario", "Reference"}


def test_nothing_on_a_slide_covers_another_or_leaves_it(account: Account) -> None:
    """Fails if a text, table or picture overlapped the next or hung over an edge."""
    presentation = Presentation(io.BytesIO(deck(account)))
    for slide in presentation.slides:
        boxes = sorted((shape.top, shape.top + shape.height, shape.left, shape.width) for shape in slide.shapes)
        assert all(left >= 0 and left + width <= presentation.slide_width for *_, left, width in boxes)
        assert boxes[-1][1] <= presentation.slide_height
        assert all(above[1] <= below[0] + 9_144 for above, below in pairwise(boxes))  # a hundredth of an inch


def test_a_scenario_by_itself_has_four_slides_and_no_differences(own: Ensemble) -> None:
    """Fails if something were compared with nothing."""
    alone = Account(own)
    assert len(slides(deck(alone))) == 4
    assert "Difference from" not in report(alone)
    assert "What was changed" not in report(alone)
    assert not [name for name in rows_of(figures_csv(own))[0] if "difference" in name]


def test_figures_in_csv_are_those_of_the_board(account: Account) -> None:
    """Fails if a number, an interval or a paired difference were another than the board's."""
    rows = rows_of(figures_csv(account.own, account.reference))
    table = {(row["side"], row["figure"]): row for row in rows}
    assert per_cent(float(table["your scenario", "crossed"]["value"])) == account.figures[1].value
    assert account.reference is not None
    paired = account.own.measure("net_margin")[:6].mean() - account.reference.measure("net_margin").mean()
    net = table["your scenario", "net_margin"]
    assert float(net["difference"]) == pytest.approx(paired)
    assert net["paired_lives"] == "6"
    assert float(net["difference_low"]) <= paired <= float(net["difference_high"])
    assert {(row["seed"], row["version"]) for row in rows} == {("4", simkit.__version__)}
    assert table["your scenario", "crossed"]["replications"] == "8"
    other = table["reference", "crossed"]
    assert (other["replications"], other["scenario_hash"], other["difference"]) == ("6", TODAY.hash, "")


def test_a_month_that_is_not_reached_is_no_number() -> None:
    """Nobody reaches a target of a billion. Fails if the horizon stood for the missing month."""
    far = TODAY.with_changes({"expectation.shape": "level", "expectation.target_per_month": 1e9})
    (row, *_) = rows_of(figures_csv(simkit.simulate(far, 3, seed=1, workers=1)))
    assert (row["figure"], row["reached"], row["value"]) == ("median_crossing_month", "False", "")


def test_months_in_csv_are_those_of_the_summary(account: Account) -> None:
    """Fails if a month or a side were lost, or a percentile were another than that of the command line."""
    rows = rows_of(months_csv(account.own, account.reference))
    mine = [row for row in rows if row["side"] == "your scenario"]
    assert [int(row["month"]) for row in mine] == list(range(1, 13))
    said = account.own.summary
    assert [float(row["margin_median"]) for row in mine] == pytest.approx(said.monthly["margin"].p50)
    assert [float(row["crossed_share"]) for row in mine] == pytest.approx([month.mean for month in said.crossed_by])
    assert len(rows) == 24


def test_no_text_of_a_visitor_is_in_the_figures(account: Account) -> None:
    """A title such as =1+1 would be a formula in a spreadsheet. Fails if a title got into a table."""
    for text in (figures_csv(account.own, account.reference), months_csv(account.own, account.reference)):
        assert "=" not in text
        assert "script" not in text


def test_changes_are_told_in_plain_words() -> None:
    """Values with their units, ranges, and what happens in a month. Fails if a path were left as it is."""
    before = TODAY
    after = (
        before.with_changes({"process.silos": {"low": 0.1, "mode": 0.2, "high": 0.4}})
        .with_changes({"team.analyst": 2}, month=6)
        .with_decision("push", month=9, months=2)
    )
    lives = {one: simkit.simulate(one, 1, seed=1, workers=1) for one in (before, after)}
    rows = Account(lives[after], lives[before]).changes
    assert len(rows) == len(levers_between(before, after)) == 3
    text = "\n".join(" | ".join(row) for row in rows)
    assert "10 % to 40 %, most likely 20 %" in text
    assert "From month 6: Analysts | - | 2 heads" in text
    assert "From month 9: push | - | for 2 months" in text
    assert "process." not in text


def test_changes_taken_together_are_still_listed(account: Account) -> None:
    """Reasons may take several changes as one. Fails if a change then were nowhere in the report."""
    assert account.why is not None
    assert not account.changes_apart
    one = Attribution("scenario", "reference", account.why.outcome, account.why.levers[:1],
                      account.why.contributions[:1], account.why.most, 0.95, 4)  # fmt: skip
    assert replace(account, why=one).changes_apart


def test_titles_fit_on_one_line() -> None:
    """Fails if a control character or a line break reached a slide, or a novel did."""
    assert titled(replace(TODAY, title="a\nb\x00c\u202ed")) == "a b c d"
    assert len(titled(replace(TODAY, title="x" * 5_000))) == 120
    assert titled(replace(TODAY, title="")) == "today"
