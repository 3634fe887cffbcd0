"""Reads of what the host asks of groups."""

import sqlalchemy as sa

from portal.autonomy import standing
from portal.autonomy.areas import Area, Level
from portal.autonomy.models import Quiet
from portal.core import clock
from portal.core.db import db
from portal.support.models import Request


def held(limit: int = 100) -> list[tuple[int, int]]:
    """Group and number of what is held for groups that aren't resting and whose level leaves it to the clock."""
    resting = sa.select(Quiet.group_id).where(Quiet.until > clock.now(), Quiet.ended_at.is_(None))
    looks = [standing.groups_at(Area.CONTACT, level) for level in (Level.TELL_AFTER, Level.YOU_DO)]
    rows = db.session.execute(
        sa.select(Request.group_id, Request.id)
        .where(
            Request.by_host,
            Request.released_at.is_(None),
            Request.closed_at.is_(None),
            Request.group_id.not_in(resting),
            sa.or_(*(Request.group_id.in_(groups) for groups in looks)),
        )
        .order_by(Request.id)
        .limit(limit)
    )
    return [(group_id, request_id) for group_id, request_id in rows]
