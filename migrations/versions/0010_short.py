"""What is promised says whether its fund can cover it."""

import sqlalchemy as sa
from alembic import op

from portal.core import wall

revision = "0010"
down_revision = "0009"

# Until now a fund's promises were covered in the order they were made.
COVERED = """
    UPDATE commitments SET short = (
        SELECT coalesce(sum(before.pence), 0) FROM commitments before
        WHERE before.fund_id = commitments.fund_id AND before.ended_at IS NULL AND before.id <= commitments.id
    ) > (
        SELECT coalesce(sum(balances.pence), 0) FROM balances
        WHERE balances.fund_id = commitments.fund_id AND balances.account IN ('bank', 'float')
    ) WHERE ended_at IS NULL"""


def upgrade() -> None:
    dialect = op.get_bind().dialect.name
    if dialect == "postgresql":
        op.execute("ALTER TABLE commitments DISABLE TRIGGER USER")
    else:
        for change in ("insert", "update", "delete"):
            op.execute(f"DROP TRIGGER wall_commitments_{change}")
    op.add_column("commitments", sa.Column("short", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute(COVERED)
    with op.batch_alter_table("commitments") as commitments:
        commitments.alter_column("short", server_default=None)
    if dialect == "postgresql":
        op.execute("ALTER TABLE commitments ENABLE TRIGGER USER")
    else:
        for statement in wall.ddl(dialect, "commitments"):
            op.execute(statement)
