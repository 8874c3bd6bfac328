"""Rooms: who may do what, what is decided, and that a server may end at any moment."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from simkit import Scenario
from simkit.errors import StoreError
from simkit.training.company import CHOICES, Company, Lived
from simkit_app.room.identity import digest, view_of
from simkit_app.room.lives import Lives
from simkit_app.room.played import played
from simkit_app.room.refused import Refused
from simkit_app.room.rooms import Rooms
from simkit_app.room.standing import GUESSED
from simkit_app.room.steps import SCENES
from simkit_app.room.tables import SCHEMA, Table, changing, opened
from simkit_app.room.views import of_person, of_room
from tests.worlds import QUIET

FIRM = Scenario("firm", title="A <b>firm</b>").with_changes(
    {**QUIET, "horizon_months": 7, "team.content": 2, "expectation.target_per_month": 90_000.0}
)
COMPANY = Company(FIRM, seed=1, replication=3, every=2)
ANN, BOB, EVE = ("a" * 32, "b" * 32, "e" * 32)
LINE = [80_000.0] * 7


def _here(work: Callable[..., Lived], *arguments: Any) -> Future[Lived]:
    done: Future[Lived] = Future()
    done.set_result(work(*arguments))
    return done


LIVES = Lives(_here)


class Clock:
    """A clock that is set by hand."""

    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def rooms(tmp_path: Path, clock: Clock) -> Rooms:
    return Rooms(opened(tmp_path / "rooms.sqlite"), clock=clock)


def go(rooms: Rooms, code: str, key: str, *steps: str) -> None:
    for step in steps:
        rooms.steer(code, key, step, rooms.standing(code).steps)


def sees(rooms: Rooms, code: str, token: str) -> dict[str, Any]:
    return of_person(rooms.standing(code), digest(token), LIVES)


def test_a_whole_session_of_one_company(rooms: Rooms) -> None:
    """Fails if a step is missing, more is seen than was revealed, or the majority does not decide."""
    code, key = rooms.open(COMPANY, "one")
    for token, name in ((ANN, "Ann"), (BOB, "Bob"), (EVE, "Eve")):
        rooms.join(code, name, token)
        rooms.draw(code, token, 1, LINE, 5, 3)
    rooms.draw(code, BOB, 1, [100.0] * 7, None, None)
    before = sees(rooms, code, ANN)
    assert (before["people"], before["drawn"], before["rows"], before["fan"]) == (3, 3, [], None)
    assert before["me"]["drawing"] == {"values": LINE, "crossing": 5, "patience": 3}
    go(rooms, code, key, "lock", "reveal", "reveal")
    at_review = sees(rooms, code, ANN)
    assert [row["month"] for row in at_review["rows"]] == [1, 2]
    assert at_review["review"] == 2
    assert at_review["fan"]["low"][0] < at_review["fan"]["high"][0] == 80_000.0
    rooms.vote(code, ANN, 1, 2, "push")
    rooms.vote(code, ANN, 1, 2, "hold")
    rooms.vote(code, BOB, 1, 2, "push")
    rooms.vote(code, EVE, 1, 2, "push")
    assert sees(rooms, code, ANN)["me"]["vote"] == "hold"
    assert sees(rooms, code, ANN)["decided"] == []
    go(rooms, code, key, "reveal")
    later = sees(rooms, code, BOB)
    assert later["decided"] == [{"month": 2, "choice": "push", "votes": {"push": 2, "hold": 1}}]
    pushed, held = LIVES.get(COMPANY, ((2, "push"),)), LIVES.get(COMPANY)
    assert later["rows"] == list(pushed.rows[:3])
    assert pushed.rows[:2] == held.rows[:2]
    assert pushed.rows != held.rows
    go(rooms, code, key, *["reveal"] * 4, "debrief")
    end = sees(rooms, code, EVE)["debrief"]
    assert end["actual"] == [row["result"] for row in pushed.rows]
    assert sorted(end["crossings"], key=str) == [5, 5, None]
    assert end["score"]["line"] >= 0


def test_nobody_sees_what_others_draw_or_hold_before_the_lock(rooms: Rooms) -> None:
    """Fails if a view holds anything of another person, a secret, or a month that has not come."""
    code, key = rooms.open(COMPANY, "own")
    rooms.join(code, "Ann", ANN)
    rooms.join(code, "Bob", BOB)
    rooms.draw(code, BOB, 1, [12_345.0] * 7, 4, 2)
    for view in (sees(rooms, code, ANN), of_room(rooms.standing(code), LIVES)):
        text = repr(view)
        assert "12345" not in text
        assert "Bob" not in text
        assert key not in text
        assert digest(BOB) not in text
        assert view["rows"] == []


def test_each_lives_with_their_own_decisions_under_the_same_luck(rooms: Rooms) -> None:
    """Fails if decisions mix, or whoever stopped sees more than what that saves before the debrief."""
    code, key = rooms.open(COMPANY, "own")
    rooms.join(code, "Ann", ANN)
    rooms.join(code, "Bob", BOB)
    go(rooms, code, key, "lock", "reveal", "reveal")
    rooms.vote(code, ANN, 1, 2, "stop")
    go(rooms, code, key, "reveal", "reveal")
    ann, bob = sees(rooms, code, ANN), sees(rooms, code, BOB)
    assert [row["month"] for row in ann["rows"]] == [1, 2]
    assert [row["month"] for row in bob["rows"]] == [1, 2, 3, 4]
    assert bob["rows"] == list(LIVES.get(COMPANY).rows[:4])
    cost = [row["cost"] for row in LIVES.get(COMPANY).rows]
    assert ann["saved"] == pytest.approx(cost[2] + cost[3])
    assert (ann["stopped"], ann["review"], bob["review"]) == (2, None, 4)
    with pytest.raises(Refused, match="You have stopped"):
        rooms.vote(code, ANN, 1, 4, "hold")
    go(rooms, code, key, *["reveal"] * 3, "debrief")
    assert sees(rooms, code, ANN)["debrief"]["stopped"] == [{"month": 2, "people": 1}]
    assert len(sees(rooms, code, ANN)["rows"]) == 7


def test_what_was_done_twice_counts_once(rooms: Rooms) -> None:
    """Fails if a retried join, drawing or vote, or a step clicked twice or in two tabs, counts again."""
    code, key = rooms.open(COMPANY, "one")
    for _ in range(3):
        rooms.join(code, "Ann", ANN)
        rooms.draw(code, ANN, 1, LINE, 5, 3)
    assert len(rooms.standing(code).seats) == 1
    steps = rooms.standing(code).steps
    rooms.steer(code, key, "lock", steps)
    with pytest.raises(Refused, match="moved on"):
        rooms.steer(code, key, "reveal", steps)
    go(rooms, code, key, "reveal", "reveal")
    for _ in range(3):
        rooms.vote(code, ANN, 1, 2, "push")
    assert rooms.standing(code).tally(2) == {"push": 1}


@pytest.mark.parametrize("step", ["lock", "reveal", "review", "finish", "close", "back", "forward", "debrief"])
def test_only_the_secret_steers(rooms: Rooms, step: Any) -> None:
    """Fails if a step is taken with another secret, or with a participant's."""
    code, key = rooms.open(COMPANY, "one")
    rooms.join(code, "Ann", ANN)
    for wrong in ("", ANN, key[:-1], key + "x", code):
        assert not rooms.steers(code, wrong)
        with pytest.raises(Refused, match="Only the facilitator"):
            rooms.steer(code, wrong, step, 0)
        with pytest.raises(Refused, match="Only the facilitator"):
            rooms.remove(code, wrong)
        with pytest.raises(Refused, match="Only the facilitator"):
            rooms.raise_hands(code, wrong, 2, {"push": 3})
    assert rooms.standing(code).phase == "draw"
    assert rooms.steers(code, key)


