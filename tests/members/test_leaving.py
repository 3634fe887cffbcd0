"""Going from a group: by oneself, as a helper, as an organiser two others ask to go."""

import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from portal.activity.models import Entry
from portal.autonomy import door
from portal.autonomy.areas import Area, Level
from portal.core import clock, jobs
from portal.core.db import db
from portal.members import actions, queries
from portal.members.models import Removal
from portal.people.models import Group, Membership, StaffRole
from portal.people.queries import organisers
from portal.people.roles import Role
from tests import make
from tests.client import Client, words


@pytest.fixture
def poets(app):
    """A group with three organisers and a helper."""
    return make.group("Nightshift Poets", organisers=("Ade", "Lily", "Tomasz"), helpers=("June",))


def place(group, name) -> Membership:
    person = make.person(name)
    return db.session.scalar(
        sa.select(Membership).where(Membership.group_id == group.id, Membership.person_id == person.id)
    )


def organiser(name):
    return make.actor(make.person(name))


def is_in(group, name) -> bool:
    db.session.rollback()
    return place(group, name).ended_at is None


def ask(group, by, about) -> Removal:
    return actions.ask_removal(organiser(by), group, place(group, about).id)


def test_a_removed_helper_is_out_at_the_next_request(app, client, kettle):
    bernie = client.as_(make.person("Bernie"))
    assert bernie.get("/g/tuesday-kettle/").status_code == 200
    marsha = Client(app).as_(make.person("Marsha"))
    marsha.post(f"/g/tuesday-kettle/people/{place(kettle, 'Bernie').id}/removal")
    assert bernie.get("/g/tuesday-kettle/").status_code == 404
    assert bernie.post("/g/tuesday-kettle/receipts/", data={}).status_code == 404
    assert "Bernie" not in words(marsha.get("/g/tuesday-kettle/people"))


def test_removing_a_helper_is_never_removing_an_organiser(kettle):
    with pytest.raises(door.Mistake, match="takes two others"):
        actions.remove_helper(organiser("Marsha"), kettle, place(kettle, "Joe").id)
    assert is_in(kettle, "Joe")


@pytest.mark.parametrize(
    ("level", "raised"),
    [(Level.ONLY_US, door.Refused), (Level.ASK_FIRST, door.Proposed), (Level.TELL_AFTER, None), (Level.YOU_DO, None)],
)
def test_a_coordinator_removes_a_helper_as_far_as_the_group_lets_them(client, kettle, level, raised):
    make.set_level(kettle, Area.PEOPLE, level)
    client.as_(make.staff("Imani Okafor", Role.COORDINATOR))
    answer = client.post(f"/host/groups/tuesday-kettle/people/{place(kettle, 'Bernie').id}/removal")
    assert answer.status_code == {door.Refused: 403, door.Proposed: 202, None: 303}[raised]
    assert is_in(kettle, "Bernie") is (raised is not None)


def test_anyone_leaves_for_themselves_only(client, kettle):
    bernie = make.actor(make.person("Bernie"), Role.HELPER)
    with pytest.raises(door.Refused):
        actions.leave(bernie, kettle, place(kettle, "Marsha").id)
    with pytest.raises(door.Mistake, match="only leave for yourself"):
        actions.leave(organiser("Marsha"), kettle, place(kettle, "Joe").id)
    client.as_(make.person("Bernie")).post(f"/g/tuesday-kettle/people/{place(kettle, 'Bernie').id}/leaving")
    assert not is_in(kettle, "Bernie")
    assert client.get("/g/tuesday-kettle/").status_code == 404


def test_the_last_organiser_stays_until_there_is_another(kettle):
    actions.leave(organiser("Joe"), kettle, place(kettle, "Joe").id)
    with pytest.raises(door.Mistake, match="You’re the only organiser"):
        actions.leave(organiser("Marsha"), kettle, place(kettle, "Marsha").id)
    assert is_in(kettle, "Marsha")


def test_when_both_organisers_leave_at_once_one_stays(app, kettle):
    ids = {name: place(kettle, name).id for name in ("Marsha", "Joe")}
    actors = {name: organiser(name) for name in ids}
    group_id, start = kettle.id, threading.Barrier(2)
    db.session.rollback()

    def go(name):
        with app.app_context():
            start.wait(30)
            try:
                actions.leave(actors[name], db.session.get_one(Group, group_id), ids[name])
            except door.Mistake:
                pass
            finally:
                db.session.remove()

    runners = [threading.Thread(target=go, args=(name,)) for name in ids]
    for runner in runners:
        runner.start()
    for runner in runners:
        runner.join(60)
    db.session.rollback()
    assert len(organisers(group_id)) == 1


