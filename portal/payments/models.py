"""PaymentRun, and the Payments in it."""

from datetime import date, datetime
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.core import clock
from portal.core.db import HOST, RECORD, GroupOwned, db, within_group


class PaymentRun(db.Model):
    """Payments that leave together: prepared by one, released by another (autonomy guide, F3)."""

    __tablename__ = "payment_runs"
    __table_args__ = (sa.CheckConstraint("released_by IS NULL OR released_by <> prepared_by", name="two_people"),)

    pay_on: Mapped[date]
    prepared_at: Mapped[datetime] = mapped_column(default=clock.now)
    prepared_by: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    handed_at: Mapped[datetime | None]  # nothing is added any more: it waits for the second person
    released_at: Mapped[datetime | None]
    released_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    ended_at: Mapped[datetime | None]  # given up before it was released
    message_id: Mapped[str] = mapped_column(sa.String(35), unique=True)

    @property
    def ref(self) -> str:
        return f"B{self.id}"


class Payment(GroupOwned, db.Model):
    """One cost in a run: exactly what was agreed to, and the reference the payee and the bank's line carry.

    One live payment a cost, whatever happens: the database refuses a second.
    """

    __tablename__ = "payments"
    OWNERS: ClassVar = {HOST: "pence reference", RECORD: "mark"}

    run_id: Mapped[int] = mapped_column(sa.ForeignKey("payment_runs.id"), index=True)
    receipt_id: Mapped[int]
    details_id: Mapped[int]
    fund_id: Mapped[int]
    pence: Mapped[int] = mapped_column(sa.BigInteger)
    mark: Mapped[str] = mapped_column(sa.String(64))
    reference: Mapped[str] = mapped_column(sa.String(18), unique=True)
    put_at: Mapped[datetime] = mapped_column(default=clock.now)
    put_by: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    taken_out_at: Mapped[datetime | None]
    returned_at: Mapped[datetime | None]  # the bank sent it back
    entry_id: Mapped[int | None] = mapped_column(sa.ForeignKey("journal_entries.id"))

    @classmethod
    def extra_constraints(cls):
        live = sa.text("taken_out_at IS NULL AND returned_at IS NULL")
        return (
            within_group("receipt_id", "receipts"),
            within_group("details_id", "payee_details"),
            within_group("fund_id", "funds"),
            sa.CheckConstraint("pence > 0", name="something"),
            sa.Index(
                *("uq_payments_live", "group_id", "receipt_id"), unique=True, sqlite_where=live, postgresql_where=live
            ),
        )

    @property
    def ref(self) -> str:
        return self.reference
