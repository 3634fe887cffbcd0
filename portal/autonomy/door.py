"""The door. Every change is an action, and every action passes here: asked, run, noted, committed once; or refused.

    @action(area=Area.RECEIPTS, roles=GROUP_ROLES, says="added a receipt")
    def upload(by, group, *, photo, note=None): ...

    actions.upload(actor, group, key=form.key, photo=arrived)

An action with `on=Receipt` is called with that row's id after the group; the door loads the row of this very group, or
raises NotHere. What the function returns is the answer, unless the policy says otherwise: `Refused` and `Proposed` are
raised, and the web turns them into pages for every feature alike.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import asdict, dataclass, fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from inspect import signature

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.activity import chain, happened
from portal.activity.models import TOLD_LATER, Entry, EntryWords
from portal.autonomy import policy
from portal.autonomy import standing as standings
from portal.autonomy.areas import Area, Duty, Level, Outcome
from portal.autonomy.models import Proposal
from portal.autonomy.policy import Case, Decision
from portal.autonomy.standing import Standing
from portal.core import clock, wall
from portal.core.db import HOST, RECORD, db, set_mode, writing
from portal.people import queries as people
from portal.people.models import Group
from portal.people.roles import Actor, Role


class Refused(Exception):
    """The group, or the rules, keep this one. Carries the action and the decision, whose `why` a person can read."""

    def __init__(self, action: "Action", decision: Decision, group: Group | None):
        super().__init__(decision.why)
        self.action, self.decision, self.group = action, decision, group


class Proposed(Exception):
    """Nothing changed: the action waits for the group's yes as this proposal."""

    def __init__(self, proposal: Proposal):
        super().__init__(proposal.action)
        self.proposal = proposal


class Mistake(Exception):
    """The action can't be done as asked; the text is a plain sentence, `field` the box it belongs to."""

    def __init__(self, sentence: str, field: str | None = None):
        super().__init__(sentence)
        self.field = field


class NotHere(Exception):
    """No such row in this group."""


class OutOfArea(Exception):
    """An action of the host's changed what lies in another area of the group's: the action is wrong. Nothing is kept."""


class ProofNeeded(Exception):
    """A passkey or password must be given again first (safety guide: at most 10 minutes old)."""


class SameKeyOtherBody(Exception):
    """A form came a second time under the same key with something else in it. `row`: what it made the first time."""

    def __init__(self, row=None):
        super().__init__()
        self.row = row


class Scope(Enum):
    """Whose rows an action may write."""

    GROUP = "group"
    FOUNDING = "founding"  # makes a group, then writes in it
    HOST = "host"  # the installation's own
    PERSON = "person"  # somebody's own sign-in


@dataclass(frozen=True)
class Action:
    """A function behind the door, with what the policy needs to know of it."""

    name: str
    run: Callable
    area: Area | None
    roles: frozenset[Role]
    says: str
    duty: Duty | None
    scope: Scope
    on: type | None
    helpers_own: bool
    always_asks: bool
    asks_again: bool
    reads: bool
    costs: Callable | None
    bars: Callable | None
    takes_back: Callable | None
    concerns: Callable | None
    means: Callable | None
    fits: Callable | None
    lasting: bool
    ids: Mapping[str, type]

    def __call__(
        self,
        by: Actor,
        group: Group | None = None,
        row_id: int | None = None,
        *,
        key: str = "",
        why: str | None = None,
        **facts,
    ):
        """Pass the door. `why` is kept beside its entry, and goes with it when it has to wait for a yes.

        Raises Refused, Proposed, NotHere, ProofNeeded, Mistake or SameKeyOtherBody.
        """
        try:
            return _pass(self, by, group, row_id, key, why, facts)
        except IntegrityError:
            if not key:
                raise
            return _pass(self, by, group, row_id, key, why, facts)  # the same form got in first: answer as it was answered

    def lacks(self, facts: Mapping) -> bool:
        """Whether it can't be done with these facts alone, as with those of a proposal whose words were taken out."""
        own = signature(self.run).parameters.values()
        return any(one.kind is one.KEYWORD_ONLY and one.default is one.empty and one.name not in facts for one in own)

    def __repr__(self) -> str:
        return f"<Action {self.name}>"


