"""The processes of an installation: web server and worker, forked from one that has loaded the application and shares its
memory with them. Nothing is open by then, no connection and no thread: each opens what it needs.

What `portal run` starts ends with it, however that ended: all of them watch a pipe, whose other end it alone holds.
"""

import contextlib
import errno
import gc
import multiprocessing
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from multiprocessing import connection
from pathlib import Path

from flask import Flask
from gunicorn.app.base import BaseApplication

from portal import config

PATIENCE = 2.0  # seconds: the ports of what has just ended are free by then
STOPPING = 20  # seconds
IN_MEMORY = Path("/dev/shm")  # noqa: S108

_pause = threading.Event()


class PortTaken(Exception):
    """Something else listens where the portal should; the text says what to do."""


def bound(settings: config.Settings) -> socket.socket:
    """The web server's port, ours from here on; whoever comes before it serves waits. Raises PortTaken."""
    where = (settings.PORTAL_BIND, settings.PORT)
    for _ in range(int(PATIENCE / 0.1)):
        try:
            return socket.create_server(where, family=socket.AF_INET6 if ":" in where[0] else socket.AF_INET, backlog=2048)
        except OSError as problem:
            if problem.errno != errno.EADDRINUSE:
                raise PortTaken(
                    f"The web server can’t listen on {where[0]}, port {where[1]}: {problem.strerror}."
                ) from None
        _pause.wait(0.1)
    raise PortTaken(
        f"Port {where[1]} is taken by another program, perhaps by a Trellis that runs already: stop that one, or set PORT "
        f"to another number, such as PORT={where[1] + 80}."
    )


def load(settings: config.Settings) -> Flask:
    """The application, ready to be forked. Raises config.UnsafeSettings, RuntimeError."""
    from portal.app import create_app  # which takes a while: the port is asked for before

    app = create_app(settings)
    _make_once(app)
    # What the application is made of lasts as long as it does, so nobody looks through it for garbage again, and its memory
    # stays shared; and they look once in a page rather than every few lines of it.
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000)
    return app


def _make_once(app: Flask) -> None:
    """What every process would make for itself at its first page: models, addresses, bank holidays, how days are written,
    and what all templates stand on."""
    from sqlalchemy.orm import configure_mappers

    from portal.core import clock, filters, workdays

    configure_mappers()
    filters.full_date(clock.today())  # Babel reads its words for days and months: 4 MB
    workdays.learn(range(clock.today().year - 7, clock.today().year + 4))
    app.url_map.update()
    for name in app.jinja_env.list_templates(filter_func=lambda name: name.startswith(("layouts/", "components/"))):
        app.jinja_env.get_template(name)


def web_options(settings: config.Settings) -> dict:
    """How gunicorn serves, in its own words."""
    shared = {"worker_tmp_dir": str(IN_MEMORY)} if IN_MEMORY.is_dir() else {}
    return shared | {
        "worker_class": "gthread",
        "workers": settings.PORTAL_WORKERS,
        "threads": 8,
        "timeout": 120,
        "graceful_timeout": STOPPING,
        "loglevel": "warning",
        "control_socket_disable": True,
    }


class _WebServer(BaseApplication):
    def __init__(self, app: Flask, options: dict):
        self.app, self.options = app, options
        super().__init__()

    def load_config(self):
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return self.app


def serve(app: Flask, port: socket.socket, parent: int | None = None) -> None:
    """Be the web server, with its own processes, until told to stop or `parent` is closed."""
    options = web_options(app.config["SETTINGS"]) | {"bind": f"fd://{port.detach()}", "preload_app": True}
    if parent is not None:  # watched by those that answer: this process forks, so it has no threads
        options["post_worker_init"] = lambda worker: _end_with(parent, worker.ppid)
    _WebServer(app, options).run()


def work(app: Flask, parent: int | None = None) -> None:
    """Be the worker, which takes mail in too where PORTAL_MAIL_PORT is set, until told to stop or `parent` is closed."""
    from portal.core import jobs, mail_server

    if parent is not None:
        _end_with(parent, os.getpid())
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(mail_server.listening(app))
        except (
            OSError
        ) as problem:  # `portal mail listen` has it, or a worker that is just ending: jobs are done all the same
            print(f"Mail isn't taken in by this worker: {problem.strerror}", file=sys.stderr)
        jobs.work(app)


def prepare(app: Flask, parent: int) -> None:
    """Bring the database to the newest schema and lay out the demo, where it is on and there is nothing yet."""
    from portal.core import migrate
    from portal.demo import seed

    _end_with(parent, os.getpid())
    with app.app_context():
        migrate.upgrade()
        if app.config["SETTINGS"].PORTAL_DEMO:
            seed.lay_out(if_empty=True)


def _end_with(parent: int, pid: int) -> None:
    """Ask process `pid` to stop once `parent`, a pipe, is closed at its other end."""

    def watch():
        os.read(parent, 1)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()


class Family:
    """Processes forked from this one, as a context: at its end they are asked to stop, and waited for. They stop as well
    once this process is gone."""

    def __init__(self):
        self.begun: list[multiprocessing.process.BaseProcess] = []

    def __enter__(self):
        self.theirs, self.ours = os.pipe()
        return self

    def __exit__(self, *_):
        for process in self.begun:
            process.terminate()
        for process in self.begun:
            process.join(STOPPING)
            process.kill()
        os.close(self.ours)
        os.close(self.theirs)

    def begin(self, name: str, part: Callable[..., None], *given) -> None:
        """Fork a process that goes on with `part`: given these, and a pipe that is closed once this process is gone."""
        process = multiprocessing.get_context("fork").Process(target=self._be, args=(part, given), name=name)
        process.start()
        self.begun.append(process)

    def do(self, part: Callable[..., None], *given) -> bool:
        """Fork a process that does `part`, and wait for it; whether it got done."""
        self.begin("", part, *given)
        self.begun[-1].join()
        return self.begun.pop().exitcode == 0

    def ended(self, within: float | None = None) -> str:
        """The name of one that ended, as soon as one has; or, within that many seconds, none."""
        connection.wait([process.sentinel for process in self.begun], within)
        return next((process.name for process in self.begun if not process.is_alive()), "")

    def _be(self, part: Callable[..., None], given: tuple) -> None:
        os.setsid()  # Ctrl-C is for the one who started us
        os.close(self.ours)
        for told_to_stop in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(told_to_stop, signal.SIG_DFL)
        part(*given, self.theirs)
