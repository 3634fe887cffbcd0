"""Request: what someone asks for, and how it stands; its messages, notes, promises and readers; what is not sent yet."""

from datetime import date, datetime, timedelta
from enum import Enum, StrEnum
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.autonomy.areas import Area
from portal.breakglass.models import Delay
from portal.core import clock
from portal.core.counters import Numbered
from portal.core.db import HOST, RECORD, GroupOwned, Word, db, partial_index, within_group
from portal.core.filters import full_day
from portal.core.stored_files import GroupFile, SentFile

NOTHING_DUE = date(9999, 12, 31)  # so that what the host owes nothing on sorts last
DRAFT_LASTS = timedelta(days=30)  # since it was last kept
NOTE_LASTS = 90  # days: the furthest off that a private note's review can be
GIST = 90  # letters of the first message that a list shows to those who may read it


class Wanted(Enum):
    """When someone would like to hear back, and which of the host's promises that is (`PORTAL_REPLY_DAYS`)."""

    WEEK = ("week", "This week, it’s stopping us")
    SOON = ("soon", "In a couple of weeks")
    NO_RUSH = ("no_rush", "No rush")

    def __init__(self, key: str, words: str):
        self.key, self.words = key, words


class ReplyBy(StrEnum):
    """How someone wants to be answered."""

    HERE = "here"
    EMAIL = "email"
    TEXT = "text"
    CALL = "call"


REPLY_BY_WORDS = {
    ReplyBy.HERE: "Here, in Trellis",
    ReplyBy.EMAIL: "Email",
    ReplyBy.TEXT: "Text message",
    ReplyBy.CALL: "Phone call",
}


def _due(day: str) -> str:
    """A day from the log by which a reply is due, or nothing."""
    due = date.fromisoformat(day)
    return "" if due == NOTHING_DUE else full_day(due)


class CameOf(StrEnum):
    """What came of a request."""

    MONEY = "money"
    WE_DID = "we_did"
    ADVICE = "advice"
    INTRODUCED = "introduced"
    NO = "no"


CAME_OF_WORDS = {
    CameOf.MONEY: "Money",
    CameOf.WE_DID: "The host did it",
    CameOf.ADVICE: "Advice",
    CameOf.INTRODUCED: "We were introduced to someone",
    CameOf.NO: "It was a no, and we know why",
}


def _open(name: str, *columns: str, also: str = "") -> sa.Index:
    """An index over the requests still open: each view of the queue has one, so an empty one costs nothing."""
    return partial_index(f"ix_requests_{name}", *columns, where=" AND ".join(filter(None, ("closed_at IS NULL", also))))


class Reason(StrEnum):
    """Why a note is kept from the group: nothing else makes one private."""

    SAFEGUARDING = "safeguarding"
    OTHERS_DATA = "others_data"
    LEGAL_ADVICE = "legal_advice"
    STAFF_SAFETY = "staff_safety"


REASON_WORDS = {
    Reason.SAFEGUARDING: "someone may be at risk of harm",
    Reason.OTHERS_DATA: "it’s about somebody else’s private life",
    Reason.LEGAL_ADVICE: "it’s a lawyer’s advice",
    Reason.STAFF_SAFETY: "it’s about the safety of someone at the host",
}
MAY_WAIT = frozenset({Reason.SAFEGUARDING, Reason.LEGAL_ADVICE})  # whose telling may add danger, or be against the law


def ref_of(number: int) -> str:
    """How a request is called."""
    return f"S{number}"


