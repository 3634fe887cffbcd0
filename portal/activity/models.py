"""Entry: one line of what happened. Change: what a line changed."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.core import clock
from portal.core.db import GROUP_OWNED, GroupOwned, Word, db, within_group
from portal.people.roles import Role


class Entry(db.Model):
    """Something that happened, or was tried and refused. Append-only, by triggers.

    `group_id` is empty for acts about one's own sign-in or the installation. `about` names the row without personal words
    (R104); what changed in it stands beside, as rows of Change. `once` and `body` make a repeated form harmless: the same
    key returns the same answer, another body under it is refused.
    """

    __tablename__ = "entries"
    __table_args__ = (sa.UniqueConstraint("group_id", "id"), {"info": GROUP_OWNED})

    group_id: Mapped[int | None] = mapped_column(sa.ForeignKey("groups.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"), index=True)
    role: Mapped[Role] = mapped_column(Word(Role))
    action: Mapped[str] = mapped_column(sa.String(60))
    area: Mapped[str | None] = mapped_column(sa.String(20))
    level: Mapped[str | None] = mapped_column(sa.String(20))
    outcome: Mapped[str] = mapped_column(sa.String(20))
    says: Mapped[str] = mapped_column(sa.String(120))
    about: Mapped[str | None] = mapped_column(sa.String(40))
    subject_table: Mapped[str | None] = mapped_column(sa.String(40))
    subject_id: Mapped[int | None]
    once: Mapped[str | None] = mapped_column(sa.String(64), unique=True)
    body: Mapped[str | None] = mapped_column(sa.String(64))


class Change(GroupOwned, db.Model):
    """One column of one row that an entry changed: what it held before and after. Kept beside the entry, not in it."""

    __tablename__ = "changes"

    entry_id: Mapped[int]
    row_table: Mapped[str] = mapped_column(sa.String(40))
    row_id: Mapped[int]
    column: Mapped[str] = mapped_column(sa.String(40))
    before: Mapped[object | None] = mapped_column(sa.JSON)
    after: Mapped[object | None] = mapped_column(sa.JSON)

    @classmethod
    def extra_constraints(cls):
        return (within_group("entry_id", "entries"), sa.Index("ix_changes_row", "group_id", "row_table", "row_id"))
