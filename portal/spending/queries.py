"""Reads of costs: one with everything its page says, what a form offers, what waits for a yes."""

from dataclasses import dataclass

import sqlalchemy as sa

from portal.budget.models import BudgetLine
from portal.core.db import db
from portal.core.waiting import columns
from portal.ledger.models import Fund
from portal.payees.models import Payee
from portal.people.models import Group, Person
from portal.receipts.models import CostKind, Receipt
from portal.spending.models import Approval, Conflict, SpendingRule


@dataclass(frozen=True)
class Cost:
    """A receipt as something to be paid, with the names its page says."""

    receipt: Receipt
    group: Group
    fund: str | None
    line: str | None
    payee: Payee | None
    asked_by: str | None


def numbered(number: int, group_id: int | None = None) -> Cost | None:
    """One by its receipt's number, of this group unless the host's side asks. One statement."""
    query = (
        sa.select(Receipt, Group, Fund.name, BudgetLine.name, Payee, Person.name)
        .join(Group, Group.id == Receipt.group_id)
        .outerjoin(Fund, sa.and_(Fund.id == Receipt.fund_id, Fund.group_id == Receipt.group_id))
        .outerjoin(BudgetLine, sa.and_(BudgetLine.id == Receipt.line_id, BudgetLine.group_id == Receipt.group_id))
        .outerjoin(Payee, sa.and_(Payee.id == Receipt.payee_id, Payee.group_id == Receipt.group_id))
        .outerjoin(Person, Person.id == Receipt.asked_by)
        .where(Receipt.number == number)
    )
    found = db.session.execute(query.where(Receipt.group_id == group_id) if group_id is not None else query).first()
    return Cost(*found) if found else None


def pots(group_id: int) -> dict[str, str]:
    """Where money can come from, for a form: "fund" or "fund-line" and its words. One statement."""
    rows = db.session.execute(
        sa.select(Fund.id, Fund.name, BudgetLine.id, BudgetLine.name)
        .outerjoin(
            BudgetLine,
            sa.and_(BudgetLine.fund_id == Fund.id, BudgetLine.group_id == Fund.group_id, BudgetLine.dropped_at.is_(None)),
        )
        .where(Fund.group_id == group_id, Fund.opened_at.is_not(None))
        .order_by(Fund.id, BudgetLine.id)
    )
    return {f"{fund}-{line or ''}": f"{name}: {words}" if line else name for fund, name, line, words in rows}


def open_rule(group_id: int) -> tuple[SpendingRule, str] | None:
    """An easier rule that waits for another organiser, and who wishes it."""
    found = db.session.execute(
        sa.select(SpendingRule, Person.name)
        .join(Person, Person.id == SpendingRule.made_by)
        .where(SpendingRule.group_id == group_id, SpendingRule.agreed_at.is_(None), SpendingRule.ended_at.is_(None))
        .order_by(SpendingRule.id.desc())
    ).first()
    return (found[0], found[1]) if found else None


# Costs that wait for the yes of an organiser who can give one, and easier rules that others wish.
WAITING_FOR_YES = (
    sa.select(
        *columns(
            "cost",
            number=Receipt.number,
            who=sa.func.coalesce(Receipt.label, Receipt.shop, ""),
            what=Receipt.amount_pence,
            at=Receipt.asked_at,
        )
    )
    .outerjoin(Payee, sa.and_(Payee.id == Receipt.payee_id, Payee.group_id == Receipt.group_id))
    .where(
        Receipt.group_id == sa.bindparam("group"),
        *(Receipt.asked_at.is_not(None), Receipt.agreed_at.is_(None), Receipt.withdrawn_at.is_(None)),
        sa.or_(Receipt.kind == CostKind.FROM_FLOAT, Payee.person_id.is_(None), Payee.person_id != sa.bindparam("person")),
        ~sa.exists().where(
            Approval.group_id == Receipt.group_id,
            Approval.receipt_id == Receipt.id,
            Approval.person_id == sa.bindparam("person"),
            Approval.ended_at.is_(None),
        ),
        ~sa.exists().where(
            Conflict.group_id == Receipt.group_id,
            Conflict.receipt_id == Receipt.id,
            Conflict.person_id == sa.bindparam("person"),
        ),
    ),
    sa.select(*columns("rule", number=SpendingRule.id, who=Person.name, what=sa.literal(""), at=SpendingRule.made_at))
    .join(Person, Person.id == SpendingRule.made_by)
    .where(
        SpendingRule.group_id == sa.bindparam("group"),
        SpendingRule.made_by != sa.bindparam("person"),
        SpendingRule.agreed_at.is_(None),
        SpendingRule.ended_at.is_(None),
    ),
)
