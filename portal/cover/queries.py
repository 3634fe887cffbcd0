"""Reads of who is away and covers, and of what groups agreed ahead."""

from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from portal.autonomy import standing
from portal.autonomy.areas import Area, Level
from portal.core import clock
from portal.core.db import db
from portal.cover.models import Away, CoverChoice
from portal.people import queries as people
from portal.people.models import Person, StaffRole
from portal.people.roles import Role

MOST = 50
SUPPORT_STAFF = frozenset({Role.COORDINATOR, Role.FINANCE, Role.SAFEGUARDING})  # who works on support


def now(today=None) -> sa.ColumnElement[bool]:
    """Whether an Away is of today. The day can be given with the query's values, for one that is built once."""
    today = clock.today() if today is None else today
    return sa.and_(Away.from_on <= today, Away.until_on >= today, Away.ended_at.is_(None))


def still_covers(person_id) -> sa.ColumnElement[bool]:
    """Whether a person named as cover coordinates still: nobody else can cover."""
    held = aliased(StaffRole)
    return sa.exists().where(held.person_id == person_id, held.role == Role.COORDINATOR, held.ended_at.is_(None))


def covered_by(person_id, today=None) -> sa.Select:
    """The ids of those whom this person covers for today, for a query."""
    return sa.select(Away.person_id).where(now(today), Away.cover_id == person_id).correlate(None)


def covers(person_id: int | None, holder_id: int | None) -> bool:
    """Whether one covers for the other today."""
    return db.session.scalar(sa.select(sa.literal(holder_id, sa.Integer).in_(covered_by(person_id)))) or False


def agreed_ahead(group_id, at=None) -> sa.ColumnElement[bool]:
    """Whether whoever covers reads the requests of a group (its id, or a column of ids), as it agreed ahead. At “Only us”
    that counts for nothing."""
    chosen = sa.exists().where(CoverChoice.group_id == group_id, CoverChoice.ended_at.is_(None))
    level = standing.level_at(group_id, Area.SUPPORT, at)
    return sa.and_(chosen.correlate_except(CoverChoice), level != Level.ONLY_US)


def choice(group_id: int) -> CoverChoice | None:
    """What a group agreed ahead, as long as it hasn't ended it."""
    return db.session.scalar(sa.select(CoverChoice).where(CoverChoice.group_id == group_id, CoverChoice.ended_at.is_(None)))


def aways() -> Sequence[sa.Row]:
    """Who is away now or soon, the soonest first: the Away, both names, and whether who covers is there all that time."""
    away_person, cover, other = aliased(Person), aliased(Person), aliased(Away)
    gone_too = sa.exists().where(
        other.person_id == Away.cover_id,
        other.ended_at.is_(None),
        other.from_on <= Away.until_on,
        other.until_on >= Away.from_on,
    )
    there = sa.and_(sa.not_(gone_too), still_covers(Away.cover_id))
    return db.session.execute(
        sa.select(Away, away_person.name.label("name"), cover.name.label("cover"), there.label("there"))
        .join(away_person, away_person.id == Away.person_id)
        .join(cover, cover.id == Away.cover_id)
        .where(Away.ended_at.is_(None), Away.until_on >= clock.today())
        .order_by(Away.from_on, Away.id)
        .limit(MOST)
    ).all()


def is_away(person_id: int, from_on: date, until_on: date) -> bool:
    """Whether someone is away on any of these days already."""
    found = sa.select(Away.id).where(
        Away.person_id == person_id, Away.ended_at.is_(None), Away.from_on <= until_on, Away.until_on >= from_on
    )
    return db.session.scalar(found.limit(1)) is not None


def colleagues() -> tuple[dict[int, str], dict[int, str]]:
    """Who works on support, and of them who can cover: names by id."""
    held = [(name, role) for name, role in people.staff() if role.role in SUPPORT_STAFF]
    return (
        {role.person_id: name for name, role in held},
        {role.person_id: name for name, role in held if role.role is Role.COORDINATOR},
    )