def test_removing_an_organiser_takes_two_others(app, client, poets):
    ade, lily = client.as_(make.person("Ade")), Client(app).as_(make.person("Lily"))
    tomasz = Client(app).as_(make.person("Tomasz"))
    ade.post(f"/g/nightshift-poets/people/{place(poets, 'Tomasz').id}/removals")
    (removal,) = db.session.scalars(sa.select(Removal))
    agree = f"/g/nightshift-poets/removals/{removal.id}/agreement"
    assert is_in(poets, "Tomasz")
    assert "You asked that Tomasz leaves" in words(ade.get("/g/nightshift-poets/people"))
    assert "Ade asks that you stop being an organiser" in words(tomasz.get("/g/nightshift-poets/people"))
    assert "Someone other than who asked" in words(ade.post(agree))
    assert "Two other organisers decide" in words(tomasz.post(agree))
    assert is_in(poets, "Tomasz")
    assert "Ade asks that Tomasz stops being an organiser" in words(lily.get("/g/nightshift-poets/people"))
    lily.post(agree)
    assert not is_in(poets, "Tomasz")
    assert tomasz.get("/g/nightshift-poets/").status_code == 404
    said = [entry.action for entry in db.session.scalars(sa.select(Entry).order_by(Entry.id))]
    assert said == ["members.ask_removal", "members.agree_removal"]


def test_whoever_was_removed_is_told(poets, settings, monkeypatch):
    from tests.smtp import listening

    actions.agree_removal(organiser("Lily"), poets, ask(poets, "Ade", "Tomasz").id)
    with listening() as post:
        monkeypatch.setitem(settings.values, "PORTAL_MAIL_URL", post.url)
        jobs.run_waiting()
        (mail,) = post
    assert (mail["To"], mail["Subject"]) == ("tomasz@example.org", "News from Trellis")
    assert "Nightshift Poets" in mail.get_content()


def test_with_two_organisers_neither_removes_the_other(client, kettle):
    marsha = client.as_(make.person("Marsha"))
    answer = marsha.post(f"/g/tuesday-kettle/people/{place(kettle, 'Joe').id}/removals")
    assert answer.status_code == 422
    assert "neither can remove the other. Use “We disagree”" in words(answer)
    assert "talks with both of us, and takes no side" in words(marsha.get("/g/tuesday-kettle/people"))
    assert is_in(kettle, "Joe")
    assert queries.open_removals(kettle.id) == []


def test_a_no_or_fourteen_quiet_days_and_nothing_has_happened(poets):
    with time_machine.travel(clock.now(), tick=False) as time:
        first = ask(poets, "Ade", "Tomasz")
        with pytest.raises(door.Mistake, match="Two other organisers decide"):
            actions.end_removal(organiser("Tomasz"), poets, first.id)
        actions.end_removal(organiser("Lily"), poets, first.id)
        with pytest.raises(door.Mistake, match="run out or was taken back"):
            actions.agree_removal(organiser("Lily"), poets, first.id)
        second = ask(poets, "Ade", "Tomasz")
        time.shift(timedelta(days=14, minutes=1))
        with pytest.raises(door.Mistake, match="run out"):
            actions.agree_removal(organiser("Lily"), poets, second.id)
        assert is_in(poets, "Tomasz")
        assert queries.open_removals(poets.id) == []


def test_asking_twice_is_asking_once(poets):
    assert ask(poets, "Ade", "Tomasz").id == ask(poets, "Ade", "Tomasz").id
    with pytest.raises(door.Mistake, match="asked this already"):
        ask(poets, "Lily", "Tomasz")
    removal = db.session.scalars(sa.select(Removal)).one()
    for _ in range(2):
        actions.agree_removal(organiser("Lily"), poets, removal.id)
    assert not is_in(poets, "Tomasz")


def test_what_someone_asked_who_has_gone_since_is_no_longer_asked(poets):
    removal = ask(poets, "Ade", "Tomasz")
    actions.leave(organiser("Ade"), poets, place(poets, "Ade").id)
    with pytest.raises(door.Mistake, match="no longer an organiser"):
        actions.agree_removal(organiser("Lily"), poets, removal.id)
    assert is_in(poets, "Tomasz")


def test_two_who_ask_each_other_to_go_at_once_never_both_go(poets):
    """Ade asks about Lily, Lily about Ade, Tomasz agrees to both: after the first, only two are left."""
    first, second = ask(poets, "Ade", "Lily"), ask(poets, "Lily", "Ade")
    actions.agree_removal(organiser("Tomasz"), poets, first.id)
    with pytest.raises(door.Mistake, match="no longer an organiser"):
        actions.agree_removal(organiser("Tomasz"), poets, second.id)
    assert is_in(poets, "Ade")


