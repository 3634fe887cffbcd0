"""What is held leaves when its hour has come; the door decides again at that moment."""

from portal.autonomy import standing
from portal.autonomy.door import Proposed, Refused, would
from portal.contact import host_questions, times
from portal.core import clock
from portal.core.db import db
from portal.core.jobs import regularly
from portal.people.models import Group
from portal.people.roles import SYSTEM


@regularly
def let_go() -> None:
    """Ask the door for each that is held, of every kind, and whose group's hours are open now. Where it would ask the group
    first, such as one it can't reach, it stays held: nobody asks whether they may ask."""
    for kind, group_id, row_id in host_questions.held():
        row = db.session.get_one(kind.model, row_id)
        stands = standing.of(group_id, row)
        leaves = times.leaves_at(group_id, stands, clock.now())
        if leaves is None or leaves > clock.now() or not would(SYSTEM, stands, kind.release, row).changes:
            continue
        try:
            kind.release(SYSTEM, db.session.get_one(Group, group_id), row_id)
        except (Refused, Proposed):
            continue  # they changed their setting in this very moment: it stays held
    db.session.rollback()
