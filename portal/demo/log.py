"""The demo's log: an entry for what nobody was there to do."""

from datetime import datetime

from portal.activity import chain
from portal.activity.models import Entry
from portal.autonomy.areas import Outcome
from portal.autonomy.door import ACTIONS


def entry(group, person, role, action: str, row, at: datetime, changes=(), **facts) -> None:
    """Add an entry as the door would have written it. Within an open door."""
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
    chain.append(made, {"changes": list(changes)} if changes else None)
