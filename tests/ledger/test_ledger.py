"""The ledger: double entry within each fund, whole pence, never changed; balances that equal their sums."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError, IntegrityError

from portal.autonomy.door import Mistake
from portal.bank import actions as bank
from portal.budget import actions as budget
from portal.core import clock, jobs, wall
from portal.core.db import db
from portal.demo import seed
from portal.ledger import actions, posting, queries
from portal.ledger.models import Account, Balance, Fund, HostFund, JournalEntry, Kind, Posting
from portal.ledger.posting import Line, Unbalanced
from portal.people.models import Group
from portal.receipts import actions as receipts
from portal.receipts import queries as receipts_queries
from portal.receipts.models import Receipt
from tests import demo as demos
from tests import make
from tests.installation import settings_for


def status(fund: Fund) -> queries.Status:
    db.session.rollback()
    return queries.status(db.session.get_one(Fund, fund.id))


def write(group_id: int | None, lines: list[Line]) -> None:
    """An entry as an action writes it."""
    with wall.opened(group_id):
        posting.post(group_id, Kind.MONEY_IN, lines, on=clock.today(), words="x", by=None)
    db.session.commit()


def receipt_of(group, fund, pence: int) -> Receipt:
    """A receipt an organiser sent and filled in."""
    made = make.receipt(group)
    return receipts.describe(make.actor(make.person("Marsha")), group, made.id, amount_pence=pence, fund_id=fund.id)


def pay(by, group, receipt_id: int, pence: int) -> None:
    """The group agreed to it, and the bank's line says it's paid."""
    make.agreed(db.session.get_one(Receipt, receipt_id))
    bank.settle_cost(by, group, receipt_id, line_id=make.bank_line(-pence).id)


def hold_on(receipt_id: int):
    db.session.rollback()
    return receipts_queries.parts_of(db.session.get_one(Receipt, receipt_id))[2]


def test_a_grant_comes_in_whole_and_the_fee_is_its_own_line(grant):
    found = status(grant)
    assert (found.came_in, found.fee, found.spent, found.held, found.free) == (100_00, 5_00, 0, 95_00, 95_00)
    assert queries.host_sums() == {(HostFund.FEES, Account.BANK): 5_00, (HostFund.FEES, Account.FEE_INCOME): -5_00}
    assert list(queries.faults()) == []


@pytest.mark.parametrize(("pence", "points", "fee"), [(100, 500, 5), (10, 500, 1), (9, 500, 0), (333, 750, 25), (1, 0, 0)])
def test_the_fee_is_to_the_nearest_penny(pence, points, fee):
    assert posting.fee_on(pence, points) == fee


def test_donations_bear_no_fee(kettle, glyn, grant):
    actions.receive(glyn, kettle, grant.id, source="donation", pence=20_00, on=clock.today(), words="A neighbour")
    assert status(grant).fee == 5_00


def test_an_award_comes_out_of_the_hosts_pot_and_never_more_than_it_holds(kettle, glyn, grant):
    with pytest.raises(Mistake, match="doesn’t hold that much"):
        actions.receive(glyn, kettle, grant.id, source="award", pence=1, on=clock.today(), words="Award")
    pot = HostFund.SMALL_THINGS
    write(None, [Line(Account.BANK, 50_00, pot), Line(Account.DONATION, -50_00, pot)])
    actions.receive(glyn, kettle, grant.id, source="award", pence=50_00, on=clock.today(), words="Award")
    assert queries.host_sums()[HostFund.SMALL_THINGS, Account.BANK] == 0
    assert status(grant).came_in == 150_00
    assert list(queries.faults()) == []


@pytest.mark.parametrize(
    "lines",
    [
        [],
        [(Account.BANK, 100)],
        [(Account.BANK, 100), (Account.GRANT, -99)],
        [(Account.BANK, 0), (Account.GRANT, 0)],
        [(Account.BANK, 1.5), (Account.GRANT, -1.5)],
    ],
)
def test_what_does_not_balance_is_not_written(kettle, grant, lines):
    count = db.session.scalar(sa.select(sa.func.count()).select_from(JournalEntry))
    made = [Line(account, pence, grant.id) for account, pence in lines]
    with pytest.raises(Unbalanced):
        write(kettle.id, made)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(JournalEntry)) == count


def test_two_funds_that_balance_only_together_are_not_written(kettle, glyn, grant):
    other = actions.open_fund(glyn, kettle, name="Other", restriction="unrestricted", basis="part")
    lines = [Line(Account.BANK, -100, grant.id), Line(Account.BANK, 100, other.id)]
    with pytest.raises(Unbalanced):
        write(kettle.id, lines)


def test_a_budget_line_is_spent_on_by_a_cost_of_its_own_fund_alone(kettle, glyn, grant):
    other = actions.open_fund(glyn, kettle, name="Other", restriction="unrestricted", basis="part")
    line = budget.plan_line(make.actor(make.person("Marsha")), kettle, other.id, name="Rent", planned_pence=50_00).id
    for account, of_line in ((Account.COST, grant.id), (Account.DONATION, other.id)):
        with pytest.raises(Unbalanced, match="budget line" if account is Account.COST else "only a cost"):
            write(kettle.id, [Line(account, 100, of_line, line_id=line), Line(Account.BANK, -100, of_line)])
    write(kettle.id, [Line(Account.COST, 100, other.id, line_id=line), Line(Account.BANK, -100, other.id)])
    assert list(queries.faults()) == []


@pytest.mark.parametrize("change", ["UPDATE postings SET pence = pence + 1", "DELETE FROM journal_entries WHERE id = 1"])
def test_nothing_written_is_ever_changed_even_behind_an_open_door(kettle, grant, change):
    group_id = kettle.id
    with pytest.raises(DatabaseError, match="never changed"), wall.opened(group_id):
        db.session.execute(sa.text(change))


def test_a_posting_to_another_groups_fund_is_refused_by_the_database(kettle, walkers, grant):
    lines = [Line(Account.BANK, 1, grant.id), Line(Account.GRANT, -1, grant.id)]
    with pytest.raises(IntegrityError):
        write(walkers.id, lines)


def test_an_entry_is_corrected_by_its_opposite_once(kettle, glyn, grant):
    entry = db.session.scalars(sa.select(JournalEntry.id)).one()
    back = actions.correct(glyn, kettle, entry, words="It was another group’s").id
    found = status(grant)
    assert (found.came_in, found.fee, found.held) == (0, 0, 0)
    assert queries.host_sums()[HostFund.FEES, Account.BANK] == 0
    for again, says in ((entry, "corrected already"), (back, "a correction already")):
        with pytest.raises(Mistake, match=says):
            actions.correct(glyn, kettle, again, words="Again")
    assert list(queries.faults()) == []


def test_a_fund_is_opened_once_and_a_pot_the_group_named_becomes_it(kettle, glyn):
    named = db.session.scalars(sa.select(Fund.id).where(Fund.name == "Grant")).one()
    binds = {"restriction": "unrestricted", "basis": "part"}
    assert actions.open_fund(glyn, kettle, name="grant", **binds).id == named
    with pytest.raises(Mistake, match="of that name"):
        actions.open_fund(glyn, kettle, name="Grant", **binds)
    with pytest.raises(Mistake, match="funder’s words"):
        actions.open_fund(glyn, kettle, name="Another", restriction="restricted", basis="part")
    days = {"from_on": clock.today(), "until_on": clock.today() - timedelta(days=1)}
    with pytest.raises(Mistake, match="before it begins"):
        actions.open_fund(glyn, kettle, name="Another", **binds, **days)


def test_money_into_a_pot_that_was_never_opened_is_refused(kettle, glyn):
    named = db.session.scalars(sa.select(Fund.id).where(Fund.name == "Grant")).one()
    with pytest.raises(Mistake, match="Open this pot"):
        actions.receive(glyn, kettle, named, source="grant", pence=1, on=clock.today(), words="x")


def test_verify_finds_a_balance_that_differs_from_its_postings(kettle, grant):
    with wall.opened(kettle.id):
        db.session.scalars(sa.select(Balance).where(Balance.account == Account.BANK)).one().pence += 1
    db.session.commit()
    assert list(queries.faults()) == [f"The balance of fund {grant.id} at bank is 9501; its postings sum to 9500."]


def test_verify_finds_an_entry_that_does_not_balance(kettle, grant):
    entry = db.session.scalars(sa.select(JournalEntry.id)).one()
    with wall.opened(kettle.id):
        db.session.add(Posting(group_id=kettle.id, entry_id=entry, account=Account.COST, fund_id=grant.id, pence=7))
    db.session.commit()
    assert f"L{entry} doesn’t balance: 7 pence are left over." in list(queries.faults())


def test_a_paid_receipt_is_a_cost_of_its_fund_once(kettle, glyn, grant):
    receipt = receipt_of(kettle, grant, 11_46).id
    receipts.accept(glyn, kettle, receipt, ledger_code="5100", amount_pence=11_46)
    assert (status(grant).promised, status(grant).free) == (11_46, 83_54)
    pay(glyn, kettle, receipt, 11_46)
    with pytest.raises(Mistake, match="paid"):
        pay(glyn, kettle, receipt, 11_46)
    found = status(grant)
    assert (found.spent, found.promised, found.held, found.free) == (11_46, 0, 83_54, 83_54)


def test_taken_back_or_changed_what_is_promised_follows(kettle, glyn, grant):
    marsha = make.actor(make.person("Marsha"))
    receipt = receipt_of(kettle, grant, 10_00).id
    receipts.accept(glyn, kettle, receipt, ledger_code="5100", amount_pence=10_00)
    receipts.describe(marsha, kettle, receipt, amount_pence=12_00)
    assert status(grant).promised == 0  # it is checked anew first
    receipts.accept(glyn, kettle, receipt, ledger_code="5100", amount_pence=12_00)
    assert status(grant).promised == 12_00
    receipts.withdraw(marsha, kettle, receipt)
    assert status(grant).promised == 0


def test_what_a_fund_cant_cover_is_held_alone_and_let_go_when_money_comes(kettle, glyn, grant):
    fits, short = receipt_of(kettle, grant, 50_00).id, receipt_of(kettle, grant, 120_00).id
    held = hold_on(short)
    assert (held.rule, held.reason) == ("F5", "“Community Hands grant” is £25.00 short of this one.")
    receipts.describe(make.actor(make.person("Marsha")), kettle, fits, label="tea")
    assert hold_on(fits) is None  # what was there before isn't held for what came later
    receipts.accept(glyn, kettle, short, ledger_code="5100", amount_pence=120_00)
    with pytest.raises(Mistake, match="on hold under F5"):
        pay(glyn, kettle, short, 120_00)
    actions.receive(glyn, kettle, grant.id, source="donation", pence=100_00, on=clock.today(), words="A neighbour")
    jobs.run_waiting()
    assert hold_on(short) is None


def test_where_money_is_taken_out_again_only_the_newest_promises_are_held(kettle, glyn, grant):
    """And once it is back they are let go, the longest held first, with no more promised than there is."""
    more = actions.receive(glyn, kettle, grant.id, source="donation", pence=50_00, on=clock.today(), words="A friend")
    these = [(receipt_of(kettle, grant, pence), pence) for pence in (60_00, 40_00, 30_00)]
    for one, pence in these:
        receipts.accept(glyn, kettle, one.id, ledger_code="5100", amount_pence=pence)
    first, second, third = (one for one, _ in these)
    assert [bool(hold_on(one.id)) for one in (first, second, third)] == [False] * 3
    actions.correct(glyn, kettle, more.id, words="It never came")
    jobs.run_waiting()
    assert [bool(hold_on(one.id)) for one in (first, second, third)] == [False, True, False]
    actions.receive(glyn, kettle, grant.id, source="donation", pence=9_00, on=clock.today(), words="A friend")
    jobs.run_waiting()
    assert [bool(hold_on(one.id)) for one in (first, second, third)] == [False, True, False]
    actions.receive(glyn, kettle, grant.id, source="donation", pence=26_00, on=clock.today(), words="A friend")
    jobs.run_waiting()
    assert [bool(hold_on(one.id)) for one in (first, second, third)] == [False] * 3


def test_another_pot_lets_it_go_too(kettle, glyn, grant):
    rich = actions.open_fund(glyn, kettle, name="Rich", restriction="unrestricted", basis="part")
    actions.receive(glyn, kettle, rich.id, source="donation", pence=500_00, on=clock.today(), words="A gift")
    short = receipt_of(kettle, grant, 120_00).id
    assert hold_on(short)
    receipts.describe(make.actor(make.person("Marsha")), kettle, short, fund_id=rich.id)
    assert hold_on(short) is None
    assert status(grant).promised == 0


def test_once_its_hold_has_lapsed_a_short_fund_still_pays_nothing(kettle, glyn, grant):
    short = receipt_of(kettle, grant, 120_00).id
    receipts.accept(glyn, kettle, short, ledger_code="5100", amount_pence=120_00)
    make.agreed(db.session.get_one(Receipt, short))
    receipts.release(glyn, kettle, short)
    with pytest.raises(Mistake, match="No fund covers it yet"):
        bank.settle_cost(glyn, kettle, short, line_id=make.bank_line(-120_00).id)
    assert status(grant).spent == 0


def test_a_pot_the_ledger_does_not_know_holds_nothing_back_and_pays_nothing(kettle, glyn):
    named = db.session.scalars(sa.select(Fund).where(Fund.name == "Grant")).one()
    receipt = receipt_of(kettle, named, 500_00).id
    assert hold_on(receipt) is None
    receipts.accept(glyn, kettle, receipt, ledger_code="5100", amount_pence=500_00)
    with pytest.raises(Mistake, match="No fund covers it yet"):
        pay(glyn, kettle, receipt, 500_00)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(JournalEntry)) == 0


def test_movements_are_a_page_at_a_time_and_no_entry_is_cut_in_two(kettle, glyn, grant):
    for n in range(40):
        actions.receive(glyn, kettle, grant.id, source="grant", pence=100, on=clock.today(), words=f"Part {n}")
    first = queries.movements(kettle.id)
    second = queries.movements(kettle.id, first.before)
    seen = [one.entry.id for one in (*first.rows, *second.rows)]
    assert (len(first.rows), len(second.rows), second.before) == (60, 22, None)
    assert all(seen.count(number) == 2 for number in set(seen))


@pytest.mark.slow
@pytest.mark.parametrize("dialect", demos.ON)
def test_the_demos_funds_equal_its_table_to_the_penny(installation, settings):
    with installation.open(settings_for(settings.data, PORTAL_DEMO="1", PORTAL_DATABASE_URL=settings.database_url)):
        seed.lay_out()
        shown = {}
        for group_id in db.session.scalars(sa.select(Group.id)):
            for one in queries.statuses(group_id):
                shown[one.fund.name] = (one.came_in, one.fee, one.spent, one.promised, one.free)
        assert shown == TABLE
        pot = queries.host_sums()
        small = {account: pence for (fund, account), pence in pot.items() if fund is HostFund.SMALL_THINGS}
        assert small == {Account.DONATION: -2400_00, Account.AWARDED: 1130_00, Account.BANK: 1270_00}
        assert list(queries.faults()) == []


TABLE = {
    "Community Hands grant": (4800_00, 240_00, 1985_40, 210_00, 2364_60),
    "Donations": (640_00, 0, 412_75, 0, 227_25),
    "Small Things award": (180_00, 0, 143_88, 14_39, 21_73),
    "Gather Well grant": (9500_00, 475_00, 6120_00, 900_00, 2005_00),
    "Paths grant": (2000_00, 100_00, 1862_10, 52_00, -14_10),
    "Open Ear grant": (12000_00, 600_00, 4275_50, 1350_00, 5774_50),
    "Zine donations": (1150_00, 0, 96_00, 0, 1054_00),
    "Start Here grant": (3000_00, 150_00, 240_15, 0, 2609_85),
    "Make Do grant": (6200_00, 310_00, 4702_20, 187_80, 1000_00),
}
