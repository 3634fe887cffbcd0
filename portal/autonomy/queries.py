"""Reads of a group's promise: proposals that wait, what can be undone, what was agreed by whom."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from portal.activity.models import Entry, EntryWords
from portal.activity.told_later import is_told
from portal.autonomy import change_words, standing
from portal.autonomy.areas import Area, Outcome
from portal.autonomy.change_words import Key, Meaning, Shown, key_of, plain
from portal.autonomy.door import ACTIONS
from portal.autonomy.models import (
    NEW_ORGANISER_WAITS,
    PROPOSAL_LASTS,
    SECOND_WITHIN,
    UNDO_LASTS,
    AreaLevel,
    Loosening,
    Proposal,
    ProposalNote,
    Quiet,
    SpendingLimit,
    Undo,
)
from portal.core import clock, wall
from portal.core.db import db
from portal.core.waiting import columns
from portal.people import queries as people
from portal.people.models import Membership, Person
from portal.people.roles import Role

PAGE = 20
Spells = list[tuple[datetime, datetime]]


def proposal_deadline(proposal: Proposal, spells: Spells) -> datetime:
    """Until when it can be answered; after that, no answer was a no."""
    return standing.deadline(proposal.made_at, PROPOSAL_LASTS, spells)


@dataclass(frozen=True)
class Waiting:
    """A proposal with who made it and until when it can be answered."""

    proposal: Proposal
    by: str
    until: datetime


def waiting(group_id: int, after: int | None = None) -> list[Waiting]:
    """Proposals the group can still answer, the oldest first, those after a number; one more than fit a page."""
    spells = standing.quiet_spells(group_id)
    now = clock.now()
    paused = sum((over - begin for begin, over in spells), timedelta())  # none older than this can still be open
    rows = db.session.execute(
        sa.select(Proposal, Person.name)
        .outerjoin(Person, Person.id == Proposal.person_id)
        .where(
            Proposal.group_id == group_id,
            Proposal.answered_at.is_(None),
            Proposal.made_at > now - PROPOSAL_LASTS - paused,
            Proposal.id > (after or 0),
        )
        .order_by(Proposal.id)
        .limit(PAGE + 1)
    )
    found = [Waiting(proposal, name or "Trellis", proposal_deadline(proposal, spells)) for proposal, name in rows]
    return [one for one in found if one.until > now]


# What waits for an organiser: proposals of staff, to which a no is everybody’s; and loosenings somebody else started.
SUMMARY_STAYS = timedelta(days=7)  # the summary of a rest, on the first page
_OVER_AT = sa.func.coalesce(Quiet.ended_at, Quiet.until)
WAITING = (
    sa.select(*columns("proposal", number=Proposal.id, who=Person.name, what=Proposal.area, at=Proposal.made_at))
    .outerjoin(Person, Person.id == Proposal.person_id)
    .where(Proposal.group_id == sa.bindparam("group"), Proposal.answered_at.is_(None)),
    sa.select(*columns("rested", number=Quiet.id, who=Person.name, what=sa.literal(""), at=_OVER_AT))
    .join(Person, Person.id == Quiet.started_by)
    .where(
        Quiet.group_id == sa.bindparam("group"),
        sa.bindparam("rested_since") < _OVER_AT,
        sa.bindparam("rested_until") >= _OVER_AT,
    ),
)
WAITING_FOR_YES = (
    sa.select(*columns("loosening", number=Loosening.id, who=Person.name, what=Loosening.area, at=Loosening.started_at))
    .join(Person, Person.id == Loosening.started_by)
    .where(
        Loosening.group_id == sa.bindparam("group"),
        Loosening.started_by != sa.bindparam("person"),
        Loosening.agreed_at.is_(None),
        Loosening.ended_at.is_(None),
        Loosening.started_at > sa.bindparam("loosenings_since"),
    ),
)


def waiting_since() -> dict:
    """From when on things still wait, for WAITING."""
    now = clock.now()
    return {"loosenings_since": now - SECOND_WITHIN, "rested_since": now - SUMMARY_STAYS, "rested_until": now}


def still_waits(group_id: int, made_at: datetime) -> bool:
    """Whether a proposal made then can still be answered; quiet time is only looked up where it could matter."""
    now = clock.now()
    if made_at + PROPOSAL_LASTS > now:
        return True
    return standing.deadline(made_at, PROPOSAL_LASTS, standing.quiet_spells(group_id)) > now


def notes_of(group_id: int, proposal_ids: list[int]) -> dict[int, list[tuple[ProposalNote, str]]]:
    """What was asked and answered under these proposals, with names, by proposal."""
    found: dict[int, list[tuple[ProposalNote, str]]] = {proposal_id: [] for proposal_id in proposal_ids}
    rows = db.session.execute(
        sa.select(ProposalNote, Person.name)
        .join(Person, Person.id == ProposalNote.person_id)
        .where(ProposalNote.group_id == group_id, ProposalNote.proposal_id.in_(proposal_ids))
        .order_by(ProposalNote.id)
    )
    for note, name in rows:
        found[note.proposal_id].append((note, name))
    return found


def entry_of(proposal: Proposal) -> int | None:
    """The entry of its being proposed."""
    return db.session.scalar(
        sa.select(sa.func.min(Entry.id)).where(
            Entry.group_id == proposal.group_id,
            Entry.subject_table == Proposal.__tablename__,
            Entry.subject_id == proposal.id,
        )
    )


def proposal(group_id: int, proposal_id: int) -> Proposal | None:
    return db.session.scalar(sa.select(Proposal).where(Proposal.id == proposal_id, Proposal.group_id == group_id))


def notes(proposal: Proposal) -> list[tuple[ProposalNote, str]]:
    """What was asked and answered under a proposal, with names."""
    return notes_of(proposal.group_id, [proposal.id])[proposal.id]


def row_of(group_id: int, subject: Entry | Proposal):
    """The row an entry or a proposal is about, in this group; None when it is gone or there is none."""
    key = subject.subject_table, subject.subject_id
    return rows_of(group_id, [key]).get(key)


def rows_of(group_id: int, keys: Iterable[Key]) -> dict[Key, object]:
    """These rows, as far as they are of this group; one statement for each table."""
    found: dict[Key, object] = {}
    wanted = set(keys)
    for mapper in db.Model.registry.mappers:
        table, model = mapper.local_table.name, mapper.class_
        ids = [number for named, number in wanted if named == table and isinstance(number, int)]
        if ids and "group_id" in mapper.columns:
            rows = db.session.scalars(sa.select(model).where(model.id.in_(ids), model.group_id == group_id))
            found |= {(table, row.id): row for row in rows}
    return found


def keys_of(proposals: Iterable[Proposal]) -> set[Key]:
    """The rows these proposals are about or name."""
    about = {(one.subject_table, one.subject_id) for one in proposals}
    return about | {
        (model.__tablename__, one.facts.get(name))  # type: ignore[attr-defined]
        for one in proposals
        if one.action in ACTIONS
        for name, model in ACTIONS[one.action].asks.ids.items()
    }


def differs(row, change: dict) -> bool:
    """Whether a column no longer holds what the change put there."""
    return plain(getattr(row, change["column"])) != change["after"]


def clashes(rows: dict[Key, object], changes: list[dict]) -> list[dict]:
    """Those changes after which somebody changed the same thing again; their rows may be gone by now."""
    found = ((in_its_row(rows, change), change) for change in changes)
    return [change for row, change in found if row is not None and differs(row, change)]


def typed(row, column: str, value):
    """A value from the log as its column takes it."""
    kind = sa.inspect(row).mapper.column_attrs[column].columns[0].type.python_type if value is not None else None
    if kind in {date, datetime}:
        return kind.fromisoformat(value)
    return value


@dataclass(frozen=True)
class Told:
    """A change of the host's people: what it put where, by whom, and until when it can be undone.

    `changes` are the columns of the row it is about, and those of the same area in other rows; empty once the words are
    erased (`is_kept`). `added`: it made that row, which the action knows how to take back or doesn't.
    """

    entry: Entry
    by: str
    changes: list[dict]
    why: str | None
    added: bool
    undone: bool
    until: datetime
    is_kept: bool

    @property
    def row_key(self) -> Key:
        """The row it is about."""
        return self.entry.subject_table, self.entry.subject_id

    @property
    def keys(self) -> set[Key]:
        """The rows it is about and changed."""
        return {self.row_key, *(key_of(change) for change in self.changes)}

    @property
    def undo_words(self) -> str:
        """What the button to undo it says."""
        return "Take it back" if self.added else "Put it back how it was"

    @property
    def can_undo(self) -> bool:
        """Whether it was a tell-after change within its 14 days that nobody undid yet."""
        wanted = ACTIONS.get(self.entry.action)
        knows_how = bool(wanted and wanted.undo) if self.added else bool(self.changes)
        told = self.entry.outcome == Outcome.ALLOW_TELL
        return told and knows_how and not self.undone and self.until > clock.now()


def told(group_id: int, entry_id: int) -> Told | None:
    """One entry of a group as its own page shows it, quiet time counted out of its deadline. Two statements."""
    undone = sa.select(Undo.id).where(Undo.group_id == Entry.group_id, Undo.entry_id == Entry.id).exists()
    beside = sa.and_(EntryWords.entry_id == Entry.id, EntryWords.group_id == Entry.group_id)
    found = db.session.execute(
        sa.select(Entry, Person.name, EntryWords.words, undone)
        .outerjoin(EntryWords, beside)
        .outerjoin(Person, Person.id == Entry.person_id)
        .where(Entry.id == entry_id, Entry.group_id == group_id, is_told())
    ).first()
    if found is None:
        return None
    entry, name, words, was_undone = found
    own = entry.subject_table, entry.subject_id
    every = (words or {}).get("changes", [])
    changes = [change for change in every if key_of(change) == own or (entry.area and _lies_in(change) == entry.area)]
    added = any(key_of(change) == own and change["column"] == "id" and change["before"] is None for change in changes)
    until = standing.deadline(entry.at, UNDO_LASTS, standing.quiet_spells(group_id))
    shown, why = [] if added else changes, (words or {}).get("why")
    return Told(entry, name or "Trellis", shown, why, added, bool(was_undone), until, words is not None)


def past_undo(told: Told, row) -> str:
    """Why a change can't be undone though its time isn't over, as the row it is about has it; or an empty string."""
    says = getattr(row, "past_undo", None)
    return says({change["column"] for change in told.changes}) if says else ""


def _lies_in(change: dict) -> str | None:
    """The area a changed column lies in."""
    table = db.metadata.tables.get(change["row"].partition(":")[0])
    return wall.owner_of(table, change["column"]) if table is not None else None


def in_its_row(rows: dict[Key, object], change: dict):
    """The row of a change."""
    return rows.get(key_of(change))


def organisers_that_count(group_id: int) -> set[int]:
    """Those who have been organisers for 7 days or more: they can let staff do more."""
    rows = db.session.execute(
        sa.select(Membership.person_id, Membership.joined_at).where(
            Membership.group_id == group_id, Membership.role == Role.ORGANISER, Membership.ended_at.is_(None)
        )
    ).all()
    return {person_id for person_id, joined_at in rows if joined_at <= clock.now() - NEW_ORGANISER_WAITS}


def loosenings(group_id: int) -> list[tuple[Loosening, str]]:
    """What is on its way to let staff do more, with who started it."""
    rows = db.session.execute(
        sa.select(Loosening, Person.name)
        .join(Person, Person.id == Loosening.started_by)
        .where(Loosening.group_id == group_id, Loosening.ended_at.is_(None))
        .order_by(Loosening.id)
    )
    now = clock.now()
    return [(one, name) for one, name in rows if one.is_open(now)]


@dataclass(frozen=True)
class Agreed:
    """Since when a setting holds as it does, and the names of who set it or agreed to it."""

    at: datetime
    by: list[str]


LIMITS = "limits"


def agreed(group_id: int) -> dict[str, Agreed]:
    """Who agreed to what a group has set, and when, by area and for the limits. What stands as at the start isn't there."""
    second = aliased(Person)
    limits_by = (
        sa.select(Entry.person_id)
        .where(Entry.group_id == SpendingLimit.group_id, Entry.action == "autonomy.set_limits")
        .where(Entry.outcome == Outcome.ALLOW, Entry.at >= SpendingLimit.set_at)
        .order_by(Entry.seq)
        .limit(1)
        .correlate(SpendingLimit)
        .scalar_subquery()
    )
    limits = sa.literal(LIMITS)
    parts = (
        sa.select(sa.type_coerce(AreaLevel.area, sa.String), AreaLevel.set_at, Person.name, sa.cast(sa.null(), sa.String))
        .outerjoin(Person, Person.id == AreaLevel.set_by)
        .where(AreaLevel.group_id == group_id),
        sa.select(limits, SpendingLimit.set_at, Person.name, sa.cast(sa.null(), sa.String))
        .outerjoin(Person, Person.id == limits_by)
        .where(SpendingLimit.group_id == group_id),
        sa.select(
            sa.case((Loosening.level.is_(None), limits), else_=sa.type_coerce(Loosening.area, sa.String)),
            *(Loosening.holds_from, Person.name, second.name),
        )
        .join(Person, Person.id == Loosening.started_by)
        .outerjoin(second, second.id == Loosening.agreed_by)
        .where(Loosening.group_id == group_id, Loosening.holds_from <= clock.now(), Loosening.ended_at.is_(None)),
    )
    newest: dict[str, Agreed] = {}
    for what, at, one, other in sorted(db.session.execute(sa.union_all(*parts)), key=lambda row: row[1]):
        newest[what] = Agreed(at, list(dict.fromkeys(name for name in (one, other) if name)))
    return newest


