"""BudgetLine: a part of a fund, planned for something."""

from datetime import datetime
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.autonomy.areas import Area
from portal.core import clock
from portal.core.db import GroupOwned, db, within_group


class BudgetLine(GroupOwned, db.Model):
    """So many pence of a fund, planned for something the group names. Dropped lines keep what was spent on them."""

    __tablename__ = "budget_lines"
    OWNERS: ClassVar = {Area.BUDGET: "name planned_pence dropped_at"}
    WORDS: ClassVar = {"planned_pence": "Planned", "dropped_at": "Not planned any more"}

    fund_id: Mapped[int] = mapped_column(index=True)
    name: Mapped[str] = mapped_column(sa.String(60))
    planned_pence: Mapped[int] = mapped_column(sa.BigInteger)
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    made_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    dropped_at: Mapped[datetime | None]

    @classmethod
    def extra_constraints(cls):
        return (within_group("fund_id", "funds"), sa.CheckConstraint("planned_pence >= 0", name="planned"))

    @property
    def ref(self) -> str:
        return f"B{self.id}"
