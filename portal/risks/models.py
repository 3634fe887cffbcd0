"""Risk: a line of the register. RiskLook: what someone did with it. Worry: what a group adds in its own words."""

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.core import clock
from portal.core.counters import Numbered
from portal.core.db import GROUP_OWNED, HOST, RECORD, SETTING, GroupOwned, Word, db, partial_index, within_group

LOOKS_AGAIN_WITHIN = 366  # days: each line is looked at once a year at least


class Did(StrEnum):
    """What someone did with a line."""

    ADDED = "added"
    LOOKED = "looked"
    HANDED = "handed"
    SERIOUS = "serious"
    EASED = "eased"
    SEEN = "seen"
    CLOSED = "closed"


class Risk(Numbered, db.Model):
    """One thing that could go wrong, for one group or (without a group) for all of them, and what the host does about it.

    `number` counts lines and worries together, over all groups. `look_again_on`: the day for the next look. `serious_at`:
    it stands on the trustees' list; `seen_at`: one of them has seen it since. What came of it closes it for good.
    """

    __tablename__ = "risks"
    COUNTED, LETTER = "risk", "C"
    __table_args__ = (
        sa.UniqueConstraint("group_id", "id"),
        partial_index("ix_risks_again", "look_again_on", "number", where="closed_at IS NULL"),
        {"info": {**GROUP_OWNED, "owners": {RECORD: "number", HOST: "what does look_again_on serious_why came_of"}}},
    )
    WORDS: ClassVar = {
        "what": "What could go wrong",
        "does": "What the host does about it",
        "holder_id": "Person at the host",
        "look_again_on": "The host looks again",
        "serious_why": "Why it is serious",
        "came_of": "What came of it",
    }

    group_id: Mapped[int | None] = mapped_column(sa.ForeignKey("groups.id"), index=True)
    number: Mapped[int] = mapped_column(unique=True)
    what: Mapped[str] = mapped_column(sa.Text)
    does: Mapped[str] = mapped_column(sa.Text)
    holder_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    look_again_on: Mapped[date]
    added_at: Mapped[datetime] = mapped_column(default=clock.now)
    added_by: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    looked_at: Mapped[datetime] = mapped_column(default=clock.now)
    looked_by: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    serious_at: Mapped[datetime | None]
    serious_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    serious_why: Mapped[str | None] = mapped_column(sa.Text)
    seen_at: Mapped[datetime | None]
    seen_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    came_of: Mapped[str | None] = mapped_column(sa.Text)


class RiskLook(db.Model):
    """What someone at the host did with a line, when: never changed (a trigger keeps it). `words`: what was seen, or why;
    `does`: what the host does about it from then on, where that is new; `holder_id`: to whom it was handed."""

    __tablename__ = "risk_looks"
    __table_args__ = (
        sa.UniqueConstraint("group_id", "id"),
        within_group("risk_id", "risks"),
        {"info": {**GROUP_OWNED, "owners": {RECORD: "did words does look_again_on"}}},
    )

    group_id: Mapped[int | None] = mapped_column(sa.ForeignKey("groups.id"), index=True)
    risk_id: Mapped[int] = mapped_column(sa.ForeignKey("risks.id"), index=True)
    did: Mapped[Did] = mapped_column(Word(Did))
    looked_at: Mapped[datetime] = mapped_column(default=clock.now)
    looked_by: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    words: Mapped[str | None] = mapped_column(sa.Text)
    does: Mapped[str | None] = mapped_column(sa.Text)
    holder_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    look_again_on: Mapped[date | None]


class Worry(Numbered, GroupOwned, db.Model):
    """What someone in a group worries about, in their own words; never scored. The host takes it into the register
    (`risk_id`) or says why not (`answer`). Taken back, the words are gone and the row stays.

    `to_trustees`: they asked that the trustees see it; `seen_at`: one of them has.
    """

    __tablename__ = "worries"
    COUNTED, LETTER = "risk", "Y"
    NOT_NOTED: ClassVar = {"words"}  # they stand here alone
    OWNERS: ClassVar = {RECORD: "number", SETTING: "words to_trustees", HOST: "answer seen_words"}
    WORDS: ClassVar = {"answer": "What the host said", "seen_words": "What a trustee said"}

    number: Mapped[int] = mapped_column(unique=True)
    added_at: Mapped[datetime] = mapped_column(default=clock.now)
    added_by: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    words: Mapped[str | None] = mapped_column(sa.Text)
    to_trustees: Mapped[bool] = mapped_column(default=False)
    seen_at: Mapped[datetime | None]
    seen_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    seen_words: Mapped[str | None] = mapped_column(sa.Text)
    risk_id: Mapped[int | None]
    answer: Mapped[str | None] = mapped_column(sa.Text)
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))

    @classmethod
    def extra_constraints(cls):
        return (
            within_group("risk_id", "risks"),
            sa.CheckConstraint("withdrawn_at IS NULL OR words IS NULL", name="withdrawn_is_blank"),
        )
