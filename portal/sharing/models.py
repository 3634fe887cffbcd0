"""Share: what a group shows, to whom, until when. Seen: what it set about being seen. Enquiry: what an outsider wrote."""

import calendar
import secrets
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.autonomy.areas import Area
from portal.core import clock
from portal.core.db import RECORD, GroupOwned, Word, db, within_group
from portal.core.filters import day, inside
from portal.core.mail import is_address

USUAL_MONTHS, MOST_MONTHS = 3, 12  # how long a share lasts unless another day is chosen, and at most
LONGEST_WORDS = 2000  # letters
ENQUIRIES_KEPT = 90  # days


class Audience(StrEnum):
    """Who can see a share, in words that the log can show as they are."""

    NAMED = "someone we name"
    LINK = "whoever has the link"
    PUBLIC = "anyone"


AUDIENCE_WORDS = {
    Audience.NAMED: "One funder or partner, by name",
    Audience.LINK: "People who have the link",
    Audience.PUBLIC: "Anyone",
}


def months_on(day: date, months: int) -> date:
    """The same day so many months on, or that month's last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


class Share(GroupOwned, db.Model):
    """One line of what a group shows. It is never changed, only withdrawn; it ends by itself with its last day (London).

    `token` is its address, 144 random bits. It is kept as it is, not as a hash: the group copies the link whenever it
    wants, and whoever could read it here could read the words beside it anyway. `listed_at`: since when search engines
    may list it.
    """

    __tablename__ = "shares"
    area: ClassVar = Area.VISIBILITY
    OWNERS: ClassVar = {Area.VISIBILITY: "audience who words purpose until_on", RECORD: "token by_host"}
    NOT_NOTED: ClassVar = {"token"}
    WORDS: ClassVar = {"words": "The words", "audience": "For", "who": "Namely", "purpose": "What for", "until_on": "Until"}

    audience: Mapped[Audience] = mapped_column(Word(Audience))
    who: Mapped[str | None] = mapped_column(sa.String(80))
    words: Mapped[str] = mapped_column(sa.Text)
    purpose: Mapped[str] = mapped_column(sa.String(120))
    until_on: Mapped[date]
    token: Mapped[str] = mapped_column(sa.String(40), unique=True, default=lambda: secrets.token_urlsafe(18))
    added_at: Mapped[datetime] = mapped_column(default=clock.now)
    added_by: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    by_host: Mapped[bool] = mapped_column(default=False)
    listed_at: Mapped[datetime | None]
    listed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))

    @classmethod
    def extra_constraints(cls):
        return (
            sa.CheckConstraint(f"(audience = '{Audience.NAMED}') = (who IS NOT NULL)", name="named"),
            sa.CheckConstraint(f"listed_at IS NULL OR audience = '{Audience.PUBLIC}'", name="listed_is_public"),
        )

    @property
    def ref(self) -> str:
        return f"V{self.id}"

    def is_live(self, today: date) -> bool:
        """Whether it is shown at all on this day."""
        return self.withdrawn_at is None and today <= self.until_on

    def withdraw(self, person_id: int | None) -> None:
        """It is gone from the next request on."""
        self.withdrawn_at, self.withdrawn_by = clock.now(), person_id


class Seen(GroupOwned, db.Model):
    """What a group set about being seen: a summary that staff may share once an organiser approved these exact words; since
    when it is full; since when it takes enquiries. Without a row: none of it."""

    __tablename__ = "seen"
    OWNERS: ClassVar = {Area.VISIBILITY: "summary"}
    WORDS: ClassVar = {"summary": "Our summary"}

    summary: Mapped[str | None] = mapped_column(sa.Text)
    approved_at: Mapped[datetime | None]
    approved_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    full_at: Mapped[datetime | None]
    full_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    enquiries_at: Mapped[datetime | None]
    enquiries_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))

    @classmethod
    def extra_constraints(cls):
        return (
            sa.UniqueConstraint("group_id"),
            sa.CheckConstraint("approved_at IS NULL OR summary IS NOT NULL", name="approved_words"),
        )

    @property
    def approved(self) -> str | None:
        """The words that staff may share, where there are any."""
        return self.summary if self.approved_at else None


class Enquiry(GroupOwned, db.Model):
    """What somebody outside wrote on a public share's page, for the host to pass on or to answer. Gone after 90 days."""

    __tablename__ = "enquiries"
    area: ClassVar = Area.VISIBILITY
    OWNERS: ClassVar = {RECORD: "name reach words"}
    NOT_NOTED: ClassVar = {"name", "reach", "words"}  # they stand here alone, and go with it

    share_id: Mapped[int]
    asked_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
    name: Mapped[str] = mapped_column(sa.String(80))
    reach: Mapped[str] = mapped_column(sa.String(120))
    words: Mapped[str] = mapped_column(sa.Text)
    passed_on_at: Mapped[datetime | None]
    passed_on_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))

    @classmethod
    def extra_constraints(cls):
        return (within_group("share_id", "shares"),)

    @property
    def ref(self) -> str:
        return f"E{self.id}"

    @property
    def done(self) -> str:
        """What came of it and when, in words; empty while it waits."""
        if self.passed_on_at:
            return f"Passed on {inside(day(self.passed_on_at))}."
        return f"Answered {inside(day(self.answered_at))}." if self.answered_at else ""

    @property
    def by_mail(self) -> bool:
        """Whether whoever wrote can be answered by email."""
        return is_address(self.reach)
