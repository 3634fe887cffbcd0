"""Reads of the ledger: what a fund holds, what is free, what moved; and whether it all still adds up."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from portal.core import clock
from portal.core.db import db, prepared
from portal.core.filters import day, full_date, percent, pounds
from portal.ledger.models import (
    HELD,
    HOST_FUNDS,
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
    Kind,
    LineBalance,
    MonthBalance,
    Posting,
)
from portal.people.models import Group

PAGE = 30
_CAME_IN = {
    Account.DONATION: "Donations",
    Account.GRANT: "Grants",
    Account.FEE_INCOME: "Fees",
    Account.UNMATCHED: "Came in",
}
CORRECTED = aliased(JournalEntry)
WINDOW = 2000  # how many entries one page of a search looks through, so that it costs the same however many there are


@dataclass(frozen=True)
class Status:
    """One fund in pence: what came in, the fee, what was spent or moved away, what is promised; and the rest.

    `on_lines` is what is promised on each of its budget lines.
    """

    fund: Fund
    sums: dict[Account, int]
    promised: int
    on_lines: dict[int, int] = field(default_factory=dict)

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
    def moved(self) -> int:
        """What came from the group's other funds, less what went to them."""
        return -self.sums.get(Account.TRANSFER, 0)

    @property
    def held(self) -> int:
        """What is there: in the bank and in floats."""
        return sum(self.sums.get(account, 0) for account in HELD)

    @property
    def in_float(self) -> int:
        """What is out already, in a float that the group holds."""
        return self.sums.get(Account.FLOAT, 0)

    @property
    def free(self) -> int:
        """What can be spent now: in the bank, and not promised. Below zero, the fund is short."""
        return self.sums.get(Account.BANK, 0) - self.promised

    @property
    def why_so_much(self) -> str:
        """Why it is that much: what came in, went and is promised, as a sentence."""
        fee = f", fee {pounds(self.fee)}" if self.fee else ""
        where = "moved here" if self.moved > 0 else "moved away"
        moved = f", {where} {pounds(abs(self.moved))}" if self.moved else ""
        return f"In {pounds(self.came_in)}{fee}{moved}, spent {pounds(self.spent)}, promised {pounds(self.promised)}."


_NO_LINE = sa.cast(sa.null(), sa.Integer)


@prepared
def _by_fund() -> sa.Select:
    """Each fund of a group with its sums, account by account, and with what is promised, line by line."""
    here: sa.BindParameter[int] = sa.bindparam("group")
    kept = sa.select(
        Balance.fund_id,
        sa.type_coerce(Balance.account, sa.String).label("account"),
        _NO_LINE.label("line_id"),
        Balance.pence,
    ).where(Balance.group_id == here)
    live = (
        sa.select(Commitment.fund_id, sa.literal("promised"), Commitment.line_id, sa.func.sum(Commitment.pence))
        .where(Commitment.group_id == here, Commitment.ended_at.is_(None))
        .group_by(Commitment.fund_id, Commitment.line_id)
    )
    part = sa.union_all(kept, live).subquery()
    return (
        sa.select(Fund, part.c.account, part.c.line_id, part.c.pence)
        .outerjoin(part, part.c.fund_id == Fund.id)
        .where(Fund.group_id == here, Fund.opened_at.is_not(None))
        .order_by(Fund.id)
    )


def statuses(group_id: int) -> list[Status]:
    """Every fund of a group that the ledger knows, in the order they were opened. One statement."""
    found: dict[Fund, Status] = {}
    for fund, account, line_id, pence in db.session.execute(_by_fund(), {"group": group_id}):
        before = found.get(fund, Status(fund, {}, 0))
        if account == "promised":
            on_line = {line_id: int(pence)} if line_id else {}
            found[fund] = Status(fund, before.sums, before.promised + int(pence), before.on_lines | on_line)
        else:
            sums = {Account(account): int(pence)} if account else {}
            found[fund] = Status(fund, before.sums | sums, before.promised, before.on_lines)
    return list(found.values())


def spendable(funds: Iterable[Status]) -> int:
    """What a group can spend now, in pence: what is free in each of its funds. One that is short takes nothing from the
    others."""
    return sum(one.free for one in funds if one.free > 0)


def status(fund: Fund) -> Status:
    """One fund."""
    return next(one for one in statuses(fund.group_id) if one.fund.id == fund.id)


def held(fund: Fund) -> int:
    """What a fund has in the bank to pay with, in pence."""
    at_bank = sa.select(Balance.pence).where(
        Balance.group_id == fund.group_id, Balance.fund_id == fund.id, Balance.account == Account.BANK
    )
    return db.session.scalar(at_bank) or 0


