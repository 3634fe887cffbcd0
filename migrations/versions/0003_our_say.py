"""Our say: loosenings, quiet mode, and what a proposal needs to be answered."""

import sqlalchemy as sa
from alembic import op

from portal.core import wall

revision = "0003"
down_revision = "0002"

WALLED = ("loosenings", "quiets", "proposal_notes")


def upgrade() -> None:
    op.create_table(
        "loosenings",
        sa.Column("area", sa.String(20), nullable=False),
        sa.Column("level", sa.String(20), nullable=True),
        sa.Column("each_pence", sa.Integer(), nullable=True),
        sa.Column("month_pence", sa.Integer(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_by", sa.Integer(), nullable=False),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("agreed_by", sa.Integer(), nullable=True),
        sa.Column("holds_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("(level IS NULL) <> (each_pence IS NULL)", name=op.f("ck_loosenings_one_thing")),
        sa.ForeignKeyConstraint(["agreed_by"], ["people.id"], name=op.f("fk_loosenings_agreed_by")),
        sa.ForeignKeyConstraint(["ended_by"], ["people.id"], name=op.f("fk_loosenings_ended_by")),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_loosenings_group_id")),
        sa.ForeignKeyConstraint(["started_by"], ["people.id"], name=op.f("fk_loosenings_started_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_loosenings")),
        sa.UniqueConstraint("group_id", "id", name=op.f("uq_loosenings_group_id_id")),
        info={"group_owned": True},
    )
    with op.batch_alter_table("loosenings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_loosenings_group_id"), ["group_id"], unique=False)

    op.create_table(
        "quiets",
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_by", sa.Integer(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["ended_by"], ["people.id"], name=op.f("fk_quiets_ended_by")),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_quiets_group_id")),
        sa.ForeignKeyConstraint(["started_by"], ["people.id"], name=op.f("fk_quiets_started_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiets")),
        sa.UniqueConstraint("group_id", "id", name=op.f("uq_quiets_group_id_id")),
        info={"group_owned": True},
    )
    with op.batch_alter_table("quiets", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_quiets_group_id"), ["group_id"], unique=False)

    op.create_table(
        "proposal_notes",
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("from_host", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id", "proposal_id"],
            ["proposals.group_id", "proposals.id"],
            name=op.f("fk_proposal_notes_group_id_proposal_id"),
        ),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_proposal_notes_group_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_proposal_notes_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal_notes")),
        sa.UniqueConstraint("group_id", "id", name=op.f("uq_proposal_notes_group_id_id")),
        info={"group_owned": True},
    )
    with op.batch_alter_table("proposal_notes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_proposal_notes_group_id"), ["group_id"], unique=False)

    with op.batch_alter_table("proposals", schema=None) as batch_op:
        batch_op.add_column(sa.Column("seen_seq", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("why", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("spending_limits", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("set_at", sa.DateTime(timezone=True), nullable=False, server_default="2026-01-01 00:00:00")
        )
    dialect = op.get_bind().dialect.name
    for table in WALLED:
        for statement in wall.ddl(dialect, table):
            op.execute(statement)
