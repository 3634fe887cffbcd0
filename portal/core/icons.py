"""Icons: one hidden sheet per page holding only the symbols that page used.

The shapes live in templates/components/icons.svg: status, holder and level marks, vine and logo are ours, the rest are
Lucide's (ISC).
"""

import re
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from flask import Flask, g
from markupsafe import Markup


def _symbols(path: Path) -> dict[str, str]:
    return {
        m[1]: " ".join(m[0].split()) for m in re.finditer(r'<symbol id="([^"]+)".*?</symbol>', path.read_text(), re.DOTALL)
    }


def _used() -> dict[str, str]:
    return g.setdefault("icons", {})


def put(symbols: dict[str, str]) -> None:
    """Put symbols on this page's sheet, each by its name."""
    _used().update(symbols)


@contextmanager
def apart():
    """Within the block, icons go on a sheet of its own, which it gets."""
    page, g.icons = _used(), {}
    try:
        yield g.icons
    finally:
        g.icons = page


@cache
def _use(name: str, kind: str) -> Markup:
    return Markup('<svg class="{}" aria-hidden="true"><use href="#{}"/></svg>').format(kind, name)


def init_app(app: Flask) -> None:
    symbols = _symbols(Path(app.template_folder or "", "components", "icons.svg"))

    def icon(name: str, kind: str = "i") -> Markup:
        """An icon that says nothing to a screen reader; the words beside it do. Raises KeyError where there is none."""
        _used()[name] = symbols[name]
        return _use(name, kind)

    def need(*names: str) -> str:
        """Put symbols on this page's sheet that a refreshed part may come to use."""
        put({name: symbols[name] for name in names})
        return ""

    def sheet() -> Markup:
        """The hidden sheet, put at the end of the page, when all icons are known."""
        return Markup("<div hidden><svg>" + "".join(dict(sorted(_used().items())).values()) + "</svg></div>")  # noqa: S704

    app.jinja_env.globals.update(icon=icon, need=need, icon_sheet=sheet)
