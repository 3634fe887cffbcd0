"""Writing a message in a request, on whichever side. Within an action."""

from portal.core.db import db
from portal.people.roles import Actor
from portal.support import search
from portal.support.models import Message, Request


def write(request: Request, by: Actor, words: str | None, **facts) -> Message:
    """Add what was written; the request has moved, and is found by these words."""
    own = {"group_id": request.group_id, "request_id": request.id}
    made = Message(**own, added_at=request.move(), added_by=by.person_id, by_host=by.is_host, words=words, **facts)
    db.session.add(made)
    search.note(request, words)
    return made
