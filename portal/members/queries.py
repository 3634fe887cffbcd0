"""Reads of invitations and removals."""

import sqlalchemy as sa

from portal.core import clock
from portal.core.db import db
from portal.core.waiting import columns
from portal.members.models import LASTS, REMOVAL_LASTS, Invitation, Removal
from portal.people.models import Membership, Person
from portal.people.roles import Role


def open_invitations(group_id: int) -> list[tuple[Invitation, str]]:
    """Invitations of a group that still stand, with the name of who made each."""
    since = clock.now() - LASTS
    query = (
        sa.select(Invitation, Person.name)
        .join(Person, Person.id == Invitation.made_by)
        .where(
            Invitation.group_id == group_id,
            Invitation.accepted_at.is_(None),
            Invitation.ended_at.is_(None),
            sa.func.coalesce(Invitation.agreed_at, Invitation.made_at) > since,
        )
        .order_by(Invitation.id)
    )
    return [(invitation, name) for invitation, name in db.session.execute(query)]


_asker = sa.orm.aliased(Person)
# What an organiser may agree to: new organisers somebody else proposed, organisers somebody else asks to go.
WAITING_FOR_YES = (
    sa.select(*columns("organiser", number=Invitation.id, who=Person.name, what=Invitation.email, at=Invitation.made_at))
    .join(Person, Person.id == Invitation.made_by)
    .where(
        Invitation.group_id == sa.bindparam("group"),
        Invitation.role == Role.ORGANISER,
        Invitation.made_by != sa.bindparam("person"),
        Invitation.agreed_at.is_(None),
        Invitation.accepted_at.is_(None),
        Invitation.ended_at.is_(None),
        Invitation.made_at > sa.bindparam("invited_since"),
    ),
    sa.select(*columns("removal", number=Removal.id, who=_asker.name, what=Person.name, at=Removal.asked_at))
    .join(_asker, _asker.id == Removal.asked_by)
    .join(Membership, sa.and_(Membership.id == Removal.membership_id, Membership.group_id == Removal.group_id))
    .join(Person, Person.id == Membership.person_id)
    .where(
        Removal.group_id == sa.bindparam("group"),
        Removal.asked_by != sa.bindparam("person"),
        Membership.person_id != sa.bindparam("person"),
        Removal.agreed_at.is_(None),
        Removal.ended_at.is_(None),
        Removal.asked_at > sa.bindparam("removals_since"),
        Membership.ended_at.is_(None),
    ),
)


def waiting_since() -> dict:
    """From when on things still wait, for WAITING_FOR_YES."""
    return {"invited_since": clock.now() - LASTS, "removals_since": clock.now() - REMOVAL_LASTS}


def invitation(invitation_id: int) -> Invitation | None:
    return db.session.get(Invitation, invitation_id)


def open_removals(group_id: int) -> list[tuple[Removal, str, str]]:
    """Removals of organisers that still stand: with the name of who asked, and of whom it is about."""
    asker, about = sa.orm.aliased(Person), sa.orm.aliased(Person)
    query = (
        sa.select(Removal, asker.name, about.name)
        .join(asker, asker.id == Removal.asked_by)
        .join(Removal.membership)
        .join(about, about.id == Membership.person_id)
        .options(sa.orm.contains_eager(Removal.membership))
        .where(
            Removal.group_id == group_id,
            Removal.agreed_at.is_(None),
            Removal.ended_at.is_(None),
            Removal.asked_at > clock.now() - REMOVAL_LASTS,
            Membership.ended_at.is_(None),
        )
        .order_by(Removal.id)
    )
    return [(removal, by, whom) for removal, by, whom in db.session.execute(query)]


def ever_had_members(group_id: int) -> bool:
    """Whether anyone ever came into this group."""
    return db.session.scalar(sa.select(Membership.id).where(Membership.group_id == group_id).limit(1)) is not None
