"""Months, in which things are looked at again: each is its first day."""

from datetime import date

from portal.core import clock
from portal.core.filters import month

AHEAD = 36  # months: the furthest that anyone looks ahead


def of(day: date) -> date:
    return day.replace(day=1)


def after(months: int, start: date | None = None) -> date:
    """The month so many months after another, or after this one."""
    start = start or clock.today()
    years, others = divmod(start.month - 1 + months, 12)
    return date(start.year + years, others + 1, 1)


def coming() -> dict[str, str]:
    """This month and those that come, as a form sends them and in words."""
    days = [after(number) for number in range(AHEAD + 1)]
    return {day.isoformat(): month(day) for day in days}


def can_be(day: date) -> bool:
    """Whether someone can look again then: not in the past, and not beyond AHEAD."""
    return after(0) <= of(day) <= after(AHEAD)
