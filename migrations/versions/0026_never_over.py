"""On SQLite, nothing is inserted over a group's row that is there: REPLACE went round the wall's other triggers."""

import sqlalchemy as sa
from alembic import op

from portal.core import wall

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    bind = op.get_bind()
    if bind.dialect.name != "sqlite":
        return
    walled = "SELECT tbl_name FROM sqlite_master WHERE type = 'trigger' AND name = 'wall_' || tbl_name || '_insert'"
    for table in bind.scalars(sa.text(walled)).all():
        op.execute(f"DROP TRIGGER wall_{table}_insert")
        op.execute(wall.never_over(table))
