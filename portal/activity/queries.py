"""Reads of what happened."""

import sqlalchemy as sa

from portal.activity.models import Entry
from portal.core.db import db
from portal.people.models import Person
from portal.people.roles import HOST_ROLES


def by_host(group_id: int, limit: int = 5) -> list[tuple[Entry, str | None]]:
    """What the host's people did for this group lately and the group hears about, with the first name of who did it."""
    return _with_names(
        sa.select(Entry, Person.name)
        .outerjoin(Person, Person.id == Entry.person_id)
        .where(
            Entry.group_id == group_id,
            Entry.role.in_(HOST_ROLES),
            Entry.person_id.is_not(None),
            Entry.outcome.in_(("allow", "allow_tell", "allow_list")),
        )
        .order_by(Entry.id.desc())
        .limit(limit)
    )


def about_row(group_id: int, table: str, row_id: int, limit: int = 50) -> list[tuple[Entry, str | None]]:
    """What happened to one row, newest first, with who did it."""
    return _with_names(
        sa.select(Entry, Person.name)
        .outerjoin(Person, Person.id == Entry.person_id)
        .where(Entry.group_id == group_id, Entry.subject_table == table, Entry.subject_id == row_id)
        .order_by(Entry.id.desc())
        .limit(limit)
    )


def newest(group_id: int) -> int:
    """The number of the newest entry of a group: it moves with every change, so it dates a page."""
    return db.session.scalar(sa.select(sa.func.max(Entry.id)).where(Entry.group_id == group_id)) or 0


def _with_names(query) -> list[tuple[Entry, str | None]]:
    return [(entry, name) for entry, name in db.session.execute(query)]
