"""Reads of invitations."""

import sqlalchemy as sa

from portal.core import clock
from portal.core.db import db
from portal.members.models import LASTS, Invitation
from portal.people.models import Person
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


def waiting_for_yes(group_id: int, person_id: int) -> list[tuple[Invitation, str]]:
    """New organisers that somebody else proposed and this organiser may agree to."""
    return [
        (invitation, name)
        for invitation, name in open_invitations(group_id)
        if invitation.role is Role.ORGANISER and invitation.waits_for_agreement and invitation.made_by != person_id
    ]


def invitation(invitation_id: int) -> Invitation | None:
    return db.session.get(Invitation, invitation_id)
