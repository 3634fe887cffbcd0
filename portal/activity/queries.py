"""Reads of what happened."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from portal.activity.models import TOLD_LATER, Entry, EntryWords
from portal.activity.told_later import is_told
from portal.core.db import db, fetched, prepared
from portal.people.models import Person
from portal.people.roles import HOST_ROLES


@prepared
def _by_host() -> sa.Select:
    return (
        sa.select(Entry.id, Entry.at, Entry.says, Entry.about, Entry.outcome, Person.name)
        .join(Person, Person.id == Entry.person_id)
        .where(
            Entry.group_id == sa.bindparam("group"),
            Entry.role.in_(HOST_ROLES),
            Entry.outcome.in_(("allow", "allow_tell", "allow_list")),
            Entry.action.not_like("breakglass.%"),  # told at their own time, with what and why
            sa.or_(Entry.level.is_(None), Entry.level != TOLD_LATER),  # and what else waits for its time
        )
        .order_by(Entry.id.desc())
        .limit(5)
    )


def by_host(group_id: int) -> Sequence[sa.Row]:
    """The last five things the host's people did for this group: id, at, says, about, outcome, and name of who did it."""
    return fetched(_by_host(), {"group": group_id})


PAGE = 30


def changed(
    group_id: int,
    *,
    before: int | None = None,
    person: int | None = None,
    area: str = "",
    staff: bool = False,
    between: tuple[datetime, datetime] | None = None,
) -> list[tuple[Entry, str | None, str | None]]:
    """What happened in a group, newest first, each with who did it and why; refused tries and sensitive reads included.

    Paged by key: those below entry number `before`; one more than a page where there are more. `staff`: the host's only.
    `between`: from one moment (UTC) until before another.
    """
    query = (
        sa.select(Entry, Person.name, EntryWords.words)
        .outerjoin(Person, Person.id == Entry.person_id)
        .outerjoin(EntryWords, sa.and_(EntryWords.entry_id == Entry.id, EntryWords.group_id == Entry.group_id))
        .where(Entry.group_id == group_id, is_told())
        .order_by(Entry.seq.desc())
        .limit(PAGE + 1)
    )
    if before:
        query = query.where(Entry.seq < before)
    if person:
        query = query.where(Entry.person_id == person)
    if area:
        query = query.where(Entry.area == area)
    if staff:
        query = query.where(Entry.role.in_(HOST_ROLES))
    if between:
        query = query.where(Entry.at >= between[0], Entry.at < between[1])
    return [(entry, name, (words or {}).get("why")) for entry, name, words in db.session.execute(query)]


def who_acted(group_id: int) -> list[tuple[int, str]]:
    """Everyone who ever did something the group knows of: number and name, by name."""
    acted = sa.select(Entry.person_id).where(Entry.group_id == group_id, is_told())
    rows = db.session.execute(
        sa.select(Person.id, Person.name).where(Person.id.in_(acted)).order_by(Person.name).limit(200)
    )
    return [(number, name) for number, name in rows]


def about_row(group_id: int, table: str, row_id: int, limit: int = 50) -> list[tuple[Entry, str | None]]:
    """What happened to one row, newest first, with who did it."""
    return _with_names(
        sa.select(Entry, Person.name)
        .outerjoin(Person, Person.id == Entry.person_id)
        .where(Entry.group_id == group_id, Entry.subject_table == table, Entry.subject_id == row_id, is_told())
        .order_by(Entry.id.desc())
        .limit(limit)
    )


def _with_names(query) -> list[tuple[Entry, str | None]]:
    return [(entry, name) for entry, name in db.session.execute(query)]
