"""The lines that the door writes in the log, and the newest of them about a row."""

import sqlalchemy as sa

from portal.activity import chain, happened
from portal.activity.models import TOLD_LATER, Entry
from portal.autonomy.areas import Area, Level, Outcome
from portal.autonomy.declaration import Declared
from portal.autonomy.noticing import Noticed
from portal.autonomy.policy import Decision
from portal.core import clock, wall
from portal.core.db import db, set_mode
from portal.people.models import Group
from portal.people.roles import Actor


def note(
    wanted: Declared,
    by: Actor,
    group: Group | None,
    subject,
    decision: Decision,
    filed: tuple[Area | None, Level | None],
    *,
    once: str | None = None,
    body: str | None = None,
    noticed: Noticed | None = None,
    why: str | None = None,
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
    changes = noticed.about(f"{entry.subject_table}:{entry.subject_id}") if noticed else []
    words = ({"changes": changes} if changes else {}) | ({"why": why} if why else {})
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


def newest_change(row, *, apart_from: list[str]) -> int:
    """The number of the newest entry about this row by which something changed; but for these actions, which only look."""
    changed = sa.select(sa.func.max(Entry.seq)).where(
        Entry.group_id == row.group_id,
        Entry.subject_table == row.__tablename__,
        Entry.subject_id == row.id,
        Entry.outcome.not_in((Outcome.DENY, Outcome.PROPOSE)),
        Entry.action.not_in(apart_from),
    )
    return db.session.scalar(changed) or 0
