"""The wall's triggers say whose rows they kept, so the try shows in that group's log. Each undo knows what it undid."""

import sqlalchemy as sa
from alembic import op

from portal.core import wall

revision = "0005"
down_revision = "0004"

# Until now an undo stood for whatever staff had changed in that row before it.
UNDONE = """
    INSERT INTO undos (group_id, entry_id, at)
    SELECT told.group_id, told.id, min(undid.at) FROM entries told
    JOIN entries undid ON undid.group_id = told.group_id AND undid.subject_table = told.subject_table
        AND undid.subject_id = told.subject_id AND undid.seq > told.seq
    WHERE told.outcome = 'allow_tell' AND undid.action = 'autonomy.undo' AND undid.outcome = 'allow'
    GROUP BY told.group_id, told.id"""

TRIGGERS = """
    SELECT name, tbl_name, sql LIKE '%never changed%' FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'wall_%'"""


def upgrade() -> None:
    op.create_table(
        "undos",
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id", "entry_id"], ["entries.group_id", "entries.id"], name=op.f("fk_undos_group_id_entry_id")
        ),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_undos_group_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_undos")),
        sa.UniqueConstraint("group_id", "entry_id", name=op.f("uq_undos_group_id_entry_id")),
        sa.UniqueConstraint("group_id", "id", name=op.f("uq_undos_group_id_id")),
        info={"group_owned": True},
    )
    op.create_index(op.f("ix_undos_group_id"), "undos", ["group_id"])
    op.execute(UNDONE)
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        _build_anew(connection)
    for statement in wall.ddl(connection.dialect.name, "undos"):
        op.execute(statement)


def _build_anew(connection) -> None:
    found = (
        "SELECT name, tbl_name, sql LIKE '%never changed%' FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'wall_%'"
    )
    append_only: dict[str, bool] = {}
    for trigger, table, never_changed in connection.exec_driver_sql(found).all():
        append_only[table] = append_only.get(table, False) or bool(never_changed)
        op.execute(f"DROP TRIGGER {trigger}")
    for table, kept in append_only.items():
        for statement in wall.ddl("sqlite", table, append_only=kept):
            op.execute(statement)
