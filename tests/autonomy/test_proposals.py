"""Proposals: nothing changes until an organiser says yes; no answer is a no."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
import time_machine

from portal.autonomy import actions, queries
from portal.autonomy.door import Mistake, Proposed, Refused
from portal.autonomy.models import Proposal
from portal.core import clock
from portal.core.db import db
from portal.people.roles import Role
from portal.receipts import actions as receipts
from portal.receipts.models import Receipt
from tests import make


@pytest.fixture
def glyn(app):
    return make.actor(make.staff("Glyn Parry", Role.FINANCE), Role.FINANCE)


@pytest.fixture
def receipt(kettle):
    return make.receipt(kettle, label="milk")


@pytest.fixture
def marsha(kettle):
    return make.actor(make.person("Marsha"))


def propose(glyn, group, receipt, **facts) -> Proposal:
    with pytest.raises(Proposed) as raised:
        receipts.describe(glyn, group, receipt.id, why="It reads better in the report.", **facts)
    return raised.value.proposal


def now_(receipt) -> Receipt:
    db.session.rollback()
    return db.session.get_one(Receipt, receipt.id, populate_existing=True)


def test_yes_makes_exactly_the_proposed_change(kettle, glyn, receipt, marsha):
    proposal = propose(glyn, kettle, receipt, label="refreshments", spent_on=date(2026, 11, 3))
    assert (proposal.why, now_(receipt).label) == ("It reads better in the report.", "milk")
    actions.say_yes(marsha, kettle, proposal.id)
    assert (now_(receipt).label, now_(receipt).spent_on) == ("refreshments", date(2026, 11, 3))
    assert db.session.get_one(Proposal, proposal.id).answer == "yes"


def test_yes_with_our_own_words(kettle, glyn, receipt, marsha):
    proposal = propose(glyn, kettle, receipt, label="refreshments")
    actions.say_yes(marsha, kettle, proposal.id, label="tea and milk", amount_pence=1)
    assert (now_(receipt).label, now_(receipt).amount_pence) == ("tea and milk", None)
    assert db.session.get_one(Proposal, proposal.id).answer == "amended"


def test_no_and_silence_leave_everything_as_it_is(kettle, glyn, receipt, marsha):
    refused, silent = propose(glyn, kettle, receipt, label="x"), propose(glyn, kettle, receipt, note="y")
    actions.say_no(marsha, kettle, refused.id)
    with time_machine.travel(clock.now() + timedelta(days=14, seconds=1)):
        assert queries.waiting(kettle.id) == []
        with pytest.raises(Mistake, match="No answer means no"):
            actions.say_yes(make.actor(make.person("Joe")), kettle, silent.id)
    assert (now_(receipt).label, now_(receipt).note) == ("milk", None)


def test_an_answer_is_given_once(kettle, glyn, receipt, marsha):
    proposal = propose(glyn, kettle, receipt, label="x")
    actions.say_no(marsha, kettle, proposal.id)
    with pytest.raises(Mistake):
        actions.say_yes(make.actor(make.person("Joe")), kettle, proposal.id)
    assert now_(receipt).label == "milk"


def test_a_yes_no_longer_fits_a_row_that_moved_on(kettle, glyn, receipt, marsha):
    proposal = propose(glyn, kettle, receipt, label="refreshments")
    receipts.describe(marsha, kettle, receipt.id, label="milk and bread")
    with pytest.raises(Mistake, match="changed since"):
        actions.say_yes(marsha, kettle, proposal.id)
    assert now_(receipt).label == "milk and bread"


def test_staff_never_answer_their_own_proposals_even_when_they_organise_the_group(kettle, receipt, marsha):
    """Consent never comes from staff, nor from someone who is both for their own act (safety guide, 4)."""
    both = make.staff("Both", Role.FINANCE)
    from portal.core import wall
    from portal.people.models import Membership

    with wall.opened(kettle.id):
        db.session.add(Membership(group_id=kettle.id, person_id=both.id, role=Role.ORGANISER))
    db.session.commit()
    proposal = propose(make.actor(both, Role.FINANCE), kettle, receipt, label="x")
    with pytest.raises(Refused):
        actions.say_yes(make.actor(both, Role.FINANCE), kettle, proposal.id)
    with pytest.raises(Mistake, match="didn’t propose"):
        actions.say_yes(make.actor(both), kettle, proposal.id)
    actions.say_yes(marsha, kettle, proposal.id)
    assert now_(receipt).label == "x"


def test_questions_and_answers_stand_under_it_and_change_nothing(kettle, glyn, receipt, marsha):
    proposal = propose(glyn, kettle, receipt, label="x")
    actions.ask_about(marsha, kettle, proposal.id, words="Why that word?")
    actions.explain(glyn, kettle, proposal.id, words="The funder uses it.")
    assert [(note.words, note.from_host) for note, _ in queries.notes(proposal)] == [
        ("Why that word?", False),
        ("The funder uses it.", True),
    ]
    assert now_(receipt).label == "milk"


def test_a_group_answers_on_its_own_page_on_a_phone(client, kettle, glyn, receipt):
    proposal = propose(glyn, kettle, receipt, label="refreshments")
    client.as_(make.person("Marsha"))
    page = client.get(f"/g/tuesday-kettle/proposals/{proposal.id}")
    assert "refreshments" in page.text
    assert "It reads better in the report." in page.text
    answer = client.post(f"/g/tuesday-kettle/proposals/{proposal.id}/yes", data={"key": "k" * 20})
    assert answer.status_code == 303
    assert now_(receipt).label == "refreshments"
    waiting = sa.select(sa.func.count()).select_from(Proposal).where(Proposal.answered_at.is_(None))
    assert db.session.scalar(waiting) == 0


def test_staff_see_what_they_suggested_and_answer_the_groups_question(client, kettle, glyn, receipt, marsha):
    proposal = propose(glyn, kettle, receipt, label="refreshments")
    actions.ask_about(marsha, kettle, proposal.id, words="Why that word?")
    client.as_(make.person("Glyn Parry"))
    assert "Why that word?" in client.get("/host/groups/tuesday-kettle/suggestions/").text
    said = {"words": "The funder uses it.", "key": "k" * 20}
    answer = client.post(f"/host/groups/tuesday-kettle/suggestions/{proposal.id}/answers", data=said)
    assert answer.status_code == 303
    client.as_(make.person("Marsha"))
    assert "The funder uses it." in client.get(f"/g/tuesday-kettle/proposals/{proposal.id}").text


def test_a_yes_to_what_is_no_longer_there_is_refused_and_a_no_is_taken(kettle, glyn, receipt, marsha):
    proposal = propose(glyn, kettle, receipt, label="refreshments").id
    make.erase(receipt)
    with pytest.raises(Mistake, match="no longer there"):
        actions.say_yes(marsha, kettle, proposal)
    actions.say_no(marsha, kettle, proposal)
