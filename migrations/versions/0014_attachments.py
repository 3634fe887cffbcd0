"""Attachments: photos, PDFs and sounds of a request's messages; those not sent yet."""

import sqlalchemy as sa
from alembic import op

from portal.core import wall

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_table(
        "attachments",
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.Integer(), nullable=False),
        sa.Column("shown_name", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("original", sa.String(length=80), nullable=True),
        sa.Column("pages", sa.JSON(), nullable=False),
        sa.Column("thumb", sa.String(length=80), nullable=True),
        sa.Column("sound", sa.String(length=80), nullable=True),
        sa.Column("seconds", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed_why", sa.String(length=200), nullable=True),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["added_by"], ["people.id"], name=op.f("fk_attachments_added_by")),
        sa.ForeignKeyConstraint(
            ["group_id", "message_id"],
            ["messages.group_id", "messages.id"],
            name=op.f("fk_attachments_group_id_message_id"),
        ),
        sa.ForeignKeyConstraint(
            ["group_id", "request_id"],
            ["requests.group_id", "requests.id"],
            name=op.f("fk_attachments_group_id_request_id"),
        ),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_attachments_group_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachments")),
        sa.UniqueConstraint("group_id", "id", name=op.f("uq_attachments_group_id_id")),
        info={"group_owned": True},
    )
    op.create_index(op.f("ix_attachments_group_id"), "attachments", ["group_id"])
    op.create_index("ix_attachments_original", "attachments", ["original"])
    op.create_index("ix_attachments_request", "attachments", ["group_id", "request_id"])
    op.create_table(
        "draft_files",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("for_group", sa.Integer(), nullable=False),
        sa.Column("for_request", sa.Integer(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shown_name", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("original", sa.String(length=80), nullable=True),
        sa.Column("seconds", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["for_group"], ["groups.id"], name=op.f("fk_draft_files_for_group")),
        sa.ForeignKeyConstraint(["for_request"], ["requests.id"], name=op.f("fk_draft_files_for_request")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_draft_files_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft_files")),
    )
    op.create_index("ix_draft_files_original", "draft_files", ["original"])
    op.create_index("ix_draft_files_person", "draft_files", ["person_id", "for_group"])
    dialect = op.get_bind().dialect.name
    for statement in wall.ddl(dialect, "attachments"):
        op.execute(statement)
