"""Two people pay what was agreed: put in, handed over, released; never by whom it pays, and never anything else."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from portal.activity.models import Entry
from portal.autonomy.door import Mistake, NotHere, ProofNeeded, Refused
from portal.core import clock, wall, workdays
from portal.core.db import db
from portal.disagreements import actions as disagreements
from portal.ledger import actions as ledger
from portal.ledger import posting
from portal.ledger.models import Commitment, JournalEntry
from portal.payees.models import PayeeDetails
from portal.payments import actions, checks, paydays, payment_returns, queries
from portal.payments.models import Payment, PaymentRun
from portal.people.models import Group
from portal.people.roles import Actor
from portal.receipts import actions as receipts
from portal.receipts.models import Picture, Receipt
from portal.spending import costs
from portal.spending.models import Conflict
from tests import make
from tests.client import Client, words
from tests.payments import ready
from tests.payments.ready import finance
from tests.site.test_statements import MOST
from tests.site.visits import Listening

OTHER = ("107999", "88837491")


def entries() -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(JournalEntry))


def promised(receipt: Receipt) -> int:
    live = sa.select(sa.func.sum(Commitment.pence)).where(Commitment.item_id == receipt.id, Commitment.ended_at.is_(None))
    return db.session.scalar(live)


def refused(run: PaymentRun, *these: str) -> None:
    """Sefa's release of it names these, and nothing else."""
    with pytest.raises(actions.FallenOut) as fallen:
        actions.release(finance("Sefa"), None, run.id)
    assert [one.ref for one in fallen.value.these] == list(these)
    assert ready.again(run).released_at is None


@pytest.fixture
def grocer(kettle):
    return ready.payee(kettle)


@pytest.fixture
def cost(kettle, grocer):
    return ready.cost(kettle, grocer)


@pytest.fixture
def prepared(kettle, cost):
    """A run with one cost in it that Glyn handed over."""
    run = ready.run()
    ready.put(kettle, cost, run)
    return actions.hand_over(finance(), None, run.id)


def test_one_prepares_another_releases_and_exactly_what_was_agreed_is_in_it(kettle, grocer, cost):
    run = ready.run()
    payment = ready.put(kettle, cost, run)
    found = ready.again(cost)
    assert (payment.pence, payment.mark, payment.fund_id) == (1146, found.agreed_mark, found.fund_id)
    assert payment.details_id == db.session.scalar(sa.select(PayeeDetails.id).where(PayeeDetails.payee_id == grocer.id))
    assert payment.reference == f"TR R{found.number}"
    assert found.in_run_at
    before = entries()
    actions.hand_over(finance(), None, run.id)
    actions.release(finance("Sefa"), None, run.id)
    assert ready.again(run).released_by == make.person("Sefa").id
    assert (entries(), promised(cost)) == (before, 1146)  # nothing is posted; the money stays promised


def test_what_is_in_a_run_is_not_changed_or_taken_back_by_its_group(kettle, cost):
    ready.put(kettle, cost, ready.run())
    marsha = make.actor(make.person("Marsha"))
    with pytest.raises(Mistake):
        receipts.describe(marsha, kettle, cost.id, amount_pence=99999)
    with pytest.raises(Mistake):
        receipts.withdraw(marsha, kettle, cost.id)


def test_what_changed_since_the_yes_is_not_put_in(kettle, grocer, cost):
    ready.new_details(grocer, OTHER)
    with pytest.raises(Mistake, match="This changed since the group said yes"):
        ready.put(kettle, cost, ready.run())
    assert ready.again(cost).in_run_at is None


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"agreed_at": None, "agreed_mark": None}, "yes"),
        ({"accepted_at": None}, "desk"),
        ({"waits_until": "today"}, "undo"),
        ({"paid_on": "today"}, "paid"),
    ],
)
def test_what_cannot_be_paid_is_not_put_in(kettle, cost, facts, why):
    with wall.opened(kettle.id):
        row = db.session.get_one(Receipt, cost.id)
        for name, value in facts.items():
            setattr(row, name, clock.today() if value == "today" else value)
    db.session.commit()
    with pytest.raises(Mistake, match=why):
        ready.put(kettle, cost, ready.run())


