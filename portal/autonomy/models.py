"""What a group has set, what waits for its yes, and what the host holds back."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.autonomy.areas import START, START_LIMIT_EACH, START_LIMIT_MONTH, Area, Duty, Level
from portal.core import clock
from portal.core.db import GroupOwned, Word, db


class AreaLevel(GroupOwned, db.Model):
    """The level a group set for one area. An area without a row stands at its start level."""

    __tablename__ = "area_levels"

    area: Mapped[Area] = mapped_column(Word(Area))
    level: Mapped[Level] = mapped_column(Word(Level))
    set_at: Mapped[datetime] = mapped_column(default=clock.now)
    set_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))

    @classmethod
    def extra_constraints(cls):
        return (sa.UniqueConstraint("group_id", "area"),)


class SpendingLimit(GroupOwned, db.Model):
    """How much staff may say yes to for the group without asking: pence a cost, pence a month."""

    __tablename__ = "spending_limits"

    each_pence: Mapped[int] = mapped_column(default=START_LIMIT_EACH)
    month_pence: Mapped[int] = mapped_column(default=START_LIMIT_MONTH)

    @classmethod
    def extra_constraints(cls):
        return (sa.UniqueConstraint("group_id"),)


class Proposal(GroupOwned, db.Model):
    """An action of staff that waits for the group's yes: its name and its plain arguments. Nothing has changed yet."""

    __tablename__ = "proposals"

    action: Mapped[str] = mapped_column(sa.String(60))
    area: Mapped[Area] = mapped_column(Word(Area))
    subject_table: Mapped[str | None] = mapped_column(sa.String(40))
    subject_id: Mapped[int | None]
    facts: Mapped[dict] = mapped_column(sa.JSON)
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    role: Mapped[str] = mapped_column(sa.String(20))
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    answer: Mapped[str | None] = mapped_column(sa.String(20))

    @property
    def ref(self) -> str:
        return f"P{self.id}"


class Hold(GroupOwned, db.Model):
    """The host holds one item back under a rule of the floor: why, what releases it, when it is looked at again.

    Past its date a hold has lapsed. The date is at most 5 working days on (autonomy guide, the floor).
    """

    __tablename__ = "holds"

    item_table: Mapped[str] = mapped_column(sa.String(40))
    item_id: Mapped[int]
    rule: Mapped[Duty] = mapped_column(Word(Duty))
    reason: Mapped[str] = mapped_column(sa.String(300))
    releases: Mapped[str] = mapped_column(sa.String(300))
    review_on: Mapped[date]
    placed_at: Mapped[datetime] = mapped_column(default=clock.now)
    placed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    released_at: Mapped[datetime | None]
    released_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))

    @classmethod
    def extra_constraints(cls):
        return (
            sa.Index("ix_holds_item", "group_id", "item_table", "item_id"),
            sa.CheckConstraint("reason <> '' AND releases <> ''", name="says_why"),
        )


def level_of(levels: dict[Area, Level], area: Area) -> Level:
    """The level that stands: as set, or the start level."""
    return levels.get(area, START[area])


def levels_of(group_id: int) -> dict[Area, Level]:
    """All nine levels of a group."""
    rows = db.session.execute(sa.select(AreaLevel.area, AreaLevel.level).where(AreaLevel.group_id == group_id))
    set_ones = dict(rows.all())
    return {area: level_of(set_ones, area) for area in Area}
