"""The demo, laid out once a run (and day) on SQLite, whichever of its processes wants it first; each gets copies of its
folder."""

import atexit
import contextlib
import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import time_machine
from flask import Flask

from portal.app import create_app
from portal.core import migrate
from portal.demo import seed
from tests.installation import SECRET, close, new_shelf, settings_for
from tests.soak import SOAK

ITS_OWN_DAY = "2026-11-09T12:00:00Z"  # on which each receipt and request of its table stands as it says there
ON = ("sqlite", "postgresql") if SOAK else ("sqlite",)  # which databases it is laid out on where its figures are checked
SETTINGS = {"PORTAL_DEMO": "1", "PORTAL_MAIL_URL": "page:", "PORTAL_SECRET": SECRET}
SHELF = "TRELLIS_TESTS_SHELF"  # told to the processes that the run starts


def begin_shelf() -> None:
    """Make the folder that all processes of this run share, unless one of them did. It goes with who made it."""
    if SHELF in os.environ:
        return
    made, ours = new_shelf(), os.getpid()
    os.environ[SHELF] = os.environ["PYTEST_DEBUG_TEMPROOT"] = str(made)  # where pytest makes its folders too
    atexit.register(lambda: os.getpid() == ours and shutil.rmtree(made, ignore_errors=True))


def laid_out(name: str, lay_out: Callable[[Path], None]) -> Path:
    """The folder by this name, laid out by whoever comes first; the others wait."""
    begin_shelf()
    shelf = Path(os.environ[SHELF])
    ready = shelf / name
    with (shelf / f"{name}.lock").open("w") as alone:
        fcntl.flock(alone, fcntl.LOCK_EX)
        if not ready.exists():
            begun = shelf / f"{name}.begun"
            begun.mkdir()
            lay_out(begun)
            begun.rename(ready)
    return ready


def _on(day: str):
    return time_machine.travel(day, tick=False) if day else contextlib.nullcontext()


def copy(data: Path, day: str = "") -> None:
    """Lay it out in `data`: today, or as it was on this day."""

    def lay_out(folder: Path) -> None:
        with _on(day), create_app(settings_for(folder, **SETTINGS)).app_context() as context:
            migrate.upgrade()
            seed.lay_out()
            close(context.app)

    shutil.copytree(laid_out(day[:10] or "today", lay_out), data, dirs_exist_ok=True, symlinks=True)


@contextlib.contextmanager
def opened(data: Path, day: str = "") -> Iterator[Flask]:
    """The app on a copy of it in `data`, its context open; on this day, if one is named."""
    copy(data, day)
    app = create_app(settings_for(data, **SETTINGS))
    with _on(day), app.app_context():
        yield app
        close(app)
