"""Proposals: nothing changes until an organiser says yes; no answer is a no."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Optional

import pytest
import sqlalchemy as sa
import time_machine

from portal.autonomy import actions, door, queries
from portal.autonomy.areas import Area, Level
from portal.autonomy.door import Mistake, Proposed, Refused
from portal.autonomy.models import Proposal
from portal.core import clock, wall
from portal.core.db import db
from portal.members import actions as members
from portal.members.models import Invitation
from portal.people.models import Membership, StaffRole
from portal.people.roles import Role
from portal.receipts import actions as receipts
from portal.receipts.models import Receipt
from tests import make
from tests.client import Client, words


@pytest.fixture
def receipt(kettle):
    return make.receipt(kettle, label="milk")


def propose(glyn, group, receipt, **facts) -> Proposal:
    with pytest.raises(Proposed) as raised:
        receipts.describe(glyn, group, receipt.id, why="It reads better in the report.", **facts)
    return raised.value.proposal


def labels(ids) -> list[str]:
    db.session.rollback()
    return [db.session.get_one(Receipt, number).label for number in ids]


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


def test_a_yes_to_what_asks_for_a_passkey_asks_for_it_too(client, kettle):
    """Whom we let in is no more everyday by being staff's idea."""
    make.set_level(kettle, Area.PEOPLE, Level.ASK_FIRST)
    imani = make.actor(make.staff("Imani", Role.COORDINATOR), Role.COORDINATOR)
    with pytest.raises(Proposed) as raised:
        members.invite_helper(imani, kettle, email="june@example.org")
    yes = f"/g/tuesday-kettle/proposals/{raised.value.proposal.id}/yes"
    client.as_(make.person("Marsha"), proved=False)
    assert "/sign-in/again" in client.post(yes).headers["Location"]
    assert db.session.scalars(sa.select(Invitation.email)).all() == []
    client.as_(make.person("Marsha"))
    assert client.post(yes).status_code == 303
    assert db.session.scalars(sa.select(Invitation.email)).all() == ["june@example.org"]


@pytest.fixture
def suggested_helper(kettle):
    """Imani suggests June as a helper."""
    make.set_level(kettle, Area.PEOPLE, Level.ASK_FIRST)
    imani = make.actor(make.staff("Imani", Role.COORDINATOR), Role.COORDINATOR)
    with pytest.raises(Proposed) as raised:
        members.invite_helper(imani, kettle, email="june@example.org")
    return raised.value.proposal.id


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Write their email address."),
        ("nonsense", "Write the whole address"),
        ("bernie@example.org", "They’re in your group already."),
    ],
)
def test_our_own_words_are_asked_for_as_in_the_actions_own_form(client, kettle, suggested_helper, typed, sentence):
    """A sentence beside the box, what was typed kept, nothing done; then put right, it is."""
    yes = f"/g/tuesday-kettle/proposals/{suggested_helper}/yes"
    client.as_(make.person("Marsha"))
    page = client.post(yes, data={"to-email": typed})
    assert page.status_code == 422
    assert sentence in words(page)
    assert re.search(
        rf'<details class="why" open>.*name="to-email"[^>]*value="{typed}"[^>]*aria-invalid', page.text, re.DOTALL
    )
    assert db.session.scalars(sa.select(Invitation.email)).all() == []
    assert client.post(yes, data={"to-email": " Ash@example.org "}).status_code == 303
    assert db.session.scalars(sa.select(Invitation.email)).all() == ["ash@example.org"]


def test_sums_and_days_are_written_anew_as_people_write_them(client, kettle, glyn, receipt):
    yes = f"/proposals/{propose(glyn, kettle, receipt, amount_pence=12_30, spent_on=date(2026, 11, 3)).id}"
    client.as_(make.person("Marsha"))
    page = client.get(f"/g/tuesday-kettle{yes}").text
    assert 'value="12.30"' in page
    assert 'value="2026-11-03"' in page
    wrong = client.post(f"/g/tuesday-kettle{yes}/yes", data={"to-amount_pence": "lots", "to-spent_on": "soon"})
    assert wrong.status_code == 422
    assert "Use numbers, like 6 or 6.50" in wrong.text
    assert 'value="lots"' in wrong.text
    assert 'value="soon"' in wrong.text
    right = {"to-amount_pence": "£12.35", "to-spent_on": "4/11/2026", "to-note": "slipped in", "to-fund_id": "1"}
    assert client.post(f"/g/tuesday-kettle{yes}/yes", data=right).status_code == 303
    row = now_(receipt)
    assert (row.amount_pence, row.spent_on, row.note, row.fund_id) == (12_35, date(2026, 11, 4), None, None)


