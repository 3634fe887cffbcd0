"""Costs: budget lines, payees, a rule for yes, payment runs, bank lines; fee rates in versions; years that are closed."""

import sqlalchemy as sa
from alembic import op

from portal.core import wall

revision = "0011"
down_revision = "0010"

OWNED = (
    "budget_lines fee_rates line_balances month_balances payees payee_details payee_links spending_rules approvals "
    "conflicts payments fund_reports"
).split()
REBUILT = {"funds": False, "postings": True, "commitments": False, "receipts": False}  # and whether only ever added to

# The fee each fund had becomes the first version of its rate.
FIRST_RATES = """
    INSERT INTO fee_rates (group_id, fund_id, version, basis_points, starts_on, made_at, made_by)
    SELECT group_id, id, 1, fee_basis_points, coalesce(from_on, DATE(opened_at)), opened_at, opened_by
    FROM funds WHERE opened_at IS NOT NULL"""

# What was spent before months were kept.
FIRST_MONTHS = """
    INSERT INTO month_balances (group_id, fund_id, month, pence)
    SELECT p.group_id, p.fund_id, {month}, sum(p.pence) FROM postings p JOIN journal_entries e ON e.id = p.entry_id
    WHERE p.account = 'cost' AND p.fund_id IS NOT NULL GROUP BY p.group_id, p.fund_id, {month}"""
MONTH = {"sqlite": """DATE(e."on", 'start of month')""", "postgresql": """CAST(date_trunc('month', e."on") AS date)"""}

CLOSED = {
    "sqlite": (
        """CREATE TRIGGER closed_years_stay_closed BEFORE INSERT ON journal_entries
        WHEN NEW."on" <= (SELECT max(ends_on) FROM closed_years)
        BEGIN SELECT RAISE(ABORT, 'that year is closed'); END""",
    ),
    "postgresql": (
        """CREATE OR REPLACE FUNCTION portal_closed_years() RETURNS trigger LANGUAGE plpgsql AS $closed$
        BEGIN
            IF NEW."on" <= (SELECT max(ends_on) FROM closed_years) THEN
                RAISE EXCEPTION 'that year is closed';
            END IF;
            RETURN NEW;
        END $closed$""",
        """CREATE TRIGGER closed_years_stay_closed BEFORE INSERT ON journal_entries
        FOR EACH ROW EXECUTE FUNCTION portal_closed_years()""",
    ),
}


def upgrade() -> None:
    dialect = op.get_bind().dialect.name
    _tables()
    _fees(dialect)
    _columns(dialect)
    op.drop_index(op.f("ix_postings_fund_id"), "postings")
    op.create_index("ix_postings_fund", "postings", ["group_id", "fund_id", "entry_id"])
    op.execute(FIRST_MONTHS.format(month=MONTH[dialect]))
    for statement in CLOSED[dialect]:
        op.execute(statement)
    for table in OWNED:
        _wall(dialect, table)


def _wall(dialect: str, table: str, *, append_only: bool = False) -> None:
    for statement in wall.ddl(dialect, table, append_only=append_only):
        op.execute(statement)


def _fees(dialect: str) -> None:
    op.execute(FIRST_RATES)
    with op.batch_alter_table("funds") as funds:
        funds.add_column(sa.Column("agreed", sa.String(length=200), nullable=True))
        funds.drop_constraint(op.f("ck_funds_fee"), type_="check")
        funds.drop_column("fee_basis_points")


def _columns(dialect: str) -> None:
    for table in ("postings", "commitments"):
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column("line_id", sa.Integer(), nullable=True))
            batch.create_foreign_key(
                op.f(f"fk_{table}_group_id_line_id"), "budget_lines", ["group_id", "line_id"], ["group_id", "id"]
            )
    of_the_hosts = sa.text("host_fund IS NOT NULL")
    op.create_index(
        *("ix_postings_host", "postings", ["entry_id", "host_fund"]),
        sqlite_where=of_the_hosts,
        postgresql_where=of_the_hosts,
    )
    with op.batch_alter_table("receipts") as receipts:
        for name, kind in (
            ("kind", sa.String(20)),
            *((name, sa.Integer()) for name in ("payee_id", "line_id", "asked_by", "agreed_by")),
            *((name, sa.DateTime(timezone=True)) for name in ("asked_at", "agreed_at", "in_run_at")),
            ("agreed_mark", sa.String(length=64)),
            ("waits_until", sa.Date()),
        ):
            receipts.add_column(sa.Column(name, kind, nullable=True))
        for name in ("asked_by", "agreed_by"):
            receipts.create_foreign_key(op.f(f"fk_receipts_{name}"), "people", [name], ["id"])
        for name, table in (("payee_id", "payees"), ("line_id", "budget_lines")):
            receipts.create_foreign_key(op.f(f"fk_receipts_group_id_{name}"), table, ["group_id", name], ["group_id", "id"])
        receipts.create_check_constraint(
            op.f("ck_receipts_in_a_run_is_not_taken_back"), "in_run_at IS NULL OR withdrawn_at IS NULL"
        )
    if dialect == "sqlite":  # a table that is rebuilt loses its triggers
        for table, append_only in REBUILT.items():
            _wall(dialect, table, append_only=append_only)


