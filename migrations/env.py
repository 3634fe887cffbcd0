"""Alembic's environment: the app's own engine; on SQLite, foreign keys rest while tables are rebuilt (trap 3)."""

from alembic import context
from flask import current_app

from portal.core.db import UtcDateTime, Word, db

config = context.config


def include(_object, name, kind, _reflected, _compare_to):
    return not (kind == "table" and name.startswith("huey_"))


def shown(kind, thing, _autogen):
    """Our own column types, written as what the database sees."""
    if kind == "type" and isinstance(thing, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(thing, Word):
        return f"sa.String({thing.impl.length})"
    return False


def run() -> None:
    with db.engine.connect() as connection:
        on_sqlite = connection.dialect.name == "sqlite"
        if on_sqlite:
            driver = connection.connection.driver_connection
            driver.execute("PRAGMA foreign_keys=OFF")
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            render_as_batch=on_sqlite,
            include_object=include,
            render_item=shown,
            compare_type=True,
            transactional_ddl=True,  # on SQLite too: a migration that fails leaves nothing behind
        )
        try:
            with context.begin_transaction():
                context.run_migrations()
                if on_sqlite:
                    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
                    if broken:
                        raise RuntimeError(f"rows would be left pointing at nothing: {broken[:5]}")
        finally:
            if on_sqlite:
                driver.execute("PRAGMA foreign_keys=ON")


if context.is_offline_mode():
    raise SystemExit("Trellis migrates a live database only.")
with current_app.app_context():
    run()
