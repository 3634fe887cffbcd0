"""Reads of requests. A group's start from the group and who asks; the host's from what the reader may (`readers.py`)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, cached_property
from operator import attrgetter
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from portal.activity import told_later
from portal.autonomy.models import Hold
from portal.core import clock
from portal.core.db import db, fetched, prepared
from portal.core.ids import id_of
from portal.core.waiting import columns
from portal.cover import queries as cover
from portal.cover.models import Away
from portal.cover.queries import SUPPORT_STAFF
from portal.people import queries as people
from portal.people.models import Group, Person, StaffRole
from portal.people.roles import Actor, Role
from portal.support import readers, search
from portal.support.models import (
    Attachment,
    DraftFile,
    Look,
    Message,
    NamedCoordinator,
    Note,
    Reader,
    Reason,
    ReplyBy,
    ReplyStart,
    Request,
    RequestDraft,
    Wanted,
    ref_of,
)
from portal.support.readers import NOW, READER, TODAY
from portal.support.states import State, is_past_due, is_promised, state_of, takes_words

PAGE = 20
MOST_COUNTED = 100
MOST_STARTS = 12
WANTED_WORDS = {one.key: one.words for one in Wanted}

MOST_PINNED, MOST, NUMBER, AFTER_ID = (
    sa.bindparam(name, type_=sa.Integer) for name in ("pins", "most", "number", "after_id")
)
_asker, _holder, _cover = aliased(Person), aliased(Person), aliased(Person)
_looked = (  # a scalar: of an `exists` PostgreSQL would read every look there is
    sa.select(Look.read_at)
    .where(Look.request_id == Request.id, Look.person_id == READER)
    .correlate(Request)
    .scalar_subquery()
)
_other = aliased(Request)
_money_stuck = Request.id.in_(  # from the few holds there are at any time, not from all the requests
    sa.select(_other.id)
    .join(Hold, sa.and_(Hold.group_id == _other.group_id, Hold.item_id == _other.receipt_id))
    .where(Hold.item_table == "receipts", Hold.live(TODAY), _other.closed_at.is_(None))
)
_put_off = Request.id.in_(  # looked up by themselves: in the order of what is due they are far apart
    sa.select(_other.id).where(_other.closed_at.is_(None), _other.snoozed_until.is_not(None), _other.snoozed_until > TODAY)
)
_NOT_FIRST, _FIRST = (sa.literal_column(number, sa.Integer).label("is_first") for number in ("0", "1"))


class Line(NamedTuple):
    """A request as a list shows it: columns, as they are found. `gist` is empty for whoever hasn't opened it (`looked`:
    when they last did), or can't: `reads` says which. `is_first`: 1 for money that is stuck, on top of the queue."""

    id: int
    number: int
    moved_at: datetime
    by_host: bool
    reply_by: ReplyBy
    due_on: date
    gist: str
    taken_at: datetime | None
    answered_at: datetime | None
    group_to_answer_at: datetime | None
    with_whom: str | None
    snoozed_until: date | None
    released_at: datetime | None
    closed_at: datetime | None
    asker: str
    holder: str | None
    group_name: str = ""
    reads: bool = True
    looked: datetime | None = None
    is_first: int = 0

    @property
    def ref(self) -> str:
        return ref_of(self.number)

    @property
    def state(self) -> State:
        return state_of(self, clock.today())

    @property
    def is_promised(self) -> bool:
        return is_promised(self.due_on)

    @property
    def is_past_due(self) -> bool:
        """Whether the day it was promised for has gone by."""
        return is_past_due(self.due_on, clock.today())

    @property
    def wants_call(self) -> bool:
        return self.reads and self.reply_by is ReplyBy.CALL

    @property
    def key(self) -> str:
        """Where the next page begins, in the order of what is due."""
        return f"{self.due_on.isoformat()}_{self.id}"

    def as_seen(self) -> "Line":
        """The same for this reader: who asked only where they read it, and how it begins once they opened it."""
        if self.reads and self.looked:
            return self
        return self._replace(gist="", asker=self.asker if self.reads else "")


@dataclass(frozen=True)
class Page:
    """Some lines of a list, and the key of the next page where there is one."""

    lines: list[Line]
    after: str | None = None

    def without_words(self) -> "Page":
        """The same for a device that did nothing for a while: not even how they begin."""
        return Page([line._replace(gist="") for line in self.lines], self.after)


