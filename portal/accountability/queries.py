"""The lists that figures open: the very rows that were counted, a page at a time, each with its day and the fact of it.

Whose a row is, its reference and the words on it stay in the database unless whoever looks may read them: a group its own,
the host's people what their role reads elsewhere too. Of another group's there is its day and the fact, and no more.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from portal.accountability import figures
from portal.accountability.date_spans import Span
from portal.activity.models import Entry
from portal.autonomy.areas import Outcome
from portal.autonomy.models import Hold, Undo
from portal.breakglass.models import DUTY_WORDS, BreakGlass
from portal.core import clock, workdays
from portal.core.db import db
from portal.core.filters import full_date, pounds
from portal.ledger.models import JournalEntry, Kind
from portal.people.models import Group
from portal.people.roles import GROUP_ROLES, STAFF_ROLES, Actor, Role
from portal.receipts.models import Receipt
from portal.support import readers
from portal.support.models import ReplyPromise, Request
from portal.support.queries import SUPPORT_STAFF

PAGE = 20
OWN = sa.bindparam("own", type_=sa.Integer)
AFTER_ID = sa.bindparam("after_id", type_=sa.Integer)
DESK = frozenset({Role.FINANCE, Role.COORDINATOR})  # who reads receipts at the host
BOOKS = DESK | {Role.TRUSTEE}  # and who reads the books of groups
COORDINATORS = frozenset({Role.COORDINATOR})
ORGANISERS = frozenset({Role.ORGANISER})


@dataclass(frozen=True)
class Looker:
    """Who looks: someone in a group, by its id and slug; or, without these, someone at the host."""

    by: Actor
    group_id: int | None = None
    slug: str = ""

    def sees(self, group_id, *roles: frozenset[Role]) -> sa.ColumnElement[bool]:
        """Whether whose a row is, is theirs to see: in their group, or at the host, with one of these roles."""
        if not self.by.roles & frozenset().union(*roles):
            return sa.false()
        return sa.true() if self.group_id is None else group_id == OWN

    def reads(self) -> sa.ColumnElement[bool]:
        """Whether they read a Request."""
        if self.group_id is not None:
            return readers.in_group(self.by)
        return readers.at_host(coordinates=readers.coordinates(self.by))


@dataclass(frozen=True)
class Line:
    """One row behind a figure. `ours`: of the group that looks. `ref`, `name` and `why` (words on it) are empty where they
    aren't for whoever looks; `goes`: the endpoint of the thing itself, with what that needs."""

    day: date
    fact: str
    ours: bool
    ref: str = ""
    name: str = ""
    why: str = ""
    goes: tuple[str, dict] | None = None


@dataclass(frozen=True)
class Page:
    """Some lines, and the key of the next page where there is one."""

    lines: list[Line]
    after: int | None = None


@dataclass(frozen=True)
class List:
    """What a figure opens: its title, what stands there when it is empty, its rows as someone may see them, and the fact of
    each in a sentence. `end`: by which end of the span a row's `at` lies in it (one of `figures.values`), so that a later
    page begins where the one before it ended; None where that isn't what counts a row."""

    title: str
    empty: str
    rows: Callable[[Looker], sa.Select]
    fact: Callable[[sa.Row], str]
    end: str | None = "until"


def _columns(model, at, sees, ref, *facts, **seen) -> list:
    """What every list has of a row: its number, its moment or day, whether it is of the group that looks; and, empty where
    it isn't to be seen, whose it is, its reference and more (`seen`)."""
    seen = {"slug": Group.slug, "name": Group.name, "ref": ref} | seen
    mine = sa.case((model.group_id == OWN, 1), else_=0).label("mine")
    return [model.id, at.label("at"), mine, *facts, *(sa.case((sees, one)).label(name) for name, one in seen.items())]


def _of(rows: sa.Select, model, columns: list) -> sa.Select:
    return rows.with_only_columns(*columns, maintain_column_froms=True).join(Group, Group.id == model.group_id)


def _promises(rows: Callable[[], sa.Select], at, looker: Looker, *, joined: bool = False) -> sa.Select:
    """Promises of a reply with their requests, to be seen by who reads these."""
    same = sa.and_(Request.group_id == ReplyPromise.group_id, Request.id == ReplyPromise.request_id)
    sees = sa.and_(looker.sees(ReplyPromise.group_id, GROUP_ROLES, SUPPORT_STAFF), looker.reads())
    facts = (
        *(ReplyPromise.made_at, ReplyPromise.due_on, ReplyPromise.kept_at, ReplyPromise.replaced_at, ReplyPromise.ended_at),
        Request.added_at,
    )
    named = _named.scalar_subquery().label("named")
    columns = _columns(ReplyPromise, at, sees, _ref("S", Request.number), *facts, named)
    return _of(rows() if joined else rows().join(Request, same), ReplyPromise, columns)


_next = aliased(ReplyPromise)
_named = (  # the day named with a sorry: the very next promise of the request
    sa.select(_next.due_on)
    .where(_next.group_id == ReplyPromise.group_id, _next.request_id == ReplyPromise.request_id, _next.id > ReplyPromise.id)
    .order_by(_next.id)
    .limit(1)
)


