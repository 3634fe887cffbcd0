"""The schema: brought up to date before anything is served, and checked."""

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from flask_migrate import upgrade as _upgrade

from portal.core.db import db


def upgrade() -> None:
    """Bring the database to the newest schema. Forward only; rows are kept."""
    db.session.rollback()
    _upgrade()
    db.engine.dispose()  # on a connection that changed the schema, SQLite plans every statement anew from then on


def is_current() -> bool:
    """Whether the database has the newest schema."""
    newest = ScriptDirectory(current_app.extensions["migrate"].directory).get_current_head()
    with db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == newest
