"""Invitation: a link in an email, bound to its address, good for 7 days. Removal: two ask a third to go."""

from datetime import datetime, timedelta
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.autonomy.areas import Area
from portal.core import clock
from portal.core.db import RECORD, GroupOwned, Word, db, within_group
from portal.core.filters import day, inside
from portal.people.models import Membership
from portal.people.roles import Role

LASTS = timedelta(days=7)
REMOVAL_LASTS = timedelta(days=14)


class Invitation(GroupOwned, db.Model):
    """Someone is asked in, as helper or organiser. A new organiser waits for a second organiser's yes (`agreed_at`)
    before the mail leaves; the link's token is kept as a hash."""

    __tablename__ = "invitations"
    OWNERS: ClassVar = {Area.PEOPLE: "email role", RECORD: "nonce"}

    email: Mapped[str] = mapped_column(sa.String(254))
    role: Mapped[Role] = mapped_column(Word(Role))
    nonce: Mapped[str] = mapped_column(sa.String(64))
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    made_by: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    agreed_at: Mapped[datetime | None]
    agreed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    accepted_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))

    @property
    def ref(self) -> str:
        return self.role.value

    @property
    def expires_at(self) -> datetime:
        """Seven days from the mail; while it waits for a second organiser, from its making."""
        return (self.agreed_at or self.made_at) + LASTS

    @property
    def is_open(self) -> bool:
        """Whether it still stands."""
        return self.accepted_at is None and self.ended_at is None and self.expires_at > clock.now()

    @property
    def waits_for_agreement(self) -> bool:
        return self.agreed_at is None

    def stands(self, not_of: str = "") -> str:
        """What it waits for (where it matters: from one who isn't of the host, by its name), or until when it is good."""
        if self.waits_for_agreement:
            return f"Waits for the yes of another organiser{f' who doesn’t work for {not_of}' if not_of else ''}"
        return f"Good until {inside(day(self.expires_at))}"


class Removal(GroupOwned, db.Model):
    """One organiser asks that another leaves; a third says yes, or it runs out after 14 days and nothing has happened."""

    __tablename__ = "removals"

    membership_id: Mapped[int]
    asked_at: Mapped[datetime] = mapped_column(default=clock.now)
    asked_by: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    agreed_at: Mapped[datetime | None]
    agreed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))

    membership: Mapped[Membership] = relationship(viewonly=True)

    @classmethod
    def extra_constraints(cls):
        return (within_group("membership_id", "memberships"),)

    @property
    def ref(self) -> str:
        return Role.ORGANISER.value

    @property
    def expires_at(self) -> datetime:
        return self.asked_at + REMOVAL_LASTS

    @property
    def is_open(self) -> bool:
        """Whether it still stands."""
        return self.agreed_at is None and self.ended_at is None and self.expires_at > clock.now()