def test_no_and_silence_leave_everything_as_it_is(kettle, glyn, receipt, marsha):
    refused, silent = propose(glyn, kettle, receipt, label="x"), propose(glyn, kettle, receipt, note="y")
    actions.say_no(marsha, kettle, refused.id)
    with time_machine.travel(clock.now() + timedelta(days=14, seconds=1)):
        assert queries.waiting(kettle.id) == []
        with pytest.raises(Mistake, match="No answer means no"):
            actions.say_yes(make.actor(make.person("Joe")), kettle, silent.id)
    assert (now_(receipt).label, now_(receipt).note) == ("milk", None)


def test_a_suggestion_whose_time_has_run_out_says_so_and_asks_for_nothing(client, kettle, glyn, receipt):
    proposal = propose(glyn, kettle, receipt, label="x")
    with time_machine.travel(clock.now() + timedelta(days=14, seconds=1)):
        page = words(client.as_(make.person("Marsha")).get(f"/g/tuesday-kettle/proposals/{proposal.id}"))
    assert "It closed by itself on" in page
    assert "What do we want to do?" not in page
    assert "Our turn" not in page


def test_an_answer_is_given_once(kettle, glyn, receipt, marsha):
    proposal = propose(glyn, kettle, receipt, label="x")
    actions.say_no(marsha, kettle, proposal.id)
    with pytest.raises(Mistake):
        actions.say_yes(make.actor(make.person("Joe")), kettle, proposal.id)
    for by, says in ((marsha, actions.ask_about), (glyn, actions.explain)):
        with pytest.raises(Mistake, match="answered already"):
            says(by, kettle, proposal.id, words="And now?")
    assert now_(receipt).label == "milk"


def test_a_yes_no_longer_fits_a_row_that_moved_on(kettle, glyn, receipt, marsha):
    proposal = propose(glyn, kettle, receipt, label="refreshments")
    receipts.describe(marsha, kettle, receipt.id, label="milk and bread")
    with pytest.raises(Mistake, match="changed since"):
        actions.say_yes(marsha, kettle, proposal.id)
    assert now_(receipt).label == "milk and bread"


def test_staff_never_say_yes_even_when_they_organise_the_group(kettle, glyn, receipt, marsha):
    """Consent never comes from staff (safety guide, 4): neither to their own proposal nor to a colleague's. A no does."""
    both = make.staff("Both", Role.FINANCE)
    with wall.opened(kettle.id):
        db.session.add(Membership(group_id=kettle.id, person_id=both.id, role=Role.ORGANISER))
    db.session.commit()
    proposal = propose(make.actor(both, Role.FINANCE), kettle, receipt, label="x")
    with pytest.raises(Refused):
        actions.say_yes(make.actor(both, Role.FINANCE), kettle, proposal.id)
    colleagues = propose(glyn, kettle, receipt, label="y")
    for one in (proposal, colleagues):
        with pytest.raises(Mistake, match="You also work for the host"):
            actions.say_yes(make.actor(both), kettle, one.id)
    actions.say_no(make.actor(both), kettle, colleagues.id)
    actions.say_yes(marsha, kettle, proposal.id)
    assert now_(receipt).label == "x"


def test_whoever_proposed_it_never_says_yes_even_once_they_left_the_host_for_the_group(kettle, glyn, receipt, marsha):
    proposal = propose(glyn, kettle, receipt, label="x")
    db.session.execute(sa.update(StaffRole).where(StaffRole.person_id == glyn.person_id).values(ended_at=clock.now()))
    with wall.opened(kettle.id):
        db.session.add(Membership(group_id=kettle.id, person_id=glyn.person_id, role=Role.ORGANISER))
    db.session.commit()
    now_ours = make.actor(make.person("Glyn"))
    with pytest.raises(Mistake, match="Someone who didn’t propose it"):
        actions.say_yes(now_ours, kettle, proposal.id)
    assert now_(receipt).label == "milk"


