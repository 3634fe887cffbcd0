"""Reads of what was passed on: a group's own, and the host's list, which holds nothing that isn't for everyone there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from portal.core import clock
from portal.core.db import db
from portal.heard import readers
from portal.heard.models import Attribution, PassedOn
from portal.people.models import Group, Person
from portal.people.roles import Actor
from portal.support.models import Message, Request

PAGE = 20


@dataclass(frozen=True)
class Heard:
    """What the host reads of it: the words, the day, and whose they are as those chose: empty where without a name."""

    number: int
    day: date
    words: str
    whose: str
    outcome: str | None
    look_again_on: date | None

    @property
    def ref(self) -> str:
        return f"H{self.number}"


# Names stay in the database where they aren't to be read.
_person = sa.case((PassedOn.attribution == Attribution.PERSON, Person.name)).label("person")
_group = sa.case((PassedOn.attribution != Attribution.NOBODY, Group.name)).label("group")
_HEARD = (
    sa.select(PassedOn.number, PassedOn.added_at, PassedOn.words, _person, _group, PassedOn.outcome, PassedOn.look_again_on)
    .join(Person, Person.id == PassedOn.added_by)
    .join(Group, Group.id == PassedOn.group_id)
    .where(PassedOn.withdrawn_at.is_(None))
)


def _heard(row) -> Heard:
    whose = ", ".join(name for name in (row.person, row.group) if name)
    day = clock.in_london(row.added_at).date()
    return Heard(row.number, day, row.words or "", whose, row.outcome, row.look_again_on)


def every(*, done: bool, after: int | None = None) -> list[Heard]:
    """The host's list, paged by key, one more than a page where there are more: those nothing came of yet, the longest
    waiting first; or (`done`) those with an outcome, the newest first."""
    query = _HEARD.where(PassedOn.outcome.is_not(None) if done else PassedOn.outcome.is_(None))
    if after:
        query = query.where(PassedOn.number < after if done else PassedOn.number > after)
    order = PassedOn.number.desc() if done else PassedOn.number
    return [_heard(row) for row in db.session.execute(query.order_by(order).limit(PAGE + 1))]


def one(number: int) -> Heard | None:
    """One of them."""
    row = db.session.execute(_HEARD.where(PassedOn.number == number)).first()
    return _heard(row) if row else None


def place(number: int) -> tuple[Group, int] | None:
    """Whose it is and its id, for the door alone: never for a page of the host's."""
    row = db.session.execute(
        sa.select(Group, PassedOn.id)
        .join(PassedOn, PassedOn.group_id == Group.id)
        .where(PassedOn.number == number, PassedOn.withdrawn_at.is_(None))
    ).first()
    return (row[0], row[1]) if row else None


def ours(by: Actor, group_id: int, after: int | None = None) -> Sequence[sa.Row]:
    """What a group passed on and this person sees, the newest first, each with who did, and the request's number."""
    query = (
        sa.select(PassedOn, Person.name, Request.number.label("request"))
        .join(Person, Person.id == PassedOn.added_by)
        .join(Request, sa.and_(Request.id == PassedOn.request_id, Request.group_id == PassedOn.group_id))
        .where(PassedOn.group_id == group_id, readers.in_group(by))
        .order_by(PassedOn.number.desc())
        .limit(PAGE + 1)
    )
    return db.session.execute(query.where(PassedOn.number < after) if after else query).all()


def one_of_ours(number: int, by: Actor, group_id: int) -> PassedOn | None:
    """One that this person in the group sees."""
    return db.session.scalar(
        sa.select(PassedOn).where(PassedOn.number == number, PassedOn.group_id == group_id, readers.in_group(by))
    )


def own_messages(request: sa.Row, by: Actor) -> list[tuple[int, str]]:
    """What this person wrote in a request themselves, the oldest first: id and words."""
    rows = db.session.execute(
        sa.select(Message.id, Message.words)
        .where(Message.group_id == request.group_id, Message.request_id == request.id, Message.added_by == by.person_id)
        .where(Message.by_host.is_(False), Message.words.is_not(None))
        .order_by(Message.id)
        .limit(PAGE)
    )
    return [(row.id, row.words) for row in rows]