def test_one_changes_only_what_is_one_s_own_and_open(rooms: Rooms) -> None:
    """Fails if a stranger writes, a locked drawing or a closed review changes, or nonsense is kept."""
    code, key = rooms.open(COMPANY, "one")
    rooms.join(code, "Ann", ANN)
    for refused in (lambda: rooms.draw(code, BOB, 1, LINE, 5, 3), lambda: rooms.vote(code, BOB, 1, 2, "push")):
        with pytest.raises(Refused, match="Join first") as error:
            refused()
        assert error.value.status == 401
    for values in ([1.0] * 6, [float("nan")] * 7, [-1.0] * 7, ["1"] * 7, "1234567", None, [True] * 7):
        with pytest.raises(Refused) as error:
            rooms.draw(code, ANN, 1, values, 5, 3)
        assert error.value.status == 422
    for crossing in (0, 8, 2.5, "3", True):
        with pytest.raises(Refused, match="month from 1 to 7"):
            rooms.draw(code, ANN, 1, LINE, crossing, 3)
    go(rooms, code, key, "lock")
    with pytest.raises(Refused, match="locked"):
        rooms.draw(code, ANN, 1, LINE, 5, 3)
    go(rooms, code, key, "reveal", "reveal")
    with pytest.raises(Refused, match="no such choice"):
        rooms.vote(code, ANN, 1, 2, "panic")
    go(rooms, code, key, "close")
    with pytest.raises(Refused, match="closed"):
        rooms.vote(code, ANN, 1, 2, "push")
    for name in ("", "   ", "x" * 41, "\x00\u202e\u200d", None):
        with pytest.raises(Refused):
            rooms.join(code, name, EVE)
    with pytest.raises(Refused, match="proper token"):
        rooms.join(code, "Eve", "short")


