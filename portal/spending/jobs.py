"""What a yes was bound to may change elsewhere: then the costs it touches are looked at again."""

import sqlalchemy as sa

from portal.activity import happened
from portal.autonomy.door import NotHere
from portal.core.db import db
from portal.core.jobs import enqueue, job
from portal.payees.models import PayeeDetails
from portal.people.models import Group
from portal.people.roles import SYSTEM
from portal.receipts.models import Receipt
from portal.spending import actions, costs

TOUCHES = frozenset({"receipts.describe", "receipts.answer", "autonomy.undo"})


@happened.connect
def something_moved(_action, *, entry, group) -> None:
    """After a change of a receipt's facts, or of a payee's details (and again when these begin to hold)."""
    if group is None:
        return
    if entry.subject_table == Receipt.__tablename__ and entry.action in TOUCHES:
        enqueue("spending.look_again", group_id=group.id, receipt_id=entry.subject_id)
    if entry.subject_table == PayeeDetails.__tablename__:
        details = db.session.get(PayeeDetails, entry.subject_id)
        if details is not None:
            enqueue("spending.look_at_payee", due_at=details.holds_from, group_id=group.id, payee_id=details.payee_id)


@job("spending.look_at_payee")
def look_at_payee(group_id: int, payee_id: int) -> None:
    """Every cost to this payee that is agreed to and not on its way yet."""
    open_ones = sa.select(Receipt.id).where(
        Receipt.group_id == group_id,
        Receipt.payee_id == payee_id,
        Receipt.asked_at.is_not(None),
        Receipt.in_run_at.is_(None),
        Receipt.paid_on.is_(None),
    )
    for receipt_id in db.session.scalars(open_ones.order_by(Receipt.id)).all():
        look_again(group_id, receipt_id)


@job("spending.look_again")
def look_again(group_id: int, receipt_id: int) -> None:
    """Ask for the group's yes again where what it was bound to has changed; nothing happens where it hasn't."""
    receipt = db.session.scalar(sa.select(Receipt).where(Receipt.id == receipt_id, Receipt.group_id == group_id))
    moved = receipt is not None and receipt.asked_at is not None and receipt.agreed_mark != costs.mark(receipt)
    if not moved:
        db.session.rollback()
        return
    try:
        actions.look_again(SYSTEM, db.session.get_one(Group, group_id), receipt_id)
    except NotHere:
        return
