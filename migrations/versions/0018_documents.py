"""Documents and agreements of groups, the host's own documents, and its notices of new rules."""

import sqlalchemy as sa
from alembic import op

from portal.core import wall

revision = "0018"
down_revision = "0017"

OWNED = (
    *("documents", "document_versions", "document_files", "agreement_answers"),
    *("agreement_rules", "agreement_rule_yeses", "rule_notices"),
)


def upgrade() -> None:
    op.create_table(
        "documents",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("about", sa.String(length=40), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.Integer(), nullable=False),
        sa.Column("current", sa.Integer(), nullable=True),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("marked_by", sa.Integer(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.Integer(), nullable=True),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind = 'ours' OR current IS NULL", name=op.f("ck_documents_agreements_are_signed")),
        sa.ForeignKeyConstraint(["added_by"], ["people.id"], name=op.f("fk_documents_added_by")),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_documents_group_id")),
        sa.ForeignKeyConstraint(["marked_by"], ["people.id"], name=op.f("fk_documents_marked_by")),
        sa.ForeignKeyConstraint(["withdrawn_by"], ["people.id"], name=op.f("fk_documents_withdrawn_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_documents")),
        sa.UniqueConstraint("group_id", "id", name=op.f("uq_documents_group_id_id")),
        sa.UniqueConstraint("number", name=op.f("uq_documents_number")),
        info={"group_owned": True},
    )
    op.create_index(
        "ix_documents_bin",
        "documents",
        ["withdrawn_at"],
        sqlite_where=sa.text("withdrawn_at IS NOT NULL"),
        postgresql_where=sa.text("withdrawn_at IS NOT NULL"),
    )
    op.create_index(op.f("ix_documents_group_id"), "documents", ["group_id"])
    op.create_table(
        "document_versions",
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.Integer(), nullable=False),
        sa.Column("by_host", sa.Boolean(), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("link", sa.String(length=500), nullable=True),
        sa.Column("summary", sa.Text(), nullable=True),
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signed_by", sa.Integer(), nullable=True),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "signed_at IS NULL OR accepted_at IS NOT NULL", name=op.f("ck_document_versions_signed_is_accepted")
        ),
        sa.ForeignKeyConstraint(["added_by"], ["people.id"], name=op.f("fk_document_versions_added_by")),
        sa.ForeignKeyConstraint(
            ["group_id", "document_id"],
            ["documents.group_id", "documents.id"],
            name=op.f("fk_document_versions_group_id_document_id"),
        ),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_document_versions_group_id")),
        sa.ForeignKeyConstraint(["signed_by"], ["people.id"], name=op.f("fk_document_versions_signed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_versions")),
        sa.UniqueConstraint(
            "group_id", "document_id", "number", name=op.f("uq_document_versions_group_id_document_id_number")
        ),
        sa.UniqueConstraint("group_id", "id", name=op.f("uq_document_versions_group_id_id")),
        info={"group_owned": True},
    )
    op.create_index(op.f("ix_document_versions_group_id"), "document_versions", ["group_id"])
    op.create_table(
        "document_files",
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("added_by", sa.Integer(), nullable=False),
        sa.Column("sound", sa.String(length=80), nullable=True),
        sa.Column("seconds", sa.Integer(), nullable=True),
        sa.Column("pages", sa.JSON(), nullable=False),
        sa.Column("thumb", sa.String(length=80), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed_why", sa.String(length=200), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shown_name", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("original", sa.String(length=80), nullable=True),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["added_by"], ["people.id"], name=op.f("fk_document_files_added_by")),
        sa.ForeignKeyConstraint(
            ["group_id", "document_id"],
            ["documents.group_id", "documents.id"],
            name=op.f("fk_document_files_group_id_document_id"),
        ),
        sa.ForeignKeyConstraint(
            ["group_id", "version_id"],
            ["document_versions.group_id", "document_versions.id"],
            name=op.f("fk_document_files_group_id_version_id"),
        ),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_document_files_group_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_files")),
        sa.UniqueConstraint("group_id", "id", name=op.f("uq_document_files_group_id_id")),
        info={"group_owned": True},
    )
    op.create_index("ix_document_files_document", "document_files", ["group_id", "document_id"])
    op.create_index(op.f("ix_document_files_group_id"), "document_files", ["group_id"])
    op.create_index("ix_document_files_original", "document_files", ["original"])
    op.create_table(
        "agreement_answers",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("agrees", sa.Boolean(), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("says_to", sa.String(length=64), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id", "version_id"],
            ["document_versions.group_id", "document_versions.id"],
            name=op.f("fk_agreement_answers_group_id_version_id"),
        ),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_agreement_answers_group_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_agreement_answers_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_answers")),
        sa.UniqueConstraint("group_id", "id", name=op.f("uq_agreement_answers_group_id_id")),
        info={"group_owned": True},
    )
    op.create_index(op.f("ix_agreement_answers_group_id"), "agreement_answers", ["group_id"])
    op.create_index(
        "uq_agreement_answers_live",
        "agreement_answers",
        ["group_id", "version_id", "person_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "agreement_rules",
        sa.Column("needs", sa.String(length=20), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_agreement_rules_group_id")),
        sa.ForeignKeyConstraint(["made_by"], ["people.id"], name=op.f("fk_agreement_rules_made_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_rules")),
        sa.UniqueConstraint("group_id", "id", name=op.f("uq_agreement_rules_group_id_id")),
        info={"group_owned": True},
    )
    op.create_index(op.f("ix_agreement_rules_group_id"), "agreement_rules", ["group_id"])
    op.create_table(
        "agreement_rule_yeses",
        sa.Column("rule_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id", "rule_id"],
            ["agreement_rules.group_id", "agreement_rules.id"],
            name=op.f("fk_agreement_rule_yeses_group_id_rule_id"),
        ),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_agreement_rule_yeses_group_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_agreement_rule_yeses_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_rule_yeses")),
        sa.UniqueConstraint("group_id", "id", name=op.f("uq_agreement_rule_yeses_group_id_id")),
        sa.UniqueConstraint(
            "group_id", "rule_id", "person_id", name=op.f("uq_agreement_rule_yeses_group_id_rule_id_person_id")
        ),
        info={"group_owned": True},
    )
    op.create_index(op.f("ix_agreement_rule_yeses_group_id"), "agreement_rule_yeses", ["group_id"])
    op.create_table(
        "host_documents",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("about", sa.String(length=40), nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("link", sa.String(length=500), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("renews_by", sa.Integer(), nullable=True),
        sa.Column("differs", sa.Text(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("starts_on IS NULL OR differs IS NOT NULL", name=op.f("ck_host_documents_says_what_differs")),
        sa.ForeignKeyConstraint(["added_by"], ["people.id"], name=op.f("fk_host_documents_added_by")),
        sa.ForeignKeyConstraint(["ended_by"], ["people.id"], name=op.f("fk_host_documents_ended_by")),
        sa.ForeignKeyConstraint(["renews_by"], ["people.id"], name=op.f("fk_host_documents_renews_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_host_documents")),
        sa.UniqueConstraint("number", "version", name=op.f("uq_host_documents_number_version")),
    )
    op.create_table(
        "host_files",
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("added_by", sa.Integer(), nullable=False),
        sa.Column("sound", sa.String(length=80), nullable=True),
        sa.Column("seconds", sa.Integer(), nullable=True),
        sa.Column("pages", sa.JSON(), nullable=False),
        sa.Column("thumb", sa.String(length=80), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed_why", sa.String(length=200), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shown_name", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("original", sa.String(length=80), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["added_by"], ["people.id"], name=op.f("fk_host_files_added_by")),
        sa.ForeignKeyConstraint(["document_id"], ["host_documents.id"], name=op.f("fk_host_files_document_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_host_files")),
    )
    op.create_index("ix_host_files_document", "host_files", ["document_id"])
    op.create_index("ix_host_files_original", "host_files", ["original"])
    op.create_table(
        "rule_notices",
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.String(length=20), nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["answered_by"], ["people.id"], name=op.f("fk_rule_notices_answered_by")),
        sa.ForeignKeyConstraint(["document_id"], ["host_documents.id"], name=op.f("fk_rule_notices_document_id")),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_rule_notices_group_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_notices")),
        sa.UniqueConstraint("group_id", "document_id", name=op.f("uq_rule_notices_group_id_document_id")),
        sa.UniqueConstraint("group_id", "id", name=op.f("uq_rule_notices_group_id_id")),
        info={"group_owned": True},
    )
    op.create_index(op.f("ix_rule_notices_group_id"), "rule_notices", ["group_id"])
    dialect = op.get_bind().dialect.name
    for table in OWNED:
        for statement in wall.ddl(dialect, table):
            op.execute(statement)