def _listed() -> sa.Select:
    """What a Line holds of a request, up to who has it."""
    own = (getattr(Request, name) for name in Line._fields[: Line._fields.index("asker")])
    return (
        sa.select(*own, _asker.name.label("asker"), _holder.name.label("holder"))
        .join(_asker, _asker.id == Request.added_by)
        .outerjoin(_holder, _holder.id == Request.holder_id)
    )


def ours(by: Actor, group_id: int, after: int | None = None, *, closed: bool = False) -> Page:
    """A group's requests that this person reads, the newest first: those still open, or those closed."""
    query = _listed().where(
        Request.group_id == group_id,
        readers.in_group(by),
        Request.closed_at.is_not(None) if closed else Request.closed_at.is_(None),
    )
    if after:
        query = query.where(Request.id < after)
    lines = [Line(*row) for row in fetched(query.order_by(Request.id.desc()).limit(PAGE + 1), {})]
    return Page(lines[:PAGE], str(lines[PAGE - 1].id) if len(lines) > PAGE else None)


VIEWS = {
    "mine": "Mine",
    "new": "New",
    "today": "Due today",
    "later": "Put off",
    "quiet": "Resting",
    "all": "All open",
    "closed": "Closed",
}
PINS = frozenset({"mine", "new", "today", "all"})  # where money that is stuck comes first


def _in_view(view: str) -> list[sa.ColumnElement[bool]]:
    still: list[sa.ColumnElement[bool]] = [Request.closed_at.is_(None)]
    put_off = sa.and_(Request.snoozed_until.is_not(None), Request.snoozed_until > TODAY)
    held = sa.and_(Request.by_host, Request.released_at.is_(None))
    going = [*still, sa.not_(sa.func.coalesce(put_off, False)), sa.not_(held)]
    views: dict[str, list[sa.ColumnElement[bool]]] = {
        "mine": [*going, Request.holder_id.in_(sa.union(sa.select(READER), cover.covered_by(READER, TODAY)))],
        "new": [*going, Request.taken_at.is_(None), Request.by_host.is_(False)],
        "today": [*going, Request.due_on <= TODAY],
        "later": [*still, _put_off],
        "quiet": [*still, held],
        "all": still,
        "closed": [Request.closed_at.is_not(None)],
    }
    return views[view]


def queue(view: str, by: Actor, after: str | None = None, size: int = PAGE) -> Page:
    """The host's requests of one view: what is promised soonest first, then the oldest (the closed: the latest first).

    Money that is stuck is on top of the first page, all of it (beside a request, as much as fits). What the reader may not
    read is there without a word of it.
    """
    day, number = _key(after) or (None, None)
    query = _queue(view, coordinates=readers.coordinates(by), further=day is not None)
    pins = MOST_COUNTED if size == PAGE else size
    lines = _lines(query, by, pins=pins, most=size + 1, after_on=day, after_id=number)
    first = [line for line in lines if line.is_first]
    others = _page(lines[len(first) :], size)
    return Page(first + others.lines, others.after)


@prepared
def _queue(view: str, *, coordinates: bool, further: bool) -> sa.Select:
    """The statement of a view's page; `further`: not its first page."""
    whole = _staffs(coordinates)
    if view == "closed":
        query = whole.add_columns(_NOT_FIRST).where(*_in_view(view)).order_by(Request.id.desc()).limit(MOST)
        return query.where(Request.id < AFTER_ID) if further else query
    order = (Request.due_on, Request.id)
    if further or view not in PINS:
        rest = whole.add_columns(_NOT_FIRST).where(*_in_view(view)).order_by(*order).limit(MOST)
        if view in PINS:
            rest = rest.where(~_money_stuck)
        return (
            rest.where(sa.tuple_(*order) > sa.tuple_(sa.bindparam("after_on", type_=sa.Date), AFTER_ID))
            if further
            else rest
        )
    of_view = sa.select(Request.id).where(*_in_view(view)).order_by(*order)
    stuck = of_view.add_columns(_FIRST).where(_money_stuck).limit(MOST_PINNED).subquery()
    others = of_view.add_columns(_NOT_FIRST).where(~_money_stuck).limit(MOST).subquery()
    chosen = sa.union_all(sa.select(stuck), sa.select(others)).subquery()
    return (
        whole.add_columns(chosen.c.is_first)
        .join(chosen, chosen.c.id == Request.id)
        .order_by(chosen.c.is_first.desc(), *order)
    )


