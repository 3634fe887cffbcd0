"""Invitation: a link in an email, bound to its address, good for 7 days."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.core import clock
from portal.core.db import GroupOwned, Word, db
from portal.people.roles import Role

LASTS = timedelta(days=7)


class Invitation(GroupOwned, db.Model):
    """Someone is asked in, as helper or organiser. A new organiser waits for a second organiser's yes (`agreed_at`)
    before the mail leaves; the link's token is kept as a hash."""

    __tablename__ = "invitations"

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
