"""Many at once: nobody's write is lost, and nobody is turned away because the database was busy."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from portal.core import sqlite
from portal.core.counters import Counter
from portal.core.db import db
from tests import make
from tests.server import OLD_SQLITE, ROOT, free_port

pytestmark = pytest.mark.slow

WRITES, AT_ONCE = 400, 8


@pytest.fixture
def old_sqlite(monkeypatch):
    """Processes that start from here on have only an SQLite that needs a rollback journal."""
    monkeypatch.setenv("PYTHONPATH", str(OLD_SQLITE))


@pytest.fixture
def counting(settings, app):
    """A real gunicorn of three processes with the counting route, on this test's database."""
    db.session.add(Counter(name="test", value=0))
    db.session.commit()
    db.session.remove()
    db.engine.dispose()  # nobody has the database open but who is tested
    port = free_port()
    env = {**os.environ, **{name: str(value) for name, value in settings.values.items() if isinstance(value, str)}}
    env |= {"PORTAL_DATA": str(settings.data), "PORT": str(port)}
    command = [sys.executable, "-m", "gunicorn", "tests.faults.counting:app", "--no-control-socket", "--log-level", "error"]
    shape = ["--bind", f"127.0.0.1:{port}", "--workers", "3", "--worker-class", "gthread", "--threads", "4"]
    server = subprocess.Popen([*command, *shape], cwd=ROOT, env=env, start_new_session=True)
    url = f"http://127.0.0.1:{port}"
    pause = threading.Event()
    for _ in range(400):
        try:
            urllib.request.urlopen(f"{url}/healthz", timeout=5)
            break
        except OSError:
            pause.wait(0.05)
    yield url
    os.killpg(server.pid, signal.SIGKILL)
    server.wait()


def post(url: str) -> int:
    request = urllib.request.Request(f"{url}/count", data=b"", headers={"Sec-Fetch-Site": "same-origin"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return int(answer.read())


def get(url: str) -> int:
    with urllib.request.urlopen(f"{url}/count", timeout=60) as answer:
        return int(answer.read())


def test_400_of_400_read_then_write_requests_are_counted(counting):
    with ThreadPoolExecutor(AT_ONCE) as people:
        answers = list(people.map(post, [counting] * WRITES))
    assert sorted(answers) == list(range(1, WRITES + 1))
    db.session.rollback()
    assert db.session.scalar(sa.select(Counter.value).where(Counter.name == "test")) == WRITES


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_with_a_rollback_journal_all_that_many_write_is_there_and_nobody_who_reads_is_turned_away(
    old_sqlite, settings, counting
):
    with ThreadPoolExecutor(2 * AT_ONCE) as people:
        reads = [people.submit(get, counting) for _ in range(WRITES)]
        answers = list(people.map(post, [counting] * WRITES))
        seen = [read.result() for read in reads]
    assert sorted(answers) == list(range(1, WRITES + 1))
    assert set(seen) <= set(range(WRITES + 1))
    with contextlib.closing(sqlite.driver.connect(settings.data / "portal.db")) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
        assert connection.execute("SELECT value FROM counters WHERE name = 'test'").fetchone() == (WRITES,)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_writers_a_backup_and_a_long_read_do_not_block_each_other(counting, settings, kettle, tmp_path):
    make.receipt(kettle)
    reader = sqlite.driver.connect(settings.data / "portal.db")
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM receipts").fetchone()
    with ThreadPoolExecutor(AT_ONCE) as people:
        posts = [people.submit(post, counting) for _ in range(80)]
        copy = sqlite.driver.connect(tmp_path / "copy.db")
        reader_of_backup = sqlite.driver.connect(settings.data / "portal.db")
        reader_of_backup.backup(copy, pages=20)
        assert sorted(done.result() for done in posts) == list(range(1, 81))
    assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert copy.execute("SELECT count(*) FROM receipts").fetchone() == (1,)
    reader.close()
