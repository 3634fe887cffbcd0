"""The installation that all tests of a process share, one on each database: emptied after each test.

Building an app, and a database for it, takes a hundred times as long as emptying one. What a test left behind is looked
for where it could be, whoever left it (this process, a server of the test's, a statement by hand): rows and numbers,
the schema, files, the settings of the app. Whatever was left elsewhere fails the test that left it (`around`).
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
import time_machine
from flask import Flask

from portal import config
from portal.app import create_app
from portal.core import migrate
from portal.core.db import db
from portal.processes import IN_MEMORY

# What an app is built by. One of another kind is built for the test that wants it; all else can change under it.
BUILT_BY = ("PORTAL_DEMO", "PORTAL_URL", "PORTAL_PROXIES", "PORTAL_SECRET", "PORTAL_FILES_URL", "PORTAL_LOG_LEVEL")


ENOUGH = 2 * 1024**3  # bytes, far more than both processes of a run keep there

SECRET = "a secret for tests, long enough to be taken"


def settings_for(data: Path, **extra: str) -> config.Settings:
    """The settings of a test installation in `data`."""
    values = {
        "PORTAL_DATA": str(data),
        "PORTAL_SECRET": SECRET,
        "PORTAL_HOST_NAME": "Hearthrow Commons",
        "PORTAL_MAIL_URL": "smtp://127.0.0.1:1",
        "PORTAL_LOG_LEVEL": "error",
        "PORTAL_BANK_NAME": "Hearthrow Commons",
        "PORTAL_BANK_SORT_CODE": "08-99-99",
        "PORTAL_BANK_ACCOUNT": "66374958",
    }
    return config.read(values | extra)


def new_shelf() -> Path:
    """A new folder that is gone with this run: in memory where there is enough of it, which databases are quicker in."""
    in_memory = IN_MEMORY.is_dir() and shutil.disk_usage(IN_MEMORY).free > ENOUGH
    return Path(tempfile.mkdtemp(prefix="trellis-tests-", dir=IN_MEMORY if in_memory else None))


def new_folder(data: Path, shelf: Path) -> Path:
    """A data folder that shares the built static files."""
    data.mkdir()
    (data / "static").symlink_to(shelf / "static")
    return data


def around() -> dict[str, object]:
    """What a test could leave behind outside of its installation: this process's settings, and a clock that is moved."""
    told: dict[str, object] = {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}
    return told | {"clock": time_machine.escape_hatch.is_travelling()}


def close(app: Flask) -> None:
    """Let go of every connection that an app holds. Its context is open."""
    db.session.remove()
    db.engine.dispose()
    app.extensions["huey"].storage.close()


class Installation:
    """One database with its data folder, and the app on it. `url` is empty on SQLite."""

    def __init__(self, data: Path, url: str = ""):
        self.data, self.url = data, url
        self.settings = settings_for(data, PORTAL_DATABASE_URL=url)
        self.app = create_app(self.settings)
        self._config = dict(self.app.config)

    @contextmanager
    def open(self, settings: config.Settings) -> Iterator[Flask]:
        """The app with these settings, its context open: this one, or a new one where they build another."""
        shared = all(settings.values[name] == self.settings.values[name] for name in BUILT_BY)
        app = self.app if shared else create_app(settings)
        app.config["SETTINGS"] = settings
        with app.app_context():
            yield app
            db.session.remove()
            if not shared:
                close(app)

    def close(self) -> None:
        """Let go of all its connections, for good."""
        with self.app.app_context():
            close(self.app)

    def empty(self) -> None:
        """As it was when it was new."""
        self.app.config.clear()
        self.app.config.update(self._config)
        for path in self.data.iterdir():
            if path.is_dir() and not path.is_symlink():
                for inside in path.iterdir():
                    shutil.rmtree(inside) if inside.is_dir() else inside.unlink()
            elif path.is_file():
                path.unlink()