def test_a_server_that_ends_leaves_every_room_as_it_was(tmp_path: Path, rooms: Rooms) -> None:
    """Fails if anything of a room lives in the process: another one that opens the file sees the same."""
    code, key = rooms.open(COMPANY, "one")
    rooms.join(code, "Ann", ANN)
    rooms.draw(code, ANN, 1, LINE, 5, 3)
    go(rooms, code, key, "lock", "reveal", "reveal")
    rooms.vote(code, ANN, 1, 2, "push")
    again = Rooms(opened(tmp_path / "rooms.sqlite"))
    assert again.standing(code) == rooms.standing(code)
    assert sees(again, code, ANN) == sees(rooms, code, ANN)
    go(again, code, key, "reveal")
    assert rooms.standing(code).decided() == ((2, "push"),)


def test_hands_count_beside_votes_and_ties_hold(rooms: Rooms) -> None:
    """Fails if a show of hands is added twice, or a tie is decided by who came first."""
    code, key = rooms.open(COMPANY, "one")
    rooms.join(code, "Ann", ANN)
    go(rooms, code, key, "lock", "reveal", "reveal")
    rooms.vote(code, ANN, 1, 2, "hold")
    rooms.raise_hands(code, key, 2, {"push": 9})
    rooms.raise_hands(code, key, 2, {"push": 1})
    go(rooms, code, key, "close")
    assert rooms.standing(code).tally(2) == {"hold": 1, "push": 1}
    assert rooms.standing(code).decided() == ((2, "hold"),)


def test_months_go_back_and_forth_and_by_themselves(rooms: Rooms, clock: Clock) -> None:
    """Fails if going back undoes a month, or a timer does not wait for its time, a review or the end."""
    code, key = rooms.open(COMPANY, "one")
    go(rooms, code, key, "lock", "reveal", "back", "back", "back")
    assert (rooms.standing(code).shown, rooms.standing(code).month) == (0, 1)
    go(rooms, code, key, "forward", "forward", "forward")
    assert rooms.standing(code).shown == 1
    rooms.set_timer(code, key, 10)
    rooms.tick()
    clock.now += 9
    rooms.tick()
    assert rooms.standing(code).month == 1
    clock.now += 1
    rooms.tick()
    assert rooms.standing(code).month == 2
    clock.now += 100
    rooms.tick()
    assert (rooms.standing(code).month, rooms.standing(code).reviewing) == (2, 2)
    with pytest.raises(Refused, match="5 to 600"):
        rooms.set_timer(code, key, 0)


