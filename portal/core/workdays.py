"""The days of the week, and working days in England and Wales: Monday to Friday, but for bank holidays."""

from datetime import date, timedelta
from functools import lru_cache

from holidays.countries.united_kingdom import UnitedKingdom

DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_bank_holidays = UnitedKingdom(subdiv="ENG")


@lru_cache(4000)
def is_working_day(day: date) -> bool:
    return day.weekday() < 5 and day not in _bank_holidays


def after(day: date, count: int) -> date:
    """The day `count` working days after `day`."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_working_day(day)
    return day


def between(day: date, later: date) -> int:
    """How many working days after `day` another one is: 0 on the same day, and until the next working day begins."""
    return sum(is_working_day(day + timedelta(days=n)) for n in range(1, (later - day).days + 1))
