"""Person, Group, Membership, StaffRole, Device."""

from datetime import datetime
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.core import clock
from portal.core.db import HOST, RECORD, GroupOwned, Word, db, within_group
from portal.people.roles import Role


class Person(db.Model):
    """Someone who signs in. The address is kept in lower case and belongs to one person."""

    __tablename__ = "people"

    name: Mapped[str] = mapped_column(sa.String(80))
    email: Mapped[str] = mapped_column(sa.String(254), unique=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    @property
    def known_as(self) -> str:
        """Their name, or their address until they gave one."""
        return self.name or self.email


class Group(db.Model):
    """A hosted group. Its row stands behind its own door, but for the founding of it."""

    __tablename__ = "groups"
    __table_args__ = ({"info": {"owners": {HOST: "slug", "story": "name story"}}},)

    slug: Mapped[str] = mapped_column(sa.String(60), unique=True)
    name: Mapped[str] = mapped_column(sa.String(80))
    story: Mapped[str | None] = mapped_column(sa.Text)
    founded_at: Mapped[datetime] = mapped_column(default=clock.now)
    left_at: Mapped[datetime | None]


class Membership(GroupOwned, db.Model):
    """Someone's place in a group, from when until when."""

    __tablename__ = "memberships"
    OWNERS: ClassVar = {"people": "role"}

    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"), index=True)
    role: Mapped[Role] = mapped_column(Word(Role))
    joined_at: Mapped[datetime] = mapped_column(default=clock.now)
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))

    person: Mapped[Person] = relationship(foreign_keys=person_id)

    @classmethod
    def extra_constraints(cls):
        return (
            sa.Index(
                "uq_memberships_live",
                "group_id",
                "person_id",
                unique=True,
                sqlite_where=sa.text("ended_at IS NULL"),
                postgresql_where=sa.text("ended_at IS NULL"),
            ),
        )

    @property
    def ref(self) -> str:
        return self.role.value

    @property
    def added_by(self) -> int:
        """Whose row this is: one's own membership is one's own."""
        return self.person_id


class Suspension(GroupOwned, db.Model):
    """Someone's way in to one group is paused until a moment, under a legal duty (autonomy guide, `suspend_login`).

    Who organises doesn't change: the membership stays as it is.
    """

    __tablename__ = "suspensions"
    OWNERS: ClassVar = {RECORD: "until"}

    membership_id: Mapped[int]
    started_at: Mapped[datetime] = mapped_column(default=clock.now)
    until: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    @classmethod
    def extra_constraints(cls):
        return (within_group("membership_id", "memberships"),)


def suspended_until(now) -> sa.ScalarSelect:
    """Until when a selected Membership's way in is paused; null where it isn't."""
    return (
        sa.select(sa.func.max(Suspension.until))
        .where(
            Suspension.group_id == Membership.group_id,
            Suspension.membership_id == Membership.id,
            Suspension.until > now,
            Suspension.ended_at.is_(None),
        )
        .correlate(Membership)
        .scalar_subquery()
    )


class StaffRole(db.Model):
    """What someone is to the host, from when until when."""

    __tablename__ = "staff_roles"

    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"), index=True)
    role: Mapped[Role] = mapped_column(Word(Role))
    started_at: Mapped[datetime] = mapped_column(default=clock.now)
    ended_at: Mapped[datetime | None]


class Device(db.Model):
    """One signed-in browser: the session. Its token is kept as a hash and it ends here, on the server.

    `remembered`: the person asked us to keep this device for 14 idle days (60 at most); else it ends with the browser.
    `second_factor_at`: when staff last proved themselves with a passkey, or password and code from an app.
    `proved_at`: when a passkey or a password was last given (step-up lasts 10 minutes; safety guide).
    """

    __tablename__ = "devices"

    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"), index=True)
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    label: Mapped[str] = mapped_column(sa.String(60))
    remembered: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    last_used_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime]
    proved_at: Mapped[datetime | None]
    second_factor_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship()
