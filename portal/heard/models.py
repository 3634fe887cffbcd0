"""PassedOn: words a group passed on to the policy team, and what came of them."""

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.autonomy.areas import Area
from portal.core import clock
from portal.core.counters import Numbered
from portal.core.db import HOST, RECORD, GroupOwned, Word, db, within_group

LOOKS_AGAIN_WITHIN = 90  # days


class Attribution(StrEnum):
    """Under which name the policy team reads it: the person's and the group's, the group's, or none."""

    PERSON = "person"
    GROUP = "group"
    NOBODY = "nobody"


class PassedOn(Numbered, GroupOwned, db.Model):
    """Words passed on from a request. `number` counts them over all groups, so that it says nothing of the request or the
    group. Taken back, the words are gone and the row stays; once there is an `outcome`, it isn't taken back any more.

    `look_again_on`: nothing came of it yet, and the host looks again on that day.
    """

    __tablename__ = "passed_on"
    COUNTED, LETTER = "heard", "H"
    NOT_NOTED: ClassVar = {"words", "outcome"}  # they stand here alone, for who reads the conversation
    OWNERS: ClassVar = {RECORD: "number", Area.SUPPORT: "words attribution", HOST: "outcome look_again_on"}
    WORDS: ClassVar = {"look_again_on": "The host looks again"}

    number: Mapped[int] = mapped_column(unique=True)
    request_id: Mapped[int]
    added_at: Mapped[datetime] = mapped_column(default=clock.now)
    added_by: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    words: Mapped[str | None] = mapped_column(sa.Text)
    attribution: Mapped[Attribution] = mapped_column(Word(Attribution))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    outcome: Mapped[str | None] = mapped_column(sa.Text)
    look_again_on: Mapped[date | None]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))

    @classmethod
    def extra_constraints(cls):
        return (
            within_group("request_id", "requests"),
            sa.CheckConstraint("withdrawn_at IS NULL OR (words IS NULL AND outcome IS NULL)", name="withdrawn_is_blank"),
        )

    def whose(self, name: str, group: str) -> str:
        """From whom those at the host have it, by the name its writer chose."""
        return {
            Attribution.PERSON: f"{name}, {group}",
            Attribution.GROUP: group,
            Attribution.NOBODY: "a group, without a name",
        }[self.attribution]
