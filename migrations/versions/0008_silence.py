"""Tries to reach a group, the people it named for that, and what they or trustees ask."""

import sqlalchemy as sa
from alembic import op

from portal.core import wall

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "contact_tries",
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("how", sa.String(length=200), nullable=False),
        *_own("contact_tries", person_id="people.id"),
        info={"group_owned": True},
    )
    op.create_table(
        "named_people",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("named_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("named_by", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        *_own("named_people", person_id="people.id", named_by="people.id"),
        info={"group_owned": True},
    )
    op.create_index(op.f("ix_named_people_person_id"), "named_people", ["person_id"])
    op.create_table(
        "wishes",
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("agreed", sa.Boolean(), nullable=True),
        sa.CheckConstraint("decided_by IS NULL OR decided_by <> asked_by", name=op.f("ck_wishes_second_person")),
        *_own("wishes", asked_by="people.id", decided_by="people.id"),
        info={"group_owned": True},
    )
    dialect = op.get_bind().dialect.name
    for table in ("contact_tries", "named_people", "wishes"):
        op.create_index(op.f(f"ix_{table}_group_id"), table, ["group_id"])
        for statement in wall.ddl(dialect, table):
            op.execute(statement)


def _own(table: str, **pointing: str) -> list:
    """What every group-owned table has, and where its columns point."""
    return [
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f(f"fk_{table}_group_id")),
        *(sa.ForeignKeyConstraint([column], [to], name=op.f(f"fk_{table}_{column}")) for column, to in pointing.items()),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("group_id", "id", name=op.f(f"uq_{table}_group_id_id")),
    ]