ACTIONS: dict[str, Action] = {}
_said_yes: ContextVar[bool] = ContextVar("said yes", default=False)


def action(
    *,
    roles: frozenset[Role],
    says: str,
    area: Area | None = None,
    duty: Duty | None = None,
    scope: Scope = Scope.GROUP,
    on: type | None = None,
    helpers_own: bool = False,
    always_asks: bool = False,
    asks_again: bool = False,
    reads: bool = False,
    costs: Callable | None = None,
    bars: Callable | None = None,
    takes_back: Callable | None = None,
    concerns: Callable | None = None,
    ids: Mapping[str, type] | None = None,
    means: Callable | None = None,
    fits: Callable | None = None,
    lasting: bool = False,
) -> Callable[[Callable], Action]:
    """Put a function behind the door.

    `area` or `duty` says by what right; `roles` who may ever; `says` what the entry reads; `on` the model of the row it is
    about; `helpers_own` lets helpers do it to what they added; `always_asks` is never more than a proposal for staff
    (between funds); `asks_again` needs a passkey or password within 10 minutes; `reads` changes nothing, its line is the
    point; `costs(row, facts)` is its price in pence, or (its price, what staff said yes to for this group in this London
    month already), so that the group's limit for a month holds;
    `bars(by, row, facts)` says why this person can't do it to this row now (a second person is needed), or "";
    `takes_back(by, group, row)` ends the row it added or let go, where the group undoes that: never by deleting it;
    `concerns(row, facts)` is the area its entry stands under, where it decides about an area rather than in one;
    `ids` names the facts that are ids, and of which model; `means(row, facts, rows)` is what a proposal of it comes to, as
    a person reads it (`autonomy.wording.Meaning`), where its facts alone don't say; `fits(group, row, **facts)` raises
    Mistake or NotHere where it couldn't be done anyway, so that nobody is asked for that; `lasting`: a proposal of it fits
    however its row moved on since.
    """

    def wrap(function: Callable) -> Action:
        name = f"{function.__module__.split('.')[-2]}.{function.__name__}"
        made = Action(
            *(name, function, area, roles, says, duty, scope, on),
            *(helpers_own, always_asks, asks_again, reads),
            *(costs, bars, takes_back, concerns, means, fits),
            lasting,
            ids or {},
        )
        ACTIONS[name] = made
        return made

    return wrap


def may(by: Actor, group: Group | None, wanted: Action, row=None) -> Decision:
    """What the door would answer now, for showing a button, “ask the group”, or the reason. Asks nothing of the row but
    whose it is."""
    standing = standings.of(group.id, row, adding=wanted.name) if group and by.is_host else Standing()
    return would(by, standing, wanted, row)


def would(by: Actor, standing: Standing, wanted: Action, row=None) -> Decision:
    """The same for a group that stands so, where that was read already: for a page about many groups."""
    return policy.decide(by, standing, wanted.area, wanted, _case(wanted, by, row, {}))


def note_read(wanted: Action, by: Actor, group: Group | None, row_id: int, **facts):
    """Pass the door on a page that only reads, for the line of a sensitive read, in a short transaction of its own."""
    with writing():
        return wanted(by, group, row_id, **facts)


