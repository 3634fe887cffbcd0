"""The starting set gets its rows, for groups that are new and for those that were here before it."""

from portal.core.db import db
from portal.core.jobs import regularly
from portal.governance import actions, queries
from portal.people.roles import SYSTEM

AT_ONCE = 20  # groups


@regularly
def lay_out() -> None:
    """Lay the starting set where it isn't; what lies there already stays as it is."""
    for group in queries.groups_without(AT_ONCE):
        actions.lay(SYSTEM, group)
    db.session.rollback()