def _page(lines: list[Line], size: int) -> Page:
    return Page(lines[:size], lines[size - 1].key if len(lines) > size else None)


def found(asked: str, by: Actor, after: int | None = None) -> Page:
    """Requests this person may read that hold all of these words, the newest first. A page looks through so many that have
    one of them (`search.WINDOW`): it may be short, or empty, and there is more further back."""
    words = sorted(search.words_of(asked), key=len)[-search.MOST_ASKED :]
    if not words:
        return Page([])
    rarest, edge = search.rarest(words, after)
    words.sort(key=lambda word: word != rarest)
    coordinates = readers.coordinates(by)
    ids, values = search.holding(words, readers.at_host(coordinates=coordinates), after, edge)
    lines = _lines(_found(ids, coordinates), by, most=PAGE + 1, **values)
    further = lines[PAGE - 1].id if len(lines) > PAGE else edge
    return Page(lines[:PAGE], str(further) if further else None)


@prepared
def _found(ids: sa.Select, coordinates: bool) -> sa.Select:
    return _staffs(coordinates).where(Request.id.in_(ids)).order_by(Request.id.desc())


def _staffs(coordinates: bool) -> sa.Select:
    return (
        _listed()
        .add_columns(
            Group.name.label("group_name"),
            readers.at_host(coordinates=coordinates).label("reads"),
            _looked.label("looked"),
        )
        .join(Group, Group.id == Request.group_id)
    )


def _lines(query: sa.Select, by: Actor, **values) -> list[Line]:
    """The host's, each as this reader sees it."""
    return [Line(*row).as_seen() for row in fetched(query, readers.values(by, **values))]


def _key(after: str | None) -> tuple[date, int] | None:
    day, _, number = (after or "").partition("_")
    last = id_of(number)
    try:
        return (date.fromisoformat(day), last) if last else None
    except ValueError:
        return None


def counts(by: Actor) -> dict[str, int]:
    """How many requests each view holds, counted no further than MOST_COUNTED; and, as `newest`, the number of the newest
    message there is, so that a page can tell that something came in."""
    return fetched(_counting(), readers.values(by))[0]._asdict()


@prepared
def _counting() -> sa.Select:
    return sa.select(*_counted())


@cache
def _counted() -> tuple[sa.Label, ...]:
    capped = (
        sa.select(sa.func.count())
        .select_from(sa.select(sa.literal(1)).select_from(Request).where(*_in_view(view)).limit(MOST_COUNTED).subquery())
        .scalar_subquery()
        .label(view)
        for view in VIEWS
        if view not in {"all", "closed"}
    )
    newest = sa.select(sa.func.coalesce(sa.func.max(Message.id), 0)).scalar_subquery().label("newest")
    return (*capped, newest)


def starts() -> Sequence[ReplyStart]:
    """The replies that answers can start from, the oldest first."""
    return db.session.scalars(_offered()).all()


def start(start_id: int) -> ReplyStart | None:
    """One of them."""
    return db.session.scalar(sa.select(ReplyStart).where(ReplyStart.id == start_id, ReplyStart.ended_at.is_(None)))


def _offered() -> sa.Select:
    return sa.select(ReplyStart).where(ReplyStart.ended_at.is_(None)).order_by(ReplyStart.id).limit(MOST_STARTS)


class Said(NamedTuple):
    """One thing in a thread, in its time: a message; that someone at the host read it (`read`); that the group let
    someone in, who may still read it (`reader_id`); a note of the host's (`note`)."""

    at: datetime
    name: str
    person_id: int
    by_host: bool
    words: str | None
    by_mail: bool
    read: bool
    reader_id: int | None
    message_id: int | None
    note_id: int | None
    reason: Reason | None
    review_on: date | None
    ended_at: datetime | None
    told_at: datetime | None

    @property
    def note(self) -> "Kept | None":
        return Kept(self.note_id, self.reason, self.review_on, self.ended_at, self.told_at) if self.note_id else None


