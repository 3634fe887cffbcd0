"""Fund: a pot of money a group calls its own."""

from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.autonomy.areas import Area
from portal.core.db import GroupOwned, db


class Fund(GroupOwned, db.Model):
    """A pot of money held for a group, by the name the group uses."""

    __tablename__ = "funds"
    OWNERS: ClassVar = {Area.BUDGET: "name"}

    name: Mapped[str] = mapped_column(sa.String(80))

    @property
    def ref(self) -> str:
        return f"F{self.id}"


# The host's own codes for its accounts, on its side of a receipt (autonomy guide, "Two layers").
LEDGER_CODES = {
    "5100": "Food and drink",
    "5200": "Materials and equipment",
    "5300": "Rooms and hire",
    "5400": "Travel",
    "5500": "Fees to people",
    "5600": "Print and post",
    "5700": "Phone, software and online",
    "5900": "Other costs of the work",
}


def fund_names(group_id: int) -> dict[int, str]:
    """A group's pots, by id."""
    rows = db.session.execute(sa.select(Fund.id, Fund.name).where(Fund.group_id == group_id).order_by(Fund.id))
    return dict(rows.all())
