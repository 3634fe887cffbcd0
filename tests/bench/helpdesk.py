"""django-helpdesk beside ours: installed from its package into an environment of its own, served as ours is served."""

import contextlib
import importlib.metadata
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import urlencode

from portal import config, processes
from tests.bench.served import Browser
from tests.bench.told import Told
from tests.server import Server, free_port

PACKAGES = {"django-helpdesk": "2.6.1", "Django": "5.2.19"}  # the newest that Python 3.11 takes
SAME = ("gunicorn", "pysqlite3")  # of these, just what ours has
HERE = Path(__file__).parent
ROWS = 25  # what its page asks for at a time, unless a person chose otherwise


def environment() -> Path:
    """The Python of an environment that has it, made where there is none yet, and kept between runs."""
    wanted = PACKAGES | {name: importlib.metadata.version(name) for name in SAME}
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "trellis" / f"django-helpdesk-{PACKAGES['django-helpdesk']}"
    pins, made = [f"{name}=={version}" for name, version in wanted.items()], folder / "made"
    python = folder / "bin" / "python"
    if not made.exists() or made.read_text().split() != pins:
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        pip = [python, "-m", "pip", "--disable-pip-version-check", "--no-input", "-q", "install", *pins]
        subprocess.run(pip, check=True, stderr=subprocess.DEVNULL)
        made.write_text("\n".join(pins))
    return python


@contextlib.contextmanager
def running(folder: Path, requests: list[Told], ours: Server) -> Iterator[Browser]:
    """Their server with these requests as tickets, served by gunicorn as `ours` is; a browser signed in to it as staff."""
    python, port = environment(), free_port()
    folder.mkdir()
    shutil.copy(HERE / "their_desk.py", folder)
    (folder / "told.jsonl").write_text("".join(json.dumps(one.facts) + "\n" for one in requests))
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PORTAL_", "PYTHON", "VIRTUAL_ENV"))}
    env |= {"DESK_FOLDER": str(folder), "PYTHONPATH": str(folder)}
    lay = [python, "-c", "import their_desk; their_desk.lay_out()"]
    key = subprocess.run(lay, env=env, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    options = processes.web_options(config.read(ours.env)) | {"bind": f"127.0.0.1:{port}", "preload_app": True}
    (folder / "gunicorn.conf.py").write_text("".join(f"{name} = {value!r}\n" for name, value in options.items()))
    started = [str(python), "-m", "gunicorn", "their_desk:app"]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(started, cwd=folder, env=env, stdout=log, stderr=log)
    try:
        browser = Browser(port, f"sessionid={key}", server.pid)
        browser.wait_until_up("/tickets/")
        yield browser
    finally:
        server.terminate()
        server.wait(30)


def tickets(browser: Browser) -> list[dict]:
    """The list as a person waits for it: the page, then the rows that its script asks for."""
    page = browser.get("/tickets/")
    url = re.search(r'"url": "(/datatables_ticket_list/[^"]+)"', page)
    assert url, "their page asks for its rows in another way than was thought"
    asked = {"draw": 1, "start": 0, "length": ROWS, "search[value]": "", "search[regex]": "false"}
    return json.loads(browser.get(f"{unescape(url[1])}?{urlencode(asked)}"))["data"]


def ticket(browser: Browser, number: int) -> str:
    """A ticket's page."""
    return browser.get(f"/tickets/{number}/")
