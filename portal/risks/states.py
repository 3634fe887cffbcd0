"""How a line and a worry stand: computed from facts, never stored. Words for the host and for the group, look and icon."""

from datetime import date

from portal.core.states import ShownState
from portal.risks.models import Risk, Worry


class State(ShownState):
    """A state's words on the host's side and on the group's, its look (`.st` class) and its icon."""

    SERIOUS = ("Serious, for trustees", "Serious, with their trustees", "turn-s", "turn")
    SEEN = ("Serious, seen", "Serious, seen by a trustee", "with", "with")
    TO_LOOK = ("Time to look again", "They carry it", "way", "way")
    CARRIED = ("Looked after", "They carry it", "soon", "soon")
    CLOSED = ("Closed", "Over", "done", "done")
    NEW = ("New", "With them", "turn-s", "turn")
    TAKEN = ("In the register", "They carry it", "done", "done")
    ANSWERED = ("Answered", "Answered", "done", "done")
    WITHDRAWN = ("Taken back", "Taken back", "done", "no")


def of_risk(risk: Risk, today: date) -> State:
    """The one state of a line that matters most. `risk`: a Risk, or a row of its columns."""
    if risk.closed_at:
        return State.CLOSED
    if risk.serious_at:
        return State.SEEN if risk.seen_at else State.SERIOUS
    return State.TO_LOOK if risk.look_again_on <= today else State.CARRIED


def of_worry(worry: Worry) -> State:
    """How a worry stands. `worry`: a Worry, or a row of its columns."""
    if worry.withdrawn_at:
        return State.WITHDRAWN
    if worry.risk_id:
        return State.TAKEN
    return State.ANSWERED if worry.answered_at else State.NEW
