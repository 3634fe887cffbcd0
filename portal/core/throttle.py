"""Counts of tries, kept in our own database so that they survive a restart and all workers share them.

It slows down and never locks out: a count forgets itself when its window ends.
"""

import hashlib
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.core import clock
from portal.core.db import db
from portal.core.jobs import regularly


class Tries(db.Model):
    """How often something was tried since its window began. The key is a hash: no address is kept."""

    __tablename__ = "tries"

    key: Mapped[str] = mapped_column(sa.String(64), unique=True)
    since: Mapped[datetime]
    count: Mapped[int]


def too_many(what: str, whose: str, *, limit: int, window: timedelta) -> bool:
    """Count one more try of `what` by `whose` and say whether that is more than `limit` in the window."""
    key = hashlib.sha256(f"{what}\0{whose}".encode()).hexdigest()
    now = clock.now()
    row = db.session.scalar(sa.select(Tries).where(Tries.key == key).with_for_update())
    if row is None:
        row = Tries(key=key, since=now, count=0)
        db.session.add(row)
    elif row.since < now - window:
        row.since, row.count = now, 0
    row.count += 1
    return row.count > limit


@regularly
def forget_old() -> None:
    """Drop counts whose window is long over."""
    db.session.execute(sa.delete(Tries).where(Tries.since < clock.now() - timedelta(days=1)))
    db.session.commit()
