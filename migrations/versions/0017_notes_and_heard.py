"""Notes in requests, and what groups pass on to the policy team."""

import sqlalchemy as sa
from alembic import op

from portal.core import wall

revision = "0017"
down_revision = "0016"

OWNED = ("notes", "passed_on")
IS_KEPT = sa.text("ended_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "notes",
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("reason", sa.String(length=20), nullable=True),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column("delay", sa.String(length=20), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reviewed_by", sa.Integer(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("reason IS NULL OR review_on IS NOT NULL", name=op.f("ck_notes_has_a_day")),
        sa.CheckConstraint(
            "told_at IS NULL OR reason IN ('safeguarding', 'legal_advice')", name=op.f("ck_notes_told_later")
        ),
        sa.CheckConstraint("ended_at IS NULL OR words IS NULL", name=op.f("ck_notes_ended_is_blank")),
        sa.ForeignKeyConstraint(["added_by"], ["people.id"], name=op.f("fk_notes_added_by")),
        sa.ForeignKeyConstraint(["ended_by"], ["people.id"], name=op.f("fk_notes_ended_by")),
        sa.ForeignKeyConstraint(
            ["group_id", "request_id"], ["requests.group_id", "requests.id"], name=op.f("fk_notes_group_id_request_id")
        ),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_notes_group_id")),
        sa.ForeignKeyConstraint(["reviewed_by"], ["people.id"], name=op.f("fk_notes_reviewed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notes")),
        sa.UniqueConstraint("group_id", "id", name=op.f("uq_notes_group_id_id")),
        info={"group_owned": True},
    )
    op.create_index(op.f("ix_notes_group_id"), "notes", ["group_id"])
    op.create_index("ix_notes_request", "notes", ["group_id", "request_id"])
    op.create_index("ix_notes_review", "notes", ["review_on"], sqlite_where=IS_KEPT, postgresql_where=IS_KEPT)
    op.create_table(
        "passed_on",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("attribution", sa.String(length=20), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("look_again_on", sa.Date(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "withdrawn_at IS NULL OR (words IS NULL AND outcome IS NULL)", name=op.f("ck_passed_on_withdrawn_is_blank")
        ),
        sa.ForeignKeyConstraint(["added_by"], ["people.id"], name=op.f("fk_passed_on_added_by")),
        sa.ForeignKeyConstraint(["answered_by"], ["people.id"], name=op.f("fk_passed_on_answered_by")),
        sa.ForeignKeyConstraint(
            ["group_id", "request_id"],
            ["requests.group_id", "requests.id"],
            name=op.f("fk_passed_on_group_id_request_id"),
        ),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_passed_on_group_id")),
        sa.ForeignKeyConstraint(["withdrawn_by"], ["people.id"], name=op.f("fk_passed_on_withdrawn_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passed_on")),
        sa.UniqueConstraint("group_id", "id", name=op.f("uq_passed_on_group_id_id")),
        sa.UniqueConstraint("number", name=op.f("uq_passed_on_number")),
        info={"group_owned": True},
    )
    op.create_index(op.f("ix_passed_on_group_id"), "passed_on", ["group_id"])
    dialect = op.get_bind().dialect.name
    for table in OWNED:
        for statement in wall.ddl(dialect, table):
            op.execute(statement)
