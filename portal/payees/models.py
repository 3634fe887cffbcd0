"""Payee, its details (never changed, only followed by newer ones), and the link by which someone gives their own."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.autonomy.areas import Area
from portal.core import clock
from portal.core.db import RECORD, GroupOwned, Word, db, within_group

CHANGES_HOLD = timedelta(hours=48)
LINK_LASTS = timedelta(days=14)


class Checked(StrEnum):
    """What the modulus check said of an account number."""

    FITS = "fits"
    DOUBTFUL = "doubtful"
    UNKNOWN = "unknown"  # the sort code is in no table: it could not be checked


class Payee(GroupOwned, db.Model):
    """Someone a group has paid: a person or a supplier, by the name on their account.

    `person_id`: they sign in here, so they never say yes to their own money. `email`: who hears when details change.
    """

    __tablename__ = "payees"
    OWNERS: ClassVar = {Area.SPENDING: "name business email"}

    name: Mapped[str] = mapped_column(sa.String(70))  # pain.001 holds 70
    business: Mapped[bool] = mapped_column(default=False)
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    email: Mapped[str | None] = mapped_column(sa.String(254))
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    made_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    ended_at: Mapped[datetime | None]


class PayeeDetails(GroupOwned, db.Model):
    """An account to pay to: sort code, account number and roll number sealed together; `mark` is their keyed fingerprint.

    The first holds at once. A later one counts from `holds_from`, once a second person (`second_by`) has said yes to it.
    """

    __tablename__ = "payee_details"
    OWNERS: ClassVar = {RECORD: "sealed tail mark checked holds_from"}

    payee_id: Mapped[int]
    sealed: Mapped[str] = mapped_column(sa.Text)
    tail: Mapped[str] = mapped_column(sa.String(4))
    mark: Mapped[str] = mapped_column(sa.String(64))
    checked: Mapped[Checked] = mapped_column(Word(Checked))
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    made_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    holds_from: Mapped[datetime]
    second_at: Mapped[datetime | None]
    second_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    stopped_at: Mapped[datetime | None]
    stopped_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))

    @classmethod
    def extra_constraints(cls):
        return (within_group("payee_id", "payees"), sa.Index("ix_payee_details_payee", "group_id", "payee_id"))

    @property
    def is_first(self) -> bool:
        """Nothing was there before it: it holds at once."""
        return self.holds_from == self.made_at

    def holds(self, now: datetime) -> bool:
        """Whether its time has come, a second person said yes, and nobody stopped it."""
        return self.stopped_at is None and self.holds_from <= now and (self.is_first or self.second_at is not None)

    def waits(self, now: datetime) -> bool:
        """Whether it may still come to hold."""
        return self.stopped_at is None and not self.holds(now)


class PayeeLink(GroupOwned, db.Model):
    """A link for one person without an account here, to give their own details. Used once; good for 14 days."""

    __tablename__ = "payee_links"
    OWNERS: ClassVar = {RECORD: "nonce"}

    payee_id: Mapped[int]
    nonce: Mapped[str] = mapped_column(sa.String(64))
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    made_by: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    used_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    @classmethod
    def extra_constraints(cls):
        return (within_group("payee_id", "payees"),)

    @property
    def runs_out(self) -> datetime:
        """Until when it can be used."""
        return self.made_at + LINK_LASTS

    @property
    def is_open(self) -> bool:
        """Whether it can still be used."""
        return self.used_at is None and self.ended_at is None and self.runs_out > clock.now()
