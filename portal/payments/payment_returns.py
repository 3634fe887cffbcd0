"""A payment comes back from the bank: its cost can be paid anew. Within an action."""

from datetime import date

from portal.core import clock
from portal.core.db import db
from portal.ledger import posting
from portal.ledger.models import JournalEntry
from portal.payments.models import Payment
from portal.receipts import fund_cover
from portal.receipts.models import Receipt
from portal.spending import costs


def bring_back(payment: Payment, *, on: date, by: int | None) -> JournalEntry | None:
    """Note it. Where the bank's line had made it paid, the entry is reversed on the day the money came in again."""
    receipt = db.session.get_one(Receipt, payment.receipt_id)
    entry = None
    if payment.entry_id:
        paid = db.session.get_one(JournalEntry, payment.entry_id)
        entry = posting.reverse(paid, on=on, words=f"{payment.reference} came back", by=by)
        receipt.paid_on = None
    payment.returned_at = clock.now()
    let_go(receipt)
    return entry


def let_go(receipt: Receipt) -> None:
    """It is in no run any more: what was agreed counts anew, and its fund."""
    receipt.in_run_at = None
    db.session.flush()
    costs.count(receipt)
    fund_cover.look(receipt)
