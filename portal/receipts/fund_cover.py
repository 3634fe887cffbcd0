"""Short funds: what a fund can't cover is held under F5, that one item alone, and let go by itself once the fund can.

Within an action. A fund that the ledger doesn't know yet holds nothing back.
"""

import sqlalchemy as sa

from portal.autonomy.areas import Duty
from portal.autonomy.models import Hold
from portal.core import clock, workdays
from portal.core.db import db
from portal.core.filters import pounds
from portal.ledger import posting
from portal.ledger import queries as ledger
from portal.ledger.models import Fund
from portal.receipts import queries
from portal.receipts.models import CostKind, Receipt

REVIEW_WORKING_DAYS = 5


def look(receipt: Receipt) -> None:
    """Hold it where its fund is short, let it go where it isn't; and keep what is promised to it in step."""
    db.session.flush()
    fund = ledger.fund(receipt.group_id, receipt.fund_id)
    held = queries.parts_of(receipt)[2]
    ours = held if held and held.rule is Duty.F5 and held.placed_by is None else None
    if fund and receipt.kind is CostKind.FROM_FLOAT and not receipt.withdrawn_at:
        _spend_from_float(receipt, fund, held)
    apart = receipt.withdrawn_at or receipt.paid_on or receipt.kind is CostKind.FROM_FLOAT  # of what the bank is to pay
    if fund is None or not receipt.amount_pence or apart:
        missing = 0
        posting.unpromise(receipt)
    else:
        missing = receipt.amount_pence - ledger.free_for(fund, receipt)
        if missing > 0 or receipt.accepted_at or receipt.agreed_by:
            posting.promise(fund, receipt, receipt.amount_pence, short=missing > 0, line_id=receipt.line_id)
        else:
            posting.unpromise(receipt)
    if missing > 0 and fund:
        reason = f"“{fund.name}” is {pounds(missing)} short of this one."
        if ours:
            ours.reason = reason
        elif held is None:
            db.session.add(_hold(receipt, reason))
    elif ours:
        ours.released_at = clock.now()


def _spend_from_float(receipt: Receipt, fund: Fund, held: Hold | None) -> None:
    """What was paid out of a float is a cost of its fund once the group said yes and the desk found it in order."""
    if receipt.paid_on or held or not (receipt.agreed_at and receipt.accepted_at and receipt.amount_pence):
        return
    words, by = f"{receipt.ref}, {receipt.shop or receipt.label or 'a receipt'}", receipt.accepted_by
    on, line = clock.today(), receipt.line_id
    posting.spend_from_float(fund, receipt.amount_pence, receipt.ledger_code, on=on, words=words, by=by, line_id=line)
    receipt.paid_on = on


def pressed(group_id: int) -> list[int]:
    """The receipts that a group's funds promised more to than they hold now: first those not in a payment run yet, each the
    newest first. Looked at in this order, no more of them are held than must be."""
    ours = [one.item_id for one in ledger.overpromised(group_id) if one.item_table == Receipt.__tablename__]
    in_run = sa.select(Receipt.id).where(Receipt.group_id == group_id, Receipt.id.in_(ours), Receipt.in_run_at.is_not(None))
    return sorted(ours, key=set(db.session.scalars(in_run)).__contains__)


def held_in(group_id: int) -> list[int]:
    """The receipts of a group that only a short fund holds back, the longest held first."""
    rows = sa.select(Hold.item_id).where(
        Hold.group_id == group_id,
        Hold.item_table == Receipt.__tablename__,
        Hold.rule == Duty.F5,
        Hold.placed_by.is_(None),
        Hold.released_at.is_(None),
    )
    return list(db.session.scalars(rows.order_by(Hold.id)))


def _hold(receipt: Receipt, reason: str) -> Hold:
    return Hold(
        group_id=receipt.group_id,
        item_table=Receipt.__tablename__,
        item_id=receipt.id,
        rule=Duty.F5,
        reason=reason,
        releases="Another pot, or money coming in. It’s let go by itself then.",
        review_on=workdays.after(clock.today(), REVIEW_WORKING_DAYS),
    )
