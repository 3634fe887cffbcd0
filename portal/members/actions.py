"""Coming into a group and leaving it."""

import re
import secrets

import sqlalchemy as sa
from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer

from portal.autonomy.areas import Area
from portal.autonomy.door import Mistake, Scope, action
from portal.core import clock, mail
from portal.core.db import db
from portal.members import queries
from portal.members.models import Invitation
from portal.people import queries as people
from portal.people.models import Group, Membership, Person, StaffRole
from portal.people.roles import ORGANISERS, Role

COORDINATORS = frozenset({Role.COORDINATOR})
INVITED = frozenset({Role.SELF})


@action(area=Area.PEOPLE, roles=ORGANISERS | COORDINATORS, asks_again=True, says="invited a helper")
def invite_helper(by, group, *, email: str) -> Invitation:
    """Ask someone in as a helper."""
    return _invite(by, group, email, Role.HELPER, agreed=True)


@action(area=Area.PEOPLE, roles=ORGANISERS, asks_again=True, says="proposed an organiser")
def propose_organiser(by, group, *, email: str) -> Invitation:
    """Propose an organiser. Another organiser agrees before the mail leaves; the only one agrees with themselves."""
    return _invite(by, group, email, Role.ORGANISER, agreed=len(people.organisers(group.id)) == 1)


@action(area=Area.PEOPLE, roles=ORGANISERS, asks_again=True, on=Invitation, says="agreed to an organiser")
def agree(by, group, invitation) -> Invitation:
    """Say yes to an organiser somebody else proposed."""
    _check_open(invitation)
    if invitation.made_by == by.person_id:
        raise Mistake("Someone other than who proposed it says yes.")
    if invitation.waits_for_agreement:
        invitation.agreed_at, invitation.agreed_by = clock.now(), by.person_id
        _post(invitation)
    return invitation


@action(area=Area.PEOPLE, roles=ORGANISERS | COORDINATORS, on=Invitation, says="took an invitation back")
def revoke(by, group, invitation) -> Invitation:
    """End an invitation that nobody accepted yet."""
    if invitation.accepted_at is None and invitation.ended_at is None:
        invitation.ended_at, invitation.ended_by = clock.now(), by.person_id
    return invitation


@action(roles=INVITED, on=Invitation, says="accepted an invitation")
def accept(by, group, invitation, *, name: str) -> Membership:
    """Come into the group. The invitation is bound to its address."""
    _check_open(invitation)
    person = db.session.get_one(Person, by.person_id)
    if person.email != invitation.email or invitation.waits_for_agreement:
        raise Mistake("This invitation is for another address. Sign in with the one it was sent to.")
    person.name = person.name or name
    membership = _live_membership(group.id, person.id)
    if membership is None:
        membership = Membership(group_id=group.id, person_id=person.id, role=invitation.role)
        db.session.add(membership)
    elif invitation.role is Role.ORGANISER:
        membership.role, membership.joined_at = Role.ORGANISER, clock.now()
    invitation.accepted_at = clock.now()
    return membership


@action(area=Area.PEOPLE, roles=ORGANISERS | COORDINATORS, on=Membership, asks_again=True, says="removed a helper")
def remove_helper(by, group, membership) -> Membership:
    """End a helper's place in the group. It works at their next request."""
    if membership.role is not Role.HELPER:
        raise Mistake("Removing an organiser takes two others of your group.")
    return _end(membership, by)


@action(roles=frozenset({Role.ORGANISER, Role.HELPER}), on=Membership, area=Area.PEOPLE, helpers_own=True, says="left")
def leave(by, group, membership) -> Membership:
    """Leave the group. The last organiser stays until there is another."""
    if membership.person_id != by.person_id:
        raise Mistake("You can only leave for yourself.")
    if membership.role is Role.ORGANISER and len(people.organisers(group.id)) == 1:
        raise Mistake("You’re the only organiser. Bring in another one first, or talk with us about a pause.")
    return _end(membership, by)


@action(scope=Scope.FOUNDING, roles=COORDINATORS, asks_again=True, says="founded a group")
def found(by, group, *, email: str) -> Invitation:
    """Open the portal to a new group and invite its first organiser, the only one staff ever invite."""
    return _invite(by, group, email, Role.ORGANISER, agreed=True)


