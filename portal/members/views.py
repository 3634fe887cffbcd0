"""The people page of a group, invitations and joining; the host's list of groups."""

from flask import Blueprint, Flask, abort, current_app, request, url_for

from portal.autonomy import amendments, consent, standing
from portal.autonomy.areas import Area
from portal.autonomy.door import may
from portal.autonomy.door_answers import mistakes_beside
from portal.core.db import db
from portal.core.web import invalid, page, saved
from portal.members import actions, invitations, queries, words
from portal.members.forms import AddressForm, AppointForm, FoundForm, InviteForm, JoinForm
from portal.people import queries as people
from portal.people import session
from portal.people.models import Group
from portal.people.reach import actor, as_staff, group, group_at, in_group, signed_in, works_for_host
from portal.people.roles import ORGANISERS, STAFF_WORDS, Role

bp = Blueprint("members", __name__)
COORDINATORS = actions.COORDINATORS
amendments.register(actions.invite_helper, AddressForm)


@bp.get("/g/<group>/people")
@in_group()
def index():
    """Who's in the group, and who is invited."""
    return page("members/index.html", **_people(InviteForm()))


@bp.post("/g/<group>/people/invitations")
@in_group(roles=ORGANISERS, does=(actions.invite_helper, actions.propose_organiser))
def invite():
    form = InviteForm.from_request()
    if form.validate():
        invites = actions.propose_organiser if form.role.data == "organiser" else actions.invite_helper
        with mistakes_beside(form, "email"):
            invitation = invites(actor(), group(), key=form.key.data, email=form.email.data)
            asked = (
                "Another organiser of your group says yes first." if invitation.waits_for_agreement else "We’ve sent it."
            )
            return saved(goto=url_for(".index", group=group().slug), says=asked)
    return invalid("members/index.html", **_people(form))


def _by_one_tap(path: str, does, says: str) -> None:
    """A button that does one thing to one row, whose id is in `path`, and comes back to the people."""

    @in_group(roles=ORGANISERS, does=does)
    def done(**row):
        does(actor(), group(), *row.values())
        return saved(goto=url_for(".index", group=group().slug), says=says)

    bp.add_url_rule(f"/g/<group>/{path}", does.name.partition(".")[2], done, methods=["POST"])


_by_one_tap("people/invitations/<int:invitation_id>/agreement", actions.agree, "Agreed. The invitation is on its way.")
_by_one_tap("people/invitations/<int:invitation_id>/revocation", actions.revoke, "Taken back. The link no longer works.")
_by_one_tap("people/<int:membership_id>/removal", actions.remove_helper, "They’re no longer in the group.")
_by_one_tap("people/<int:membership_id>/removals", actions.ask_removal, "Asked. It needs one more organiser’s yes.")
_by_one_tap("removals/<int:removal_id>/agreement", actions.agree_removal, "Agreed. They’re no longer in the group.")
_by_one_tap("removals/<int:removal_id>/end", actions.end_removal, "They stay. Nothing has changed.")


@bp.post("/g/<group>/people/<int:membership_id>/leaving")
@in_group(does=actions.leave)
def leave(membership_id):
    actions.leave(actor(), group(), membership_id)
    return saved(goto="/", says="You’ve left the group.")


@bp.get("/join/<token>")
@signed_in()
def join(token):
    """An invitation, to accept by a button: opening the link alone does nothing."""
    invitation, inviting = _invited(token)
    if invitation.accepted_at:
        return saved(goto=url_for("home.index", group=inviting.slug))
    return page("members/join.html", invitation=invitation, inviting=inviting, form=JoinForm(), mine=_is_mine(invitation))


@bp.post("/join/<token>")
@signed_in(does=actions.accept)
def accept(token):
    invitation, inviting = _invited(token)
    form, who = JoinForm.from_request(), session.identity()
    if invitation.accepted_at:
        return saved(goto=url_for("home.index", group=inviting.slug))
    fits = form.validate()
    if not (who and who.name) and not form.name.data:
        fits = False
        form.name.errors = ["Write a name. A first name or a nickname is fine."]
    if not fits:
        facts = {"invitation": invitation, "inviting": inviting, "form": form, "mine": _is_mine(invitation)}
        return invalid("members/join.html", **facts)
    actions.accept(actor(), inviting, invitation.id, name=form.name.data or "")
    return saved(goto=url_for("home.index", group=inviting.slug), says=f"Welcome to {inviting.name}.")


@bp.get("/host/groups/")
@as_staff()
def groups():
    """Every hosted group, by name."""
    after = request.args.get("after") or None
    found = people.groups_page(after)
    return page(
        "members/groups.html",
        groups=found[:50],
        after=found[49].slug if len(found) > 50 else None,
        can_found=COORDINATORS & actor().roles,
    )


@bp.get("/host/groups/new")
@as_staff(roles=COORDINATORS, asks_again=True)
def new_group():
    return page("members/new_group.html", form=FoundForm())


@bp.post("/host/groups/")
@as_staff(roles=COORDINATORS, does=actions.found)
def found_group():
    form = FoundForm.from_request()
    if form.validate():
        with mistakes_beside(form, "name"):
            actions.found(actor(), **form.facts())
            slug = actions.slug_of(form.name.data)
            return saved(
                goto=url_for(".group_page", slug=slug), says="The group is here. Its first organiser has an email."
            )
    return invalid("members/new_group.html", form=form)