def free_for(fund: Fund, item) -> int:
    """What of a fund is free for this very row: what is in the bank, less what is covered of what is promised to others.
    Pence."""
    others = _covered(fund.group_id).where(
        Commitment.fund_id == fund.id,
        sa.or_(Commitment.item_table != item.__tablename__, Commitment.item_id != item.id),
    )
    return held(fund) - (db.session.scalar(others.with_only_columns(sa.func.sum(Commitment.pence))) or 0)


def overpromised(group_id: int) -> list[Commitment]:
    """What is promised as covered by funds that hold less than that now, as after a correction; the newest first."""
    at_bank = sa.select(Balance.pence).where(Balance.fund_id == Commitment.fund_id, Balance.account == Account.BANK)
    promised = _covered(group_id).with_only_columns(Commitment.fund_id).group_by(Commitment.fund_id)
    less = promised.having(sa.func.sum(Commitment.pence) > sa.func.coalesce(at_bank.scalar_subquery(), 0))
    newest_first = _covered(group_id).where(Commitment.fund_id.in_(less)).order_by(Commitment.id.desc())
    return list(db.session.scalars(newest_first))


def _covered(group_id: int) -> sa.Select:
    return sa.select(Commitment).where(
        Commitment.group_id == group_id, Commitment.ended_at.is_(None), Commitment.short.is_(False)
    )


def spent_by_month(group_id: int, first: date, last: date) -> dict[tuple[int, date], int]:
    """What was spent of each fund in each month (named by its first day), from one to another. One statement."""
    rows = db.session.execute(
        sa.select(MonthBalance.fund_id, MonthBalance.month, MonthBalance.pence).where(
            MonthBalance.group_id == group_id, MonthBalance.month.between(first, last)
        )
    )
    return {(fund_id, month): pence for fund_id, month, pence in rows}


def fund(group_id: int, fund_id: int | None) -> Fund | None:
    """A fund of this group that the ledger knows."""
    known = sa.select(Fund).where(Fund.id == fund_id, Fund.group_id == group_id, Fund.opened_at.is_not(None))
    return db.session.scalar(known)


@dataclass(frozen=True)
class Movement:
    """What one entry did in one fund: pence in (positive) or out (negative), on which account."""

    entry: JournalEntry
    account: Account
    fund: str
    pence: int
    from_float: bool = False
    rate: FeeRate | None = None  # the version of the fee that was taken

    @property
    def words(self) -> str:
        """What it was, with the version of the fee where one was taken."""
        before = ""
        if self.account is Account.FEE and self.rate:
            before = f"The fee, {percent(self.rate.basis_points)} (agreed version {self.rate.version}): "
        elif self.account is Account.FEE:
            before = "The fee: "
        elif self.account is Account.FLOAT:
            before = "Into a float: " if self.pence < 0 else "Back from a float: "
        return before + self.entry.words

    @property
    def under(self) -> str:
        """When, in which fund, and how."""
        how = ("from a float" if self.from_float else None, _if_correction(self.entry))
        return ", ".join([day(self.entry.on), self.fund, *filter(None, how)])


@dataclass(frozen=True)
class Movements:
    """A page of what moved, the newest first. `before`: the number to go on below, where there is more; `back_to`: a
    search has looked through all down to this day, and there is more to look through."""

    rows: list[Movement]
    before: int | None = None
    back_to: date | None = None


