"""FundReport: what a group lets a funder read beside the figures."""

from datetime import date, datetime
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.autonomy.areas import Area
from portal.core import clock
from portal.core.db import RECORD, GroupOwned, db, within_group


class FundReport(GroupOwned, db.Model):
    """A report to the funder of one fund over a period. The group's words go with it once an organiser agreed."""

    __tablename__ = "fund_reports"
    OWNERS: ClassVar = {Area.STORY: "words", RECORD: "from_on until_on"}

    fund_id: Mapped[int]
    from_on: Mapped[date]
    until_on: Mapped[date]
    words: Mapped[str | None] = mapped_column(sa.Text)
    agreed_at: Mapped[datetime | None]
    agreed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    made_at: Mapped[datetime] = mapped_column(default=clock.now)

    @classmethod
    def extra_constraints(cls):
        return (
            within_group("fund_id", "funds"),
            sa.UniqueConstraint("group_id", "fund_id", "from_on", "until_on"),
            sa.CheckConstraint("until_on >= from_on", name="period"),
        )
