"""Is it alive, is it ready? For whoever runs the portal and what watches it."""

from flask import Blueprint, jsonify
from sqlalchemy import text

from portal.core import files, jobs, migrate
from portal.core.db import db, set_mode
from portal.people.reach import public

bp = Blueprint("health", __name__)


@bp.get("/healthz")
@public()
def alive():
    """The process answers."""
    return "alive\n", 200, {"Content-Type": "text/plain"}


@bp.get("/readyz")
@public()
def ready():
    """Schema current, database and files writable, worker seen lately: each by name."""
    checks = {
        "schema": migrate.is_current,
        "database": _database_writable,
        "files": _files_writable,
        "worker": jobs.worker_seen,
    }
    found = {name: _holds(check) for name, check in checks.items()}
    return jsonify(found), 200 if all(found.values()) else 503


def _holds(check) -> bool:
    try:
        return bool(check())
    except Exception:  # not ready, whatever the reason; the logs have it
        return False
    finally:
        db.session.rollback()


def _database_writable() -> bool:
    set_mode(reads=False)  # takes the write lock and lets it go; nothing is written
    try:
        db.session.execute(text("SELECT 1"))
        return True
    finally:
        db.session.rollback()
        set_mode(reads=True)


def _files_writable() -> bool:
    files.store().check()
    return True
