"""Which days a figure is about: whole days in London, the first and the last of them included."""

import calendar
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from portal.core import clock
from portal.ledger import year

CHOICES = {"month": "Past month", "quarter": "Past three months", "year": "This year"}
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Span:
    """From one day to another, neither after today: what is counted once is counted the same ever after."""

    first: date
    last: date

    @property
    def since(self) -> datetime:
        """Its first moment."""
        return _midnight(self.first)

    @property
    def until(self) -> datetime:
        """The first moment after it."""
        return _midnight(self.last + DAY)


def chosen(name: str, today: date) -> Span:
    """One of CHOICES as of a day; the host's year from its first day on, 1 April unless it says otherwise."""
    if name == "year":
        return Span(year.of(today).starts_on, today)
    return Span(_months_before(today, 3 if name == "quarter" else 1) + DAY, today)


def _months_before(day: date, months: int) -> date:
    number = day.year * 12 + day.month - 1 - months
    last = calendar.monthrange(number // 12, number % 12 + 1)[1]
    return date(number // 12, number % 12 + 1, min(day.day, last))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), clock.LONDON)