@action(scope=Scope.HOST, roles=COORDINATORS, asks_again=True, says="brought in a colleague")
def appoint(by, *, email: str, name: str, role: str) -> StaffRole:
    """Give someone a staff role at the host. They sign in with their address and set up a second factor first."""
    person = people.person_by_email(email)
    if person is None:
        person = Person(email=email.strip().lower(), name=name)
        db.session.add(person)
        db.session.flush()
    person.name = person.name or name
    held = sa.select(StaffRole).where(
        StaffRole.person_id == person.id, StaffRole.role == Role(role), StaffRole.ended_at.is_(None)
    )
    if db.session.scalar(held):
        raise Mistake("They have that role already.", "email")
    given = StaffRole(person_id=person.id, role=Role(role))
    db.session.add(given)
    mail.post("members.appointed", person_id=person.id)
    return given


@action(scope=Scope.HOST, roles=COORDINATORS, asks_again=True, on=StaffRole, says="ended a colleague’s role")
def dismiss(by, staff_role) -> StaffRole:
    """End a staff role. It works at their next request."""
    if staff_role.role is Role.COORDINATOR and staff_role.person_id == by.person_id:
        raise Mistake("Another coordinator ends your role.")
    staff_role.ended_at = staff_role.ended_at or clock.now()
    return staff_role


@mail.letter("members.appointed")
def _appointed_letter(person_id: int):
    return mail.Letter(db.session.get_one(Person, person_id).email, {})


@mail.letter("members.invitation")
def _invitation_letter(invitation_id: int):
    invitation = queries.invitation(invitation_id)
    if invitation is None or not invitation.is_open:
        return None
    group = db.session.get_one(Group, invitation.group_id)
    return mail.Letter(invitation.email, {"link": f"/join/{link_token(invitation)}", "group": group.name})


def link_token(invitation: Invitation) -> str:
    """What the link in the email carries: the invitation's number and nonce, signed. It can't be guessed."""
    return str(_links().dumps([invitation.id, invitation.nonce]))


def invitation_by_token(token: str) -> Invitation | None:
    """The invitation a link stands for, if it still stands."""
    try:
        number, nonce = _links().loads(token)
    except (BadSignature, ValueError, TypeError):
        return None
    found_one = queries.invitation(number)
    fits = found_one is not None and secrets.compare_digest(found_one.nonce, nonce)
    return found_one if fits and found_one and found_one.is_open else None


def _links() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt="invitation")


def _invite(by, group, email: str, role: Role, *, agreed: bool) -> Invitation:
    email = email.strip().lower()
    person = people.person_by_email(email)
    if person is None:
        person = Person(email=email, name="")  # so that a code can reach them; it opens nothing until they accept
        db.session.add(person)
        db.session.flush()
    held = _live_membership(group.id, person.id)
    if held and (held.role is role or held.role is Role.ORGANISER):
        raise Mistake("They’re in your group already.", "email")
    if any(invitation.email == email for invitation, _ in queries.open_invitations(group.id)):
        raise Mistake("They’re invited already. You’ll find it below.", "email")
    invitation = Invitation(
        group_id=group.id,
        email=email,
        role=role,
        nonce=secrets.token_hex(16),
        made_by=by.person_id,
        agreed_at=clock.now() if agreed else None,
        agreed_by=by.person_id if agreed else None,
    )
    db.session.add(invitation)
    db.session.flush()
    if agreed:
        _post(invitation)
    return invitation


def _post(invitation: Invitation) -> None:
    mail.post("members.invitation", invitation_id=invitation.id)


def _check_open(invitation: Invitation) -> None:
    if not invitation.is_open:
        raise Mistake("This invitation has run out or was taken back. Ask for a new one.")


def _live_membership(group_id: int, person_id: int) -> Membership | None:
    return db.session.scalar(
        sa.select(Membership).where(
            Membership.group_id == group_id, Membership.person_id == person_id, Membership.ended_at.is_(None)
        )
    )


def _end(membership: Membership, by) -> Membership:
    membership.ended_at = membership.ended_at or clock.now()
    membership.ended_by = membership.ended_by or by.person_id
    return membership


def slug_of(name: str) -> str:
    """A group's name as its address: The Long Table → the-long-table."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:50] or "group"
