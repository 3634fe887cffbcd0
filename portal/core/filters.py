"""How values read on the page: pounds, days and times in London, a person's first name."""

from datetime import date, datetime, timedelta
from functools import lru_cache

from babel.dates import format_date
from flask import Flask

from portal.core import clock


def pounds(pence: int | None) -> str:
    """1146 as £11.46; a minus sign before the pound; nothing known as an empty string."""
    if pence is None:
        return ""
    sign = "−" if pence < 0 else ""
    return f"{sign}£{abs(pence) // 100:,}.{abs(pence) % 100:02}"


def percent(basis_points: int) -> str:
    """Hundredths of a per cent as people read them: 500 as 5 %, 750 as 7.5 %."""
    return f"{basis_points / 100:g}\u00a0%"


def day(value: date | datetime | None) -> str:
    """A day in words: Today, Yesterday, Monday (within the week), 9 November, 9 November 2025."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = clock.in_london(value).date()
    return _day(value, clock.today())


@lru_cache(1000)
def _day(value: date, today: date) -> str:
    if value == today:
        return "Today"
    if value == today - timedelta(days=1):
        return "Yesterday"
    if value == today + timedelta(days=1):
        return "Tomorrow"
    if today - timedelta(days=6) <= value < today:
        return format_date(value, "EEEE", locale="en_GB")
    return format_date(value, "d MMMM" if value.year == today.year else "d MMMM y", locale="en_GB")


def full_day(value: date | datetime | None) -> str:
    """A day with its weekday and year: Monday 9 November 2026."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = clock.in_london(value).date()
    return _full_day(value)


@lru_cache(1000)
def _full_day(value: date) -> str:
    return format_date(value, "EEEE d MMMM y", locale="en_GB")


def full_date(value: date) -> str:
    """A day with its year: 9 November 2026."""
    return format_date(value, "d MMMM y", locale="en_GB")


def month(value: date | datetime | None) -> str:
    """A month with its year: January 2027."""
    if isinstance(value, datetime):
        value = clock.in_london(value).date()
    return format_date(value, "MMMM y", locale="en_GB") if value else ""


def moment(value: datetime | None) -> str:
    """A day and a time: Today, 6:40pm."""
    if value is None:
        return ""
    local = clock.in_london(value)
    hour = local.hour % 12 or 12
    return f"{day(value)}, {hour}:{local.minute:02}{'am' if local.hour < 12 else 'pm'}"


def inside(text: str) -> str:
    """A day's words for the middle of a sentence: today, yesterday; names of days and months stay."""
    return text[:1].lower() + text[1:] if text.startswith(("Today", "Yesterday", "Tomorrow")) else text


def after(text: str, *before: str | None) -> str:
    """A line of facts that ends in this: R101, our budget, today. What there isn’t is left out; the first begins it."""
    line = ", ".join([*filter(None, before), inside(text)])
    return line[:1].upper() + line[1:]


def playing_time(seconds: int) -> str:
    """How long a sound plays, in words: 45 seconds, 1 minute, 2 minutes 5 seconds."""
    minutes, rest = divmod(seconds, 60)
    parts = [counted(count, one) for count, one in ((minutes, "minute"), (rest, "second")) if count]
    return " ".join(parts) or "0 seconds"


def file_size(size: int) -> str:
    """How big a file is, roughly: 40 KB, 2.3 MB."""
    return f"{max(1, round(size / 1024))} KB" if size < 1024 * 1000 else f"{size / 1024 / 1024:.1f} MB"


def hidden_email(address: str) -> str:
    """sam@example.org as sa…@…org: enough to recognise, too little to learn."""
    name, _, domain = address.partition("@")
    return f"{name[:2]}…@…{domain.rpartition('.')[2]}"


def first_name(name: str) -> str:
    """What somebody is called where a page speaks of them in passing: Imani, of Imani Okafor. Said here alone."""
    return name.partition(" ")[0]


def counted(count: int, one: str, many: str = "") -> str:
    """A number with what it counts: 1 line, 2 lines, 3 copies. `many` where it isn't `one` with an s."""
    return f"{count} {one if count == 1 else many or f'{one}s'}"


def init_app(app: Flask) -> None:
    for filter_ in (
        pounds,
        percent,
        day,
        full_day,
        full_date,
        month,
        moment,
        inside,
        after,
        playing_time,
        file_size,
        hidden_email,
        first_name,
        counted,
    ):
        app.add_template_filter(filter_)
