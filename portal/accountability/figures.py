"""The figures: each counts exactly the rows its function names, over all groups, within a span.

A figure is a fact of days gone by: it comes from the log where an entry says it all (its action, its moment, how it came
out), and elsewhere from rows that are only ever added to or ended once (promises, holds, uses of a duty, postings). So
the same span gives the same figure on any later day, but for what its docstring says. Lists take their rows from here too.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from portal.accountability.date_spans import DAY, Span
from portal.activity.models import Entry
from portal.autonomy.areas import Outcome
from portal.autonomy.models import Hold, Undo
from portal.breakglass.models import BreakGlass
from portal.contact import host_questions
from portal.core import clock, workdays
from portal.core.days import london_day
from portal.core.db import UtcDateTime, fetched, prepared
from portal.ledger.models import MONEY_IN, Account, JournalEntry, Kind, Posting
from portal.receipts.models import CostKind, Receipt
from portal.support.models import ReplyPromise, Request

SINCE, UNTIL, NOW = (sa.bindparam(name, type_=UtcDateTime) for name in ("since", "until", "now"))
FIRST, LAST = (sa.bindparam(name, type_=sa.Date) for name in ("first", "last"))
DUE_FIRST, DUE_LAST = (sa.bindparam(name, type_=sa.Date) for name in ("due_first", "due_last"))
DONE = (Outcome.ALLOW, Outcome.ALLOW_TELL, Outcome.ALLOW_LIST)  # how an entry came out that changed something
SENT = ("receipts.upload", "receipts.declare", "spending.ask_anew")  # each adds one receipt

_over = sa.func.coalesce(ReplyPromise.kept_at, ReplyPromise.replaced_at, ReplyPromise.ended_at)
_before = aliased(ReplyPromise)
_earlier = sa.exists().where(
    _before.group_id == ReplyPromise.group_id,
    _before.request_id == ReplyPromise.request_id,
    _before.id < ReplyPromise.id,
)


def values(span: Span) -> dict:
    """What the statements here are told of a span. A promise is broken on the day after the one it named."""
    days = {"first": span.first, "last": span.last, "due_first": span.first - DAY, "due_last": span.last - DAY}
    return {"since": span.since, "until": span.until, "now": clock.now(), **days}


def kept() -> sa.Select:
    """Promises of a person's reply that were kept: `kept_at` lies in the span, on a day in London no later than `due_on`.
    From `reply_promises`; one that the group agreed to move before it was broken counts by the later day."""
    return sa.select(ReplyPromise.id).where(
        _within(ReplyPromise.kept_at), london_day(ReplyPromise.kept_at) <= ReplyPromise.due_on
    )


def late() -> sa.Select:
    """Promises that weren't kept, whatever came after. Either the host said sorry and named another day (`replaced_at`), by
    the day promised: then it counts on the day it did so. Or that day went by with none of kept, replaced and ended: then
    it counts on the day after it. One that ended by its day (nothing was left to answer) counts nowhere. From
    `reply_promises`."""
    said_sorry = sa.and_(_within(ReplyPromise.replaced_at), london_day(ReplyPromise.replaced_at) <= ReplyPromise.due_on)
    went_by = sa.and_(
        ReplyPromise.due_on >= DUE_FIRST,
        ReplyPromise.due_on <= DUE_LAST,
        sa.or_(_over.is_(None), london_day(_over) > ReplyPromise.due_on),
    )
    return sa.select(ReplyPromise.id).where(sa.or_(said_sorry, went_by))


def first_replies() -> sa.Select:
    """Requests of groups' whose first answer by a person lies in the span: the first `kept_at` among the promises of a
    request that the host didn't begin itself. How long it waited is counted in working days, from the day it was asked
    (`requests.added_at`) to the day of that answer, both in London: 0 is the same working day."""
    answered_before = _earlier.where(_before.kept_at.is_not(None))
    return (
        sa.select(ReplyPromise.id)
        .join(Request, sa.and_(Request.group_id == ReplyPromise.group_id, Request.id == ReplyPromise.request_id))
        .where(_within(ReplyPromise.kept_at), Request.by_host.is_(False), ~answered_before)
    )


def was_late() -> sa.ColumnElement[bool]:
    """Whether a first answer came after its promised day, or after another day had to be named."""
    return sa.or_(london_day(ReplyPromise.kept_at) > ReplyPromise.due_on, _earlier.where(_before.replaced_at.is_not(None)))


def paid() -> sa.Select:
    """Receipts that the host paid in the span: `receipts.paid_on`, which the bank's own line sets. How long it took is in
    working days, from the day it was sent (`added_at`, in London). What a group paid out of its own float isn't here. A
    payment that the bank sent back counts when it is paid again."""
    by_us = sa.or_(Receipt.kind.is_(None), Receipt.kind != CostKind.FROM_FLOAT)
    return sa.select(Receipt.id).where(Receipt.paid_on >= FIRST, Receipt.paid_on <= LAST, by_us)


def questions() -> sa.Select:
    """Questions about a receipt that a person at the host asked: entries `receipts.ask` of the log. What Trellis asks by
    itself (the same picture twice) isn't here."""
    return _entries("receipts.ask")