def rest_that_was(group_id: int, quiet_id: int) -> Quiet | None:
    """A spell of rest that is over."""
    quiet = db.session.scalar(sa.select(Quiet).where(Quiet.id == quiet_id, Quiet.group_id == group_id))
    return quiet if quiet and quiet.over_at <= clock.now() else None


def quiet_now(group_id: int) -> Quiet | None:
    """The spell of rest a group is in."""
    now = clock.now()
    return db.session.scalar(
        sa.select(Quiet).where(
            Quiet.group_id == group_id, Quiet.started_at <= now, Quiet.until > now, Quiet.ended_at.is_(None)
        )
    )


def shown_changes(group_id: int, rows: dict[Key, object], changes: list[dict]) -> list[Shown]:
    """What an entry changed, as a person reads it; each row by its name where it changed several."""
    told = [change for change in changes if change_words.is_shown(key_of(change)[0], change["column"])]
    several = len({change["row"] for change in told}) > 1
    held = [(key_of(one)[0], one["column"], (one["before"], one["after"], _since(rows, one))) for one in told]
    names = names_in(group_id, [(table, column, value) for table, column, values in held for value in values])
    found = []
    for change, (table, column, values) in zip(told, held, strict=True):
        row, name = in_its_row(rows, change), change_words.called(table, column)
        if several:
            name = f"{_named(row) or change['row']}: {name.lower()}"
        read = (change_words.read(table, column, value, names) for value in values)
        found.append(Shown(name, *read, moved_on=row is not None and differs(row, change)))
    return found


