"""What a session is told as: sentences, charts, questions, a page, a deck and tables."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import replace
from html import escape
from pathlib import Path

import pytest
from pptx import Presentation

import simkit
from simkit.present.handouts import CLAIMS, handouts
from simkit.present.room_account import RoomAccount
from simkit.present.room_charts import activity_rows, crossing_rows, on_the_wall, quarters, room_rows, room_spec
from simkit.present.room_csv import harmless, months_csv, people_csv
from simkit.present.room_deck import room_deck
from simkit.present.room_questions import asked
from simkit.present.room_report import room_report
from simkit.present.room_words import groups_told
from simkit.statistics import Estimate
from simkit.training.company import SAYS, Decided, company, live
from simkit.training.debrief import Effect, Effects, Knowable
from simkit.training.learning import learned
from simkit.training.session import Person, Session, session
from tests.sessions import ANN, BOB, COMPANY, EVERYBODY, HELD, LINE, by_hand, drew, played

NASTY = "=1+1 <script>alert(1)</script>"
PUSHED: Decided = ((3, "push"), (6, "stop"))


def about(value: float, wide: float = 10.0) -> Estimate:
    return Estimate(value, value - wide, value + wide, 0.95, 60, "interval")


EFFECTS = (
    Effects(
        PUSHED,
        (Effect(3, "push", 5_000.0, about(-7_000.0)), Effect(6, "stop", -900.0, about(-800.0))),
        4_100.0,
        about(-7_800.0),
    ),
    Effects(((3, "stop"),), (Effect(3, "stop", -1_000.0, about(-2_000.0)),), -1_000.0, about(-2_000.0)),
)
KNOWN = (Knowable(3, about(0.7, 0.1), 31.4, ""), Knowable(6, about(0.2, 0.1), 8.2, "few lives look like these months"))


def account(people: tuple[Person, ...] = EVERYBODY, named: bool = True) -> RoomAccount:
    own = played(people=people)
    return RoomAccount(own, EFFECTS, KNOWN, learned(played(people=(ANN, BOB)), own), named)


def said(told: RoomAccount, key: str) -> str:
    return " ".join(next(one for one in told.sections if one.key == key).said)


def slides(content: bytes) -> list[str]:
    texts = []
    for slide in Presentation(io.BytesIO(content)).slides:
        found = [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]
        found += [c.text for s in slide.shapes if s.has_table for row in s.table.rows for c in row.cells]
        texts.append(" ".join(found))
    return texts


def test_sentences_say_what_happened() -> None:
    """Fails if a figure of the session does not reach its sentence, or comes from another group."""
    told = account()
    assert (
        told.headline == "Half of the room expected results to cross what was promised by month 8. It came in month 8."
    )
    assert "2 expected it too early, 1 too late" in said(told, "crossing")
    assert "1 person stopped after month 3: 5 months before month 8" in said(told, "stopped")
    assert "1 person stopped after month 6: 4 months before month 10" in said(told, "stopped")
    assert "2 of 2 would have stopped" in said(told, "stopped")
    assert "In 1 of 2 rows this luck points the other way" in said(told, "decisions")
    assert "was 70 % for those who had seen what you had by month 3, and 20 % by month 6" in said(told, "known")
    assert "0 of 2 came closer" in said(told, "learned")
    alone = RoomAccount(played(people=(ANN,)), (), KNOWN)
    assert alone.headline.startswith("You expected")
    assert said(alone, "decisions") == "Nobody decided anything but to hold."
    waiting = RoomAccount(played())
    assert "being worked out" in said(waiting, "decisions") + said(waiting, "known")


def test_names_are_told_only_where_they_may() -> None:
    """Fails if a name reaches what is projected, or what somebody wanted without names."""
    for told, there in ((account(), True), (account(named=False), False)):
        everything = repr([(one.said, one.table) for one in told.sections]) + repr(told.scores)
        assert ("Dan" in everything) == there
        assert ("Ann" in repr(told.scores)) == there


@pytest.mark.parametrize("decided", [(), ((3, "push"),), ((3, "reorganise"), (6, "stop")), ((3, "chase"),)])
def test_questions_fit_what_happened_and_each_claim_has_one(decided: Decided) -> None:
    """Fails if a claim is left out, or a question is about what nobody did."""
    one = session(COMPANY, "one", [ANN, BOB], decided, (6, 8), {3: {"reorganise": 2}}, by_hand)
    found = asked(
        one, [Effects(decided, tuple(Effect(m, c, 1.0, about(-50.0)) for m, c in decided), 1.0, about(-50.0))], ()
    )
    assert set(Counter(question.claim for question in found)) == {"C1", "C3", "C7", "C8", "C9"}
    text = " ".join(question.question for question in found)
    choices = {choice for _, choice in decided}
    assert ("Pushing after month 3 cost something on average" in text) == ("push" in choices)
    assert ("Nobody pushed" in text) == (not choices & {"push", "chase"})
    assert ("Reorganising after month 3" in text) == ("reorganise" in choices)
    assert ("Reorganising got 2 votes" in text) == ("reorganise" not in choices)
    assert ("Stopping after month 6" in text) == ("stop" in choices)
    assert ("by the patience you named" in text) == ("stop" not in choices)
    assert "{" not in text


def test_a_stop_is_asked_about_by_what_could_be_known() -> None:
    """Fails if being right in one life passes for having known it."""
    never: Session = session(
        COMPANY, "one", [ANN], ((3, "stop"),), (6,), {}, lambda *_: by_hand(COMPANY, ((3, "stop"),))
    )
    for chance, words in ((0.6, "was it a good decision"), (0.05, "because that could be known")):
        found = asked(never, (), [Knowable(3, about(chance), 30.0, "")])
        assert words in " ".join(one.question for one in found if one.claim == "C3")


def test_rows_of_charts_hold_what_was_lived() -> None:
    """Fails if a quarter is counted in the next one, never is lost, or the first months are not 100."""
    rows = crossing_rows([1, 3, 4, None, 12, 0], 10, 12)
    assert dict(zip(rows["when"], rows["people"], strict=True)) == {
        "1 to 3": 3,
        "4 to 6": 1,
        "7 to 9": 0,
        "10 to 12": 1,
        "never": 1,
    }
    assert rows.loc[rows["came"], "when"].tolist() == ["10 to 12"]
    assert crossing_rows([], None, 7)["when"].tolist() == quarters(7) == ["1 to 3", "4 to 6", "7 to 7", "never"]
    grown = activity_rows(played().held.rows)
    assert grown.groupby("what")["value"].first().tolist() == [100.0] * 3
    assert grown.loc[grown["what"] == "results", "value"].iloc[-1] == pytest.approx(350.0)
    chart = room_rows(LINE, played().held.rows, played().fan, HELD)
    assert chart.groupby("what").size().unique().tolist() == [12]


def test_who_plays_alone_is_no_room() -> None:
    """Fails if the chart of one drawing speaks of a room, or has no line for it."""
    rows = room_rows(LINE, played().held.rows, played(people=(ANN,)).fan, HELD, alone=True)
    legends = repr(room_spec("a", 12, held=True, alone=True))
    assert (rows["what"] == "what was drawn").sum() == 12
    assert "what was drawn" in legends
    assert "room" not in legends + " ".join(rows["what"])


def test_charts_on_the_wall_are_larger_and_leave_the_others_alone() -> None:
    """Fails if letters stay small, or the chart of the page grows with them."""
    page = room_spec("a", 12)
    before = repr(page)
    wall = on_the_wall(page, 3.0)
    assert repr(page) == before
    assert wall["config"]["axis"]["labelFontSize"] == 36
    assert wall["title"]["fontSize"] == 3 * page["title"]["fontSize"]
    assert wall["layer"][1]["mark"]["strokeWidth"] == 3 * page["layer"][1]["mark"]["strokeWidth"]


def test_the_deck_of_a_full_room_leaves_nobody_out() -> None:
    """Fails if rows that one slide has no room for are dropped, or a slide gets more than it has room for."""
    people = tuple(replace(ANN, number=number, name=f"Person no. {number}") for number in range(1, 26))
    shown = Presentation(io.BytesIO(room_deck(RoomAccount(played(people=people), (), KNOWN, named=True)))).slides
    tables = [
        s.table for slide in shown for s in slide.shapes if s.has_table and "How close" in slide.shapes.title.text
    ]
    rows = [[row.cells[0].text for row in table.rows][1:] for table in tables]
    assert [name for part in rows for name in part] == [person.name for person in people]
    assert max(map(len, rows)) <= 8


def test_charts_that_are_taken_home_say_what_they_measure() -> None:
    """Fails if a chart in a file has lost the unit that stands above it on the board, or its letters are small."""
    page = room_report(account())
    for unit in ("leads a month", "that of months 1 to 3 is 100", "Chance to cross for those"):
        assert unit in page
    part = next(one for one in account().sections if one.key == "activity")
    on_board, at_home = part.picture(880), part.picture(880, letters=1.5)
    assert on_board is not None
    assert at_home is not None
    assert 'font-size="18px"' not in on_board.svg()
    assert at_home.svg().count('font-size="18px"') > 10


def test_page_deck_and_tables_say_the_same() -> None:
    """Fails if a file leaves out a part, takes a name for markup or a formula, or has text as a picture."""
    told = account((replace(ANN, name=NASTY), *EVERYBODY[1:]))
    page, deck = room_report(told), slides(room_deck(told))
    assert told.headline in page
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert page.count("<svg ") == 6
    for section in told.sections:
        assert section.title in page
        assert any(section.title in slide for slide in deck)
        for sentence in section.said:
            assert any(sentence in slide for slide in deck), sentence
    assert "https://" not in page.replace("https://vega", "").replace("http://www.w3.org", "")
    people = list(csv.DictReader(io.StringIO(people_csv(told))))
    assert people[0]["person"] == harmless(NASTY) == f"'{NASTY}"
    assert [row["came"] for row in people] == ["8", "", "8", ""]
    assert [row["crossing"] for row in people] == ["6", "8", "", ""]
    assert [row["review 3"] for row in people] == ["hold", "stop", "hold", "push"]
    assert [float(people[1][f"month {month}"]) for month in range(1, 13)] == HELD
    assert people[3]["drew"] == "False"
    months = list(csv.DictReader(io.StringIO(months_csv(told))))
    assert [(row["company"], row["people"]) for row in months[::12]] == [
        ("held throughout", "2"),
        ("push after month 3; stop after month 6", "1"),
        ("stop after month 3", "1"),
    ]
    assert {row["seed"] for row in people + months} == {"1"}


def test_the_decisions_of_the_largest_groups_are_told() -> None:
    """Fails if holding is computed, or a room of many minds keeps the machine busy for ever."""
    assert groups_told(played().groups) == [PUSHED, ((3, "stop"),)]
    many = [Person(i, f"P{i}", drew(), ((3 * (i % 3 + 1), "push"), (9 if i % 3 < 2 else 6, "cut"))) for i in range(9)]
    assert len(groups_told(played(people=tuple(many)).groups)) <= 8


def test_paper_shows_what_is_promised_and_nothing_of_how_it_ends() -> None:
    """Fails if a review, a choice or a claim is missing, or the story or a result reaches the paper."""
    told = replace(COMPANY, scenario=replace(COMPANY.scenario, title="A firm that ends well", story="It ends well."))
    page = handouts(told, 40.0, LINE)
    assert "ends well" not in page
    assert "40 leads a month today" in page
    assert "Promised are 120 leads by month 12" in page
    assert [f"month {month}</th>" in page for month in told.reviews] == [True] * 3
    assert all(escape(said) in page for said in (*SAYS.values(), *CLAIMS.values()))
    assert page.count('class="sheet"') == 3


def test_the_paper_of_the_guide_is_that_of_the_shipped_scenario() -> None:
    """Fails if docs/handouts.html was not made again after a change: python docs/make_facilitating.py handouts."""
    chosen = company(simkit.load_scenario("baseline"), 24, "typical", seed=1)
    lived = live(chosen)
    start = round((3 * lived.rows[0]["average"] - lived.rows[0]["result"]) / 2, 2)
    kept = (Path(__file__).parents[2] / "docs" / "handouts.html").read_text(encoding="utf-8")
    without = re.compile("<svg.*?</svg>", re.DOTALL)
    assert without.sub("", kept) == without.sub("", handouts(chosen, start, lived.column("expected")))
