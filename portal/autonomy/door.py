"""The door. Every change is an action, and every action passes here: asked, run, noted, committed once; or refused.

    @action(area=Area.RECEIPTS, roles=GROUP_ROLES, says="added a receipt")
    def upload(by, group, *, photo, note=None): ...

    actions.upload(actor, group, key=form.key, photo=arrived)

An action with `on=Receipt` is called with that row's id after the group; the door loads the row of this very group, or
raises NotHere. What the function returns is the answer, unless the policy says otherwise: `Refused` and `Proposed` are
raised, and the web turns them into pages for every feature alike.
"""

import json
from collections.abc import Callable
from contextvars import ContextVar

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from portal.activity.models import Entry
from portal.autonomy import door_lines, policy
from portal.autonomy import standing as standings
from portal.autonomy.areas import Area, Duty, Level, Outcome
from portal.autonomy.declaration import IN_GROUP, Asking, Declared, Scope
from portal.autonomy.models import Proposal
from portal.autonomy.noticing import noticing
from portal.autonomy.policy import Case, Decision
from portal.autonomy.standing import Standing
from portal.core import wall
from portal.core.db import HOST, RECORD, db, writing
from portal.core.marks import canonical, fingerprint
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


class Action(Declared):
    """A function behind the door."""

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

    def __repr__(self) -> str:
        return f"<Action {self.name}>"


ACTIONS: dict[str, Action] = {}
_said_yes: ContextVar[bool] = ContextVar("said yes", default=False)


def action(
    *,
    says: str,
    roles: frozenset[Role],
    area: Area | None = None,
    duty: Duty | None = None,
    scope: Scope = Scope.GROUP,
    on: type | None = None,
    asks_again: bool = False,
    bars: Callable | None = None,
    asks: Asking = Asking(),
    undo: Callable | None = None,
) -> Callable[[Callable], Action]:
    """Put a function behind the door.

    `says` is what its entry reads; `roles` who may ever (helpers: to what they added themselves); `area` or `duty` by what
    right; `scope` whose rows it writes; `on` the model of the row it is about; `asks_again` needs a passkey or password
    within 10 minutes; `bars(by, row, facts)` says why this person can't do it to this row now (a second person is needed),
    or ""; `asks` how it is proposed; `undo(by, group, row)` ends the row it added or let go, never by deleting it.
    """

    def wrap(function: Callable) -> Action:
        name = f"{function.__module__.split('.')[-2]}.{function.__name__}"
        ACTIONS[name] = Action(
            name=name,
            run=function,
            says=says,
            roles=roles,
            area=area,
            duty=duty,
            scope=scope,
            on=on,
            asks_again=asks_again,
            bars=bars,
            asks=asks,
            undo=undo,
        )
        return ACTIONS[name]

    return wrap


def may(by: Actor, group: Group | None, wanted: Action, row=None) -> Decision:
    """What the door would answer now, for showing a button, “ask the group”, or the reason."""
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
    whose = [wanted.name, by.person_id, group.id if group else None, row_id, key]
    once, body = (fingerprint(whose), fingerprint(facts | ({"why": why} if why else {}))) if key else (None, None)
    filed = _filed(wanted, group, row, facts)
    if once and (earlier := session.scalar(sa.select(Entry).where(Entry.once == once))):
        return _answer_again(earlier, body)
    decision = _decide(wanted, by, group, row, facts)
    if decision.outcome is Outcome.DENY:
        door_lines.note(wanted, by, group, row, decision, filed, why=why)
        session.commit()
        raise Refused(wanted, decision, group)
    if wanted.asks_again and not by.proved_lately:
        session.rollback()
        raise ProofNeeded()
    if decision.outcome is Outcome.PROPOSE:
        if wanted.asks.fits:
            wanted.asks.fits(group, row, **facts)
        raise Proposed(_propose(wanted, by, group, row, decision, facts, why, once, body))
    with wall.opened(group.id if group else None), noticing(session, by) as noticed:
        result = wanted.run(by, *_arguments(wanted, group, row), **facts)
        session.flush()
        if by.is_host:
            _check_area(wanted, noticed.rewritten)
        subject = result if isinstance(result, db.Model) else row
        if noticed.anything or wanted.scope is not Scope.GROUP:  # no line without a change (safety guide, invariant 2)
            told = group or wall.founded()
            door_lines.note(wanted, by, told, subject, decision, filed, once=once, body=body, noticed=noticed, why=why)
    session.commit()
    return result


def run_for(proposer: Actor, wanted: Action, group: Group, row, facts: dict) -> None:
    """Run what was proposed, within the yes to it, and hold it to the area of the proposal."""
    token = _said_yes.set(True)
    try:
        with noticing(db.session(), proposer) as noticed:
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
    if wanted.scope not in IN_GROUP:
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
    priced = wanted.asks.costs(row, facts) if wanted.asks.costs else 0
    pence, month_pence = priced if isinstance(priced, tuple) else (priced, 0)
    barred = wanted.bars(by, row, facts) if wanted.bars and row is not None else ""
    own = row is None or (by.person_id is not None and getattr(row, "added_by", None) == by.person_id)
    return Case(own=own, pence=pence, month_pence=month_pence, barred=barred)


def _arguments(wanted: Action, group: Group | None, row) -> list:
    given = [group] if wanted.scope in IN_GROUP else []
    return given if wanted.on is None else [*given, row]


def _propose(wanted: Action, by: Actor, group, row, decision: Decision, facts: dict, why, once, body) -> Proposal:
    proposal = Proposal(
        group_id=group.id,
        action=wanted.name,
        area=wanted.area,
        subject_table=row.__tablename__ if row is not None else None,
        subject_id=row.id if row is not None else None,
        seen_seq=newest_seq(row),
        facts=json.loads(canonical(facts)),
        why=why,
        person_id=by.person_id,
        role=decision.role,
    )
    with wall.opened(group.id):
        db.session.add(proposal)
        db.session.flush()
        door_lines.note(wanted, by, group, proposal, decision, (wanted.area, decision.level), once=once, body=body, why=why)
    db.session.commit()
    return proposal


def newest_seq(row) -> int:
    """The newest entry that changed this row: when it moves on, what was proposed before may no longer fit."""
    looks = [name for name, one in ACTIONS.items() if one.scope is Scope.LOOK]
    return door_lines.newest_change(row, apart_from=looks) if row is not None else 0


def _filed(wanted: Action, group: Group | None, row, facts: dict) -> tuple[Area | None, Level | None]:
    """Under which area an entry stands, and the level there at that moment: the action’s, its row’s, or the one named."""
    named = wanted.area or getattr(row, "area", None) or facts.get("area")
    area = next((area for area in Area if area == named), None)
    return area, standings.of(group.id).levels[area] if area and group and not wanted.area else None


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
