"""From when on something of the host's may reach a group: the one rule of hours (autonomy guide, area 8).

“Tell us, we can undo”: in the hours the group set. “You look after it”: on any working day, 9 to 5. “Ask us first” has no
hours: the group's yes is the moment. A group that rests is reached by nothing but what it must know.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

import sqlalchemy as sa

from portal.autonomy.areas import Area, Level
from portal.autonomy.standing import Standing
from portal.contact.models import DAYS, ContactTimes
from portal.core import clock, workdays
from portal.core.db import db
from portal.support.models import ReplyBy

WEEK = tuple(DAYS)


@dataclass(frozen=True)
class Times:
    """Days (as in DAYS), hours of the day in London, and the way. `working`: never on a bank holiday."""

    days: tuple[str, ...] = WEEK[:5]
    from_hour: int = 9
    until_hour: int = 17
    by: ReplyBy = ReplyBy.HERE
    working: bool = True

    def opens(self, since: datetime) -> datetime:
        """The first moment, not before `since`, at which these hours are open (UTC)."""
        local = clock.in_london(since)
        for ahead in range(60):
            day = local.date() + timedelta(days=ahead)
            if WEEK[day.weekday()] not in self.days or (self.working and not workdays.is_working_day(day)):
                continue
            begins = datetime.combine(day, time(self.from_hour), clock.LONDON)
            ends = datetime.combine(day, time(), clock.LONDON) + timedelta(hours=self.until_hour)
            if local < ends:
                return max(begins.astimezone(clock.UTC), since)
        raise AssertionError("no day is ever open")


OFFICE = Times()


def of(group_id: int) -> Times:
    """What a group has set; working days from 9 to 5, here, where it never did."""
    return as_set(db.session.scalar(sa.select(ContactTimes).where(ContactTimes.group_id == group_id)))


def as_set(row: ContactTimes | None) -> Times:
    """The times that a group's row says."""
    return Times(tuple(row.days.split()), row.from_hour, row.until_hour, row.by, working=False) if row else OFFICE


def leaves_at(group_id: int, standing: Standing, since: datetime) -> datetime | None:
    """When a question of the host's may leave for a group as it stands; None while that isn't up to the clock."""
    level = standing.levels[Area.CONTACT]
    if standing.quiet_until or level in {Level.ONLY_US, Level.ASK_FIRST}:
        return None
    return hours_at(level, of(group_id) if level is Level.TELL_AFTER else OFFICE).opens(since)


def hours_at(level: Level, own: Times) -> Times:
    """The hours that hold at a level that leaves it to the clock: the group's own, or any working day from 9 to 5."""
    return OFFICE if level is Level.YOU_DO else own
