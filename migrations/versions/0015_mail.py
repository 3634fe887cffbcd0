"""Emails that nobody can be sure of, until a coordinator places or drops them."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.add_column("notice_choices", sa.Column("request_id", sa.Integer(), nullable=True))
    op.create_table(
        "strange_mail",
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sort", sa.String(length=20), nullable=False),
        sa.Column("sender", sa.String(length=254), nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["done_by"], ["people.id"], name=op.f("fk_strange_mail_done_by")),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name=op.f("fk_strange_mail_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_strange_mail")),
    )
    op.create_index(op.f("ix_strange_mail_done_at"), "strange_mail", ["done_at"])
    op.create_index(op.f("ix_strange_mail_request_id"), "strange_mail", ["request_id"])
