"""Reads of the ledger: what a fund holds, what is free, what moved; and whether it all still adds up."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from portal.core import clock
from portal.core.db import db
from portal.ledger.models import (
    HELD,
    MONEY_IN,
    Account,
    Balance,
    BooksCheck,
    ClosedYear,
    Commitment,
    FeeRate,
    Fund,
    HostBalance,
    HostFund,
    JournalEntry,
    Posting,
)
from portal.people.models import Group

PAGE = 30
CORRECTED = aliased(JournalEntry)


@dataclass(frozen=True)
class Status:
    """One fund in pence: what came in, the fee, what was spent or moved away, what is promised; and the rest."""

    fund: Fund
    sums: dict[Account, int]
    promised: int

    @property
    def came_in(self) -> int:
        return -sum(self.sums.get(account, 0) for account in MONEY_IN)

    @property
    def fee(self) -> int:
        return self.sums.get(Account.FEE, 0)

    @property
    def spent(self) -> int:
        return self.sums.get(Account.COST, 0)

    @property
    def held(self) -> int:
        """What is there: in the bank and in floats."""
        return sum(self.sums.get(account, 0) for account in HELD)

    @property
    def free(self) -> int:
        """What can be spent now. Below zero, the fund is short."""
        return self.held - self.promised


def statuses(group_id: int) -> list[Status]:
    """Every fund of a group that the ledger knows, in the order they were opened."""
    promised = (
        sa.select(Commitment.fund_id, sa.func.sum(Commitment.pence).label("pence"))
        .where(Commitment.group_id == group_id, Commitment.ended_at.is_(None))
        .group_by(Commitment.fund_id)
        .subquery()
    )
    rows = db.session.execute(
        sa.select(Fund, sa.func.coalesce(promised.c.pence, 0), Balance.account, Balance.pence)
        .outerjoin(Balance, sa.and_(Balance.fund_id == Fund.id, Balance.group_id == Fund.group_id))
        .outerjoin(promised, promised.c.fund_id == Fund.id)
        .where(Fund.group_id == group_id, Fund.opened_at.is_not(None))
        .order_by(Fund.id)
    ).all()
    funds: dict[tuple[Fund, int], dict[Account, int]] = defaultdict(dict)
    for fund, pence, account, balance in rows:
        funds[fund, int(pence)] |= {account: balance} if account else {}
    return [Status(fund, sums, pence) for (fund, pence), sums in funds.items()]


def status(fund: Fund) -> Status:
    """One fund."""
    return next(one for one in statuses(fund.group_id) if one.fund.id == fund.id)


def held(fund: Fund) -> int:
    """What a fund holds, in pence."""
    sums = sa.select(sa.func.coalesce(sa.func.sum(Balance.pence), 0)).where(
        Balance.group_id == fund.group_id, Balance.fund_id == fund.id, Balance.account.in_(HELD)
    )
    return int(db.session.scalar(sums) or 0)


def free_for(fund: Fund, item) -> int:
    """What of a fund is free for this very row: what is held, less what is covered of what was promised
    to others before it. Pence."""
    live = sa.select(Commitment).where(
        Commitment.group_id == fund.group_id, Commitment.fund_id == fund.id, Commitment.ended_at.is_(None)
    )
    promised = db.session.scalars(live.order_by(Commitment.id)).all()
    own = next((one.id for one in promised if (one.item_table, one.item_id) == (item.__tablename__, item.id)), None)
    return held(fund) - sum(one.pence for one in promised if not one.short and (own is None or one.id < own))


def fund(group_id: int, fund_id: int | None) -> Fund | None:
    """A fund of this group that the ledger knows."""
    known = sa.select(Fund).where(Fund.id == fund_id, Fund.group_id == group_id, Fund.opened_at.is_not(None))
    return db.session.scalar(known)


def movements(group_id: int, before: int | None = None) -> tuple[list[tuple], int | None]:
    """A page of what moved in a group's funds, the newest first: entry, account, name of the fund, pence (in positive, out
    negative); and the number to go on below, where there are more. An entry is never cut in two, and knows the version of
    the fee it took (`entry.rate`)."""
    page = sa.select(JournalEntry.id).where(JournalEntry.group_id == group_id).order_by(JournalEntry.id.desc())
    ids = list(db.session.scalars((page.where(JournalEntry.id < before) if before else page).limit(PAGE + 1)))
    rows = db.session.execute(
        sa.select(JournalEntry, Posting.account, Fund.name, sa.func.sum(-Posting.pence), FeeRate)
        .join(Posting, Posting.entry_id == JournalEntry.id)
        .join(Fund, sa.and_(Fund.id == Posting.fund_id, Fund.group_id == Posting.group_id))
        .outerjoin(CORRECTED, CORRECTED.id == JournalEntry.reverses_id)
        .outerjoin(FeeRate, _rate_taken())
        .where(JournalEntry.id.in_(ids[:PAGE]), JournalEntry.group_id == group_id, Posting.account.not_in(HELD))
        .group_by(JournalEntry.id, Posting.account, Fund.id, Fund.name, FeeRate.id)
        .order_by(JournalEntry.id.desc(), Fund.id, Posting.account.desc())
    ).all()
    for moved, *_, rate in rows:
        moved.rate = rate or moved.rate
    return [row[:4] for row in rows], ids[PAGE - 1] if len(ids) > PAGE else None


def _rate_taken() -> sa.ColumnElement[bool]:
    """The version of a fund's fee that a posting to its fee was made by: that of its day, or of the day of the entry it
    corrects. A version holds from a day that was still to come when it was made, so this is the same for ever."""
    older = aliased(FeeRate)
    begun = sa.or_(older.starts_on <= sa.func.coalesce(CORRECTED.on, JournalEntry.on), older.version == 1)
    newest = sa.select(sa.func.max(older.version)).where(older.fund_id == Posting.fund_id, begun).scalar_subquery()
    fee = sa.and_(FeeRate.group_id == Posting.group_id, FeeRate.fund_id == Posting.fund_id, Posting.account == Account.FEE)
    return sa.and_(fee, FeeRate.version == newest)


@dataclass(frozen=True)
class FeeVersion:
    """One version of a fund's fee, and whether it holds `now`, held in the `past`, is `coming`, or, replaced before its
    day, `never` held."""

    rate: FeeRate
    state: str


def fees(group_id: int) -> dict[int, list[FeeVersion]]:
    """Every version of the fee on each of a group's funds, oldest first."""
    rates: dict[int, list[FeeRate]] = defaultdict(list)
    every = sa.select(FeeRate).where(FeeRate.group_id == group_id).order_by(FeeRate.fund_id, FeeRate.version)
    for rate in db.session.scalars(every):
        rates[rate.fund_id].append(rate)
    return {fund_id: _versions(found) for fund_id, found in rates.items()}


