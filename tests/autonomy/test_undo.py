"""Tell us after, with a real undo: 14 days, exact earlier values, both acts stay in the log."""

import dataclasses
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from portal.activity import chain
from portal.activity.models import Entry, EntryWords
from portal.autonomy import actions, door
from portal.autonomy.areas import Area, Level
from portal.autonomy.door import Mistake, Proposed, Refused
from portal.autonomy.models import Proposal
from portal.core import clock, wall
from portal.core.db import db
from portal.disagreements import actions as disagreements
from portal.members import actions as members
from portal.members.models import Invitation
from portal.people.models import Group, Membership
from portal.people.roles import Role
from portal.receipts import actions as receipts
from portal.receipts.models import Receipt
from tests import make


@pytest.fixture
def told(kettle):
    """A receipt of a group that is told after, relabelled by finance: (receipt, the entry, finance, an organiser)."""
    make.set_level(kettle, Area.RECEIPTS, Level.TELL_AFTER)
    receipt = make.receipt(kettle, label="milk", note="for Tuesday")
    glyn = make.actor(make.staff("Glyn Parry", Role.FINANCE), Role.FINANCE)
    receipts.describe(glyn, kettle, receipt.id, label="refreshments", note=None)
    entry = db.session.scalars(sa.select(Entry).where(Entry.action == "receipts.describe")).one()
    return receipt, entry, glyn, make.actor(make.person("Marsha"))


def now_(receipt) -> tuple:
    db.session.rollback()
    row = db.session.get_one(Receipt, receipt.id, populate_existing=True)
    return row.label, row.note


def test_undo_on_day_14_restores_and_on_day_15_is_refused(kettle, told):
    """Worked example 1 of the autonomy guide."""
    receipt, entry, _, marsha = told
    with time_machine.travel(clock.now() + timedelta(days=14, seconds=5)), pytest.raises(Mistake):
        actions.undo(marsha, kettle, entry.id)
    with time_machine.travel(clock.now() + timedelta(days=13, hours=23)):
        actions.undo(marsha, kettle, entry.id)
    assert now_(receipt) == ("milk", "for Tuesday")


def test_both_acts_stay_in_the_log_and_it_holds(kettle, told):
    _, entry, _, marsha = told
    actions.undo(marsha, kettle, entry.id)
    assert [one.action for one, *_ in chain.entries(kettle.id)][-2:] == ["receipts.describe", "autonomy.undo"]
    assert list(chain.faults(kettle.id)) == []
    with pytest.raises(Mistake):
        actions.undo(marsha, kettle, entry.id)


def test_a_clash_is_not_guessed(kettle, told):
    receipt, entry, _, marsha = told
    receipts.describe(marsha, kettle, receipt.id, label="milk and bread")
    with pytest.raises(Mistake, match="Choose"):
        actions.undo(marsha, kettle, entry.id)
    actions.undo(marsha, kettle, entry.id, keep="now")
    assert now_(receipt) == ("milk and bread", "for Tuesday")


def test_a_clash_settled_for_what_was_before(kettle, told):
    receipt, entry, _, marsha = told
    receipts.describe(marsha, kettle, receipt.id, label="milk and bread")
    actions.undo(marsha, kettle, entry.id, keep="before")
    assert now_(receipt) == ("milk", "for Tuesday")


def test_after_an_undo_staff_may_only_propose_to_that_record_for_30_days(kettle, told):
    receipt, entry, glyn, marsha = told
    other = make.receipt(kettle, label="bread")
    actions.undo(marsha, kettle, entry.id)
    with pytest.raises(Proposed):
        receipts.describe(glyn, kettle, receipt.id, label="again")
    receipts.describe(glyn, kettle, other.id, label="loaves")
    assert now_(other)[0] == "loaves"
    with time_machine.travel(clock.now() + timedelta(days=30, seconds=5)):
        receipts.describe(glyn, kettle, receipt.id, label="again")
    assert now_(receipt)[0] == "again"
    make.set_level(kettle, Area.RECEIPTS, Level.ONLY_US)
    with pytest.raises(Refused):
        receipts.describe(glyn, kettle, receipt.id, label="once more")


def test_what_the_organisers_dont_agree_about_stays_as_it_is_until_they_do(kettle, told):
    receipt, entry, _, marsha = told
    disagreements.disagree(marsha, kettle, about=f"R{receipt.number}", words="Not like this.", among="ourselves")
    with pytest.raises(Mistake, match="don’t agree about this"):
        actions.undo(marsha, kettle, entry.id)
    assert now_(receipt) == ("refreshments", None)


def test_only_organisers_undo(kettle, told):
    _, entry, glyn, _ = told
    with pytest.raises(Refused):
        actions.undo(glyn, kettle, entry.id)


def test_undo_is_two_taps_from_what_we_were_told(client, kettle, told):
    receipt, entry, _, _ = told
    client.as_(make.person("Joe"))
    page = client.get(f"/g/tuesday-kettle/changes/{entry.id}")
    assert "Put it back how it was" in page.text
    assert client.post(f"/g/tuesday-kettle/changes/{entry.id}/undo", data={"key": "k" * 20}).status_code == 303
    assert now_(receipt) == ("milk", "for Tuesday")


