"""Reads about people: who holds which role now, who is in a group."""

from collections.abc import Iterable

import sqlalchemy as sa

from portal.core import clock
from portal.core.db import db
from portal.people.models import Group, Membership, Person, StaffRole, suspended_until
from portal.people.roles import STAFF_ROLES, Actor, Role


def roles_held(actor: Actor, group_id: int | None) -> frozenset[Role]:
    """Which of the actor's roles are true at this moment: a live membership of this group (and no pause
    of it), a live staff role."""
    if actor.person_id is None:
        return actor.roles
    own = actor.roles & {Role.SELF}
    if actor.is_host:
        live = sa.select(StaffRole.role).where(StaffRole.person_id == actor.person_id, StaffRole.ended_at.is_(None))
    else:
        live = sa.select(Membership.role).where(
            Membership.person_id == actor.person_id,
            Membership.group_id == group_id,
            Membership.ended_at.is_(None),
            suspended_until(clock.now()).is_(None),
        )
    return own | (actor.roles & set(db.session.scalars(live)))


def person_by_email(email: str) -> Person | None:
    return db.session.scalar(sa.select(Person).where(Person.email == email.strip().lower()))


def members(group: Group) -> list[Membership]:
    """Everyone in the group now with their names, organisers first, in the order they came."""
    live = (
        sa.select(Membership)
        .join(Membership.person)
        .options(sa.orm.contains_eager(Membership.person))
        .where(Membership.group_id == group.id, Membership.ended_at.is_(None))
        .order_by(Membership.role.desc(), Membership.joined_at, Membership.id)
    )
    return list(db.session.scalars(live))


def organisers(group_id: int) -> list[int]:
    """Person ids of the group's organisers now. Whose yes counts is another question: `autonomy/consent.py`."""
    live = sa.select(Membership.person_id).where(
        Membership.group_id == group_id, Membership.role == Role.ORGANISER, Membership.ended_at.is_(None)
    )
    return list(db.session.scalars(live))


def is_in(group_id: int, person_id: int) -> bool:
    """Whether someone is in the group now, as anything."""
    live = sa.select(Membership.id).where(
        Membership.group_id == group_id, Membership.person_id == person_id, Membership.ended_at.is_(None)
    )
    return db.session.scalar(live) is not None


def is_staff(person_id: int) -> bool:
    """Whether the host has this person in any staff role now."""
    held = sa.select(StaffRole.id).where(StaffRole.person_id == person_id, StaffRole.ended_at.is_(None)).limit(1)
    return db.session.scalar(held) is not None


def names(person_ids: Iterable[int | None]) -> dict[int, str]:
    """Names by person id."""
    wanted = {person_id for person_id in person_ids if person_id}
    if not wanted:
        return {}
    return dict(db.session.execute(sa.select(Person.id, Person.name).where(Person.id.in_(wanted))).all())


def groups_page(after: str | None = None, limit: int = 50) -> list[Group]:
    """Groups by name, paged by key: those after the slug `after`."""
    query = sa.select(Group).order_by(Group.slug).limit(limit + 1)
    if after:
        query = query.where(Group.slug > after)
    return list(db.session.scalars(query))


def staff() -> list[tuple[str, StaffRole]]:
    """The host's staff roles now, each with its person's name, by name."""
    live = (
        sa.select(Person.name, StaffRole)
        .join(StaffRole, StaffRole.person_id == Person.id)
        .where(StaffRole.ended_at.is_(None), StaffRole.role.in_(STAFF_ROLES))
        .order_by(Person.name, StaffRole.id)
    )
    return [(name, held) for name, held in db.session.execute(live)]