def test_put_in_twice_it_is_there_once_and_in_no_second_run(kettle, cost):
    run = ready.run()
    first = ready.put(kettle, cost, run)
    assert ready.put(kettle, cost, run, finance("Sefa")).id == first.id
    with pytest.raises(Mistake, match="in a payment run already"):
        ready.put(kettle, cost, ready.run(number=1))
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Payment)) == 1


def test_a_run_that_is_handed_over_takes_nothing_more(kettle, grocer, prepared):
    with pytest.raises(Mistake, match="handed over"):
        ready.put(kettle, ready.cost(kettle, grocer), prepared)


def test_an_empty_run_is_not_handed_over_and_one_not_handed_over_is_not_released(kettle, cost):
    run = ready.run()
    with pytest.raises(Mistake, match="Nothing is in"):
        actions.hand_over(finance(), None, run.id)
    put = ready.put(kettle, cost, run)
    with pytest.raises(Mistake, match="handed over"):
        actions.release(finance("Sefa"), None, run.id)
    actions.hand_over(finance(), None, run.id)
    actions.take_out(finance(), kettle, put.id)
    with pytest.raises(Mistake, match="Nothing is left"):
        actions.release(finance("Sefa"), None, run.id)


def test_nothing_is_put_into_a_run_that_isnt_there(kettle, cost):
    with pytest.raises(NotHere):
        actions.put_in(finance(), kettle, cost.id, run_id=99)


def test_whoever_prepared_it_or_put_something_in_never_releases_it(kettle, grocer, cost):
    run = ready.run()
    ready.put(kettle, cost, run)
    ready.put(kettle, ready.cost(kettle, grocer), run, finance("Sefa"))
    actions.hand_over(finance("Ro"), None, run.id)
    for name in ("Glyn", "Sefa"):
        with pytest.raises(Refused, match="Someone else releases it"):
            actions.release(finance(name), None, run.id)
    actions.release(finance("Ro"), None, run.id)


def test_the_database_itself_refuses_one_person_for_both(prepared):
    db.session.rollback()
    sql = "UPDATE payment_runs SET released_at = prepared_at, released_by = prepared_by"
    with pytest.raises(sa.exc.IntegrityError, match="two_people"):
        db.session.execute(sa.text(sql))


def test_releasing_asks_for_a_passkey_or_password_again(prepared):
    sefa = finance("Sefa")
    with pytest.raises(ProofNeeded):
        actions.release(Actor(sefa.person_id, "Sefa", sefa.roles), None, prepared.id)


@pytest.mark.parametrize("how", ["linked", "by address", "said so"])
def test_nobody_pays_themselves(kettle, how):
    sefa = make.person("Sefa")
    payee = ready.payee(kettle, "Sefa Tuilagi", person=sefa if how == "linked" else None)
    with wall.opened(kettle.id):
        if how == "by address":
            db.session.get_one(type(payee), payee.id).email = "Sefa@example.org"
    db.session.commit()
    theirs, run = ready.cost(kettle, payee), ready.run()
    if how == "said so":
        with wall.opened(kettle.id):
            db.session.add(Conflict(group_id=kettle.id, receipt_id=theirs.id, person_id=sefa.id))
        db.session.commit()
    with pytest.raises(Refused, match="Someone else puts it in"):
        ready.put(kettle, theirs, run, finance("Sefa"))
    ready.put(kettle, theirs, run)
    actions.hand_over(finance(), None, run.id)
    with pytest.raises(Refused, match="Someone else releases this run"):
        actions.release(finance("Sefa"), None, run.id)
    actions.release(finance("Ro"), None, run.id)


def held(group, grocer, cost):
    receipts.hold(finance(), group, cost.id, rule="F2", reason="Is it ours?", releases="An answer")


def changed(group, grocer, cost):
    ready.new_details(grocer, OTHER)


def stopped(group, grocer, cost):
    with wall.opened(group.id):
        for row in db.session.scalars(sa.select(PayeeDetails).where(PayeeDetails.payee_id == grocer.id)):
            row.stopped_at = clock.now()
    db.session.commit()


def disputed(group, grocer, cost):
    about = db.session.get_one(Receipt, cost.id).ref
    disagreements.disagree(make.actor(make.person("Joe")), group, about=about, words="No", among="ourselves")


def money_gone(group, grocer, cost):
    came = db.session.scalar(sa.select(JournalEntry.id).where(JournalEntry.kind == "money_in"))
    ledger.correct(finance(), group, came, words="Never came")


