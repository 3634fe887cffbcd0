"""Who reads a request: the one rule behind every page, list and search of it (autonomy guide, area 9).

In the group: who asked, and the other organisers where the asker shares it. At the host: the named coordinator; whom the
group let in; and at “You look after it” whoever coordinates.
"""

import sqlalchemy as sa

from portal.autonomy import standing
from portal.autonomy.areas import Area, Level
from portal.core.db import db
from portal.people.roles import Actor, Role
from portal.support.models import Reader, Request

NOT_YOURS = "This one is between who asked and their coordinator. Ask the group, and they can let you in."
NOT_OURS = "This one is between who asked and their coordinator."


def at_host(by: Actor) -> sa.ColumnElement[bool]:
    """Whether someone of the host's reads a Request."""
    let_in = sa.exists().where(Reader.request_id == Request.id, Reader.person_id == by.person_id, Reader.ended_at.is_(None))
    ways = [Request.holder_id == by.person_id, let_in]
    if Role.COORDINATOR in by.roles:
        ways.append(Request.group_id.in_(standing.groups_at(Area.SUPPORT, Level.YOU_DO)))
    return sa.or_(*ways)


def in_group(by: Actor) -> sa.ColumnElement[bool]:
    """Whether someone in its group reads a Request. What the host asks is for the organisers, once it has left."""
    own = Request.added_by == by.person_id
    if Role.ORGANISER not in by.roles:
        return sa.and_(own, Request.by_host.is_(False))
    return sa.case((Request.by_host, Request.released_at.is_not(None)), else_=sa.or_(own, Request.shared))


def bars(by: Actor, request: Request, _facts) -> str:
    """Why this person can't act in this very conversation, or an empty string."""
    reads = at_host(by) if by.is_host else in_group(by)
    if by.person_id is None or db.session.scalar(sa.select(Request.id).where(Request.id == request.id, reads)):
        return ""
    return NOT_YOURS if by.is_host else NOT_OURS
