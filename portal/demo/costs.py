"""Which of the demo's receipts were asked to be paid, to whom, and how far that has come (shared demo data, "Receipts").

The accounts are the banks' own published test numbers; none of them exists.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from portal.core import clock, wall
from portal.core.db import db
from portal.demo import earlier_receipts
from portal.payees import details
from portal.payees.models import Payee, PayeeDetails
from portal.people.models import Person
from portal.receipts.models import CostKind, Receipt
from portal.spending import costs
from portal.spending.models import Approval, Conflict, Needs, SpendingRule

TWO_SAY_YES = 112  # at the Makers any two do


@dataclass(frozen=True)
class Asked:
    """One cost: its receipt, what it is, who is paid (a person of the group's, or by name), who said yes or stood back."""

    number: int
    kind: CostKind
    payee: str
    account: str
    person: bool = False
    yes: str | None = None
    back: str | None = None


COSTS = (
    Asked(101, CostKind.PAY_BACK, "Marsha", "089999 66374958", person=True, yes="Joe"),
    Asked(102, CostKind.INVOICE, "Ashbrook Village Hall", "107999 88837491", yes="Joe"),
    Asked(104, CostKind.PAY_BACK, "Wren", "202959 63748472", person=True),
    Asked(105, CostKind.INVOICE, "Roomtone Video", "118765 64371389", yes="Ade"),
    Asked(107, CostKind.INVOICE, "Dale Minibus Hire", "134020 63849203", yes="Kit"),
    Asked(108, CostKind.FEE, "R. Shah", "871427 46238510", yes="Mo", back="Pri"),
    Asked(112, CostKind.INVOICE, "Clayworks", "820000 73688637", yes="Hana"),
)


def lay_out(people: dict[str, Person]) -> None:
    """Ask for each, the oldest first, and say yes as told. After the money is there."""
    for asked in sorted((*COSTS, *_more()), key=lambda asked: asked.number):
        receipt = db.session.scalars(sa.select(Receipt).where(Receipt.number == asked.number)).one()
        with wall.opened(receipt.group_id):
            _ask(receipt, asked, people)
    db.session.commit()


def _more() -> Iterator[Asked]:
    """The same of the receipts before and after these."""
    for told in earlier_receipts.RECEIPTS:
        if told.to:
            person = told.to in earlier_receipts.PEOPLE
            kind = CostKind.PAY_BACK if person else CostKind.INVOICE
            yield Asked(told.number, kind, told.to, earlier_receipts.ACCOUNTS[told.to], person=person, yes=told.yes)


def _ask(receipt: Receipt, asked: Asked, people: dict[str, Person]) -> None:
    own = {"group_id": receipt.group_id}
    person = people[asked.payee] if asked.person else None
    then = receipt.added_at
    payee = db.session.scalar(sa.select(Payee).filter_by(**own, name=asked.payee))
    if payee is None:
        payee = Payee(**own, name=asked.payee, business=person is None, person_id=person.id if person else None)
        payee.email = person.email if person else None
        db.session.add(payee)
        db.session.flush()
        kept = details.kept(details.of(*asked.account.split()))
        made = {"made_at": then, "holds_from": then, "made_by": receipt.added_by}
        db.session.add(PayeeDetails(**own, payee_id=payee.id, **made, **kept))
    if asked.number == TWO_SAY_YES:
        rule = {"needs": Needs.TWO, "made_by": receipt.added_by, "agreed_by": receipt.added_by}
        db.session.add(SpendingRule(**own, **rule, made_at=then, agreed_at=then))
        receipt.accepted_at, receipt.accepted_by = then + timedelta(hours=1), people["Glyn Parry"].id
        receipt.ledger_code = "5200"
    receipt.kind, receipt.payee_id = asked.kind, payee.id
    receipt.asked_at, receipt.asked_by = then, receipt.added_by
    for name in filter(None, [asked.back]):
        db.session.add(Conflict(**own, receipt_id=receipt.id, person_id=people[name].id, declared_at=then))
    db.session.flush()
    mark = costs.mark(receipt)
    if asked.yes:
        db.session.add(Approval(**own, receipt_id=receipt.id, person_id=people[asked.yes].id, mark=mark, said_at=then))
        db.session.flush()
    if receipt.paid_on:
        receipt.agree(people[asked.yes or ""].id, mark)
    else:
        costs.count(receipt)
    if receipt.agreed_at:
        receipt.agreed_at = min(then + timedelta(hours=2), clock.now())