def sent() -> sa.Select:
    """Receipts that groups sent: entries of the log that add one (SENT)."""
    return _entries(*SENT)


def holds() -> sa.Select:
    """Holds placed in the span, by a person or because a fund was short: `holds.placed_at`. The log has an entry
    (`receipts.hold`) of those alone that a person placed."""
    return sa.select(Hold.id).where(_within(Hold.placed_at))


def wrong() -> sa.Select:
    """Of these, the ones whose release said that holding was a mistake (`holds.mistaken_at`), on whichever day: the desk's
    own finding, or what came of a disagreement. So this one can still grow after the span."""
    return holds().where(Hold.mistaken_at.is_not(None))


def undone() -> sa.Select:
    """Changes of staff that a group undid, each once (`undos.at`): by undoing it, or by withdrawing what they had shared
    without asking."""
    return sa.select(Undo.id).where(_within(Undo.at))


def told() -> sa.Select:
    """Changes of staff that groups were told of and could undo: entries of the log that came out as `allow_tell`. That what
    was asked leaves is no change beside the asking."""
    told_of = Entry.outcome == sa.literal_column(f"'{Outcome.ALLOW_TELL}'")
    return sa.select(Entry.id).where(told_of, _within(Entry.at), Entry.action.not_in(_leaves()))


def _leaves() -> list[str]:
    return [kind.release.name for kind in host_questions.KINDS.values()]


def duties() -> sa.Select:
    """Uses of a legal duty (break-glass) that began in the span: `break_glass.started_at`. One that its group isn't told of
    yet counts from when it is told."""
    return sa.select(BreakGlass.id).where(_within(BreakGlass.started_at), BreakGlass.told_at <= NOW)


def asks() -> sa.Select:
    """What the host asked of groups of its own accord: entries of the log that ask, in any way there is
    (`contact/host_questions.py`), with those that wait for a yes."""
    outcomes = (*DONE, Outcome.PROPOSE)
    return sa.select(Entry.id).where(
        Entry.action.in_(list(host_questions.KINDS)), _within(Entry.at), Entry.outcome.in_(outcomes)
    )


def waited() -> sa.Select:
    """Of these, the ones that didn't reach the group at once: for its yes (the entry came out as `propose`), or held for
    its hours or for the end of its rest (`released_at` of its row is later than the entry, or empty)."""
    held = (
        sa.exists().where(
            *(model.group_id == Entry.group_id, model.id == Entry.subject_id, Entry.subject_table == model.__tablename__),
            sa.or_(model.released_at.is_(None), model.released_at > Entry.at),
        )
        for model in (kind.model for kind in host_questions.KINDS.values())
    )
    return asks().where(sa.or_(Entry.outcome == Outcome.PROPOSE, *held))


def money() -> sa.Select:
    """Postings to groups' own funds of money that came in (grants, donations, awards) and of the host's fee on it, with
    what was reversed of either, by the day of its entry in the books (`journal_entries.on`). What was spent isn't here."""
    return (
        sa.select(Posting.id)
        .join(JournalEntry, JournalEntry.id == Posting.entry_id)
        .where(
            JournalEntry.kind.in_((Kind.MONEY_IN, Kind.REVERSAL)),
            JournalEntry.on >= FIRST,
            JournalEntry.on <= LAST,
            Posting.fund_id.is_not(None),
            Posting.account.in_((*MONEY_IN, Account.FEE)),
        )
    )


CAME_IN = sa.func.coalesce(sa.func.sum(sa.case((Posting.account == Account.FEE, 0), else_=-Posting.pence)), 0)
FEE = sa.func.coalesce(sa.func.sum(sa.case((Posting.account == Account.FEE, Posting.pence), else_=0)), 0)