def waits(group, grocer, cost):
    with wall.opened(group.id):
        db.session.get_one(Receipt, cost.id).waits_until = clock.today()
    db.session.commit()


@pytest.mark.parametrize("what", [held, changed, stopped, disputed, money_gone, waits])
def test_what_no_longer_holds_stops_the_release_and_is_left_out_and_named(app, kettle, walkers, grocer, cost, what):
    fine = ready.cost(walkers, ready.payee(walkers, "Dale Minibus"))
    run = ready.run()
    ready.put(kettle, cost, run)
    ready.put(walkers, fine, run)
    actions.hand_over(finance(), None, run.id)
    what(kettle, grocer, cost)
    ref = ready.again(cost).ref
    refused(run, ref)
    answer = Client(app).as_(make.person("Sefa")).post(f"/host/payments/{run.id}/release", follow_redirects=True)
    assert f"Released. {ref} is left out:" in words(answer)
    assert ready.again(run).released_at
    assert [receipt.id for _payment, receipt in queries.in_run(run.id)] == [ready.again(fine).id]
    assert ready.again(cost).in_run_at is None
    with pytest.raises((Mistake, Refused)):
        ready.put(ready.again(kettle), ready.again(cost), ready.run())


def test_after_a_change_it_waits_for_the_group_again(kettle, grocer, prepared, cost):
    ready.new_details(grocer, OTHER)
    payment = queries.in_run(prepared.id)[0][0]
    actions.take_out(finance(), kettle, payment.id)
    assert ready.again(cost).agreed_at is None


def test_what_is_taken_out_is_ready_again_under_another_reference(kettle, cost):
    run = ready.run()
    first = ready.put(kettle, cost, run)
    actions.take_out(finance(), kettle, first.id)
    assert costs.payable(ready.again(cost)) == ""
    second = ready.put(kettle, cost, run)
    assert (second.id != first.id, second.reference) == (True, f"{first.reference}X2")


def test_after_release_nothing_is_taken_out_released_or_given_up(kettle, cost):
    run = ready.released(kettle, cost)
    payment = queries.in_run(run.id)[0][0]
    for act, group, number in ((actions.take_out, kettle, payment.id), (actions.give_up, None, run.id)):
        with pytest.raises(Mistake, match="released already"):
            act(finance(), group, number)
    with pytest.raises(Mistake, match="released already"):
        actions.release(finance("Ro"), None, run.id)


def test_a_run_given_up_pays_nothing_and_all_of_it_is_ready_again(app, kettle, grocer, cost):
    run = ready.run()
    for one in (cost, ready.cost(kettle, grocer)):
        ready.put(kettle, one, run)
    with pytest.raises(Mistake, match="still in this run"):
        actions.give_up(finance(), None, run.id)
    Client(app).as_(make.person("Glyn")).post(f"/host/payments/{run.id}/end")
    assert ready.again(run).ended_at
    assert len(costs.to_pay()) == 2
    with pytest.raises(Mistake, match="given up"):
        ready.put(ready.again(kettle), ready.again(cost), run)
    with pytest.raises(Mistake, match="given up"):
        actions.hand_over(finance(), None, ready.again(run).id)


def test_what_the_bank_sent_back_is_paid_anew_once_its_details_are_mended(kettle, grocer, cost):
    run = ready.released(kettle, cost)
    payment = queries.in_run(run.id)[0][0]
    before = entries()
    actions.returned(finance(), kettle, payment.id)
    assert (ready.again(cost).in_run_at, entries(), promised(cost)) == (None, before, 1146)
    with pytest.raises(Mistake, match="until they’re mended"):
        ready.put(kettle, cost, ready.run())
    ready.new_details(grocer, OTHER)
    ready.agree(cost)
    assert ready.put(kettle, cost, ready.run()).reference.endswith("X2")


def test_nothing_comes_back_before_it_left(kettle, prepared):
    payment = queries.in_run(prepared.id)[0][0]
    with pytest.raises(Mistake, match="left yet"):
        actions.returned(finance(), kettle, payment.id)


