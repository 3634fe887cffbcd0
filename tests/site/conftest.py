"""Fixtures that a whole module of site-wide checks shares, because building them takes a while."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa

from portal.app import create_app
from portal.core.db import db
from tests.conftest import BOTH, database_url, settings_for
from tests.site import pages
from tests.site import world as worlds


@dataclass
class Place:
    """A world on one database, with a copy of it as it was."""

    world: worlds.World
    dialect: str
    data: Path

    def keep(self) -> None:
        """Remember the world as it is now (SQLite)."""
        worlds.copy_sqlite(str(self.data / "portal.db"), str(self.data / "kept.db"))

    def put_back(self) -> None:
        """The world as it was kept."""
        worlds.copy_sqlite(str(self.data / "kept.db"), str(self.data / "portal.db"))


@pytest.fixture(scope="module", params=BOTH)
def place(request, tmp_path_factory, shelf, sqlite_template):
    """The world of `world.py`, once a module and database."""
    data = tmp_path_factory.mktemp("world")
    (data / "static").symlink_to(shelf / "static")
    url = ""
    if request.param == "sqlite":
        shutil.copy(sqlite_template, data / "portal.db")
    else:
        admin = request.getfixturevalue("postgresql")
        with admin.connect() as connection:
            connection.exec_driver_sql("DROP DATABASE IF EXISTS world WITH (FORCE)")
            connection.exec_driver_sql("CREATE DATABASE world TEMPLATE portal_template")
        url = database_url(admin.url, "world")
    app = create_app(settings_for(data, PORTAL_DATABASE_URL=url))
    with app.app_context():
        made = Place(worlds.build(app), request.param, data)
        if request.param == "sqlite":
            made.keep()
        yield made
        db.session.remove()
        db.engine.dispose()
    app.extensions["huey"].storage.close()


@pytest.fixture
def written(place):
    """The tables that statements write to, as they run."""
    tables: list[str] = []

    def look(_connection, _cursor, statement, *_):
        first, *rest = statement.split(None, 3)
        if first.upper() in {"INSERT", "UPDATE", "DELETE"}:
            tables.append(rest[0 if first.upper() == "UPDATE" else 1].strip('"'))

    sa.event.listen(db.engine, "before_cursor_execute", look)
    yield tables
    sa.event.remove(db.engine, "before_cursor_execute", look)


@pytest.fixture(scope="session")
def demo(tmp_path_factory, shelf):
    """The demo with full lists, on SQLite."""
    data = tmp_path_factory.mktemp("demo-pages")
    (data / "static").symlink_to(shelf / "static")
    app = create_app(settings_for(data, PORTAL_DEMO="1", PORTAL_MAIL_URL="page:"))
    with app.app_context():
        yield pages.lay_out(app)
        db.session.remove()
        db.engine.dispose()
    app.extensions["huey"].storage.close()
