"""The ledger in Beancount's words: it accepts every book there can be, and comes to the balances that we keep."""

from datetime import date, timedelta
from itertools import count

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.autonomy.door import Mistake
from portal.core import wall
from portal.core.db import db, reader
from portal.ledger import actions as ledger
from portal.ledger import posting, queries
from portal.ledger.models import (
    Account,
    Balance,
    Basis,
    FeeRate,
    Fund,
    HostBalance,
    HostFund,
    JournalEntry,
    Kind,
    Restriction,
)
from portal.ledger.posting import Line
from portal.papers import beancount
from tests import make
from tests.client import Client
from tests.papers import reading

number = count(1)


def exported(group_id: int | None = None) -> str:
    with reader() as read:
        return "".join(beancount.written(read, "Ledger", group_id))


def kept(group_id: int | None = None) -> dict[tuple, int]:
    """Our own running balances, by fund and account."""
    db.session.rollback()
    rows = db.session.scalars(sa.select(Balance)).all()
    own = {(row.fund_id, row.account): row.pence for row in rows if group_id in (None, row.group_id)}
    hosts = [] if group_id else db.session.scalars(sa.select(HostBalance)).all()
    return own | {(row.host_fund, row.account): row.pence for row in hosts}


def reckoned(text: str, funds: dict[int, Fund]) -> dict[tuple, int]:
    """What Beancount makes of it, by fund and account; names typed here anew."""
    sums, _ = reading.bean(text)
    hosts = {"Host-Fees": HostFund.FEES, "Host-Small-Things": HostFund.SMALL_THINGS, "Host-Suspense": HostFund.SUSPENSE}
    leaves = {"Bank": "bank", "Float": "float", "Grants": "grant", "Donations": "donation", "Awards": "award"}
    leaves |= {"Fee": "fee", "Costs": "cost", "Moved": "transfer"}
    at_hosts = {
        "Bank": "bank",
        "Fees": "fee_income",
        "Donations": "donation",
        "Awards": "awarded",
        "Unmatched": "unmatched",
    }
    found: dict[tuple, int] = {}
    for name, pence in sums.items():
        root, *parts = name.split(":")
        if parts[0] == "Held":
            _, fund, leaf, *_ = parts
            assert root == "Liabilities"
            assert funds[int(fund.split("-")[0][1:])].basis is Basis.HELD
        else:
            leaf, fund, *_ = parts
        if fund in hosts:
            key = (hosts[fund], Account(at_hosts[leaf]))
        else:
            key = (int(fund.split("-")[0][1:]), Account(leaves[leaf]))
            agent = funds[key[0]].basis is Basis.HELD
            assert (root == "Assets") == (leaf in {"Bank", "Float"})
            assert not (agent and root in {"Income", "Expenses", "Equity"})
        found[key] = found.get(key, 0) + pence
    return found


PENCE = st.one_of(st.integers(1, 500_00), st.sampled_from([1, 99, 10**11]))
WORDS = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=60)
DAYS = st.dates(date(2024, 1, 1), date(2027, 3, 31))
STEPS = st.tuples(
    st.sampled_from(["grant", "donation", "award", "pay", "float", "from float", "between", "reverse", "suspense"]),
    *(st.integers(0, 2), PENCE, DAYS, WORDS, st.sampled_from([None, "5100", "5300"])),
)


def lay_out(names: list[str], bases: list[Basis]) -> tuple[int, list[int]]:
    """A group with these funds, each with a fee of its own."""
    n = next(number)
    group = make.group(f"Books {n}", organisers=(f"Org{n}",))
    with wall.opened(group.id):
        funds = [
            Fund(group_id=group.id, name=name, basis=basis, restriction=Restriction.RESTRICTED, opened_at=group.founded_at)
            for name, basis in zip(names, bases, strict=True)
        ]
        db.session.add_all(funds)
        db.session.flush()
        rate = {"group_id": group.id, "version": 1, "starts_on": date(2024, 1, 1)}
        db.session.add_all(FeeRate(**rate, fund_id=fund.id, basis_points=375 * at) for at, fund in enumerate(funds))
    db.session.commit()
    return group.id, [fund.id for fund in funds]


