"""Who reads a request: the one rule behind every page, list and search of it (autonomy guide, area 9).

In the group: who asked, and the other organisers where the asker shares it. At the host: the named coordinator; whom the
group let in; who covers for the coordinator while they are away, where the group agreed to that ahead; and at “You look
after it” whoever coordinates.
"""

from functools import cache

import sqlalchemy as sa

from portal.autonomy import standing
from portal.autonomy.areas import Area, Level
from portal.core import clock
from portal.core.db import UtcDateTime, db
from portal.cover import queries as cover
from portal.people.roles import Actor, Role
from portal.support.models import Note, Reader, Request

NOT_YOURS = "This one is between who asked and their coordinator. Ask the group, and they can let you in."
NOT_COVERING = "This is only for whoever covers for their coordinator today."
NOT_OURS = "This one is between who asked and their coordinator."


READER = sa.bindparam("reader", type_=sa.Integer)
NOW = sa.bindparam("now", type_=UtcDateTime)
TODAY = sa.bindparam("today", type_=sa.Date)


@cache
def at_host(*, coordinates: bool) -> sa.ColumnElement[bool]:
    """Whether someone of the host’s, who may be a coordinator, reads a Request. Built once, as every page of theirs asks:
    who it is and when come with `values`."""
    let_in = sa.exists().where(Reader.request_id == Request.id, Reader.person_id == READER, Reader.ended_at.is_(None))
    ways = [Request.holder_id == READER, let_in]
    if coordinates:
        covered = Request.holder_id.in_(cover.covered_by(READER, TODAY))
        ways += [_by_the_team(Request.group_id), sa.and_(covered, cover.agreed_ahead(Request.group_id, NOW))]
    return sa.or_(*ways)


def coordinates(by: Actor) -> bool:
    """Whether they coordinate at the host."""
    return Role.COORDINATOR in by.roles


def values(by: Actor, **more) -> dict:
    """The values of a statement with `at_host` or `by_cover`, and `more`."""
    return {"reader": by.person_id, "now": clock.now(), "today": clock.today(), **more}


def by_cover(group_id) -> sa.ColumnElement[bool]:
    """Whether whoever covers reads the requests of a group (its id, or a column of ids) without being let in."""
    return sa.or_(_by_the_team(group_id), cover.agreed_ahead(group_id, NOW))


def _by_the_team(group_id) -> sa.ColumnElement[bool]:
    return standing.level_at(group_id, Area.SUPPORT, NOW) == Level.YOU_DO


def in_group(by: Actor) -> sa.ColumnElement[bool]:
    """Whether someone in its group reads a Request. What the host asks is for the organisers, once it has left."""
    own = Request.added_by == by.person_id
    if Role.ORGANISER not in by.roles:
        return sa.and_(own, Request.by_host.is_(False))
    return sa.case((Request.by_host, Request.released_at.is_not(None)), else_=sa.or_(own, Request.shared))


def bars(by: Actor, request: Request, _facts) -> str:
    """Why this person can't act in this very conversation, or an empty string."""
    return _bars(by, request.id)


def bars_note(by: Actor, note: Note, _facts) -> str:
    """The same of a note in it."""
    return _bars(by, note.request_id)


def _bars(by: Actor, request_id: int) -> str:
    reads = at_host(coordinates=coordinates(by)) if by.is_host else in_group(by)
    found = sa.select(Request.id).where(Request.id == request_id, reads)
    if by.person_id is None or db.session.scalar(found, values(by)):
        return ""
    return NOT_YOURS if by.is_host else NOT_OURS


def bars_standing_in(by: Actor, request: Request, facts) -> str:
    """Why someone at the host can't ask to stand in; or why someone in the group can't say yes to it."""
    if not by.is_host:
        return bars(by, request, facts)
    return "" if cover.covers(by.person_id, request.holder_id) else NOT_COVERING
