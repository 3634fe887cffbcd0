"""Asking someone in: the invitation, its link, its mail. What may be asked, and by whom, the actions say."""

import secrets

import sqlalchemy as sa
from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer

from portal.autonomy.door import Mistake
from portal.core import clock, mail
from portal.core.db import db
from portal.members import queries
from portal.members.models import Invitation
from portal.people import queries as people
from portal.people.models import Group, Membership, Person
from portal.people.roles import Role


def invite(made_by: int | None, group: Group, email: str, role: Role, *, agreed: bool) -> Invitation:
    """Add an invitation, within an action; the mail leaves once it is agreed. Raises Mistake where they are in already."""
    email = email.strip().lower()
    person = people.person_by_email(email)
    if person is None:
        person = Person(email=email, name="")  # so that a code can reach them; it opens nothing until they accept
        db.session.add(person)
        db.session.flush()
    held = live_membership(group.id, person.id)
    if held and (held.role is role or held.role is Role.ORGANISER):
        raise Mistake("They’re in your group already.", "email")
    if any(invitation.email == email for invitation, _ in queries.open_invitations(group.id)):
        raise Mistake("They’re invited already. You’ll find it below.", "email")
    invitation = Invitation(
        group_id=group.id,
        email=email,
        role=role,
        nonce=secrets.token_hex(16),
        made_by=made_by,
        agreed_at=clock.now() if agreed else None,
        agreed_by=made_by if agreed else None,
    )
    db.session.add(invitation)
    db.session.flush()
    if agreed:
        post(invitation)
    return invitation


def post(invitation: Invitation) -> None:
    """Send the mail with the link."""
    mail.post("members.invitation", invitation_id=invitation.id)


def live_membership(group_id: int, person_id: int) -> Membership | None:
    """Someone's place in a group now."""
    return db.session.scalar(
        sa.select(Membership).where(
            Membership.group_id == group_id, Membership.person_id == person_id, Membership.ended_at.is_(None)
        )
    )


def link_token(invitation: Invitation) -> str:
    """What the link in the email carries: the invitation's number and nonce, signed. It can't be guessed."""
    return str(_links().dumps([invitation.id, invitation.nonce]))


def by_token(token: str) -> Invitation | None:
    """The invitation a link stands for, if it still stands or was accepted."""
    try:
        number, nonce = _links().loads(token)
    except (BadSignature, ValueError, TypeError):
        return None
    found_one = queries.invitation(number)
    fits = found_one is not None and secrets.compare_digest(found_one.nonce, nonce)
    return found_one if fits and found_one and (found_one.is_open or found_one.accepted_at) else None


def _links() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt="invitation")


@mail.letter("members.invitation")
def _letter(invitation_id: int):
    invitation = queries.invitation(invitation_id)
    if invitation is None or not invitation.is_open:
        return None
    group = db.session.get_one(Group, invitation.group_id)
    return mail.Letter(invitation.email, {"link": f"/join/{link_token(invitation)}", "group": group.name})
