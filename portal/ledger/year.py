"""The host's financial year, and what moved in each fund within one: the movement in funds of the accounts (Charities
SORP, module 2). Everything is whole pence.

`movement(year)` reads; Papers and the page of a year both take their rows from it.
"""

import calendar
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

import sqlalchemy as sa
from flask import current_app

from portal.core import clock
from portal.core.db import db
from portal.core.filters import pounds
from portal.ledger.models import (
    HELD,
    HOST_FUNDS,
    MONEY_IN,
    Account,
    Basis,
    Fund,
    HostFund,
    JournalEntry,
    Posting,
    Restriction,
)
from portal.people.models import Group

AGENT, WAITING = "agent", "waiting"
CLASSES = {
    Restriction.RESTRICTED.value: "Restricted",
    Restriction.DESIGNATED.value: "Designated",
    Restriction.UNRESTRICTED.value: "Unrestricted",
    AGENT: "Held for groups, as their agent",
    WAITING: "Not placed yet",
}
OURS = tuple(CLASSES)[:3]  # the charity's own funds
OF_HOST = {
    HostFund.FEES: Restriction.UNRESTRICTED.value,
    HostFund.SMALL_THINGS: Restriction.RESTRICTED.value,
    HostFund.SUSPENSE: WAITING,
}
COMES_IN = (*MONEY_IN, Account.FEE_INCOME, Account.UNMATCHED)
GOES_OUT = (Account.COST, Account.FEE, Account.AWARDED)


@dataclass(frozen=True)
class Year:
    """One financial year of the host's, named by the calendar year it ends in."""

    starts_on: date
    ends_on: date

    @property
    def number(self) -> int:
        return self.ends_on.year


def ending_in(number: int) -> Year:
    """The year that ends in this calendar year."""
    return Year(_end(number - 1) + timedelta(days=1), _end(number))


def of(day: date) -> Year:
    """The year a day lies in."""
    return ending_in(day.year + (day > _end(day.year)))


def running() -> Year:
    """The year that today lies in."""
    return of(clock.today())


def just_over() -> Year:
    """The last year that is over."""
    return ending_in(running().number - 1)


def _end(number: int) -> date:
    month, day = current_app.config["SETTINGS"].PORTAL_YEAR_END
    return date(number, month, min(day, calendar.monthrange(number, month)[1]))


@dataclass
class Moved:
    """What moved in one fund, or in several together: opening + incoming - outgoing + transfers = closing. Pence."""

    kind: str = ""
    group: str = ""
    fund: str = ""
    opening: int = 0
    incoming: int = 0
    outgoing: int = 0
    transfers: int = 0

    @property
    def closing(self) -> int:
        return self.opening + self.incoming - self.outgoing + self.transfers

    def __bool__(self) -> bool:
        return any((self.opening, self.incoming, self.outgoing, self.transfers))


@dataclass(frozen=True)
class Movement:
    """The movement in funds of one year: a row for each fund, and what bank and floats hold at its end."""

    year: Year
    funds: list[Moved]
    held: dict[Account, int] = field(default_factory=dict)

    def of(self, kind: str) -> list[Moved]:
        """The funds of one class (CLASSES)."""
        return [one for one in self.funds if one.kind == kind]

    def total(self, kinds: Iterable[str] = CLASSES) -> Moved:
        """The funds of these classes together."""
        rows = [one for one in self.funds if one.kind in tuple(kinds)]
        columns = ("opening", "incoming", "outgoing", "transfers")
        return Moved(**{name: sum(getattr(one, name) for one in rows) for name in columns})

    @property
    def adds_up(self) -> bool:
        return self.total().closing == sum(self.held.values())

    @property
    def words(self) -> str:
        """What is in all funds, and what bank and floats hold."""
        floats = f" and {pounds(self.held[Account.FLOAT])} in floats" if self.held[Account.FLOAT] else ""
        return f"{pounds(self.total().closing)} in all funds, {pounds(self.held[Account.BANK])} in the bank{floats}."


def movement(year: Year) -> Movement:
    """What moved in every fund of every group and of the host's own within a year, closed or running. In pence.

    A fee or an award between the charity's own funds is a transfer; to or from a fund that is held for a group, the
    charity's income or spending, because that fund isn't the charity's. It sums by date: a report, not part of a page that
    is opened all day.
    """
    opening, within, held = _sums(year)
    rows, fees, awards = [], 0, 0
    for fund, group in db.session.execute(sa.select(Fund, Group.name).join(Group, Group.id == Fund.group_id)).all():
        sums, agent = within[fund.id], fund.basis is Basis.HELD
        kind = AGENT if agent else (fund.restriction or Restriction.RESTRICTED).value
        row = _row(Moved(kind, group, fund.name, opening[fund.id]), sums)
        if not agent:
            fee, award = sums[Account.FEE], -sums[Account.AWARD]
            row.outgoing, row.incoming, row.transfers = (
                row.outgoing - fee,
                row.incoming - award,
                row.transfers + award - fee,
            )
            fees, awards = fees + fee, awards + award
        rows.append(row)
    for own in HostFund:
        row = _row(Moved(OF_HOST[own], "", HOST_FUNDS[own], opening[own]), within[own])
        if own is HostFund.FEES:
            row.incoming, row.transfers = row.incoming - fees, row.transfers + fees
        elif own is HostFund.SMALL_THINGS:
            row.outgoing, row.transfers = row.outgoing - awards, row.transfers - awards
        rows.append(row)
    order = list(CLASSES)
    shown = sorted(filter(None, rows), key=lambda row: (order.index(row.kind), row.group, row.fund))
    return Movement(year, shown, held)


def _row(row: Moved, sums: dict[Account, int]) -> Moved:
    row.incoming = -sum(sums[account] for account in COMES_IN)
    row.outgoing = sum(sums[account] for account in GOES_OUT)
    row.transfers = -sums[Account.TRANSFER]
    return row


def _sums(year: Year) -> tuple[dict, dict, dict[Account, int]]:
    """By fund: what it held before the year; what was posted within it, by account; and what bank and floats hold at its
    end. All of one statement, so that they are of one moment."""
    before = sa.case((JournalEntry.on < year.starts_on, 1), else_=0)
    sums = (
        sa.select(Posting.fund_id, Posting.host_fund, Posting.account, before, sa.func.sum(Posting.pence))
        .join(JournalEntry, JournalEntry.id == Posting.entry_id)
        .where(JournalEntry.on <= year.ends_on)
        .group_by(Posting.fund_id, Posting.host_fund, Posting.account, before)
    )
    opening: dict = defaultdict(int)
    within: dict = defaultdict(lambda: defaultdict(int))
    held = dict.fromkeys(HELD, 0)
    for fund_id, own, account, earlier, pence in db.session.execute(sums):
        if account in HELD:
            held[account] += int(pence)
        elif earlier:
            opening[own or fund_id] -= int(pence)
        else:
            within[own or fund_id][account] += int(pence)
    return opening, within, held