def test_one_that_the_bank_had_paid_comes_back_with_its_entry_reversed(kettle, cost):
    """As a matched bank line does it: by the lower function, within its own action."""
    run = ready.released(kettle, cost)
    with wall.opened(kettle.id):
        payment, receipt = queries.in_run(run.id)[0]
        entry = posting.pay(ready.fund(kettle), payment.pence, "5100", on=clock.today(), words="Out", by=None)
        payment.entry_id, receipt.paid_on = entry.id, clock.today()
        posting.unpromise(receipt)
    db.session.commit()
    with pytest.raises(Mistake, match="Match the line"):
        actions.returned(finance(), kettle, payment.id)
    payment = ready.again(payment)
    with wall.opened(kettle.id):
        payment_returns.bring_back(payment, on=clock.today(), by=None)
    db.session.commit()
    found = ready.again(cost)
    assert (found.paid_on, found.in_run_at, promised(cost)) == (None, None, 1146)


def test_only_a_coming_pay_day_is_one(app):
    with pytest.raises(Mistake, match="pay days"):
        actions.start(finance(), pay_on=clock.today() + timedelta(days=365))


@pytest.mark.parametrize(
    ("today", "days"),
    [
        ("2026-11-09", ["2026-11-10", "2026-11-13", "2026-11-17", "2026-11-20"]),
        ("2026-11-10", ["2026-11-10", "2026-11-13", "2026-11-17", "2026-11-20"]),
        ("2026-12-23", ["2026-12-29", "2027-01-04", "2027-01-05", "2027-01-08"]),  # both holidays go to a working day
    ],
)
@pytest.mark.parametrize("dialect", ["sqlite"])
def test_pay_days_are_tuesdays_and_fridays_or_the_working_day_after(app, today, days):
    with time_machine.travel(f"{today} 12:00", tick=False):
        assert [f"{day}" for day in paydays.coming()] == days
        assert all(workdays.is_working_day(day) for day in paydays.coming())


def test_each_change_has_its_line_in_the_groups_log_and_the_runs_in_the_hosts(kettle, cost):
    run = ready.released(kettle, cost)
    said = sa.select(Entry.group_id, Entry.action).where(Entry.action.like("payments.%")).order_by(Entry.id)
    assert [tuple(row) for row in db.session.execute(said)] == [
        (None, "payments.start"),
        (kettle.id, "payments.put_in"),
        (None, "payments.hand_over"),
        (None, "payments.release"),
    ]
    assert db.session.scalar(sa.select(Entry.about).where(Entry.action == "payments.release")) == run.ref


# What is said beside a payment.


def beside(run: PaymentRun) -> list[list[str]]:
    db.session.rollback()
    return [[check.words for check in checks.beside(row)] for row in queries.payments(run.id)]


def paid_before(group: Group, to, *amounts: int) -> None:
    for pence in amounts:
        ready.cost(group, to, pence, paid_on=clock.today())


def test_an_ordinary_payment_has_nothing_beside_it(kettle, grocer, cost):
    paid_before(kettle, grocer, 900, 1000, 1100)
    run = ready.run()
    ready.put(kettle, cost, run)
    assert beside(run) == [[]]


def test_the_first_payment_to_someone_is_said_and_the_second_not(kettle, grocer, cost):
    run = ready.run()
    ready.put(kettle, cost, run)
    ready.put(kettle, ready.cost(kettle, grocer, 500), run)
    assert beside(run) == [["The first payment to them."], []]


def test_the_same_file_on_two_costs_is_said_across_groups(kettle, walkers, grocer, cost):
    paid_before(kettle, grocer, 900)
    theirs = make.receipt(walkers)
    db.session.rollback()
    file = db.session.scalar(sa.select(Picture.sha256).where(Picture.receipt_id == cost.id))
    with wall.opened(walkers.id):
        db.session.scalars(sa.select(Picture).where(Picture.receipt_id == theirs.id)).one().sha256 = file
    db.session.commit()
    run = ready.run()
    ready.put(kettle, cost, run)
    assert beside(run) == [[f"The same file came with {ready.again(theirs).ref} too."]]
    make.set_facts(ready.again(theirs), withdrawn_at=clock.now())
    assert beside(run) == [[]]
    make.set_facts(ready.again(theirs), withdrawn_at=None)
    copied = db.session.scalars(sa.select(Picture).where(Picture.receipt_id == theirs.id)).one()
    make.set_facts(copied, replaced_at=clock.now())
    assert beside(run) == [[]]
    other = make.receipt(kettle)  # it came with their file as well, and isn’t paid here
    unpaid = db.session.scalars(sa.select(Picture).where(Picture.receipt_id == other.id)).one()
    make.set_facts(unpaid, sha256="0" * 64)
    make.set_facts(copied, replaced_at=None, sha256="0" * 64)
    assert beside(run) == [[]]
    make.set_facts(copied, sha256=file)
    mine = db.session.scalars(sa.select(Picture).where(Picture.receipt_id == cost.id)).one()
    make.set_facts(mine, replaced_at=clock.now())
    assert beside(run) == [[]]