def test_rooms_expire_and_go_with_all_their_data(rooms: Rooms, clock: Clock, tmp_path: Path) -> None:
    """Fails if a name, a drawing or a vote outlives its room."""
    gone, key = rooms.open(COMPANY, "one")
    rooms.join(gone, "Somebody Personal", ANN)
    rooms.draw(gone, ANN, 1, LINE, 5, 3)
    rooms.remove(gone, key)
    old, _ = rooms.open(COMPANY, "one")
    rooms.join(old, "Somebody Personal", BOB)
    clock.now += 15 * 86_400
    rooms.open(COMPANY, "one")
    for code in (gone, old):
        with pytest.raises(Refused, match="no room"):
            rooms.standing(code)
    with changing(rooms._engine) as session:
        for table in ("person", "drawn", "vote", "hands"):
            assert session.connection().exec_driver_sql(f"SELECT count(*) FROM {table}").scalar() == 0


def test_a_second_company_begins_with_a_new_drawing(rooms: Rooms) -> None:
    """Fails if the next round takes over what was drawn, or the one before is lost."""
    code, key = rooms.open(COMPANY, "one")
    rooms.join(code, "Ann", ANN)
    rooms.draw(code, ANN, 1, LINE, 5, 3)
    with pytest.raises(Refused, match="Debrief"):
        rooms.next_round(code, key, COMPANY, "one")
    go(rooms, code, key, "lock", *["reveal"] * 7, "debrief")
    rooms.next_round(code, key, Company(FIRM, 2, 0, 3), "own")
    assert sees(rooms, code, ANN)["me"]["drawing"] is None
    with pytest.raises(Refused, match="locked"):
        rooms.draw(code, ANN, 1, LINE, 5, 3)
    rooms.draw(code, ANN, 2, LINE, 6, 3)
    assert rooms.past(code, 1).phase == "debrief"
    [seat] = rooms.past(code, 1).seats.values()
    assert seat.drawing is not None
    assert seat.drawing.crossing == 5


def made_by_another(file: Path, number: int) -> None:
    """A file of rooms with the tables of another version of simkit."""
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode = WAL")
        other.execute("CREATE TABLE schema (number INTEGER PRIMARY KEY)")
        other.execute(f"INSERT INTO schema VALUES ({number})")


