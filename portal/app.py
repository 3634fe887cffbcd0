"""The application: create_app, and FEATURES, the order of the floors."""

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from flask import Flask
from flask_compress import Compress
from htmx_flask import Htmx
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from portal import config
from portal.core import assets, db, errors, files, filters, guard, icons, jobs, logs, question_reasons, uploads, wall, web
from portal.people import reach, session

ROOT = Path(__file__).parent.parent
FLOORS = (
    "core people activity autonomy signin members breakglass disagreements silence ledger budget payees receipts spending "
    "payments bank papers documents cover governance risks support heard contact asks sharing accountability knowledge "
    "notices exports home demo app"
).split()
FEATURES = (
    *("activity", "autonomy", "signin", "members", "breakglass", "disagreements", "silence", "ledger"),
    *("budget", "payees", "receipts", "spending", "payments", "bank", "papers", "documents"),
    *("cover", "governance", "risks", "support", "heard", "contact", "asks", "sharing", "accountability"),
    *("notices", "home", "demo"),
)


def create_app(settings: config.Settings | None = None) -> Flask:
    """The portal, ready to serve. Raises config.UnsafeSettings."""
    settings = settings or config.read()
    app = Flask("portal", root_path=str(ROOT), template_folder=str(ROOT / "templates"), static_folder=None)
    app.static_folder = str(ROOT / "static")
    app.jinja_environment = web.Templates
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.secret(),
        MAX_CONTENT_LENGTH=uploads.MAX_FILES * uploads.MAX_BYTES + 1024 * 1024,
        SESSION_COOKIE_NAME="__Host-page" if settings.secure else "page",
        SESSION_COOKIE_SECURE=settings.secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        COMPRESS_ALGORITHM=["br", "gzip"],
        COMPRESS_BR_LEVEL=5,
        COMPRESS_MIMETYPES=["text/html", "application/json", "text/plain"],
    )
    if settings.PORTAL_PROXIES:
        hops = settings.PORTAL_PROXIES
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)  # type: ignore[method-assign]
    for part in (logs, guard, db, wall, files, filters, icons, web, question_reasons, assets, jobs, session, reach, errors):
        part.init_app(app)
    Compress(app)
    Htmx(app)
    app.request_class = uploads.PortalRequest  # after htmx-flask, whose request it extends
    for feature in FEATURES:
        if find_spec(f"portal.{feature}.jobs"):
            import_module(f"portal.{feature}.jobs")  # its jobs and messages are known by being imported
        import_module(f"portal.{feature}.views").init_app(app)
    return app
