"""What came of what groups said: words, or nothing yet with the day on which the host looks again. One rule for all that is
told so."""

from datetime import date, timedelta

from portal.autonomy.door import Mistake
from portal.core import clock
from portal.heard.models import LOOKS_AGAIN_WITHIN
from portal.people.roles import Actor


def say(row, by: Actor, outcome: str | None, look_again_on: date | None) -> None:
    """Write into a row what came of it; or nothing yet, with the day. Raises Mistake. Within an action."""
    if outcome is None:
        if row.outcome:
            raise Mistake("Something came of it already. You can put that another way.", "outcome")
        if look_again_on is None:
            raise Mistake("Write what came of it, or choose the day on which you look again.", "outcome")
        if not clock.today() < look_again_on <= clock.today() + timedelta(days=LOOKS_AGAIN_WITHIN):
            raise Mistake(f"Choose a day in the {LOOKS_AGAIN_WITHIN} days that come.", "look_again_on")
    row.outcome, row.look_again_on = outcome, look_again_on if outcome is None else None
    row.answered_at, row.answered_by = clock.now(), by.person_id
