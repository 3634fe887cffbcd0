"""What a group is told of later, where telling at once adds danger or the law forbids it. Each feature says here which of
its rows aren't told yet.

Until then no page shows an entry about them. The entry stands in the chain in its place from the start, by plain words that
are the same for all of these; who, what and why are under its hash of words, and are shown once the group is told.
"""

from collections.abc import Callable

import sqlalchemy as sa

from portal.activity.models import TOLD_LATER, Entry

NOT_YET: dict[str, Callable[[], sa.Select]] = {}  # by table: the ids of rows the groups aren't told of yet


def register(table: str, ids: Callable[[], sa.Select]) -> None:
    """Say which rows of a table aren't told yet."""
    NOT_YET[table] = ids


def is_told() -> sa.ColumnElement[bool]:
    """Whether the group may read an entry by now. What nobody registered, and is to be told later, is never shown."""
    by_now = (sa.and_(Entry.subject_table == table, ~_holds(ids(), Entry.subject_id)) for table, ids in NOT_YET.items())
    return sa.or_(Entry.level.is_(None), Entry.level != TOLD_LATER, *by_now)


def _holds(ids: sa.Select, one) -> sa.ColumnElement[bool]:
    """Whether an id is among these; looked up by itself, however many there are."""
    (number,) = ids.selected_columns
    return ids.where(number == one).correlate(Entry).exists()
