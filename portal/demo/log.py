"""The demo's log: an entry for what nobody was there to do, kept until all is laid out, and then written in order."""

from datetime import datetime
from itertools import groupby

from portal.activity import chain
from portal.activity.models import Entry
from portal.autonomy.areas import Outcome
from portal.autonomy.door import ACTIONS
from portal.core import wall
from portal.core.db import db

_told: list[tuple[Entry, dict | None]] = []  # what happened, before it is written down


def begin() -> None:
    """Nothing happened yet."""
    _told.clear()


def entry(group, person, role, action: str, row, at: datetime, changes=(), **facts) -> None:
    """Keep an entry as the door would have written it."""
    made = Entry(
        group_id=group.id,
        at=at,
        person_id=person.id if person else None,
        role=role,
        action=action,
        about=getattr(row, "ref", None),
        subject_table=getattr(row, "__tablename__", None),
        subject_id=getattr(row, "id", None),
        **{"says": ACTIONS[action].says if action in ACTIONS else "", "outcome": Outcome.ALLOW, **facts},
    )
    _told.append((made, {"changes": list(changes)} if changes else None))


def write() -> None:
    """What happened, into each group's log in the order it did."""
    in_order = sorted(_told, key=lambda told: (told[0].group_id or 0, told[0].at))
    for group_id, told in groupby(in_order, key=lambda told: told[0].group_id):
        with wall.opened(group_id):
            for one, words in told:
                chain.append(one, words)
    db.session.commit()
