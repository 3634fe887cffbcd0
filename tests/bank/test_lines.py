"""What a line of the bank's is taken for: a payment, a cost, money in, suspense, our own; and how each is undone."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from portal.autonomy.door import Mistake, NotHere
from portal.bank import actions, queries
from portal.bank.models import BankAccount, BankImport, BankLine
from portal.bank.statement import Line, Statement
from portal.core import clock, jobs, wall
from portal.core.db import db
from portal.ledger import actions as ledger_actions
from portal.ledger import posting
from portal.ledger import queries as ledger
from portal.ledger.models import Account, ClosedYear, Fund, HostFund, JournalEntry, Posting
from portal.receipts import queries as receipts_queries
from portal.receipts.models import Receipt
from portal.receipts.states import State
from tests import make
from tests.client import Client


def status(fund: Fund) -> ledger.Status:
    db.session.rollback()
    return ledger.status(db.session.get_one(Fund, fund.id))


def line(one: BankLine) -> BankLine:
    db.session.rollback()
    return db.session.get_one(BankLine, one.id)


def now(row):
    db.session.rollback()
    return db.session.get_one(type(row), row.id)


def state(receipt: Receipt) -> State:
    db.session.rollback()
    return receipts_queries.numbered(receipt.number).state


@pytest.fixture(autouse=True)
def books_add_up(app):
    """Whatever a test did, all sums hold."""
    yield
    db.session.rollback()
    assert list(ledger.faults()) == []


def test_a_released_payments_line_makes_it_paid_on_the_banks_day(kettle, glyn, fund, cost):
    receipt = cost(90_00)
    payment = make.payment(receipt)
    assert (status(fund).promised, state(receipt)) == (90_00, State.ON_ITS_WAY)
    day = clock.today() - timedelta(days=1)
    out = make.bank_line(-90_00, f"FP {payment.reference} HALL", on=day)
    actions.settle_payment(glyn, kettle, payment.id, line_id=out.id)
    paid, settled = now(receipt), line(out)
    assert (paid.paid_on, state(receipt)) == (day, State.PAID)
    assert (status(fund).spent, status(fund).promised, status(fund).held) == (90_00, 0, 910_00)
    entry = db.session.get_one(JournalEntry, settled.entry_id)
    assert (entry.on, settled.settled_by, now(payment).entry_id) == (day, glyn.person_id, entry.id)
    pages = queries.listed("settled"), queries.listed("settled", after=out.id)
    assert [[item.line.id for item in found.items] for found in pages] == [[out.id], []]
    assert db.session.scalars(sa.select(Posting.code).where(Posting.account == Account.COST)).all() == ["5300"]


def test_an_advance_goes_into_the_float_and_is_spent_by_nobody_yet(kettle, glyn, fund, cost):
    payment = make.payment(cost(40_00, kind="advance"))
    actions.settle_payment(glyn, kettle, payment.id, line_id=make.bank_line(-40_00).id)
    assert (status(fund).spent, status(fund).held, status(fund).sums[Account.FLOAT]) == (0, 1000_00, 40_00)


def test_an_advance_that_is_spent_in_part_isnt_undone_or_sent_back(kettle, glyn, fund, cost):
    payment, out = make.payment(cost(40_00, kind="advance")), make.bank_line(-40_00)
    actions.settle_payment(glyn, kettle, payment.id, line_id=out.id)
    with wall.opened(kettle.id):
        posting.spend_from_float(fund, 1, "5100", on=clock.today(), words="Milk", by=None)
    db.session.commit()
    for act in (
        lambda: actions.undo(glyn, kettle, line(out).entry_id),
        lambda: actions.returned(glyn, kettle, payment.id, line_id=make.bank_line(40_00).id),
        lambda: ledger_actions.correct(glyn, kettle, line(out).entry_id, words="Never left"),
    ):
        with pytest.raises(Mistake, match="float doesn’t hold that much"):
            act()
        assert (status(fund).in_float, line(out).settled_at is None) == (39_99, False)


def test_what_is_left_of_a_float_comes_back_and_is_free_again(app, kettle, glyn, fund, cost):
    payment = make.payment(cost(40_00, kind="advance"))
    actions.settle_payment(glyn, kettle, payment.id, line_id=make.bank_line(-40_00).id)
    came_in = make.bank_line(15_00, "MARSHA SMITH")
    page = Client(app).as_(make.person("Glyn")).get(f"/host/bank/{came_in.id}?find=kettle").text
    assert page.count("What is left of a float") == 1  # of the one fund that has a float
    back = {"source": "float", "words": "Marsha, what was left"}
    with pytest.raises(Mistake, match="float doesn’t hold that much"):
        actions.receive_into(glyn, kettle, fund.id, line_id=make.bank_line(40_01).id, **back)
    actions.receive_into(glyn, kettle, fund.id, line_id=came_in.id, **back)
    found = status(fund)
    assert (found.in_float, found.free, found.came_in, found.fee, found.spent) == (25_00, 975_00, 1000_00, 0, 0)


@pytest.mark.parametrize("pence", [-90_01, -9_00, 90_00])
def test_another_amount_is_never_taken_for_it(kettle, glyn, cost, pence):
    payment = make.payment(cost(90_00))
    out = make.bank_line(pence, payment.reference)
    with pytest.raises(Mistake, match=r"is for £90\.00\. Nothing"):
        actions.settle_payment(glyn, kettle, payment.id, line_id=out.id)
    assert line(out).settled_at is None


def test_a_line_that_names_another_payment_is_never_taken_for_this_one(kettle, glyn, cost):
    one, other, outside = make.payment(cost(5_00)), make.payment(cost(5_00)), cost(5_00)
    out = make.bank_line(-5_00, f"BACS {one.reference.replace(' ', '')}")
    with pytest.raises(Mistake, match=f"names {one.reference}, which is another payment"):
        actions.settle_payment(glyn, kettle, other.id, line_id=out.id)
    with pytest.raises(Mistake, match="another payment"):
        actions.settle_cost(glyn, kettle, outside.id, line_id=out.id)
    actions.settle_payment(glyn, kettle, one.id, line_id=out.id)


def test_a_line_settles_once_and_a_payment_has_one_line(kettle, glyn, cost):
    one, other = make.payment(cost(5_00)), make.payment(cost(5_00))
    out, more = make.bank_line(-5_00), make.bank_line(-5_00)
    actions.settle_payment(glyn, kettle, one.id, line_id=out.id)
    with pytest.raises(Mistake, match="settled already"):
        actions.settle_payment(glyn, kettle, other.id, line_id=out.id)
    with pytest.raises(Mistake, match="has its line already"):
        actions.settle_payment(glyn, kettle, one.id, line_id=more.id)
    with pytest.raises(NotHere):
        actions.settle_payment(glyn, kettle, other.id, line_id=987_654)


def test_what_was_not_released_is_paid_by_no_line(kettle, glyn, cost):
    waits, out = make.payment(cost(5_00), released=False), make.bank_line(-5_00)
    with pytest.raises(Mistake, match="isn’t on its way"):
        actions.settle_payment(glyn, kettle, waits.id, line_id=out.id)
    gone = make.payment(cost(5_00))
    make.set_facts(gone, taken_out_at=clock.now())
    with pytest.raises(Mistake, match="isn’t on its way"):
        actions.settle_payment(glyn, kettle, gone.id, line_id=out.id)


def test_a_fund_that_does_not_hold_enough_pays_nothing_and_the_line_waits(kettle, glyn, fund, cost):
    payment = make.payment(cost(900_00))
    other = actions.settle_cost(glyn, kettle, cost(50_00).id, line_id=make.bank_line(-50_00).id)
    gift = db.session.scalars(sa.select(JournalEntry.id)).first()
    from portal.ledger import actions as books

    books.correct(glyn, kettle, gift, words="It was another group’s")
    out = make.bank_line(-900_00, payment.reference)
    with pytest.raises(Mistake, match="doesn’t hold that much"):
        actions.settle_payment(glyn, kettle, payment.id, line_id=out.id)
    assert line(out).settled_at is None
    assert now(other).paid_on


def test_a_cost_paid_by_direct_debit_needs_no_account_but_a_yes_and_a_check(kettle, glyn, fund, cost):
    nobody = make.payee(kettle, "Ashbrook Water", details=False)
    bill = cost(12_00, payee_id=nobody.id)
    out = make.bank_line(-12_00, "DD ASHBROOK WATER")
    make.set_facts(bill, agreed_at=None)
    with pytest.raises(Mistake, match="waits for the group’s yes"):
        actions.settle_cost(glyn, kettle, bill.id, line_id=out.id)
    make.agreed(bill)
    make.set_facts(bill, accepted_at=None)
    with pytest.raises(Mistake, match="desk hasn’t checked"):
        actions.settle_cost(glyn, kettle, bill.id, line_id=out.id)
    make.set_facts(bill, accepted_at=clock.now())
    actions.settle_cost(glyn, kettle, bill.id, line_id=out.id)
    assert (now(bill).paid_on, status(fund).spent) == (clock.today(), 12_00)


def test_a_cost_in_a_run_is_paid_by_its_payment_alone(kettle, glyn, cost):
    receipt = cost(12_00)
    make.payment(receipt)
    with pytest.raises(Mistake, match="in a payment run already"):
        actions.settle_cost(glyn, kettle, receipt.id, line_id=make.bank_line(-12_00).id)


def test_money_in_goes_into_a_fund_with_the_fee_as_its_own_line_and_lets_go_what_was_held(kettle, glyn, fund):
    short = make.receipt(kettle, amount_pence=1200_00, fund_id=fund.id)
    from portal.receipts import actions as receipts

    receipts.describe(make.actor(make.person("Marsha")), kettle, short.id, label="a roof")
    assert state(short) is State.ON_HOLD
    facts = {"source": "grant", "words": "Community Hands, second half"}
    came_in = make.bank_line(400_00, "COMMUNITY HANDS")
    actions.receive_into(glyn, kettle, fund.id, line_id=came_in.id, **facts)
    assert (status(fund).came_in, status(fund).fee) == (1400_00, 20_00)
    jobs.run_waiting()
    assert state(short) is not State.ON_HOLD
    with pytest.raises(Mistake, match="went out"):
        actions.receive_into(glyn, kettle, fund.id, line_id=make.bank_line(-1).id, **facts)
    with pytest.raises(Mistake, match="a grant, a donation, or"):
        actions.receive_into(glyn, kettle, fund.id, line_id=make.bank_line(1).id, source="award", words="x")
    pot = db.session.scalars(sa.select(Fund).where(Fund.name == "Grant")).one()
    with pytest.raises(Mistake, match="Open this pot"):
        actions.receive_into(glyn, kettle, pot.id, line_id=make.bank_line(1).id, **facts)


def suspense() -> dict:
    db.session.rollback()
    return {account: pence for (own, account), pence in ledger.host_sums().items() if own is HostFund.SUSPENSE}


def test_money_nobody_can_place_waits_in_suspense_until_someone_can(kettle, glyn, fund):
    came_in = make.bank_line(60_00, "CASH", on=clock.today() - timedelta(days=12))
    actions.to_suspense(glyn, None, came_in.id)
    assert suspense() == {Account.BANK: 60_00, Account.UNMATCHED: -60_00}
    assert [one.line.id for one in queries.listed("suspense").items] == [came_in.id]
    with pytest.raises(Mistake, match="Take it out first"):
        actions.to_suspense(glyn, None, came_in.id)
    entry = actions.receive_into(glyn, kettle, fund.id, line_id=came_in.id, source="donation", words="A neighbour")
    assert (set(suspense().values()), status(fund).came_in) == ({0}, 1060_00)
    actions.undo(glyn, kettle, entry.id)  # it was something else after all: it waits again
    assert suspense() == {Account.BANK: 60_00, Account.UNMATCHED: -60_00}
    assert (queries.view_of(line(came_in)), status(fund).came_in) == ("suspense", 1000_00)
    actions.reopen(glyn, None, came_in.id)
    assert (queries.view_of(line(came_in)), set(suspense().values())) == ("match", {0})
    with pytest.raises(Mistake, match="Only money that came in"):
        actions.to_suspense(glyn, None, make.bank_line(-1).id)


def test_what_has_to_do_with_no_group_is_the_hosts_own(kettle, glyn, fund):
    given, charge = make.bank_line(100_00, "POT GIFT"), make.bank_line(-8_50, "BANK CHARGES")
    actions.hosts_own(glyn, None, given.id, fund="small_things")
    actions.hosts_own(glyn, None, charge.id, fund="fees")
    sums = ledger.host_sums()
    assert sums[HostFund.SMALL_THINGS, Account.DONATION] == -100_00
    assert (sums[HostFund.FEES, Account.COST], sums[HostFund.FEES, Account.BANK]) == (8_50, -8_50)
    with pytest.raises(Mistake, match="or the pot"):
        actions.hosts_own(glyn, None, make.bank_line(1).id, fund="suspense")
    actions.reopen(glyn, None, charge.id)
    assert ledger.host_sums()[HostFund.FEES, Account.COST] == 0
    assert line(charge).settled_at is None
    with pytest.raises(Mistake, match="nothing of the host’s own"):
        actions.reopen(glyn, None, charge.id)


def test_a_payment_that_comes_back_is_not_paid_and_can_be_paid_anew(kettle, glyn, fund, cost):
    receipt = cost(90_00)
    payment = make.payment(receipt)
    back = make.bank_line(90_00, f"UNPAID {payment.reference}")
    with pytest.raises(Mistake, match="by which this payment left"):
        actions.returned(glyn, kettle, payment.id, line_id=back.id)
    out = make.bank_line(-90_00, payment.reference)
    actions.settle_payment(glyn, kettle, payment.id, line_id=out.id)
    with pytest.raises(Mistake, match="Nothing was matched"):
        actions.returned(glyn, kettle, payment.id, line_id=make.bank_line(80_00).id)
    actions.returned(glyn, kettle, payment.id, line_id=back.id)
    assert (now(receipt).paid_on, now(receipt).in_run_at, now(payment).returned_at is not None) == (None, None, True)
    assert (status(fund).spent, status(fund).promised, state(receipt)) == (0, 90_00, State.READY)
    for entry in (line(out).entry_id, line(back).entry_id):
        with pytest.raises(Mistake, match="isn’t undone"):
            actions.undo(glyn, kettle, entry)
    again = make.payment(receipt)
    actions.settle_payment(glyn, kettle, again.id, line_id=make.bank_line(-90_00, again.reference).id)
    assert state(receipt) is State.PAID


@pytest.mark.parametrize("in_a_run", [True, False])
def test_an_undone_match_leaves_all_as_it_was_and_the_line_open(kettle, glyn, fund, cost, in_a_run):
    receipt, out = cost(90_00), make.bank_line(-90_00)
    if in_a_run:
        payment = make.payment(receipt)
        actions.settle_payment(glyn, kettle, payment.id, line_id=out.id)
    else:
        actions.settle_cost(glyn, kettle, receipt.id, line_id=out.id)
    actions.undo(glyn, kettle, line(out).entry_id)
    assert (line(out).settled_at, line(out).entry_id, now(receipt).paid_on) == (None, None, None)
    assert (status(fund).spent, status(fund).promised) == (0, 90_00)
    assert state(receipt) is (State.ON_ITS_WAY if in_a_run else State.READY)
    if in_a_run:
        actions.settle_payment(glyn, kettle, payment.id, line_id=out.id)
    else:
        actions.settle_cost(glyn, kettle, receipt.id, line_id=out.id)
    assert state(receipt) is State.PAID


def test_an_entry_corrected_in_the_books_is_not_reversed_twice(kettle, glyn, fund, cost):
    from portal.ledger import actions as books

    receipt, out = cost(90_00), make.bank_line(-90_00)
    actions.settle_cost(glyn, kettle, receipt.id, line_id=out.id)
    books.correct(glyn, kettle, line(out).entry_id, words="Wrong")
    actions.undo(glyn, kettle, line(out).entry_id)
    assert (line(out).settled_at, status(fund).held) == (None, 1000_00)
    with pytest.raises(NotHere):
        actions.undo(glyn, kettle, db.session.scalars(sa.select(JournalEntry.id)).first())


def test_a_line_of_a_closed_year_is_entered_on_the_first_day_that_is_open(kettle, glyn, fund, cost):
    db.session.add(ClosedYear(ends_on=date(2026, 3, 31), closed_by=glyn.person_id))
    db.session.commit()
    receipt, out = cost(90_00), make.bank_line(-90_00, on=date(2026, 3, 30))
    actions.settle_cost(glyn, kettle, receipt.id, line_id=out.id)
    assert now(receipt).paid_on == date(2026, 3, 30)
    assert db.session.get_one(JournalEntry, line(out).entry_id).on == date(2026, 4, 1)


@pytest.fixture
def account(glyn) -> BankAccount:
    return actions.open_account(glyn, name="Main account")


def statement(*lines, kind="csv", **facts) -> Statement:
    return Statement(
        kind, [Line(clock.today() - timedelta(days=ago), pence, words) for ago, pence, words in lines], **facts
    )


def take_in(by, account, said: Statement) -> BankImport:
    return actions.import_file(by, None, account.id, sha256="0" * 64, shown_name="november.csv", statement=said)


def test_the_same_file_twice_adds_nothing_and_overlapping_ones_only_what_is_new(glyn, account):
    first = statement((3, -9000, "HALL"), (3, -9000, "HALL"), (2, 100, "TEA"))
    assert [take_in(glyn, account, first).fresh for _ in range(3)] == [3, 0, 0]
    assert take_in(glyn, account, statement((2, 100, "TEA"), (1, 100, "TEA"))).fresh == 1
    other = actions.open_account(glyn, name="Savings")
    assert take_in(glyn, other, first).fresh == 3
    assert [one.line.words for one in queries.listed("match").items][:3] == ["HALL"] * 3
    with pytest.raises(Mistake, match="of that name"):
        actions.open_account(glyn, name="main ACCOUNT")


def test_a_wrong_file_is_taken_out_again_as_long_as_nothing_came_of_it(kettle, glyn, account, fund, cost):
    made = take_in(glyn, account, statement((1, -9000, "HALL"), (1, 100, "TEA")))
    actions.take_back(glyn, None, made.id)
    assert db.session.scalar(sa.select(sa.func.count(BankLine.id))) == 0
    made = take_in(glyn, account, statement((1, -9000, "HALL")))
    actions.settle_cost(glyn, kettle, cost(90_00).id, line_id=queries.listed("match").items[0].line.id)
    with pytest.raises(Mistake, match="Undo those first"):
        actions.take_back(glyn, None, made.id)


def test_how_the_books_stand_beside_the_bank(kettle, glyn, account, fund, cost):
    take_in(
        glyn,
        account,
        statement((2, 1000_00, "TO BEGIN"), (1, -90_00, "HALL"), closing_pence=910_00, closing_on=clock.today()),
    )
    take_in(glyn, account, statement((9, 5, "OLD"), closing_pence=5, closing_on=clock.today() - timedelta(days=9)))
    (row,) = queries.accounts()
    assert (row.closing_pence, row.closing_on) == (910_00, clock.today())
    assert (queries.sums().books_pence, queries.sums().waiting_pence) == (1000_00, 910_05)


def test_views_are_a_page_at_a_time_with_nothing_lost_or_doubled(glyn, account):
    take_in(glyn, account, statement(*((n % 7, 100 + n, f"LINE {n}") for n in range(45))))
    for one in queries.listed("match").items[:2]:
        actions.to_suspense(glyn, None, one.line.id)
    seen, after = [], None
    while True:
        page = queries.listed("match", after)
        seen += [one.line for one in page.items]
        after = page.after
        if after is None:
            break
    assert len({one.id for one in seen}) == len(seen) == 43
    assert [(one.on, one.id) for one in seen] == sorted((one.on, one.id) for one in seen)
    assert queries.listed("match", at=seen[30]).items[0].line.id == seen[30].id
