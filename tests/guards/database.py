"""Guards in the database: each CHECK, and each trigger. Left out of what the tests' database is a copy of.

The triggers of the wall are each taken out in an ordinary test, `tests/site/test_wall.py`.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial

import sqlalchemy as sa

from portal.core.db import db
from portal.core.sqlite import driver
from tests.guards import Guard
from tests.installation import OnPostgreSQL, OnSQLite

RULES = "tests/site/test_schema.py::test_the_database_itself_holds_each_rule_of_the_models"
REFUSED = "the database refused"
TRIGGERS = {
    "sqlite": "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname, tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal",
}


def guards(on: Callable) -> Iterator[Guard]:
    """Of both databases. `on(dialect)` is the installation there."""
    names = {str(one.name) for table in db.metadata.tables.values() for one in table.constraints if _is_check(one)}
    tables = {str(one.name): table.name for table in db.metadata.tables.values() for one in table.constraints}
    for dialect in TRIGGERS:
        with _connection(on(dialect)) as connection:
            triggers = [tuple(row) for row in connection.execute(sa.text(TRIGGERS[dialect]))]
        for name in sorted(names):
            drop = {
                "sqlite": f"PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = replace(sql, '{name} CHECK (', "
                f"'{name} CHECK (1 OR ') WHERE tbl_name = '{tables[name]}'",
                "postgresql": f"ALTER TABLE {tables[name]} DROP CONSTRAINT {name}",
            }[dialect]
            test = f"{RULES}[{dialect}-{name}]"
            yield Guard(f"rule: {name} ({dialect})", partial(_without, on, dialect, drop), also=(test,), dialect=dialect)
        for name, table in sorted(triggers):
            if not name.startswith("wall_"):
                drop = f"DROP TRIGGER {name}" + (f" ON {table}" if dialect == "postgresql" else "")
                removed = partial(_without, on, dialect, drop)
                yield Guard(f"trigger: {name} ({dialect})", removed, mark=REFUSED, dialect=dialect)


def _is_check(one: sa.Constraint) -> bool:
    return isinstance(one, sa.CheckConstraint) and bool(one.name)


@contextmanager
def _connection(installation) -> Iterator[sa.Connection]:
    with installation.app.app_context(), db.engine.connect() as connection:
        yield connection


@contextmanager
def _without(on: Callable, dialect: str, drop: str) -> Iterator[None]:
    """What each test begins with is a database that lacks this."""
    installation = on(dialect)
    with _lacking_on_sqlite(installation, drop) if dialect == "sqlite" else _lacking_on_postgresql(installation, drop):
        yield
    installation.empty()


@contextmanager
def _lacking_on_sqlite(installation: OnSQLite, drop: str) -> Iterator[None]:
    whole = installation.database.with_name("whole.db")
    shutil.copy(installation.database, whole)
    with closing(driver.connect(installation.database)) as connection:
        connection.executescript(drop)
    installation.empty()
    try:
        yield
    finally:
        whole.replace(installation.database)


@contextmanager
def _lacking_on_postgresql(installation: OnPostgreSQL, drop: str) -> Iterator[None]:
    kept = installation._schema
    with installation._inside.connect() as connection:
        connection.exec_driver_sql(drop)
        installation._schema = connection.exec_driver_sql(installation.SCHEMA).scalar()
    try:
        yield
    finally:
        installation._schema = kept


@contextmanager
def noted(note: Callable[[str], None]) -> Iterator[None]:
    """Whenever a database refuses a statement."""

    def heard(_context) -> None:
        note(REFUSED)

    with _listening(heard):
        yield


@contextmanager
def _listening(heard: Callable) -> Iterator[None]:
    sa.event.listen(sa.Engine, "handle_error", heard)
    try:
        yield
    finally:
        sa.event.remove(sa.Engine, "handle_error", heard)
