"""What is kept of rooms, in SQLite: tables, and how the file is opened."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from filelock import FileLock
from sqlalchemy import JSON, Connection, Engine, ForeignKey, create_engine, delete, event, insert, inspect, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from simkit.errors import StoreError

SCHEMA = 2
_BUSY = 10_000
"""Milliseconds that one change waits for another to end."""
_log = logging.getLogger(__name__)


class Table(DeclarativeBase):
    """The tables."""


class Schema(Table):
    """The version of the tables in a file: one row."""

    __tablename__ = "schema"
    number: Mapped[int] = mapped_column(primary_key=True)


class Room(Table):
    """A room.

    Attributes:
        code: what people join with.
        key: digest of the facilitator's secret.
        round: the number of the company that is lived now, from 1.
        version: grows with every change.
        steps: how many the facilitator has taken.
        expires: when it is forgotten, in seconds since 1970.
    """

    __tablename__ = "room"
    code: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str]
    round: Mapped[int] = mapped_column(default=1)
    version: Mapped[int] = mapped_column(default=1)
    steps: Mapped[int] = mapped_column(default=0)
    expires: Mapped[float]


class Round(Table):
    """A company that a room lives through, and how far it is.

    Attributes:
        scenario: as TOML, complete.
        mode: 'one' company for all, or each one's 'own'.
        phase: 'draw', 'live' or 'debrief'.
        locked: whether drawings can no longer be changed.
        month: the last month lived.
        shown: the last month shown; less than `month` where the facilitator has stepped back.
        reviewing: the month whose review is open, or None.
        seconds: between months where a timer reveals them, or None.
        scene: of the debrief that the projector shows, from 0.
    """

    __tablename__ = "round"
    code: Mapped[str] = mapped_column(ForeignKey("room.code", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    scenario: Mapped[str]
    seed: Mapped[int]
    replication: Mapped[int]
    every: Mapped[int]
    mode: Mapped[str]
    phase: Mapped[str] = mapped_column(default="draw")
    locked: Mapped[bool] = mapped_column(default=False)
    month: Mapped[int] = mapped_column(default=0)
    shown: Mapped[int] = mapped_column(default=0)
    reviewing: Mapped[int | None] = mapped_column(default=None)
    seconds: Mapped[int | None] = mapped_column(default=None)
    scene: Mapped[int] = mapped_column(default=0)


class Person(Table):
    """Somebody in a room.

    Attributes:
        token: digest of the secret on their device.
        number: in the order of joining.
    """

    __tablename__ = "person"
    code: Mapped[str] = mapped_column(ForeignKey("room.code", ondelete="CASCADE"), primary_key=True)
    token: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    number: Mapped[int]


class Drawn(Table):
    """What somebody expects of a round's company: the last word."""

    __tablename__ = "drawn"
    code: Mapped[str] = mapped_column(ForeignKey("room.code", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(primary_key=True)
    values: Mapped[list[float]] = mapped_column(JSON)
    crossing: Mapped[int | None]
    patience: Mapped[int | None]


class Vote(Table):
    """What somebody decided at a review: the last word before it was closed."""

    __tablename__ = "vote"
    code: Mapped[str] = mapped_column(ForeignKey("room.code", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    month: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(primary_key=True)
    choice: Mapped[str]


class Hands(Table):
    """How many hands were raised for a choice, entered by the facilitator."""

    __tablename__ = "hands"
    code: Mapped[str] = mapped_column(ForeignKey("room.code", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    month: Mapped[int] = mapped_column(primary_key=True)
    choice: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]


def opened(file: Path) -> Engine:
    """The file's tables, made where there are none; those of an older version are set aside, and begun anew.

    Raises:
        StoreError: it cannot be used, or a newer version of simkit made it; its tables are left as they were.
    """
    engine, known = _looked_into(file)
    if known < SCHEMA:
        engine.dispose()
        _set_aside(file)
        engine, known = _looked_into(file)
    if known > SCHEMA:
        hint = "Move it away, and a new one is made; or open it with the version of simkit that made it."
        raise StoreError(
            f"was made by a newer version of simkit: its tables have number {known}, here they have {SCHEMA}",
            field="rooms",
            value=str(file),
            hint=hint,
        )
    return engine


def _looked_into(file: Path) -> tuple[Engine, int]:
    """The file, and the number of its tables."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)  # names are in it
        engine = create_engine(f"sqlite:///{file}", hide_parameters=True)  # nor are names in logs
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begin)
        with changing(engine) as session:
            return engine, _version(session.connection())
    except (OSError, SQLAlchemyError) as error:
        raise StoreError(f"cannot be used: {error}", field="rooms", value=str(file)) from None


def _set_aside(file: Path) -> None:
    """Give a file of older tables another name beside it, and say so; nothing is deleted."""
    try:
        with FileLock(f"{file}.lock"):
            engine, known = _looked_into(file)
            engine.dispose()
            if known >= SCHEMA:  # another server began at the same time, and was faster
                return
            with closing(sqlite3.connect(file, timeout=0)) as older:
                older.execute("PRAGMA journal_mode = DELETE")  # all of it in one file, and nobody else has it open
            aside = _free_name(file, known)
            file.rename(aside)
    except (OSError, sqlite3.Error) as error:
        raise StoreError(
            f"was made by an older version of simkit, and cannot be set aside: {error}",
            field="rooms",
            value=str(file),
            hint="End other servers of simkit that use it, or move it away.",
        ) from None
    _log.warning("%s was made by an older version of simkit. It is now %s; a new one is begun.", file, aside.name)


def _free_name(file: Path, number: int) -> Path:
    """Beside a file, a name that nothing has, with the number of its tables."""
    aside = file.with_name(f"{file.stem}-tables-{number}{file.suffix}")
    for again in count(2):
        if not aside.exists():
            break
        aside = file.with_name(f"{file.stem}-tables-{number}-{again}{file.suffix}")
    return aside


def _version(connection: Connection) -> int:
    """The number of the tables that are there, made first where there are none at all."""
    there = inspect(connection).get_table_names()
    if not there:
        Table.metadata.create_all(connection)
        connection.execute(insert(Schema).values(number=SCHEMA))
    elif Schema.__tablename__ not in there:
        raise OSError("it is a database of another program")
    return connection.scalar(select(Schema.number)) or 0


@contextmanager
def changing(engine: Engine) -> Iterator[Session]:
    """One transaction, all of it or nothing; it begins with the write lock, so that no two read and then both write."""
    with Session(engine.execution_options(begin="BEGIN IMMEDIATE")) as session, session.begin():
        yield session


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """What is there at one moment; nobody waits for it."""
    with Session(engine) as session, session.begin():
        yield session


def forget_expired(session: Session, now: float) -> bool:
    """Delete rooms whose time is over, with all that is in them; whether there were any."""
    return session.execute(delete(Room).where(Room.expires < now).returning(Room.code)).first() is not None


def overwrite(engine: Engine) -> None:
    """Leave nothing of what was deleted in the file or in its journal."""
    connection = engine.raw_connection()
    try:
        connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()


def _prepare(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # transactions begin where we say so, not where the driver guesses
    for pragma in (
        f"busy_timeout = {_BUSY}",
        "journal_mode = WAL",
        "synchronous = NORMAL",
        "foreign_keys = ON",
        "secure_delete = ON",  # deleted names and drawings are overwritten
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))