class Request(Numbered, GroupOwned, db.Model):
    """Something a group asks of its host; or, with `by_host`, something the host asks of a group.

    `holder_id` is the named coordinator: whose it is at the host, from the start. `had_by`: whose it was before a
    colleague took it on, to whom it goes back. `taken_at`: they are on it. `due_on`: the
    day by which the host promised a person's reply (NOTHING_DUE where it owes none). `gist`: the first words, for lists.
    `released_at`: when the host's own ask left for the group; held until then. `must_know`: why it did so in any case.
    """

    __tablename__ = "requests"
    COUNTED = "request"
    # What was said stands here alone: not everyone in the group who reads the log reads the conversation.
    NOT_NOTED: ClassVar = {"gist", "phone", "came_of", "learned", "with_whom", "snooze_why", "later_why"}
    OWNERS: ClassVar = {
        RECORD: "number by_host must_know",
        Area.SUPPORT: "wanted reply_by phone shared gist came_of learned",
        HOST: "due_on with_whom snoozed_until snooze_why later_until later_why",
    }
    WORDS: ClassVar = {
        "reply_by": "How we want the reply",
        "shared": "Our other organisers can read it",
        "due_on": "A reply by",
        "snoozed_until": "Put off until",
        "later_until": "A fuller answer by",
    }
    READS: ClassVar = {"reply_by": REPLY_BY_WORDS.get, "due_on": _due}

    number: Mapped[int] = mapped_column(unique=True)
    added_at: Mapped[datetime] = mapped_column(default=clock.now)
    added_by: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    by_host: Mapped[bool] = mapped_column(default=False)

    wanted: Mapped[str] = mapped_column(sa.String(10))
    reply_by: Mapped[ReplyBy] = mapped_column(Word(ReplyBy))
    phone: Mapped[str | None] = mapped_column(sa.String(30))
    shared: Mapped[bool] = mapped_column(default=False)
    gist: Mapped[str] = mapped_column(sa.String(GIST + 1))
    receipt_id: Mapped[int | None]
    fund_id: Mapped[int | None]

    holder_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    had_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    taken_at: Mapped[datetime | None]
    moved_at: Mapped[datetime] = mapped_column(default=clock.now)
    answered_at: Mapped[datetime | None]
    group_to_answer_at: Mapped[datetime | None]
    due_on: Mapped[date] = mapped_column(default=NOTHING_DUE)
    with_whom: Mapped[str | None] = mapped_column(sa.String(80))
    snoozed_until: Mapped[date | None]
    snooze_why: Mapped[str | None] = mapped_column(sa.String(300))
    later_until: Mapped[date | None]
    later_why: Mapped[str | None] = mapped_column(sa.String(300))
    released_at: Mapped[datetime | None]
    must_know: Mapped[str | None] = mapped_column(sa.String(20))

    closing_at: Mapped[datetime | None]
    closing_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    came_of: Mapped[CameOf | None] = mapped_column(Word(CameOf))
    learned: Mapped[str | None] = mapped_column(sa.Text)

    @classmethod
    def extra_constraints(cls):
        return (
            within_group("receipt_id", "receipts"),
            within_group("fund_id", "funds"),
            sa.Index("ix_requests_asker", "added_by", "id"),
            _open("due", "due_on", "id"),
            _open("holder", "holder_id", "due_on", "id"),
            _open("new", "by_host", "taken_at", "due_on", "id"),
            _open("held", "by_host", "released_at", "due_on", "id"),
            _open("put_off", "snoozed_until", also="snoozed_until IS NOT NULL"),
            _open("receipt", "group_id", "receipt_id", also="receipt_id IS NOT NULL"),
            partial_index("ix_requests_closed", "id", where="closed_at IS NOT NULL"),
        )

    @property
    def ref(self) -> str:
        return ref_of(self.number)

    def move(self) -> datetime:
        """Now, and after whatever stands in it already: a clock that was put back changes no order."""
        self.moved_at = max(clock.now(), self.moved_at + timedelta(microseconds=1))
        return self.moved_at

    def release(self) -> None:
        """The host's own ask leaves for the group: it is their turn, without a rush."""
        self.released_at = self.group_to_answer_at = clock.now()
        self.move()

    @property
    def is_held(self) -> bool:
        """The host's own ask that has not left for the group."""
        return self.by_host and self.released_at is None


class Message(GroupOwned, db.Model):
    """What someone wrote in a request. `by_host`: on which side they stood; `by_mail`: it came as an email."""

    __tablename__ = "messages"
    OWNERS: ClassVar = {RECORD: "by_host by_mail words"}

    request_id: Mapped[int]
    added_at: Mapped[datetime] = mapped_column(default=clock.now)
    added_by: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    by_host: Mapped[bool]
    by_mail: Mapped[bool] = mapped_column(default=False)
    words: Mapped[str | None] = mapped_column(sa.Text)

    @classmethod
    def extra_constraints(cls):
        return (within_group("request_id", "requests"), sa.Index("ix_messages_request", "group_id", "request_id", "id"))


class Attachment(GroupFile, db.Model):
    """A photo, a PDF or a sound that came with a message."""

    __tablename__ = "attachments"
    OF: ClassVar = {"request_id": "requests", "message_id": "messages"}

    request_id: Mapped[int]
    message_id: Mapped[int]


class Note(GroupOwned, db.Model):
    """What someone at the host keeps in a request. Without a `reason` the group reads it, like all else there.

    With one it is private to who reads the request at the host, until `review_on` at the latest: somebody keeps it on by
    then, or its words go for good. The group sees that it exists; where it is told of that later (`delay`, `told_at`), as a
    legal duty is: in 14 days.
    """

    __tablename__ = "notes"
    NOT_NOTED: ClassVar = {"words", "reason", "delay"}  # they stand here alone, for who reads the conversation
    OWNERS: ClassVar = {HOST: "words reason review_on delay"}

    request_id: Mapped[int]
    added_at: Mapped[datetime] = mapped_column(default=clock.now)
    added_by: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    words: Mapped[str | None] = mapped_column(sa.Text)
    reason: Mapped[Reason | None] = mapped_column(Word(Reason))
    review_on: Mapped[date | None]
    delay: Mapped[Delay | None] = mapped_column(Word(Delay))
    told_at: Mapped[datetime | None]
    reviewed_at: Mapped[datetime | None]
    reviewed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))

    request: Mapped[Request] = relationship(viewonly=True)

    @classmethod
    def extra_constraints(cls):
        return (
            within_group("request_id", "requests"),
            sa.CheckConstraint("reason IS NULL OR review_on IS NOT NULL", name="has_a_day"),
            sa.CheckConstraint("told_at IS NULL OR reason IN ('safeguarding', 'legal_advice')", name="told_later"),
            sa.CheckConstraint("ended_at IS NULL OR words IS NULL", name="ended_is_blank"),
            sa.Index("ix_notes_request", "group_id", "request_id"),
            partial_index("ix_notes_review", "review_on", where="ended_at IS NULL"),
        )

    @property
    def ref(self) -> str:
        return self.request.ref

    @property
    def told_later(self) -> bool:
        """Whether the group isn't to see yet that it exists."""
        return self.told_at is not None and self.told_at > clock.now()

    def is_kept(self, today: date) -> bool:
        """Whether it is private and its words are still there: worked out at each use, whenever the job comes by."""
        return self.ended_at is None and self.review_on is not None and self.review_on >= today

    def end(self, by: int | None) -> None:
        """Its words go for good; that it was there stays. `by`: who ended it, or None where its day went by."""
        self.words, self.ended_at, self.ended_by = None, clock.now(), by