def _versions(rates: list[FeeRate]) -> list[FeeVersion]:
    now = max((one.version for one in rates if one.starts_on <= clock.today()), default=1)
    return [FeeVersion(one, _state(one, rates, now)) for one in rates]


def _state(one: FeeRate, rates: list[FeeRate], now: int) -> str:
    if one.version == now:
        return "now"
    if one.version > 1 and any(two.version > one.version and two.starts_on <= one.starts_on for two in rates):
        return "never"
    return "past" if one.version < now else "coming"


@dataclass(frozen=True)
class OurFund:
    """One of the host's own funds, in pence by account."""

    fund: HostFund
    sums: dict[Account, int]

    @property
    def held(self) -> int:
        return sum(self.sums.get(account, 0) for account in HELD)


def our_funds() -> list[OurFund]:
    """The host's own funds, each, with or without money in it."""
    sums = host_sums()
    return [OurFund(one, {at: pence for (fund, at), pence in sums.items() if fund is one}) for one in HostFund]


def held_by_host(fund: HostFund) -> int:
    """What one of the host's own funds holds, in pence; nobody else takes of it until this transaction is over."""
    rows = sa.select(HostBalance).where(HostBalance.host_fund == fund, HostBalance.account.in_(HELD))
    fresh = {"populate_existing": True}
    locked = db.session.scalars(rows.order_by(HostBalance.id).with_for_update(), execution_options=fresh)
    return sum(row.pence for row in locked)


def held_for_groups() -> dict[Account, int]:
    """What is held for all groups together, in the bank and in floats. Pence."""
    sums = sa.select(Balance.account, sa.func.sum(Balance.pence)).where(Balance.account.in_(HELD)).group_by(Balance.account)
    return {account: int(pence) for account, pence in db.session.execute(sums)}


