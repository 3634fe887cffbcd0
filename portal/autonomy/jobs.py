"""Telling a group what was changed for it, afterwards (ALLOW_TELL): between 9am and 8pm, at most one batch a day.

The message says only that there is news. What changed waits inside, behind the sign-in.
"""

from datetime import datetime, time, timedelta

import sqlalchemy as sa

from portal.activity import happened
from portal.autonomy.areas import Outcome
from portal.core import clock, mail
from portal.core.db import db
from portal.core.jobs import Job, enqueue, job
from portal.people import queries as people
from portal.people.models import Person

FROM, UNTIL = time(9), time(20)  # autonomy guide: notices, 9am-8pm London


@happened.connect
def tell_later(_action, *, entry, group) -> None:
    """Put one telling of this group in the outbox, unless one waits already."""
    if entry.outcome != Outcome.ALLOW_TELL or group is None:
        return
    tellings = sa.select(Job).where(Job.name == "autonomy.tell", Job.created_at > clock.now() - timedelta(days=3))
    ours = [row for row in db.session.scalars(tellings) if row.arguments["group_id"] == group.id]
    if not any(row.done_at is None and row.parked_at is None for row in ours):
        last = max((row.due_at for row in ours), default=None)
        enqueue("autonomy.tell", due_at=next_moment(clock.now(), last), group_id=group.id)


def next_moment(now: datetime, last: datetime | None) -> datetime:
    """When a group may next be told: within the hours, on a London day on which it was not told yet."""
    moment = clock.in_london(now)
    if (last and clock.in_london(last).date() >= moment.date()) or moment.time() >= UNTIL:
        moment = datetime.combine(moment.date() + timedelta(days=1), FROM, clock.LONDON)
    elif moment.time() < FROM:
        moment = datetime.combine(moment.date(), FROM, clock.LONDON)
    return moment.astimezone(now.tzinfo)


@job("autonomy.tell")
def tell(group_id: int) -> None:
    """Send each organiser the word that there is news."""
    for person_id in people.organisers(group_id):
        mail.post("autonomy.tell", person_id=person_id)
    db.session.commit()


@mail.letter("autonomy.tell")
def _news(person_id: int) -> mail.Letter:
    return mail.Letter(db.session.get_one(Person, person_id).email, {})
