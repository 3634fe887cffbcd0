"""Document and its versions; a group's answers to an agreement; the host's own documents, and its notices of new rules."""

import hashlib
import json
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import ClassVar
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.autonomy.areas import Area
from portal.core import clock
from portal.core.counters import Numbered
from portal.core.db import RECORD, SETTING, GroupOwned, Word, db, partial_index, within_group
from portal.core.stored_files import GroupFile, Recorded
from portal.spending.models import NEEDS_WORDS, Needs

NOTICE_DAYS = 30  # between the day a new rule of the host's is published and the first day it can start
BIN_LASTS = timedelta(days=30)  # that a document taken away can be brought back; then its words and files go
# What a document can be about, by key; `queries.about` finds it by these. “How we run” has all of them but the last.
ABOUT = {
    "hosting-agreement": "Agreement with the host",
    "group-agreement": "Agreement with each other",
    "how-we-decide": "How we decide",
    "safeguarding": "Keeping people safe",
    "insurance": "Insurance",
    "data-protection": "What we know about people",
    "conflicts-of-interest": "When someone has an interest of their own",
    "risk": "What could go wrong",
    "money-rules": "Money rules",
    "accessibility": "So that everyone can take part",
    "events": "Events",
    "complaints": "When someone is unhappy",
    "paying-people": "Paying people",
    "exit-plan": "If we stop or leave",
    "rest": "Rest and support",
}


class Kind(StrEnum):
    """Whose words it is, and whether both sides sign it: the group's own; the group's, for both; the host's, for both."""

    OURS = "ours"
    AGREEMENT = "agreement"
    OFFERED = "offered"


class Document(Numbered, GroupOwned, db.Model):
    """A document of a group's, by name. `current`: the number of the version that counts, as somebody marked it; of an
    agreement, what both sides signed last counts, and nothing is marked.

    Taken away it can be brought back for BIN_LASTS; then it goes with its words and files, and the log stays.
    """

    __tablename__ = "documents"
    COUNTED, LETTER = "document", "D"
    OWNERS: ClassVar = {Area.DOCUMENTS: "name about current", RECORD: "number kind"}
    WORDS: ClassVar = {"current": "The version that counts", "about": "What it is about", "marked_at": "Counts from"}
    READS: ClassVar = {"current": "Version {}".format, "about": ABOUT.get}

    number: Mapped[int] = mapped_column(unique=True)
    kind: Mapped[Kind] = mapped_column(Word(Kind))
    name: Mapped[str] = mapped_column(sa.String(80))
    about: Mapped[str | None] = mapped_column(sa.String(40))
    added_at: Mapped[datetime] = mapped_column(default=clock.now)
    added_by: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    current: Mapped[int | None]
    marked_at: Mapped[datetime | None]
    marked_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))

    @classmethod
    def extra_constraints(cls):
        return (
            sa.CheckConstraint("kind = 'ours' OR current IS NULL", name="agreements_are_signed"),
            partial_index("ix_documents_bin", "withdrawn_at", where="withdrawn_at IS NOT NULL"),
        )

    def mark(self, number: int, by: int | None) -> None:
        """This version counts from now on."""
        self.current, self.marked_at, self.marked_by = number, clock.now(), by

    @property
    def is_agreement(self) -> bool:
        """Whether both sides sign it."""
        return self.kind is not Kind.OURS

    @property
    def restorable_until(self) -> datetime | None:
        return self.withdrawn_at + BIN_LASTS if self.withdrawn_at else None

    @property
    def is_past_bin(self) -> bool:
        """Whether it was taken away too long ago to be brought back."""
        return self.restorable_until is not None and self.restorable_until <= clock.now()


class Version(GroupOwned, db.Model):
    """One version of a document, as it was given: words, a link, or files (`DocumentFile`). Nothing of it is rewritten.

    Of an agreement: `summary` says it in short; `mark` is what exactly a yes is said to; `accepted_at`: the group agreed by
    its own rule; `signed_at`: somebody signed for the host, so that both sides hold the same.
    """

    __tablename__ = "document_versions"
    OWNERS: ClassVar = {Area.DOCUMENTS: "words link summary", RECORD: "number by_host mark"}
    NOT_NOTED: ClassVar = {"words", "link", "summary"}  # they stand here alone

    document_id: Mapped[int]
    number: Mapped[int]
    added_at: Mapped[datetime] = mapped_column(default=clock.now)
    added_by: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    by_host: Mapped[bool]
    words: Mapped[str | None] = mapped_column(sa.Text)
    link: Mapped[str | None] = mapped_column(sa.String(500))
    summary: Mapped[str | None] = mapped_column(sa.Text)
    mark: Mapped[str] = mapped_column(sa.String(64))
    accepted_at: Mapped[datetime | None]
    signed_at: Mapped[datetime | None]
    signed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))

    @classmethod
    def extra_constraints(cls):
        return (
            within_group("document_id", "documents"),
            sa.UniqueConstraint("group_id", "document_id", "number"),
            sa.CheckConstraint("signed_at IS NULL OR accepted_at IS NOT NULL", name="signed_is_accepted"),
        )


def mark_of(words: str | None, link: str | None, summary: str | None, files: Iterable[str] = ()) -> str:
    """What exactly a yes is said to: these words, this link, these files (by their SHA-256), and no others."""
    return hashlib.sha256(json.dumps([words, link, summary, sorted(files)]).encode()).hexdigest()


def host_of(link: str) -> str:
    """Where a link leads, to show beside it."""
    return urlsplit(link).hostname or ""


