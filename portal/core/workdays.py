"""Working days in England and Wales: Monday to Friday, but for bank holidays."""

from datetime import date, timedelta

from holidays.countries.united_kingdom import UnitedKingdom

_bank_holidays = UnitedKingdom(subdiv="ENG")


def is_working_day(day: date) -> bool:
    return day.weekday() < 5 and day not in _bank_holidays


def after(day: date, count: int) -> date:
    """The day `count` working days after `day`."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_working_day(day)
    return day
