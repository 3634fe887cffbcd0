"""How an item stands: computed from facts, never stored. What the host holds never reads as a task of the group's."""

from datetime import date
from enum import StrEnum

from babel.dates import format_date

from portal.core.states import ShownState
from portal.governance.models import Item
from portal.governance.starting_set import Holder


class Status(StrEnum):
    """What a group says of an item."""

    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    IN_PLACE = "in_place"


STATUS_WORDS = {
    Status.NOT_STARTED: "Not started yet",
    Status.IN_PROGRESS: "In progress",
    Status.IN_PLACE: "In place",
}


class State(ShownState):
    """A state's words (`{host}`, `{month}` and `{you}` are filled in), its look (`.st` class) and its icon."""

    IN_PLACE = ("In place", "done", "done")
    IN_PROGRESS = ("In progress", "way", "way")
    NOT_STARTED = ("Not started yet", "soon", "soon")
    DUE = ("Due a look ({month})", "way", "look")
    COVERED = ("{host} covers this", "with", "with")
    HOST_ON_IT = ("In progress", "with", "with")
    NOT_NEEDED = ("Not needed for {you}", "none", "no")
    TALK = ("Let’s talk", "with", "with")
    RESTING = ("Resting", "soon", "soon")


TASKS = frozenset({State.NOT_STARTED, State.IN_PROGRESS, State.DUE})  # what a group could do; never of what the host holds


def status_of(item: Item) -> Status:
    """What the group last said of it."""
    if item.own_way_at or item.in_place_at:
        return Status.IN_PLACE
    return Status.IN_PROGRESS if item.started_at else Status.NOT_STARTED


def state_of(item: Item, today: date, *, quiet: bool) -> State:
    """The one state to show. What a group does its own way is in place, whoever holds it and whatever was said before.
    While it rests and for 14 days after (`quiet`; autonomy guide, "Quiet mode"), its own tasks rest, but for those of the
    law."""
    if item.wants_to_talk:
        return State.TALK
    if item.own_way_at:
        return State.IN_PLACE
    if item.holder == Holder.HOST:
        return State.HOST_ON_IT if item.host_started_at else State.COVERED
    if item.not_needed_at:
        return State.NOT_NEEDED
    state = State[status_of(item).name]
    if state is State.IN_PLACE and item.look_on and item.look_on <= today:
        state = State.DUE
    return State.RESTING if quiet and state in TASKS and not item.by_law else state


def words_of(item: Item, state: State, host: str, *, you: str = "you") -> str:
    """The words of its state; `you`: whom a page of the host's calls the group."""
    month = format_date(item.look_on, "MMMM", locale="en_GB") if item.look_on else ""
    return state.words.format(host=host, month=month, you=you)