class DocumentFile(GroupFile, db.Model):
    """A photo, a PDF or a sound of a version."""

    __tablename__ = "document_files"
    OF: ClassVar = {"document_id": "documents", "version_id": "document_versions"}

    document_id: Mapped[int]
    version_id: Mapped[int]


class Answer(GroupOwned, db.Model):
    """One organiser's answer to one version of an agreement, exactly as they read it (`says_to`): a yes, or “not like
    this” with words. Another answer of theirs ends it."""

    __tablename__ = "agreement_answers"
    OWNERS: ClassVar = {RECORD: "agrees says_to", Area.DOCUMENTS: "words"}
    NOT_NOTED: ClassVar = {"words"}

    version_id: Mapped[int]
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    agrees: Mapped[bool]
    words: Mapped[str | None] = mapped_column(sa.Text)
    says_to: Mapped[str] = mapped_column(sa.String(64))
    said_at: Mapped[datetime] = mapped_column(default=clock.now)
    ended_at: Mapped[datetime | None]

    @classmethod
    def extra_constraints(cls):
        return (
            within_group("version_id", "document_versions"),
            partial_index(
                "uq_agreement_answers_live", "group_id", "version_id", "person_id", where="ended_at IS NULL", unique=True
            ),
        )

    @property
    def said(self) -> str:
        """The answer in words, but for their own."""
        return "Yes" if self.agrees else "Not like this"


class AgreementRule(GroupOwned, db.Model):
    """How many of a group's organisers agree to an agreement. The newest that is settled (`agreed_at`) counts; from the
    start it is two. More holds at once; fewer waits until as many agreed to it as the present rule asks for."""

    __tablename__ = "agreement_rules"
    OWNERS: ClassVar = {SETTING: "needs"}
    WORDS: ClassVar = {"needs": "Who agrees to an agreement, for us"}
    READS: ClassVar = {"needs": NEEDS_WORDS.get}

    needs: Mapped[Needs] = mapped_column(Word(Needs))
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    made_by: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    agreed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class RuleYes(GroupOwned, db.Model):
    """One organiser's yes to an easier rule."""

    __tablename__ = "agreement_rule_yeses"

    rule_id: Mapped[int]
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    said_at: Mapped[datetime] = mapped_column(default=clock.now)

    @classmethod
    def extra_constraints(cls):
        return (within_group("rule_id", "agreement_rules"), sa.UniqueConstraint("group_id", "rule_id", "person_id"))


class HostDocument(db.Model):
    """One version of a document of the host's own, which every group reads: one `number`, one row for each `version`.

    `valid_until`: it is renewed by then, by `renews_by`: the host's to chase, never a group's. A new rule says what
    `differs`, in the host's words, and the day it `starts_on`, NOTICE_DAYS ahead; until then the version before it holds.
    `ended_at`: the whole document was put away.
    """

    __tablename__ = "host_documents"
    __table_args__ = (
        sa.UniqueConstraint("number", "version"),
        sa.CheckConstraint("starts_on IS NULL OR differs IS NOT NULL", name="says_what_differs"),
    )

    number: Mapped[int]
    version: Mapped[int]
    name: Mapped[str] = mapped_column(sa.String(80))
    about: Mapped[str | None] = mapped_column(sa.String(40))
    words: Mapped[str | None] = mapped_column(sa.Text)
    link: Mapped[str | None] = mapped_column(sa.String(500))
    valid_until: Mapped[date | None]
    renews_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    differs: Mapped[str | None] = mapped_column(sa.Text)
    starts_on: Mapped[date | None]
    added_at: Mapped[datetime] = mapped_column(default=clock.now)
    added_by: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))

    def holds_on(self, day: date) -> bool:
        """Whether it has started by then, for a group that isn't resting."""
        return self.starts_on is None or self.starts_on <= day


class HostFile(Recorded, db.Model):
    """A photo, a PDF or a sound of one version of a document of the host's."""

    __tablename__ = "host_files"
    __table_args__ = (sa.Index("ix_host_files_document", "document_id"), sa.Index("ix_host_files_original", "original"))

    document_id: Mapped[int] = mapped_column(sa.ForeignKey("host_documents.id"))
    added_by: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))


class RuleAnswer(StrEnum):
    """What a group says to a new rule of the host's. No answer is not a yes."""

    FINE = "fine"
    QUESTION = "question"
    DISAGREE = "disagree"


RULE_ANSWER_WORDS = {
    RuleAnswer.FINE: "We’re fine with it",
    RuleAnswer.QUESTION: "We have a question",
    RuleAnswer.DISAGREE: "We don’t agree",
}


class Notice(GroupOwned, db.Model):
    """A group was told of a new rule of the host's; and what it answered, which is kept. From when the rule starts for it
    is worked out at each use (`queries.starts_for`), for a group that rests."""

    __tablename__ = "rule_notices"
    OWNERS: ClassVar = {Area.DOCUMENTS: "answer words"}
    NOT_NOTED: ClassVar = {"words"}
    READS: ClassVar = {"answer": RULE_ANSWER_WORDS.get}

    document_id: Mapped[int] = mapped_column(sa.ForeignKey("host_documents.id"))
    told_at: Mapped[datetime] = mapped_column(default=clock.now)
    answer: Mapped[RuleAnswer | None] = mapped_column(Word(RuleAnswer))
    words: Mapped[str | None] = mapped_column(sa.Text)
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))

    @classmethod
    def extra_constraints(cls):
        return (sa.UniqueConstraint("group_id", "document_id"),)