@dataclass(frozen=True)
class Kept:
    """A note of the host's in a thread. Private where it has a reason, and then without words for the group."""

    id: int
    reason: Reason | None
    review_on: date | None
    ended_at: datetime | None
    told_at: datetime | None

    @property
    def is_private(self) -> bool:
        return self.reason is not None

    @property
    def is_ended(self) -> bool:
        """Whether its words are gone."""
        return self.ended_at is not None or (self.review_on is not None and self.review_on < clock.today())

    @property
    def told_later(self) -> bool:
        """Whether the group isn't to see yet that it exists."""
        return self.told_at is not None and self.told_at > clock.now()


@dataclass(frozen=True)
class Thread:
    """A request with all that its page shows, for one reader. `request`: its own columns; `group` and `model` are read
    where the door needs them. `read_at`: when this reader at the host last read it, where that was; `reads` whether this
    person may. `away_until`: whose it is, is away until then and `cover` covers; `covers_agreed`: the group lets whoever
    covers read. `has_files`: files came with it, or wait for this reader to send them. `at_host`: on whose side; `counts`,
    `starts`: at the host, those of the queue beside it, and the replies to start from."""

    request: sa.Row
    group_slug: str
    group_name: str
    asker: str
    holder: str | None
    read_at: datetime | None
    away_until: date | None
    cover_id: int | None
    cover: str | None
    covers_agreed: bool
    has_files: bool
    reads: bool
    person_id: int | None
    at_host: bool
    starts: list[sa.Row]

    @property
    def ref(self) -> str:
        return ref_of(self.request.number)

    @property
    def counts(self) -> dict[str, int]:
        return {one.key: getattr(self.request, one.key) for one in _counted()}

    @cached_property
    def _models(self) -> sa.Row:
        found = sa.select(Request, Group).join(Group, Group.id == Request.group_id).where(Request.id == self.request.id)
        return db.session.execute(found).one()

    @property
    def model(self) -> Request:
        return self._models[0]

    @property
    def group(self) -> Group:
        return self._models[1]

    @cached_property
    def _with_files(self) -> Sequence[sa.Row]:
        if not self.has_files:
            return []
        return db.session.execute(_files, {"number": self.request.id, "reader": self.person_id}).all()

    @property
    def files(self) -> dict[int, list[Attachment]]:
        """The files of each message, by its id."""
        found: dict[int, list[Attachment]] = {}
        for one in dict.fromkeys(row[0] for row in self._with_files if row[0]):
            found.setdefault(one.message_id, []).append(one)
        return found

    @property
    def begun(self) -> list[DraftFile]:
        """The files this reader has chosen or recorded for an answer, and not sent."""
        return list(dict.fromkeys(row[1] for row in self._with_files if row[1]))

    @cached_property
    def said(self) -> list[Said]:
        """What stands in it, the oldest first."""
        return _said(self.request, at_host=self.at_host)

    @property
    def kept(self) -> list[Said]:
        """The private notes in it that still have their words."""
        return [one for one in self.said if one.note and one.note.is_private and not one.note.is_ended]

    @property
    def let_in(self) -> list[Said]:
        """Who else at the host the group let in."""
        return [one for one in self.said if one.reader_id]

    @property
    def cover_reads(self) -> bool:
        """Whether whoever covers reads it: by the group's setting, as it agreed ahead, or let in to this one."""
        return self.covers_agreed or self.cover_id in {one.person_id for one in self.let_in}

    @property
    def answered_by(self) -> str | None:
        """Who at the host wrote in it last; where nobody has, whose it is."""
        return next((one.name for one in reversed(self.said) if one.by_host and one.words), self.holder)

    @property
    def is_unread(self) -> bool:
        """Whether this reader at the host has yet to read it: never today, or not since something new was there. Each
        such reading is a line in the group's log."""
        if self.read_at is None or clock.in_london(self.read_at).date() != clock.today():
            return True
        newest = max((one.at for one in self.said if one.note), default=self.read_at)  # a note moves nothing
        return self.read_at < max(newest, self.request.moved_at)

    @property
    def state(self) -> State:
        return state_of(self.request, clock.today())

    @property
    def is_promised(self) -> bool:
        return is_promised(self.request.due_on)

    @property
    def takes_words(self) -> bool:
        return takes_words(self.request)

    @property
    def is_past_due(self) -> bool:
        """The host promised a day, and it has gone by."""
        return self.request.closed_at is None and is_past_due(self.request.due_on, clock.today())

    @property
    def mark(self) -> str:
        """What stands here now, so that two people who write at once see each other."""
        return self.request.moved_at.isoformat()


