"""The ledger in the words of Beancount, a line at a time: every entry with its postings, and our running balances as
assertions, to the penny.

An account is named after what it is to and its fund: `Assets:Bank:F3-Paths-grant`. Money held for a group as its agent is
no income of the charity's: all but the money itself stands under `Liabilities:Held`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from operator import attrgetter

import sqlalchemy as sa

from portal.budget.models import BudgetLine
from portal.core import clock
from portal.ledger.models import HELD, Account, Balance, Basis, Fund, HostBalance, HostFund, JournalEntry, Posting
from portal.people.models import Group

NAMES = {
    Account.BANK: "Assets:Bank",
    Account.FLOAT: "Assets:Float",
    Account.GRANT: "Income:Grants",
    Account.DONATION: "Income:Donations",
    Account.AWARD: "Income:Awards",
    Account.FEE: "Expenses:Fee",
    Account.COST: "Expenses:Costs",
    Account.TRANSFER: "Equity:Moved",
    Account.FEE_INCOME: "Income:Fees",
    Account.UNMATCHED: "Liabilities:Unmatched",
    Account.AWARDED: "Expenses:Awards",
}
HOSTS = {HostFund.FEES: "Host-Fees", HostFund.SMALL_THINGS: "Host-Small-Things", HostFund.SUSPENSE: "Host-Suspense"}
NO_CODE = "No-code"


@dataclass(frozen=True)
class Known:
    """A fund by the name it has here, with what an account's opening says of it."""

    name: str
    held: bool
    about: tuple[tuple[str, str], ...] = ()

    def account(self, account: Account, code: str | None = None) -> str:
        """The account of this fund's; a cost under its ledger code where one is asked for."""
        whole = NAMES[account]
        if self.held and account not in HELD:
            whole = f"Liabilities:Held:{self.name}:{whole.rpartition(':')[2]}"
        else:
            whole = f"{whole}:{self.name}"
        return f"{whole}:{code}" if code else whole


def written(read: sa.Connection, title: str, group_id: int | None = None) -> Iterator[str]:
    """The whole file, part by part; of one group's own funds, or of everything."""
    yield f"option {text('title')} {text(title)}\n"
    yield f"option {text('operating_currency')} {text('GBP')}\n"
    yield f"option {text('tolerance_multiplier')} {text('0')}\n\n"  # to the penny
    first, last = _days(read, group_id)
    funds, opened = _funds(read, group_id), set()

    def opening(account: str, fund: Known) -> str:
        """Its opening, the first time. Beancount puts a file in the order of its days, so it may stand anywhere."""
        if account in opened:
            return ""
        opened.add(account)
        return f"{first} open {account} GBP\n" + "".join(f"  {key}: {text(words)}\n" for key, words in fund.about)

    for _, rows in groupby(_postings(read, group_id), key=attrgetter("id")):
        head, opens, sides = "", "", ""
        for row in rows:
            head = head or _heading(row)
            fund = funds[row.host_fund or row.fund_id]
            name = fund.account(row.account, (row.code or NO_CODE) if row.account is Account.COST else None)
            opens += opening(name, fund)
            sides += f"  {name}  {pounds(row.pence)} GBP\n" + (f"    line: {text(row.line)}\n" if row.line else "")
        yield f"{opens}{head}{sides}\n"
    for key, account, pence in _balances(read, group_id):
        name = funds[key].account(account)
        yield opening(name, funds[key])
        yield f"{last + timedelta(days=1)} balance {name}  {pounds(pence)} GBP\n"


def text(words: str) -> str:
    """Words as a string of Beancount's: in one line, with nothing that ends it early."""
    plain = "".join(letter if letter.isprintable() else " " for letter in words)
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'


def pounds(pence: int) -> str:
    return f"{'-' if pence < 0 else ''}{abs(pence) // 100}.{abs(pence) % 100:02}"


def name_of(fund_id: int, name: str) -> str:
    """What a fund is called within an account: its number, so that it is itself, and as much of its name as fits."""
    plain = re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-")
    return f"F{fund_id}-{plain}" if plain else f"F{fund_id}"


def _heading(entry: sa.Row) -> str:
    """The first line of an entry. One that takes back another carries the other's link too."""
    links = f"^L{entry.id}" + (f" ^L{entry.reverses_id}" if entry.reverses_id else "")
    reverses = f"  reverses: {text(f'L{entry.reverses_id}')}\n" if entry.reverses_id else ""
    return f"{entry.on} * {text(entry.words)} #{entry.kind.value.replace('_', '-')} {links}\n{reverses}"


def _days(read: sa.Connection, group_id: int | None) -> tuple[date, date]:
    """The first and the last day on which anything moved."""
    days = sa.select(sa.func.min(JournalEntry.on), sa.func.max(JournalEntry.on))
    if group_id is not None:
        days = days.where(JournalEntry.group_id == group_id)
    first, last = read.execute(days).one()
    return first or clock.today(), last or clock.today()


def _funds(read: sa.Connection, group_id: int | None) -> dict[int | HostFund, Known]:
    known: dict[int | HostFund, Known] = {}
    if group_id is None:
        known |= {fund: Known(name, held=False) for fund, name in HOSTS.items()}
    what = (Fund.id, Fund.name, Fund.funder, Fund.restriction, Fund.basis, Group.name.label("group"))
    query = sa.select(*what).join(Group, Group.id == Fund.group_id)
    for fund in read.execute(query if group_id is None else query.where(Fund.group_id == group_id)):
        about = (("fund", fund.name), ("group", fund.group), ("funder", fund.funder), ("restriction", fund.restriction))
        said = tuple((key, str(words)) for key, words in about if words)
        known[fund.id] = Known(name_of(fund.id, fund.name), fund.basis is Basis.HELD, said)
    return known


def _postings(read: sa.Connection, group_id: int | None) -> Iterator[sa.Row]:
    """Every posting with its entry, in order, a thousand at a time."""
    entry = (JournalEntry.id, JournalEntry.on, JournalEntry.words, JournalEntry.kind, JournalEntry.reverses_id)
    side = (Posting.account, Posting.code, Posting.fund_id, Posting.host_fund, Posting.pence)
    query = (
        sa.select(*entry, *side, BudgetLine.name.label("line"))
        .join(Posting, Posting.entry_id == JournalEntry.id)
        .outerjoin(BudgetLine, sa.and_(BudgetLine.id == Posting.line_id, BudgetLine.group_id == Posting.group_id))
        .order_by(JournalEntry.id, Posting.id)
    )
    if group_id is not None:
        query = query.where(Posting.group_id == group_id, Posting.fund_id.is_not(None))
    yield from read.execute(query, execution_options={"yield_per": 1000})


def _balances(read: sa.Connection, group_id: int | None) -> Iterator[tuple[int | HostFund, Account, int]]:
    """What we keep as each account's balance."""
    kept = sa.select(Balance.fund_id, Balance.account, Balance.pence).order_by(Balance.fund_id, Balance.account)
    yield from read.execute(kept if group_id is None else kept.where(Balance.group_id == group_id))
    if group_id is None:
        hosts = sa.select(HostBalance.host_fund, HostBalance.account, HostBalance.pence)
        yield from read.execute(hosts.order_by(HostBalance.host_fund, HostBalance.account))
