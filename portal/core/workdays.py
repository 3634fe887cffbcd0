"""The days of the week, and working days in England and Wales: Monday to Friday, but for bank holidays."""

import multiprocessing
from collections.abc import Iterable
from datetime import date, timedelta
from functools import cache, lru_cache

DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_known: dict[int, frozenset[date]] = {}  # bank holidays, by year


@cache
def _bank_holidays(year: int) -> frozenset[date]:
    from holidays.countries.united_kingdom import UnitedKingdom  # which takes 12 MB

    return frozenset(UnitedKingdom(subdiv="ENG", years=year))


def learn(years: Iterable[int]) -> None:
    """Know the bank holidays of these years, worked out in a child that takes what that needs with it."""
    ours, theirs = multiprocessing.Pipe(duplex=False)
    child = multiprocessing.get_context("fork").Process(
        target=lambda: theirs.send({year: _bank_holidays(year) for year in years})
    )
    child.start()
    _known.update(ours.recv())
    child.join()
    ours.close()
    theirs.close()


@lru_cache(4000)
def is_working_day(day: date) -> bool:
    return day.weekday() < 5 and day not in (_known.get(day.year) or _bank_holidays(day.year))


def after(day: date, count: int) -> date:
    """The day `count` working days after `day`."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_working_day(day)
    return day


def between(day: date, later: date) -> int:
    """How many working days after `day` another one is: 0 on the same day, and until the next working day begins."""
    return sum(is_working_day(day + timedelta(days=n)) for n in range(1, (later - day).days + 1))
