"""Ask: what the host asks and what for; its questions. SentAsk: it, at one group; and the group's answers."""

from datetime import date, datetime
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.autonomy.areas import Area
from portal.core import clock
from portal.core.counters import Numbered
from portal.core.db import HOST, RECORD, GroupOwned, db, within_group
from portal.core.marks import mark

MOST_QUESTIONS, MOST_MINUTES = 5, 30
_BLANK = " \t\n\r"


def _month(moment: datetime | None) -> date | None:
    return clock.in_london(moment).date().replace(day=1) if moment else None


class Ask(Numbered, db.Model):
    """What the host asks of groups: the host's own row. A draft until `sent_at`; from then on its words stay as they are.

    `purpose`, `gets`, `sees`: why, what a group gets from it, who sees the answers. `minutes`: how long it takes.
    `help_by`: by when it would help, which is no deadline. `to_groups`: ids of those it is meant for; None for all.
    `outcome`: what it led to; without it, nothing yet, and the host looks again on `look_again_on`.
    """

    __tablename__ = "asks"
    COUNTED, LETTER = "ask", "A"
    __table_args__ = (
        sa.CheckConstraint(f"trim(purpose, '{_BLANK}') <> ''", name="has_a_purpose"),
        sa.CheckConstraint(f"minutes BETWEEN 1 AND {MOST_MINUTES}", name="minutes"),
        sa.Index("ix_asks_sent", "sent_at", "id"),
    )

    number: Mapped[int] = mapped_column(unique=True)
    title: Mapped[str] = mapped_column(sa.String(90))
    purpose: Mapped[str] = mapped_column(sa.String(500))
    gets: Mapped[str] = mapped_column(sa.String(500))
    sees: Mapped[str] = mapped_column(sa.String(300))
    minutes: Mapped[int]
    help_by: Mapped[date | None]
    to_groups: Mapped[list | None] = mapped_column(sa.JSON(none_as_null=True))
    drafted_at: Mapped[datetime] = mapped_column(default=clock.now)
    drafted_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    sent_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(sa.Text)
    look_again_on: Mapped[date | None]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))

    @property
    def month(self) -> date | None:
        """The first day of the month in which it was sent."""
        return _month(self.sent_at)


class AskQuestion(db.Model):
    """One question of an ask. `sameness`: its words without what doesn't matter, by which an earlier answer is found."""

    __tablename__ = "ask_questions"
    __table_args__ = (sa.UniqueConstraint("ask_id", "position"), sa.Index("ix_ask_questions_sameness", "sameness"))

    ask_id: Mapped[int] = mapped_column(sa.ForeignKey("asks.id"))
    position: Mapped[int]
    words: Mapped[str] = mapped_column(sa.String(300))
    sameness: Mapped[str] = mapped_column(sa.String(300))


def sameness(words: str) -> str:
    """The words of a question in small letters, without marks: “How many come?” is “how many come”."""
    return " ".join("".join(letter if letter.isalnum() else " " for letter in words.casefold()).split())[:300]


def stands_then(typed: str, stands: str, was: str) -> str | None:
    """What a box holds once it is sent; None where two organisers wrote to it at once, and differently. `was`: the mark of
    what stood there when it was opened. One that was left alone stays as it stands, whoever wrote it since."""
    if mark(typed) == was:
        return stands
    return typed if mark(stands) == was or typed == stands else None


class SentAsk(GroupOwned, db.Model):
    """An ask at one group: held until `released_at`; open for answers until `closed_at`.

    `why_more`: why the host asks although it is over the budget of asks. `given_at`: the host has the group's answers.
    `told_at`: when the group was last told what it led to.
    """

    __tablename__ = "sent_asks"
    OWNERS: ClassVar = {HOST: "why_more"}

    ask_id: Mapped[int] = mapped_column(sa.ForeignKey("asks.id"), index=True)
    added_at: Mapped[datetime] = mapped_column(default=clock.now)
    added_by: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    why_more: Mapped[str | None] = mapped_column(sa.String(200))
    released_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    given_at: Mapped[datetime | None]
    given_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    skipped_at: Mapped[datetime | None]
    skipped_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    told_at: Mapped[datetime | None]

    ask: Mapped[Ask] = relationship(viewonly=True)

    @classmethod
    def extra_constraints(cls):
        return (sa.UniqueConstraint("group_id", "ask_id"),)

    @property
    def ref(self) -> str:
        return self.ask.ref

    @property
    def month(self) -> date | None:
        """The first day of the month in which it reached the group."""
        return _month(self.released_at)

    @property
    def is_held(self) -> bool:
        """Whether it waits for its hour, or for the end of a rest."""
        return self.released_at is None and self.closed_at is None

    @property
    def is_open(self) -> bool:
        """Whether the group can answer it, change what it said, or take that back."""
        return self.released_at is not None and self.closed_at is None and self.ask.closed_at is None

    def release(self) -> None:
        """It leaves for the group."""
        self.released_at = clock.now()


class AskAnswer(GroupOwned, db.Model):
    """What a group answers to one question. `words`: what it sent, which the host reads. `draft`: what it wrote since,
    which only the group sees; an empty one stands for an answer that is to go."""

    __tablename__ = "ask_answers"
    NOT_NOTED: ClassVar = {"words", "draft"}  # they stand here alone
    OWNERS: ClassVar = {RECORD: "question_id", Area.SUPPORT: "words draft"}

    sent_id: Mapped[int]
    question_id: Mapped[int] = mapped_column(sa.ForeignKey("ask_questions.id"), index=True)
    words: Mapped[str | None] = mapped_column(sa.Text)
    draft: Mapped[str | None] = mapped_column(sa.Text)
    saved_at: Mapped[datetime] = mapped_column(default=clock.now)
    saved_by: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))

    @classmethod
    def extra_constraints(cls):
        return (within_group("sent_id", "sent_asks"), sa.UniqueConstraint("sent_id", "question_id"))

    @property
    def stands(self) -> str:
        """What the group sees in the box: what it wrote last."""
        return self.draft if self.draft is not None else self.words or ""