_of_messages = sa.and_(Attachment.group_id == Request.group_id, Attachment.request_id == Request.id)
_of_answer = sa.and_(DraftFile.for_request == Request.id, DraftFile.person_id == READER)
_whole = (
    sa.select(*Request.__table__.columns, Group.slug.label("group_slug"), Group.name.label("group_name"))
    .add_columns(_asker.name.label("asker"), _holder.name.label("holder"), Look.read_at, Away.until_on.label("away_until"))
    .add_columns(_cover.id.label("cover_id"), _cover.name.label("cover"))
    .add_columns(readers.by_cover(Request.group_id).label("covers_agreed"))
    .add_columns(sa.or_(sa.exists().where(_of_messages), sa.exists().where(_of_answer)).label("has_files"))
    .join(Group, Group.id == Request.group_id)
    .join(_asker, _asker.id == Request.added_by)
    .outerjoin(_holder, _holder.id == Request.holder_id)
    .outerjoin(Look, sa.and_(Look.request_id == Request.id, Look.person_id == READER))
    .outerjoin(Away, sa.and_(Away.person_id == Request.holder_id, cover.now(TODAY)))
    .outerjoin(_cover, sa.and_(_cover.id == Away.cover_id, cover.still_covers(_cover.id)))
    .where(Request.number == NUMBER)
)


@prepared
def _whole_at_host(coordinates: bool) -> sa.Select:
    start = _offered().subquery()
    return (
        _whole.add_columns(readers.at_host(coordinates=coordinates).label("reads"), *_counted())
        .add_columns(*(start.c[name].label(f"start_{name}") for name in ("id", "title", "words")))
        .outerjoin(start, sa.true())
        .order_by(start.c.id)
    )


@cache
def _whole_in_group() -> sa.Select:
    return _whole.add_columns(sa.true().label("reads")).where(Request.group_id == sa.bindparam("group"))


def thread(number: int, by: Actor, group_id: int) -> Thread | None:
    """One of a group's requests, for someone in the group who reads it."""
    query = _whole_in_group().where(readers.in_group(by))
    return _thread(query, by, number=number, group=group_id)


def thread_at_host(number: int, by: Actor) -> Thread | None:
    """Any group's request, for someone at the host who reads it, with what stands beside it."""
    found = on_desk(number, by)
    return found if found and found.reads else None


def on_desk(number: int, by: Actor) -> Thread | None:
    """Any group's request for someone at the host, whether they may read it or not (`reads`)."""
    return _thread(_whole_at_host(readers.coordinates(by)), by, number=number)


_TOLD = attrgetter(
    *("group_slug", "group_name", "asker", "holder", "read_at", "away_until", "cover_id", "cover"),
    *("covers_agreed", "has_files"),
)


def _thread(query: sa.Select, by: Actor, **values) -> Thread | None:
    rows = fetched(query, readers.values(by, **values))
    if not rows:
        return None
    row = rows[0]
    starts = list(rows) if by.is_host and row.start_id else []
    return Thread(row, *_TOLD(row), bool(row.reads), by.person_id, by.is_host, starts)  # type: ignore[call-arg]


_NOTE = (Note.id.label("note_id"), Note.reason, Note.review_on, Note.ended_at, Note.told_at)


def _said(request: sa.Row, *, at_host: bool) -> list[Said]:
    """Messages, readings, who was let in and notes, in the order they came, in one statement.

    To the group no private note has words, and what it is told of later isn't there yet.
    """
    values = {"group": request.group_id, "number": request.id, "now": clock.now(), "today": clock.today()}
    return [Said(*row) for row in fetched(_every_word(at_host), values)]