def test_questions_and_answers_stand_under_it_and_change_nothing(kettle, glyn, receipt, marsha):
    proposal = propose(glyn, kettle, receipt, label="x")
    actions.ask_about(marsha, kettle, proposal.id, words="Why that word?")
    actions.explain(glyn, kettle, proposal.id, words="The funder uses it.")
    assert [(note.words, note.from_host) for note, _ in queries.notes(proposal)] == [
        ("Why that word?", False),
        ("The funder uses it.", True),
    ]
    assert now_(receipt).label == "milk"


def test_called_off_by_the_host_nobody_has_to_answer_it(app, kettle, glyn, receipt, marsha):
    proposal = propose(glyn, kettle, receipt, label="x")
    host = Client(app).as_(make.person("Glyn"))
    assert "Call it off" in words(host.get("/host/groups/tuesday-kettle/suggestions/"))
    host.post(f"/host/groups/tuesday-kettle/suggestions/{proposal.id}/calling-off")
    group = Client(app).as_(make.person("Marsha"))
    page = words(group.get(f"/g/tuesday-kettle/proposals/{proposal.id}"))
    assert "Called off by Hearthrow Commons. Nothing changed." in page
    assert "suggests" not in words(group.get("/g/tuesday-kettle/"))
    for late in (actions.say_yes, actions.say_no, actions.call_off):
        with pytest.raises(Mistake, match="answered already"):
            late(glyn if late is actions.call_off else marsha, kettle, proposal.id)
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


def test_what_is_wrong_with_an_answer_stands_under_its_own_question(client, kettle, glyn, receipt, marsha):
    one, other = propose(glyn, kettle, receipt, label="x"), propose(glyn, kettle, receipt, note="y")
    for asked in (one, other):
        actions.ask_about(marsha, kettle, asked.id, words="Why?")
    client.as_(make.person("Glyn Parry"))
    answer = client.post(f"/host/groups/tuesday-kettle/suggestions/{other.id}/answers", data={"key": "k" * 20})
    assert answer.text.count('role="alert"') == 1
    assert f'href="#words-{other.id}"' in answer.text
    assert f'id="words-{other.id}"' in answer.text


def test_a_yes_to_what_is_no_longer_there_is_refused_and_a_no_is_taken(kettle, glyn, receipt, marsha):
    proposal = propose(glyn, kettle, receipt, label="refreshments").id
    make.erase(receipt)
    with pytest.raises(Mistake, match="no longer there"):
        actions.say_yes(marsha, kettle, proposal)
    actions.say_no(marsha, kettle, proposal)


def test_several_are_answered_at_once_and_each_passes_the_door_by_itself(client, kettle, glyn):
    these = [make.receipt(kettle, label="milk") for _ in range(3)]
    picked = [propose(glyn, kettle, one, label=f"refreshments {n}").id for n, one in enumerate(these)]
    these = [one.id for one in these]
    client.as_(make.person("Marsha"))
    page = client.get("/g/tuesday-kettle/proposals/").text
    assert all(f'value="{number}"' in page for number in picked)
    assert "milk → refreshments 2" in page
    answered = client.post("/g/tuesday-kettle/proposals/answers", data={"picked": picked[:2], "answer": "yes"})
    assert answered.status_code == 303
    assert labels(these) == ["refreshments 0", "refreshments 1", "milk"]
    client.post("/g/tuesday-kettle/proposals/answers", data={"picked": picked[2:], "answer": "no"})
    assert labels(these)[2] == "milk"
    assert [one.answer for one in db.session.scalars(sa.select(Proposal).order_by(Proposal.id))] == ["yes", "yes", "no"]


def test_of_several_what_no_longer_fits_is_named_and_the_rest_is_done(client, kettle, glyn, marsha):
    fits, moved = make.receipt(kettle, label="milk"), make.receipt(kettle, label="milk")
    picked = [propose(glyn, kettle, one, label="refreshments").id for one in (moved, fits)]
    receipts.describe(marsha, kettle, moved.id, label="oat milk")
    these = [fits.id, moved.id]
    client.as_(make.person("Marsha"))
    page = client.post("/g/tuesday-kettle/proposals/answers", data={"picked": picked, "answer": "yes"})
    assert page.status_code == 422
    assert f"1 answered. P{picked[0]}: This changed since it was proposed" in page.text
    assert labels(these) == ["refreshments", "oat milk"]


