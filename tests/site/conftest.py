"""Fixtures that a whole module of site-wide checks shares, because building them takes a while."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa

from portal.app import create_app
from portal.core.db import db
from tests.installation import close, create, new_folder, settings_for
from tests.site import pages
from tests.site import visits as visited
from tests.site import world as worlds


@dataclass
class Place:
    """A world on one database, with a copy of it as it was."""

    world: worlds.World
    dialect: str
    data: Path

    def keep(self) -> None:
        """Remember the world as it is now (SQLite)."""
        worlds.copy_sqlite(self.data / "portal.db", self.data / "kept.db")

    def put_back(self) -> None:
        """The world as it was kept."""
        db.session.remove()
        db.engine.dispose()
        for beside in ("portal.db-wal", "portal.db-shm"):
            (self.data / beside).unlink(missing_ok=True)
        shutil.copyfile(self.data / "kept.db", self.data / "portal.db")


@pytest.fixture(scope="session")
def places(installations, request, tmp_path_factory, shelf):
    """The world of `world.py` on each database, built when the first test of this process wants it."""
    made: dict[str, Place] = {}

    def on(dialect: str) -> Place:
        if dialect not in made:
            new = installations(dialect)  # which has the migrated database to copy
            data = new_folder(tmp_path_factory.mktemp("world") / "data", shelf)
            if dialect == "sqlite":
                shutil.copy(new.database, data / "portal.db")
                url = ""
            else:
                url = create(request.getfixturevalue("postgresql"), "world", "new")
            app = create_app(settings_for(data, PORTAL_DATABASE_URL=url))
            with app.app_context():
                made[dialect] = Place(worlds.build(app), dialect, data)
                db.session.remove()
            if dialect == "sqlite":
                made[dialect].keep()
        return made[dialect]

    yield on
    for one in made.values():
        with one.world.app.app_context():
            close(one.world.app)


@pytest.fixture
def place(places, dialect):
    """The world, with its app's context open. On SQLite, what a test writes is put back; on PostgreSQL, write nothing."""
    there = places(dialect)
    with there.world.app.app_context():
        yield there
        db.session.remove()
        if dialect == "sqlite":
            there.put_back()


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
def demo(tmp_path_factory):
    """The demo with full lists, on SQLite."""
    filled = pages.filled(tmp_path_factory.mktemp("demo-pages"))
    with filled.app.app_context():
        yield filled
        close(filled.app)


@pytest.fixture(scope="session")
def visits(demo) -> list[visited.Visit]:
    """A visit to each page of the demo with full lists."""
    return visited.opened(demo)