class ReplyPromise(GroupOwned, db.Model):
    """A day by which the host promised a person's reply. `replaced_at`: it said sorry and named another; that counts as
    late whatever came after. `ended_at`: there was nothing left to answer."""

    __tablename__ = "reply_promises"
    OWNERS: ClassVar = {RECORD: "due_on"}

    request_id: Mapped[int]
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    due_on: Mapped[date]
    kept_at: Mapped[datetime | None]
    kept_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    replaced_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    @classmethod
    def extra_constraints(cls):
        return (
            within_group("request_id", "requests"),
            sa.Index("ix_reply_promises_request", "group_id", "request_id"),
            sa.Index("ix_reply_promises_due", "due_on"),
            partial_index("ix_reply_promises_kept", "kept_at", where="kept_at IS NOT NULL"),
            partial_index("ix_reply_promises_replaced", "replaced_at", where="replaced_at IS NOT NULL"),
        )


class Reader(GroupOwned, db.Model):
    """Someone at the host whom the group let in to one request, from when until when."""

    __tablename__ = "readers"

    request_id: Mapped[int]
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    let_in_at: Mapped[datetime] = mapped_column(default=clock.now)
    let_in_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))

    @classmethod
    def extra_constraints(cls):
        return (
            within_group("request_id", "requests"),
            sa.Index("ix_readers_request", "group_id", "request_id"),
            sa.Index("ix_readers_person", "person_id", "request_id"),
        )


class Look(GroupOwned, db.Model):
    """When someone at the host last read a request. Each reading is in the group's log; this is the newest."""

    __tablename__ = "looks"

    request_id: Mapped[int]
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    read_at: Mapped[datetime] = mapped_column(default=clock.now)

    @classmethod
    def extra_constraints(cls):
        return (within_group("request_id", "requests"), sa.UniqueConstraint("request_id", "person_id"))


class RequestWord(GroupOwned, db.Model):
    """A word that a request can be found by, among those who may read it (`search.py`)."""

    __tablename__ = "request_words"
    OWNERS: ClassVar = {RECORD: "word"}

    request_id: Mapped[int]
    word: Mapped[str] = mapped_column(sa.String(40))

    @classmethod
    def extra_constraints(cls):
        return (within_group("request_id", "requests"), sa.UniqueConstraint("word", "request_id"))


class NamedCoordinator(GroupOwned, db.Model):
    """Who at the host a group's requests go to, from when until when. Without one, whoever has coordinated longest."""

    __tablename__ = "named_coordinators"

    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    named_at: Mapped[datetime] = mapped_column(default=clock.now)
    named_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    ended_at: Mapped[datetime | None]


class ReplyStart(db.Model):
    """A plain reply of the host's that an answer can start from, until it is put away."""

    __tablename__ = "reply_starts"

    title: Mapped[str] = mapped_column(sa.String(40))
    words: Mapped[str] = mapped_column(sa.Text)
    written_at: Mapped[datetime] = mapped_column(default=clock.now)
    ended_at: Mapped[datetime | None]


class RequestDraft(db.Model):
    """What someone has written so far, and not sent: theirs alone, in no group's rows yet. `facts`: the answers by name."""

    __tablename__ = "request_drafts"
    __table_args__ = (sa.UniqueConstraint("person_id", "for_group"),)

    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    for_group: Mapped[int] = mapped_column(sa.ForeignKey("groups.id"))
    kept_at: Mapped[datetime] = mapped_column(default=clock.now)
    facts: Mapped[dict] = mapped_column(sa.JSON, default=dict)


class DraftFile(SentFile, db.Model):
    """A file someone has chosen or recorded and not sent: for what they begin to ask, or for an answer in a request
    (`for_request`). Theirs alone; nobody is ever shown it before it is sent."""

    __tablename__ = "draft_files"
    __table_args__ = (
        sa.Index("ix_draft_files_person", "person_id", "for_group"),
        sa.Index("ix_draft_files_original", "original"),
    )

    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    for_group: Mapped[int] = mapped_column(sa.ForeignKey("groups.id"))
    for_request: Mapped[int | None] = mapped_column(sa.ForeignKey("requests.id"))
    seconds: Mapped[int | None]
