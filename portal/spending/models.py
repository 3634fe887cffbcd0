"""The group's rule for yes, each yes, and who stands back."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.core import clock
from portal.core.db import RECORD, SETTING, GroupOwned, Word, db, partial_index, within_group
from portal.receipts.models import GOES_WITH


class Needs(StrEnum):
    """How many organisers say yes to a cost."""

    ONE = "one"
    TWO = "two"
    ALL = "all"


NEEDS_WORDS = {Needs.ONE: "Any one of us", Needs.TWO: "Any two of us", Needs.ALL: "All of us"}


class SpendingRule(GroupOwned, db.Model):
    """How many of a group's organisers say yes to a cost; over an amount, perhaps more. The newest agreed one counts.

    Stricter holds at once. Easier waits for another organiser (`agreed_at`), where there is one.
    """

    __tablename__ = "spending_rules"
    OWNERS: ClassVar = {SETTING: "needs over_pence over_needs"}
    WORDS: ClassVar = {"needs": "Who says yes to a cost", "over_pence": "More over this", "over_needs": "Who then"}
    READS: ClassVar = dict.fromkeys(("needs", "over_needs"), NEEDS_WORDS.get)

    needs: Mapped[Needs] = mapped_column(Word(Needs))
    over_pence: Mapped[int | None] = mapped_column(sa.BigInteger)
    over_needs: Mapped[Needs | None] = mapped_column(Word(Needs))
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    made_by: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    agreed_at: Mapped[datetime | None]
    agreed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    ended_at: Mapped[datetime | None]

    @classmethod
    def extra_constraints(cls):
        return (sa.CheckConstraint("(over_pence IS NULL) = (over_needs IS NULL)", name="over"),)


class Approval(GroupOwned, db.Model):
    """One organiser's yes to one cost, as it was when they saw it (`mark`: amount, payee, account and purpose)."""

    __tablename__ = "approvals"
    OWNERS: ClassVar = {RECORD: "mark"}

    receipt_id: Mapped[int]
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    mark: Mapped[str] = mapped_column(sa.String(64))
    said_at: Mapped[datetime] = mapped_column(default=clock.now)
    ended_at: Mapped[datetime | None]

    @classmethod
    def extra_constraints(cls):
        return (
            within_group("receipt_id", "receipts"),
            partial_index(
                "uq_approvals_live", "group_id", "receipt_id", "person_id", where="ended_at IS NULL", unique=True
            ),
        )


class Conflict(GroupOwned, db.Model):
    """Someone has an interest of their own in a cost, said so, and doesn't decide on it (autonomy guide, F4)."""

    __tablename__ = "conflicts"
    OWNERS: ClassVar = {}

    receipt_id: Mapped[int]
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    declared_at: Mapped[datetime] = mapped_column(default=clock.now)

    @classmethod
    def extra_constraints(cls):
        return (within_group("receipt_id", "receipts"), sa.UniqueConstraint("group_id", "receipt_id", "person_id"))


GOES_WITH.extend((Approval, Conflict))
