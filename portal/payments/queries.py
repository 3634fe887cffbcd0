"""Reads of payments: runs, what is in them, and whose."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from portal.core.db import db
from portal.core.filters import inside, moment
from portal.ledger.models import Fund
from portal.payees.models import Payee, PayeeDetails
from portal.payments import checks, paydays
from portal.payments.models import Payment, PaymentRun
from portal.people.models import Group, Person
from portal.receipts.models import Receipt
from portal.spending.models import Conflict

PAGE = 20
READY = 30

IN_IT = sa.and_(Payment.taken_out_at.is_(None), Payment.returned_at.is_(None))


@dataclass(frozen=True)
class Summary:
    """A run with the names of its people, and what is in it: how many, pence, how many the bank paid or sent back."""

    run: PaymentRun
    prepared_by: str
    released_by: str | None
    count: int
    pence: int
    paid: int
    came_back: int

    @property
    def is_open(self) -> bool:
        """Whether something can still be put in."""
        return self.run.handed_at is None and self.run.released_at is None and self.run.ended_at is None

    @property
    def by(self) -> str:
        """Who prepared it, and who released it and when."""
        prepared = f"{self.run.ref}, prepared by {self.prepared_by}"
        if not self.run.released_at:
            return prepared
        return f"{prepared}, released by {self.released_by} {inside(moment(self.run.released_at))}"

    @property
    def bank_says(self) -> str:
        """What the bank's lines say of it: how many are paid, how many came back."""
        paid = f"The bank’s own lines say {self.paid} of {self.count} are paid."
        if self.count and self.paid == self.count:
            paid = "The bank says that all of them are paid."
        return f"{paid} {self.came_back} came back." if self.came_back else paid


def _summaries() -> sa.Select:
    released = aliased(Person)
    left = sa.and_(Payment.run_id == PaymentRun.id, Payment.taken_out_at.is_(None))

    def sums(what, *conditions) -> sa.ScalarSelect:
        return sa.select(what).where(left, *conditions).correlate(PaymentRun).scalar_subquery()

    return (
        sa.select(
            *(PaymentRun, Person.name, released.name, sums(sa.func.count(), Payment.returned_at.is_(None))),
            sums(sa.func.coalesce(sa.func.sum(Payment.pence), 0), Payment.returned_at.is_(None)),
            sums(sa.func.count(), Payment.entry_id.is_not(None), Payment.returned_at.is_(None)),
            sums(sa.func.count(), Payment.returned_at.is_not(None)),
        )
        .join(Person, Person.id == PaymentRun.prepared_by)
        .outerjoin(released, released.id == PaymentRun.released_by)
    )


def runs(before: int | None = None) -> list[Summary]:
    """Runs, the newest first, paged by key; one more than a page where there are more."""
    query = _summaries().order_by(PaymentRun.id.desc()).limit(PAGE + 1)
    return [Summary(*row) for row in db.session.execute(query.where(PaymentRun.id < before) if before else query)]


def run(run_id: int) -> Summary | None:
    """One run."""
    row = db.session.execute(_summaries().where(PaymentRun.id == run_id)).first()
    return Summary(*row) if row else None


def open_run(pay_on: date) -> PaymentRun | None:
    """The newest run for that day into which something can still be put."""
    return db.session.scalar(
        sa.select(PaymentRun)
        .where(PaymentRun.pay_on == pay_on, PaymentRun.handed_at.is_(None), PaymentRun.released_at.is_(None))
        .where(PaymentRun.ended_at.is_(None))
        .order_by(PaymentRun.id.desc())
        .limit(1)
    )


def payments(run_id: int, after: int | None = None) -> Sequence[sa.Row]:
    """A page of what is in a run, with all that is shown beside it. One statement."""
    query = (
        sa.select(
            *(Payment, Receipt, PayeeDetails, Group, Payee.name.label("payee"), Fund.name.label("fund")),
            *(Person.name.label("put_by"), *checks.columns()),
        )
        .join(Receipt, sa.and_(Receipt.id == Payment.receipt_id, Receipt.group_id == Payment.group_id))
        .join(PayeeDetails, sa.and_(PayeeDetails.id == Payment.details_id, PayeeDetails.group_id == Payment.group_id))
        .join(Payee, sa.and_(Payee.id == PayeeDetails.payee_id, Payee.group_id == Payment.group_id))
        .join(Group, Group.id == Payment.group_id)
        .join(Fund, sa.and_(Fund.id == Payment.fund_id, Fund.group_id == Payment.group_id))
        .join(Person, Person.id == Payment.put_by)
        .where(Payment.run_id == run_id, Payment.taken_out_at.is_(None))
        .order_by(Payment.id)
    )
    return db.session.execute((query.where(Payment.id > after) if after else query).limit(PAGE + 1)).all()


