"""NamedPerson: whom a group named for when it can't be reached; Wish: what they, or trustees, ask then."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.autonomy.areas import Area
from portal.core import clock
from portal.core.db import RECORD, GroupOwned, Word, db
from portal.people.models import Person

NAMED_MAY_ASK_AFTER = timedelta(days=90)
EXIT_AFTER = timedelta(days=180)


class NamedPerson(GroupOwned, db.Model):
    """Someone the organisers named: not in the group by it, seeing nothing of it, and asking only when it is silent."""

    __tablename__ = "named_people"
    OWNERS: ClassVar = {Area.PEOPLE: "name"}

    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(80))
    named_at: Mapped[datetime] = mapped_column(default=clock.now)
    named_by: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    ended_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(foreign_keys=person_id)


class Kind(StrEnum):
    """What can be asked."""

    PAUSE = "pause"
    ORGANISER = "organiser"
    EXIT = "exit"


KIND_WORDS = {Kind.PAUSE: "A pause", Kind.ORGANISER: "A new organiser", Kind.EXIT: "Follow the exit plan"}


class Wish(GroupOwned, db.Model):
    """A pause or a new organiser, asked by a named person; or the exit plan, by a trustee. Another trustee says yes."""

    __tablename__ = "wishes"
    OWNERS: ClassVar = {RECORD: "kind words email agreed"}

    kind: Mapped[Kind] = mapped_column(Word(Kind))
    words: Mapped[str] = mapped_column(sa.Text)
    email: Mapped[str | None] = mapped_column(sa.String(254))  # of the organiser that is proposed
    asked_at: Mapped[datetime] = mapped_column(default=clock.now)
    asked_by: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    agreed: Mapped[bool | None]

    @property
    def asks_for(self) -> str:
        """What is asked, and who would be the organiser."""
        return f"{KIND_WORDS[self.kind]}: {self.email}" if self.email else KIND_WORDS[self.kind]

    @classmethod
    def extra_constraints(cls):
        return (sa.CheckConstraint("decided_by IS NULL OR decided_by <> asked_by", name="second_person"),)