def _pass(wanted: Action, by: Actor, group: Group | None, row_id: int | None, key: str, why: str | None, facts: dict):
    session = db.session()
    session.rollback()  # whatever was read to show the form is read again, inside the change's own transaction
    group = _lock(group, wanted)
    row = _load(wanted, by, group, row_id)
    once, body = _marks(wanted, by, group, row_id, key, facts | ({"why": why} if why else {}))
    filed = _filed(wanted, group, row, facts)
    if once and (earlier := session.scalar(sa.select(Entry).where(Entry.once == once))):
        return _answer_again(earlier, body)
    decision = _decide(wanted, by, group, row, facts)
    if decision.outcome is Outcome.DENY:
        _note(wanted, by, group, row, decision, filed, why=why)
        session.commit()
        raise Refused(wanted, decision, group)
    if wanted.asks_again and not by.proved_lately:
        session.rollback()
        raise ProofNeeded()
    if decision.outcome is Outcome.PROPOSE:
        if wanted.fits:
            wanted.fits(group, row, **facts)
        raise Proposed(_propose(wanted, by, group, row, decision, facts, why, once, body))
    founded = group
    if wanted.scope is Scope.FOUNDING:
        founded = Group(**facts.pop("founds"))
        session.add(founded)
        session.flush()
    with wall.opened(founded.id if founded else None), _noticing(session, by) as noticed:
        result = wanted.run(by, *_arguments(wanted, founded, row), **facts)
        session.flush()
        if by.is_host:
            _check_area(wanted, noticed.rewritten)
        subject = result if isinstance(result, db.Model) else row
        if noticed.anything or wanted.reads or founded is None:  # no line without a change (safety guide, invariant 2)
            _note(wanted, by, founded, subject, decision, filed, once, body, noticed.changes, why)
    session.commit()
    return result


def run_for(proposer: Actor, wanted: Action, group: Group, row, facts: dict) -> None:
    """Run what was proposed, within the yes to it, and hold it to the area of the proposal."""
    token = _said_yes.set(True)
    try:
        with _noticing(db.session(), proposer) as noticed:
            wanted.run(proposer, *_arguments(wanted, group, row), **facts)
            db.session.flush()
    finally:
        _said_yes.reset(token)
    _check_area(wanted, noticed.rewritten)


def has_their_yes() -> bool:
    """Whether the action that runs now was proposed to the group, which says yes to it at this moment."""
    return _said_yes.get()


def _check_area(wanted: Action, rewritten: set[tuple[sa.Table, str]]) -> None:
    """What the host's people rewrite is their own, or lies in the very area the policy was asked about."""
    for table, column in rewritten:
        owner = wall.owner_of(table, column)
        if owner not in {HOST, RECORD, wanted.area}:
            raise OutOfArea(f"{wanted.name} changed {table.name}.{column}, which is the group’s ({owner})")


def _lock(group: Group | None, wanted: Action) -> Group | None:
    """The group, locked for this change (PostgreSQL; on SQLite the transaction itself is the lock)."""
    if wanted.scope is not Scope.GROUP:
        return None
    if group is None:
        raise TypeError(f"{wanted.name} needs a group")
    return db.session.get_one(Group, group.id, with_for_update=True, populate_existing=True)


def _load(wanted: Action, by: Actor, group: Group | None, row_id: int | None):
    if wanted.on is None:
        return None
    query: sa.Select = sa.select(wanted.on).where(wanted.on.id == row_id).with_for_update(of=wanted.on)
    if group is not None:
        query = query.where(wanted.on.group_id == group.id)
    elif wanted.scope is Scope.PERSON:
        query = query.where(wanted.on.person_id == by.person_id)
    row = db.session.scalar(query.execution_options(populate_existing=True))
    if row is None:
        raise NotHere(wanted.name)
    return row


def _decide(wanted: Action, by: Actor, group: Group | None, row, facts: dict) -> Decision:
    """The policy's answer for the roles this actor truly holds at this moment."""
    held = people.roles_held(by, group.id if group else None)
    now = Actor(by.person_id, by.name, held, by.device_id, by.proved_at)
    standing = standings.of(group.id, row, adding=wanted.name) if group else Standing()
    return policy.decide(now, standing, wanted.area, wanted, _case(wanted, by, row, facts))


