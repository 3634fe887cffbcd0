"""How people hear of news: their own choice, and turns in a group. The telling of before is over."""

import sqlalchemy as sa
from alembic import op

from portal.core import wall

revision = "0007"
down_revision = "0006"

# What waited in the outbox under its old name is news like any other now.
OVER = """
    UPDATE jobs SET done_at = CURRENT_TIMESTAMP
    WHERE done_at IS NULL AND (name = 'autonomy.tell' OR CAST(arguments AS TEXT) LIKE '%"autonomy.tell"%')"""


def upgrade() -> None:
    op.create_table(
        "notice_choices",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("how", sa.String(20), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("weekly_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_notice_choices_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_choices")),
        sa.UniqueConstraint("person_id", name=op.f("uq_notice_choices_person_id")),
    )
    op.create_index(op.f("ix_notice_choices_due_at"), "notice_choices", ["due_at"])
    op.create_table(
        "notice_turns",
        sa.Column("in_turn", sa.Boolean(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_notice_turns_group_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_turns")),
        sa.UniqueConstraint("group_id", name=op.f("uq_notice_turns_group_id")),
        sa.UniqueConstraint("group_id", "id", name=op.f("uq_notice_turns_group_id_id")),
        info={"group_owned": True},
    )
    op.create_index(op.f("ix_notice_turns_group_id"), "notice_turns", ["group_id"])
    op.execute(OVER)
    for statement in wall.ddl(op.get_bind().dialect.name, "notice_turns"):
        op.execute(statement)