@pytest.mark.parametrize("level", Level)
def test_staff_never_touch_who_organises(poets, level):
    make.set_level(poets, Area.PEOPLE, level)
    imani = make.actor(make.staff("Imani Okafor", Role.COORDINATOR), Role.COORDINATOR)
    removal = ask(poets, "Ade", "Tomasz")
    with pytest.raises(door.Refused):
        actions.ask_removal(imani, poets, place(poets, "Lily").id)
    with pytest.raises(door.Refused):
        actions.agree_removal(imani, poets, removal.id)
    with pytest.raises(door.Refused):
        actions.end_removal(imani, poets, removal.id)
    assert is_in(poets, "Tomasz")


def test_helpers_have_no_say_in_who_organises(client, poets):
    june = client.as_(make.person("June"))
    removal = ask(poets, "Ade", "Tomasz")
    assert june.post(f"/g/nightshift-poets/removals/{removal.id}/agreement").status_code == 404
    assert "asks that" not in words(june.get("/g/nightshift-poets/people"))
    with pytest.raises(door.Refused):
        actions.agree_removal(make.actor(make.person("June"), Role.HELPER), poets, removal.id)


def test_a_removal_of_another_group_is_not_here(poets, kettle):
    removal = ask(poets, "Ade", "Tomasz")
    with pytest.raises(door.NotHere):
        actions.agree_removal(organiser("Marsha"), kettle, removal.id)
    with pytest.raises(door.NotHere):
        actions.ask_removal(organiser("Marsha"), kettle, place(poets, "Ade").id)


def test_removing_an_organiser_needs_a_fresh_proof(client, poets):
    ade = client.as_(make.person("Ade"), proved=False)
    answer = ade.post(f"/g/nightshift-poets/people/{place(poets, 'Tomasz').id}/removals")
    assert answer.headers["Location"].startswith("/sign-in/again")
    assert db.session.scalar(sa.select(Removal)) is None


def test_someone_in_two_groups_acts_in_each_as_what_they_are_there(client, kettle, walkers):
    from portal.core import wall

    sam = make.person("Sam")
    with wall.opened(kettle.id):
        db.session.add(Membership(group_id=kettle.id, person_id=sam.id, role=Role.HELPER))
    db.session.commit()
    client.as_(sam)
    assert words(client.get("/places")).count("Organiser") == 1
    assert "Invite someone" in words(client.get("/g/hillfoot-walkers/people"))
    assert "Invite someone" not in words(client.get("/g/tuesday-kettle/people"))
    new = {"email": "new@example.org", "role": "helper"}
    assert client.post("/g/tuesday-kettle/people/invitations", data=new).status_code == 404
    assert client.post("/g/hillfoot-walkers/people/invitations", data=new).status_code == 303
    assert [len(queries.open_invitations(group.id)) for group in (kettle, walkers)] == [0, 1]


def test_staff_who_organise_a_group_keep_the_two_sides_apart(client, kettle, walkers):
    """On the group's side no staff role helps; on the host's side no place in a group does."""
    sam = make.person("Sam")
    db.session.add(StaffRole(person_id=sam.id, role=Role.COORDINATOR))
    db.session.commit()
    client.as_(sam)
    assert "don’t mix" in words(client.get("/places"))
    assert client.get("/g/tuesday-kettle/people").status_code == 404
    assert "Invite someone" in words(client.get("/g/hillfoot-walkers/people"))
    answer = client.post("/host/groups/hillfoot-walkers/helpers", data={"email": "new@example.org"})
    assert answer.status_code == 403  # their own group keeps it from them as staff
    assert "Only the group sees who is in it" in words(client.get("/host/groups/hillfoot-walkers"))
    answer = client.post("/g/hillfoot-walkers/people/invitations", data={"email": "new@example.org", "role": "helper"})
    assert answer.status_code == 303
    made = db.session.scalars(sa.select(Entry).where(Entry.action == "members.invite_helper").order_by(Entry.id))
    assert [(entry.role, entry.outcome) for entry in made] == [(Role.COORDINATOR, "deny"), (Role.ORGANISER, "allow")]


def test_only_another_organiser_who_is_still_there_can_be_asked_to_go(poets):
    """Helpers are removed by one; going oneself is leaving."""
    for name in ("June", "Ade"):
        with pytest.raises(door.Mistake, match=r"not an organiser|Leave the group"):
            ask(poets, "Ade", name)
    actions.leave(organiser("Tomasz"), poets, place(poets, "Tomasz").id)
    with pytest.raises(door.Mistake, match="not an organiser"):
        ask(poets, "Ade", "Tomasz")
