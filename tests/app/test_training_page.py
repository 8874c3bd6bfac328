"""The page Training, its script run without a browser: steps, hands, the debrief, the files, and the projector."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from time import monotonic, sleep

import pytest
from streamlit.testing.v1 import AppTest

from simkit.training.company import Company
from simkit.training.debrief import effects, knowable
from simkit_app import board as boards
from simkit_app.answers import Answer
from simkit_app.queue import Lane
from simkit_app.room import service as services
from simkit_app.room.identity import view_of
from simkit_app.room.questions import Effective, Known
from simkit_app.room.rooms import Rooms
from simkit_app.room.standing import GUESSED
from tests.sessions import FIRM

COMPANY = Company(replace(FIRM, title="A <b>firm</b>", story="It ends well."), seed=1, replication=3)
ANN = "a" * 32
LINE = [80.0] * 12
SECONDS = 120


@pytest.fixture(autouse=True)
def rooms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rooms]:
    """Rooms of this test alone; the workers of the server end with it."""
    monkeypatch.setenv("SIMKIT_ROOMS", str(tmp_path / "rooms.sqlite"))
    services.service.cache_clear()
    yield services.service().rooms
    services.service.cache_clear()
    boards.answers().close()
    boards.answers.clear()


@pytest.fixture(autouse=True)
def few_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    """Real lives, three of each company, computed by the real queue."""

    def effective(self: Effective, answer: Answer, lane: Lane) -> None:
        answer.show(effects(self.company, self.sequences, lucks=3, executor=lane))

    def known(self: Known, answer: Answer, lane: Lane) -> None:
        answer.show(knowable(self.company, self.decided, lives=3, executor=lane))

    monkeypatch.setattr(Effective, "work", effective)
    monkeypatch.setattr(Known, "work", known)


def _script() -> None:
    import streamlit as st

    from simkit_app import pages
    from simkit_app.board import current

    page = st.navigation(pages.made(), position="top")
    pages.frame(current(), page)


def visit(**link: str) -> AppTest:
    """What somebody gets who follows a link."""
    at = AppTest.from_function(_script, default_timeout=120)
    for key, value in link.items():
        at.query_params[key] = value
    at.run()
    assert not at.exception
    return at


def press(at: AppTest, label: str) -> AppTest:
    (button,) = [button for button in at.button if button.label == label]
    button.click().run()
    assert not at.exception
    return at


def text(at: AppTest) -> str:
    return " ".join(str(one.value) for one in (*at.title, *at.subheader, *at.markdown, *at.caption, *at.warning))


def projection(at: AppTest) -> str:
    """The text of the projector, with its markup."""
    return " ".join(str(one.proto) for one in at.get("html"))


def labels(at: AppTest) -> list[str]:
    return [button.label for button in at.button]


def test_a_facilitator_leads_a_room_to_its_debrief(rooms: Rooms) -> None:
    """Fails if a step is not there when it is possible, or there when it is not, or the debrief does not come."""
    code, key = rooms.open(COMPANY, "one")
    rooms.join(code, "Ann", ANN)
    rooms.draw(code, ANN, 1, LINE, 6, 3)
    at = visit(room=code, key=key)
    assert "1 person is here, 1 have drawn" in text(at)
    assert "It ends well" not in text(at)
    assert "key" not in at.query_params
    hands = next(one for one in at.number_input if one.label == "months 4 to 6")
    hands.set_value(2).run()
    press(at, "Take these")
    assert rooms.standing(code).hands[GUESSED]["6"] == 2
    press(at, "Lock the drawings and begin")
    assert "Step back" not in labels(at)
    press(at, "Reveal the next month")
    assert "Close the review" not in labels(at)
    press(at, "Reveal up to the next review")
    assert (rooms.standing(code).month, rooms.standing(code).reviewing) == (3, 3)
    press(at, "Step back")
    assert "You look back at month 2" in text(at)
    press(at, "Start the timer")
    assert rooms.standing(code).seconds == 20
    press(at, "Pause the timer (20 s a month)")
    rooms.vote(code, ANN, 1, 3, "cut")
    press(at, "Close the review and reveal the next month")
    assert rooms.standing(code).decided() == ((3, "cut"),)
    press(at, "All that is left, without reviews")
    press(at, "Go to the debrief")
    until = monotonic() + SECONDS
    while "C8" not in text(at) or "Margin less cost" not in text(at):
        assert monotonic() < until
        sleep(0.2)
        at.run()
        assert not at.exception
    assert "Half of the room expected results to cross" in text(at)
    press(at, "Next part")
    assert rooms.standing(code).scene == 1
    press(at, "Delete the room")
    assert "expect, live, compare" in text(at)


def test_another_tab_that_was_slower_does_nothing(rooms: Rooms) -> None:
    """Fails if a step is taken that was meant for what is no longer so."""
    code, key = rooms.open(COMPANY, "one")
    first, second = visit(room=code, key=key), visit(room=code, key=key)
    press(first, "Lock the drawings and begin")
    press(second, "Lock the drawings and begin")
    assert rooms.standing(code).month == 0
    assert rooms.standing(code).steps == 1
    assert [toast.value for toast in second.toast]


def test_the_projector_shows_the_room_and_nothing_to_strangers(rooms: Rooms) -> None:
    """Fails if a wrong secret opens the projector, or the right one shows a name, a title that tells, or a button."""
    code, key = rooms.open(COMPANY, "one")
    rooms.join(code, "Ann", ANN)
    at = visit(room=code, view=view_of(key), at="192.0.2.1:8501")
    shown = projection(at)
    assert code in shown
    assert "192.0.2.1:8501/room" in shown
    assert "1 here, 0 have drawn" in shown
    assert not any(word in shown for word in ("Ann", "firm", key))
    assert not at.button
    for wrong in (key, "x"):
        stranger = projection(visit(room=code, view=wrong))
        assert "There is no room here" in stranger
        assert "1 here" not in stranger


def test_a_link_to_a_room_that_is_gone_says_so() -> None:
    """Fails if an old link is an error, or shows somebody else's room."""
    at = visit(room="BCDFGH", key="x" * 32)
    assert "This room is gone" in text(at)
    assert "Open the room" in labels(at)


def test_a_file_that_is_no_scenario_is_refused_in_one_line() -> None:
    """Fails if a wrong file opens a room, or shows a traceback."""
    at = visit(room="BCDFGH", key="x")
    next(one for one in at.selectbox if one.label == "Which company?").set_value("a scenario file …").run()
    assert not at.exception
    assert "Open the room" not in labels(at)
    at.file_uploader[0].set_value(("bad.toml", b"nonsense = 1", "application/toml")).run()
    assert not at.exception
    (error,) = at.error
    assert "cannot be used" in error.value
    assert "Open the room" not in labels(at)
