"""The door: asked, run, noted, committed once; or refused with nothing changed."""

import contextlib

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from portal.activity.models import Entry, EntryWords
from portal.autonomy import door
from portal.autonomy.areas import Area, Level
from portal.autonomy.door_answers import mistakes_beside
from portal.autonomy.models import Proposal
from portal.core.db import db
from portal.core.forms import Form
from portal.people.models import Membership
from portal.people.roles import Role
from portal.receipts import actions as receipts
from portal.receipts.models import Receipt
from tests import make


@pytest.fixture
def glyn(app):
    return make.staff("Glyn Parry", Role.FINANCE)


def label_of(receipt_id: int) -> str | None:
    db.session.rollback()
    return db.session.scalar(sa.select(Receipt.label).where(Receipt.id == receipt_id))


def entries(action: str) -> list[Entry]:
    return list(db.session.scalars(sa.select(Entry).where(Entry.action == action).order_by(Entry.id)))


def relabel(person, group, receipt, label="tea things", **key):
    return receipts.describe(make.actor(person, Role.FINANCE), group, receipt.id, label=label, **key)


def test_an_organisers_change_is_made_and_noted_once_with_before_and_after(kettle):
    receipt = make.receipt(kettle, label="milk")
    marsha = make.person("Marsha")
    receipts.describe(make.actor(marsha), kettle, receipt.id, label="refreshments")
    assert label_of(receipt.id) == "refreshments"
    (entry,) = entries("receipts.describe")
    assert (entry.outcome, entry.role, entry.about, entry.person_id) == ("allow", Role.ORGANISER, receipt.ref, marsha.id)
    beside = db.session.scalars(sa.select(EntryWords).where(EntryWords.entry_id == entry.id)).one()
    change = {"row": f"receipts:{receipt.id}", "column": "label", "before": "milk", "after": "refreshments"}
    assert beside.words == {"changes": [change]}


@pytest.mark.parametrize(("level", "outcome"), [(Level.TELL_AFTER, "allow_tell"), (Level.YOU_DO, "allow_list")])
def test_staff_change_what_the_group_lets_them(kettle, glyn, level, outcome):
    make.set_level(kettle, Area.RECEIPTS, level)
    receipt = make.receipt(kettle)
    relabel(glyn, kettle, receipt)
    assert label_of(receipt.id) == "tea things"
    (entry,) = entries("receipts.describe")
    assert (entry.outcome, entry.level, entry.role) == (outcome, level, Role.FINANCE)


def test_staff_are_refused_what_the_group_keeps_and_the_try_is_noted(kettle, glyn):
    make.set_level(kettle, Area.RECEIPTS, Level.ONLY_US)
    receipt = make.receipt(kettle, label="milk")
    with pytest.raises(door.Refused, match="The group keeps this one"):
        relabel(glyn, kettle, receipt)
    assert label_of(receipt.id) == "milk"
    (entry,) = entries("receipts.describe")
    assert (entry.outcome, entry.person_id, entry.subject_id) == ("deny", glyn.id, receipt.id)


def test_a_change_the_group_wants_to_be_asked_about_waits_as_a_proposal(kettle, glyn):
    receipt = make.receipt(kettle, label="milk")
    with pytest.raises(door.Proposed):
        relabel(glyn, kettle, receipt)
    assert label_of(receipt.id) == "milk"
    proposal = db.session.scalars(sa.select(Proposal)).one()
    assert (proposal.action, proposal.subject_id, proposal.facts) == (
        "receipts.describe",
        receipt.id,
        {"label": "tea things"},
    )
    assert (proposal.area, proposal.person_id, proposal.role) == (Area.RECEIPTS, glyn.id, Role.FINANCE)


def test_the_hosts_code_is_the_hosts_and_the_label_the_groups(kettle, glyn):
    """Worked example 2 of the autonomy guide."""
    make.set_level(kettle, Area.RECEIPTS, Level.ONLY_US)
    receipt = make.receipt(kettle)
    receipts.code(make.actor(glyn, Role.FINANCE), kettle, receipt.id, ledger_code="5100")
    assert db.session.scalar(sa.select(Receipt.ledger_code).where(Receipt.id == receipt.id)) == "5100"
    with pytest.raises(door.Refused):
        relabel(glyn, kettle, receipt)


def test_the_same_form_twice_is_one_change_and_one_answer(kettle):
    marsha = make.actor(make.person("Marsha"))
    photo = make.photo()
    first = receipts.upload(marsha, kettle, key="k" * 20, receipt_key="k" * 20, photo=photo)
    again = receipts.upload(marsha, kettle, key="k" * 20, receipt_key="k" * 20, photo=photo)
    assert again.id == first.id
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Receipt)) == 1


def test_the_same_proposal_form_twice_is_one_proposal(kettle, glyn):
    receipt = make.receipt(kettle)
    for _ in range(2):
        with pytest.raises(door.Proposed):
            relabel(glyn, kettle, receipt, key="k" * 20)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Proposal)) == 1


def test_a_form_under_a_used_key_with_something_else_in_it_is_refused(kettle):
    receipt = make.receipt(kettle)
    marsha = make.actor(make.person("Marsha"))
    receipts.describe(marsha, kettle, receipt.id, key="k" * 20, label="one")
    with pytest.raises(door.SameKeyOtherBody):
        receipts.describe(marsha, kettle, receipt.id, key="k" * 20, label="other")
    assert label_of(receipt.id) == "one"


