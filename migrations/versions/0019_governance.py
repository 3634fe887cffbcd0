"""How a group runs: who holds each thing, how it stands, when someone looks again."""

import sqlalchemy as sa
from alembic import op

from portal.core import wall

revision = "0019"
down_revision = "0018"

WAITS = sa.text("talk_at IS NOT NULL AND talked_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "governance_items",
        sa.Column("key", sa.String(length=30), nullable=True),
        sa.Column("name", sa.String(length=80), nullable=True),
        sa.Column("holder", sa.String(length=20), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.Integer(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("in_place_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("look_on", sa.Date(), nullable=True),
        sa.Column("note", sa.String(length=300), nullable=True),
        sa.Column("own_way_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("own_way_words", sa.Text(), nullable=True),
        sa.Column("not_needed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("talk_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("talk_words", sa.Text(), nullable=True),
        sa.Column("talked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("host_started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("host_done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("host_look_on", sa.Date(), nullable=True),
        sa.Column("host_words", sa.String(length=300), nullable=True),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("holder <> 'host' OR host_look_on IS NOT NULL", name=op.f("ck_governance_items_host_looks")),
        sa.ForeignKeyConstraint(["added_by"], ["people.id"], name=op.f("fk_governance_items_added_by")),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_governance_items_group_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_governance_items_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_governance_items")),
        sa.UniqueConstraint("group_id", "id", name=op.f("uq_governance_items_group_id_id")),
        sa.UniqueConstraint("group_id", "key", name=op.f("uq_governance_items_group_id_key")),
        info={"group_owned": True},
    )
    op.create_index(op.f("ix_governance_items_group_id"), "governance_items", ["group_id"])
    op.create_index("ix_governance_items_board", "governance_items", ["holder", "host_look_on", "id"])
    waiting = {"sqlite_where": WAITS, "postgresql_where": WAITS}
    op.create_index("ix_governance_items_talk", "governance_items", ["talk_at", "id"], **waiting)
    for statement in wall.ddl(op.get_bind().dialect.name, "governance_items"):
        op.execute(statement)
