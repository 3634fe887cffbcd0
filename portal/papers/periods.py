"""A stretch of time that a paper is about: a month, the host's year, or everything so far."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from babel.dates import format_date

from portal.ledger import year as years

FIRST, LAST = date(2000, 1, 1), date(2999, 12, 31)  # what "everything so far" lies within


@dataclass(frozen=True)
class Period:
    """From one day to another, both in it; `key` is what addresses and file names call it."""

    key: str
    from_on: date
    until_on: date

    @property
    def is_month(self) -> bool:
        return len(self.key) == len("2026-11")

    @property
    def words(self) -> str:
        if self.key == "all":
            return "Everything so far"
        if self.is_month:
            return format_date(self.from_on, "MMMM y", locale="en_GB")
        return " to ".join(format_date(day, "d MMMM y", locale="en_GB") for day in (self.from_on, self.until_on))

    @property
    def in_short(self) -> str:
        return f"{self.from_on.year} to {self.until_on.year}"


def everything() -> Period:
    return Period("all", FIRST, LAST)


def year(ends: int) -> Period:
    """The host's year that ends in this one."""
    found = years.ending_in(ends)
    return Period(f"{ends - 1}-{ends}", found.starts_on, found.ends_on)


def year_of(day: date) -> Period:
    return year(years.of(day).number)


def month(day: date) -> Period:
    """The month of this day."""
    first = day.replace(day=1)
    return Period(f"{first:%Y-%m}", first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1))


def read(key: str) -> Period | None:
    """The period that an address names, or None."""
    if key == "all":
        return everything()
    if re.fullmatch(r"2[0-8]\d\d-(0[1-9]|1[0-2])", key, re.ASCII):
        return month(date(int(key[:4]), int(key[5:]), 1))
    found = re.fullmatch(r"(2[0-8]\d\d)-(2[0-8]\d\d)", key, re.ASCII)
    return year(int(found[2])) if found and int(found[1]) + 1 == int(found[2]) else None


def offered(today: date) -> dict[str, str]:
    """What one can choose from: this year, last year, everything, and their months, the newest first."""
    this = year_of(today)
    last = year_of(this.from_on - timedelta(days=1))
    years = {
        this.key: f"This year, {this.in_short}",
        last.key: f"Last year, {last.in_short}",
        "all": everything().words,
    }
    months = [month(today)]
    while months[-1].from_on > last.from_on:
        months.append(month(months[-1].from_on - timedelta(days=1)))
    return years | {one.key: one.words for one in months}
