"""BankAccount, BankImport, BankLine: the host's own rows. A line that is settled points at its entry in the books."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.core import clock
from portal.core.db import db
from portal.ledger.models import SOURCE_WORDS, Account

FROM_OUTSIDE = (Account.GRANT, Account.DONATION)
SOURCES = {one: SOURCE_WORDS[one] for one in (*FROM_OUTSIDE, Account.FLOAT)}  # what money that comes in can be to a fund


class BankAccount(db.Model):
    """An account of the host's, and how its CSV files name their columns (remembered from the last import)."""

    __tablename__ = "bank_accounts"

    name: Mapped[str] = mapped_column(sa.String(80))
    columns: Mapped[dict | None] = mapped_column(sa.JSON)
    opened_at: Mapped[datetime] = mapped_column(default=clock.now)


class BankImport(db.Model):
    """One file that was read: what it was, how many lines it had, how many of them were new; and what the account held at
    its end, where the file says so."""

    __tablename__ = "bank_imports"

    account_id: Mapped[int] = mapped_column(sa.ForeignKey("bank_accounts.id"), index=True)
    sha256: Mapped[str] = mapped_column(sa.String(64))
    shown_name: Mapped[str] = mapped_column(sa.String(80))
    kind: Mapped[str] = mapped_column(sa.String(10))
    lines: Mapped[int]
    fresh: Mapped[int]
    closing_pence: Mapped[int | None] = mapped_column(sa.BigInteger)
    closing_on: Mapped[date | None]
    imported_at: Mapped[datetime] = mapped_column(default=clock.now)
    imported_by: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))


class BankLine(db.Model):
    """One line of a statement: pence in (positive) or out (negative). `mark` is what makes it itself: the same line in
    another file is not new. `entry_id`: the entry that settles it, `receipt_id` the cost it paid; `suspense_id`: the entry
    by which it waits in suspense."""

    __tablename__ = "bank_lines"
    __table_args__ = (
        sa.UniqueConstraint("account_id", "mark"),
        sa.CheckConstraint("pence <> 0", name="something"),
    )

    account_id: Mapped[int] = mapped_column(sa.ForeignKey("bank_accounts.id"))
    import_id: Mapped[int] = mapped_column(sa.ForeignKey("bank_imports.id"), index=True)
    mark: Mapped[str] = mapped_column(sa.String(64))
    on: Mapped[date]
    pence: Mapped[int] = mapped_column(sa.BigInteger)
    words: Mapped[str] = mapped_column(sa.String(300))
    suspense_id: Mapped[int | None] = mapped_column(sa.ForeignKey("journal_entries.id"))
    entry_id: Mapped[int | None] = mapped_column(sa.ForeignKey("journal_entries.id"), index=True)
    receipt_id: Mapped[int | None] = mapped_column(sa.ForeignKey("receipts.id"))
    settled_at: Mapped[datetime | None] = mapped_column(index=True)
    settled_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))

    @property
    def ref(self) -> str:
        return f"K{self.id}"