def _since(rows: dict[Key, object], change: dict):
    """What a changed column holds by now, as the log would keep it."""
    row = in_its_row(rows, change)
    return plain(getattr(row, change["column"])) if row is not None else None


def of_added(row) -> list[Shown]:
    """What a row that was added says, of what is the group's."""
    table = sa.inspect(row).mapper.local_table
    ours = [column.key for column in table.c if wall.owner_of(table, column.key) in list(Area)]
    held = [(name, None, plain(getattr(row, name))) for name in ours]
    return change_words.in_words(
        table.name, held, names_in(row.group_id, [(table.name, name, now) for name, _, now in held])
    )


def names_in(group_id: int, held: Iterable[tuple[str | None, str, object]]) -> dict[Key, str]:
    """What the rows are called that these columns (table, column, value) hold the numbers of."""
    keys = {key for table, column, value in held if (key := change_words.named_by(table, column, value))}
    found = {key: _named(row) for key, row in rows_of(group_id, {key for key in keys if key[0] != "people"}).items()}
    persons = people.names(number for table, number in keys if table == "people")
    return found | {("people", number): name for number, name in persons.items()}


def _named(row) -> str:
    """What to call a row."""
    return next(filter(None, (getattr(row, name, None) for name in ("name", "title", "called", "ref"))), "")