def _paid(looker: Looker) -> sa.Select:
    sees = looker.sees(Receipt.group_id, GROUP_ROLES, DESK)
    columns = _columns(Receipt, Receipt.paid_on, sees, _ref("R", Receipt.number), Receipt.added_at)
    return _of(figures.paid(), Receipt, columns)


def _holds(looker: Looker) -> sa.Select:
    sees = looker.sees(Hold.group_id, GROUP_ROLES, DESK)
    ours = Hold.item_table == Receipt.__tablename__
    same = sa.and_(Receipt.group_id == Hold.group_id, Receipt.id == Hold.item_id, ours)
    facts = (Hold.rule, Hold.released_at, Hold.mistaken_at)
    columns = _columns(Hold, Hold.placed_at, sees, _ref("R", Receipt.number), *facts, why=Hold.reason)
    return _of(figures.holds().outerjoin(Receipt, same), Hold, columns)


def _duties(looker: Looker) -> sa.Select:
    sees = looker.sees(BreakGlass.group_id, ORGANISERS, STAFF_ROLES)
    columns = _columns(BreakGlass, BreakGlass.started_at, sees, _ref("D", BreakGlass.id), duty=BreakGlass.duty)
    return _of(figures.duties(), BreakGlass, columns)


def _entries(rows: Callable[[], sa.Select], roles: frozenset[Role], looker: Looker) -> sa.Select:
    """Entries of the log, each by what it is about."""
    sees = looker.sees(Entry.group_id, GROUP_ROLES, roles)
    return _of(rows(), Entry, _columns(Entry, Entry.at, sees, Entry.about, Entry.outcome))


def _undone(looker: Looker) -> sa.Select:
    """Undone changes, each by what it was about."""
    sees = looker.sees(Undo.group_id, GROUP_ROLES, COORDINATORS)
    same = sa.and_(Entry.group_id == Undo.group_id, Entry.id == Undo.entry_id)
    return _of(figures.undone().join(Entry, same), Undo, _columns(Undo, Undo.at, sees, Entry.about))


def _money(looker: Looker) -> sa.Select:
    """Entries in the books, each once, with its sums for whoever reads these books."""
    sums = {"came_in": figures.CAME_IN, "fee": figures.FEE}
    ref, sees = _ref("L", JournalEntry.id), _reads_books(looker)
    columns = _columns(JournalEntry, JournalEntry.on, sees, ref, JournalEntry.kind, **sums)
    whole = (JournalEntry.id, JournalEntry.on, JournalEntry.kind, JournalEntry.group_id, Group.slug, Group.name)
    return _of(figures.money(), JournalEntry, columns).group_by(*whole)


def _reads_books(looker: Looker) -> sa.ColumnElement[bool]:
    return looker.sees(JournalEntry.group_id, GROUP_ROLES, BOOKS)


def others_money(span: Span, looker: Looker) -> tuple[int, int]:
    """What came in in all the entries whose sums this person doesn't see, and the fee on it, in pence: with the lines they
    see, it is the whole figure."""
    sums = (
        figures.money()
        .where(~_reads_books(looker))
        .with_only_columns(figures.CAME_IN, figures.FEE, maintain_column_froms=True)
    )
    row = db.session.execute(sums, {"own": looker.group_id or 0, **figures.values(span)}).one()
    return row[0], row[1]


def _ref(letter: str, number) -> sa.ColumnElement[str]:
    return sa.literal_column(f"'{letter}'", sa.String) + sa.cast(number, sa.String)


def _took(days: int) -> str:
    return "the same working day" if not days else f"{days} working day{'' if days == 1 else 's'} later"


def _within(days: int) -> str:
    return "the same day" if not days else f"within {days} working day{'' if days == 1 else 's'}"


def _between(moment: datetime, until: date | datetime) -> int:
    return workdays.between(_day(moment), _day(until))


def _day(moment: date | datetime) -> date:
    return clock.in_london(moment).date() if isinstance(moment, datetime) else moment


def _was_kept(row) -> str:
    return f"Replied {_took(_between(row.made_at, row.kept_at))}, promised {_within(_between(row.made_at, row.due_on))}."


def _was_late(row) -> str:
    if row.replaced_at:
        told = _day(row.replaced_at)
        then = "that day" if told == row.due_on else f"on {full_date(told)}"
        return f"A reply was promised by then; {then}, with a sorry, another day was named: {full_date(row.named)}."
    if row.kept_at:
        return f"A reply was promised by then, and came on {full_date(_day(row.kept_at))}."
    return f"A reply was promised by then; {'it was closed without one' if row.ended_at else 'it hasn’t come yet'}."


def _first(row) -> str:
    return f"First reply {_took(_between(row.added_at, row.kept_at))}."


def _was_paid(row) -> str:
    return f"Paid {_took(_between(row.added_at, row.at))}."


def _was_held(row) -> str:
    released = f" Released on {full_date(_day(row.released_at))}." if row.released_at else ""
    return f"A receipt was held, rule {row.rule.value}.{released}{' It was a mistake.' if row.mistaken_at else ''}"