@prepared
def _every_word(at_host: bool) -> sa.Select:
    yes, no = sa.true(), sa.false()
    nobody = sa.cast(sa.null(), sa.Integer)
    nothing = {"by_host": yes, "words": sa.cast(sa.null(), sa.Text), "by_mail": no, "read": no}
    nothing |= {"reader_id": nobody, "message_id": nobody}
    nothing |= {column.key: sa.cast(sa.null(), column.type) for column in _NOTE}

    def of(model, at, person_id, **facts) -> sa.Select:
        told = (column.label(name) for name, column in (nothing | facts).items())
        return (
            sa.select(at.label("at"), Person.name, person_id.label("person_id"), *told)
            .join(Person, Person.id == person_id)
            .where(model.group_id == sa.bindparam("group"), model.request_id == NUMBER)
        )

    message = {"by_host": Message.by_host, "words": Message.words, "by_mail": Message.by_mail, "message_id": Message.id}
    readable = sa.or_(Note.reason.is_(None), Note.review_on >= TODAY) if at_host else Note.reason.is_(None)
    shown = yes if at_host else sa.or_(Note.told_at.is_(None), Note.told_at <= NOW)
    note = {"words": sa.case((readable, Note.words))} | {column.key: column for column in _NOTE}
    every = sa.union_all(
        of(Message, Message.added_at, Message.added_by, **message),
        of(Look, Look.read_at, Look.person_id, read=yes),
        of(Reader, Reader.let_in_at, Reader.person_id, reader_id=Reader.id).where(Reader.ended_at.is_(None)),
        of(Note, Note.added_at, Note.added_by, **note).where(shown),
    ).subquery()
    return sa.select(every).order_by(every.c.at, every.c.note_id)


told_later.register(Note.__tablename__, lambda: sa.select(Note.id).where(Note.told_at > clock.now()))


_files = (  # both in one statement: there are few of either
    sa.select(Attachment, DraftFile)
    .select_from(Request)
    .outerjoin(Attachment, _of_messages)
    .outerjoin(DraftFile, _of_answer)
    .where(Request.id == NUMBER)
    .order_by(Attachment.id, DraftFile.id)
)


def attachment(group_id: int, attachment_id: int) -> Attachment | None:
    """One file of a group's, whoever asks: for what makes it safe."""
    return db.session.scalar(sa.select(Attachment).where(Attachment.group_id == group_id, Attachment.id == attachment_id))


def _file(number: int, attachment_id: int, by: Actor, *conditions) -> Attachment | None:
    return db.session.scalar(
        sa.select(Attachment)
        .join(Request, sa.and_(Request.id == Attachment.request_id, Request.group_id == Attachment.group_id))
        .where(Request.number == NUMBER, Attachment.id == attachment_id, *conditions),
        readers.values(by, number=number),
    )


def file(number: int, attachment_id: int, by: Actor, group_id: int) -> Attachment | None:
    """A file of one of a group's requests, for someone in the group who reads it."""
    return _file(number, attachment_id, by, Request.group_id == group_id, readers.in_group(by))


def file_at_host(number: int, attachment_id: int, by: Actor) -> Attachment | None:
    """A file of any group's request, for someone at the host who reads it."""
    return _file(number, attachment_id, by, readers.at_host(coordinates=readers.coordinates(by)))


def draft_files(person_id: int | None, group_id: int, request_id: int | None = None) -> Sequence[DraftFile]:
    """What this person has chosen or recorded and not sent: for an answer in this request, else for what they begin to
    ask."""
    return db.session.scalars(
        sa.select(DraftFile)
        .where(
            DraftFile.person_id == person_id,
            DraftFile.for_group == group_id,
            DraftFile.for_request.is_(None) if request_id is None else DraftFile.for_request == request_id,
        )
        .order_by(DraftFile.id)
    ).all()


def reader(request: Request, person_id: int | None) -> Reader | None:
    """Someone's place among those whom the group let in to this request."""
    return db.session.scalar(
        sa.select(Reader).where(
            Reader.group_id == request.group_id,
            Reader.request_id == request.id,
            Reader.person_id == person_id,
            Reader.ended_at.is_(None),
        )
    )


def look_of(request: Request, person_id: int | None) -> Look | None:
    """When this person last read it."""
    return db.session.scalar(
        sa.select(Look).where(Look.group_id == request.group_id, Look.request_id == request.id, Look.person_id == person_id)
    )


class Coordinator(NamedTuple):
    """Whose a group's requests are; where they are away, until when, who covers, and whether that one will read."""

    id: int | None = None
    name: str | None = None
    away_until: date | None = None
    cover: str | None = None
    cover_reads: bool = False


