"""Receipts as things a legal duty can be about (`breakglass/items.py`): also those in the bin."""

import sqlalchemy as sa

from portal.breakglass.items import Kind, register
from portal.breakglass.models import Act
from portal.core.db import db
from portal.core.ids import id_of
from portal.receipts.models import Picture, Receipt


def _by_reference(group_id: int, words: str) -> tuple[int, str] | None:
    number = id_of(words.upper().removeprefix("R"))
    row = db.session.scalar(sa.select(Receipt).where(Receipt.group_id == group_id, Receipt.number == number))
    return (row.id, row.ref) if row else None


def _shows(group_id: int, receipt_id: int) -> list[tuple[str, str]]:
    row = db.session.scalars(sa.select(Receipt).where(Receipt.id == receipt_id, Receipt.group_id == group_id)).one()
    amount = f"£{row.amount_pence // 100:,}.{row.amount_pence % 100:02}" if row.amount_pence else "Not known"
    spent_on = f"{row.spent_on:%-d %B %Y}" if row.spent_on else "Not known"
    return [
        ("Reference", row.ref),
        ("Shop", row.shop or "Not known"),
        ("Amount", amount),
        ("Day", spent_on),
        ("The group’s label", row.label or "None"),
        ("The group’s note", row.note or "None"),
        ("Taken back", "Yes" if row.withdrawn_at else "No"),
    ]


def _pages(group_id: int, receipt_id: int) -> list[str]:
    rows = db.session.scalars(
        sa.select(Picture)
        .where(Picture.group_id == group_id, Picture.receipt_id == receipt_id, Picture.replaced_at.is_(None))
        .order_by(Picture.id)
    )
    return [page["file"] for row in rows for page in row.pages]


register(Kind("receipts", frozenset({Act.VIEW, Act.DISCLOSE}), _by_reference, _shows, _pages))
