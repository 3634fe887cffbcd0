"""How long a group has been silent, who was named for it, and what was asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from portal.activity.models import Entry
from portal.autonomy import standing
from portal.autonomy.areas import Outcome
from portal.autonomy.models import SILENT_AFTER, ContactTry
from portal.core import clock
from portal.core.db import db
from portal.core.waiting import columns
from portal.people.models import Group, Person
from portal.people.roles import Role
from portal.silence.models import EXIT_AFTER, NAMED_MAY_ASK_AFTER, NamedPerson, Wish

PAGE = 20


@dataclass(frozen=True)
class Silence:
    """A group's silence: the first unheard try, and from when each rung holds. UTC, quiet time not counted."""

    since: datetime
    waits_from: datetime
    named_from: datetime
    exit_from: datetime

    @property
    def rung(self) -> int:
        """0 still being tried, 1 all waits, 2 named people may ask, 3 trustees may follow the exit plan."""
        now = clock.now()
        return sum(moment <= now for moment in (self.waits_from, self.named_from, self.exit_from))


def silence(group_id: int, tries: list[datetime] | None = None) -> Silence | None:
    """How silent a group is; None where its organisers were heard of, or tried less than twice. `tries` where known."""
    if tries is None:
        tries = list(db.session.scalars(sa.select(ContactTry.at).where(ContactTry.group_id == group_id)))
    spells = standing.quiet_spells(group_id) if tries else []
    since = standing.silent_since(group_id, tries, spells)
    if since is None:
        return None
    rungs = (SILENT_AFTER, NAMED_MAY_ASK_AFTER, EXIT_AFTER)
    return Silence(since, *(standing.deadline(since, after, spells) for after in rungs))


def tries(group_id: int, limit: int = 100) -> Sequence[sa.Row]:
    """The newest tries, with who tried."""
    return db.session.execute(
        sa.select(ContactTry, Person.name)
        .join(Person, Person.id == ContactTry.person_id)
        .where(ContactTry.group_id == group_id)
        .order_by(ContactTry.id.desc())
        .limit(limit)
    ).all()


def named(group_id: int) -> Sequence[NamedPerson]:
    """Whom the group named and still does, in the order they were."""
    live = sa.select(NamedPerson).where(NamedPerson.group_id == group_id, NamedPerson.ended_at.is_(None))
    return db.session.scalars(live.order_by(NamedPerson.id)).all()


def naming(person_id: int | None) -> Sequence[sa.Row]:
    """The groups that name this person."""
    return db.session.execute(
        sa.select(NamedPerson, Group)
        .join(Group, Group.id == NamedPerson.group_id)
        .where(NamedPerson.person_id == person_id, NamedPerson.ended_at.is_(None))
        .order_by(NamedPerson.id)
        .limit(PAGE)
    ).all()


def wishes(group_id: int, limit: int = 20) -> Sequence[sa.Row]:
    """What was asked, newest first, with who asked."""
    return db.session.execute(
        sa.select(Wish, Person.name)
        .join(Person, Person.id == Wish.asked_by)
        .where(Wish.group_id == group_id)
        .order_by(Wish.id.desc())
        .limit(limit)
    ).all()


def wish(group_id: int, number: int) -> Wish | None:
    return db.session.scalar(sa.select(Wish).where(Wish.id == number, Wish.group_id == group_id))


def tried(before: int | None = None) -> Sequence[sa.Row]:
    """The host's list: each group with its newest try, the newest first, paged by key."""
    newest = sa.select(sa.func.max(ContactTry.id).label("id")).group_by(ContactTry.group_id).subquery()
    query = (
        sa.select(ContactTry, Group)
        .join(newest, newest.c.id == ContactTry.id)
        .join(Group, Group.id == ContactTry.group_id)
        .order_by(ContactTry.id.desc())
    )
    return db.session.execute((query.where(ContactTry.id < before) if before else query).limit(PAGE + 1)).all()


# What waits at home for organisers: a try that no act of theirs answered yet.
_heard = sa.exists().where(
    Entry.group_id == ContactTry.group_id,
    Entry.at > ContactTry.at,
    Entry.role == Role.ORGANISER,
    Entry.outcome == Outcome.ALLOW,
)
WAITING = (
    sa.select(*columns("tried", number=ContactTry.id, who=Person.name, what=ContactTry.how, at=ContactTry.at))
    .join(Person, Person.id == ContactTry.person_id)
    .where(ContactTry.group_id == sa.bindparam("group"), ~_heard)
)
