"""Shares as things a legal duty can be about (`breakglass/items.py`): looked at, or taken off public view for a time."""

import sqlalchemy as sa

from portal.breakglass.items import Kind, register
from portal.breakglass.models import Act
from portal.core import clock
from portal.core.db import db
from portal.core.ids import id_of
from portal.sharing.models import Share


def _by_reference(group_id: int, words: str) -> tuple[int, str] | None:
    """A live share, by its number: what is shown to nobody needn't be hidden."""
    ref = words.upper()
    number = id_of(ref[1:]) if ref.startswith("V") else None
    row = db.session.scalar(sa.select(Share).where(Share.group_id == group_id, Share.id == number))
    return (row.id, row.ref) if row and row.is_live(clock.today()) else None


def _shows(group_id: int, share_id: int) -> list[tuple[str, str]]:
    row = db.session.scalars(sa.select(Share).where(Share.group_id == group_id, Share.id == share_id)).one()
    return [
        ("Reference", row.ref),
        ("The words", row.words),
        ("For", row.who or row.audience.value),
        ("What for", row.purpose),
        ("Until", f"{row.until_on:%-d %B %Y}"),
    ]


register(Kind("shares", frozenset({Act.VIEW, Act.HIDE}), _by_reference, _shows))
