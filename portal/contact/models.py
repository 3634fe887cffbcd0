"""ContactTimes: when and how a group wants to be contacted. MustKnow: what reaches it at any time."""

from enum import StrEnum
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.autonomy.areas import Area
from portal.core.db import GroupOwned, Word, db
from portal.core.workdays import DAY_NAMES
from portal.support.models import REPLY_BY_WORDS, ReplyBy


class MustKnow(StrEnum):
    """The whole list (autonomy guide, "Quiet mode"): only these get through."""

    SAFETY = "safety"
    SECURITY = "security"
    LEGAL_DATE = "legal_date"
    FAILED_PAYMENT = "failed_payment"


MUST_KNOW_WORDS = {
    MustKnow.SAFETY: "Someone’s safety",
    MustKnow.SECURITY: "The security of an account or of data",
    MustKnow.LEGAL_DATE: "A date that the law sets",
    MustKnow.FAILED_PAYMENT: "A payment that went wrong",
}


DAYS = {name[:3].lower(): name for name in DAY_NAMES}
HOURS = {hour: f"{hour % 12 or 12}{'am' if hour < 12 else 'pm'}" for hour in range(7, 22)}  # that a group can choose


class ContactTimes(GroupOwned, db.Model):
    """The days, hours (London, whole) and way in which a group is contacted at “Tell us, we can undo”. Without a row: on
    working days from 9 to 5, here in Trellis. `days`: short names of weekdays, `mon tue`."""

    __tablename__ = "contact_times"
    OWNERS: ClassVar = {Area.CONTACT: "days from_hour until_hour by"}
    WORDS: ClassVar = {"days": "On which days", "from_hour": "From", "until_hour": "Until", "by": "How"}
    READS: ClassVar = {
        "days": lambda days: ", ".join(DAYS[day] for day in days.split()),
        "by": REPLY_BY_WORDS.get,
        **dict.fromkeys(("from_hour", "until_hour"), HOURS.get),
    }

    days: Mapped[str] = mapped_column(sa.String(30))
    from_hour: Mapped[int]
    until_hour: Mapped[int]
    by: Mapped[ReplyBy] = mapped_column(Word(ReplyBy))

    @classmethod
    def extra_constraints(cls):
        return (
            sa.UniqueConstraint("group_id"),
            sa.CheckConstraint("from_hour >= 0 AND until_hour <= 24 AND from_hour < until_hour", name="from_until"),
        )
