"""Reads of the uses of legal duties: a group's own, the host's list, and the count everyone sees."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa

from portal.activity import told_later
from portal.breakglass.models import DUTY_WORDS, MOST_HOURS, REVIEW_WORKING_DAYS, Act, BreakGlass, BreakGlassItem
from portal.core import clock, workdays
from portal.core.db import db
from portal.core.waiting import columns
from portal.people.models import Group, Membership, Person

PAGE = 20


def one(group_id: int, number: int) -> BreakGlass | None:
    """One use of a duty in this group, with its items."""
    return db.session.scalar(sa.select(BreakGlass).where(BreakGlass.id == number, BreakGlass.group_id == group_id))


def item(group_id: int, number: int, item_id: int) -> BreakGlassItem | None:
    """One listed item of one use."""
    return db.session.scalar(
        sa.select(BreakGlassItem).where(
            BreakGlassItem.id == item_id,
            BreakGlassItem.break_glass_id == number,
            BreakGlassItem.group_id == group_id,
        )
    )


def covers(person_id: int | None, group_id: int, act: Act, table: str, row_id: int) -> bool:
    """Whether this person may do `act` with this very row of this very group at this moment."""
    rows = db.session.scalars(
        sa.select(BreakGlass)
        .join(BreakGlassItem, BreakGlassItem.break_glass_id == BreakGlass.id)
        .where(
            BreakGlass.group_id == group_id,
            BreakGlass.act == act,
            BreakGlass.asked_by == person_id,
            BreakGlassItem.group_id == group_id,
            BreakGlassItem.item_table == table,
            BreakGlassItem.item_id == row_id,
        )
    )
    return any(row.is_live(clock.now()) for row in rows)


def under(act: Act, table: str) -> dict[int, BreakGlass]:
    """The rows of a table that are under `act` at this moment, in whichever group, by id: worked out at use, so that it is
    over with its end."""
    since = clock.now() - timedelta(hours=MOST_HOURS)
    rows = db.session.execute(
        sa.select(BreakGlassItem.item_id, BreakGlass)
        .join(BreakGlass, BreakGlass.id == BreakGlassItem.break_glass_id)
        .where(BreakGlass.act == act, BreakGlass.started_at >= since, BreakGlassItem.item_table == table)
        .order_by(BreakGlass.id)
    )
    return {item_id: glass for item_id, glass in rows if glass.is_live(clock.now())}


def told(group_id: int, before: int | None = None) -> Sequence[BreakGlass]:
    """What a group has been told of, newest first, paged by key (those with a number below `before`)."""
    query = (
        sa.select(BreakGlass)
        .where(BreakGlass.group_id == group_id, BreakGlass.started_at.is_not(None), BreakGlass.told_at <= clock.now())
        .order_by(BreakGlass.id.desc())
    )
    return db.session.scalars((query.where(BreakGlass.id < before) if before else query).limit(PAGE + 1)).all()


def every(before: int | None = None) -> Sequence[sa.Row]:
    """The host's list: each use with its group, newest first, paged by key (those with a number below `before`)."""
    query = sa.select(BreakGlass, Group).join(Group, Group.id == BreakGlass.group_id).order_by(BreakGlass.id.desc())
    if before:
        query = query.where(BreakGlass.id < before)
    return db.session.execute(query.limit(PAGE + 1)).all()


def to_review() -> list[tuple[BreakGlass, Group, date]]:
    """Uses that nobody reviewed within 10 working days, the longest ago first, with the day it was wanted by."""
    rows = db.session.execute(
        sa.select(BreakGlass, Group)
        .join(Group, Group.id == BreakGlass.group_id)
        .where(BreakGlass.reviewed_at.is_(None), BreakGlass.started_at < clock.now() - timedelta(days=REVIEW_WORKING_DAYS))
        .order_by(BreakGlass.started_at)
        .limit(PAGE)
    )
    due = [(glass, group, review_by(glass)) for glass, group in rows]
    return [(glass, group, day) for glass, group, day in due if day and day < clock.today()]


# What waits at home: for organisers, a use they were told of and can answer; for whom it was sent to, an urgent message.
WAITING = (
    sa.select(*columns("duty", number=BreakGlass.id, who=Person.name, what=BreakGlass.duty, at=BreakGlass.told_at))
    .join(Person, Person.id == BreakGlass.asked_by)
    .where(
        BreakGlass.group_id == sa.bindparam("group"),
        BreakGlass.started_at.is_not(None),
        BreakGlass.told_at <= sa.bindparam("told_until"),
        BreakGlass.replied_at.is_(None),
        BreakGlass.reviewed_at.is_(None),
    )
)
URGENT = (
    sa.select(*columns("urgent", number=BreakGlass.id, who=Person.name, what=BreakGlass.duty, at=BreakGlass.started_at))
    .join(Person, Person.id == BreakGlass.asked_by)
    .join(BreakGlassItem, BreakGlassItem.break_glass_id == BreakGlass.id)
    .join(Membership, Membership.id == BreakGlassItem.item_id)
    .where(
        BreakGlass.group_id == sa.bindparam("group"),
        BreakGlass.act == Act.CONTACT,
        BreakGlass.started_at.is_not(None),
        BreakGlass.started_at > sa.bindparam("urgent_since"),
        Membership.person_id == sa.bindparam("person"),
    )
)


def waiting_since() -> dict:
    """Moments for WAITING and URGENT: an urgent message stays on the first page for a week."""
    return {"told_until": clock.now(), "urgent_since": clock.now() - timedelta(days=7)}


def urgent_to(group_id: int, person_id: int | None) -> list[BreakGlass]:
    """Urgent messages sent to this person in this group, newest first."""
    rows = db.session.scalars(
        sa.select(BreakGlass)
        .join(BreakGlassItem, BreakGlassItem.break_glass_id == BreakGlass.id)
        .join(Membership, Membership.id == BreakGlassItem.item_id)
        .where(
            BreakGlass.group_id == group_id,
            BreakGlass.act == Act.CONTACT,
            BreakGlass.started_at.is_not(None),
            Membership.person_id == person_id,
        )
        .order_by(BreakGlass.id.desc())
        .limit(PAGE)
    )
    return list(rows)


@dataclass(frozen=True)
class Count:
    """How often one duty was used for all groups together, and how often that was looked at afterwards."""

    duty: str
    words: str
    uses: int
    reviewed: int


def counts() -> list[Count]:
    """The public count: the same for trustees and every group, without names of groups."""
    rows = db.session.execute(
        sa.select(BreakGlass.duty, sa.func.count(), sa.func.count(BreakGlass.reviewed_at))
        .where(BreakGlass.started_at.is_not(None))
        .group_by(BreakGlass.duty)
    )
    by_duty = {duty: (uses, reviewed) for duty, uses, reviewed in rows}
    return [Count(duty.value, words, *by_duty.get(duty, (0, 0))) for duty, words in DUTY_WORDS.items()]


def _not_told(number) -> sa.Select:
    """A column of the uses whose groups are told of them later, and not yet."""
    return sa.select(number).where(BreakGlass.delay.is_not(None), BreakGlass.told_at > clock.now())


told_later.register("break_glass", lambda: _not_told(BreakGlass.id))
told_later.register("break_glass_items", lambda: _not_told(BreakGlassItem.id).join(BreakGlassItem.use))


def review_by(glass: BreakGlass) -> date | None:
    """The last day for its review: 10 working days after its start (autonomy guide, step 7)."""
    if glass.started_at is None:
        return None
    return workdays.after(clock.in_london(glass.started_at).date(), REVIEW_WORKING_DAYS)
