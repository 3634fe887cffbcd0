"""Static files: named by what is in them, kept for ever by browsers, compressed once.

At start a copy goes to the data folder under a name made from its content, with the host's colour set in; whitenoise
serves it from there.
"""

import gzip
import hashlib
import re
import shutil
import tempfile
from pathlib import Path

import brotli
from flask import Flask
from whitenoise import WhiteNoise

from portal.core import guard


def build(source: Path, target: Path, accent: str) -> str:
    """Copy `source` to `target/<build>` with compressed twins, unless it is there, and return the build's name."""
    paths = sorted(path for path in source.rglob("*") if path.is_file())
    contents = {path.relative_to(source): path.read_bytes() for path in paths}
    for path in contents:
        if path.suffix == ".css":
            contents[path] = _bare(contents[path]) + _accent(accent).encode()
    digest = hashlib.sha256()
    for path, content in contents.items():
        digest.update(str(path).encode() + b"\0" + content + b"\0")
    name = digest.hexdigest()[:10]
    if (target / name).exists():
        return name
    target.mkdir(parents=True, exist_ok=True)
    making = Path(tempfile.mkdtemp(dir=target))
    for path, content in contents.items():
        made = making / path
        made.parent.mkdir(parents=True, exist_ok=True)
        made.write_bytes(content)
        if made.suffix in {".css", ".js", ".svg", ".txt", ".webmanifest"}:
            Path(f"{made}.br").write_bytes(brotli.compress(content, quality=11))
            Path(f"{made}.gz").write_bytes(gzip.compress(content, 9, mtime=0))
    making.chmod(0o755)
    try:
        making.rename(target / name)
    except OSError:  # another process made it first
        shutil.rmtree(making)
    return name


def _bare(style: bytes) -> bytes:
    """A stylesheet without what browsers skip: its comments, and what lines begin with."""
    return re.sub(rb"/\*.*?\*/|^\s+", b"", style, flags=re.DOTALL | re.MULTILINE)


def _accent(colour: str) -> str:
    """The host's colour in place of the slat's; in the dark, a paler shade of the same."""
    return (
        f"@layer tokens{{:root{{--slat:{colour}}}@media (prefers-color-scheme:dark){{:root{{--slat:color-mix(in oklab,"
        f"{colour} 40%,white)}}}}}}"
    )


def init_app(app: Flask) -> None:
    settings = app.config["SETTINGS"]
    source = Path(app.static_folder or "")
    target = Path(settings.data, "static")
    name = build(source, target, settings.PORTAL_HOST_ACCENT)
    app.jinja_env.globals["asset"] = lambda path: f"/static/{name}/{path}"
    always = guard.HEADERS | ({"Strict-Transport-Security": guard.LONG_TLS} if settings.secure else {})
    served = WhiteNoise(
        app.wsgi_app,
        root=target / name,
        prefix=f"static/{name}/",
        max_age=365 * 24 * 3600,
        immutable_file_test=lambda path, url: True,
        add_headers_function=lambda headers, path, url: _set(headers, always),
    )
    app.wsgi_app = served  # type: ignore[method-assign]


def _set(headers, always: dict[str, str]) -> None:
    for name, value in always.items():
        headers[name] = value
