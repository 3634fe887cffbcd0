"""The promise clock: whenever a group waits for the host, there is a day by which a person answers. Within an action.

The host is measured, never the group: a promise that isn't kept stays in the books as not kept, whatever day is named next.
"""

from datetime import date

import sqlalchemy as sa
from flask import current_app

from portal.core import clock, workdays
from portal.core.db import db
from portal.support.models import NOTHING_DUE, ReplyPromise, Request, Wanted
from portal.support.states import is_past_due


def day_for(wanted: str, since: date) -> date:
    """The day promised for what was asked on `since`: so many working days after (`PORTAL_REPLY_DAYS`)."""
    days = current_app.config["SETTINGS"].PORTAL_REPLY_DAYS
    return workdays.after(since, days[[one.key for one in Wanted].index(wanted)])


def begin(request: Request) -> None:
    """The group waits for an answer. Where it did so already, the day promised first still holds."""
    if open_of(request) is None:
        _promise(request, day_for(request.wanted, clock.today()))


def keep(request: Request, by: int) -> None:
    """A person answered."""
    if promise := open_of(request):
        promise.kept_at, promise.kept_by = clock.now(), by
    request.due_on = NOTHING_DUE


def replace(request: Request, due_on: date) -> None:
    """It can't be kept, or wasn't: that counts, and another day is named."""
    if promise := open_of(request):
        promise.replaced_at = clock.now()
    _promise(request, due_on)


def move(request: Request, due_on: date) -> None:
    """The group said that a later day will do: the promise is that day's now, and nothing was missed by it. One that was
    broken before they said so stays broken, with another beside it."""
    promise = open_of(request)
    if promise is None or is_past_due(promise.due_on, clock.today()):
        return replace(request, due_on)
    promise.due_on = request.due_on = due_on


def end(request: Request) -> None:
    """There is nothing left to answer."""
    if promise := open_of(request):
        promise.ended_at = clock.now()
    request.due_on = NOTHING_DUE


def open_of(request: Request) -> ReplyPromise | None:
    """The promise that waits to be kept."""
    return db.session.scalar(
        sa.select(ReplyPromise).where(
            ReplyPromise.group_id == request.group_id,
            ReplyPromise.request_id == request.id,
            ReplyPromise.kept_at.is_(None),
            ReplyPromise.replaced_at.is_(None),
            ReplyPromise.ended_at.is_(None),
        )
    )


def _promise(request: Request, due_on: date) -> None:
    db.session.add(ReplyPromise(group_id=request.group_id, request_id=request.id, due_on=due_on))
    request.due_on = due_on