class OnSQLite(Installation):
    """Its database is a file: the migrated one is copied over it."""

    def __init__(self, data: Path):
        super().__init__(data)
        self._new = data.with_name("new")
        with self.app.app_context():
            migrate.upgrade()
            with db.engine.connect() as connection:
                connection.exec_driver_sql("ROLLBACK")
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
                connection.exec_driver_sql("BEGIN")
            close(self.app)
        self._new.mkdir()
        for name in ("portal.db", "jobs.db"):
            shutil.copy(data / name, self._new / name)

    @property
    def database(self) -> Path:
        """A migrated, empty database to copy."""
        return self._new / "portal.db"

    def empty(self) -> None:
        self.close()
        super().empty()
        for file in self._new.iterdir():
            shutil.copy(file, self.data / file.name)


class OnPostgreSQL(Installation):
    """A database of this process's own server. Tables that hold a row are emptied and numbers begin anew, past the walls;
    where the schema isn't what it was, the whole database is made again."""

    SCHEMA = """  -- who changed it last, and how much there is of it
        SELECT array[(SELECT count(*) || ' ' || max(xmin::text::bigint) FROM pg_class WHERE relnamespace = home.oid),
                     (SELECT count(*) || ' ' || max(xmin::text::bigint) FROM pg_proc WHERE pronamespace = home.oid),
                     (SELECT count(*) || ' ' || max(xmin::text::bigint) FROM pg_trigger),
                     (SELECT count(*) || ' ' || max(xmin::text::bigint) FROM pg_constraint)]
        FROM pg_namespace home WHERE nspname = 'public'"""
    REVISION = "SELECT version_num FROM alembic_version"

    def __init__(self, data: Path, server: sa.Engine):
        self._server = server
        new = create_app(settings_for(data, PORTAL_DATABASE_URL=create(server, "new")))
        with new.app_context():
            migrate.upgrade()
            close(new)
        self._make_anew()
        super().__init__(data, on_server(server, "tests"))

    def _make_anew(self) -> None:
        url = create(self._server, "tests", "new")
        self._inside = sa.create_engine(url, isolation_level="AUTOCOMMIT", pool_size=1)
        with self._inside.connect() as connection:
            self._schema = connection.exec_driver_sql(self.SCHEMA).scalar()
            self._revision = connection.exec_driver_sql(self.REVISION).scalar()
            tables = connection.exec_driver_sql(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
            ).scalars()
            has = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT FROM {name})" for name in tables)
            self._holding = f"SELECT array(SELECT name FROM ({has}) holding (name))"

    def empty(self) -> None:
        super().empty()
        with self._inside.connect() as connection:
            spoilt = connection.exec_driver_sql(self.SCHEMA).scalar() != self._schema
            spoilt = spoilt or connection.exec_driver_sql(self.REVISION).scalar() != self._revision
            if not spoilt:
                self._delete(connection)
        if spoilt:
            self.close()
            self._make_anew()

    def close(self) -> None:
        super().close()
        self._inside.dispose()

    def _delete(self, connection: sa.Connection) -> None:
        """Past the walls and the keys between tables, which are triggers."""
        holding = connection.exec_driver_sql(self._holding).scalar()
        counted = connection.exec_driver_sql(
            "SELECT array(SELECT sequencename::text FROM pg_sequences WHERE last_value IS NOT NULL)"
        ).scalar()
        statements = ["SET LOCAL lock_timeout = '5s'", "SET LOCAL session_replication_role = replica"]
        statements += [f"DELETE FROM {name}" for name in holding]
        statements += [f"SELECT setval('{name}', 1, false)" for name in counted]
        connection.exec_driver_sql("; ".join(["BEGIN", *statements, "COMMIT"]))


def create(server: sa.Engine, name: str, template: str = "template1") -> str:
    """Make this database anew, like `template`, and return its URL."""
    with server.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE {template}")
    return on_server(server, name)


def on_server(server: sa.Engine, name: str) -> str:
    """The URL of another database of the same server."""
    return server.url.set(database=name).render_as_string(hide_password=False)
