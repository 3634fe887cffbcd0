"""Item: one thing that running a group takes; what the group says of it, and beside that what the host says of its part."""

from datetime import date, datetime
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.autonomy.areas import Area
from portal.core import clock
from portal.core.db import HOST, RECORD, GroupOwned, Word, db, partial_index
from portal.governance import months
from portal.governance.starting_set import BY_KEY, HOLDER_WORDS, OWN_MONTHS, Holder, Starting


class Item(GroupOwned, db.Model):
    """One thing of the starting set (`key`), or the group's own (`name`), held by the host, the group, or both.

    The group's facts: begun, in place, when to look again (the first of that month), a note; done its own way, which
    counts as in place; not needed; wants to talk. The host's, of what it carries: being worked on since, done last, when
    to look again, words for the group; and whom it is with there. `talked_at`: they talked; empty once the group asks anew.
    """

    __tablename__ = "governance_items"
    OWNERS: ClassVar = {
        RECORD: "key",
        Area.DOCUMENTS: "name holder started_at in_place_at look_on note own_way_at own_way_words not_needed_at"
        " talk_at talk_words",
        HOST: "person_id host_started_at host_done_at host_look_on host_words talked_at",
    }
    WORDS: ClassVar = {
        "holder": "Who holds it",
        "started_at": "Begun",
        "in_place_at": "In place since",
        "look_on": "Look again",
        "own_way_at": "Our own way since",
        "own_way_words": "Our own way",
        "not_needed_at": "Not needed since",
        "talk_at": "Asked to talk",
        "talk_words": "To talk about",
        "person_id": "Person at the host",
        "host_started_at": "Begun by the host",
        "host_done_at": "Done by the host",
        "host_look_on": "The host looks again",
        "host_words": "The host’s words",
    }
    READS: ClassVar = {"holder": HOLDER_WORDS.get}

    key: Mapped[str | None] = mapped_column(sa.String(30))
    name: Mapped[str | None] = mapped_column(sa.String(80))
    holder: Mapped[Holder] = mapped_column(Word(Holder))
    added_at: Mapped[datetime] = mapped_column(default=clock.now)
    added_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    started_at: Mapped[datetime | None]
    in_place_at: Mapped[datetime | None]
    look_on: Mapped[date | None]
    note: Mapped[str | None] = mapped_column(sa.String(300))
    own_way_at: Mapped[datetime | None]
    own_way_words: Mapped[str | None] = mapped_column(sa.Text)
    not_needed_at: Mapped[datetime | None]
    talk_at: Mapped[datetime | None]
    talk_words: Mapped[str | None] = mapped_column(sa.Text)
    talked_at: Mapped[datetime | None]
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    host_started_at: Mapped[datetime | None]
    host_done_at: Mapped[datetime | None]
    host_look_on: Mapped[date | None]
    host_words: Mapped[str | None] = mapped_column(sa.String(300))

    @classmethod
    def extra_constraints(cls):
        return (
            sa.UniqueConstraint("group_id", "key"),
            sa.CheckConstraint("holder <> 'host' OR host_look_on IS NOT NULL", name="host_looks"),
            sa.Index("ix_governance_items_board", "holder", "host_look_on", "id"),
            partial_index("ix_governance_items_talk", "talk_at", "id", where="talk_at IS NOT NULL AND talked_at IS NULL"),
        )

    @classmethod
    def as_laid(cls, group_id: int, key: str) -> "Item":
        """One of the starting set of which nothing was said: how it stands without a row, and the row as it is laid."""
        start = BY_KEY[key]
        look_on = months.after(start.months) if start.holder is Holder.HOST else None
        return cls(group_id=group_id, key=key, holder=start.holder, host_look_on=look_on)

    @property
    def ref(self) -> str:
        """As the log names it: by its key, or by its number where the name is the group's own words."""
        return self.key or f"G{self.id}"

    @property
    def at(self) -> str:
        """Its part of an address."""
        return self.key or str(self.id)

    @property
    def start(self) -> Starting | None:
        """Its place in the starting set; None for a group's own, and for one that is no longer in it."""
        return BY_KEY.get(self.key or "")

    @property
    def called(self) -> str:
        return self.name or (self.start.name if self.start else (self.key or "").replace("-", " ").capitalize())

    @property
    def by_law(self) -> bool:
        return self.start is not None and self.start.by_law

    @property
    def months(self) -> int:
        """How many months after it is in place someone looks again."""
        return self.start.months if self.start else OWN_MONTHS

    @property
    def wants_to_talk(self) -> bool:
        return self.talk_at is not None and self.talked_at is None
