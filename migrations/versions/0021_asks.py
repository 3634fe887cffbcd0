"""Asks with a purpose: what the host asks of groups, and what they answer."""

import sqlalchemy as sa
from alembic import op

from portal.core import wall

revision = "0021"
down_revision = "0020"

OWNED = ("sent_asks", "ask_answers")


def upgrade() -> None:
    op.create_table(
        "asks",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=90), nullable=False),
        sa.Column("purpose", sa.String(length=500), nullable=False),
        sa.Column("gets", sa.String(length=500), nullable=False),
        sa.Column("sees", sa.String(length=300), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("help_by", sa.Date(), nullable=True),
        sa.Column("to_groups", sa.JSON(), nullable=True),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("drafted_by", sa.Integer(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("look_again_on", sa.Date(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("trim(purpose, ' \t\n\r') <> ''", name=op.f("ck_asks_has_a_purpose")),
        sa.CheckConstraint("minutes BETWEEN 1 AND 30", name=op.f("ck_asks_minutes")),
        sa.ForeignKeyConstraint(["answered_by"], ["people.id"], name=op.f("fk_asks_answered_by")),
        sa.ForeignKeyConstraint(["drafted_by"], ["people.id"], name=op.f("fk_asks_drafted_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asks")),
        sa.UniqueConstraint("number", name=op.f("uq_asks_number")),
    )
    op.create_index("ix_asks_sent", "asks", ["sent_at", "id"])
    op.create_table(
        "ask_questions",
        sa.Column("ask_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(length=300), nullable=False),
        sa.Column("sameness", sa.String(length=300), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["ask_id"], ["asks.id"], name=op.f("fk_ask_questions_ask_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ask_questions")),
        sa.UniqueConstraint("ask_id", "position", name=op.f("uq_ask_questions_ask_id_position")),
    )
    op.create_index("ix_ask_questions_sameness", "ask_questions", ["sameness"])
    op.create_table(
        "sent_asks",
        sa.Column("ask_id", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.Integer(), nullable=False),
        sa.Column("why_more", sa.String(length=200), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Integer(), nullable=True),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("given_by", sa.Integer(), nullable=True),
        sa.Column("skipped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("skipped_by", sa.Integer(), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["added_by"], ["people.id"], name=op.f("fk_sent_asks_added_by")),
        sa.ForeignKeyConstraint(["ask_id"], ["asks.id"], name=op.f("fk_sent_asks_ask_id")),
        sa.ForeignKeyConstraint(["closed_by"], ["people.id"], name=op.f("fk_sent_asks_closed_by")),
        sa.ForeignKeyConstraint(["given_by"], ["people.id"], name=op.f("fk_sent_asks_given_by")),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_sent_asks_group_id")),
        sa.ForeignKeyConstraint(["skipped_by"], ["people.id"], name=op.f("fk_sent_asks_skipped_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sent_asks")),
        sa.UniqueConstraint("group_id", "ask_id", name=op.f("uq_sent_asks_group_id_ask_id")),
        sa.UniqueConstraint("group_id", "id", name=op.f("uq_sent_asks_group_id_id")),
        info={"group_owned": True},
    )
    op.create_index(op.f("ix_sent_asks_ask_id"), "sent_asks", ["ask_id"])
    op.create_index(op.f("ix_sent_asks_group_id"), "sent_asks", ["group_id"])
    op.create_table(
        "ask_answers",
        sa.Column("sent_id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("draft", sa.Text(), nullable=True),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_by", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_ask_answers_group_id")),
        sa.ForeignKeyConstraint(
            ["group_id", "sent_id"], ["sent_asks.group_id", "sent_asks.id"], name=op.f("fk_ask_answers_group_id_sent_id")
        ),
        sa.ForeignKeyConstraint(["question_id"], ["ask_questions.id"], name=op.f("fk_ask_answers_question_id")),
        sa.ForeignKeyConstraint(["saved_by"], ["people.id"], name=op.f("fk_ask_answers_saved_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ask_answers")),
        sa.UniqueConstraint("group_id", "id", name=op.f("uq_ask_answers_group_id_id")),
        sa.UniqueConstraint("sent_id", "question_id", name=op.f("uq_ask_answers_sent_id_question_id")),
        info={"group_owned": True},
    )
    op.create_index(op.f("ix_ask_answers_group_id"), "ask_answers", ["group_id"])
    op.create_index(op.f("ix_ask_answers_question_id"), "ask_answers", ["question_id"])
    dialect = op.get_bind().dialect.name
    for table in OWNED:
        for statement in wall.ddl(dialect, table):
            op.execute(statement)
