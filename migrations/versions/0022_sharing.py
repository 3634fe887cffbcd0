"""What groups show and to whom; what they set about being seen; what people outside wrote to them."""

import sqlalchemy as sa
from alembic import op

from portal.core import wall

revision = "0022"
down_revision = "0021"

OWNED = ("shares", "seen", "enquiries")


def upgrade() -> None:
    op.create_table(
        "shares",
        sa.Column("audience", sa.String(length=20), nullable=False),
        sa.Column("who", sa.String(length=80), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("purpose", sa.String(length=120), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("token", sa.String(length=40), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.Integer(), nullable=False),
        sa.Column("by_host", sa.Boolean(), nullable=False),
        sa.Column("listed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("listed_by", sa.Integer(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.Integer(), nullable=True),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("(audience = 'someone we name') = (who IS NOT NULL)", name=op.f("ck_shares_named")),
        sa.CheckConstraint("listed_at IS NULL OR audience = 'anyone'", name=op.f("ck_shares_listed_is_public")),
        sa.ForeignKeyConstraint(["added_by"], ["people.id"], name=op.f("fk_shares_added_by")),
        sa.ForeignKeyConstraint(["listed_by"], ["people.id"], name=op.f("fk_shares_listed_by")),
        sa.ForeignKeyConstraint(["withdrawn_by"], ["people.id"], name=op.f("fk_shares_withdrawn_by")),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_shares_group_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shares")),
        sa.UniqueConstraint("group_id", "id", name=op.f("uq_shares_group_id_id")),
        sa.UniqueConstraint("token", name=op.f("uq_shares_token")),
        info={"group_owned": True},
    )
    op.create_index(op.f("ix_shares_group_id"), "shares", ["group_id"])
    op.create_table(
        "seen",
        sa.Column("summary", sa.Text(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by", sa.Integer(), nullable=True),
        sa.Column("full_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("full_by", sa.Integer(), nullable=True),
        sa.Column("enquiries_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("enquiries_by", sa.Integer(), nullable=True),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("approved_at IS NULL OR summary IS NOT NULL", name=op.f("ck_seen_approved_words")),
        sa.ForeignKeyConstraint(["approved_by"], ["people.id"], name=op.f("fk_seen_approved_by")),
        sa.ForeignKeyConstraint(["full_by"], ["people.id"], name=op.f("fk_seen_full_by")),
        sa.ForeignKeyConstraint(["enquiries_by"], ["people.id"], name=op.f("fk_seen_enquiries_by")),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_seen_group_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seen")),
        sa.UniqueConstraint("group_id", "id", name=op.f("uq_seen_group_id_id")),
        sa.UniqueConstraint("group_id", name=op.f("uq_seen_group_id")),
        info={"group_owned": True},
    )
    op.create_index(op.f("ix_seen_group_id"), "seen", ["group_id"])
    op.create_table(
        "enquiries",
        sa.Column("share_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("reach", sa.String(length=120), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("passed_on_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("passed_on_by", sa.Integer(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id", "share_id"], ["shares.group_id", "shares.id"], name=op.f("fk_enquiries_group_id_share_id")
        ),
        sa.ForeignKeyConstraint(["passed_on_by"], ["people.id"], name=op.f("fk_enquiries_passed_on_by")),
        sa.ForeignKeyConstraint(["answered_by"], ["people.id"], name=op.f("fk_enquiries_answered_by")),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_enquiries_group_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enquiries")),
        sa.UniqueConstraint("group_id", "id", name=op.f("uq_enquiries_group_id_id")),
        info={"group_owned": True},
    )
    op.create_index(op.f("ix_enquiries_group_id"), "enquiries", ["group_id"])
    op.create_index(op.f("ix_enquiries_asked_at"), "enquiries", ["asked_at"])
    dialect = op.get_bind().dialect.name
    for table in OWNED:
        for statement in wall.ddl(dialect, table):
            op.execute(statement)
