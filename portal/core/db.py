"""The database: one engine for SQLite and PostgreSQL, with transactions that mean what they say.

A transaction only reads (BEGIN) or may write (BEGIN IMMEDIATE on SQLite). `mode` says which: requests with a safe method
read, everything else writes. So read-then-write is atomic and a GET can never write.
"""

import re
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache, lru_cache, wraps
from typing import ClassVar, ParamSpec, TypeVar

import sqlalchemy as sa
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column, registry

from portal.core import sqlite

P = ParamSpec("P")
S = TypeVar("S", bound=sa.ClauseElement)

_reading: ContextVar[bool] = ContextVar("reading", default=False)


class UtcDateTime(sa.TypeDecorator):
    """An aware UTC datetime on every database (SQLite keeps no zone, so it is put back on the way out)."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True
    python_type = datetime

    def process_bind_param(self, value, dialect):
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("times must be aware")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value, dialect):
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Word(sa.TypeDecorator):
    """One of an enum's words, kept as short text on every database."""

    impl = sa.String
    cache_ok = True

    def __init__(self, enum: type[StrEnum], length: int = 20):
        super().__init__(length)
        self.enum = enum

    def process_bind_param(self, value, dialect):
        return None if value is None else self.enum(value).value

    def process_result_value(self, value, dialect):
        return None if value is None else self.enum(value)


NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Parent of every model: named constraints and aware times everywhere."""

    registry = registry(metadata=sa.MetaData(naming_convention=NAMING), type_annotation_map={datetime: UtcDateTime})

    id: Mapped[int] = mapped_column(primary_key=True)


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False}, disable_autonaming=True)


GROUP_OWNED = {"group_owned": True}  # marks a table whose rows stand behind the wall
HOST, RECORD, SETTING = "host", "record", "setting"  # whose a column is, where it lies in none of the group's areas


class GroupOwned:
    """A row that belongs to a group: only written while that group's door is open (autonomy guide, one door).

    OWNERS says whose each column is, owner by owner: an area of the group's, HOST, RECORD (what happened), or SETTING
    (what the group set of its promise: never the host's). Keys, `…_at` and `…_by` are records without saying so.
    """

    OWNERS: ClassVar[dict[str, str]] = {}

    @declared_attr
    def group_id(cls) -> Mapped[int]:
        return mapped_column(sa.ForeignKey("groups.id"), index=True)

    @declared_attr.directive
    def __table_args__(cls):
        return (
            sa.UniqueConstraint("group_id", "id"),
            *cls.extra_constraints(),
            {"info": {**GROUP_OWNED, "owners": cls.OWNERS}},
        )

    @classmethod
    def extra_constraints(cls) -> tuple:
        """Constraints beside (group_id, id); composite foreign keys go here."""
        return ()


def within_group(column: str, table: str) -> sa.ForeignKeyConstraint:
    """A composite foreign key, so that one group's row can't point at another group's."""
    return sa.ForeignKeyConstraint(["group_id", column], [f"{table}.group_id", f"{table}.id"])


def partial_index(name: str, *columns: str, where: str, unique: bool = False) -> sa.Index:
    """An index over some of a table's rows, the same on every database."""
    return sa.Index(name, *columns, unique=unique, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def is_reading() -> bool:
    return _reading.get()


@contextmanager
def reading():
    """Run the block in a short transaction of its own that only reads, and end it; a request that only reads goes on."""
    if is_reading():
        yield
        return
    token = _reading.set(True)
    try:
        yield
    finally:
        db.session.rollback()
        _reading.reset(token)


@contextmanager
def writing():
    """Run the block in transactions that may write, within a request that only reads: for the line of a sensitive read."""
    token = _reading.set(False)
    db.session.rollback()
    try:
        yield
    finally:
        db.session.rollback()
        _reading.reset(token)


def prepared(build: Callable[P, S]) -> Callable[P, S]:
    """A function that builds a statement, which it does once for each of its arguments.

    SQLAlchemy looks a statement up among the compiled ones by its whole structure, thousands of parts: for a page's large
    ones that takes as long as running them does. A lambda's statement is looked up by what the lambda tracks instead.
    """

    @cache
    @wraps(build)
    def built(*args: P.args, **kwargs: P.kwargs):
        statement = build(*args, **kwargs)
        return sa.lambda_stmt(  # its values are named parameters, so there is nothing to look for inside it
            lambda: statement,
            track_on=[object()],
            track_closure_variables=False,
            track_bound_values=False,
            global_track_bound_values=False,
        )

    return built  # type: ignore[return-value]


def fetched(statement: sa.Select | sa.CompoundSelect, values: dict) -> Sequence[sa.Row]:
    """What a statement finds that asks for columns, not for models: a third quicker than through the session, whose
    transaction it's in, with all that was changed there."""
    if not is_reading():
        db.session.flush()
    return db.session.connection().execute(statement, values).all()


BOUND = re.compile(r"\b(LIMIT|OFFSET) \?")
ONE_MOMENT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"  # PostgreSQL's; a transaction of SQLite's is so anyway


def one_moment() -> None:
    """Begin anew, so that all that is read from here on is of one moment."""
    db.session.rollback()
    if db.engine.dialect.name == "postgresql":
        db.session.execute(sa.text(ONE_MOMENT))


def reader() -> sa.Connection:
    """A connection for what is still read when the request is over: all of one moment. Whoever asks closes it."""
    connection = db.engine.connect()
    token = _reading.set(True)
    try:
        connection.begin()
    finally:
        _reading.reset(token)
    if db.engine.dialect.name == "postgresql":
        connection.execute(sa.text(ONE_MOMENT))
    return connection


def reading_blocks() -> bool:
    """Whether nobody can commit while somebody reads, as it is with SQLite's rollback journal."""
    return db.engine.dialect.name == "sqlite" and sqlite.journal() != "WAL"


def set_mode(*, reads: bool) -> None:
    """Say for this request whether its transactions only read."""
    _reading.set(reads)


def engine_options(url: str) -> dict:
    """Options for create_engine: the SQLite driver we take, small pools."""
    if url.startswith("sqlite"):
        # More plans than we have statements: of fewer, the driver lets go of the newest, and SQLite makes those again each
        # time (it goes by how often one was used, and what was used at the start is ahead for good).
        return {"module": sqlite.driver, "connect_args": {"check_same_thread": False, "cached_statements": 1000}}
    return {"pool_pre_ping": True, "pool_size": 8}


@lru_cache(5000)
def _planned_once(statement: str) -> str:
    """A bound LIMIT stands in a sum. By itself, SQLite would plan the statement anew for that very value each time it
    runs (from 3.49 on), which takes longer than most of our statements do."""
    return BOUND.sub(r"\1 ? + 0", statement)


def _before_execute(_connection, _cursor, statement, values, _context, _many):
    return _planned_once(statement), values


def _on_connect(dbapi_connection, record):
    """SQLite as stack guide trap 1 wants it."""
    dbapi_connection.isolation_level = None
    cursor = dbapi_connection.cursor()
    cursor.execute("PRAGMA busy_timeout=10000")  # first: the next lines may have to wait
    cursor.execute(f"PRAGMA journal_mode={sqlite.journal()}")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA recursive_triggers=ON")  # else what REPLACE deletes passes no trigger
    cursor.close()


def _on_begin(connection):
    if connection.info.get("reads") is not is_reading():  # SQLite forgets every plan it made each time this is set
        connection.exec_driver_sql(f"PRAGMA query_only={int(is_reading())}")
        connection.info["reads"] = is_reading()
    connection.exec_driver_sql("BEGIN" if is_reading() else "BEGIN IMMEDIATE")


def _read_only(connection):
    if is_reading():
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")


def init_app(app: Flask) -> None:
    """Bind the database to the app and give its engine our transactions."""
    url = app.config["SETTINGS"].database_url
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(url)
    db.init_app(app)
    app.teardown_request(lambda _error: set_mode(reads=False))  # a mode lasts as long as its request
    with app.app_context():
        engine = db.engine
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _on_connect)
        sa.event.listen(engine, "begin", _on_begin)
        sa.event.listen(engine, "before_cursor_execute", _before_execute, retval=True)
    else:
        sa.event.listen(engine, "begin", _read_only)
