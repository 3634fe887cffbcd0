"""What an action changes, noticed as it is written: for its line in the log, and to keep the host to its area."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.activity.models import Entry, EntryWords
from portal.core import wall
from portal.core.marks import plain
from portal.people.roles import Actor


@dataclass
class Noticed:
    """What was changed so far. `rewritten`: which columns of groups' rows; `anything`: whether any row at all was."""

    by: Actor
    changes: list[dict] = field(default_factory=list)
    rewritten: set[tuple[sa.Table, str]] = field(default_factory=set)
    anything: bool = False

    def about(self, row: str) -> list[dict]:
        """The changes for the line about this row, in order. Of what was added, only that row itself is a change."""
        kept = [one for one in self.changes if one["column"] != "id" or one["before"] or one["row"] == row]
        return sorted(kept, key=lambda one: (one["row"], one["column"]))

    def look(self, session: Session, _context) -> None:
        """Note what a flush has just written: each column's value before and after; of a row the host adds, its id."""
        self.anything |= bool(session.new or session.deleted or any(map(session.is_modified, session.dirty)))
        for row in session.new if self.by.is_host else ():
            if wall.owner_column(row.__table__) is not None and not isinstance(row, Entry | EntryWords):
                self._change(row, row.__tablename__, "id", None, row.id)
        for row in (*session.dirty, *session.deleted):
            if not isinstance(row, EntryWords):  # words taken out of the log don't go into it again
                self._compare(row, gone=row in session.deleted)

    def _compare(self, row, *, gone: bool) -> None:
        state = sa.inspect(row)
        table = state.mapper.local_table
        if wall.owner_column(table) is None:
            return
        for column in [one.key for one in state.mapper.column_attrs if one.key not in getattr(row, "NOT_NOTED", ())]:
            history = state.attrs[column].history
            if not (history.has_changes() or gone):
                continue
            if not gone:
                self.rewritten.add((table, column))
            before = (history.deleted or history.unchanged or [None])[0]
            self._change(row, table.name, column, before, None if gone else (history.added or [None])[0])

    def _change(self, row, table: str, column: str, before, after) -> None:
        change = {"row": f"{table}:{row.id}", "column": column, "before": plain(before), "after": plain(after)}
        self.changes.append(change)


@contextmanager
def noticing(session: Session, by: Actor) -> Iterator[Noticed]:
    """Notice what the block writes."""
    noticed = Noticed(by)
    sa.event.listen(session, "after_flush", noticed.look)
    try:
        yield noticed
    finally:
        sa.event.remove(session, "after_flush", noticed.look)
