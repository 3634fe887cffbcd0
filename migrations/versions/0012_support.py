"""Support: requests, their messages, promises and readers; what is not sent yet."""

import sqlalchemy as sa
from alembic import op

from portal.core import wall

revision = "0012"
down_revision = "0011"

OWNED = "named_coordinators requests looks messages readers reply_promises request_words".split()
INDEXES = (  # name, table, columns, over which rows
    ("ix_holds_live", "holds", "review_on", "released_at IS NULL"),
    ("ix_requests_asker", "requests", "added_by id", None),
    ("ix_requests_closed", "requests", "id", "closed_at IS NOT NULL"),
    ("ix_requests_due", "requests", "due_on id", "closed_at IS NULL"),
    ("ix_requests_held", "requests", "by_host released_at due_on id", "closed_at IS NULL"),
    ("ix_requests_holder", "requests", "holder_id due_on id", "closed_at IS NULL"),
    ("ix_requests_new", "requests", "by_host taken_at due_on id", "closed_at IS NULL"),
    ("ix_requests_put_off", "requests", "snoozed_until", "closed_at IS NULL AND snoozed_until IS NOT NULL"),
    ("ix_requests_receipt", "requests", "group_id receipt_id", "closed_at IS NULL AND receipt_id IS NOT NULL"),
)


