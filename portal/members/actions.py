"""Coming into a group and leaving it."""

import re

import sqlalchemy as sa

from portal.autonomy import consent
from portal.autonomy.areas import Area
from portal.autonomy.door import Mistake, Scope, action
from portal.core import clock, mail, wall
from portal.core.db import db
from portal.members import invitations, queries
from portal.members.models import Invitation, Removal
from portal.people import queries as people
from portal.people.models import Group, Membership, Person, StaffRole
from portal.people.roles import ORGANISERS, Role

ONLY_TWO = "With two organisers, neither can remove the other. Use “We disagree”: the host talks with both of you."
ONLY_ONE_COUNTS = (
    "Two others decide this, and whoever also works for the host isn’t counted. Use “We disagree”: the host talks with all "
    "of you."
)
COORDINATORS = frozenset({Role.COORDINATOR})
INVITED = frozenset({Role.SELF})


def _take_back(by, group, invitation) -> Invitation:
    if invitation.accepted_at:
        raise Mistake("They’ve come in by now. On the people page you can end their place.")
    if invitation.ended_at is None:
        invitation.ended_at, invitation.ended_by = clock.now(), by.person_id
    return invitation


@action(area=Area.PEOPLE, roles=ORGANISERS | COORDINATORS, asks_again=True, undo=_take_back, says="invited a helper")
def invite_helper(by, group, *, email: str) -> Invitation:
    """Ask someone in as a helper."""
    return invitations.invite(by.person_id, group, email, Role.HELPER, agreed=True)


@action(area=Area.PEOPLE, roles=ORGANISERS, asks_again=True, says="proposed an organiser")
def propose_organiser(by, group, *, email: str) -> Invitation:
    """Propose an organiser. Another organiser agrees before the mail leaves; the only one agrees with themselves."""
    alone = consent.is_alone(group.id, by.person_id)
    return invitations.invite(by.person_id, group, email, Role.ORGANISER, agreed=alone)


@action(area=Area.PEOPLE, roles=ORGANISERS, asks_again=True, on=Invitation, says="agreed to an organiser")
def agree(by, group, invitation) -> Invitation:
    """Say yes to an organiser somebody else proposed."""
    _check_open(invitation)
    if invitation.made_by == by.person_id:
        raise Mistake("Someone other than who proposed it says yes.")
    consent.check(by)
    if invitation.waits_for_agreement:
        invitation.agreed_at, invitation.agreed_by = clock.now(), by.person_id
        invitations.post(invitation)
    return invitation


@action(area=Area.PEOPLE, roles=ORGANISERS | COORDINATORS, on=Invitation, says="took an invitation back")
def revoke(by, group, invitation) -> Invitation:
    """End an invitation that nobody accepted yet. Who organises is never the host's, so staff only take back a helper's."""
    if by.is_host and invitation.role is Role.ORGANISER:
        raise Mistake("Only the group’s own organisers decide who organises.")
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
    membership = invitations.live_membership(group.id, person.id)
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


@action(area=Area.PEOPLE, roles=ORGANISERS, on=Membership, asks_again=True, says="asked that an organiser leaves")
def ask_removal(by, group, membership) -> Removal:
    """Ask that another organiser leaves. A third one agrees; with only two, neither can remove the other. Both are of those
    whose yes counts."""
    if membership.role is not Role.ORGANISER or membership.ended_at:
        raise Mistake("They’re not an organiser of your group.")
    if membership.person_id == by.person_id:
        raise Mistake("To go yourself, use “Leave the group”.")
    consent.check(by, "You also work for the host, so other organisers ask this.")
    if len(people.organisers(group.id)) < 3:
        raise Mistake(ONLY_TWO)
    if len(set(consent.electorate(group.id)) - {membership.person_id}) < 2:
        raise Mistake(ONLY_ONE_COUNTS)
    for earlier, *_ in queries.open_removals(group.id):
        if earlier.membership_id == membership.id and earlier.asked_by == by.person_id:
            return earlier
        if earlier.membership_id == membership.id:
            raise Mistake("Somebody asked this already. You’ll find it on the people page, for your yes or no.")
    removal = Removal(group_id=group.id, membership_id=membership.id, asked_by=by.person_id)
    db.session.add(removal)
    return removal


