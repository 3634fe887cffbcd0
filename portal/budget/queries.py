"""Reads of a budget: each line with what is planned, promised, spent and free; a year month by month."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from portal.budget.models import BudgetLine
from portal.core import clock
from portal.core.db import db
from portal.ledger import queries as ledger
from portal.ledger.models import Fund, LineBalance
from portal.ledger.queries import Status

APRIL = 4  # the host's year begins


@dataclass(frozen=True)
class Line:
    """One budget line in pence."""

    line: BudgetLine
    spent: int
    promised: int

    @property
    def planned(self) -> int:
        return 0 if self.line.dropped_at else self.line.planned_pence

    @property
    def used(self) -> int:
        return self.spent + self.promised

    @property
    def free(self) -> int:
        """What of the plan is left. Below zero, more is spent or promised than was planned."""
        return self.planned - self.used


def lines(group_id: int, statuses: Sequence[Status]) -> dict[int, list[Line]]:
    """The budget lines of each fund, by its id, in the order they were planned; dropped ones where something was spent on
    them or is promised. One statement, however many there are."""
    promised = {line_id: pence for one in statuses for line_id, pence in one.on_lines.items()}
    rows = db.session.execute(
        sa.select(BudgetLine, LineBalance.pence)
        .outerjoin(LineBalance, sa.and_(LineBalance.line_id == BudgetLine.id, LineBalance.group_id == BudgetLine.group_id))
        .where(BudgetLine.group_id == group_id)
        .order_by(BudgetLine.id)
    )
    found: dict[int, list[Line]] = defaultdict(list)
    for line, spent in rows:
        one = Line(line, spent or 0, promised.get(line.id, 0))
        if line.dropped_at is None or one.used:
            found[line.fund_id].append(one)
    return dict(found)


def line_called(fund_id: int, name: str, *, but: int | None = None) -> BudgetLine | None:
    """The line of a fund that is planned under this name."""
    same = sa.select(BudgetLine).where(
        BudgetLine.fund_id == fund_id, BudgetLine.dropped_at.is_(None), sa.func.lower(BudgetLine.name) == name.lower()
    )
    return db.session.scalar(same.where(BudgetLine.id != but) if but else same)


@dataclass(frozen=True)
class Month:
    """One month of a year: what was spent, and what was planned for it."""

    first: date
    spent: int
    plan: int


@dataclass(frozen=True)
class Year:
    """A year of the host's, month by month.

    `planned` is what was planned for its months so far, `spent_of_plan` what was spent in funds that have a plan.
    """

    months: list[Month]
    planned: int
    spent_of_plan: int

    @property
    def start(self) -> int:
        return self.months[0].first.year

    @property
    def spent(self) -> int:
        return sum(month.spent for month in self.months)

    @property
    def room(self) -> int:
        return self.planned - self.spent_of_plan


def year_of(day: date) -> int:
    """The year of the host's that a day lies in, by the year it begins in."""
    return day.year if day.month >= APRIL else day.year - 1


def year(group_id: int, start: int, statuses: Sequence[Status], lines: dict[int, list[Line]]) -> Year:
    """What was spent in each month of a year, and what was planned: each fund's lines spread evenly over its months. One
    statement."""
    firsts = [_month(start * 12 + APRIL - 1 + n) for n in range(12)]
    spent = ledger.spent_by_month(group_id, firsts[0], firsts[-1])
    plans = {one.fund.id: _monthly(one.fund, sum(line.planned for line in lines.get(one.fund.id, ()))) for one in statuses}
    ours = {fund_id: plan for fund_id, plan in plans.items() if plan}
    months = [
        Month(
            first,
            sum(pence for (_, month), pence in spent.items() if month == first),
            round(sum(plan.get(first, 0) for plan in ours.values())),
        )
        for first in firsts
    ]
    this = clock.today().replace(day=1)
    return Year(
        months,
        sum(month.plan for month in months if month.first <= this),
        sum(pence for (fund_id, month), pence in spent.items() if fund_id in ours and month <= this),
    )


def _monthly(fund: Fund, planned: int) -> dict[date, float]:
    """What is planned of a fund for each month until it ends; of one without an end, for each of this year's."""
    if not planned:
        return {}
    first = year_of(clock.today()) * 12 + APRIL - 1
    last = first + 11
    if fund.until_on and fund.opened_at:
        first = _number(fund.from_on or fund.opened_at.date())
        last = max(first, _number(fund.until_on))
    return {_month(n): planned / (last - first + 1) for n in range(first, last + 1)}


def _number(day: date) -> int:
    """A month as a number to count on from."""
    return day.year * 12 + day.month - 1


def _month(number: int) -> date:
    return date(number // 12, number % 12 + 1, 1)