def tables(file: Path) -> tuple[list[str], int]:
    """The names of a file's tables, and their number."""
    with closing(sqlite3.connect(file)) as other:
        names = [name for (name,) in other.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return sorted(names), other.execute("SELECT number FROM schema").fetchone()[0]


def test_a_file_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    """Fails if rooms of a newer version are gone on with as if they were ours, or if anything is written to them."""
    file, number = tmp_path / "rooms.sqlite", SCHEMA + 98
    made_by_another(file, number)
    with pytest.raises(
        StoreError, match=f"made by a newer version of simkit: .* number {number}, here they have {SCHEMA}"
    ):
        opened(file)
    assert tables(file) == (["schema"], number)


def test_a_file_of_an_older_version_is_set_aside(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Fails if an older file keeps the server from starting, is lost, takes another's name, or if nothing is said."""
    file = tmp_path / "rooms.sqlite"
    for name in (f"rooms-tables-{SCHEMA - 1}.sqlite", f"rooms-tables-{SCHEMA - 1}-2.sqlite"):
        made_by_another(file, SCHEMA - 1)
        caplog.clear()
        engine = opened(file)
        code, _ = Rooms(engine).open(COMPANY, "one")
        engine.dispose()
        assert Rooms(opened(file)).standing(code).code == code  # and begun anew only once
        assert tables(tmp_path / name) == (["schema"], SCHEMA - 1)
        assert tables(file) == (sorted(Table.metadata.tables), SCHEMA)
        [said] = caplog.messages
        assert str(file) in said
        assert f"It is now {name};" in said
        for ours in tmp_path.glob("rooms.sqlite*"):
            ours.unlink()


def test_an_older_file_in_use_is_not_taken_away(tmp_path: Path) -> None:
    """Fails if the file of an older server that still runs is renamed under it."""
    file = tmp_path / "rooms.sqlite"
    made_by_another(file, SCHEMA - 1)
    with closing(sqlite3.connect(file, isolation_level=None)) as older:
        older.execute("SELECT number FROM schema").fetchone()
        with pytest.raises(StoreError, match=r"cannot be set aside: .*locked.*End other servers"):
            opened(file)
        older.execute("CREATE TABLE more (number INTEGER)")
    assert tables(file) == (["more", "schema"], SCHEMA - 1)


def test_a_file_of_another_program_is_refused(tmp_path: Path) -> None:
    """Fails if our tables are put among those of another program, or if what is no database ends in a traceback."""
    with closing(sqlite3.connect(tmp_path / "theirs")) as other:
        other.execute("CREATE TABLE room (number INTEGER PRIMARY KEY)")
    with pytest.raises(StoreError, match="another program"):
        opened(tmp_path / "theirs")
    (tmp_path / "other").write_text("no database, but long enough to look at" * 40)
    with pytest.raises(StoreError, match="cannot be used"):
        opened(tmp_path / "other")


def test_nothing_of_a_deleted_room_is_left_in_the_file(rooms: Rooms, clock: Clock, tmp_path: Path) -> None:
    """Fails if a name, a drawing or a code can still be read from the bytes of the file or its journal."""
    left = []
    for way in ("removed", "expired"):
        code, key = rooms.open(COMPANY, "own")
        rooms.join(code, f"Zacharias the {way}", ANN)
        rooms.draw(code, ANN, 1, [31_337.25] * 7, 5, 3)
        traces = [code.encode(), b"Zacharias", b"31337.25", digest(ANN).encode(), digest(key).encode()]
        assert all(any(trace in part for part in _bytes(tmp_path)) for trace in traces)
        if way == "removed":
            rooms.remove(code, key)
        else:
            clock.now += 15 * 86_400
            rooms.tick()
        left += [trace for trace in traces if any(trace in part for part in _bytes(tmp_path))]
    assert left == []


def _bytes(folder: Path) -> list[bytes]:
    return [file.read_bytes() for file in folder.glob("rooms.sqlite*")]


def test_only_the_display_name_is_kept_of_people(rooms: Rooms, tmp_path: Path) -> None:
    """Fails if a table holds a column about people that is not listed here, a secret as it is, or is open to others."""
    code, key = rooms.open(COMPANY, "one")
    rooms.join(code, "Ann", ANN)
    columns = {table.name: sorted(column.name for column in table.columns) for table in Table.metadata.tables.values()}
    assert columns["person"] == ["code", "name", "number", "token"]
    assert columns["drawn"] == ["code", "crossing", "number", "patience", "token", "values"]
    assert columns["vote"] == ["choice", "code", "month", "number", "token"]
    assert not any(secret.encode() in part for secret in (ANN, key) for part in _bytes(tmp_path))
    assert (tmp_path / "rooms.sqlite").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("  Ann \t B\n", "Ann B"),
        ("<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)>"),
        ("Ann\u202e\u2067gnp.exe", "Anngnp.exe"),
        ("A\x00n\x1bn\ufeff", "Ann"),
        ("Jose\u0301", "Jos\u00e9"),
        ("\U0001f469\u200d\U0001f4bb Ann", "\U0001f469\u200d\U0001f4bb Ann"),
        ("\u05d3\u05e0\u05d4", "\u05d3\u05e0\u05d4"),
        ("Ann\ud800", "Ann"),
        ("x" * 40, "x" * 40),
    ],
)
def test_names_are_shown_without_what_cannot_be_seen(rooms: Rooms, sent: str, shown: str) -> None:
    """Fails if a name can turn round or break the line it stands in, or if one that people have is refused."""
    code, _ = rooms.open(COMPANY, "one")
    rooms.join(code, sent, ANN)
    assert sees(rooms, code, ANN)["me"]["name"] == shown


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), 10**400, 1e13, -0.01, None, [1.0]])
def test_numbers_that_cannot_be_drawn_are_refused(rooms: Rooms, value: Any) -> None:
    """Fails if one of them is kept, or ends in anything but a refusal."""
    code, _ = rooms.open(COMPANY, "one")
    rooms.join(code, "Ann", ANN)
    with pytest.raises(Refused, match="values, month 7") as error:
        rooms.draw(code, ANN, 1, [*LINE[:6], value], 5, 3)
    assert error.value.status == 422
    assert len(error.value.message) < 200
    assert sees(rooms, code, ANN)["me"]["drawing"] is None