def _was_used(row) -> str:
    return f"{DUTY_WORDS[row.duty]}." if row.duty else "A legal duty was used."


def _waited(row) -> str:
    return f"It waited for the group’s {'yes' if row.outcome == Outcome.PROPOSE else 'hours, or for its rest to end'}."


def _came_in(row) -> str:
    if row.came_in is None:
        return "An entry was put right." if row.kind is Kind.REVERSAL else "Money came in."
    if row.came_in < 0:
        return f"{pounds(-row.came_in)} was taken back, and {pounds(-row.fee)} of the fee on it."
    return f"{pounds(row.came_in)} came in, and {pounds(row.fee)} was kept as fee."


LISTS = {
    "replies": List(
        "Replies by the promised day",
        "No promised reply in this time.",
        partial(_promises, figures.kept, ReplyPromise.kept_at),
        _was_kept,
    ),
    "late": List(
        "Replies after the promised day",
        "No reply came after its day in this time.",
        partial(_promises, figures.late, ReplyPromise.due_on),
        _was_late,
        end=None,
    ),
    "first": List(
        "First replies",
        "No first reply in this time.",
        partial(_promises, figures.first_replies, ReplyPromise.kept_at, joined=True),
        _first,
    ),
    "paid": List("From receipt sent to paid", "Nothing was paid in this time.", _paid, _was_paid, end="last"),
    "questions": List(
        "Questions about receipts",
        "No question in this time.",
        partial(_entries, figures.questions, DESK),
        lambda row: "A question about a receipt.",
    ),
    "holds": List("Holds", "Nothing was held in this time.", _holds, _was_held),
    "undone": List(
        "Changes undone",
        "Nothing was undone in this time.",
        _undone,
        lambda row: "A change that staff made was undone.",
    ),
    "duties": List("Legal duties used", "None was used in this time.", _duties, _was_used),
    "waited": List(
        "Questions that waited",
        "Nothing waited in this time.",
        partial(_entries, figures.waited, COORDINATORS),
        _waited,
    ),
    "money": List("Money that came in", "No money came in during this time.", _money, _came_in, end="last"),
}


def listed(name: str, span: Span, looker: Looker, after: int | None = None) -> Page:
    """A page of a figure's list, the newest first, those after row number `after`: its address says that number and no
    more, so that it doesn't give away at which hour something was in another group."""
    rows, end = LISTS[name].rows(looker).subquery(), LISTS[name].end
    query = sa.select(rows).order_by(rows.c.at.desc(), rows.c.id.desc()).limit(PAGE + 1)
    values = {"own": looker.group_id or 0, **readers.values(looker.by), **figures.values(span)}
    if after:
        last = db.session.scalar(sa.select(rows.c.at).where(rows.c.id == AFTER_ID), values | {"after_id": after})
        if last is None:
            return Page([])
        last_at = sa.bindparam("last_at", type_=rows.c.at.type)
        query = query.where(sa.tuple_(rows.c.at, rows.c.id) < sa.tuple_(last_at, AFTER_ID))
        values |= {"after_id": after, "last_at": last}
        if end:  # SQLite starts at one upper bound alone, and it takes the span's
            values[end] = last + timedelta.resolution if isinstance(last, datetime) else last
    found = db.session.execute(query, values).all()
    lines = [_line(name, row, looker) for row in found[:PAGE]]
    return Page(lines, found[PAGE - 1].id if len(found) > PAGE else None)


def _line(name: str, row, looker: Looker) -> Line:
    fact, why = LISTS[name].fact(row), getattr(row, "why", None) or ""
    return Line(_day(row.at), fact, bool(row.mine), row.ref or "", row.name or "", why, _goes(name, row, looker))


# Where the thing itself is: for its group, and at the host.
_OURS = {"R": ("receipts.show", "number"), "S": ("support.show", "number"), "D": ("breakglass.ours_show", "glass_id")}
_OURS |= {"P": ("autonomy.proposal", "proposal_id")}
_HOSTS = {"R": ("desk.show", "number"), "S": ("requests.show", "number"), "A": ("asks.show", "number")}
_OF_A_GROUP = {"D": ("breakglass.show", "glass_id"), "L": ("ledger.entry", "entry_id")}


def _goes(name: str, row, looker: Looker) -> tuple[str, dict] | None:
    if not row.ref or not row.ref[1:].isdecimal():
        return None
    letter, number = row.ref[0], int(row.ref[1:])
    if name == "waited" and letter == "S" and looker.group_id is not None:
        return None  # it may not have reached them yet
    if looker.group_id is not None:
        endpoint, named = _OURS.get(letter, ("", ""))
        return (endpoint, {"group": looker.slug, named: number}) if endpoint else None
    if letter in _OF_A_GROUP:
        endpoint, named = _OF_A_GROUP[letter]
        return endpoint, {"slug": row.slug, named: number}
    endpoint, named = _HOSTS.get(letter, ("", ""))
    return (endpoint, {named: number}) if endpoint else None
