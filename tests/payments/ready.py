"""Costs that are ready to pay: a fund with money in it, a payee with details, a yes of the group's, the desk's check."""

import itertools

import sqlalchemy as sa

from portal.core import clock, wall
from portal.core.db import db
from portal.ledger import actions as ledger
from portal.ledger.models import Fund
from portal.payees import details
from portal.payees.models import Payee, PayeeDetails
from portal.payments import actions, paydays
from portal.payments.models import Payment, PaymentRun
from portal.people import queries as people
from portal.people.models import Group, Person, StaffRole
from portal.people.roles import Role
from portal.receipts import fund_cover
from portal.receipts.models import Receipt
from portal.spending import costs
from portal.spending.models import Approval
from tests import make

_count = itertools.count(1)
Account = tuple[str, ...]  # sort code, account number, and perhaps a roll number
EXAMPLE = ("089999", "66374958")


def finance(name: str = "Glyn"):
    """Someone in finance, acting."""
    person = make.person(name)
    held = sa.select(StaffRole.id).where(StaffRole.person_id == person.id, StaffRole.role == Role.FINANCE)
    if db.session.scalar(held) is None:
        make.staff(name, Role.FINANCE)
    return make.actor(person, Role.FINANCE)


def fund(group: Group, pence: int = 5000_00) -> Fund:
    """A fund with so much in it; asked for twice, the same."""
    found = db.session.scalar(sa.select(Fund).where(Fund.group_id == group.id, Fund.opened_at.is_not(None)))
    if found is None:
        found = ledger.open_fund(finance(), group, name="To spend", restriction="unrestricted", basis="part")
        ledger.receive(finance(), group, found.id, source="donation", pence=pence, on=clock.today(), words="In")
    return found


def payee(group: Group, name: str = "Corner Grocer", account: Account = EXAMPLE, person: Person | None = None, **facts):
    """Somebody to pay, with details that hold."""
    with wall.opened(group.id):
        made = Payee(group_id=group.id, name=name, person_id=person.id if person else None)
        db.session.add(made)
        db.session.flush()
        add_details(made, account, **facts)
    db.session.commit()
    return made


def add_details(to: Payee, account: Account = EXAMPLE, **facts) -> PayeeDetails:
    """Details of an account that hold at once, within an open door."""
    made_at = clock.now()
    own = {"checked": "fits", "made_at": made_at, "holds_from": made_at}
    made = PayeeDetails(group_id=to.group_id, payee_id=to.id, **details.kept(details.of(*account)) | own | facts)
    db.session.add(made)
    db.session.flush()
    return made


def new_details(to: Payee, account: Account, **facts) -> PayeeDetails:
    """Later ones, to which a second person said yes and that hold now."""
    with wall.opened(to.group_id):
        made = add_details(to, account, second_at=clock.now(), **facts)
    db.session.commit()
    return made


def cost(group: Group, to: Payee, pence: int = 1146, **facts) -> Receipt:
    """A cost that is asked for, agreed to and checked."""
    own = {"shop": f"Shop {next(_count)}", "kind": "invoice", "accepted_at": clock.now(), "ledger_code": "5100"}
    asked = {"asked_at": clock.now(), "payee_id": to.id, "fund_id": fund(group).id, "amount_pence": pence}
    made = make.receipt(group, **own | asked | facts)
    agree(made)
    return made


def agree(receipt: Receipt, **facts) -> None:
    """The group's yes, to exactly this; and whatever else holds of it now."""
    with wall.opened(receipt.group_id):
        found = db.session.get_one(Receipt, receipt.id)
        for name, value in facts.items():
            setattr(found, name, value)
        marsha = people.organisers(receipt.group_id)[0]
        waits, now = found.waits_until, costs.mark(found)
        for earlier in db.session.scalars(
            sa.select(Approval).where(Approval.receipt_id == found.id, Approval.ended_at.is_(None))
        ):
            earlier.ended_at = clock.now()
        db.session.flush()
        db.session.add(Approval(group_id=found.group_id, receipt_id=found.id, person_id=marsha, mark=now))
        found.agree(marsha, now, waits)
        fund_cover.look(found)
    db.session.commit()


def run(by=None, number: int = 0) -> PaymentRun:
    """A run for one of the coming pay days."""
    return actions.start(by or finance(), pay_on=paydays.coming()[number])


def put(group: Group, receipt: Receipt, into: PaymentRun, by=None) -> Payment:
    return actions.put_in(by or finance(), group, receipt.id, run_id=into.id)


def released(group: Group, *these: Receipt) -> PaymentRun:
    """A run with these in it that Glyn prepared and Sefa released."""
    made = run()
    for one in these:
        put(group, one, made)
    actions.hand_over(finance(), None, made.id)
    return actions.release(finance("Sefa"), None, made.id)


def again(row):
    """A row as the database has it now, whatever became of the one we had."""
    db.session.rollback()
    return db.session.get_one(type(row), sa.inspect(row).identity, populate_existing=True)