def coordinator_for(group_id: int) -> Coordinator:
    """Whose this group's requests are: whom the host named for it, as long as they coordinate; else who has longest.
    Nobody, as long as the host has none."""
    named = sa.exists().where(
        NamedCoordinator.group_id == group_id,
        NamedCoordinator.person_id == StaffRole.person_id,
        NamedCoordinator.ended_at.is_(None),
    )
    row = db.session.execute(
        sa.select(*(Person.id, Person.name, Away.until_on, _cover.name), readers.by_cover(sa.literal(group_id)))
        .join(StaffRole, StaffRole.person_id == Person.id)
        .outerjoin(Away, sa.and_(Away.person_id == Person.id, cover.now()))
        .outerjoin(_cover, sa.and_(_cover.id == Away.cover_id, cover.still_covers(_cover.id)))
        .where(StaffRole.role == Role.COORDINATOR, StaffRole.ended_at.is_(None))
        .order_by(named.desc(), StaffRole.started_at, StaffRole.id)
        .limit(1),
        {"now": clock.now()},
    ).first()
    return Coordinator(*row) if row else Coordinator()


def named(group_id: int) -> Sequence[NamedCoordinator]:
    """Whom the host names for this group now."""
    live = sa.select(NamedCoordinator).where(NamedCoordinator.group_id == group_id, NamedCoordinator.ended_at.is_(None))
    return db.session.scalars(live).all()


def coordinators() -> dict[int, str]:
    """Who coordinates at the host: names by id."""
    return {held.person_id: name for name, held in people.staff() if held.role is Role.COORDINATOR}


def support_staff() -> Sequence[sa.Row]:
    """Those at the host who can be let in to a request: id and name, by name."""
    staff = sa.select(StaffRole.person_id).where(StaffRole.role.in_(SUPPORT_STAFF), StaffRole.ended_at.is_(None))
    named = sa.select(Person.id, Person.name).where(Person.id.in_(staff))
    return db.session.execute(named.order_by(Person.name).limit(50)).all()


def draft(person_id: int | None, group_id: int) -> RequestDraft | None:
    """What this person has written for this group and not sent."""
    return db.session.scalar(
        sa.select(RequestDraft).where(RequestDraft.person_id == person_id, RequestDraft.for_group == group_id)
    )


def last_way(person_id: int | None) -> tuple[ReplyBy, str | None]:
    """How this person wanted to be answered the last time, and at which number."""
    row = db.session.execute(
        sa.select(Request.reply_by, Request.phone)
        .where(Request.added_by == person_id, Request.by_host.is_(False))
        .order_by(Request.id.desc())
        .limit(1)
    ).first()
    return (row.reply_by, row.phone) if row else (ReplyBy.HERE, None)


class Hearers(NamedTuple):
    """Whom news of a request is for: these people alone (`only`), or where that is None all organisers; and who asked, in
    any case (None where the host did)."""

    only: list[int] | None
    asker: int | None


def hearers(group_id: int, request_id: int) -> Hearers:
    """Who asked alone, or with all organisers where they share it; nobody while it is held."""
    row = db.session.execute(
        sa.select(Request.added_by, Request.shared, Request.by_host, Request.released_at).where(
            Request.id == request_id, Request.group_id == group_id
        )
    ).one()
    if row.by_host:
        return Hearers([] if row.released_at is None else None, None)
    return Hearers(None if row.shared else [row.added_by], row.added_by)


# What waits for someone in the group: an answer of theirs, a later day to agree to, a request the host thinks is done.
_holds_it = aliased(Person)
_theirs = sa.or_(
    sa.and_(Request.by_host.is_(False), sa.or_(Request.added_by == sa.bindparam("person"), Request.shared)),
    sa.and_(Request.by_host, Request.released_at.is_not(None)),
)
_own = sa.and_(Request.by_host.is_(False), Request.added_by == sa.bindparam("person"))
_what = sa.case(
    (Request.later_until.is_not(None), "later"),
    (Request.closing_at.is_not(None), "closing"),
    else_="answer",
)


def _waiting(whose) -> sa.Select:
    return (
        sa.select(
            *columns(
                "request",
                number=Request.number,
                who=_holds_it.name,
                what=_what,
                at=sa.func.coalesce(Request.group_to_answer_at, Request.closing_at, Request.moved_at),
            )
        )
        .outerjoin(_holds_it, _holds_it.id == Request.holder_id)
        .where(
            Request.group_id == sa.bindparam("group"),
            Request.closed_at.is_(None),
            sa.or_(
                Request.group_to_answer_at.is_not(None), Request.later_until.is_not(None), Request.closing_at.is_not(None)
            ),
            whose,
        )
    )


WAITING = _waiting(_theirs)
WAITING_FOR_HELPERS = _waiting(_own)
