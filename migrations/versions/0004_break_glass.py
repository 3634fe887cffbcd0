"""Legal duties used by break-glass, pauses of someone's way in, and a hold's review date held by the database."""

import sqlalchemy as sa
from alembic import op

from portal.core import wall

revision = "0004"
down_revision = "0003"

WALLED = ("break_glass", "break_glass_items", "suspensions")

# A hold is looked at again within 5 working days (autonomy guide); around bank holidays that is 14 days at the very most.
LATE = {
    "sqlite": """
        CREATE TRIGGER holds_review_{change} BEFORE {change} ON holds
        WHEN julianday(NEW.review_on) > julianday(date(coalesce(NEW.renewed_at, NEW.placed_at))) + 14
        BEGIN SELECT RAISE(ABORT, 'a hold is looked at again within 5 working days'); END""",
    "postgresql": """
        CREATE TRIGGER holds_review_{change} BEFORE {change} ON holds FOR EACH ROW
        WHEN (NEW.review_on > coalesce(NEW.renewed_at, NEW.placed_at)::date + 14)
        EXECUTE FUNCTION portal_hold_too_long()""",
}
TOO_LONG = """
    CREATE OR REPLACE FUNCTION portal_hold_too_long() RETURNS trigger LANGUAGE plpgsql AS
    $hold$ BEGIN RAISE EXCEPTION 'a hold is looked at again within 5 working days'; END $hold$"""


def upgrade() -> None:
    op.create_table(
        "break_glass",
        sa.Column("duty", sa.String(20), nullable=False),
        sa.Column("act", sa.String(20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("danger_to_life", sa.Boolean(), nullable=False),
        sa.Column("outside", sa.String(length=120), nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("delay", sa.String(20), nullable=True),
        sa.Column("delay_days", sa.Integer(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by", sa.Integer(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.Column("reply", sa.Text(), nullable=True),
        sa.Column("replied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("replied_by", sa.Integer(), nullable=True),
        sa.Column("review", sa.Text(), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reviewed_by", sa.Integer(), nullable=True),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("approved_by IS NULL OR approved_by <> asked_by", name=op.f("ck_break_glass_second_person")),
        sa.CheckConstraint("delay_days BETWEEN 0 AND 14", name=op.f("ck_break_glass_delay")),
        sa.CheckConstraint("hours BETWEEN 1 AND 72", name=op.f("ck_break_glass_hours")),
        sa.CheckConstraint("reviewed_by IS NULL OR reviewed_by <> asked_by", name=op.f("ck_break_glass_reviewer")),
        sa.CheckConstraint(
            "started_at IS NULL OR approved_at IS NOT NULL OR danger_to_life", name=op.f("ck_break_glass_allowed")
        ),
        sa.ForeignKeyConstraint(["approved_by"], ["people.id"], name=op.f("fk_break_glass_approved_by")),
        sa.ForeignKeyConstraint(["asked_by"], ["people.id"], name=op.f("fk_break_glass_asked_by")),
        sa.ForeignKeyConstraint(["ended_by"], ["people.id"], name=op.f("fk_break_glass_ended_by")),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_break_glass_group_id")),
        sa.ForeignKeyConstraint(["replied_by"], ["people.id"], name=op.f("fk_break_glass_replied_by")),
        sa.ForeignKeyConstraint(["reviewed_by"], ["people.id"], name=op.f("fk_break_glass_reviewed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_break_glass")),
        sa.UniqueConstraint("group_id", "id", name=op.f("uq_break_glass_group_id_id")),
        info={"group_owned": True},
    )
    op.create_index(op.f("ix_break_glass_group_id"), "break_glass", ["group_id"])
    op.create_table(
        "break_glass_items",
        sa.Column("break_glass_id", sa.Integer(), nullable=False),
        sa.Column("item_table", sa.String(length=40), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("called", sa.String(length=120), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id", "break_glass_id"],
            ["break_glass.group_id", "break_glass.id"],
            name=op.f("fk_break_glass_items_group_id_break_glass_id"),
        ),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_break_glass_items_group_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_break_glass_items")),
        sa.UniqueConstraint(
            "break_glass_id", "item_table", "item_id", name=op.f("uq_break_glass_items_break_glass_id_item_table_item_id")
        ),
        sa.UniqueConstraint("group_id", "id", name=op.f("uq_break_glass_items_group_id_id")),
        info={"group_owned": True},
    )
    op.create_index(op.f("ix_break_glass_items_group_id"), "break_glass_items", ["group_id"])
    op.create_table(
        "suspensions",
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id", "membership_id"],
            ["memberships.group_id", "memberships.id"],
            name=op.f("fk_suspensions_group_id_membership_id"),
        ),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_suspensions_group_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suspensions")),
        sa.UniqueConstraint("group_id", "id", name=op.f("uq_suspensions_group_id_id")),
        info={"group_owned": True},
    )
    op.create_index(op.f("ix_suspensions_group_id"), "suspensions", ["group_id"])

    op.add_column("holds", sa.Column("renewed_at", sa.DateTime(timezone=True), nullable=True))
    dialect = op.get_bind().dialect.name
    for table in WALLED:
        for statement in wall.ddl(dialect, table):
            op.execute(statement)
    if dialect == "postgresql":
        op.execute(TOO_LONG)
    for change in ("insert", "update"):
        op.execute(LATE[dialect].format(change=change))
