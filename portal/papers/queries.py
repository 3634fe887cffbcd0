"""What papers are made of, read from the ledger: a fund's statement over a period, its movements, a report to its funder.

A statement takes three reads however long it is. Everything that moved adds up to what is held, because each entry
balances within each fund.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

import sqlalchemy as sa

from portal.budget.models import BudgetLine
from portal.core import clock
from portal.core.db import db
from portal.ledger.models import HELD, MONEY_IN, Account, Commitment, Fund, JournalEntry, Kind, Posting
from portal.papers.models import FundReport
from portal.papers.periods import Period
from portal.people.models import Group, Person
from portal.receipts.models import Receipt

PAGE = 30


@dataclass
class Sums:
    """What came in, the fee, what was spent and moved, in pence; `count` movements."""

    came_in: int = 0
    fee: int = 0
    spent: int = 0
    moved: int = 0
    count: int = 0

    def add(self, account: Account, pence: int, count: int) -> None:
        self.count += count
        if account in MONEY_IN:
            self.came_in -= pence
        elif account is Account.FEE:
            self.fee += pence
        elif account is Account.COST:
            self.spent += pence
        else:
            self.moved -= pence

    @property
    def change(self) -> int:
        return self.came_in - self.fee - self.spent + self.moved


@dataclass(kw_only=True)
class Month(Sums):
    """One month of a statement, and what was there at its end."""

    first: date
    closing: int = 0


@dataclass
class LineSpent:
    """One budget line: what is planned on it, what was spent in the period, and before it. Without a plan: on no line."""

    name: str
    planned: int | None = None
    spent: int = 0
    before: int = 0

    @property
    def left(self) -> int | None:
        """Of what is planned, at the end of the period."""
        return None if self.planned is None else self.planned - self.before - self.spent


@dataclass(kw_only=True)
class Statement(Sums):
    """A fund over a period: what was there, what happened, what is there; and what is promised now."""

    fund: Fund
    group: str
    period: Period
    opening: int = 0
    in_float: int = 0
    promised: int = 0
    months: list[Month] = field(default_factory=list)
    lines: list[LineSpent] = field(default_factory=list)

    @property
    def closing(self) -> int:
        return self.opening + self.change

    @property
    def is_now(self) -> bool:
        """Whether the period goes up to now, so that what is promised comes off what it ends with."""
        return self.period.from_on <= clock.today() <= self.period.until_on

    @property
    def free(self) -> int:
        return self.closing - self.promised


@dataclass(frozen=True)
class Movement:
    """One line of a statement; pence in are positive, out negative."""

    id: int
    entry_id: int
    on: date
    words: str
    account: Account
    code: str | None
    line: str | None
    pence: int
    kind: Kind

    @property
    def ref(self) -> str:
        return f"L{self.entry_id}"


@dataclass(frozen=True)
class Report:
    """What a funder reads beside the statement: how many costs, how many with a receipt; the group's words, if any."""

    statement: Statement
    costs: int
    receipts: int
    written: FundReport | None
    agreed_by: str | None

    @property
    def words(self) -> str | None:
        """The group's own words, where it agreed that they go with it."""
        return self.written.words if self.written and self.written.agreed_at else None


def funds(group_id: int) -> Sequence[Fund]:
    """The funds of a group that the ledger knows."""
    known = sa.select(Fund).where(Fund.group_id == group_id, Fund.opened_at.is_not(None))
    return db.session.scalars(known.order_by(Fund.id)).all()


def statement(group_id: int, fund_id: int, period: Period) -> Statement | None:
    """A fund of this group over a period; None where the group has no such fund."""
    promised = sa.select(sa.func.coalesce(sa.func.sum(Commitment.pence), 0)).where(
        Commitment.group_id == Fund.group_id, Commitment.fund_id == Fund.id, Commitment.ended_at.is_(None)
    )
    rows = db.session.execute(
        sa.select(Fund, Group.name, promised.scalar_subquery(), BudgetLine)
        .join(Group, Group.id == Fund.group_id)
        .outerjoin(BudgetLine, sa.and_(BudgetLine.fund_id == Fund.id, BudgetLine.group_id == Fund.group_id))
        .where(Fund.id == fund_id, Fund.group_id == group_id, Fund.opened_at.is_not(None))
        .order_by(BudgetLine.id)
    ).all()
    if not rows:
        return None
    fund, group, pence, _ = rows[0]
    made = Statement(fund=fund, group=group, period=period, promised=int(pence))
    _add_up(made, [line for *_, line in rows if line])
    return made


