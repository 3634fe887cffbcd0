"""From a cost to "ready to pay": the group's own rule, to exactly what was seen, and never for oneself."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
import time_machine

from portal.autonomy import actions as autonomy
from portal.autonomy.areas import Area, Level
from portal.autonomy.door import Mistake, NotHere, ProofNeeded, Proposed, Refused
from portal.autonomy.models import Disagreement, Hold, SpendingLimit
from portal.core import clock, jobs, wall, workdays
from portal.core.db import db
from portal.ledger import actions as ledger
from portal.ledger import posting
from portal.ledger import queries as ledger_queries
from portal.payees.models import Payee
from portal.people.roles import Actor, Role
from portal.receipts import actions as receipts
from portal.receipts.jobs import empty_bins
from portal.receipts.models import Receipt
from portal.receipts.queries import numbered
from portal.receipts.states import State
from portal.spending import actions, costs
from portal.spending.models import Approval, SpendingRule
from tests import make
from tests.client import words

STAFF = (("Imani", Role.COORDINATOR), ("Glyn", Role.FINANCE))


def now(receipt) -> Receipt:
    """It as it is by now."""
    db.session.rollback()
    return db.session.get_one(Receipt, receipt.id, populate_existing=True)


def state(receipt) -> State:
    found = numbered(receipt.number)
    assert found
    return found.state


def seen(receipt) -> str:
    """What is on the page for whoever looks now."""
    return costs.mark(now(receipt))


def yes(by, group, receipt):
    return actions.say_yes(by, group, receipt.id, mark=seen(receipt))


def checked(by, group, receipt):
    return receipts.accept(by, group, receipt.id, ledger_code="5300", amount_pence=now(receipt).amount_pence)


def test_asked_agreed_checked_it_is_ready(kettle, cost, joe, glyn):
    hall = cost()
    assert state(hall) is State.WITH_GROUP
    assert costs.payable(now(hall)) == "It waits for the group’s yes, to exactly this."
    yes(joe, kettle, hall)
    assert state(hall) is State.CHECKING
    checked(glyn, kettle, hall)
    assert state(hall) is State.READY
    assert costs.payable(now(hall)) == ""
    assert [row[0].id for row in costs.to_pay()] == [hall.id]
    assert costs.to_pay(after=now(hall).number) == []


def test_asking_needs_who_is_paid_how_much_and_a_pot_of_our_own(kettle, walkers, cost, marsha, hall):
    theirs = make.payee(walkers, "Somebody else")
    for facts, said in (
        ({"payee_id": None}, "who is paid"),
        ({"fund_id": None}, "which pot"),
        ({"pence": None}, "how much"),
    ):
        with pytest.raises(Mistake, match=said):
            cost(**facts)
    with pytest.raises(NotHere):
        cost(payee_id=theirs.id)
    with pytest.raises(NotHere):
        cost(fund_id=987_654)


def test_once_it_is_in_order_it_says_on_which_day_it_is_paid(client, kettle, cost, joe, glyn):
    hall = cost()
    yes(joe, kettle, hall)
    checked(glyn, kettle, hall)
    with time_machine.travel(datetime(2030, 12, 4, 12, tzinfo=clock.UTC)):
        client.as_(make.person("Marsha"))
        for path in ("", "/payment"):
            shown = words(client.get(f"/g/tuesday-kettle/receipts/{hall.number}{path}"))
            assert "in order. Hearthrow Commons pays it on Friday 6 December 2030." in shown


def test_a_line_of_another_pot_is_refused(kettle, cost, line, glyn):
    other = ledger.open_fund(glyn, kettle, name="Other", restriction="unrestricted", basis="part")
    with pytest.raises(NotHere):
        cost(line_id=987_654)
    with pytest.raises(Mistake, match="another pot"):
        cost(fund_id=other.id, line_id=line.id)


def test_nobody_says_yes_to_money_for_themselves(kettle, cost, marsha, joe):
    me = make.payee(kettle, "Marsha", person="Marsha")
    by_address = make.payee(kettle, "M. Smith", email="Marsha@example.org")
    for payee in (me, by_address):
        back = cost(kind="pay_back", payee_id=payee.id)
        with pytest.raises(Refused, match="for you"):
            yes(marsha, kettle, back)
        assert state(back) is State.WITH_GROUP
        yes(joe, kettle, back)
        assert state(back) is State.CHECKING


def test_who_stands_back_is_not_asked_and_takes_their_yes_along(kettle, cost, marsha, joe):
    hall = cost()
    yes(joe, kettle, hall)
    assert state(hall) is State.CHECKING
    actions.stand_back(joe, kettle, hall.id)
    assert state(hall) is State.WITH_GROUP
    with pytest.raises(Refused, match="stood back"):
        yes(joe, kettle, hall)
    yes(marsha, kettle, hall)
    assert state(hall) is State.CHECKING


def asked_by_the_only_organiser(walkers, glyn, **payee) -> Receipt:
    """Sam asks for £5.00 back, and nobody else is there to decide."""
    fund = ledger.open_fund(glyn, walkers, name="Paths", restriction="unrestricted", basis="part")
    ledger.receive(glyn, walkers, fund.id, source="donation", pence=100_00, on=clock.today(), words="In")
    me = make.payee(walkers, "Sam", person="Sam", **payee)
    told = {"kind": "pay_back", "amount_pence": 5_00, "shop": "Maps", "payee_id": me.id, "fund_id": fund.id}
    return actions.ask_anew(make.actor(make.person("Sam")), walkers, receipt_key="k" * 20, **told)


def test_where_nobody_is_free_to_decide_the_hosts_check_stands_for_it(walkers, glyn):
    back = asked_by_the_only_organiser(walkers, glyn)
    assert state(back) is State.CHECKING
    assert now(back).agreed_by is None
    assert costs.payable(now(back)) == "The desk hasn’t checked it yet."
    checked(glyn, walkers, back)
    assert costs.payable(now(back)) == ""


def test_what_has_no_bank_details_yet_is_paid_by_card_alone(walkers, glyn):
    back = asked_by_the_only_organiser(walkers, glyn, details=False)
    checked(glyn, walkers, back)
    assert costs.payable(now(back)) == "There are no bank details to pay it to."
    make.account(db.session.get_one(Payee, back.payee_id), "87654321", holds_in=timedelta(hours=48))
    assert costs.payable(now(back)) == "There are no bank details to pay it to."
    assert costs.payable(now(back), by_transfer=False) == ""


@pytest.mark.parametrize(("needs", "takes"), [("one", 1), ("two", 2), ("all", 3)])
def test_the_groups_rule_says_how_many(app, glyn, needs, takes):
    group = make.group("Three", organisers=("Ada", "Ben", "Cas"))
    ada, ben, cas = (make.actor(make.person(name)) for name in ("Ada", "Ben", "Cas"))
    actions.set_rule(ada, group, needs=needs)
    fund = ledger.open_fund(glyn, group, name="Ours", restriction="unrestricted", basis="part")
    told = {"kind": "invoice", "amount_pence": 5_00, "shop": "Print", "payee_id": make.payee(group, "Inkwell").id}
    made = actions.ask_anew(ada, group, receipt_key="k" * 20, fund_id=fund.id, **told)
    for n, one in enumerate((ada, ben, cas), 1):
        if n > takes:
            break
        assert now(made).agreed_at is None
        yes(one, group, made)
    assert now(made).agreed_at


def test_over_an_amount_more_of_us_say_yes(kettle, cost, marsha, joe):
    actions.set_rule(marsha, kettle, needs="one", over_pence=20_00, over_needs="two")
    small, large = cost(20_00), cost(20_01)
    for one in (small, large):
        yes(joe, kettle, one)
    assert (state(small), state(large)) == (State.CHECKING, State.WITH_GROUP)
    yes(marsha, kettle, large)
    assert now(large).agreed_at


def test_a_stricter_rule_holds_at_once_an_easier_one_waits_for_another(kettle, marsha, joe):
    actions.set_rule(marsha, kettle, needs="two")
    assert costs.rule_of(kettle.id).needs == "two"
    wish = actions.set_rule(marsha, kettle, needs="one")
    assert costs.rule_of(kettle.id).needs == "two"
    with pytest.raises(Mistake, match="Another organiser"):
        actions.agree_rule(marsha, kettle, wish.id)
    actions.agree_rule(joe, kettle, wish.id)
    assert costs.rule_of(kettle.id).needs == "one"
    actions.set_rule(marsha, kettle, needs="two")
    dropped = actions.set_rule(marsha, kettle, needs="one")
    actions.set_rule(marsha, kettle, needs="all")
    for settled in (wish, dropped):
        with pytest.raises(Mistake, match="settled already"):
            actions.agree_rule(joe, kettle, settled.id)
    assert costs.rule_of(kettle.id).needs == "all"


def test_a_higher_amount_to_begin_more_yeses_from_is_easier_too(kettle, marsha):
    actions.set_rule(marsha, kettle, needs="one", over_pence=50_00, over_needs="two")
    actions.set_rule(marsha, kettle, needs="one", over_pence=90_00, over_needs="two")
    assert costs.rule_of(kettle.id).over_pence == 50_00
    actions.set_rule(marsha, kettle, needs="one", over_pence=10_00, over_needs="two")
    assert costs.rule_of(kettle.id).over_pence == 10_00


def test_a_rule_that_nobody_agreed_to_yet_is_none(kettle, marsha):
    with wall.opened(kettle.id):
        db.session.add(SpendingRule(group_id=kettle.id, needs="two", made_by=marsha.person_id))
    db.session.commit()
    assert costs.rule_of(kettle.id) is None


def test_staff_never_set_who_says_yes(kettle, glyn, imani):
    for by in (glyn, imani):
        with pytest.raises(Refused):
            actions.set_rule(by, kettle, needs="one")


@pytest.mark.parametrize(
    "change",
    [{"amount_pence": 21_00}, {"shop": "Something else"}, {"fund_id": None}],
    ids=["amount", "purpose", "fund"],
)
def test_a_yes_is_to_exactly_what_was_seen(kettle, cost, marsha, joe, change):
    hall = cost()
    old = seen(hall)
    yes(joe, kettle, hall)
    receipts.describe(marsha, kettle, hall.id, **change)
    assert state(hall) is State.WITH_GROUP
    with pytest.raises(Mistake, match="changed while you were looking"):
        actions.say_yes(joe, kettle, hall.id, mark=old)


def test_other_words_of_ours_take_no_yes_back(kettle, cost, marsha, joe):
    hall = cost()
    yes(joe, kettle, hall)
    receipts.describe(marsha, kettle, hall.id, label="our room", note="Every Tuesday")
    assert state(hall) is State.CHECKING


def test_new_bank_details_are_asked_about_again_once_they_hold(kettle, cost, joe, hall):
    asked = cost()
    yes(joe, kettle, asked)
    make.account(hall, "87654321", holds_in=timedelta(hours=48), second="Joe")
    jobs.run_waiting()
    assert state(asked) is State.CHECKING
    with time_machine.travel(clock.now() + timedelta(hours=49), tick=False):
        assert costs.payable(now(asked)) == "It waits for the group’s yes, to exactly this."
        from portal.spending.jobs import look_at_payee

        look_at_payee(kettle.id, hall.id)
        assert state(asked) is State.WITH_GROUP


def test_without_bank_details_there_is_nothing_to_say_yes_to_yet(kettle, cost, joe):
    june = make.payee(kettle, "June", details=False)
    asked = cost(payee_id=june.id)
    with pytest.raises(Mistake, match="no bank details yet"):
        yes(joe, kettle, asked)


def test_a_yes_asks_for_a_fresh_proof(kettle, cost):
    stale = Actor(make.person("Joe").id, "Joe", frozenset({Role.ORGANISER}))
    with pytest.raises(ProofNeeded):
        yes(stale, kettle, cost())


def test_a_yes_can_be_taken_back_and_given_again(kettle, cost, joe):
    hall = cost()
    yes(joe, kettle, hall)
    actions.take_back_yes(joe, kettle, hall.id)
    assert state(hall) is State.WITH_GROUP
    yes(joe, kettle, hall)
    assert state(hall) is State.CHECKING
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Approval)) == 2


def test_not_this_time_leaves_the_receipt(kettle, cost, marsha, joe):
    hall = cost()
    yes(joe, kettle, hall)
    actions.unask(marsha, kettle, hall.id)
    assert state(hall) is State.WE_HAVE_IT
    assert now(hall).agreed_at is None


def test_what_is_on_its_way_to_the_bank_stays_as_it_is(kettle, cost, marsha, joe):
    hall = cost()
    yes(joe, kettle, hall)
    make.set_facts(hall, in_run_at=clock.now())
    for change in (
        lambda: actions.ask(marsha, kettle, hall.id, kind="invoice"),
        lambda: actions.unask(marsha, kettle, hall.id),
        lambda: actions.take_back_yes(joe, kettle, hall.id),
        lambda: actions.stand_back(joe, kettle, hall.id),
        lambda: receipts.describe(marsha, kettle, hall.id, amount_pence=1),
        lambda: receipts.withdraw(marsha, kettle, hall.id),
    ):
        with pytest.raises(Mistake, match="on its way"):
            change()
    assert now(hall).amount_pence == 20_00
    receipts.add_picture(marsha, kettle, hall.id, photo=make.photo())  # evidence can always be added


def test_nobody_decides_on_what_lies_in_the_bin_or_isnt_asked_for(kettle, cost, marsha, joe):
    hall = cost()
    actions.unask(marsha, kettle, hall.id)
    with pytest.raises(Mistake, match="Nobody asks"):
        yes(joe, kettle, hall)
    assert costs.payable(now(hall)) == "The group hasn’t asked for it to be paid."
    receipts.withdraw(marsha, kettle, hall.id)
    assert costs.payable(now(hall)) == "It was taken back."
    for act in (lambda: yes(joe, kettle, hall), lambda: actions.stand_back(joe, kettle, hall.id)):
        with pytest.raises(Mistake, match="Bring it back first"):
            act()


def test_a_helper_asks_for_what_they_added_and_decides_nothing(kettle, fund, hall):
    bernie = make.actor(make.person("Bernie"), Role.HELPER)
    own = make.receipt(kettle, make.person("Bernie"), role=Role.HELPER)
    told = {"kind": "invoice", "amount_pence": 5_00, "shop": "Milk", "payee_id": hall.id, "fund_id": fund.id}
    actions.ask(bernie, kettle, own.id, **told)
    with pytest.raises(Refused):
        yes(bernie, kettle, own)
    with pytest.raises(Refused):
        actions.ask(bernie, kettle, make.receipt(kettle).id, **told)


def test_what_came_out_of_a_float_is_a_cost_once_agreed_and_checked_and_no_more_than_it_holds(
    kettle, cost, joe, glyn, fund
):
    with wall.opened(kettle.id):
        posting.advance(fund, 30_00, on=clock.today(), words="A float", by=None)
    db.session.commit()
    first, second = (cost(20_00, kind="from_float", payee_id=None) for _ in range(2))
    assert costs.payable(now(first)) == "It was paid from a float already."  # no bank pays it once more
    for one in (first, second):
        yes(joe, kettle, one)
    checked(glyn, kettle, first)
    assert state(first) is State.PAID
    with pytest.raises(Mistake, match="doesn’t hold that much"):
        checked(glyn, kettle, second)
    found = ledger_queries.status(fund)
    assert (found.spent, found.in_float, found.promised, found.free) == (20_00, 10_00, 0, 70_00)


# What staff may (autonomy guide, area 3)


@pytest.mark.parametrize("level", list(Level))
def test_staff_say_yes_for_a_group_only_as_it_has_set(kettle, cost, imani, level):
    make.set_level(kettle, Area.SPENDING, level)
    hall = cost()
    act = lambda: actions.say_yes_for(imani, kettle, hall.id, mark=seen(hall))  # noqa: E731
    if level is Level.ONLY_US:
        with pytest.raises(Refused):
            act()
    elif level is Level.ASK_FIRST:
        with pytest.raises(Proposed):
            act()
    else:
        act()
    assert bool(now(hall).agreed_at) is (level in {Level.TELL_AFTER, Level.YOU_DO})


def test_a_yes_that_was_told_waits_two_working_days_and_can_be_undone(kettle, cost, imani, glyn, joe):
    make.set_level(kettle, Area.SPENDING, Level.TELL_AFTER)
    hall = cost()
    actions.say_yes_for(imani, kettle, hall.id, mark=seen(hall))
    checked(glyn, kettle, hall)
    until = workdays.after(clock.today(), 2)
    assert now(hall).waits_until == until
    assert costs.payable(now(hall)).startswith("The group can still undo the yes")
    entry = make.newest_entry(kettle, "spending.say_yes_for")
    autonomy.undo(joe, kettle, entry.id)
    assert state(hall) is State.WITH_GROUP
    with time_machine.travel(clock.now() + timedelta(days=9), tick=False):
        assert costs.payable(now(hall)) == "It waits for the group’s yes, to exactly this."


def test_after_the_two_days_it_is_paid(kettle, cost, imani, glyn):
    make.set_level(kettle, Area.SPENDING, Level.TELL_AFTER)
    hall = cost()
    actions.say_yes_for(imani, kettle, hall.id, mark=seen(hall))
    checked(glyn, kettle, hall)
    with time_machine.travel(clock.now() + timedelta(days=7), tick=False):
        assert costs.payable(now(hall)) == ""


def test_the_day_it_says_comes_after_the_two_days(client, kettle, cost, imani, glyn):
    make.set_level(kettle, Area.SPENDING, Level.TELL_AFTER)
    hall = cost()
    with time_machine.travel(datetime(2030, 12, 4, 12, tzinfo=clock.UTC)):
        imani, glyn = (make.actor(make.person(name), *roles) for name, *roles in STAFF)
        actions.say_yes_for(imani, kettle, hall.id, mark=seen(hall))
        checked(glyn, kettle, hall)
        client.as_(make.person("Marsha"))
        shown = [words(client.get(f"/g/tuesday-kettle/receipts/{hall.number}{path}")) for path in ("", "/payment")]
        assert "pays it on Tuesday 10 December 2030." in shown[0]  # not on Friday: until then it can be undone
        assert "Until Friday 6 December 2030 we can undo it; then it’s paid, on Tuesday 10 December 2030." in shown[1]
    with time_machine.travel(datetime(2030, 12, 9, 12, tzinfo=clock.UTC)):
        shown = words(client.as_(make.person("Marsha")).get(f"/g/tuesday-kettle/receipts/{hall.number}/payment"))
        assert "It’s agreed to and in order. Hearthrow Commons pays it on Tuesday 10 December 2030." in shown


def test_what_is_on_its_way_can_not_be_undone(kettle, cost, imani, joe):
    make.set_level(kettle, Area.SPENDING, Level.TELL_AFTER)
    hall = cost()
    actions.say_yes_for(imani, kettle, hall.id, mark=seen(hall))
    make.set_facts(hall, in_run_at=clock.now())
    with pytest.raises(Mistake, match="raise a question"):
        autonomy.undo(joe, kettle, make.newest_entry(kettle, "spending.say_yes_for").id)


def test_worked_example_3_over_the_limit_they_ask(kettle, cost, fund, glyn, imani):
    """spending=you_do, £120, limit £100: PROPOSE."""
    ledger.receive(glyn, kettle, fund.id, source="donation", pence=500_00, on=clock.today(), words="More")
    make.set_level(kettle, Area.SPENDING, Level.YOU_DO)
    hall = cost(120_00)
    with pytest.raises(Proposed):
        actions.say_yes_for(imani, kettle, hall.id, mark=seen(hall))
    assert now(hall).agreed_at is None


def test_the_months_limit_counts_what_staff_said_yes_to(kettle, cost, imani):
    make.set_level(kettle, Area.SPENDING, Level.YOU_DO)
    with wall.opened(kettle.id):
        db.session.add(SpendingLimit(group_id=kettle.id, each_pence=30_00, month_pence=50_00))
    db.session.commit()
    for _ in range(2):
        one = cost(25_00)
        actions.say_yes_for(imani, kettle, one.id, mark=seen(one))
    more = cost(1_00)
    with pytest.raises(Proposed):
        actions.say_yes_for(imani, kettle, more.id, mark=seen(more))
    with time_machine.travel((clock.today().replace(day=1) + timedelta(days=40)).isoformat(), tick=False):
        actions.say_yes_for(make.actor(make.person("Imani"), Role.COORDINATOR), kettle, more.id, mark=seen(more))
    assert now(more).agreed_at


def test_staff_never_say_yes_to_money_for_themselves(kettle, cost, imani):
    make.set_level(kettle, Area.SPENDING, Level.YOU_DO)
    theirs = cost(payee_id=make.payee(kettle, "Imani", person="Imani").id)
    with pytest.raises(Refused, match="for you"):
        actions.say_yes_for(imani, kettle, theirs.id, mark=seen(theirs))


def test_staff_say_yes_to_nothing_that_is_on_no_line_where_its_pot_has_lines(kettle, cost, line, imani):
    make.set_level(kettle, Area.SPENDING, Level.YOU_DO)
    loose, on_it = cost(), cost(line_id=line.id)
    with pytest.raises(Mistake, match="no budget line yet"):
        actions.say_yes_for(imani, kettle, loose.id, mark=seen(loose))
    actions.say_yes_for(imani, kettle, on_it.id, mark=seen(on_it))
    assert state(on_it) is State.CHECKING


def test_staff_cant_stand_in_where_two_of_the_group_are_asked(kettle, cost, marsha, imani):
    make.set_level(kettle, Area.SPENDING, Level.YOU_DO)
    actions.set_rule(marsha, kettle, needs="two")
    hall = cost()
    with pytest.raises(Refused, match="more than one of them"):
        actions.say_yes_for(imani, kettle, hall.id, mark=seen(hall))


def test_a_suggested_yes_is_the_groups_to_take(kettle, cost, imani, joe):
    hall = cost()
    with pytest.raises(Proposed) as waits:
        actions.say_yes_for(imani, kettle, hall.id, mark=seen(hall))
    autonomy.say_yes(joe, kettle, waits.value.proposal.id)
    assert state(hall) is State.CHECKING


# Holds of the floor


def test_worked_example_7_a_fund_at_nothing_holds_new_spending(kettle, cost, marsha, joe, glyn):
    """Fund £0, organiser sends £52: saved, held under F5."""
    empty = ledger.open_fund(glyn, kettle, name="Empty", restriction="unrestricted", basis="part")
    bus = cost(52_00, fund_id=empty.id)
    assert state(bus) is State.ON_HOLD
    held = db.session.scalars(sa.select(Hold)).one()
    assert (held.rule, held.item_id) == ("F5", bus.id)
    yes(joe, kettle, bus)
    checked(glyn, kettle, bus)
    assert costs.payable(now(bus)).startswith("It’s on hold under F5")


def test_what_is_held_is_not_payable_until_it_is_let_go(kettle, cost, joe, glyn):
    hall = cost()
    yes(joe, kettle, hall)
    checked(glyn, kettle, hall)
    receipts.hold(glyn, kettle, hall.id, rule="F4", reason="A cousin of Pri’s", releases="A second look")
    other = cost()
    receipts.hold(glyn, kettle, other.id, rule="F5", reason="Too much", releases="Less")
    assert costs.payable(now(hall)).startswith("It’s on hold under F4")
    receipts.release(glyn, kettle, hall.id)
    assert costs.payable(now(hall)) == ""


def test_what_is_said_of_another_thing_with_the_same_number_keeps_nothing_back(kettle, cost, joe, glyn):
    hall = cost()
    yes(joe, kettle, hall)
    checked(glyn, kettle, hall)
    with wall.opened(kettle.id):
        about = {"group_id": kettle.id, "item_table": "documents", "item_id": hall.id}
        said = {"raised_by": joe.person_id, "about": "A document", "words": "No", "among": "ourselves"}
        db.session.add(Disagreement(**about, **said))
    db.session.commit()
    assert costs.payable(now(hall)) == ""


def test_an_open_question_waits_too(kettle, cost, joe, glyn):
    hall = cost()
    yes(joe, kettle, hall)
    checked(glyn, kettle, hall)
    receipts.ask(glyn, kettle, hall.id, asks="what_for")
    assert costs.payable(now(hall)) == "A question about it is open."


def test_what_was_taken_back_goes_after_30_days_with_the_yeses_it_had(kettle, cost, marsha, joe):
    actions.set_rule(marsha, kettle, needs="two")
    hall = cost()
    yes(joe, kettle, hall)
    actions.stand_back(marsha, kettle, hall.id)
    receipts.withdraw(marsha, kettle, hall.id)
    with time_machine.travel(clock.now() + timedelta(days=31)):
        empty_bins()
    assert db.session.get(Receipt, hall.id) is None
    assert db.session.scalars(sa.select(Approval.id)).all() == []