def test_an_earlier_change_can_still_be_undone_after_a_later_one_was(kettle, told):
    """Two changes staff told of, taken back one after the other, the newest first."""
    receipt, first, glyn, marsha = told
    receipts.describe(glyn, kettle, receipt.id, label="drinks")
    second = db.session.scalars(sa.select(Entry).order_by(Entry.id.desc()).limit(1)).one()
    actions.undo(marsha, kettle, second.id)
    assert now_(receipt) == ("refreshments", None)
    actions.undo(marsha, kettle, first.id)
    assert now_(receipt) == ("milk", "for Tuesday")


def test_a_change_that_changes_nothing_leaves_no_line(kettle, told):
    """Safety guide, invariant 2: no line without a change."""
    receipt, _, glyn, marsha = told
    before = chain.fingerprint(kettle.id)
    receipts.describe(glyn, kettle, receipt.id, label="refreshments")
    actions.set_level(marsha, kettle, area=Area.RECEIPTS, level=Level.TELL_AFTER)
    actions.wake(marsha, kettle)
    assert chain.fingerprint(kettle.id) == before


def test_what_is_no_longer_there_cant_be_put_back(kettle, told):
    receipt, entry, _glyn, marsha = told
    make.erase(receipt)
    with pytest.raises(Mistake, match="no longer there"):
        actions.undo(marsha, kettle, entry.id)


@pytest.mark.parametrize("on_its_way", [{"paid_on": clock.today()}, {"in_run_at": clock.now()}])
def test_what_the_money_is_on_its_way_for_is_past_undoing_and_our_own_words_are_not(client, kettle, told, on_its_way):
    """Autonomy guide, "Proposals, undo, notices": money already paid. Worked example 1 holds for a label all the same."""
    receipt, entry, glyn, marsha = told
    receipts.describe(glyn, kettle, receipt.id, amount_pence=99_00)
    money = make.newest_entry(kettle, "receipts.describe").id
    words, number = entry.id, receipt.id
    make.set_facts(receipt, **on_its_way)
    with pytest.raises(Mistake, match="The money is on its way or paid"):
        actions.undo(marsha, kettle, money)
    client.as_(make.person("Marsha"))
    page = client.get(f"/g/tuesday-kettle/changes/{money}").text
    assert "The money is on its way or paid, so this can’t be undone." in page
    assert "Put it back how it was" not in page
    assert "Put it back how it was" in client.get(f"/g/tuesday-kettle/changes/{words}").text
    assert client.post(f"/g/tuesday-kettle/changes/{words}/undo", data={"key": "k" * 20}).status_code == 303
    row = db.session.get_one(Receipt, number)
    assert (row.label, row.note, row.amount_pence) == ("milk", "for Tuesday", 99_00)


def test_words_taken_out_of_the_log_are_nowhere_in_it_and_it_still_checks_out(client, kettle, told):
    receipt, entry, _glyn, marsha = told
    before = chain.fingerprint(kettle.id)
    number = entry.id
    actions.erase(marsha, kettle, number)
    kept = db.session.scalars(sa.select(EntryWords).where(EntryWords.group_id == kettle.id)).all()
    assert [row for row in kept if row.entry_id == number and (row.words or row.salt)] == []
    assert "refreshments" not in str([row.words for row in kept])
    assert list(chain.faults(kettle.id, [before])) == []
    assert now_(receipt)[0] == "refreshments"  # what is there now is not the log's
    with pytest.raises(Mistake, match="no words kept"):
        actions.erase(marsha, kettle, number)
    with pytest.raises(Mistake, match="can’t be undone any more"):
        actions.undo(marsha, kettle, number)
    client.as_(make.person("Marsha"))
    assert "What it said is no longer kept." in client.get(f"/g/tuesday-kettle/changes/{number}").text
    assert "took the words out of an entry" in client.get("/g/tuesday-kettle/log/").text


@pytest.fixture
def invited(kettle):
    """A group that is told after who is asked in: (the entry, the coordinator who invited June, an organiser)."""
    make.set_level(kettle, Area.PEOPLE, Level.TELL_AFTER)
    imani = make.actor(make.staff("Imani", Role.COORDINATOR), Role.COORDINATOR)
    members.invite_helper(imani, kettle, email="june@example.org")
    entry = db.session.scalars(sa.select(Entry).where(Entry.action == "members.invite_helper")).one().id
    return entry, imani, make.actor(make.person("Marsha"))


def june() -> Invitation:
    db.session.rollback()
    return db.session.scalars(sa.select(Invitation).where(Invitation.email == "june@example.org")).one()


