"""Who in a group sees what was passed on: whoever passed it on, whoever reads the request it came from, and its organisers
where it speaks for the group. (At the host every one of the staff, but never more than `queries.Heard`.)"""

import sqlalchemy as sa

from portal.core.db import db
from portal.heard.models import Attribution, PassedOn
from portal.people.roles import Actor, Role
from portal.support import readers
from portal.support.models import Request

NOT_YOURS = "Only whoever passed it on, or reads what it came from, can take it back."


def in_group(by: Actor) -> sa.ColumnElement[bool]:
    """Whether someone in its group sees a PassedOn."""
    own = PassedOn.added_by == by.person_id
    same = (Request.group_id == PassedOn.group_id, Request.id == PassedOn.request_id)
    reads = sa.exists().where(*same, readers.in_group(by)).correlate(PassedOn)
    ours = sa.and_(PassedOn.attribution == Attribution.GROUP, sa.literal(Role.ORGANISER in by.roles))
    return sa.or_(own, reads, ours)


def bars(by: Actor, row: PassedOn, _facts) -> str:
    """Why this person can't take this very one back, or an empty string."""
    return "" if db.session.scalar(sa.select(PassedOn.id).where(PassedOn.id == row.id, in_group(by))) else NOT_YOURS
