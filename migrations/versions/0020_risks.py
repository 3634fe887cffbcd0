"""Risk the host carries: lines of the register, each look, and groups' worries."""

import sqlalchemy as sa
from alembic import op

from portal.core import wall

revision = "0020"
down_revision = "0019"

OWNED = {"risks": False, "risk_looks": True, "worries": False}  # whether their rows are never changed
IS_OPEN = sa.text("closed_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "risks",
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("does", sa.Text(), nullable=False),
        sa.Column("holder_id", sa.Integer(), nullable=False),
        sa.Column("look_again_on", sa.Date(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.Integer(), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("looked_by", sa.Integer(), nullable=False),
        sa.Column("serious_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("serious_by", sa.Integer(), nullable=True),
        sa.Column("serious_why", sa.Text(), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_by", sa.Integer(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Integer(), nullable=True),
        sa.Column("came_of", sa.Text(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        *(
            sa.ForeignKeyConstraint([column], ["people.id"], name=op.f(f"fk_risks_{column}"))
            for column in ("added_by", "closed_by", "holder_id", "looked_by", "seen_by", "serious_by")
        ),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_risks_group_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_risks")),
        sa.UniqueConstraint("group_id", "id", name=op.f("uq_risks_group_id_id")),
        sa.UniqueConstraint("number", name=op.f("uq_risks_number")),
        info={"group_owned": True},
    )
    op.create_index(op.f("ix_risks_group_id"), "risks", ["group_id"])
    op.create_index("ix_risks_again", "risks", ["look_again_on", "number"], sqlite_where=IS_OPEN, postgresql_where=IS_OPEN)
    op.create_table(
        "risk_looks",
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.Column("risk_id", sa.Integer(), nullable=False),
        sa.Column("did", sa.String(length=20), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("looked_by", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("does", sa.Text(), nullable=True),
        sa.Column("holder_id", sa.Integer(), nullable=True),
        sa.Column("look_again_on", sa.Date(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id", "risk_id"], ["risks.group_id", "risks.id"], name=op.f("fk_risk_looks_group_id_risk_id")
        ),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_risk_looks_group_id")),
        sa.ForeignKeyConstraint(["holder_id"], ["people.id"], name=op.f("fk_risk_looks_holder_id")),
        sa.ForeignKeyConstraint(["looked_by"], ["people.id"], name=op.f("fk_risk_looks_looked_by")),
        sa.ForeignKeyConstraint(["risk_id"], ["risks.id"], name=op.f("fk_risk_looks_risk_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_risk_looks")),
        sa.UniqueConstraint("group_id", "id", name=op.f("uq_risk_looks_group_id_id")),
        info={"group_owned": True},
    )
    for column in ("group_id", "risk_id"):
        op.create_index(op.f(f"ix_risk_looks_{column}"), "risk_looks", [column])
    op.create_table(
        "worries",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("to_trustees", sa.Boolean(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_by", sa.Integer(), nullable=True),
        sa.Column("seen_words", sa.Text(), nullable=True),
        sa.Column("risk_id", sa.Integer(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.Integer(), nullable=True),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("withdrawn_at IS NULL OR words IS NULL", name=op.f("ck_worries_withdrawn_is_blank")),
        *(
            sa.ForeignKeyConstraint([column], ["people.id"], name=op.f(f"fk_worries_{column}"))
            for column in ("added_by", "answered_by", "seen_by", "withdrawn_by")
        ),
        sa.ForeignKeyConstraint(
            ["group_id", "risk_id"], ["risks.group_id", "risks.id"], name=op.f("fk_worries_group_id_risk_id")
        ),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_worries_group_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_worries")),
        sa.UniqueConstraint("group_id", "id", name=op.f("uq_worries_group_id_id")),
        sa.UniqueConstraint("number", name=op.f("uq_worries_number")),
        info={"group_owned": True},
    )
    op.create_index(op.f("ix_worries_group_id"), "worries", ["group_id"])
    dialect = op.get_bind().dialect.name
    for table, append_only in OWNED.items():
        for statement in wall.ddl(dialect, table, append_only=append_only):
            op.execute(statement)
