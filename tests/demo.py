"""The demo, laid out once a process (and day) on SQLite; whoever wants one gets a copy of its folder."""

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import time_machine
from flask import Flask

from portal.app import create_app
from portal.core import migrate
from portal.demo import seed
from tests.installation import SECRET, close, settings_for

ITS_OWN_DAY = "2026-11-09T12:00:00Z"  # on which each receipt and request of its table stands as it says there
SETTINGS = {"PORTAL_DEMO": "1", "PORTAL_MAIL_URL": "page:", "PORTAL_SECRET": SECRET}


@cache
def _shelf() -> Path:
    return Path(tempfile.mkdtemp(prefix="trellis-demos-"))


@cache
def _laid_out(day: str) -> Path:
    data = _shelf() / (day[:10] or "today")
    data.mkdir()
    with _on(day), create_app(settings_for(data, **SETTINGS)).app_context() as context:
        migrate.upgrade()
        seed.lay_out()
        close(context.app)
    return data


def forget() -> None:
    """Remove what was copied from. Laid out anew if it is wanted again."""
    shutil.rmtree(_shelf(), ignore_errors=True)
    _laid_out.cache_clear()
    _shelf.cache_clear()


def _on(day: str):
    return time_machine.travel(day, tick=False) if day else contextlib.nullcontext()


def copy(data: Path, day: str = "") -> None:
    """Lay it out in `data`: today, or as it was on this day."""
    shutil.copytree(_laid_out(day), data, dirs_exist_ok=True, symlinks=True)


@contextlib.contextmanager
def opened(data: Path, day: str = "") -> Iterator[Flask]:
    """The app on a copy of it in `data`, its context open; on this day, if one is named."""
    copy(data, day)
    app = create_app(settings_for(data, **SETTINGS))
    with _on(day), app.app_context():
        yield app
        close(app)
