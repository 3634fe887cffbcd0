"""How a receipt stands, from the group's side: computed from facts, never stored."""

from dataclasses import dataclass
from datetime import date, datetime

from portal.core.states import ShownState


class State(ShownState):
    """A state's words, its look (`.st` class) and its icon."""

    WAITING_ON_PHONE = ("Waiting on this phone", "held", "held")
    WE_HAVE_IT = ("We have it", "with", "with")
    QUESTION = ("Question for you", "turn-s", "turn")
    WITH_GROUP = ("With your group", "turn-s", "turn")
    CHECKING = ("Being checked", "way", "way")
    READY = ("Ready to pay", "way", "way")
    ON_ITS_WAY = ("On its way to the bank", "way", "way")
    PAID = ("Paid", "done", "done")
    ON_HOLD = ("On hold", "", "no")
    TAKEN_BACK = ("Taken back", "soon", "soon")


@dataclass(frozen=True)
class Facts:
    """What a state is computed from."""

    withdrawn_at: datetime | None
    paid_on: date | None
    accepted_at: datetime | None
    has_question: bool
    held_until: date | None
    asked_at: datetime | None = None
    agreed_at: datetime | None = None
    in_run_at: datetime | None = None


def state_of(facts: Facts, today: date) -> State:
    """The one state that matters most to the group just now. A hold past its review date has lapsed."""
    if facts.withdrawn_at:
        return State.TAKEN_BACK
    if facts.paid_on:
        return State.PAID
    if facts.held_until and facts.held_until >= today:
        return State.ON_HOLD
    if facts.has_question:
        return State.QUESTION
    if facts.in_run_at:
        return State.ON_ITS_WAY
    if facts.asked_at is None:
        return State.WE_HAVE_IT
    if facts.agreed_at is None:
        return State.WITH_GROUP
    return State.READY if facts.accepted_at else State.CHECKING
