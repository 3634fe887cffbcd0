"""Coming into a group: by invitation, bound to an address, said yes to by a button."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from portal.autonomy import door
from portal.autonomy.areas import Area, Level
from portal.autonomy.models import Proposal
from portal.core import clock, jobs
from portal.core.db import db
from portal.members import actions, queries
from portal.members.invitations import link_token
from portal.members.models import Invitation
from portal.people.models import Group, Membership, Person
from portal.people.roles import Role
from tests import make
from tests.client import Client, words

NEW = "new@example.org"


@pytest.fixture
def marsha(kettle):
    return make.person("Marsha")


@pytest.fixture
def joe(kettle):
    return make.person("Joe")


@pytest.fixture
def imani(app):
    return make.staff("Imani Okafor", Role.COORDINATOR)


def invitations() -> list[Invitation]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(Invitation).order_by(Invitation.id)))


def roles_in(group) -> dict[str, Role]:
    db.session.rollback()
    live = sa.select(Person.email, Membership.role).join(Membership, Membership.person_id == Person.id)
    return dict(db.session.execute(live.where(Membership.group_id == group.id, Membership.ended_at.is_(None))).all())


def invite(client, email=NEW, role="helper"):
    return client.post("/g/tuesday-kettle/people/invitations", data={"email": email, "role": role})


def link() -> str:
    return f"/join/{link_token(invitations()[-1])}"


@pytest.fixture
def invited(app, client, marsha):
    """Somebody new, signed in with the address Marsha invited."""
    invite(client.as_(marsha))
    return Client(app).as_(db.session.scalar(sa.select(Person).where(Person.email == NEW)))


def test_a_helper_is_invited_and_joins(invited, kettle):
    shown = invited.get(link())
    assert "Tuesday Kettle invites you" in words(shown)
    assert "Nothing happens until you say yes" in words(shown)
    answer = invited.post(link(), data={"name": "Noor"})
    assert answer.headers["Location"] == "/g/tuesday-kettle/"
    assert roles_in(kettle)[NEW] is Role.HELPER
    assert "Welcome to Tuesday Kettle" in words(invited.get("/g/tuesday-kettle/"))
    assert "Noor" in words(invited.get("/g/tuesday-kettle/people"))


def test_opening_the_link_changes_nothing(app, invited, kettle):
    """Mail scanners open every link, signed in or not."""
    for client in (invited, Client(app)):
        for method in (client.get, client.head):
            method(link())
    assert invitations()[0].accepted_at is None
    assert NEW not in roles_in(kettle)


def test_nobody_joins_without_signing_in(app, invited, kettle):
    answer = Client(app).post(link(), data={"name": "Scanner"})
    assert answer.headers["Location"].startswith("/sign-in")
    assert NEW not in roles_in(kettle)


def test_an_invitation_is_bound_to_its_address(app, invited, kettle, walkers):
    sam = Client(app).as_(make.person("Sam"))
    assert "for another address" in words(sam.get(link()))
    assert sam.post(link(), data={"name": "Sam"}).status_code == 422
    assert "sam@example.org" not in roles_in(kettle)
    assert invitations()[0].accepted_at is None


@pytest.mark.parametrize(("days", "status"), [(6.9, 303), (7.1, 404)])
def test_an_invitation_lasts_seven_days(app, client, marsha, days, status):
    with time_machine.travel(clock.now(), tick=False) as time:
        invite(client.as_(marsha))
        time.shift(timedelta(days=days))
        new = Client(app).as_(db.session.scalar(sa.select(Person).where(Person.email == NEW)))
        assert new.post(link(), data={"name": "Noor"}).status_code == status


def test_an_invitation_can_be_taken_back(client, invited, kettle):
    where = link()
    client.post(f"/g/tuesday-kettle/people/invitations/{invitations()[0].id}/revocation")
    assert invited.get(where).status_code == 404
    assert invited.post(where, data={"name": "Noor"}).status_code == 404
    assert NEW not in roles_in(kettle)


def test_what_was_taken_back_or_ran_out_is_neither_agreed_to_nor_accepted(kettle, marsha, joe):
    asked = actions.propose_organiser(make.actor(marsha), kettle, email=NEW)
    new = make.actor(db.session.scalar(sa.select(Person).where(Person.email == NEW)), Role.SELF)
    with time_machine.travel(clock.now() + timedelta(days=8)), pytest.raises(door.Mistake, match="run out"):
        actions.agree(make.actor(joe), kettle, asked.id)
    actions.agree(make.actor(joe), kettle, asked.id)
    actions.revoke(make.actor(marsha), kettle, asked.id)
    with pytest.raises(door.Mistake, match="taken back"):
        actions.accept(new, kettle, asked.id, name="Noor")
    assert NEW not in roles_in(kettle)


def test_saying_yes_twice_is_joining_once(invited, kettle):
    where = link()
    for _ in range(2):
        assert invited.post(where, data={"name": "Noor"}).headers["Location"] == "/g/tuesday-kettle/"
    assert invited.get(where).headers["Location"] == "/g/tuesday-kettle/"
    assert list(roles_in(kettle).values()).count(Role.HELPER) == 2


def test_a_used_link_lets_nobody_back_in(client, invited, kettle):
    where = link()
    invited.post(where, data={"name": "Noor"})
    place = db.session.scalar(sa.select(Membership).where(Membership.role == Role.HELPER).order_by(Membership.id.desc()))
    client.post(f"/g/tuesday-kettle/people/{place.id}/removal")
    assert NEW not in roles_in(kettle)
    assert invited.post(where, data={"name": "Noor"}).status_code == 404
    assert NEW not in roles_in(kettle)


def test_a_link_cant_be_made_up(invited):
    good = link_token(invitations()[0])
    sealed, seal = good.split(".")
    other = ("A" if seal[0] != "A" else "B") + seal[1:]  # the last letter of a seal has bits that mean nothing
    for token in (f"{sealed}.{other}", sealed, "1", "WzEsIngiXQ.x", "é"):
        assert invited.get(f"/join/{token}").status_code == 404, token


def test_the_mail_names_the_group_inside_only(invited, settings, monkeypatch):
    from tests.smtp import listening

    with listening() as post:
        monkeypatch.setitem(settings.values, "PORTAL_MAIL_URL", post.url)
        jobs.run_waiting()
        (mail,) = post
    assert (mail["To"], mail["Subject"]) == (NEW, "You are invited to Trellis")
    assert f"http://127.0.0.1:8000{link()}" in mail.get_content()
    assert "Tuesday Kettle" in mail.get_content()
    assert NEW not in str([job.arguments for job in db.session.scalars(sa.select(jobs.Job))])


def test_asking_someone_in_twice_or_someone_who_is_in_is_a_plain_sentence(client, marsha):
    invite(client.as_(marsha))
    assert "They’re invited already" in words(invite(client))
    assert "They’re in your group already" in words(invite(client, "bernie@example.org"))
    assert "They’re in your group already" in words(invite(client, "Joe@Example.org", "organiser"))
    answer = invite(client, "nonsense")
    assert answer.status_code == 422
    assert "Write the whole address" in words(answer)
    assert 'value="nonsense"' in answer.text
    assert len(invitations()) == 1


def test_inviting_needs_a_fresh_proof(client, marsha):
    answer = invite(client.as_(marsha, proved=False))
    assert answer.headers["Location"].startswith("/sign-in/again")
    assert invitations() == []


def test_a_helper_invites_nobody(client, kettle):
    bernie = make.person("Bernie")
    answer = invite(client.as_(bernie))
    assert answer.status_code == 404
    with pytest.raises(door.Refused):
        actions.invite_helper(make.actor(bernie, Role.HELPER), kettle, email=NEW)
    shown = words(client.get("/g/tuesday-kettle/people"))
    assert "Marsha" in shown
    assert "Invite someone" not in shown


def test_a_new_organiser_is_proposed_by_one_and_agreed_by_another(app, client, marsha, joe, kettle):
    says = words(invite(client.as_(marsha), role="organiser"))
    (asked,) = invitations()
    assert asked.waits_for_agreement
    assert not db.session.scalars(sa.select(jobs.Job.id).where(jobs.Job.name == "core.mail")).all()  # none leaves yet
    new = Client(app).as_(db.session.scalar(sa.select(Person).where(Person.email == NEW)))
    assert new.post(link(), data={"name": "Noor"}).status_code == 422
    agree = f"/g/tuesday-kettle/people/invitations/{asked.id}/agreement"
    assert "Someone other than who proposed it" in words(client.post(agree))
    other = Client(app).as_(joe)
    shown = words(other.get("/g/tuesday-kettle/people"))
    assert "Marsha proposes new@example.org as an organiser" in shown
    assert "proposes a new organiser" in words(other.get("/g/tuesday-kettle/"))
    other.post(agree)
    assert db.session.scalars(sa.select(jobs.Job.id).where(jobs.Job.name == "core.mail")).all()
    assert new.post(link(), data={"name": "Noor"}).status_code == 303
    assert roles_in(kettle)[NEW] is Role.ORGANISER
    assert "sent it" not in says


def test_the_only_organiser_brings_in_another_at_once(walkers):
    made = actions.propose_organiser(make.actor(make.person("Sam")), walkers, email=NEW)
    assert not made.waits_for_agreement


def test_a_helper_who_becomes_an_organiser_stays_one_person(app, kettle, marsha, joe):
    asked = actions.propose_organiser(make.actor(marsha), kettle, email="bernie@example.org")
    actions.agree(make.actor(joe), kettle, asked.id)
    bernie = Client(app).as_(make.person("Bernie"))
    bernie.post(link())
    assert roles_in(kettle)["bernie@example.org"] is Role.ORGANISER
    assert len(roles_in(kettle)) == 3


@pytest.mark.parametrize("level", Level)
def test_staff_never_propose_or_agree_to_an_organiser(kettle, marsha, imani, level):
    make.set_level(kettle, Area.PEOPLE, level)
    staff = make.actor(imani, Role.COORDINATOR)
    with pytest.raises(door.Refused, match="Only the group’s own organisers"):
        actions.propose_organiser(staff, kettle, email=NEW)
    asked = actions.propose_organiser(make.actor(marsha), kettle, email=NEW)
    with pytest.raises(door.Refused):
        actions.agree(staff, kettle, asked.id)
    with pytest.raises((door.Refused, door.Proposed, door.Mistake)):
        actions.revoke(staff, kettle, asked.id)
    with pytest.raises(door.Mistake):
        actions.invite_first(staff, kettle, email=NEW)
    assert invitations()[0].is_open
    assert invitations()[0].waits_for_agreement


@pytest.mark.parametrize(
    ("level", "raised"),
    [(Level.ONLY_US, door.Refused), (Level.ASK_FIRST, door.Proposed), (Level.TELL_AFTER, None), (Level.YOU_DO, None)],
)
def test_a_coordinator_invites_a_helper_as_far_as_the_group_lets_them(app, client, kettle, imani, level, raised):
    make.set_level(kettle, Area.PEOPLE, level)
    answer = client.as_(imani).post("/host/groups/tuesday-kettle/helpers", data={"email": NEW})
    assert answer.status_code == {door.Refused: 403, door.Proposed: 202, None: 303}[raised]
    assert len(invitations()) == (raised is None)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Proposal)) == (raised is door.Proposed)


@pytest.mark.parametrize("role", [Role.FINANCE, Role.TRUSTEE, Role.SAFEGUARDING])
def test_other_staff_invite_nobody_at_any_level(client, kettle, role):
    make.set_level(kettle, Area.PEOPLE, Level.YOU_DO)
    someone = make.staff("Glyn Parry", role)
    assert client.as_(someone).post("/host/groups/tuesday-kettle/helpers", data={"email": NEW}).status_code == 404
    with pytest.raises(door.Refused):
        actions.invite_helper(make.actor(someone, role), kettle, email=NEW)


def test_staff_found_a_group_and_invite_its_first_organiser_only(app, client, imani):
    client.as_(imani)
    answer = client.post("/host/groups/", data={"name": "The Long Table", "email": NEW})
    assert answer.headers["Location"] == "/host/groups/the-long-table"
    group = db.session.scalar(sa.select(Group).where(Group.slug == "the-long-table"))
    assert "invited as the first organiser" in words(client.get(answer.headers["Location"]))
    assert client.get("/g/the-long-table/").status_code == 404
    new = Client(app).as_(db.session.scalar(sa.select(Person).where(Person.email == NEW)))
    new.post(link(), data={"name": "Celestine"})
    assert roles_in(group) == {NEW: Role.ORGANISER}
    shown = words(client.get("/host/groups/the-long-table"))
    assert NEW not in shown
    assert "Celestine" not in shown
    answer = client.post("/host/groups/the-long-table/first-organiser", data={"email": "second@example.org"})
    assert answer.status_code == 422
    assert "the group decides who organises" in words(answer)


def test_a_slip_in_the_first_address_is_made_good_while_nobody_came_in(client, imani):
    client.as_(imani).post("/host/groups/", data={"name": "The Long Table", "email": "slip@example.org"})
    old = link()
    client.post("/host/groups/the-long-table/first-organiser", data={"email": NEW})
    slip, right = invitations()
    assert (slip.is_open, right.is_open, right.role) == (False, True, Role.ORGANISER)
    who = db.session.scalar(sa.select(Person).where(Person.email == "slip@example.org"))
    assert client.as_(who).get(old).status_code == 404


def test_the_same_founding_form_twice_is_one_group(client, imani):
    client.as_(imani)
    form = {"name": "The Long Table", "email": NEW, "key": "k" * 20}
    first = client.post("/host/groups/", data=form)
    again = client.post("/host/groups/", data=form)
    assert first.status_code == 303
    assert again.status_code in {303, 422}
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Group)) == 1


def test_an_invitation_of_another_group_is_not_here(kettle, walkers, marsha):
    theirs = actions.propose_organiser(make.actor(make.person("Sam")), walkers, email=NEW)
    for act in (actions.revoke, actions.agree):
        with pytest.raises(door.NotHere):
            act(make.actor(marsha), kettle, theirs.id)
    assert queries.open_invitations(walkers.id)
