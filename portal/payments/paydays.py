"""The days on which costs are paid: some days of the week, or the next working day after a holiday."""

from datetime import date, timedelta

from flask import current_app

from portal.core import clock, workdays

OFFERED = 4


def coming(count: int = OFFERED, since: date | None = None) -> list[date]:
    """The next pay days, from today or a later day on, that day among them where it is one."""
    weekdays, day, found = current_app.config["SETTINGS"].PORTAL_PAY_DAYS, since or clock.today(), list[date]()
    while len(found) < count:
        if day.weekday() in weekdays:
            paid = day if workdays.is_working_day(day) else workdays.after(day, 1)
            found += [paid] if paid not in found else []
        day += timedelta(days=1)
    return found