def in_run(run_id: int) -> Sequence[sa.Row[Payment, Receipt]]:
    """Every payment that is in a run, with its receipt, in the order of their groups."""
    return db.session.execute(
        sa.select(Payment, Receipt)
        .join(Receipt, sa.and_(Receipt.id == Payment.receipt_id, Receipt.group_id == Payment.group_id))
        .where(Payment.run_id == run_id, IN_IT)
        .order_by(Payment.group_id, Payment.id)
        .execution_options(populate_existing=True)
    ).all()


def of_receipt(receipt: Receipt) -> Sequence[Payment]:
    """Every payment there ever was of one cost, oldest first."""
    mine = sa.select(Payment).where(Payment.group_id == receipt.group_id, Payment.receipt_id == receipt.id)
    return db.session.scalars(mine.order_by(Payment.id)).all()


def pay_day(receipt: Receipt) -> date:
    """When a cost that is in order is paid: on the day of the run it is in (one statement), or else on the first pay day
    once staff's yes can't be undone any more."""
    if receipt.in_run_at:
        live = sa.and_(Payment.taken_out_at.is_(None), Payment.returned_at.is_(None))
        run = sa.select(PaymentRun.pay_on).join(Payment, Payment.run_id == PaymentRun.id)
        return db.session.scalars(
            run.where(Payment.group_id == receipt.group_id, Payment.receipt_id == receipt.id, live)
        ).one()
    since = receipt.waits_until + timedelta(days=1) if receipt.waits_until and receipt.yes_can_be_undone else None
    return paydays.coming(1, since)[0]


def groups_of(receipt_ids: Iterable[int]) -> dict[int, Group]:
    """Whose these receipts are, by their ids."""
    rows = sa.select(Receipt.id, Group).join(Group, Group.id == Receipt.group_id).where(Receipt.id.in_(receipt_ids))
    return dict(db.session.execute(rows).all())


def refs(receipt_ids: Iterable[int]) -> dict[int, str]:
    """What receipts are called, by id."""
    rows = db.session.execute(sa.select(Receipt.id, Receipt.number).where(Receipt.id.in_(receipt_ids)))
    return {receipt_id: f"R{number}" for receipt_id, number in rows}


def group_of(run_id: int, payment_id: int) -> Group | None:
    """Whose a payment of this run is."""
    of_it = sa.select(Group).join(Payment, Payment.group_id == Group.id)
    return db.session.scalar(of_it.where(Payment.id == payment_id, Payment.run_id == run_id))


def names(group_ids: Iterable[int]) -> dict[int, Group]:
    """Groups by id."""
    return {group.id: group for group in db.session.scalars(sa.select(Group).where(Group.id.in_(set(group_ids))))}


def parts_of(run_id: int, person_id: int | None) -> tuple[bool, bool]:
    """What of a run this person put in, or is paid by (or said to have an interest of their own in)."""
    theirs = sa.select(Person.email).where(Person.id == person_id).scalar_subquery()
    said = sa.exists().where(
        Conflict.group_id == Payment.group_id, Conflict.receipt_id == Payment.receipt_id, Conflict.person_id == person_id
    )
    paid = sa.or_(Payee.person_id == person_id, sa.func.lower(Payee.email) == theirs, said)
    row = db.session.execute(
        sa.select(
            sa.func.count(sa.case((Payment.put_by == person_id, 1))),
            sa.func.count(sa.case((paid, 1))),
        )
        .join(PayeeDetails, sa.and_(PayeeDetails.id == Payment.details_id, PayeeDetails.group_id == Payment.group_id))
        .join(Payee, sa.and_(Payee.id == PayeeDetails.payee_id, Payee.group_id == Payment.group_id))
        .where(Payment.run_id == run_id, IN_IT)
    ).one()
    return bool(row[0]), bool(row[1])