def meanings(group_id: int, proposals: list[Proposal]) -> list[Meaning]:
    """What each proposal would change: as its action says it, or each fact as it is and would be. Nothing where the words
    it needs for that were taken out."""
    rows = rows_of(group_id, keys_of(proposals))
    said = [_means(one, rows) for one in proposals]
    facts = [[] if means else list(_facts(one, rows)) for one, means in zip(proposals, said, strict=True)]
    tables = [one.subject_table for one in proposals]
    held = [
        (table, name, value) for table, those in zip(tables, facts, strict=True) for name, *both in those for value in both
    ]
    names = names_in(group_id, held)
    return [
        means or Meaning(change_words.in_words(table, those, names))
        for means, table, those in zip(said, tables, facts, strict=True)
    ]


def _means(proposal: Proposal, rows: dict[Key, object]) -> Meaning | None:
    """What it comes to in its action's own words, where that has some."""
    row, wanted = rows.get((proposal.subject_table, proposal.subject_id)), ACTIONS.get(proposal.action)
    if not (wanted and wanted.asks.means and (row is not None or wanted.on is None)):
        return None
    return Meaning([]) if wanted.lacks(proposal.facts) else wanted.asks.means(row, proposal.facts, rows)


def _facts(proposal: Proposal, rows: dict[Key, object]) -> Iterator[tuple[str, object, object]]:
    """Each fact with what its row holds now, and would."""
    row = rows.get((proposal.subject_table, proposal.subject_id))
    for name, after in proposal.facts.items():
        yield name, plain(getattr(row, name, None)), after
