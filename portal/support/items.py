"""Requests as things a legal duty can be about (`breakglass/items.py`): every word in one, private notes among them."""

import sqlalchemy as sa

from portal.breakglass.items import Kind, register
from portal.breakglass.models import Act
from portal.core import clock
from portal.core.db import db
from portal.core.ids import id_of
from portal.people.models import Person
from portal.support.models import REASON_WORDS, Message, Note, Request


def _by_reference(group_id: int, words: str) -> tuple[int, str] | None:
    ref = words.upper()
    number = id_of(ref[1:]) if ref.startswith("S") else None
    row = db.session.scalar(sa.select(Request).where(Request.group_id == group_id, Request.number == number))
    return (row.id, row.ref) if row else None


def _shows(group_id: int, request_id: int) -> list[tuple[str, str]]:
    """Its number, and what was said and kept in it, the oldest first, each with who and when."""

    def of(model: type[Message] | type[Note]) -> sa.Select:
        own = (model.group_id == group_id, model.request_id == request_id)
        return sa.select(model, Person.name).join(Person, Person.id == model.added_by).where(*own).order_by(model.id)

    number = sa.select(Request.number).where(Request.group_id == group_id, Request.id == request_id)
    rows = sorted((*db.session.execute(of(Message)), *db.session.execute(of(Note))), key=lambda row: row[0].added_at)
    return [
        ("Reference", f"S{db.session.scalar(number)}"),
        *((f"{_kind(row)}{name}, {clock.in_london(row.added_at):%-d %B %Y, %H:%M}", _words(row)) for row, name in rows),
    ]


def _kind(row: Message | Note) -> str:
    if isinstance(row, Message):
        return ""
    return f"Private note ({REASON_WORDS[row.reason]}), " if row.reason else "Note, "


def _words(row: Message | Note) -> str:
    gone = isinstance(row, Note) and row.reason and not row.is_kept(clock.today())
    return "Ended. Its words are gone." if gone else row.words or ""


register(Kind("requests", frozenset({Act.VIEW, Act.DISCLOSE}), _by_reference, _shows))
