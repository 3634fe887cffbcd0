"""Whose yes counts as a group's: today's organisers, less whoever holds a live staff role at the host (decisions/0008).

Whoever is aside can still tighten, stop, say no and undo. Having them aside makes nobody else the only organiser.
"""

import sqlalchemy as sa

from portal.autonomy.door import Mistake
from portal.core.db import db
from portal.people import queries as people
from portal.people.models import Membership, StaffRole
from portal.people.roles import Actor, Role

ASIDE = "You also work for the host, so another organiser says yes to this."

at_host = sa.exists().where(StaffRole.person_id == Membership.person_id, StaffRole.ended_at.is_(None))


def organise(group_id: int | sa.SQLColumnExpression[int]) -> sa.ColumnElement[bool]:
    """Which memberships make somebody an organiser of this group now, as a condition."""
    return sa.and_(Membership.group_id == group_id, Membership.role == Role.ORGANISER, Membership.ended_at.is_(None))


def counted(group_id: int | sa.SQLColumnExpression[int]) -> sa.ColumnElement[bool]:
    """Which memberships give a yes that counts."""
    return sa.and_(organise(group_id), ~at_host)


def electorate(group_id: int) -> list[int]:
    """Person ids of those whose yes counts."""
    return list(db.session.scalars(sa.select(Membership.person_id).where(counted(group_id))))


def is_alone(group_id: int, person_id: int | None) -> bool:
    """Whether this person's yes counts, and the group has no other organiser at all."""
    return electorate(group_id) == [person_id] == people.organisers(group_id)


def aside(by: Actor, at_host: bool | None = None) -> str:
    """Why this organiser's yes doesn't count, as a plain sentence, or nothing. `at_host`: what a page read."""
    if at_host is None:
        at_host = by.person_id is None or people.is_staff(by.person_id)
    return ASIDE if at_host else ""


def check(by: Actor, says: str = ASIDE) -> None:
    """Raise Mistake, saying why, where this organiser's yes doesn't count."""
    if aside(by):
        raise Mistake(says)
