"""On SQLite, nothing is inserted over a group's row that is there: REPLACE went round the wall's other triggers."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"

NEVER_OVER = """
    CREATE TRIGGER wall_{table}_insert BEFORE INSERT ON {table}
    WHEN portal_door() IS NOT NEW.group_id OR EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id) BEGIN
    SELECT portal_kept('{table}', coalesce(NEW.group_id, (SELECT group_id FROM {table} WHERE id = NEW.id)));
    SELECT CASE WHEN portal_door() IS NOT NEW.group_id THEN RAISE(ABORT, 'the door is closed: {table}')
    ELSE RAISE(ABORT, 'a row that is there is never written over: {table}') END; END"""


def upgrade() -> None:
    bind = op.get_bind()
    if bind.dialect.name != "sqlite":
        return
    walled = "SELECT tbl_name FROM sqlite_master WHERE type = 'trigger' AND name = 'wall_' || tbl_name || '_insert'"
    for table in bind.scalars(sa.text(walled)).all():
        op.execute(f"DROP TRIGGER wall_{table}_insert")
        op.execute(NEVER_OVER.format(table=table))
