"""What an idle Trellis holds in memory, and how soon it answers: the whole of `portal run`, as a small server has it."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa

from portal.app import create_app
from portal.core.db import db
from portal.people import session
from portal.people.models import Person
from tests import demo as demos
from tests.bench.served import Browser
from tests.bench.timing import told
from tests.client import Client
from tests.installation import close, settings_for
from tests.server import ROOT, free_port

MEGABYTES, SECONDS = 220, 4.0
SETTLED = 60  # seconds after the start
PAGES = [
    f"/g/tuesday-kettle/{part}"
    for part in (
        "",
        "receipts/",
        "receipts/101",
        "money/",
        "support/",
        "log/",
        "documents/",
        "people",
        "say",
        "how-we-run/",
    )
]


def family(pid: int) -> Iterator[int]:
    """A process and all that it started."""
    yield pid
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        yield from family(int(child))


def megabytes(pid: int) -> float:
    """What a process holds, with its share of what it shares (PSS)."""
    line = next(line for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines() if line.startswith("Pss:"))
    return int(line.split()[1]) / 1024


def cookie_of(data: Path, name: str) -> str:
    """A browser's cookie of somebody in the demo."""
    app = create_app(settings_for(data, **demos.SETTINGS))
    with app.app_context():
        browser = Client(app).as_(db.session.scalars(sa.select(Person).where(Person.name == name)).one())
        cookie = f"{session.cookie_name()}={browser.get_cookie(session.cookie_name()).value}"
        close(app)
    return cookie


def measure() -> bool:
    """Print both, and whether they are as small as they should be."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        demos.copy(data)
        cookie, port = cookie_of(data, "Marsha"), free_port()
        known = {"PORTAL_DATA": str(data), "PORT": str(port), **demos.SETTINGS}
        began = time.monotonic()
        started = subprocess.Popen([sys.executable, "-m", "portal", "run"], cwd=ROOT, env={**os.environ, **known})
        browser = Browser(port, cookie, started.pid)
        try:
            browser.wait_until_up("/sign-in")
            up = time.monotonic() - began
            for path in PAGES:
                browser.get(path)
            threading.Event().wait(SETTLED)
            held = {pid: megabytes(pid) for pid in family(started.pid)}
        finally:
            started.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                started.wait(30)
    whole = sum(held.values())
    each = ", ".join(f"{one:.0f}" for one in held.values())
    print(f"{'from portal run to its first page':<44} {up:>7.2f} s    (aim {SECONDS:g}: {told(up <= SECONDS)})")
    print(f"{'idle, a minute later, after ten pages':<44} {whole:>7.0f} MB   (aim {MEGABYTES}: {told(whole <= MEGABYTES)})")
    print(f"{'of which, one by one':<44} {each:>10} MB")
    return whole <= MEGABYTES and up <= SECONDS


if __name__ == "__main__":
    sys.exit(0 if measure() else 1)