def _add_up(made: Statement, lines: list[BudgetLine]) -> None:
    spent = {line.id: LineSpent(line.name, line.planned_pence) for line in lines}
    on_none = LineSpent("On no line")
    months: dict[date, Month] = {}
    for inside, year, month, account, line_id, pence, count in _sums(made.fund, made.period):
        first, pence = date(int(year), int(month), 1), int(pence)
        line = spent.get(line_id, on_none)
        if account in HELD:
            made.opening += 0 if inside else pence
            made.in_float += pence if account is Account.FLOAT else 0
            continue
        if inside:
            months.setdefault(first, Month(first=first)).add(account, pence, count)
            made.add(account, pence, count)
        if account is Account.COST:
            line.spent, line.before = (line.spent + pence, line.before) if inside else (line.spent, line.before + pence)
    held = made.opening
    for _, one in sorted(months.items()):
        held += one.change
        one.closing = held
        made.months.append(one)
    dropped = {line.id for line in lines if line.dropped_at}
    made.lines = [one for id_, one in spent.items() if id_ not in dropped or one.spent or one.before]
    made.lines += [on_none] if lines and (on_none.spent or on_none.before) else []


def _sums(fund: Fund, period: Period) -> Sequence[sa.Row]:
    """What moved up to the end of the period, within it or before, month by month, by account and line. One read."""
    begins = sa.bindparam("begins", period.from_on, sa.Date, literal_execute=True)  # the same text twice, for GROUP BY
    parts = (
        sa.case((JournalEntry.on >= begins, 1), else_=0),
        sa.extract("year", JournalEntry.on),
        sa.extract("month", JournalEntry.on),
        Posting.account,
        Posting.line_id,
    )
    return db.session.execute(
        sa.select(*parts, sa.func.sum(Posting.pence), sa.func.count())
        .join(JournalEntry, JournalEntry.id == Posting.entry_id)
        .where(Posting.group_id == fund.group_id, Posting.fund_id == fund.id, JournalEntry.on <= period.until_on)
        .group_by(*parts)
    ).all()


def movements(made: Statement, after: str | None = None) -> tuple[list[Movement], str | None]:
    """A page of what moved in the period, in the order of their days; and the key to go on after, where there are more."""
    query = _moved(made)
    if key := _key(after):
        query = query.where(sa.tuple_(JournalEntry.on, Posting.id) > sa.tuple_(*key))
    rows = [Movement(*row) for row in db.session.execute(query.limit(PAGE + 1))]
    more = f"{rows[PAGE - 1].on:%Y%m%d}-{rows[PAGE - 1].id}" if len(rows) > PAGE else None
    return rows[:PAGE], more


def every_movement(made: Statement) -> Iterator[Movement]:
    """All of them, a thousand at a time."""
    for row in db.session.execute(_moved(made), execution_options={"yield_per": 1000}):
        yield Movement(*row)


def _moved(made: Statement) -> sa.Select:
    what = (Posting.id, JournalEntry.id, JournalEntry.on, JournalEntry.words, Posting.account, Posting.code)
    return (
        sa.select(*what, BudgetLine.name, -Posting.pence, JournalEntry.kind)
        .join(JournalEntry, JournalEntry.id == Posting.entry_id)
        .outerjoin(BudgetLine, sa.and_(BudgetLine.id == Posting.line_id, BudgetLine.group_id == Posting.group_id))
        .where(
            *(Posting.group_id == made.fund.group_id, Posting.fund_id == made.fund.id, Posting.account.not_in(HELD)),
            JournalEntry.on.between(made.period.from_on, made.period.until_on),
        )
        .order_by(JournalEntry.on, Posting.id)
    )


def _key(after: str | None) -> tuple[date, int] | None:
    """The day and number that a page goes on after; None where that is no key of ours."""
    day, _, number = (after or "").partition("-")
    if not (day.isascii() and day.isdecimal() and len(day) == 8 and number.isascii() and number.isdecimal()):
        return None
    try:
        return date(int(day[:4]), int(day[4:6]), int(day[6:])), min(int(number), 2**31 - 1)
    except ValueError:
        return None


def report(group_id: int, fund_id: int, period: Period) -> Report | None:
    """The report to a fund's funder over a period."""
    made = statement(group_id, fund_id, period)
    if made is None:
        return None
    paid = sa.select(sa.func.count()).where(
        *(Receipt.group_id == group_id, Receipt.fund_id == fund_id, Receipt.withdrawn_at.is_(None)),
        Receipt.paid_on.between(period.from_on, period.until_on),
    )
    with_receipt = paid.where(Receipt.no_picture_why.is_(None))
    same = sa.and_(FundReport.fund_id == Fund.id, FundReport.group_id == Fund.group_id, _of(period))
    row = db.session.execute(
        sa.select(paid.scalar_subquery(), with_receipt.scalar_subquery(), FundReport, Person.name)
        .select_from(Fund)
        .outerjoin(FundReport, same)
        .outerjoin(Person, Person.id == FundReport.agreed_by)
        .where(Fund.id == fund_id, Fund.group_id == group_id)
    ).one()
    return Report(made, *row)


def written(group_id: int, fund_id: int, period: Period) -> FundReport | None:
    """What the group wrote for a fund's report over a period."""
    same = sa.select(FundReport).where(FundReport.group_id == group_id, FundReport.fund_id == fund_id, _of(period))
    return db.session.scalar(same)


def _of(period: Period) -> sa.ColumnElement[bool]:
    return sa.and_(FundReport.from_on == period.from_on, FundReport.until_on == period.until_on)