def movements(
    group_id: int,
    before: int | None = None,
    *,
    fund_id: int | None = None,
    words: str = "",
    pence: int | None = None,
    limit: int = PAGE,
) -> Movements:
    """A page of what moved in a group's funds, or in one; or of what a search finds: all its words, or an amount. An entry
    is never cut in two. One statement; a search takes two."""
    page = _numbers(group_id, fund_id, before)
    edge = None
    if words or pence is not None:
        window = page.limit(WINDOW).subquery()
        last = sa.select(sa.func.min(window.c.id)).having(sa.func.count() == WINDOW).scalar_subquery()
        ended = sa.select(JournalEntry.id, JournalEntry.on).where(JournalEntry.group_id == group_id)
        edge = db.session.execute(ended.where(JournalEntry.id == last)).first()
        page = (
            sa.select(JournalEntry.id)
            .where(JournalEntry.group_id == group_id, JournalEntry.id.in_(sa.select(window.c.id)))
            .where(*_found(group_id, words, pence))
            .order_by(JournalEntry.id.desc())
        )
    own = Posting.fund_id == fund_id if fund_id else sa.true()
    asked = page.limit(limit + 1).subquery()
    rows = db.session.execute(
        sa.select(JournalEntry, Posting.account, Fund.name, sa.func.sum(-Posting.pence), FeeRate)
        .join(Posting, Posting.entry_id == JournalEntry.id)
        .join(Fund, sa.and_(Fund.id == Posting.fund_id, Fund.group_id == Posting.group_id))
        .outerjoin(CORRECTED, CORRECTED.id == JournalEntry.reverses_id)
        .outerjoin(FeeRate, _rate_taken())
        .where(JournalEntry.id.in_(sa.select(asked.c.id)), JournalEntry.group_id == group_id, own)
        .where(Posting.account != Account.BANK)
        .group_by(JournalEntry.id, Posting.account, Fund.id, Fund.name, FeeRate.id)
        .order_by(JournalEntry.id.desc(), Fund.id, Posting.account.desc())
    ).all()
    found = _without_floats_of_costs(rows)
    ids = list(dict.fromkeys(one.entry.id for one in found))
    if len(ids) > limit:
        return Movements([one for one in found if one.entry.id >= ids[limit - 1]], ids[limit - 1])
    return Movements(found, edge.id, edge.on) if edge else Movements(found)


def _numbers(group_id: int, fund_id: int | None, before: int | None) -> sa.Select:
    """The numbers of a group's entries, or of one fund's, the newest first, by an index alone."""
    if fund_id:
        number = Posting.entry_id
        page = sa.select(number.label("id")).distinct().where(Posting.group_id == group_id, Posting.fund_id == fund_id)
    else:
        number = JournalEntry.id
        page = sa.select(number.label("id")).where(JournalEntry.group_id == group_id)
    return (page.where(number < before) if before else page).order_by(number.desc())


def _found(group_id: int, words: str, pence: int | None) -> Iterator[sa.ColumnElement[bool]]:
    """What a search asks of an entry."""
    for word in words.split()[:6]:
        yield JournalEntry.words.icontains(word, autoescape=True)
    if pence is not None:
        same = (Posting.entry_id == JournalEntry.id, Posting.group_id == group_id, Posting.pence.in_((pence, -pence)))
        yield sa.exists().where(*same)


def _without_floats_of_costs(rows: Sequence[sa.Row]) -> list[Movement]:
    """A cost paid out of a float is one movement: the float's own side goes without saying."""
    spent = {(entry.id, fund) for entry, account, fund, *_ in rows if account is Account.COST}
    floats = {(entry.id, fund) for entry, account, fund, *_ in rows if account is Account.FLOAT}
    return [
        Movement(entry, account, fund, int(pence), account is Account.COST and (entry.id, fund) in floats, rate)
        for entry, account, fund, pence, rate in rows
        if not (account is Account.FLOAT and (entry.id, fund) in spent)
    ]


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

    @property
    def stands(self) -> str:
        """Whether it holds, in a word."""
        return {"now": "Now", "past": "Before", "coming": "Coming", "never": "Not any more"}[self.state]

    @property
    def about(self) -> str:
        """Which version it is, from when it holds, and what was agreed."""
        since = "replaced before its day" if self.state == "never" else f"from {full_date(self.rate.starts_on)}"
        agreed = f". {self.rate.words}" if self.rate.words else ""
        return f"Version {self.rate.version}, {since}{agreed}"


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

    @property
    def why_so_much(self) -> str:
        """What came in, what was awarded and what is left, as a sentence."""
        if not self.sums:
            return "Nothing came in."
        parts = [f"{words} {pounds(-self.sums[at])}" for at, words in _CAME_IN.items() if self.sums.get(at)]
        if awarded := self.sums.get(Account.AWARDED):
            parts.append(f"awarded {pounds(awarded)}")
        return ", ".join([*parts, f"left {pounds(self.held)}."])


@dataclass(frozen=True)
class OurMovement:
    """What one entry did in one of the host's own funds: pence in (positive) or out (negative), on which account; and
    whose entry it is where it is a group's."""

    entry: JournalEntry
    fund: HostFund
    account: Account
    pence: int
    slug: str | None
    group: str | None

    @property
    def words(self) -> str:
        """What it was."""
        return {Account.FEE_INCOME: "Fee: ", Account.AWARDED: "Award: "}.get(self.account, "") + self.entry.words

    @property
    def under(self) -> str:
        """When, in which fund, of which group."""
        where = (self.group, _if_correction(self.entry))
        return ", ".join([day(self.entry.on), HOST_FUNDS[self.fund], *filter(None, where)])


