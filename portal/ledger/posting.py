"""Writing to the ledger: the only place where entries, postings, balances and commitments are made. Within an action.

Each entry balances to zero within every fund it touches. The running balances move in the same transaction. Nothing written
is ever changed; a wrong entry is reversed.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from portal.autonomy.door import Mistake
from portal.core import clock
from portal.core.db import db
from portal.core.filters import full_date
from portal.ledger import queries
from portal.ledger.models import (
    Account,
    Balance,
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

Kept = HostBalance | Balance | MonthBalance | LineBalance
BUDGET = sa.table("budget_lines", sa.column("id"), sa.column("fund_id"))  # their models are a floor above


class Unbalanced(ValueError):
    """An entry that does not balance: nothing of it is written. Always an error in the code that asked."""


@dataclass(frozen=True)
class Line:
    """One side of an entry to be: pence (debit positive) to an account of a fund of the group’s, or one of the host’s; a
    cost also on a budget line of that fund."""

    account: Account
    pence: int
    fund: int | HostFund
    code: str | None = None
    line_id: int | None = None


def post(
    group_id: int | None,
    kind: Kind,
    lines: Sequence[Line],
    *,
    on: date,
    words: str,
    by: int | None,
    reverses: JournalEntry | None = None,
) -> JournalEntry:
    """Write one entry of these lines, and move the balances. Raises Unbalanced, or Mistake for a day of a closed year and
    for more than a float holds."""
    _check(lines)
    _check_open(on)
    entry = JournalEntry(group_id=group_id, kind=kind, on=on, words=words[:200], made_by=by)
    entry.reverses_id = reverses.id if reverses else None
    for line in lines:
        theirs: dict = {"host_fund": line.fund} if isinstance(line.fund, HostFund) else {"fund_id": line.fund}
        theirs |= {"code": line.code, "line_id": line.line_id}
        entry.postings.append(Posting(group_id=group_id, account=line.account, pence=line.pence, **theirs))
    db.session.add(entry)
    db.session.flush()
    for (table, *own), pence in sorted(_sums(group_id, on, lines).items(), key=str):
        _move(table, dict(own), pence)
    _check_floats(lines)
    return entry


def receive(
    fund: Fund, source: Account, pence: int, *, on: date, words: str, by: int | None, from_suspense: bool = False
) -> JournalEntry:
    """Money comes into a fund: all of it in, then the host's fee out as its own line (grants only). An award comes out of
    the host's Small Things Pot; what is left of a float, out of that; what nobody could place before, out of suspense."""
    lines = [Line(Account.BANK, pence, fund.id), Line(source, -pence, fund.id)]
    fee = fee_on(pence, fee_rate(fund, on)) if source is Account.GRANT else 0
    if fee:
        lines += [Line(Account.FEE, fee, fund.id), Line(Account.BANK, -fee, fund.id)]
        lines += [Line(Account.BANK, fee, HostFund.FEES), Line(Account.FEE_INCOME, -fee, HostFund.FEES)]
    if source is Account.AWARD:
        pot = HostFund.SMALL_THINGS
        lines += [Line(Account.BANK, -pence, pot), Line(Account.AWARDED, pence, pot)]
    if from_suspense:
        waited = HostFund.SUSPENSE
        lines += [Line(Account.BANK, -pence, waited), Line(Account.UNMATCHED, pence, waited)]
    kind = Kind.TRANSFER if source is Account.FLOAT else Kind.MONEY_IN
    return post(fund.group_id, kind, lines, on=on, words=words, by=by)


def pay(
    fund: Fund, pence: int, code: str | None, *, on: date, words: str, by: int | None, line_id: int | None = None
) -> JournalEntry:
    """A cost is paid from a fund."""
    lines = [Line(Account.COST, pence, fund.id, code, line_id), Line(Account.BANK, -pence, fund.id)]
    return post(fund.group_id, Kind.COST, lines, on=on, words=words, by=by)


def advance(fund: Fund, pence: int, *, on: date, words: str, by: int | None) -> JournalEntry:
    """Money goes ahead, from the bank into a float that the group holds."""
    lines = [Line(Account.FLOAT, pence, fund.id), Line(Account.BANK, -pence, fund.id)]
    return post(fund.group_id, Kind.TRANSFER, lines, on=on, words=words, by=by)


def spend_from_float(
    fund: Fund, pence: int, code: str | None, *, on: date, words: str, by: int | None, line_id: int | None = None
) -> JournalEntry:
    """A cost was paid out of a float."""
    lines = [Line(Account.COST, pence, fund.id, code, line_id), Line(Account.FLOAT, -pence, fund.id)]
    return post(fund.group_id, Kind.COST, lines, on=on, words=words, by=by)


def transfer(from_fund: Fund, to_fund: Fund, pence: int, *, on: date, words: str, by: int | None) -> JournalEntry:
    """Money moves between two funds of one group."""
    lines = [
        *(Line(Account.TRANSFER, pence, from_fund.id), Line(Account.BANK, -pence, from_fund.id)),
        *(Line(Account.BANK, pence, to_fund.id), Line(Account.TRANSFER, -pence, to_fund.id)),
    ]
    return post(from_fund.group_id, Kind.TRANSFER, lines, on=on, words=words, by=by)