def _case(wanted: Action, by: Actor, row, facts: dict) -> Case:
    priced = wanted.costs(row, facts) if wanted.costs else 0
    pence, month_pence = priced if isinstance(priced, tuple) else (priced, 0)
    barred = wanted.bars(by, row, facts) if wanted.bars and row is not None else ""
    return Case(own=_is_own(by, row), pence=pence, month_pence=month_pence, barred=barred)


def _is_own(by: Actor, row) -> bool:
    return row is None or (by.person_id is not None and getattr(row, "added_by", None) == by.person_id)


def _arguments(wanted: Action, group: Group | None, row) -> list:
    given = [] if wanted.scope in {Scope.HOST, Scope.PERSON} else [group]
    return given if wanted.on is None else [*given, row]


def _propose(wanted: Action, by: Actor, group, row, decision: Decision, facts: dict, why, once, body) -> Proposal:
    proposal = Proposal(
        group_id=group.id,
        action=wanted.name,
        area=wanted.area,
        subject_table=row.__tablename__ if row is not None else None,
        subject_id=row.id if row is not None else None,
        seen_seq=newest_seq(row),
        facts=json.loads(_canonical(facts)),
        why=why,
        person_id=by.person_id,
        role=decision.role,
    )
    with wall.opened(group.id):
        db.session.add(proposal)
        db.session.flush()
        _note(wanted, by, group, proposal, decision, (wanted.area, decision.level), once, body, why=why)
    db.session.commit()
    return proposal


def newest_seq(row) -> int:
    """The newest entry that changed this row: when it moves on, what was proposed before may no longer fit."""
    if row is None:
        return 0
    readings = [name for name, one in ACTIONS.items() if one.reads]
    changed = sa.select(sa.func.max(Entry.seq)).where(
        Entry.group_id == row.group_id,
        Entry.subject_table == row.__tablename__,
        Entry.subject_id == row.id,
        Entry.outcome.not_in((Outcome.DENY, Outcome.PROPOSE)),
        Entry.action.not_in(readings),
    )
    return db.session.scalar(changed) or 0


def _filed(wanted: Action, group: Group | None, row, facts: dict) -> tuple[Area | None, Level | None]:
    """Under which area an entry stands, and the level there at that moment."""
    named = wanted.area or (wanted.concerns(row, facts) if wanted.concerns else None)
    area = next((area for area in Area if area == named), None)
    return area, standings.of(group.id).levels[area] if area and group and not wanted.area else None


def _note(
    wanted, by: Actor, group, subject, decision: Decision, filed, once=None, body=None, changes=(), why: str | None = None
) -> None:
    """Add the entry, and beside it what changed. A refused try opens the door for its own line alone."""
    entry = Entry(
        group_id=group.id if group else None,
        at=clock.now(),
        person_id=by.person_id,
        role=decision.role,
        action=wanted.name,
        area=filed[0],
        level=TOLD_LATER if getattr(subject, "told_later", False) else filed[1] or decision.level,
        outcome=decision.outcome,
        says=wanted.says,
        about=getattr(subject, "ref", None),
        subject_table=getattr(subject, "__tablename__", None),
        subject_id=getattr(subject, "id", None),
        once=once,
        body=body,
    )
    own = f"{entry.subject_table}:{entry.subject_id}"  # of what was added, only the row the entry is about is a change
    kept = [change for change in changes if change["column"] != "id" or change["before"] or change["row"] == own]
    words: dict = {"changes": sorted(kept, key=lambda one: (one["row"], one["column"]))} if kept else {}
    words |= {"why": why} if why else {}
    if wall.is_open():
        chain.append(entry, words)
        happened.send(wanted, entry=entry, group=group)
    else:
        with wall.opened(entry.group_id):
            chain.append(entry, words)