def test_the_same_sum_to_the_same_account_is_said_across_groups(kettle, walkers, cost):
    run = ready.run()
    first = ready.put(kettle, cost, run)
    ready.put(walkers, ready.cost(walkers, ready.payee(walkers, "The Grocer"), 1146), run)
    ready.put(walkers, ready.cost(walkers, ready.payee(walkers, "The Baker", OTHER), 1146), run)
    says = f"The same sum to the same account lately: {first.reference}."
    assert [says in words for words in beside(run)] == [False, True, False]
    with time_machine.travel(clock.now() + checks.SAME_FOR + timedelta(days=1), tick=False):
        assert not any(says in words for words in beside(run))


def test_details_that_changed_lately_are_said_for_30_days(kettle, grocer):
    ready.new_details(grocer, OTHER)
    cost = ready.cost(kettle, grocer)
    paid_before(kettle, grocer, 900)
    run = ready.run()
    ready.put(kettle, cost, run)
    assert beside(run) == [["Their bank details changed today."]]
    with time_machine.travel(clock.now() + timedelta(days=31), tick=False):
        assert beside(run) == [[]]


@pytest.mark.parametrize(("pence", "said"), [(3000, []), (3001, ["More than 3 times"]), (1000_01, ["Over £1,000."])])
def test_far_above_what_is_usual_is_said(kettle, grocer, pence, said):
    paid_before(kettle, grocer, 900, 1000, 5000)
    for _ in range(3):
        make.receipt(kettle, paid_on=clock.today())  # as on paper once: nobody wrote down how much
    run = ready.run()
    ready.put(kettle, ready.cost(kettle, grocer, pence), run)
    assert [words.startswith(start) for words, start in zip(beside(run)[0], said, strict=True)] == [True] * len(said)


def test_what_two_costs_were_is_not_called_usual(kettle, grocer):
    paid_before(kettle, grocer, 100, 100)
    run = ready.run()
    ready.put(kettle, ready.cost(kettle, grocer, 3001), run)
    assert beside(run) == [[]]


@pytest.mark.parametrize(
    ("checked", "said"),
    [
        ("doubtful", "The account number doesn’t fit its sort code."),
        ("unknown", "The account number could not be checked."),
    ],
)
def test_an_account_number_in_doubt_is_said_and_never_blocks(kettle, checked, said):
    to = ready.payee(kettle, "Someone", checked=checked)
    paid_before(kettle, to, 900)
    run = ready.run()
    ready.put(kettle, ready.cost(kettle, to), run)
    assert beside(run) == [[said]]
    actions.hand_over(finance(), None, run.id)
    actions.release(finance("Sefa"), None, run.id)


@pytest.mark.parametrize("what", [held, changed, stopped, disputed, money_gone, waits])
def test_what_will_be_left_out_is_said_before(kettle, grocer, cost, what):
    paid_before(kettle, grocer, 900)
    run = ready.run()
    ready.put(kettle, cost, run)
    what(kettle, grocer, cost)
    if what is money_gone:
        receipts.look_again(make.SYSTEM, kettle, cost.id)  # as the job does that hears of it
    db.session.rollback()
    assert any(check.keeps_out for check in checks.beside(queries.payments(run.id)[0]))


# On the page.


def ticked(app, *these: Receipt, key="k" * 32, who="Glyn"):
    finance(who)
    body = {"picked": [str(ready.again(one).id) for one in these], "pay_on": paydays.coming()[0].isoformat(), "key": key}
    return Client(app).as_(make.person(who)).post("/host/payments/", data=body, follow_redirects=True)


def test_several_are_put_in_at_once_and_what_cannot_go_in_is_named(app, kettle, walkers, grocer, cost):
    theirs, stuck = ready.cost(walkers, ready.payee(walkers, "Dale Minibus"), 5200), ready.cost(kettle, grocer)
    held(kettle, grocer, stuck)
    said = words(ticked(app, cost, theirs, stuck))
    assert f"2 put in. {ready.again(stuck).ref}: It’s on hold under F2: Is it ours?" in said
    assert len(queries.in_run(queries.runs()[0].run.id)) == 2


