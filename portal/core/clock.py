"""The one clock. Inside, times are UTC; on the page, Europe/London."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


def now() -> datetime:
    """This moment, aware, in UTC."""
    return datetime.now(UTC)


def in_london(moment: datetime) -> datetime:
    """`moment` as a clock in London shows it."""
    return moment.astimezone(LONDON)


def today() -> date:
    """The date in London."""
    return in_london(now()).date()