@action(area=Area.PEOPLE, roles=ORGANISERS, on=Removal, asks_again=True, says="agreed that an organiser leaves")
def agree_removal(by, group, removal) -> Removal:
    """Be the second other organiser who says so. It works at the next request of whom it is about."""
    membership = db.session.get_one(Membership, removal.membership_id)
    if removal.agreed_by == by.person_id:
        return removal
    if not removal.is_open or membership.ended_at:
        raise Mistake("This has run out or was taken back. Nothing has changed.")
    if by.person_id == removal.asked_by:
        raise Mistake("Someone other than who asked says yes.")
    if by.person_id == membership.person_id:
        raise Mistake("Two other organisers decide this one. To go yourself, use “Leave the group”.")
    consent.check(by)
    if removal.asked_by not in consent.electorate(group.id):
        raise Mistake("Whoever asked is no longer an organiser who counts, so this has run out. Nothing has changed.")
    removal.agreed_at, removal.agreed_by = clock.now(), by.person_id
    _end(membership, by)
    mail.post("members.removed", membership_id=membership.id)
    return removal


@action(area=Area.PEOPLE, roles=ORGANISERS, on=Removal, says="let an organiser stay")
def end_removal(by, group, removal) -> Removal:
    """Take it back, or say no. Whom it is about can't: they would always say no."""
    if db.session.get_one(Membership, removal.membership_id).person_id == by.person_id:
        raise Mistake("Two other organisers decide this one. The host can help you talk: use “We disagree”.")
    if removal.is_open:
        removal.ended_at, removal.ended_by = clock.now(), by.person_id
    return removal


@action(roles=frozenset({Role.ORGANISER, Role.HELPER}), on=Membership, area=Area.PEOPLE, says="left")
def leave(by, group, membership) -> Membership:
    """Leave the group. The last organiser stays until there is another."""
    if membership.person_id != by.person_id:
        raise Mistake("You can only leave for yourself.")
    if membership.role is Role.ORGANISER and len(people.organisers(group.id)) == 1:
        raise Mistake("You’re the only organiser. Bring in another one first, or ask the host about a pause.")
    return _end(membership, by)


@action(scope=Scope.HOST, roles=COORDINATORS, asks_again=True, says="founded a group")
def found(by, *, name: str, email: str) -> Invitation:
    """Open the portal to a new group and invite its first organiser, the only one staff ever invite."""
    slug = slug_of(name)
    if db.session.scalar(sa.select(Group.id).where(Group.slug == slug)):
        raise Mistake("There is a group by that name already. Choose another name.", "name")
    group = Group(name=name, slug=slug)
    wall.found(group)
    return invitations.invite(by.person_id, group, email, Role.ORGANISER, agreed=True)


@action(roles=COORDINATORS, asks_again=True, says="invited the first organiser again")
def invite_first(by, group, *, email: str) -> Invitation:
    """Invite the first organiser again, where the address had a slip or the link ran out. Only while nobody ever came in:
    from then on, who organises is the group's."""
    if queries.ever_had_members(group.id):
        raise Mistake("Somebody is in this group. From now on, the group decides who organises.")
    for earlier, _ in queries.open_invitations(group.id):
        earlier.ended_at, earlier.ended_by = clock.now(), by.person_id
    db.session.flush()
    return invitations.invite(by.person_id, group, email, Role.ORGANISER, agreed=True)


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


@mail.letter("members.removed")
def _removed_letter(membership_id: int):
    membership = db.session.get_one(Membership, membership_id)
    group = db.session.get_one(Group, membership.group_id)
    return mail.Letter(membership.person.email, {"group": group.name})


def _check_open(invitation: Invitation) -> None:
    if not invitation.is_open:
        raise Mistake("This invitation has run out or was taken back. Ask for a new one.")


def _end(membership: Membership, by) -> Membership:
    membership.ended_at = membership.ended_at or clock.now()
    membership.ended_by = membership.ended_by or by.person_id
    return membership


def slug_of(name: str) -> str:
    """A group's name as its address: The Long Table → the-long-table."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:50] or "group"