def test_the_same_form_sent_twice_puts_in_nothing_twice(app, kettle, grocer, cost):
    other = ready.cost(kettle, grocer)
    for _ in range(2):
        assert "2 put in." in words(ticked(app, cost, other))
    db.session.rollback()
    assert [(len(queries.in_run(one.run.id)), one.count) for one in queries.runs()] == [(2, 2)]


def test_later_ones_go_into_the_same_days_run_until_it_is_handed_over(app, kettle, grocer, cost):
    more = [ready.cost(kettle, grocer) for _ in range(2)]
    ticked(app, cost)
    ticked(app, more[0], key="b" * 32)
    run = queries.runs()[0].run
    actions.hand_over(finance(), None, run.id)
    ticked(app, more[1], key="c" * 32)
    db.session.rollback()
    assert [one.count for one in queries.runs()] == [1, 2]


def test_someone_in_finance_sees_why_their_own_is_for_someone_else(app, kettle):
    theirs = ready.cost(kettle, ready.payee(kettle, "Glyn Parry", person=make.person("Glyn")))
    finance()
    page = Client(app).as_(make.person("Glyn")).get("/host/payments/")
    assert "This pays you, so someone else puts it in" in words(page)
    assert f"{ready.again(theirs).ref}: This pays you. Someone else puts it in." in words(ticked(app, theirs))


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_nothing_ticked_or_no_pay_day_is_said_beside_it(app, kettle, cost):
    assert "Tick at least one." in words(ticked(app))
    glyn = Client(app).as_(make.person("Glyn"))
    for day in ("", "soon", "2020-01-01"):
        answer = glyn.post("/host/payments/", data={"picked": [str(cost.id)], "pay_on": day})
        assert answer.status_code == 422
        assert "pay day" in words(answer)
        assert f'value="{cost.id}" checked' in answer.text


def test_a_second_person_who_is_not_one_reads_why_and_has_no_button(app, prepared):
    glyn, sefa = (Client(app).as_(make.person(finance(name).name)) for name in ("Glyn", "Sefa"))
    page = glyn.get(f"/host/payments/{prepared.id}/")
    assert "You prepared this one. Someone else releases it." in words(page)
    assert "Release £" not in words(page)
    assert "Release £11.46" in words(sefa.get(f"/host/payments/{prepared.id}/"))
    assert glyn.post(f"/host/payments/{prepared.id}/release").status_code == 403


def test_a_payment_of_another_run_is_not_here(app, kettle, prepared):
    finance()
    other = ready.run(number=1)
    payment = queries.in_run(prepared.id)[0][0]
    glyn = Client(app).as_(make.person("Glyn"))
    for act in ("removal", "return"):
        assert glyn.post(f"/host/payments/{other.id}/payments/{payment.id}/{act}").status_code == 404


def test_the_group_sees_that_it_is_on_its_way(app, kettle, cost):
    ready.put(kettle, cost, ready.run())
    marsha = Client(app).as_(make.person("Marsha"))
    path, day = f"/g/tuesday-kettle/receipts/{ready.again(cost).number}", f"{paydays.coming()[0]:%A %-d %B %Y}"
    with Listening() as seen:
        assert f"It’s in Hearthrow Commons’s payments of {day}." in words(marsha.get(f"{path}/payment"))
    assert len(seen) <= MOST
    assert "On its way to the bank" in words(marsha.get(path))


@pytest.mark.slow
def test_a_page_of_payments_takes_as_many_statements_with_200_as_with_20(app, kettle):
    """At most six each."""
    finance("Sefa")
    grocer, taken = ready.payee(kettle), dict[bool, list[int]]()
    for count in (10, 90):
        kettle, grocer = ready.again(kettle), ready.again(grocer)
        run = ready.run()
        for _ in range(count):
            ready.put(kettle, ready.cost(kettle, grocer, 101), run)
            ready.cost(kettle, grocer, 102)
        number = actions.hand_over(finance(), None, run.id).id
        sefa = Client(app).as_(make.person("Sefa"))
        for path in ("", f"{number}/"):
            with Listening() as seen:
                assert sefa.get(f"/host/payments/{path}").status_code == 200
            taken.setdefault(bool(path), []).append(len(seen))
    assert all(few == many <= MOST for few, many in taken.values()), taken