def reverse(entry: JournalEntry, *, on: date, words: str, by: int | None) -> JournalEntry:
    """Take back an entry by its opposite. The database lets each be reversed once."""
    lines = [
        Line(row.account, -row.pence, row.host_fund or row.fund_id or 0, row.code, row.line_id)
        for row in db.session.scalars(sa.select(Posting).where(Posting.entry_id == entry.id).order_by(Posting.id))
    ]
    return post(entry.group_id, Kind.REVERSAL, lines, on=on, words=words, by=by, reverses=entry)


def promise(fund: Fund, item, pence: int, *, short: bool = False, line_id: int | None = None) -> None:
    """So much of a fund is promised to this row, and no more or less than that; `short` where the fund can't cover it."""
    live = _live(item)
    if live and (live.fund_id, live.pence, live.line_id) == (fund.id, pence, line_id):
        live.short = short
        return
    unpromise(item)
    own = {"item_table": item.__tablename__, "item_id": item.id}
    db.session.add(Commitment(group_id=fund.group_id, fund_id=fund.id, line_id=line_id, pence=pence, short=short, **own))
    db.session.flush()


def unpromise(item) -> None:
    """Nothing is promised to this row any more."""
    live = _live(item)
    if live:
        live.ended_at = clock.now()
        db.session.flush()


def fee_rate(fund: Fund, on: date) -> int:
    """The host's fee on a grant that came in that day, in hundredths of a per cent: the newest version that had begun, or
    the first, which holds for what came before it too."""
    versions = sa.select(FeeRate).where(FeeRate.group_id == fund.group_id, FeeRate.fund_id == fund.id)
    begun = sa.or_(FeeRate.starts_on <= on, FeeRate.version == 1)
    rate = db.session.scalar(versions.where(begun).order_by(FeeRate.version.desc()).limit(1))
    return rate.basis_points if rate else 0


def fee_on(pence: int, basis_points: int) -> int:
    """The host's fee on a grant, to the nearest penny, a half up."""
    return (pence * basis_points + 5000) // 10000


def _check(lines: Sequence[Line]) -> None:
    totals: dict[int | HostFund, int] = defaultdict(int)
    for line in lines:
        if not isinstance(line.pence, int) or line.pence == 0:
            raise Unbalanced("each side is whole pence, and something")
        totals[line.fund] += line.pence
    if not totals or any(totals.values()):
        raise Unbalanced(f"an entry balances to zero within each fund, not {dict(totals)}")
    spent_on = {(line.line_id, line.fund) for line in lines if line.line_id}
    if spent_on and any(line.line_id and line.account is not Account.COST for line in lines):
        raise Unbalanced("only a cost is spent on a budget line")
    if spent_on:
        theirs = sa.select(BUDGET.c.id, BUDGET.c.fund_id).where(BUDGET.c.id.in_(sorted(one for one, _ in spent_on)))
        if spent_on - {tuple(row) for row in db.session.execute(theirs)}:
            raise Unbalanced("a cost is spent on a budget line of its own fund")


def _check_open(on: date) -> None:
    closed = queries.closed_until()
    if closed and on <= closed:
        raise Mistake(f"The year to {full_date(closed)} is closed. Use a day after it.", "on")


def _check_floats(lines: Sequence[Line]) -> None:
    """What a float gave out, or gave back, it held; an advance that is spent in part can't be taken back whole."""
    floats = {line.fund for line in lines if line.account is Account.FLOAT}
    short = sa.select(Balance.id).where(Balance.fund_id.in_(floats), Balance.account == Account.FLOAT, Balance.pence < 0)
    if floats and db.session.scalar(short.limit(1)) is not None:
        raise Mistake("The group’s float doesn’t hold that much. Was it something else?")


def alone() -> None:
    """From here to the end of this transaction nobody else writes an entry; on SQLite that is so anyway."""
    if db.engine.dialect.name == "postgresql":
        db.session.execute(sa.text("LOCK TABLE journal_entries IN SHARE ROW EXCLUSIVE MODE"))


def _sums(group_id: int | None, on: date, lines: Sequence[Line]) -> dict[tuple, int]:
    """What these lines add to which running balance: its table and its key."""
    sums: dict[tuple, int] = defaultdict(int)
    for line in lines:
        if isinstance(line.fund, HostFund):
            sums[HostBalance, ("host_fund", line.fund), ("account", line.account)] += line.pence
            continue
        own, of_fund = ("group_id", group_id), ("fund_id", line.fund)
        sums[Balance, own, of_fund, ("account", line.account)] += line.pence
        if line.account is Account.COST:
            sums[MonthBalance, own, of_fund, ("month", on.replace(day=1))] += line.pence
        if line.line_id:
            sums[LineBalance, own, ("line_id", line.line_id)] += line.pence
    return sums


def _move(table: type[Kept], key: dict, pence: int) -> None:
    """Add to a running balance, in one statement, so that two at once both count."""
    insert = sqlite.insert if db.engine.dialect.name == "sqlite" else postgresql.insert
    unique = [name for name in key if name != "group_id"]
    adding = insert(table).values(**key, pence=pence)
    db.session.execute(adding.on_conflict_do_update(index_elements=unique, set_={"pence": table.pence + pence}))


def _live(item) -> Commitment | None:
    return db.session.scalar(
        sa.select(Commitment).where(
            Commitment.group_id == item.group_id,
            Commitment.item_table == item.__tablename__,
            Commitment.item_id == item.id,
            Commitment.ended_at.is_(None),
        )
    )