@dataclass(frozen=True)
class Wait:
    """So many requests, of one promise (`wanted`), that waited so many working days for a first answer."""

    wanted: str
    days: int
    late: bool
    count: int


@dataclass(frozen=True)
class Figures:
    """All figures of one span. Money in pence, waits in working days."""

    kept: int
    late: int
    questions: int
    sent: int
    holds: int
    wrong: int
    undone: int
    told: int
    duties: int
    asks: int
    waited: int
    came_in: int
    fee: int
    waits: list[Wait]
    to_paid: Mapping[int, int]

    @property
    def promised(self) -> int:
        """Promises of a reply whose day came, or that were kept before it."""
        return self.kept + self.late

    @property
    def reached(self) -> int:
        """What groups spent or have to spend of what came in."""
        return self.came_in - self.fee

    @property
    def of_100(self) -> int | None:
        """How much of each £100 that came in reached groups: in pence, a half up. None where nothing came in."""
        return (2 * self.reached * 100_00 + self.came_in) // (2 * self.came_in) if self.came_in > 0 else None

    @property
    def first_replies(self) -> int:
        """How many requests had a first answer."""
        return sum(wait.count for wait in self.waits)

    @property
    def half_replied(self) -> int | None:
        """The median wait for a first answer: see `median`."""
        days: Counter[int] = Counter()
        for wait in self.waits:
            days[wait.days] += wait.count
        return median(days)

    @property
    def paid(self) -> int:
        """How many receipts were paid."""
        return sum(self.to_paid.values())

    @property
    def half_paid(self) -> int | None:
        """The median time from sent to paid: see `median`."""
        return median(self.to_paid)


def median(counts: Mapping[int, int]) -> int | None:
    """The fewest days within which half of them, or more, were done; None where there are none. `counts`: how many took so
    many days."""
    half, so_far = sum(counts.values()) / 2, 0
    for days in sorted(counts):
        so_far += counts[days]
        if so_far >= half:
            return days
    return None


def of(span: Span) -> Figures:
    """Every figure of a span, in two statements."""
    told_of = values(span)
    counted = fetched(_counting(), told_of)[0]._asdict()
    waits: Counter[tuple[str, int, bool]] = Counter()
    to_paid: Counter[int] = Counter()
    for row in fetched(_waiting(), told_of):
        days = workdays.between(row.asked, row.done)
        if row.wanted is None:
            to_paid[days] += row.count_
        else:
            waits[row.wanted, days, bool(row.late)] += row.count_
    return Figures(**counted, waits=[Wait(*wait, count) for wait, count in sorted(waits.items())], to_paid=to_paid)


@prepared
def _counting() -> sa.Select:
    counted = (kept, late, questions, sent, holds, wrong, undone, told, duties, asks, waited)
    counts = [_only(figure(), sa.func.count()).label(figure.__name__) for figure in counted]
    return sa.select(*counts, _only(money(), CAME_IN).label("came_in"), _only(money(), FEE).label("fee"))


@prepared
def _waiting() -> sa.CompoundSelect:
    """How many took from which day to which: few rows, however many requests and receipts there are."""
    asked, answered = london_day(Request.added_at), london_day(ReplyPromise.kept_at)
    replies = _grouped(first_replies(), Request.wanted, asked, answered, sa.case((was_late(), 1), else_=0))
    receipts = _grouped(paid(), sa.null(), london_day(Receipt.added_at), Receipt.paid_on, sa.literal_column("0"))
    return sa.union_all(replies, receipts)


def _grouped(rows: sa.Select, wanted, asked, done, late_) -> sa.Select:
    """Rows counted by these, worked out for each row before they are counted."""
    columns = (sa.cast(wanted, sa.String).label("wanted"), asked.label("asked"), done.label("done"), late_.label("late"))
    each = rows.with_only_columns(*columns, maintain_column_froms=True).subquery()
    return sa.select(each, sa.func.count().label("count_")).group_by(*each.c)


def _only(rows: sa.Select, column) -> sa.ScalarSelect:
    return rows.with_only_columns(column, maintain_column_froms=True).scalar_subquery()


def _within(moment) -> sa.ColumnElement[bool]:
    return sa.and_(moment >= SINCE, moment < UNTIL)


def _entries(*actions: str) -> sa.Select:
    return sa.select(Entry.id).where(Entry.action.in_(actions), _within(Entry.at), Entry.outcome.in_(DONE))