def _tables() -> None:
    op.create_table(
        "budget_lines",
        sa.Column("fund_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("planned_pence", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.Column("dropped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("planned_pence >= 0", name=op.f("ck_budget_lines_planned")),
        sa.ForeignKeyConstraint(
            ["group_id", "fund_id"], ["funds.group_id", "funds.id"], name=op.f("fk_budget_lines_group_id_fund_id")
        ),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_budget_lines_group_id")),
        sa.ForeignKeyConstraint(["made_by"], ["people.id"], name=op.f("fk_budget_lines_made_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_budget_lines")),
        sa.UniqueConstraint("group_id", "id", name=op.f("uq_budget_lines_group_id_id")),
    )
    op.create_index(op.f("ix_budget_lines_fund_id"), "budget_lines", ["fund_id"])
    op.create_index(op.f("ix_budget_lines_group_id"), "budget_lines", ["group_id"])
    op.create_table(
        "bank_accounts",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_accounts")),
    )
    op.create_table(
        "books_checks",
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("faults", sa.Integer(), nullable=False),
        sa.Column("first", sa.Text(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_books_checks")),
    )
    op.create_table(
        "bank_imports",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("shown_name", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("fresh", sa.Integer(), nullable=False),
        sa.Column("closing_pence", sa.BigInteger(), nullable=True),
        sa.Column("closing_on", sa.Date(), nullable=True),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("imported_by", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["bank_accounts.id"], name=op.f("fk_bank_imports_account_id")),
        sa.ForeignKeyConstraint(["imported_by"], ["people.id"], name=op.f("fk_bank_imports_imported_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_imports")),
    )
    op.create_index(op.f("ix_bank_imports_account_id"), "bank_imports", ["account_id"])
    op.create_table(
        "closed_years",
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_by", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["closed_by"], ["people.id"], name=op.f("fk_closed_years_closed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closed_years")),
        sa.UniqueConstraint("ends_on", name=op.f("uq_closed_years_ends_on")),
    )
    op.create_table(
        "payees",
        sa.Column("name", sa.String(length=70), nullable=False),
        sa.Column("business", sa.Boolean(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_payees_group_id")),
        sa.ForeignKeyConstraint(["made_by"], ["people.id"], name=op.f("fk_payees_made_by")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_payees_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payees")),
        sa.UniqueConstraint("group_id", "id", name=op.f("uq_payees_group_id_id")),
    )
    op.create_index(op.f("ix_payees_group_id"), "payees", ["group_id"])
    op.create_table(
        "payment_runs",
        sa.Column("pay_on", sa.Date(), nullable=False),
        sa.Column("prepared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("prepared_by", sa.Integer(), nullable=False),
        sa.Column("handed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_by", sa.Integer(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("message_id", sa.String(length=35), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("released_by IS NULL OR released_by <> prepared_by", name=op.f("ck_payment_runs_two_people")),
        sa.ForeignKeyConstraint(["prepared_by"], ["people.id"], name=op.f("fk_payment_runs_prepared_by")),
        sa.ForeignKeyConstraint(["released_by"], ["people.id"], name=op.f("fk_payment_runs_released_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_runs")),
        sa.UniqueConstraint("message_id", name=op.f("uq_payment_runs_message_id")),
    )
    op.create_table(
        "spending_rules",
        sa.Column("needs", sa.String(20), nullable=False),
        sa.Column("over_pence", sa.BigInteger(), nullable=True),
        sa.Column("over_needs", sa.String(20), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("agreed_by", sa.Integer(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("(over_pence IS NULL) = (over_needs IS NULL)", name=op.f("ck_spending_rules_over")),
        sa.ForeignKeyConstraint(["agreed_by"], ["people.id"], name=op.f("fk_spending_rules_agreed_by")),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_spending_rules_group_id")),
        sa.ForeignKeyConstraint(["made_by"], ["people.id"], name=op.f("fk_spending_rules_made_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spending_rules")),
        sa.UniqueConstraint("group_id", "id", name=op.f("uq_spending_rules_group_id_id")),
    )
    op.create_index(op.f("ix_spending_rules_group_id"), "spending_rules", ["group_id"])
    op.create_table(
        "bank_lines",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("pence", sa.BigInteger(), nullable=False),
        sa.Column("words", sa.String(length=300), nullable=False),
        sa.Column("suspense_id", sa.Integer(), nullable=True),
        sa.Column("entry_id", sa.Integer(), nullable=True),
        sa.Column("receipt_id", sa.Integer(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("pence <> 0", name=op.f("ck_bank_lines_something")),
        sa.ForeignKeyConstraint(["account_id"], ["bank_accounts.id"], name=op.f("fk_bank_lines_account_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["journal_entries.id"], name=op.f("fk_bank_lines_entry_id")),
        sa.ForeignKeyConstraint(["import_id"], ["bank_imports.id"], name=op.f("fk_bank_lines_import_id")),
        sa.ForeignKeyConstraint(["receipt_id"], ["receipts.id"], name=op.f("fk_bank_lines_receipt_id")),
        sa.ForeignKeyConstraint(["settled_by"], ["people.id"], name=op.f("fk_bank_lines_settled_by")),
        sa.ForeignKeyConstraint(["suspense_id"], ["journal_entries.id"], name=op.f("fk_bank_lines_suspense_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_lines")),
        sa.UniqueConstraint("account_id", "mark", name=op.f("uq_bank_lines_account_id_mark")),
    )
    op.create_index(op.f("ix_bank_lines_entry_id"), "bank_lines", ["entry_id"])
    op.create_index(op.f("ix_bank_lines_import_id"), "bank_lines", ["import_id"])
    op.create_index(op.f("ix_bank_lines_settled_at"), "bank_lines", ["settled_at"])
    op.create_table(
        "fee_rates",
        sa.Column("fund_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("basis_points", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("words", sa.String(length=200), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("basis_points BETWEEN 0 AND 10000", name=op.f("ck_fee_rates_fee")),
        sa.ForeignKeyConstraint(
            ["group_id", "fund_id"], ["funds.group_id", "funds.id"], name=op.f("fk_fee_rates_group_id_fund_id")
        ),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_fee_rates_group_id")),
        sa.ForeignKeyConstraint(["made_by"], ["people.id"], name=op.f("fk_fee_rates_made_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fee_rates")),
        sa.UniqueConstraint("fund_id", "version", name=op.f("uq_fee_rates_fund_id_version")),
        sa.UniqueConstraint("group_id", "id", name=op.f("uq_fee_rates_group_id_id")),
    )
    op.create_index(op.f("ix_fee_rates_group_id"), "fee_rates", ["group_id"])
    op.create_table(
        "fund_reports",
        sa.Column("fund_id", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("agreed_by", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("until_on >= from_on", name=op.f("ck_fund_reports_period")),
        sa.ForeignKeyConstraint(["agreed_by"], ["people.id"], name=op.f("fk_fund_reports_agreed_by")),
        sa.ForeignKeyConstraint(
            ["group_id", "fund_id"], ["funds.group_id", "funds.id"], name=op.f("fk_fund_reports_group_id_fund_id")
        ),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_fund_reports_group_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fund_reports")),
        sa.UniqueConstraint(
            "group_id", "fund_id", "from_on", "until_on", name=op.f("uq_fund_reports_group_id_fund_id_from_on_until_on")
        ),
        sa.UniqueConstraint("group_id", "id", name=op.f("uq_fund_reports_group_id_id")),
    )
    op.create_index(op.f("ix_fund_reports_group_id"), "fund_reports", ["group_id"])
    op.create_table(
        "payee_details",
        sa.Column("payee_id", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("tail", sa.String(length=4), nullable=False),
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.Column("checked", sa.String(20), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.Column("holds_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("second_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("second_by", sa.Integer(), nullable=True),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stopped_by", sa.Integer(), nullable=True),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id", "payee_id"], ["payees.group_id", "payees.id"], name=op.f("fk_payee_details_group_id_payee_id")
        ),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_payee_details_group_id")),
        sa.ForeignKeyConstraint(["made_by"], ["people.id"], name=op.f("fk_payee_details_made_by")),
        sa.ForeignKeyConstraint(["second_by"], ["people.id"], name=op.f("fk_payee_details_second_by")),
        sa.ForeignKeyConstraint(["stopped_by"], ["people.id"], name=op.f("fk_payee_details_stopped_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payee_details")),
        sa.UniqueConstraint("group_id", "id", name=op.f("uq_payee_details_group_id_id")),
    )
    op.create_index(op.f("ix_payee_details_group_id"), "payee_details", ["group_id"])
    op.create_index("ix_pictures_file", "pictures", ["sha256"])
    op.create_index("ix_payee_details_payee", "payee_details", ["group_id", "payee_id"])
    op.create_table(
        "payee_links",
        sa.Column("payee_id", sa.Integer(), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id", "payee_id"], ["payees.group_id", "payees.id"], name=op.f("fk_payee_links_group_id_payee_id")
        ),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_payee_links_group_id")),
        sa.ForeignKeyConstraint(["made_by"], ["people.id"], name=op.f("fk_payee_links_made_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payee_links")),
        sa.UniqueConstraint("group_id", "id", name=op.f("uq_payee_links_group_id_id")),
    )
    op.create_index(op.f("ix_payee_links_group_id"), "payee_links", ["group_id"])
    op.create_table(
        "line_balances",
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("pence", sa.BigInteger(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id", "line_id"],
            ["budget_lines.group_id", "budget_lines.id"],
            name=op.f("fk_line_balances_group_id_line_id"),
        ),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_line_balances_group_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line_balances")),
        sa.UniqueConstraint("group_id", "id", name=op.f("uq_line_balances_group_id_id")),
        sa.UniqueConstraint("line_id", name=op.f("uq_line_balances_line_id")),
    )
    op.create_index(op.f("ix_line_balances_group_id"), "line_balances", ["group_id"])
    op.create_table(
        "month_balances",
        sa.Column("fund_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("pence", sa.BigInteger(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id", "fund_id"], ["funds.group_id", "funds.id"], name=op.f("fk_month_balances_group_id_fund_id")
        ),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_month_balances_group_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_month_balances")),
        sa.UniqueConstraint("group_id", "id", name=op.f("uq_month_balances_group_id_id")),
        sa.UniqueConstraint("fund_id", "month", name=op.f("uq_month_balances_fund_id_month")),
    )
    op.create_index(op.f("ix_month_balances_group_id"), "month_balances", ["group_id"])
    op.create_table(
        "approvals",
        sa.Column("receipt_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id", "receipt_id"], ["receipts.group_id", "receipts.id"], name=op.f("fk_approvals_group_id_receipt_id")
        ),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_approvals_group_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_approvals_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approvals")),
        sa.UniqueConstraint("group_id", "id", name=op.f("uq_approvals_group_id_id")),
    )
    op.create_index(op.f("ix_approvals_group_id"), "approvals", ["group_id"])
    op.create_index(
        "uq_approvals_live",
        "approvals",
        ["group_id", "receipt_id", "person_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "conflicts",
        sa.Column("receipt_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id", "receipt_id"], ["receipts.group_id", "receipts.id"], name=op.f("fk_conflicts_group_id_receipt_id")
        ),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_conflicts_group_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_conflicts_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conflicts")),
        sa.UniqueConstraint("group_id", "id", name=op.f("uq_conflicts_group_id_id")),
        sa.UniqueConstraint("group_id", "receipt_id", "person_id", name=op.f("uq_conflicts_group_id_receipt_id_person_id")),
    )
    op.create_index(op.f("ix_conflicts_group_id"), "conflicts", ["group_id"])
    op.create_table(
        "payments",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("receipt_id", sa.Integer(), nullable=False),
        sa.Column("details_id", sa.Integer(), nullable=False),
        sa.Column("fund_id", sa.Integer(), nullable=False),
        sa.Column("pence", sa.BigInteger(), nullable=False),
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.Column("reference", sa.String(length=18), nullable=False),
        sa.Column("put_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("put_by", sa.Integer(), nullable=False),
        sa.Column("taken_out_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("entry_id", sa.Integer(), nullable=True),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("pence > 0", name=op.f("ck_payments_something")),
        sa.ForeignKeyConstraint(["entry_id"], ["journal_entries.id"], name=op.f("fk_payments_entry_id")),
        sa.ForeignKeyConstraint(
            ["group_id", "details_id"],
            ["payee_details.group_id", "payee_details.id"],
            name=op.f("fk_payments_group_id_details_id"),
        ),
        sa.ForeignKeyConstraint(
            ["group_id", "fund_id"], ["funds.group_id", "funds.id"], name=op.f("fk_payments_group_id_fund_id")
        ),
        sa.ForeignKeyConstraint(
            ["group_id", "receipt_id"], ["receipts.group_id", "receipts.id"], name=op.f("fk_payments_group_id_receipt_id")
        ),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_payments_group_id")),
        sa.ForeignKeyConstraint(["put_by"], ["people.id"], name=op.f("fk_payments_put_by")),
        sa.ForeignKeyConstraint(["run_id"], ["payment_runs.id"], name=op.f("fk_payments_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments")),
        sa.UniqueConstraint("group_id", "id", name=op.f("uq_payments_group_id_id")),
        sa.UniqueConstraint("reference", name=op.f("uq_payments_reference")),
    )
    op.create_index(op.f("ix_payments_group_id"), "payments", ["group_id"])
    op.create_index(op.f("ix_payments_run_id"), "payments", ["run_id"])
    op.create_index(
        "uq_payments_live",
        "payments",
        ["group_id", "receipt_id"],
        unique=True,
        sqlite_where=sa.text("taken_out_at IS NULL AND returned_at IS NULL"),
        postgresql_where=sa.text("taken_out_at IS NULL AND returned_at IS NULL"),
    )