def note_tries(by: Actor) -> None:
    """Write down the tries that went past the door and broke on the wall, in the log of the group whose rows they were
    about. Called when a request, job or command is over: what they were part of is rolled back by then.
    """
    for group_id, table in wall.tries():
        db.session.rollback()
        set_mode(reads=False)
        if db.session.get(Group, group_id, with_for_update=True) is None:
            continue
        entry = Entry(
            group_id=group_id,
            at=clock.now(),
            person_id=by.person_id,
            role=min(by.roles),
            action="wall.refused",
            outcome=Outcome.DENY,
            says=f"change {table.replace('_', ' ')} going round our settings",
            subject_table=table,
        )
        with wall.opened(group_id):
            chain.append(entry, None)
        db.session.commit()


class _noticing:
    """Collect what the block changes in group-owned rows (each column's value before and after; of a row the host adds, its
    id), and whether anything."""

    def __init__(self, session: Session, by: Actor):
        self.session, self.by = session, by
        self.changes: list[dict] = []
        self.rewritten: set[tuple[sa.Table, str]] = set()
        self.anything = False

    def __enter__(self) -> "_noticing":
        sa.event.listen(self.session, "after_flush", self._look)
        return self

    def __exit__(self, *_):
        sa.event.remove(self.session, "after_flush", self._look)

    def _look(self, session, _context):
        self.anything |= bool(session.new or session.deleted or any(map(session.is_modified, session.dirty)))
        for row in session.new if self.by.is_host else ():
            if wall.owner_column(row.__table__) is not None and not isinstance(row, Entry | EntryWords):
                added = {"column": "id", "before": None, "after": row.id}
                self.changes.append({"row": f"{row.__tablename__}:{row.id}", **added})
        for row in (*session.dirty, *session.deleted):
            mapper = sa.inspect(row).mapper
            if wall.owner_column(mapper.local_table) is None or isinstance(row, EntryWords):
                continue  # words taken out of the log don't go into it again
            gone = row in session.deleted
            for attribute in mapper.column_attrs:
                if attribute.key in getattr(row, "NOT_NOTED", ()):
                    continue
                history = sa.inspect(row).attrs[attribute.key].history
                if history.has_changes() or gone:
                    before = (history.deleted or history.unchanged or [None])[0]
                    after = None if gone else (history.added or [None])[0]
                    if not gone:
                        self.rewritten.add((mapper.local_table, attribute.key))
                    self.changes.append(
                        {
                            "row": f"{mapper.local_table.name}:{row.id}",
                            "column": attribute.key,
                            "before": _plain(before),
                            "after": _plain(after),
                        }
                    )


def _marks(wanted: Action, by: Actor, group, row_id, key: str, facts: dict) -> tuple[str | None, str | None]:
    """The fingerprint of this form and of what is in it, or nothing without a key."""
    if not key:
        return None, None
    whose = [wanted.name, by.person_id, group.id if group else None, row_id, key]
    return _digest(_canonical(whose)), _digest(_canonical(facts))


def _answer_again(earlier: Entry, body: str | None):
    """The answer a form got the first time."""
    db.session.rollback()
    model = next((m.class_ for m in db.Model.registry.mappers if m.local_table.name == earlier.subject_table), None)
    if earlier.body != body:
        raise SameKeyOtherBody(db.session.get(model, earlier.subject_id) if model else None)
    if model is None:
        return None
    if earlier.outcome == Outcome.PROPOSE:
        raise Proposed(db.session.get_one(Proposal, earlier.subject_id))
    return db.session.get(model, earlier.subject_id)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _canonical(value) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), default=_plain)


def _plain(value):
    """A value as JSON keeps it: enums and days as text; an arrived file as its fingerprint; the rest as it is."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date | datetime):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return {name: part for name, part in asdict(value).items() if name in _compared(value)}
    if isinstance(value, str | int | float | bool | list | dict | type(None)):
        return value
    if isinstance(value, set | frozenset | tuple):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} can't be kept as plain JSON")


def _compared(value) -> set[str]:
    """The fields that make a value what it is; where a file was put is not one of them."""
    return {field.name for field in fields(value) if field.compare}
