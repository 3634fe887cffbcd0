"""How a request stands: computed from facts, never stored. Each state has its words for the host and for the group."""

from datetime import date

from portal.core.states import ShownState
from portal.support.models import NOTHING_DUE


class State(ShownState):
    """A state's words on the host's side and on the group's, its look (`.st` class) and its icon."""

    NEW = ("New", "Sent", "turn-s", "turn")
    ON_IT = ("On it", "On it", "way", "way")
    WAITING = ("With the group", "Our turn, no rush", "soon", "soon")
    WITH = ("With someone else", "With someone else", "with", "with")
    HELD = ("Held while they rest", "Held", "soon", "soon")
    SNOOZED = ("Put off", "Put off", "soon", "soon")
    ANSWERED = ("Answered", "Answered", "done", "done")
    CLOSED = ("Closed", "Closed", "done", "done")


def is_promised(due_on: date) -> bool:
    """Whether the host owes an answer by a day."""
    return due_on != NOTHING_DUE


def is_past_due(due_on: date, today: date) -> bool:
    """Whether the day that was promised has gone by: on the day itself there is still time."""
    return due_on < today


def takes_words(request) -> bool:
    """Whether staff can add words that the group reads: not in what it closed, nor in what the host began and nobody
    answered. That would be contact, which has its own way (`contact`; autonomy guide, area 8). `request`: as
    for `state_of`."""
    return request.closed_at is None and not (request.by_host and not is_promised(request.due_on))


def state_of(request, today: date) -> State:
    """The one state that matters most just now. `request`: a Request, or a row with its columns."""
    if request.closed_at:
        return State.CLOSED
    if request.by_host and request.released_at is None:
        return State.HELD
    if request.snoozed_until and request.snoozed_until > today:
        return State.SNOOZED
    if request.with_whom:
        return State.WITH
    if request.group_to_answer_at:
        return State.WAITING
    if request.answered_at and request.answered_at >= request.moved_at:
        return State.ANSWERED
    return State.ON_IT if request.taken_at or request.by_host else State.NEW
