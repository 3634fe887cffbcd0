"""Away: someone at the host isn't there for some days. CoverChoice: a group agreed ahead to whoever covers."""

from datetime import date, datetime
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.core import clock
from portal.core.db import SETTING, GroupOwned, db


class Away(db.Model):
    """Someone who works on support is away from one day to another, both counted, and who covers. It is changed by ending
    it and saying it anew. `set_by`: who said so, for themselves or for a colleague who fell ill."""

    __tablename__ = "aways"
    __table_args__ = (sa.Index("ix_aways_person", "person_id"), sa.Index("ix_aways_cover", "cover_id"))

    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    from_on: Mapped[date]
    until_on: Mapped[date]
    cover_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    set_at: Mapped[datetime] = mapped_column(default=clock.now)
    set_by: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))


class CoverChoice(GroupOwned, db.Model):
    """A group agreed ahead that whoever covers for its coordinator reads and answers its requests, from when until when."""

    __tablename__ = "cover_choices"
    OWNERS: ClassVar = {SETTING: "chosen_at chosen_by ended_at ended_by"}

    chosen_at: Mapped[datetime] = mapped_column(default=clock.now)
    chosen_by: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