def our_movements(fund: HostFund | None = None, before: int | None = None) -> tuple[Sequence[sa.Row], int | None]:
    """A page of what moved in the host's own funds, or in one of them, the newest first: entry, fund, account, pence (in
    positive, out negative), slug and name of the group whose entry it is; and the number to go on below."""
    ours = Posting.host_fund.is_not(None) if fund is None else Posting.host_fund == fund
    page = sa.select(Posting.entry_id).distinct().where(ours).order_by(Posting.entry_id.desc()).limit(PAGE + 1)
    rows = db.session.execute(
        sa.select(
            *(JournalEntry, Posting.host_fund, Posting.account, sa.func.sum(-Posting.pence).label("pence")),
            *(Group.slug, Group.name),
        )
        .join(Posting, Posting.entry_id == JournalEntry.id)
        .outerjoin(Group, Group.id == JournalEntry.group_id)
        .where(JournalEntry.id.in_(page.where(Posting.entry_id < before) if before else page), ours)
        .where(Posting.account.not_in(HELD))
        .group_by(JournalEntry.id, Posting.host_fund, Posting.account, Group.slug, Group.name)
        .order_by(JournalEntry.id.desc(), Posting.host_fund, Posting.account)
    ).all()
    ids = list(dict.fromkeys(row[0].id for row in rows))
    return [row for row in rows if row[0].id in ids[:PAGE]], ids[PAGE - 1] if len(ids) > PAGE else None


def closed_until() -> date | None:
    """The last day of the newest year that is closed."""
    return db.session.scalar(sa.select(sa.func.max(ClosedYear.ends_on)))


def closed_years() -> Sequence[ClosedYear]:
    """The years that were closed, oldest first."""
    return db.session.scalars(sa.select(ClosedYear).order_by(ClosedYear.ends_on)).all()


def last_check() -> BooksCheck | None:
    """When the books were last added up anew, and what came of it."""
    return db.session.scalar(sa.select(BooksCheck).order_by(BooksCheck.id.desc()).limit(1))


def host_sums() -> dict[tuple[HostFund, Account], int]:
    """The host's own funds, by account."""
    return {(row.host_fund, row.account): row.pence for row in db.session.scalars(sa.select(HostBalance))}


def faults() -> Iterator[str]:
    """Everything that doesn't add up, a sentence each: entries that don't balance, balances that differ from their sum."""
    unbalanced = (
        sa.select(Posting.entry_id, sa.func.sum(Posting.pence))
        .group_by(Posting.entry_id, Posting.fund_id, Posting.host_fund)
        .having(sa.func.sum(Posting.pence) != 0)
    )
    for entry_id, pence in db.session.execute(unbalanced):
        yield f"L{entry_id} doesn’t balance: {pence} pence are left over."
    empty = sa.select(JournalEntry.id).where(~sa.exists().where(Posting.entry_id == JournalEntry.id))
    yield from (f"L{entry_id} has no postings." for entry_id in db.session.scalars(empty))
    yield from _differing(Posting.fund_id, Balance.fund_id, Balance)
    yield from _differing(Posting.host_fund, HostBalance.host_fund, HostBalance)


def _differing(posted, kept, table) -> Iterator[str]:
    """One statement, so that what is posted meanwhile is in both sums or in neither."""
    sums = (
        sa.select(posted.label("fund"), Posting.account, sa.func.sum(Posting.pence).label("pence"))
        .where(posted.is_not(None))
        .group_by(posted, Posting.account)
        .subquery()
    )
    both = sa.join(sums, table, sa.and_(kept == sums.c.fund, table.account == sums.c.account), full=True)
    summed, stored = sa.func.coalesce(sums.c.pence, 0), sa.func.coalesce(table.pence, 0)
    fund, account = sa.func.coalesce(sums.c.fund, kept), sa.func.coalesce(sums.c.account, table.account)
    differing = sa.select(fund, account, stored, summed).select_from(both).where(summed != stored).order_by(fund, account)
    for of, at, says, comes_to in db.session.execute(differing):
        name = f"fund {of}" if isinstance(of, int) else f"the host’s {of}"
        yield f"The balance of {name} at {at} is {says}; its postings sum to {comes_to}."


def entry(group_id: int | None, entry_id: int) -> JournalEntry | None:
    """One entry of this group's books, or of the host's own, which knows the version of the fee it took (`rate`)."""
    found = db.session.execute(
        sa.select(JournalEntry, FeeRate)
        .outerjoin(Posting, sa.and_(Posting.entry_id == JournalEntry.id, Posting.account == Account.FEE))
        .outerjoin(CORRECTED, CORRECTED.id == JournalEntry.reverses_id)
        .outerjoin(FeeRate, _rate_taken())
        .where(JournalEntry.id == entry_id, JournalEntry.group_id == group_id)
        .limit(1)
    ).first()
    if found is None:
        return None
    found[0].rate = found[1]
    return found[0]


def lines(entry: JournalEntry) -> Sequence[sa.Row]:
    """The postings of an entry, each with the name of the group's fund, or None where it is the host's."""
    return db.session.execute(
        sa.select(Posting, Fund.name)
        .outerjoin(Fund, sa.and_(Fund.id == Posting.fund_id, Fund.group_id == Posting.group_id))
        .where(Posting.entry_id == entry.id)
        .order_by(Posting.id)
    ).all()