def test_what_staff_added_is_taken_back_in_two_taps_and_stays_in_the_log(client, kettle, invited):
    entry, _, _ = invited
    client.as_(make.person("Marsha"))
    assert f"/changes/{entry}" in client.get("/g/tuesday-kettle/").text
    page = client.get(f"/g/tuesday-kettle/changes/{entry}").text
    assert "june@example.org" in page
    assert "Take it back" in page
    assert client.post(f"/g/tuesday-kettle/changes/{entry}/undo").status_code == 303
    assert (june().is_open, june().ended_by) == (False, make.person("Marsha").id)
    assert "Take it back" not in client.get(f"/g/tuesday-kettle/changes/{entry}").text
    assert [one.action for one, *_ in chain.entries(kettle.id)][-2:] == ["members.invite_helper", "autonomy.undo"]


def test_after_that_staff_only_propose_to_add_in_this_way_for_30_days(kettle, invited):
    entry, imani, marsha = invited
    actions.undo(marsha, kettle, entry)
    with pytest.raises(Proposed):
        members.invite_helper(imani, kettle, email="june@example.org")
    with time_machine.travel(clock.now() + timedelta(days=30, seconds=5)):
        imani = make.actor(make.person("Imani"), Role.COORDINATOR)
        assert members.invite_helper(imani, kettle, email="june@example.org").is_open


def test_who_has_come_in_is_not_taken_back_by_an_undo(client, kettle, invited):
    entry, _, marsha = invited
    members.accept(make.actor(make.person("June"), Role.SELF), kettle, june().id, name="June")
    with pytest.raises(Mistake, match="come in by now"):
        actions.undo(marsha, kettle, entry)


def test_whoever_helps_reads_that_something_was_added_and_not_whose_address(client, kettle, invited):
    page = client.as_(make.person("Bernie")).get(f"/g/tuesday-kettle/changes/{invited[0]}")
    assert "invited a helper" in page.text
    assert "june@" not in page.text


def test_where_nobody_said_how_it_is_taken_back_no_undo_is_offered(client, kettle, invited, monkeypatch):
    entry, _, marsha = invited
    unable = dataclasses.replace(members.invite_helper, undo=None)
    monkeypatch.setitem(door.ACTIONS, "members.invite_helper", unable)
    assert "Take it back" not in client.as_(make.person("Marsha")).get(f"/g/tuesday-kettle/changes/{entry}").text
    with pytest.raises(Mistake, match="can’t be undone"):
        actions.undo(marsha, kettle, entry)


def test_a_removed_helper_who_is_back_another_way_is_not_put_in_twice(kettle):
    make.set_level(kettle, Area.PEOPLE, Level.TELL_AFTER)
    imani, marsha = make.actor(make.staff("Imani", Role.COORDINATOR), Role.COORDINATOR), make.actor(make.person("Marsha"))
    bernie = make.person("Bernie").id
    place = db.session.scalars(sa.select(Membership).where(Membership.person_id == bernie)).one().id
    members.remove_helper(imani, kettle, place)
    entry = db.session.scalar(sa.select(sa.func.max(Entry.id)))
    with wall.opened(kettle.id):
        db.session.add(Membership(group_id=kettle.id, person_id=bernie, role=Role.HELPER))
    db.session.commit()
    with pytest.raises(Mistake, match="Something newer"):
        actions.undo(marsha, kettle, entry)


def test_words_of_a_proposal_go_with_its_entry_once_it_is_answered(client, kettle):
    """Those of the proposal, why, and what the yes changed: nowhere in what is kept of the log."""
    receipt = make.receipt(kettle, label="milk")
    glyn, marsha = make.actor(make.staff("Glyn Parry", Role.FINANCE), Role.FINANCE), make.actor(make.person("Marsha"))
    with pytest.raises(Proposed) as raised:
        receipts.describe(glyn, kettle, receipt.id, label="for Bernie’s knee", why="Bernie’s knee hurts.")
    number, entry = raised.value.proposal.id, db.session.scalar(sa.select(sa.func.max(Entry.id)))
    with pytest.raises(Mistake, match="still waits"):
        actions.erase(marsha, kettle, entry)
    actions.say_yes(marsha, kettle, number, label="a bus")
    yes = db.session.scalar(sa.select(sa.func.max(Entry.id)))
    known = chain.fingerprint(kettle.id)
    page, taken = f"/g/tuesday-kettle/proposals/{number}", f"/g/tuesday-kettle/changes/{entry}/erasure"
    client.as_(make.person("Marsha"))
    assert taken in client.get(page).text
    assert client.post(taken).status_code == 303
    kept = db.session.execute(sa.select(EntryWords.words, EntryWords.salt).where(EntryWords.entry_id == entry)).one()
    proposal = db.session.get_one(Proposal, number)
    assert (tuple(kept), proposal.facts, proposal.why) == ((None, None), {}, None)
    assert "knee" not in str(db.session.execute(sa.select(EntryWords.words)).all())
    assert "Take these words out" not in client.get(page).text
    assert "a bus" in str(db.session.scalar(sa.select(EntryWords.words).where(EntryWords.entry_id == yes)))
    group = db.session.get_one(Group, proposal.group_id)
    assert list(chain.faults(group.id, [known])) == []
    with pytest.raises(Mistake, match="no words kept"):
        actions.erase(make.actor(make.person("Marsha")), group, entry)
