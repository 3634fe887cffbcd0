"""Reads of a budget: each line with what is planned, promised, spent and free; a year month by month."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from portal.budget.models import BudgetLine
from portal.core import clock
from portal.core.db import db
from portal.core.filters import pounds
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

    @property
    def left(self) -> str:
        """What is left of it, or what there is more than planned, in words."""
        if self.line.dropped_at:
            return "not planned any more"
        return f"{pounds(-self.free)} more than planned" if self.free < 0 else f"{pounds(self.free)} left"

    @property
    def sums(self) -> str:
        """What was planned, spent and promised, as a sentence."""
        planned = f"Planned {pounds(self.planned)}, spent" if self.planned else "Spent"
        promised = f", promised {pounds(self.promised)}" if self.promised else ""
        return f"{planned} {pounds(self.spent)}{promised}."


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

    @property
    def most_planned(self) -> int:
        """What was planned for the month with the most."""
        return max(month.plan for month in self.months)

    @property
    def plan(self) -> str:
        """How the line of the plan is called in the picture: with its amount where that is every month’s."""
        return f"Our plan, {pounds(self.most_planned)}" if self._evenly_planned else "Our plan"

    @property
    def picture(self) -> str:
        """What the picture of this year shows, in words."""
        spent = [month.spent for month in self.months]
        most = pounds(self.most_planned) if self._evenly_planned else f"up to {pounds(self.most_planned)}"
        planned = f"; we planned {most} a month" if self.most_planned else ""
        return f"Between {pounds(min(spent))} and {pounds(max(spent))} a month{planned}. The table below gives each month."

    @property
    def planned_for_now(self) -> str:
        """What was planned for the months so far, and what of it is spent where that differs; the sentence goes on."""
        spent = f", and {pounds(self.spent_of_plan)} of it is spent" if self.spent_of_plan != self.spent else ""
        return f"Our plan for now was {pounds(self.planned)}{spent}"

    @property
    def _evenly_planned(self) -> bool:
        return len({month.plan for month in self.months}) == 1


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
