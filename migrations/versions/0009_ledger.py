"""The ledger: what binds a fund, entries and postings that are never changed, running balances, what is promised."""

import sqlalchemy as sa
from alembic import op

from portal.core import wall

revision = "0009"
down_revision = "0008"

NEW_IN_FUNDS = (
    sa.Column("restriction", sa.String(20), nullable=True),
    sa.Column("funder", sa.String(length=120), nullable=True),
    sa.Column("purpose", sa.Text(), nullable=True),
    sa.Column("basis", sa.String(20), nullable=True),
    sa.Column("fee_basis_points", sa.Integer(), nullable=False, server_default="0"),
    sa.Column("from_on", sa.Date(), nullable=True),
    sa.Column("until_on", sa.Date(), nullable=True),
    sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("opened_by", sa.Integer(), nullable=True),
)


def upgrade() -> None:
    connection = op.get_bind()
    dialect = connection.dialect.name
    with op.batch_alter_table("funds") as funds:
        for column in NEW_IN_FUNDS:
            funds.add_column(column)
        funds.create_foreign_key(op.f("fk_funds_opened_by"), "people", ["opened_by"], ["id"])
        funds.create_check_constraint(op.f("ck_funds_fee"), "fee_basis_points BETWEEN 0 AND 10000")
    with op.batch_alter_table("funds") as funds:
        funds.alter_column("fee_basis_points", server_default=None)
    if dialect == "sqlite":  # a table that is rebuilt loses its triggers
        _wall(dialect, "funds")
    op.create_table(
        "journal_entries",
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("words", sa.String(length=200), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.Column("reverses_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_journal_entries_group_id")),
        sa.ForeignKeyConstraint(["made_by"], ["people.id"], name=op.f("fk_journal_entries_made_by")),
        sa.ForeignKeyConstraint(["reverses_id"], ["journal_entries.id"], name=op.f("fk_journal_entries_reverses_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_entries")),
        sa.UniqueConstraint("group_id", "id", name=op.f("uq_journal_entries_group_id_id")),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_journal_entries_reverses_id")),
        info={"group_owned": True},
    )
    op.create_index(op.f("ix_journal_entries_group_id"), "journal_entries", ["group_id"])
    op.create_table(
        "postings",
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(20), nullable=False),
        sa.Column("code", sa.String(length=4), nullable=True),
        sa.Column("fund_id", sa.Integer(), nullable=True),
        sa.Column("host_fund", sa.String(20), nullable=True),
        sa.Column("pence", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("(fund_id IS NULL) <> (host_fund IS NULL)", name=op.f("ck_postings_one_fund")),
        sa.CheckConstraint("pence <> 0", name=op.f("ck_postings_something")),
        sa.ForeignKeyConstraint(["entry_id"], ["journal_entries.id"], name=op.f("fk_postings_entry_id")),
        sa.ForeignKeyConstraint(
            ["group_id", "fund_id"], ["funds.group_id", "funds.id"], name=op.f("fk_postings_group_id_fund_id")
        ),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_postings_group_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_postings")),
        sa.UniqueConstraint("group_id", "id", name=op.f("uq_postings_group_id_id")),
        info={"group_owned": True},
    )
    for column in ("group_id", "entry_id", "fund_id"):
        op.create_index(op.f(f"ix_postings_{column}"), "postings", [column])
    op.create_table(
        "balances",
        sa.Column("fund_id", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(20), nullable=False),
        sa.Column("pence", sa.BigInteger(), nullable=False),
        *_own("balances"),
        sa.UniqueConstraint("fund_id", "account", name=op.f("uq_balances_fund_id_account")),
        info={"group_owned": True},
    )
    op.create_table(
        "commitments",
        sa.Column("fund_id", sa.Integer(), nullable=False),
        sa.Column("item_table", sa.String(length=40), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("pence", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("pence > 0", name=op.f("ck_commitments_something")),
        *_own("commitments"),
        info={"group_owned": True},
    )
    live = sa.text("ended_at IS NULL")
    op.create_index(
        *("uq_commitments_live", "commitments", ["group_id", "item_table", "item_id"]),
        unique=True,
        sqlite_where=live,
        postgresql_where=live,
    )
    for table in ("balances", "commitments"):
        op.create_index(op.f(f"ix_{table}_group_id"), table, ["group_id"])
        _wall(dialect, table)
    op.create_table(
        "host_balances",
        sa.Column("host_fund", sa.String(20), nullable=False),
        sa.Column("account", sa.String(20), nullable=False),
        sa.Column("pence", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_host_balances")),
        sa.UniqueConstraint("host_fund", "account", name=op.f("uq_host_balances_host_fund_account")),
    )
    for table in ("journal_entries", "postings"):
        _wall(dialect, table, append_only=True)


def _wall(dialect: str, table: str, *, append_only: bool = False) -> None:
    for statement in wall.ddl(dialect, table, append_only=append_only):
        op.execute(statement)


def _own(table: str) -> list:
    return [
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f(f"fk_{table}_group_id")),
        sa.ForeignKeyConstraint(
            ["group_id", "fund_id"], ["funds.group_id", "funds.id"], name=op.f(f"fk_{table}_group_id_fund_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("group_id", "id", name=op.f(f"uq_{table}_group_id_id")),
    ]