def take(step, group_id: int, funds: list[int]) -> None:
    """One step in the life of the books, as finance would write it."""
    what, at, pence, on, said, code = step
    one, other = funds[at], funds[(at + 1) % 3]
    facts = {"on": on, "words": said, "by": None}
    with wall.opened(None if what == "suspense" else group_id):
        fund = db.session.get_one(Fund, one)
        if what in {"grant", "donation", "award"}:
            posting.receive(fund, Account(what), pence, **facts)
        elif what == "pay":
            posting.pay(fund, pence, code, **facts)
        elif what == "float":
            posting.post(
                group_id, Kind.TRANSFER, [Line(Account.FLOAT, pence, one), Line(Account.BANK, -pence, one)], **facts
            )
        elif what == "from float":
            pence = min(pence, queries.status(fund).in_float) or pence
            sides = [Line(Account.COST, pence, one, code), Line(Account.FLOAT, -pence, one)]
            posting.post(group_id, Kind.COST, sides, **facts)
        elif what == "between":
            sides = [Line(Account.TRANSFER, pence, one), Line(Account.BANK, -pence, one)]
            sides += [Line(Account.BANK, pence, other), Line(Account.TRANSFER, -pence, other)]
            posting.post(group_id, Kind.TRANSFER, sides, **facts)
        elif what == "suspense":
            sides = [Line(Account.BANK, pence, HostFund.SUSPENSE), Line(Account.UNMATCHED, -pence, HostFund.SUSPENSE)]
            posting.post(None, Kind.MONEY_IN, sides, **facts)
        else:
            taken = sa.select(JournalEntry.reverses_id).where(JournalEntry.reverses_id.is_not(None))
            open_ = sa.select(JournalEntry).where(JournalEntry.group_id == group_id, JournalEntry.id.not_in(taken))
            entry = db.session.scalars(open_.where(JournalEntry.kind != Kind.REVERSAL).limit(1)).first()
            if entry:
                posting.reverse(entry, **facts)
    db.session.commit()


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    names=st.lists(WORDS, min_size=3, max_size=3),
    bases=st.lists(st.sampled_from(Basis), min_size=3, max_size=3),
    steps=st.lists(STEPS, max_size=20),
)
@pytest.mark.slow
def test_any_books_are_accepted_and_come_to_the_balances_that_we_keep(app, names, bases, steps):
    db.session.rollback()
    group_id, funds = lay_out(names, bases)
    for step in steps:
        try:
            take(step, group_id, funds)
        except Mistake:  # more than a float holds: it is as if it had never been tried
            db.session.rollback()
    assert list(queries.faults()) == []
    known = {fund.id: fund for fund in db.session.scalars(sa.select(Fund))}
    for whose in (group_id, None):
        ours = {key: pence for key, pence in kept(whose).items() if pence}
        theirs = {key: pence for key, pence in reckoned(exported(whose), known).items() if pence}
        assert theirs == ours


def test_empty_books_are_books_too(app):
    assert reading.bean(exported())[1] == []


def test_every_entry_is_there_with_its_words_and_a_correction_carries_the_link_of_what_it_corrects(books):
    wrong = books.write(date(2026, 5, 1), 'Said "yes"; \\ done', code="5300", cost=7_00).id
    books.reverse(db.session.get_one(JournalEntry, wrong), date(2026, 5, 9))
    entries = reading.transactions(reading.bean(exported())[1])
    assert [entry.narration for entry in entries] == ['Said "yes"; \\ done', "Wrong"]
    first, second = entries
    assert first.links == {f"L{wrong}"}
    assert second.links == {f"L{wrong}", f"L{wrong + 1}"}
    assert second.meta["reverses"] == f"L{wrong}"
    assert [posting.units.number for posting in second.postings] == [-posting.units.number for posting in first.postings]
    assert first.postings[0].account == f"Expenses:Costs:F{books.id}-Community-Hands-grant:5300"


def test_a_cost_says_its_budget_line_and_an_account_its_fund(books):
    books.on_line(4_00, date(2026, 5, 1), "food")
    entries = reading.bean(exported())[1]
    assert reading.transactions(entries)[0].postings[0].meta["line"] == "food"
    opening = next(entry for entry in entries if type(entry).__name__ == "Open" and "Costs" in entry.account)
    assert (opening.meta["fund"], opening.meta["group"]) == ("Community Hands grant", "Tuesday Kettle")
    assert (opening.meta["funder"], opening.meta["restriction"]) == ("Community Hands", "restricted")


def test_a_balance_that_is_a_penny_out_is_found(books):
    books.write(date(2026, 5, 1), "In", kind=Kind.MONEY_IN, grant=-100_00)
    text = exported()
    assert reading.bean_errors(text) == []
    balance = next(line for line in text.splitlines() if " balance Assets:Bank" in line)
    assert reading.bean_errors(text.replace(balance, balance.replace("100.00", "100.01"))) != []
    assert balance.startswith(str(date(2026, 5, 1) + timedelta(days=1)))


def test_what_is_written_meanwhile_is_not_half_in_it(books):
    """One moment, however long it takes to fetch."""
    for n in range(3):
        books.write(date(2026, 5, 1), f"Before {n}", cost=1_00)
    with reader() as read:
        parts = beancount.written(read, "Ledger")
        begun = [next(parts) for _ in range(4)]
        books.write(date(2026, 5, 1), "Meanwhile", cost=5_00)
        text = "".join([*begun, *parts])
    assert "Meanwhile" not in text
    assert reading.bean_errors(text) == []
    assert "Meanwhile" in exported()


def test_a_group_takes_its_own_funds_alone_and_the_host_everything(app, kettle, walkers, glyn, books):
    books.write(date(2026, 5, 1), "Kettle’s", kind=Kind.MONEY_IN, grant=-100_00)
    theirs = ledger.open_fund(glyn, walkers, name="Paths", restriction="unrestricted", basis="part", fee_basis_points=500)
    ledger.receive(glyn, walkers, theirs.id, source="grant", pence=10_00, on=date(2026, 5, 1), words="Walkers’")
    ours = Client(app).as_(make.person("Marsha")).get("/g/tuesday-kettle/money/papers/ledger.beancount")
    everything = Client(app).as_(make.person("Glyn")).get("/host/papers/ledger.beancount")
    for answer in (ours, everything):
        assert answer.headers["Content-Disposition"] == 'attachment; filename="ledger.beancount"'
        assert answer.headers["Cache-Control"] == "no-store"
        assert reading.bean_errors(answer.text) == []
    assert "Walkers" not in ours.text
    assert "Host-Fees" not in ours.text
    assert "Walkers’" in everything.text
    assert "Assets:Bank:Host-Fees  0.50 GBP" in everything.text


@pytest.mark.parametrize("account", Account)
def test_every_account_of_ours_has_a_name_of_beancounts(account):
    assert beancount.NAMES[account].split(":")[0] in {"Assets", "Liabilities", "Equity", "Income", "Expenses"}