def test_a_company_that_has_stopped_shows_nothing_but_its_savings(rooms: Rooms) -> None:
    """Fails if a room that stopped goes on seeing results or decides any more before the debrief."""
    code, key = rooms.open(COMPANY, "one")
    rooms.join(code, "Ann", ANN)
    go(rooms, code, key, "lock", "reveal", "reveal")
    rooms.vote(code, ANN, 1, 2, "stop")
    go(rooms, code, key, "reveal", "reveal")
    cost = [row["cost"] for row in LIVES.get(COMPANY).rows]
    for view in (sees(rooms, code, ANN), of_room(rooms.standing(code), LIVES)):
        assert [row["month"] for row in view["rows"]] == [1, 2]
        assert (view["stopped"], view["review"]) == (2, None)
        assert view["saved"] == pytest.approx(cost[2] + cost[3])
    with pytest.raises(Refused, match="The room has stopped"):
        rooms.vote(code, ANN, 1, 4, "hold")
    go(rooms, code, key, *["reveal"] * 3, "debrief")
    assert len(sees(rooms, code, ANN)["rows"]) == 7


def test_each_company_is_lived_once_however_many_look(rooms: Rooms) -> None:
    """Fails if a company is lived twice, or a look at a room reads it again although nothing has changed."""
    lived: list[Any] = []

    def submit(work: Callable[..., Lived], *arguments: Any) -> Future[Lived]:
        lived.append(arguments)
        return _here(work, *arguments)

    code, key = rooms.open(COMPANY, "own")
    tokens = [f"{number:032d}" for number in range(6)]
    for token in tokens:
        rooms.join(code, "Ann", token)
    go(rooms, code, key, "lock", "reveal", "reveal")
    for token, choice in zip(tokens, CHOICES, strict=True):
        rooms.vote(code, token, 1, 2, choice)
    go(rooms, code, key, "reveal")
    lives = Lives(submit)
    for token in tokens * 3:
        of_person(rooms.standing(code), digest(token), lives)
    assert len(lived) == len(set(lived)) == len(CHOICES)
    assert rooms.standing(code) is rooms.standing(code)


def test_months_are_revealed_up_to_the_next_review_or_all(rooms: Rooms) -> None:
    """Fails if a review is jumped over, or the rest does not hold at the reviews it passes."""
    code, key = rooms.open(COMPANY, "one")
    go(rooms, code, key, "lock", "review")
    assert (rooms.standing(code).month, rooms.standing(code).reviewing) == (2, 2)
    go(rooms, code, key, "review")
    assert (rooms.standing(code).month, rooms.standing(code).reviewing) == (4, 4)
    go(rooms, code, key, "finish")
    assert (rooms.standing(code).month, rooms.standing(code).reviewing) == (7, None)
    assert rooms.standing(code).decided() == ((2, "hold"), (4, "hold"), (6, "hold"))
    with pytest.raises(Refused, match="last month"):
        go(rooms, code, key, "review")


def test_whoever_looks_back_or_pauses_is_not_carried_on(rooms: Rooms, clock: Clock) -> None:
    """Fails if the timer goes on while an earlier month is shown, or the time before a pause counts."""
    code, key = rooms.open(COMPANY, "one")
    go(rooms, code, key, "lock", "reveal")
    rooms.set_timer(code, key, 10)
    rooms.tick()
    go(rooms, code, key, "back")
    assert rooms.standing(code).seconds is None
    clock.now += 100
    rooms.tick()
    assert rooms.standing(code).month == 1
    rooms.set_timer(code, key, 10)
    rooms.tick()
    assert rooms.standing(code).month == 1
    clock.now += 10
    rooms.tick()
    assert (rooms.standing(code).month, rooms.standing(code).shown) == (2, 2)