def test_nothing_ticked_is_nothing_answered(client, kettle, glyn, receipt):
    propose(glyn, kettle, receipt, label="refreshments")
    client.as_(make.person("Marsha"))
    page = client.post("/g/tuesday-kettle/proposals/answers", data={"answer": "yes"})
    assert page.status_code == 422
    assert "Tick at least one." in page.text


def test_a_long_list_of_proposals_is_a_page_at_a_time(client, kettle, glyn, receipt):
    numbers = {propose(glyn, kettle, receipt, label=f"refreshments {n}").id for n in range(25)}
    client.as_(make.person("Marsha"))
    first = client.get("/g/tuesday-kettle/proposals/").text
    after = first.split("proposals/?after=")[1].partition('"')[0]
    second = client.get(f"/g/tuesday-kettle/proposals/?after={after}").text
    shown = [{n for n in numbers if f'name="picked" value="{n}"' in text} for text in (first, second)]
    assert (len(shown[0]), shown[0] | shown[1], shown[0] & shown[1]) == (20, numbers, set())


@pytest.fixture
def acts():
    """The actions there are; those of a test are gone after it."""
    kept = dict(door.ACTIONS)
    yield door.ACTIONS
    door.ACTIONS.clear()
    door.ACTIONS.update(kept)


def proposed(act, group, receipt, glyn, **facts) -> int:
    with pytest.raises(Proposed) as raised:
        act(glyn, group, receipt.id, **facts)
    return raised.value.proposal.id


def test_facts_come_back_as_the_action_takes_them(kettle, glyn, receipt, marsha, acts):
    taken = {}

    @door.action(area=Area.RECEIPTS, roles=frozenset({Role.FINANCE}), on=Receipt, says="took all kinds")
    def take(
        by,
        group,
        receipt,
        *,
        on: date | None,
        since: Optional[datetime],  # noqa: UP045 - both ways of writing it
        level: Level,
        other: Level | None,
        which: frozenset[int],
        words: str,
        pence: int,
    ):
        taken.update(on=on, since=since, level=level, other=other, which=which, words=words, pence=pence)

    facts = {
        **{"on": date(2026, 11, 3), "since": datetime(2026, 11, 3, 9, tzinfo=UTC), "level": Level.YOU_DO, "other": None},
        **{"which": frozenset({3, 1}), "words": "2026-11-03", "pence": 7},
    }
    actions.say_yes(marsha, kettle, proposed(take, kettle, receipt, glyn, **facts))
    assert taken == facts
    assert {name: type(value) for name, value in taken.items()} == {name: type(value) for name, value in facts.items()}


def test_who_may_not_do_it_to_this_row_is_asked_again_of_both_when_the_yes_comes(kettle, glyn, receipt, marsha, acts):
    barred = set()

    @door.action(
        area=Area.RECEIPTS,
        roles=frozenset({Role.FINANCE}),
        on=Receipt,
        bars=lambda by, row, facts: "It would be paid to you." if by.person_id in barred else "",
        says="paid somebody",
    )
    def pay(by, group, receipt):
        receipt.note = "paid"

    number = proposed(pay, kettle, receipt, glyn)
    for one in (glyn, marsha):
        barred.add(one.person_id)
        with pytest.raises(Mistake, match="paid to you"):
            actions.say_yes(marsha, kettle, number)
        barred.clear()
    assert now_(receipt).note is None
    actions.say_yes(marsha, kettle, number)
    assert now_(receipt).note == "paid"


def test_a_yes_lets_nothing_out_of_the_area_it_was_asked_in(kettle, glyn, receipt, marsha, acts):
    @door.action(area=Area.BUDGET, roles=frozenset({Role.FINANCE}), on=Receipt, says="moved money")
    def move(by, group, receipt):
        receipt.label = "slipped in"

    number = proposed(move, kettle, receipt, glyn)
    with pytest.raises(door.OutOfArea):
        actions.say_yes(marsha, kettle, number)
    assert (now_(receipt).label, db.session.get_one(Proposal, number).answer) == ("milk", None)