def test_another_groups_row_is_not_here(kettle, walkers):
    theirs = make.receipt(walkers, label="maps")
    with pytest.raises(door.NotHere):
        receipts.describe(make.actor(make.person("Marsha")), kettle, theirs.id, label="ours now")
    assert label_of(theirs.id) == "maps"


def test_a_removed_organiser_is_refused_at_once(kettle):
    joe = make.person("Joe")
    receipt = make.receipt(kettle, label="milk")
    from portal.core import clock, wall

    with wall.opened(kettle.id):
        place = db.session.scalar(sa.select(Membership).where(Membership.person_id == joe.id))
        place.ended_at = clock.now()
    db.session.commit()
    with pytest.raises(door.Refused):
        receipts.describe(make.actor(joe), kettle, receipt.id, label="mine")
    assert label_of(receipt.id) == "milk"


def test_a_staff_role_is_never_a_group_role(kettle, glyn):
    """Claiming to be an organiser does nothing for someone who isn't one."""
    receipt = make.receipt(kettle, label="milk")
    with pytest.raises(door.Refused):
        receipts.describe(make.actor(glyn, Role.ORGANISER), kettle, receipt.id, label="mine")
    with pytest.raises(ValueError, match="never mix"):
        make.actor(glyn, Role.ORGANISER, Role.FINANCE)


def test_a_failing_action_changes_nothing_and_notes_nothing(kettle):
    receipt = make.receipt(kettle, withdrawn_at=None)
    marsha = make.actor(make.person("Marsha"))
    receipts.withdraw(marsha, kettle, receipt.id)
    before = len(entries("receipts.describe"))
    with pytest.raises(door.Mistake):
        receipts.describe(marsha, kettle, receipt.id, label="late")
    assert label_of(receipt.id) is None
    assert len(entries("receipts.describe")) == before


def test_sensitive_acts_need_a_fresh_proof(kettle):
    from portal.members import actions as members
    from portal.people.roles import Actor

    marsha = make.person("Marsha")
    unproved = Actor(marsha.id, marsha.name, frozenset({Role.ORGANISER}))
    with pytest.raises(door.ProofNeeded):
        members.invite_helper(unproved, kettle, email="new@example.org")
    members.invite_helper(make.actor(marsha), kettle, email="new@example.org")


@pytest.mark.parametrize(
    ("cost", "outcome"),
    [(60_00, "allow_list"), ((60_00, 240_00), "allow_list"), ((60_00, 240_01), "propose"), (100_01, "propose")],
)
def test_what_an_action_costs_counts_against_both_limits_of_the_group(kettle, glyn, monkeypatch, cost, outcome):
    """Its price alone, or with what staff said yes to this month already."""
    monkeypatch.setattr(door, "ACTIONS", dict(door.ACTIONS))
    make.set_level(kettle, Area.SPENDING, Level.YOU_DO)

    @door.action(
        area=Area.SPENDING,
        roles=frozenset({Role.FINANCE}),
        on=Receipt,
        scope=door.Scope.LOOK,
        asks=door.Asking(costs=lambda row, facts: cost),
        says="said yes to a cost",
    )
    def say_yes_to_cost(by, group, receipt):
        return receipt

    receipt = make.receipt(kettle)
    assert door.may(make.actor(glyn, Role.FINANCE), kettle, say_yes_to_cost, receipt).outcome == outcome
    with contextlib.suppress(door.Proposed):
        say_yes_to_cost(make.actor(glyn, Role.FINANCE), kettle, receipt.id)
    (entry,) = entries("autonomy.say_yes_to_cost")
    assert (entry.outcome, entry.area) == (outcome, "spending")


def test_what_the_database_refuses_is_tried_again_only_under_a_forms_key(kettle):
    """Under a key it can be the same form that got in first; without one, whatever it was would only be done again."""
    tries = []

    @door.action(roles=frozenset({Role.ORGANISER}), says="clashed")
    def clash(by, group):
        tries.append(by)
        raise IntegrityError("", {}, ValueError("there is one already"))

    del door.ACTIONS[clash.name]
    marsha = make.actor(make.person("Marsha"))
    for key, times in (({}, 1), ({"key": "k" * 20}, 2)):
        tries.clear()
        with pytest.raises(IntegrityError):
            clash(marsha, kettle, **key)
        assert len(tries) == times


def test_a_mistake_that_no_box_of_the_form_is_about_is_said_on_a_page_of_its_own(app):
    with app.test_request_context():
        form = Form(formdata=None)
        with pytest.raises(door.Mistake, match="Not now"), mistakes_beside(form):
            raise door.Mistake("Not now.")


def test_an_action_of_a_groups_is_of_a_group(kettle):
    with pytest.raises(TypeError, match="needs a group"):
        receipts.withdraw(make.actor(make.person("Marsha")), None, make.receipt(kettle).id)


def test_what_is_somebodys_own_is_not_here_for_anybody_else(app):
    from portal.signin import actions as signin
    from portal.signin.models import Passkey

    marsha, joe = make.person("Marsha"), make.person("Joe")
    facts = {"credential_id": b"c", "public_key": b"k", "sign_count": 0, "label": "Phone"}
    passkey = Passkey(person_id=marsha.id, **facts)
    db.session.add(passkey)
    db.session.commit()
    with pytest.raises(door.NotHere):
        signin.remove_passkey(make.actor(joe, Role.SELF), None, passkey.id)
    assert db.session.get(Passkey, passkey.id, populate_existing=True)
    signin.remove_passkey(make.actor(marsha, Role.SELF), None, passkey.id)
    assert db.session.scalar(sa.select(Passkey.id)) is None