def _if_correction(entry: JournalEntry) -> str | None:
    return "correction" if entry.kind is Kind.REVERSAL else None


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


def our_movements(fund: HostFund | None = None, before: int | None = None) -> tuple[list[OurMovement], int | None]:
    """A page of what moved in the host's own funds, or in one of them, the newest first; and the number to go on below."""
    ours = Posting.host_fund.is_not(None) if fund is None else Posting.host_fund == fund
    page = sa.select(Posting.entry_id).distinct().where(ours).order_by(Posting.entry_id.desc()).limit(PAGE + 1)
    rows: Sequence[sa.Row] = db.session.execute(
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
    shown = [OurMovement(*row) for row in rows if row[0].id in ids[:PAGE]]
    return shown, ids[PAGE - 1] if len(ids) > PAGE else None


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
    yield from _differing("fund {}", Posting.fund_id, Posting.account, Balance.fund_id, Balance.account)
    yield from _differing("the host’s {}", Posting.host_fund, Posting.account, HostBalance.host_fund, HostBalance.account)
    yield from _differing("budget line {}", Posting.line_id, Posting.account, LineBalance.line_id, sa.literal(Account.COST))
    yield from _months_differing()


def _differing(called: str, posted, account, kept, kept_account) -> Iterator[str]:
    """Running balances that differ from their postings."""
    sums = sa.select(posted, account, sa.func.sum(Posting.pence)).where(posted.is_not(None)).group_by(posted, account)
    stored = sa.select(kept, sa.type_coerce(kept_account, sa.String), kept.class_.pence)
    return _compared(called + " at {}", sums, stored)


def _months_differing() -> Iterator[str]:
    """What was spent in a month, added up by its days."""
    by_day = db.session.execute(
        sa.select(Posting.fund_id, JournalEntry.on, sa.func.sum(Posting.pence))
        .join(JournalEntry, JournalEntry.id == Posting.entry_id)
        .where(Posting.fund_id.is_not(None), Posting.account == Account.COST)
        .group_by(Posting.fund_id, JournalEntry.on)
    )
    computed: dict[tuple, int] = defaultdict(int)
    for fund_id, on, pence in by_day:
        computed[fund_id, on.replace(day=1)] += int(pence)
    kept = sa.select(MonthBalance.fund_id, MonthBalance.month, MonthBalance.pence)
    return _compared("fund {} spent in the month of {}", computed, kept)


def _compared(called: str, sums, stored) -> Iterator[str]:
    computed = sums if isinstance(sums, dict) else {(a, str(b)): int(pence) for a, b, pence in db.session.execute(sums)}
    kept = {(a, b): pence for a, b, pence in db.session.execute(stored)}
    for key in sorted(computed.keys() | kept.keys(), key=str):
        if computed.get(key, 0) != kept.get(key, 0):
            yield f"The balance of {called.format(*key)} is {kept.get(key, 0)}; its postings sum to {computed.get(key, 0)}."


def entry(group_id: int | None, entry_id: int) -> JournalEntry | None:
    """One entry of this group's books, or of the host's own."""
    return db.session.scalar(sa.select(JournalEntry).where(JournalEntry.id == entry_id, JournalEntry.group_id == group_id))


def rate_taken(entry: JournalEntry) -> FeeRate | None:
    """The version of the fee that an entry took, where it took one."""
    taken = sa.select(FeeRate).join(Posting, Posting.entry_id == entry.id).join(JournalEntry, JournalEntry.id == entry.id)
    return db.session.scalar(taken.outerjoin(CORRECTED, CORRECTED.id == JournalEntry.reverses_id).where(_rate_taken()))


def lines(entry: JournalEntry) -> Sequence[sa.Row]:
    """The postings of an entry, each with the name of the group's fund, or None where it is the host's."""
    return db.session.execute(
        sa.select(Posting, Fund.name)
        .outerjoin(Fund, sa.and_(Fund.id == Posting.fund_id, Fund.group_id == Posting.group_id))
        .where(Posting.entry_id == entry.id)
        .order_by(Posting.id)
    ).all()


def account_words(posting: Posting, rate: FeeRate | None) -> str:
    """What the account of a posting is called, with its code; the fee with the version that was taken."""
    if posting.account is Account.FEE and rate:
        called = f"The fee, {percent(rate.basis_points)} (agreed version {rate.version})"
    else:
        called = posting.account.replace("_", " ").capitalize()
    return f"{called} {posting.code}" if posting.code else called


def closed_until() -> date | None:
    """The last day of the newest year whose accounts are closed."""
    return db.session.scalar(sa.select(sa.func.max(ClosedYear.ends_on)))
