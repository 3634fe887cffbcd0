"""Reads of the ledger: what a fund holds, what is free, what moved; and whether it all still adds up."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from portal.core.db import db
from portal.ledger.models import (
    HELD,
    MONEY_IN,
    Account,
    Balance,
    ClosedYear,
    Commitment,
    Fund,
    HostBalance,
    HostFund,
    JournalEntry,
    Posting,
)

PAGE = 30


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
    """Every fund of a group that the ledger knows, in the order they were opened. Two statements."""
    rows = db.session.execute(
        sa.select(Fund, Balance.account, Balance.pence)
        .outerjoin(Balance, sa.and_(Balance.fund_id == Fund.id, Balance.group_id == Fund.group_id))
        .where(Fund.group_id == group_id, Fund.opened_at.is_not(None))
        .order_by(Fund.id)
    ).all()
    promised: dict[int, int] = dict(
        db.session.execute(
            sa.select(Commitment.fund_id, sa.func.sum(Commitment.pence))
            .where(Commitment.group_id == group_id, Commitment.ended_at.is_(None))
            .group_by(Commitment.fund_id)
        )
        .tuples()
        .all()
    )
    funds: dict[Fund, dict[Account, int]] = defaultdict(dict)
    for fund, account, pence in rows:
        funds[fund] |= {account: pence} if account else {}
    return [Status(fund, sums, int(promised.get(fund.id, 0))) for fund, sums in funds.items()]


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


def movements(group_id: int, before: int | None = None) -> tuple[Sequence[sa.Row], int | None]:
    """A page of what moved in a group's funds, the newest first: entry, account, name of the fund, pence (in positive, out
    negative); and the number to go on below, where there are more. An entry is never cut in two."""
    page = sa.select(JournalEntry.id).where(JournalEntry.group_id == group_id).order_by(JournalEntry.id.desc())
    ids = list(db.session.scalars((page.where(JournalEntry.id < before) if before else page).limit(PAGE + 1)))
    rows = db.session.execute(
        sa.select(JournalEntry, Posting.account, Fund.name, sa.func.sum(-Posting.pence))
        .join(Posting, Posting.entry_id == JournalEntry.id)
        .join(Fund, sa.and_(Fund.id == Posting.fund_id, Fund.group_id == Posting.group_id))
        .where(JournalEntry.id.in_(ids[:PAGE]), JournalEntry.group_id == group_id, Posting.account.not_in(HELD))
        .group_by(JournalEntry.id, Posting.account, Fund.id, Fund.name)
        .order_by(JournalEntry.id.desc(), Fund.id, Posting.account.desc())
    ).all()
    return rows, ids[PAGE - 1] if len(ids) > PAGE else None


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
    sums = (
        sa.select(posted, Posting.account, sa.func.sum(Posting.pence))
        .where(posted.is_not(None))
        .group_by(posted, Posting.account)
    )
    computed = {(fund, account): int(pence) for fund, account, pence in db.session.execute(sums)}
    stored = {
        (fund, account): pence for fund, account, pence in db.session.execute(sa.select(kept, table.account, table.pence))
    }
    for key in sorted(computed.keys() | stored.keys(), key=str):
        if computed.get(key, 0) != stored.get(key, 0):
            name = f"fund {key[0]}" if isinstance(key[0], int) else f"the host’s {key[0]}"
            yield f"The balance of {name} at {key[1]} is {stored.get(key, 0)}; its postings sum to {computed.get(key, 0)}."


def entry(group_id: int, entry_id: int) -> JournalEntry | None:
    """One entry of this group's books."""
    return db.session.scalar(sa.select(JournalEntry).where(JournalEntry.id == entry_id, JournalEntry.group_id == group_id))


def lines(entry: JournalEntry) -> Sequence[sa.Row]:
    """The postings of an entry, each with the name of the group's fund, or None where it is the host's."""
    return db.session.execute(
        sa.select(Posting, Fund.name)
        .outerjoin(Fund, sa.and_(Fund.id == Posting.fund_id, Fund.group_id == Posting.group_id))
        .where(Posting.entry_id == entry.id)
        .order_by(Posting.id)
    ).all()


def closed_until() -> date | None:
    """The last day of the newest year whose accounts are closed."""
    return db.session.scalar(sa.select(sa.func.max(ClosedYear.ends_on)))
