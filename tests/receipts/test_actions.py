"""What can happen to a receipt, on both databases."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
import time_machine

from portal.autonomy.areas import Area, Level
from portal.autonomy.door import Mistake, NotHere, Refused
from portal.autonomy.models import Hold
from portal.core import clock, files, jobs
from portal.core.db import db
from portal.receipts import actions, queries
from portal.receipts.jobs import empty_bins
from portal.receipts.models import Picture, Question
from portal.receipts.states import State
from tests import make


def whole(receipt) -> queries.Whole:
    db.session.rollback()
    found = queries.numbered(receipt.number)
    assert found
    return found


def state(receipt) -> State:
    return whole(receipt).state


def accept(glyn, group, receipt, pence=11_46):
    return actions.accept(glyn, group, receipt.id, ledger_code="5100", amount_pence=pence)


def test_numbers_start_at_r101_and_are_given_once(kettle, walkers):
    first, second, third = make.receipt(kettle), make.receipt(walkers), make.receipt(kettle)
    assert [first.ref, second.ref, third.ref] == ["R101", "R102", "R103"]


def test_a_cost_without_a_receipt_is_taken_at_ones_word(kettle, marsha):
    told = {
        "shop": "Bus fares",
        "amount_pence": 7_20,
        "spent_on": date(2026, 11, 2),
        "no_picture_why": "They don’t give one",
    }
    receipt = actions.declare(marsha, kettle, receipt_key="k" * 20, **told)
    assert state(receipt) is State.WE_HAVE_IT
    assert whole(receipt).pictures == []


def test_each_state_follows_from_facts(kettle, marsha, glyn):
    receipt = make.receipt(kettle, amount_pence=11_46)
    assert state(receipt) is State.WE_HAVE_IT
    actions.ask(glyn, kettle, receipt.id, asks="what_for")
    assert state(receipt) is State.QUESTION
    (question,) = whole(receipt).open_questions
    actions.answer(marsha, kettle, receipt.id, question_id=question.id, words="For Tuesday")
    assert state(receipt) is State.WE_HAVE_IT
    make.set_facts(receipt, asked_at=clock.now())
    assert state(receipt) is State.WITH_GROUP
    make.set_facts(receipt, agreed_at=clock.now())
    assert state(receipt) is State.CHECKING
    accept(glyn, kettle, receipt)
    assert state(receipt) is State.READY
    actions.hold(glyn, kettle, receipt.id, rule="F5", reason="The fund is short", releases="Money coming in")
    assert state(receipt) is State.ON_HOLD
    actions.release(glyn, kettle, receipt.id)
    make.set_facts(receipt, paid_on=clock.today())
    assert state(receipt) is State.PAID


def test_a_hold_is_on_one_item_for_five_working_days_at_most_and_lapses_by_itself(kettle, glyn):
    receipt, other = make.receipt(kettle), make.receipt(kettle)
    with time_machine.travel("2026-11-26 12:00+00:00", tick=False):  # a Thursday
        actions.hold(glyn, kettle, receipt.id, rule="F2", reason="Terms", releases="A word from the funder")
        assert db.session.scalar(sa.select(Hold.review_on)) == date(2026, 12, 3)
        assert (state(receipt), state(other)) == (State.ON_HOLD, State.WE_HAVE_IT)
    with time_machine.travel("2026-12-04 12:00+00:00", tick=False):
        assert state(receipt) is State.WE_HAVE_IT


def test_a_hold_without_reason_is_refused_by_the_database_too(kettle):
    from portal.core import wall

    receipt = make.receipt(kettle)
    with pytest.raises(sa.exc.IntegrityError), wall.opened(kettle.id):
        db.session.add(
            Hold(
                group_id=kettle.id,
                item_table="receipts",
                item_id=receipt.id,
                rule="F2",
                reason="",
                releases="x",
                review_on=clock.today(),
            )
        )


def test_taking_back_restoring_and_the_bin_of_30_days(kettle, marsha):
    receipt = make.receipt(kettle)
    jobs.run_waiting()
    actions.withdraw(marsha, kettle, receipt.id)
    assert state(receipt) is State.TAKEN_BACK
    assert [line.ref for line in queries.listed(kettle.id, binned=True).lines] == [receipt.ref]
    actions.restore(marsha, kettle, receipt.id)
    assert state(receipt) is State.WE_HAVE_IT
    actions.withdraw(marsha, kettle, receipt.id)
    kept = [name for row in db.session.scalars(sa.select(Picture)) for name in row.files]
    assert kept
    with time_machine.travel(clock.now() + timedelta(days=29, hours=23)):
        empty_bins()
        assert queries.numbered(receipt.number)
    with time_machine.travel(clock.now() + timedelta(days=30, seconds=5)):
        empty_bins()
        jobs.run_waiting()
    assert queries.numbered(receipt.number) is None
    for name in kept:
        with pytest.raises(files.FileMissing):
            files.store().read(name)


def test_what_is_paid_stays(kettle, marsha, glyn):
    receipt = make.receipt(kettle, amount_pence=11_46)
    accept(glyn, kettle, receipt)
    make.set_facts(receipt, paid_on=clock.today())
    for change in (actions.withdraw, lambda *who: actions.describe(*who, amount_pence=1)):
        with pytest.raises(Mistake, match="paid"):
            change(marsha, kettle, receipt.id)


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"withdrawn_at": clock.now()}, "was taken back"),
        ({"paid_on": clock.today()}, "is paid"),
        ({"in_run_at": clock.now()}, "on its way to the bank"),
    ],
)
def test_what_lies_in_the_bin_or_has_gone_to_the_bank_is_neither_changed_nor_checked(kettle, marsha, glyn, facts, sentence):
    receipt = make.receipt(kettle, amount_pence=11_46)
    actions.ask(glyn, kettle, receipt.id, asks="what_for")
    question = db.session.scalars(sa.select(Question.id)).one()
    make.set_facts(receipt, **facts)
    with pytest.raises(Mistake, match=sentence):
        actions.answer(marsha, kettle, receipt.id, question_id=question, words="For us")
    with pytest.raises(Mistake, match=sentence):
        actions.describe(marsha, kettle, receipt.id, amount_pence=99_99)
    with pytest.raises(Mistake, match=sentence):
        accept(glyn, kettle, receipt)
    with pytest.raises(Mistake, match=sentence):
        actions.ask(glyn, kettle, receipt.id, asks="what_for")
    if "in_run_at" not in facts:  # there it can still be held: then it is left out
        with pytest.raises(Mistake, match=sentence):
            actions.hold(glyn, kettle, receipt.id, rule="F2", reason="Too much.", releases="Less.")
    db.session.rollback()
    assert (receipt.amount_pence, receipt.accepted_at) == (11_46, None)


def test_to_what_lies_in_the_bin_no_picture_is_added(kettle, marsha):
    receipt = make.receipt(kettle)
    actions.withdraw(marsha, kettle, receipt.id)
    with pytest.raises(Mistake, match="Bring it back first"):
        actions.add_picture(marsha, kettle, receipt.id, photo=make.photo())
    assert len(whole(receipt).pictures) == 1


@pytest.mark.parametrize("rule", ["F1", "F7", "R1", "because"])
def test_a_hold_is_under_one_of_the_four_rules_for_costs(kettle, glyn, rule):
    receipt = make.receipt(kettle)
    with pytest.raises(Mistake, match="Choose the rule"):
        actions.hold(glyn, kettle, receipt.id, rule=rule, reason="The total is unclear.", releases="A clearer photo.")
    assert db.session.scalars(sa.select(Hold)).all() == []


def test_helpers_touch_only_what_they_added(kettle, bernie):
    theirs = make.receipt(kettle)
    own = actions.upload(bernie, kettle, receipt_key="h" * 20, photo=make.photo())
    for change in (lambda *who: actions.describe(*who, label="mine"), actions.withdraw):
        with pytest.raises(Refused):
            change(bernie, kettle, theirs.id)
        change(bernie, kettle, own.id)
    assert (state(theirs), state(own)) == (State.WE_HAVE_IT, State.TAKEN_BACK)


def test_a_changed_amount_takes_back_ready_to_pay(kettle, marsha, glyn):
    receipt = make.receipt(kettle, amount_pence=11_46, asked_at=clock.now(), agreed_at=clock.now())
    accept(glyn, kettle, receipt)
    actions.describe(marsha, kettle, receipt.id, label="tea")
    assert state(receipt) is State.READY
    actions.describe(marsha, kettle, receipt.id, amount_pence=90_00)
    assert state(receipt) is State.WITH_GROUP


def test_accepting_is_bound_to_the_amount_that_was_seen(kettle, glyn):
    receipt = make.receipt(kettle, amount_pence=90_00)
    with pytest.raises(Mistake, match="changed while you were looking"):
        accept(glyn, kettle, receipt, pence=11_46)
    unknown = make.receipt(kettle)
    with pytest.raises(Mistake, match="no amount"):
        accept(glyn, kettle, unknown, pence=0)


def test_a_replaced_picture_stays_in_the_history(kettle, marsha, glyn):
    receipt = make.receipt(kettle)
    (first,) = whole(receipt).pictures
    actions.ask(glyn, kettle, receipt.id, asks="clearer")
    actions.add_picture(marsha, kettle, receipt.id, photo=make.photo(), replaces=first.id)
    found = whole(receipt)
    assert [picture.id for picture in found.earlier_pictures] == [first.id]
    assert len(found.pictures) == 1
    assert found.open_questions == []


def test_another_receipts_picture_cannot_be_replaced_nor_question_answered(kettle, walkers, marsha, glyn):
    receipt, foreign = make.receipt(kettle), make.receipt(walkers)
    (picture,) = whole(foreign).pictures
    with pytest.raises(NotHere):
        actions.add_picture(marsha, kettle, receipt.id, photo=make.photo(), replaces=picture.id)
    actions.ask(glyn, walkers, foreign.id, asks="what_for")
    (question,) = whole(foreign).open_questions
    with pytest.raises(NotHere):
        actions.answer(marsha, kettle, receipt.id, question_id=question.id, words="x")
    assert whole(foreign).open_questions


def test_another_groups_pot_is_not_ours(kettle, marsha):
    from portal.ledger.models import Fund

    other = make.group("Others", pots=("Theirs",))
    fund = db.session.scalar(sa.select(Fund.id).where(Fund.group_id == other.id))
    receipt = make.receipt(kettle)
    with pytest.raises(NotHere):
        actions.describe(marsha, kettle, receipt.id, fund_id=fund)


def test_the_same_picture_is_asked_about_once_kindly_and_never_blocks(kettle, walkers, marsha):
    content = make.jpeg(text="the very same")
    first = actions.upload(marsha, kettle, receipt_key="a" * 20, photo=make.photo(content))
    second = actions.upload(marsha, kettle, receipt_key="b" * 20, photo=make.photo(content))
    sam = make.actor(make.person("Sam"))
    elsewhere = actions.upload(sam, walkers, receipt_key="c" * 20, photo=make.photo(content))
    jobs.run_waiting()
    (question,) = whole(second).open_questions
    assert (question.asks, question.other_id, question.asked_by) == ("same", first.id, None)
    assert whole(first).questions == whole(elsewhere).questions == []
    actions.answer(marsha, kettle, second.id, question_id=question.id, words="It’s another one.")
    actions.describe(marsha, kettle, second.id, shop="Grocer")
    assert len(whole(second).questions) == 1


def test_the_same_shop_day_and_amount_is_asked_about(kettle, marsha):
    facts = {"shop": "Corner Grocer", "amount_pence": 11_46, "spent_on": date(2026, 11, 2)}
    make.receipt(kettle, **facts)
    second = make.receipt(kettle)
    actions.describe(marsha, kettle, second.id, **facts | {"shop": "corner grocer"})
    assert [question.asks for question in whole(second).open_questions] == ["same"]


def test_a_question_counts_as_asked_only_when_a_person_asked(kettle, marsha, glyn):
    receipt = make.receipt(kettle)
    actions.ask(glyn, kettle, receipt.id, asks="other", words="Whose is it?")
    with pytest.raises(Mistake, match="Write your question"):
        actions.ask(glyn, kettle, receipt.id, asks="other")
    with pytest.raises(Mistake, match="Choose one"):
        actions.ask(glyn, kettle, receipt.id, asks="same")
    asked = sa.select(sa.func.count()).select_from(Question).where(Question.asked_by.is_not(None))
    assert db.session.scalar(asked) == 1


def test_two_layers_label_and_code(kettle, glyn):
    make.set_level(kettle, Area.RECEIPTS, Level.ONLY_US)
    receipt = make.receipt(kettle, label="refreshments")
    actions.code(glyn, kettle, receipt.id, ledger_code="5100")
    with pytest.raises(Refused):
        actions.describe(glyn, kettle, receipt.id, label="catering")
    with pytest.raises(Mistake, match="ledger code"):
        actions.code(glyn, kettle, receipt.id, ledger_code="9999")
    assert (whole(receipt).receipt.label, whole(receipt).receipt.ledger_code) == ("refreshments", "5100")


def test_every_list_is_paged_by_key_with_nothing_lost_or_doubled(kettle, glyn):
    made = [make.receipt(kettle, amount_pence=100 + n).number for n in range(25)]
    for listed, order in (
        (lambda after: queries.listed(kettle.id, after, size=7), sorted(made, reverse=True)),
        (lambda after: queries.desk("check", after, size=7), sorted(made)),
    ):
        seen, after = [], None
        while True:
            found = listed(after)
            seen += [line.number for line in found.lines]
            if found.after is None:
                break
            after = found.after
        assert seen == order


def test_each_receipt_is_in_one_view_of_the_desk(kettle, marsha, glyn):
    receipts = [make.receipt(kettle, amount_pence=11_46) for _ in range(8)]
    accept(glyn, kettle, receipts[1])
    make.set_facts(receipts[1], asked_at=clock.now(), agreed_at=clock.now())
    make.set_facts(receipts[6], asked_at=clock.now())
    accept(glyn, kettle, receipts[7])
    actions.ask(glyn, kettle, receipts[2].id, asks="what_for")
    actions.hold(glyn, kettle, receipts[3].id, rule="F4", reason="A cousin", releases="Another organiser’s yes")
    accept(glyn, kettle, receipts[4])
    make.set_facts(receipts[4], paid_on=clock.today())
    actions.withdraw(marsha, kettle, receipts[5].id)
    views = {view: [line.number for line in queries.desk(view).lines] for view in queries.VIEWS}
    numbers = [receipt.number for receipt in receipts]
    assert views == {
        "check": [numbers[0]],
        "group": numbers[6:8],
        "ready": [numbers[1]],
        "asked": [numbers[2]],
        "held": [numbers[3]],
        "paid": [numbers[4]],
    }
    assert queries.desk_counts() == {"check": 1, "group": 2, "asked": 1, "ready": 1, "held": 1}


def test_the_desk_suggests_the_code_used_last_for_this_shop(kettle, glyn):
    earlier = make.receipt(kettle, shop="Corner Grocer", amount_pence=1_00)
    actions.code(glyn, kettle, earlier.id, ledger_code="5100")
    assert whole(make.receipt(kettle, shop="CORNER grocer")).likely_code == "5100"
    assert whole(make.receipt(kettle, shop="Elsewhere")).likely_code is None