@bp.get("/host/groups/<slug>")
@as_staff()
def group_page(slug):
    """One group as staff see it: it starts with what the group lets them do."""
    return page("members/group.html", **_group_page(group_at(slug)))


@bp.post("/host/groups/<slug>/first-organiser")
@as_staff(roles=COORDINATORS, does=actions.invite_first)
def invite_first(slug):
    """While nobody ever came in: the first organiser's invitation again."""
    return _invite_from_host(slug, actions.invite_first, "Sent. It works for 7 days.")


@bp.post("/host/groups/<slug>/helpers")
@as_staff(roles=COORDINATORS, does=actions.invite_helper)
def invite_for_group(slug):
    return _invite_from_host(slug, actions.invite_helper, "Sent. The group sees it under What’s changed.")


def _invite_from_host(slug: str, invites, says: str):
    found, form = group_at(slug), AddressForm.from_request()
    if form.validate():
        with mistakes_beside(form):
            invites(actor(), found, **form.facts())
            return saved(goto=url_for(".group_page", slug=slug), says=says)
    return invalid("members/group.html", **_group_page(found, form))


@bp.post("/host/groups/<slug>/people/<int:membership_id>/removal")
@as_staff(roles=COORDINATORS, does=actions.remove_helper)
def remove_for_group(slug, membership_id):
    actions.remove_helper(actor(), group_at(slug), membership_id)
    return saved(goto=url_for(".group_page", slug=slug), says="They’re no longer in the group.")


@bp.post("/host/groups/<slug>/invitations/<int:invitation_id>/revocation")
@as_staff(roles=COORDINATORS, does=actions.revoke)
def host_revoke(slug, invitation_id):
    """Take back a helper's invitation, where the group lets staff."""
    actions.revoke(actor(), group_at(slug), invitation_id)
    return saved(goto=url_for(".group_page", slug=slug), says="Taken back. The link no longer works.")


@bp.get("/host/staff")
@as_staff()
def staff():
    """The host's own people and their roles."""
    return page("members/staff.html", **_staff(AppointForm()))


@bp.post("/host/staff")
@as_staff(roles=COORDINATORS, does=actions.appoint)
def appoint():
    form = AppointForm.from_request()
    if form.validate():
        with mistakes_beside(form, "email"):
            actions.appoint(actor(), **form.facts())
            return saved(goto=url_for(".staff"), says="They have an email telling them how to sign in.")
    return invalid("members/staff.html", **_staff(form))


@bp.post("/host/staff/<int:role_id>/end")
@as_staff(roles=COORDINATORS, does=actions.dismiss)
def dismiss(role_id):
    actions.dismiss(actor(), None, role_id)
    return saved(goto=url_for(".staff"), says="Their role has ended.")


def _group_page(found: Group, form: AddressForm | None = None) -> dict:
    """What staff see of a group. Who is in it, only where the group lets this very person change that: who belongs is the
    group's to keep, so seeing goes no further than what staff were asked to do."""
    sees_people = may(actor(), found, actions.remove_helper).changes
    new = not queries.ever_had_members(found.id)
    invited = queries.open_invitations(found.id) if sees_people or new else []
    levels = standing.of(found.id).levels
    return {
        "group": found,
        "levels": levels,
        "ways": words.ways(actor().roles),
        "members": people.members(found) if sees_people else None,
        "why_hidden": words.why_hidden(levels[Area.PEOPLE]),
        "invitations": [invitation for invitation, _ in invited if new or invitation.role == Role.HELPER],
        "new": new,
        "coordinates": bool(COORDINATORS & actor().roles),
        "inviting": words.inviting(may(actor(), found, actions.invite_helper).outcome),
        "form": form or AddressForm(),
    }


def _staff(form) -> dict:
    facts = {"staff": people.staff(), "form": form, "words": STAFF_WORDS, "me": actor().person_id}
    return facts | {"can_appoint": COORDINATORS & actor().roles}


def _people(form) -> dict:
    me, organises = actor().person_id, Role.ORGANISER in actor().roles
    members = people.members(group())
    invited, leaving = queries.open_invitations(group().id), queries.open_removals(group().id)
    to_agree = [(one, name) for one, name in invited if one.role == Role.ORGANISER and one.waits_for_agreement]
    others = [one for one in members if one.role == Role.ORGANISER and one.person_id != me]
    aside, counted = consent.aside(actor(), works_for_host()), set(consent.electorate(group().id))
    return {
        "members": members,
        "others": others,
        "invitations": invited,
        "to_agree": [(one, name) for one, name in to_agree if organises and one.made_by != me],
        "removals": leaving if organises else [],
        "asks_me": any(me not in {one.asked_by, one.membership.person_id} for one, _, _ in leaving),
        "form": form,
        "me": me,
        "organises": organises,
        "aside": aside,
        "not_of": current_app.config["SETTINGS"].host_name if aside or len(counted) < 2 else "",
        "removable": [one for one in others if len(counted - {one.person_id}) > 1],
    }


def _invited(token: str):
    """The invitation and its group; one that was accepted only for those who are in that group."""
    invitation, who = invitations.by_token(token) or abort(404), session.identity()
    if invitation.accepted_at and not (who and any(place.group_id == invitation.group_id for place in who.places)):
        abort(404)
    return invitation, db.session.get_one(Group, invitation.group_id)


def _is_mine(invitation) -> bool:
    who = session.identity()
    return bool(who and who.email == invitation.email and not invitation.waits_for_agreement)


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
