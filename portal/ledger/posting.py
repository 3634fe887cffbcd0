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
    Posting,
)


class Unbalanced(ValueError):
    """An entry that does not balance: nothing of it is written. Always an error in the code that asked."""


@dataclass(frozen=True)
class Line:
    """One side of an entry to be: pence (debit positive) to an account of a fund of the group’s, or one of the host’s."""

    account: Account
    pence: int
    fund: int | HostFund
    code: str | None = None


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
    """Write one entry of these lines, and move the balances. Raises Unbalanced, or Mistake for a day of a closed year."""
    _check(lines)
    _check_open(on)
    entry = JournalEntry(group_id=group_id, kind=kind, on=on, words=words[:200], made_by=by)
    entry.reverses_id = reverses.id if reverses else None
    for line in lines:
        theirs = {"host_fund": line.fund} if isinstance(line.fund, HostFund) else {"fund_id": line.fund}
        entry.postings.append(Posting(group_id=group_id, account=line.account, pence=line.pence, code=line.code, **theirs))
    db.session.add(entry)
    db.session.flush()
    for (account, fund), pence in sorted(_sums(lines).items(), key=lambda one: (str(one[0][1]), one[0][0])):
        _move(group_id, account, fund, pence)
    return entry


def receive(fund: Fund, source: Account, pence: int, *, on: date, words: str, by: int | None) -> JournalEntry:
    """Money comes into a fund: all of it in, then the host's fee out as its own line (grants only). An award comes out of
    the host's Small Things Pot."""
    lines = [Line(Account.BANK, pence, fund.id), Line(source, -pence, fund.id)]
    fee = fee_on(pence, fee_rate(fund, on)) if source is Account.GRANT else 0
    if fee:
        lines += [Line(Account.FEE, fee, fund.id), Line(Account.BANK, -fee, fund.id)]
        lines += [Line(Account.BANK, fee, HostFund.FEES), Line(Account.FEE_INCOME, -fee, HostFund.FEES)]
    if source is Account.AWARD:
        pot = HostFund.SMALL_THINGS
        lines += [Line(Account.BANK, -pence, pot), Line(Account.AWARDED, pence, pot)]
    return post(fund.group_id, Kind.MONEY_IN, lines, on=on, words=words, by=by)


def pay(fund: Fund, pence: int, code: str | None, *, on: date, words: str, by: int | None) -> JournalEntry:
    """A cost is paid from a fund."""
    lines = [Line(Account.COST, pence, fund.id, code), Line(Account.BANK, -pence, fund.id)]
    return post(fund.group_id, Kind.COST, lines, on=on, words=words, by=by)


def reverse(entry: JournalEntry, *, on: date, words: str, by: int | None) -> JournalEntry:
    """Take back an entry by its opposite. The database lets each be reversed once."""
    lines = [
        Line(row.account, -row.pence, row.host_fund or row.fund_id or 0, row.code)
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


def _check_open(on: date) -> None:
    closed = queries.closed_until()
    if closed and on <= closed:
        raise Mistake(f"The year to {full_date(closed)} is closed. Use a day after it.", "on")


def alone() -> None:
    """From here to the end of this transaction nobody else writes an entry; on SQLite that is so anyway."""
    if db.engine.dialect.name == "postgresql":
        db.session.execute(sa.text("LOCK TABLE journal_entries IN SHARE ROW EXCLUSIVE MODE"))


def _sums(lines: Sequence[Line]) -> dict[tuple[Account, int | HostFund], int]:
    sums: dict[tuple[Account, int | HostFund], int] = defaultdict(int)
    for line in lines:
        sums[line.account, line.fund] += line.pence
    return sums


def _move(group_id: int | None, account: Account, fund: int | HostFund, pence: int) -> None:
    """Add to a running balance, in one statement, so that two at once both count."""
    insert = sqlite.insert if db.engine.dialect.name == "sqlite" else postgresql.insert
    table: type[HostBalance | Balance]
    if isinstance(fund, HostFund):
        table, unique = HostBalance, ("host_fund", "account")
        adding = insert(table).values(host_fund=fund, account=account, pence=pence)
    else:
        table, unique = Balance, ("fund_id", "account")
        adding = insert(table).values(group_id=group_id, fund_id=fund, account=account, pence=pence)
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