def test_hands_say_when_results_will_cross(rooms: Rooms) -> None:
    """Fails if raised hands are lost beside drawings, added twice, or taken after the lock or for no month."""
    code, key = rooms.open(COMPANY, "one")
    rooms.join(code, "Ann", ANN)
    rooms.draw(code, ANN, 1, LINE, 5, 3)
    for _ in range(2):
        rooms.raise_hands(code, key, GUESSED, {"3": 2, "never": 1, "6": 0})
    assert sorted(rooms.standing(code).crossings, key=str) == [3, 3, 5, None]
    for counts in ({"8": 1}, {"push": 1}, {"3": -1}):
        with pytest.raises(Refused, match="how many hands"):
            rooms.raise_hands(code, key, GUESSED, counts)
    go(rooms, code, key, "lock")
    with pytest.raises(Refused, match="locked"):
        rooms.raise_hands(code, key, GUESSED, {"3": 9})
    go(rooms, code, key, "finish", "debrief")
    found = played(rooms.standing(code), LIVES)
    assert found.guess == 3
    assert len(found.drawings) == 1


def test_the_projector_shows_and_steers_nothing(rooms: Rooms) -> None:
    """Fails if its secret opens anything else, tells the facilitator's, or another secret opens it."""
    code, key = rooms.open(COMPANY, "one")
    view = view_of(key)
    assert rooms.shows(code, view)
    assert not any(rooms.shows(code, wrong) for wrong in ("", key, code, view[:-1], digest(key)))
    assert not rooms.shows("BCDFGH", view)
    assert not rooms.steers(code, view)
    with pytest.raises(Refused, match="Only the facilitator"):
        rooms.steer(code, view, "lock", 0)
    with pytest.raises(Refused, match="Join first"):
        sees(rooms, code, view)


def test_the_debrief_goes_part_by_part(rooms: Rooms) -> None:
    """Fails if the projector's part leaves the debrief, or is forgotten when the server ends."""
    code, key = rooms.open(COMPANY, "one")
    go(rooms, code, key, "lock", "finish", "debrief", "back")
    assert rooms.standing(code).scene == 0
    go(rooms, code, key, *["forward"] * (len(SCENES) + 2))
    assert rooms.standing(code).scene == len(SCENES) - 1
    assert rooms.standing(code).shown == 7
    rooms.next_round(code, key, COMPANY, "one")
    assert rooms.standing(code).scene == 0


def test_somebody_alone_takes_part_and_steers(rooms: Rooms) -> None:
    """Fails if somebody alone cannot go on by themselves, or a room of many gives that to one of them."""
    code, key = rooms.alone(COMPANY)
    assert rooms.steers(code, key)
    rooms.draw(code, key, 1, LINE, None, None)
    go(rooms, code, key, "lock", "review")
    seen = sees(rooms, code, key)
    assert (seen["alone"], seen["month"], seen["review"], seen["fan"]) == (True, 2, 2, None)
    rooms.vote(code, key, 1, 2, "stop")
    go(rooms, code, key, "finish", "debrief")
    found = played(rooms.standing(code), LIVES)
    assert [stop.month for stop in found.stops] == [2]
    many, other = rooms.open(COMPANY, "own")
    rooms.join(many, "Ann", ANN)
    assert "alone" not in sees(rooms, many, ANN)
    assert not rooms.steers(many, ANN)
    assert not rooms.standing(many).alone
    assert rooms.steers(many, other)


def test_without_names_nobody_is_told_by_when_they_came(rooms: Rooms) -> None:
    """Fails if a name is left, or numbers follow the order of joining for everybody."""
    code, key = rooms.open(COMPANY, "one")
    tokens = [f"{number:032d}" for number in range(12)]
    for number, token in enumerate(tokens):
        rooms.join(code, f"Name {number}", token)
        rooms.draw(code, token, 1, [float(number)] * 7, 5, 3)
    go(rooms, code, key, "lock", "finish", "debrief")
    people = played(rooms.standing(code), LIVES, named=False).people
    assert [person.name for person in people] == [f"Person {number}" for number in range(1, 13)]
    order = [person.drawing.values[0] for person in people if person.drawing is not None]
    assert sorted(order) == [float(number) for number in range(12)]
    assert order != sorted(order)
