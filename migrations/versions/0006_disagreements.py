"""“We disagree”, and the host's answers to it."""

import sqlalchemy as sa
from alembic import op

from portal.core import wall

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "disagreements",
        sa.Column("about", sa.String(length=120), nullable=False),
        sa.Column("item_table", sa.String(length=40), nullable=True),
        sa.Column("item_id", sa.Integer(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("among", sa.String(20), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("raised_by", sa.Integer(), nullable=False),
        sa.Column("someone_new_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trustees_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outside_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("friend", sa.String(length=120), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.Integer(), nullable=True),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_disagreements_group_id")),
        sa.ForeignKeyConstraint(["raised_by"], ["people.id"], name=op.f("fk_disagreements_raised_by")),
        sa.ForeignKeyConstraint(["settled_by"], ["people.id"], name=op.f("fk_disagreements_settled_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disagreements")),
        sa.UniqueConstraint("group_id", "id", name=op.f("uq_disagreements_group_id_id")),
        info={"group_owned": True},
    )
    op.create_index(op.f("ix_disagreements_group_id"), "disagreements", ["group_id"])
    op.create_index("ix_disagreements_item", "disagreements", ["group_id", "item_table", "item_id"])
    op.create_table(
        "disagreement_answers",
        sa.Column("disagreement_id", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("step BETWEEN 1 AND 3", name=op.f("ck_disagreement_answers_step")),
        sa.ForeignKeyConstraint(
            ["group_id", "disagreement_id"],
            ["disagreements.group_id", "disagreements.id"],
            name=op.f("fk_disagreement_answers_group_id_disagreement_id"),
        ),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_disagreement_answers_group_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_disagreement_answers_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disagreement_answers")),
        sa.UniqueConstraint("disagreement_id", "person_id", name=op.f("uq_disagreement_answers_disagreement_id_person_id")),
        sa.UniqueConstraint("group_id", "id", name=op.f("uq_disagreement_answers_group_id_id")),
        info={"group_owned": True},
    )
    op.create_index(op.f("ix_disagreement_answers_group_id"), "disagreement_answers", ["group_id"])
    dialect = op.get_bind().dialect.name
    for table in ("disagreements", "disagreement_answers"):
        for statement in wall.ddl(dialect, table):
            op.execute(statement)
