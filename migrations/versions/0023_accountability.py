"""A hold that was a mistake says so; indexes for what is counted over all groups."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"

# By name: the table, its columns, and of which rows, where it isn't of all.
INDEXES: dict[str, tuple[str, list[str], str | None]] = {
    "ix_entries_action": ("entries", ["action", "at", "outcome"], None),
    "ix_entries_told": ("entries", ["at"], "outcome = 'allow_tell'"),
    "ix_reply_promises_due": ("reply_promises", ["due_on"], None),
    "ix_reply_promises_kept": ("reply_promises", ["kept_at"], "kept_at IS NOT NULL"),
    "ix_reply_promises_replaced": ("reply_promises", ["replaced_at"], "replaced_at IS NOT NULL"),
    "ix_receipts_paid": ("receipts", ["paid_on"], "paid_on IS NOT NULL"),
    "ix_holds_placed": ("holds", ["placed_at"], None),
    "ix_break_glass_started": ("break_glass", ["started_at"], None),
    "ix_journal_entries_kind": ("journal_entries", ["kind", "on"], None),
}


def upgrade() -> None:
    op.add_column("holds", sa.Column("mistaken_at", sa.DateTime(timezone=True), nullable=True))
    for name, (table, columns, which) in INDEXES.items():
        where = sa.text(which) if which else None
        op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)
