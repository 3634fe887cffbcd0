"""The schema: brought up to date before anything is served, and checked. What changes one is loaded only then."""

from pathlib import Path

import sqlalchemy as sa
from flask import current_app

from portal.core.db import db, reading

FOLDER = Path(__file__).parents[2] / "migrations"


def upgrade(revision: str = "head", folder: Path = FOLDER) -> None:
    """Bring the database to the newest schema, or to this one. Forward only; rows are kept."""
    import flask_migrate

    db.session.rollback()
    flask_migrate.Migrate(current_app, db, directory=str(folder))
    flask_migrate.upgrade(revision=revision)
    db.engine.dispose()  # on a connection that changed the schema, SQLite plans every statement anew from then on


def newest() -> str:
    """The number of the newest migration: they are named by it (NNNN_words.py)."""
    return max(path.name.partition("_")[0] for path in (FOLDER / "versions").glob("[0-9]*_*.py"))


def is_current() -> bool:
    """Whether the database has the newest schema."""
    with reading():
        if not sa.inspect(db.session.connection()).has_table("alembic_version"):
            return False
        return db.session.scalars(sa.text("SELECT version_num FROM alembic_version")).all() == [newest()]