def upgrade() -> None:
    op.create_table(
        "named_coordinators",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("named_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("named_by", sa.Integer(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_named_coordinators_group_id")),
        sa.ForeignKeyConstraint(["named_by"], ["people.id"], name=op.f("fk_named_coordinators_named_by")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_named_coordinators_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_named_coordinators")),
        sa.UniqueConstraint("group_id", "id", name=op.f("uq_named_coordinators_group_id_id")),
        info={"group_owned": True},
    )
    op.create_index(op.f("ix_named_coordinators_group_id"), "named_coordinators", ["group_id"])
    op.create_table(
        "request_drafts",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("for_group", sa.Integer(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["for_group"], ["groups.id"], name=op.f("fk_request_drafts_for_group")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_request_drafts_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_drafts")),
        sa.UniqueConstraint("person_id", "for_group", name=op.f("uq_request_drafts_person_id_for_group")),
    )
    op.create_table(
        "requests",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.Integer(), nullable=False),
        sa.Column("by_host", sa.Boolean(), nullable=False),
        sa.Column("wanted", sa.String(length=10), nullable=False),
        sa.Column("reply_by", sa.String(length=20), nullable=False),
        sa.Column("phone", sa.String(length=30), nullable=True),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("gist", sa.String(length=91), nullable=False),
        sa.Column("receipt_id", sa.Integer(), nullable=True),
        sa.Column("fund_id", sa.Integer(), nullable=True),
        sa.Column("holder_id", sa.Integer(), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("group_to_answer_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("with_whom", sa.String(length=80), nullable=True),
        sa.Column("snoozed_until", sa.Date(), nullable=True),
        sa.Column("snooze_why", sa.String(length=300), nullable=True),
        sa.Column("later_until", sa.Date(), nullable=True),
        sa.Column("later_why", sa.String(length=300), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("must_know", sa.String(length=20), nullable=True),
        sa.Column("closing_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closing_by", sa.Integer(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Integer(), nullable=True),
        sa.Column("came_of", sa.String(length=20), nullable=True),
        sa.Column("learned", sa.Text(), nullable=True),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["added_by"], ["people.id"], name=op.f("fk_requests_added_by")),
        sa.ForeignKeyConstraint(["closed_by"], ["people.id"], name=op.f("fk_requests_closed_by")),
        sa.ForeignKeyConstraint(["closing_by"], ["people.id"], name=op.f("fk_requests_closing_by")),
        sa.ForeignKeyConstraint(
            ["group_id", "fund_id"], ["funds.group_id", "funds.id"], name=op.f("fk_requests_group_id_fund_id")
        ),
        sa.ForeignKeyConstraint(
            ["group_id", "receipt_id"], ["receipts.group_id", "receipts.id"], name=op.f("fk_requests_group_id_receipt_id")
        ),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_requests_group_id")),
        sa.ForeignKeyConstraint(["holder_id"], ["people.id"], name=op.f("fk_requests_holder_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requests")),
        sa.UniqueConstraint("group_id", "id", name=op.f("uq_requests_group_id_id")),
        sa.UniqueConstraint("number", name=op.f("uq_requests_number")),
        info={"group_owned": True},
    )
    op.create_index(op.f("ix_requests_group_id"), "requests", ["group_id"])
    op.create_table(
        "looks",
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id", "request_id"], ["requests.group_id", "requests.id"], name=op.f("fk_looks_group_id_request_id")
        ),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_looks_group_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_looks_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_looks")),
        sa.UniqueConstraint("group_id", "id", name=op.f("uq_looks_group_id_id")),
        sa.UniqueConstraint("request_id", "person_id", name=op.f("uq_looks_request_id_person_id")),
        info={"group_owned": True},
    )
    op.create_index(op.f("ix_looks_group_id"), "looks", ["group_id"])
    op.create_table(
        "messages",
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.Integer(), nullable=False),
        sa.Column("by_host", sa.Boolean(), nullable=False),
        sa.Column("by_mail", sa.Boolean(), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["added_by"], ["people.id"], name=op.f("fk_messages_added_by")),
        sa.ForeignKeyConstraint(
            ["group_id", "request_id"], ["requests.group_id", "requests.id"], name=op.f("fk_messages_group_id_request_id")
        ),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_messages_group_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint("group_id", "id", name=op.f("uq_messages_group_id_id")),
        info={"group_owned": True},
    )
    op.create_index(op.f("ix_messages_group_id"), "messages", ["group_id"])
    op.create_index("ix_messages_request", "messages", ["group_id", "request_id", "id"])
    op.create_table(
        "readers",
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("let_in_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("let_in_by", sa.Integer(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["ended_by"], ["people.id"], name=op.f("fk_readers_ended_by")),
        sa.ForeignKeyConstraint(
            ["group_id", "request_id"], ["requests.group_id", "requests.id"], name=op.f("fk_readers_group_id_request_id")
        ),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_readers_group_id")),
        sa.ForeignKeyConstraint(["let_in_by"], ["people.id"], name=op.f("fk_readers_let_in_by")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_readers_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_readers")),
        sa.UniqueConstraint("group_id", "id", name=op.f("uq_readers_group_id_id")),
        info={"group_owned": True},
    )
    op.create_index(op.f("ix_readers_group_id"), "readers", ["group_id"])
    op.create_index("ix_readers_person", "readers", ["person_id", "request_id"])
    op.create_index("ix_readers_request", "readers", ["group_id", "request_id"])
    op.create_table(
        "reply_promises",
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("kept_by", sa.Integer(), nullable=True),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id", "request_id"],
            ["requests.group_id", "requests.id"],
            name=op.f("fk_reply_promises_group_id_request_id"),
        ),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_reply_promises_group_id")),
        sa.ForeignKeyConstraint(["kept_by"], ["people.id"], name=op.f("fk_reply_promises_kept_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reply_promises")),
        sa.UniqueConstraint("group_id", "id", name=op.f("uq_reply_promises_group_id_id")),
        info={"group_owned": True},
    )
    op.create_index(op.f("ix_reply_promises_group_id"), "reply_promises", ["group_id"])
    op.create_index("ix_reply_promises_request", "reply_promises", ["group_id", "request_id"])
    op.create_table(
        "request_words",
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("word", sa.String(length=40), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id", "request_id"],
            ["requests.group_id", "requests.id"],
            name=op.f("fk_request_words_group_id_request_id"),
        ),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_request_words_group_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_words")),
        sa.UniqueConstraint("group_id", "id", name=op.f("uq_request_words_group_id_id")),
        sa.UniqueConstraint("word", "request_id", name=op.f("uq_request_words_word_request_id")),
        info={"group_owned": True},
    )
    op.create_index(op.f("ix_request_words_group_id"), "request_words", ["group_id"])
    for name, table, columns, rows in INDEXES:
        where = sa.text(rows) if rows else None
        op.create_index(name, table, columns.split(), sqlite_where=where, postgresql_where=where)
    dialect = op.get_bind().dialect.name
    for table in OWNED:
        for statement in wall.ddl(dialect, table):
            op.execute(statement)
