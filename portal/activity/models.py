"""Entry: one line of what happened. EntryWords: what a line changed."""

from datetime import datetime
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.core import clock
from portal.core.db import GROUP_OWNED, RECORD, GroupOwned, Word, db, partial_index, within_group
from portal.core.filters import first_name
from portal.people.roles import Role

TOLD_LATER = "told_later"  # as the level of an entry: the group is told of it later (`untold.py`)
_SAID = "at role action area level outcome says about subject_table words_hash seq hash once body"


class Entry(db.Model):
    """Something that happened, or was tried and refused. Append-only, by triggers.

    `group_id` is empty for acts about one's own sign-in or the installation. `about` names the row without personal words
    (R104); what changed in it stands beside, in EntryWords. A group's entries are a chain: `seq` counts from 1, `hash`
    covers the entry and the hash before it (`chain.py`). `once` and `body` make a repeated form harmless: the same key
    returns the same answer, another body under it is refused.
    """

    __tablename__ = "entries"
    __table_args__ = (
        sa.UniqueConstraint("group_id", "id"),
        sa.UniqueConstraint("group_id", "seq"),
        sa.Index("ix_entries_action", "action", "at", "outcome"),  # what is counted over all groups (`accountability`)
        partial_index("ix_entries_told", "at", where="outcome = 'allow_tell'"),
        {"info": {**GROUP_OWNED, "owners": {RECORD: _SAID}}},
    )

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
    words_hash: Mapped[str | None] = mapped_column(sa.String(64))
    seq: Mapped[int | None]
    hash: Mapped[str | None] = mapped_column(sa.String(64))
    once: Mapped[str | None] = mapped_column(sa.String(64), unique=True)
    body: Mapped[str | None] = mapped_column(sa.String(64))

    def sentence(self, name: str | None) -> str:
        """What happened, by whom: Imani tried, and was refused: “changed the label”. `name`: of who did it, if anybody."""
        who = "Someone" if self.role == "stranger" else first_name(name or "Trellis")
        how = {"deny": "tried, and was refused", "propose": "asked us"}.get(self.outcome)
        return f"{who} {how}: “{self.says}”" if how else f"{who} {self.says}"

    @property
    def has_before_and_after(self) -> bool:
        """Whether it was done and changed words, so that there is a before to look at."""
        return bool(self.words_hash) and self.outcome in {"allow", "allow_tell", "allow_list"}


class EntryWords(GroupOwned, db.Model):
    """What an entry changed, kept beside it under a salt of its own: {"changes": [{row, column, before, after}, …]}.

    The entry holds only the hash of salt and words, so that words can be erased (both become empty) and the chain still
    verifies (safety guide, "The log").
    """

    __tablename__ = "entry_words"
    OWNERS: ClassVar = {RECORD: "salt words"}

    entry_id: Mapped[int]
    salt: Mapped[str | None] = mapped_column(sa.String(32))
    words: Mapped[dict | None] = mapped_column(sa.JSON)

    @classmethod
    def extra_constraints(cls):
        return (within_group("entry_id", "entries"), sa.UniqueConstraint("group_id", "entry_id"))
