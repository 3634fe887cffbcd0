"""Reads of payees: which details hold now."""

import sqlalchemy as sa

from portal.core import clock
from portal.core.db import db
from portal.payees.models import PayeeDetails


def current(group_id: int, payee_id: int | None) -> PayeeDetails | None:
    """The newest details of a payee that hold at this moment; None where there are none yet."""
    first = sa.select(sa.func.min(PayeeDetails.id)).where(
        PayeeDetails.group_id == group_id, PayeeDetails.payee_id == payee_id
    )
    return db.session.scalar(
        sa.select(PayeeDetails)
        .where(
            PayeeDetails.group_id == group_id,
            PayeeDetails.payee_id == payee_id,
            PayeeDetails.stopped_at.is_(None),
            PayeeDetails.holds_from <= clock.now(),
            sa.or_(PayeeDetails.second_at.is_not(None), PayeeDetails.id == first.scalar_subquery()),
        )
        .order_by(PayeeDetails.id.desc())
        .limit(1)
    )
