"""Whom news goes to, and when it may be mailed."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta

import sqlalchemy as sa

from portal.autonomy.models import Quiet
from portal.core import clock
from portal.core.db import db
from portal.notices.models import How, NoticeChoice, NoticeTurns
from portal.people import queries as people
from portal.people.models import Membership, Person
from portal.people.roles import Role

FROM, UNTIL = time(9), time(20)  # autonomy guide: notices, 9am-8pm London


def choice(person_id: int) -> NoticeChoice:
    """A person's choice; where they never chose, what holds from the start, not yet kept."""
    found = db.session.scalar(sa.select(NoticeChoice).where(NoticeChoice.person_id == person_id))
    return found or NoticeChoice(person_id=person_id, how=How.NOW, weekday=0)


def in_turn(group_id: int) -> bool:
    """Whether a group's organisers take turns."""
    return bool(db.session.scalar(sa.select(NoticeTurns.in_turn).where(NoticeTurns.group_id == group_id)))


def recipients(
    group_id: int, without: int | None, only: list[int] | None = None, asker: int | None = None
) -> list[NoticeChoice]:
    """Who hears of news in this group: all organisers, or whose turn it is; never who made the news, nor who wants none.
    `only`: it concerns these people of the group alone, whatever the turns. `asker`: someone who waits for it, and hears
    whoever else does.

    Whoever has a mail on its way keeps the turn; else it is who had none for the longest.
    """
    if only is not None:
        return _wanting(number for number in only if people.is_in(group_id, number))
    waits = _wanting([asker] if asker and asker != without and people.is_in(group_id, asker) else [])
    others = _wanting(number for number in sorted(people.organisers(group_id)) if number not in {without, asker})
    if not in_turn(group_id) or not others:
        return waits + others
    never = datetime.min.replace(tzinfo=clock.UTC)
    return waits or [min(others, key=lambda one: (one.due_at is None, one.sent_at or never))]


def _wanting(numbers: Iterable[int]) -> list[NoticeChoice]:
    return [one for one in map(choice, numbers) if one.how is not How.OFF]


def due(choice: NoticeChoice, now: datetime) -> datetime:
    """From when on this person's news may leave: at once, or from their next weekly day."""
    if choice.how is How.NOW:
        return now
    local = clock.in_london(now)
    day = local.date() + timedelta(days=(choice.weekday - local.weekday()) % 7)
    if day == local.date() and (_was_on(choice.sent_at, day) or local.time() >= UNTIL):
        day += timedelta(days=7)
    return datetime.combine(day, FROM, clock.LONDON).astimezone(clock.UTC)


def is_open(now: datetime) -> bool:
    """Whether it is an hour at which mail may arrive."""
    return FROM <= clock.in_london(now).time() < UNTIL


def to_send(now: datetime, limit: int = 100) -> list[NoticeChoice]:
    """Whose news is due and who had no batch today."""
    began = _began(now)
    return list(
        db.session.scalars(
            sa.select(NoticeChoice)
            .where(NoticeChoice.due_at <= now, NoticeChoice.how != How.OFF)
            .where(sa.or_(NoticeChoice.sent_at.is_(None), NoticeChoice.sent_at < began))
            .order_by(NoticeChoice.person_id)
            .limit(limit)
        )
    )


def weekly(now: datetime, limit: int = 100) -> list[NoticeChoice]:
    """Whose weekly mail is due: organisers who want mail, on their day, and had none with fingerprints for 6 days."""
    weekday = clock.in_london(now).weekday()
    organises = sa.exists().where(
        Membership.person_id == Person.id, Membership.role == Role.ORGANISER, Membership.ended_at.is_(None)
    )
    rows = db.session.execute(
        sa.select(Person.id, NoticeChoice)
        .outerjoin(NoticeChoice, NoticeChoice.person_id == Person.id)
        .where(
            organises,
            sa.func.coalesce(NoticeChoice.weekday, 0) == weekday,
            sa.func.coalesce(NoticeChoice.how, How.NOW) != How.OFF,
            sa.or_(NoticeChoice.weekly_at.is_(None), NoticeChoice.weekly_at < _began(now) - timedelta(days=6)),
            sa.or_(NoticeChoice.sent_at.is_(None), NoticeChoice.sent_at < _began(now)),
        )
        .order_by(Person.id)
        .limit(limit)
    )
    return [found or NoticeChoice(person_id=number, how=How.NOW, weekday=0) for number, found in rows]


def opens(now: datetime) -> datetime:
    """The first moment from now on at which mail may arrive."""
    local = clock.in_london(now)
    if local.time() < FROM:
        return datetime.combine(local.date(), FROM, clock.LONDON).astimezone(clock.UTC)
    if local.time() >= UNTIL:
        return datetime.combine(local.date() + timedelta(days=1), FROM, clock.LONDON).astimezone(clock.UTC)
    return now


def awake(person_id: int, roles: frozenset[Role]) -> list[int]:
    """The groups someone is in, as one of these, that aren't resting."""
    now = clock.now()
    resting = sa.select(Quiet.group_id).where(Quiet.until > now, Quiet.ended_at.is_(None))
    rows = sa.select(Membership.group_id).where(
        Membership.person_id == person_id,
        Membership.role.in_(roles),
        Membership.ended_at.is_(None),
        Membership.group_id.not_in(resting),
    )
    return list(db.session.scalars(rows.order_by(Membership.group_id)))


def _began(now: datetime) -> datetime:
    """When this day in London began."""
    return datetime.combine(clock.in_london(now).date(), time(), clock.LONDON).astimezone(clock.UTC)


def _was_on(moment: datetime | None, day) -> bool:
    return moment is not None and clock.in_london(moment).date() == day
