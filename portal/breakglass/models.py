"""BreakGlass: one use of a legal duty; BreakGlassItem: what it covers, and nothing else."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.autonomy.areas import BREAK_GLASS_WORDS
from portal.core import clock
from portal.core.db import RECORD, GroupOwned, Word, db, within_group
from portal.core.filters import inside, moment

MOST_HOURS = 72
DANGER_LASTS = timedelta(hours=24)
MOST_DELAY_DAYS = 14
REVIEW_WORKING_DAYS = 10


class Duty(StrEnum):
    """The closed list: what the host may have to do without a group's yes. There is no “other”."""

    F6 = "F6"
    F7 = "F7"
    F8 = "F8"
    F9 = "F9"
    F10 = "F10"


class Act(StrEnum):
    """What a use of a duty may do. Each does what it says and nothing more."""

    VIEW = "view"
    HIDE = "hide_from_public"
    SUSPEND = "suspend_login"
    DISCLOSE = "disclose"
    CONTACT = "urgent_contact"


class Delay(StrEnum):
    """Why the group is told later: nothing else delays it."""

    DANGER = "danger"
    LAW = "law"


DUTY_WORDS = {duty: BREAK_GLASS_WORDS[duty.value] for duty in Duty}
ACT_WORDS = {
    Act.VIEW: "Look at it",
    Act.HIDE: "Take it off public view",
    Act.SUSPEND: "Pause someone’s way in to this group",
    Act.DISCLOSE: "Give it to someone outside",
    Act.CONTACT: "Send an urgent message",
}


class BreakGlass(GroupOwned, db.Model):
    """One use of a legal duty, asked by one and allowed by another; danger to life may start at once and is looked at by
    another within 24 hours. Whether it is live is worked out at each use from these facts, never by a job."""

    __tablename__ = "break_glass"
    OWNERS: ClassVar = {RECORD: "duty act reason hours danger_to_life outside words delay delay_days reply review"}
    WORDS: ClassVar = {"reply": "What we said", "review": "What the review found"}

    duty: Mapped[Duty] = mapped_column(Word(Duty))
    act: Mapped[Act] = mapped_column(Word(Act))
    reason: Mapped[str] = mapped_column(sa.Text)
    hours: Mapped[int]
    danger_to_life: Mapped[bool] = mapped_column(default=False)
    outside: Mapped[str | None] = mapped_column(sa.String(120))  # disclose: to whom
    words: Mapped[str | None] = mapped_column(sa.Text)  # urgent_contact: the message
    delay: Mapped[Delay | None] = mapped_column(Word(Delay))
    delay_days: Mapped[int] = mapped_column(default=0)
    told_at: Mapped[datetime | None]  # when the group is told: at its start, or a day fixed with it (a trustee may move it)
    asked_at: Mapped[datetime] = mapped_column(default=clock.now)
    asked_by: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    started_at: Mapped[datetime | None]
    approved_at: Mapped[datetime | None]
    approved_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    reply: Mapped[str | None] = mapped_column(sa.Text)
    replied_at: Mapped[datetime | None]
    replied_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    review: Mapped[str | None] = mapped_column(sa.Text)
    reviewed_at: Mapped[datetime | None]
    reviewed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))

    items: Mapped[list["BreakGlassItem"]] = relationship(order_by="BreakGlassItem.id")

    @classmethod
    def extra_constraints(cls):
        return (
            sa.Index("ix_break_glass_started", "started_at"),
            sa.CheckConstraint(f"hours BETWEEN 1 AND {MOST_HOURS}", name="hours"),
            sa.CheckConstraint(f"delay_days BETWEEN 0 AND {MOST_DELAY_DAYS}", name="delay"),
            sa.CheckConstraint("approved_by IS NULL OR approved_by <> asked_by", name="second_person"),
            sa.CheckConstraint("reviewed_by IS NULL OR reviewed_by <> asked_by", name="reviewer"),
            sa.CheckConstraint("started_at IS NULL OR approved_at IS NOT NULL OR danger_to_life", name="allowed"),
        )

    @property
    def ref(self) -> str:
        return f"D{self.id}"

    @property
    def ends_at(self) -> datetime | None:
        """When it is over by itself: at the latest 72 hours after its start; alone, in danger to life, after 24."""
        if self.started_at is None:
            return None
        alone = self.approved_at is None
        lasts = min(timedelta(hours=self.hours), DANGER_LASTS) if alone else timedelta(hours=self.hours)
        end = self.started_at + lasts
        return min(end, self.ended_at) if self.ended_at else end

    def is_live(self, now: datetime) -> bool:
        """Whether it covers anything at this moment."""
        return self.started_at is not None and self.ends_at is not None and self.started_at <= now < self.ends_at

    def is_told(self, now: datetime) -> bool:
        """Whether the group sees it yet."""
        return self.told_at is not None and self.told_at <= now

    def telling(self, now: datetime) -> str:
        """When the group is told of it, or was."""
        if self.told_at is None:
            return "The group is told when it begins."
        at = inside(moment(self.told_at))
        if self.delay and not self.started_at:
            return f"The group is told {self.delay_days} days after it begins; if it never does, {at}."
        return f"The group was told {at}." if self.is_told(now) else f"The group is told {at}."

    @property
    def told_later(self) -> bool:
        """Whether nothing about it shows to the group yet: a delay was asked for, and its day has not come."""
        return self.delay is not None and not self.is_told(clock.now())

    @property
    def is_asked(self) -> bool:
        """Whether it still waits for a second person."""
        return self.ended_at is None and self.approved_at is None


class BreakGlassItem(GroupOwned, db.Model):
    """One thing a use of a duty covers: its table and number, and what it was called then."""

    __tablename__ = "break_glass_items"
    OWNERS: ClassVar = {RECORD: "item_table called"}

    break_glass_id: Mapped[int]
    item_table: Mapped[str] = mapped_column(sa.String(40))
    item_id: Mapped[int]
    called: Mapped[str] = mapped_column(sa.String(120))

    use: Mapped[BreakGlass] = relationship(viewonly=True)

    @property
    def told_later(self) -> bool:
        return self.use.told_later

    @classmethod
    def extra_constraints(cls):
        return (
            within_group("break_glass_id", "break_glass"),
            sa.UniqueConstraint("break_glass_id", "item_table", "item_id"),
        )
