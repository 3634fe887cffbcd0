"""Files people sent: kept by random names, durable before any row points at them.

The store is a folder or anything obstore reaches by URL (S3 and the like). Names are ours alone: `ab/abcdef…`.
"""

import contextlib
import os
import secrets
from pathlib import Path
from urllib.parse import unquote, urlsplit

import obstore
from flask import Flask, current_app
from obstore.exceptions import BaseError
from obstore.store import LocalStore, from_url


class FileMissing(Exception):
    """No file is kept under that name."""


class Files:
    """One file store. Every `keep` is durable when it returns (stack guide, trap 4)."""

    def __init__(self, url: str):
        parts = urlsplit(url)
        self.folder = Path(unquote(parts.path)) if parts.scheme == "file" else None
        if self.folder:
            self.folder.mkdir(parents=True, exist_ok=True)
        self.store = LocalStore(prefix=self.folder) if self.folder else from_url(url)

    def keep(self, source: Path, name: str | None = None) -> str:
        """Keep the file at `source` (which is used up) under `name`, or a new random name, and return the name."""
        fresh, name = name is None, name or new_name()
        if self.folder is None:
            with source.open("rb") as stream:
                obstore.put(self.store, name, stream, mode="create" if fresh else "overwrite")
            source.unlink()
            return name
        target = self.folder / name
        new_folder = not target.parent.exists()
        target.parent.mkdir(exist_ok=True)
        with source.open("rb+") as stream:
            os.fsync(stream.fileno())
        source.replace(target)
        _sync_folder(target.parent)
        if new_folder:
            _sync_folder(self.folder)
        return name

    def read(self, name: str) -> bytes:
        """The bytes kept under `name`. Raises FileMissing."""
        try:
            return bytes(obstore.get(self.store, name).bytes())
        except FileNotFoundError:
            raise FileMissing(name) from None

    def remove(self, *names: str | None) -> None:
        """Forget these files; those already gone are fine."""
        for name in filter(None, names):
            with contextlib.suppress(FileNotFoundError):
                obstore.delete(self.store, name)

    def scratch(self) -> Path:
        """A fresh path to write to before `keep`; on the same disk as a local store, so that keeping is a rename."""
        folder = (self.folder or current_app.config["SETTINGS"].data) / "arriving"
        folder.mkdir(parents=True, exist_ok=True)
        return folder / secrets.token_hex(16)

    def check(self) -> None:
        """Raise OSError when the store can't be written to."""
        path = self.scratch()
        path.write_bytes(b"ready")
        try:
            self.remove(self.keep(path, "ready/check"))
        except BaseError as error:
            raise OSError(str(error)) from error


def new_name() -> str:
    """A random name nobody can guess: two letters of folder, 128 bits in all."""
    token = secrets.token_hex(16)
    return f"{token[:2]}/{token}"


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def store() -> Files:
    """The file store of the running app."""
    return current_app.extensions["files"]


def init_app(app: Flask) -> None:
    app.extensions["files"] = Files(app.config["SETTINGS"].files_url)
