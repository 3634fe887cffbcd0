"""What staff see of a group's people, and who is staff."""

import re

import pytest

from portal.autonomy.areas import Area, Level
from portal.core.db import db
from portal.people.models import StaffRole
from portal.people.roles import Role
from tests import make
from tests.client import Client, words


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.FINANCE, Role.TRUSTEE, Role.SAFEGUARDING])
@pytest.mark.parametrize("level", Level)
def test_who_is_in_a_group_shows_only_to_those_the_group_lets_change_it(client, kettle, level, role):
    make.set_level(kettle, Area.PEOPLE, level)
    shown = words(client.as_(make.staff("Someone Else", role)).get("/host/groups/tuesday-kettle"))
    sees = role is Role.COORDINATOR and level in {Level.TELL_AFTER, Level.YOU_DO}
    assert ("Marsha" in shown) is ("Bernie" in shown) is sees
    assert ("that’s on purpose" in shown) is not sees
    may_suggest = role is Role.COORDINATOR and level is not Level.ONLY_US
    assert ("Suggest a helper" in shown or "Invite a helper" in shown) is may_suggest


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.FINANCE, Role.TRUSTEE, Role.SAFEGUARDING])
def test_every_link_on_a_groups_page_opens_for_whoever_it_is_shown_to(client, kettle, role):
    client.as_(make.staff("Someone Else", role))
    main = client.get("/host/groups/tuesday-kettle").text.partition("<main")[2]
    for to in re.findall(r'href="(/host/[^"]*)"', main):
        assert client.get(to).status_code == 200, to


def test_an_invitation_the_group_made_is_the_groups(client, kettle):
    from portal.members import actions

    actions.invite_helper(make.actor(make.person("Marsha")), kettle, email="new@example.org")
    shown = words(client.as_(make.staff("Imani Okafor", Role.COORDINATOR)).get("/host/groups/tuesday-kettle"))
    assert "new@example.org" not in shown


def test_a_coordinator_brings_in_a_colleague_and_ends_a_role(app, client):
    imani = make.staff("Imani Okafor", Role.COORDINATOR)
    client.as_(imani)
    client.post("/host/staff", data={"email": "glyn@example.org", "name": "Glyn Parry", "role": "finance"})
    assert "Glyn Parry Finance" in words(client.get("/host/staff"))
    glyn = Client(app).as_(make.person("Glyn Parry"))
    assert glyn.get("/host/staff").status_code == 200
    assert glyn.post("/host/staff", data={"email": "x@example.org", "name": "X", "role": "trustee"}).status_code == 404
    held = db.session.scalar(db.select(StaffRole).where(StaffRole.role == Role.FINANCE))
    client.post(f"/host/staff/{held.id}/end")
    assert glyn.get("/host/staff").status_code == 404


def test_a_coordinator_never_ends_their_own_role(client):
    imani = make.staff("Imani Okafor", Role.COORDINATOR)
    held = db.session.scalars(db.select(StaffRole)).one()
    assert "Another coordinator" in words(client.as_(imani).post(f"/host/staff/{held.id}/end"))
    assert client.get("/host/staff").status_code == 200


def test_bringing_in_a_colleague_needs_a_fresh_proof(client):
    imani = make.staff("Imani Okafor", Role.COORDINATOR)
    facts = {"email": "glyn@example.org", "name": "Glyn Parry", "role": "finance"}
    answer = client.as_(imani, proved=False).post("/host/staff", data=facts)
    assert answer.headers["Location"].startswith("/sign-in/again")
    assert db.session.scalar(db.select(db.func.count()).select_from(StaffRole)) == 1


def test_a_role_is_given_once(client):
    client.as_(make.staff("Imani Okafor", Role.COORDINATOR))
    colleague = {"email": "glyn@example.org", "name": "Glyn Parry", "role": "finance"}
    assert client.post("/host/staff", data=colleague).status_code == 303
    again = client.post("/host/staff", data=colleague)
    assert again.status_code == 422
    assert "They have that role already." in words(again)
