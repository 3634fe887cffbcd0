"""The `portal` command, run as people run it."""

import contextlib
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests import commands, demo
from tests.installation import SECRET
from tests.server import OLD_SQLITE, ROOT, free_port

pytestmark = pytest.mark.slow


def said(*words: str, data: Path, **env: str) -> subprocess.CompletedProcess:
    """What a command that neither serves nor forks says, in this process."""
    return commands.run(*words, env={"PORTAL_DATA": str(data), "PORTAL_DEMO": "1", "PORTAL_SECRET": SECRET, **env})


def portal(*words: str, data: Path, **env: str) -> subprocess.CompletedProcess:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
    told = {**kept, "PORTAL_DATA": str(data), "PORTAL_DEMO": "1", **env}
    command = [sys.executable, "-m", "portal", *words]
    return subprocess.run(command, cwd=ROOT, env=told, capture_output=True, text=True, timeout=120)


@contextlib.contextmanager
def started(data: Path, port: int, **env: str):
    """`portal run`, as `make run` starts it once the demo is there."""
    if not data.exists():
        demo.copy(data)
    told = {**os.environ, "PORTAL_DATA": str(data), "PORTAL_DEMO": "1", "PORT": str(port), **env}
    with subprocess.Popen(
        [sys.executable, "-m", "portal", "run"],
        cwd=ROOT,
        env=told,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def children_of(pid: int) -> set[int]:
    """Every process started by this one, and theirs."""
    found: set[int] = set()
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(entry.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        if parent == pid:
            child = int(entry.parent.name)
            found |= {child} | children_of(child)
    return found


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_until_gone(begun: set[int]) -> None:
    """Return once none of these processes is alive. Fails after five seconds."""
    tick = threading.Event()
    for _ in range(100):
        if not any(map(is_alive, begun)):
            return
        tick.wait(0.05)
    pytest.fail(f"still there: {[Path(f'/proc/{pid}/cmdline').read_text() for pid in begun if is_alive(pid)]}")


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/readyz", timeout=10) as answer:
            return answer.status == 200
    except urllib.error.URLError:
        return False


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_run_says_its_address_in_one_line_and_ends_with_ctrl_c_or_its_terminal(tmp_path, how):
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with started(tmp_path / "data", port) as process:
        assert process.stdout.readline() == f"Trellis is at {address}\n"
        assert answers(address)
        begun = children_of(process.pid)
        assert len(begun) >= 3
        process.send_signal(how)
        assert process.wait(20) == 0
        assert process.stdout.read() == "\n"
    wait_until_gone(begun)
    assert not answers(address)


def test_what_a_killed_run_started_ends_with_it_and_the_next_answers_within_five_seconds(tmp_path):
    port, took = free_port(), []
    for _ in range(3):
        since = time.monotonic()
        with started(tmp_path / "data", port, PORTAL_DEMO="0") as process:
            assert process.stdout.readline() == f"Trellis is at http://127.0.0.1:{port}\n"
            took.append(time.monotonic() - since)
            begun = children_of(process.pid)
            process.kill()
    wait_until_gone(begun)
    assert max(took[1:]) < max(5, took[0]), took  # as the first did, where this machine is busy


def test_when_a_part_ends_by_itself_so_does_all_of_it(tmp_path):
    with started(tmp_path / "data", free_port(), PORTAL_DEMO="0") as process:
        process.stdout.readline()
        begun = children_of(process.pid)
        [server] = [pid for pid in begun if children_of(pid)]
        os.kill(server, signal.SIGKILL)
        assert process.wait(20) == 1
        assert process.stdout.read() == "Error: The web server ended by itself, so everything was stopped.\n"
    wait_until_gone(begun)


@pytest.mark.parametrize("command", ["run", "serve"])
def test_a_taken_port_is_one_sentence_and_nothing_is_started(command, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        refused = portal(command, data=tmp_path, PORT=str(port))
    assert refused.returncode == 1
    assert refused.stderr == (
        f"Error: Port {port} is taken by another program, perhaps by a Trellis that runs already: stop that one, or set "
        f"PORT to another number, such as PORT={port + 80}.\n"
    )
    assert list(tmp_path.iterdir()) == []


def test_the_demo_is_only_for_the_demo(tmp_path):
    refused = said("demo", data=tmp_path, PORTAL_DEMO="0")
    assert refused.returncode != 0
    assert "only runs where PORTAL_DEMO=1" in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize("command", ["run", "serve", "work", "migrate", "demo", "check"])
def test_unsafe_settings_are_a_sentence_from_every_command(command, tmp_path):
    refused = (portal if command == "run" else said)(command, data=tmp_path, PORTAL_BIND="0.0.0.0")
    assert refused.returncode != 0
    assert "only listens on this machine" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_check_and_settings(tmp_path):
    said("migrate", data=tmp_path)
    checked = said("check", data=tmp_path)
    assert (checked.returncode, checked.stdout) == (0, "All is in order.\n"), checked.stderr
    assert "PORTAL_DATABASE_URL" in said("settings", data=tmp_path).stdout


def test_check_says_where_sqlite_needs_a_rollback_journal_and_does_not_complain(tmp_path):
    old = {"data": tmp_path, "PYTHONPATH": str(OLD_SQLITE)}
    assert portal("migrate", **old).returncode == 0
    checked = portal("check", **old)
    assert checked.returncode == 0, checked.stderr
    note, verdict = checked.stdout.splitlines()
    assert "keeps a rollback journal" in note
    assert verdict == "All is in order."
    with contextlib.closing(sqlite3.connect(tmp_path / "portal.db")) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)


def test_what_was_done_in_the_demo_is_kept(tmp_path):
    demo.copy(tmp_path)
    database = (tmp_path / "portal.db").stat().st_ino
    assert said("demo", "--if-empty", data=tmp_path).returncode == 0
    assert (tmp_path / "portal.db").stat().st_ino == database


def test_a_log_can_be_checked_against_an_old_fingerprint_and_taken_out(tmp_path):
    demo.copy(tmp_path)
    checked = said("log", "verify", data=tmp_path)
    assert checked.returncode == 0, checked.stderr
    assert checked.stdout.count(": it holds.") == 8
    exported = said("log", "export", "tuesday-kettle", data=tmp_path).stdout.splitlines()
    newest = json.loads(exported[-1])
    known = f"{newest['line']['seq']}:{newest['hash']}"
    assert f"tuesday-kettle: it holds. {known}" in checked.stdout
    wrong = f"{newest['line']['seq']}:{'0' * 64}"
    for fingerprint, code in ((known, 0), (wrong, 1)):
        assert said("log", "verify", "tuesday-kettle", "--fingerprint", fingerprint, data=tmp_path).returncode == code
    for refused in (("verify", "nobody"), ("verify", "--fingerprint", known)):
        answer = said("log", *refused, data=tmp_path)
        assert answer.returncode != 0
        assert "Traceback" not in answer.stderr
