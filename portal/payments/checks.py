"""What must hold of a payment when it is released, and what is worth a look before (autonomy guide, F2 to F5).

`broken` is the floor's: it is asked at the moment of release, with the payment's group locked, and has the last word. The
rest are plain words beside a payment, for a person to weigh. They never block by themselves.
"""

from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from portal.core import clock
from portal.core.filters import day, inside, pounds
from portal.ledger import queries as ledger
from portal.ledger.models import Commitment
from portal.payees.models import Checked, Payee, PayeeDetails
from portal.payments.models import Payment
from portal.receipts.models import Picture, Receipt
from portal.spending import costs

MOVED = "This changed since the group said yes. It waits for them again."
NOT_COVERED = "Its fund doesn’t cover it now."
LATELY = timedelta(days=30)
SAME_FOR = timedelta(days=60)
MUCH = 1000_00
TIMES_USUAL = 3
ENOUGH_TO_KNOW = 3  # paid costs of a group, before one of them can be called usual


def broken(payment: Payment, receipt: Receipt) -> str:
    """Why this can't leave now, as a plain sentence; empty where it can. Its group is locked."""
    if not payment.mark == receipt.agreed_mark == costs.mark(receipt):
        return MOVED
    if why := costs.first_failing(receipt, costs.AT_RELEASE):
        return why
    fund = ledger.fund(payment.group_id, payment.fund_id)
    if fund is None or ledger.free_for(fund, receipt) < payment.pence:
        return NOT_COVERED
    return ""


@dataclass(frozen=True)
class Check:
    """One thing to look at, in words. `keeps_out`: as long as it stands, the payment is left out at release."""

    words: str
    keeps_out: bool = False


def _within(*conditions) -> sa.Exists:
    return sa.exists().where(*conditions)


_mine, _theirs, _other = aliased(Picture), aliased(Picture), aliased(Receipt)
_paid, _before, _earlier, _later = aliased(Receipt), aliased(Payment), aliased(PayeeDetails), aliased(PayeeDetails)


def columns() -> tuple:
    """Everything `beside` asks, as columns beside Payment, Receipt, PayeeDetails and Payee: one statement for all rows."""
    now = clock.now()
    of_payee = (_earlier.group_id == Payment.group_id, _earlier.payee_id == PayeeDetails.payee_id)
    gone = (_before.taken_out_at.is_(None), _before.returned_at.is_(None))
    return (
        Receipt.agreed_mark.is_distinct_from(Payment.mark).label("moved"),
        sa.or_(
            PayeeDetails.stopped_at.is_not(None),
            Payee.ended_at.is_not(None),
            _within(
                *(_later.group_id == Payment.group_id, _later.payee_id == PayeeDetails.payee_id),
                *(_later.id > PayeeDetails.id, _later.mark != PayeeDetails.mark, _later.stopped_at.is_(None)),
                sa.or_(_later.second_at.is_not(None), _later.holds_from == _later.made_at),
                _later.holds_from <= now,
            ),
        ).label("other_details"),
        *costs.of_checks(costs.AT_RELEASE),
        sa.not_(
            _within(
                *(Commitment.group_id == Payment.group_id, Commitment.item_table == Receipt.__tablename__),
                *(Commitment.item_id == Payment.receipt_id, Commitment.fund_id == Payment.fund_id),
                *(Commitment.ended_at.is_(None), Commitment.short.is_(False)),
            )
        ).label("short"),
        sa.select(sa.func.min(_other.number))
        .select_from(_mine)
        .join(_theirs, sa.and_(_theirs.sha256 == _mine.sha256, _theirs.receipt_id != _mine.receipt_id))
        .join(_other, _other.id == _theirs.receipt_id)
        .where(_mine.group_id == Payment.group_id, _mine.receipt_id == Payment.receipt_id, _mine.replaced_at.is_(None))
        .where(_theirs.replaced_at.is_(None), _other.withdrawn_at.is_(None))
        .correlate(Payment)
        .scalar_subquery()
        .label("same_file"),
        sa.select(sa.func.max(_before.reference))
        .join(_earlier, _earlier.id == _before.details_id)
        .where(_earlier.mark == PayeeDetails.mark, _before.pence == Payment.pence, _before.id != Payment.id, *gone)
        .where(_before.put_at > now - SAME_FOR)
        .correlate(Payment, PayeeDetails)
        .scalar_subquery()
        .label("same_sum"),
        sa.or_(
            _within(*of_payee, _before.details_id == _earlier.id, _before.id < Payment.id, *gone),
            _within(
                *(_paid.group_id == Payment.group_id, _paid.payee_id == PayeeDetails.payee_id, _paid.id != Receipt.id),
                _paid.paid_on.is_not(None),
            ),
        ).label("paid_before"),
        sa.and_(PayeeDetails.made_at > now - LATELY, _within(*of_payee, _earlier.id < PayeeDetails.id)).label("changed"),
        _usual().label("usual"),
    )


def _usual() -> sa.ScalarSelect:
    """The median of what this group's costs were, where enough are paid to know. In SQL that both databases speak."""
    costs_of = (
        sa.select(
            Receipt.amount_pence.label("pence"),
            sa.func.row_number().over(order_by=Receipt.amount_pence).label("at"),
            sa.func.count().over().label("of"),
        )
        .where(Receipt.group_id == Payment.group_id, Receipt.paid_on.is_not(None), Receipt.amount_pence.is_not(None))
        .correlate(Payment)
        .subquery()
    )
    middle = (2 * costs_of.c.at).in_((costs_of.c.of, costs_of.c.of + 1, costs_of.c.of + 2))
    return sa.select(sa.func.avg(costs_of.c.pence)).where(middle, costs_of.c.of >= ENOUGH_TO_KNOW).scalar_subquery()


def beside(row) -> list[Check]:
    """What to say beside a payment, of a row with `columns`, its Receipt and its PayeeDetails."""
    payment, receipt, details, found = row.Payment, row.Receipt, row.PayeeDetails, []
    if row.moved or row.other_details:
        found.append(Check(MOVED, keeps_out=True))
    found += [Check(one.words(receipt, row), keeps_out=True) for one in costs.AT_RELEASE if getattr(row, one.name)]
    if row.short:
        found.append(Check(NOT_COVERED, keeps_out=True))
    if row.same_file:
        found.append(Check(f"The same file came with R{row.same_file} too."))
    if row.same_sum:
        found.append(Check(f"The same sum to the same account lately: {row.same_sum}."))
    if not row.paid_before:
        found.append(Check("The first payment to them."))
    if row.changed:
        found.append(Check(f"Their bank details changed {inside(day(details.made_at))}."))
    if payment.pence > MUCH:
        found.append(Check(f"Over {pounds(MUCH)[:-3]}."))
    elif row.usual and payment.pence > TIMES_USUAL * row.usual:
        found.append(
            Check(f"More than {TIMES_USUAL} times what this group’s costs usually are ({pounds(int(row.usual))}).")
        )
    if details.checked is Checked.DOUBTFUL:
        found.append(Check("The account number doesn’t fit its sort code."))
    elif details.checked is Checked.UNKNOWN:
        found.append(Check("The account number could not be checked."))
    return found
