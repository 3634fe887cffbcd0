"""Two organisers can ask another to go."""

import sqlalchemy as sa
from alembic import op

from portal.core import wall

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "removals",
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("agreed_by", sa.Integer(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["agreed_by"], ["people.id"], name=op.f("fk_removals_agreed_by")),
        sa.ForeignKeyConstraint(["asked_by"], ["people.id"], name=op.f("fk_removals_asked_by")),
        sa.ForeignKeyConstraint(["ended_by"], ["people.id"], name=op.f("fk_removals_ended_by")),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_removals_group_id")),
        sa.ForeignKeyConstraint(
            ["group_id", "membership_id"],
            ["memberships.group_id", "memberships.id"],
            name=op.f("fk_removals_group_id_membership_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_removals")),
        sa.UniqueConstraint("group_id", "id", name=op.f("uq_removals_group_id_id")),
        info={"group_owned": True},
    )
    with op.batch_alter_table("removals", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_removals_group_id"), ["group_id"], unique=False)
    for statement in wall.ddl(op.get_bind().dialect.name, "removals"):
        op.execute(statement)
