"""Cover: who at the host is away, what groups agreed ahead; the plain replies that answers can start from."""

import sqlalchemy as sa
from alembic import op

from portal.core import wall

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.create_table(
        "aways",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("cover_id", sa.Integer(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["cover_id"], ["people.id"], name=op.f("fk_aways_cover_id")),
        sa.ForeignKeyConstraint(["ended_by"], ["people.id"], name=op.f("fk_aways_ended_by")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_aways_person_id")),
        sa.ForeignKeyConstraint(["set_by"], ["people.id"], name=op.f("fk_aways_set_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_aways")),
    )
    op.create_index("ix_aways_cover", "aways", ["cover_id"])
    op.create_index("ix_aways_person", "aways", ["person_id"])
    op.create_table(
        "cover_choices",
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("chosen_by", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["chosen_by"], ["people.id"], name=op.f("fk_cover_choices_chosen_by")),
        sa.ForeignKeyConstraint(["ended_by"], ["people.id"], name=op.f("fk_cover_choices_ended_by")),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_cover_choices_group_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cover_choices")),
        sa.UniqueConstraint("group_id", "id", name=op.f("uq_cover_choices_group_id_id")),
        info={"group_owned": True},
    )
    op.create_index(op.f("ix_cover_choices_group_id"), "cover_choices", ["group_id"])
    op.create_table(
        "reply_starts",
        sa.Column("title", sa.String(length=40), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reply_starts")),
    )
    for statement in wall.ddl(op.get_bind().dialect.name, "cover_choices"):
        op.execute(statement)
