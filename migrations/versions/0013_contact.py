"""When a group wants to be contacted, and how."""

import sqlalchemy as sa
from alembic import op

from portal.core import wall

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "contact_times",
        sa.Column("days", sa.String(length=30), nullable=False),
        sa.Column("from_hour", sa.Integer(), nullable=False),
        sa.Column("until_hour", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(length=20), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "from_hour >= 0 AND until_hour <= 24 AND from_hour < until_hour", name=op.f("ck_contact_times_from_until")
        ),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_contact_times_group_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_times")),
        sa.UniqueConstraint("group_id", name=op.f("uq_contact_times_group_id")),
        sa.UniqueConstraint("group_id", "id", name=op.f("uq_contact_times_group_id_id")),
        info={"group_owned": True},
    )
    op.create_index(op.f("ix_contact_times_group_id"), "contact_times", ["group_id"])
    for statement in wall.ddl(op.get_bind().dialect.name, "contact_times"):
        op.execute(statement)
